"""Keys, secrets, parameters, IAM, GuardDuty. https://aws.amazon.com/kms/pricing/ and its neighbours"""

from __future__ import annotations

from typing import Final

from guardrails.cost.mapping import Bill, Key, free, optional, prices
from guardrails.cost.model import Quantity

SERVICE: Final = "Security"
#: Rotation adds key material that is charged, for the first two rotations.
_CHARGED_ROTATIONS: Final = 2

free(
    SERVICE,
    "IAM is free",
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive",
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    "aws:iam/policy:Policy",
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/user:User",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/group:Group",
    "aws:iam/groupPolicy:GroupPolicy",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/accessKey:AccessKey",
    "aws:iam/instanceProfile:InstanceProfile",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    "aws:iam/samlProvider:SamlProvider",
    "aws:iam/serviceLinkedRole:ServiceLinkedRole",
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
    "aws:iam/accountAlias:AccountAlias",
    "aws:accessanalyzer/analyzer:Analyzer",
)
free(
    SERVICE,
    "no charge",
    "aws:kms/alias:Alias",
    "aws:kms/keyPolicy:KeyPolicy",
    "aws:kms/grant:Grant",
    "aws:secretsmanager/secretVersion:SecretVersion",
    "aws:secretsmanager/secretPolicy:SecretPolicy",
    "aws:secretsmanager/secretRotation:SecretRotation",
)


@prices(
    "aws:kms/key:Key",
    "aws:kms/replicaKey:ReplicaKey",
    service=SERVICE,
    keys=(optional("requests", "cryptographic requests"),),
)
def key(bill: Bill) -> None:
    """A month of the key, at most with the two rotations that are charged; requests."""
    rotates = bill.flag("enableKeyRotation")
    most = 1 + (_CHARGED_ROTATIONS if rotates is not False else 0)
    bill.fixed("customer managed key", "kms.key.month", Quantity.of(1, most))
    bill.usage("requests", "KMS requests", "kms.request")


@prices(
    "aws:secretsmanager/secret:Secret",
    service=SERVICE,
    keys=(optional("requests", "API requests"),),
)
def secret(bill: Bill) -> None:
    """A month of the secret and of each replica; requests."""
    replicas = bill.length("replicas")
    if replicas is None:
        bill.undecided("replicas", "replicas")
    bill.fixed("secret", "secretsmanager.secret.month", 1 + (replicas or 0))
    bill.usage("requests", "secret requests", "secretsmanager.request")


@prices("aws:ssm/parameter:Parameter", service=SERVICE)
def parameter(bill: Bill) -> None:
    """Standard parameters are free, advanced ones are not."""
    tier = bill.text("tier", "Standard")
    if tier == "Standard":
        bill.free("standard parameters are free")
    elif tier == "Advanced":
        bill.fixed("advanced parameter", "ssm.parameter.advanced.month", 1)
    else:
        # Intelligent-Tiering becomes advanced only for large values or policies.
        bill.fixed("parameter that may become advanced", "ssm.parameter.advanced.month", Quantity.of(0, 1))


@prices(
    "aws:guardduty/detector:Detector",
    service=SERVICE,
    keys=(
        Key("managementEvents", "CloudTrail management events analysed"),
        Key("flowAndDnsGb", "GB of flow and DNS logs analysed"),
        optional("s3Events", "S3 data events analysed"),
        optional("runtimeVcpus", "vCPU-months under runtime monitoring"),
    ),
)
def detector(bill: Bill) -> None:
    """Events and logs analysed."""
    if bill.resource.is_set("enable") and bill.flag("enable") is False:
        bill.free("the detector is off")
        return
    bill.usage("managementEvents", "GuardDuty management events", "guardduty.cloudtrail.event")
    bill.usage("flowAndDnsGb", "GuardDuty flow and DNS logs", "guardduty.vpc_dns.gb")
    bill.usage("s3Events", "GuardDuty S3 events", "guardduty.s3_event")
    bill.usage("runtimeVcpus", "GuardDuty runtime monitoring", "guardduty.runtime.vcpu_month")


free(SERVICE, "in the detector's lines", "aws:guardduty/detectorFeature:DetectorFeature")
