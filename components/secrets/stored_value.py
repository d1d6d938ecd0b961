"""A value that containers read by reference when they start, in Secrets Manager or in Parameter Store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final, Literal

import pulumi

from components.component import Component
from components.grant import Statement
from components.names import Names
from components.secrets.key_access import key_statements
from components.secrets.replica import Replica
from components.secrets.secret_names import has_plain_address, parameter_arn, plain_secret_arn, secret_arn_pattern

Store = Literal["secrets-manager", "parameter-store"]

#: What an operator's parameter holds until the operator writes it; a parameter cannot be empty.
UNSET: Final = "unset"
#: AWS's own key for SecureString parameters. It needs no permission of the reader.
SSM_KEY: Final = "alias/aws/ssm"
#: The value is written with the parameter: an update of these would put the first value back.
_WRITTEN_ONCE: Final = ["valueWo", "description", "keyId"]


class StoredValue(Component):
    """One secret value under a fixed name: ``<system>/<stage>/<parts>``, with a leading slash in Parameter Store.

    Costs at rest: 0.40 USD a month in Secrets Manager; a SecureString parameter costs nothing. A change of the name or
    the store replaces it. The name is exact so that a task definition can point to it before it exists.

    A value that is made up or that an operator writes goes in through a write-only argument once and never lands in
    Pulumi's state; one from the configuration follows the configuration.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html

    Args:
        name: Logical name.
        parts: The value's name below system and stage.
        path: Exact name in Secrets Manager, instead.
        names: Names of the stack.
        description: What the value is for.
        store: Where it is kept.
        value: The value. None when an operator writes it: Secrets Manager then starts without a version, so that tasks
            wait for it, and Parameter Store with ``unset``.
        made_up: Whether ``value`` differs on every run and only the first counts.
        readable: Whether a made-up value is kept, encrypted, in Pulumi's state, because another resource copies it.
            Secrets Manager only.
        recovery_days: Days that a deleted secret can be restored, 7 to 30; 0 deletes at once. Secrets Manager only.
        replica: Where a copy is kept, up to date, or None. Secrets Manager only.
        kms_key_arn: Customer key; AWS's own key otherwise.
        opts: Options of the component.

    Attributes:
        secret: The secret, where Secrets Manager keeps it.
        parameter: The parameter, where Parameter Store does.
        reference: What ``valueFrom`` of a container secret names.
        content: The value, where Pulumi's state has it and Secrets Manager keeps it.
        arn: The real ARN.
        written: The resource that must exist before a reader starts.
    """

    token = "data:StoredValue"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        parts: Sequence[str],
        path: str | None = None,
        names: Names,
        description: str,
        store: Store,
        value: pulumi.Input[str] | None,
        made_up: bool = False,
        readable: bool = False,
        recovery_days: int = 0,
        replica: Replica | None = None,
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        if value is None:
            made_up = True
        self._names = names
        self._kms_key_arn = kms_key_arn
        self.secret = None
        self.parameter = None
        self.content: pulumi.Output[str] | None = None
        self.reference: pulumi.Input[str]
        self.arn: pulumi.Output[str]
        self.written: pulumi.Resource
        if store == "secrets-manager":
            self._path = path or names.secret(*parts)
            self._to_secrets_manager(description, value, made_up, readable, recovery_days, replica)
        else:
            self._path = names.path(*parts)
            self._to_parameter_store(description, UNSET if value is None else value, made_up)
        self.register_outputs({"reference": self.reference})

    def _to_secrets_manager(
        self,
        description: str,
        value: pulumi.Input[str] | None,
        made_up: bool,
        readable: bool,
        recovery_days: int,
        replica: Replica | None,
    ) -> None:
        # Only this store needs the service's module; loading it costs time that the other need not spend.
        from pulumi_aws import secretsmanager

        self.secret = secretsmanager.Secret(
            self.logical_name,
            name=self._path,
            description=description,
            kms_key_id=self._kms_key_arn,
            recovery_window_in_days=recovery_days,
            replicas=None if replica is None else [{"region": replica.names.region, "kms_key_id": replica.kms_key_arn}],
            tags=self.tags,
            opts=self.child(delete_before_replace=True),
        )
        self.arn = self.secret.arn
        self.written = self.secret
        self.reference = plain_secret_arn(self._names, self._path) if has_plain_address(self._path) else self.secret.arn
        if value is None:
            return
        if made_up and not readable:
            self.written = secretsmanager.SecretVersion(
                self.logical_name,
                secret_id=self.secret.id,
                secret_string_wo=pulumi.Output.secret(value),
                secret_string_wo_version=1,
                opts=self.child(ignore_changes=["secretStringWo"]),
            )
        else:
            version = secretsmanager.SecretVersion(
                self.logical_name,
                secret_id=self.secret.id,
                secret_string=pulumi.Output.secret(value),
                opts=self.child(ignore_changes=["secretString"] if made_up else None),
            )
            self.written = version
            self.content = version.secret_string.apply(lambda text: text or "")

    def _to_parameter_store(self, description: str, value: pulumi.Input[str], made_up: bool) -> None:
        from pulumi_aws import ssm

        key_id = SSM_KEY if self._kms_key_arn is None else self._kms_key_arn
        if made_up:
            self.parameter = ssm.Parameter(
                self.logical_name,
                name=self._path,
                description=description,
                type="SecureString",
                key_id=key_id,
                value_wo=pulumi.Output.secret(value),
                value_wo_version=1,
                tags=self.tags,
                opts=self.child(ignore_changes=_WRITTEN_ONCE, delete_before_replace=True),
            )
        else:
            self.parameter = ssm.Parameter(
                self.logical_name,
                name=self._path,
                description=description,
                type="SecureString",
                key_id=key_id,
                value=pulumi.Output.secret(value),
                tags=self.tags,
                opts=self.child(delete_before_replace=True),
            )
        self.arn = self.parameter.arn
        self.written = self.parameter
        self.reference = self._path

    def field(self, name: str) -> pulumi.Output[str]:
        """One field of a value that holds several, as a secret.

        Args:
            name: The field.

        Raises:
            ValueError: Pulumi's state does not have the value.
        """
        if self.content is None:
            raise ValueError(f"{self.logical_name} has no fields")
        return pulumi.Output.secret(self.content.apply(lambda text: json.loads(text)[name]))

    def reference_in(self, names: Names) -> pulumi.Input[str]:
        """What names the copy in another region; a copy shares the name of its secret, and the suffix.

        Args:
            names: Names of the stack in that region.
        """
        if has_plain_address(self._path):
            return plain_secret_arn(names, self._path)
        return self.arn.apply(lambda arn: arn.replace(f":{self._names.region}:", f":{names.region}:"))

    def statements_in(self, replica: Replica) -> list[Statement]:
        """What a reader of the copy may do: read it and no other.

        Args:
            replica: Where the copy is.
        """
        read = Statement(
            sid="ReadSecrets",
            actions=["secretsmanager:GetSecretValue"],
            resources=[secret_arn_pattern(replica.names, self._path)],
        )
        return [read, *key_statements(replica.names, replica.kms_key_arn, "secretsmanager")]

    @property
    def read_statements(self) -> list[Statement]:
        """What a reader may do: read this value and no other."""
        if self.secret is not None:
            return self.statements_in(Replica(names=self._names, kms_key_arn=self._kms_key_arn))
        read = Statement(
            sid="ReadParameters",
            actions=["ssm:GetParameters"],
            resources=[parameter_arn(self._names, self._path)],
        )
        return [read, *key_statements(self._names, self._kms_key_arn, "ssm")]
