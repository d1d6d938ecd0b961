"""Search, events, queues, bots and links that AWS would refuse or that lead nowhere, each told in one line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from settings.system import Settings
from settings.tiers import TIERS

SECTIONS = """\
  functions:
    value:
      asker: {archive: workloads/log_copier, runtime: python3.13, handler: handler.h, vpc: true, links: [search]}
      teller: {archive: workloads/log_copier, runtime: python3.13, handler: handler.h, links: ["queue:grants"]}
  aurora:
    value: {extensions: [vector]}
  search:
    value: {collection: shop-search}
  models:
    value: {decision: {id: "amazon.nova-lite-v1:0"}}
  queues:
    value: {grants: {description: Waiting}}
  eventBus:
    value:
      rules:
        placed: {description: x, pattern: {source: [shop]}, targets: {record: {function: teller}}}
  bot:
    value:
      function: teller
      slotTypes: {Size: {values: {large: [big]}}}
      intents: {Order: {utterances: ["a {Size} one"], slots: {Size: {type: Size, prompt: "Which?"}}}}
  secrets:
"""
SAMPLE = ("  secrets:\n", SECTIONS)
NAME = "collection: shop-search"
SEARCH = "links: [search]"
QUEUE = 'links: ["queue:grants"]'
PATTERN = "pattern: {source: [shop]}"


def test_the_sample_is_fine_and_follows_the_tier(system: Callable[..., Settings]) -> None:
    for stage, profile in TIERS.items():
        search = system(SAMPLE, stack=stage).search
        assert search is not None
        assert search.always_on is profile.search_always_on
        assert search.standby_replicas is profile.multi_az


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        (NAME, f"collection: {'s' * 33}", "search.collection", "has 33 characters: a collection's name has 3 to 32"),
        (NAME, "collection: Shop", "search.collection", "lower-case letters"),
        (NAME, f"{NAME}, indexing: {{min: 3}}", "search.indexing.min", "nearest below is 2"),
        (NAME, f"{NAME}, searching: {{min: 4, max: 2}}", "search.searching", "max 2 is below min 4"),
        (NAME, f"{NAME}, endpointZones: 3", "search.endpointZones", "network.zones has 2"),
        (NAME, f'{NAME}, administrators: ["*"]', "search.administrators", "name each"),
        (NAME, f'{NAME}, administrators: ["arn:aws:iam::123456789012:role/*"]', "search.administrators", "name each"),
        (NAME, f"{NAME}, administrators: [admin]", "search.administrators", "is no role or user"),
        (NAME, "store: pinecone", "search.store", "pgvector"),
        (f"vpc: true, {SEARCH}", SEARCH, "functions.asker.links[0]", "inside the network only"),
        (SEARCH, 'links: ["search:wirte"]', "functions.asker.links[0]", 'did you mean "write"?'),
        (QUEUE, 'links: ["queue:grant"]', "functions.teller.links[0]", 'did you mean "grants"?'),
        (QUEUE, 'links: ["queue:grants/take"]', "functions.teller.links[0]", "allowed: receive"),
        (QUEUE, 'links: ["function:aksser"]', "functions.teller.links[0]", 'did you mean "asker"?'),
        (QUEUE, 'links: ["function:teller"]', "functions.teller.links[0]", "calls itself"),
        (QUEUE, 'links: ["model:decisoin"]', "functions.teller.links[0]", 'did you mean "decision"?'),
        (QUEUE, 'links: ["bus:x"]', "functions.teller.links[0]", 'write "bus"'),
        ("amazon.nova-lite-v1:0", "Nova Lite", "models.decision.id", "form"),
        (PATTERN, "pattern: {}", "eventBus.rules.placed.pattern", "an empty pattern matches nothing"),
        (PATTERN, "pattern: {detailtype: [a]}", "eventBus.rules.placed.pattern", 'did you mean "detail-type"?'),
        (PATTERN, "pattern: {source: []}", "eventBus.rules.placed.pattern", "an empty list matches nothing"),
        (PATTERN, "pattern: {source: shop}", "eventBus.rules.placed.pattern", "write the allowed values as a list"),
        (PATTERN, "pattern: {source: [aws.ec2]}", "eventBus.rules.placed.pattern", "default bus"),
        (PATTERN, "pattern: {detail: {a: [{prefx: x}]}}", "eventBus.rules.placed.pattern", 'did you mean "prefix"?'),
        (
            PATTERN,
            'pattern: {detail: {n: [{numeric: [">", 5, "<", 3]}]}}',
            "eventBus.rules.placed.pattern",
            "no number is above 5 and below 3",
        ),
        ("record: {function: teller}", "record: {function: tller}", "eventBus.rules.placed", 'did you mean "teller"?'),
        ("record: {function: teller}", "record: {queue: grunts}", "eventBus.rules.placed", 'did you mean "grants"?'),
        ("record: {function: teller}", "record: {}", "eventBus.rules.placed", "exactly one of function and queue"),
        ("{grants: {description: Waiting}}", "{grants: {description: a, maxReceives: 0}}", "queues.grants", "1"),
        ("type: Size,", "type: Sizes,", "bot", 'no such slot type "Sizes"; did you mean "Size"?'),
        ("type: Size,", "type: AMAZON.Dates,", "bot", 'did you mean "AMAZON.Date"?'),
        ('"a {Size} one"', '"a {Sise} one"', "bot", 'no such slot "Sise"; did you mean "Size"?'),
        ("slots: {Size:", "asks: [Sise], slots: {Size:", "bot", 'asks: no such slot "Sise"; did you mean "Size"?'),
        ("slots: {Size:", "asks: [Size, Size], slots: {Size:", "bot", "asks names a slot twice"),
        (
            "function: teller\n      slotTypes",
            "function: tell\n      slotTypes",
            "bot.function",
            'did you mean "teller"?',
        ),
        (
            "function: teller\n      slotTypes",
            "function: teller\n      idleSessionSeconds: 30\n      slotTypes",
            "bot",
            "60",
        ),
    ],
)
def test_a_mistake_is_one_line(refused: Callable[..., list[str]], old: str, new: str, where: str, words: str) -> None:
    problems = refused(SAMPLE, (old, new))
    # What names the entry that is left out for its mistake may be told as well.
    found = [problem for problem in problems if where in problem and words in problem]
    assert found, problems
    assert len(found) == 1
    assert found[0].startswith("Pulumi.yaml:")
    assert "\n" not in found[0]


def test_vectors_can_live_in_the_cluster_by_one_line(system: Callable[..., Settings]) -> None:
    search = system(SAMPLE, (NAME, f"{NAME}, store: pgvector")).search
    assert search is not None
    assert not search.has_collection


def test_vectors_need_the_cluster_and_its_extension(refused: Callable[..., list[str]]) -> None:
    store = (NAME, "store: pgvector")
    (problem,) = refused(SAMPLE, store, ("value: {extensions: [vector]}", "value: {}"))
    assert "search.store: pgvector needs the extension: add vector to aurora.extensions" in problem
    (problem,) = refused(SAMPLE, store, ("value: {extensions: [vector]}", "value: {enabled: false}"))
    assert "search.store: pgvector keeps vectors in the Aurora cluster" in problem


def test_a_service_takes_none_of_these_links(refused: Callable[..., list[str]]) -> None:
    (problem,) = refused(SAMPLE, ("gateway: {links: [", 'gateway: {links: ["queue:grants", '))
    assert "only functions take it" in problem
