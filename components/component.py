"""The base of every component: a type token, the parent option, and the component tag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pulumi


class Component(pulumi.ComponentResource):
    """A named group of resources.

    Children get ``self.child()`` as their options, and ``self.tags`` where AWS tags them; the provider adds the tags
    that all resources share.

    Args:
        name: Logical name, stable for the life of the stack.
        props: Inputs recorded on the component itself, for the reader of a plan.
        opts: Options of the component.
    """

    #: Module and name of the type token, such as ``network:Vpc``.
    token: ClassVar[str]

    def __init__(
        self, name: str, props: Mapping[str, Any] | None = None, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(f"tierwise:{self.token}", name, dict(props or {}), opts)
        self.logical_name = name

    @property
    def tags(self) -> dict[str, str]:
        """The tag that says which component a resource belongs to."""
        return {"component": self.logical_name}

    def child(self, **options: Any) -> pulumi.ResourceOptions:
        """Options of a child resource.

        Args:
            options: Further ``ResourceOptions`` fields, such as ``protect`` or ``depends_on``.
        """
        return pulumi.ResourceOptions(parent=self, **options)
