"""Cases for containers, the edge, messages, logs, functions, APIs and user pools."""

from __future__ import annotations

import json
from typing import Any

from guardrails.services import api, containers, edge, messaging, observability, serverless
from tests.policy.build import Case, Spec, one, r
from tests.policy.cases.data import allow, document

SECRET_VALUE = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
GOOD: dict[str, Any] = {
    "name": "app",
    "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1f0c",
    "user": "1000",
    "readonlyRootFilesystem": True,
    "environment": [{"name": "LOG_LEVEL", "value": "INFO"}],
    "secrets": [{"name": "DB_PASSWORD", "valueFrom": "arn:aws:secretsmanager:us-east-1:1:secret:x"}],
    "logConfiguration": {"logDriver": "awslogs"},
}


def task(task_props: dict[str, Any] | None = None, **container: Any) -> dict[str, Any]:
    """A task definition with one container, changed; ``None`` removes a key."""
    changed = {key: value for key, value in {**GOOD, **container}.items() if value is not None}
    return {"containerDefinitions": json.dumps([changed]), **(task_props or {})}


def container_case(*bad: dict[str, Any]) -> Case:
    """A case about containers; what is not JSON is refused by each of them."""
    return one(containers.TASK, task(), *bad, {"containerDefinitions": "nonsense"}, {"containerDefinitions": "{}"})


def environment(name: str, value: str) -> list[dict[str, str]]:
    """One environment variable."""
    return [{"name": name, "value": value}]


HOST = {"networkMode": "host"}
WINDOWS = {"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}}
REPOSITORY = r(containers.REPOSITORY, {}, "repo")
TASK_LINKED = r(containers.TASK, task(), "t", taskRoleArn="role", executionRoleArn="role")
ROLE = r("aws:iam/role:Role", {}, "role")
INSIGHTS = "containerInsights"
BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}

CONTAINERS = {
    "ECS.1": container_case(task(HOST, user=None)),
    "ECS.2": one(containers.SERVICE, {}, {"networkConfiguration": {"assignPublicIp": True, "subnets": ["s"]}}),
    "ECS.3": one(containers.TASK, task(), task({"pidMode": "host"})),
    "ECS.4": container_case(task(privileged=True)),
    "ECS.5": container_case(task(readonlyRootFilesystem=None), task(readonlyRootFilesystem=False)),
    "ECS.8": container_case(
        task(environment=environment("AWS_SECRET_ACCESS_KEY", "x")),
        task(environment=environment("DB_PASSWORD", "correct-horse")),
        task(environment=environment("ANYTHING", SECRET_VALUE)),
        task(environment=environment("DATABASE_URL", "postgres://app:hunter2@db/app")),
    ),
    "ECS.9": container_case(task(logConfiguration=None)),
    "ECS.10": one(containers.SERVICE, {}, {"platformVersion": "1.3.0"}),
    "ECS.12": one(
        containers.CLUSTER,
        {"settings": [{"name": INSIGHTS, "value": "enabled"}]},
        {},
        {"settings": [{"name": INSIGHTS, "value": "disabled"}]},
    ),
    "ECS.16": one("aws:ecs/taskSet:TaskSet", {}, {"networkConfiguration": {"assignPublicIp": True, "subnets": ["s"]}}),
    "ECS.17": one(containers.TASK, task({"networkMode": "awsvpc"}), task(HOST)),
    "ECS.18": one(
        containers.TASK,
        task({"volumes": [{"name": "v", "efsVolumeConfiguration": {"transitEncryption": "ENABLED"}}]}),
        task({"volumes": [{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs"}}]}),
    ),
    "ECS.19": one(
        "aws:ecs/capacityProvider:CapacityProvider",
        {"autoScalingGroupProvider": {"managedTerminationProtection": "ENABLED"}},
        {"autoScalingGroupProvider": {"autoScalingGroupArn": "g"}},
    ),
    "ECS.20": container_case(task(user=None), task(user="0:0")),
    "ECS.21": container_case(task(WINDOWS, user=None)),
    "P.ECS.image": container_case(task(image="nginx:latest"), task(image="nginx"), task(image="registry:5000/app")),
    "P.ECS.exec-log": one(
        containers.CLUSTER,
        {},
        {"configuration": {"executeCommandConfiguration": {"logging": "NONE"}}},
    ),
    "P.ECS.exec-off": one(containers.SERVICE, {}, {"enableExecuteCommand": True}),
    "P.ECS.roles": Case(
        ok=((r(containers.TASK, task({"taskRoleArn": "a", "executionRoleArn": "b"})),),),
        bad=((TASK_LINKED, ROLE), (r(containers.TASK, task({"taskRoleArn": "a", "executionRoleArn": "a"})),)),
    ),
    "P.ECS.rollback": one(containers.SERVICE, BREAKER, {}, {"deploymentCircuitBreaker": {"enable": True}}),
    "ECR.1": Case(
        ok=(
            (r(containers.REPOSITORY, {"imageScanningConfiguration": {"scanOnPush": True}}),),
            (REPOSITORY, r(containers.SCANNING, {"scanType": "ENHANCED"}, "scan")),
        ),
        bad=((REPOSITORY,),),
    ),
    "ECR.2": one(containers.REPOSITORY, {"imageTagMutability": "IMMUTABLE"}, {}, {"imageTagMutability": "MUTABLE"}),
    "ECR.3": Case(ok=((REPOSITORY, r(containers.ECR_LIFECYCLE, {}, "l", repository="repo")),), bad=((REPOSITORY,),)),
    "ECR.5": one(
        containers.REPOSITORY,
        {"encryptionConfigurations": [{"encryptionType": "KMS"}]},
        {},
        {"encryptionConfigurations": [{"encryptionType": "AES256"}]},
    ),
    "P.ECR.open": one(
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        {"policy": document(allow({"AWS": "123456789012"}, "ecr:BatchGetImage"))},
        {"policy": document(allow("*", "ecr:BatchGetImage"))},
    ),
}

S3_ORIGIN = {"originId": "s3", "domainName": "b.s3.us-east-1.amazonaws.com", "originAccessControlId": "oac"}
CUSTOM = {"httpPort": 80, "httpsPort": 443, "originProtocolPolicy": "https-only", "originSslProtocols": ["TLSv1.2"]}


def behavior(**changes: Any) -> dict[str, Any]:
    """A distribution with one behaviour."""
    return {"defaultCacheBehavior": {"viewerProtocolPolicy": "redirect-to-https", "targetOriginId": "s3", **changes}}


def origin(**changes: Any) -> dict[str, Any]:
    """A distribution with one custom origin."""
    return {
        "origins": [{"originId": "api", "domainName": "api.example.com", "customOriginConfig": {**CUSTOM, **changes}}]
    }


def certificate(**changes: Any) -> dict[str, Any]:
    """A distribution with a certificate of its own."""
    base = {"acmCertificateArn": "c", "sslSupportMethod": "sni-only", "minimumProtocolVersion": "TLSv1.2_2021"}
    return {"viewerCertificate": {**base, **changes}}


D = r(edge.DISTRIBUTION, {}, "d")
FUNCTION_ORIGIN = {"originId": "f", "domainName": "x.lambda-url.us-east-1.on.aws"}
ACL = r(edge.WEB_ACL, {}, "acl")
VISIBLE = {"visibilityConfig": {"cloudwatchMetricsEnabled": True, "metricName": "m", "sampledRequestsEnabled": True}}
HIDDEN = {"visibilityConfig": {"cloudwatchMetricsEnabled": False, "metricName": "m", "sampledRequestsEnabled": True}}
ZONE = r(edge.ZONE, {"name": "example.com"}, "z")

EDGE = {
    "CloudFront.1": one(
        edge.DISTRIBUTION, {"defaultRootObject": "index.html", "origins": [S3_ORIGIN]}, {"origins": [S3_ORIGIN]}
    ),
    "CloudFront.3": one(
        edge.DISTRIBUTION,
        behavior(),
        behavior(viewerProtocolPolicy="allow-all"),
        {**behavior(), "orderedCacheBehaviors": [{"viewerProtocolPolicy": "allow-all", "pathPattern": "/x"}]},
    ),
    "CloudFront.4": one(edge.DISTRIBUTION, {"originGroups": [{"originId": "g"}]}, {}),
    "CloudFront.5": Case(
        ok=((D.but(loggingConfig={"bucket": "b"}),), (D, r(edge.DELIVERY, {}, "l", resourceArn="d"))), bad=((D,),)
    ),
    "CloudFront.6": one(edge.DISTRIBUTION, {"webAclId": "acl"}, {}),
    "CloudFront.7": one(
        edge.DISTRIBUTION, certificate(), {"viewerCertificate": {"cloudfrontDefaultCertificate": True}}
    ),
    "CloudFront.8": one(edge.DISTRIBUTION, certificate(), certificate(sslSupportMethod="vip")),
    "CloudFront.9": one(edge.DISTRIBUTION, origin(), origin(originProtocolPolicy="http-only")),
    "CloudFront.10": one(edge.DISTRIBUTION, origin(), origin(originSslProtocols=["SSLv3", "TLSv1.2"])),
    "CloudFront.12": Case(
        ok=((r(edge.DISTRIBUTION, {"origins": [S3_ORIGIN]}), r(edge.BUCKET, {"bucket": "b"}, "b")),),
        bad=((r(edge.DISTRIBUTION, {"origins": [S3_ORIGIN]}),),),
    ),
    "CloudFront.13": one(
        edge.DISTRIBUTION,
        {"origins": [S3_ORIGIN]},
        {"origins": [{"originId": "s3", "domainName": "b.s3.amazonaws.com"}]},
    ),
    "CloudFront.15": one(
        edge.DISTRIBUTION,
        certificate(),
        certificate(minimumProtocolVersion="TLSv1"),
        certificate(minimumProtocolVersion=None),
    ),
    "CloudFront.16": Case(
        ok=((r(edge.DISTRIBUTION, {"origins": [{**FUNCTION_ORIGIN, "originAccessControlId": "x"}]}),),),
        bad=(
            (r(edge.DISTRIBUTION, {"origins": [FUNCTION_ORIGIN]}),),
            (
                Spec(
                    edge.DISTRIBUTION,
                    {"origins": [{**FUNCTION_ORIGIN, "originAccessControlId": "x"}]},
                    links={"origins": "oac"},
                ),
                r(edge.ORIGIN_ACCESS, {"originAccessControlOriginType": "s3"}, "oac"),
            ),
        ),
    ),
    "CloudFront.17": one(edge.DISTRIBUTION, behavior(trustedKeyGroups=["g"]), behavior()),
    "P.CF.signers": one(edge.DISTRIBUTION, behavior(), behavior(trustedSigners=["self"])),
    "P.CF.geo": one(
        edge.DISTRIBUTION,
        {"restrictions": {"geoRestriction": {"restrictionType": "whitelist"}}},
        {"restrictions": {"geoRestriction": {"restrictionType": "none"}}},
    ),
    "P.CF.headers": one(edge.DISTRIBUTION, behavior(responseHeadersPolicyId="h"), behavior()),
    "P.CF.vpc-origin": one(
        "aws:cloudfront/vpcOrigin:VpcOrigin",
        {"vpcOriginEndpointConfig": {"originProtocolPolicy": "https-only"}},
        {"vpcOriginEndpointConfig": {"originProtocolPolicy": "http-only"}},
    ),
    "WAF.10": one(edge.WEB_ACL, {"rules": [{"name": "x", "priority": 1}]}, {}, {"rules": []}),
    "WAF.11": Case(ok=((ACL, r(edge.WAF_LOGGING, {}, "l", resourceArn="acl")),), bad=((ACL,),)),
    "WAF.12": one(edge.WEB_ACL, VISIBLE, HIDDEN, {**VISIBLE, "rules": [{"name": "x", "priority": 1, **HIDDEN}]}),
    "P.WAF.log4j": one(
        edge.WEB_ACL,
        {"rules": [{"statement": {"managedRuleGroupStatement": {"name": "AWSManagedRulesKnownBadInputsRuleSet"}}}]},
        {},
        {"rules": [{"statement": {"managedRuleGroupStatement": {"name": "AWSManagedRulesCommonRuleSet"}}}]},
    ),
    "P.WAF.rate": one(edge.WEB_ACL, {"rules": [{"statement": {"rateBasedStatement": {"limit": 1000}}}]}, {}),
    "ACM.1": one(
        edge.CERTIFICATE, {"validationMethod": "DNS"}, {"validationMethod": "EMAIL"}, {"certificateBody": "x"}
    ),
    "ACM.2": one(edge.CERTIFICATE, {}, {"keyAlgorithm": "RSA_1024"}),
    "Route53.2": Case(
        ok=((ZONE, r(edge.QUERY_LOG, {}, "q", zoneId="z")), (ZONE.but(vpcs=[{"vpcId": "v"}]),)), bad=((ZONE,),)
    ),
    "P.R53.dnssec": Case(ok=((ZONE, r(edge.DNSSEC, {}, "s", hostedZoneId="z")),), bad=((ZONE,),)),
}

TLS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": ["sns:Publish", "sqs:SendMessage"],
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
TOPIC, QUEUE, BUS = r(messaging.TOPIC, {}, "t"), r(messaging.QUEUE, {}, "q"), r(messaging.BUS, {"name": "b"}, "b")
EVERYBODY, ACCOUNT = (
    {"policy": document(allow("*", "x:Y"))},
    {"policy": document(allow({"AWS": "123456789012"}, "x:Y"))},
)

MESSAGES = {
    "SNS.1": one(messaging.TOPIC, {"kmsMasterKeyId": "key"}, {}),
    "SNS.4": one(messaging.TOPIC_POLICY, ACCOUNT, EVERYBODY),
    "P.SNS.tls": Case(
        ok=((TOPIC, r(messaging.TOPIC_POLICY, {"policy": document(TLS)}, "p", arn="t")),),
        bad=((TOPIC,), (TOPIC, r(messaging.TOPIC_POLICY, ACCOUNT, "p", arn="t"))),
    ),
    "SQS.1": one(messaging.QUEUE, {}, {"sqsManagedSseEnabled": False}),
    "SQS.3": one(messaging.QUEUE_POLICY, ACCOUNT, EVERYBODY),
    "P.SQS.tls": Case(
        ok=((QUEUE, r(messaging.QUEUE_POLICY, {"policy": document(TLS)}, "p", queueUrl="q")),),
        bad=((QUEUE,), (QUEUE, r(messaging.QUEUE_POLICY, ACCOUNT, "p", queueUrl="q"))),
    ),
    "P.SQS.dlq": Case(ok=((QUEUE, r(messaging.QUEUE, {}, "work", redrivePolicy="q")),), bad=((QUEUE,),)),
    "EventBridge.3": Case(ok=((BUS, r(messaging.BUS_POLICY, {"eventBusName": "b"}, "p")),), bad=((BUS,),)),
    "EventBridge.4": one(
        "aws:cloudwatch/eventEndpoint:EventEndpoint", {}, {"replicationConfig": {"state": "DISABLED"}}
    ),
    "P.EB.open-bus": one(messaging.BUS_POLICY, ACCOUNT, EVERYBODY),
    "P.EB.kms": one(messaging.BUS, {"kmsKeyIdentifier": "key"}, {}),
    "CloudWatch.15": Case(
        ok=(
            (r(observability.ALARM, {"alarmActions": ["t"]}, "a"),),
            (
                r(observability.ALARM, {"name": "part"}, "a"),
                r(observability.COMPOSITE, {"alarmRule": 'ALARM("part") OR ALARM("x")', "alarmActions": ["t"]}, "c"),
            ),
        ),
        bad=(
            (r(observability.ALARM, {}, "a"),),
            (r(observability.ALARM, {"alarmActions": []}, "a"),),
            (
                r(observability.ALARM, {"name": "part"}, "a"),
                r(observability.COMPOSITE, {"alarmRule": 'ALARM("other-part")', "alarmActions": ["t"]}, "c"),
            ),
        ),
    ),
    "CloudWatch.16": one(observability.LOG_GROUP, {"retentionInDays": 365}, {}, {"retentionInDays": 30}),
    "CloudWatch.17": one(observability.ALARM, {}, {"actionsEnabled": False}),
    "P.CW.retention": one(observability.LOG_GROUP, {"retentionInDays": 7}, {}, {"retentionInDays": 0}),
    "P.CW.log-kms": one(observability.LOG_GROUP, {"kmsKeyId": "key"}, {}),
}

F = r(serverless.FUNCTION, {}, "f")
CALLED = r(serverless.PERMISSION, {"principal": "events.amazonaws.com"}, "p", function="f")
SUBNET_A = r("aws:ec2/subnet:Subnet", {"availabilityZone": "us-east-1a"}, "a")
SUBNET_B = r("aws:ec2/subnet:Subnet", {"availabilityZone": "us-east-1b"}, "b")


def inside(*subnets: str) -> Spec:
    """A function in some subnets."""
    props = {"vpcConfig": {"subnetIds": list(subnets), "securityGroupIds": ["g"]}}
    return Spec(serverless.FUNCTION, props, "f", {"vpcConfig": subnets})


FUNCTIONS = {
    "Lambda.1": one(
        serverless.PERMISSION,
        {"principal": "events.amazonaws.com"},
        {"principal": "*"},
        {"principal": "s3.amazonaws.com"},
    ),
    "Lambda.2": one(serverless.FUNCTION, {"runtime": "python3.13"}, {"runtime": "nodejs20.x"}, {"runtime": "cobol"}),
    "Lambda.3": one(serverless.FUNCTION, {"vpcConfig": {"subnetIds": ["a"]}}, {}),
    "Lambda.5": Case(ok=((inside("a", "b"), SUBNET_A, SUBNET_B), (F,)), bad=((inside("a"), SUBNET_A),)),
    "Lambda.7": one(serverless.FUNCTION, {"tracingConfig": {"mode": "Active"}}, {}),
    "P.Lambda.source": one(
        serverless.PERMISSION,
        {"principal": "events.amazonaws.com", "sourceArn": "r"},
        {"principal": "events.amazonaws.com"},
    ),
    "P.Lambda.runtime-soon": one(serverless.FUNCTION, {"runtime": "python3.13"}, {"runtime": "nodejs22.x"}),
    "P.Lambda.url": one(
        serverless.URL,
        {"authorizationType": "AWS_IAM"},
        {"authorizationType": "NONE"},
        {"authorizationType": "AWS_IAM", "cors": {"allowOrigins": ["*"]}},
    ),
    "P.Lambda.env-kms": one(
        serverless.FUNCTION,
        {"kmsKeyArn": "k", "environment": {"variables": {"A": "b"}}},
        {"environment": {"variables": {"A": "b"}}},
    ),
    "P.Lambda.env-secret": one(
        serverless.FUNCTION,
        {"environment": {"variables": {"SECRET_ARN": "arn:aws:secretsmanager:us-east-1:1:secret:x", "STAGE": "prod"}}},
        {"environment": {"variables": {"API_KEY": "correct-horse"}}},
        {"environment": {"variables": {"X": SECRET_VALUE}}},
    ),
    "P.Lambda.dlq": Case(
        ok=((F,), (F.but(deadLetterConfig={"targetArn": "q"}), CALLED)),
        bad=((F, CALLED),),
    ),
}

STAGE = r(api.STAGE, {}, "s", restApi="rest")
REST = r("aws:apigateway/restApi:RestApi", {}, "rest")
HTTP = r(api.HTTP_API, {"protocolType": "HTTP"}, "http")
SOCKET = r(api.HTTP_API, {"protocolType": "WEBSOCKET"}, "http")


def settings(**values: Any) -> Spec:
    """The stage's method settings."""
    return r(api.SETTINGS, {"methodPath": "*/*", "settings": values}, "set", stageName="s", restApi="rest")


def v2(route: dict[str, Any], protocol: Spec = HTTP) -> tuple[Spec, ...]:
    """A route of a version 2 API."""
    return (r(api.HTTP_ROUTE, route, "route", apiId="http"), protocol)


POLICY = {
    "minimumLength": 12,
    "requireLowercase": True,
    "requireUppercase": True,
    "requireNumbers": True,
    "requireSymbols": True,
}

APIS = {
    "APIGateway.1": Case(
        ok=((STAGE, REST, settings(loggingLevel="ERROR")), (r(api.HTTP_STAGE, {}, "h", apiId="http"), HTTP)),
        bad=(
            (STAGE, REST),
            (STAGE, REST, settings(loggingLevel="OFF")),
            (r(api.HTTP_STAGE, {}, "h", apiId="http"), SOCKET),
        ),
    ),
    "APIGateway.2": one(api.STAGE, {"clientCertificateId": "c"}, {}),
    "APIGateway.3": one(api.STAGE, {"xrayTracingEnabled": True}, {}),
    "APIGateway.4": Case(ok=((STAGE, REST, r(api.WAF, {}, "w", resourceArn="s")),), bad=((STAGE, REST),)),
    "APIGateway.5": one(
        api.SETTINGS,
        {"settings": {"cachingEnabled": True, "cacheDataEncrypted": True}},
        {"settings": {"cachingEnabled": True}},
    ),
    "APIGateway.8": Case(
        ok=(
            v2({"routeKey": "GET /x", "authorizationType": "CUSTOM"}),
            v2({"routeKey": "OPTIONS /x"}),
            v2({"routeKey": "send"}, SOCKET),
        ),
        bad=(v2({"routeKey": "GET /x"}), v2({"routeKey": "$connect", "authorizationType": "NONE"}, SOCKET)),
    ),
    "APIGateway.9": one(api.HTTP_STAGE, {"accessLogSettings": {"destinationArn": "g"}}, {}),
    "APIGateway.10": one(
        api.HTTP_INTEGRATION,
        {"connectionType": "VPC_LINK", "tlsConfig": {"serverNameToVerify": "x"}},
        {"connectionType": "VPC_LINK"},
    ),
    "APIGateway.11": one(
        api.DOMAIN, {"securityPolicy": "SecurityPolicy_TLS13_1_3_2025_09"}, {"securityPolicy": "TLS_1_2"}, {}
    ),
    "P.APIGW.tls": one(api.DOMAIN, {"securityPolicy": "TLS_1_2"}, {}, {"securityPolicy": "TLS_1_0"}),
    "P.APIGW.access-log": one(api.STAGE, {"accessLogSettings": {"destinationArn": "g"}}, {}),
    "P.APIGW.auth": one(
        api.METHOD,
        {"authorization": "AWS_IAM", "httpMethod": "GET"},
        {"authorization": "NONE", "httpMethod": "GET"},
    ),
    "P.APIGW.validate": one(api.METHOD, {"requestValidatorId": "v"}, {}),
    "P.APIGW.no-data-trace": Case(
        ok=((r(api.SETTINGS, {"settings": {}}, "s"),), (r(api.HTTP_STAGE, {}, "h"),)),
        bad=(
            (r(api.SETTINGS, {"settings": {"dataTraceEnabled": True}}, "s"),),
            (r(api.HTTP_STAGE, {"defaultRouteSettings": {"dataTraceEnabled": True}}, "h"),),
        ),
    ),
    "P.APIGW.throttle": Case(
        ok=((STAGE, REST, settings(throttlingRateLimit=50)),),
        bad=(
            (STAGE, REST),
            (STAGE, REST, settings(throttlingRateLimit=0)),
            (r(api.HTTP_STAGE, {}, "h", apiId="http"), HTTP),
        ),
    ),
    "Cognito.1": one(api.USER_POOL, {"userPoolAddOns": {"advancedSecurityMode": "ENFORCED"}}, {}),
    "Cognito.2": one("aws:cognito/identityPool:IdentityPool", {}, {"allowUnauthenticatedIdentities": True}),
    "Cognito.3": one(api.USER_POOL, {"passwordPolicy": POLICY}, {}, {"passwordPolicy": {**POLICY, "minimumLength": 6}}),
    "Cognito.4": one(
        api.USER_POOL,
        {"userPoolAddOns": {"advancedSecurityAdditionalFlows": {"customAuthMode": "ENFORCED"}}},
        {},
    ),
    "Cognito.5": one(api.USER_POOL, {"mfaConfiguration": "ON"}, {}, {"mfaConfiguration": "OPTIONAL"}),
    "Cognito.6": one(api.USER_POOL, {"deletionProtection": "ACTIVE"}, {}, {"deletionProtection": "INACTIVE"}),
}

CASES: dict[str, Case] = {**CONTAINERS, **EDGE, **MESSAGES, **FUNCTIONS, **APIS}
