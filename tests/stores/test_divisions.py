"""行政区划."""

from zhusuo.carriers.divisions import load_divisions, subdistricts_of
from zhusuo.db import Connection, Database


async def test_divisions_are_loaded_once(database: Database, db: Connection) -> None:
    await db.execute("UPDATE districts SET name = '旧名' WHERE code = '310104'")
    assert await load_divisions(database) == 1
    assert await load_divisions(database) == 0
    assert await db.fetchval("SELECT name FROM districts WHERE code = '310104'") == "徐汇区"


async def test_a_district_knows_its_subdistricts(db: Connection) -> None:
    found = await subdistricts_of(db, "310104")
    assert len(found) == 14
    assert found[0].name == "天平路街道"
