"""A service's own database user."""

from __future__ import annotations

import json

import pulumi

from components.names import Names
from components.secrets.random_text import random_text
from components.secrets.replica import Replica
from components.secrets.stored_value import Store, StoredValue


def user_name(service: str) -> str:
    """The PostgreSQL role, and schema, of a service: its name with underscores, so that SQL needs no quotes."""
    return service.replace("-", "_")


def create_user(
    name: str,
    *,
    user: str,
    store: Store,
    names: Names,
    recovery_days: int,
    kms_key_arn: pulumi.Input[str] | None,
    opts: pulumi.ResourceOptions,
) -> StoredValue:
    """Store the credentials of a service's database user as ``<system>/<stage>/db/<service>``.

    The value is JSON with ``username`` and ``password``; the bootstrap of the database creates the role from it.

    Args:
        name: Logical name.
        user: The service's name.
        store: Where the credentials are kept.
        names: Names of the stack.
        recovery_days: Days that a deleted secret can be restored; 0 deletes at once.
        kms_key_arn: Customer key; AWS's own key otherwise.
        opts: Options of the stored value.
    """
    value = random_text().apply(lambda password: json.dumps({"username": user_name(user), "password": password}))
    return StoredValue(
        name,
        parts=["db", user],
        names=names,
        description=f"Database user of {user}",
        store=store,
        value=value,
        made_up=True,
        recovery_days=recovery_days,
        kms_key_arn=kms_key_arn,
        opts=opts,
    )


def create_administrator(
    name: str,
    *,
    user: str,
    names: Names,
    recovery_days: int,
    replica: Replica | None,
    kms_key_arn: pulumi.Input[str] | None,
    opts: pulumi.ResourceOptions,
) -> StoredValue:
    """Keep the password of a database's administrator as ``<system>/<stage>/db/administrator``.

    For the databases whose password RDS does not keep. The value is JSON with ``username`` and ``password``, made up
    once; Pulumi's state has it too, encrypted, because the database is made with it.

    Args:
        name: Logical name.
        user: The administrator's name.
        names: Names of the stack.
        recovery_days: Days that a deleted secret can be restored; 0 deletes at once.
        replica: Where a copy is kept, or None.
        kms_key_arn: Customer key; AWS's own key otherwise.
        opts: Options of the stored value.
    """
    return StoredValue(
        name,
        parts=["db", "administrator"],
        names=names,
        description="Administrator of the database",
        store="secrets-manager",
        value=random_text().apply(lambda password: json.dumps({"username": user, "password": password})),
        made_up=True,
        readable=True,
        recovery_days=recovery_days,
        replica=replica,
        kms_key_arn=kms_key_arn,
        opts=opts,
    )
