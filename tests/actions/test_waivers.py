"""Importing the catalogue."""

import asyncio
from datetime import date

import pytest

from tests import make
from zhusuo.db import Connection, Database
from zhusuo.errors import NotAllowed
from zhusuo.waivers import store
from zhusuo.waivers.actions import import_catalogue, import_shipped
from zhusuo.waivers.tables import COLUMNS, CatalogueInvalid

DAY = date(2026, 11, 22)
ROW = "a,事项甲,局,formation,title,权属证明,title_deed,,免交,《条例》,公布文本,2025-01-01,2026-12-31"
TEXT = ",".join(COLUMNS) + "\n" + ROW + "\n"


async def test_the_shipped_catalogue_goes_in_once(database: Database, db: Connection) -> None:
    first = await import_shipped(database)
    again = await import_shipped(database)
    assert (first.number, again) == (1, first)
    assert len(await store.items(db)) >= 20
    assert await db.fetchval("SELECT count(*) FROM audit_entries WHERE noun = 'waiver_catalogue'") == 1


async def test_a_new_catalogue_replaces_the_old_one_which_stays_to_be_cited(database: Database, db: Connection) -> None:
    first = await import_shipped(database)
    actor = await make.actor(db, role="administrator")
    second = await import_catalogue(database, actor, TEXT, "区审批局")
    assert second.number == first.number + 1
    assert [item.code for item in await store.items(db)] == ["a"]
    assert await store.item(db, "company_formation") is None
    assert await db.fetchval("SELECT count(*) FROM approval_items WHERE catalogue_id = $1", first.id) >= 20


async def test_the_day_decides_what_is_in_force(database: Database, db: Connection) -> None:
    await import_catalogue(database, None, TEXT, "")
    assert [each.requirement for each in await store.current(db, "a", DAY)] == ["title"]
    assert await store.current(db, None, date(2027, 1, 1)) == []
    assert await store.current(db, "b", DAY) == []


async def test_a_faulty_catalogue_changes_nothing(database: Database, db: Connection) -> None:
    await import_shipped(database)
    with pytest.raises(CatalogueInvalid):
        await import_catalogue(database, None, TEXT.replace("免交", "?"), "")
    assert len(await store.items(db)) >= 20


async def test_only_an_administrator_imports(database: Database, db: Connection) -> None:
    with pytest.raises(NotAllowed):
        await import_catalogue(database, await make.actor(db, role="clerk"), TEXT, "")


async def test_two_imports_at_once_follow_one_another(fresh_database: Database) -> None:
    texts = [TEXT.replace("事项甲", f"事项{n}") for n in range(6)]
    found = await asyncio.gather(*(import_catalogue(fresh_database, None, text, "") for text in texts))
    assert sorted(each.number for each in found) == [1, 2, 3, 4, 5, 6]
