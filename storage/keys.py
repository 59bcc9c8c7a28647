"""Keys: an object is called by the hash of its content, so the same bytes are stored once and never overwritten."""

import re

_SHA256 = re.compile(r"[0-9a-f]{64}")


def content_key(sha256: str) -> str:
    """`sha256/ab/cd/<hash>` for a lower-case hex digest; two levels of folders keep a file system's lists short."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"not a SHA-256 in lower-case hex: {sha256!r}")
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"
