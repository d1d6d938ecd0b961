"""Commands of operations as whole processes: the start-up of the command line, and commands that wait for nothing."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from tests.support.aws import FakeAws, fake_aws

ROOT: Final = Path(__file__).parents[2]
RUNS: Final = 7
#: Seconds that a start, and a command with nothing to wait for, may take.
START_LIMIT: Final = 0.4
COMMAND_LIMIT: Final = 2.0
ACCOUNT: Final = "210987654321"


def start_up() -> None:
    """Seconds of ``tierwise --help``."""
    _tell("tierwise --help", [_timed(["--help"], {**os.environ}) for _ in range(RUNS)], START_LIMIT)


def commands() -> None:
    """Seconds of commands against an AWS on this machine that answers at once."""
    with fake_aws() as cloud, tempfile.TemporaryDirectory() as folder:
        environment = _signed_in(cloud, folder)
        table = _table(environment)
        outputs = Path(folder) / "outputs.json"
        known = {"system": "ec2-manager", "stage": "prod", "region": "us-west-2", "tables": {"audit": table}}
        outputs.write_text(json.dumps(known))
        for line in (
            ["history", "ec2-manager/prod"],
            ["backup-check", "ec2-manager/prod", "--outputs", str(outputs)],
            ["migrate", "ec2-manager/prod", "--dry-run", "--outputs", str(outputs)],
        ):
            # moto reads its own models at the first call of a service.
            _timed(line, environment)
            _tell(f"tierwise {line[0]}", [_timed(line, environment) for _ in range(RUNS)], COMMAND_LIMIT)


def _signed_in(cloud: FakeAws, folder: str) -> dict[str, str]:
    import boto3

    plain = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
    nowhere = str(Path(folder) / "none")
    more = {"AWS_ENDPOINT_URL": cloud.url, "AWS_CONFIG_FILE": nowhere, "AWS_SHARED_CREDENTIALS_FILE": nowhere}
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    sts = boto3.client("sts", region_name="us-west-2", endpoint_url=cloud.url, **keys)
    role = sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/operator", RoleSessionName="bench")["Credentials"]
    return {
        **plain,
        **more,
        "AWS_ACCESS_KEY_ID": role["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": role["SecretAccessKey"],
        "AWS_SESSION_TOKEN": role["SessionToken"],
    }


def _table(environment: dict[str, str]) -> str:
    import boto3

    dynamodb = boto3.client(
        "dynamodb",
        region_name="us-west-2",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=environment["AWS_SESSION_TOKEN"],
    )
    keys = {"id": "HASH", "timestamp": "RANGE"}
    name = "ec2-manager-prod-audit"
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
    )
    dynamodb.update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    return name


def _timed(arguments: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds of a whole process, and what it took of a processor."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "tierwise", *arguments],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _tell(what: str, timed: list[tuple[float, float]], limit: float) -> None:
    seconds, processor = (statistics.median(column) for column in zip(*timed, strict=True))
    verdict = "" if seconds < limit else ": too slow"
    print(f"{what}: {seconds:.2f} s, {processor:.2f} of a processor (median of {RUNS}, at most {limit:g} s){verdict}")


def main() -> None:
    """Print all of it."""
    start_up()
    commands()


if __name__ == "__main__":
    main()
