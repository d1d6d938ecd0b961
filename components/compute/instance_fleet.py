"""Equal EC2 instances behind the load balancer."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pulumi
from pulumi_aws import autoscaling, ec2, iam

from components.component import Component
from components.compute.fleet_user_data import InstanceSpec, fleet_user_data
from components.compute.image_pull import pull_statements
from components.compute.service_logs import ServiceLogs
from components.compute.task_definition import merged_environment
from components.functions.function_environment import short_version, with_references
from components.grant import Grant, Statement
from components.iam import create_service_role
from components.names import Names
from components.network.nat import architecture
from components.network.openings import admit_to_targets, egress_rules
from components.network.security_group import Rule, SecurityGroup
from settings.fleets import Fleet

if TYPE_CHECKING:
    from components.network.load_balancer import LoadBalancer
    from components.network.vpc import Vpc

#: Session Manager, Run Command and Patch Manager: the way in that needs no open port.
SSM_CORE: Final = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
#: The newest Amazon Linux 2023, read whenever an instance starts, so that a refresh brings the newest patches.
#: https://docs.aws.amazon.com/autoscaling/ec2/userguide/using-systems-manager-parameters.html
_IMAGE: Final = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{architecture}"
_ROLE_NAME_LIMIT: Final = 64


class InstanceFleet(Component):
    """A launch template, an auto-scaling group behind the load balancer, and the role of its instances.

    Instances stand in the private subnets, take calls from the load balancer alone, answer instance metadata by
    session token only, encrypt their disk, and are reached by people through Session Manager: no key pair, no port 22.
    The load balancer judges them. A change of the template replaces them one after another; so does
    ``aws autoscaling start-instance-refresh``, which brings the newest Amazon Linux.

    Costs at rest, for each t3.micro in us-east-1: 7.59 USD a month and 0.64 for 8 GB gp3; 0.60 for the agent's metrics.

    Replaced by: nothing that serves; another template version replaces instances, another name the group.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html

    Args:
        name: Logical name.
        fleet: The fleet's name.
        settings: Size, scaling, container.
        names: Names of the stack.
        vpc: The network.
        image: Image to run.
        load_balancer: What sends requests here.
        priority: Place among the load balancer's targets, 1 first; unique.
        grants: What its links give.
        metrics_namespace: Namespace of the application's metrics; the agent's stand below it.
        shared_tags: Tags of the whole stack, which an auto-scaling group hands to nothing by itself.
        kms_key_arn: Key that encrypts the log; None for AWS's own encryption.
        requires: What must exist before an instance starts, such as the way out of the network.
        opts: Options of the component.

    Attributes:
        security_group: The instances' security group.
        logs: The container's log group.
        group: The auto-scaling group.
        template: The launch template.
        group_name: Exact name of the auto-scaling group.
    """

    token = "compute:InstanceFleet"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        fleet: str,
        settings: Fleet,
        names: Names,
        vpc: Vpc,
        image: pulumi.Input[str],
        load_balancer: LoadBalancer,
        priority: int = 1,
        grants: Sequence[Grant] = (),
        metrics_namespace: str = "App",
        shared_tags: Mapping[str, str] | None = None,
        kms_key_arn: pulumi.Input[str] | None = None,
        requires: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, {"fleet": fleet}, opts)
        self._fleet = fleet
        self._settings = settings
        self._names = names
        self._agent_namespace = f"{metrics_namespace}/Instances" if settings.agent else None
        self._instance_tags = {**(shared_tags or {}), **self.tags, "Name": names.physical(fleet)}
        self.group_name: str = names.physical(fleet, limit=255)
        self.logs = ServiceLogs(
            f"{name}-logs",
            service=fleet,
            names=names,
            retention_days=settings.log_retention_days,
            error_retention_days=0,
            error_logs=None,
            kms_key_arn=kms_key_arn,
            opts=self.child(),
        )
        self.security_group = self._create_security_group(vpc, load_balancer, grants)
        admit_to_targets(self, name, grants, group_id=self.security_group.id, description=f"Instances of {fleet}")
        self.profile, self._rights = self._create_profile(image, grants)
        self.template = self._create_template(self._user_data(image, grants))
        self.target = load_balancer.add_target(
            fleet,
            port=settings.port,
            paths=settings.public.paths,
            health_path=settings.public.health_path,
            priority=priority,
            blue_green=False,
            target_type="instance",
        )
        self.group = self._create_group(
            vpc, [*requires, self.target.rule, self.logs.group, *(r for grant in grants for r in grant.depends_on)]
        )
        self._scale()
        self.register_outputs({"group": self.group_name, "launchTemplate": self.template.id})

    def _create_security_group(self, vpc: Vpc, load_balancer: LoadBalancer, grants: Sequence[Grant]) -> SecurityGroup:
        return SecurityGroup(
            f"{self.logical_name}-group",
            vpc_id=vpc.id,
            description=f"Instances of {self._fleet}",
            label=vpc.group_label(self._fleet),
            ingress=[
                Rule(
                    role="load-balancer",
                    description="Load balancer",
                    from_port=self._settings.port,
                    security_group_id=load_balancer.security_group_id,
                )
            ],
            # Packages, the image, logs, Session Manager and AWS's APIs are all behind 443.
            egress=[
                Rule(role="https", description="HTTPS", from_port=443, cidr="0.0.0.0/0"),
                *egress_rules(grants),
            ],
            opts=self.child(),
        )

    def _create_profile(
        self, image: pulumi.Input[str], grants: Sequence[Grant]
    ) -> tuple[iam.InstanceProfile, list[pulumi.Resource]]:
        streams = self._names.arn("logs", f"log-group:{self.logs.group_name}:*")
        report = Statement(
            sid="ReportMetrics",
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": self._agent_namespace or ""}},
        )
        role = create_service_role(
            self,
            f"{self.logical_name}-instance",
            service="ec2.amazonaws.com",
            description=f"What instances of {self._fleet} may do",
            names=self._names,
            role_name=self._names.physical(self._fleet, "instance", limit=_ROLE_NAME_LIMIT),
            statements=[
                Statement(sid="WriteLogs", actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[streams]),
                *([report] if self._agent_namespace is not None else []),
                *pull_statements(image),
                *(statement for grant in grants for statement in grant.statements),
                # No agent reads secrets for an instance: the container reads them itself.
                *(statement for grant in grants for statement in grant.secret_statements),
            ],
        )
        attachment = iam.RolePolicyAttachment(
            f"{self.logical_name}-instance-ssm", role=role.role.name, policy_arn=SSM_CORE, opts=self.child()
        )
        profile = iam.InstanceProfile(
            f"{self.logical_name}-profile", role=role.role.name, tags=self.tags, opts=self.child()
        )
        return profile, [*role.resources, attachment]

    def _user_data(self, image: pulumi.Input[str], grants: Sequence[Grant]) -> pulumi.Input[str]:
        settings = self._settings
        version = (
            short_version(image) if isinstance(image, str) else pulumi.Output.from_input(image).apply(short_version)
        )
        own: dict[str, pulumi.Input[str]] = {
            "SYSTEM": self._names.system,
            "STAGE": self._names.stage,
            "SERVICE": self._fleet,
            "VERSION": version,
            "AWS_REGION": self._names.region,
            "PORT": str(settings.port),
            "LOG_LEVEL": settings.log_level,
        }
        environment = with_references({**own, **merged_environment(settings.environment, grants)}, grants)

        def script(resolved: Mapping[str, Any]) -> str:
            text = fleet_user_data(
                InstanceSpec(
                    name=self._fleet,
                    image=resolved["image"],
                    region=self._names.region,
                    log_group=self.logs.group_name,
                    environment=resolved["environment"],
                    metrics_namespace=self._agent_namespace,
                )
            )
            return base64.b64encode(text.encode()).decode()

        parts: dict[str, Any] = {"image": image, "environment": environment}
        known = isinstance(image, str) and all(isinstance(value, str) for value in environment.values())
        return script(parts) if known else pulumi.Output.from_input(parts).apply(script)

    def _create_template(self, user_data: pulumi.Input[str]) -> ec2.LaunchTemplate:
        settings = self._settings
        return ec2.LaunchTemplate(
            self.logical_name,
            description=f"Instances of {self._fleet}",
            image_id=_IMAGE.format(architecture=architecture(settings.instance_type)),
            instance_type=settings.instance_type,
            iam_instance_profile={"arn": self.profile.arn},
            vpc_security_group_ids=[self.security_group.id],
            user_data=user_data,
            update_default_version=True,
            # Tokens only, and none for anything that is one hop further than the host.
            metadata_options={
                "http_endpoint": "enabled",
                "http_tokens": "required",
                "http_put_response_hop_limit": 1,
                "instance_metadata_tags": "disabled",
            },
            block_device_mappings=[
                {
                    "device_name": "/dev/xvda",
                    "ebs": {
                        "volume_size": settings.volume_gb,
                        "volume_type": "gp3",
                        "encrypted": "true",
                        "delete_on_termination": "true",
                    },
                }
            ],
            # It slows down instead of costing more.
            credit_specification={"cpu_credits": "standard"} if settings.instance_type.startswith("t") else None,
            tag_specifications=[
                {"resource_type": kind, "tags": self._instance_tags} for kind in ("instance", "volume")
            ],
            tags=self.tags,
            opts=self.child(),
        )

    def _create_group(self, vpc: Vpc, requires: Sequence[pulumi.Resource]) -> autoscaling.Group:
        settings = self._settings
        return autoscaling.Group(
            self.logical_name,
            name=self.group_name,
            min_size=settings.scaling.min_instances,
            max_size=settings.scaling.max_instances,
            vpc_zone_identifiers=list(vpc.private_subnet_ids),
            target_group_arns=[self.target.target_group.arn],
            health_check_type="ELB",
            health_check_grace_period=settings.grace_seconds,
            default_instance_warmup=settings.grace_seconds,
            launch_template={
                "id": self.template.id,
                "version": self.template.latest_version.apply(str),
            },
            instance_refresh={
                "strategy": "Rolling",
                "preferences": {
                    "min_healthy_percentage": settings.healthy_percent,
                    # Room for new instances before old ones end; AWS allows a span of 100.
                    "max_healthy_percentage": min(settings.healthy_percent + 100, 200)
                    if settings.healthy_percent >= 100
                    else None,
                    "instance_warmup": str(settings.grace_seconds),
                    "auto_rollback": True,
                },
            },
            # A deployment waits until the load balancer finds the instances healthy.
            wait_for_elb_capacity=settings.scaling.min_instances,
            tags=[
                {"key": key, "value": value, "propagate_at_launch": False}
                for key, value in sorted(self._instance_tags.items())
            ],
            opts=self.child(depends_on=[*self._rights, *requires]),
        )

    def _scale(self) -> None:
        scaling = self._settings.scaling
        if scaling.cpu_percent is None or scaling.max_instances == scaling.min_instances:
            return
        autoscaling.Policy(
            f"{self.logical_name}-cpu",
            autoscaling_group_name=self.group.name,
            policy_type="TargetTrackingScaling",
            target_tracking_configuration={
                "predefined_metric_specification": {"predefined_metric_type": "ASGAverageCPUUtilization"},
                "target_value": scaling.cpu_percent,
            },
            opts=self.child(),
        )
