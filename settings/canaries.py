"""Canaries: a browser that visits the system by the clock, from outside."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.base import Name, ScheduleExpression, Section, by_tier, form

#: Runtimes whose library the canary's code speaks: from 13.1 on, with Puppeteer.
#: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_Library_nodejs_puppeteer.html
CanaryRuntime = Annotated[
    str, form(r"^syn-nodejs-puppeteer-(13\.[1-9]|1[4-9]\.\d|[2-9]\d\.\d)$", "syn-nodejs-puppeteer-13.1")
]


class Canary(Section):
    """A script of CloudWatch Synthetics that opens the site in a browser and asks the API for its health."""

    enabled: bool = by_tier("canaries")
    """Whether the canary exists in this stack."""
    bucket: Name | None = None
    """Bucket of the ``buckets`` section that keeps its code and what each run saw. Required."""
    path: str = form(r"^/", "/", default="/")
    """Page that it opens."""
    health_path: str | None = form(r"^/", "/api/health", default="/api/health")
    """Path that must answer 200 as well; null for none."""
    load_ms: int | None = Field(default=None, ge=100)
    """Milliseconds within which the page must be loaded, or the run fails; null for no limit."""
    schedule: Annotated[ScheduleExpression, form(r"^(cron|rate)", "rate(5 minutes)")] = "rate(5 minutes)"
    """When it runs. Each run costs 0.0012 USD, so every five minutes about 10 USD a month."""
    success_percent: float = Field(default=99.9, gt=0, le=100)
    """Share of its runs that must succeed; an alarm rings below it."""
    evaluations: int = Field(default=1, ge=1, le=12)
    """Runs of five minutes below ``successPercent`` before the alarm rings."""
    runtime: CanaryRuntime = "syn-nodejs-puppeteer-16.1"
    """Runtime; AWS ends one about a year after the next."""
    timeout_seconds: int = Field(default=60, ge=15, le=840)
    """Longest run."""
    memory: int = Field(default=1024, ge=960, le=3008, multiple_of=64)
    """Memory in MB."""
    keep_days: int = Field(default=31, ge=1, le=455)
    """Days that Synthetics keeps what runs saw."""
