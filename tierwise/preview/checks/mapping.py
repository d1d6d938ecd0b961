"""Which of AWS's models describe which resource type: the declared mapping that the constraints are compiled from.

Property names are matched by themselves (``compilation.py``); a mapping says only where to look, and how a property is
called when its name differs. A new resource type needs one line here, and
``python -m tierwise.preview.checks.generate``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class TypeMapping:
    """Where one resource type's constraints come from.

    Attributes:
        operations: botocore ``service.Operation``, with ``:Member.Member`` when the properties are further down.
        cloudformation: CloudFormation types, with ``:Property.Property`` likewise.
        names: Model names by dotted property path where they differ; the value may be dotted, and ``""`` means that no
            model's constraint fits (the provider transforms the value, or the model is known to be wrong).
        extensions: ``file:Property`` of cfn-lint's schema extensions by property path, for values listed there.
    """

    operations: tuple[str, ...] = ()
    cloudformation: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    extensions: Mapping[str, str] = field(default_factory=dict[str, str])


def _map(operations: str = "", cloudformation: str = "", **names: str) -> TypeMapping:
    """A mapping in short: places separated by blanks.

    In a keyword ``a__b`` stands for the path ``a.b``; a value with a slash names an extension, not a model's member.
    """
    paths = {path.replace("__", "."): name for path, name in names.items()}
    return TypeMapping(
        tuple(operations.split()),
        tuple(cloudformation.split()),
        {path: name for path, name in paths.items() if "/" not in name},
        {path: name for path, name in paths.items() if "/" in name},
    )


_S3: Final = "AWS::S3::Bucket"

MAPPINGS: Final[Mapping[str, TypeMapping]] = {
    # Network
    "aws:ec2/vpc:Vpc": _map("ec2.CreateVpc", "AWS::EC2::VPC"),
    "aws:ec2/subnet:Subnet": _map("ec2.CreateSubnet", "AWS::EC2::Subnet"),
    "aws:ec2/internetGateway:InternetGateway": _map("ec2.CreateInternetGateway", "AWS::EC2::InternetGateway"),
    "aws:ec2/eip:Eip": _map("ec2.AllocateAddress", "AWS::EC2::EIP"),
    "aws:ec2/eipAssociation:EipAssociation": _map("ec2.AssociateAddress", "AWS::EC2::EIPAssociation"),
    "aws:ec2/natGateway:NatGateway": _map("ec2.CreateNatGateway", "AWS::EC2::NatGateway"),
    "aws:ec2/instance:Instance": _map(
        "ec2.RunInstances",
        "AWS::EC2::Instance",
        ami="ImageId",
        instanceInitiatedShutdownBehavior="InstanceInitiatedShutdownBehavior",
        ebsBlockDevices="BlockDeviceMappings",
        ebsBlockDevices__deviceName="DeviceName",
        ebsBlockDevices__volumeType="Ebs.VolumeType",
        ebsBlockDevices__volumeSize="Ebs.VolumeSize",
        ebsBlockDevices__iops="Ebs.Iops",
        rootBlockDevice="BlockDeviceMappings",
        rootBlockDevice__volumeType="Ebs.VolumeType",
        rootBlockDevice__volumeSize="Ebs.VolumeSize",
        rootBlockDevice__iops="Ebs.Iops",
        tenancy="Placement.Tenancy",
        userData="",
        userDataBase64="",
    ),
    "aws:ec2/routeTable:RouteTable": _map("ec2.CreateRouteTable", "AWS::EC2::RouteTable"),
    "aws:ec2/route:Route": _map("ec2.CreateRoute", "AWS::EC2::Route"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _map(
        "ec2.AssociateRouteTable", "AWS::EC2::SubnetRouteTableAssociation"
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _map("ec2.CreateVpcEndpoint", "AWS::EC2::VPCEndpoint"),
    "aws:ec2/flowLog:FlowLog": _map("ec2.CreateFlowLogs", "AWS::EC2::FlowLog"),
    "aws:ec2/networkAcl:NetworkAcl": _map("ec2.CreateNetworkAcl", "AWS::EC2::NetworkAcl"),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _map("", "AWS::EC2::SecurityGroup"),
    "aws:ec2/securityGroup:SecurityGroup": _map(
        "ec2.CreateSecurityGroup",
        "AWS::EC2::SecurityGroup",
        ingress="SecurityGroupIngress",
        egress="SecurityGroupEgress",
        name="GroupName",
        description="GroupDescription",
        ingress__protocol="IpProtocol",
        egress__protocol="IpProtocol",
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _map("", "AWS::EC2::SecurityGroupIngress"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _map("", "AWS::EC2::SecurityGroupEgress"),
    # CloudFront
    "aws:cloudfront/distribution:Distribution": _map(
        "cloudfront.CreateDistribution:DistributionConfig",
        "AWS::CloudFront::Distribution:DistributionConfig",
        orderedCacheBehaviors="CacheBehaviors",
        customErrorResponses="CustomErrorResponses",
        loggingConfig="Logging",
        origins__originId="Id",
        viewerCertificate__sslSupportMethod="SSLSupportMethod",
        viewerCertificate__minimumProtocolVersion="MinimumProtocolVersion",
    ),
    "aws:cloudfront/originAccessControl:OriginAccessControl": _map(
        "cloudfront.CreateOriginAccessControl:OriginAccessControlConfig",
        "AWS::CloudFront::OriginAccessControl:OriginAccessControlConfig",
        originAccessControlOriginType="OriginAccessControlOriginType",
    ),
    "aws:cloudfront/cachePolicy:CachePolicy": _map(
        "cloudfront.CreateCachePolicy:CachePolicyConfig", "AWS::CloudFront::CachePolicy:CachePolicyConfig"
    ),
    "aws:cloudfront/originRequestPolicy:OriginRequestPolicy": _map(
        "cloudfront.CreateOriginRequestPolicy:OriginRequestPolicyConfig",
        "AWS::CloudFront::OriginRequestPolicy:OriginRequestPolicyConfig",
    ),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": _map(
        "cloudfront.CreateResponseHeadersPolicy:ResponseHeadersPolicyConfig",
        "AWS::CloudFront::ResponseHeadersPolicy:ResponseHeadersPolicyConfig",
    ),
    "aws:cloudfront/monitoringSubscription:MonitoringSubscription": _map(
        "cloudfront.CreateMonitoringSubscription", "AWS::CloudFront::MonitoringSubscription"
    ),
    "aws:cloudfront/vpcOrigin:VpcOrigin": _map(
        "cloudfront.CreateVpcOrigin", "AWS::CloudFront::VpcOrigin", vpcOriginEndpointConfig__originSslProtocols=""
    ),
    "aws:cloudfront/function:Function": _map(
        "cloudfront.CreateFunction cloudfront.CreateFunction:FunctionConfig", "", code=""
    ),
    # Web firewall
    "aws:wafv2/webAcl:WebAcl": _map("wafv2.CreateWebACL", "AWS::WAFv2::WebACL"),
    "aws:wafv2/webAclAssociation:WebAclAssociation": _map("wafv2.AssociateWebACL", "AWS::WAFv2::WebACLAssociation"),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": _map(
        "wafv2.PutLoggingConfiguration:LoggingConfiguration", "AWS::WAFv2::LoggingConfiguration"
    ),
    # Domain
    "aws:acm/certificate:Certificate": _map(
        "acm.RequestCertificate", "AWS::CertificateManager::Certificate", privateKey="", certificateBody=""
    ),
    "aws:acm/certificateValidation:CertificateValidation": _map("acm.DescribeCertificate"),
    "aws:route53/zone:Zone": _map("route53.CreateHostedZone", "AWS::Route53::HostedZone", vpcs="VPC"),
    "aws:route53/record:Record": _map(
        "route53.ChangeResourceRecordSets:ChangeBatch.Changes.ResourceRecordSet",
        "AWS::Route53::RecordSet",
        zoneId="",
        aliases="AliasTarget",
        aliases__name="DNSName",
        aliases__zoneId="HostedZoneId",
        records="",
        name="",
    ),
    "aws:route53/healthCheck:HealthCheck": _map(
        "route53.CreateHealthCheck:HealthCheckConfig",
        "AWS::Route53::HealthCheck:HealthCheckConfig",
        fqdn="FullyQualifiedDomainName",
        referenceName="",
        cloudwatchAlarmName="AlarmIdentifier.Name",
        childHealthchecks="ChildHealthChecks",
        invertHealthcheck="Inverted",
        childHealthThreshold="HealthThreshold",
    ),
    # Load balancer
    "aws:lb/loadBalancer:LoadBalancer": _map(
        "elbv2.CreateLoadBalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer", loadBalancerType="Type"
    ),
    "aws:lb/targetGroup:TargetGroup": _map(
        "elbv2.CreateTargetGroup",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        healthCheck__interval="",
        healthCheck__protocol="",
    ),
    "aws:lb/listener:Listener": _map(
        "elbv2.CreateListener",
        "AWS::ElasticLoadBalancingV2::Listener",
        defaultActions__redirect="RedirectConfig",
        defaultActions__fixedResponse="FixedResponseConfig",
        defaultActions__forward="ForwardConfig",
        defaultActions__authenticateOidc="AuthenticateOidcConfig",
        defaultActions__authenticateCognito="AuthenticateCognitoConfig",
        defaultActions__forward__stickiness="TargetGroupStickinessConfig",
    ),
    "aws:lb/listenerRule:ListenerRule": _map(
        "elbv2.CreateRule",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        actions__redirect="RedirectConfig",
        actions__fixedResponse="FixedResponseConfig",
        actions__forward="ForwardConfig",
        actions__authenticateOidc="AuthenticateOidcConfig",
        actions__authenticateCognito="AuthenticateCognitoConfig",
        conditions__hostHeader="HostHeaderConfig",
        conditions__httpHeader="HttpHeaderConfig",
        conditions__httpRequestMethod="HttpRequestMethodConfig",
        conditions__pathPattern="PathPatternConfig",
        conditions__queryStrings="QueryStringConfig",
        conditions__sourceIp="SourceIpConfig",
        actions__forward__stickiness="TargetGroupStickinessConfig",
    ),
    # API Gateway, REST
    "aws:apigateway/restApi:RestApi": _map("apigateway.CreateRestApi", "AWS::ApiGateway::RestApi"),
    "aws:apigateway/resource:Resource": _map("apigateway.CreateResource", "AWS::ApiGateway::Resource"),
    "aws:apigateway/method:Method": _map(
        "apigateway.PutMethod", "AWS::ApiGateway::Method", authorization="AuthorizationType"
    ),
    "aws:apigateway/methodResponse:MethodResponse": _map("apigateway.PutMethodResponse"),
    "aws:apigateway/integration:Integration": _map(
        "apigateway.PutIntegration",
        "AWS::ApiGateway::Method:Integration",
        httpMethod="",
        integrationHttpMethod="IntegrationHttpMethod",
        timeoutMilliseconds="TimeoutInMillis",
    ),
    "aws:apigateway/integrationResponse:IntegrationResponse": _map("apigateway.PutIntegrationResponse"),
    "aws:apigateway/response:Response": _map("apigateway.PutGatewayResponse", "AWS::ApiGateway::GatewayResponse"),
    "aws:apigateway/model:Model": _map("apigateway.CreateModel", "AWS::ApiGateway::Model"),
    "aws:apigateway/requestValidator:RequestValidator": _map(
        "apigateway.CreateRequestValidator", "AWS::ApiGateway::RequestValidator"
    ),
    "aws:apigateway/authorizer:Authorizer": _map("apigateway.CreateAuthorizer", "AWS::ApiGateway::Authorizer"),
    "aws:apigateway/deployment:Deployment": _map("apigateway.CreateDeployment", "AWS::ApiGateway::Deployment"),
    "aws:apigateway/stage:Stage": _map("apigateway.CreateStage", "AWS::ApiGateway::Stage"),
    "aws:apigateway/methodSettings:MethodSettings": _map("", "AWS::ApiGateway::Stage", settings="MethodSettings"),
    "aws:apigateway/usagePlan:UsagePlan": _map(
        "apigateway.CreateUsagePlan",
        "AWS::ApiGateway::UsagePlan",
        quotaSettings="Quota",
        throttleSettings="Throttle",
        apiStages__throttles="",
    ),
    "aws:apigateway/apiKey:ApiKey": _map("apigateway.CreateApiKey", "AWS::ApiGateway::ApiKey"),
    "aws:apigateway/usagePlanKey:UsagePlanKey": _map("apigateway.CreateUsagePlanKey", "AWS::ApiGateway::UsagePlanKey"),
    "aws:apigateway/domainName:DomainName": _map("apigateway.CreateDomainName", "AWS::ApiGateway::DomainName"),
    "aws:apigateway/basePathMapping:BasePathMapping": _map(
        "apigateway.CreateBasePathMapping", "AWS::ApiGateway::BasePathMapping"
    ),
    "aws:apigateway/account:Account": _map("", "AWS::ApiGateway::Account"),
    # API Gateway, HTTP and WebSocket
    "aws:apigatewayv2/api:Api": _map("apigatewayv2.CreateApi", "AWS::ApiGatewayV2::Api"),
    "aws:apigatewayv2/route:Route": _map("apigatewayv2.CreateRoute", "AWS::ApiGatewayV2::Route"),
    "aws:apigatewayv2/routeResponse:RouteResponse": _map(
        "apigatewayv2.CreateRouteResponse", "AWS::ApiGatewayV2::RouteResponse"
    ),
    "aws:apigatewayv2/integration:Integration": _map(
        "apigatewayv2.CreateIntegration",
        "AWS::ApiGatewayV2::Integration",
        timeoutMilliseconds="TimeoutInMillis",
        integrationType="IntegrationType",
    ),
    "aws:apigatewayv2/authorizer:Authorizer": _map("apigatewayv2.CreateAuthorizer", "AWS::ApiGatewayV2::Authorizer"),
    "aws:apigatewayv2/stage:Stage": _map(
        "apigatewayv2.CreateStage",
        "AWS::ApiGatewayV2::Stage",
        routeSettings="DefaultRouteSettings",
        routeSettings__routeKey="",
    ),
    "aws:apigatewayv2/domainName:DomainName": _map("apigatewayv2.CreateDomainName", "AWS::ApiGatewayV2::DomainName"),
    "aws:apigatewayv2/apiMapping:ApiMapping": _map("apigatewayv2.CreateApiMapping", "AWS::ApiGatewayV2::ApiMapping"),
    # Cognito
    "aws:cognito/userPool:UserPool": _map(
        "cognito-idp.CreateUserPool cognito-idp.SetUserPoolMfaConfig",
        "AWS::Cognito::UserPool",
        schemas="Schema",
        name="PoolName",
        passwordPolicy="Policies.PasswordPolicy",
        signInPolicy="Policies.SignInPolicy",
        lambdaConfig__preTokenGenerationConfig="PreTokenGenerationConfig",
        userPoolAddOns="UserPoolAddOns",
        softwareTokenMfaConfiguration="SoftwareTokenMfaConfiguration",
        emailConfiguration__fromEmailAddress="From",
    ),
    "aws:cognito/userPoolClient:UserPoolClient": _map(
        "cognito-idp.CreateUserPoolClient", "AWS::Cognito::UserPoolClient", name="ClientName"
    ),
    "aws:cognito/userPoolDomain:UserPoolDomain": _map(
        "cognito-idp.CreateUserPoolDomain", "AWS::Cognito::UserPoolDomain", domain="Domain"
    ),
    "aws:cognito/userGroup:UserGroup": _map("cognito-idp.CreateGroup", "AWS::Cognito::UserPoolGroup", name="GroupName"),
    # Lex V2
    "aws:lex/v2modelsBot:V2modelsBot": _map(
        "lexv2-models.CreateBot", "AWS::Lex::Bot", name="BotName", type="BotType", members="BotMembers"
    ),
    "aws:lex/v2modelsBotLocale:V2modelsBotLocale": _map(
        "lexv2-models.CreateBotLocale",
        nLuIntentConfidenceThreshold="NluIntentConfidenceThreshold",
    ),
    "aws:lex/v2modelsIntent:V2modelsIntent": _map("lexv2-models.CreateIntent", name="IntentName"),
    "aws:lex/v2modelsSlotType:V2modelsSlotType": _map("lexv2-models.CreateSlotType", name="SlotTypeName"),
    "aws:lex/v2modelsSlot:V2modelsSlot": _map("lexv2-models.CreateSlot", name="SlotName"),
    "aws:lex/v2modelsBotVersion:V2modelsBotVersion": _map(
        "lexv2-models.CreateBotVersion", botVersion="", localeSpecification="BotVersionLocaleSpecification"
    ),
    "aws:cloudformation/stack:Stack": _map("cloudformation.CreateStack", "", name="StackName", parameters=""),
    # Lambda
    "aws:lambda/function:Function": _map(
        "lambda.CreateFunction lambda.PutFunctionConcurrency",
        "AWS::Lambda::Function",
        name="FunctionName",
        layers="Layers",
        code="",
        s3Bucket="Code.S3Bucket",
        s3Key="Code.S3Key",
        s3ObjectVersion="Code.S3ObjectVersion",
        imageUri="",
        fileSystemConfig="FileSystemConfigs",
        reservedConcurrentExecutions="",
    ),
    "aws:lambda/alias:Alias": _map(
        "lambda.CreateAlias", "AWS::Lambda::Alias", functionName="FunctionName", functionVersion="FunctionVersion"
    ),
    "aws:lambda/permission:Permission": _map(
        "lambda.AddPermission", "AWS::Lambda::Permission", function="FunctionName"
    ),
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": _map(
        "lambda.PutProvisionedConcurrencyConfig"
    ),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": _map(
        "lambda.PutFunctionEventInvokeConfig", "AWS::Lambda::EventInvokeConfig"
    ),
    "aws:lambda/layerVersion:LayerVersion": _map(
        "lambda.PublishLayerVersion", "AWS::Lambda::LayerVersion", code="", sourceCodeHash=""
    ),
    "aws:lambda/eventSourceMapping:EventSourceMapping": _map(
        "lambda.CreateEventSourceMapping", "AWS::Lambda::EventSourceMapping"
    ),
    "aws:lambda/functionUrl:FunctionUrl": _map(
        "lambda.CreateFunctionUrlConfig",
        "AWS::Lambda::Url",
        authorizationType="AuthType",
    ),
    # IAM
    "aws:iam/role:Role": _map(
        "iam.CreateRole",
        "AWS::IAM::Role",
        name="RoleName",
        assumeRolePolicy="AssumeRolePolicyDocument",
        permissionsBoundary="PermissionsBoundary",
        inlinePolicies="Policies",
        inlinePolicies__name="PolicyName",
    ),
    "aws:iam/rolePolicy:RolePolicy": _map(
        "iam.PutRolePolicy", "AWS::IAM::RolePolicy", name="PolicyName", policy="PolicyDocument", role="RoleName"
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _map("iam.AttachRolePolicy", "", role="RoleName"),
    "aws:iam/policy:Policy": _map(
        "iam.CreatePolicy", "AWS::IAM::ManagedPolicy", name="PolicyName", policy="PolicyDocument"
    ),
    "aws:iam/instanceProfile:InstanceProfile": _map(
        "iam.CreateInstanceProfile", "AWS::IAM::InstanceProfile", name="InstanceProfileName"
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _map(
        "iam.CreateOpenIDConnectProvider", "AWS::IAM::OIDCProvider"
    ),
    # Application Auto Scaling
    "aws:appautoscaling/target:Target": _map(
        "application-autoscaling.RegisterScalableTarget", "AWS::ApplicationAutoScaling::ScalableTarget"
    ),
    "aws:appautoscaling/policy:Policy": _map(
        "application-autoscaling.PutScalingPolicy", "AWS::ApplicationAutoScaling::ScalingPolicy", name="PolicyName"
    ),
    "aws:appautoscaling/scheduledAction:ScheduledAction": _map(
        "application-autoscaling.PutScheduledAction", name="ScheduledActionName"
    ),
    # ECS
    "aws:ecs/cluster:Cluster": _map("ecs.CreateCluster", "AWS::ECS::Cluster", configuration="Configuration"),
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": _map(
        "ecs.PutClusterCapacityProviders", "AWS::ECS::ClusterCapacityProviderAssociations"
    ),
    "aws:ecs/taskDefinition:TaskDefinition": _map(
        "ecs.RegisterTaskDefinition", "AWS::ECS::TaskDefinition", containerDefinitions=""
    ),
    "aws:ecs/service:Service": _map(
        "ecs.CreateService",
        "AWS::ECS::Service",
        name="ServiceName",
        deploymentCircuitBreaker="DeploymentConfiguration.DeploymentCircuitBreaker",
        deploymentMaximumPercent="DeploymentConfiguration.MaximumPercent",
        deploymentMinimumHealthyPercent="DeploymentConfiguration.MinimumHealthyPercent",
        iamRole="",
        orderedPlacementStrategies="PlacementStrategy",
        networkConfiguration="NetworkConfiguration.AwsvpcConfiguration",
    ),
    "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": _map(
        "servicediscovery.CreatePrivateDnsNamespace", "AWS::ServiceDiscovery::PrivateDnsNamespace"
    ),
    "aws:servicediscovery/httpNamespace:HttpNamespace": _map(
        "servicediscovery.CreateHttpNamespace", "AWS::ServiceDiscovery::HttpNamespace"
    ),
    "aws:servicediscovery/service:Service": _map("servicediscovery.CreateService", "AWS::ServiceDiscovery::Service"),
    # EC2 fleet
    "aws:ec2/launchTemplate:LaunchTemplate": _map(
        "ec2.CreateLaunchTemplate ec2.CreateLaunchTemplate:LaunchTemplateData",
        "AWS::EC2::LaunchTemplate AWS::EC2::LaunchTemplate:LaunchTemplateData",
        name="LaunchTemplateName",
        description="VersionDescription",
        userData="",
        kernelId="KernelId",
    ),
    "aws:autoscaling/group:Group": _map(
        "autoscaling.CreateAutoScalingGroup",
        "AWS::AutoScaling::AutoScalingGroup",
        name="AutoScalingGroupName",
        vpcZoneIdentifiers="",
        tags="Tags",
        initialLifecycleHooks="LifecycleHookSpecificationList",
        initialLifecycleHooks__name="LifecycleHookName",
        defaultCooldown="DefaultCooldown",
        instanceRefresh="",
    ),
    "aws:autoscaling/policy:Policy": _map(
        "autoscaling.PutScalingPolicy", "AWS::AutoScaling::ScalingPolicy", name="PolicyName"
    ),
    # ECR
    "aws:ecr/repository:Repository": _map("ecr.CreateRepository", "AWS::ECR::Repository", name="RepositoryName"),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _map(
        "ecr.PutLifecyclePolicy", "", repository="RepositoryName", policy="LifecyclePolicyText"
    ),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": _map(
        "ecr.SetRepositoryPolicy", "", repository="RepositoryName", policy="PolicyText"
    ),
    # Events and queues
    "aws:cloudwatch/eventBus:EventBus": _map("events.CreateEventBus", "AWS::Events::EventBus"),
    "aws:cloudwatch/eventRule:EventRule": _map("events.PutRule", "AWS::Events::Rule"),
    "aws:cloudwatch/eventTarget:EventTarget": _map(
        "events.PutTargets events.PutTargets:Targets",
        "AWS::Events::Rule:Targets",
        targetId="Id",
        ecsTarget="EcsParameters",
        sqsTarget="SqsParameters",
        httpTarget="HttpParameters",
        kinesisTarget="KinesisParameters",
        batchTarget="BatchParameters",
        redshiftTarget="RedshiftDataParameters",
        sagemakerPipelineTarget="SageMakerPipelineParameters",
        appsyncTarget="AppSyncParameters",
        runCommandTargets="RunCommandParameters.RunCommandTargets",
        inputTransformer__inputPaths="InputPathsMap",
    ),
    "aws:cloudwatch/eventArchive:EventArchive": _map(
        "events.CreateArchive", "AWS::Events::Archive", name="ArchiveName"
    ),
    "aws:scheduler/schedule:Schedule": _map("scheduler.CreateSchedule", "AWS::Scheduler::Schedule"),
    "aws:sqs/queue:Queue": _map(
        "",
        "AWS::SQS::Queue",
        name="QueueName",
        visibilityTimeoutSeconds="VisibilityTimeout",
        messageRetentionSeconds="MessageRetentionPeriod",
        maxMessageSize="MaximumMessageSize",
        delaySeconds="DelaySeconds",
        receiveWaitTimeSeconds="ReceiveMessageWaitTimeSeconds",
    ),
    "aws:sqs/queuePolicy:QueuePolicy": _map("", "AWS::SQS::QueuePolicy"),
    "aws:sqs/redrivePolicy:RedrivePolicy": _map("", "AWS::SQS::Queue"),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": _map("", "AWS::SQS::Queue"),
    # DynamoDB
    "aws:dynamodb/table:Table": _map(
        "dynamodb.CreateTable dynamodb.UpdateTimeToLive",
        "AWS::DynamoDB::Table",
        name="TableName",
        attributes="AttributeDefinitions",
        attributes__name="AttributeName",
        attributes__type="AttributeType",
        hashKey="AttributeDefinitions.AttributeName",
        rangeKey="AttributeDefinitions.AttributeName",
        streamViewType="StreamSpecification.StreamViewType",
        ttl="TimeToLiveSpecification",
        pointInTimeRecovery="PointInTimeRecoverySpecification",
        serverSideEncryption="SSESpecification",
        globalSecondaryIndexes__name="IndexName",
        globalSecondaryIndexes__projectionType="Projection.ProjectionType",
        globalSecondaryIndexes__nonKeyAttributes="Projection.NonKeyAttributes",
        globalSecondaryIndexes__keySchemas="KeySchema",
        localSecondaryIndexes__name="IndexName",
        localSecondaryIndexes__projectionType="Projection.ProjectionType",
        localSecondaryIndexes__nonKeyAttributes="Projection.NonKeyAttributes",
        readCapacity="ProvisionedThroughput.ReadCapacityUnits",
        writeCapacity="ProvisionedThroughput.WriteCapacityUnits",
        globalSecondaryIndexes__readCapacity="ProvisionedThroughput.ReadCapacityUnits",
        globalSecondaryIndexes__writeCapacity="ProvisionedThroughput.WriteCapacityUnits",
        globalSecondaryIndexes__hashKey="KeySchema.AttributeName",
        globalSecondaryIndexes__rangeKey="KeySchema.AttributeName",
        localSecondaryIndexes__rangeKey="KeySchema.AttributeName",
    ),
    "aws:dynamodb/contributorInsights:ContributorInsights": _map("dynamodb.UpdateContributorInsights"),
    "aws:dax/cluster:Cluster": _map(
        "dax.CreateCluster",
        "AWS::DAX::Cluster",
        serverSideEncryption="SSESpecification",
        notificationTopicArn="",
        nodeType="aws_dax_cluster/nodetype_enum:",
        maintenanceWindow="PreferredMaintenanceWindow",
    ),
    # RDS
    "aws:rds/instance:Instance": _map(
        "rds.CreateDBInstance",
        "AWS::RDS::DBInstance",
        identifier="DBInstanceIdentifier",
        instanceClass="aws_rds_dbinstance/dbinstanceclass_enum:DBInstanceClass",
        username="MasterUsername",
        password="MasterUserPassword",  # noqa: S106 - a name
        backupWindow="PreferredBackupWindow",
        maintenanceWindow="PreferredMaintenanceWindow",
        caCertIdentifier="CACertificateIdentifier",
        parameterGroupName="DBParameterGroupName",
        iamDatabaseAuthenticationEnabled="EnableIAMDatabaseAuthentication",
        enabledCloudwatchLogsExports="EnableCloudwatchLogsExports",
        engine="aws_rds_dbinstance/engine_version:Engine",
    ),
    "aws:rds/subnetGroup:SubnetGroup": _map(
        "rds.CreateDBSubnetGroup",
        "AWS::RDS::DBSubnetGroup",
        name="DBSubnetGroupName",
        description="DBSubnetGroupDescription",
    ),
    "aws:rds/parameterGroup:ParameterGroup": _map(
        "rds.CreateDBParameterGroup rds.ModifyDBParameterGroup",
        "AWS::RDS::DBParameterGroup",
        name="DBParameterGroupName",
        family="DBParameterGroupFamily",
        parameters__name="ParameterName",
        parameters__value="ParameterValue",
    ),
    "aws:rds/proxy:Proxy": _map("rds.CreateDBProxy", "AWS::RDS::DBProxy", name="DBProxyName", auths="Auth"),
    "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": _map(
        "rds.ModifyDBProxyTargetGroup",
        "AWS::RDS::DBProxyTargetGroup",
        connectionPoolConfig="ConnectionPoolConfig",
    ),
    "aws:rds/proxyTarget:ProxyTarget": _map("rds.RegisterDBProxyTargets"),
    "aws:rds/cluster:Cluster": _map(
        "rds.CreateDBCluster",
        "AWS::RDS::DBCluster",
        clusterIdentifier="DBClusterIdentifier",
        dbClusterInstanceClass="DBClusterInstanceClass",
        serverlessv2ScalingConfiguration="ServerlessV2ScalingConfiguration",
        availabilityZones="AvailabilityZones",
        caCertificateIdentifier="CACertificateIdentifier",
        enabledCloudwatchLogsExports="EnableCloudwatchLogsExports",
        engine="aws_rds_dbcluster/engine_version:Engine",
    ),
    "aws:rds/clusterInstance:ClusterInstance": _map(
        "rds.CreateDBInstance",
        "AWS::RDS::DBInstance",
        identifier="DBInstanceIdentifier",
        instanceClass="aws_rds_dbinstance/dbinstanceclass_enum:DBInstanceClass",
        clusterIdentifier="DBClusterIdentifier",
        caCertIdentifier="CACertificateIdentifier",
        engine="aws_rds_dbinstance/engine_version:Engine",
    ),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": _map(
        "rds.CreateDBClusterParameterGroup rds.ModifyDBClusterParameterGroup",
        "AWS::RDS::DBClusterParameterGroup",
        name="DBClusterParameterGroupName",
        family="DBParameterGroupFamily",
        parameters__name="ParameterName",
        parameters__value="ParameterValue",
    ),
    "aws:rds/globalCluster:GlobalCluster": _map("rds.CreateGlobalCluster", "AWS::RDS::GlobalCluster"),
    # OpenSearch Serverless
    "aws:opensearch/serverlessCollection:ServerlessCollection": _map(
        "opensearchserverless.CreateCollection", "AWS::OpenSearchServerless::Collection"
    ),
    "aws:opensearch/serverlessCollectionGroup:ServerlessCollectionGroup": _map(
        "opensearchserverless.CreateCollectionGroup", "AWS::OpenSearchServerless::CollectionGroup"
    ),
    "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy": _map(
        "opensearchserverless.CreateSecurityPolicy", "AWS::OpenSearchServerless::SecurityPolicy"
    ),
    "aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy": _map(
        "opensearchserverless.CreateAccessPolicy", "AWS::OpenSearchServerless::AccessPolicy"
    ),
    "aws:opensearch/serverlessVpcEndpoint:ServerlessVpcEndpoint": _map(
        "opensearchserverless.CreateVpcEndpoint", "AWS::OpenSearchServerless::VpcEndpoint"
    ),
    # ElastiCache
    "aws:elasticache/replicationGroup:ReplicationGroup": _map(
        "elasticache.CreateReplicationGroup",
        "AWS::ElastiCache::ReplicationGroup",
        description="ReplicationGroupDescription",
        nodeType="aws_elasticache_cachecluster/cachenodetype_enum:",
        parameterGroupName="CacheParameterGroupName",
        subnetGroupName="CacheSubnetGroupName",
        snapshotWindow="SnapshotWindow",
        maintenanceWindow="PreferredMaintenanceWindow",
    ),
    "aws:elasticache/subnetGroup:SubnetGroup": _map(
        "elasticache.CreateCacheSubnetGroup",
        "AWS::ElastiCache::SubnetGroup",
        name="CacheSubnetGroupName",
        description="CacheSubnetGroupDescription",
    ),
    "aws:elasticache/parameterGroup:ParameterGroup": _map(
        "elasticache.CreateCacheParameterGroup",
        "AWS::ElastiCache::ParameterGroup",
        name="CacheParameterGroupName",
        family="CacheParameterGroupFamily",
    ),
    "aws:elasticache/serverlessCache:ServerlessCache": _map(
        "elasticache.CreateServerlessCache", "AWS::ElastiCache::ServerlessCache", name="ServerlessCacheName"
    ),
    "aws:elasticache/user:User": _map("elasticache.CreateUser", "AWS::ElastiCache::User"),
    "aws:elasticache/userGroup:UserGroup": _map("elasticache.CreateUserGroup", "AWS::ElastiCache::UserGroup"),
    # S3
    "aws:s3/bucket:Bucket": _map("s3.CreateBucket", _S3, bucket="", acl="ACL", tags="Tags"),
    "aws:s3/bucketVersioning:BucketVersioning": _map(
        "s3.PutBucketVersioning",
        _S3,
        bucket="BucketName",
        versioningConfiguration__mfaDelete="MFADelete",
        versioningConfiguration__status="",
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _map(
        "s3.PutBucketEncryption s3.PutBucketEncryption:ServerSideEncryptionConfiguration",
        f"{_S3} {_S3}:BucketEncryption",
        bucket="BucketName",
        rules__applyServerSideEncryptionByDefault__kmsMasterKeyId="",
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _map("s3.PutPublicAccessBlock", _S3, bucket="BucketName"),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _map(
        "s3.PutBucketOwnershipControls s3.PutBucketOwnershipControls:OwnershipControls", _S3, bucket="BucketName"
    ),
    "aws:s3/bucketPolicy:BucketPolicy": _map("s3.PutBucketPolicy", "AWS::S3::BucketPolicy", bucket="Bucket"),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _map(
        "s3.PutBucketLifecycleConfiguration s3.PutBucketLifecycleConfiguration:LifecycleConfiguration",
        f"{_S3} {_S3}:LifecycleConfiguration",
        bucket="BucketName",
        rules__noncurrentVersionTransitions__newerNoncurrentVersions="NewerNoncurrentVersions",
        rules__expiration="Expiration",
    ),
    "aws:s3/bucketLogging:BucketLogging": _map(
        "s3.PutBucketLogging s3.PutBucketLogging:BucketLoggingStatus.LoggingEnabled", _S3, bucket="BucketName"
    ),
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": _map(
        "s3.PutBucketCors:CORSConfiguration", f"{_S3} {_S3}:CorsConfiguration", bucket="BucketName"
    ),
    "aws:s3/bucketNotification:BucketNotification": _map(
        "s3.PutBucketNotificationConfiguration s3.PutBucketNotificationConfiguration:NotificationConfiguration",
        _S3,
        bucket="BucketName",
        lambdaFunctions="LambdaFunctionConfigurations",
        queues="QueueConfigurations",
        topics="TopicConfigurations",
    ),
    "aws:s3/bucketMetric:BucketMetric": _map("s3.PutBucketMetricsConfiguration", _S3, bucket="BucketName", name="Id"),
    "aws:s3/bucketAccelerateConfiguration:BucketAccelerateConfiguration": _map(
        "s3.PutBucketAccelerateConfiguration:AccelerateConfiguration", _S3, bucket="BucketName"
    ),
    "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration": _map(
        "s3.PutBucketIntelligentTieringConfiguration:IntelligentTieringConfiguration",
        _S3,
        bucket="BucketName",
        name="Id",
    ),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": _map(
        "s3.PutBucketReplication s3.PutBucketReplication:ReplicationConfiguration",
        f"{_S3} {_S3}:ReplicationConfiguration",
        bucket="BucketName",
    ),
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": _map("s3control.PutPublicAccessBlock"),
    "aws:s3/bucketObjectv2:BucketObjectv2": _map("s3.PutObject", "", bucket=""),
    # Keys, secrets, parameters
    "aws:kms/key:Key": _map(
        "kms.CreateKey kms.EnableKeyRotation kms.ScheduleKeyDeletion",
        "AWS::KMS::Key",
        customerMasterKeySpec="KeySpec",
        deletionWindowInDays="PendingWindowInDays",
        customKeyStoreId="CustomKeyStoreId",
    ),
    "aws:kms/alias:Alias": _map("kms.CreateAlias", "AWS::KMS::Alias", name="AliasName", targetKeyId="TargetKeyId"),
    "aws:secretsmanager/secret:Secret": _map(
        "secretsmanager.CreateSecret", "AWS::SecretsManager::Secret", replicas="AddReplicaRegions", policy=""
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": _map("secretsmanager.PutSecretValue", "", secretBinary=""),
    "aws:secretsmanager/secretRotation:SecretRotation": _map(
        "secretsmanager.RotateSecret", "AWS::SecretsManager::RotationSchedule"
    ),
    "aws:ssm/parameter:Parameter": _map("ssm.PutParameter", "AWS::SSM::Parameter", value="", keyId="KeyId"),
    # Monitoring
    "aws:cloudwatch/logGroup:LogGroup": _map(
        "logs.CreateLogGroup logs.PutRetentionPolicy",
        "AWS::Logs::LogGroup",
        name="LogGroupName",
        retentionInDays="RetentionInDays",
    ),
    "aws:cloudwatch/logStream:LogStream": _map("logs.CreateLogStream", "AWS::Logs::LogStream", name="LogStreamName"),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": _map(
        "logs.PutMetricFilter",
        "AWS::Logs::MetricFilter",
        name="FilterName",
        pattern="FilterPattern",
        metricTransformation="MetricTransformations",
        metricTransformation__name="MetricName",
        metricTransformation__namespace="MetricNamespace",
        metricTransformation__value="MetricValue",
    ),
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": _map(
        "logs.PutSubscriptionFilter", "AWS::Logs::SubscriptionFilter", name="FilterName", logGroup="LogGroupName"
    ),
    "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": _map("logs.PutDataProtectionPolicy"),
    "aws:cloudwatch/queryDefinition:QueryDefinition": _map("logs.PutQueryDefinition", "AWS::Logs::QueryDefinition"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _map(
        "cloudwatch.PutMetricAlarm",
        "AWS::CloudWatch::Alarm",
        name="AlarmName",
        metricQueries="Metrics",
        metricQueries__metric="MetricStat",
        metricQueries__metric__metricName="Metric.MetricName",
        metricQueries__metric__namespace="Metric.Namespace",
        metricQueries__metric__dimensions="Metric.Dimensions",
    ),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _map(
        "cloudwatch.PutCompositeAlarm", "AWS::CloudWatch::CompositeAlarm"
    ),
    "aws:cloudwatch/logDelivery:LogDelivery": _map("logs.CreateDelivery", "AWS::Logs::Delivery"),
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": _map(
        "logs.PutDeliveryDestination", "AWS::Logs::DeliveryDestination"
    ),
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": _map("logs.PutDeliverySource", "AWS::Logs::DeliverySource"),
    "aws:cloudwatch/dashboard:Dashboard": _map("cloudwatch.PutDashboard", "AWS::CloudWatch::Dashboard"),
    "aws:synthetics/canary:Canary": _map(
        "synthetics.CreateCanary",
        "AWS::Synthetics::Canary",
        handler="Code.Handler",
        s3Bucket="Code.S3Bucket",
        s3Key="Code.S3Key",
        s3Version="Code.S3Version",
        zipFile="",
        artifactConfig="ArtifactConfig",
        artifactConfig__s3Encryption="S3Encryption",
        successRetentionPeriod="SuccessRetentionPeriodInDays",
        failureRetentionPeriod="FailureRetentionPeriodInDays",
    ),
    "aws:sns/topic:Topic": _map("", "AWS::SNS::Topic", name="TopicName", kmsMasterKeyId="KmsMasterKeyId"),
    "aws:sns/topicPolicy:TopicPolicy": _map("", "AWS::SNS::TopicPolicy"),
    "aws:sns/topicSubscription:TopicSubscription": _map("sns.Subscribe", "AWS::SNS::Subscription", topic="TopicArn"),
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": _map(
        "chatbot.CreateSlackChannelConfiguration", "AWS::Chatbot::SlackChannelConfiguration"
    ),
    # Budget and account
    "aws:budgets/budget:Budget": _map(
        "budgets.CreateBudget:Budget",
        "AWS::Budgets::Budget:Budget",
        name="BudgetName",
        limitAmount="BudgetLimit.Amount",
        limitUnit="BudgetLimit.Unit",
        timePeriodStart="",
        timePeriodEnd="",
        costFilters="",
    ),
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": _map(
        "ce.CreateAnomalyMonitor:AnomalyMonitor",
        "AWS::CE::AnomalyMonitor",
        name="MonitorName",
        monitorSpecification="",
    ),
    "aws:costexplorer/anomalySubscription:AnomalySubscription": _map(
        "ce.CreateAnomalySubscription:AnomalySubscription",
        "AWS::CE::AnomalySubscription",
        name="SubscriptionName",
        monitorArnLists="MonitorArnList",
        thresholdExpression="",
    ),
    "aws:costexplorer/costAllocationTag:CostAllocationTag": _map(
        "ce.UpdateCostAllocationTagsStatus:CostAllocationTagsStatus"
    ),
    "aws:cloudtrail/trail:Trail": _map(
        "cloudtrail.CreateTrail cloudtrail.PutEventSelectors cloudtrail.PutInsightSelectors", "AWS::CloudTrail::Trail"
    ),
    "aws:cfg/recorder:Recorder": _map(
        "config.PutConfigurationRecorder:ConfigurationRecorder", "AWS::Config::ConfigurationRecorder"
    ),
    "aws:cfg/deliveryChannel:DeliveryChannel": _map(
        "config.PutDeliveryChannel:DeliveryChannel",
        "AWS::Config::DeliveryChannel",
        snapshotDeliveryProperties="ConfigSnapshotDeliveryProperties",
    ),
    "aws:cfg/recorderStatus:RecorderStatus": _map(
        "config.StartConfigurationRecorder", "", name="ConfigurationRecorderName"
    ),
    "aws:cfg/rule:Rule": _map("config.PutConfigRule:ConfigRule", "AWS::Config::ConfigRule", name="ConfigRuleName"),
    "aws:guardduty/detector:Detector": _map("guardduty.CreateDetector", "AWS::GuardDuty::Detector"),
    "aws:guardduty/detectorFeature:DetectorFeature": _map("guardduty.UpdateDetector:Features"),
    "aws:xray/samplingRule:SamplingRule": _map("xray.CreateSamplingRule:SamplingRule", "", resourceArn=""),
    # Progressive deployment
    "aws:codedeploy/application:Application": _map(
        "codedeploy.CreateApplication", "AWS::CodeDeploy::Application", name="ApplicationName"
    ),
    "aws:codedeploy/deploymentConfig:DeploymentConfig": _map(
        "codedeploy.CreateDeploymentConfig",
        "AWS::CodeDeploy::DeploymentConfig",
        trafficRoutingConfig__timeBasedCanary__interval="CanaryInterval",
        trafficRoutingConfig__timeBasedCanary__percentage="CanaryPercentage",
        trafficRoutingConfig__timeBasedLinear__interval="LinearInterval",
        trafficRoutingConfig__timeBasedLinear__percentage="LinearPercentage",
    ),
    "aws:codedeploy/deploymentGroup:DeploymentGroup": _map(
        "codedeploy.CreateDeploymentGroup",
        "AWS::CodeDeploy::DeploymentGroup",
        appName="ApplicationName",
        ecsService="EcsServices",
        ec2TagSets="Ec2TagSet.Ec2TagSetList",
    ),
    # Backup
    "aws:backup/vault:Vault": _map("backup.CreateBackupVault", "AWS::Backup::BackupVault", name="BackupVaultName"),
    "aws:backup/plan:Plan": _map(
        "backup.CreateBackupPlan:BackupPlan",
        "AWS::Backup::BackupPlan:BackupPlan",
        name="BackupPlanName",
        rules__schedule="ScheduleExpression",
        rules__startWindow="StartWindowMinutes",
        rules__completionWindow="CompletionWindowMinutes",
        rules__targetVaultName="TargetBackupVaultName",
        rules__scheduleExpressionTimezone="ScheduleExpressionTimezone",
        rules__lifecycle__coldStorageAfter="MoveToColdStorageAfterDays",
        rules__lifecycle__deleteAfter="DeleteAfterDays",
    ),
    "aws:backup/selection:Selection": _map(
        "backup.CreateBackupSelection backup.CreateBackupSelection:BackupSelection",
        "AWS::Backup::BackupSelection:BackupSelection",
        name="SelectionName",
        planId="BackupPlanId",
        selectionTags="ListOfTags",
        selectionTags__type="ConditionType",
        selectionTags__key="ConditionKey",
        selectionTags__value="ConditionValue",
    ),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": _map(
        "backup.PutBackupVaultLockConfiguration", "AWS::Backup::BackupVault:LockConfiguration"
    ),
}
