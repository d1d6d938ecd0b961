"""What PostgreSQL keeps instead of a password: enough to check one, not enough to sign in.

https://www.postgresql.org/docs/current/auth-password.html and RFC 5803.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Final

#: PostgreSQL's own number of rounds and length of the salt.
ITERATIONS: Final = 4096
_SALT_BYTES: Final = 16


def scram_verifier(password: str, salt: bytes | None = None) -> str:
    """The SCRAM-SHA-256 verifier of a password.

    Args:
        password: The password, in ASCII: anything else would have to be prepared (RFC 4013) as clients do.
        salt: Sixteen bytes; drawn when None.

    Raises:
        ValueError: The password has other characters, which are not repeated here.
    """
    if not password.isascii() or not password.isprintable() or not password:
        raise ValueError("a password of the database must be printable ASCII")
    salt = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, ITERATIONS)
    stored = hashlib.sha256(_keyed(salted, b"Client Key")).digest()
    return f"SCRAM-SHA-256${ITERATIONS}:{_text(salt)}${_text(stored)}:{_text(_keyed(salted, b'Server Key'))}"


def _keyed(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
