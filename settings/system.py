"""One system's settings as a whole, and the checks between its sections."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from settings.account import AccountBaseline
from settings.aurora import Aurora
from settings.base import AccountId, Email, Name, Region, Section, form, subsection
from settings.bot import Bot
from settings.data import BucketMap, Buckets, Cache, Database
from settings.edge import Cdn, Domain, Firewall
from settings.event_bus import EventBus, Queue
from settings.fleets import Fleet
from settings.functions import Function
from settings.governance import Budget, DataLossApproval, Policies, PolicyException, Usage
from settings.http_api import HttpApi
from settings.identity import Identity
from settings.models import Model
from settings.network import Network
from settings.observability import DatabaseDump, Notifications, Observability
from settings.outsiders import Erasure
from settings.parameters import Parameter, ParameterName
from settings.rest_api import RestApi
from settings.search import Search
from settings.secrets import Encryption, Secret
from settings.services import Containers, LoadBalancer, Service
from settings.standby import Standby
from settings.tables import Table
from settings.tiers import TierName
from settings.websocket_api import WebSocketApi

#: A tag value that AWS accepts.
TagValue = Annotated[str, form(r"^[A-Za-z0-9_ .:/=+@-]+$", "billing", max_length=256)]


class Settings(Section):
    """A system in one stage: tier profile, system and stack merged and checked."""

    system: Name
    """The Pulumi project's name."""
    stage: Name
    """The stack's name."""
    tier: TierName
    """Profile of size and safety; the stack's own name by default."""
    region: Region
    """AWS region."""
    secondary_region: Region | None = None
    """Second region, for copies and for the standby."""
    standby: Standby | None = None
    """What is ready in the second region; null for nothing."""
    account: AccountId | None = None
    """The AWS account that the stack belongs to; the provider refuses any other."""
    release: str | None = form(
        r"^([0-9a-f]{40}|sha256:[0-9a-f]{64})$", "0123456789abcdef0123456789abcdef01234567", default=None
    )
    """Commit or digest of the images that services run from their own repositories."""
    owner: Email
    """Who answers for the system; a tag on everything."""
    cost_center: TagValue
    """Cost centre; a tag on everything."""
    data_classification: TagValue = "internal"
    """Sensitivity of the data; a tag on everything."""
    tags: dict[str, TagValue] = Field(default_factory=dict[str, TagValue])
    """Further tags on everything."""
    network: Network | None = None
    """Address ranges, zones, the way out."""
    containers: Containers = subsection()
    """What all services share."""
    load_balancer: LoadBalancer | None = None
    """The application load balancer in front of public services."""
    service_defaults: dict[str, Any] = Field(default_factory=dict[str, Any])
    """Settings that every entry of ``services`` starts from."""
    services: dict[Name, Service] = Field(default_factory=dict[str, Service])
    """Containers on Fargate, by name."""
    fleets: dict[Name, Fleet] = Field(default_factory=dict[str, Fleet])
    """Equal EC2 instances behind the load balancer, by name."""
    function_defaults: dict[str, Any] = Field(default_factory=dict[str, Any])
    """Settings that every entry of ``functions`` starts from."""
    functions: dict[Name, Function] = Field(default_factory=dict[str, Function])
    """Functions on Lambda, by name."""
    account_concurrency_quota: int = Field(default=1000, ge=10)
    """Calls of functions that the account may run at once, in all; what functions reserve must leave 100 of them."""
    http_api: HttpApi | None = None
    """An API Gateway HTTP API in front of functions."""
    rest_api: RestApi | None = None
    """An API Gateway REST API in front of functions."""
    websocket_api: WebSocketApi | None = None
    """An API Gateway WebSocket API in front of functions."""
    identity: Identity | None = None
    """A Cognito user pool."""
    tables: dict[Name, Table] = Field(default_factory=dict[str, Table])
    """DynamoDB tables, by name."""
    database: Database | None = None
    """A PostgreSQL instance."""
    aurora: Aurora | None = None
    """A PostgreSQL cluster on Aurora Serverless v2."""
    search: Search | None = None
    """Where texts and vectors are searched."""
    event_bus: EventBus | None = None
    """A bus for the system's own events."""
    queues: dict[Name, Queue] = Field(default_factory=dict[str, Queue])
    """Queues of work that waits, by name."""
    bot: Bot | None = None
    """A conversation in Amazon Lex."""
    models: dict[Name, Model] = Field(default_factory=dict[str, Model])
    """Language models that functions may ask, by name."""
    database_dump: DatabaseDump | None = None
    """A scheduled dump of the database into a bucket."""
    cache: Cache | None = None
    """A Redis or Valkey cache."""
    storage: Buckets = subsection()
    """What all buckets share."""
    buckets: BucketMap = Field(default_factory=dict)
    """Private S3 buckets, by name."""
    cdn: Cdn | None = None
    """A CloudFront distribution."""
    firewall: Firewall | None = None
    """A WAF web ACL in front of the distribution."""
    domain: Domain | None = None
    """A name of one's own."""
    secrets: dict[Name, Secret] = Field(default_factory=dict[str, Secret])
    """Secrets that services read by reference, by name."""
    parameters: dict[ParameterName, Parameter] = Field(default_factory=dict[str, Parameter])
    """Parameters that the application reads by name."""
    encryption: Encryption = Field(default_factory=Encryption)
    """Which keys encrypt data at rest."""
    notifications: Notifications = Field(default_factory=Notifications)
    """Who is told of alarms and spending."""
    observability: Observability = subsection()
    """Logs, alarms, dashboards and checks."""
    erasure: Erasure | None = None
    """A role that erases what the system keeps of a person."""
    account_baseline: AccountBaseline | None = None
    """What the AWS account has once; in one stack of each account."""
    budget: Budget
    """The spending limit."""
    usage: Usage = Field(default_factory=dict)
    """Assumed monthly load, by short resource type or logical name."""
    exceptions: tuple[PolicyException, ...] = ()
    """Policy rules that do not hold for a resource, for a while."""
    policies: Policies = Field(default_factory=Policies)
    """How strictly the policy pack judges this stack."""
    approvals: tuple[DataLossApproval, ...] = ()
    """Replacements and deletions that lose data and are meant, for a while; read by ``tierwise preview --base``."""

    @property
    def active_services(self) -> dict[str, Service]:
        """The services that exist in this stack."""
        return {name: service for name, service in self.services.items() if service.enabled}

    @property
    def active_fleets(self) -> dict[str, Fleet]:
        """The fleets that exist in this stack."""
        return {name: fleet for name, fleet in self.fleets.items() if fleet.enabled}

    @property
    def active_functions(self) -> dict[str, Function]:
        """The functions that exist in this stack."""
        return {name: function for name, function in self.functions.items() if function.enabled}

    @property
    def active_http_api(self) -> HttpApi | None:
        """The HTTP API, where this stack has one."""
        return self.http_api if self.http_api is not None and self.http_api.enabled else None

    @property
    def active_rest_api(self) -> RestApi | None:
        """The REST API, where this stack has one."""
        return self.rest_api if self.rest_api is not None and self.rest_api.enabled else None

    @property
    def active_websocket_api(self) -> WebSocketApi | None:
        """The WebSocket API, where this stack has one."""
        return self.websocket_api if self.websocket_api is not None and self.websocket_api.enabled else None

    @property
    def active_identity(self) -> Identity | None:
        """The user pool, where this stack has one."""
        return self.identity if self.identity is not None and self.identity.enabled else None

    @property
    def active_tables(self) -> dict[str, Table]:
        """The tables that exist in this stack."""
        return {name: table for name, table in self.tables.items() if table.enabled}

    @property
    def active_aurora(self) -> Aurora | None:
        """The Aurora cluster, where this stack has one."""
        return self.aurora if self.aurora is not None and self.aurora.enabled else None

    @property
    def active_standby(self) -> Standby | None:
        """The standby, where this stack has one."""
        return self.standby if self.standby is not None and self.standby.enabled else None

    @property
    def global_aurora(self) -> bool:
        """Whether the Aurora cluster is the first member of a global database."""
        standby = self.active_standby
        return standby is not None and standby.follows and self.active_aurora is not None

    @property
    def active_search(self) -> Search | None:
        """Search, where this stack has it."""
        return self.search if self.search is not None and self.search.enabled else None

    @property
    def active_event_bus(self) -> EventBus | None:
        """The bus, where this stack has one."""
        return self.event_bus if self.event_bus is not None and self.event_bus.enabled else None

    @property
    def active_queues(self) -> dict[str, Queue]:
        """The queues that exist in this stack."""
        return {name: queue for name, queue in self.queues.items() if queue.enabled}

    @property
    def active_bot(self) -> Bot | None:
        """The bot, where this stack has one."""
        return self.bot if self.bot is not None and self.bot.enabled else None

    @property
    def active_buckets(self) -> dict[str, Any]:
        """The buckets that exist in this stack."""
        return {name: bucket for name, bucket in self.buckets.items() if bucket.enabled}
