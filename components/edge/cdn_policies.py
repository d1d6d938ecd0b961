"""CloudFront policies that AWS manages, whose ids are the same in every account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

#: Cache policies of API paths, by the word in the settings. ``disabled`` is CachingDisabled; ``optimized`` is
#: UseOriginCacheControlHeaders-QueryStrings, which caches what the service's Cache-Control header allows, by query
#: string.
#: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
API_CACHE_POLICIES: Final[Mapping[Literal["disabled", "optimized"], str]] = {
    "disabled": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    "optimized": "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
}
#: CachingOptimized: by path alone, compressed, for a day unless the object says otherwise.
STATIC_CACHE_POLICY: Final = "658327ea-f89d-4fab-a63d-7e88639e58f6"
#: AllViewer: everything that the user sent, the Host header included, against which CloudFront checks the origin's
#: certificate.
#: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
ALL_VIEWER_REQUEST_POLICY: Final = "216adef6-5c7f-47e4-b989-5492eafa07d3"
#: AllViewerExceptHostHeader: the same without the Host header, by which API Gateway finds its API.
VIEWER_WITHOUT_HOST_POLICY: Final = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
