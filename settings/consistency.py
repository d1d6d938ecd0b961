"""Checks between sections, made before any resource is registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from settings import bucket_checks, fleet_checks, rest_checks, serverless_checks, watching_checks, websocket_checks
from settings.canary_checks import CHECKS as CANARY_CHECKS
from settings.cluster_checks import CHECKS as CLUSTER_CHECKS
from settings.function_links import CHECKS as FUNCTION_LINK_CHECKS
from settings.links import FUNCTION_ONLY, NAMED, SINGLE, parse_link
from settings.ordering import LinkCircleError, in_link_order
from settings.problems import Path, Problem, nearest
from settings.standby_checks import CHECKS as STANDBY_CHECKS
from settings.system import Settings

#: Names that the platform gives to tasks and log groups of its own.
RESERVED_SERVICES = frozenset({"database-dump", "error-copier", "exec"})


def inconsistencies(settings: Settings) -> list[Problem]:
    """Everything in which two sections of ``settings`` disagree."""
    return [problem for check in _CHECKS for problem in check(settings)]


def _links(settings: Settings) -> Iterator[Problem]:
    available: dict[str, list[str]] = {
        "bucket": list(settings.active_buckets),
        "secret": list(settings.secrets),
        "service": list(settings.active_services),
        "table": list(settings.active_tables),
    }
    single = {
        "database": settings.database is not None and settings.database.enabled,
        "cache": settings.cache is not None and settings.cache.enabled,
        "parameters": bool(settings.parameters),
        # The account's event bus is always there.
        "events": True,
    }
    users = [("services", name, service.links) for name, service in settings.active_services.items()]
    users += [("fleets", name, fleet.links) for name, fleet in settings.active_fleets.items()]
    users += [("functions", name, function.links) for name, function in settings.active_functions.items()]
    for section, name, links in users:
        for index, link in enumerate(links):
            path: Path = (section, name, "links", index)
            parsed = parse_link(link)
            if parsed.kind in SINGLE:
                if parsed.name:
                    yield Problem(path, f'"{link}": {parsed.kind} takes no name; write "{parsed.kind}"')
                elif not single[parsed.kind] and not getattr(settings, parsed.kind):
                    yield Problem(path, f'"{link}" links to nothing: the system has no {parsed.kind} section')
            elif parsed.kind in NAMED:
                # What this stack switches off drops its links with it; a name nobody defined is an error.
                defined = {
                    "bucket": settings.buckets,
                    "secret": settings.secrets,
                    "service": settings.services,
                    "table": settings.tables,
                }[parsed.kind]
                if parsed.name not in defined:
                    hint = nearest(parsed.name, available[parsed.kind])
                    yield Problem(path, f'"{link}" links to nothing: no such {parsed.kind}; {hint}')
                elif parsed.kind == "service" and parsed.name == name:
                    yield Problem(path, f'"{link}": a service cannot link to itself')
            elif parsed.kind in FUNCTION_ONLY:
                if section != "functions":
                    yield Problem(path, f'"{link}": only functions take it')
            else:
                kinds = (*SINGLE, *NAMED, *(FUNCTION_ONLY if section == "functions" else ()))
                yield Problem(path, f'"{link}": no such kind of link; {nearest(parsed.kind, kinds)}')


def _circles(settings: Settings) -> Iterator[Problem]:
    try:
        in_link_order(settings.active_services)
    except LinkCircleError as error:
        yield Problem(("services", error.circle[0], "links"), str(error))


def _network(settings: Settings) -> Iterator[Problem]:
    needs: dict[str, bool] = {
        "services": bool(settings.active_services),
        "database": settings.database is not None and settings.database.enabled,
        "cache": settings.cache is not None and settings.cache.enabled,
        "loadBalancer": settings.load_balancer is not None,
    }
    if settings.network is None:
        for section, needed in needs.items():
            if needed:
                yield Problem((section,), "needs a network section")
        return
    for index, zone in enumerate(settings.network.zones):
        if zone[:-1] != settings.region:
            yield Problem(("network", "zones", index), f'"{zone}" is not in region {settings.region}')
    if settings.network.database_subnets is None:
        for section in ("database", "cache"):
            if needs[section]:
                yield Problem((section,), "needs network.databaseSubnets")
    if settings.active_services and settings.network.nat_mode == "none" and not settings.network.interface_endpoints:
        message = (
            "natMode none leaves services without a way to pull images: choose another, or list interfaceEndpoints"
        )
        yield Problem(("network", "natMode"), message)


def _services(settings: Settings) -> Iterator[Problem]:
    if settings.service_defaults and not settings.services:
        yield Problem(("serviceDefaults",), "there are no services to default")
    for name in RESERVED_SERVICES & settings.services.keys():
        yield Problem(("services", name), "the name is taken by a task or log of the platform: choose another")
    for name, service in settings.active_services.items():
        if service.image is None and service.build is None and settings.release is None:
            yield Problem(
                ("services", name), "has nothing to run: set image or build, or release for its own repository"
            )
        if service.public is not None and settings.load_balancer is None:
            yield Problem(("services", name, "public"), "needs a loadBalancer section")
    if settings.load_balancer is not None:
        if not settings.active_fleets and not any(service.public for service in settings.active_services.values()):
            yield Problem(("loadBalancer",), "no service has public set: nothing would answer")
        cdn = settings.cdn is not None and settings.cdn.enabled
        if settings.load_balancer.scheme == "internal" and not cdn:
            message = "scheme internal is reached only through CloudFront: enable cdn, or choose public"
            yield Problem(("loadBalancer", "scheme"), message)
        certificate = settings.load_balancer.certificate_arn or settings.domain
        if settings.load_balancer.scheme == "public" and not certificate:
            message = "scheme public needs HTTPS: add a domain section or loadBalancer.certificateArn"
            yield Problem(("loadBalancer", "scheme"), message)

        if settings.load_balancer.certificate_arn and cdn and settings.domain is None:
            message = "CloudFront checks the certificate against the system's own name: add a domain section"
            yield Problem(("loadBalancer", "certificateArn"), message)
        # A rule holds five conditions, and the header that CloudFront proves itself with is one of them.
        most = 4 if settings.load_balancer.scheme == "public" and cdn else 5
        for name, service in settings.active_services.items():
            if service.public is not None and len(service.public.paths) > most:
                given = len(service.public.paths)
                yield Problem(("services", name, "public", "paths"), f"{given} patterns: a rule holds {most} here")


def _edge(settings: Settings) -> Iterator[Problem]:
    cdn = settings.cdn if settings.cdn is not None and settings.cdn.enabled else None
    if cdn is not None:
        if cdn.site_bucket not in settings.active_buckets:
            hint = nearest(cdn.site_bucket, settings.active_buckets)
            yield Problem(("cdn", "siteBucket"), f'no such bucket "{cdn.site_bucket}"; {hint}')
        behind = {
            "loadBalancer": settings.load_balancer is not None,
            "restApi": settings.active_rest_api is not None,
            "httpApi": settings.active_http_api is not None,
        }
        answering = [section for section, exists in behind.items() if exists]
        if cdn.api_paths and not answering:
            yield Problem(("cdn", "apiPaths"), "needs a loadBalancer section, a restApi or an httpApi")
        elif cdn.api_paths and len(answering) > 1:
            yield Problem(("cdn", "apiPaths"), f"{' and '.join(answering)} would both answer: keep one")
    if settings.firewall is not None and settings.firewall.enabled and cdn is None:
        yield Problem(("firewall",), "stands in front of the cdn: enable cdn, or set firewall.enabled to false")
    answers = cdn is not None or settings.domain is not None or settings.active_http_api is not None
    answers = answers or settings.active_rest_api is not None
    if settings.observability.health_check.enabled and not answers:
        message = "has nothing to call: enable cdn, add a domain or an API, or set healthCheck.enabled to false"
        yield Problem(("observability", "healthCheck"), message)


def _database(settings: Settings) -> Iterator[Problem]:
    database = settings.database
    if database is not None and database.enabled and database.proxy and database.user_store != "secrets-manager":
        yield Problem(("database", "proxy"), "reads users from Secrets Manager only: set userStore: secrets-manager")


def _storage(settings: Settings) -> Iterator[Problem]:
    receivers = [name for name, bucket in settings.active_buckets.items() if bucket.receives_logs]
    for name in receivers[1:]:
        yield Problem(("buckets", name, "receivesLogs"), f'bucket "{receivers[0]}" receives logs already: mark one')
    if not receivers:
        wants: list[tuple[Path, bool]] = [
            (
                ("network", "flowLogs"),
                settings.network is not None
                and settings.network.flow_logs.enabled
                and settings.network.flow_logs.destination == "s3",
            ),
            (
                ("loadBalancer", "accessLogs"),
                settings.load_balancer is not None and settings.load_balancer.access_logs,
            ),
        ]
        for path, wanted in wants:
            if wanted:
                yield Problem(path, "needs a bucket with receivesLogs: true")
    copied = [
        name for name, bucket in settings.active_buckets.items() if bucket.replicate and settings.storage.replicate
    ]
    for name in copied:
        if settings.secondary_region is None:
            yield Problem(("buckets", name, "replicate"), "needs secondaryRegion")
        elif not settings.active_buckets[name].versioned:
            yield Problem(("buckets", name, "replicate"), "needs versioned: true; S3 copies versions")
    if settings.secondary_region == settings.region:
        message = f"{settings.region} is the first region too, and what stands there fails with it: choose another"
        yield Problem(("secondaryRegion",), message)
    dump = settings.database_dump
    if dump is not None and dump.enabled:
        if settings.database is None or not settings.database.enabled:
            yield Problem(("databaseDump",), "there is no database to dump")
        if dump.service not in settings.active_services:
            hint = nearest(dump.service, settings.active_services)
            yield Problem(("databaseDump", "service"), f'no such service "{dump.service}"; {hint}')
        if dump.bucket not in settings.active_buckets:
            hint = nearest(dump.bucket, settings.active_buckets)
            yield Problem(("databaseDump", "bucket"), f'no such bucket "{dump.bucket}"; {hint}')


def _secrets(settings: Settings) -> Iterator[Problem]:
    for name, secret in settings.secrets.items():
        if secret.generate and secret.value is not None:
            yield Problem(("secrets", name), "generate and value are both set: choose one")
        if secret.rotation_lambda_arn is not None and secret.store != "secrets-manager":
            yield Problem(("secrets", name, "rotationLambdaArn"), "only Secrets Manager rotates: set store")


def _told(settings: Settings) -> Iterator[Problem]:
    if not settings.notifications.emails and settings.notifications.slack is None:
        yield Problem(
            ("notifications",), "name at least one e-mail address or a Slack channel: budgets must reach someone"
        )


def _budget(settings: Settings) -> Iterator[Problem]:
    if settings.budget.by_email and not settings.notifications.emails:
        yield Problem(("budget", "byEmail"), "there is no address to write to: add one to notifications.emails")


def _erasure(settings: Settings) -> Iterator[Problem]:
    erasure = settings.erasure
    if erasure is None or not erasure.enabled:
        return
    if not erasure.tables and not erasure.buckets:
        yield Problem(("erasure",), "erases nothing: name tables or buckets")
    for kind, chosen, there in (
        ("table", erasure.tables, settings.active_tables),
        ("bucket", erasure.buckets, settings.active_buckets),
    ):
        for index, name in enumerate(chosen):
            if name not in there:
                yield Problem(("erasure", f"{kind}s", index), f'no such {kind} "{name}"; {nearest(name, there)}')


def _baseline(settings: Settings) -> Iterator[Problem]:
    baseline = settings.account_baseline
    if baseline is None or not (baseline.trail.enabled or baseline.recorder.enabled):
        return
    path: Path = ("accountBaseline", "auditBucket")
    bucket = settings.active_buckets.get(baseline.audit_bucket)
    if bucket is None:
        hint = nearest(baseline.audit_bucket, settings.active_buckets)
        yield Problem(path, f'no such bucket "{baseline.audit_bucket}"; {hint}')
    elif bucket.receives_logs:
        yield Problem(path, f'bucket "{baseline.audit_bucket}" receives logs: the record of access to it needs another')
    elif not bucket.versioned:
        yield Problem(path, f'bucket "{baseline.audit_bucket}" needs versioned: true, so that no record is overwritten')


_CHECKS: tuple[Callable[[Settings], Iterator[Problem]], ...] = (
    _links,
    _circles,
    _network,
    _services,
    _edge,
    _database,
    _storage,
    _secrets,
    _told,
    _budget,
    _erasure,
    *serverless_checks.CHECKS,
    *fleet_checks.CHECKS,
    *FUNCTION_LINK_CHECKS,
    *CLUSTER_CHECKS,
    *STANDBY_CHECKS,
    *rest_checks.CHECKS,
    *watching_checks.CHECKS,
    *CANARY_CHECKS,
    *websocket_checks.CHECKS,
    *bucket_checks.CHECKS,
    _baseline,
)
