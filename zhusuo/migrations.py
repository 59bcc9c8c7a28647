"""迁移: brings a database to the newest schema with Alembic, over asyncpg."""

import asyncio
from pathlib import Path

from alembic.config import Config

from alembic import command

SCRIPTS = Path(__file__).resolve().parent.parent / "alembic"


def config(database_url: str) -> Config:
    found = Config()
    found.set_main_option("script_location", str(SCRIPTS))
    found.attributes["database_url"] = database_url
    return found


async def migrate(database_url: str, revision: str = "head") -> None:
    """Upgrade to a revision; two migrators at once wait for each other."""
    await asyncio.to_thread(command.upgrade, config(database_url), revision)


async def unmigrate(database_url: str, revision: str) -> None:
    await asyncio.to_thread(command.downgrade, config(database_url), revision)
