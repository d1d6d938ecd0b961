"""The mistakes that people make about serverless systems: one clear line each, with file, line and the fix."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from settings.system import Settings

SYSTEM = """\
  functions:
    value:
      orders: {archive: workloads/log_copier, runtime: python3.13, handler: handler.handle, timeoutSeconds: 20}
  restApi:
    value:
      function: orders
      throttle: {rate: 10, burst: 20}
      authorizers: {users: {kind: users}}
      routes:
        GET /orders: {authorizer: users}
  websocketApi:
    value:
      function: orders
      throttle: {rate: 10, burst: 20}
  identity:
    value: {mfa: required, clients: {web: {}}}
  tables:
    value:
      orders:
        attributes: {id: string, user: string}
        partitionKey: id
        indexes: {by-user: {partitionKey: user}}
  domain:
    value: {name: api.shop.example, zone: shop.example, createZone: true}
  notifications:
"""
BEFORE = "  notifications:\n"
WATCH = "value: {healthCheck: {enabled: false}}"

Refused = Callable[..., list[str]]


def test_the_sample_is_fine(system: Callable[..., Settings]) -> None:
    assert system((BEFORE, SYSTEM)).active_rest_api is not None


@pytest.mark.parametrize(
    ("old", "new", "where", "fix"),
    [
        pytest.param(
            "{authorizer: users}",
            "{authorizer: users, function: order}",
            "restApi.routes.GET /orders.function",
            'did you mean "orders"?',
            id="a route to an unknown function",
        ),
        pytest.param(
            "GET /orders: {authorizer: users}",
            "GET /orders: {authorizer: [users, token]}",
            "restApi.routes.GET /orders.authorizer",
            "let one function check both",
            id="two authorizers on a route",
        ),
        pytest.param(
            "function: orders\n      throttle: {rate: 10, burst: 20}\n  identity",
            "function: orders\n      cors: {origins: ['*']}\n      throttle: {rate: 10, burst: 20}\n  identity",
            "websocketApi.cors",
            "remove it, and let the authorizer's function check the Origin header",
            id="a WebSocket with CORS",
        ),
        pytest.param(
            "timeoutSeconds: 20",
            "memory: 127",
            "functions.orders.memory",
            "greater than or equal to 128",
            id="memory outside AWS's range",
        ),
        pytest.param(
            "timeoutSeconds: 20",
            "timeoutSeconds: 901",
            "functions.orders.timeoutSeconds",
            "less than or equal to 900",
            id="a timeout outside AWS's range",
        ),
        pytest.param(
            "      authorizers: {users",
            "      timeoutMs: 29001\n      authorizers: {users",
            "restApi.timeoutMs",
            "less than or equal to 29000",
            id="an integration timeout above the API's limit",
        ),
        pytest.param(
            "timeoutSeconds: 20",
            "timeoutSeconds: 20, provisionedConcurrency: {min: 1, qualifier: $LATEST}",
            "functions.orders.provisionedConcurrency.qualifier",
            "no such key",
            id="provisioned concurrency on $LATEST",
        ),
        pytest.param(
            "mfa: required,",
            "mfa: required, factors: [],",
            "identity.mfa",
            "list app or email in factors",
            id="MFA required without a factor",
        ),
        pytest.param(
            "{by-user: {partitionKey: user}}",
            "{by-user: {partitionKey: usr}}",
            "tables.orders.indexes",
            'did you mean "user"?',
            id="a table index on an undeclared attribute",
        ),
        pytest.param(
            "{name: api.shop.example, zone: shop.example",
            "{name: api.shop.example, zone: other.example",
            "domain.name",
            "not inside zone other.example",
            id="a domain that is not under its zone",
        ),
    ],
)
def test_a_mistake_is_one_line(refused: Refused, old: str, new: str, where: str, fix: str) -> None:
    problems = refused((BEFORE, SYSTEM), (old, new))
    (found,) = [problem for problem in problems if re.match(rf"Pulumi\.yaml:\d+  {re.escape(where)}\b", problem)]
    assert fix in found
    assert "\n" not in found


def test_an_alarm_on_a_metric_with_the_wrong_dimensions_is_one_line(refused: Refused) -> None:
    alarm = "{description: x, threshold: 1, watches: 'table:orders', metric: ThrottledRequests}"
    bent = f"value: {{healthCheck: {{enabled: false}}, metricAlarms: {{odd: {alarm}}}}}"
    (found,) = refused((BEFORE, SYSTEM), (WATCH, bent))
    assert "observability.metricAlarms.odd.dimensions" in found
    assert "counted with {Operation: …}" in found
