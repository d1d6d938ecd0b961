"""The tags that the account's bills are split by."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import costexplorer

from components.component import Component


class CostTags(Component):
    """Cost allocation tags, without which budgets and reports cannot tell one stack's spending from another's.

    Costs nothing. AWS knows a tag a day after something first carried it, refuses to activate it before, and lets only
    the account that pays do so; it splits bills from the day of activation. A change of the key replaces one.
    https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html

    Args:
        name: Logical name.
        keys: Tag keys.
        opts: Options of the component.
    """

    token = "governance:CostTags"  # noqa: S105 - a type token

    def __init__(self, name: str, *, keys: Sequence[str], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts=opts)
        for key in keys:
            costexplorer.CostAllocationTag(f"{name}-{key}", tag_key=key, status="Active", opts=self.child())
        self.register_outputs({})
