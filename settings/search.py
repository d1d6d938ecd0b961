"""The ``search`` section: a collection of OpenSearch Serverless, or vectors in the Aurora cluster."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from settings.base import Section, by_tier, form

#: Longest name of a collection.
#: https://docs.aws.amazon.com/opensearch-service/latest/ServerlessAPIReference/API_CreateCollection.html
MAX_COLLECTION_NAME: Final = 32
#: Index of OpenSearch: lower case, and none of the characters that it keeps for itself.
IndexName = Annotated[str, form(r"^[a-z][a-z0-9_-]{0,127}$", "iam_metadata")]
#: A role or user, by its whole ARN.
PRINCIPAL_FORM: Final = "arn:aws:iam::<account>:role/<name>"


def _capacity(units: int) -> int:
    offered = (0, 1, 2, 4, 8, 16)
    if units not in offered and (units > 1696 or units % 16):
        below = max(value for value in offered if value < units) if units < 16 else units // 16 * 16
        raise ValueError(f"{units} OCU: OpenSearch offers 0, 1, 2, 4, 8 and multiples of 16; nearest below is {below}")
    return units


#: OpenSearch compute units.
#: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-scaling.html
Ocu = Annotated[int, AfterValidator(_capacity)]


class Capacity(Section):
    """Compute units between which one kind of work scales, 6 GB of memory each."""

    min: Ocu = 1
    """Least; paid for by the hour. A collection that is not always on has none."""
    max: Ocu = 8
    """Most."""

    @model_validator(mode="after")
    def _ordered(self) -> Capacity:
        if self.max < max(self.min, 1):
            raise ValueError(f"max {self.max} is below min {self.min}" if self.max else "max 0 could do no work")
        return self


class Search(Section):
    """Where texts and vectors are searched."""

    enabled: bool = True
    """Whether there is search in this stack."""
    store: Literal["opensearch", "pgvector"] = "opensearch"
    """``pgvector`` keeps vectors in the Aurora cluster, at the price of its capacity alone."""
    collection: str | None = None
    """Exact name in AWS, in which ``{stage}`` stands for the stage; ``<system>-<stage>-search`` by default."""
    kind: Literal["vector", "search", "time-series"] = "vector"
    """What the collection is made for; it cannot be changed."""
    always_on: bool = by_tier("search_always_on")
    """Whether the least capacity runs, and costs, all month. Otherwise idle capacity falls to nothing after ten
    minutes, and waking takes some seconds."""
    standby_replicas: bool = by_tier("multi_az")
    """Whether a copy runs in a second zone. It doubles the least capacity, and cannot be changed."""
    indexing: Capacity = Capacity()
    """Compute units that write."""
    searching: Capacity = Capacity()
    """Compute units that read."""
    endpoint_zones: int = Field(default=2, ge=1, le=6)
    """Zones with an endpoint to the collection; each costs by the hour."""
    indexes: dict[IndexName, str] = Field(default_factory=dict[str, str])
    """Mappings by index, as JSON files that the bootstrap creates the indexes from, relative to the program."""
    administrators: tuple[str, ...] = ()
    """Roles or users that may make and change indexes, by their ARNs; nobody by default. The functions that link to
    the collection read, and with ``search:write`` write, documents."""

    @field_validator("collection", mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        # The stage that stands there in the end is told by the preview, if it makes the name too long.
        plain = value.replace("{stage}", "")
        if not 3 <= len(plain) <= MAX_COLLECTION_NAME:
            raise ValueError(
                f'"{value}" has {len(plain)} characters: a collection\'s name has 3 to {MAX_COLLECTION_NAME}'
            )
        if not plain[0].islower() or not all(c.islower() or c.isdigit() or c == "-" for c in plain):
            raise ValueError(
                f'"{value}": a collection\'s name has lower-case letters, digits and hyphens, a letter first'
            )
        return value

    @field_validator("administrators", mode="after")
    @classmethod
    def _whole(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for principal in value:
            if "*" in principal:
                raise ValueError(
                    f'"{principal}" admits every role that somebody will make tomorrow: name each, {PRINCIPAL_FORM}'
                )
            parts = principal.split(":")
            if len(parts) != 6 or parts[2] not in ("iam", "sts") or "/" not in parts[5]:
                raise ValueError(f'"{principal}" is no role or user; write its ARN, {PRINCIPAL_FORM}')
        return value

    @property
    def has_collection(self) -> bool:
        """Whether a collection exists in this stack."""
        return self.enabled and self.store == "opensearch"
