"""Security groups and their rules."""

from __future__ import annotations

from typing import Any

import pytest

from components.network.security_group import Rule


@pytest.mark.parametrize("source", [{}, {"cidr": "10.0.0.0/16", "prefix_list_id": "pl-1"}])
def test_a_rule_names_exactly_one_other_side(source: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="exactly one of cidr, prefix_list_id and security_group_id"):
        Rule(role="web", description="HTTPS", from_port=443, **source)
