"""What a function may do with the account's EC2 instances: see all, touch those of one tag. Makes no resource."""

from __future__ import annotations

from typing import Final

from components.grant import Grant, Statement
from components.names import Names

#: Tag by which an instance says who manages it.
MANAGED_TAG: Final = "ManagedBy"
_TOUCH: Final = ("ec2:RebootInstances", "ec2:StartInstances", "ec2:StopInstances")


def instance_grant(names: Names, manager: str, detail: str = "") -> Grant:
    """The right to list instances, and to start, stop and reboot those with the tag ``ManagedBy=<manager>``.

    AWS limits a list to nothing, so every instance of the account can be seen; nothing is done to one without the tag,
    whatever the function's code asks for. An instance cannot be tagged, made or ended with this right.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html

    Args:
        names: Names of the stack.
        manager: Value of the tag.
        detail: ``read`` for the list alone, or nothing.
    """
    see = Statement(sid="SeeInstances", actions=["ec2:DescribeInstances"], resources=["*"])
    touch = Statement(
        sid="TouchManagedInstances",
        actions=list(_TOUCH),
        resources=[names.arn("ec2", "instance/*")],
        conditions={"StringEquals": {f"ec2:ResourceTag/{MANAGED_TAG}": manager}},
    )
    return Grant(statements=[see] if detail == "read" else [see, touch])
