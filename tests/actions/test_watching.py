"""使用权链 kept up: what breaks overnight or ends with its version is told, with everybody it touches."""

from datetime import date
from uuid import UUID

from tests import make
from tests import make_registrations as making
from zhusuo.db import Connection, Database
from zhusuo.registrations import watching

DAY = date(2026, 11, 22)
AFTER = date(2033, 10, 1)
"""The day after the mandate ended."""


async def on_file(db: Connection) -> tuple[UUID, UUID]:
    """A version in force and its unit, in which somebody is registered."""
    manager = await make.actor(db, role="manager")
    carrier_id = await making.house(db, manager=manager.organisation_id)
    unit_id = await making.room(db, carrier_id=carrier_id)
    version_id = await making.version(db, carrier_id=carrier_id, unit_ids=[unit_id])
    await making.registered(db, unit_id=unit_id)
    return version_id, unit_id


async def status(db: Connection, version_id: UUID) -> str:
    found: str = await db.fetchval("SELECT status FROM version_chains WHERE version_id = $1", version_id)
    return found


async def told(db: Connection) -> list[str]:
    rows = await db.fetch("SELECT title FROM notices WHERE kind = 'rights_changed' ORDER BY created_at, title")
    return [row["title"] for row in rows]


async def changes(db: Connection) -> list[tuple[str, str]]:
    rows = await db.fetch("SELECT content FROM events WHERE kind = 'rights.changed' ORDER BY id")
    return [(row["content"]["was"], row["content"]["now"]) for row in rows]


async def test_a_chain_is_looked_at_once_a_day_and_nothing_is_said_while_it_holds(
    database: Database, db: Connection
) -> None:
    version_id, _ = await on_file(db)
    assert await watching.watch(database, DAY) == 0
    assert await status(db, version_id) == "whole"
    assert await told(db) == []


async def test_a_mandate_that_ends_overnight_breaks_the_chain_and_both_sides_hear_whom_it_touches(
    database: Database, db: Connection
) -> None:
    version_id, _ = await on_file(db)
    await watching.watch(database, DAY)
    assert await watching.watch(database, AFTER) == 1
    assert await status(db, version_id) == "broken"
    assert await changes(db) == [("whole", "broken")]
    assert all("涉及 1 户登记、0 张凭证" in title for title in await told(db))
    assert len(await told(db)) >= 2
    assert await watching.watch(database, AFTER) == 0


async def test_a_version_that_ends_leaves_a_list_of_whom_it_touched(database: Database, db: Connection) -> None:
    version_id, unit_id = await on_file(db)
    await watching.watch(database, DAY)
    await db.execute(
        """
        UPDATE dossier_versions
           SET status = 'revoked', effective_to = now(), ended_reason = '授权被收回'
         WHERE id = $1
        """,
        version_id,
    )
    await db.execute(
        "UPDATE version_units SET during = tstzrange(lower(during), now()) WHERE version_id = $1", version_id
    )
    assert await watching.watch(database, DAY) == 1
    assert await status(db, version_id) == "ended"
    (registration,) = (await watching.touched_by(db, version_id)).registrations
    assert not registration.covered
    carrier_id = await db.fetchval("SELECT carrier_id FROM units WHERE id = $1", unit_id)
    await making.version(db, carrier_id=carrier_id, unit_ids=[unit_id])
    (again,) = (await watching.touched_by(db, version_id)).registrations
    assert again.covered
