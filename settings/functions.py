"""The ``functions`` section: code on AWS Lambda."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from settings.base import Link, LogRetentionDays, Name, ScheduleExpression, Section, by_tier, form, subsection
from settings.services import PinnedImage

#: Runtimes that AWS keeps mending for at least another year.
#: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
Runtime = Literal["nodejs24.x", "python3.12", "python3.13", "python3.14", "provided.al2023"]
#: A published version of a layer.
LayerArn = Annotated[
    str,
    form(
        r"^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:layer:[A-Za-z0-9_-]+:\d+$",
        "arn:aws:lambda:us-east-1:123456789012:layer:insights:38",
    ),
]
#: A version of a profile of AWS Signer.
SigningProfileArn = Annotated[
    str,
    form(
        r"^arn:aws[a-z-]*:signer:[a-z0-9-]+:\d{12}:/signing-profiles/\S+/\S+$",
        "arn:aws:signer:us-east-1:123456789012:/signing-profiles/release/AbCdEfGhIj",
    ),
]
#: Something that Lambda hands a failed call to.
DestinationArn = Annotated[
    str,
    form(
        r"^arn:aws[a-z-]*:(sqs|sns|lambda|events):[a-z0-9-]+:\d{12}:\S+$", "arn:aws:sqs:us-east-1:123456789012:failed"
    ),
]

#: Largest timeout of a function, in seconds.
MAX_TIMEOUT = 900


class FunctionDeployment(Section):
    """How a new version of a function takes over from the one before."""

    strategy: Literal["direct", "all-at-once", "linear", "canary"] = by_tier("function_deployment")
    """``direct`` moves the alias ``live`` with the deployment of the stack. The others leave it to CodeDeploy, which
    goes back when an alarm with ``rollback`` rings."""
    percent: int = Field(default=5, ge=1, le=99)
    """Share of the calls that a canary, or each step of a linear deployment, moves."""
    minutes: int = Field(default=60, ge=1, le=2880)
    """Minutes that a canary, or each step, is watched."""


class ProvisionedConcurrency(Section):
    """Instances of the function that are kept ready, and paid for by the hour."""

    min: int = Field(ge=1)
    """Fewest instances."""
    max: int | None = Field(default=None, ge=1)
    """Most instances; without it their number is fixed."""
    held_by: Literal["alias", "version"] = "alias"
    """What keeps them. Lambda refuses them on an alias that shares its calls between two versions, as a canary does:
    ``version`` then keeps those of each version, until somebody removes the old one's."""
    utilization: float = Field(default=0.7, ge=0.1, le=0.9)
    """Share of the instances in use that scaling aims at."""

    @model_validator(mode="after")
    def _ordered(self) -> ProvisionedConcurrency:
        if self.max is not None and self.max < self.min:
            raise ValueError(f"max {self.max} is below min {self.min}")
        return self


class AsyncCalls(Section):
    """What becomes of calls that wait for no answer, from events, buckets and topics."""

    retries: int = Field(default=2, ge=0, le=2)
    """Tries after the first that fails."""
    max_age_seconds: int = Field(default=21600, ge=60, le=21600)
    """Age at which a waiting call is given up."""
    on_failure: Literal["queue"] | DestinationArn = "queue"
    """Where a call goes that was given up: a queue of the function's own, or the ARN of another receiver."""
    keep: Literal["destination", "dead-letter"] = "destination"
    """``destination`` keeps the call with its error, ``dead-letter`` the call alone and needs a queue or a topic."""


class FunctionSchedule(Section):
    """When EventBridge calls a function by the clock, UTC."""

    enabled: bool = True
    """Whether it calls in this stack."""
    description: str = Field(min_length=1, max_length=512)
    """What the call does."""
    at: Annotated[ScheduleExpression, form(r"^(cron|rate)", "rate(5 minutes)")]
    """``cron(0 8 * * ? *)`` or ``rate(1 day)``."""
    retries: int = Field(default=3, ge=0, le=185)
    """Tries after the first to hand the call to Lambda; what becomes of calls that then fail says ``asyncCalls``."""


class Function(Section):
    """A Lambda function with a published version and the alias ``live``."""

    enabled: bool = True
    """Whether the function exists in this stack."""
    physical_name: str | None = form(r"^[A-Za-z0-9_-]{1,64}$", "billing-api-dev", default=None)
    """Exact name in AWS; ``<system>-<stage>-<name>`` by default."""
    description: str = Field(default="", max_length=256)
    """What it does."""
    archive: str | None = None
    """Folder or zip file with its code, relative to the program. Without it, ``image`` and ``build``, the function runs
    the image of its own repository at ``release``."""
    image: PinnedImage | None = None
    """Image to run, pinned by digest or commit."""
    build: str | None = None
    """Folder with a Dockerfile; the image is built and pushed to the function's repository on deployment."""
    runtime: Runtime | None = None
    """Runtime of an archive; an image brings its own."""
    handler: str | None = form(r"^\S{1,128}$", "handler.main", default=None)
    """What is called: required for an archive; for an image its command, in place of the image's own."""
    memory: int = Field(default=512, ge=128, le=10240)
    """Memory in MB; processor time comes with it, one virtual CPU at 1769."""
    timeout_seconds: int = Field(default=30, ge=1, le=MAX_TIMEOUT)
    """Longest run."""
    answers_after_seconds: int | None = Field(default=None, ge=1, le=MAX_TIMEOUT)
    """Seconds after which the function answers its caller, work done or not: it reads them from
    ANSWERS_AFTER_SECONDS. ``timeoutSeconds`` may then be longer than an API waits."""
    architecture: Literal["ARM64", "X86_64"] = "ARM64"
    """Processor. ARM64 is a fifth cheaper."""
    ephemeral_storage_mb: int = Field(default=512, ge=512, le=10240)
    """Size of ``/tmp``; beyond 512 it costs."""
    layers: Annotated[tuple[LayerArn, ...], Field(max_length=5)] = ()
    """Layers of an archive, each by its version."""
    vpc: bool = False
    """Whether it runs in the private subnets; its links then open the ports they need."""
    reserved_concurrency: int | None = Field(default=None, ge=0)
    """Most calls at once, taken from the account's quota; null for what the account leaves."""
    provisioned_concurrency: ProvisionedConcurrency | None = None
    """Instances that are kept ready."""
    async_calls: AsyncCalls | None = None
    """What becomes of calls that wait for no answer."""
    schedules: dict[Name, FunctionSchedule] = Field(default_factory=dict[str, FunctionSchedule])
    """When EventBridge calls it by the clock, by name."""
    tracing: bool = True
    """Whether X-Ray traces the calls that it samples."""
    environment: dict[str, str] = Field(default_factory=dict[str, str])
    """Plain environment variables. What ``links`` provide need not be repeated."""
    links: tuple[Link, ...] = ()
    """What the function uses; derives access, environment and, in the VPC, security-group rules."""
    log_level: Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] = "INFO"
    """Least level that the function's lines are kept at; also its variable LOG_LEVEL."""
    system_log_level: Literal["DEBUG", "INFO", "WARN"] = "WARN"
    """The same for the lines of Lambda itself."""
    log_group: str | None = form(r"^[A-Za-z0-9_./#{}-]{1,512}$", "/aws/lambda/billing-api", default=None)
    """Exact name of its log group, in which ``{function}`` stands for its name and ``{stage}`` for the stage;
    ``/<system>/<stage>/<name>`` by default."""
    log_retention_days: LogRetentionDays = by_tier("log_retention_days")
    """Days that the function's log is kept."""
    signing_profiles: tuple[SigningProfileArn, ...] = ()
    """Signing profiles that the code of an archive must come from; none for no check."""
    deployment: FunctionDeployment = subsection()
    """How a new version takes over."""

    @property
    def longest_answer_seconds(self) -> int:
        """Seconds that a caller may wait for an answer."""
        return self.timeout_seconds if self.answers_after_seconds is None else self.answers_after_seconds

    @property
    def packaged(self) -> Literal["Zip", "Image"]:
        """How the code comes."""
        return "Image" if self.archive is None else "Zip"

    @model_validator(mode="after")
    def _valid(self) -> Function:
        given = [key for key in ("archive", "image", "build") if getattr(self, key) is not None]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} are all set: name one")
        if self.archive is not None:
            missing = [key for key in ("runtime", "handler") if getattr(self, key) is None]
            if missing:
                raise ValueError(f"an archive needs {' and '.join(missing)}")
        elif self.runtime is not None or self.layers or self.signing_profiles:
            extra = [key for key in ("runtime", "layers", "signingProfiles") if self._is_set(key)]
            raise ValueError(f"{', '.join(extra)}: only an archive takes that; an image brings its own")
        if self.answers_after_seconds is not None and self.answers_after_seconds > self.timeout_seconds:
            raise ValueError(f"answersAfterSeconds {self.answers_after_seconds} is above timeoutSeconds")
        reserved, ready = self.reserved_concurrency, self.provisioned_concurrency
        if reserved is not None and ready is not None and (ready.max or ready.min) > reserved:
            raise ValueError(f"provisionedConcurrency {ready.max or ready.min} is above reservedConcurrency {reserved}")
        shares = self.deployment.strategy in ("canary", "linear")
        if ready is not None and ready.held_by == "alias" and shares:
            raise ValueError(
                f"provisionedConcurrency heldBy alias: Lambda refuses it while a {self.deployment.strategy} deployment "
                "shares the alias's calls: heldBy version, or deployment.strategy all-at-once"
            )
        return self

    def _is_set(self, key: str) -> bool:
        return bool({"runtime": self.runtime, "layers": self.layers, "signingProfiles": self.signing_profiles}[key])
