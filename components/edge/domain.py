"""A name of one's own: hosted zone and certificates."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

import pulumi
from pulumi_aws import acm, route53

from components.component import Component
from settings.edge import Domain as DomainSettings


class Domain(Component):
    """The hosted zone (made or named), and a certificate for the name in each region that needs one.

    CloudFront reads its certificate in us-east-1, a load balancer in its own region. ACM asks for the same validation
    record in every region of an account, so there is one record for all. A deployment waits until certificates are
    issued: the registrar must point at a new zone's name servers first, or it fails after 75 minutes.

    The zone costs 0.50 USD a month, certificates nothing. A change of name replaces the certificates; a change of zone
    replaces the zone, and with it the name servers that the registrar must point at.
    https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html

    Args:
        name: Logical name.
        settings: Name and zone.
        regions: Regions that need a certificate.
        opts: Options of the component.

    Attributes:
        name: The name.
        zone_id: The hosted zone.
        name_servers: Its name servers; None for a zone that exists already.
        certificate_arns: Certificates by region, issued.
    """

    token = "edge:Domain"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: DomainSettings,
        regions: Collection[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.name = settings.name
        self.zone = self._create_zone(settings) if settings.create_zone else None
        self.zone_id = self._find_zone_id(settings)
        self.name_servers = None if self.zone is None else self.zone.name_servers
        self.certificate_arns = self._create_certificates(sorted(set(regions)))
        self.register_outputs(
            {
                "name": self.name,
                "zoneId": self.zone_id,
                **({} if self.zone is None else {"nameServers": self.name_servers}),
            }
        )

    def _create_zone(self, settings: DomainSettings) -> route53.Zone:
        return route53.Zone(
            self.logical_name,
            name=settings.zone_name,
            comment=f"Zone of {settings.name}",
            force_destroy=False,
            tags={**self.tags, "Name": self.logical_name},
            opts=self.child(),
        )

    def _find_zone_id(self, settings: DomainSettings) -> pulumi.Input[str]:
        if self.zone is not None:
            return self.zone.zone_id
        if settings.zone_id is None:
            raise ValueError(f"domain {settings.name} has no hosted zone")
        return settings.zone_id

    def _create_certificates(self, regions: list[str]) -> dict[str, pulumi.Output[str]]:
        if not regions:
            return {}
        certificates = {
            region: acm.Certificate(
                f"{self.logical_name}-{region}",
                domain_name=self.name,
                validation_method="DNS",
                key_algorithm="RSA_2048",
                region=region,
                tags={**self.tags, "Name": f"{self.logical_name}-{region}"},
                opts=self.child(),
            )
            for region in regions
        }
        # One name has one validation option, so its position is certain although its content is not known yet. The type
        # allows for none of its fields; AWS always gives them.
        option = certificates[regions[0]].domain_validation_options[0]
        record = route53.Record(
            f"{self.logical_name}-validation",
            zone_id=self.zone_id,
            name=cast("pulumi.Output[str]", option.resource_record_name),
            type=cast("pulumi.Output[str]", option.resource_record_type),
            records=[cast("pulumi.Output[str]", option.resource_record_value)],
            ttl=300,
            opts=self.child(),
        )
        return {
            region: acm.CertificateValidation(
                f"{self.logical_name}-{region}",
                certificate_arn=certificate.arn,
                validation_record_fqdns=[record.fqdn],
                region=region,
                opts=self.child(),
            ).certificate_arn
            for region, certificate in certificates.items()
        }
