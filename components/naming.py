"""Physical names, for the few resources that need an exact one; everything else keeps Pulumi's auto-name."""

from __future__ import annotations

import hashlib


def physical_name(*parts: str, limit: int, separator: str = "-") -> str:
    """Join ``parts`` into a name of at most ``limit`` characters.

    A name that is too long keeps its beginning and ends in a hash of the whole, so that two long names stay different.

    Args:
        parts: From the general to the particular, such as system, stage and role.
        limit: Longest name that the AWS service accepts.
        separator: What stands between the parts.

    Raises:
        ValueError: No parts, or a limit too small for the hash.
    """
    if not parts or not all(parts):
        raise ValueError("a physical name needs at least one part, and none may be empty")
    name = separator.join(parts)
    if len(name) <= limit:
        return name
    suffix = separator + hashlib.sha256(name.encode()).hexdigest()[:6]
    if limit <= len(suffix):
        raise ValueError(f"a limit of {limit} leaves no room for a name")
    return name[: limit - len(suffix)].rstrip(separator) + suffix
