"""Parameters that an application reads by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import ssm

from components.component import Component
from components.documents import json_document
from components.grant import Grant, Statement
from components.names import Names
from components.secrets.key_access import key_statements
from components.secrets.secret_names import parameter_arn
from components.secrets.stored_value import SSM_KEY
from settings.parameters import Parameter

if TYPE_CHECKING:
    # It loads Secrets Manager, which plain parameters do not use.
    from components.secrets.secret import ReadableSecret


class Parameters(Component):
    """Parameters ``/<system>/<stage>/<name>``: plain ones, and encrypted copies of secrets' fields.

    Costs at rest: nothing; standard parameters are free.

    Replaced by: another name.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html

    Args:
        name: Logical name.
        settings: Parameters by name.
        names: Names of the stack.
        origins: Origins that the API lets call.
        secrets: The stack's secrets, by name.
        kms_key_arn: Key that encrypts copies; None for AWS's own key.
        opts: Options of the component.

    Attributes:
        prefix: What every name starts with, ``/<system>/<stage>/``.
        parameters: The parameters by name.
    """

    token = "data:Parameters"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Mapping[str, Parameter],
        names: Names,
        origins: Sequence[str] = (),
        secrets: Mapping[str, ReadableSecret],
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._names = names
        self._kms_key_arn = kms_key_arn
        self.prefix = names.path("")
        self.parameters = {key: self._create(key, parameter, origins, secrets) for key, parameter in settings.items()}
        self.register_outputs({"prefix": self.prefix})

    def grant(self, user: str) -> Grant:
        """Let a function or service read every parameter of the stack; ``PARAMETER_STORE_PREFIX`` says where.

        Args:
            user: The reader's name.
        """
        del user  # every user reads the same parameters in the same way
        return Grant(
            environment={"PARAMETER_STORE_PREFIX": self.prefix},
            statements=[
                Statement(
                    sid="ReadParameters",
                    actions=["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
                    resources=[parameter_arn(self._names, f"{self.prefix}*")],
                ),
                *key_statements(self._names, self._kms_key_arn, "ssm"),
            ],
            depends_on=list(self.parameters.values()),
        )

    def _create(
        self, key: str, parameter: Parameter, origins: Sequence[str], secrets: Mapping[str, ReadableSecret]
    ) -> ssm.Parameter:
        value: pulumi.Input[str]
        if parameter.secret is not None:
            secret, _, field = parameter.secret.partition("/")
            value = secrets[secret].field(field)
        else:
            value = json_document(list(origins)) if parameter.cors_origins else str(parameter.value)
        encrypted = parameter.secret is not None
        key_id = SSM_KEY if self._kms_key_arn is None else self._kms_key_arn
        return ssm.Parameter(
            f"{self.logical_name}-{key}",
            name=f"{self.prefix}{key}",
            description=parameter.description,
            type="SecureString" if encrypted else "String",
            key_id=key_id if encrypted else None,
            value=value,
            tags=self.tags,
            opts=self.child(delete_before_replace=True),
        )
