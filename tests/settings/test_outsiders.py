"""Roles for erasure and for Grafana that name nothing, or let anybody in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

BUDGET = "  budget:\n    value: {monthly: 100}\n"
WATCH = "value: {healthCheck: {enabled: false}}"

Refused = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("erasure", "where", "words"),
    [
        ("operators: [privacy]", "erasure", "name tables or buckets"),
        ("operators: [privacy], buckets: [upload]", "erasure.buckets[0]", '"uploads"'),
        ("operators: [privacy], tables: [main]", "erasure.tables[0]", 'no such table "main"'),
        ("operators: [], buckets: [uploads]", "erasure.operators", "1 item"),
        ("operators: ['*'], buckets: [uploads]", "erasure.operators[0]", "*"),
    ],
)
def test_an_erasure_that_erases_nothing_or_admits_all_is_refused(
    refused: Refused, erasure: str, where: str, words: str
) -> None:
    (line,) = refused((BUDGET, f"{BUDGET}  erasure:\n    value: {{{erasure}}}\n"))
    assert where in line
    assert words in line


def test_grafana_needs_an_account_and_an_id(refused: Refused) -> None:
    grafana = 'value: {healthCheck: {enabled: false}, grafana: {accountId: "12", externalId: ""}}'
    lines = refused((WATCH, grafana))
    assert any("observability.grafana.accountId" in line for line in lines)
    assert any("observability.grafana.externalId" in line for line in lines)
