"""The shape of each service's ids and ARNs.

A template names inputs (``{bucket}``), ``{name}`` for the property that names the resource, and generated parts:
``{x17}`` is 17 hexadecimal digits, ``{n10}`` decimal ones, ``{a16}`` lower-case letters and digits, ``{A13}``
upper-case ones, ``{uuid}`` a UUID. ``{arn}`` may stand in an id, ``{id}`` in an ARN.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Shape:
    """How a type's resources are identified.

    Attributes:
        id: Template of the id.
        arn: Template of the ARN after the account, or the whole of it when it starts with ``arn:``; "" for none.
        key: Template of what must be unique; the id when "".
        is_global: Whether the service knows no regions.
    """

    id: str
    arn: str = ""
    key: str = ""
    is_global: bool = False


def _ec2(prefix: str, arn: str) -> Shape:
    return Shape(f"{prefix}-{{x17}}", f"ec2:{{region}}:{{account}}:{arn}/{{id}}")


def _named(arn: str, *, is_global: bool = False) -> Shape:
    return Shape("{name}", arn, is_global=is_global)


def _arn(arn: str) -> Shape:
    return Shape("{arn}", arn)


def _of(id_: str, *, key: str = "", is_global: bool = False) -> Shape:
    return Shape(id_, key=key, is_global=is_global)


_AUTOSCALING: Final = "autoscaling:{region}:{account}"

SHAPES: Final[dict[str, Shape]] = {
    "apigateway/apiKey:ApiKey": Shape("{a10}", "apigateway:{region}::/apikeys/{id}"),
    "apigateway/authorizer:Authorizer": _of("{a6}"),
    "apigateway/deployment:Deployment": _of("{a6}"),
    "apigateway/integration:Integration": _of("agi-{restApi}-{resourceId}-{httpMethod}"),
    "apigateway/integrationResponse:IntegrationResponse": _of("agir-{restApi}-{resourceId}-{httpMethod}-{statusCode}"),
    "apigateway/method:Method": _of("agm-{restApi}-{resourceId}-{httpMethod}"),
    "apigateway/methodResponse:MethodResponse": _of("agmr-{restApi}-{resourceId}-{httpMethod}-{statusCode}"),
    "apigateway/methodSettings:MethodSettings": _of("{restApi}-{stageName}-{methodPath}"),
    "apigateway/resource:Resource": _of("{a6}"),
    "apigateway/response:Response": _of("aggr-{restApi}-{responseType}"),
    "apigateway/restApi:RestApi": Shape("{a10}", "apigateway:{region}::/restapis/{id}"),
    "apigateway/stage:Stage": Shape(
        "ags-{restApi}-{stageName}", "apigateway:{region}::/restapis/{restApi}/stages/{stageName}"
    ),
    "apigateway/usagePlan:UsagePlan": Shape("{a6}", "apigateway:{region}::/usageplans/{id}"),
    "apigateway/usagePlanKey:UsagePlanKey": _of("{keyId}", key="{usagePlanId}/{keyId}"),
    "autoscaling/group:Group": _named(_AUTOSCALING + ":autoScalingGroup:{uuid}:autoScalingGroupName/{name}"),
    "autoscaling/policy:Policy": Shape(
        "{name}",
        _AUTOSCALING + ":scalingPolicy:{uuid}:autoScalingGroupName/{autoscalingGroupName}:policyName/{name}",
        "{autoscalingGroupName}/{name}",
    ),
    "cloudwatch/queryDefinition:QueryDefinition": Shape("{uuid}", "logs:{region}:{account}:query-definition:{id}"),
    "codedeploy/application:Application": Shape("{uuid}", "codedeploy:{region}:{account}:application:{name}", "{name}"),
    "codedeploy/deploymentConfig:DeploymentConfig": Shape(
        "{deploymentConfigName}", "codedeploy:{region}:{account}:deploymentconfig:{deploymentConfigName}"
    ),
    "codedeploy/deploymentGroup:DeploymentGroup": Shape(
        "{uuid}",
        "codedeploy:{region}:{account}:deploymentgroup:{appName}/{deploymentGroupName}",
        "{appName}/{deploymentGroupName}",
    ),
    "cognito/userGroup:UserGroup": _of("{userPoolId}/{name}"),
    "ecr/repositoryPolicy:RepositoryPolicy": _of("{repository}"),
    "lambda/alias:Alias": _arn("lambda:{region}:{account}:function:{functionName}:{name}"),
    "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": _of("{functionName}:{qualifier}"),
    "sqs/queuePolicy:QueuePolicy": _of("{queueUrl}"),
    "synthetics/canary:Canary": _named("synthetics:{region}:{account}:canary:{name}"),
    "wafv2/webAclAssociation:WebAclAssociation": _of("{webAclArn},{resourceArn}"),
    "acm/certificate:Certificate": _arn("acm:{region}:{account}:certificate/{uuid}"),
    "acm/certificateValidation:CertificateValidation": _of("{certificateArn}"),
    "apigatewayv2/api:Api": Shape("{a10}", "apigateway:{region}::/apis/{id}"),
    "apigatewayv2/integration:Integration": _of("{a7}"),
    "apigatewayv2/authorizer:Authorizer": _of("{a6}"),
    "apigatewayv2/route:Route": _of("{a7}"),
    "apigatewayv2/routeResponse:RouteResponse": _of("{a7}"),
    "apigatewayv2/stage:Stage": Shape("{name}", "apigateway:{region}::/apis/{apiId}/stages/{name}", "{apiId}/{name}"),
    "appautoscaling/policy:Policy": Shape(
        "{name}",
        _AUTOSCALING + ":scalingPolicy:{uuid}:resource/{serviceNamespace}/{resourceId}:policyName/{name}",
        "{serviceNamespace}/{resourceId}/{scalableDimension}/{name}",
    ),
    "appautoscaling/scheduledAction:ScheduledAction": Shape(
        "{name}-{serviceNamespace}-{resourceId}",
        _AUTOSCALING + ":scheduledAction:{uuid}:resource/{serviceNamespace}/{resourceId}:scheduledActionName/{name}",
    ),
    "appautoscaling/target:Target": Shape(
        "{resourceId}",
        "application-autoscaling:{region}:{account}:scalable-target/{x16}",
        "{serviceNamespace}/{resourceId}/{scalableDimension}",
    ),
    "backup/plan:Plan": Shape("{uuid}", "backup:{region}:{account}:backup-plan:{id}"),
    "backup/selection:Selection": _of("{uuid}"),
    "backup/vault:Vault": _named("backup:{region}:{account}:backup-vault:{name}"),
    "backup/vaultLockConfiguration:VaultLockConfiguration": _of("{backupVaultName}"),
    "budgets/budget:Budget": Shape("{account}:{name}", "budgets::{account}:budget/{name}", is_global=True),
    "cfg/rule:Rule": _named("config:{region}:{account}:config-rule/config-rule-{a6}"),
    "cloudfront/cachePolicy:CachePolicy": Shape("{uuid}", "cloudfront::{account}:cache-policy/{id}", is_global=True),
    "cloudfront/distribution:Distribution": Shape("E{A13}", "cloudfront::{account}:distribution/{id}", is_global=True),
    "cloudfront/function:Function": _named("cloudfront::{account}:function/{name}", is_global=True),
    "cloudfront/originAccessControl:OriginAccessControl": Shape(
        "E{A13}", "cloudfront::{account}:origin-access-control/{id}", is_global=True
    ),
    "cloudfront/originRequestPolicy:OriginRequestPolicy": Shape(
        "{uuid}", "cloudfront::{account}:origin-request-policy/{id}", is_global=True
    ),
    "cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": Shape(
        "{uuid}", "cloudfront::{account}:response-headers-policy/{id}", is_global=True
    ),
    "cloudfront/vpcOrigin:VpcOrigin": Shape("vo_{a22}", "cloudfront::{account}:vpcorigin/{id}", is_global=True),
    "cloudwatch/compositeAlarm:CompositeAlarm": Shape("{alarmName}", "cloudwatch:{region}:{account}:alarm:{alarmName}"),
    "cloudwatch/dashboard:Dashboard": Shape("{dashboardName}", "cloudwatch::{account}:dashboard/{dashboardName}"),
    "cloudwatch/eventArchive:EventArchive": _named("events:{region}:{account}:archive/{name}"),
    "cloudwatch/eventBusPolicy:EventBusPolicy": _of("{eventBusName}"),
    "cloudwatch/eventBus:EventBus": _named("events:{region}:{account}:event-bus/{name}"),
    "cloudwatch/eventRule:EventRule": _named("events:{region}:{account}:rule/{name}"),
    "cloudwatch/eventTarget:EventTarget": _of("{rule}-{targetId}"),
    "cloudwatch/logDelivery:LogDelivery": Shape("{a16}", "logs:{region}:{account}:delivery:{id}"),
    "cloudwatch/logDeliveryDestination:LogDeliveryDestination": _named(
        "logs:{region}:{account}:delivery-destination:{name}"
    ),
    "cloudwatch/logDeliverySource:LogDeliverySource": _named("logs:{region}:{account}:delivery-source:{name}"),
    "cloudwatch/logGroup:LogGroup": _named("logs:{region}:{account}:log-group:{name}"),
    "cloudwatch/logMetricFilter:LogMetricFilter": _of("{name}", key="{logGroupName}:{name}"),
    "cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": _of("cwlsf-{n10}"),
    "cloudwatch/metricAlarm:MetricAlarm": _named("cloudwatch:{region}:{account}:alarm:{name}"),
    "cognito/userPool:UserPool": Shape("{region}_{a9}", "cognito-idp:{region}:{account}:userpool/{id}"),
    "cognito/userPoolClient:UserPoolClient": _of("{a26}"),
    "costexplorer/anomalyMonitor:AnomalyMonitor": Shape("{arn}", "ce::{account}:anomalymonitor/{uuid}"),
    "costexplorer/anomalySubscription:AnomalySubscription": Shape("{arn}", "ce::{account}:anomalysubscription/{uuid}"),
    "dynamodb/table:Table": _named("dynamodb:{region}:{account}:table/{name}"),
    "ec2/defaultSecurityGroup:DefaultSecurityGroup": _ec2("sg", "security-group"),
    "ec2/eip:Eip": _ec2("eipalloc", "elastic-ip"),
    "ec2/eipAssociation:EipAssociation": _of("eipassoc-{x17}"),
    "ec2/flowLog:FlowLog": _ec2("fl", "vpc-flow-log"),
    "ec2/instance:Instance": _ec2("i", "instance"),
    "ec2/internetGateway:InternetGateway": _ec2("igw", "internet-gateway"),
    "ec2/launchTemplate:LaunchTemplate": _ec2("lt", "launch-template"),
    "ec2/natGateway:NatGateway": _ec2("nat", "natgateway"),
    "ec2/networkAcl:NetworkAcl": _ec2("acl", "network-acl"),
    "ec2/networkInterface:NetworkInterface": _ec2("eni", "network-interface"),
    "ec2/route:Route": _of("r-{routeTableId}{n10}"),
    "ec2/routeTable:RouteTable": _ec2("rtb", "route-table"),
    "ec2/routeTableAssociation:RouteTableAssociation": _of("rtbassoc-{x17}"),
    "ec2/securityGroup:SecurityGroup": _ec2("sg", "security-group"),
    "ec2/securityGroupRule:SecurityGroupRule": _of("sgrule-{n10}"),
    "ec2/subnet:Subnet": _ec2("subnet", "subnet"),
    "ec2/vpc:Vpc": _ec2("vpc", "vpc"),
    "ec2/vpcEndpoint:VpcEndpoint": _ec2("vpce", "vpc-endpoint"),
    "ecr/lifecyclePolicy:LifecyclePolicy": _of("{repository}"),
    "ecr/repository:Repository": _named("ecr:{region}:{account}:repository/{name}"),
    "ecs/cluster:Cluster": _arn("ecs:{region}:{account}:cluster/{name}"),
    "ecs/clusterCapacityProviders:ClusterCapacityProviders": _of("{clusterName}"),
    "ecs/service:Service": _arn("ecs:{region}:{account}:service/{cluster_name}/{name}"),
    "ecs/taskDefinition:TaskDefinition": Shape(
        "{family}", "ecs:{region}:{account}:task-definition/{family}:{revision}", "{family}:{revision}"
    ),
    "elasticache/replicationGroup:ReplicationGroup": Shape(
        "{replicationGroupId}", "elasticache:{region}:{account}:replicationgroup:{replicationGroupId}"
    ),
    "elasticache/parameterGroup:ParameterGroup": _named("elasticache:{region}:{account}:parametergroup:{name}"),
    "elasticache/subnetGroup:SubnetGroup": _named("elasticache:{region}:{account}:subnetgroup:{name}"),
    "guardduty/detector:Detector": Shape("{x32}", "guardduty:{region}:{account}:detector/{id}"),
    "iam/instanceProfile:InstanceProfile": _named("iam::{account}:instance-profile/{name}", is_global=True),
    "iam/policy:Policy": Shape("{arn}", "iam::{account}:policy/{name}", is_global=True),
    "iam/role:Role": _named("iam::{account}:role/{name}", is_global=True),
    "iam/rolePolicy:RolePolicy": _of("{role}:{name}", is_global=True),
    "iam/rolePolicyAttachment:RolePolicyAttachment": _of("{role}/{policyArn}", is_global=True),
    "index:Image": _of("sha256:{x64}"),
    "kms/alias:Alias": _named("kms:{region}:{account}:{name}"),
    "kms/key:Key": Shape("{uuid}", "kms:{region}:{account}:key/{id}"),
    "lambda/function:Function": _named("lambda:{region}:{account}:function:{name}"),
    "lambda/permission:Permission": _of("{statementId}", key="{function}/{id}"),
    "lb/listener:Listener": _arn("{loadBalancer_path}/{x16}"),
    "lb/listenerRule:ListenerRule": _arn("{listener_path}/{x16}"),
    "lb/loadBalancer:LoadBalancer": _arn("elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/{x16}"),
    "lb/targetGroup:TargetGroup": _arn("elasticloadbalancing:{region}:{account}:targetgroup/{name}/{x16}"),
    "lex/v2modelsBot:V2modelsBot": Shape("{A10}", "lex:{region}:{account}:bot/{id}"),
    "lex/v2modelsBotLocale:V2modelsBotLocale": _of("{localeId},{botId},{botVersion}"),
    "lex/v2modelsBotVersion:V2modelsBotVersion": _of("{botId},{n1}"),
    "lex/v2modelsIntent:V2modelsIntent": _of("{A10}:{botId}:{botVersion}:{localeId}", key="{botId}/{name}"),
    "lex/v2modelsSlot:V2modelsSlot": _of("{botId},{botVersion},{intentId},{localeId},{A10}", key="{intentId}/{name}"),
    "lex/v2modelsSlotType:V2modelsSlotType": _of("{botId},{botVersion},{localeId},{A10}", key="{botId}/{name}"),
    "opensearch/serverlessCollection:ServerlessCollection": Shape(
        "{a20}", "aoss:{region}:{account}:collection/{id}", "{name}"
    ),
    "opensearch/serverlessCollectionGroup:ServerlessCollectionGroup": Shape(
        "{a20}", "aoss:{region}:{account}:collection-group/{id}", "{name}"
    ),
    "opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy": _of("{name}", key="{type}/{name}"),
    "opensearch/serverlessAccessPolicy:ServerlessAccessPolicy": _of("{name}", key="{type}/{name}"),
    "opensearch/serverlessVpcEndpoint:ServerlessVpcEndpoint": _of("vpce-{x17}", key="{name}"),
    "rds/cluster:Cluster": Shape("{clusterIdentifier}", "rds:{region}:{account}:cluster:{clusterIdentifier}"),
    "rds/clusterInstance:ClusterInstance": Shape("{identifier}", "rds:{region}:{account}:db:{identifier}"),
    "rds/clusterParameterGroup:ClusterParameterGroup": _named("rds:{region}:{account}:cluster-pg:{name}"),
    "rds/globalCluster:GlobalCluster": Shape(
        "{globalClusterIdentifier}", "rds::{account}:global-cluster:{globalClusterIdentifier}"
    ),
    "rds/instance:Instance": Shape("db-{A26}", "rds:{region}:{account}:db:{identifier}", "{identifier}"),
    "rds/proxy:Proxy": Shape("{name}", "rds:{region}:{account}:db-proxy:prx-{x17}"),
    "rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": _of("{dbProxyName}"),
    "rds/parameterGroup:ParameterGroup": _named("rds:{region}:{account}:pg:{name}"),
    "rds/subnetGroup:SubnetGroup": _named("rds:{region}:{account}:subgrp:{name}"),
    "route53/healthCheck:HealthCheck": Shape("{uuid}", "route53:::healthcheck/{id}", is_global=True),
    "route53/record:Record": _of("{zoneId}_{name}_{type}", is_global=True),
    "route53/zone:Zone": Shape("Z{A20}", "route53:::hostedzone/{id}", is_global=True),
    "s3/bucket:Bucket": Shape("{bucket}", "s3:::{bucket}"),
    "scheduler/schedule:Schedule": Shape("default/{name}", "scheduler:{region}:{account}:schedule/default/{name}"),
    "secretsmanager/secret:Secret": Shape("{arn}", "secretsmanager:{region}:{account}:secret:{name}-{a6}", "{name}"),
    "secretsmanager/secretVersion:SecretVersion": _of("{secretId}|terraform-{x26}"),
    "servicediscovery/privateDnsNamespace:PrivateDnsNamespace": Shape(
        "ns-{a16}", "servicediscovery:{region}:{account}:namespace/{id}"
    ),
    "servicediscovery/service:Service": Shape("srv-{a16}", "servicediscovery:{region}:{account}:service/{id}"),
    "sns/topic:Topic": _arn("sns:{region}:{account}:{name}"),
    "sns/topicPolicy:TopicPolicy": _of("{arn}"),
    "sns/topicSubscription:TopicSubscription": _arn("{topic_path}:{uuid}"),
    "sqs/queue:Queue": Shape("https://sqs.{region}.amazonaws.com/{account}/{name}", "sqs:{region}:{account}:{name}"),
    "ssm/parameter:Parameter": _named("ssm:{region}:{account}:parameter/{bare_name}"),
    "vpc/securityGroupEgressRule:SecurityGroupEgressRule": _ec2("sgr", "security-group-rule"),
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule": _ec2("sgr", "security-group-rule"),
    "wafv2/webAcl:WebAcl": Shape("{uuid}", "wafv2:{region}:{account}:regional/webacl/{name}/{id}"),
    "wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": _of("{resourceArn}"),
    "xray/samplingRule:SamplingRule": Shape("{ruleName}", "xray:{region}:{account}:sampling-rule/{ruleName}"),
}


def shape_of(token: str) -> Shape:
    """The shape of a type; one that is not listed takes the commonest of its service.

    S3's parts of a bucket are identified by the bucket. Everything else that is not listed is known by its name, or by
    a generated id where it has none.
    """
    short = token.partition(":")[2]
    listed = SHAPES.get(short)
    if listed is not None:
        return listed
    module, _, name = short.partition("/")
    kind = name.partition(":")[0]
    if module == "s3" and kind.startswith("bucket"):
        return Shape("{bucket}" if not kind.startswith("bucketObject") else "{bucket}/{key}")
    return Shape("{name_or_id}", f"{module}:{{region}}:{{account}}:{kind.lower()}/{{name_or_id}}")
