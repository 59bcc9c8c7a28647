"""住所库 pages: a register is imported, looked at, written; what was left open is settled by hand."""

from uuid import UUID

import pytest

from tests import make
from tests import make_registrations as making
from tests.make_businesses import csv_of, uscc
from tests.rooms import objects
from tests.support import html
from tests.support.web import LEXICON, Site, Visitor
from zhusuo import tasks
from zhusuo.businesses import actions
from zhusuo.db import Connection
from zhusuo.people.model import Actor

SUBDISTRICTS = frozenset({make.SUBDISTRICT})


async def work_off(site: Site) -> None:
    """What the worker does with the tasks that wait."""
    while held := await tasks.hold(site.database, actions.KIND, actions.HOLD_SECONDS):
        await actions.work_on(site.database, LEXICON, held, home_district=make.DISTRICT)


async def upload(visitor: Visitor, content: bytes, name: str = "登记.csv") -> str:
    answer = await visitor.post("/businesses/imports", files={"file": (name, content)})
    assert answer.status_code == 303, html.text(html.parse(answer.text))
    return answer.headers["location"]


async def house(db: Connection) -> tuple[UUID, UUID]:
    carrier_id = await making.house(db)
    return carrier_id, await making.room(db, carrier_id=carrier_id)


async def waiting(db: Connection, actor: Actor, *, carrier_id: UUID, asked_unit: str = "1403") -> UUID:
    """A business that is known to be in a carrier, and not in which unit."""
    found = await objects.business(db, actor)
    await db.execute(
        """
        UPDATE business_addresses
           SET status = 'no_unit',
               class = 'B',
               carrier_id = $2,
               asked_unit = $3,
               subdistrict_codes = $4
         WHERE business_id = $1
        """,
        found,
        carrier_id,
        asked_unit,
        [make.SUBDISTRICT],
    )
    return found


async def test_a_register_is_tried_looked_at_and_written(site: Site, db: Connection) -> None:
    _, unit_id = await house(db)
    administrator = await make.actor(db, role="administrator")
    lines = [("甲公司", uscc(), "云锦路887号1403室", "", ""), ("乙公司", uscc(), "没有这条路1号", "", "")]
    async with site.signed_in(administrator) as visitor:
        path = await upload(visitor, csv_of(lines))
        moving = (await visitor.get(path)).text
        await work_off(site)
        alone = (await visitor.get(path, headers={"hx-request": "true"})).text
        tried = html.text(html.parse((await visitor.get(path)).text))
        assert await db.fetchval("SELECT count(*) FROM registrations") == 0
        out = (await visitor.get(f"{path}/out.csv")).content.decode("utf-8-sig")
        assert (await visitor.submit(f"{path}/apply")).status_code == 303
        await work_off(site)
        done = html.text(html.parse((await visitor.get(path)).text))
        home = html.text(html.parse((await visitor.get("/businesses")).text))
    assert "正在归集" in moving
    assert "看结果" in alone
    assert "试导完成，还没有改动任何登记" in tried
    assert "乙公司" in tried
    assert "没有这条路1号" in out
    assert "甲公司" not in out
    assert "已写入" in done
    assert "登记.csv" in home
    assert [each["unit_id"] for each in await db.fetch("SELECT unit_id FROM registrations")] == [unit_id]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件是空的"),
        (csv_of([], header=("名称", "电话")), "没有找到表头"),
        (csv_of([]), "没有一家企业"),
        (b"PK\x03\x04 not a workbook", "表格已损坏"),
    ],
)
async def test_a_file_that_is_no_register_gets_a_sentence(
    site: Site, db: Connection, content: bytes, sentence: str
) -> None:
    administrator = await make.actor(db, role="administrator")
    async with site.signed_in(administrator) as visitor:
        answer = await visitor.post("/businesses/imports", files={"file": ("登记.csv", content)})
    assert answer.status_code == 422
    assert sentence in html.text(html.parse(answer.text))


async def test_a_supervisor_settles_a_unit_and_takes_it_back(site: Site, db: Connection) -> None:
    carrier_id, unit_id = await house(db)
    supervisor = await make.actor(db, role="supervisor", subdistricts=SUBDISTRICTS)
    business_id = await waiting(db, supervisor, carrier_id=carrier_id)
    path = f"/businesses/{business_id}"
    async with site.signed_in(supervisor) as visitor:
        page = (await visitor.get("/businesses/work?view=no_unit")).text
        assert "甲公司" in page
        assert str(unit_id) in page, "units written alike are offered"
        sent = {"unit_id": str(unit_id), "view": "no_unit"}
        for _ in range(2):  # a double click
            assert (await visitor.submit(f"{path}/settle", **sent)).status_code == 303
        assert await db.fetchval("SELECT count(*) FROM registrations WHERE unit_id = $1", unit_id) == 1
        assert "撤回" in (await visitor.get("/businesses/work")).text
        assert (await visitor.submit(f"{path}/undo")).status_code == 303
        assert await db.fetchval("SELECT status FROM registrations") == "ended"
        assert await db.fetchval("SELECT status FROM business_addresses") == "no_unit"
        assert (await visitor.submit(f"{path}/undo")).status_code == 409


async def test_a_unit_that_is_typed_is_found_or_not(site: Site, db: Connection) -> None:
    carrier_id, unit_id = await house(db)
    supervisor = await make.actor(db, role="supervisor", subdistricts=SUBDISTRICTS)
    business_id = await waiting(db, supervisor, carrier_id=carrier_id)
    path = f"/businesses/{business_id}"
    async with site.signed_in(supervisor) as visitor:
        wrong = await visitor.submit(f"{path}/settle", **{"carrier_id": str(carrier_id), "label": "3333"})
        nothing = await visitor.submit(f"{path}/settle")
        right = await visitor.submit(f"{path}/settle", **{"carrier_id": str(carrier_id), "label": "1403"})
    assert wrong.status_code == nothing.status_code == 422
    assert "没有登记“3333”" in wrong.text
    assert right.status_code == 303
    assert await db.fetchval("SELECT unit_id FROM registrations") == unit_id


async def test_a_business_is_left_out_for_a_reason_and_nobody_settles_anothers(site: Site, db: Connection) -> None:
    carrier_id, unit_id = await house(db)
    supervisor = await make.actor(db, role="supervisor", subdistricts=SUBDISTRICTS)
    elsewhere = await make.actor(db, role="supervisor", subdistricts=frozenset({"310104004"}))
    business_id = await waiting(db, supervisor, carrier_id=carrier_id)
    async with site.signed_in(elsewhere) as visitor:
        assert (await visitor.get(f"/businesses/{business_id}")).status_code == 404
        assert (
            await visitor.submit(f"/businesses/{business_id}/settle", **{"unit_id": str(unit_id)})
        ).status_code == 404
    async with site.signed_in(supervisor) as visitor:
        assert (await visitor.submit(f"/businesses/{business_id}/leave-out", **{"reason": " "})).status_code == 422
        assert (
            await visitor.submit(f"/businesses/{business_id}/leave-out", **{"reason": "房屋已拆"})
        ).status_code == 303
        assert "没有找到" not in (await visitor.get(f"/businesses/{business_id}")).text
    row = await db.fetchrow("SELECT status, reasons FROM business_addresses")
    assert row is not None
    assert (row["status"], row["reasons"]) == ("left_out", ["房屋已拆"])
