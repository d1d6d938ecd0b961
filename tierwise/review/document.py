"""The document that ``tierwise preview --json`` writes, as types: its JSON Schema and its reference come from here.

Members are added under the same version; a member that goes away or changes its meaning raises it.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

#: The document's version.
VERSION: Final = 1

Urn = Annotated[str, Field(description="The resource, such as `urn:pulumi:prod::pika::aws:s3/bucket:Bucket::uploads`.")]
Name = Annotated[str, Field(description="Its logical name.")]
Money = Annotated[float, Field(description="US dollars a month.")]
Operation = Literal["create", "import", "read", "update", "replace", "delete"]


class Step(TypedDict):
    """One resource, as `pulumi preview --json` has it."""

    op: Annotated[Literal["create", "read", "import"], Field(description="What a stack without state does with it.")]
    urn: Urn
    provider: NotRequired[Annotated[str, Field(description="`urn::id` of its provider; components have none.")]]
    newState: Annotated[
        dict[str, Any],
        Field(
            description=(
                "The resource's state: `urn`, `custom`, `type`, `inputs`, `outputs`, `parent`, `dependencies`, "
                "`sourcePosition` and what else is not empty. What AWS decides is the engine's own unknown value, "
                "`04da6b54-80e4-46f7-96ec-b56ff0331ba9`; a secret is `[secret]`."
            )
        ),
    ]
    detailedDiff: Annotated[None, Field(description="Always null; `diff` has the comparison.")]


class Diagnostic(TypedDict):
    """Something that the program or the engine said."""

    severity: Annotated[
        Literal["info", "info#err", "warning", "error"],
        Field(description="`info` is the program's standard output, `info#err` its error output."),
    ]
    message: str
    urn: NotRequired[Urn]


class Preview(TypedDict):
    """What `pulumi preview --json` prints for a stack that does not exist yet."""

    config: Annotated[dict[str, str], Field(description="The stack's flat configuration; secrets are `[secret]`.")]
    steps: list[Step]
    diagnostics: list[Diagnostic]
    duration: Annotated[int, Field(description="Nanoseconds that the program took.")]
    changeSummary: Annotated[dict[str, int], Field(description="Steps by operation, reads left out.")]


class Check(TypedDict):
    """An input that the SDK or AWS would refuse."""

    urn: Annotated[str, Field(description="The resource; empty when the program failed before it was registered.")]
    resource: Name
    type: str
    path: Annotated[str, Field(description="Property path, such as `rules[0].status`.")]
    value: Annotated[str | None, Field(description="The value as text; `[secret]` for a secret.")]
    message: str
    allowed: Annotated[str | None, Field(description="What is accepted, when the message does not say it all.")]
    nearest: Annotated[str | None, Field(description="The nearest valid name or value.")]
    level: Annotated[Literal["error", "warning"], Field(description="An error refuses the stack.")]
    kind: Literal["unknown-property", "missing", "type", "value"]
    sourcePosition: Annotated[str | None, Field(description="`project:///components/edge/cdn.py#109`.")]


class Waiver(TypedDict):
    """The exception that waives a finding."""

    reason: str
    owner: str
    expires: Annotated[str, Field(description="The last day, `YYYY-MM-DD`.")]
    days_left: int


class Policy(TypedDict):
    """A finding of the policy pack."""

    policy: Annotated[str, Field(description="The rule's id, such as `S3.9`.")]
    pack: str
    level: Annotated[Literal["advisory", "mandatory"], Field(description="A mandatory one refuses the stack.")]
    severity: Literal["low", "medium", "high", "critical"]
    urn: Urn
    resource: Name
    type: str | None
    message: Annotated[str, Field(description="What is wrong, and the fix.")]
    exception: NotRequired[Waiver]


class CostLine(TypedDict):
    """Something that is paid for."""

    urn: Urn
    name: Annotated[str, Field(description="What is paid for, such as `instance hours`.")]
    resource: Name
    service: Annotated[str, Field(description="The group that the line is shown under.")]
    kind: Annotated[str, Field(description="Whether it costs at rest or by use.")]
    priceId: Annotated[str, Field(description="The price's id in the price book.")]
    quantity: Annotated[float, Field(description="Units a month.")]
    unit: str
    price: Annotated[float, Field(description="US dollars a unit.")]
    expected: Money
    maximum: Annotated[float, Field(description="US dollars a month at the highest load that `usage` names.")]
    unconfirmed: Annotated[str | None, Field(description="Why the price may be out of date.")]


class CostUnknown(TypedDict):
    """Something whose cost cannot be told."""

    urn: Urn
    reason: str
    name: str
    atLeast: Annotated[float | None, Field(description="US dollars a month that it costs in any case.")]
    key: Annotated[str | None, Field(description="The key of `usage` that would tell.")]


class Unpriced(TypedDict):
    """A resource without lines of its own, and why."""

    urn: Urn
    type: str
    reason: str


class Lever(TypedDict):
    """A change that would bring the cost down."""

    change: str
    saving: Money


class Allowance(TypedDict):
    """What AWS gives away each month, which the estimate leaves out of account."""

    name: str
    saving: Money


class Allowances(TypedDict):
    """All free allowances."""

    total: Money
    items: list[Allowance]


class Cost(TypedDict):
    """The estimate, and how it stands against the budget."""

    currency: Literal["USD"]
    expected: Money
    maximum: Annotated[float, Field(description="At the highest load that `usage` names.")]
    budget: Annotated[float | None, Field(description="The monthly budget.")]
    verdict: Literal["pass", "warn", "block"]
    message: str
    total: Annotated[str, Field(description="`expected` as text; `at least` when something is unknown.")]
    lines: list[CostLine]
    unknown: list[CostUnknown]
    free: list[Unpriced]
    byParent: Annotated[list[Unpriced], Field(description="Paid for in another resource's lines.")]
    unsupported: Annotated[list[Unpriced], Field(description="Of a type that has no price: never counted as zero.")]
    errors: list[str]
    notCounted: Annotated[list[str], Field(description="Costs that the estimate leaves out, such as requests.")]
    counts: dict[str, int]
    levers: list[Lever]
    freeAllowances: Allowances


class Change(TypedDict):
    """One input or output that differs."""

    path: str
    kind: Literal["add", "update", "delete"]
    old: NotRequired[Any]
    new: NotRequired[Any]
    replaces: Annotated[bool | None, Field(description="Whether it replaces the resource; null when that is unknown.")]
    note: NotRequired[str]


class ResourceChange(TypedDict):
    """A resource that the change touches."""

    op: Operation
    urn: Urn
    oldUrn: NotRequired[Annotated[str, Field(description="Its name before, joined by an alias.")]]
    type: str
    name: Name
    parent: str | None
    changes: list[Change]
    replaceReasons: Annotated[list[str], Field(description="The inputs that force a replacement.")]
    mayReplace: bool
    notes: list[str]


class CostChange(TypedDict):
    """A resource whose cost differs; null is unknown."""

    urn: Urn
    resource: Name
    before: float | None
    after: float | None
    delta: float | None


class CostDiff(TypedDict):
    """What the change does to the cost."""

    before: Money
    after: Money
    delta: Money
    unknown: Annotated[int, Field(description="How many of the changes are unknown.")]
    text: str
    changes: list[CostChange]


class Approval(TypedDict):
    """Who approved a loss."""

    reason: str
    owner: str
    expires: str


class DataLoss(TypedDict):
    """Something that holds data and is replaced or deleted."""

    urn: Urn
    resource: Name
    type: str
    op: Operation
    kind: str
    message: str
    waysOut: list[str]
    blocks: Annotated[bool, Field(description="False when it was approved.")]
    approval: Approval | None


class Diff(TypedDict):
    """The comparison with the base revision. What follows `message` is missing when it could not be made."""

    base: Annotated[str, Field(description="The revision, as it was named.")]
    commit: str
    behind: Annotated[bool, Field(description="Whether it has commits that this revision lacks.")]
    compared: Annotated[bool, Field(description="False when the base could not be planned.")]
    message: Annotated[str, Field(description="Why not.")]
    new: NotRequired[Annotated[bool, Field(description="Whether the base does not have the stack.")]]
    changed: NotRequired[bool]
    changeSummary: NotRequired[dict[str, int]]
    resources: NotRequired[list[ResourceChange]]
    outputs: NotRequired[list[Change]]
    cost: NotRequired[CostDiff | None]
    dataLoss: list[DataLoss]


class Stack(TypedDict):
    """One stack. A stack whose configuration cannot be used is not in the document; standard error says why."""

    preview: Preview
    checks: list[Check]
    policies: list[Policy]
    cost: Annotated[Cost | None, Field(description="Null when the program did not finish.")]
    diff: NotRequired[Annotated[Diff, Field(description="With `--base` only.")]]
    ok: Annotated[bool, Field(description="Whether nothing stops the deployment.")]
    duration_s: float


class Document(TypedDict):
    """What `tierwise preview --json FILE` writes."""

    schema: Annotated[Literal[1], Field(description="The document's version.")]
    stacks: Annotated[
        dict[str, Stack], Field(description="By target: `pika/prod`, or `prod` for the reference system.")
    ]
