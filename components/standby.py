"""A system in its second region: the same functions and the same API, cold, beside a database that follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from components.assembly import measuring, network, rest, serverless, watching
from components.assembly.happenings import create_event_bus, create_queues
from components.assembly.standby import SecondRegion, create_aurora_standby
from components.assembly.tracing import mask_logs, sample_traces
from components.secrets.secret import SecretCopy
from components.site import Site
from settings.standby_view import standby_view

if TYPE_CHECKING:
    from components.platform import Platform


class Standby(Site):
    """What works in the second region once the database there is promoted.

    Functions have the same names and code as in the first region, and roles of their own. Secrets, buckets and tables
    are copies that AWS keeps up to date; parameters are written twice; callers' keys are the same. The bot and the
    search collection are not here: the rules decide without precedents, or the database keeps these too.

    Costs at rest: the second member of the database, a key, each secret once more, the way out of the network, alarms.
    Functions, API, bus, queues, tables and log groups cost what they are used.
    https://docs.aws.amazon.com/whitepapers/latest/disaster-recovery-workloads-on-aws/disaster-recovery-options-in-the-cloud.html

    Args:
        first: The system in its first region.
        there: The ground of the second.
    """

    token = "platform:Standby"  # noqa: S105 - a type token
    prefix = "standby-"

    def __init__(self, first: Platform, there: SecondRegion) -> None:
        super().__init__(
            "standby",
            settings=standby_view(first.settings),
            names=there.names,
            opts=pulumi.ResourceOptions(parent=first, providers={"aws": there.provider}),
        )
        self.key = there.key
        self.domain = first.domain
        self.buckets = first.bucket_copies
        self.notifications = watching.create_notifications(self)
        self.channels = watching.create_channels(self)
        self.vpc = network.create_vpc(self)
        self.aurora = create_aurora_standby(self, first, there.key)
        self.queues = create_queues(self)
        self.secrets = {
            name: SecretCopy(secret=secret, replica=there.replica) for name, secret in first.own_secrets.items()
        }
        self.tables = {name: table.replica(self.names) for name, table in first.own_tables.items()}
        self.parameters = serverless.create_parameters(self)
        self.functions = serverless.create_functions(self)
        self.event_bus = create_event_bus(self)
        self.rest_api = rest.create_rest_api(self, same_keys_as=first.rest_api)
        measuring.count_lines(self)
        watching.tell_events(self)
        self.metric_alarms = watching.ring(self)
        self.composite_alarms = watching.combine(self)
        watching.watch(self)
        measuring.save_queries(self)
        mask_logs(self)
        sample_traces(self)
        self.register_outputs({})

    @property
    def answers_for_region(self) -> bool:
        """It is checked before the name leads here."""
        return self.domain is not None

    @property
    def addresses(self) -> dict[str, pulumi.Input[str]]:
        """What people and ``tierwise failover`` need to find here."""
        found: dict[str, pulumi.Input[str]] = {"region": self.names.region}
        if self.rest_api is not None:
            found["url"] = pulumi.Output.concat("https://", self.rest_api.address)
        return found
