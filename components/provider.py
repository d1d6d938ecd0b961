"""The AWS provider of a stack: region, account guard, and the tags that everything carries."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from settings.system import Settings


def default_tags(settings: Settings) -> dict[str, str]:
    """The tags of every taggable resource; each component adds its own name as ``component``."""
    return {
        **settings.tags,
        "project": settings.system,
        "stage": settings.stage,
        "owner": settings.owner,
        "cost-center": settings.cost_center,
        "data-classification": settings.data_classification,
    }


def create_provider(settings: Settings, *, name: str = "aws", region: str | None = None) -> aws.Provider:
    """The stack's provider, which refuses any account but the configured one.

    Args:
        settings: The stack's settings.
        name: Logical name.
        region: Another region than the stack's.
    """
    return aws.Provider(
        name,
        region=region or settings.region,
        allowed_account_ids=None if settings.account is None else [settings.account],
        default_tags={"tags": default_tags(settings)},
    )


def account_id(settings: Settings, provider: aws.Provider) -> pulumi.Input[str]:
    """The account's id: as configured, or else the one that the credentials belong to, known at deployment.

    Args:
        settings: The stack's settings.
        provider: The stack's provider.
    """
    if settings.account is not None:
        return settings.account
    return aws.get_caller_identity_output(opts=pulumi.InvokeOptions(provider=provider)).account_id
