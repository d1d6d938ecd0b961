"""Functions, their API and parameters, and how new versions come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.assembly import storage, websocket
from components.assembly.function_links import further_grants
from components.assembly.links import link_grants
from components.assembly.repositories import create_repository
from settings.links import parse_link

if TYPE_CHECKING:
    import pulumi

    from components.api.http_api import HttpApi
    from components.compute.image_repository import ImageRepository
    from components.functions.lambda_function import LambdaFunction
    from components.grant import Grant
    from components.secrets.parameters import Parameters
    from components.site import Site


def create_parameters(platform: Site) -> Parameters | None:
    """The parameters that applications read by name."""
    settings = platform.settings
    if not settings.parameters:
        return None
    from components.secrets.parameters import Parameters

    api = settings.active_http_api
    return Parameters(
        platform.called("parameters"),
        settings=settings.parameters,
        names=platform.names,
        origins=() if api is None or api.cors is None else api.cors.origins,
        secrets=platform.secrets,
        kms_key_arn=platform.key_arn,
        opts=platform.child(),
    )


def create_repositories(platform: Site) -> dict[str, ImageRepository]:
    """A repository for each function that runs an image of its own."""
    return {
        name: create_repository(
            platform, name, build=function.build, architecture=function.architecture, for_lambda=True
        )
        for name, function in platform.settings.active_functions.items()
        if function.packaged == "Image" and function.image is None
    }


def create_functions(platform: Site) -> dict[str, LambdaFunction]:
    """The functions."""
    if not platform.settings.active_functions:
        return {}
    from components.functions.lambda_function import LambdaFunction

    repositories = create_repositories(platform)
    made: dict[str, LambdaFunction] = {}
    for name, function in platform.settings.active_functions.items():
        repository = repositories.get(name)
        image: pulumi.Input[str] | None = function.image
        if repository is not None:
            image = repository.image_uri(platform.settings.release)
        inside = function.vpc and platform.vpc is not None
        made[name] = LambdaFunction(
            platform.called(name),
            function=name,
            settings=function,
            names=platform.names,
            image=image,
            grants=_grants(platform, name),
            network=platform.vpc if inside else None,
            kms_key_arn=platform.key_arn,
            variables_key_arn=platform.key_arn_for("functions"),
            requires=[
                *([] if repository is None else repository.resources),
                *(platform.vpc.egress if inside and platform.vpc is not None else []),
            ],
            opts=platform.child(),
        )
    return made


def _grants(platform: Site, user: str) -> list[Grant]:
    """What a function's links give it; a link to what this stack switches off gives nothing."""
    from components.grant import Grant

    grants = [Grant(environment={"METRICS_NAMESPACE": platform.settings.observability.metrics_namespace})]
    api = platform.settings.active_rest_api
    if api is not None and api.cors is not None and user in {api.function_of(key) for key in api.routes}:
        # A REST API answers preflight requests only; the function names the origin in its own answers.
        grants.append(Grant(environment={"CORS_ORIGINS": ",".join(api.cors.origins)}))
    links = platform.settings.functions[user].links
    grants += link_grants(platform, user, links, platform.services)
    for link in map(parse_link, links):
        grants += further_grants(platform, user, link)
    return [*grants, *websocket.connections_grants(platform, user), *storage.notified_grants(platform, user)]


def create_http_api(platform: Site) -> HttpApi | None:
    """The HTTP API."""
    settings = platform.settings.active_http_api
    if settings is None:
        return None
    from components.api.http_api import HttpApi

    # Behind a distribution the name of one's own is the distribution's.
    domain = None if platform.behind_cdn else platform.domain
    return HttpApi(
        "http-api",
        settings=settings,
        names=platform.names,
        functions=platform.functions,
        domain_name=None if domain is None else domain.name,
        certificate_arn=None if domain is None else domain.certificate_arns[platform.settings.region],
        kms_key_arn=platform.key_arn,
        opts=platform.child(),
    )


def schedule_functions(platform: Site) -> None:
    """What EventBridge calls by the clock."""
    for name, function in platform.functions.items():
        schedules = platform.settings.functions[name].schedules
        if not any(schedule.enabled for schedule in schedules.values()):
            continue
        from components.functions.function_schedules import FunctionSchedules

        FunctionSchedules(
            f"{name}-schedules",
            schedules=schedules,
            function=function,
            function_name=name,
            names=platform.names,
            opts=platform.child(),
        )


def deploy_functions(platform: Site) -> None:
    """CodeDeploy for each function whose versions come through it, held back by the alarms that say so."""
    deployed = {name: f for name, f in platform.functions.items() if f.deployed_by_code_deploy}
    if not deployed:
        return
    from components.functions.function_deployment import FunctionDeployment

    found = platform.metric_alarms
    stopping = {
        key: alarm
        for key, alarm in (found.alarms.items() if found is not None else ())
        if platform.settings.observability.metric_alarms[key].rollback
    }
    for name, function in deployed.items():
        FunctionDeployment(
            f"{name}-deployment",
            settings=platform.settings.functions[name].deployment,
            function=function,
            names=platform.names,
            alarms=[found.name_of(key) for key in stopping] if found is not None else [],
            requires=list(stopping.values()),
            opts=platform.child(),
        )
