"""``tierwise prices refresh``: renews the price book and says what changed."""

from __future__ import annotations

from collections.abc import Sequence

from guardrails.cost.book import PRICES, available_regions
from tierwise.operations.prices import ENDPOINTS, PricingClient, Renewal, pricing_client, refresh
from tierwise.preview.errors import ConfigError


def run(regions: Sequence[str], endpoint: str, client: PricingClient | None = None) -> Renewal:
    """Renew the book and print what changed and what could not be read.

    Args:
        regions: Regions to renew; every region of the book when none is named.
        endpoint: Region of the Price List API.
        client: The Price List client; made from the caller's own credentials when none is given.

    Raises:
        ConfigError: A region that the book does not have, an endpoint that does not exist, or no credentials.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    known = sorted(available_regions())
    problems = [
        f"{region}  no such region in the price book; there are {', '.join(known)}"
        for region in regions
        if region not in known
    ]
    if endpoint not in ENDPOINTS:
        problems.append(f"{endpoint}  the Price List API is in {', '.join(ENDPOINTS)}")
    if problems:
        raise ConfigError(problems)
    try:
        renewal = refresh(PRICES, regions or known, client or pricing_client(endpoint))
    except (BotoCoreError, ClientError) as error:
        raise ConfigError([f"AWS Price List  {error}"]) from None
    for change in renewal.changes:
        print(f"{change.price_id} in {change.region}: {change.before} → {change.after}")
    for failure in renewal.failures:
        print(f"{failure.price_id} in {failure.region} stays as it is: {failure.reason}")
    print(f"{len(renewal.renewed)} prices read, {len(renewal.changes)} changed, {len(renewal.failures)} not read")
    return renewal
