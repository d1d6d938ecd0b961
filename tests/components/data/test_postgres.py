"""PostgreSQL: safety, parameters, logs, users, and the switches."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.data.postgres_parameters import STATIC, parameter_entries
from components.data.postgres_users import user_name
from components.grant import Grant
from guardrails.resource import ABSENT, UNKNOWN
from tests.support import data
from tests.support.program import Sample, plan_of, sample_of
from tests.support.sections import names

INSTANCE = "aws:rds/instance:Instance"
USERS = ("api-gateway", "search")


@functools.cache
def _planned(described: str) -> tuple[Sample, dict[str, Grant], dict[str, Any]]:
    made: dict[str, Any] = {}

    def create() -> None:
        made.update(_create(**json.loads(described)))

    sample = sample_of(create)
    return sample, made["grants"], made


def _create(**overrides: Any) -> dict[str, Any]:
    from components.data.postgres import PostgresInstance

    database = PostgresInstance(
        "database",
        settings=data.database(**overrides),
        names=names(),
        vpc_id=data.VPC,
        subnet_ids=data.SUBNETS,
        users=USERS,
        log_retention_days=14,
        secret_recovery_days=7,
    )
    return {"grants": {user: database.grant(user) for user in USERS}}


def planned(**overrides: Any) -> Sample:
    """The plan of a database, made once."""
    return _planned(json.dumps(overrides))[0]


def grants(**overrides: Any) -> dict[str, Grant]:
    """What it gives to each service."""
    return _planned(json.dumps(overrides))[1]


@pytest.mark.requirement("PIKA-47")
@pytest.mark.requirement("PIKA-48")
def test_size_and_version_are_the_settings() -> None:
    instance = planned(instanceClass="db.t3.micro").one(INSTANCE)
    assert {key: instance.get(key) for key in ("engine", "engineVersion", "instanceClass", "storageType")} == {
        "engine": "postgres",
        "engineVersion": "16",
        "instanceClass": "db.t3.micro",
        "storageType": "gp3",
    }
    assert instance.get("allocatedStorage") == 20
    assert instance.get("multiAz") is False


def test_it_is_encrypted_private_and_never_pays_for_extended_support() -> None:
    instance = planned().one(INSTANCE)
    assert instance.get("storageEncrypted") is True
    assert instance.get("publiclyAccessible") is False
    assert instance.get("engineLifecycleSupport") == "open-source-rds-extended-support-disabled"
    assert instance.get("iamDatabaseAuthenticationEnabled") is True
    assert instance.get("caCertIdentifier") == "rds-ca-rsa2048-g1"


@pytest.mark.requirement("PIKA-49")
def test_a_protected_database_keeps_backups_and_a_last_snapshot() -> None:
    sample = planned()
    instance = sample.one(INSTANCE)
    assert instance.get("backupRetentionPeriod") == 7
    assert instance.get("copyTagsToSnapshot") is True
    assert instance.get("deletionProtection") is True
    assert instance.get("skipFinalSnapshot") is False
    assert instance.get("finalSnapshotIdentifier") == "shop-prod-database-final"
    assert instance.get("deleteAutomatedBackups") is False
    assert instance.get("applyImmediately") is False
    assert sample.planned(instance).protect
    assert sample.planned(instance).retain_on_delete


def test_an_unprotected_database_goes_without_a_trace() -> None:
    sample = planned(deletionProtection=False, backupRetentionDays=1)
    instance = sample.one(INSTANCE)
    assert instance.get("deletionProtection") is False
    assert instance.get("skipFinalSnapshot") is True
    assert instance.get("finalSnapshotIdentifier") is ABSENT
    assert instance.get("deleteAutomatedBackups") is True
    assert instance.get("applyImmediately") is True
    assert not sample.planned(instance).protect


@pytest.mark.requirement("PIKA-72")
def test_rds_keeps_the_administrators_password() -> None:
    instance = planned().one(INSTANCE)
    assert instance.get("manageMasterUserPassword") is True
    assert instance.get("password") is ABSENT
    assert instance.get("username") not in ("admin", "postgres", ABSENT)


@pytest.mark.requirement("PIKA-51")
@pytest.mark.requirement("PIKA-52")
def test_monitoring_and_insights_are_the_settings() -> None:
    sample = planned()
    instance = sample.one(INSTANCE)
    assert instance.get("monitoringInterval") == 60
    assert instance.get("monitoringRoleArn") is UNKNOWN
    assert instance.get("performanceInsightsEnabled") is True
    assert instance.get("performanceInsightsRetentionPeriod") == 7
    assert instance.get("databaseInsightsMode") == "standard"
    attachment = sample.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert attachment.urn in instance.dependencies, "RDS tries the role when the instance is made"

    plain = planned(monitoringSeconds=0, performanceInsights=False)
    instance = plain.one(INSTANCE)
    assert instance.get("monitoringInterval") == 0
    assert instance.get("monitoringRoleArn") is ABSENT
    assert plain.all("aws:iam/role:Role") == []
    assert instance.get("performanceInsightsEnabled") is False
    assert instance.get("performanceInsightsRetentionPeriod") is ABSENT


@pytest.mark.requirement("PIKA-50")
@pytest.mark.requirement("PIKA-53")
@pytest.mark.requirement("PIKA-77")
def test_the_parameter_group_forces_tls_and_limits_connections() -> None:
    sample = planned(maxConnections=90)
    group = sample.one("aws:rds/parameterGroup:ParameterGroup")
    assert group.get("family") == "postgres16"
    entries = {entry["name"]: entry for entry in group.get("parameters")}
    assert entries["rds.force_ssl"]["value"] == "1"
    assert entries["max_connections"] == {"name": "max_connections", "value": "90", "applyMethod": "pending-reboot"}
    assert sample.refers(sample.one(INSTANCE), "parameterGroupName") == {"database"}


def test_its_log_groups_exist_before_it_with_their_retention() -> None:
    sample = planned()
    instance = sample.one(INSTANCE)
    assert instance.get("identifier") == "shop-prod-database"
    assert instance.get("enabledCloudwatchLogsExports") == ["postgresql", "upgrade"]
    for export in instance.get("enabledCloudwatchLogsExports"):
        group = sample.one("aws:cloudwatch/logGroup:LogGroup", name=f"/aws/rds/instance/shop-prod-database/{export}")
        assert group.get("retentionInDays") == 14
        assert group.urn in instance.dependencies


def test_its_address_is_published_under_fixed_names() -> None:
    found = {p.get("name"): p.get("value") for p in planned(name="pika", port=5433).all("aws:ssm/parameter:Parameter")}
    assert found == {
        "/shop/prod/database/host": UNKNOWN,
        "/shop/prod/database/port": "5433",
        "/shop/prod/database/name": "pika",
    }


@pytest.mark.requirement("PIKA-55")
@pytest.mark.requirement("PIKA-71")
def test_each_service_has_a_secret_of_its_own_that_no_other_can_read() -> None:
    secrets = planned().all("aws:secretsmanager/secret:Secret")
    assert {s.get("name") for s in secrets} == {"shop/prod/db/api-gateway", "shop/prod/db/search"}
    assert {s.get("recoveryWindowInDays") for s in secrets} == {7}
    for user, grant in grants().items():
        resources = [r for s in grant.secret_statements for r in s.resources]
        assert resources == [
            "arn:aws:ssm:us-east-1:123456789012:parameter/shop/prod/database/host",
            f"arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/prod/db/{user}-??????",
        ]


def test_a_service_receives_references_that_are_known_beforehand() -> None:
    grant = grants()["api-gateway"]
    assert grant.environment == {"DATABASE_PORT": "5432", "DATABASE_NAME": "app"}
    assert grant.secrets == {
        "DATABASE_HOST": "/shop/prod/database/host",
        "DATABASE_SECRET": "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/prod/db/api-gateway",
    }
    assert [(o.target, o.port) for o in grant.openings] == [("database", 5432)]
    assert grant.statements == ()


def test_a_secret_whose_name_looks_like_a_suffix_is_named_by_its_real_arn() -> None:
    # Secrets Manager would take "-search" at the end of "product-search" for the suffix that it adds itself.
    import pulumi

    from components.secrets.secret_names import has_plain_address

    made: dict[str, Any] = {}

    def create() -> None:
        from components.data.postgres import PostgresInstance

        database = PostgresInstance(
            "database",
            settings=data.database(),
            names=names(),
            vpc_id=data.VPC,
            subnet_ids=data.SUBNETS,
            users=["product-search"],
            log_retention_days=14,
        )
        made["grant"] = database.grant("product-search")

    sample_of(create)
    assert isinstance(made["grant"].secrets["DATABASE_SECRET"], pulumi.Output)
    assert not has_plain_address("shop/prod/db/product-search")
    assert has_plain_address("shop/prod/db/search")
    assert has_plain_address("shop/prod/jwt-secrets")


def test_users_can_be_kept_for_nothing_in_parameter_store() -> None:
    sample = planned(userStore="parameter-store")
    assert sample.all("aws:secretsmanager/secret:Secret") == []
    user = sample.one("aws:ssm/parameter:Parameter", name="/shop/prod/db/search")
    assert user.get("type") == "SecureString"
    assert user.get("value") is ABSENT
    assert user.get("valueWo") is UNKNOWN
    grant = grants(userStore="parameter-store")["search"]
    assert grant.secrets["DATABASE_SECRET"] == "/shop/prod/db/search"  # noqa: S105 - a parameter's name
    assert [tuple(s.actions) for s in grant.secret_statements] == [("ssm:GetParameters",)] * 2


def test_made_up_passwords_are_written_once() -> None:
    sample = planned()
    for version in sample.all("aws:secretsmanager/secretVersion:SecretVersion"):
        assert version.get("secretStringWo") is UNKNOWN
        assert version.get("secretString") is ABSENT
        assert list(sample.planned(version).ignore_changes) == ["secretStringWo"]


@pytest.mark.requirement("PIKA-09")
def test_it_sits_in_the_database_subnets_behind_a_group_without_rules() -> None:
    sample = planned()
    assert sample.one("aws:rds/subnetGroup:SubnetGroup").get("subnetIds") == list(data.SUBNETS)
    assert sample.one("aws:ec2/securityGroup:SecurityGroup").get("ingress") is ABSENT
    assert sample.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") == []
    assert sample.all("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule") == []


@pytest.mark.requirement("PIKA-56")
def test_a_read_replica_is_one_switch() -> None:
    sample = planned(readReplica=True)
    replica = sample.one(INSTANCE, identifier="shop-prod-database-replica")
    assert sample.refers(replica, "replicateSourceDb") == {"database"}
    assert replica.get("storageEncrypted") is True
    assert replica.get("skipFinalSnapshot") is True, "RDS takes none of a replica"
    assert sample.one("aws:ssm/parameter:Parameter", name="/shop/prod/database/replica-host")
    group = sample.one("aws:cloudwatch/logGroup:LogGroup", name="/aws/rds/instance/shop-prod-database-replica/upgrade")
    assert group.urn in replica.dependencies


@pytest.mark.requirement("PIKA-56")
def test_a_proxy_is_one_switch_and_stands_between_services_and_database() -> None:
    sample = planned(proxy=True)
    proxy = sample.one("aws:rds/proxy:Proxy")
    assert proxy.get("requireTls") is True
    assert [auth["description"] for auth in proxy.get("auths")] == list(USERS)
    assert sample.refers(sample.one("aws:ssm/parameter:Parameter", name="/shop/prod/database/host"), "value") == {
        "database-proxy"
    }
    rule = sample.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert sample.refers(rule, "referencedSecurityGroupId") == {"database-proxy"}
    assert rule.get("cidrIpv4") is ABSENT
    role = json.loads(sample.one("aws:iam/rolePolicy:RolePolicy").get("policy"))
    assert role["Statement"][0]["Resource"] == [
        f"arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/prod/db/{user}-??????" for user in USERS
    ]


def test_a_proxy_cannot_read_parameter_store() -> None:
    result = plan_of(lambda: _create(proxy=True, userStore="parameter-store"))
    assert result.error is not None
    assert "userStore: secrets-manager" in result.error.message


@pytest.mark.requirement("PIKA-57")
def test_a_standby_is_one_switch() -> None:
    assert planned(multiAz=True).one(INSTANCE).get("multiAz") is True


@pytest.mark.parametrize("further", [{"max_connections": "5"}, {"rds.force_ssl": "0"}])
def test_parameters_that_the_group_sets_itself_are_refused(further: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(further))):
        parameter_entries(100, further)


@given(
    st.integers(min_value=6, max_value=262143),
    st.dictionaries(
        st.sampled_from(["shared_buffers", "work_mem", "log_lock_waits", "random_page_cost", "huge_pages"]),
        st.text("0123456789", min_size=1, max_size=6),
    ),
)
def test_every_entry_is_there_once_and_applied_when_it_can_be(limit: int, further: dict[str, str]) -> None:
    entries = {entry.name: entry for entry in parameter_entries(limit, further)}
    assert len(entries) == len(parameter_entries(limit, further))
    assert entries["max_connections"].value == str(limit)
    assert entries["rds.force_ssl"].value == "1"
    assert {name: entries[name].value for name in further} == further
    assert {
        entry.name for entry in entries.values() if entry.apply_method == "pending-reboot"
    } == entries.keys() & STATIC


@given(st.from_regex(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", fullmatch=True))
def test_a_user_needs_no_quotes_in_sql(service: str) -> None:
    assert user_name(service).isidentifier()
