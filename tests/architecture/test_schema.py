"""The schema speaks the house's words, and the copy for readers is the real one."""

import pytest

from tests.architecture.sources import ROOT
from tests.support import schema
from tests.support.postgres import Server
from zhusuo.db import Connection

VERSIONS = ROOT / "alembic" / "versions"
# Moments and days that bound something may say so instead of `_at` and `_on`.
MOMENT = ("_at", "_from", "_to", "_until")
DAY = ("_on", "_until")
# A minute of use; the time of an event or an audit entry itself.
PLAIN_MOMENTS = {"at", "minute"}
COLUMNS = """
    SELECT table_name, column_name, data_type
      FROM information_schema.columns
     WHERE table_schema = 'public'
       AND table_name <> 'alembic_version'
"""


@pytest.fixture
async def columns(db: Connection) -> list[tuple[str, str, str]]:
    found = [(row["table_name"], row["column_name"], row["data_type"]) for row in await db.fetch(COLUMNS)]
    assert len(found) > 200
    return found


async def test_the_schema_for_readers_equals_the_dump(server: Server, template: str) -> None:
    written = schema.SCHEMA.read_text("utf-8")
    assert written == schema.dump(server.url(template)), "run: python -m tests.support.schema"


async def test_status_is_no_state_and_kind_no_type(columns: list[tuple[str, str, str]]) -> None:
    assert [each for each in columns if each[1] in {"state", "type"} or each[1].endswith(("_state", "_type"))] == [
        ("blobs", "media_type", "text")  # so called by RFC 6838
    ]


async def test_a_moment_has_its_zone_and_is_named_like_one(columns: list[tuple[str, str, str]]) -> None:
    assert [each for each in columns if each[2] in {"timestamp without time zone", "time without time zone"}] == []
    moments = [each for each in columns if each[2] == "timestamp with time zone"]
    assert [each for each in moments if not each[1].endswith(MOMENT) and each[1] not in PLAIN_MOMENTS] == []
    assert [each for each in columns if each[1].endswith("_at") and each not in moments] == []


async def test_a_day_is_named_like_one(columns: list[tuple[str, str, str]]) -> None:
    days = [each for each in columns if each[2] == "date"]
    assert [each for each in days if not each[1].endswith(DAY)] == []
    assert [each for each in columns if each[1].endswith("_on") and each not in days] == []


async def test_a_table_is_called_by_the_plural(columns: list[tuple[str, str, str]]) -> None:
    assert {table for table, _, _ in columns if not table.endswith("s")} <= {"client_usage"}


def test_the_migrations_are_one_line_in_the_order_of_their_numbers() -> None:
    before = "None"
    for path in sorted(VERSIONS.glob("*.py")):
        number = path.name[:4]
        text = path.read_text("utf-8")
        assert f'\nrevision = "{number}"\n' in text, path.name
        assert f"\ndown_revision = {before}\n" in text, path.name
        before = f'"{number}"'


def test_a_migration_says_what_it_brings() -> None:
    for path in sorted(VERSIONS.glob("*.py")):
        assert path.read_text("utf-8").startswith('"""'), path.name
