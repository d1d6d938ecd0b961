"""The pipeline's rights against AWS's own list of actions and resources, as cfn-lint carries it."""

from __future__ import annotations

import functools
import json
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import Any

import pytest

from components.governance.deploy_rights import AREAS, Right

RIGHTS = [right for rights in AREAS.values() for right in rights]
IDS = [f"{area}-{right.service}" for area, rights in AREAS.items() for right in rights]
#: Services whose ARNs are a bare name after the account, or whose list says only that.
NAMES_ONLY = {"s3", "sns", "sqs", "wafv2"}

#: Kinds that an action knows and that do not limit what is done here: only metrics by OTLP go to a data set.
#: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
NO_LIMIT = {"PutMetricData": "dataset"}


@functools.cache
def listed() -> dict[str, Any]:
    """The service authorization reference."""
    path = files("cfnlint").joinpath("data/AdditionalSpecs/Policies.json")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("right", RIGHTS, ids=IDS)
def test_every_verb_is_an_action_of_aws(right: Right) -> None:
    actions = listed()[right.service]["Actions"]
    strays = [verb for verb in right.verbs if not any(fnmatchcase(action, verb.lower()) for action in actions)]
    assert strays == []


@pytest.mark.parametrize("right", RIGHTS, ids=IDS)
def test_no_verb_is_a_whole_service(right: Right) -> None:
    assert [verb for verb in right.verbs if verb.rstrip("*") == ""] == []


@pytest.mark.parametrize("right", [r for r in RIGHTS if r.unscoped], ids=lambda right: right.service)
def test_only_what_aws_cannot_limit_stands_without_a_kind(right: Right) -> None:
    actions = listed()[right.service]["Actions"]
    kinds = {
        action: set(actions[action.lower()].get("Resources", ())) - {NO_LIMIT.get(action)} for action in right.unscoped
    }
    assert {action: found for action, found in kinds.items() if found} == {}


@pytest.mark.parametrize("right", [r for r in RIGHTS if r.service not in NAMES_ONLY], ids=lambda r: r.service)
def test_every_kind_is_one_of_the_services(right: Right) -> None:
    formats = [f for resource in listed()[right.service]["Resources"].values() for f in resource["ARNFormats"]]
    endings = [f.split(":", 5)[-1].replace(".*", "x/y") for f in formats]
    strays = [
        kind
        for kind in right.kinds
        if not any(fnmatchcase(ending, kind.split(":", 5)[-1]) for ending in endings)
        # The list gives task definitions no ending of their own.
        and (right.service, kind) != ("ecs", "task-definition/*")
    ]
    assert strays == []
