"""Inputs that AWS accepts, for every type that matters: the guard against refusing what is right."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from guardrails.resource import UNKNOWN
from tierwise.preview.checks import check
from tierwise.preview.checks.constraints import mapped_types
from tierwise.preview.values import Archive, Secret

U = UNKNOWN
ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app-task"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CERTIFICATE = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:alarms"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:app"
GROUP_ARN = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/app/web:*"
TAGS = {"Project": "shop", "aws-free:Name": "web / front + 1 = 2 @ home", "empty": ""}
INVOKE = f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
            }
        ],
    }
)
IDENTITY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:List*"],
                "Resource": ["arn:aws:s3:::b/*"],
            },
            {
                "Effect": "Deny",
                "NotAction": "iam:*",
                "Resource": "*",
                "Condition": {
                    "ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["a*"]},
                    "Null": {"aws:x": "true"},
                    "DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
                    "NumericLessThanEquals": {"s3:max-keys": "10"},
                },
            },
        ],
    }
)
BUCKET_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TLS only, please",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
)
CONTAINERS = json.dumps(
    [
        {
            "name": "web",
            "image": f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/web@sha256:{'a' * 64}",
            "cpu": 192,
            "memoryReservation": 384,
            "essential": True,
            "portMappings": [
                {"containerPort": 8080, "hostPort": 8080, "protocol": "tcp", "name": "http", "appProtocol": "http"}
            ],
            "environment": [{"name": "STAGE", "value": "dev"}],
            "secrets": [{"name": "DB", "valueFrom": f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-AbCdEf"}],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {"awslogs-group": "/app", "awslogs-region": "eu-west-1"},
            },
            "healthCheck": {
                "command": ["CMD-SHELL", "curl -f localhost"],
                "interval": 30,
                "retries": 3,
                "startPeriod": 10,
            },
            "readonlyRootFilesystem": True,
            "linuxParameters": {"initProcessEnabled": True},
            "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}],
            "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/scratch"}],
        },
        {"name": "init", "image": "busybox:1.37", "essential": False, "cpu": 0, "user": "1000:1000"},
    ]
)
EVENT = json.dumps({"source": ["aws.ecs"], "detail-type": ["ECS Task State Change"]})
VISIBLE = {"cloudwatchMetricsEnabled": True, "metricName": "shop-web", "sampledRequestsEnabled": True}

SAMPLES: list[tuple[str, dict[str, Any]]] = [
    (
        "aws:ec2/vpc:Vpc",
        {"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": True, "instanceTenancy": "default", "tags": TAGS},
    ),
    ("aws:ec2/subnet:Subnet", {"vpcId": U, "cidrBlock": "10.0.1.0/24", "availabilityZone": "eu-west-1a", "tags": TAGS}),
    ("aws:ec2/internetGateway:InternetGateway", {"vpcId": U, "tags": TAGS}),
    ("aws:ec2/eip:Eip", {"domain": "vpc", "tags": TAGS}),
    ("aws:ec2/natGateway:NatGateway", {"subnetId": U, "allocationId": U, "connectivityType": "public", "tags": TAGS}),
    ("aws:ec2/natGateway:NatGateway", {"vpcId": U, "availabilityMode": "regional"}),
    (
        "aws:ec2/instance:Instance",
        {
            "ami": "ami-0123456789abcdef0",
            "instanceType": "t4g.nano",
            "subnetId": U,
            "sourceDestCheck": False,
            "vpcSecurityGroupIds": [U],
            "iamInstanceProfile": "nat",
            "metadataOptions": {"httpTokens": "required", "httpEndpoint": "enabled", "httpPutResponseHopLimit": 1},
            "rootBlockDevice": {
                "volumeType": "gp3",
                "volumeSize": 8,
                "encrypted": True,
                "throughput": 125,
                "iops": 3000,
            },
            "creditSpecification": {"cpuCredits": "standard"},
            "userData": "#!/bin/bash\nyum install -y nftables\n",
            "userDataReplaceOnChange": True,
            "maintenanceOptions": {"autoRecovery": "default"},
        },
    ),
    (
        "aws:ec2/routeTable:RouteTable",
        {"vpcId": U, "routes": [{"cidrBlock": "0.0.0.0/0", "gatewayId": U}], "tags": TAGS},
    ),
    ("aws:ec2/route:Route", {"routeTableId": U, "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": U}),
    ("aws:ec2/route:Route", {"routeTableId": U, "destinationIpv6CidrBlock": "::/0", "egressOnlyGatewayId": U}),
    ("aws:ec2/routeTableAssociation:RouteTableAssociation", {"routeTableId": U, "subnetId": U}),
    (
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        {
            "vpcId": U,
            "serviceName": "com.amazonaws.eu-west-1.s3",
            "vpcEndpointType": "Gateway",
            "routeTableIds": [U],
            "policy": BUCKET_POLICY,
        },
    ),
    (
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        {
            "vpcId": U,
            "serviceName": "com.amazonaws.eu-west-1.secretsmanager",
            "vpcEndpointType": "Interface",
            "privateDnsEnabled": True,
            "ipAddressType": "ipv4",
            "subnetIds": [U],
            "securityGroupIds": [U],
        },
    ),
    (
        "aws:ec2/flowLog:FlowLog",
        {
            "vpcId": U,
            "trafficType": "REJECT",
            "logDestinationType": "cloud-watch-logs",
            "logDestination": U,
            "iamRoleArn": ROLE,
            "maxAggregationInterval": 600,
        },
    ),
    (
        "aws:ec2/networkAcl:NetworkAcl",
        {
            "vpcId": U,
            "subnetIds": [U],
            "ingress": [
                {
                    "ruleNo": 100,
                    "action": "allow",
                    "protocol": "tcp",
                    "cidrBlock": "10.0.0.0/16",
                    "fromPort": 5432,
                    "toPort": 5432,
                },
                {
                    "ruleNo": 110,
                    "action": "deny",
                    "protocol": "-1",
                    "cidrBlock": "0.0.0.0/0",
                    "fromPort": 0,
                    "toPort": 0,
                },
            ],
            "egress": [
                {
                    "ruleNo": 100,
                    "action": "allow",
                    "protocol": "-1",
                    "cidrBlock": "10.0.0.0/16",
                    "fromPort": 0,
                    "toPort": 0,
                }
            ],
        },
    ),
    ("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", {"vpcId": U, "ingress": [], "egress": []}),
    (
        "aws:ec2/securityGroup:SecurityGroup",
        {
            "name": "shop-dev-web",
            "description": "Web traffic",
            "vpcId": U,
            "ingress": [
                {
                    "protocol": "tcp",
                    "fromPort": 443,
                    "toPort": 443,
                    "cidrBlocks": ["0.0.0.0/0"],
                    "ipv6CidrBlocks": ["::/0"],
                },
                {"protocol": "icmp", "fromPort": -1, "toPort": -1, "self": True},
            ],
            "egress": [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}],
        },
    ),
    (
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        {
            "securityGroupId": U,
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "cidrIpv4": "0.0.0.0/0",
            "description": "HTTPS",
        },
    ),
    (
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        {"securityGroupId": U, "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"},
    ),
    (
        "aws:cloudfront/distribution:Distribution",
        {
            "enabled": True,
            "aliases": ["www.example.com"],
            "httpVersion": "http2and3",
            "priceClass": "PriceClass_100",
            "defaultRootObject": "index.html",
            "isIpv6Enabled": True,
            "comment": "Shop",
            "origins": [
                {"originId": "site", "domainName": "site.s3.eu-west-1.amazonaws.com", "originAccessControlId": U},
                {
                    "originId": "api",
                    "domainName": "api.example.com",
                    "originPath": "/prod",
                    "customOriginConfig": {
                        "httpPort": 80,
                        "httpsPort": 443,
                        "originProtocolPolicy": "https-only",
                        "originSslProtocols": ["TLSv1.2"],
                        "originReadTimeout": 30,
                    },
                    "customHeaders": [{"name": "x-origin", "value": Secret("s3cr3t")}],
                },
            ],
            "defaultCacheBehavior": {
                "targetOriginId": "site",
                "viewerProtocolPolicy": "redirect-to-https",
                "allowedMethods": ["GET", "HEAD", "OPTIONS"],
                "cachedMethods": ["GET", "HEAD"],
                "cachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
                "compress": True,
            },
            "orderedCacheBehaviors": [
                {
                    "pathPattern": "/api/*",
                    "targetOriginId": "api",
                    "viewerProtocolPolicy": "https-only",
                    "allowedMethods": ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
                    "cachedMethods": ["GET", "HEAD"],
                    "cachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
                    "functionAssociations": [{"eventType": "viewer-request", "functionArn": U}],
                }
            ],
            "customErrorResponses": [
                {"errorCode": 404, "responseCode": 200, "responsePagePath": "/index.html", "errorCachingMinTtl": 10}
            ],
            "restrictions": {"geoRestriction": {"restrictionType": "none", "locations": []}},
            "viewerCertificate": {
                "acmCertificateArn": CERTIFICATE,
                "sslSupportMethod": "sni-only",
                "minimumProtocolVersion": "TLSv1.2_2021",
            },
            "loggingConfig": {"bucket": "logs.s3.amazonaws.com", "includeCookies": False, "prefix": "cdn/"},
            "webAclId": U,
            "waitForDeployment": False,
            "tags": TAGS,
        },
    ),
    (
        "aws:cloudfront/originAccessControl:OriginAccessControl",
        {
            "name": "site",
            "originAccessControlOriginType": "s3",
            "signingBehavior": "always",
            "signingProtocol": "sigv4",
        },
    ),
    (
        "aws:cloudfront/cachePolicy:CachePolicy",
        {
            "name": "static-1d",
            "defaultTtl": 86400,
            "minTtl": 0,
            "maxTtl": 31536000,
            "parametersInCacheKeyAndForwardedToOrigin": {
                "cookiesConfig": {"cookieBehavior": "none"},
                "headersConfig": {"headerBehavior": "whitelist", "headers": {"items": ["Origin"]}},
                "queryStringsConfig": {"queryStringBehavior": "all"},
                "enableAcceptEncodingBrotli": True,
                "enableAcceptEncodingGzip": True,
            },
        },
    ),
    (
        "aws:cloudfront/originRequestPolicy:OriginRequestPolicy",
        {
            "name": "api",
            "cookiesConfig": {"cookieBehavior": "all"},
            "headersConfig": {"headerBehavior": "allViewer"},
            "queryStringsConfig": {"queryStringBehavior": "all"},
        },
    ),
    (
        "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
        {
            "name": "security",
            "securityHeadersConfig": {
                "strictTransportSecurity": {
                    "accessControlMaxAgeSec": 63072000,
                    "includeSubdomains": True,
                    "override": True,
                    "preload": True,
                },
                "contentTypeOptions": {"override": True},
                "frameOptions": {"frameOption": "DENY", "override": True},
                "referrerPolicy": {"referrerPolicy": "strict-origin-when-cross-origin", "override": True},
                "contentSecurityPolicy": {"contentSecurityPolicy": "default-src 'self'", "override": True},
            },
            "customHeadersConfig": {"items": [{"header": "x-a", "value": "b", "override": False}]},
        },
    ),
    (
        "aws:cloudfront/monitoringSubscription:MonitoringSubscription",
        {
            "distributionId": U,
            "monitoringSubscription": {
                "realtimeMetricsSubscriptionConfig": {"realtimeMetricsSubscriptionStatus": "Enabled"}
            },
        },
    ),
    (
        "aws:cloudfront/vpcOrigin:VpcOrigin",
        {
            "vpcOriginEndpointConfig": {
                "arn": U,
                "name": "alb",
                "httpPort": 80,
                "httpsPort": 443,
                "originProtocolPolicy": "https-only",
                "originSslProtocols": {"items": ["TLSv1.2"], "quantity": 1},
            }
        },
    ),
    (
        "aws:cloudfront/function:Function",
        {"name": "spa", "runtime": "cloudfront-js-2.0", "code": "function handler(e) {}"},
    ),
    (
        "aws:wafv2/webAcl:WebAcl",
        {
            "name": "shop-web",
            "scope": "CLOUDFRONT",
            "defaultAction": {"allow": {}},
            "visibilityConfig": VISIBLE,
            "rules": [
                {
                    "name": "common",
                    "priority": 0,
                    "overrideAction": {"none": {}},
                    "statement": {
                        "managedRuleGroupStatement": {
                            "vendorName": "AWS",
                            "name": "AWSManagedRulesCommonRuleSet",
                            "ruleActionOverrides": [{"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}}],
                        }
                    },
                    "visibilityConfig": VISIBLE,
                },
                {
                    "name": "rate",
                    "priority": 1,
                    "action": {"block": {"customResponse": {"responseCode": 429}}},
                    "statement": {
                        "rateBasedStatement": {"limit": 2000, "aggregateKeyType": "IP", "evaluationWindowSec": 300}
                    },
                    "visibilityConfig": VISIBLE,
                },
            ],
        },
    ),
    ("aws:wafv2/webAclAssociation:WebAclAssociation", {"resourceArn": U, "webAclArn": U}),
    (
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        {
            "resourceArn": U,
            "logDestinationConfigs": [f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:aws-waf-logs-shop"],
            "redactedFields": [{"singleHeader": {"name": "authorization"}}],
        },
    ),
    (
        "aws:acm/certificate:Certificate",
        {
            "domainName": "*.example.com",
            "subjectAlternativeNames": ["example.com"],
            "validationMethod": "DNS",
            "keyAlgorithm": "EC_prime256v1",
        },
    ),
    ("aws:acm/certificateValidation:CertificateValidation", {"certificateArn": U, "validationRecordFqdns": [U]}),
    ("aws:route53/zone:Zone", {"name": "example.com", "comment": "Main", "forceDestroy": False}),
    (
        "aws:route53/record:Record",
        {"zoneId": U, "name": "www", "type": "CNAME", "ttl": 300, "records": ["example.com"]},
    ),
    (
        "aws:route53/record:Record",
        {
            "zoneId": "Z0123456789ABCDEFGHIJ",
            "name": "example.com",
            "type": "A",
            "aliases": [{"name": "d111.cloudfront.net", "zoneId": "Z2FDTNDATAQYW2", "evaluateTargetHealth": False}],
        },
    ),
    (
        "aws:route53/healthCheck:HealthCheck",
        {
            "type": "HTTPS",
            "fqdn": "www.example.com",
            "port": 443,
            "resourcePath": "/health",
            "failureThreshold": 3,
            "requestInterval": 30,
            "regions": ["us-east-1", "eu-west-1", "ap-southeast-1"],
        },
    ),
    (
        "aws:lb/loadBalancer:LoadBalancer",
        {
            "name": "shop-dev-web",
            "loadBalancerType": "application",
            "internal": False,
            "subnets": [U, U],
            "securityGroups": [U],
            "idleTimeout": 60,
            "dropInvalidHeaderFields": True,
            "enableDeletionProtection": True,
            "ipAddressType": "ipv4",
            "accessLogs": {"bucket": "logs", "prefix": "alb", "enabled": True},
        },
    ),
    (
        "aws:lb/targetGroup:TargetGroup",
        {
            "name": "shop-dev-web",
            "port": 8080,
            "protocol": "HTTP",
            "targetType": "ip",
            "vpcId": U,
            "deregistrationDelay": 30,
            "slowStart": 0,
            "healthCheck": {
                "path": "/api/health",
                "matcher": "200-299",
                "interval": 30,
                "timeout": 5,
                "healthyThreshold": 2,
                "unhealthyThreshold": 3,
                "port": "traffic-port",
                "protocol": "HTTP",
            },
            "stickiness": {"type": "lb_cookie", "enabled": False},
        },
    ),
    ("aws:lb/targetGroup:TargetGroup", {"name": "fn", "targetType": "lambda"}),
    (
        "aws:lb/listener:Listener",
        {
            "loadBalancerArn": U,
            "port": 443,
            "protocol": "HTTPS",
            "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "certificateArn": U,
            "defaultActions": [{"type": "forward", "targetGroupArn": U}],
        },
    ),
    (
        "aws:lb/listener:Listener",
        {
            "loadBalancerArn": U,
            "port": 80,
            "protocol": "HTTP",
            "defaultActions": [
                {"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301"}}
            ],
        },
    ),
    (
        "aws:lb/listenerRule:ListenerRule",
        {
            "listenerArn": U,
            "priority": 10,
            "actions": [
                {
                    "type": "fixed-response",
                    "fixedResponse": {"contentType": "text/plain", "statusCode": "403", "messageBody": "No"},
                }
            ],
            "conditions": [
                {"pathPattern": {"values": ["/api/*"]}},
                {"httpHeader": {"httpHeaderName": "X-Origin", "values": ["a"]}},
                {"sourceIp": {"values": ["10.0.0.0/8"]}},
            ],
        },
    ),
    (
        "aws:apigateway/restApi:RestApi",
        {
            "name": "shop",
            "description": "API",
            "endpointConfiguration": {"types": "REGIONAL"},
            "binaryMediaTypes": ["image/png"],
            "minimumCompressionSize": "1024",
            "policy": json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": "*",
                            "Action": "execute-api:Invoke",
                            "Resource": "arn:aws:execute-api:*",
                        }
                    ],
                }
            ),
        },
    ),
    ("aws:apigateway/resource:Resource", {"restApi": U, "parentId": U, "pathPart": "{proxy+}"}),
    (
        "aws:apigateway/method:Method",
        {
            "restApi": U,
            "resourceId": U,
            "httpMethod": "ANY",
            "authorization": "COGNITO_USER_POOLS",
            "authorizerId": U,
            "apiKeyRequired": False,
            "requestParameters": {"method.request.path.proxy": True},
        },
    ),
    (
        "aws:apigateway/methodResponse:MethodResponse",
        {
            "restApi": U,
            "resourceId": U,
            "httpMethod": "OPTIONS",
            "statusCode": "200",
            "responseModels": {"application/json": "Empty"},
        },
    ),
    (
        "aws:apigateway/integration:Integration",
        {
            "restApi": U,
            "resourceId": U,
            "httpMethod": "ANY",
            "integrationHttpMethod": "POST",
            "type": "AWS_PROXY",
            "uri": INVOKE,
            "timeoutMilliseconds": 29000,
            "passthroughBehavior": "WHEN_NO_MATCH",
        },
    ),
    (
        "aws:apigateway/integrationResponse:IntegrationResponse",
        {
            "restApi": U,
            "resourceId": U,
            "httpMethod": "OPTIONS",
            "statusCode": "200",
            "responseTemplates": {"application/json": ""},
        },
    ),
    (
        "aws:apigateway/response:Response",
        {
            "restApiId": U,
            "responseType": "DEFAULT_4XX",
            "statusCode": "403",
            "responseParameters": {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"},
        },
    ),
    (
        "aws:apigateway/model:Model",
        {"restApi": U, "name": "Listing", "contentType": "application/json", "schema": json.dumps({"type": "object"})},
    ),
    ("aws:apigateway/requestValidator:RequestValidator", {"restApi": U, "name": "body", "validateRequestBody": True}),
    (
        "aws:apigateway/authorizer:Authorizer",
        {
            "restApi": U,
            "name": "jwt",
            "type": "TOKEN",
            "authorizerUri": INVOKE,
            "authorizerResultTtlInSeconds": 300,
            "identitySource": "method.request.header.Authorization",
        },
    ),
    ("aws:apigateway/deployment:Deployment", {"restApi": U, "triggers": {"redeploy": "abc"}, "description": "v1"}),
    (
        "aws:apigateway/stage:Stage",
        {
            "restApi": U,
            "deployment": U,
            "stageName": "prod",
            "xrayTracingEnabled": True,
            "accessLogSettings": {
                "destinationArn": GROUP_ARN.removesuffix(":*"),
                "format": '{"requestId":"$context.requestId"}',
            },
            "variables": {"alias": "live"},
            "cacheClusterSize": "0.5",
        },
    ),
    (
        "aws:apigateway/methodSettings:MethodSettings",
        {
            "restApi": U,
            "stageName": "prod",
            "methodPath": "*/*",
            "settings": {
                "metricsEnabled": True,
                "loggingLevel": "INFO",
                "throttlingBurstLimit": 100,
                "throttlingRateLimit": 50.0,
            },
        },
    ),
    (
        "aws:apigateway/usagePlan:UsagePlan",
        {
            "name": "basic",
            "apiStages": [{"apiId": U, "stage": "prod"}],
            "quotaSettings": {"limit": 10000, "period": "MONTH"},
            "throttleSettings": {"burstLimit": 20, "rateLimit": 10.5},
        },
    ),
    ("aws:apigateway/apiKey:ApiKey", {"name": "partner", "enabled": True, "description": "A partner"}),
    ("aws:apigateway/usagePlanKey:UsagePlanKey", {"keyId": U, "keyType": "API_KEY", "usagePlanId": U}),
    (
        "aws:apigateway/domainName:DomainName",
        {
            "domainName": "api.example.com",
            "regionalCertificateArn": U,
            "securityPolicy": "TLS_1_2",
            "endpointConfiguration": {"types": "REGIONAL"},
        },
    ),
    ("aws:apigateway/basePathMapping:BasePathMapping", {"restApi": U, "stageName": "prod", "domainName": U}),
    ("aws:apigateway/account:Account", {"cloudwatchRoleArn": ROLE}),
    (
        "aws:apigatewayv2/api:Api",
        {
            "name": "shop",
            "protocolType": "HTTP",
            "corsConfiguration": {
                "allowOrigins": ["https://example.com"],
                "allowMethods": ["GET", "POST"],
                "allowHeaders": ["authorization"],
                "maxAge": 300,
            },
        },
    ),
    (
        "aws:apigatewayv2/api:Api",
        {"name": "ws", "protocolType": "WEBSOCKET", "routeSelectionExpression": "$request.body.action"},
    ),
    (
        "aws:apigatewayv2/route:Route",
        {"apiId": U, "routeKey": "ANY /api/{proxy+}", "target": U, "authorizationType": "JWT"},
    ),
    (
        "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
        {
            "name": "shop",
            "monitorType": "CUSTOM",
            "monitorSpecification": '{"Tags": {"Key": "project", "Values": ["shop"]}}',
        },
    ),
    (
        "aws:costexplorer/anomalySubscription:AnomalySubscription",
        {
            "name": "spike",
            "frequency": "IMMEDIATE",
            "monitorArnLists": [U],
            "subscribers": [{"type": "SNS", "address": TOPIC}],
            "thresholdExpression": {
                "dimension": {
                    "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                    "matchOptions": ["GREATER_THAN_OR_EQUAL"],
                    "values": ["10"],
                }
            },
        },
    ),
    (
        "aws:apigatewayv2/routeResponse:RouteResponse",
        {"apiId": U, "routeId": U, "routeResponseKey": "$default"},
    ),
    (
        "aws:apigatewayv2/integration:Integration",
        {
            "apiId": U,
            "integrationType": "AWS_PROXY",
            "integrationUri": U,
            "payloadFormatVersion": "2.0",
            "timeoutMilliseconds": 29000,
            "integrationMethod": "POST",
            "connectionType": "INTERNET",
        },
    ),
    (
        "aws:apigatewayv2/authorizer:Authorizer",
        {
            "apiId": U,
            "name": "jwt",
            "authorizerType": "REQUEST",
            "authorizerUri": INVOKE,
            "authorizerPayloadFormatVersion": "2.0",
            "identitySources": ["$request.header.Authorization"],
            "enableSimpleResponses": True,
            "authorizerResultTtlInSeconds": 0,
        },
    ),
    (
        "aws:apigatewayv2/stage:Stage",
        {
            "apiId": U,
            "name": "$default",
            "autoDeploy": True,
            "defaultRouteSettings": {
                "throttlingBurstLimit": 50,
                "throttlingRateLimit": 20,
                "detailedMetricsEnabled": True,
            },
            "accessLogSettings": {"destinationArn": U, "format": "$context.requestId"},
        },
    ),
    (
        "aws:apigatewayv2/domainName:DomainName",
        {
            "domainName": "api.example.com",
            "domainNameConfiguration": {"certificateArn": U, "endpointType": "REGIONAL", "securityPolicy": "TLS_1_2"},
        },
    ),
    ("aws:apigatewayv2/apiMapping:ApiMapping", {"apiId": U, "domainName": U, "stage": U, "apiMappingKey": "v1"}),
    (
        "aws:cognito/userPool:UserPool",
        {
            "name": "users",
            "mfaConfiguration": "OPTIONAL",
            "usernameAttributes": ["email"],
            "autoVerifiedAttributes": ["email"],
            "deletionProtection": "ACTIVE",
            "passwordPolicy": {"minimumLength": 12, "requireSymbols": True, "temporaryPasswordValidityDays": 7},
            "softwareTokenMfaConfiguration": {"enabled": True},
            "accountRecoverySetting": {"recoveryMechanisms": [{"name": "verified_email", "priority": 1}]},
            "adminCreateUserConfig": {"allowAdminCreateUserOnly": True},
            "schemas": [
                {
                    "name": "team",
                    "attributeDataType": "String",
                    "mutable": True,
                    "stringAttributeConstraints": {"maxLength": "64", "minLength": "0"},
                }
            ],
            "userPoolTier": "ESSENTIALS",
            "emailConfiguration": {"emailSendingAccount": "COGNITO_DEFAULT"},
        },
    ),
    (
        "aws:cognito/userPoolClient:UserPoolClient",
        {
            "name": "web",
            "userPoolId": U,
            "explicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            "allowedOauthFlows": ["code"],
            "allowedOauthScopes": ["openid", "email"],
            "callbackUrls": ["https://example.com/callback"],
            "supportedIdentityProviders": ["COGNITO"],
            "preventUserExistenceErrors": "ENABLED",
            "accessTokenValidity": 60,
            "idTokenValidity": 60,
            "refreshTokenValidity": 30,
            "tokenValidityUnits": {"accessToken": "minutes", "idToken": "minutes", "refreshToken": "days"},
        },
    ),
    ("aws:cognito/userPoolDomain:UserPoolDomain", {"domain": "shop-dev-users", "userPoolId": U}),
    ("aws:cognito/userGroup:UserGroup", {"name": "admins", "userPoolId": U, "precedence": 1}),
    (
        "aws:lex/v2modelsBot:V2modelsBot",
        {
            "name": "helper",
            "roleArn": ROLE,
            "idleSessionTtlInSeconds": 300,
            "dataPrivacies": [{"childDirected": False}],
            "type": "Bot",
        },
    ),
    (
        "aws:lex/v2modelsBotLocale:V2modelsBotLocale",
        {
            "botId": U,
            "botVersion": "DRAFT",
            "localeId": "en_US",
            "nLuIntentConfidenceThreshold": 0.4,
            "voiceSettings": {"voiceId": "Joanna", "engine": "neural"},
        },
    ),
    (
        "aws:lex/v2modelsIntent:V2modelsIntent",
        {
            "botId": U,
            "botVersion": "DRAFT",
            "localeId": "en_US",
            "name": "Greet",
            "sampleUtterances": [{"utterance": "hello {Name}"}],
            "fulfillmentCodeHook": {"enabled": True},
        },
    ),
    (
        "aws:lambda/function:Function",
        {
            "name": "shop-dev-api",
            "runtime": "python3.13",
            "handler": "app.handler",
            "role": ROLE,
            "code": Archive("path", "./app"),
            "memorySize": 512,
            "timeout": 30,
            "architectures": ["arm64"],
            "publish": True,
            "reservedConcurrentExecutions": 10,
            "environment": {"variables": {"STAGE": "dev", "DB": Secret("postgres://x")}},
            "tracingConfig": {"mode": "Active"},
            "vpcConfig": {"subnetIds": [U], "securityGroupIds": [U]},
            "deadLetterConfig": {"targetArn": U},
            "ephemeralStorage": {"size": 512},
            "loggingConfig": {
                "logFormat": "JSON",
                "applicationLogLevel": "INFO",
                "systemLogLevel": "WARN",
                "logGroup": "/shop/api",
            },
            "layers": [f"arn:aws:lambda:eu-west-1:{ACCOUNT}:layer:tools:3"],
            "snapStart": {"applyOn": "None"},
        },
    ),
    (
        "aws:lambda/function:Function",
        {
            "name": "image",
            "packageType": "Image",
            "imageUri": f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/app@sha256:{'b' * 64}",
            "role": U,
            "timeout": 900,
            "imageConfig": {"commands": ["app.handler"]},
        },
    ),
    (
        "aws:lambda/alias:Alias",
        {
            "name": "live",
            "functionName": U,
            "functionVersion": "3",
            "routingConfig": {"additionalVersionWeights": {"2": 0.05}},
        },
    ),
    (
        "aws:lambda/permission:Permission",
        {
            "action": "lambda:InvokeFunction",
            "function": U,
            "principal": "apigateway.amazonaws.com",
            "sourceArn": U,
            "qualifier": "live",
            "statementId": "AllowApi",
        },
    ),
    (
        "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
        {"functionName": "app", "qualifier": "3", "provisionedConcurrentExecutions": 2},
    ),
    (
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        {
            "functionName": "app",
            "qualifier": "live",
            "maximumEventAgeInSeconds": 3600,
            "maximumRetryAttempts": 2,
            "destinationConfig": {"onFailure": {"destination": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:dead"}},
        },
    ),
    (
        "aws:iam/role:Role",
        {
            "name": "shop-dev-task",
            "assumeRolePolicy": TRUST,
            "description": "Runs the shop's tasks",
            "path": "/shop/",
            "maxSessionDuration": 3600,
            "managedPolicyArns": ["arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole"],
            "tags": TAGS,
        },
    ),
    ("aws:iam/role:Role", {"assumeRolePolicy": json.loads(TRUST)}),
    ("aws:iam/rolePolicy:RolePolicy", {"role": U, "policy": IDENTITY, "name": "read"}),
    ("aws:iam/policy:Policy", {"policy": IDENTITY, "name": "read", "path": "/"}),
    (
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        {"role": "shop-dev-task", "policyArn": "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"},
    ),
    ("aws:iam/instanceProfile:InstanceProfile", {"role": U, "name": "nat"}),
    (
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        {
            "url": "https://token.actions.githubusercontent.com",
            "clientIdLists": ["sts.amazonaws.com"],
            "thumbprintLists": ["6938fd4d98bab03faadb97b34396831e3780aea1"],
        },
    ),
    (
        "aws:appautoscaling/target:Target",
        {
            "minCapacity": 1,
            "maxCapacity": 4,
            "resourceId": "service/shop/web",
            "scalableDimension": "ecs:service:DesiredCount",
            "serviceNamespace": "ecs",
        },
    ),
    (
        "aws:appautoscaling/policy:Policy",
        {
            "name": "cpu",
            "policyType": "TargetTrackingScaling",
            "resourceId": "service/shop/web",
            "scalableDimension": "ecs:service:DesiredCount",
            "serviceNamespace": "ecs",
            "targetTrackingScalingPolicyConfiguration": {
                "predefinedMetricSpecification": {"predefinedMetricType": "ECSServiceAverageCPUUtilization"},
                "targetValue": 60,
                "scaleInCooldown": 300,
                "scaleOutCooldown": 60,
            },
        },
    ),
    (
        "aws:appautoscaling/scheduledAction:ScheduledAction",
        {
            "name": "night",
            "resourceId": "service/shop/web",
            "scalableDimension": "ecs:service:DesiredCount",
            "serviceNamespace": "ecs",
            "schedule": "cron(0 20 ? * MON-FRI *)",
            "timezone": "Europe/Rome",
            "scalableTargetAction": {"minCapacity": 0, "maxCapacity": 0},
        },
    ),
    (
        "aws:ecs/cluster:Cluster",
        {
            "name": "shop-dev",
            "settings": [{"name": "containerInsights", "value": "enhanced"}],
            "configuration": {"executeCommandConfiguration": {"logging": "NONE"}},
        },
    ),
    (
        "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
        {
            "clusterName": U,
            "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
            "defaultCapacityProviderStrategies": [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}],
        },
    ),
    (
        "aws:ecs/taskDefinition:TaskDefinition",
        {
            "family": "shop-dev-web",
            "cpu": "256",
            "memory": "512",
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "executionRoleArn": ROLE,
            "taskRoleArn": U,
            "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
            "containerDefinitions": CONTAINERS,
            "volumes": [{"name": "scratch"}],
            "ephemeralStorage": {"sizeInGib": 21},
        },
    ),
    (
        "aws:ecs/service:Service",
        {
            "name": "web",
            "cluster": U,
            "taskDefinition": U,
            "desiredCount": 2,
            "capacityProviderStrategies": [
                {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
                {"capacityProvider": "FARGATE_SPOT", "weight": 3},
            ],
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "deploymentMinimumHealthyPercent": 100,
            "deploymentMaximumPercent": 200,
            "networkConfiguration": {"subnets": [U], "securityGroups": [U], "assignPublicIp": False},
            "loadBalancers": [{"targetGroupArn": U, "containerName": "web", "containerPort": 8080}],
            "serviceRegistries": {"registryArn": U},
            "propagateTags": "SERVICE",
            "enableExecuteCommand": False,
            "healthCheckGracePeriodSeconds": 60,
            "availabilityZoneRebalancing": "ENABLED",
            "platformVersion": "LATEST",
            "deploymentConfiguration": {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": "5"},
        },
    ),
    ("aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace", {"name": "shop.local", "vpc": U}),
    (
        "aws:servicediscovery/service:Service",
        {
            "name": "api",
            "dnsConfig": {"namespaceId": U, "dnsRecords": [{"type": "A", "ttl": 10}], "routingPolicy": "MULTIVALUE"},
            "healthCheckCustomConfig": {"failureThreshold": 1},
        },
    ),
    (
        "aws:ec2/launchTemplate:LaunchTemplate",
        {
            "namePrefix": "fleet-",
            "imageId": "ami-0123456789abcdef0",
            "instanceType": "t4g.small",
            "updateDefaultVersion": True,
            "userData": "IyEvYmluL2Jhc2gK",
            "iamInstanceProfile": {"name": U},
            "metadataOptions": {"httpTokens": "required", "httpEndpoint": "enabled"},
            "blockDeviceMappings": [
                {
                    "deviceName": "/dev/xvda",
                    "ebs": {"volumeType": "gp3", "volumeSize": 8, "encrypted": "true", "deleteOnTermination": "true"},
                }
            ],
            "tagSpecifications": [{"resourceType": "instance", "tags": TAGS}],
            "monitoring": {"enabled": True},
        },
    ),
    (
        "aws:autoscaling/group:Group",
        {
            "minSize": 0,
            "maxSize": 2,
            "desiredCapacity": 1,
            "vpcZoneIdentifiers": [U],
            "healthCheckType": "ELB",
            "healthCheckGracePeriod": 300,
            "launchTemplate": {"id": U, "version": "$Latest"},
            "targetGroupArns": [U],
            "tags": [{"key": "Name", "value": "fleet", "propagateAtLaunch": True}],
            "enabledMetrics": ["GroupInServiceInstances"],
            "metricsGranularity": "1Minute",
            "instanceRefresh": {"strategy": "Rolling", "preferences": {"minHealthyPercentage": 50}},
        },
    ),
    (
        "aws:autoscaling/policy:Policy",
        {
            "autoscalingGroupName": U,
            "policyType": "TargetTrackingScaling",
            "targetTrackingConfiguration": {
                "predefinedMetricSpecification": {"predefinedMetricType": "ASGAverageCPUUtilization"},
                "targetValue": 50.0,
            },
        },
    ),
    (
        "aws:ecr/repository:Repository",
        {
            "name": "shop/web",
            "imageTagMutability": "IMMUTABLE",
            "imageScanningConfiguration": {"scanOnPush": True},
            "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": KEY}],
            "forceDelete": True,
        },
    ),
    (
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        {
            "repository": "shop/web",
            "policy": json.dumps(
                {
                    "rules": [
                        {
                            "rulePriority": 1,
                            "selection": {
                                "tagStatus": "untagged",
                                "countType": "sinceImagePushed",
                                "countUnit": "days",
                                "countNumber": 7,
                            },
                            "action": {"type": "expire"},
                        }
                    ]
                }
            ),
        },
    ),
    (
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        {
            "repository": "shop/web",
            "policy": json.dumps(
                {
                    "Version": "2008-10-17",
                    "Statement": [
                        {
                            "Sid": "Lambda pulls",
                            "Effect": "Allow",
                            "Principal": {"Service": "lambda.amazonaws.com"},
                            "Action": ["ecr:BatchGetImage"],
                        }
                    ],
                }
            ),
        },
    ),
    ("aws:cloudwatch/eventBus:EventBus", {"name": "shop-dev", "description": "Domain events"}),
    (
        "aws:cloudwatch/eventRule:EventRule",
        {"name": "tasks", "eventPattern": EVENT, "eventBusName": "default", "state": "ENABLED"},
    ),
    (
        "aws:cloudwatch/eventRule:EventRule",
        {"scheduleExpression": "rate(5 minutes)", "description": "Every five minutes"},
    ),
    (
        "aws:cloudwatch/eventTarget:EventTarget",
        {
            "rule": "tasks",
            "arn": FUNCTION,
            "targetId": "fn",
            "retryPolicy": {"maximumEventAgeInSeconds": 3600, "maximumRetryAttempts": 3},
            "deadLetterConfig": {"arn": U},
            "input": '{"a": 1}',
        },
    ),
    ("aws:cloudwatch/eventArchive:EventArchive", {"name": "all", "eventSourceArn": U, "retentionDays": 30}),
    (
        "aws:scheduler/schedule:Schedule",
        {
            "name": "nightly",
            "scheduleExpression": "cron(0 3 * * ? *)",
            "scheduleExpressionTimezone": "Europe/Rome",
            "flexibleTimeWindow": {"mode": "FLEXIBLE", "maximumWindowInMinutes": 15},
            "target": {"arn": FUNCTION, "roleArn": ROLE, "input": "{}", "retryPolicy": {"maximumRetryAttempts": 2}},
        },
    ),
    (
        "aws:sqs/queue:Queue",
        {
            "name": "jobs.fifo",
            "fifoQueue": True,
            "contentBasedDeduplication": True,
            "visibilityTimeoutSeconds": 180,
            "messageRetentionSeconds": 1209600,
            "receiveWaitTimeSeconds": 20,
            "sqsManagedSseEnabled": True,
            "redrivePolicy": json.dumps(
                {"deadLetterTargetArn": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:dead.fifo", "maxReceiveCount": 5}
            ),
        },
    ),
    (
        "aws:sqs/queuePolicy:QueuePolicy",
        {"queueUrl": U, "policy": BUCKET_POLICY.replace("s3:::b", "sqs:::b").replace("s3:*", "sqs:*")},
    ),
    (
        "aws:dynamodb/table:Table",
        {
            "name": "audit",
            "billingMode": "PAY_PER_REQUEST",
            "hashKey": "pk",
            "rangeKey": "sk",
            "attributes": [{"name": "pk", "type": "S"}, {"name": "sk", "type": "S"}, {"name": "owner", "type": "N"}],
            "globalSecondaryIndexes": [
                {
                    "name": "byOwner",
                    "keySchemas": [{"attributeName": "owner", "keyType": "HASH"}],
                    "projectionType": "ALL",
                }
            ],
            "ttl": {"attributeName": "expires", "enabled": True},
            "pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 35},
            "serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY},
            "streamEnabled": True,
            "streamViewType": "NEW_AND_OLD_IMAGES",
            "deletionProtectionEnabled": True,
            "tableClass": "STANDARD",
        },
    ),
    ("aws:dynamodb/contributorInsights:ContributorInsights", {"tableName": U, "mode": "ACCESSED_AND_THROTTLED_KEYS"}),
    (
        "aws:dax/cluster:Cluster",
        {
            "clusterName": "shop",
            "iamRoleArn": ROLE,
            "nodeType": "dax.t3.small",
            "replicationFactor": 1,
            "serverSideEncryption": {"enabled": True},
            "clusterEndpointEncryptionType": "TLS",
        },
    ),
    (
        "aws:rds/instance:Instance",
        {
            "identifier": "shop-dev-db",
            "engine": "postgres",
            "engineVersion": "16",
            "instanceClass": "db.t4g.micro",
            "allocatedStorage": 20,
            "maxAllocatedStorage": 100,
            "storageType": "gp3",
            "storageEncrypted": True,
            "kmsKeyId": KEY,
            "dbName": "shop",
            "username": "app",
            "manageMasterUserPassword": True,
            "port": 5432,
            "multiAz": True,
            "backupRetentionPeriod": 35,
            "backupWindow": "03:00-04:00",
            "maintenanceWindow": "sun:04:30-sun:05:30",
            "monitoringInterval": 60,
            "monitoringRoleArn": ROLE,
            "performanceInsightsEnabled": True,
            "performanceInsightsRetentionPeriod": 7,
            "enabledCloudwatchLogsExports": ["postgresql", "upgrade"],
            "deletionProtection": True,
            "engineLifecycleSupport": "open-source-rds-extended-support-disabled",
            "caCertIdentifier": "rds-ca-rsa2048-g1",
            "dbSubnetGroupName": U,
            "finalSnapshotIdentifier": "shop-dev-final",
            "networkType": "IPV4",
        },
    ),
    ("aws:rds/instance:Instance", {"instanceClass": "db.t4g.micro", "replicateSourceDb": U, "skipFinalSnapshot": True}),
    (
        "aws:rds/instance:Instance",
        {
            "instanceClass": "db.m7g.large",
            "engine": "mysql",
            "allocatedStorage": 20,
            "username": "app",
            "password": Secret("correct-horse-battery"),
        },
    ),
    ("aws:rds/subnetGroup:SubnetGroup", {"name": "shop-dev", "subnetIds": [U, U], "description": "Database subnets"}),
    (
        "aws:rds/parameterGroup:ParameterGroup",
        {
            "family": "postgres16",
            "parameters": [{"name": "rds.force_ssl", "value": "1", "applyMethod": "pending-reboot"}],
        },
    ),
    (
        "aws:rds/proxy:Proxy",
        {
            "name": "shop-dev",
            "engineFamily": "POSTGRESQL",
            "roleArn": ROLE,
            "vpcSubnetIds": [U, U],
            "requireTls": True,
            "idleClientTimeout": 1800,
            "auths": [
                {
                    "authScheme": "SECRETS",
                    "iamAuth": "DISABLED",
                    "secretArn": U,
                    "clientPasswordAuthType": "POSTGRES_SCRAM_SHA_256",
                }
            ],
        },
    ),
    (
        "aws:rds/cluster:Cluster",
        {
            "clusterIdentifier": "shop-prod",
            "engine": "aurora-postgresql",
            "engineMode": "provisioned",
            "engineVersion": "16.9",
            "databaseName": "shop",
            "masterUsername": "app",
            "manageMasterUserPassword": True,
            "serverlessv2ScalingConfiguration": {"minCapacity": 0.5, "maxCapacity": 4.0},
            "backupRetentionPeriod": 7,
            "preferredBackupWindow": "03:00-04:00",
            "storageEncrypted": True,
            "enabledCloudwatchLogsExports": ["postgresql"],
        },
    ),
    (
        "aws:rds/clusterInstance:ClusterInstance",
        {"clusterIdentifier": U, "instanceClass": "db.serverless", "engine": "aurora-postgresql"},
    ),
    (
        "aws:rds/clusterParameterGroup:ClusterParameterGroup",
        {"family": "aurora-postgresql16", "parameters": [{"name": "rds.force_ssl", "value": "1"}]},
    ),
    ("aws:rds/globalCluster:GlobalCluster", {"globalClusterIdentifier": "shop", "engine": "aurora-postgresql"}),
    (
        "aws:opensearch/serverlessCollection:ServerlessCollection",
        {"name": "search", "type": "SEARCH", "standbyReplicas": "DISABLED"},
    ),
    (
        "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
        {"name": "search", "type": "encryption", "policy": '{"Rules": [], "AWSOwnedKey": true}'},
    ),
    (
        "aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy",
        {"name": "search", "type": "data", "policy": "[]"},
    ),
    (
        "aws:elasticache/replicationGroup:ReplicationGroup",
        {
            "replicationGroupId": "shop-dev",
            "description": "Cache",
            "engine": "valkey",
            "engineVersion": "8.0",
            "nodeType": "cache.t4g.micro",
            "numCacheClusters": 2,
            "automaticFailoverEnabled": True,
            "multiAzEnabled": True,
            "atRestEncryptionEnabled": "true",
            "transitEncryptionEnabled": True,
            "transitEncryptionMode": "required",
            "authToken": Secret("a-token-of-good-length"),
            "snapshotRetentionLimit": 7,
            "snapshotWindow": "03:00-05:00",
            "maintenanceWindow": "sun:05:00-sun:06:00",
            "port": 6379,
            "parameterGroupName": "default.valkey8",
            "logDeliveryConfigurations": [
                {
                    "destination": "/cache",
                    "destinationType": "cloudwatch-logs",
                    "logFormat": "json",
                    "logType": "slow-log",
                }
            ],
        },
    ),
    ("aws:elasticache/subnetGroup:SubnetGroup", {"name": "shop-dev", "subnetIds": [U]}),
    (
        "aws:elasticache/serverlessCache:ServerlessCache",
        {
            "name": "shop",
            "engine": "valkey",
            "majorEngineVersion": "8",
            "cacheUsageLimits": {"dataStorage": {"maximum": 10, "unit": "GB"}},
        },
    ),
    ("aws:s3/bucket:Bucket", {"bucket": "shop-dev-uploads", "forceDestroy": False, "tags": TAGS}),
    ("aws:s3/bucket:Bucket", {"bucketPrefix": "shop-dev-uploads-"}),
    ("aws:s3/bucketVersioning:BucketVersioning", {"bucket": U, "versioningConfiguration": {"status": "Enabled"}}),
    (
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        {
            "bucket": U,
            "rules": [
                {
                    "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY},
                    "bucketKeyEnabled": True,
                }
            ],
        },
    ),
    (
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        {"bucket": U, "blockPublicAcls": True, "restrictPublicBuckets": True},
    ),
    (
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        {"bucket": U, "rule": {"objectOwnership": "BucketOwnerEnforced"}},
    ),
    ("aws:s3/bucketPolicy:BucketPolicy", {"bucket": "shop-dev-uploads", "policy": BUCKET_POLICY}),
    (
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        {
            "bucket": "shop-dev-uploads",
            "rules": [
                {
                    "id": "tier",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "transitions": [
                        {"days": 30, "storageClass": "STANDARD_IA"},
                        {"days": 90, "storageClass": "GLACIER_IR"},
                    ],
                    "expiration": {"days": 365},
                    "noncurrentVersionExpiration": {"noncurrentDays": 30, "newerNoncurrentVersions": 3},
                    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
                }
            ],
        },
    ),
    ("aws:s3/bucketLogging:BucketLogging", {"bucket": U, "targetBucket": U, "targetPrefix": "uploads/"}),
    (
        "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
        {
            "bucket": U,
            "corsRules": [
                {
                    "allowedMethods": ["GET", "PUT"],
                    "allowedOrigins": ["https://example.com"],
                    "allowedHeaders": ["*"],
                    "maxAgeSeconds": 3000,
                }
            ],
        },
    ),
    (
        "aws:s3/bucketNotification:BucketNotification",
        {
            "bucket": U,
            "lambdaFunctions": [{"lambdaFunctionArn": U, "events": ["s3:ObjectCreated:*"], "filterPrefix": "in/"}],
        },
    ),
    ("aws:s3/bucketMetric:BucketMetric", {"bucket": U, "name": "EntireBucket"}),
    ("aws:s3/bucketAccelerateConfiguration:BucketAccelerateConfiguration", {"bucket": U, "status": "Enabled"}),
    (
        "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration",
        {"bucket": U, "name": "all", "status": "Enabled", "tierings": [{"accessTier": "ARCHIVE_ACCESS", "days": 90}]},
    ),
    (
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        {
            "bucket": U,
            "role": ROLE,
            "rules": [
                {
                    "id": "all",
                    "status": "Enabled",
                    "priority": 0,
                    "filter": {"prefix": ""},
                    "deleteMarkerReplication": {"status": "Enabled"},
                    "destination": {
                        "bucket": "arn:aws:s3:::shop-replica",
                        "storageClass": "STANDARD_IA",
                        "encryptionConfiguration": {"replicaKmsKeyId": KEY},
                    },
                    "sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}},
                }
            ],
        },
    ),
    ("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", {"blockPublicAcls": True, "blockPublicPolicy": True}),
    (
        "aws:kms/key:Key",
        {
            "description": "Data",
            "enableKeyRotation": True,
            "deletionWindowInDays": 30,
            "rotationPeriodInDays": 365,
            "keyUsage": "ENCRYPT_DECRYPT",
            "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "policy": json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                            "Action": "kms:*",
                            "Resource": "*",
                        }
                    ],
                }
            ),
        },
    ),
    ("aws:kms/alias:Alias", {"name": "alias/shop/dev-data", "targetKeyId": U}),
    (
        "aws:secretsmanager/secret:Secret",
        {"name": "shop/dev/db+api@1", "recoveryWindowInDays": 7, "description": "Database", "kmsKeyId": KEY},
    ),
    ("aws:secretsmanager/secret:Secret", {"name": "shop/dev/temp", "recoveryWindowInDays": 0}),
    ("aws:secretsmanager/secretVersion:SecretVersion", {"secretId": U, "secretString": Secret('{"a": 1}')}),
    (
        "aws:secretsmanager/secretRotation:SecretRotation",
        {"secretId": U, "rotationLambdaArn": U, "rotationRules": {"automaticallyAfterDays": 30}},
    ),
    (
        "aws:ssm/parameter:Parameter",
        {"name": "/shop/dev/url", "type": "SecureString", "value": Secret("x"), "tier": "Standard", "dataType": "text"},
    ),
    (
        "aws:cloudwatch/logGroup:LogGroup",
        {"name": "/aws/ecs/shop-dev/web", "retentionInDays": 30, "kmsKeyId": KEY, "logGroupClass": "STANDARD"},
    ),
    ("aws:cloudwatch/logGroup:LogGroup", {"name": "/aws/lambda/x", "retentionInDays": 0}),
    (
        "aws:cloudwatch/logMetricFilter:LogMetricFilter",
        {
            "name": "errors",
            "logGroupName": "/app",
            "pattern": '{ $.level = "ERROR" }',
            "metricTransformation": {
                "name": "Errors",
                "namespace": "Shop",
                "value": "1",
                "defaultValue": "0",
                "unit": "Count",
            },
        },
    ),
    (
        "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
        {"name": "ship", "logGroup": "/app", "destinationArn": U, "filterPattern": ""},
    ),
    (
        "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy",
        {"logGroupName": "/app", "policyDocument": '{"Name": "p", "Version": "2021-06-01", "Statement": []}'},
    ),
    (
        "aws:cloudwatch/queryDefinition:QueryDefinition",
        {"name": "shop/errors", "queryString": "fields @timestamp | limit 20", "logGroupNames": ["/app"]},
    ),
    (
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        {
            "name": "shop-dev-cpu",
            "comparisonOperator": "GreaterThanOrEqualToThreshold",
            "evaluationPeriods": 3,
            "datapointsToAlarm": 2,
            "metricName": "CPUUtilization",
            "namespace": "AWS/ECS",
            "period": 60,
            "statistic": "Average",
            "threshold": 80,
            "treatMissingData": "notBreaching",
            "alarmActions": [TOPIC],
            "dimensions": {"ClusterName": "shop", "ServiceName": "web"},
            "unit": "Percent",
        },
    ),
    (
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        {
            "comparisonOperator": "GreaterThanThreshold",
            "evaluationPeriods": 1,
            "threshold": 5,
            "metricQueries": [
                {"id": "rate", "expression": "100 * errors / calls", "label": "Error rate", "returnData": True},
                {
                    "id": "errors",
                    "metric": {
                        "metricName": "Errors",
                        "namespace": "AWS/Lambda",
                        "period": 300,
                        "stat": "Sum",
                        "dimensions": {"FunctionName": U},
                    },
                },
                {
                    "id": "calls",
                    "metric": {"metricName": "Invocations", "namespace": "AWS/Lambda", "period": 300, "stat": "p99.9"},
                },
            ],
        },
    ),
    ("aws:cloudwatch/dashboard:Dashboard", {"dashboardName": "shop-dev", "dashboardBody": '{"widgets": []}'}),
    (
        "aws:synthetics/canary:Canary",
        {
            "name": "home",
            "artifactS3Location": "s3://shop-canary/home",
            "executionRoleArn": ROLE,
            "handler": "home.handler",
            "runtimeVersion": "syn-nodejs-puppeteer-9.1",
            "schedule": {"expression": "rate(5 minutes)"},
            "zipFile": "canary.zip",
            "startCanary": True,
        },
    ),
    ("aws:sns/topic:Topic", {"name": "alarms", "kmsMasterKeyId": "alias/aws/sns", "displayName": "Alarms"}),
    ("aws:sns/topicPolicy:TopicPolicy", {"arn": TOPIC, "policy": BUCKET_POLICY}),
    (
        "aws:sns/topicSubscription:TopicSubscription",
        {"topic": TOPIC, "protocol": "email", "endpoint": "team@example.com"},
    ),
    (
        "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration",
        {
            "configurationName": "shop",
            "iamRoleArn": ROLE,
            "slackChannelId": "C0123456789",
            "slackTeamId": "T0123456789",
            "snsTopicArns": [TOPIC],
            "loggingLevel": "ERROR",
        },
    ),
    (
        "aws:budgets/budget:Budget",
        {
            "name": "shop-dev-monthly",
            "budgetType": "COST",
            "limitAmount": "100",
            "limitUnit": "USD",
            "timeUnit": "MONTHLY",
            "timePeriodStart": "2026-11-01_00:00",
            "costFilters": [{"name": "TagKeyValue", "values": ["user:Project$shop"]}],
            "notifications": [
                {
                    "comparisonOperator": "GREATER_THAN",
                    "threshold": 80,
                    "thresholdType": "PERCENTAGE",
                    "notificationType": "FORECASTED",
                    "subscriberEmailAddresses": ["team@example.com"],
                    "subscriberSnsTopicArns": [TOPIC],
                }
            ],
        },
    ),
    ("aws:codedeploy/application:Application", {"name": "shop", "computePlatform": "Lambda"}),
    (
        "aws:codedeploy/deploymentConfig:DeploymentConfig",
        {
            "deploymentConfigName": "canary5",
            "computePlatform": "Lambda",
            "trafficRoutingConfig": {"type": "TimeBasedCanary", "timeBasedCanary": {"interval": 60, "percentage": 5}},
        },
    ),
    (
        "aws:codedeploy/deploymentGroup:DeploymentGroup",
        {
            "appName": "shop",
            "deploymentGroupName": "api",
            "serviceRoleArn": ROLE,
            "deploymentConfigName": "CodeDeployDefault.LambdaAllAtOnce",
            "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
            "autoRollbackConfiguration": {
                "enabled": True,
                "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"],
            },
            "alarmConfiguration": {"enabled": True, "alarms": ["errors"]},
        },
    ),
    ("aws:backup/vault:Vault", {"name": "shop", "kmsKeyArn": KEY}),
    (
        "aws:backup/plan:Plan",
        {
            "name": "daily",
            "rules": [
                {
                    "ruleName": "daily",
                    "targetVaultName": "shop",
                    "schedule": "cron(0 5 ? * * *)",
                    "startWindow": 60,
                    "completionWindow": 180,
                    "lifecycle": {"deleteAfter": 35},
                    "copyActions": [{"destinationVaultArn": U, "lifecycle": {"deleteAfter": 35}}],
                }
            ],
        },
    ),
    (
        "aws:backup/selection:Selection",
        {
            "name": "tagged",
            "planId": U,
            "iamRoleArn": ROLE,
            "selectionTags": [{"type": "STRINGEQUALS", "key": "Backup", "value": "yes"}],
        },
    ),
    (
        "aws:cloudtrail/trail:Trail",
        {
            "name": "account",
            "s3BucketName": "shop-trail",
            "isMultiRegionTrail": True,
            "enableLogFileValidation": True,
            "cloudWatchLogsGroupArn": GROUP_ARN,
            "cloudWatchLogsRoleArn": ROLE,
            "eventSelectors": [
                {
                    "readWriteType": "All",
                    "includeManagementEvents": True,
                    "dataResources": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3:::b/"]}],
                }
            ],
        },
    ),
    (
        "aws:cfg/recorder:Recorder",
        {
            "roleArn": ROLE,
            "recordingGroup": {"allSupported": False, "resourceTypes": ["AWS::EC2::Instance", "AWS::S3::Bucket"]},
        },
    ),
    (
        "aws:cfg/deliveryChannel:DeliveryChannel",
        {"s3BucketName": "cfg", "snapshotDeliveryProperties": {"deliveryFrequency": "TwentyFour_Hours"}},
    ),
    ("aws:cfg/recorderStatus:RecorderStatus", {"name": "default", "isEnabled": True}),
    (
        "aws:cfg/rule:Rule",
        {
            "name": "encrypted-volumes",
            "source": {"owner": "AWS", "sourceIdentifier": "ENCRYPTED_VOLUMES"},
            "maximumExecutionFrequency": "Six_Hours",
        },
    ),
    ("aws:guardduty/detector:Detector", {"enable": True, "findingPublishingFrequency": "FIFTEEN_MINUTES"}),
    ("aws:costexplorer/costAllocationTag:CostAllocationTag", {"tagKey": "Project", "status": "Active"}),
    (
        "aws:cloudformation/stack:Stack",
        {"name": "lex-alias", "templateBody": '{"Resources": {}}', "parameters": {"a": "b"}, "onFailure": "ROLLBACK"},
    ),
]


@pytest.mark.parametrize(
    ("kind", "inputs"), SAMPLES, ids=[f"{n}-{kind.rpartition(':')[2]}" for n, (kind, _) in enumerate(SAMPLES)]
)
def test_what_aws_accepts_is_accepted(checked: Any, kind: str, inputs: dict[str, Any]) -> None:
    assert [str(failure) for failure in check([checked.resource(kind, **inputs)], date(2026, 11, 21))] == []


def test_the_samples_are_of_mapped_types() -> None:
    kinds = {kind for kind, _ in SAMPLES}
    assert kinds <= set(mapped_types())
    assert len(kinds) >= 130
