"""Cases for networks, EC2, load balancers, IAM, keys and parameters."""

from __future__ import annotations

from typing import Any

from guardrails.services import ec2, elb, iam, keys, network
from tests.policy.build import Case, Spec, one, r
from tests.policy.cases.data import allow, document

WORLD, WORLD6 = "0.0.0.0/0", "::/0"


def ingress(port: int, *cidrs: str, to: int | None = None, protocol: str = "tcp") -> dict[str, Any]:
    """A security group with one inbound block."""
    ranges = {"cidrBlocks": [c for c in cidrs if ":" not in c], "ipv6CidrBlocks": [c for c in cidrs if ":" in c]}
    return {"ingress": [{"fromPort": port, "toPort": to or port, "protocol": protocol, **ranges}]}


def opened(*ports: int) -> Case:
    """A rule that refuses these ports open to the world, however it is written."""
    port = ports[0]
    return Case(
        ok=(
            (r(network.GROUP, ingress(port, "10.0.0.0/8")),),
            (r(network.GROUP, ingress(80, WORLD)),),
            (r(network.OLD_RULE, {"type": "egress", "fromPort": port, "toPort": port, "cidrBlocks": [WORLD]}),),
            (
                r(
                    network.INGRESS,
                    {"fromPort": port, "toPort": port, "ipProtocol": "tcp"},
                    referencedSecurityGroupId=(),
                ),
            ),
        ),
        bad=(
            *((r(network.GROUP, ingress(p, WORLD)),) for p in ports),
            (r(network.GROUP, ingress(1, WORLD, to=65000)),),
            (r(network.GROUP, ingress(0, WORLD, protocol="-1")),),
            (r(network.GROUP, ingress(port, "0.0.0.0/1")),),
            (r(network.DEFAULT_GROUP, ingress(port, WORLD)),),
            (r(network.INGRESS, {"fromPort": port, "toPort": port, "ipProtocol": "tcp", "cidrIpv4": WORLD}),),
            (r(network.INGRESS, {"ipProtocol": "-1", "cidrIpv4": WORLD}),),
            (
                r(
                    network.OLD_RULE,
                    {"type": "ingress", "fromPort": port, "toPort": port, "protocol": "tcp", "cidrBlocks": [WORLD]},
                ),
            ),
        ),
    )


VPC = r(network.VPC, {"cidrBlock": "10.0.0.0/16"}, "vpc")


def endpoint(service: str) -> Case:
    """A rule that asks for an interface endpoint."""
    name = {"serviceName": f"com.amazonaws.us-east-1.{service}"}
    return Case(ok=((VPC, r(network.ENDPOINT, name, "e", vpcId="vpc")),), bad=((VPC,),))


GROUP = r(network.GROUP, {}, "group")
OPEN = r(
    network.INGRESS,
    {"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": WORLD},
    "rule",
    securityGroupId="group",
)
ACL_22 = {"action": "allow", "cidrBlock": WORLD, "fromPort": 0, "toPort": 1024, "protocol": "tcp", "ruleNo": 1}

NETWORK = {
    "EC2.2": Case(
        ok=((VPC, r(network.DEFAULT_GROUP, {}, "default", vpcId="vpc")),),
        bad=((VPC,), (VPC, r(network.DEFAULT_GROUP, ingress(80, "10.0.0.0/8"), "default", vpcId="vpc"))),
    ),
    "EC2.6": Case(
        ok=((VPC, r(network.FLOW_LOG, {"trafficType": "ALL"}, "log", vpcId="vpc")),),
        bad=((VPC,), (VPC, r(network.FLOW_LOG, {"trafficType": "ACCEPT"}, "log", vpcId="vpc"))),
    ),
    "EC2.10": endpoint("ec2"),
    "EC2.55": endpoint("ecr.api"),
    "EC2.56": endpoint("ecr.dkr"),
    "EC2.57": endpoint("ssm"),
    "EC2.58": endpoint("ssm-contacts"),
    "EC2.60": endpoint("ssm-incidents"),
    "EC2.12": Case(
        ok=(
            (r(network.EIP, {"instance": "i"}),),
            (r(network.EIP), r("aws:ec2/natGateway:NatGateway", {}, "n", allocationId="it")),
        ),
        bad=((r(network.EIP),),),
    ),
    "EC2.13": opened(22),
    "EC2.14": opened(3389),
    "EC2.15": one(network.SUBNET, {}, {"mapPublicIpOnLaunch": True}),
    "EC2.16": Case(ok=((r(network.ACL, {"subnetIds": ["s"]}),),), bad=((r(network.ACL),),)),
    "EC2.18": Case(
        ok=((r(network.GROUP, ingress(443, WORLD, WORLD6)),), (r(network.GROUP, ingress(5432, "10.0.0.0/16")),)),
        bad=(
            (r(network.GROUP, ingress(8443, WORLD)),),
            (r(network.GROUP, ingress(80, WORLD, to=443)),),
            (r(network.GROUP, ingress(0, WORLD6, protocol="-1")),),
            (r(network.INGRESS, {"ipProtocol": "-1", "cidrIpv6": WORLD6}),),
        ),
    ),
    "EC2.19": opened(5432, 6379, 22, 27017),
    "EC2.21": Case(
        ok=(
            (r(network.ACL, {"ingress": [{**ACL_22, "cidrBlock": "10.0.0.0/16"}]}),),
            (r(network.ACL, {"ingress": [{**ACL_22, "action": "deny"}]}),),
            (r(network.ACL_RULE, {"egress": True, "ruleAction": "allow", "cidrBlock": WORLD, "protocol": "-1"}),),
        ),
        bad=(
            (r(network.ACL, {"ingress": [ACL_22]}),),
            (r(network.ACL_RULE, {"ruleAction": "allow", "cidrBlock": WORLD, "protocol": "-1"}),),
        ),
    ),
    "EC2.53": opened(22, 3389),
    "EC2.54": Case(
        ok=((r(network.GROUP, ingress(22, WORLD)),),),
        bad=((r(network.GROUP, ingress(22, WORLD6)),), (r(network.GROUP, ingress(3389, WORLD6)),)),
    ),
    "P.EC2.sg-desc": one(network.GROUP, {"description": "tasks"}, {}, {"description": "Managed by Pulumi"}),
    "P.EC2.egress": one(
        network.GROUP,
        {"egress": [{"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": [WORLD]}]},
        {"egress": [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": [WORLD]}]},
    ),
    "P.VPC.sg-used": Case(
        ok=((GROUP, r(ec2.INSTANCE, {}, "i", vpcSecurityGroupIds="group")),), bad=((GROUP,), (GROUP, OPEN))
    ),
    "P.VPC.world-open": Case(
        ok=((GROUP, OPEN, r(elb.BALANCER, {}, "lb", securityGroups="group")), (GROUP, OPEN.but(cidrIpv4="10.0.0.0/8"))),
        bad=((GROUP, OPEN, r("aws:ecs/service:Service", {}, "s", networkConfiguration="group")),),
    ),
}

V2 = {"metadataOptions": {"httpTokens": "required"}}
V1 = {"metadataOptions": {"httpTokens": "optional"}}
KEY = "AKIA" + "IOSFODNN7EXAMPLE"
SCRIPT = f"#!/bin/bash\nexport AWS_ACCESS_KEY_ID={KEY}\n"
SUBNET_A = r(ec2.SUBNET, {"availabilityZone": "us-east-1a"}, "a")
SUBNET_B = r(ec2.SUBNET, {"availabilityZone": "us-east-1b"}, "b")
ASG = r(ec2.GROUP, {}, "g", vpcZoneIdentifiers=("a", "b"))

COMPUTE = {
    "EC2.3": Case(
        ok=(
            (r(ec2.VOLUME, {"encrypted": True}),),
            (r(ec2.INSTANCE, {"rootBlockDevice": {"encrypted": True}}),),
            (r(ec2.INSTANCE, {}, "i", launchTemplate="t"), r(ec2.TEMPLATE, {}, "t")),
        ),
        bad=(
            (r(ec2.VOLUME),),
            (r(ec2.INSTANCE),),
            (r(ec2.INSTANCE, {"rootBlockDevice": {"encrypted": True}, "ebsBlockDevices": [{"deviceName": "x"}]}),),
        ),
    ),
    "EC2.7": one("aws:ebs/encryptionByDefault:EncryptionByDefault", {}, {"enabled": False}),
    "EC2.8": one(ec2.INSTANCE, V2, {}, V1),
    "EC2.9": Case(
        ok=(
            (r(ec2.INSTANCE, {"associatePublicIpAddress": False}),),
            (r(ec2.INSTANCE, {}, "i", subnetId="a"), SUBNET_A),
            (r(ec2.INSTANCE, {"associatePublicIpAddress": True, "sourceDestCheck": False}),),
        ),
        bad=(
            (r(ec2.INSTANCE, {"associatePublicIpAddress": True}),),
            (r(ec2.INSTANCE, {}, "i", subnetId="a"), SUBNET_A.but(mapPublicIpOnLaunch=True)),
            (r(ec2.INSTANCE, {}, "i"), r(ec2.EIP, {}, "e", instance="i")),
        ),
    ),
    "EC2.17": one(
        ec2.INSTANCE,
        {"networkInterfaces": [{"deviceIndex": 0, "networkInterfaceId": "a"}]},
        {"networkInterfaces": [{"deviceIndex": i, "networkInterfaceId": "a"} for i in (0, 1)]},
    ),
    "EC2.24": one(ec2.INSTANCE, {"instanceType": "t4g.nano"}, {"instanceType": "t1.micro"}),
    "EC2.25": one(
        ec2.TEMPLATE,
        {"networkInterfaces": [{"associatePublicIpAddress": "false"}]},
        {"networkInterfaces": [{"associatePublicIpAddress": "true"}]},
    ),
    "EC2.28": Case(
        ok=((r(ec2.VOLUME), r("aws:backup/selection:Selection", {}, "s", resources="it")),), bad=((r(ec2.VOLUME),),)
    ),
    "EC2.170": one(ec2.TEMPLATE, V2, {}, V1),
    "EC2.173": one(
        "aws:ec2/spotFleetRequest:SpotFleetRequest",
        {"launchSpecifications": [{"ebsBlockDevices": [{"encrypted": True}]}]},
        {"launchSpecifications": [{"ebsBlockDevices": [{"encrypted": False}]}]},
    ),
    "EC2.180": one("aws:ec2/networkInterface:NetworkInterface", {}, {"sourceDestCheck": False}),
    "EC2.181": one(
        ec2.TEMPLATE,
        {"blockDeviceMappings": [{"deviceName": "x", "ebs": {"encrypted": "true"}}]},
        {"blockDeviceMappings": [{"deviceName": "x", "ebs": {"volumeSize": 8}}]},
        {"blockDeviceMappings": [{"deviceName": "x", "ebs": {"encrypted": "false"}}]},
    ),
    "EC2.182": one(
        "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",
        {"state": "block-all-sharing"},
        {"state": "unblocked"},
    ),
    "P.EC2.hop": one(ec2.TEMPLATE, {}, {"metadataOptions": {"httpPutResponseHopLimit": 64}}),
    "P.EC2.userdata": one(ec2.INSTANCE, {"userData": "#!/bin/bash\nyum update\n"}, {"userData": SCRIPT}),
    "AutoScaling.1": Case(
        ok=((r(ec2.GROUP, {"targetGroupArns": ["t"], "healthCheckType": "ELB"}),), (r(ec2.GROUP),)),
        bad=((r(ec2.GROUP, {"targetGroupArns": ["t"]}),),),
    ),
    "AutoScaling.2": Case(
        ok=((ASG, SUBNET_A, SUBNET_B),),
        bad=((r(ec2.GROUP, {}, "g", vpcZoneIdentifiers="a"), SUBNET_A), (r(ec2.GROUP),)),
    ),
    "AutoScaling.3": one(ec2.LAUNCH_CONFIGURATION, V2, {}),
    "Autoscaling.5": one(ec2.LAUNCH_CONFIGURATION, {}, {"associatePublicIpAddress": True}),
    "AutoScaling.6": one(
        ec2.GROUP,
        {
            "mixedInstancesPolicy": {
                "launchTemplate": {"overrides": [{"instanceType": "t4g.small"}, {"instanceType": "t4g.medium"}]}
            }
        },
        {},
    ),
    "AutoScaling.9": one(ec2.GROUP, {"launchTemplate": {"id": "t"}}, {}, {"launchConfiguration": "c"}),
}

INTERNAL = r(elb.BALANCER, {"internal": True}, "inner")
REDIRECT = {"type": "redirect", "redirect": {"protocol": "HTTPS", "statusCode": "HTTP_301"}}
LB = r(elb.BALANCER, {}, "lb", subnets=("a", "b"))
BALANCING = {
    "ELB.1": one(
        elb.LISTENER,
        {"protocol": "HTTP", "defaultActions": [REDIRECT]},
        {"protocol": "HTTP", "defaultActions": [{"type": "forward"}]},
        {"port": 80, "defaultActions": [{"type": "forward"}]},
        {"protocol": "HTTP", "defaultActions": [{"type": "redirect", "redirect": {"statusCode": "HTTP_301"}}]},
    ),
    "P.ELB.internal-http": Case(
        ok=(
            (INTERNAL, r(elb.LISTENER, {"protocol": "HTTP", "defaultActions": [REDIRECT]}, loadBalancerArn="inner")),
            # One that strangers reach is another rule's business.
            (r(elb.LISTENER, {"protocol": "HTTP", "defaultActions": [{"type": "forward"}]}),),
        ),
        bad=(
            (INTERNAL, r(elb.LISTENER, {"port": 80, "defaultActions": [{"type": "forward"}]}, loadBalancerArn="inner")),
        ),
    ),
    "ELB.4": one(elb.BALANCER, {"dropInvalidHeaderFields": True}, {}),
    "ELB.5": one(elb.BALANCER, {"accessLogs": {"enabled": True, "bucket": "b"}}, {}, {"accessLogs": {"bucket": "b"}}),
    "ELB.6": one(elb.BALANCER, {"enableDeletionProtection": True}, {}),
    "ELB.12": one(elb.BALANCER, {}, {"desyncMitigationMode": "monitor"}),
    "ELB.13": Case(
        ok=((LB, SUBNET_A, SUBNET_B),), bad=((r(elb.BALANCER, {}, "lb", subnets="a"), SUBNET_A), (r(elb.BALANCER),))
    ),
    "ELB.16": Case(
        ok=((LB, SUBNET_A, SUBNET_B, r(elb.WAF, {}, "w", resourceArn="lb")),), bad=((LB, SUBNET_A, SUBNET_B),)
    ),
    "ELB.17": one(
        elb.LISTENER,
        {"protocol": "HTTPS", "sslPolicy": elb.TLS_POLICIES[0]},
        {"protocol": "HTTPS"},
        {"protocol": "TLS", "sslPolicy": "ELBSecurityPolicy-TLS-1-0-2015-04"},
    ),
    "ELB.18": one(elb.LISTENER, {"protocol": "HTTPS"}, {"protocol": "HTTP"}),
    "ELB.21": one(elb.TARGETS, {"healthCheck": {"protocol": "HTTPS"}}, {}, {"healthCheck": {"protocol": "HTTP"}}),
    "ELB.22": one(elb.TARGETS, {"protocol": "HTTPS"}, {"protocol": "HTTP"}),
}


def grant(*actions: str, on: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """An Allow statement of an identity's policy."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


def granted(*bad: dict[str, Any], ok: tuple[dict[str, Any], ...], token: str = iam.ROLE_POLICY) -> Case:
    """A case about single statements of a policy."""
    return Case(
        ok=tuple((r(token, {"policy": document(statement)}),) for statement in ok),
        bad=(
            *((r(token, {"policy": document(statement)}),) for statement in bad),
            (r(token, {"policy": '{"Statement": "nonsense"}'}),),
            *(
                ((r(iam.ROLE, {"inlinePolicies": [{"name": "x", "policy": document(bad[0])}]}),),)
                if token == iam.ROLE_POLICY
                else ()
            ),
        ),
    )


ARN = "arn:aws:s3:::b/*"
KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/1"
GOOD = grant("s3:GetObject", on=ARN)


def trust(principal: Any, **condition: Any) -> Spec:
    """A role that trusts ``principal``."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return r(iam.ROLE, {"assumeRolePolicy": document({**statement, **({"Condition": condition} if condition else {})})})


GITHUB = {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{iam.GITHUB}"}


def github(subject: str | list[str] | None, *, audience: bool = True) -> Spec:
    """A role that trusts GitHub for a subject."""
    tests: dict[str, Any] = {f"{iam.GITHUB}:aud": "sts.amazonaws.com"} if audience else {}
    if subject is not None:
        tests[f"{iam.GITHUB}:sub"] = subject
    return trust(GITHUB, StringLike=tests)


def managed(name: str) -> dict[str, Any]:
    """An attachment of an AWS-managed policy."""
    return {"policyArn": f"arn:aws:iam::aws:policy/{name}"}


IAM = {
    "IAM.1": granted(
        grant("*"), {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, ok=(GOOD, grant("*", on=ARN))
    ),
    "IAM.2": Case(
        ok=((r(iam.ATTACHMENT, {"roles": ["x"]}),),),
        bad=((r(iam.USER_POLICY, {"user": "u"}),), (r(iam.ATTACHMENT, {"users": ["u"]}),)),
    ),
    "IAM.3": Case(ok=((r(iam.ROLE),),), bad=((r("aws:iam/accessKey:AccessKey", {"user": "u"}),),)),
    "IAM.5": Case(ok=((r(iam.ROLE),),), bad=((r("aws:iam/userLoginProfile:UserLoginProfile", {"user": "u"}),),)),
    "IAM.7": one(
        "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
        {
            "minimumPasswordLength": 14,
            "requireLowercaseCharacters": True,
            "requireUppercaseCharacters": True,
            "requireNumbers": True,
            "requireSymbols": True,
        },
        {"minimumPasswordLength": 14},
        {},
    ),
    "IAM.21": granted(grant("s3:*", on=ARN), grant("*"), ok=(GOOD, grant("ssmmessages:*")), token=iam.POLICY),
    "IAM.27": one(iam.ROLE_ATTACHMENT, managed("SecurityAudit"), managed("AWSCloudShellFullAccess")),
    "KMS.1": granted(
        grant("kms:Decrypt"),
        grant("kms:*", on="arn:aws:kms:*:123456789012:key/*"),
        ok=(GOOD, grant("kms:Decrypt", on=KEY_ARN)),
        token=iam.POLICY,
    ),
    "KMS.2": granted(grant("kms:Decrypt"), ok=(GOOD, grant("kms:Decrypt", on=KEY_ARN))),
    "P.IAM.actions": granted(
        grant("s3:*", on=ARN),
        grant("dynamodb:Put*", on=ARN),
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": ARN},
        ok=(GOOD, grant("s3:Get*", on=ARN)),
    ),
    "P.IAM.wildcard": granted(
        grant("s3:GetObject"),
        grant("dynamodb:GetItem", on="arn:aws:dynamodb:*:*:*"),
        {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": ARN},
        ok=(
            GOOD,
            grant("ecr:GetAuthorizationToken", "cloudwatch:PutMetricData", "ec2:DescribeInstances"),
            grant("ec2:StopInstances", Condition={"StringEquals": {"aws:ResourceTag/project": "shop"}}),
        ),
    ),
    "P.IAM.escalation": granted(
        grant("iam:AttachRolePolicy"),
        grant("iam:*"),
        grant("iam:PassRole", "lambda:CreateFunction"),
        grant("iam:DeleteRolePermissionsBoundary"),
        grant("lambda:UpdateFunctionCode"),
        grant("sts:AssumeRole"),
        ok=(GOOD, grant("iam:PassRole", on="arn:aws:iam::123456789012:role/task")),
    ),
    "P.IAM.admin": one(
        iam.ROLE_ATTACHMENT,
        managed("service-role/AWSLambdaBasicExecutionRole"),
        managed("AdministratorAccess"),
        managed("AmazonS3FullAccess"),
    ),
    "P.IAM.managed": one(
        iam.ROLE_ATTACHMENT, managed("service-role/AWSLambdaBasicExecutionRole"), managed("AmazonS3ReadOnlyAccess")
    ),
    "P.IAM.trust": Case(
        ok=((trust({"Service": "ecs-tasks.amazonaws.com"}),), (github("repo:o/n:environment:prod"),)),
        bad=((trust("*"),), (trust({"AWS": "*"}),), (trust(GITHUB),)),
    ),
    "P.IAM.oidc": Case(
        ok=(
            (github("repo:o/n:environment:prod"),),
            (github(["repo:o/n:ref:refs/heads/main"]),),
            (trust({"Service": "x"}),),
        ),
        bad=(
            (github(None),),
            (github("repo:o/n:*"),),
            (github("repo:o/*"),),
            (github("repo:o/n:environment:prod", audience=False),),
            (github("*"),),
        ),
    ),
}

SECRET_VALUE = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
SETTING_LOG = "arn:aws:ssm:us-east-1:1:servicesetting/ssm/automation/customer-script-log-destination"
SETTING_PUBLIC = "arn:aws:ssm:us-east-1:1:servicesetting/ssm/documents/console/public-sharing-permission"

KEYS = {
    "KMS.3": one(keys.KEY, {}, {"deletionWindowInDays": 7}),
    "KMS.4": one(keys.KEY, {"enableKeyRotation": True}, {}, {"enableKeyRotation": False}),
    "KMS.5": one(
        keys.KEY,
        {"policy": document(allow({"AWS": "123456789012"}, "kms:*"))},
        {"policy": document(allow("*", "kms:*"))},
    ),
    "P.KMS.policy": one(keys.KEY, {}, {"bypassPolicyLockoutSafetyCheck": True}),
    "SecretsManager.1": Case(
        ok=((r(keys.SECRET, {}, "s"), r(keys.ROTATION, {}, "rot", secretId="s")),), bad=((r(keys.SECRET, {}, "s"),),)
    ),
    "SecretsManager.4": one(
        keys.ROTATION,
        {"rotationRules": {"automaticallyAfterDays": 30}},
        {},
        {"rotationRules": {"automaticallyAfterDays": 365}},
    ),
    "P.SM.cmk": one(keys.SECRET, {"kmsKeyId": "key"}, {}),
    "P.SM.policy": one(
        keys.SECRET_POLICY,
        {
            "policy": document(allow({"AWS": "123456789012"}, "secretsmanager:GetSecretValue")),
            "blockPublicPolicy": True,
        },
        {"policy": document(allow("*", "secretsmanager:GetSecretValue")), "blockPublicPolicy": True},
        {"policy": document(allow({"AWS": "123456789012"}, "secretsmanager:GetSecretValue"))},
    ),
    "P.SM.recovery": one(keys.SECRET, {}, {"recoveryWindowInDays": 0}),
    "P.SSM.secure": one(
        keys.PARAMETER,
        {"type": "String", "name": "/shop/url", "value": "https://example.com"},
        {"type": "String", "name": "/shop/token", "value": "correct-horse"},
        {"type": "String", "name": "/shop/x", "value": SECRET_VALUE},
        {"type": "SecureString", "name": "/shop/x", "insecureValue": "x"},
    ),
    "SSM.4": one(
        keys.DOCUMENT,
        {"permissions": {"type": "Share", "account_ids": "123456789012"}},
        {"permissions": {"type": "Share", "account_ids": "All"}},
    ),
    "SSM.6": one(
        keys.SETTING,
        {"settingId": SETTING_LOG, "settingValue": "CloudWatch"},
        {"settingId": SETTING_LOG, "settingValue": "None"},
    ),
    "SSM.7": one(
        keys.SETTING,
        {"settingId": SETTING_PUBLIC, "settingValue": "Disable"},
        {"settingId": SETTING_PUBLIC, "settingValue": "Enable"},
    ),
}

CASES: dict[str, Case] = {**NETWORK, **COMPUTE, **BALANCING, **IAM, **KEYS}
