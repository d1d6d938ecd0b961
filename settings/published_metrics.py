"""The metrics that AWS publishes of what a stack is made of, and the dimensions that it publishes each with.

An alarm on a metric that nobody publishes, or with other dimensions than it is published with, never rings.
"""

from __future__ import annotations

from typing import Final

#: What an alarm can watch, by kind, with the metrics that AWS publishes of it.
#: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html
#: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html
#: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
#: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
PUBLISHED: Final[dict[str, frozenset[str]]] = {
    "function": frozenset(
        {
            "AsyncEventAge",
            "AsyncEventsDropped",
            "AsyncEventsReceived",
            "ConcurrentExecutions",
            "DeadLetterErrors",
            "DestinationDeliveryFailures",
            "Duration",
            "Errors",
            "Invocations",
            "ProvisionedConcurrencyInvocations",
            "ProvisionedConcurrencySpilloverInvocations",
            "ProvisionedConcurrencyUtilization",
            "Throttles",
        }
    ),
    "http-api": frozenset({"4xx", "5xx", "Count", "DataProcessed", "IntegrationLatency", "Latency"}),
    "rest-api": frozenset(
        {"4XXError", "5XXError", "CacheHitCount", "CacheMissCount", "Count", "IntegrationLatency", "Latency"}
    ),
    "websocket-api": frozenset(
        {"ClientError", "ConnectCount", "ExecutionError", "IntegrationError", "IntegrationLatency", "MessageCount"}
    ),
    # UserErrors is counted for the account and region, never for a table.
    "table": frozenset(
        {
            "ConditionalCheckFailedRequests",
            "ConsumedReadCapacityUnits",
            "ConsumedWriteCapacityUnits",
            "ReadThrottleEvents",
            "ReplicationLatency",
            "SuccessfulRequestLatency",
            "SystemErrors",
            "ThrottledRequests",
            "TimeToLiveDeletedItemCount",
            "TransactionConflict",
            "WriteThrottleEvents",
        }
    ),
    "database": frozenset(
        {
            "BurstBalance",
            "CPUCreditBalance",
            "CPUUtilization",
            "DBLoad",
            "DBLoadCPU",
            "DBLoadNonCPU",
            "DatabaseConnections",
            "DiskQueueDepth",
            "EBSByteBalance%",
            "EBSIOBalance%",
            "FreeStorageSpace",
            "FreeableMemory",
            "MaximumUsedTransactionIDs",
            "NetworkReceiveThroughput",
            "NetworkTransmitThroughput",
            "ReadIOPS",
            "ReadLatency",
            "ReadThroughput",
            "ReplicaLag",
            "SwapUsage",
            "TransactionLogsDiskUsage",
            "WriteIOPS",
            "WriteLatency",
            "WriteThroughput",
        }
    ),
    # Aurora publishes by cluster; capacity in ACU, and its share of the maximum in percent.
    # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
    "aurora": frozenset(
        {
            "ACUUtilization",
            "AuroraReplicaLagMaximum",
            "BackupRetentionPeriodStorageUsed",
            "CPUUtilization",
            "DatabaseConnections",
            "DBLoad",
            "FreeableMemory",
            "ReadLatency",
            "ServerlessDatabaseCapacity",
            "VolumeBytesUsed",
            "WriteLatency",
        }
    ),
    "load-balancer": frozenset(
        {
            "ActiveConnectionCount",
            "ClientTLSNegotiationErrorCount",
            "ConsumedLCUs",
            "HTTPCode_ELB_4XX_Count",
            "HTTPCode_ELB_5XX_Count",
            "HTTPCode_Target_2XX_Count",
            "HTTPCode_Target_3XX_Count",
            "HTTPCode_Target_4XX_Count",
            "HTTPCode_Target_5XX_Count",
            "NewConnectionCount",
            "ProcessedBytes",
            "RejectedConnectionCount",
            "RequestCount",
            "TargetConnectionErrorCount",
            "TargetResponseTime",
        }
    ),
    "service": frozenset({"CPUUtilization", "MemoryUtilization"}),
    # Of all functions of the account in the region together, which share its quota.
    "functions": frozenset(
        {"ConcurrentExecutions", "Duration", "Errors", "Invocations", "Throttles", "UnreservedConcurrentExecutions"}
    ),
    "bucket": frozenset(
        {
            "4xxErrors",
            "5xxErrors",
            "AllRequests",
            "BucketSizeBytes",
            "BytesDownloaded",
            "BytesUploaded",
            "FirstByteLatency",
            "GetRequests",
            "NumberOfObjects",
            "PutRequests",
            "TotalRequestLatency",
        }
    ),
}

#: A set of dimension names that an alarm adds to those that name the thing.
Dimensions = frozenset[str]

_NONE: Final[Dimensions] = frozenset()
_INDEX: Final = (_NONE, frozenset({"GlobalSecondaryIndexName"}))
_STORED: Final = (frozenset({"StorageType"}),)
_OPERATION: Final = (frozenset({"Operation"}),)

#: What a kind's metrics can be narrowed by, beyond the dimensions that name the thing; a kind that is missing takes
#: nothing further.
_BY_KIND: Final[dict[str, tuple[Dimensions, ...]]] = {
    "function": (_NONE, frozenset({"Resource"}), frozenset({"Resource", "ExecutedVersion"})),
    "http-api": (_NONE, frozenset({"Stage"}), frozenset({"Stage", "Method", "Resource"})),
    "rest-api": (_NONE, frozenset({"Method", "Resource"})),
    "load-balancer": (_NONE, frozenset({"AvailabilityZone"})),
    "bucket": (frozenset({"FilterId"}),),
    "websocket-api": (_NONE, frozenset({"Route"})),
}
#: The same for metrics that differ from others of their kind.
_BY_METRIC: Final[dict[tuple[str, str], tuple[Dimensions, ...]]] = {
    ("table", "ConsumedReadCapacityUnits"): _INDEX,
    ("table", "ConsumedWriteCapacityUnits"): _INDEX,
    ("table", "ReadThrottleEvents"): _INDEX,
    ("table", "WriteThrottleEvents"): _INDEX,
    ("table", "SuccessfulRequestLatency"): _OPERATION,
    ("table", "SystemErrors"): _OPERATION,
    ("table", "ThrottledRequests"): _OPERATION,
    ("bucket", "BucketSizeBytes"): _STORED,
    ("bucket", "NumberOfObjects"): _STORED,
    ("table", "ReplicationLatency"): (frozenset({"ReceivingRegion"}),),
}


def further_dimensions(kind: str, metric: str) -> tuple[Dimensions, ...]:
    """The sets of dimensions that ``metric`` is published with, beyond those that name the thing.

    Args:
        kind: A key of ``PUBLISHED``.
        metric: One of its metrics.
    """
    return _BY_METRIC.get((kind, metric), _BY_KIND.get(kind, (_NONE,)))
