"""Checks between tables, users, the REST API, and what they name, made before any resource is registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from settings.identity import RESERVED_WORDS
from settings.links import TABLE_DETAILS, parse_link
from settings.problems import Path, Problem, nearest
from settings.rest_api import RestApi
from settings.serverless_checks import known_function
from settings.system import Settings


def tables(settings: Settings) -> Iterator[Problem]:
    """Tables without the key or the region that they ask for, and links that ask a table for what it cannot give."""
    for name, table in settings.active_tables.items():
        path: Path = ("tables", name)
        if table.encryption == "customer" and not settings.encryption.whole:
            yield Problem(
                (*path, "encryption"), "customer needs the stack's key: set encryption.customerKey: true, without only"
            )
        if table.replicate:
            if settings.secondary_region is None:
                yield Problem((*path, "replicate"), "needs secondaryRegion")
            own = settings.encryption.whole and table.encryption in (None, "customer")
            if own != (table.replica_key_arn is not None):
                message = (
                    "the table has a customer key, and a replica must have one in its own region: set replicaKeyArn"
                    if own
                    else "replicaKeyArn is set, and the table itself has no customer key: both have one, or neither"
                )
                yield Problem((*path, "replicate"), message)
    users = [("services", name, service.links) for name, service in settings.active_services.items()]
    users += [("functions", name, function.links) for name, function in settings.active_functions.items()]
    for section, name, links in users:
        for index, link in enumerate(links):
            parsed = parse_link(link)
            if parsed.kind == "table" and parsed.detail not in TABLE_DETAILS:
                hint = nearest(parsed.detail, [detail for detail in TABLE_DETAILS if detail])
                yield Problem((section, name, "links", index), f'"{link}": a table is linked whole, or so; {hint}')


def identity(settings: Settings) -> Iterator[Problem]:
    """Login pages at an address that Cognito refuses."""
    users = settings.active_identity
    if users is None or not users.has_login_pages or users.domain_prefix is not None:
        return
    for word in RESERVED_WORDS:
        if word in f"{settings.system}-{settings.stage}":
            message = f'the system\'s name holds "{word}", which Cognito keeps for itself: set domainPrefix'
            yield Problem(("identity",), message)


def rest_api(settings: Settings) -> Iterator[Problem]:
    """Functions and users that the API names and the system does not have."""
    api = settings.active_rest_api
    if api is None:
        return
    path: Path = ("restApi",)
    yield from known_function(settings, (*path, "function"), api.function)
    for key, route in api.routes.items():
        if route.function is not None:
            yield from known_function(settings, (*path, "routes", key, "function"), route.function)
    for name, authorizer in api.authorizers.items():
        if authorizer.function is not None:
            yield from known_function(settings, (*path, "authorizers", name, "function"), authorizer.function)
        elif settings.active_identity is None:
            yield Problem((*path, "authorizers", name, "kind"), "users needs an identity section")
    yield from _timeouts(settings, api)
    if settings.domain is not None and settings.active_http_api is not None:
        cdn = settings.cdn is not None and settings.cdn.enabled
        if not cdn:
            message = f"restApi and httpApi would both answer at {settings.domain.name}: put them behind the cdn"
            yield Problem(path, message)


def _timeouts(settings: Settings, api: RestApi) -> Iterator[Problem]:
    for name in sorted({api.function_of(key) for key in api.routes}):
        function = settings.active_functions.get(name)
        if function is not None and function.longest_answer_seconds * 1000 > api.timeout_ms:
            message = (
                f"{function.longest_answer_seconds} s is more than the {api.timeout_ms} ms that restApi waits: callers "
                "would get an error while the function still runs; answersAfterSeconds says that it answers sooner"
            )
            key = "timeoutSeconds" if function.answers_after_seconds is None else "answersAfterSeconds"
            yield Problem(("functions", name, key), message)


CHECKS: tuple[Callable[[Settings], Iterator[Problem]], ...] = (tables, identity, rest_api)
