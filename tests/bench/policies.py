"""The policy pack as the engine runs it: how long its process takes to answer, and what a resource costs in it."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
RUNS: Final = 5
SIZES: Final = (200, 5_000)


def start() -> None:
    """Seconds until the pack's process has told its port, beside those of the SDK's import alone."""
    bare = [sys.executable, "-c", "import pulumi_policy"]
    pairs = [
        (_until_line([*bare[:2], f"{bare[2]}; print(1)"]), _until_line([sys.executable, "."])) for _ in range(RUNS)
    ]
    ratio = statistics.median(pack / sdk for sdk, pack in pairs)
    sdk, pack = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(
        f"policy pack: starts in {pack:.2f} s, {ratio:.2f} times the import of its SDK ({sdk:.2f} s, median of {RUNS})"
    )


def _until_line(command: list[str]) -> float:
    environment = {**os.environ, "PULUMI_PROJECT": "bench", "PULUMI_STACK": "prod", "PULUMI_CONFIG": "{}"}
    started = time.perf_counter()
    with subprocess.Popen(  # noqa: S603
        command, cwd=ROOT / "policy", env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip(), "the pack did not start"
        seconds = time.perf_counter() - started
        process.kill()
    return seconds


def by_size() -> None:
    """Milliseconds a resource through the pack's servicer, every rule loaded, on resources of a real stack's kinds."""
    costs: list[float] = []
    for size in SIZES:
        result = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "tests.bench.policies", str(size)],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        row = json.loads(result.stdout.splitlines()[-1])
        costs.append(row["alone"] + row["stack"])
        print(f"{size:>5} resources: {row['alone']:.3f} ms a resource alone, {row['stack']:.3f} with the stack")
    print(f"a resource at {SIZES[-1]} costs {costs[-1] / costs[0]:.2f} times one at {SIZES[0]}")


def _one_size(size: int) -> None:
    from pulumi.runtime.proto import analyzer_pb2
    from pulumi_policy import EnforcementLevel

    from guardrails import servicer
    from guardrails.crossguard import Session, policies
    from guardrails.stack_config import StackConfig

    session = Session(StackConfig.from_pulumi({}, "bench", "prod"))
    answers = servicer.shared(session)("bench", "0.1.0", policies(session), EnforcementLevel.ADVISORY)
    rows = list(_resources(size))
    alone = [analyzer_pb2.AnalyzeRequest(**{k: row[k] for k in ("type", "urn", "name")}) for row in rows]
    whole = analyzer_pb2.AnalyzeStackRequest(
        resources=[analyzer_pb2.AnalyzerResource(**{k: row[k] for k in ("type", "urn", "name")}) for row in rows]
    )
    for row, request, member in zip(rows, alone, whole.resources, strict=True):
        request.properties.update(row["props"])
        member.properties.update(row["props"])

    started = time.perf_counter()
    for request in alone:
        answers.Analyze(request, None)
    between = time.perf_counter()
    answers.AnalyzeStack(whole, None)
    ended = time.perf_counter()
    print(json.dumps({"alone": (between - started) * 1000 / size, "stack": (ended - between) * 1000 / size}))


def _resources(size: int) -> Any:
    """Buckets, logs, rules, documents and alarms in turn: many rules, few rules, joins and parsing."""
    document = json.dumps(
        {"Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::shop/*"}]}
    )
    kinds: tuple[tuple[str, dict[str, Any]], ...] = (
        ("aws:s3/bucket:Bucket", {"tags": {"component": "bench"}}),
        ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 7}),
        (
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            {"fromPort": 443, "toPort": 443, "ipProtocol": "tcp"},
        ),
        ("aws:iam/rolePolicy:RolePolicy", {"policy": document}),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", {"alarmActions": ["arn:aws:sns:us-east-1:1:alarms"]}),
    )
    for number in range(size):
        token, props = kinds[number % len(kinds)]
        name = f"it-{number}"
        yield {"type": token, "urn": f"urn:pulumi:prod::bench::{token}::{name}", "name": name, "props": props}


def main() -> None:
    """Print both."""
    start()
    by_size()


if __name__ == "__main__":
    _one_size(int(sys.argv[1]))
