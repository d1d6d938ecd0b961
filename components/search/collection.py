"""A collection of OpenSearch Serverless that only the VPC reaches and only named roles read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pulumi
from pulumi_aws import opensearch, ssm

from components.component import Component
from components.documents import json_document
from components.grant import Grant, Opening, Statement
from components.iam import ServiceRole
from components.names import Names
from components.naming import physical_name
from components.network.security_group import SecurityGroup
from settings.search import MAX_COLLECTION_NAME, Capacity
from settings.search import Search as SearchSettings

_KINDS: Final = {"vector": "VECTORSEARCH", "search": "SEARCH", "time-series": "TIMESERIES"}
#: What readers, writers and administrators may do with indexes and documents.
#: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html
_READ: Final = ("aoss:DescribeIndex", "aoss:ReadDocument")
_WRITE: Final = (*_READ, "aoss:WriteDocument")
_ADMINISTER: Final = (*_WRITE, "aoss:CreateIndex", "aoss:DeleteIndex", "aoss:UpdateIndex")


class SearchCollection(Component):
    """A collection in a group of its own, which limits its capacity, with its policies and its endpoint in the VPC.

    Encryption and network policies exist before the collection, which cannot be made without the first. Who may read
    is said by ``admit``, once the roles of the readers exist. Indexes are made by the bootstrap.

    Costs at rest: 0.24 USD for each compute unit and hour, so 350 USD a month for the least redundant capacity, 175
    without a copy, nothing while a collection that scales to zero is idle; the endpoint 7.30 USD in each zone. A change
    of the name, the kind or the copies replaces it, with everything in it: it is then filled again from its sources.
    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-overview.html

    Args:
        name: Logical name.
        settings: Kind, capacity and who administers it.
        names: Names of the stack.
        vpc_id: The VPC.
        subnet_ids: Private subnets, one a zone.
        retain: Whether Pulumi protects it.
        kms_key_arn: Customer key; a key that AWS owns otherwise.
        opts: Options of the component.

    Attributes:
        physical_name: Exact name in AWS.
        collection: The collection.
        endpoint: The endpoint in the VPC.
        security_group: The group that its users must reach.
    """

    token = "search:SearchCollection"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: SearchSettings,
        names: Names,
        vpc_id: pulumi.Input[str],
        subnet_ids: Sequence[pulumi.Input[str]],
        retain: bool,
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        self._names = names
        self._kms_key_arn = kms_key_arn
        self.physical_name: str = collection_name(settings, names)
        self.security_group = SecurityGroup(
            name, vpc_id=vpc_id, description="Search collection: HTTPS from its users", opts=self.child()
        )
        self.endpoint = opensearch.ServerlessVpcEndpoint(
            name,
            name=self.physical_name,
            vpc_id=vpc_id,
            subnet_ids=[*subnet_ids][: settings.endpoint_zones],
            security_group_ids=[self.security_group.id],
            opts=self.child(),
        )
        self._policies = [self._encrypt(), self._isolate()]
        self.collection = self._create_collection(retain)
        self._parameter = self._publish_endpoint()
        self.register_outputs({"name": self.physical_name, "endpoint": self.collection.collection_endpoint})

    def grant(self, user: str) -> Grant:
        """Let a function call the collection, in ``SEARCH_ENDPOINT``; what it may do there is said by ``admit``.

        Args:
            user: The function's name.
        """
        del user  # every user reaches the same collection in the same way
        return Grant(
            environment={"VECTOR_STORE": "opensearch"},
            addresses={"SEARCH_ENDPOINT": self.collection.collection_endpoint},
            statements=[
                Statement(sid="Search", actions=["aoss:APIAccessAll"], resources=[self.collection.arn]),
            ],
            openings=[Opening(target=self.logical_name, security_group_id=self.security_group.id, port=443)],
            depends_on=[self.endpoint],
        )

    def admit(self, *, readers: Sequence[ServiceRole], writers: Sequence[ServiceRole]) -> None:
        """Say who may read documents, who may write them, and who may make indexes; nobody else can.

        Args:
            readers: Roles of functions that read.
            writers: Roles of functions that read and write.
        """
        parts: list[tuple[str, Sequence[str], list[pulumi.Input[str]]]] = [
            ("Functions read documents", _READ, [role.known_arn for role in readers]),
            ("Functions write documents", _WRITE, [role.known_arn for role in writers]),
            ("Administrators make indexes", _ADMINISTER, [*self._settings.administrators]),
        ]
        blocks: list[dict[str, Any]] = [
            {
                "Description": description,
                "Rules": [
                    {
                        "ResourceType": "index",
                        "Resource": [f"index/{self.physical_name}/*"],
                        "Permission": [*permissions],
                    }
                ],
                "Principal": principals,
            }
            for description, permissions, principals in parts
            if principals
        ]
        if not blocks:
            return
        opensearch.ServerlessAccessPolicy(
            self.logical_name,
            name=self.physical_name,
            type="data",
            description=f"Who may use the collection {self.physical_name}",
            policy=json_document(blocks),
            opts=self.child(depends_on=[role.role for role in (*readers, *writers)]),
        )

    @property
    def _whole(self) -> list[dict[str, Any]]:
        return [{"ResourceType": "collection", "Resource": [f"collection/{self.physical_name}"]}]

    def _encrypt(self) -> opensearch.ServerlessSecurityPolicy:
        key: dict[str, Any] = {"AWSOwnedKey": self._kms_key_arn is None}
        if self._kms_key_arn is not None:
            key["KmsARN"] = self._kms_key_arn
        return opensearch.ServerlessSecurityPolicy(
            f"{self.logical_name}-encryption",
            name=self.physical_name,
            type="encryption",
            policy=json_document({"Rules": self._whole, **key}),
            opts=self.child(),
        )

    def _isolate(self) -> opensearch.ServerlessSecurityPolicy:
        return opensearch.ServerlessSecurityPolicy(
            f"{self.logical_name}-network",
            name=self.physical_name,
            type="network",
            policy=json_document([{"Rules": self._whole, "AllowFromPublic": False, "SourceVPCEs": [self.endpoint.id]}]),
            opts=self.child(),
        )

    def _create_collection(self, retain: bool) -> opensearch.ServerlessCollection:
        settings = self._settings
        replicas = "ENABLED" if settings.standby_replicas else "DISABLED"
        group = opensearch.ServerlessCollectionGroup(
            self.logical_name,
            name=physical_name(self.physical_name, "group", limit=MAX_COLLECTION_NAME),
            description=f"Capacity of the collection {self.physical_name}",
            generation="CLASSIC" if settings.always_on else "NEXTGEN",
            standby_replicas=replicas,
            capacity_limits=[
                opensearch.ServerlessCollectionGroupCapacityLimitArgs(
                    min_indexing_capacity_in_ocu=self._least(settings.indexing),
                    max_indexing_capacity_in_ocu=settings.indexing.max,
                    min_search_capacity_in_ocu=self._least(settings.searching),
                    max_search_capacity_in_ocu=settings.searching.max,
                )
            ],
            tags=self.tags,
            opts=self.child(),
        )
        return opensearch.ServerlessCollection(
            self.logical_name,
            name=self.physical_name,
            type=_KINDS[settings.kind],
            collection_group_name=group.name,
            standby_replicas=replicas,
            tags=self.tags,
            opts=self.child(protect=retain, delete_before_replace=True, depends_on=self._policies),
        )

    def _least(self, capacity: Capacity) -> int:
        return capacity.min if self._settings.always_on else 0

    def _publish_endpoint(self) -> ssm.Parameter:
        return ssm.Parameter(
            self.logical_name,
            name=self._names.path("opensearch", "endpoint"),
            description="Address of the search collection, reached from the VPC",
            type="String",
            value=self.collection.collection_endpoint,
            tags=self.tags,
            opts=self.child(delete_before_replace=True),
        )


def collection_name(settings: SearchSettings, names: Names) -> str:
    """The collection's exact name."""
    if settings.collection is None:
        return names.physical("search", limit=MAX_COLLECTION_NAME)
    return settings.collection.replace("{stage}", names.stage)
