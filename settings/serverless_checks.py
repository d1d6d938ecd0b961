"""Checks between functions, their API, and what both name, made before any resource is registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from settings.http_api import HttpApi
from settings.problems import Path, Problem, nearest
from settings.system import Settings

#: Calls at once that Lambda keeps for functions that reserve nothing.
#: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
UNRESERVED = 100


def functions(settings: Settings) -> Iterator[Problem]:
    """Functions that have nothing to run, no network, or more of the account than there is."""
    if settings.function_defaults and not settings.functions:
        yield Problem(("functionDefaults",), "there are no functions to default")
    for name, function in settings.active_functions.items():
        if name in settings.active_services:
            yield Problem(("functions", name), "a service has that name too: choose another")
        if function.packaged == "Image" and function.image is None and function.build is None and not settings.release:
            message = "has nothing to run: set archive, image or build, or release for its own repository"
            yield Problem(("functions", name), message)
        if function.vpc and settings.network is None:
            yield Problem(("functions", name, "vpc"), "needs a network section")
        if not function.vpc:
            for index, link in enumerate(function.links):
                if link in ("database", "cache") and getattr(settings, link) is not None:
                    message = f'"{link}" is reached inside the network only: set vpc: true'
                    yield Problem(("functions", name, "links", index), message)
    reserved = sum(function.reserved_concurrency or 0 for function in settings.active_functions.values())
    most = settings.account_concurrency_quota - UNRESERVED
    if reserved > most:
        message = (
            f"functions reserve {reserved} calls at once; of a quota of {settings.account_concurrency_quota} Lambda "
            f"keeps {UNRESERVED} for the rest, so {most} can be reserved: reserve less, or raise the quota at AWS first"
        )
        yield Problem(("functions",), message)


def http_api(settings: Settings) -> Iterator[Problem]:
    """Routes and authorizers that name nothing, and what a domain of one's own is needed for."""
    api = settings.active_http_api
    if api is None:
        return
    path: Path = ("httpApi",)
    yield from known_function(settings, (*path, "function"), api.function)
    for name, authorizer in api.authorizers.items():
        if authorizer.function is not None:
            yield from known_function(settings, (*path, "authorizers", name, "function"), authorizer.function)
    for key, route in api.routes.items():
        if route.function is not None:
            yield from known_function(settings, (*path, "routes", key, "function"), route.function)
        if route.authorizer is not None and route.authorizer not in api.authorizers:
            hint = nearest(route.authorizer, api.authorizers)
            yield Problem((*path, "routes", key, "authorizer"), f'no such authorizer "{route.authorizer}"; {hint}')
        elif route.scopes and (route.authorizer is None or api.authorizers[route.authorizer].issuer is None):
            yield Problem((*path, "routes", key, "scopes"), "only an authorizer with an issuer knows scopes")
    yield from _timeouts(settings, api)
    if api.trust_store is not None and settings.domain is None:
        yield Problem((*path, "trustStore"), "mutual TLS needs a name of one's own: add a domain section")


def known_function(settings: Settings, path: Path, name: str) -> Iterator[Problem]:
    """The problem of a name that is no function's."""
    if name not in settings.active_functions:
        yield Problem(path, f'no such function "{name}"; {nearest(name, settings.active_functions)}')


def _timeouts(settings: Settings, api: HttpApi) -> Iterator[Problem]:
    for key in api.routes:
        function = settings.active_functions.get(api.function_of(key))
        if function is not None and function.timeout_seconds * 1000 > api.timeout_ms:
            message = (
                f"{function.timeout_seconds} s is more than the {api.timeout_ms} ms that httpApi waits: callers would "
                "get an error while the function still runs"
            )
            yield Problem(("functions", api.function_of(key), "timeoutSeconds"), message)
            return


def parameters(settings: Settings) -> Iterator[Problem]:
    """Parameters that copy what does not exist."""
    for name, parameter in settings.parameters.items():
        if parameter.secret is not None:
            secret, _, field = parameter.secret.partition("/")
            path: Path = ("parameters", name, "secret")
            if secret not in settings.secrets:
                yield Problem(path, f'no such secret "{secret}"; {nearest(secret, settings.secrets)}')
            elif field not in settings.secrets[secret].fields:
                hint = nearest(field, settings.secrets[secret].fields)
                yield Problem(path, f'secret "{secret}" has no field "{field}"; {hint}')
        if parameter.cors_origins and (settings.active_http_api is None or settings.active_http_api.cors is None):
            yield Problem(("parameters", name, "corsOrigins"), "needs httpApi.cors")


CHECKS: tuple[Callable[[Settings], Iterator[Problem]], ...] = (functions, http_api, parameters)
