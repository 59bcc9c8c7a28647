"""营商服务机构端: an agency works for the carriers that mandated it, and sees no others."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests import make
from tests.support import xlsx
from tests.support.html import parse, text
from tests.support.web import Site, Visitor
from zhusuo import flags
from zhusuo.carriers import store as carriers
from zhusuo.db import Connection
from zhusuo.flags import Severity
from zhusuo.people.model import Actor
from zhusuo.ports.agency import reads
from zhusuo.ports.agency.reads import Wanted
from zhusuo.ports.common.app import today

OTHER_SUBDISTRICT = "310104004"
ALL = Wanted()


@pytest.fixture
async def agent(db: Connection) -> Actor:
    return await make.actor(db, role="agent", name="林怡")


async def mandated(db: Connection, agent: Actor, *, name: str = "", manager: str = "", subdistrict: str = "") -> UUID:
    """A carrier that the agency serves, and its manager where one is named."""
    manager_id = await make.organisation(db, name=manager) if manager else None
    found = await make.carrier(db, name=name, manager=manager_id, subdistrict_code=subdistrict)
    await make.management(db, carrier_id=found, organisation_id=agent.organisation_id, capacity="agency")
    return found


async def filed(db: Connection, carrier_id: UUID, *unit_ids: UUID, days: int = 300) -> UUID:
    return await make.version(db, carrier_id=carrier_id, unit_ids=unit_ids, valid_until=today() + timedelta(days=days))


async def rooms(db: Connection, carrier_id: UUID, *labels: str) -> list[UUID]:
    """Rooms that a valid version covers."""
    found = [await make.unit(db, carrier_id=carrier_id, label=label) for label in labels]
    await filed(db, carrier_id, *found)
    return found


async def register(db: Connection, unit_id: UUID, *, status: str = "registered") -> None:
    await db.execute(
        """
        INSERT INTO registrations (unit_id, carrier_id, district_code, applicant, kind, status, exclusive, source,
                                   held_until, ended_at)
             SELECT id, carrier_id, district_code, '上海栖木数字科技有限公司', 'existing', $2, false, 'import',
                    CASE WHEN $2 = 'held' THEN now() END, CASE WHEN $2 = 'ended' THEN now() END
               FROM units
              WHERE id = $1
        """,
        unit_id,
        status,
    )


async def vacant(db: Connection, agent: Actor, wanted: Wanted = ALL) -> list[str]:
    return [row.label for row in await reads.vacancies(db, agent, wanted, today())]


async def shown(visitor: Visitor, path: str) -> str:
    answer = await visitor.get(path)
    assert answer.status_code == 200, path
    return text(parse(answer.text))


# 楼宇


async def test_every_page_says_what_to_do_when_there_is_nothing_yet(site: Site, agent: Actor) -> None:
    async with site.signed_in(agent) as visitor:
        assert "认领第一栋楼" in await shown(visitor, "/agency")
        assert "还没有备案" in await shown(visitor, "/agency/filings")
        assert "经审批员确认后，才看得到" in await shown(visitor, "/agency/vacancies")


async def test_only_carriers_with_a_confirmed_mandate_are_listed(site: Site, db: Connection, agent: Actor) -> None:
    await mandated(db, agent, name="汇澜大厦")
    for status, name in (("claimed", "云杉中心"), ("refused", "鹿鸣商务楼"), ("ended", "医谷大厦")):
        carrier_id = await make.carrier(db, name=name)
        await make.management(
            db, carrier_id=carrier_id, organisation_id=agent.organisation_id, capacity="agency", status=status
        )
    async with site.signed_in(agent) as visitor:
        said = await shown(visitor, "/agency")
    assert "汇澜大厦" in said
    assert "认领云杉中心，等待审批员确认" in said
    assert "鹿鸣商务楼" not in said
    assert "医谷大厦" not in said


async def test_a_carrier_says_what_is_on_file_and_how_its_units_stand(site: Site, db: Connection, agent: Actor) -> None:
    carrier_id = await mandated(db, agent, name="汇澜大厦", manager="上海汇澜商业管理有限公司")
    first, second = await rooms(db, carrier_id, "1801室", "1802室")
    await make.unit(db, carrier_id=carrier_id, label="1803室")
    await make.tenancy(db, unit_id=first, tenant="上海澜鹭信息科技有限公司")
    await register(db, second)
    async with site.signed_in(agent) as visitor:
        said = await shown(visitor, f"/agency/carriers/{carrier_id}")
    assert "覆盖 2 个单元" in said
    assert "1801室" in said
    assert "在驻 1 家" in said
    assert "登记 1 家" in said
    assert "未备案" in said
    assert "上海汇澜商业管理有限公司" in said


async def test_whose_tenants_they_are_stays_with_the_manager(site: Site, db: Connection, agent: Actor) -> None:
    carrier_id = await mandated(db, agent)
    first, second = await rooms(db, carrier_id, "1801室", "1802室")
    await make.tenancy(db, unit_id=first, tenant="上海澜鹭信息科技有限公司")
    await register(db, second)
    async with site.signed_in(agent) as visitor:
        said = await shown(visitor, f"/agency/carriers/{carrier_id}")
    assert "澜鹭" not in said
    assert "栖木" not in said


# 代为备案


async def test_a_filing_on_behalf_says_for_whom_and_goes_on_in_the_wizard(
    site: Site, db: Connection, agent: Actor
) -> None:
    carrier_id = await mandated(db, agent, name="斜桥商务中心")
    async with site.signed_in(agent) as visitor:
        answer = await visitor.submit(
            "/filings", carrier_id=str(carrier_id), what="first", on_behalf_of="上海斜桥实业有限公司"
        )
        assert answer.status_code == 303
        filing_id = answer.headers["location"].split("/")[2]
        assert "斜桥商务中心" in await shown(visitor, answer.headers["location"])
        assert "上海斜桥实业有限公司" in await shown(visitor, "/agency/filings")
        assert "代上海斜桥实业有限公司办理的首次备案" in await shown(visitor, f"/agency/carriers/{carrier_id}")
        link = await visitor.get(f"/agency/filings/{filing_id}")
    assert link.headers["location"] == f"/filings/{filing_id}"


async def test_nobody_files_without_saying_for_whom(site: Site, db: Connection, agent: Actor) -> None:
    carrier_id = await mandated(db, agent)
    async with site.signed_in(agent) as visitor:
        answer = await visitor.submit("/filings", carrier_id=str(carrier_id), what="first", on_behalf_of=" ")
    assert answer.status_code == 422
    assert "请填写代哪家单位办理" in answer.text
    assert await db.fetchval("SELECT count(*) FROM filings") == 0


async def test_a_returned_filing_shows_its_deadline(site: Site, db: Connection, agent: Actor) -> None:
    carrier_id = await mandated(db, agent)
    filing_id = await make.filing(db, carrier_id=carrier_id, filer=agent, status="returned")
    await db.execute("UPDATE filings SET deadline_on = '2026-12-06' WHERE id = $1", filing_id)
    async with site.signed_in(agent) as visitor:
        for path in ("/agency", "/agency/filings", f"/agency/carriers/{carrier_id}"):
            assert "2026-12-06" in await shown(visitor, path), path


async def test_filings_of_another_agency_are_not_listed(site: Site, db: Connection, agent: Actor) -> None:
    carrier_id = await mandated(db, agent)
    other = await make.actor(db, role="agent")
    filing_id = await make.filing(db, carrier_id=carrier_id, filer=other, status="submitted")
    async with site.signed_in(agent) as visitor:
        assert "还没有备案" in await shown(visitor, "/agency/filings")
        assert (await visitor.get(f"/agency/filings/{filing_id}")).status_code == 404


# 房源


async def test_a_filed_unit_that_nobody_uses_can_be_registered_in(db: Connection, agent: Actor) -> None:
    carrier_id = await mandated(db, agent)
    free, let, registered, held, left = await rooms(db, carrier_id, "101室", "102室", "103室", "104室", "105室")
    await make.unit(db, carrier_id=carrier_id, label="106室")
    await make.tenancy(db, unit_id=let)
    await register(db, registered)
    await register(db, held, status="held")
    await register(db, left, status="ended")
    gone = await make.tenancy(db, unit_id=free)
    await db.execute("UPDATE tenancies SET moved_out_on = current_date WHERE id = $1", gone)
    assert await vacant(db, agent) == ["101室", "105室"]


async def test_an_expired_or_ended_version_makes_nothing_ready(db: Connection, agent: Actor) -> None:
    carrier_id = await mandated(db, agent)
    last_day, expired, revoked = [await make.unit(db, carrier_id=carrier_id, label=f"10{n}室") for n in (1, 2, 3)]
    await filed(db, carrier_id, last_day, days=0)
    await filed(db, carrier_id, expired, days=-1)
    version_id = await filed(db, carrier_id, revoked)
    await db.execute("UPDATE dossier_versions SET status = 'revoked', effective_to = now() WHERE id = $1", version_id)
    assert await vacant(db, agent) == ["101室"]


async def test_service_and_retired_units_are_never_offered(db: Connection, agent: Actor) -> None:
    carrier_id = await mandated(db, agent)
    lobby = await make.unit(db, carrier_id=carrier_id, label="大堂", kind="service")
    former = await make.unit(db, carrier_id=carrier_id, label="199室")
    await filed(db, carrier_id, lobby, former)
    await db.execute("UPDATE units SET retired_at = now() WHERE id = $1", former)
    assert await vacant(db, agent) == []


async def test_a_blocking_flag_holds_back_its_unit_or_the_whole_carrier(db: Connection, agent: Actor) -> None:
    carrier_id = await mandated(db, agent)
    first, second = await rooms(db, carrier_id, "101室", "102室")
    clerk = await make.actor(db, role="clerk")

    async def flag(unit_id: UUID | None, severity: Severity) -> None:
        await flags.raise_flag(
            db,
            clerk,
            carrier_id=carrier_id,
            unit_id=unit_id,
            kind=f"test_{severity}",
            severity=severity,
            text="产权查封",
            source="clerk",
        )

    await flag(second, Severity.NOTE)
    assert await vacant(db, agent) == ["101室", "102室"]
    await flag(first, Severity.BLOCKS)
    assert await vacant(db, agent) == ["102室"]
    await flag(None, Severity.BLOCKS)
    assert await vacant(db, agent) == []


async def test_space_is_taken_as_the_counter_takes_it(db: Connection, agent: Actor) -> None:
    """One unit of each arrangement is let in turn; what is left is what does not overlap with it."""
    carrier_id = await mandated(db, agent)
    room = await make.unit(db, carrier_id=carrier_id, label="901室", floor=9)
    other_room = await make.unit(db, carrier_id=carrier_id, label="902室", floor=9)
    floor = await make.unit(db, carrier_id=carrier_id, label="9层整层", kind="whole_floor", floor=9)
    above = await make.unit(db, carrier_id=carrier_id, label="1001室", floor=10)
    desk = await make.unit(db, carrier_id=carrier_id, label="901室A区", kind="part", floor=9)
    corner = await make.unit(db, carrier_id=carrier_id, label="901室A区1角", kind="part", floor=9)
    await db.execute("UPDATE units SET part_of = $2 WHERE id = $1", desk, room)
    await db.execute("UPDATE units SET part_of = $2 WHERE id = $1", corner, desk)
    every = {room, other_room, floor, above, desk, corner}
    await filed(db, carrier_id, *every)
    for each in every:
        let = await make.tenancy(db, unit_id=each)
        found = {row.id for row in await reads.vacancies(db, agent, ALL, today())}
        taken = {other for other in every if each in await carriers.overlapping(db, other)}
        assert found == every - taken
        await db.execute("DELETE FROM tenancies WHERE id = $1", let)
    assert {row.id for row in await reads.vacancies(db, agent, ALL, today())} == every


async def test_vacancies_of_carriers_without_a_mandate_stay_unseen(site: Site, db: Connection, agent: Actor) -> None:
    ours = await mandated(db, agent, name="汇澜大厦")
    theirs = await mandated(db, await make.actor(db, role="agent"), name="望岸广场")
    await rooms(db, ours, "101室")
    await rooms(db, theirs, "201室")
    async with site.signed_in(agent) as visitor:
        said = await shown(visitor, "/agency/vacancies")
        asked = await shown(visitor, f"/agency/vacancies?carrier={theirs}")
    assert "101室" in said
    assert "201室" not in said
    assert "望岸广场" not in said
    assert "只列本机构服务的楼宇" in said
    assert "没有这样的房源" in asked


async def test_vacancies_end_with_the_mandate(db: Connection, agent: Actor) -> None:
    await rooms(db, await mandated(db, agent), "101室")
    await db.execute("UPDATE managements SET status = 'ended', ended_at = now() WHERE capacity = 'agency'")
    assert await vacant(db, agent) == []


async def test_the_filters_narrow_the_vacancies(site: Site, db: Connection, agent: Actor) -> None:
    here = await mandated(db, agent)
    there = await mandated(db, agent, subdistrict=OTHER_SUBDISTRICT)
    small = await make.unit(db, carrier_id=here, label="101室", area_m2=40)
    large = await make.unit(db, carrier_id=here, label="102室", area_m2=200)
    shop = await make.unit(db, carrier_id=there, label="1铺", kind="shop", area_m2=None)
    await filed(db, here, small, large)
    await filed(db, there, shop)
    answers = {
        "": {"101室", "102室", "1铺"},
        f"subdistrict={OTHER_SUBDISTRICT}": {"1铺"},
        f"carrier={here}": {"101室", "102室"},
        "kind=shop": {"1铺"},
        "area_from=40": {"101室", "102室"},
        "area_from=40.01&area_to=1,000㎡": {"102室"},
        "area_to=40": {"101室"},
    }
    async with site.signed_in(agent) as visitor:
        for query, expected in answers.items():
            said = await shown(visitor, f"/agency/vacancies?{query}")
            assert {label for label in answers[""] if label in said} == expected, query


async def test_an_area_that_is_none_is_said_beside_its_field(site: Site, agent: Actor) -> None:
    async with site.signed_in(agent) as visitor:
        answer = await visitor.get("/agency/vacancies?area_from=很大&carrier=x")
        sheet = await visitor.get("/agency/vacancies.xlsx?area_from=很大")
    assert answer.status_code == 422
    assert "面积写成平方米数" in answer.text
    assert "请从列表中选择楼宇" in answer.text
    assert "没有这样的房源" not in answer.text
    assert "很大" in answer.text
    assert sheet.status_code == 422


async def test_pages_follow_one_another_without_gap_or_repeat(db: Connection, agent: Actor) -> None:
    expected = []
    for name in ("甲楼", "乙楼"):
        carrier_id = await mandated(db, agent, name=name)
        expected += await rooms(db, carrier_id, *(f"{n}室" for n in range(101, 106)))
    found: list[UUID] = []
    while rows := await reads.vacancies(db, agent, ALL, today(), after=found[-1] if found else None, limit=3):
        found += [row.id for row in rows]
    assert found == expected


async def test_a_cursor_that_is_nobodys_ends_the_list(site: Site, db: Connection, agent: Actor) -> None:
    await rooms(db, await mandated(db, agent), "101室")
    async with site.signed_in(agent) as visitor:
        assert "101室" not in await shown(visitor, f"/agency/vacancies?after={uuid4()}")


async def test_the_workbook_holds_what_the_page_shows(site: Site, db: Connection, agent: Actor) -> None:
    carrier_id = await mandated(db, agent, name="汇澜大厦", manager="上海汇澜商业管理有限公司")
    unit_id = await make.unit(db, carrier_id=carrier_id, label="1801室", floor=18, area_m2=186.5)
    await filed(db, carrier_id, unit_id)
    await rooms(db, await mandated(db, agent, name="=HYPERLINK(1)", subdistrict=OTHER_SUBDISTRICT), "201室")
    address = await db.fetchval("SELECT text FROM carrier_addresses WHERE carrier_id = $1", carrier_id)
    async with site.signed_in(agent) as visitor:
        answer = await visitor.get(f"/agency/vacancies.xlsx?subdistrict={make.SUBDISTRICT}")
    rows = xlsx.rows_of(answer.content)
    assert rows == [
        ["载体", "地址", "单元", "楼层", "面积（㎡）", "管理单位"],
        ["汇澜大厦", address, "1801室", 18.0, 186.5, "上海汇澜商业管理有限公司"],
    ]


# 通知


async def test_the_links_of_notices_lead_somewhere(site: Site, db: Connection, agent: Actor) -> None:
    """What `carriers` and `dossiers` write into an agency's notices."""
    carrier_id = await mandated(db, agent)
    filing_id = await make.filing(db, carrier_id=carrier_id, filer=agent, status="submitted")
    async with site.signed_in(agent) as visitor:
        for path in ("/agency/carriers", f"/agency/carriers/{carrier_id}", f"/agency/filings/{filing_id}"):
            answer = await visitor.get(path, follow_redirects=True)
            assert answer.status_code == 200, path
