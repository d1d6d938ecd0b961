"""What goes wrong between us and AWS, each as one line with the next step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from tierwise.operations.answers import part
from tierwise.preview.errors import ConfigError

#: Where permissions are listed.
PERMISSIONS: Final = "docs/operations.md#permissions"

_EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
_UNKNOWN: Final = frozenset(
    {
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId",
        "AuthFailure",
    }
)
_DENIED: Final = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized", "AuthorizationError", "403"}
)
_THROTTLED: Final = frozenset(
    {
        "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded",
        "RequestThrottled", "ProvisionedThroughputExceededException", "SlowDown", "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
    }
)  # fmt: skip


class OperationError(ConfigError):
    """An operation cannot begin or go on; one line, and the way out.

    Args:
        message: What is wrong, where, and the next step.
    """

    def __init__(self, message: str) -> None:
        super().__init__([message])


class AwsError(OperationError):
    """AWS refused a call or did not answer.

    Args:
        message: One line.
        code: AWS's code, "" where there was no answer.
        call: The call, such as ``ecs:UpdateService``.
    """

    def __init__(self, message: str, *, code: str, call: str) -> None:
        super().__init__(message)
        self.code = code
        self.call = call

    @property
    def missing(self) -> bool:
        """Whether what was asked for does not exist."""
        return self.code in ("404", "ParameterNotFound", "ClusterNotFoundException") or self.code.endswith(
            ("NotFound", "NotFoundException", "NotFoundFault", "NoSuchBucket", "NoSuchKey", "NoSuchEntity")
        )


def translate(error: Exception, call: str, *, who: str = "", region: str = "") -> AwsError:
    """Say what a botocore error means.

    Args:
        error: As botocore raised it.
        call: The call, such as ``ecs:UpdateService``.
        who: ARN of the caller, when known.
        region: Region that was asked.
    """
    from botocore import exceptions as raised

    if isinstance(error, raised.ClientError):
        return _refused(cast("Mapping[str, Any]", error.response), call, who)  # pyright: ignore[reportUnknownMemberType]
    if isinstance(error, (raised.NoCredentialsError, raised.PartialCredentialsError, raised.CredentialRetrievalError)):
        message = "no AWS credentials: sign in (aws sso login), or name a profile with AWS_PROFILE"
    elif isinstance(error, (raised.TokenRetrievalError, raised.SSOTokenLoadError, raised.UnauthorizedSSOTokenError)):
        message = "the AWS sign-in has expired: sign in again (aws sso login)"
    elif isinstance(error, raised.ProfileNotFound):
        message = f"{error}: AWS_PROFILE names a profile of ~/.aws/config"
    elif isinstance(error, (raised.HTTPClientError, raised.ConnectionError)):
        message = f"{call}  no answer from AWS in {region}: {error}; check the network and repeat, nothing is lost"
    elif isinstance(error, raised.ParamValidationError):
        message = f"{call}  {' '.join(str(error).split())}"
    else:
        message = f"{call}  {error}"
    return AwsError(message, code="", call=call)


def _refused(response: Mapping[str, Any], call: str, who: str) -> AwsError:
    detail = part(response, "Error")
    code, text = str(detail.get("Code", "")), " ".join(str(detail.get("Message", "")).split())
    if code in _EXPIRED:
        message = "the AWS credentials have expired: sign in again (aws sso login), then repeat; nothing is lost"
    elif code in _UNKNOWN:
        message = f"AWS does not know these credentials ({code}): sign in again, or look at AWS_PROFILE"
    elif code in _DENIED:
        message = f"{call}  access denied{f' to {who}' if who else ''}: {PERMISSIONS} lists what the command needs"
    elif code in _THROTTLED:
        message = f"{call}  AWS still answers {code} after every retry: wait a minute and repeat; nothing is lost"
    else:
        message = f"{call}  {text or code}"
    return AwsError(message, code=code, call=call)
