"""The ``accountBaseline`` section: what an AWS account has once, whatever runs in it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from settings.base import Email, LogRetentionDays, Name, Section, by_tier, form, subsection

#: A CloudFormation type such as ``AWS::S3::Bucket``, as AWS Config names what it records.
ResourceType = Annotated[str, form(r"^AWS::[A-Za-z0-9]+::[A-Za-z0-9]+$", "AWS::RDS::DBInstance")]
#: A GitHub environment or branch, without wildcards: a pattern would trust more than was looked at.
GitHubRef = Annotated[str, form(r"^[A-Za-z0-9_./-]+$", "refs/heads/main", max_length=255)]


class Trail(Section):
    """The CloudTrail trail: every management call in every region, in validated files."""

    enabled: bool = True
    """Whether the account's trail belongs to this stack; false where an organisation's trail records the account."""
    cloudwatch_logs: bool = False
    """Whether events also go to CloudWatch Logs, 0.50 USD a GB, to be searched; alarms then tell of the root user."""
    log_retention_days: LogRetentionDays = 90
    """Days that CloudWatch Logs keeps them; the files follow the bucket's lifecycle."""


class Recorder(Section):
    """The AWS Config recorder, which Config rules of every system in the account need."""

    enabled: bool = by_tier("config_rules")
    """Whether configuration is recorded."""
    resource_types: tuple[ResourceType, ...] = ()
    """Types that are recorded, each change 0.003 USD; all that AWS supports when empty."""
    frequency: Literal["continuous", "daily"] = "continuous"
    """Whether each change is recorded, or one state a day (0.012 USD)."""
    create_service_role: bool = True
    """Whether the stack makes Config's service-linked role; false where the account has had it from before."""


class PasswordPolicy(Section):
    """What the password of an IAM user must be, for accounts that still have one."""

    minimum_length: int = Field(default=14, ge=8, le=128)
    """Fewest characters."""
    max_age_days: int | None = Field(default=None, ge=1, le=1095)
    """Days after which it must be changed; null for never."""
    remembered: int = Field(default=24, ge=1, le=24)
    """Former passwords that may not be used again."""


class SecurityContact(Section):
    """Whom AWS tells of abuse and vulnerabilities, beside the owner of the account's e-mail address."""

    name: str = Field(min_length=1, max_length=64)
    """Name of a person or a team."""
    title: str = Field(min_length=1, max_length=50)
    """Their function."""
    email: Email
    """Address that somebody reads every day."""
    phone: str = form(r"^[\s0-9()+-]+$", "+49 30 123456", max_length=25)
    """Telephone number with its country code."""


class GitHub(Section):
    """Roles that GitHub Actions takes without a stored key, each for one repository."""

    repository: str = form(r"^[A-Za-z0-9-]+/[A-Za-z0-9_.-]+$", "acme/billing")
    """Owner and name, such as ``example/shop``."""
    environments: tuple[GitHubRef, ...] = ()
    """Environments whose jobs may deploy to this account; their reviewers and branch rules are set on GitHub."""
    branches: tuple[GitHubRef, ...] = ()
    """Branches whose jobs may deploy without an environment."""
    preview_branches: tuple[GitHubRef, ...] = ("main",)
    """Branches whose jobs may read, such as the one that a drift check runs on; pull requests always may."""
    create_provider: bool = True
    """Whether the stack makes GitHub's identity provider; false where the account has had it from before."""

    @model_validator(mode="after")
    def _trusts_someone(self) -> GitHub:
        if not self.environments and not self.branches:
            raise ValueError("nobody could deploy: name environments or branches")
        return self


class AccountBaseline(Section):
    """What exists once in an AWS account. One stack of the account has this section, and no other."""

    audit_bucket: Name = "audit"
    """Bucket of the ``buckets`` section that receives the trail and AWS Config's history."""
    trail: Trail = subsection()
    """Who did what."""
    recorder: Recorder = subsection()
    """What the configuration was."""
    block_public_buckets: bool = True
    """Whether S3 refuses public access to every bucket of the account."""
    encrypt_volumes: bool = True
    """Whether EBS encrypts every new volume and keeps snapshots from being shared with everyone."""
    access_analyzer: bool = True
    """Whether IAM Access Analyzer looks for what is open to others; external access is free."""
    password_policy: PasswordPolicy = subsection()
    """Passwords of IAM users."""
    security_contact: SecurityContact | None = None
    """Whom AWS tells of abuse and vulnerabilities."""
    cost_allocation_tags: tuple[str, ...] = ()
    """Tags that bills are split by. Only the account that pays may activate them, a day after their first use."""
    api_gateway_logs: bool = True
    """Whether API Gateway may write logs; every REST and WebSocket API of the account needs it."""
    github: GitHub | None = None
    """Roles for GitHub Actions; null for none."""
