"""The preview of a real stack against the bare import of its modules, and what a resource costs as stacks grow."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
RUNS: Final = 5
#: All stacks take as many times longer as there are, so fewer runs.
RUNS_OF_ALL: Final = 3
#: How many times the bare import all stacks together may take on two cores.
MOST_FOR_ALL: Final = 8
TARGET: Final = "pika/prod"
SIZES: Final = (200, 1_000, 5_000)

#: A stack of any size in the proportions of a real one: groups, rules that refer to them, logs and parameters.
_PROGRAM: Final = """
import pulumi
from pulumi_aws import cloudwatch, ssm, vpc, ec2
size = pulumi.Config().require_int("size")
group = ec2.SecurityGroup("group", description="bench", vpc_id="vpc-1")
for number in range(size // 4):
    logs = cloudwatch.LogGroup(f"logs-{number}", retention_in_days=7, tags={"component": "bench"})
    ssm.Parameter(f"parameter-{number}", type="String", value=logs.arn)
    vpc.SecurityGroupIngressRule(f"rule-{number}", security_group_id=group.id, ip_protocol="tcp", from_port=443,
                                 to_port=443, cidr_ipv4=f"10.0.{number % 250}.0/24")
    cloudwatch.MetricAlarm(f"alarm-{number}", comparison_operator="GreaterThanThreshold", evaluation_periods=1,
                           metric_name="CPUUtilization", namespace="AWS/ECS", period=60, statistic="Average",
                           threshold=80, alarm_actions=[logs.arn])
"""


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    return time.perf_counter() - started


def _imported(*targets: str) -> list[str]:
    """The SDK modules that previewing the targets imports."""
    script = textwrap.dedent(f"""
        import json, sys
        from pathlib import Path
        from tierwise.preview.engine import plan
        from tierwise.targets import resolve
        for target in resolve(Path("."), {[*targets]!r}):
            plan(target.directory, target.stage)
        packages = ("pulumi", "pulumi_aws", "pulumi_awsx")
        print(json.dumps([name for name in sys.modules if name.split(".")[0] in packages]))
    """)
    found = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    return json.loads(found.stdout.splitlines()[-1])


def whole_preview() -> None:
    """The preview of a real stack as a multiple of importing the same SDK modules and doing nothing."""
    imports = "import " + ", ".join(sorted(_imported(TARGET)))
    bare, full = [sys.executable, "-c", imports], [sys.executable, "-m", "tierwise", "preview", TARGET]
    _seconds(bare)
    _seconds(full)
    pairs = [(_seconds(bare), _seconds(full)) for _ in range(RUNS)]
    ratio = statistics.median(after / before for before, after in pairs)
    base, total = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"preview of {TARGET}: {ratio:.2f} times the bare import ({total:.2f} s and {base:.2f} s, median of {RUNS})")


def every_stack() -> None:
    """All stacks together, as a multiple of importing the SDK modules of all of them and doing nothing."""
    imports = "import " + ", ".join(sorted(_imported(*_targets())))
    bare, full = [sys.executable, "-c", imports], [sys.executable, "-m", "tierwise", "preview", "--all"]
    _seconds(bare)
    _seconds(full)
    pairs = [(_seconds(bare), _seconds(full)) for _ in range(RUNS_OF_ALL)]
    ratio = statistics.median(after / before for before, after in pairs)
    base, total = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(
        f"preview --all of {len(_targets())} stacks: {ratio:.2f} times the bare import, {MOST_FOR_ALL} at most are "
        f"meant ({total:.2f} s and {base:.2f} s, median of {RUNS_OF_ALL})"
    )


def _targets() -> list[str]:
    from tierwise.targets import all_targets

    return [target.key for target in all_targets(ROOT)]


def by_size() -> None:
    """Milliseconds a resource for plan, checks, policies and estimate, and the memory of the largest."""
    planned: dict[int, float] = {}
    for size in SIZES:
        result = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "tests.bench.preview", str(size)],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        row = json.loads(result.stdout.splitlines()[-1])
        planned[size] = row["plan"]
        print(
            f"{size:>5} resources: plan {row['plan']:.2f} ms a resource, checks {row['checks']:.3f}, "
            f"policies {row['policies']:.3f}, estimate {row['estimate']:.3f}; peak {row['mebibytes']:.0f} MiB"
        )
    print(f"a resource at {SIZES[-1]} costs {planned[SIZES[-1]] / planned[SIZES[0]]:.2f} times one at {SIZES[0]}")


def _one_size(size: int) -> None:
    from guardrails.evaluation import evaluate
    from guardrails.rule import Scope
    from guardrails.stack_config import StackConfig
    from tierwise.preview.checks import check
    from tierwise.preview.engine import plan

    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        (directory / "__main__.py").write_text(_PROGRAM)
        (directory / "Pulumi.yaml").write_text("name: bench\nruntime: python\n")
        for count in (8, size):
            (directory / "Pulumi.dev.yaml").write_text(f'config:\n  bench:size: "{count}"\n')
            # The small one first: it loads the SDK, which is not what is measured.
            started = time.perf_counter()
            found = plan(directory, "dev")
            plan_time = time.perf_counter() - started
        assert found.error is None, found.error
        count = len(found.resources)
        assert count >= size

    def timed(action: object) -> float:
        started = time.perf_counter()
        action()  # type: ignore[operator]
        return (time.perf_counter() - started) * 1000 / count

    scope = Scope(found.view(), StackConfig.from_pulumi(found.config, "bench", "dev"))
    row = {
        "plan": plan_time * 1000 / count,
        "checks": timed(lambda: check(found.resources)),
        "policies": timed(lambda: evaluate(scope)),
        "estimate": timed(lambda: scope.estimate),
        "mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(row))


def main() -> None:
    """Print each."""
    whole_preview()
    every_stack()
    by_size()


if __name__ == "__main__":
    _one_size(int(sys.argv[1]))
