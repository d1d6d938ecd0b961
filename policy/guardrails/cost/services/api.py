"""API Gateway. https://aws.amazon.com/api-gateway/pricing/"""

from __future__ import annotations

from typing import Final

from guardrails.cost.mapping import Bill, Key, by_parent, free, prices
from guardrails.cost.model import HOURS
from guardrails.resource import UNKNOWN

SERVICE: Final = "API"

by_parent(
    SERVICE,
    "in the API's requests",
    "aws:apigateway/resource:Resource",
    "aws:apigateway/method:Method",
    "aws:apigateway/methodResponse:MethodResponse",
    "aws:apigateway/integration:Integration",
    "aws:apigateway/integrationResponse:IntegrationResponse",
    "aws:apigateway/deployment:Deployment",
    "aws:apigatewayv2/route:Route",
    "aws:apigatewayv2/routeResponse:RouteResponse",
    "aws:apigatewayv2/integration:Integration",
    "aws:apigatewayv2/integrationResponse:IntegrationResponse",
    "aws:apigatewayv2/deployment:Deployment",
    "aws:apigatewayv2/stage:Stage",
)
free(
    SERVICE,
    "no charge",
    "aws:apigateway/response:Response",
    "aws:apigateway/model:Model",
    "aws:apigateway/requestValidator:RequestValidator",
    "aws:apigateway/authorizer:Authorizer",
    "aws:apigateway/methodSettings:MethodSettings",
    "aws:apigateway/usagePlan:UsagePlan",
    "aws:apigateway/apiKey:ApiKey",
    "aws:apigateway/usagePlanKey:UsagePlanKey",
    "aws:apigateway/domainName:DomainName",
    "aws:apigateway/basePathMapping:BasePathMapping",
    "aws:apigateway/restApiPolicy:RestApiPolicy",
    "aws:apigateway/account:Account",
    "aws:apigatewayv2/authorizer:Authorizer",
    "aws:apigatewayv2/model:Model",
    "aws:apigatewayv2/domainName:DomainName",
    "aws:apigatewayv2/apiMapping:ApiMapping",
    "aws:apigatewayv2/vpcLink:VpcLink",
)


@prices("aws:apigateway/restApi:RestApi", service=SERVICE, keys=(Key("requests", "requests, refused ones included"),))
def rest_api(bill: Bill) -> None:
    """Requests."""
    bill.usage("requests", "REST API requests", "apigw.rest.request")


@prices("aws:apigateway/stage:Stage", service=SERVICE)
def stage(bill: Bill) -> None:
    """Free but for a cache cluster."""
    cached = bill.flag("cacheClusterEnabled")
    if cached is None:
        bill.undecided("cache cluster", "cacheClusterEnabled")
    elif cached:
        size = bill.text("cacheClusterSize", "0.5")
        bill.fixed(f"{size} GB cache", f"apigw.rest.cache_{str(size).replace('.', '_')}gb.hour", HOURS)
    else:
        bill.by_parent("in the API's requests")


@prices(
    "aws:apigatewayv2/api:Api",
    service=SERVICE,
    keys=(
        Key("requests", "requests, in units of 512 KB", "protocolType HTTP"),
        Key("messages", "messages in either direction, in units of 32 KB", "protocolType WEBSOCKET"),
        Key("connectionMinutes", "minutes that clients are connected, summed", "protocolType WEBSOCKET"),
    ),
)
def api(bill: Bill) -> None:
    """HTTP requests, or WebSocket messages and connection minutes."""
    protocol = bill.get("protocolType")
    if protocol is UNKNOWN:
        bill.undecided("requests", "protocolType")
    elif protocol == "WEBSOCKET":
        bill.usage("messages", "WebSocket messages", "apigw.ws.message")
        bill.usage("connectionMinutes", "WebSocket connection minutes", "apigw.ws.minute")
    else:
        bill.usage("requests", "HTTP API requests", "apigw.http.request")
