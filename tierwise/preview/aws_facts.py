"""Facts that AWS publishes and never changes: regions, partitions, its own account and policy identifiers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Region:
    """One AWS region.

    Attributes:
        description: As AWS names it.
        zones: Suffixes of the availability zones that an account sees; in some regions AWS shows fewer to new accounts.
        opt_in: True when an account has to enable it first.
        load_balancer_account: The account that writes load balancer access logs, None where a service principal does.
            https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    """

    description: str
    zones: str
    opt_in: bool = False
    load_balancer_account: str | None = None


#: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
REGIONS: Final[dict[str, Region]] = {
    "af-south-1": Region("Africa (Cape Town)", "abc", True, "098369216593"),
    "ap-east-1": Region("Asia Pacific (Hong Kong)", "abc", True, "754344448648"),
    "ap-east-2": Region("Asia Pacific (Taipei)", "abc", True),
    "ap-northeast-1": Region("Asia Pacific (Tokyo)", "acd", False, "582318560864"),
    "ap-northeast-2": Region("Asia Pacific (Seoul)", "abcd", False, "600734575887"),
    "ap-northeast-3": Region("Asia Pacific (Osaka)", "abc", False, "383597477331"),
    "ap-south-1": Region("Asia Pacific (Mumbai)", "abc", False, "718504428378"),
    "ap-south-2": Region("Asia Pacific (Hyderabad)", "abc", True),
    "ap-southeast-1": Region("Asia Pacific (Singapore)", "abc", False, "114774131450"),
    "ap-southeast-2": Region("Asia Pacific (Sydney)", "abc", False, "783225319266"),
    "ap-southeast-3": Region("Asia Pacific (Jakarta)", "abc", True, "589379963580"),
    "ap-southeast-4": Region("Asia Pacific (Melbourne)", "abc", True),
    "ap-southeast-5": Region("Asia Pacific (Malaysia)", "abc", True),
    "ap-southeast-7": Region("Asia Pacific (Thailand)", "abc", True),
    "ca-central-1": Region("Canada (Central)", "abd", False, "985666609251"),
    "ca-west-1": Region("Canada West (Calgary)", "abc", True),
    "cn-north-1": Region("China (Beijing)", "abd", False, "638102146993"),
    "cn-northwest-1": Region("China (Ningxia)", "abc", False, "037604701340"),
    "eu-central-1": Region("Europe (Frankfurt)", "abc", False, "054676820928"),
    "eu-central-2": Region("Europe (Zurich)", "abc", True),
    "eu-north-1": Region("Europe (Stockholm)", "abc", False, "897822967062"),
    "eu-south-1": Region("Europe (Milan)", "abc", True, "635631232127"),
    "eu-south-2": Region("Europe (Spain)", "abc", True),
    "eu-west-1": Region("Europe (Ireland)", "abc", False, "156460612806"),
    "eu-west-2": Region("Europe (London)", "abc", False, "652711504416"),
    "eu-west-3": Region("Europe (Paris)", "abc", False, "009996457667"),
    "il-central-1": Region("Israel (Tel Aviv)", "abc", True),
    "me-central-1": Region("Middle East (UAE)", "abc", True),
    "me-south-1": Region("Middle East (Bahrain)", "abc", True, "076674570225"),
    "mx-central-1": Region("Mexico (Central)", "abc", True),
    "sa-east-1": Region("South America (Sao Paulo)", "abc", False, "507241528517"),
    "us-east-1": Region("US East (N. Virginia)", "abcdef", False, "127311923021"),
    "us-east-2": Region("US East (Ohio)", "abc", False, "033677994240"),
    "us-gov-east-1": Region("AWS GovCloud (US-East)", "abc", False, "190560391635"),
    "us-gov-west-1": Region("AWS GovCloud (US-West)", "abc", False, "048591011584"),
    "us-west-1": Region("US West (N. California)", "ac", False, "027434742980"),
    "us-west-2": Region("US West (Oregon)", "abcd", False, "797873946194"),
}


@dataclass(frozen=True, slots=True)
class Partition:
    """A group of regions with identifiers of its own.

    Attributes:
        name: As in ARNs.
        dns_suffix: Of endpoints.
    """

    name: str
    dns_suffix: str


def partition_of(region: str) -> Partition:
    """The partition that a region belongs to."""
    if region.startswith("cn-"):
        return Partition("aws-cn", "amazonaws.com.cn")
    if region.startswith("us-gov-"):
        return Partition("aws-us-gov", "amazonaws.com")
    return Partition("aws", "amazonaws.com")


#: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHE_POLICIES: Final = {
    "Managed-Amplify": "2e54312d-136d-493c-8eb9-b001f22f67d2",
    "Managed-CachingDisabled": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    "Managed-CachingOptimized": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    "Managed-CachingOptimizedForUncompressedObjects": "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
    "Managed-Elemental-MediaPackage": "08627262-05a9-4f76-9ded-b50ca2e3a84f",
    "UseOriginCacheControlHeaders": "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
    "UseOriginCacheControlHeaders-QueryStrings": "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
}

#: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
ORIGIN_REQUEST_POLICIES: Final = {
    "Managed-AllViewer": "216adef6-5c7f-47e4-b989-5492eafa07d3",
    "Managed-AllViewerAndCloudFrontHeaders-2022-06": "33f36d7e-f396-46d9-90e0-52428a34d9dc",
    "Managed-AllViewerExceptHostHeader": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
    "Managed-CORS-CustomOrigin": "59781a5b-3903-41f3-afcb-af62929ccde1",
    "Managed-CORS-S3Origin": "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
    "Managed-Elemental-MediaTailor-PersonalizedManifests": "775133bc-15f2-49f9-abea-afb2e0bf67d2",
    "Managed-HostHeaderOnly": "bf0718e1-ba1e-49d1-88b1-f726733018ae",
    "Managed-UserAgentRefererHeaders": "acba4595-bd28-49b8-b9fe-13317c0390fa",
}

#: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
RESPONSE_HEADERS_POLICIES: Final = {
    "Managed-CORS-and-SecurityHeadersPolicy": "e61eb60c-9c35-4d20-a928-2b84e02af89c",
    "Managed-CORS-With-Preflight": "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
    "Managed-CORS-with-preflight-and-SecurityHeadersPolicy": "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
    "Managed-SecurityHeadersPolicy": "67f7725c-6f97-4210-82d7-5512b31e9d03",
    "Managed-SimpleCORS": "60669652-455b-4ae9-85a4-c4c02393f86c",
}

#: The account that delivers billing reports, and the canonical user that delivers CloudFront's standard logs.
BILLING_SERVICE_ACCOUNT: Final = "386209384616"
LOG_DELIVERY_CANONICAL_USER: Final = "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0"
LOG_DELIVERY_CANONICAL_USER_CHINA: Final = "a52cb28745c0c06e84ec548334e44bfa7fc2a85c54af20cd59e4969344b7af56"
