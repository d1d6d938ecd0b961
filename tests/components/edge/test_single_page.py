"""A site that is one page: its paths, its errors, and what stays of the API's."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from components.edge.single_page import page_code
from guardrails.resource import ABSENT
from tests.support.program import Sample, sample_of
from tests.support.sections import cdn, names

FUNCTION = "aws:cloudfront/function:Function"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"


def planned(**overrides: object) -> Sample:
    def create() -> None:
        from components.edge.cdn import Cdn, Gateway

        Cdn(
            "cdn",
            settings=cdn(**overrides),
            names=names(),
            site_bucket_domain="site.s3.us-east-1.amazonaws.com",
            gateway=Gateway(host="api.example.com"),
        )

    return sample_of(create)


def test_paths_and_errors_show_the_page() -> None:
    sample = planned(singlePage=True)
    found = sample.one(DISTRIBUTION)
    assert found.get("defaultRootObject") == "index.html"
    errors = {entry["errorCode"]: entry for entry in found.get("customErrorResponses")}
    assert set(errors) == {403, 404}
    for status, entry in errors.items():
        assert entry["responsePagePath"] == "/index.html"
        # The API's own status goes through, and one user's refusal is never kept for another.
        assert (entry["responseCode"], entry["errorCachingMinTtl"]) == (status, 0)
    assert sample.refers(found, "defaultCacheBehavior") >= {"cdn-single-page"}
    (association,) = found.get("defaultCacheBehavior.functionAssociations")
    assert association["eventType"] == "viewer-request"
    assert all("functionAssociations" not in behavior for behavior in found.get("orderedCacheBehaviors"))


def test_another_site_has_neither() -> None:
    sample = planned()
    assert sample.all(FUNCTION) == []
    found = sample.one(DISTRIBUTION)
    assert found.get("customErrorResponses") is ABSENT
    assert found.get("defaultCacheBehavior.functionAssociations") is ABSENT


def test_the_page_is_the_default_root_object() -> None:
    sample = planned(singlePage=True, defaultRootObject="app.html")
    assert "'/app.html'" in sample.one(FUNCTION).get("code")
    assert sample.one(DISTRIBUTION).get("customErrorResponses")[0]["responsePagePath"] == "/app.html"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on PATH: the function is JavaScript")
@pytest.mark.parametrize(
    ("path", "served"),
    [
        ("/", "/index.html"),
        ("/instances/i-1", "/index.html"),
        ("/v1.2/about", "/index.html"),
        ("/assets/app.3f2.js", "/assets/app.3f2.js"),
        ("/robots.txt", "/robots.txt"),
    ],
)
def test_a_path_without_a_file_ending_is_the_page(path: str, served: str) -> None:
    call = f"console.log(handler({{request: {{uri: {json.dumps(path)}}}}}).uri)"
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run(  # noqa: S603 - node, and code of ours
        [node, "-e", page_code("index.html") + call], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == served


def test_without_a_ttl_awss_own_policy_caches() -> None:
    sample = planned(staticTtlSeconds=None)
    assert sample.all("aws:cloudfront/cachePolicy:CachePolicy") == []
    assert sample.one(DISTRIBUTION).get("defaultCacheBehavior.cachePolicyId") == "658327ea-f89d-4fab-a63d-7e88639e58f6"
