"""What a preview yields: the resources that the program registered, in order, and what it said on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from guardrails.resource import UNKNOWN, Resource, Stack
from tierwise.preview.values import plain

Severity = Literal["info", "info#err", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something to tell the user.

    Attributes:
        severity: As the CLI's JSON names it; ``info`` is the program's standard output, ``info#err`` its error output.
        message: Without the severity.
        urn: The resource that it is about, or "".
    """

    severity: Severity
    message: str
    urn: str = ""


@dataclass(frozen=True, slots=True)
class ProgramError:
    """Why the program did not finish.

    Attributes:
        message: One or more lines, the exception and its text last. Without our frames and the SDK's.
        file: The file of the user's innermost frame, or None.
        line: Its line, or None.
        urn: The resource that it is about, or "".
        raised: The exception itself, where it may say more than its text.
    """

    message: str
    file: str | None = None
    line: int | None = None
    urn: str = ""
    raised: BaseException | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class CustomTimeouts:
    """How long an operation may take, as the program wrote it (``"30m"``); None is the provider's default."""

    create: str | None = None
    update: str | None = None
    delete: str | None = None
    read: str | None = None


@dataclass(slots=True)
class PlannedResource:
    """One resource as it would be created.

    Attributes:
        urn: The resource's URN.
        type: The type token, such as ``aws:s3/bucket:Bucket``.
        name: The logical name.
        custom: False for components.
        parent: URN of the parent, None for the stack itself and for default providers.
        inputs: camelCase; values are described in ``tierwise.preview.values``.
        outputs: The same; what AWS decides is UNKNOWN.
        provider: ``urn::id`` of the provider, "" for components and providers.
        protect: Whether Pulumi refuses to delete it.
        retain_on_delete: Whether deleting it from the program leaves it in AWS.
        dependencies: URNs, sorted.
        property_dependencies: URNs by top-level input, sorted; every input that was set has an entry.
        aliases: Every URN that an older version of the stack may have known it by, inherited ones included.
        ignore_changes: Property paths.
        replace_on_changes: Property paths.
        additional_secret_outputs: Output names.
        delete_before_replace: None when the program does not say.
        import_id: The id of the existing resource that it adopts, "" for a new one.
        deleted_with: URN of the resource whose deletion takes this one along, or "".
        replace_with: URNs whose replacement replaces this one.
        custom_timeouts: As the program wrote them.
        external: True for a read (``Vpc.get``, a stack reference): it exists already and Pulumi does not manage it.
        id: Known for reads only; None otherwise.
        remote: True for a component that a provider expands (``awsx``).
        region: The AWS region that it is created in, or UNKNOWN.
        hooks: Names of its resource hooks by moment.
        source_position: ``project:///components/network/vpc.py#41``, the line that made it.
        stack_trace: The same for the frames above, innermost first; "" for a frame without a file.
    """

    urn: str
    type: str
    name: str
    custom: bool
    parent: str | None
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    provider: str = ""
    protect: bool = False
    retain_on_delete: bool = False
    dependencies: tuple[str, ...] = ()
    property_dependencies: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    aliases: tuple[str, ...] = ()
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    delete_before_replace: bool | None = None
    import_id: str = ""
    deleted_with: str = ""
    replace_with: tuple[str, ...] = ()
    custom_timeouts: CustomTimeouts | None = None
    external: bool = False
    id: Any = None
    remote: bool = False
    region: Any = UNKNOWN
    hooks: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    source_position: str | None = None
    stack_trace: tuple[str, ...] = ()

    @property
    def code_line(self) -> str | None:
        """The innermost line of the program itself that led to this resource; libraries are passed over."""
        own = (position for position in self.stack_trace if position and "/site-packages/" not in position)
        return next(own, self.source_position)

    @property
    def is_default_provider(self) -> bool:
        """True for a provider that the engine makes when the program names none; the name tells, as for the engine."""
        return self.type.startswith("pulumi:providers:") and self.name.startswith("default")


@dataclass
class Plan:
    """A whole preview.

    Attributes:
        project: The project's name.
        stack: The stack's name.
        config: The flat configuration that the program saw; secrets that are not readable offline hold a placeholder.
        secret_keys: Keys of ``config`` whose values are secret.
        resources: In the order in which the program made them, the stack first; each default provider before the first
            resource that needs it.
        outputs: The stack's outputs; values as in ``PlannedResource.outputs``.
        diagnostics: In order.
        error: Why the program did not finish, or None.
        duration: Seconds that the program took, its imports included.
    """

    project: str
    stack: str
    config: dict[str, str]
    secret_keys: set[str]
    resources: list[PlannedResource]
    outputs: dict[str, Any]
    diagnostics: list[Diagnostic]
    error: ProgramError | None = None
    duration: float = 0.0

    @cached_property
    def by_urn(self) -> dict[str, PlannedResource]:
        """Resources by URN."""
        return {resource.urn: resource for resource in self.resources}

    def view(self) -> Stack:
        """The stack as rules and the estimator read it: secrets unwrapped, built once."""
        return self._view

    @cached_property
    def _view(self) -> Stack:
        return Stack(
            (
                Resource(
                    urn=planned.urn,
                    type=planned.type,
                    name=planned.name,
                    props=plain(planned.inputs),
                    parent=planned.parent,
                    dependencies=planned.dependencies,
                    property_dependencies=planned.property_dependencies,
                    region=planned.region,
                    provider=planned.provider.rpartition("::")[0] or None,
                    custom=planned.custom,
                    protect=planned.protect,
                    retain_on_delete=planned.retain_on_delete,
                )
                for planned in self.resources
            ),
            self.project,
            self.stack,
        )
