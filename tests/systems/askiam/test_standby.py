"""AskIAM in its second region: the database that follows, cold functions, and what leads there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guardrails.cost import Estimate
from guardrails.resource import ABSENT, Resource
from tests.support.stacks import Planned, reviewed
from tierwise.review.stack import StackReview

GLOBAL = "aws:rds/globalCluster:GlobalCluster"
CLUSTER = "aws:rds/cluster:Cluster"
FUNCTION = "aws:lambda/function:Function"
HERE, THERE = "us-east-1", "us-west-2"


@pytest.fixture(scope="module")
def plan() -> Planned:
    """Production with the standby."""
    return Planned(reviewed("askiam", "prod", preset="standby").plan.view())


@pytest.fixture(scope="module")
def whole() -> StackReview:
    """The same with a name of its own, a firewall and tokens, judged and priced."""
    return reviewed("askiam", "prod", preset=("standby", "own-domain", "firewall", "jwt"))


@pytest.fixture(scope="module")
def named(whole: StackReview) -> Planned:
    """Its plan."""
    return Planned(whole.plan.view())


def estimate_of(found: StackReview) -> Estimate:
    """The price of a review, which every stack has."""
    assert found.estimate is not None
    return found.estimate


def there(plan: Planned, token: str) -> list[Resource]:
    """Resources of a type in the second region."""
    return [resource for resource in plan.all(token) if resource.region == THERE]


def here(plan: Planned, token: str) -> list[Resource]:
    """Resources of a type in the first region."""
    return [resource for resource in plan.all(token) if resource.region == HERE]


def twin(resource: Resource) -> str:
    """The name that the same thing has in the first region."""
    return resource.name.removeprefix("standby-")


@pytest.mark.requirement("ASKIAM-99")
def test_the_database_follows_in_the_second_region(plan: Planned) -> None:
    everywhere = plan.one(GLOBAL)
    assert everywhere.get("storageEncrypted") is True
    assert everywhere.get("deletionProtection") is True
    first, second = sorted(plan.all(CLUSTER), key=lambda cluster: cluster.name)
    assert (first.name, second.name, second.get("region")) == ("aurora", "standby-aurora", THERE)
    for cluster in (first, second):
        assert plan.refers(cluster, "globalClusterIdentifier") == {"aurora-global"}
        assert cluster.get("storageEncrypted") is True
        assert cluster.get("enableHttpEndpoint") is True
        # RDS keeps no password of a member of a global database.
        assert cluster.get("manageMasterUserPassword") is ABSENT
    # The first member makes the users; the second gets them with the data, under a key of its own region.
    assert second.get("masterUsername") is ABSENT
    assert second.get("masterPasswordWo") is ABSENT
    assert plan.refers(second, "kmsKeyId") == {"standby-key"}
    assert any("aurora-writer" in urn for urn in second.dependencies)
    zones = {s.get("availabilityZone") for s in there(plan, "aws:ec2/subnet:Subnet")}
    assert zones == {"us-west-2a", "us-west-2b"}


@pytest.mark.requirement("ASKIAM-99")
def test_functions_are_there_and_cold(plan: Planned) -> None:
    first = {function.name: function for function in here(plan, FUNCTION)}
    cold = there(plan, FUNCTION)
    assert {twin(function) for function in cold} == set(first)
    for function in cold:
        same = first[twin(function)]
        for path in ("name", "handler", "runtime", "memorySize", "timeout", "code", "loggingConfig.logGroup"):
            assert function.get(path) == same.get(path), (function.name, path)
        assert plan.refers(function, "role") == {function.name}
    kept = plan.all("aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig")
    assert {config.region for config in kept} == {HERE}
    assert there(plan, "aws:codedeploy/deploymentGroup:DeploymentGroup") == []
    assert there(plan, "aws:lex/v2modelsBot:V2modelsBot") == []
    assert there(plan, "aws:opensearch/serverlessCollection:ServerlessCollection") == []


def test_a_function_there_reaches_what_is_there_and_nothing_else(plan: Planned) -> None:
    variables = {twin(f): f.get("environment.variables") for f in there(plan, FUNCTION)}
    # Precedents stay in the first region, so the rules decide.
    assert variables["rag-validator"]["VECTOR_STORE"] == "none"
    assert variables["mcp-validator"]["DB_CLUSTER_ARN"].split(":")[3] == THERE
    assert variables["mcp-validator"]["DB_CLUSTER_ARN"].endswith(":cluster:askiam-prod-aurora-standby")
    assert variables["mcp-validator"]["DB_SECRET_NAME"] == "askiam/prod/db/reader"  # noqa: S105 - a name
    assert variables["audit-logger"]["BUCKET_AUDIT_NAME"] == "/askiam/prod/buckets/audit"
    regions: set[str] = set()
    for policy in plan.all("aws:iam/rolePolicy:RolePolicy"):
        if not policy.name.startswith("standby-") or not isinstance(policy.get("policy"), str):
            continue
        for statement in json.loads(policy.get("policy"))["Statement"]:
            arns = [statement["Resource"]] if isinstance(statement["Resource"], str) else statement["Resource"]
            regions |= {arn.split(":")[3] for arn in arns if arn.startswith("arn:")}
    assert regions - {""} == {THERE}


def test_roles_have_names_of_their_own(plan: Planned) -> None:
    names = [role.get("name") for role in plan.all("aws:iam/role:Role") if isinstance(role.get("name"), str)]
    assert len(names) == len(set(names))
    assert "askiam-prod-audit-logger-function" in names
    assert "askiam-prod-audit-logger-function-us-west-2" in names


def test_secrets_buckets_and_parameters_are_copied(plan: Planned) -> None:
    secrets = plan.all("aws:secretsmanager/secret:Secret")
    assert len(secrets) == 5
    assert all(secret.get("replicas[0].region") == THERE for secret in secrets)
    copied = plan.one("aws:s3/bucketReplicationConfig:BucketReplicationConfig")
    assert plan.refers(copied, "bucket") == {"bucket-audit"}
    kept = {p.get("name"): p.get("value") for p in here(plan, "aws:ssm/parameter:Parameter")}
    again = {p.get("name"): p.get("value") for p in there(plan, "aws:ssm/parameter:Parameter")}
    # The bot and the collection are in the first region alone.
    assert set(kept) - set(again) == {
        "/askiam/prod/lex/bot-id", "/askiam/prod/opensearch/endpoint", "/askiam/prod/buckets/logs"
    }  # fmt: skip
    assert again["/askiam/prod/app/rag-threshold"] == kept["/askiam/prod/app/rag-threshold"] == "0.95"


def test_the_api_is_the_same_and_knows_the_same_callers(plan: Planned) -> None:
    def routes(methods: list[Resource]) -> set[str]:
        return {method.name.rpartition("routes-")[2] for method in methods}

    token = "aws:apigateway/method:Method"  # noqa: S105 - a type token
    assert routes(there(plan, token)) == routes(here(plan, token))
    for key in there(plan, "aws:apigateway/apiKey:ApiKey"):
        assert plan.refers(key, "value") == {twin(key)}
    (stage,) = there(plan, "aws:apigateway/stage:Stage")
    assert stage.get("xrayTracingEnabled") is True
    assert [a.name for a in there(plan, "aws:cloudwatch/eventBus:EventBus")] == ["standby-event-bus"]
    assert {t.name for t in there(plan, "aws:cloudwatch/eventTarget:EventTarget")} == {
        "standby-event-bus-validation-completed-audit", "standby-event-bus-validation-unfinished-orchestrator"
    }  # fmt: skip


def test_people_hear_when_copying_stops(plan: Planned) -> None:
    alarms = {alarm.name.removeprefix("standby-metric-alarms-"): alarm
              for alarm in there(plan, "aws:cloudwatch/metricAlarm:MetricAlarm")}  # fmt: skip
    lag = alarms["standby-lag"]
    assert (lag.get("metricName"), lag.get("threshold")) == ("AuroraGlobalDBReplicationLag", 60_000)
    assert lag.get("dimensions") == {"DBClusterIdentifier": "askiam-prod-aurora-standby"}
    assert plan.refers(lag, "alarmActions") == {"standby-notifications"}
    assert {"orchestrator-errors", "slow-api", "audit-insert-failures"} <= set(alarms)


def test_it_is_clean_priced_and_fits_the_budget() -> None:
    found = reviewed("askiam", "prod", preset="standby")
    assert [(f.policy, f.resource) for f in found.findings if f.level == "mandatory"] == []
    assert estimate_of(found).unknown == ()
    lines = [line for line in estimate_of(found).lines if line.resource.startswith("standby-") and line.expected]
    assert {line.resource for line in lines if line.kind == "usage"} == {"standby-aurora"}
    assert 65 < sum(line.expected for line in lines) < 70


def test_logs_there_end_and_queues_are_encrypted(plan: Planned) -> None:
    groups = there(plan, "aws:cloudwatch/logGroup:LogGroup")
    assert groups
    assert all(group.get("retentionInDays") in (7, 30) for group in groups)
    queues = there(plan, "aws:sqs/queue:Queue")
    assert queues
    assert all(queue.get("sqsManagedSseEnabled") is True for queue in queues)


def records(plan: Planned) -> dict[Any, Resource]:
    """The records of the system's name, by their failover role."""
    found = plan.all("aws:route53/record:Record")
    return {r.get("failoverRoutingPolicies[0].type"): r for r in found if r.get("name") == "api.askiam.example"}


def test_the_name_has_a_record_for_each_region_and_a_switch(named: Planned) -> None:
    first, second = records(named)["PRIMARY"], records(named)["SECONDARY"]
    assert named.refers(first, "healthCheckId") == {"records-switch"}
    assert second.get("healthCheckId") is ABSENT
    assert {first.get("setIdentifier"), second.get("setIdentifier")} == {"primary", "secondary"}
    assert named.refers(first, "aliases") == {"rest-api-domain"}
    assert named.refers(second, "aliases") == {"standby-rest-api-domain"}
    checks = {check.name: check for check in named.all("aws:route53/healthCheck:HealthCheck")}
    switch = checks["records-switch"]
    # Nobody is sent to a database that cannot be written: the first region keeps the name until somebody turns this.
    assert (switch.get("type"), switch.get("childHealthThreshold")) == ("CALCULATED", 0)
    assert named.refers(switch, "childHealthchecks") == {"records-first"}
    alarms = {alarm.name: alarm for alarm in named.all("aws:cloudwatch/metricAlarm:MetricAlarm")}
    for place in ("first", "standby"):
        assert named.refers(alarms[f"health-{place}-alarm"], "dimensions") == {f"records-{place}"}
        assert checks[f"records-{place}"].get("resourcePath") == "/prod/status"
    # Checks call each region by the address that AWS gives.
    assert [api.get("disableExecuteApiEndpoint") for api in named.all("aws:apigateway/restApi:RestApi")] == [False] * 2
    certificates = named.all("aws:acm/certificate:Certificate")
    assert {certificate.get("region") for certificate in certificates} == {HERE, THERE}
    for domain in named.all("aws:apigateway/domainName:DomainName"):
        assert domain.get("securityPolicy") == "TLS_1_2"


def test_the_variants_stand_by_too(whole: StackReview, named: Planned) -> None:
    assert [(f.policy, f.resource) for f in whole.findings if f.level == "mandatory"] == []
    assert estimate_of(whole).unknown == ()
    assert len(there(named, "aws:wafv2/webAclAssociation:WebAclAssociation")) == 1
    assert [f.name for f in there(named, FUNCTION) if "authorizer" in f.name] == ["standby-token-authorizer"]


def test_snapshots_are_copied_instead_by_one_line() -> None:
    copies = {"database": "copies", "network": None}
    usage = {"standby-aurora": None, "standby-*": None, "bucket-audit-copy": None, "backup-copies*": {"auroraGb": 700}}
    found = reviewed("askiam", "prod", preset="standby", standby=copies, buckets={"audit": {"replicate": False}},
                     usage=usage)  # fmt: skip
    plan = Planned(found.plan.view())
    assert plan.all(GLOBAL) == []
    assert there(plan, FUNCTION) == []
    assert plan.one(CLUSTER).get("manageMasterUserPassword") is True
    backup = plan.one("aws:backup/plan:Plan")
    assert backup.get("rules[0].schedule") == "cron(30 0 * * ? *)"
    assert backup.get("rules[0].copyActions[0].lifecycle.deleteAfter") == 7
    assert plan.refers(backup, "rules") == {"backup-copies", "backup-copies-standby"}
    assert {vault.region for vault in plan.all("aws:backup/vault:Vault")} == {HERE, THERE}
    assert plan.refers(plan.one("aws:backup/selection:Selection"), "resources") == {"aurora"}
    assert estimate_of(found).unknown == ()
    assert [(f.policy, f.resource) for f in found.findings if f.level == "mandatory"] == []
