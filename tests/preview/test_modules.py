"""Which services' modules a stack makes Python load: those that it uses, because start-up is most of a preview."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
#: Services that a stack uses without a resource of theirs: a random password is drawn from one, and images are pushed
#: by a package that brings the other along.
WITHOUT_RESOURCES = {"secretsmanager", "ecr"}
STACKS = (
    ("", "dev"), ("systems/phoney", "dev"), ("systems/ec2-manager", "prod"), ("systems/account-baseline", "dev"),
)  # fmt: skip
#: Each stack is planned in a process of its own, forked from one that has loaded the tool and nothing of a service.
SCRIPT = """
import json, os, sys
from pathlib import Path
from tierwise.preview.engine import plan

def services():
    # A service's package stands in the table of modules before anything of it is loaded; its parts do not.
    parts = [name.split(".") for name in sys.modules if name.startswith("pulumi_aws.")]
    return sorted({part[1] for part in parts if len(part) > 2})

assert services() == []
for folder, stage in json.loads(sys.argv[1]):
    child = os.fork()
    if not child:
        found = plan(Path(folder), stage)
        assert found.error is None, found.error.message
        used = {r.type.split(":")[1].split("/")[0] for r in found.resources if r.type.startswith("aws:")}
        print(json.dumps({"loaded": services(), "used": sorted(used)}), flush=True)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""


@functools.cache
def modules() -> dict[tuple[str, str], dict[str, Any]]:
    """For each stack, the services whose modules a preview loads, and those that the stack has resources of."""
    asked = json.dumps([(str(ROOT / folder), stage) for folder, stage in STACKS])
    done = subprocess.run([sys.executable, "-c", SCRIPT, asked], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return dict(zip(STACKS, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.mark.parametrize(("folder", "stage"), STACKS)
def test_no_module_imports_a_service_that_the_stack_does_not_use(folder: str, stage: str) -> None:
    found = modules()[folder, stage]
    # ``lambda`` is a word of Python's own.
    used = {"lambda_" if service == "lambda" else service for service in found["used"]}
    assert set(found["loaded"]) - used - WITHOUT_RESOURCES == set()
    assert used & set(found["loaded"])


def test_worker_processes_are_forked_from_one_that_has_imported_no_service() -> None:
    from tierwise.review.processes import PRELOADED

    script = (
        f"import sys\nfor name in {[*PRELOADED]!r}: __import__(name)\n"
        "print([n for n in sys.modules if n.startswith('pulumi_aws.') and n.count('.') > 1])\n"
        "import threading\nprint(threading.active_count())"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    services, threads = done.stdout.splitlines()
    # What is forked must not have started a thread, which would be missing in the copy.
    assert (services, threads) == ("[]", "1")
