"""Renews the price book through the AWS Price List API.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html

The API answers from three regions only, whatever region is asked about, and has no prices for Fargate Spot. A price is
renewed when its filter finds exactly one product with a paid price; anything else is a failure that leaves the old one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Protocol, cast

import yaml

#: Regions whose endpoint serves the Price List API.
ENDPOINTS: Final = ("us-east-1", "eu-central-1", "ap-south-1")
#: A new price further off than this factor is taken for another unit or product, not for a price change.
PLAUSIBLE_FACTOR: Final = Decimal(3)
_GLOBAL: Final = "global"
#: us-east-1 usage types that carry a prefix.
_HOME_PREFIXES: Final = ("us-east-1-", "USE1-")
#: Products that match a filter without being what is used: dearer support for old versions, Outposts, trust stores.
_DECOY: Final = re.compile(r"ExtendedSupport|Outposts|\bTS-")
_ENTRY: Final = re.compile(r"^(?P<id>[\w.]+): \[.*\]$")


class PricingClient(Protocol):
    """The part of boto3's ``pricing`` client that is used."""

    def get_products(self, **request: Any) -> Mapping[str, Any]:
        """One page of products."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """A renewed price; ``before`` is None when the region did not have it, and equal when it was confirmed."""

    price_id: str
    region: str
    before: Decimal | None
    after: Decimal


@dataclass(frozen=True, slots=True)
class Failure:
    """A price that could not be renewed, and why."""

    price_id: str
    region: str
    reason: str


@dataclass(slots=True)
class Renewal:
    """What a refresh did.

    Attributes:
        renewed: Every price read, changed or confirmed.
        failures: Prices whose old figure stays.
    """

    renewed: list[Change] = field(default_factory=list[Change])
    failures: list[Failure] = field(default_factory=list[Failure])

    @property
    def changes(self) -> list[Change]:
        """The renewed prices that differ from before."""
        return [change for change in self.renewed if change.before != change.after]


class _NotOneError(Exception):
    """The answer is not exactly one plausible price."""


def pricing_client(endpoint: str = ENDPOINTS[0]) -> PricingClient:
    """A Price List client.

    Args:
        endpoint: One of ``ENDPOINTS``; it does not limit which regions can be asked about.

    Raises:
        ValueError: The region has no Price List endpoint.
    """
    if endpoint not in ENDPOINTS:
        raise ValueError(f"the Price List API answers in {', '.join(ENDPOINTS)}, not in {endpoint}")
    import boto3  # type: ignore[reportMissingTypeStubs]

    return cast("PricingClient", boto3.client("pricing", region_name=endpoint))  # type: ignore[reportUnknownMemberType]


def refresh(book: Path, regions: Iterable[str], client: PricingClient, *, today: date | None = None) -> Renewal:
    """Read every price that has a filter and write what was found into the book.

    Args:
        book: Folder of the price book.
        regions: Regions to renew; worldwide prices are renewed as well.
        client: The Price List client.
        today: Date that renewed prices carry; by default today.
    """
    catalogue: Mapping[str, Any] = yaml.safe_load((book / "catalogue.yaml").read_text(encoding="utf-8"))
    prefixes: Mapping[str, str] = catalogue["meta"]["region_prefixes"]
    worldwide = set(_amounts(book / f"{_GLOBAL}.yaml"))
    renewal = Renewal()
    for region in (_GLOBAL, *sorted(set(regions))):
        path = book / f"{region}.yaml"
        known = _amounts(path)
        found: dict[str, Decimal] = {}
        for price_id, entry in catalogue["prices"].items():
            if "refresh" not in entry or (price_id in worldwide) != (region == _GLOBAL):
                continue
            try:
                found[price_id] = _price(client, entry["refresh"], region, prefixes, known.get(price_id))
            except _NotOneError as problem:
                renewal.failures.append(Failure(price_id, region, str(problem)))
        _write(path, found, catalogue["prices"], today or date.today())
        renewal.renewed += [Change(price_id, region, known.get(price_id), after) for price_id, after in found.items()]
    return renewal


def usage_type(home: str, region: str, prefixes: Mapping[str, str]) -> str:
    """The usage type of another region for one of us-east-1.

    Args:
        home: As in us-east-1, such as ``USE1-Fargate-GB-Hours`` or ``NatGateway-Hours``.
        region: The region wanted.
        prefixes: Short prefix of usage types by region, such as ``EU-``.
    """
    if region in ("us-east-1", _GLOBAL):
        return home
    if home.startswith("us-east-1-"):
        return f"{region}-{home.removeprefix('us-east-1-')}"
    if region not in prefixes:
        raise _NotOneError(f"the catalogue has no usage-type prefix for {region}")
    for prefix in _HOME_PREFIXES:
        home = home.removeprefix(prefix)
    return f"{prefixes[region]}{home}"


def _price(
    client: PricingClient, query: Mapping[str, Any], region: str, prefixes: Mapping[str, str], before: Decimal | None
) -> Decimal:
    fields = {str(name): str(value) for name, value in query["filters"].items()}
    if "usagetype" in fields:
        fields["usagetype"] = usage_type(fields["usagetype"], region, prefixes)
    if region != _GLOBAL:
        fields["regionCode"] = region
    paid = [amount for product in _products(client, query["service_code"], fields) if (amount := _first_paid(product))]
    if len(paid) != 1:
        asked = ", ".join(f"{name}={value}" for name, value in fields.items())
        raise _NotOneError(f"{len(paid)} paid products for {asked}, not one")
    amount = paid[0] * Decimal(str(query.get("units", 1)))
    if before and not before / PLAUSIBLE_FACTOR <= amount <= before * PLAUSIBLE_FACTOR:
        raise _NotOneError(f"{amount} against {before} before looks like another unit or product")
    return amount


def _products(client: PricingClient, service: str, fields: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """Every product that matches, page by page, decoys left out."""
    filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in fields.items()]
    token: str | None = None
    while True:
        more = {"NextToken": token} if token else {}
        page = client.get_products(ServiceCode=service, Filters=filters, FormatVersion="aws_v1", **more)
        for text in page["PriceList"]:
            product: Mapping[str, Any] = json.loads(text)
            if not _DECOY.search(str(product["product"]["attributes"].get("usagetype", ""))):
                yield product
        token = page.get("NextToken")
        if not token:
            return


def _first_paid(product: Mapping[str, Any]) -> Decimal | None:
    """The price of the first tier that costs something; free allowances come as tiers of 0."""
    tiers: list[tuple[Decimal, Decimal]] = []
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        for tier in term["priceDimensions"].values():
            amount = Decimal(tier["pricePerUnit"].get("USD", "0"))
            if amount > 0:
                tiers.append((Decimal(tier.get("beginRange", "0")), amount))
    return min(tiers)[1] if tiers else None


def _amounts(path: Path) -> dict[str, Decimal]:
    if not path.is_file():
        return {}
    table: Mapping[str, list[Any]] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return {price_id: Decimal(str(entry[0])) for price_id, entry in table.items()}


def _write(path: Path, found: Mapping[str, Decimal], catalogue: Mapping[str, Any], today: date) -> None:
    """Replace the lines of the renewed prices, and append those that the region did not have."""
    if not found:
        return
    fresh = {
        price_id: f'{price_id}: ["{amount.normalize():f}", {catalogue[price_id]["unit"]}, confirmed, {today}, API]'
        for price_id, amount in found.items()
    }
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else [f"# Price book: {path.stem}, USD."]
    for number, line in enumerate(lines):
        entry = _ENTRY.match(line)
        if entry and entry["id"] in fresh:
            lines[number] = fresh.pop(entry["id"])
    path.write_text("\n".join([*lines, *fresh.values()]) + "\n", encoding="utf-8")
