"""A deployment to the sandbox by the real engine: what of its time is the provider's, and the provider's memory."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from tests.bench.preview import _PROGRAM
from tests.engine.engine import QUICK, Engine, make_engine
from tierwise.sandbox.calls import CALLS_VARIABLE

SYSTEM, STAGE = "pika", "prod"
SIZE: Final = 1_000


def _counted(engine: Engine, stage: str, system: str = "", **variables: str) -> tuple[float, dict[str, Any]]:
    """Seconds of a deployment, and what its provider process has counted."""
    engine.run("stack", "init", stage, system=system)
    calls = engine.places.folder / "calls"
    started = time.perf_counter()
    options = ("--yes", "--skip-preview", "-s", stage)
    engine.run("up", *options, system=system, **{CALLS_VARIABLE: str(calls), **variables})
    seconds = time.perf_counter() - started
    # One process more serves functions; the one with the most calls makes the resources.
    counted = [json.loads(file.read_text(encoding="utf-8")) for file in calls.glob("aws-*.json")]
    return seconds, max(counted, key=lambda one: sum(method["calls"] for method in one["methods"].values()))


def whole_deployment() -> None:
    """A real stack from nothing, and a stack of a thousand resources."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(Path(folder))
        seconds, counted = _counted(engine, STAGE, SYSTEM)
        methods = counted["methods"].values()
        calls = sum(method["calls"] for method in methods)
        own, processor = (sum(method[name] for method in methods) for name in ("seconds", "processor"))
        print(
            f"sandbox up of {SYSTEM}/{STAGE}: {seconds:.1f} s for {len(engine.cloud.all())} resources of AWS; "
            f"engine and program {seconds - own - counted['loading']:.1f} s, provider {own:.1f} s in {calls} calls "
            f"({1000 * own / calls:.2f} ms a call, {1000 * processor / calls:.2f} of a processor) "
            f"and {counted['loading']:.1f} s once for the SDK's modules; peak {counted['mebibytes']:.0f} MiB"
        )


def by_size() -> None:
    """The provider's memory for many resources."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(Path(folder))
        (engine.root / "__main__.py").write_text(_PROGRAM)
        (engine.root / "Pulumi.yaml").write_text("name: bench\nruntime: {name: python, options: {virtualenv: .venv}}\n")
        (engine.root / "Pulumi.dev.yaml").write_text(f'config:\n  aws:region: us-east-1\n  bench:size: "{SIZE}"\n')
        seconds, counted = _counted(engine, "dev", **QUICK)
        made = len(engine.cloud.all())
        assert made >= SIZE
        print(f"sandbox up of {made} resources: {seconds:.1f} s; the provider's peak {counted['mebibytes']:.0f} MiB")


def main() -> None:
    """Print the lines, or why there are none."""
    if shutil.which("pulumi") is None:
        print("sandbox up: the Pulumi CLI is not on PATH; `tierwise doctor` tells how to get it")
        return
    whole_deployment()
    by_size()


if __name__ == "__main__":
    main()
