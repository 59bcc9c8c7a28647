"""Fixtures: one PostgreSQL a run, a rolled-back or a fresh database a test, a bucket of a real S3 server."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support import postgres
from tests.support.postgres import OneConnection, Server
from zhusuo.db import Connection, Database


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with postgres.running_server() as running:
        yield running


@pytest.fixture(scope="session")
async def template(server: Server) -> str:
    """Name of the migrated database that all others are copies of."""
    await postgres.ready(server)
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
