"""迁移: brings a database to the newest schema with Alembic, over asyncpg."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).resolve().parent.parent / "alembic"


def config(database_url: str) -> "Config":
    from alembic.config import Config  # a fifth of a second: only those who migrate pay

    found = Config()
    found.set_main_option("script_location", str(SCRIPTS))
    found.attributes["database_url"] = database_url
    return found


async def migrate(database_url: str, revision: str = "head") -> None:
    """Upgrade to a revision; two migrators at once wait for each other."""
    from alembic import command

    await asyncio.to_thread(command.upgrade, config(database_url), revision)


async def unmigrate(database_url: str, revision: str) -> None:
    from alembic import command

    await asyncio.to_thread(command.downgrade, config(database_url), revision)
