"""JSON Web Tokens, verified with the current key and with the one before it."""

from __future__ import annotations

from collections.abc import Sequence

import jwt

ALGORITHM = "HS256"
LEEWAY_SECONDS = 30


class TokenError(ValueError):
    """The token proves nothing; the message may be shown to the caller."""


def subject_of(token: str, keys: Sequence[str]) -> str:
    """Who `token` speaks for.

    During a rotation new tokens carry the new key's signature while tokens of the old key are still out; both hold
    until the old key is taken away.

    Raises:
        TokenError: Wrong signature, expired, or without subject or expiry.
    """
    for key in keys:
        try:
            claims = jwt.decode(
                token, key, algorithms=[ALGORITHM], leeway=LEEWAY_SECONDS, options={"require": ["exp", "sub"]}
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.ExpiredSignatureError:
            raise TokenError("the token has expired") from None
        except jwt.InvalidTokenError:
            raise TokenError("the token is not valid") from None
        return str(claims["sub"])
    raise TokenError("the token is not valid")
