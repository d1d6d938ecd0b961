"""What a placeholder can be filled with: one Faker instance for the life of the process."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from faker import Faker

Generator = Callable[[], Any]


class UnknownGeneratorError(ValueError):
    """A placeholder names no generator."""


@cache
def faker() -> Faker:
    """The one instance; making another costs a hundred milliseconds."""
    return Faker("en_US")


@cache
def generators() -> dict[str, Generator]:
    """Every generator by name."""
    fake = faker()
    return {
        "address": lambda: fake.address().replace("\n", ", "),
        "boolean": fake.pybool,
        "city": fake.city,
        "color": fake.color_name,
        "company": fake.company,
        "country": fake.country,
        "date": fake.date,
        "datetime": lambda: fake.date_time().isoformat(),
        "email": fake.email,
        "first_name": fake.first_name,
        "float": lambda: fake.pyfloat(min_value=0, max_value=1000, right_digits=2),
        "integer": lambda: fake.random_int(0, 1_000_000),
        "ipv4": fake.ipv4,
        "job": fake.job,
        "last_name": fake.last_name,
        "name": fake.name,
        "paragraph": fake.paragraph,
        "phone": fake.phone_number,
        "postcode": fake.postcode,
        "sentence": fake.sentence,
        "street": fake.street_address,
        "url": fake.url,
        "username": fake.user_name,
        "uuid": fake.uuid4,
        "word": fake.word,
    }


@lru_cache(maxsize=64)
def chosen(names: tuple[str, ...]) -> tuple[Generator, ...]:
    """The generators of ``names``, in order.

    Raises:
        UnknownGeneratorError: One of them does not exist.
    """
    known = generators()
    unknown = sorted(set(names) - known.keys())
    if unknown:
        raise UnknownGeneratorError(f"no such generator: {', '.join(unknown)}; GET /generators lists them")
    return tuple(known[name] for name in names)


def preload() -> None:
    """Call every generator once, so that no request waits for Faker to load its word lists."""
    for generate in generators().values():
        generate()
