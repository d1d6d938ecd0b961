"""``search.yaml`` beside a system's ``Pulumi.yaml``: where the documents of each index come from.

::

    user: db-reader                        # secret of the database user that reads
    indexes:
      iam_metadata:
        key: id                            # column by which rows are read in order; no field of the index
        sql: SELECT … WHERE id > :after ORDER BY id LIMIT :count
        members: {level: {of: policy_json, otherwise: standard}}
        embedding: {field: embedding, of: [role_name, policy_json], model: "amazon.titan-embed-text-v2:0"}
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pydantic import Field, field_validator

from tierwise.operations.system_file import Part, read_system_file
from tierwise.preview.errors import ConfigError

FILE: Final = "search.yaml"


class Member(Part):
    """A field that stands inside a column's JSON.

    Attributes:
        of: The column.
        otherwise: What the field is where the JSON has no such member.
    """

    of: str
    otherwise: Any = None


class Embedding(Part):
    """A field that holds a vector.

    Attributes:
        field: The field.
        of: Columns whose text is embedded, in this order.
        model: Model on Amazon Bedrock.
    """

    field: str
    of: tuple[str, ...] = Field(min_length=1)
    model: str = Field(pattern=r"^amazon\.titan-embed-text-v2:[0-9]+$")


class Source(Part):
    """Where an index is filled from.

    Attributes:
        key: Column by which rows are read in order.
        sql: Statement with ``:after`` and ``:count``.
        members: Fields that stand inside a column's JSON, by field.
        embedding: The field with the vector.
    """

    key: str
    sql: str
    members: dict[str, Member] = Field(default_factory=dict[str, Member])
    embedding: Embedding | None = None

    @field_validator("sql")
    @classmethod
    def _goes_on(cls, sql: str) -> str:
        lacking = [name for name in (":after", ":count") if name not in sql]
        if lacking or not sql.lstrip().upper().startswith(("SELECT", "WITH")):
            raise ValueError("a SELECT that asks for keys > :after, in their order, LIMIT :count")
        return sql


class Sources(Part):
    """Where every index is filled from.

    Attributes:
        user: Secret of the configuration with the database user that reads.
        indexes: Sources by index.
    """

    user: str
    indexes: dict[str, Source]


def read_sources(directory: Path) -> Sources:
    """A system's sources.

    Raises:
        ConfigError: There is no file, or it cannot be used: one line a problem.
    """
    file = directory / FILE
    if not file.is_file():
        raise ConfigError([f"{file}  there is no such file: it names where each index is filled from"])
    return read_system_file(file, Sources)
