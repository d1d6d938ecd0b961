"""The price refresh against a stubbed Price List API: what it asks, what it accepts, what it writes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml
from botocore.stub import Stubber

from guardrails.cost import load_book
from guardrails.cost.book import PRICES
from tierwise.operations.prices import ENDPOINTS, Failure, Renewal, pricing_client, refresh, usage_type

TODAY = date(2027, 1, 15)


@pytest.fixture
def stubbed() -> Iterator[Stubber]:
    session = botocore.session.Session()
    session.set_credentials("testing", "testing")
    client = session.create_client("pricing", region_name="us-east-1")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A price book with one renewable price and one without a filter."""
    (tmp_path / "catalogue.yaml").write_text(
        yaml.safe_dump(
            {
                "meta": {"region_prefixes": {"us-west-2": "USW2-", "eu-west-1": "EU-"}},
                "prices": {
                    "lambda.requests": {
                        "unit": "request",
                        "refresh": {
                            "service_code": "AWSLambda",
                            "filters": {
                                "group": "Requests",
                                "usagetype": "Request",
                            },
                        },
                    },
                    "kms.key.month": {"unit": "month"},
                },
            }
        )
    )
    (tmp_path / "global.yaml").write_text("")
    (tmp_path / "us-east-1.yaml").write_text(
        "# heading\n"
        'kms.key.month: ["1", month, confirmed, 2025-08-28, AP]\n'
        'lambda.requests: ["0.0000002", request, memory, 2026-11-21, MEM]\n'
    )
    return tmp_path


def product(*tiers: tuple[str, str], usage: str = "Request") -> str:
    dimensions = {
        f"d{number}": {"beginRange": begin, "unit": "Requests", "pricePerUnit": {"USD": amount}}
        for number, (begin, amount) in enumerate(tiers)
    }
    return json.dumps(
        {"product": {"attributes": {"usagetype": usage}}, "terms": {"OnDemand": {"t": {"priceDimensions": dimensions}}}}
    )


def asked(**fields: str) -> dict[str, Any]:
    filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in fields.items()]
    return {"ServiceCode": "AWSLambda", "Filters": filters, "FormatVersion": "aws_v1"}


HOME = asked(group="Requests", usagetype="Request", regionCode="us-east-1")


def answer(stubber: Stubber, *products: str, request: Mapping[str, Any] = HOME, following: str | None = None) -> None:
    stubber.add_response(
        "get_products",
        {"PriceList": list(products), **({"NextToken": following} if following else {})},
        request,
    )


def renew(stubber: Stubber, book: Path, *regions: str) -> Renewal:
    return refresh(book, regions, stubber.client, today=TODAY)


def test_takes_the_first_paid_tier_and_skips_free_rows_and_decoys(stubbed: Stubber, book: Path) -> None:
    answer(
        stubbed,
        product(("0", "0.0000000000")),
        product(("0", "0"), ("6000000", "0.0000001"), ("1000000", "0.00000025")),
        product(("0", "0.0000008"), usage="ExtendedSupportYr1-Request"),
    )
    renewal = renew(stubbed, book, "us-east-1")
    assert [(c.price_id, c.before, c.after) for c in renewal.changes] == [
        ("lambda.requests", Decimal("0.0000002"), Decimal("0.00000025"))
    ]
    price = load_book(["us-east-1"], folder=book, today=TODAY).price("lambda.requests", "us-east-1")
    assert price is not None
    assert (price.amount, price.confidence, price.read, price.source) == (
        Decimal("0.00000025"),
        "confirmed",
        TODAY,
        "API",
    )
    assert price.unconfirmed(TODAY) is None


def test_leaves_everything_else_in_the_file_as_it_was(stubbed: Stubber, book: Path) -> None:
    before = (book / "us-east-1.yaml").read_text().splitlines()
    answer(stubbed, product(("0", "0.0000002")))
    renewal = renew(stubbed, book, "us-east-1")
    after = (book / "us-east-1.yaml").read_text().splitlines()
    assert after[:2] == before[:2]
    assert after[2:] == ['lambda.requests: ["0.0000002", request, confirmed, 2027-01-15, API]']
    assert (renewal.changes, len(renewal.renewed)) == ([], 1)


def test_follows_pages(stubbed: Stubber, book: Path) -> None:
    answer(stubbed, product(("0", "0")), following="next")
    answer(stubbed, product(("0", "0.0000003")), request={**HOME, "NextToken": "next"})
    assert renew(stubbed, book, "us-east-1").changes[0].after == Decimal("0.0000003")


def test_asks_for_another_region_by_its_usage_type_and_adds_what_it_lacked(stubbed: Stubber, book: Path) -> None:
    request = asked(group="Requests", usagetype="EU-Request", regionCode="eu-west-1")
    answer(stubbed, product(("0", "0.0000002")), request=request)
    renewal = renew(stubbed, book, "eu-west-1")
    assert renewal.changes[0].before is None
    assert load_book(["eu-west-1"], folder=book).price("lambda.requests", "eu-west-1") is not None


@pytest.mark.parametrize(
    ("products", "reason"),
    [
        ((), "0 paid products for group=Requests, usagetype=Request, regionCode=us-east-1, not one"),
        ((product(("0", "0")),), "0 paid products"),
        ((product(("0", "0.0000002")), product(("0", "0.0000003"))), "2 paid products"),
        ((product(("0", "0.2")),), "0.2 against 2E-7 before looks like another unit or product"),
    ],
)
def test_anything_but_one_plausible_price_fails_and_keeps_the_old_one(
    stubbed: Stubber, book: Path, products: tuple[str, ...], reason: str
) -> None:
    before = (book / "us-east-1.yaml").read_text()
    answer(stubbed, *products)
    renewal = renew(stubbed, book, "us-east-1")
    assert len(renewal.failures) == 1
    assert reason in renewal.failures[0].reason
    assert renewal.renewed == []
    assert (book / "us-east-1.yaml").read_text() == before


def test_a_region_without_a_known_prefix_fails_without_asking(stubbed: Stubber, book: Path) -> None:
    reason = "the catalogue has no usage-type prefix for sa-east-1"
    assert renew(stubbed, book, "sa-east-1").failures == [Failure("lambda.requests", "sa-east-1", reason)]
    assert not (book / "sa-east-1.yaml").exists()


@pytest.mark.parametrize(
    ("home", "region", "expected"),
    [
        ("NatGateway-Hours", "us-east-1", "NatGateway-Hours"),
        ("NatGateway-Hours", "us-west-2", "USW2-NatGateway-Hours"),
        ("USE1-Fargate-GB-Hours", "eu-west-1", "EU-Fargate-GB-Hours"),
        ("us-east-1-KMS-Requests", "us-west-2", "us-west-2-KMS-Requests"),
        ("WebACL", "global", "WebACL"),
    ],
)
def test_usage_types_by_region(home: str, region: str, expected: str) -> None:
    assert usage_type(home, region, {"us-west-2": "USW2-", "eu-west-1": "EU-"}) == expected


def test_only_three_regions_have_an_endpoint() -> None:
    assert ENDPOINTS == ("us-east-1", "eu-central-1", "ap-south-1")
    with pytest.raises(ValueError, match="not in us-west-2"):
        pricing_client("us-west-2")


class _Echo:
    """Answers every query with the price that the book already has, in the API's own unit."""

    def __init__(self, book: Path) -> None:
        self.catalogue = yaml.safe_load((book / "catalogue.yaml").read_text())["prices"]
        self.book = load_book([path.stem for path in book.glob("*-*-*.yaml")], folder=book)
        self.asked = 0

    def get_products(self, **request: Any) -> Mapping[str, Any]:
        self.asked += 1
        fields = {entry["Field"]: entry["Value"] for entry in request["Filters"]}
        region = fields.pop("regionCode", "global")
        for price_id, entry in self.catalogue.items():
            query = entry.get("refresh")
            price = self.book.price(price_id, region)
            if query and price and query["service_code"] == request["ServiceCode"] and query["filters"] == fields:
                return {"PriceList": [product(("0", f"{price.amount / query.get('units', 1):f}"), usage="x")]}
        return {"PriceList": []}


def test_the_committed_book_can_be_renewed_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "prices"
    shutil.copytree(PRICES, folder)
    echo = _Echo(folder)
    renewal = refresh(folder, ["us-east-1"], echo, today=TODAY)
    assert renewal.failures == []
    assert renewal.changes == []
    assert len(renewal.renewed) == echo.asked > 50
    before, after = load_book(["us-east-1"]), load_book(["us-east-1"], folder=folder)
    for region in ("us-east-1", "global"):
        assert {i: (p.amount, p.unit) for i, p in before.prices[region].items()} == {
            i: (p.amount, p.unit) for i, p in after.prices[region].items()
        }
