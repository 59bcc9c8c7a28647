"""入驻名册: a table of tenants as property software writes it; good rows are kept, bad cells say why."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from tests import make
from tests.make_businesses import uscc, xlsx_of
from zhusuo.carriers import tables
from zhusuo.carriers.tables import Records
from zhusuo.db import Connection, Database
from zhusuo.errors import Invalid, NotFound
from zhusuo.people.model import Actor
from zhusuo.tenancies import store
from zhusuo.tenancies.actions import confirm_floor, move_in, move_out, renew
from zhusuo.tenancies.model import NewTenancy
from zhusuo.tenancies.reminders import remind
from zhusuo.tenancies.roster import LineKind, RosterReport, import_roster
from zhusuo.tenancies.rows import roster_records

DAY = date(2026, 11, 22)
HEADER = ("项目", "楼栋", "房号", "租户名称", "社会信用代码", "起租日", "到期日", "退租日期")


async def house(db: Connection, name: str = "汇澜大厦") -> tuple[Actor, UUID, dict[str, UUID]]:
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id, name=name)
    units = {
        label: await make.unit(db, carrier_id=carrier_id, label=f"{label}室", floor=int(label[0]))
        for label in ("101", "102", "201", "202")
    }
    return manager, carrier_id, units


async def table(rows: list[tuple[object, ...]], header: tuple[str, ...] = HEADER) -> Records:
    return roster_records(await tables.read(xlsx_of(rows, header=header)))


async def bring(
    database: Database, manager: Actor, carrier_id: UUID, rows: list[tuple[object, ...]], *, dry_run: bool = False
) -> RosterReport:
    return await import_roster(database, manager, carrier_id, await table(rows), day=DAY, dry_run=dry_run)


async def here(db: Connection, carrier_id: UUID) -> list[tuple[str, date | None]]:
    return [(each.tenant, each.lease_ends_on) for each in await store.by_carrier(db, carrier_id)]


async def test_a_roster_brings_tenants_in_and_a_second_time_changes_nothing(database: Database, db: Connection) -> None:
    manager, carrier_id, units = await house(db)
    rows: list[tuple[object, ...]] = [
        ("汇澜大厦", "", "101", "上海鹿鸣(徐汇) 网络有限公司", uscc(), "2025年1月1日", "2026/12/31", ""),
        ("", "", "201-202", "上海栖木数字科技有限公司", "", 45658, "20271231", ""),
        ("", "", "102室", "空置", "", "", "", ""),
    ]
    tried = await bring(database, manager, carrier_id, rows, dry_run=True)
    assert (tried.count(LineKind.MOVE_IN), tried.errors, tried.applied) == (3, (), False)
    assert await here(db, carrier_id) == []
    await bring(database, manager, carrier_id, rows)
    assert sorted(await here(db, carrier_id)) == [
        ("上海栖木数字科技有限公司", date(2027, 12, 31)),
        ("上海栖木数字科技有限公司", date(2027, 12, 31)),
        ("上海鹿鸣（徐汇）网络有限公司", date(2026, 12, 31)),
    ]
    again = await bring(database, manager, carrier_id, rows)
    assert (again.changes, again.count(LineKind.SAME)) == ((), 3)
    kinds = await db.fetch("SELECT kind FROM events WHERE noun = 'tenancy'")
    assert [each["kind"] for each in kinds] == ["tenancy.moved_in"] * 3
    assert {each.unit_id for each in await store.by_carrier(db, carrier_id)} == {
        units[label] for label in ("101", "201", "202")
    }


async def test_bad_cells_say_what_is_wrong_and_good_rows_are_kept(database: Database, db: Connection) -> None:
    manager, carrier_id, units = await house(db)
    await make.tenancy(db, unit_id=units["202"], tenant="乙公司")
    rows: list[tuple[object, ...]] = [
        ("", "", "101", "甲公司", "", "", "2027-12-31", ""),
        ("", "", "9999", "丙公司", "", "", "", ""),
        ("", "", "102", "丁公司", "", "", "明年底", ""),
        ("望岸国际", "", "102", "戊公司", "", "", "", ""),
        ("", "", "101", "甲公司", "", "", "", ""),
        ("", "", "102", "己公司", "91310104123456789X", "", "", ""),
        ("", "", "201", "庚公司", "", "2027-01-01", "2026-01-01", ""),
        ("", "", "201", "辛公司", "", "", "", "2026-11-01"),
        ("", "", "202", "空置", "", "", "", ""),
        ("", "", "202", "乙公司", "", "", "", "2027-01-01"),
        ("", "", "", "壬公司", "", "", "", ""),
    ]
    report = await bring(database, manager, carrier_id, rows)
    assert [f"{error.column}{error.row} {error.text[:12]}" for error in report.errors] == [
        "C3 单元表里没有“9999”",
        "G4 “明年底”不是日期，请写",
        "A5 这一行是“望岸国际”的，",
        "D6 “101室”的“甲公司”",
        "E7 统一社会信用代码不对，请",
        "G8 租期止 2026-01-",
        "H9 “辛公司”现在不在“20",
        "D10 表上写着空置，现在登记在",
        "H11 迁出日期 2027-01",
        "C12 没有写单元。",
    ]
    assert await here(db, carrier_id) == [("乙公司", None), ("甲公司", date(2027, 12, 31))]


async def test_a_roster_reports_who_left_and_who_was_renewed_and_forgets_nobody(
    database: Database, db: Connection
) -> None:
    manager, carrier_id, units = await house(db)
    await make.tenancy(db, unit_id=units["101"], tenant="甲公司", lease_ends_on=date(2026, 12, 1))
    await make.tenancy(db, unit_id=units["102"], tenant="乙公司")
    await make.tenancy(db, unit_id=units["201"], tenant="丙公司")
    rows: list[tuple[object, ...]] = [
        ("", "", "101", "甲公司", "", "", "2028-12-01", ""),
        ("", "", "102", "乙公司", "", "", "", "2026-11-20"),
    ]
    report = await bring(database, manager, carrier_id, rows)
    assert [(line.tenant, line.kind) for line in report.lines] == [
        ("甲公司", LineKind.RENEW),
        ("乙公司", LineKind.MOVE_OUT),
    ]
    assert report.missing == ("201室 丙公司",)
    assert await here(db, carrier_id) == [("丙公司", None), ("甲公司", date(2028, 12, 1))]


async def test_merged_cells_say_the_same_for_each_of_their_rows(database: Database, db: Connection) -> None:
    import io

    import xlsxwriter

    manager, carrier_id, _ = await house(db)
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.merge_range("A1:C1", "2026 年 11 月入驻情况")
    sheet.write_row("A2", ["房号", "租户", "到期日"])
    sheet.write_column("A3", ["101", "102"])
    sheet.merge_range("B3:B4", "上海鹿鸣网络有限公司")
    sheet.merge_range("C3:C4", "2027-06-30")
    book.close()
    found = roster_records(await tables.read(output.getvalue()))
    await import_roster(database, manager, carrier_id, found, day=DAY, dry_run=False)
    assert await here(db, carrier_id) == [("上海鹿鸣网络有限公司", date(2027, 6, 30))] * 2


async def test_the_manager_of_another_building_brings_in_nothing(database: Database, db: Connection) -> None:
    _, carrier_id, _ = await house(db)
    other, _, _ = await house(db, "望岸国际")
    with pytest.raises(NotFound):
        await bring(database, other, carrier_id, [("", "", "101", "甲公司", "", "", "", "")])


async def test_a_lease_is_renewed_by_saying_until_when(database: Database, db: Connection) -> None:
    manager, _, units = await house(db)
    tenancy_id = await make.tenancy(db, unit_id=units["101"], lease_ends_on=DAY)
    for _ in range(2):
        renewed = await renew(database, manager, tenancy_id, None, date(2028, 11, 22))
    assert renewed.lease_ends_on == date(2028, 11, 22)
    assert await db.fetchval("SELECT count(*) FROM events WHERE kind = 'tenancy.renewed'") == 1
    with pytest.raises(Invalid):
        await renew(database, manager, tenancy_id, None, DAY)
    with pytest.raises(Invalid):
        await renew(database, manager, tenancy_id, None, None)


async def test_a_floor_is_confirmed_at_once_and_only_that_floor(database: Database, db: Connection) -> None:
    manager, _, units = await house(db)
    on_it = [await make.tenancy(db, unit_id=units[label]) for label in ("101", "102")]
    await make.tenancy(db, unit_id=units["201"])
    left = await move_in(database, manager, NewTenancy(unit_id=units["101"], tenant="已迁出的"))
    await move_out(database, manager, left.id, DAY, day=DAY)
    assert await confirm_floor(database, manager, units["102"]) == 2
    assert await confirm_floor(database, manager, units["102"]) == 0, "a second click says nothing new"
    rows = await db.fetch("SELECT noun_id FROM events WHERE kind = 'tenancy.confirmed'")
    assert {each["noun_id"] for each in rows} == set(on_it)


async def test_leases_about_to_end_are_told_of_once_a_stage_and_together(database: Database, db: Connection) -> None:
    manager, _, units = await house(db)
    for label, days in (("101", 50), ("102", 10), ("201", -3), ("202", 200)):
        await make.tenancy(db, unit_id=units[label], tenant=label, lease_ends_on=DAY + timedelta(days=days))
    assert await remind(database, DAY) == 3
    assert await remind(database, DAY) == 0
    assert await remind(database, DAY - timedelta(days=1)) == 0, "a clock set back says nothing again"
    assert await remind(database, DAY + timedelta(days=40)) == 2
    rows = await db.fetch("SELECT title FROM notices WHERE organisation_id = $1 ORDER BY id", manager.organisation_id)
    assert [each["title"] for each in rows] == [
        "汇澜大厦 1 家租约已到期",
        "汇澜大厦 2 家租约快到期",
        "汇澜大厦 1 家租约已到期",
        "汇澜大厦 1 家租约快到期",
    ]
