"""The AWS provider of the sandbox, without the wire: what each operation does to the cloud."""

from __future__ import annotations

import importlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from guardrails.resource import UNKNOWN
from tierwise.preview import checks
from tierwise.preview.checks import sdk
from tierwise.preview.checks.constraints import constraints_of
from tierwise.preview.plan import PlannedResource
from tierwise.preview.urns import parse_urn
from tierwise.preview.values import contains_unknown
from tierwise.sandbox import functions
from tierwise.sandbox.calls import apart
from tierwise.sandbox.cloud import AlreadyExistsError, Cloud, CloudError, Held
from tierwise.sandbox.diff import DEFAULTS, Change, changes
from tierwise.sandbox.faults import Fault, Faults, Operation
from tierwise.sandbox.identity import Identity, automatic, automatic_name, known, naming_property
from tierwise.sandbox.outputs import Filler
from tierwise.sandbox.wire import reveal

_DEFAULT_REGION: Final = "us-east-1"
_RETRIES: Final = 5
_FIRST_PAUSE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Settings:
    """The provider's own configuration.

    Attributes:
        region: Where resources go that name no region.
        account: The account's number.
        tags: Default tags.
    """

    region: str = _DEFAULT_REGION
    account: str = functions.ACCOUNT
    tags: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Difference:
    """What an update would do.

    Attributes:
        changes: Property by property.
        delete_first: The old resource has to go before the new one comes, as both would have one name.
    """

    changes: Sequence[Change]
    delete_first: bool


class PartlyDoneError(Exception):
    """The operation failed after it had done its work.

    Attributes:
        id: The resource's id.
        outputs: Its state.
        reason: What went wrong.
    """

    def __init__(self, id_: str, outputs: dict[str, Any], reason: str) -> None:
        self.id = id_
        self.outputs = outputs
        self.reason = reason
        super().__init__(reason)


class Provider:
    """Answers the engine for one provider configuration.

    Args:
        cloud: Where resources live.
        faults: What goes wrong.
        package: The Pulumi package that it stands in for.
    """

    def __init__(self, cloud: Cloud, faults: Faults, package: str = "aws") -> None:
        self._cloud = cloud
        self._faults = faults
        self._filler = Filler()
        self._loading = threading.Lock()
        self._loaded: set[str] = set()
        self._cancelled = threading.Event()
        self.settings = Settings()
        importlib.import_module(f"pulumi_{package.replace('-', '_')}")

    def configure(self, args: Mapping[str, Any]) -> None:
        """Take over the provider's inputs; nested ones come as JSON text."""
        given = {name: _parsed(reveal(value)) for name, value in args.items()}
        region = given.get("region")
        tags = _as_map(_as_map(given.get("defaultTags")).get("tags"))
        self.settings = Settings(
            region if isinstance(region, str) and region and region is not UNKNOWN else _DEFAULT_REGION,
            functions.account_of(given.get("allowedAccountIds")),
            {str(key): str(value) for key, value in tags.items()},
        )

    def check(
        self, urn: str, old: Mapping[str, Any], new: dict[str, Any]
    ) -> tuple[dict[str, Any], list[checks.Failure]]:
        """The inputs with the provider's own defaults, and what is wrong with them.

        Args:
            urn: The resource.
            old: Its inputs so far; empty for a new one.
            new: As the program wants them.
        """
        parts = parse_urn(urn)
        token = self._load(parts.type)
        failures = [
            failure
            for failure in checks.check([PlannedResource(urn, token, parts.name, True, None, new, {})])
            if failure.level == "error"
        ]
        inputs: dict[str, Any] = {**new, DEFAULTS: []}
        prop = naming_property(token)
        if prop is not None and prop not in inputs and automatic(token) and f"{prop}Prefix" not in inputs:
            kept = prop in (old.get(DEFAULTS) or ()) and old.get(prop)
            inputs[prop] = kept or self._free_name(token, urn, parts.name, inputs)
            inputs[DEFAULTS] = [prop]
        return inputs, failures

    def diff(
        self, urn: str, id_: str, old: Mapping[str, Any], new: Mapping[str, Any], state: Mapping[str, Any]
    ) -> Difference:
        """What changing the inputs would do.

        Args:
            urn: The resource.
            id_: Its id.
            old: Inputs as last applied.
            new: Inputs as wanted.
            state: Its outputs.
        """
        del id_
        token = self._load(parse_urn(urn).type)
        found = changes(token, old, new)
        if isinstance(state.get("tagsAll"), dict) and not any(change.path.startswith("tags") for change in found):
            wanted = self._all_tags(new)
            if wanted is not UNKNOWN and reveal(state["tagsAll"]) != wanted:
                found.append(Change("tagsAll", "update", replaces=False))
        prop = naming_property(token) or ""
        named = prop in new and prop not in (new.get(DEFAULTS) or ())
        return Difference(found, named and reveal(old.get(prop)) == reveal(new.get(prop)))

    def planned(self, urn: str, inputs: Mapping[str, Any], state: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The outputs that a preview can know.

        Args:
            urn: The resource.
            inputs: As wanted.
            state: The outputs before an update; None for a new resource.
        """
        token = self._load(parse_urn(urn).type)
        echoed = self._filler.shapes.echo(token, {k: v for k, v in inputs.items() if k != DEFAULTS})
        if state is None:
            return self._filler.shapes.complete(token, echoed)
        tags = {"tagsAll": self._all_tags(inputs)} if "tagsAll" in state else {}
        return {**state, **tags, **echoed}

    def create(self, urn: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Make a resource; its id and outputs.

        Raises:
            CloudError: The cloud refuses.
            PartlyDoneError: It was made, and then something went wrong.
        """
        parts = parse_urn(urn)
        token = self._load(parts.type)
        fault = self._strike("create", token, parts.name)
        identity = self._identity(token, urn, inputs)
        outputs = self._outputs(identity, inputs)
        held = self._held(identity, urn, inputs, outputs)
        try:
            self._cloud.add(held)
        except AlreadyExistsError as error:
            raise CloudError(f"creating {token} ({identity.key}): {error}") from error
        self._fall_over(fault, identity.id, outputs)
        return identity.id, outputs

    def read(self, urn: str, id_: str, state: Mapping[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        """A resource's id, inputs and outputs as the cloud has them now, or None when it is gone.

        Args:
            urn: The resource.
            id_: Its id; to import it, its name or its ARN does as well.
            state: What is known of it; empty when it is to be imported or looked up.
        """
        parts = parse_urn(urn)
        token = self._load(parts.type)
        self._strike("read", token, parts.name)
        held = self._find(token, id_, state)
        if held is None and not state:
            held = self._known_as(token, id_)
        return None if held is None else (held.id, held.inputs, held.outputs)

    def update(self, urn: str, id_: str, inputs: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
        """Change a resource; its new outputs.

        Raises:
            CloudError: It does not exist, or the cloud refuses.
            PartlyDoneError: It was changed, and then something went wrong.
        """
        parts = parse_urn(urn)
        token = self._load(parts.type)
        fault = self._strike("update", token, parts.name)
        held = self._find(token, id_, state)
        if held is None:
            raise CloudError(f"updating {token} ({id_}): it does not exist; refresh to learn what has become of it")
        echoed = self._filler.shapes.echo(token, {k: v for k, v in inputs.items() if k != DEFAULTS})
        dropped = held.inputs.keys() - inputs.keys()
        outputs = {name: value for name, value in held.outputs.items() if name not in dropped}
        outputs |= {name: value for name, value in echoed.items() if not contains_unknown(value)}
        if "tagsAll" in outputs:
            outputs["tagsAll"] = self._all_tags(inputs)
        self._cloud.change(replace(held, inputs=_stored(inputs), outputs=outputs))
        self._fall_over(fault, id_, outputs)
        return outputs

    def delete(self, urn: str, id_: str, state: Mapping[str, Any]) -> None:
        """Remove a resource; one that is gone already is fine.

        Raises:
            CloudError: The cloud refuses.
        """
        parts = parse_urn(urn)
        token = self._load(parts.type)
        fault = self._strike("delete", token, parts.name)
        held = self._find(token, id_, state)
        if held is not None:
            self._cloud.remove(held)
        if fault is not None and fault.fault == "slow":
            self._cancelled.wait(fault.seconds)
        elif fault is not None:
            raise CloudError(fault.message)

    def cancel(self) -> None:
        """Wait no longer, now or later: what is done is answered, what is not fails."""
        self._cancelled.set()

    def invoke(self, token: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a function; see ``functions``."""
        return functions.invoke(
            token, reveal(dict(args)), cloud=self._cloud, region=self.settings.region, account=self.settings.account
        )

    def _load(self, token: str) -> str:
        """Import the SDK's class of a type.

        Raises:
            CloudError: There is none.
        """
        if token in self._loaded:
            return token
        # One at a time: a module that another thread is still importing looks as if it were empty.
        with apart(), self._loading:
            if token not in self._loaded:
                if sdk.resource_class(token) is None:
                    raise CloudError(f"{token}: the installed SDK knows no such type")
                self._filler.shapes.types(token)
                args = sdk.args_class(token)
                if args is not None:
                    sdk.describe(args)
                constraints_of(token)
                self._loaded.add(token)
        return token

    def _region(self, inputs: Mapping[str, Any]) -> str:
        region = reveal(inputs.get("region"))
        return region if isinstance(region, str) and region else self.settings.region

    def _free_name(self, token: str, urn: str, logical: str, inputs: Mapping[str, Any]) -> str:
        """A name that nothing has yet: the same one in a preview and in the deployment that follows it."""
        region = self._region(inputs)
        for attempt in range(100):
            name = automatic_name(token, logical, f"{urn}|{attempt}")
            identity = Identity(
                token,
                urn,
                {**known(inputs), naming_property(token) or "name": name},
                self.settings.account,
                region,
                attempt,
            )
            taken = any(
                held.outputs.get(naming_property(token) or "name") == name for held in self._cloud.named(token, urn)
            )
            if not taken and not self._cloud.holds(
                token, identity.key, account=self.settings.account, region="" if identity.is_global else region
            ):
                return name
        raise CloudError(f"{token} {logical}: a hundred resources made from this URN are left in the sandbox")

    def _identity(self, token: str, urn: str, inputs: Mapping[str, Any]) -> Identity:
        region = self._region(inputs)
        counter = f"{token}|{urn}"
        if token == "aws:ecs/taskDefinition:TaskDefinition":  # noqa: S105 - a type token
            counter = f"{token}|{self.settings.account}|{region}|{reveal(inputs.get('family'))}"
        return Identity(token, urn, known(inputs), self.settings.account, region, self._cloud.next(counter))

    def _held(self, identity: Identity, urn: str, inputs: Mapping[str, Any], outputs: dict[str, Any]) -> Held:
        region = "" if identity.is_global else identity.region
        return Held(identity.account, region, identity.token, identity.key, identity.id, urn, _stored(inputs), outputs)

    def _outputs(self, identity: Identity, inputs: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in inputs.items() if name != DEFAULTS}
        echoed = self._filler.shapes.echo(identity.token, given)
        return self._filler.fill(identity, known(given), echoed, self.settings.tags)

    def _find(self, token: str, id_: str, state: Mapping[str, Any]) -> Held | None:
        arn = reveal(state.get("arn"))
        return self._cloud.find(
            token,
            id_,
            account=self.settings.account,
            region=self._region(state),
            arn=arn if isinstance(arn, str) else None,
        )

    def _known_as(self, token: str, name: str) -> Held | None:
        """The resource that people know by a name which is not its id, as a database by its identifier."""
        places = (self.settings.region, "")
        for held in self._cloud.all(token):
            names = (held.key, held.outputs.get("arn"), held.outputs.get(naming_property(token) or ""))
            if held.account == self.settings.account and held.region in places and name in names:
                return held
        return None

    def _all_tags(self, inputs: Mapping[str, Any]) -> Any:
        tags = _as_map(reveal(inputs.get("tags")))
        if contains_unknown(tags):
            return UNKNOWN
        return {**self.settings.tags, **tags}

    def _strike(self, operation: Operation, token: str, name: str) -> Fault | None:
        """Meet the faults; the one that strikes after the work is done is returned."""
        pause = _FIRST_PAUSE
        for _ in range(_RETRIES):
            fault = self._faults.strike(operation, token, name)
            if fault is None or fault.fault in ("half", "lost", "slow"):
                return fault
            if fault.fault == "fail":
                raise CloudError(fault.message)
            if fault.fault == "timeout":
                self._cancelled.wait(fault.seconds)
                raise CloudError(f"timeout while waiting for {token} ({name})")
            if self._cancelled.wait(pause):
                raise CloudError(f"cancelled while AWS limited the rate of requests for {token} ({name})")
            pause *= 2
        raise CloudError(f"ThrottlingException: rate exceeded, {_RETRIES} attempts for {token} ({name})")

    def _fall_over(self, fault: Fault | None, id_: str, outputs: dict[str, Any]) -> None:
        if fault is None:
            return
        if fault.fault == "slow":
            self._cancelled.wait(fault.seconds)
            return
        if fault.fault == "lost":
            raise CloudError(fault.message)
        raise PartlyDoneError(id_, outputs, fault.message)


def _stored(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in inputs.items() if name != DEFAULTS}


def _as_map(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _parsed(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
