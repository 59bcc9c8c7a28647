"""同一请求只办一次: what an Idempotency-Key promises, kept in the very transaction of the work.

The key's row and the work commit together or not at all: a process that dies in between leaves neither, a call that
fails leaves no key, and a second call with the same key waits for the first and gets its answer.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from zhusuo.db import Connection, Database
from zhusuo.errors import Conflict, Invalid

KEY_LIMIT = 200
WAIT_SECONDS = 10


class KeyReused(Conflict):
    code = "idempotency_key_reused"
    sentence = "这个 Idempotency-Key 已用于另一个请求。换一个键再试；若是重试，请求内容须与第一次相同。"


class StillWorking(Conflict):
    code = "idempotency_in_progress"
    sentence = "同一个请求正在办理，请稍后用相同的 Idempotency-Key 再取结果。"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a call was answered: its status (as of HTTP) and its body as plain JSON; `repeated`: it was given before."""

    status: int
    body: Any
    repeated: bool = False


class OneTransaction(Database):
    """A database whose transactions are savepoints in one that is open already."""

    def __init__(self, db: Connection, url: str) -> None:
        self._db = db
        self.url = url

    async def close(self) -> None:
        """The connection belongs to whoever opened the transaction."""

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        yield self._db

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        async with self._db.transaction():
            yield self._db


async def once(
    database: Database,
    caller_id: UUID,
    key: str,
    route: str,
    request: bytes,
    work: Callable[[Database], Awaitable[Answer]],
) -> Answer:
    """Do the work, or give the answer it was given before under this caller's key.

    `work` must use the database it is handed, one statement after the other, and must not wait for anything outside it
    (a store, another server): a lock is held meanwhile. `route` and the bytes of the `request` are what the key stands
    for. Raises KeyReused, StillWorking, Invalid, and whatever the work raises.
    """
    if not key.isprintable() or not 0 < len(key) <= KEY_LIMIT:
        raise Invalid({"Idempotency-Key": f"写 1 至 {KEY_LIMIT} 个可见字符。"})
    request_hash = hashlib.sha256(route.encode() + b"\0" + request).digest()
    async with database.transaction() as db:
        await _turn(db, caller_id, key)
        row = await db.fetchrow(
            """
            SELECT request_hash, status, body
              FROM idempotency_keys
             WHERE caller_id = $1
               AND key = $2
            """,
            caller_id,
            key,
        )
        if row is not None:
            if row["request_hash"] != request_hash:
                raise KeyReused
            return Answer(status=row["status"], body=row["body"], repeated=True)
        answer = await work(OneTransaction(db, database.url))
        await db.execute(
            """
            INSERT INTO idempotency_keys (caller_id, key, route, request_hash, status, body)
                 VALUES ($1, $2, $3, $4, $5, $6)
            """,
            caller_id,
            key,
            route,
            request_hash,
            answer.status,
            answer.body,
        )
    return answer


async def _turn(db: Connection, caller_id: UUID, key: str) -> None:
    """Wait until nobody else works under this key. Raises StillWorking."""
    try:
        await db.execute("SELECT set_config('lock_timeout', $1, true)", f"{WAIT_SECONDS}s")
        await db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{caller_id} {key}")
        await db.execute("SELECT set_config('lock_timeout', '0', true)")
    except asyncpg.LockNotAvailableError as error:
        raise StillWorking from error
