"""Databases on the run's one PostgreSQL: copies of a migrated template, and one in which nothing is committed."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from zhusuo.carriers.divisions import load_divisions
from zhusuo.db import Connection, Database, prepare
from zhusuo.migrations import migrate


class Server:
    """The running server; `url(name)` names one of its databases."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)

    def url(self, name: str) -> str:
        return urlunsplit(self._url._replace(path=f"/{name}"))

    async def run(self, sql: str, name: str = "postgres") -> None:
        connection = await asyncpg.connect(self.url(name))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    async def create(self, name: str, template: str = "template0") -> str:
        """Create a database; its URL."""
        await self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)


async def build_template(server: Server) -> str:
    """The database all others are copied from: the real migrations, and the divisions of the city; its name."""
    url = await server.create("template_zhusuo")
    await migrate(url)
    database = await Database.open(url, connections=2)
    try:
        await load_divisions(database)
    finally:
        await database.close()
    return "template_zhusuo"


def new_name() -> str:
    return f"test_{uuid.uuid4().hex[:12]}"


class OneConnection(Database):
    """A Database over one connection inside a transaction that the test rolls back.

    `transaction()` is a savepoint and `connection()` the same connection. Another task waits until this one has left;
    within one task both may be nested. Because everything happens in one transaction, `now()` stands still for the
    whole test: where an order in time matters use `fresh_database`.
    """

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]", url: str) -> None:
        self.url = url
        self.raw = connection
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None

    async def close(self) -> None:
        """The connection belongs to the fixture, which closes it."""

    @asynccontextmanager
    async def _held(self) -> AsyncIterator[None]:
        task = asyncio.current_task()
        if self._holder is task:
            yield
            return
        await asyncio.wait_for(self._lock.acquire(), 60)
        self._holder = task
        try:
            yield
        finally:
            self._holder = None
            self._lock.release()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        async with self._held():
            yield self.raw

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        async with self._held(), self.raw.transaction():
            yield self.raw


@asynccontextmanager
async def rolled_back(url: str) -> AsyncIterator[OneConnection]:
    connection = await asyncpg.connect(url, server_settings={"timezone": "Asia/Shanghai"}, command_timeout=120)
    try:
        await prepare(connection)
        transaction = connection.transaction()
        await transaction.start()
        try:
            yield OneConnection(connection, url)
        finally:
            await transaction.rollback()
    finally:
        await connection.close()
