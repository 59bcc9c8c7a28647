"""口令: Argon2id with the RFC 9106 low-memory profile, two at a time, off the event loop."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

MIN_LENGTH = 10

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_room = asyncio.Semaphore(2)
# Checked when nobody has that login, so that the answer takes as long as for somebody.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$J8k3DcQnx8ENULXRMmX8sA$xKE853Gi7aaJn7FLZPkFIj4s8xnS96qKFukPaj4lHZQ"


async def hash_password(password: str) -> str:
    async with _room:
        return await asyncio.to_thread(_hasher.hash, password)


async def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; with no hash at all it costs the same and is wrong."""
    async with _room:
        return await asyncio.to_thread(_verify, password_hash or _NOBODY, password) and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
