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

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from tierwise.preview.errors import ConfigError

FILE: Final = "search.yaml"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Member(_Part):
    """A field that stands inside a column's JSON.

    Attributes:
        of: The column.
        otherwise: What the field is where the JSON has no such member.
    """

    of: str
    otherwise: Any = None


class Embedding(_Part):
    """A field that holds a vector.

    Attributes:
        field: The field.
        of: Columns whose text is embedded, in this order.
        model: Model on Amazon Bedrock.
    """

    field: str
    of: tuple[str, ...] = Field(min_length=1)
    model: str = Field(pattern=r"^amazon\.titan-embed-text-v2:[0-9]+$")


class Source(_Part):
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


class Sources(_Part):
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
    from tierwise.preview.yamlfile import read_yaml

    file = directory / FILE
    if not file.is_file():
        raise ConfigError([f"{file}  there is no such file: it names where each index is filled from"])
    content = read_yaml(file)
    try:
        return Sources.model_validate(content.value or {})
    except ValidationError as error:
        raise ConfigError(
            [content.problem(f"{'.'.join(map(str, e['loc']))}: {e['msg']}", *e["loc"]) for e in error.errors()]
        ) from None
