"""分拣 as it is done: filings that wait are sorted, and sorted again when something was put right."""

from datetime import date
from typing import Any
from uuid import UUID

from tests import make
from tests import make_registrations as making
from zhusuo.db import Connection, Database
from zhusuo.dossiers import actions, papers
from zhusuo.dossiers.model import TitleSituation
from zhusuo.registrations import sorting
from zhusuo.registrations.triage import ReviewPath

DAY = date(2026, 11, 22)


async def waiting(database: Database, db: Connection, **changed: dict[str, Any]) -> tuple[UUID, UUID]:
    """A filing under review with its papers read, and its deed."""
    manager = await make.actor(db, role="manager")
    carrier_id = await making.house(db, manager=manager.organisation_id)
    await making.room(db, carrier_id=carrier_id)
    filing = await actions.start_filing(database, manager, carrier_id, day=DAY)
    await actions.set_title_situation(database, manager, filing.id, TitleSituation.MANDATED)
    found = {}
    for kind, facts in {**making.FILED_FACTS, **changed}.items():
        found[kind] = await making.read_document(
            db, organisation_id=manager.organisation_id, kind=kind, facts=facts, carrier_id=carrier_id
        )
        await db.execute("UPDATE documents SET filing_id = $2 WHERE id = $1", found[kind], filing.id)
    await actions.submit(database, manager, filing.id, declared=True, day=DAY)
    return filing.id, found["title_deed"]


async def test_a_filing_is_sorted_and_kept_with_what_the_rules_looked_at(database: Database, db: Connection) -> None:
    filing_id, _ = await waiting(database, db)
    assert await sorting.sort_waiting(database, DAY) == 1
    row = await db.fetchrow("SELECT path, reasons, inputs, sorted_on FROM triages WHERE filing_id = $1", filing_id)
    assert row is not None
    assert row["inputs"]["documents"] == len(making.FILED_FACTS)
    assert row["inputs"]["chain"] == "whole"
    assert row["sorted_on"] == DAY
    assert await sorting.sort_waiting(database, DAY) == 0


async def test_a_broken_chain_asks_for_a_full_review(database: Database, db: Connection) -> None:
    over = {**making.FILED_FACTS["mandate"], "term_end": "2026-06-30"}
    filing_id, _ = await waiting(database, db, mandate=over)
    await sorting.sort_waiting(database, DAY)
    found = await sorting.sort_one(database, filing_id, DAY)
    assert found is not None
    assert found.path is ReviewPath.FULL
    assert "chain_broken" in [each.code for each in found.reasons]


async def test_a_filing_waits_for_what_is_being_read(database: Database, db: Connection) -> None:
    filing_id, deed = await waiting(database, db)
    await db.execute("UPDATE documents SET status = 'waiting' WHERE id = $1", deed)
    await sorting.sort_waiting(database, DAY)
    assert await codes(db, filing_id) == ["reading"]
    await db.execute("UPDATE documents SET status = 'read', read_at = clock_timestamp() WHERE id = $1", deed)
    await sorting.sort_waiting(database, DAY)
    assert await codes(db, filing_id) == []


async def test_what_cannot_be_read_ends_the_waiting(database: Database, db: Connection) -> None:
    filing_id, deed = await waiting(database, db)
    await db.execute("UPDATE documents SET status = 'waiting' WHERE id = $1", deed)
    await sorting.sort_waiting(database, DAY)
    await db.execute("UPDATE documents SET status = 'unreadable' WHERE id = $1", deed)
    await sorting.sort_waiting(database, DAY)
    assert "unread" in await codes(db, filing_id)
    assert await sorting.sort_waiting(database, DAY) == 0


async def codes(db: Connection, filing_id: UUID) -> list[str]:
    """Why a filing is to be reviewed as it was sorted last."""
    reasons = await db.fetchval(
        "SELECT reasons FROM triages WHERE filing_id = $1 ORDER BY sorted_at DESC LIMIT 1", filing_id
    )
    return [each["code"] for each in reasons]


async def test_a_field_put_right_sorts_the_filing_again(database: Database, db: Connection) -> None:
    filing_id, deed = await waiting(database, db)
    await sorting.sort_waiting(database, DAY)
    clerk = await make.actor(db, role="clerk")
    field_id = await db.fetchval("SELECT id FROM document_fields WHERE document_id = $1", deed)
    await papers.correct_field(database, clerk, field_id, "上海禾舟投资发展股份有限公司")
    await db.execute("UPDATE triages SET sorted_at = sorted_at - interval '1 minute'")
    assert await sorting.sort_waiting(database, DAY) == 1
    doubtful = await db.fetchval("SELECT inputs -> 'doubtful' FROM triages WHERE filing_id = $1", filing_id)
    assert [each["why"] for each in doubtful] == ["申报方改过"]
