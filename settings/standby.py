"""The ``standby`` section: what is ready in ``secondaryRegion`` for the day that the first region fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import Field, model_validator

from settings.base import Section
from settings.network import Network

Traffic = Literal["first", "health", "standby"]
#: How many of one health check must be healthy for the first region to keep the name: none, so that it always does; the
#: one; or more than there are, so that it never does.
#: https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
THRESHOLDS: Final[Mapping[Traffic, int]] = {"first": 0, "health": 1, "standby": 2}


class Standby(Section):
    """What stands by in ``secondaryRegion``, and takes over when somebody promotes it.

    ``follows`` keeps a second member of the Aurora database there, a second behind, and functions, API, bus, queues,
    parameters and secrets that nobody calls yet. ``copies`` keeps snapshots of the database alone.
    """

    enabled: bool = True
    """Whether it exists in this stack."""
    database: Literal["follows", "copies"] = "follows"
    """``follows``: a member of an Aurora global database, and everything that works with it. ``copies``: snapshots that
    AWS Backup copies there; from them the system is built again, in hours."""
    network: Network | None = None
    """The network there, for what follows."""
    traffic: Traffic = "first"
    """Where the domain leads: ``first`` until ``tierwise failover`` moves it; ``health``, to the standby while the
    first region's API does not answer; ``standby``, after a failover that is there to stay."""
    copy_hours: Literal[1, 2, 3, 4, 6, 8, 12, 24] = 24
    """Hours between two copies. Each is a whole one, and pays its way between the regions."""
    copy_days: int = Field(default=7, ge=1, le=365)
    """Days that a copy is kept."""

    @property
    def follows(self) -> bool:
        """Whether functions and a member of the database live there."""
        return self.database == "follows"

    @model_validator(mode="after")
    def _whole(self) -> Standby:
        if self.follows and self.network is None:
            raise ValueError("network: what follows needs a network there, in zones of secondaryRegion")
        if not self.follows and (self.network is not None or self.traffic != "first"):
            raise ValueError("database copies keeps snapshots alone: leave out network and traffic, or let it follow")
        return self
