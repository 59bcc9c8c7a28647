"""数据库: the only door to PostgreSQL.

A verb opens `database.transaction()`; a read opens `database.connection()`. Stores get the connection as `db` and
never open anything themselves. JSON columns come and go as Python values.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
Row: TypeAlias = asyncpg.Record

STATEMENTS = 500
"""Prepared statements kept by a connection: all that a process ever sends."""

# What being without PostgreSQL looks like: refused, gone in the middle, shutting down, or no connection in time.
Down = (
    ConnectionError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what a COMMIT says when its connection breaks at that very moment
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)

# What PostgreSQL cannot keep as a text or in a JSON value: NUL.
ImpossibleText = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


async def prepare(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Set up a fresh connection: JSON codecs, and the time zone people see."""
    await connection.set_type_codec("jsonb", encoder=_dump, decoder=json.loads, schema="pg_catalog")
    await connection.set_type_codec("json", encoder=_dump, decoder=json.loads, schema="pg_catalog")


async def _as_it_is(connection: Connection) -> None:
    """How a connection goes back to the pool. Nothing of ours is set for longer than a transaction (a test looks), so
    asyncpg's RESET ALL would only be a round trip more at the end of every read."""


class Database:
    """A pool of connections."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", url: str) -> None:
        self._pool = pool
        self.url = url

    @classmethod
    async def open(cls, url: str, *, connections: int = 16) -> "Database":
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=connections,
            init=prepare,
            reset=_as_it_is,
            statement_cache_size=STATEMENTS,
            command_timeout=30,
            server_settings={"timezone": "Asia/Shanghai", "application_name": "zhusuo"},
        )
        return cls(pool, url)

    async def close(self) -> None:
        try:
            await asyncio.wait_for(self._pool.close(), timeout=5)
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection for reading; each statement is its own transaction."""
        async with self._pool.acquire(timeout=10) as connection:
            yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """One verb, one transaction: commits at the end, rolls back on any exception."""
        async with self._pool.acquire(timeout=10) as connection, connection.transaction():
            yield connection


async def at_moment(url: str, snapshot: str) -> Connection:
    """A connection of its own that sees the database as it was when `moment` was named, for as long as it is open."""
    db = await asyncpg.connect(url, statement_cache_size=STATEMENTS)
    await prepare(db)
    await db.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    await db.execute("SET TRANSACTION SNAPSHOT " + _literal(snapshot))
    return db


@asynccontextmanager
async def moment(database: Database) -> AsyncIterator[tuple[Connection, str]]:
    """A transaction that sees the database as it is now, and the name by which others may see the same."""
    async with database.connection() as db, db.transaction(isolation="repeatable_read", readonly=True):
        yield db, await db.fetchval("SELECT pg_export_snapshot()")


def _literal(text: str) -> str:
    """A name in a statement that takes no parameters."""
    return "'" + text.replace("'", "''") + "'"
