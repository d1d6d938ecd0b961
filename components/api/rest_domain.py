"""A name of one's own for a REST API."""

from __future__ import annotations

import pulumi
from pulumi_aws import apigateway

from components.component import Component


class RestDomain(Component):
    """A regional domain name with TLS 1.2, mapped to the API's stage.

    Costs nothing beside the requests. Another name replaces it.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-regional-api-custom-domain-create.html

    Args:
        name: Logical name.
        domain_name: The name.
        certificate_arn: Its certificate, in the API's region.
        stage: The stage that answers.
        opts: Options of the component.

    Attributes:
        domain: The domain name.
    """

    token = "api:RestDomain"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        domain_name: str,
        certificate_arn: pulumi.Input[str],
        stage: apigateway.Stage,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.domain = apigateway.DomainName(
            name,
            domain_name=domain_name,
            regional_certificate_arn=certificate_arn,
            security_policy="TLS_1_2",
            endpoint_configuration=apigateway.DomainNameEndpointConfigurationArgs(types="REGIONAL"),
            tags=self.tags,
            opts=self.child(),
        )
        apigateway.BasePathMapping(
            name,
            domain_name=self.domain.domain_name,
            rest_api=stage.rest_api,
            stage_name=stage.stage_name,
            opts=self.child(),
        )
        self.register_outputs({"domainName": domain_name})

    @property
    def address(self) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
        """What a record of the name points at, and the hosted zone of that."""
        return self.domain.regional_domain_name, self.domain.regional_zone_id
