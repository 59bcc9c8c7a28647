"""监管端: an office sees everything in its subdistricts and nothing else."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from tests import make
from tests.rooms import objects
from tests.support import xlsx
from tests.support.html import by_id, fragment, parse, text, with_class
from tests.support.web import ORIGIN, Site
from zhusuo.db import Connection
from zhusuo.people.model import Actor
from zhusuo.ports.common.app import today
from zhusuo.ports.supervision import reads

OURS, THEIRS = make.SUBDISTRICT, objects.OTHER_SUBDISTRICT


@pytest.fixture
async def supervisor(db: Connection) -> Actor:
    return await make.actor(db, role="supervisor", subdistricts=frozenset({OURS}))


async def house(db: Connection, name: str, *, subdistrict: str = OURS, kind: str = "tower", filed: int = 0) -> UUID:
    """A carrier with two rooms and a lobby; the first `filed` rooms lie in a version in force."""
    carrier_id = await make.carrier(db, name=name, kind=kind, subdistrict_code=subdistrict)
    rooms = [await make.unit(db, carrier_id=carrier_id, label=label) for label in ("1801室", "1802室")]
    await make.unit(db, carrier_id=carrier_id, label="大堂", kind="service")
    if filed:
        ends_on = today() + timedelta(days=300)
        await make.version(db, carrier_id=carrier_id, unit_ids=rooms[:filed], valid_until=ends_on)
    return carrier_id


async def room_of(db: Connection, carrier_id: UUID) -> UUID:
    found: UUID = await db.fetchval("SELECT id FROM units WHERE carrier_id = $1 AND label = '1801室'", carrier_id)
    return found


async def register(
    db: Connection, carrier_id: UUID, applicant: str, *, uscc: str = "", status: str = "registered"
) -> UUID:
    business_id = None
    if uscc:
        business_id = await db.fetchval(
            "INSERT INTO businesses (name, uscc, district_code) VALUES ($1, $2, '310104') RETURNING id", applicant, uscc
        )
    found: UUID = await db.fetchval(
        """
        INSERT INTO registrations (unit_id, carrier_id, district_code, business_id, applicant, kind, status, exclusive,
                                   source, registered_on, held_until, ended_at, created_at)
             SELECT id, carrier_id, district_code, $2, $3, 'existing', $4, false, 'import', current_date,
                    CASE WHEN $4 = 'held' THEN now() END, CASE WHEN $4 = 'ended' THEN now() END, clock_timestamp()
               FROM units
              WHERE id = $1
          RETURNING id
        """,
        await room_of(db, carrier_id),
        business_id,
        applicant,
        status,
    )
    return found


def sheet(content: bytes) -> list[list[object]]:
    return xlsx.rows_of(content)


async def test_the_overview_counts_what_is_ours_once(site: Site, db: Connection, supervisor: Actor) -> None:
    filed = await house(db, "汇澜大厦", filed=2)
    await house(db, "衡山里", kind="street")
    await house(db, "隔壁大厦", subdistrict=THEIRS, filed=2)
    await register(db, filed, "上海栖木数字科技有限公司")
    await register(db, filed, "上海澜鹭信息科技有限公司", status="held")
    await register(db, filed, "上海云岫贸易有限公司", status="ended")
    async with site.signed_in(supervisor) as visitor:
        answer = await visitor.get("/supervision/coverage.csv")
        page = await visitor.get("/supervision?view=table")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [
        [
            "街镇",
            "载体类型",
            "载体",
            "已备案",
            "审核中",
            "尚未备案",
            "可登记单元",
            "备案覆盖单元",
            "登记企业",
            "待登记",
        ],
        ["天平路街道", "沿街商铺", "1", "0", "0", "1", "2", "0", "0", "0"],
        ["天平路街道", "商务楼宇", "1", "1", "0", "0", "2", "2", "1", "1"],
    ]
    first = parse(page.text).findall(".//tbody/tr")[0]
    assert [text(cell) for cell in first] == ["天平路街道", "2", "1", "0", "1", "4", "2", "1", "1"]


async def test_a_version_that_has_ended_by_its_date_is_not_on_file(
    site: Site, db: Connection, supervisor: Actor
) -> None:
    carrier_id = await house(db, "汇澜大厦")
    yesterday = today() - timedelta(days=1)
    await make.version(db, carrier_id=carrier_id, unit_ids=[await room_of(db, carrier_id)], valid_until=yesterday)
    async with site.signed_in(supervisor) as visitor:
        assert "已到期" in (await visitor.get("/supervision/carriers")).text
        assert "汇澜大厦" not in (await visitor.get("/supervision/carriers?filed=yes")).text
        assert "汇澜大厦" in (await visitor.get("/supervision/carriers?filed=no")).text


async def test_a_filing_under_review_is_counted_until_it_is_on_file(db: Connection, supervisor: Actor) -> None:
    manager = await make.actor(db, role="manager")
    for carrier_id in (await house(db, "汇澜大厦"), await house(db, "屿岸中心", filed=1)):
        await make.filing(db, carrier_id=carrier_id, filer=manager, status="submitted")
    found = await reads.coverage(db, supervisor, today())
    assert [(each.figures.filed_count, each.figures.waiting_count) for each in found] == [(1, 1)]


async def test_only_recent_turnover_of_our_subdistricts_is_shown(site: Site, db: Connection, supervisor: Actor) -> None:
    day = today()
    for name, subdistrict, moved_in, moved_out in (
        ("刚迁入", OURS, day - timedelta(days=3), None),
        ("刚迁出", OURS, day - timedelta(days=400), day - timedelta(days=1)),
        ("早已在此", OURS, day - timedelta(days=400), None),
        ("别处的", THEIRS, day, None),
    ):
        unit_id = await make.unit(db, carrier_id=await make.carrier(db, subdistrict_code=subdistrict))
        tenancy_id = await make.tenancy(db, unit_id=unit_id, tenant=name)
        await db.execute(
            "UPDATE tenancies SET moved_in_on = $2, moved_out_on = $3 WHERE id = $1", tenancy_id, moved_in, moved_out
        )
    assert await reads.turnover_counts(db, supervisor, day) == (1, 1)
    async with site.signed_in(supervisor) as visitor:
        page = await visitor.get("/supervision")
    rows = parse(page.text).findall(".//tbody/tr")
    assert [[text(cell) for cell in row][1:3] for row in rows] == [["刚迁出", "迁出"], ["刚迁入", "迁入"]]


async def test_carriers_are_filtered_and_none_is_ever_foreign(site: Site, db: Connection, supervisor: Actor) -> None:
    await house(db, "汇澜大厦", filed=1)
    await house(db, "衡山里", kind="street")
    await house(db, "隔壁大厦", subdistrict=THEIRS)
    async with site.signed_in(supervisor) as visitor:
        for query, shown in (
            ("", {"汇澜大厦", "衡山里"}),
            ("?kind=street", {"衡山里"}),
            ("?filed=yes", {"汇澜大厦"}),
            (f"?subdistrict={OURS}", {"汇澜大厦", "衡山里"}),
            (f"?subdistrict={THEIRS}", set()),
        ):
            page = (await visitor.get(f"/supervision/carriers{query}")).text
            assert {name for name in ("汇澜大厦", "衡山里", "隔壁大厦") if name in page} == shown, query
            rows = sheet((await visitor.get(f"/supervision/carriers.xlsx{query}")).content)
            assert {row[1] for row in rows[1:]} == shown, query


async def test_every_carrier_stands_on_one_page_of_the_list(site: Site, db: Connection, supervisor: Actor) -> None:
    for _ in range(reads.PAGE + 1):
        await make.carrier(db)
    seen: list[str] = []
    async with site.signed_in(supervisor) as visitor:
        path: str | None = "/supervision/carriers"
        while path:
            page = parse((await visitor.get(path)).text)
            seen += [text(link) for row in page.findall(".//tbody/tr") for link in row.findall("td[1]/a")]
            path = next((str(link.get("href")) for link in page.iter("a") if link.get("rel") == "next"), None)
    assert len(seen) == len(set(seen)) == reads.PAGE + 1


async def test_a_carrier_shows_who_is_there_and_who_is_only_registered(
    site: Site, db: Connection, supervisor: Actor
) -> None:
    carrier_id = await house(db, "汇澜大厦", filed=1)
    unit_id = await room_of(db, carrier_id)
    await make.tenancy(db, unit_id=unit_id, tenant="上海澜鹭信息科技有限公司", lease_ends_on=date(2099, 1, 1))
    await register(db, carrier_id, "上海栖木数字科技有限公司")
    async with site.signed_in(supervisor) as visitor:
        page = await visitor.get(f"/supervision/carriers/{carrier_id}?unit={unit_id}")
        table = await visitor.get(f"/supervision/carriers/{carrier_id}?view=table")
        drawer = await visitor.get(f"/supervision/carriers/{carrier_id}?unit={unit_id}", headers={"hx-request": "true"})
    drawn = with_class(parse(page.text), "drawer")[0]
    assert "上海澜鹭信息科技有限公司" in text(drawn)
    assert "上海栖木数字科技有限公司" in text(drawn)
    assert "第 1 版覆盖本单元" in text(drawn)
    assert drawer.text.strip().startswith("<aside")
    row = text(parse(table.text).findall(".//tbody/tr")[0])
    assert "上海澜鹭信息科技有限公司" in row
    assert "上海栖木数字科技有限公司" in row


async def test_a_unit_of_another_carrier_does_not_open_here(site: Site, db: Connection, supervisor: Actor) -> None:
    ours, theirs = await house(db, "汇澜大厦"), await house(db, "隔壁大厦", subdistrict=THEIRS)
    await register(db, theirs, "上海恒砚咨询有限公司")
    async with site.signed_in(supervisor) as visitor:
        page = await visitor.get(f"/supervision/carriers/{ours}?unit={await room_of(db, theirs)}")
    assert page.status_code == 200
    assert "上海恒砚咨询有限公司" not in page.text


async def test_a_carrier_without_units_says_so(site: Site, db: Connection, supervisor: Actor) -> None:
    carrier_id = await make.carrier(db)
    async with site.signed_in(supervisor) as visitor:
        assert "还没有单元" in (await visitor.get(f"/supervision/carriers/{carrier_id}")).text


async def test_a_business_is_found_by_part_of_its_name_or_its_whole_credit_code(
    site: Site, db: Connection, supervisor: Actor
) -> None:
    ours, theirs = await house(db, "汇澜大厦"), await house(db, "隔壁大厦", subdistrict=THEIRS)
    await register(db, ours, "上海栖木100%数字科技有限公司", uscc="91310104MA1FR4XK7C")
    await register(db, ours, "上海澜鹭信息科技有限公司", status="held")
    await register(db, ours, "上海云岫贸易有限公司", status="ended")
    await register(db, theirs, "上海栖木分公司", uscc="91310104MA1FR4XK7D")
    everyone = {"上海栖木100%数字科技有限公司", "上海澜鹭信息科技有限公司", "上海云岫贸易有限公司", "上海栖木分公司"}
    async with site.signed_in(supervisor) as visitor:
        for query, shown in (
            ({}, {"上海栖木100%数字科技有限公司", "上海澜鹭信息科技有限公司"}),
            ({"q": "栖木"}, {"上海栖木100%数字科技有限公司"}),
            ({"q": "%"}, {"上海栖木100%数字科技有限公司"}),
            ({"q": "_"}, set()),
            ({"q": " 91310104ma1fr4xk7c "}, {"上海栖木100%数字科技有限公司"}),
            ({"q": "91310104MA1FR4XK7D"}, set()),
            ({"status": "ended"}, {"上海云岫贸易有限公司"}),
            ({"carrier": "汇澜"}, {"上海栖木100%数字科技有限公司", "上海澜鹭信息科技有限公司"}),
            ({"carrier": "隔壁"}, set()),
        ):
            page = parse((await visitor.get("/supervision/registrations", params=query)).text)
            found = {text(row.find("td/a")) for row in page.findall(".//tbody/tr")}
            assert found & everyone == found == shown, query
            rows = sheet((await visitor.get("/supervision/registrations.xlsx", params=query)).content)
            assert {row[0] for row in rows[1:]} == shown, query


async def test_the_registrations_of_a_page_follow_those_before(db: Connection, supervisor: Actor) -> None:
    carrier_id = await house(db, "汇澜大厦")
    made = [await register(db, carrier_id, f"企业{number}") for number in range(5)]
    first = await reads.registrations(db, supervisor, q="", carrier="", status="", limit=2)
    second = await reads.registrations(db, supervisor, q="", carrier="", status="", after=first[-1].id, limit=9)
    assert [row.id for row in first + second] == made[::-1]


async def test_a_name_that_looks_like_a_formula_stays_a_name(site: Site, db: Connection, supervisor: Actor) -> None:
    await register(db, await house(db, "汇澜大厦"), '=HYPERLINK("http://example.com","点我")')
    async with site.signed_in(supervisor) as visitor:
        answer = await visitor.get("/supervision/registrations.xlsx")
    assert sheet(answer.content)[1][0] == '=HYPERLINK("http://example.com","点我")'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        assert b"<f" not in book.read("xl/worksheets/sheet1.xml").replace(b"<fonts", b"")
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")


async def test_an_office_with_nothing_in_it_is_told_what_will_come(
    site: Site, db: Connection, supervisor: Actor
) -> None:
    async with site.signed_in(supervisor) as visitor:
        for path in ("", "?view=table", "/carriers", "/registrations"):
            answer = await visitor.get(f"/supervision{path}")
            assert answer.status_code == 200, path
            assert "还没有" in answer.text, path


async def test_a_hold_says_until_when(site: Site, db: Connection, supervisor: Actor) -> None:
    registration_id = await register(db, await house(db, "汇澜大厦"), "上海澜鹭信息科技有限公司", status="held")
    await db.execute(
        "UPDATE registrations SET held_until = $2 WHERE id = $1", registration_id, datetime(2027, 1, 8, 4, tzinfo=UTC)
    )
    async with site.signed_in(supervisor) as visitor:
        assert "保留至 2027-01-08" in (await visitor.get("/supervision/registrations")).text


async def test_an_open_picture_follows_what_the_manager_says(site: Site, db: Connection, supervisor: Actor) -> None:
    manager = await make.actor(db, role="manager")
    carrier_id = await house(db, "汇澜大厦")
    await make.management(db, carrier_id=carrier_id, organisation_id=manager.organisation_id)
    open_page = f"/supervision/carriers/{carrier_id}?show=vacant"
    async with site.signed_in(supervisor) as visitor, site.signed_in(manager) as at_home:
        watch = by_id(parse((await visitor.get(open_page)).text), "watch").get("hx-get")
        asks = {"hx-request": "true", "hx-current-url": f"{ORIGIN}{open_page}"}
        assert (await visitor.get(watch, headers=asks)).status_code == 204
        room = await room_of(db, carrier_id)
        await at_home.submit(f"/property/units/{room}/tenancies", tenant="上海鹿鸣网络有限公司", back="/property")
        news = await visitor.get(watch, headers=asks)
    assert [each.get("id") for each in fragment(news.text)] == ["watch", "tally", "picture"]
    assert 'data-status="resident"' in news.text
