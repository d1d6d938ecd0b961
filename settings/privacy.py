"""What logs hide, and how many requests are traced: parts of the ``observability`` section."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from settings.base import Section

#: What CloudWatch finds in lines by itself.
#: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-managed-data-identifiers.html
DataIdentifier = Literal[
    "Address",
    "AwsSecretKey",
    "CreditCardNumber",
    "EmailAddress",
    "IpAddress",
    "LatLong",
    "Name",
    "OpenSshPrivateKey",
    "PgpPrivateKey",
    "PkcsPrivateKey",
    "PuttyPrivateKey",
    "VehicleIdentificationNumber",
]


class TraceSampling(Section):
    """How many requests X-Ray traces; without it the account's own rule holds, one a second and 5 %."""

    per_second: int = Field(default=1, ge=0, le=1000)
    """Requests a second that are traced in any case."""
    percent: float = Field(default=5, ge=0, le=100)
    """Share of the others that is traced. A million traces cost 5 USD."""
    priority: int = Field(default=1000, ge=1, le=9999)
    """Place among the rules of the account; the lowest number that fits a request decides."""
