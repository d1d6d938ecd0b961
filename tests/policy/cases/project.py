"""Cases for the project's own rules: budget, tags, forbidden types, protection."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from guardrails.services import project
from tests.policy.build import Case, Spec, budget, one, r

NOTICE = {"comparisonOperator": "GREATER_THAN", "threshold": 80, "thresholdType": "PERCENTAGE"}
MAIL = {"subscriberEmailAddresses": ["team@example.com"]}
AWS_BUDGET = r(project.BUDGET, {"timeUnit": "MONTHLY", "limitAmount": "100"}, "b")
NATS = tuple(r(project.NAT, {}, name) for name in ("nat-a", "nat-b"))
PROD = {"budget": budget(100)}
TAGS = {"project": "shop", "stage": "prod", "owner": "team", "cost-center": "7"}
PROVIDER = Spec(project.PROVIDER, {"defaultTags": {"tags": TAGS}}, "aws")
AS_TEXT = Spec(project.PROVIDER, {"defaultTags": '{"tags": {"project": "shop"}}'}, "aws")


def notices(*kinds: str, **more: Any) -> dict[str, Any]:
    """A budget with notices of these kinds."""
    return {"timeUnit": "MONTHLY", "notifications": [{**NOTICE, "notificationType": kind, **more} for kind in kinds]}


def bucket(**tags: str) -> Spec:
    """A bucket made by the provider of the stack."""
    return replace(r("aws:s3/bucket:Bucket", {"tags": tags} if tags else {}, "bucket"), provider=PROVIDER.urn)


CASES: dict[str, Case] = {
    "P.Budget.estimate": Case(
        ok=((r("aws:s3/bucketPolicy:BucketPolicy"),),), bad=((*NATS, AWS_BUDGET),), config={"budget": budget(10)}
    ),
    "P.Budget.near": Case(ok=((r("aws:iam/role:Role"),),), bad=(NATS,), config={"budget": budget(100)}),
    "P.Budget.declared": Case(ok=(), bad=((),)),
    "P.Budget.exists": Case(
        ok=((AWS_BUDGET,),),
        bad=((), (AWS_BUDGET.but(limitAmount="200"),), (AWS_BUDGET.but(timeUnit="DAILY"),)),
        config=PROD,
    ),
    "P.Budget.alerts": one(
        project.BUDGET,
        notices("ACTUAL", "FORECASTED", **MAIL),
        notices("ACTUAL", **MAIL),
        notices("ACTUAL", "FORECASTED"),
        {"timeUnit": "DAILY"},
    ),
    "P.Budget.nat": Case(ok=(NATS[:1],), bad=(NATS,), config=PROD),
    "P.Budget.shield": Case(ok=((),), bad=((r("aws:shield/subscription:Subscription"),),)),
    "P.Budget.arm": Case(
        ok=(
            (r(project.TASK, {"runtimePlatform": {"cpuArchitecture": "ARM64"}}),),
            (r(project.FUNCTION, {"architectures": ["arm64"]}),),
            (r(project.DATABASE, {"instanceClass": "db.t4g.micro"}),),
        ),
        bad=(
            (r(project.TASK),),
            (r(project.FUNCTION),),
            (r(project.DATABASE, {"instanceClass": "db.t3.micro"}),),
            (r(project.CACHE, {"nodeType": "cache.r5.large"}),),
        ),
    ),
    "P.Budget.provisioned": Case(
        ok=((),), bad=((r(project.CONCURRENCY, {"provisionedConcurrentExecutions": 2}),),), config={"tier": "staging"}
    ),
    "P.Budget.io2": one(project.DATABASE, {"storageType": "gp3"}, {"storageType": "io2"}),
    "P.Type.lex-v1": Case(ok=((),), bad=((r("aws:lex/bot:Bot", {"name": "b"}),),)),
    "P.Type.deprecated": Case(
        ok=((r("aws:s3/bucket:Bucket"),),),
        bad=(
            (Spec("aws:s3/bucketV2:BucketV2", {}, spelled="aws:s3/bucketV2:BucketV2"),),
            (Spec("aws:alb/listener:Listener", {}, spelled="aws:alb/listener:Listener"),),
        ),
    ),
    "P.Tags": Case(
        ok=(
            (PROVIDER, bucket(component="uploads")),
            (r("aws:s3/bucketPolicy:BucketPolicy"),),
        ),
        bad=((PROVIDER, bucket()), (bucket(component="uploads"),), (AS_TEXT, bucket(component="uploads"))),
    ),
    "P.Protect": Case(
        ok=((replace(r("aws:dynamodb/table:Table"), protect=True),),), bad=((r("aws:dynamodb/table:Table"),),)
    ),
}
