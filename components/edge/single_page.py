"""How a distribution serves a site that is one page and finds its way itself."""

from __future__ import annotations

from typing import Final

import pulumi
from pulumi_aws import cloudfront

from components.component import Component
from components.names import Names

_NAME_LIMIT: Final = 64
#: What a private bucket answers for an object that does not exist, with and without the right to list it.
_MISSING: Final = (403, 404)


class SinglePage(Component):
    """A CloudFront function that turns every path without a file ending into the page's own.

    A path such as ``/instances/42`` then answers 200 with the page, which reads the path itself; API paths have a
    behaviour of their own and are not touched.

    Costs at rest: nothing; two million calls a month are free, a further million costs 0.10 USD. Another name replaces
    it. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/example_cloudfront_functions_url_rewrite_single_page_apps_section.html

    Args:
        name: Logical name.
        page: Object that is the page, such as ``index.html``.
        names: Names of the stack.
        opts: Options of the component.

    Attributes:
        association: What the site's behaviour names the function by.
    """

    token = "edge:SinglePage"  # noqa: S105 - a type token

    def __init__(self, name: str, *, page: str, names: Names, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts=opts)
        function = cloudfront.Function(
            name,
            name=names.physical("single-page", limit=_NAME_LIMIT),
            comment="Paths without a file ending are the page's own",
            runtime="cloudfront-js-2.0",
            code=page_code(page),
            publish=True,
            tags=self.tags,
            opts=self.child(delete_before_replace=True),
        )
        self.association = cloudfront.DistributionDefaultCacheBehaviorFunctionAssociationArgs(
            event_type="viewer-request", function_arn=function.arn
        )
        self.register_outputs({})


def page_code(page: str) -> str:
    """The function's code.

    Args:
        page: Object that is the page.
    """
    return (
        "function handler(event) {\n"
        "  var request = event.request;\n"
        "  if (request.uri.split('/').pop().indexOf('.') === -1) {\n"
        f"    request.uri = '/{page}';\n"
        "  }\n"
        "  return request;\n"
        "}\n"
    )


def page_errors(page: str) -> list[cloudfront.DistributionCustomErrorResponseArgs]:
    """What the distribution shows for an object that does not exist: the page, under the status as it is.

    An error response holds for every origin, the API among them. So the status stays, by which the page tells what its
    call came to, and nothing of it is cached: a refusal that one user got must not answer the next.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html

    Args:
        page: Object that is the page.
    """
    return [
        cloudfront.DistributionCustomErrorResponseArgs(
            error_code=status, response_code=status, response_page_path=f"/{page}", error_caching_min_ttl=0
        )
        for status in _MISSING
    ]
