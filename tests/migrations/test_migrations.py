"""The migrations lead up, down and up again, and what they leave behind is nothing."""

import asyncio
import sys

from tests.support import postgres
from tests.support.postgres import Server
from zhusuo.db import Database
from zhusuo.migrations import migrate, unmigrate

LEFT = """
    SELECT relname
      FROM pg_class
     WHERE relnamespace = 'public'::regnamespace
       AND relkind IN ('r', 'S', 'v')
       AND relname <> 'alembic_version'
"""


async def test_the_schema_goes_up_down_and_up_again(server: Server, template: str) -> None:
    url = await server.create(postgres.new_name())
    await migrate(url)
    await unmigrate(url, "base")
    database = await Database.open(url, connections=2)
    async with database.connection() as db:
        assert await db.fetch(LEFT) == []
    await migrate(url)
    async with database.connection() as db:
        assert len(await db.fetch(LEFT)) > 30
    await database.close()


async def test_two_migrators_at_once_wait_for_each_other(server: Server, template: str) -> None:
    url = await server.create(postgres.new_name())
    code = f"import asyncio; from zhusuo.migrations import migrate; asyncio.run(migrate({url!r}))"
    migrators = [await asyncio.create_subprocess_exec(sys.executable, "-c", code) for _ in range(2)]
    assert [await each.wait() for each in migrators] == [0, 0]
    database = await Database.open(url, connections=2)
    async with database.connection() as db:
        assert len(await db.fetch(LEFT)) > 30
    await database.close()
