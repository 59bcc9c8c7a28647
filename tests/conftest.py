"""Fixtures: one PostgreSQL a run, a rolled-back or a fresh database a test, a bucket of a real S3 server."""

import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import hypothesis
import pytest

from storage.model import StoreSettings
from storage.store import Store
from tests.support import postgres
from tests.support.postgres import OneConnection, Server
from zhusuo.db import Connection, Database
from zhusuo.embedded import Embedded

hypothesis.settings.load_profile("ci")  # the same examples on every machine, and no clock on them


@pytest.fixture(scope="session")
async def servers() -> AsyncIterator[Embedded]:
    """PostgreSQL and S3 as a trial installation has them, without fsync, for the whole run.

    Not under pytest's own folder: every run that begins shuts that one to others, and as root PostgreSQL is another.
    """
    home = Path(tempfile.mkdtemp(prefix="zhusuo-tests-"))
    running = await Embedded.start(home, fsync=False)
    yield running
    await running.stop()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def server(servers: Embedded) -> Server:
    return Server(servers.database_url)


@pytest.fixture(scope="session")
async def template(server: Server) -> str:
    """Name of the migrated database that all others are copies of."""
    return await postgres.build_template(server)


@pytest.fixture(scope="session")
async def shared_url(server: Server, template: str) -> str:
    """The database in which nothing is ever committed."""
    return await server.create("shared", template)


@pytest.fixture
async def database(shared_url: str) -> AsyncIterator[OneConnection]:
    """A Database whose every change is rolled back after the test (its `now()` stands still)."""
    async with postgres.rolled_back(shared_url) as found:
        yield found


@pytest.fixture
async def db(database: OneConnection) -> Connection:
    """The connection behind `database`, for makers and for looking at rows."""
    return database.raw


@pytest.fixture
async def fresh_database(server: Server, template: str) -> AsyncIterator[Database]:
    """A whole copy of the template with a real pool: for races, SKIP LOCKED, LISTEN and workers."""
    name = postgres.new_name()
    database = await Database.open(await server.create(name, template), connections=10)
    yield database
    await database.close()
    await server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def s3(servers: Embedded) -> StoreSettings:
    """Where the S3 server of the run answers."""
    return servers.store_settings


@pytest.fixture
async def store(s3: StoreSettings) -> AsyncIterator[Store]:
    """A store with a bucket of its own for every test."""
    opened = Store.open(replace(s3, bucket=f"test-{uuid.uuid4().hex}"))
    await opened.ensure_bucket()
    yield opened
    await opened.close()
