"""Amazon RDS and Aurora: private, encrypted both ways, recoverable, on a version that is still looked after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from guardrails.checks import (
    PathCheck,
    at_least,
    contains,
    has_value,
    is_block,
    is_set,
    is_true,
    none_of,
    not_false,
    not_true,
    number,
    when,
)
from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.rule import Kind, On, Outcome, Scope, declare, known, undecided

INSTANCE: Final = "aws:rds/instance:Instance"
CLUSTER: Final = "aws:rds/cluster:Cluster"
MEMBER: Final = "aws:rds/clusterInstance:ClusterInstance"
PARAMETERS: Final = "aws:rds/parameterGroup:ParameterGroup"
CLUSTER_PARAMETERS: Final = "aws:rds/clusterParameterGroup:ClusterParameterGroup"
PROXY: Final = "aws:rds/proxy:Proxy"
BACKUP_SELECTION: Final = "aws:backup/selection:Selection"

#: Oldest PostgreSQL major that is accepted, and the oldest that passes without a note. The community ended 14 on
#: 2026-11-12; RDS charges for extended support some months after that.
POSTGRES_MINIMUM: Final = 15
POSTGRES_ADVISED: Final = 16
POSTGRES_URL: Final = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html"
)
_DEFAULT_PORTS: Final = {
    "postgres": 5432,
    "mysql": 3306,
    "mariadb": 3306,
    "aurora-postgresql": 5432,
    "aurora-mysql": 3306,
}
_LOGS: Final = {
    "postgres": ("postgresql",),
    "mysql": ("error",),
    "mariadb": ("error",),
    "sqlserver-ex": ("error",),
    "oracle-ee": ("alert",),
}


def _primary(check: PathCheck) -> PathCheck:
    """Only databases that are not replicas: a replica takes the setting from its source."""
    return when("replicateSourceDb", lambda value: value is ABSENT, check)


def _engine(prefix: str, check: PathCheck) -> PathCheck:
    return when("engine", lambda value: isinstance(value, str) and value.startswith(prefix), check)


def _aurora(check: PathCheck) -> PathCheck:
    return _engine("aurora", check)


def _not_shared(snapshot: Resource, _scope: Scope) -> Iterator[Outcome]:
    shared = snapshot.all("sharedAccounts[]")
    if "all" in shared:
        yield "sharedAccounts holds all: anybody can restore it"
    elif UNKNOWN in shared:
        yield undecided("sharedAccounts")


declare(
    "RDS.1",
    "critical",
    Kind.EXPOSURE,
    "RDS snapshot should be private",
    types=("aws:rds/snapshot:Snapshot", "aws:rds/clusterSnapshot:ClusterSnapshot"),
    reads=("sharedAccounts",),
    check=_not_shared,
    why="A public snapshot is a public copy of the database.",
    fix="share with account ids, never with all",
    waivable=False,
)

declare(
    "RDS.2",
    "critical",
    Kind.EXPOSURE,
    "RDS DB Instances should prohibit public access, as determined by the PubliclyAccessible configuration",
    types=(INSTANCE, MEMBER),
    check=not_true("publiclyAccessible"),
    why="A database with a public address is scanned and attacked within minutes.",
    fix="publicly_accessible=False",
    waivable=False,
)


def _encrypted(instance: Resource, scope: Scope) -> Iterator[Outcome]:
    if has_value(instance.get("replicateSourceDb")) and instance.get("storageEncrypted") is ABSENT:
        return  # A replica in the same region is encrypted exactly when its source is, and the source is judged.
    yield from is_true("storageEncrypted").run(instance, scope)


declare(
    "RDS.3",
    "medium",
    Kind.ENCRYPTION,
    "RDS DB instances should have encryption at-rest enabled",
    types=INSTANCE,
    reads=("storageEncrypted", "replicateSourceDb"),
    check=_encrypted,
    references=("replicateSourceDb",),
    why="Storage, backups and snapshots stay readable for whoever gets a copy; it can only be set at creation.",
    fix="storage_encrypted=True",
)

declare(
    "RDS.27",
    "medium",
    Kind.ENCRYPTION,
    "RDS DB clusters should be encrypted at rest",
    types=CLUSTER,
    check=is_true("storageEncrypted"),
    why="Storage, backups and snapshots stay readable for whoever gets a copy; it can only be set at creation.",
    fix="storage_encrypted=True",
)


declare(
    "RDS.4",
    "medium",
    Kind.ENCRYPTION,
    "RDS cluster snapshots and database snapshots should be encrypted at rest",
    types="aws:rds/snapshotCopy:SnapshotCopy",
    check=is_set("kmsKeyId"),
    why="A copy without a key is only encrypted when its source is; with one it always is.",
    fix="SnapshotCopy(kms_key_id=key.arn)",
)

declare(
    "RDS.5",
    "medium",
    Kind.ADVICE,
    "RDS DB instances should be configured with multiple Availability Zones",
    types=INSTANCE,
    check=_primary(is_true("multiAz")),
    why="One zone's failure stops the database until it is restored. Advisory: a standby doubles the price, and a "
    "small system may accept the restore time.",
    fix="multi_az=True",
)

declare(
    "RDS.6",
    "low",
    Kind.PRODUCTION,
    "Enhanced monitoring should be configured for RDS DB instances",
    types=(INSTANCE, MEMBER),
    check=at_least("monitoringInterval", 1, absent=0),
    why="Without it there are no memory and process figures to explain a slow database.",
    fix="monitoring_interval=60, monitoring_role_arn=role.arn",
)

declare(
    "RDS.7",
    "low",
    Kind.PRODUCTION,
    "RDS clusters should have deletion protection enabled",
    types=CLUSTER,
    check=is_true("deletionProtection"),
    why="One wrong `pulumi destroy` or click deletes the data.",
    fix="deletion_protection=True",
)

declare(
    "RDS.8",
    "low",
    Kind.PRODUCTION,
    "RDS DB instances should have deletion protection enabled",
    types=INSTANCE,
    check=_primary(is_true("deletionProtection")),
    why="One wrong `pulumi destroy` or click deletes the data.",
    fix="deletion_protection=True",
)


def _engine_logs(instance: Resource, _scope: Scope) -> Iterator[Outcome]:
    engine = instance.get("engine")
    if engine is UNKNOWN:
        yield undecided("engine")
    wanted = _LOGS.get(engine, ()) if isinstance(engine, str) else ()
    exports = instance.all("enabledCloudwatchLogsExports[]")
    missing = [log for log in wanted if log not in exports]
    if missing:
        path = "enabledCloudwatchLogsExports"
        yield undecided(path) if UNKNOWN in exports else f"{path} lacks {', '.join(missing)}"


declare(
    "RDS.9",
    "medium",
    Kind.PRODUCTION,
    "RDS DB instances should publish logs to CloudWatch Logs",
    types=INSTANCE,
    reads=("enabledCloudwatchLogsExports", "engine"),
    check=_engine_logs,
    why="The log on the instance is gone after three days, and with the instance.",
    fix='enabled_cloudwatch_logs_exports=["postgresql", "upgrade"]',
)

declare(
    "RDS.36",
    "medium",
    Kind.PRODUCTION,
    "RDS for PostgreSQL DB instances should publish logs to CloudWatch Logs",
    types=INSTANCE,
    check=when("engine", lambda value: value == "postgres", contains("enabledCloudwatchLogsExports", "postgresql")),
    why="The log on the instance is gone after three days, and with the instance.",
    fix='enabled_cloudwatch_logs_exports=["postgresql", "upgrade"]',
)

declare(
    "RDS.37",
    "medium",
    Kind.PRODUCTION,
    "Aurora PostgreSQL DB clusters should publish logs to CloudWatch Logs",
    types=CLUSTER,
    check=_engine("aurora-postgresql", contains("enabledCloudwatchLogsExports", "postgresql")),
    why="The log on the instances is gone after three days, and with them.",
    fix='enabled_cloudwatch_logs_exports=["postgresql"]',
)

declare(
    "RDS.34",
    "medium",
    Kind.PRODUCTION,
    "Aurora MySQL DB clusters should publish audit logs to CloudWatch Logs",
    types=CLUSTER,
    check=_engine("aurora-mysql", contains("enabledCloudwatchLogsExports", "audit")),
    why="Without the audit log nobody can say who read what.",
    fix='enabled_cloudwatch_logs_exports=["audit"]',
)

for _id, _type in (("RDS.10", INSTANCE), ("RDS.12", CLUSTER)):
    declare(
        _id,
        "medium",
        Kind.ADVICE,
        f"IAM authentication should be configured for RDS {'instances' if _type == INSTANCE else 'clusters'}",
        types=_type,
        check=is_true("iamDatabaseAuthenticationEnabled"),
        why="Short-lived tokens instead of passwords. Advisory: it takes an application that asks for them, and a "
        "password that Secrets Manager keeps and rotates answers the same risk.",
        fix="iam_database_authentication_enabled=True",
    )

declare(
    "RDS.11",
    "medium",
    Kind.PRODUCTION,
    "RDS instances should have automatic backups enabled",
    types=INSTANCE,
    check=_primary(at_least("backupRetentionPeriod", 7, absent=0)),
    why="Without automated backups there is no point in time to go back to.",
    fix="backup_retention_period=7",
)

declare(
    "RDS.50",
    "medium",
    Kind.PRODUCTION,
    "RDS DB clusters should have enough backup retention",
    types=CLUSTER,
    check=at_least("backupRetentionPeriod", 7, absent=1),
    why="A mistake found after the weekend needs more than the default of one day.",
    fix="backup_retention_period=7",
    frameworks="NIST",
)

declare(
    "RDS.13",
    "high",
    Kind.FREE,
    "RDS automatic minor version upgrades should be enabled",
    types=(INSTANCE, MEMBER),
    check=not_false("autoMinorVersionUpgrade"),
    why="Minor versions carry the security fixes.",
    fix="auto_minor_version_upgrade=True",
)

declare(
    "RDS.14",
    "medium",
    Kind.ADVICE,
    "Amazon Aurora clusters should have backtracking enabled",
    types=CLUSTER,
    check=_engine("aurora-mysql", at_least("backtrackWindow", 1, absent=0)),
    why="Backtracking undoes a mistake in minutes. Advisory: it is paid for by the change record, and point-in-time "
    "recovery does the same more slowly.",
    fix="backtrack_window=86400",
)


def _two_members(cluster: Resource, scope: Scope) -> Iterator[Outcome]:
    members = scope.attached(cluster, MEMBER, "clusterIdentifier", "clusterIdentifier")
    if len(members) < 2 and len(cluster.all("availabilityZones[]")) < 2:
        yield f"has {len(members)} instance{'' if len(members) == 1 else 's'}, so no second zone to fail over to"


declare(
    "RDS.15",
    "medium",
    Kind.ADVICE,
    "RDS DB clusters should be configured for multiple Availability Zones",
    types=CLUSTER,
    reads=("availabilityZones", "clusterIdentifier"),
    related={MEMBER: ("clusterIdentifier",)},
    check=_two_members,
    why="One zone's failure stops the database until a new instance is up. Advisory: the second instance doubles the "
    "price.",
    fix="a second ClusterInstance(cluster_identifier=cluster.id)",
)

declare(
    "RDS.16",
    "low",
    Kind.FREE,
    "RDS DB clusters should be configured to copy tags to snapshots",
    types=CLUSTER,
    check=_aurora(is_true("copyTagsToSnapshot")),
    why="An untagged snapshot has no owner and no cost centre.",
    fix="copy_tags_to_snapshot=True",
)

declare(
    "RDS.47",
    "low",
    Kind.FREE,
    "RDS for PostgreSQL DB clusters should copy tags to DB snapshots",
    types=CLUSTER,
    check=when("engine", lambda value: value == "postgres", is_true("copyTagsToSnapshot")),
    why="An untagged snapshot has no owner and no cost centre.",
    fix="copy_tags_to_snapshot=True",
)

declare(
    "RDS.17",
    "low",
    Kind.FREE,
    "RDS DB instances should be configured to copy tags to snapshots",
    types=INSTANCE,
    check=_primary(is_true("copyTagsToSnapshot")),
    why="An untagged snapshot has no owner and no cost centre.",
    fix="copy_tags_to_snapshot=True",
)


def _own_port(database: Resource, _scope: Scope) -> Iterator[Outcome]:
    engine, port = database.get("engine"), database.get("port")
    default = _DEFAULT_PORTS.get(engine) if isinstance(engine, str) else None
    if UNKNOWN in (port, engine) and port is not ABSENT:
        yield undecided("port" if port is UNKNOWN else "engine")
    elif port is ABSENT or number(port) == default:
        yield "listens on the engine's default port"


declare(
    "RDS.23",
    "low",
    Kind.ADVICE,
    "RDS instances should not use a database engine default port",
    types=(INSTANCE, CLUSTER),
    reads=("port", "engine"),
    check=_own_port,
    why="Scanners try the default first. Advisory: the database has no public address, and security groups name its "
    "callers.",
    fix="port=5433",
)

for _id, _type, _path in (("RDS.24", CLUSTER, "masterUsername"), ("RDS.25", INSTANCE, "username")):
    declare(
        _id,
        "medium",
        Kind.PRODUCTION,
        f"RDS {'Database Clusters' if _type == CLUSTER else 'database instances'} should use a custom administrator "
        "username",
        types=_type,
        check=none_of(_path, ("admin", "postgres", "root", "mysql", "administrator")),
        why="The default name is half of what an attacker has to guess; it cannot be changed after creation.",
        fix='master_username="app_owner"' if _type == CLUSTER else 'username="app_owner"',
    )

declare(
    "RDS.35",
    "medium",
    Kind.FREE,
    "RDS DB clusters should have automatic minor version upgrade enabled",
    types=CLUSTER,
    check=when(
        "engine",
        lambda value: isinstance(value, str) and not value.startswith("aurora"),
        is_true("autoMinorVersionUpgrade"),
    ),
    why="Minor versions carry the security fixes. Aurora takes the setting from its instances (RDS.13).",
    fix="auto_minor_version_upgrade=True",
)


def _forces_tls(instance: Resource, scope: Scope) -> Iterator[Outcome]:
    engine = instance.get("engine")
    if engine is not UNKNOWN and engine != "postgres":
        return
    groups = scope.stack.referenced(instance, "parameterGroupName")
    if not groups:
        version = instance.get("engineVersion")
        major = _major(version)
        if instance.get("parameterGroupName") is ABSENT and major is not None and major >= POSTGRES_MINIMUM:
            return  # The default group forces TLS since PostgreSQL 15.
        named = "its parameter group is not part of this stack, so rds.force_ssl cannot be read"
        yield "has no parameter group of its own" if instance.get("parameterGroupName") is ABSENT else named
    for group in groups:
        yield from _force_ssl(group)


def _force_ssl(group: Resource) -> Iterator[Outcome]:
    for parameter in group.all("parameters[]"):
        if parameter is UNKNOWN:
            yield On(group, undecided("parameters"))
            return
        name = parameter.get("name") if is_block(parameter) else None
        if name is UNKNOWN:
            yield On(group, undecided("parameters[].name"))
            return
        if is_block(parameter) and name == "rds.force_ssl":
            if str(parameter.get("value")) != "1":
                yield On(group, "parameter rds.force_ssl is not 1")
            return
    family = group.get("family")
    if family is UNKNOWN or (major := _major(str(family).removeprefix("postgres"))) is None or major < POSTGRES_MINIMUM:
        yield On(group, "parameter rds.force_ssl is not set, and this family's default is 0")


def _major(version: object) -> int | None:
    head = str(version).split(".")[0] if known(version) else ""
    return int(head) if head.isdigit() else None


declare(
    "RDS.38",
    "medium",
    Kind.ENCRYPTION,
    "RDS for PostgreSQL DB instances should be encrypted in transit",
    types=INSTANCE,
    reads=("parameterGroupName", "engine", "engineVersion"),
    related={PARAMETERS: ("parameters[].name", "parameters[].value", "family")},
    check=_forces_tls,
    why="Without rds.force_ssl a client that asks for plain text gets it, password and all.",
    fix='ParameterGroup(parameters=[{"name": "rds.force_ssl", "value": "1"}])',
)

declare(
    "RDS.43",
    "medium",
    Kind.ENCRYPTION,
    "RDS DB proxies should require TLS encryption",
    types=PROXY,
    check=is_true("requireTls"),
    why="Without it a client that asks for plain text gets it.",
    fix="Proxy(require_tls=True)",
)


def _audited(cluster: Resource, scope: Scope) -> Iterator[Outcome]:
    engine = cluster.get("engine")
    if engine is not UNKNOWN and engine != "aurora-mysql":
        return
    groups = [g for g in scope.stack.referenced(cluster, "dbClusterParameterGroupName") if g.type == CLUSTER_PARAMETERS]
    if not groups:
        yield "has no cluster parameter group in this stack, so server_audit_logging cannot be read"
    for group in groups:
        members = group.all("parameters[]")
        pairs = [(member.get("name"), member.get("value")) for member in members if is_block(member)]
        if ("server_audit_logging", "1") in [(name, str(value)) for name, value in pairs]:
            continue
        unknown = UNKNOWN in members or any(UNKNOWN in pair for pair in pairs)
        yield On(group, undecided("parameters") if unknown else "parameter server_audit_logging is not 1")


declare(
    "RDS.45",
    "medium",
    Kind.PRODUCTION,
    "Aurora MySQL DB clusters should have audit logging enabled",
    types=CLUSTER,
    reads=("engine", "dbClusterParameterGroupName"),
    related={CLUSTER_PARAMETERS: ("parameters[].name", "parameters[].value")},
    check=_audited,
    references=("dbClusterParameterGroupName",),
    why="Who read which table is in no other record.",
    fix='ClusterParameterGroup(parameters=[{"name": "server_audit_logging", "value": "1"}, ...])',
)

declare(
    "P.RDS.cmk",
    "medium",
    Kind.CUSTOMER_KEY,
    "Databases should use a customer-managed key",
    types=(INSTANCE, CLUSTER),
    check=is_set("kmsKeyId"),
    why="The AWS-managed key encrypts as well; your own can be refused, shared and audited.",
    fix="kms_key_id=key.arn",
    url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html",
)


#: A database made from another takes over its password.
_COPIED_FROM: Final = (
    "replicateSourceDb",
    "snapshotIdentifier",
    "globalClusterIdentifier",
    "replicationSourceIdentifier",
)


def _managed_password(database: Resource, _scope: Scope) -> Iterator[Outcome]:
    restored = any(
        has_value(database.get(path))
        for path in (
            "replicateSourceDb",
            "snapshotIdentifier",
            "globalClusterIdentifier",
            "replicationSourceIdentifier",
        )
    )
    for path in ("password", "masterPassword"):
        if has_value(database.get(path)):
            yield f"{path} is set, so the password is in Pulumi's state"
            return
    write_only = any(has_value(database.get(path)) for path in ("passwordWo", "masterPasswordWo"))
    managed = database.get("manageMasterUserPassword")
    if managed is UNKNOWN:
        yield undecided("manageMasterUserPassword")
    elif managed is not True and not write_only and not restored:
        yield "manageMasterUserPassword is not true"


declare(
    "P.RDS.secret",
    "high",
    Kind.FREE,
    "RDS should make, keep and rotate the administrator's password",
    types=(INSTANCE, CLUSTER),
    reads=(
        "manageMasterUserPassword",
        "password",
        "passwordWo",
        "masterPassword",
        "masterPasswordWo",
        *_COPIED_FROM,
    ),
    check=_managed_password,
    references=("passwordWo", "masterPasswordWo", *_COPIED_FROM),
    why="A password in the program is in its state, its history and the memory of everybody who ran it.",
    fix="manage_master_user_password=True",
    url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html",
)


def _current_ca(database: Resource, _scope: Scope) -> Iterator[Outcome]:
    value = database.get("caCertIdentifier")
    if value is UNKNOWN:
        yield undecided("caCertIdentifier")
    elif value is not ABSENT and not (isinstance(value, str) and value.endswith("-g1")):
        yield "caCertIdentifier names a retired certificate authority"


declare(
    "P.RDS.ca",
    "medium",
    Kind.FREE,
    "Databases should use a current certificate authority",
    types=(INSTANCE, MEMBER),
    reads=("caCertIdentifier",),
    check=_current_ca,
    why="rds-ca-2019 ended in 2024: clients that check certificates refuse the connection.",
    fix='ca_cert_identifier="rds-ca-rsa2048-g1"',
    url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html",
)


def _postgres_version(minimum: int) -> PathCheck:
    def run(database: Resource, _scope: Scope) -> Iterator[Outcome]:
        engine = database.get("engine")
        if engine is not UNKNOWN and engine not in ("postgres", "aurora-postgresql"):
            return
        version = database.get("engineVersion")
        if version is UNKNOWN:
            yield undecided("engineVersion")
        elif (major := _major(version)) is not None and major < minimum:
            yield f"engineVersion is PostgreSQL {major}; it must be {minimum} or newer"

    return PathCheck(run, ("engine", "engineVersion"))


declare(
    "P.RDS.engine",
    "high",
    Kind.FREE,
    f"PostgreSQL should be version {POSTGRES_MINIMUM} or newer",
    types=(INSTANCE, CLUSTER),
    check=_postgres_version(POSTGRES_MINIMUM),
    why="The community stopped fixing 14 on 12 November 2026; RDS then charges extended support by the vCPU and hour.",
    fix='engine_version="16"',
    url=POSTGRES_URL,
)

declare(
    "P.RDS.engine-soon",
    "low",
    Kind.ADVICE,
    f"PostgreSQL should be version {POSTGRES_ADVISED} or newer",
    types=(INSTANCE, CLUSTER),
    check=_postgres_version(POSTGRES_ADVISED),
    why="15 is the next to leave support (November 2027); a new database need not start there.",
    fix='engine_version="16"',
    url=POSTGRES_URL,
)


def _no_extended_support(database: Resource, _scope: Scope) -> Iterator[Outcome]:
    value = database.get("engineLifecycleSupport")
    if value is UNKNOWN:
        yield undecided("engineLifecycleSupport")
    elif value != "open-source-rds-extended-support-disabled":
        yield "engineLifecycleSupport lets RDS start paid extended support by itself"


declare(
    "P.RDS.extended-support",
    "medium",
    Kind.ADVICE,
    "Databases should not slide into paid extended support",
    types=(INSTANCE, CLUSTER),
    reads=("engineLifecycleSupport",),
    check=_no_extended_support,
    why="When standard support ends, RDS starts to charge $0.10 a vCPU and hour unless this is off.",
    fix='engine_lifecycle_support="open-source-rds-extended-support-disabled"',
    url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support.html",
)


def _final_snapshot(database: Resource, scope: Scope) -> Iterator[Outcome]:
    value = database.get("skipFinalSnapshot")
    if scope.tier != "prod" or has_value(database.get("replicateSourceDb")):
        return
    if value is UNKNOWN:
        yield undecided("skipFinalSnapshot")
    elif value is True:
        yield "skipFinalSnapshot is true; deleting the database would leave no copy"
    elif not has_value(database.get("finalSnapshotIdentifier")):
        yield "finalSnapshotIdentifier is not set, so a deletion would fail half-way"


declare(
    "P.RDS.final-snapshot",
    "high",
    Kind.PRODUCTION,
    "Production databases should leave a final snapshot",
    types=(INSTANCE, CLUSTER),
    reads=("skipFinalSnapshot", "finalSnapshotIdentifier", "replicateSourceDb"),
    check=_final_snapshot,
    references=("finalSnapshotIdentifier", "replicateSourceDb"),
    why="The snapshot is the last way back after a deletion or replacement.",
    fix='skip_final_snapshot=False, final_snapshot_identifier="app-prod-final"',
    url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
)


def _capped(cluster: Resource, _scope: Scope) -> Iterator[Outcome]:
    path = "serverlessv2ScalingConfiguration"
    value = cluster.get(f"{path}.maxCapacity")
    if not cluster.is_set(path):
        return
    if value is UNKNOWN:
        yield undecided(f"{path}.maxCapacity")
    elif (number(value) or 0) > _ACU_CAP[_scope.tier]:
        yield f"{path}.maxCapacity is {number(value):g} ACU; {_scope.tier} is capped at {_ACU_CAP[_scope.tier]}"


#: Aurora capacity units by tier; one costs about $90 a month when it runs through.
_ACU_CAP: Final = {"dev": 2, "staging": 4, "prod": 16}

declare(
    "P.RDS.aurora-cap",
    "medium",
    Kind.PRODUCTION,
    "Aurora Serverless should have a ceiling that the tier can pay for",
    types=CLUSTER,
    reads=("serverlessv2ScalingConfiguration.maxCapacity",),
    check=_capped,
    why="One runaway query scales the cluster to its maximum, and the maximum is what the month costs.",
    fix='serverlessv2_scaling_configuration={"min_capacity": 0, "max_capacity": 4, "seconds_until_auto_pause": 3600}',
    url="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html",
)

declare(
    "RDS.26",
    "medium",
    Kind.OFF,
    "RDS DB instances should be protected by a backup plan",
    types=INSTANCE,
    related={BACKUP_SELECTION: ("resources",)},
    check=lambda instance, scope: (
        () if scope.stack.referring(instance, BACKUP_SELECTION, "resources") else ("is in no backup selection",)
    ),
    why="Off by default: RDS backs itself up (RDS.11); AWS Backup is paid for on top.",
    fix="backup.Selection(plan_id=plan.id, iam_role_arn=role.arn, resources=[database.arn])",
    frameworks="NIST",
)
