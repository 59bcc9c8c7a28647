"""数字: what an office counts in its own subdistricts, on the page and in the CSV alike."""

import csv
import io
from datetime import timedelta

import pytest

from tests import make
from tests import make_registrations as making
from tests.rooms import objects
from tests.support.web import Site
from zhusuo.db import Connection
from zhusuo.people.model import Actor
from zhusuo.ports.common.app import today
from zhusuo.ports.supervision.figures import reads


@pytest.fixture
async def supervisor(db: Connection) -> Actor:
    return await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}))


async def test_twelve_months_end_with_this_one() -> None:
    months = reads.months_until(today())
    assert len(months) == len(set(months)) == 12
    assert months == sorted(months)
    assert (months[-1].year, months[-1].month) == (today().year, today().month)


async def test_what_moves_in_and_out_is_counted_in_its_month_and_at_home_only(
    site: Site, db: Connection, supervisor: Actor
) -> None:
    for subdistrict in (make.SUBDISTRICT, objects.OTHER_SUBDISTRICT):
        carrier_id = await make.carrier(db, subdistrict_code=subdistrict, road="肇嘉浜路")
        unit_id = await make.unit(db, carrier_id=carrier_id)
        await db.execute(
            """
            INSERT INTO tenancies (unit_id, carrier_id, district_code, tenant, source, moved_in_on, moved_out_on)
                 VALUES ($1, $2, '310104', '上海澜鹭信息科技有限公司', 'roster', $3, $4)
            """,
            unit_id,
            carrier_id,
            today() - timedelta(days=1),
            today(),
        )
    found = await reads.turnover(db, supervisor, today())
    assert found.totals == (1, 1)
    async with site.signed_in(supervisor) as visitor:
        assert "肇嘉浜路" in (await visitor.get("/supervision/figures")).text
        assert "合计" in (await visitor.get("/supervision/figures?view=table")).text
        for key in reads.FIGURES:
            answer = await visitor.get(f"/supervision/figures/{key}.csv")
            assert answer.status_code == 200
        assert (await visitor.get("/supervision/figures/nothing.csv")).status_code == 404
        rows = list(csv.reader(io.StringIO((await visitor.get("/supervision/figures/turnover.csv")).text)))
    assert rows[0][1:] == ["迁入", "迁出"]
    assert sum(int(row[1]) for row in rows[1:]) == 1


async def test_a_road_shows_what_is_on_file_and_what_is_not(db: Connection, supervisor: Actor) -> None:
    filed = await make.carrier(db, subdistrict_code=make.SUBDISTRICT, road="天平路", kind="street")
    unit_id = await make.unit(db, carrier_id=filed)
    await making.version(db, carrier_id=filed, unit_ids=[unit_id])
    await make.carrier(db, subdistrict_code=make.SUBDISTRICT, road="天平路")
    (line,) = (await reads.roads(db, supervisor, today())).lines
    assert line.label.endswith("天平路")
    assert line.numbers == (2, 1, 1, 1, 1)
