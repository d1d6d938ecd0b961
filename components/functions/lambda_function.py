"""A function on AWS Lambda: code, role, log, published version, and the alias that callers use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pulumi
from pulumi_aws import lambda_

from components.component import Component
from components.compute.service_logs import ServiceLogs
from components.functions.function_environment import function_environment
from components.grant import Grant, Statement
from components.iam import ServiceRole, create_service_role
from components.names import Names
from settings.functions import Function

if TYPE_CHECKING:
    # It loads ECS, which a stack of functions does not use.
    from components.compute.fargate_task import Network

#: The alias that callers use; a deployment moves it from version to version.
LIVE: Final = "live"
_ARCHITECTURES: Final = {"ARM64": "arm64", "X86_64": "x86_64"}
_ROLE_NAME_LIMIT: Final = 64


class LambdaFunction(Component):
    """A function, from an archive or from an image by digest, called through its alias ``live``.

    Creates the log group before the function, so that its retention holds from the first line; a role that may write
    this log, send traces and do what the links grant; the function with a published version; and the alias. Where
    settings ask: a security group in the VPC, instances kept ready, a queue for failed calls, a check of signatures.

    Costs at rest: nothing, but for instances kept ready. A million calls cost 0.20 USD, a GB-second 0.0000133 on ARM.

    Replaced by: another exact name, or a change between archive and image.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html

    Args:
        name: Logical name.
        function: The function's name in the settings.
        settings: Code, size, limits and logging.
        names: Names of the stack.
        image: Image that it runs; None for an archive.
        grants: What its links give it.
        network: The VPC, for a function inside it.
        kms_key_arn: Key that encrypts log and failed calls; None for AWS's own keys.
        variables_key_arn: Key that encrypts its variables; None for AWS's own.
        requires: Further resources that must exist before it.
        opts: Options of the component.

    Attributes:
        physical_name: Exact name in AWS.
        arn: ARN without a version, known before deployment where the account is.
        function: The function.
        alias: The alias ``live``.
        logs: Its log group.
        role: Its role.

    Raises:
        FileNotFoundError: The archive does not exist.
        LinkConflictError: Two links, or a link and the configuration, disagree about a variable.
        ValueError: An image function without an image, or one in the VPC without a network.
    """

    token = "compute:LambdaFunction"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        function: str,
        settings: Function,
        names: Names,
        image: pulumi.Input[str] | None = None,
        grants: Sequence[Grant] = (),
        network: Network | None = None,
        kms_key_arn: pulumi.Input[str] | None = None,
        variables_key_arn: pulumi.Input[str] | None = None,
        requires: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if settings.packaged == "Image" and image is None:
            raise ValueError(f"functions.{function}: has no image to run")
        if settings.vpc and network is None:
            raise ValueError(f"functions.{function}: vpc needs a network")
        super().__init__(name, {"function": function}, opts)
        self._settings = settings
        self._names = names
        self._kms_key_arn = kms_key_arn
        self._variables_key_arn = variables_key_arn
        self.physical_name = function_name(names, function, settings.physical_name)
        self.arn: pulumi.Input[str] = names.arn("lambda", f"function:{self.physical_name}")
        self.logs = ServiceLogs(
            f"{name}-logs",
            service=function,
            names=names,
            retention_days=settings.log_retention_days,
            error_retention_days=0,
            error_logs=None,
            kms_key_arn=kms_key_arn,
            group_name=None
            if settings.log_group is None
            else settings.log_group.replace("{function}", function).replace("{stage}", names.stage),
            opts=self.child(),
        )
        self.failures_arn: pulumi.Input[str] | None = None
        failure_rights = self._keep_failures(function)
        self.role = self._create_role(function, grants, failure_rights)
        self.network = self._join(function, network, grants)
        self.environment = function_environment(
            names,
            function,
            log_level=settings.log_level,
            image=image,
            configured=_configured(settings),
            grants=grants,
        )
        self.function = self._create_function(image, network, grants, requires)
        self.alias = self._create_alias()
        self._configure_async()
        if settings.provisioned_concurrency is not None:
            from components.functions.function_concurrency import ProvisionedConcurrency

            ProvisionedConcurrency(
                f"{name}-ready",
                settings=settings.provisioned_concurrency,
                function=self.function,
                alias=self.alias,
                opts=self.child(),
            )
        self.register_outputs({"functionName": self.physical_name, "aliasArn": self.alias.arn})

    @property
    def deployed_by_code_deploy(self) -> bool:
        """Whether CodeDeploy moves the alias."""
        return self._settings.deployment.strategy != "direct"

    @property
    def alias_arn(self) -> pulumi.Input[str]:
        """ARN of the alias, known before deployment where the account is."""
        return self._names.arn("lambda", f"function:{self.physical_name}:{LIVE}")

    def admit(
        self,
        parent: Component,
        name: str,
        *,
        principal: str,
        source_arn: pulumi.Input[str],
        source_account: pulumi.Input[str] | None = None,
    ) -> lambda_.Permission:
        """Let an AWS service call the alias on behalf of one source.

        Args:
            parent: The component that owns the source.
            name: Logical name of the permission.
            principal: Service principal.
            source_arn: ARN, or pattern, of what calls.
            source_account: Account of what calls, where its ARN does not say.
        """
        return lambda_.Permission(
            name,
            action="lambda:InvokeFunction",
            function=self.function.name,
            qualifier=self.alias.name,
            principal=principal,
            source_arn=source_arn,
            source_account=source_account,
            opts=parent.child(),
        )

    def _keep_failures(self, function: str) -> list[Statement]:
        calls = self._settings.async_calls
        if calls is None:
            return []
        from components.functions.function_failures import FailureQueue, send_statement

        if calls.on_failure != "queue":
            self.failures_arn = calls.on_failure
            return [send_statement(calls.on_failure, calls.on_failure.split(":")[2])]
        queue = FailureQueue(
            f"{self.logical_name}-failed",
            function=function,
            names=self._names,
            kms_key_arn=self._kms_key_arn,
            opts=self.child(),
        )
        self.failures_arn = queue.queue.arn
        return [send_statement(queue.arn, "sqs")]

    def _create_role(self, function: str, grants: Sequence[Grant], more: Sequence[Statement]) -> ServiceRole:
        streams = self._names.arn("logs", f"log-group:{self.logs.group_name}:*")
        trace = Statement(
            sid="SendTraces", actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"], resources=["*"]
        )
        return create_service_role(
            self,
            self.logical_name,
            service="lambda.amazonaws.com",
            description=f"What function {function} may do",
            names=self._names,
            # Exact, so that a policy that names the role can be read before the role exists.
            role_name=self._names.once(function, "function", limit=_ROLE_NAME_LIMIT),
            statements=[
                Statement(sid="WriteLogs", actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[streams]),
                *([trace] if self._settings.tracing else []),
                *(statement for grant in grants for statement in grant.statements),
                # No agent reads secrets for a function: it reads them itself.
                *(statement for grant in grants for statement in grant.secret_statements),
                *more,
            ],
        )

    def _join(self, function: str, network: Network | None, grants: Sequence[Grant]) -> list[pulumi.Resource]:
        self._security_group_ids: list[pulumi.Input[str]] = []
        if network is None or not self._settings.vpc:
            return []
        from components.functions.function_network import FunctionNetwork

        joined = FunctionNetwork(
            f"{self.logical_name}-network",
            function=function,
            network=network,
            role_name=self.role.role.name,
            grants=grants,
            opts=self.child(),
        )
        self._security_group_ids = [joined.security_group.id]
        return joined.requirements

    def _create_function(
        self,
        image: pulumi.Input[str] | None,
        network: Network | None,
        grants: Sequence[Grant],
        requires: Sequence[pulumi.Resource],
    ) -> lambda_.Function:
        settings = self._settings
        dead_letters = settings.async_calls is not None and settings.async_calls.keep == "dead-letter"
        packed = settings.archive is not None
        return lambda_.Function(
            self.logical_name,
            name=self.physical_name,
            description=settings.description or None,
            package_type=settings.packaged,
            code=None if settings.archive is None else _archive(settings.archive),
            runtime=settings.runtime,
            handler=settings.handler if packed else None,
            image_uri=image,
            image_config={"commands": [settings.handler]} if not packed and settings.handler is not None else None,
            code_signing_config_arn=self._check_signatures(),
            role=self.role.arn,
            memory_size=settings.memory,
            timeout=settings.timeout_seconds,
            architectures=[_ARCHITECTURES[settings.architecture]],
            ephemeral_storage={"size": settings.ephemeral_storage_mb},
            layers=list(settings.layers) or None,
            reserved_concurrent_executions=settings.reserved_concurrency,
            publish=True,
            environment={"variables": self.environment},
            kms_key_arn=self._variables_key_arn,
            tracing_config={"mode": "Active" if settings.tracing else "PassThrough"},
            logging_config={
                "log_format": "JSON",
                "log_group": self.logs.group_name,
                "application_log_level": settings.log_level,
                "system_log_level": settings.system_log_level,
            },
            dead_letter_config={"target_arn": self.failures_arn}
            if dead_letters and self.failures_arn is not None
            else None,
            vpc_config={
                "subnet_ids": list(network.private_subnet_ids),
                "security_group_ids": self._security_group_ids,
            }
            if network is not None and self._security_group_ids
            else None,
            tags=self.tags,
            opts=self.child(
                depends_on=[
                    self.logs.group,
                    *self.role.resources,
                    *self.network,
                    *requires,
                    *(resource for grant in grants for resource in grant.depends_on),
                ]
            ),
        )

    def _check_signatures(self) -> pulumi.Input[str] | None:
        if not self._settings.signing_profiles:
            return None
        return lambda_.CodeSigningConfig(
            self.logical_name,
            description=f"Code of {self.physical_name} must be signed",
            allowed_publishers={"signing_profile_version_arns": list(self._settings.signing_profiles)},
            policies={"untrusted_artifact_on_deployment": "Enforce"},
            tags=self.tags,
            opts=self.child(),
        ).arn

    def _create_alias(self) -> lambda_.Alias:
        moved_elsewhere = ["functionVersion", "routingConfig"] if self.deployed_by_code_deploy else None
        return lambda_.Alias(
            self.logical_name,
            name=LIVE,
            description="What callers use",
            function_name=self.function.name,
            function_version=self.function.version,
            opts=self.child(ignore_changes=moved_elsewhere),
        )

    def _configure_async(self) -> None:
        calls = self._settings.async_calls
        if calls is None:
            return
        failures = self.failures_arn if calls.keep == "destination" else None
        lambda_.FunctionEventInvokeConfig(
            self.logical_name,
            function_name=self.function.name,
            qualifier=self.alias.name,
            maximum_retry_attempts=calls.retries,
            maximum_event_age_in_seconds=calls.max_age_seconds,
            destination_config=None if failures is None else {"on_failure": {"destination": failures}},
            opts=self.child(),
        )


def _configured(settings: Function) -> dict[str, str]:
    """The variables of the settings, and the time after which it answers, come what may."""
    if settings.answers_after_seconds is None:
        return settings.environment
    return {**settings.environment, "ANSWERS_AFTER_SECONDS": str(settings.answers_after_seconds)}


def function_name(names: Names, function: str, exact_name: str | None) -> str:
    """A function's name in AWS.

    Args:
        names: Names of the stack.
        function: Its name in the settings.
        exact_name: The name that the settings ask for, or None.
    """
    return exact_name or names.physical(function, limit=64)


def _archive(path: str) -> pulumi.Archive:
    if not Path(path).exists():
        raise FileNotFoundError(f'archive "{path}": there is no such folder or file (looked in {Path(path).resolve()})')
    vendor = Path(path) / "vendor"
    if not pulumi.runtime.is_dry_run() and vendor.is_dir() and not any(vendor.glob("*.dist-info")):
        # A preview needs no dependencies; a function without them fails at its first call.
        pulumi.log.warn(
            f'archive "{path}": its dependencies are not built; '
            f"run python workloads/build_archive.py {Path(path).parent}"
        )
    folder = Path(path)
    if folder.is_file() or not any(folder.rglob("__pycache__")):
        return pulumi.FileArchive(path)
    # What tests or a local server left behind differs by machine, and would deploy the function anew from each.
    kept = (file for file in sorted(folder.rglob("*")) if file.is_file() and "__pycache__" not in file.parts)
    return pulumi.AssetArchive({file.relative_to(folder).as_posix(): pulumi.FileAsset(str(file)) for file in kept})
