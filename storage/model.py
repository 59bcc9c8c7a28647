"""What a store is reached by, what it tells about an object, and how it fails."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class StoreSettings:
    """Where the store is. Timeouts are in seconds; `threads` bounds how many requests are under way at once."""

    endpoint: str
    access_key: str
    secret_key: str = field(repr=False)
    bucket: str
    region: str = "cn-east-1"
    secure: bool = False
    threads: int = 8
    connect_timeout: float = 1.0
    read_timeout: float = 10.0


@dataclass(frozen=True, kw_only=True)
class Stat:
    """An object without its bytes. `etag` is whatever the store calls it, empty where it has none: not a hash."""

    key: str
    size: int
    etag: str
    modified_at: datetime


class StoreError(Exception):
    """The store answered, and the answer was no."""


class Missing(StoreError):
    """No object has this key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no object {key}")
        self.key = key


class TooLarge(StoreError):
    """The object is larger than the caller was ready to hold in memory."""

    def __init__(self, key: str, limit: int) -> None:
        super().__init__(f"object {key} exceeds {limit} bytes")
        self.key = key
        self.limit = limit


class Unavailable(StoreError):
    """The store is down, unreachable, silent or too slow; trying again later may help."""


class Silent(Unavailable):
    """It took the whole time it had and said nothing: asking it something else now would take as long again."""
