"""What AWS's documentation says and its models leave out, or say in a form that the provider does not follow.

A fact adds to, or replaces key by key, what the models say of a property. The page above a group decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Fact = Mapping[str, Any]

_PERCENT: Final[Fact] = {"minimum": 0, "maximum": 100}

#: Tags of any resource: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
TAGS: Final[Fact] = {
    "keys": {
        "minLength": 1,
        "maxLength": 128,
        "pattern": "^(?!aws:)",
        "why": "names that start with aws: are AWS's own",
    },
    "values": {"maxLength": 256},
}

_PORT: Final[Fact] = {"minimum": 0, "maximum": 65535, "why": "not a TCP or UDP port"}
_ARN: Final[Fact] = {"pattern": "^arn:aws[a-z-]*:", "why": "not an ARN"}
_ZONE: Final[Fact] = {
    "pattern": "^[a-z]{2}(-[a-z]+)+-[0-9]+(-[a-z]+-[0-9]+)?[a-z]$",
    "why": "not the name of an Availability Zone",
}
# https://pkg.go.dev/time#ParseDuration: how the provider reads its own timeouts
_DURATION: Final[Fact] = {"pattern": r"^([0-9]+(\.[0-9]+)?(h|m|s|ms))+$", "why": "not a duration such as 30m"}


def _identifier(prefix: str) -> Fact:
    return {"pattern": f"^{prefix}-", "why": f"not an identifier of the form {prefix}-…"}


#: By the end of a property's path, whatever the type: what its name promises and the models often leave out. Applied
#: only where they say neither pattern nor enumeration; to the members where the property is a list.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
#: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
BY_NAME: Final[tuple[tuple[str, Fact], ...]] = (
    (r"(^|\.)timeouts\.(create|update|delete|read)$", _DURATION),
    (r"([a-z]Arn|[a-z]Arns|\.arn|^targetGroupArns)$", _ARN),
    (r"(^|\.)(vpcId|vpc)$", _identifier("vpc")),
    (r"(^|\.)(subnetId|subnetIds|vpcSubnetIds|subnets)$", _identifier("subnet")),
    (r"(^|\.)(securityGroupId|securityGroupIds|vpcSecurityGroupIds|referencedSecurityGroupId)$", _identifier("sg")),
    (r"(^|\.)(routeTableId|routeTableIds)$", _identifier("rtb")),
    (r"(^|\.)allocationId$", _identifier("eipalloc")),
    (r"(^|\.)natGatewayId$", _identifier("nat")),
    (r"(^|\.)networkInterfaceId$", _identifier("eni")),
    (r"(^|\.)(prefixListId|prefixListIds)$", _identifier("pl")),
    (r"(^|\.)(vpcEndpointId|vpcEndpointIds)$", _identifier("vpce")),
    (r"(^|\.)(availabilityZone|availabilityZones)$", _ZONE),
    (r"(^|\.)([a-z]+Port|port)$", _PORT),
    (r"(^|\.)subscriberEmailAddresses$", {"pattern": r"^[^@\s]+@[^@\s]+\.[^@\s]+$", "why": "not an email address"}),
)

_HTTP_METHODS: Final = ["ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]

# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html (ICMP uses the same fields, -1 is all)
_RULE_PORT: Final[Fact] = {"minimum": -1, "maximum": 65535, "why": "not a TCP or UDP port"}
_RULE: Final[Mapping[str, Fact]] = {"fromPort": _RULE_PORT, "toPort": _RULE_PORT}

# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
_MONITORING: Final[Fact] = {"enum": [0, 1, 5, 10, 15, 30, 60]}
_INSIGHTS_RETENTION: Final[Fact] = {"enum": [7, *(31 * months for months in range(1, 24)), 731]}
_RDS_STORAGE: Final[Fact] = {"enum": ["standard", "gp2", "gp3", "io1", "io2"]}
_EXTENDED_SUPPORT: Final[Fact] = {
    "enum": ["open-source-rds-extended-support", "open-source-rds-extended-support-disabled"]
}
_IDENTIFIER: Final[Fact] = {
    "pattern": r"^[A-Za-z](?!.*--)[A-Za-z0-9-]{0,62}(?<!-)$",
    "why": "must start with a letter, hold letters, digits and single hyphens, and not end in a hyphen",
}
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
_LB_NAME: Final[Fact] = {
    "maxLength": 32,
    "pattern": r"^(?!internal-)(?!-)[A-Za-z0-9-]+(?<!-)$",
    "why": "letters, digits and hyphens, no hyphen at either end, not starting with internal-",
}
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
_LOG_RETENTION: Final[Fact] = {"why": "CloudWatch Logs keeps logs only for certain numbers of days"}

FACTS: Final[Mapping[str, Mapping[str, Fact]]] = {
    "aws:ec2/securityGroup:SecurityGroup": {
        f"{direction}.{name}": fact for direction in ("ingress", "egress") for name, fact in _RULE.items()
    },
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
        f"{direction}.{name}": fact for direction in ("ingress", "egress") for name, fact in _RULE.items()
    },
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _RULE,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _RULE,
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html
    "aws:ec2/networkAcl:NetworkAcl": {
        f"{direction}.{name}": fact
        for direction in ("ingress", "egress")
        for name, fact in {
            **_RULE,
            "ruleNo": {"minimum": 1, "maximum": 32766},
            "action": {"enum": ["allow", "deny"]},
        }.items()
    },
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFlowLogs.html
    "aws:ec2/flowLog:FlowLog": {"maxAggregationInterval": {"enum": [60, 600]}},
    "aws:cloudfront/distribution:Distribution": {
        "origins.customOriginConfig.httpPort": _PORT,
        "origins.customOriginConfig.httpsPort": _PORT,
    },
    "aws:cloudfront/vpcOrigin:VpcOrigin": {
        "vpcOriginEndpointConfig.httpPort": _PORT,
        "vpcOriginEndpointConfig.httpsPort": _PORT,
    },
    # https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
    "aws:acm/certificate:Certificate": {"validationMethod": {"enum": ["DNS", "EMAIL", "HTTP", "NONE"]}},
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
    "aws:route53/healthCheck:HealthCheck": {"port": {**_PORT, "minimum": 1}, "requestInterval": {"enum": [10, 30]}},
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
    "aws:route53/record:Record": {
        "ttl": {"minimum": 0, "maximum": 2147483647},
        "weightedRoutingPolicies.weight": {"minimum": 0, "maximum": 255},
        "failoverRoutingPolicies.type": {"enum": ["PRIMARY", "SECONDARY"]},
    },
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
    "aws:lb/loadBalancer:LoadBalancer": {
        "name": _LB_NAME,
        "namePrefix": {"maxLength": 6},
        "idleTimeout": {"minimum": 1, "maximum": 4000},
        "clientKeepAlive": {"minimum": 60, "maximum": 604800},
        "desyncMitigationMode": {"enum": ["monitor", "defensive", "strictest"]},
        "xffHeaderProcessingMode": {"enum": ["append", "preserve", "remove"]},
    },
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
    "aws:lb/targetGroup:TargetGroup": {
        "name": _LB_NAME,
        "namePrefix": {"maxLength": 6},
        "port": _PORT,
        "deregistrationDelay": {"minimum": 0, "maximum": 3600},
        "slowStart": {"minimum": 0, "maximum": 900},
        "loadBalancingAlgorithmType": {"enum": ["round_robin", "least_outstanding_requests", "weighted_random"]},
        "healthCheck.interval": {"minimum": 5, "maximum": 300},
        "healthCheck.timeout": {"minimum": 2, "maximum": 120},
        "healthCheck.healthyThreshold": {"minimum": 2, "maximum": 10},
        "healthCheck.unhealthyThreshold": {"minimum": 2, "maximum": 10},
        "healthCheck.protocol": {"enum": ["HTTP", "HTTPS", "TCP"]},
        "stickiness.type": {
            "enum": ["lb_cookie", "app_cookie", "source_ip", "source_ip_dest_ip", "source_ip_dest_ip_proto"]
        },
        "stickiness.cookieDuration": {"minimum": 1, "maximum": 604800},
    },
    "aws:lb/listener:Listener": {
        "port": _PORT,
        # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
        "sslPolicy": {"pattern": "^ELBSecurityPolicy-", "why": "not the name of a predefined security policy"},
        "defaultActions.redirect.statusCode": {"enum": ["HTTP_301", "HTTP_302"]},
    },
    "aws:lb/listenerRule:ListenerRule": {
        "priority": {"minimum": 1, "maximum": 50000},
        "actions.redirect.statusCode": {"enum": ["HTTP_301", "HTTP_302"]},
    },
    # https://docs.aws.amazon.com/apigateway/latest/api/API_PutMethod.html
    "aws:apigateway/method:Method": {
        "httpMethod": {"enum": _HTTP_METHODS},
        "authorization": {"enum": ["NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"]},
    },
    # https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html (above 29 s needs a quota increase)
    "aws:apigateway/integration:Integration": {
        "httpMethod": {"enum": _HTTP_METHODS},
        "integrationHttpMethod": {"enum": _HTTP_METHODS},
        "timeoutMilliseconds": {"minimum": 50, "maximum": 300000},
    },
    "aws:apigateway/methodSettings:MethodSettings": {
        "settings.loggingLevel": {"enum": ["OFF", "ERROR", "INFO"]},
        "settings.unauthorizedCacheControlHeaderStrategy": {
            "enum": ["FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER"]
        },
    },
    # https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html (-1 is the provider's word for none)
    "aws:lambda/function:Function": {"reservedConcurrentExecutions": {"minimum": -1}},
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-storage
    "aws:ecs/taskDefinition:TaskDefinition": {
        "ephemeralStorage.sizeInGib": {"minimum": 21, "maximum": 200},
        "requiresCompatibilities": {"items": {"enum": ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"]}},
    },
    "aws:ecs/service:Service": {
        "schedulingStrategy": {"enum": ["REPLICA", "DAEMON"]},
        "loadBalancers.containerPort": _PORT,
        "serviceRegistries.port": _PORT,
        "serviceRegistries.containerPort": _PORT,
    },
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
    "aws:sqs/queue:Queue": {
        "name": {"pattern": r"^[A-Za-z0-9_-]{1,75}\.fifo$|^[A-Za-z0-9_-]{1,80}$"},
        "visibilityTimeoutSeconds": {"minimum": 0, "maximum": 43200},
        "messageRetentionSeconds": {"minimum": 60, "maximum": 1209600},
        "maxMessageSize": {"minimum": 1024, "maximum": 1048576},
        "delaySeconds": {"minimum": 0, "maximum": 900},
        "receiveWaitTimeSeconds": {"minimum": 0, "maximum": 20},
        "kmsDataKeyReusePeriodSeconds": {"minimum": 60, "maximum": 86400},
        "deduplicationScope": {"enum": ["messageGroup", "queue"]},
        "fifoThroughputLimit": {"enum": ["perQueue", "perMessageGroupId"]},
    },
    # https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
    "aws:sns/topic:Topic": {
        "name": {"pattern": r"^[A-Za-z0-9_-]{1,251}\.fifo$|^[A-Za-z0-9_-]{1,256}$"},
        "signatureVersion": {"enum": [1, 2]},
        "tracingConfig": {"enum": ["PassThrough", "Active"]},
        **{
            f"{protocol}SuccessFeedbackSampleRate": _PERCENT
            for protocol in ("application", "firehose", "http", "lambda", "sqs")
        },
    },
    # https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
    "aws:sns/topicSubscription:TopicSubscription": {
        "protocol": {
            "enum": ["http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"]
        },
    },
    "aws:rds/instance:Instance": {
        "identifier": _IDENTIFIER,
        "backupRetentionPeriod": {
            "minimum": 0,
            "maximum": 35,
            "why": "RDS keeps automated backups for at most 35 days",
        },
        "storageType": _RDS_STORAGE,
        "monitoringInterval": _MONITORING,
        "performanceInsightsRetentionPeriod": _INSIGHTS_RETENTION,
        "engineLifecycleSupport": _EXTENDED_SUPPORT,
        "databaseInsightsMode": {"enum": ["standard", "advanced"]},
        "networkType": {"enum": ["IPV4", "DUAL"]},
        "port": {**_PORT, "minimum": 1150},
        "allocatedStorage": {"minimum": 5, "maximum": 65536},
        "maxAllocatedStorage": {"minimum": 0, "maximum": 65536},
        "licenseModel": {
            "enum": [
                "license-included",
                "bring-your-own-license",
                "general-public-license",
                "postgresql-license",
                "marketplace-license",
            ]
        },
    },
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html
    "aws:rds/cluster:Cluster": {
        "clusterIdentifier": _IDENTIFIER,
        "backupRetentionPeriod": {
            "minimum": 1,
            "maximum": 35,
            "why": "RDS keeps automated backups for at most 35 days",
        },
        "engineMode": {"enum": ["provisioned", "serverless", "parallelquery", "global", "multimaster"]},
        "engineLifecycleSupport": _EXTENDED_SUPPORT,
        "databaseInsightsMode": {"enum": ["standard", "advanced"]},
        "networkType": {"enum": ["IPV4", "DUAL"]},
        "monitoringInterval": _MONITORING,
        "performanceInsightsRetentionPeriod": _INSIGHTS_RETENTION,
        "port": {**_PORT, "minimum": 1150},
        "backtrackWindow": {"minimum": 0, "maximum": 259200},
        "serverlessv2ScalingConfiguration.minCapacity": {"minimum": 0, "maximum": 256},
        "serverlessv2ScalingConfiguration.maxCapacity": {"minimum": 1, "maximum": 256},
        "serverlessv2ScalingConfiguration.secondsUntilAutoPause": {"minimum": 300, "maximum": 86400},
    },
    "aws:rds/clusterInstance:ClusterInstance": {
        "identifier": _IDENTIFIER,
        "monitoringInterval": _MONITORING,
        "performanceInsightsRetentionPeriod": _INSIGHTS_RETENTION,
        "promotionTier": {"minimum": 0, "maximum": 15},
    },
    "aws:rds/parameterGroup:ParameterGroup": {"parameters.applyMethod": {"enum": ["immediate", "pending-reboot"]}},
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": {
        "parameters.applyMethod": {"enum": ["immediate", "pending-reboot"]}
    },
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBProxy.html
    "aws:rds/proxy:Proxy": {"idleClientTimeout": {"minimum": 1, "maximum": 28800}},
    "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": {
        "connectionPoolConfig.maxConnectionsPercent": {"minimum": 1, "maximum": 100},
        "connectionPoolConfig.maxIdleConnectionsPercent": _PERCENT,
        "connectionPoolConfig.connectionBorrowTimeout": {"minimum": 0, "maximum": 300},
    },
    # https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        "replicationGroupId": {
            "pattern": r"^[A-Za-z](?!.*--)[A-Za-z0-9-]{0,39}(?<!-)$",
            "why": "1 to 40 letters, digits and single hyphens, starting with a letter and not ending in a hyphen",
        },
        "engine": {"enum": ["redis", "valkey"]},
        "snapshotRetentionLimit": {"minimum": 0, "maximum": 35},
        "port": _PORT,
        "numCacheClusters": {"minimum": 1, "maximum": 6},
        "numNodeGroups": {"minimum": 1, "maximum": 500},
        "replicasPerNodeGroup": {"minimum": 0, "maximum": 5},
        "logDeliveryConfigurations.destinationType": {"enum": ["cloudwatch-logs", "kinesis-firehose"]},
        "logDeliveryConfigurations.logFormat": {"enum": ["text", "json"]},
        "logDeliveryConfigurations.logType": {"enum": ["slow-log", "engine-log"]},
    },
    "aws:elasticache/serverlessCache:ServerlessCache": {
        "engine": {"enum": ["memcached", "redis", "valkey"]},
        "snapshotRetentionLimit": {"minimum": 0, "maximum": 35},
    },
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_VersioningConfiguration.html (Disabled is the provider's
    # word for a bucket that never was versioned)
    "aws:s3/bucketVersioning:BucketVersioning": {
        "versioningConfiguration.status": {"enum": ["Enabled", "Suspended", "Disabled"]}
    },
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html (0 means at once)
    "aws:secretsmanager/secret:Secret": {"recoveryWindowInDays": {"minimum": 7, "maximum": 30}},
    "aws:cloudwatch/logGroup:LogGroup": {"retentionInDays": _LOG_RETENTION},
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        "evaluateLowSampleCountPercentiles": {"enum": ["evaluate", "ignore"]},
    },
    # https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
    "aws:kms/key:Key": {"rotationPeriodInDays": {"minimum": 90, "maximum": 2560}},
    "aws:kms/alias:Alias": {
        "name": {"pattern": "^alias/[a-zA-Z0-9/_-]+$", "why": "an alias's name starts with alias/"},
    },
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
    "aws:autoscaling/group:Group": {
        "healthCheckType": {"pattern": "^(EC2|ELB|EBS|VPC_LATTICE)(,(EC2|ELB|EBS|VPC_LATTICE))*$"},
        "metricsGranularity": {"enum": ["1Minute"]},
    },
    # https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Notification.html
    "aws:budgets/budget:Budget": {
        "notifications.comparisonOperator": {"enum": ["GREATER_THAN", "LESS_THAN", "EQUAL_TO"]},
        "notifications.notificationType": {"enum": ["ACTUAL", "FORECASTED"]},
        "notifications.thresholdType": {"enum": ["PERCENTAGE", "ABSOLUTE_VALUE"]},
        "notifications.threshold": {"minimum": 0, "maximum": 15000000000000},
    },
}
