"""An Amazon API Gateway WebSocket API: the address that clients connect to, and that functions send through."""

from __future__ import annotations

import pulumi
from pulumi_aws import apigatewayv2

from components.component import Component
from components.grant import Grant, Statement
from components.names import Names
from settings.websocket_api import WebSocketApi as WebSocketApiSettings


class WebSocketApi(Component):
    """The API itself. Its routes come later, because they call functions, which know the API's address.

    Costs at rest: nothing; a million messages of up to 32 KB cost 1.00 USD, a million minutes of connection 0.25.

    Replaced by: nothing that configuration can change.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html

    Args:
        name: Logical name.
        settings: Name, and how messages find their route.
        names: Names of the stack; its stage is the API's.
        opts: Options of the component.

    Attributes:
        api: The API.
        host: The name that clients connect to.
        base_path: What follows it: the stage.
    """

    token = "api:WebSocketApi"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: WebSocketApiSettings,
        names: Names,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._names = names
        self.api = apigatewayv2.Api(
            name,
            name=settings.physical_name or names.physical("websocket-api", limit=128),
            protocol_type="WEBSOCKET",
            description=f"WebSocket API of {names.system}, {names.stage}",
            route_selection_expression=settings.route_by,
            tags=self.tags,
            opts=self.child(),
        )
        self.host: pulumi.Output[str] = self.api.api_endpoint.apply(lambda url: url.partition("://")[2])
        self.base_path: str = f"/{names.stage}"
        self.register_outputs({"apiId": self.api.id})

    def grant(self) -> Grant:
        """What a link gives: the address to send through, and the right to send on and to end connections.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
        """
        connections = self._names.arn("execute-api", "")
        return Grant(
            addresses={"WEBSOCKET_ENDPOINT": pulumi.Output.concat("https://", self.host, self.base_path)},
            statements=[
                Statement(
                    sid="SendToConnections",
                    actions=["execute-api:ManageConnections"],
                    resources=[
                        pulumi.Output.concat(connections, self.api.id, f"/{self._names.stage}/*/@connections/*")
                    ],
                )
            ],
        )
