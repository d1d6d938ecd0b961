"""The ``erasure`` section and ``observability.grafana``: roles that people and other accounts take."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.base import AccountId, Name, Section, form

#: A role of this account, with its path and ``*`` where AWS makes up a part, such as
#: ``aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Privacy_*``.
RolePattern = Annotated[str, form(r"^[A-Za-z0-9_+=,.@/*-]*[A-Za-z0-9]{3}[A-Za-z0-9_+=,.@/*-]*$", "role/support-*")]


class Erasure(Section):
    """A role that erases what the system keeps of a person, and that no program takes.

    Programs cannot delete: a profile outlives a mistake in code, and a versioned object a delete. The right to be
    forgotten still needs a way, which an operator takes for the length of a session.
    """

    enabled: bool = True
    """Whether the role exists in this stack."""
    tables: tuple[Name, ...] = ()
    """Tables of which it may delete items."""
    buckets: tuple[Name, ...] = ()
    """Buckets of which it may delete objects with all their versions."""
    partition: str = form(r"^[^{}]*\{person\}[^{}]*$", "USER#{person}", default="USER#{person}")
    """Partition key below which a table keeps a person, with ``{person}`` for the id."""
    prefix: str = form(r"^[^{}]*\{person\}[^{}]*/$", "uploads/{person}/", default="uploads/{person}/")
    """How the keys of a person's objects begin, with ``{person}`` for the id and a slash after it."""
    operators: Annotated[tuple[RolePattern, ...], Field(min_length=1)]
    """Roles of this account whose holders may take it."""


class Grafana(Section):
    """A role with which Grafana, in an account of its own, reads CloudWatch."""

    account_id: AccountId
    """Account that Grafana runs in; Grafana's data source names it."""
    external_id: str = form(r"^[A-Za-z0-9_+=,.@:/-]+$", "vendor-4711", min_length=2, max_length=1224)
    """Id that Grafana sends, so that no other customer of Grafana's account can use the role."""
