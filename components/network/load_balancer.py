"""The application load balancer in front of public services."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

import pulumi
from pulumi_aws import ec2, lb

from components.component import Component
from components.edge.origin_secret import OriginSecret
from components.names import Names
from components.network.load_balancer_target import LoadBalancerTarget
from components.network.security_group import Rule, SecurityGroup
from components.network.vpc import Vpc
from settings.edge import OriginSecret as OriginSecretSettings
from settings.services import LoadBalancer as LoadBalancerSettings

#: TLS 1.3 and 1.2 with forward secrecy and post-quantum key exchange: what AWS recommends.
#: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
#: AWS's list of the addresses from which CloudFront calls origins, VPC origins included. It counts as 55 of the 60
#: rules that a security group may have, so a group has room for one rule with it.
#: https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
CLOUDFRONT_PREFIX_LIST = "com.amazonaws.global.cloudfront.origin-facing"
#: Folder of the log bucket that receives access logs.
ACCESS_LOG_PREFIX = "load-balancer"


class LoadBalancer(Component):
    """An application load balancer across the VPC's zones, which answers 404 to what no service claims.

    With a certificate it serves HTTPS and redirects HTTP to it. Without one it serves HTTP, which is for an internal
    load balancer only: CloudFront encrypts the way from the user, and its VPC origin stays inside AWS's network.
    Behind the distribution it admits only CloudFront; a public one also demands the header of ``OriginSecret``.

    At rest 16.43 USD a month (us-east-1), capacity units by use, and 3.65 for each zone's address when public. A
    change of ``scheme`` replaces it; its name carries the scheme, so that old and new can exist at once.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html

    Args:
        name: Logical name.
        settings: Scheme, timeouts, logs and protection.
        names: Names of the stack.
        vpc: The network: public subnets hold a public one, private subnets an internal one.
        target_ports: Ports on which targets listen; nothing else may be called.
        behind_cdn: Whether the stack has a distribution in front.
        secret: Where the value is kept by which that one proves itself.
        certificate_arn: Certificate in the stack's region; None to serve HTTP.
        log_bucket: Name of the bucket that receives access logs.
        log_access: What must exist before AWS may write there, which it tries at once: the bucket's policy.
        opts: Options of the component.

    Attributes:
        load_balancer: The load balancer.
        arn: Its ARN.
        arn_suffix: Dimension of its metrics, ``app/<name>/<id>``.
        dns_name: Its address.
        zone_id: Hosted zone of its address, for alias records.
        security_group_id: Its security group; services admit it.
        internal: Whether it has no public address.
        protocol: ``HTTPS`` or ``HTTP``, as it is called.
        port: The port on which it is called.
        listener: The listener that serves.
        origin_secret: Value that the distribution must send in ``ORIGIN_HEADER``; None where it need not.
    """

    token = "network:LoadBalancer"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: LoadBalancerSettings,
        names: Names,
        vpc: Vpc,
        target_ports: Collection[int],
        behind_cdn: bool,
        secret: OriginSecretSettings | None = None,
        certificate_arn: pulumi.Input[str] | None = None,
        log_bucket: pulumi.Input[str] | None = None,
        log_access: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        self._names = names
        self._vpc = vpc
        self._secret = secret
        self._certificate_arn = certificate_arn
        self._only_cdn = behind_cdn and (settings.only_from_cdn or settings.scheme == "internal")
        self.internal = settings.scheme == "internal"
        self.protocol = "HTTP" if certificate_arn is None else "HTTPS"
        self.port = 80 if certificate_arn is None else 443
        self.security_group = self._create_security_group(target_ports)
        self.security_group_id: pulumi.Output[str] = self.security_group.id
        self.load_balancer = self._create_load_balancer(log_bucket, log_access)
        self.arn: pulumi.Output[str] = self.load_balancer.arn
        self.arn_suffix: pulumi.Output[str] = self.load_balancer.arn_suffix
        self.dns_name: pulumi.Output[str] = self.load_balancer.dns_name
        self.zone_id: pulumi.Output[str] = self.load_balancer.zone_id
        self.listener = self._create_listeners()
        self.origin_secret = self._create_origin_secret()
        self.register_outputs({"arn": self.arn, "dnsName": self.dns_name})

    def add_target(
        self,
        service: str,
        *,
        port: int,
        paths: Sequence[str],
        health_path: str,
        priority: int,
        blue_green: bool,
        target_type: Literal["ip", "instance"] = "ip",
    ) -> LoadBalancerTarget:
        """Send requests to a service.

        Args:
            service: The service's name.
            port: Port on which its tasks listen.
            paths: Path patterns that are sent to it.
            health_path: Path that must answer 200.
            priority: Place among the load balancer's targets, 1 first; unique.
            blue_green: Whether a second target group takes new versions.
            target_type: Whether targets are addresses of tasks or instances.

        Returns:
            Its target groups and listener rule.
        """
        return LoadBalancerTarget(
            f"{self.logical_name}-{service}",
            names=self._names,
            service=service,
            vpc_id=self._vpc.id,
            listener_arn=self.listener.arn,
            port=port,
            paths=paths,
            health_path=health_path,
            priority=priority,
            blue_green=blue_green,
            target_type=target_type,
            origin_secret=self.origin_secret,
            opts=self.child(),
        )

    def _create_security_group(self, target_ports: Collection[int]) -> SecurityGroup:
        return SecurityGroup(
            f"{self.logical_name}-group",
            vpc_id=self._vpc.id,
            description="Load balancer: users or CloudFront in, services out",
            label=self._vpc.group_label("load-balancer"),
            ingress=self._admitted(),
            egress=[
                Rule(
                    role=f"targets-{port}",
                    description=f"Services on port {port}",
                    from_port=port,
                    cidr=self._vpc.cidr,
                )
                for port in sorted(set(target_ports))
            ],
            opts=self.child(),
        )

    def _admitted(self) -> list[Rule]:
        serving = "https" if self.port == 443 else "http"
        if self._only_cdn:
            prefix_list = ec2.get_managed_prefix_list_output(
                name=CLOUDFRONT_PREFIX_LIST, opts=pulumi.InvokeOutputOptions(parent=self)
            )
            return [
                Rule(
                    role=f"{serving}-cloudfront",
                    description=f"{serving.upper()} from CloudFront",
                    from_port=self.port,
                    prefix_list_id=prefix_list.id,
                )
            ]
        source, cidr = ("vpc", self._vpc.cidr) if self.internal else ("internet", "0.0.0.0/0")
        ports = {"http": 80} if self._certificate_arn is None else {"https": 443, "http": 80}
        return [
            Rule(role=f"{role}-{source}", description=f"{role.upper()} from the {source}", from_port=port, cidr=cidr)
            for role, port in ports.items()
        ]

    def _create_load_balancer(
        self, log_bucket: pulumi.Input[str] | None, log_access: Sequence[pulumi.Resource]
    ) -> lb.LoadBalancer:
        return lb.LoadBalancer(
            self.logical_name,
            # Exact, because a name has at most 32 characters; it differs by scheme, whose change replaces.
            name=self._names.physical(self._settings.scheme, limit=32),
            load_balancer_type="application",
            internal=self.internal,
            subnets=self._vpc.all_private_subnet_ids if self.internal else self._vpc.public_subnet_ids,
            security_groups=[self.security_group_id],
            drop_invalid_header_fields=True,
            desync_mitigation_mode="defensive",
            enable_deletion_protection=self._settings.deletion_protection,
            idle_timeout=self._settings.idle_timeout_seconds,
            access_logs=(
                lb.LoadBalancerAccessLogsArgs(bucket=log_bucket, prefix=ACCESS_LOG_PREFIX, enabled=True)
                if self._settings.access_logs and log_bucket is not None
                else None
            ),
            tags={**self.tags, "Name": self.logical_name},
            opts=self.child(protect=self._settings.deletion_protection, depends_on=list(log_access)),
        )

    def _create_listeners(self) -> lb.Listener:
        not_found = lb.ListenerDefaultActionArgs(
            type="fixed-response",
            fixed_response=lb.ListenerDefaultActionFixedResponseArgs(
                content_type="text/plain", message_body="Not found", status_code="404"
            ),
        )
        if self._certificate_arn is None:
            return self._create_listener("http", not_found, port=80, protocol="HTTP")
        redirect = lb.ListenerDefaultActionArgs(
            type="redirect",
            redirect=lb.ListenerDefaultActionRedirectArgs(port="443", protocol="HTTPS", status_code="HTTP_301"),
        )
        self._create_listener("http", redirect, port=80, protocol="HTTP")
        return self._create_listener(
            "https",
            not_found,
            port=443,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=self._certificate_arn,
        )

    def _create_listener(
        self,
        role: str,
        action: lb.ListenerDefaultActionArgs,
        *,
        port: int,
        protocol: str,
        ssl_policy: str | None = None,
        certificate_arn: pulumi.Input[str] | None = None,
    ) -> lb.Listener:
        return lb.Listener(
            f"{self.logical_name}-{role}",
            load_balancer_arn=self.arn,
            port=port,
            protocol=protocol,
            ssl_policy=ssl_policy,
            certificate_arn=certificate_arn,
            default_actions=[action],
            tags=self.tags,
            opts=self.child(),
        )

    def _create_origin_secret(self) -> pulumi.Output[str] | None:
        if self.internal or not self._only_cdn:
            return None
        name = f"{self.logical_name}-origin-secret"
        return OriginSecret(name, settings=self._secret, names=self._names, opts=self.child()).value
