"""Tells text that looks like a credential: known token shapes first, then the entropy of values with telling names.

A caller says *that* a value looks like a secret and where; it never says the value.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter
from typing import Final

_SHAPES: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("an AWS access key id", re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")),
    ("an AWS secret access key", re.compile(r"(?i)aws_?secret\w{0,20}['\"]?\s*[:=]\s*['\"]?[A-Za-z0-9/+]{40}\b")),
    ("a private key", re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY")),
    ("a GitHub token", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})")),
    ("a Slack token", re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}")),
    ("a Slack webhook", re.compile(r"hooks\.slack\.com/services/T\w+/B\w+/\w{16,}")),
    ("a Stripe key", re.compile(r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}")),
    ("an API key of OpenAI or Anthropic", re.compile(r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,}")),
    ("a Google API key", re.compile(r"\bAIza[A-Za-z0-9_-]{35}\b")),
    ("a Pulumi access token", re.compile(r"\bpul-[a-f0-9]{40}\b")),
    ("an npm token", re.compile(r"\bnpm_[A-Za-z0-9]{36}\b")),
    ("a signed token (JWT)", re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}")),
    ("a URL with a password", re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s:/@]*:[^\s:/@${}<]{4,}@")),
)
_NAME: Final = re.compile(
    r"(?i)(?:^|[_.-])(?:passw(?:or)?d|passphrase|pwd|secret|token|credentials?|private_?key|api_?key|access_?key|"
    r"auth_?key|signing_?key|encryption_?key|webhook_?url)(?:$|[_.-])"
)
#: Names that end in one of these hold the address or a measure of a secret, not the secret.
_ADDRESS: Final = re.compile(
    r"(?i)[_.-](?:arn|arns|name|names|id|path|file|prefix|ttl|length|version|url|host|header|"
    r"seconds|minutes|hours|days)$"
)
_REFERENCE: Final = re.compile(r"^(?:arn:aws|/[\w./-]+$|\$\{|\{\{resolve:|https?://[^:@]*$|alias/)")
#: Keys mix both cases with digits, or are long hexadecimal; names of things are words, mostly of one case.
_CANDIDATE: Final = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9+/=_~!@#$%^&*-]{20,}|[0-9a-f]{32,}")
_ASSIGNMENT: Final = re.compile(r"(?m)\b([A-Za-z][A-Za-z0-9_.-]*)\s*[=:]\s*['\"]?([^\s'\";]{8,})")
#: Bits a character; random base64 has about 5 in short texts, words and host names stay below 4.
_ENTROPY: Final = 4.0
_HEX_ENTROPY: Final = 3.2


def entropy(text: str) -> float:
    """Shannon entropy of ``text`` in bits a character."""
    if not text:
        return 0.0
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def token_shape(text: str) -> str | None:
    """What kind of credential ``text`` contains (``"a GitHub token"``), or None."""
    if len(text) < 8:
        return None
    return next((kind for kind, shape in _SHAPES if shape.search(text)), None)


def looks_secret(text: str) -> bool:
    """True when the text alone, whatever it is called, looks like a credential."""
    if token_shape(text):
        return True
    return bool(_CANDIDATE.fullmatch(text)) and entropy(text) >= (_HEX_ENTROPY if text.islower() else _ENTROPY)


def named_secret(name: str, value: str) -> str | None:
    """Why a named value (an environment variable, a parameter) looks like a plaintext secret, or None.

    Args:
        name: Its name.
        value: Its value. Never part of the answer.
    """
    shape = token_shape(value)
    if shape:
        return f"holds {shape}"
    if not value or _REFERENCE.match(value):
        return None
    if _NAME.search(name) and not _ADDRESS.search(name) and value.lower() not in ("true", "false"):
        return "is named like a secret and holds a literal"
    if looks_secret(value):
        return "holds a random-looking literal"
    return None


def script_secret(text: str) -> str | None:
    """Why a script (user data, plain or base64) looks as if it held a credential, or None."""
    for script in (text, _decoded(text)):
        if script is None:
            continue
        shape = token_shape(script)
        if shape:
            return f"holds {shape}"
        for name, value in _ASSIGNMENT.findall(script):
            if not value.startswith("$") and named_secret(name, value) == "is named like a secret and holds a literal":
                return f'assigns a literal to "{name}"'
    return None


def _decoded(text: str) -> str | None:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
