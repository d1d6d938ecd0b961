"""Bad functions, APIs, parameters, alarms and queries: one clear line each, with file and line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from settings.system import Settings

SERVERLESS = """\
  functions:
    value:
      orders: {archive: workloads/log_copier, runtime: python3.13, handler: handler.handle, links: [parameters]}
  functionDefaults:
    value: {memory: 256}
  httpApi:
    value:
      function: orders
      throttle: {rate: 10, burst: 20}
      cors: {origins: ["https://shop.example"]}
      authorizers:
        token: {function: orders}
        login: {issuer: "https://id.example", audience: [shop]}
      routes:
        $default: {authorizer: token}
        GET /health: {}
  parameters:
    value:
      ORIGINS: {description: Who may call, corsOrigins: true}
      KEY: {description: Signs, secret: keys/sign}
  secrets:
    value:
      jwt: {description: Signs tokens, generate: true}
      keys: {description: Keys, fields: {sign: {generate: true}}}
"""
SECRETS = """\
  secrets:
    value:
      jwt: {description: Signs tokens, generate: true}
"""
WATCH = "value: {healthCheck: {enabled: false}}"

Refused = Callable[..., list[str]]


def test_the_sample_is_fine(system: Callable[..., Settings]) -> None:
    settings = system((SECRETS, SERVERLESS))
    function = settings.functions["orders"]
    assert (function.memory, function.timeout_seconds, function.deployment.strategy) == (256, 30, "direct")
    assert system((SECRETS, SERVERLESS), stack="prod").functions["orders"].deployment.strategy == "canary"
    assert system((SECRETS, SERVERLESS), stack="prod").functions["orders"].log_retention_days == 30


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("memory: 256", "memory: 64", "functions.orders.memory", "128"),
        ("memory: 256", "memory: 20480", "functions.orders.memory", "10240"),
        ("memory: 256", "timeoutSeconds: 901", "functions.orders.timeoutSeconds", "900"),
        ("memory: 256", "timeoutSeconds: 31", "functions.orders.timeoutSeconds", "30000 ms"),
        ("memory: 256", "memroy: 256", "functions.orders.memroy", "memory"),
        ("runtime: python3.13", "runtime: nodejs20.x", "functions.orders.runtime", "nodejs24.x"),
        ("archive: workloads/log_copier, ", "", "functions.orders", "archive"),
        ("links: [parameters]", "links: [cache]", "functions.orders.links[0]", "cache"),
        ("links: [parameters]", 'links: ["secret:jwd"]', "functions.orders.links[0]", '"jwt"'),
        ("links: [parameters]", "links: [instances]", "functions.orders.links[0]", "ManagedBy=<name>"),
        ("links: [parameters]", 'links: ["instances:shop/raed"]', "functions.orders.links[0]", '"read"'),
        ("links: [parameters]", 'links: ["instance:shop"]', "functions.orders.links[0]", '"instances"'),
        (
            "memory: 256",
            "schedules: {nightly: {description: Counts, at: every day}}",
            "functions.orders.schedules.nightly.at",
            "cron",
        ),
        ("memory: 256", "reservedConcurrency: 950", "functions", "900 can be reserved"),
        (
            "memory: 256",
            "reservedConcurrency: 5, provisionedConcurrency: {min: 6}",
            "functions.orders",
            "above reservedConcurrency 5",
        ),
        (
            "memory: 256",
            "deployment: {strategy: canary}, provisionedConcurrency: {min: 6}",
            "functions.orders",
            "shares the alias's calls: heldBy version",
        ),
        ("GET /health: {}", "GET /health: {function: order}", "httpApi.routes", '"orders"'),
        ("GET /health: {}", "GET /health: {authorizer: tokn}", "httpApi.routes", '"token"'),
        ("GET /health: {}", "GET /health: {authorizer: [token, login]}", "httpApi.routes", "one authorizer"),
        ("GET /health: {}", "GET /health: {authorizer: token, scopes: [a]}", "httpApi.routes", "issuer"),
        ("GET /health: {}", "FETCH /health: {}", "httpApi.routes", "FETCH /health"),
        ("function: orders\n      throttle", "function: ordres\n      throttle", "httpApi.function", '"orders"'),
        ("throttle: {rate: 10", "timeoutMs: 30001\n      throttle: {rate: 10", "httpApi.timeoutMs", "30000"),
        ("throttle: {rate: 10", "trustStore: s3://a/b\n      throttle: {rate: 10", "httpApi.trustStore", "domain"),
        ("token: {function: orders}", "token: {}", "httpApi.authorizers.token", "either issuer"),
        (", audience: [shop]", "", "httpApi.authorizers.login", "audience"),
        (
            'cors: {origins: ["https://shop.example"]}',
            'cors: {origins: ["*"], credentials: true}',
            "httpApi.cors",
            "browsers refuse",
        ),
        ('cors: {origins: ["https://shop.example"]}', "detailedMetrics: false", "parameters.ORIGINS", "httpApi.cors"),
        ("secret: keys/sign", "secret: keys/sing", "parameters.KEY.secret", '"sign"'),
        ("secret: keys/sign", "secret: key/sign", "parameters.KEY.secret", '"keys"'),
        ("secret: keys/sign", "secret: keys/sign, value: x", "parameters.KEY", "exactly one"),
        ("description: Keys,", "description: Keys, generate: true,", "secrets.keys", "one by one"),
    ],
)
def test_a_mistake_is_one_line(refused: Refused, old: str, new: str, where: str, words: str) -> None:
    problems = refused((SECRETS, SERVERLESS), (old, new))
    # What names the entry that is left out for its mistake may be told as well.
    (found,) = [problem for problem in problems if words in problem and where in problem]
    assert found.startswith("Pulumi.yaml:")


@pytest.mark.parametrize(
    ("alarm", "words"),
    [
        ("watches: function:order, metric: Errors", '"orders"'),
        ("watches: function:orders, metric: Error", '"Errors"'),
        ("watches: http-api, metric: 5XXError", "5xx"),
        ("watches: queue:x, metric: Depth", "nothing to watch"),
        ("watches: function:orders", "either metric"),
        ("watches: function:orders, metric: Errors, metrics: {a: {metric: Errors}}", "belong to an expression"),
        ("watches: function:orders, expression: 100*a/b, metrics: {a: {metric: Errors}}", "differ in b"),
        ("watches: function:orders, metric: Errors, periodSeconds: 3600, evaluations: 25", "more than a day"),
        ("watches: function:orders, metric: Errors, stat: p101", "stat"),
    ],
)
def test_an_alarm_that_could_never_ring_is_refused(refused: Refused, alarm: str, words: str) -> None:
    odd = f"odd: {{description: x, threshold: 1, {alarm}}}"
    entry = f"value: {{healthCheck: {{enabled: false}}, metricAlarms: {{{odd}}}}}"
    problems = refused((SECRETS, SERVERLESS), (WATCH, entry))
    assert len(problems) == 1, problems
    assert "observability.metricAlarms.odd" in problems[0]
    assert words in problems[0], problems


def test_a_query_reads_logs_that_exist(refused: Refused) -> None:
    entry = "value: {healthCheck: {enabled: false}, savedQueries: {odd: {query: fields @message, logs: [ordres]}}}"
    (problem,) = refused((SECRETS, SERVERLESS), (WATCH, entry))
    assert 'no log of "ordres"; did you mean "orders"?' in problem


def test_defaults_without_functions_are_told(refused: Refused) -> None:
    (problem,) = refused(("  services:\n", "  functionDefaults:\n    value: {memory: 256}\n  services:\n"))
    assert "there are no functions to default" in problem
