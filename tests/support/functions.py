"""Plans of small stacks with functions, for tests of the components that make them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from components.grant import Grant
from settings.functions import Function
from settings.http_api import HttpApi
from tests.support.program import Sample, sample_of
from tests.support.sections import names, network

#: Code that exists, for functions from an archive.
ARCHIVE = str(Path(__file__).parents[2] / "workloads" / "log_copier")
IMAGE = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/shop-prod/orders@sha256:{'a' * 64}"
#: A function from an archive; a test names what differs.
FUNCTION: dict[str, Any] = {
    "archive": ARCHIVE,
    "runtime": "python3.13",
    "handler": "handler.handle",
    "logRetentionDays": 30,
    "deployment": {"strategy": "direct"},
}
#: An API with one open route.
HTTP_API: dict[str, Any] = {
    "function": "orders",
    "routes": {"$default": {}},
    "throttle": {"rate": 50, "burst": 100},
    "logRetentionDays": 30,
}


def function(**overrides: Any) -> Function:
    """A function's settings, from an archive."""
    return Function.model_validate({**FUNCTION, **overrides})


def image_function(**overrides: Any) -> Function:
    """A function's settings, from an image."""
    base = {key: value for key, value in FUNCTION.items() if key not in ("archive", "runtime", "handler")}
    return Function.model_validate({**base, **overrides})


def http_api(**overrides: Any) -> HttpApi:
    """An API's settings."""
    return HttpApi.model_validate({**HTTP_API, **overrides})


def function_sample(settings: Function, grants: tuple[Grant, ...] = ()) -> Sample:
    """The plan of one function called ``orders``, in a network where its settings ask for one."""

    def create() -> None:
        from components.functions.lambda_function import LambdaFunction
        from components.network.vpc import Vpc

        vpc = Vpc("network", settings=network(), names=names()) if settings.vpc else None
        LambdaFunction(
            "orders",
            function="orders",
            settings=settings,
            names=names(),
            image=IMAGE if settings.packaged == "Image" else None,
            grants=grants,
            network=vpc,
        )

    return sample_of(create)


def api_sample(settings: HttpApi, **options: Any) -> Sample:
    """The plan of an API in front of the functions ``orders`` and ``guard``."""

    def create() -> None:
        from components.api.http_api import HttpApi as HttpApiComponent
        from components.functions.lambda_function import LambdaFunction

        made = {
            name: LambdaFunction(name, function=name, settings=function(), names=names())
            for name in ("orders", "guard")
        }
        HttpApiComponent("api", settings=settings, names=names(), functions=made, **options)

    return sample_of(create)
