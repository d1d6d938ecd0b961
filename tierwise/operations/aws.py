"""The one way to AWS: the stack's account, the command's rights, retries; a dry run only says what it would do."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, cast

from tierwise.operations.actions import actions_of, reads_only
from tierwise.operations.console import Console
from tierwise.operations.errors import OperationError, translate

#: Tries of a call in all; botocore waits longer each time, by a random share of up to 20 seconds.
#: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
ATTEMPTS: Final = 8
_CONNECT_SECONDS: Final = 5
_READ_SECONDS: Final = 30
#: Parameters whose values are nobody's business.
_SECRETS: Final = ("password", "secretstring", "secretbinary", "value", "authparameters", "token", "sql", "payload")
_SHOWN_LENGTH: Final = 120


class UndeclaredRightError(LookupError):
    """A command called what its row of the permission table does not name: a mistake in the command."""


class Aws:
    """Calls AWS for one command, in one account and region.

    Args:
        command: The command's name, for messages.
        region: The stack's region.
        rights: IAM actions that the command has declared.
        account: The account that it may touch; None for a stack that names none.
        console: Where dry runs and notes are printed.
        dry_run: Print changes instead of making them.
        session: A boto3 session; made from the caller's environment when None.

    Attributes:
        changed: Calls that changed something, or would have, in order.
    """

    def __init__(
        self,
        command: str,
        *,
        region: str,
        rights: Collection[str],
        account: str | None,
        console: Console,
        dry_run: bool = False,
        session: Any = None,
    ) -> None:
        self.command = command
        self.region = region
        self.dry_run = dry_run
        self.console = console
        self.changed: list[str] = []
        self._rights = frozenset(rights)
        self._expected = account
        self._session = session
        self._clients: dict[tuple[str, str], Any] = {}
        self._identity: Mapping[str, Any] | None = None

    @property
    def account(self) -> str:
        """The account of the credentials, which is the stack's."""
        return str(self.identity["Account"])

    @property
    def who(self) -> str:
        """ARN of the caller."""
        return "" if self._identity is None else str(self._identity.get("Arn", ""))

    @property
    def identity(self) -> Mapping[str, Any]:
        """Who asks.

        Raises:
            OperationError: No credentials, expired ones, or another account's.
        """
        if self._identity is None:
            found = self._call("sts", "GetCallerIdentity", self.region, {})
            account = str(found["Account"])
            if self._expected is not None and account != self._expected:
                raise OperationError(
                    f"these credentials are of account {account}, the stack belongs to {self._expected}: "
                    "name its profile with AWS_PROFILE; nothing was done"
                )
            self._identity = found
        return self._identity

    def read(self, service: str, operation: str, /, *, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Call what changes nothing.

        Args:
            service: boto3's name of the service.
            operation: The API's name of the call, such as ``DescribeServices``.
            region: Another region.
            parameters: Its parameters.

        Raises:
            AwsError: AWS refuses or does not answer.
        """
        if not reads_only(operation):
            raise UndeclaredRightError(f"{self.command}: {service}:{operation} is no reading call")
        self._declared(service, operation)
        return self._call(service, operation, region or self.region, parameters)

    def query(self, service: str, operation: str, /, *, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Call what changes nothing although its name does not say so: a ``SELECT``, a model's answer.

        Args:
            service: boto3's name of the service.
            operation: The API's name of the call, such as ``ExecuteStatement``.
            region: Another region.
            parameters: Its parameters; that they only read is the caller's promise.

        Raises:
            AwsError: AWS refuses or does not answer.
        """
        self._declared(service, operation)
        return self._call(service, operation, region or self.region, parameters)

    def credentials(self) -> Any:
        """The credentials of the calls, for what is signed without a client.

        Raises:
            OperationError: No credentials, expired ones, or another account's.
        """
        _ = self.identity  # never in an account that was not looked at
        return cast("Any", self._session).get_credentials()

    def declared(self, action: str) -> None:
        """See that the command's row names an action which no call of boto3 stands for.

        Args:
            action: IAM action, such as ``aoss:APIAccessAll``.
        """
        if action not in self._rights:
            raise UndeclaredRightError(f"{self.command} needs {action}, which its row does not name")

    def pages(
        self, service: str, operation: str, key: str, /, *, region: str | None = None, **parameters: Any
    ) -> Iterator[Any]:
        """Every element of a list that AWS answers page by page.

        Args:
            service: boto3's name of the service.
            operation: The API's name of the call.
            key: Name of the list in the answer.
            region: Another region.
            parameters: Its parameters.
        """
        self._declared(service, operation)
        from botocore.exceptions import BotoCoreError, ClientError

        client, method = self._client(service, region or self.region), _method(operation)
        if not client.can_paginate(method):
            yield from self.read(service, operation, region=region, **parameters).get(key) or ()
            return
        try:
            for page in client.get_paginator(method).paginate(**parameters):
                yield from page.get(key) or ()
        except (BotoCoreError, ClientError) as error:
            raise self._translated(error, service, operation, region) from None

    def change(
        self, service: str, operation: str, /, *, region: str | None = None, **parameters: Any
    ) -> dict[str, Any]:
        """Call what changes something; a dry run prints the call and returns nothing.

        Args:
            service: boto3's name of the service.
            operation: The API's name of the call.
            region: Another region.
            parameters: Its parameters.

        Raises:
            AwsError: AWS refuses or does not answer.
        """
        self._declared(service, operation)
        text = f"{service}:{operation} {shown(parameters)}".rstrip()
        self.changed.append(text)
        if self.dry_run:
            self.console.say(f"would call {text}")
            return {}
        _ = self.identity  # never in an account that was not looked at
        return self._call(service, operation, region or self.region, parameters)

    def _declared(self, service: str, operation: str) -> None:
        missing = [action for action in actions_of(service, operation) if action not in self._rights]
        if missing:
            raise UndeclaredRightError(f"{self.command} calls {service}:{operation} without {', '.join(missing)}")

    def _call(self, service: str, operation: str, region: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            method = getattr(self._client(service, region), _method(operation))
            return cast("dict[str, Any]", method(**parameters))
        except (BotoCoreError, ClientError) as error:
            raise self._translated(error, service, operation, region) from None

    def _translated(self, error: Exception, service: str, operation: str, region: str | None) -> OperationError:
        call = " and ".join(actions_of(service, operation))
        return translate(error, call, who=self.who, region=region or self.region)

    def _client(self, service: str, region: str) -> Any:
        known: Any = self._clients.get((service, region))
        if known is None:
            from botocore.exceptions import BotoCoreError

            try:
                known = self._clients[service, region] = self._make_client(service, region)
            except BotoCoreError as error:
                raise translate(error, service, region=region) from None
        return known

    def _make_client(self, service: str, region: str) -> Any:
        import boto3
        from botocore.config import Config

        if self._session is None:
            self._session = boto3.Session(region_name=self.region)
        config = Config(
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            user_agent_extra=f"tierwise/{self.command.replace(' ', '-')}",
        )
        return cast("Any", self._session).client(service, region_name=region, config=config)


def _method(operation: str) -> str:
    """boto3's name of a call."""
    import botocore

    return botocore.xform_name(operation)  # pyright: ignore[reportUnknownMemberType]


def shown(parameters: Mapping[str, Any]) -> str:
    """Parameters of a call for people: short, and without anything secret."""
    parts: list[str] = []
    for name, value in parameters.items():
        if name.lower() in _SECRETS or name.lower().endswith("password"):
            text = "[not shown]"
        else:
            text = value if isinstance(value, str) else json.dumps(value, default=str)
        parts.append(f"{name}={text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 1] + '…'}")
    return " ".join(parts)
