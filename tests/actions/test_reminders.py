"""A version that runs out is told of in time: two months ahead, two weeks ahead, and when it is over; each once."""

import asyncio
from datetime import date, timedelta
from uuid import UUID

import pytest

from tests import make
from tests import make_registrations as making
from zhusuo.db import Connection, Database
from zhusuo.dossiers import reminders

LAST = date(2027, 3, 1)


async def _filed(db: Connection) -> tuple[UUID, UUID]:
    """A version in force and its manager's organisation."""
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id)
    unit_id = await make.unit(db, carrier_id=carrier_id, label="101室")
    version_id = await make.version(db, carrier_id=carrier_id, unit_ids=[unit_id], valid_until=LAST, filer=manager)
    return version_id, manager.organisation_id


async def _told(db: Connection, organisation_id: UUID) -> list[str]:
    rows = await db.fetch(
        "SELECT title FROM notices WHERE organisation_id = $1 ORDER BY created_at, id", organisation_id
    )
    return [row["title"] for row in rows]


@pytest.mark.parametrize(
    ("days_left", "stage"),
    [(61, None), (60, 60), (15, 60), (14, 14), (0, 14), (-1, reminders.OVER), (-400, reminders.OVER)],
)
def test_a_stage_begins_on_its_day(days_left: int, stage: int | None) -> None:
    assert reminders.stage(days_left) == stage


async def test_each_stage_is_told_once(database: Database, db: Connection) -> None:
    _, manager = await _filed(db)
    counts = [
        await reminders.remind(database, LAST - timedelta(days=left)) for left in (61, 60, 59, 15, 14, 3, 0, -1, -2)
    ]
    assert counts == [0, 1, 0, 0, 1, 0, 0, 1, 0]
    ahead, soon, over = await _told(db, manager)
    assert ahead.endswith("还有 60 天到期")
    assert soon.endswith("还有 14 天到期")
    assert over.endswith("已过有效期")
    kinds = await db.fetch("SELECT kind FROM events WHERE kind LIKE 'dossier.expir%' ORDER BY id")
    assert [row["kind"] for row in kinds] == ["dossier.expiring", "dossier.expiring", "dossier.expired"]


async def test_who_comes_late_is_told_of_the_stage_he_is_in_alone(database: Database, db: Connection) -> None:
    _, manager = await _filed(db)
    assert await reminders.remind(database, LAST) == 1
    assert await reminders.remind(database, LAST) == 0
    (title,) = await _told(db, manager)
    assert title.endswith("今天到期")


async def test_a_successor_is_told_beside_the_one_who_filed(database: Database, db: Connection) -> None:
    version_id, filer = await _filed(db)
    successor = await make.actor(db, role="manager")
    await db.execute("UPDATE managements SET organisation_id = $1", successor.organisation_id)
    await reminders.remind(database, LAST - timedelta(days=30))
    assert len(await _told(db, filer)) == len(await _told(db, successor.organisation_id)) == 1
    link = await db.fetchval("SELECT link FROM notices WHERE organisation_id = $1", successor.organisation_id)
    carrier_id = await db.fetchval("SELECT carrier_id FROM dossier_versions WHERE id = $1", version_id)
    assert link == f"/property/carriers/{carrier_id}/dossier"


async def test_what_is_no_longer_in_force_is_not_told_of(database: Database, db: Connection) -> None:
    version_id, manager = await _filed(db)
    await db.execute("UPDATE dossier_versions SET status = 'revoked', effective_to = now() WHERE id = $1", version_id)
    assert await reminders.remind(database, LAST) == 0
    assert await _told(db, manager) == []


async def test_two_workers_at_once_tell_once(fresh_database: Database) -> None:
    async with fresh_database.connection() as db:
        _, manager = await _filed(db)
    counts = await asyncio.gather(*(reminders.remind(fresh_database, LAST) for _ in range(4)))
    assert sum(counts) == 1
    async with fresh_database.connection() as db:
        assert len(await _told(db, manager)) == 1


# 材料自己的期限


async def _with_paper(db: Connection, kind: str, valid_until: date) -> tuple[UUID, UUID]:
    """A version in force with a paper of a term of its own, and its manager's organisation."""
    version_id, manager = await _filed(db)
    document_id = await making.read_document(db, organisation_id=manager, kind=kind, facts={})
    await db.execute("UPDATE documents SET valid_until = $2 WHERE id = $1", document_id, valid_until)
    await db.execute(
        """
        INSERT INTO version_documents (version_id, document_id, sha256, kind, position)
             SELECT $1, id, sha256, kind, 90
               FROM documents
              WHERE id = $2
        """,
        version_id,
        document_id,
    )
    return document_id, manager


@pytest.mark.parametrize(
    ("kind", "what"), [("mandate", "委托/转租授权"), ("lease", "租赁合同"), ("title_deed", "产权证")]
)
async def test_a_paper_with_a_term_of_its_own_is_told_of_at_each_stage_once(
    database: Database, db: Connection, kind: str, what: str
) -> None:
    ends_on = LAST - timedelta(days=200)
    _, manager = await _with_paper(db, kind, ends_on)
    for left in (61, 60, 20, 14, 1, -1, -30):
        await reminders.remind(database, ends_on - timedelta(days=left))
    titles = await _told(db, manager)
    assert [title.rpartition(" 的")[2] for title in titles] == [
        f"{what}还有 60 天到期", f"{what}还有 14 天到期", f"{what}已到期"
    ]  # fmt: skip
    kinds = await db.fetch("SELECT kind FROM events WHERE kind LIKE 'document.expir%' ORDER BY id")
    assert [row["kind"] for row in kinds] == ["document.expiring", "document.expiring", "document.expired"]


async def test_a_paper_that_ends_with_its_version_is_told_of_once(database: Database, db: Connection) -> None:
    _, manager = await _with_paper(db, "mandate", LAST)
    await reminders.remind(database, LAST - timedelta(days=30))
    assert len(await _told(db, manager)) == 1
    assert await db.fetchval("SELECT count(*) FROM events WHERE kind = 'document.expiring'") == 1


async def test_a_paper_without_an_end_is_never_told_of(database: Database, db: Connection) -> None:
    document_id, manager = await _with_paper(db, "mandate", LAST)
    await db.execute("UPDATE documents SET valid_until = NULL WHERE id = $1", document_id)
    await reminders.remind(database, LAST - timedelta(days=90))
    assert await _told(db, manager) == []
