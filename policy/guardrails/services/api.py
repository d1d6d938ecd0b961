"""Amazon API Gateway and Amazon Cognito: callers who are known, limited and on record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from guardrails.checks import at_least, at_most, every, has_value, is_set, is_true, not_true, number, one_of
from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.rule import Kind, Outcome, Scope, declare, undecided

STAGE: Final = "aws:apigateway/stage:Stage"
SETTINGS: Final = "aws:apigateway/methodSettings:MethodSettings"
METHOD: Final = "aws:apigateway/method:Method"
DOMAIN: Final = "aws:apigateway/domainName:DomainName"
HTTP_API: Final = "aws:apigatewayv2/api:Api"
HTTP_STAGE: Final = "aws:apigatewayv2/stage:Stage"
HTTP_ROUTE: Final = "aws:apigatewayv2/route:Route"
HTTP_INTEGRATION: Final = "aws:apigatewayv2/integration:Integration"
HTTP_DOMAIN: Final = "aws:apigatewayv2/domainName:DomainName"
WAF: Final = "aws:wafv2/webAclAssociation:WebAclAssociation"
USER_POOL: Final = "aws:cognito/userPool:UserPool"
_LEVELS: Final = ("ERROR", "INFO")


def _settings(stage: Resource, scope: Scope) -> tuple[Resource, ...]:
    same_name = scope.attached(stage, SETTINGS, "stageName", "stageName")
    return tuple(
        found for found in same_name if set(_apis(found, scope)) & set(_apis(stage, scope)) or not _apis(stage, scope)
    )


def _apis(holder: Resource, scope: Scope) -> tuple[str, ...]:
    return tuple(api.urn for api in scope.stack.referenced(holder, "restApi"))


def _execution_log(stage: Resource, scope: Scope) -> Iterator[Outcome]:
    if stage.type == HTTP_STAGE:
        apis = scope.stack.referenced(stage, "apiId")
        kinds = [api.get("protocolType") for api in apis]
        if "WEBSOCKET" in kinds or UNKNOWN in kinds:
            yield from one_of("defaultRouteSettings.loggingLevel", _LEVELS).run(stage, scope)
        return
    levels = [found.get("settings.loggingLevel") for found in _settings(stage, scope)]
    if not any(level in _LEVELS for level in levels):
        path = "settings.loggingLevel"
        yield undecided(path) if UNKNOWN in levels else "has no MethodSettings */* with loggingLevel ERROR or INFO"


declare(
    "APIGateway.1",
    "medium",
    Kind.PRODUCTION,
    "API Gateway REST and WebSocket API execution logging should be enabled",
    types=(STAGE, HTTP_STAGE),
    reads=("stageName", "defaultRouteSettings.loggingLevel", "restApi", "apiId"),
    related={
        SETTINGS: ("stageName", "restApi", "settings.loggingLevel"),
        HTTP_API: ("protocolType",),
    },
    check=_execution_log,
    why="A failure inside the gateway leaves no other trace.",
    fix='MethodSettings(method_path="*/*", settings={"logging_level": "ERROR"}, ...)',
)

declare(
    "APIGateway.2",
    "medium",
    Kind.ADVICE,
    "API Gateway REST API stages should be configured to use SSL certificates for backend authentication",
    types=STAGE,
    check=is_set("clientCertificateId"),
    why="Advisory: only HTTP backends can check the certificate; functions are called with IAM.",
    fix="client_certificate_id=certificate.id",
)

declare(
    "APIGateway.3",
    "low",
    Kind.ADVICE,
    "API Gateway REST API stages should have AWS X-Ray tracing enabled",
    types=STAGE,
    check=is_true("xrayTracingEnabled"),
    why="A trace shows which call was slow. Advisory: traces cost by the million.",
    fix="xray_tracing_enabled=True",
)


def _firewalled(stage: Resource, scope: Scope) -> Iterator[Outcome]:
    if not scope.stack.referring(stage, WAF, "resourceArn"):
        yield "has no web ACL"


declare(
    "APIGateway.4",
    "medium",
    Kind.ADVICE,
    "API Gateway should be associated with a WAF Web ACL",
    types=STAGE,
    related={WAF: ("resourceArn",)},
    check=_firewalled,
    why="Advisory: a web ACL costs $5 a month and $1 a rule; throttling and authorisation come first.",
    fix="wafv2.WebAclAssociation(resource_arn=stage.arn, web_acl_arn=acl.arn)",
)


def _cache_encrypted(settings: Resource, _scope: Scope) -> Iterator[Outcome]:
    caching, encrypted = settings.get("settings.cachingEnabled"), settings.get("settings.cacheDataEncrypted")
    if caching in (ABSENT, False) or encrypted is True:
        return
    unknown = UNKNOWN in (caching, encrypted)
    yield undecided("settings.cacheDataEncrypted") if unknown else "settings.cacheDataEncrypted is not true"


declare(
    "APIGateway.5",
    "medium",
    Kind.ENCRYPTION,
    "API Gateway REST API cache data should be encrypted at rest",
    types=SETTINGS,
    reads=("settings.cachingEnabled", "settings.cacheDataEncrypted"),
    check=_cache_encrypted,
    why="Answers wait in plain text in the cache.",
    fix='settings={"caching_enabled": True, "cache_data_encrypted": True}',
)


def _route_authorized(route: Resource, scope: Scope) -> Iterator[Outcome]:
    kind, key = route.get("authorizationType"), route.get("routeKey")
    if isinstance(key, str) and (key.startswith("OPTIONS ") or (key.startswith("$") and key in _WEBSOCKET_ONLY)):
        return
    websocket = any(api.get("protocolType") == "WEBSOCKET" for api in scope.stack.referenced(route, "apiId"))
    if websocket and key != "$connect" and key is not UNKNOWN:
        return  # A WebSocket connection is authorised once, when it opens.
    if kind in (ABSENT, "NONE", UNKNOWN):
        yield undecided("authorizationType") if kind is UNKNOWN else "has no authorizationType, so anybody may call it"


_WEBSOCKET_ONLY: Final = ("$disconnect",)

declare(
    "APIGateway.8",
    "medium",
    Kind.PRODUCTION,
    "API Gateway routes should specify an authorization type",
    types=HTTP_ROUTE,
    reads=("authorizationType", "routeKey", "apiId"),
    related={HTTP_API: ("protocolType",)},
    check=_route_authorized,
    why="Anybody may call the route. A public one (health, sign-in) is an exception with an owner.",
    fix='authorization_type="CUSTOM", authorizer_id=authorizer.id',
)

declare(
    "APIGateway.9",
    "medium",
    Kind.PRODUCTION,
    "Access logging should be configured for API Gateway V2 Stages",
    types=HTTP_STAGE,
    check=is_set("accessLogSettings.destinationArn"),
    why="The access log is the only record of who asked for what.",
    fix='access_log_settings={"destination_arn": group.arn, "format": ...}',
)


def _private_tls(integration: Resource, _scope: Scope) -> Iterator[Outcome]:
    kind = integration.get("connectionType")
    if kind == "VPC_LINK" and not has_value(integration.get("tlsConfig")):
        yield "connectionType is VPC_LINK and tlsConfig is not set"
    elif kind is UNKNOWN:
        yield undecided("connectionType")


declare(
    "APIGateway.10",
    "medium",
    Kind.ENCRYPTION,
    "API Gateway V2 integrations should use HTTPS for private connections",
    types=HTTP_INTEGRATION,
    reads=("connectionType", "tlsConfig"),
    check=_private_tls,
    references=("tlsConfig",),
    why="Requests cross the VPC in plain text otherwise.",
    fix='tls_config={"server_name_to_verify": "api.internal.example.com"}',
)

declare(
    "APIGateway.11",
    "medium",
    Kind.ADVICE,
    "API Gateway domain names should use recommended security policies",
    types=DOMAIN,
    check=one_of(
        "securityPolicy",
        (
            "SecurityPolicy_TLS13_1_3_2025_09",
            "SecurityPolicy_TLS13_1_3_FIPS_2025_09",
            "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
            "SecurityPolicy_TLS13_2025_EDGE",
            "SecurityPolicy_TLS12_PFS_2025_EDGE",
        ),
    ),
    why="The recommended policies refuse TLS 1.2 without forward secrecy. Advisory: P.APIGW.tls asks for TLS 1.2.",
    fix='security_policy="SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"',
)


def _modern_tls(domain: Resource, _scope: Scope) -> Iterator[Outcome]:
    path = "securityPolicy" if domain.type == DOMAIN else "domainNameConfiguration.securityPolicy"
    policy = domain.get(path)
    if policy is UNKNOWN:
        yield undecided(path)
    elif policy is ABSENT or policy == "TLS_1_0":
        yield f"{path} is {'not set' if policy is ABSENT else 'TLS_1_0'}"


declare(
    "P.APIGW.tls",
    "medium",
    Kind.ENCRYPTION,
    "API domain names should require TLS 1.2",
    types=(DOMAIN, HTTP_DOMAIN),
    reads=("securityPolicy", "domainNameConfiguration.securityPolicy"),
    check=_modern_tls,
    why="TLS 1.0 and 1.1 can be broken on the way.",
    fix='domain_name_configuration={"security_policy": "TLS_1_2", ...}',
    url="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-custom-domain-tls-version.html",
)

declare(
    "P.APIGW.access-log",
    "medium",
    Kind.PRODUCTION,
    "REST API stages should log their requests",
    types=STAGE,
    check=is_set("accessLogSettings.destinationArn"),
    why="The access log is the only record of who asked for what.",
    fix='access_log_settings={"destination_arn": group.arn, "format": ...}',
    url="https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
)


def _method_authorized(method: Resource, _scope: Scope) -> Iterator[Outcome]:
    kind = method.get("authorization")
    if method.get("httpMethod") == "OPTIONS" or method.get("apiKeyRequired") is True:
        return
    if kind in (ABSENT, "NONE", UNKNOWN):
        yield undecided("authorization") if kind is UNKNOWN else "has no authorization, so anybody may call it"


declare(
    "P.APIGW.auth",
    "high",
    Kind.PRODUCTION,
    "REST API methods should ask who is calling",
    types=METHOD,
    reads=("authorization", "httpMethod", "apiKeyRequired"),
    check=_method_authorized,
    why="Anybody may call the method. A public one (health, sign-in) is an exception with an owner.",
    fix='authorization="COGNITO_USER_POOLS", authorizer_id=authorizer.id',
    url="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html",
)

declare(
    "P.APIGW.validate",
    "low",
    Kind.ADVICE,
    "REST API methods should validate their requests",
    types=METHOD,
    check=is_set("requestValidatorId"),
    why="Malformed requests reach the function and are paid for. Advisory: the handler must validate anyway.",
    fix="request_validator_id=validator.id",
    url="https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html",
)

declare(
    "P.APIGW.no-data-trace",
    "medium",
    Kind.FREE,
    "API stages should not log bodies",
    types=(SETTINGS, HTTP_STAGE),
    check=every(not_true("settings.dataTraceEnabled"), not_true("defaultRouteSettings.dataTraceEnabled")),
    why="Passwords and personal data would stand in the log in plain text.",
    fix='settings={"data_trace_enabled": False}',
    url="https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
)


def _throttled(stage: Resource, scope: Scope) -> Iterator[Outcome]:
    if stage.type == HTTP_STAGE:
        limits = [stage.get("defaultRouteSettings.throttlingRateLimit")]
    else:
        limits = [found.get("settings.throttlingRateLimit") for found in _settings(stage, scope)]
    if not any((number(limit) or 0) > 0 for limit in limits):
        yield undecided("throttlingRateLimit") if UNKNOWN in limits else "has no throttling rate limit"


declare(
    "P.APIGW.throttle",
    "medium",
    Kind.FREE,
    "API stages should be throttled",
    types=(STAGE, HTTP_STAGE),
    reads=("stageName", "restApi", "defaultRouteSettings.throttlingRateLimit"),
    related={SETTINGS: ("stageName", "restApi", "settings.throttlingRateLimit")},
    check=_throttled,
    why="One client can use up the account's 10,000 requests a second, and its money.",
    fix='default_route_settings={"throttling_rate_limit": 50, "throttling_burst_limit": 100}',
    url="https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html",
)

declare(
    "Cognito.1",
    "medium",
    Kind.ADVICE,
    "Cognito user pools should have threat protection activated with full function enforcement",
    types=USER_POOL,
    check=one_of("userPoolAddOns.advancedSecurityMode", ("ENFORCED",)),
    why="Stolen passwords are tried. Advisory: it takes the PLUS tier, at $0.02 a user.",
    fix='user_pool_tier="PLUS", user_pool_add_ons={"advanced_security_mode": "ENFORCED"}',
)

declare(
    "Cognito.2",
    "medium",
    Kind.EXPOSURE,
    "Cognito identity pools should not allow unauthenticated identities",
    types="aws:cognito/identityPool:IdentityPool",
    check=not_true("allowUnauthenticatedIdentities"),
    why="Anybody on the internet gets AWS credentials of your account.",
    fix="allow_unauthenticated_identities=False",
)

declare(
    "Cognito.3",
    "medium",
    Kind.FREE,
    "Password policies for Cognito user pools should have strong configurations",
    types=USER_POOL,
    check=every(
        at_least("passwordPolicy.minimumLength", 8),
        is_true("passwordPolicy.requireLowercase"),
        is_true("passwordPolicy.requireUppercase"),
        is_true("passwordPolicy.requireNumbers"),
        is_true("passwordPolicy.requireSymbols"),
        at_most("passwordPolicy.temporaryPasswordValidityDays", 7, absent=7),
    ),
    why="A short password is guessed.",
    fix='password_policy={"minimum_length": 12, "require_symbols": True, ...}',
)

declare(
    "Cognito.4",
    "medium",
    Kind.ADVICE,
    "Cognito user pools should have threat protection for custom authentication",
    types=USER_POOL,
    check=one_of("userPoolAddOns.advancedSecurityAdditionalFlows.customAuthMode", ("ENFORCED",)),
    why="Stolen passwords are tried. Advisory: it takes the PLUS tier, and a custom flow to protect.",
    fix='user_pool_add_ons={"advanced_security_additional_flows": {"custom_auth_mode": "ENFORCED"}, ...}',
)


def _mfa(pool: Resource, _scope: Scope) -> Iterator[Outcome]:
    mode = pool.get("mfaConfiguration")
    factors = pool.all("signInPolicy.allowedFirstAuthFactors[]")
    if factors and "PASSWORD" not in factors and UNKNOWN not in factors:
        return
    if mode != "ON":
        yield undecided("mfaConfiguration") if mode is UNKNOWN else "mfaConfiguration is not ON"


declare(
    "Cognito.5",
    "medium",
    Kind.PRODUCTION,
    "MFA should be enabled for Cognito user pools",
    types=USER_POOL,
    reads=("mfaConfiguration", "signInPolicy.allowedFirstAuthFactors"),
    check=_mfa,
    why="A password alone is one leak from being somebody else's.",
    fix='mfa_configuration="ON", software_token_mfa_configuration={"enabled": True}',
)

declare(
    "Cognito.6",
    "medium",
    Kind.PRODUCTION,
    "Cognito user pools should have deletion protection enabled",
    types=USER_POOL,
    check=one_of("deletionProtection", ("ACTIVE",)),
    why="A deleted pool takes every user and password with it.",
    fix='deletion_protection="ACTIVE"',
)
