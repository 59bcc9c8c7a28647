"""A table of units: read from strangers' files, tried first, then imported once."""

import io
import zipfile
from decimal import Decimal
from uuid import UUID

import pytest
import xlsxwriter

from tests import make
from zhusuo.carriers import store, tables
from zhusuo.carriers.model import NewUnits, UnitKind
from zhusuo.carriers.sheets import HEADER, template, unit_records, unit_sheet
from zhusuo.carriers.unit_actions import ImportReport, add_units, import_units
from zhusuo.db import Connection, Database
from zhusuo.errors import TooLarge
from zhusuo.people.model import Actor

CSV = "楼幢,楼层,单元,面积,用途,门牌\n1号楼,21,2101,88.5,办公,\n1号楼,21,2102-2105,,办公,\n1号楼,8,整层,1560,整层,\n"


def xlsx(*rows: tuple[object, ...], merge: str = "", value: str = "") -> bytes:
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    sheet = book.add_worksheet("单元")
    for y, row in enumerate(rows):
        sheet.write_row(y, 0, row)
    if merge:
        sheet.merge_range(merge, value)
    book.close()
    return output.getvalue()


async def imported(
    database: Database, actor: Actor, carrier_id: UUID, data: bytes, *, dry_run: bool = False
) -> ImportReport:
    return await import_units(database, actor, carrier_id, unit_records(await tables.read(data)), dry_run=dry_run)


@pytest.fixture
async def manager(db: Connection) -> Actor:
    return await make.actor(db, role="manager")


@pytest.fixture
async def carrier_id(db: Connection, manager: Actor) -> UUID:
    return await make.carrier(db, manager=manager.organisation_id)


# Importing


async def test_a_dry_run_says_what_would_happen_and_writes_nothing(
    database: Database, db: Connection, manager: Actor, carrier_id: UUID
) -> None:
    report = await imported(database, manager, carrier_id, CSV.encode(), dry_run=True)
    assert (report.added, report.changed, report.unchanged, report.applied) == (6, 0, 0, False)
    assert [line.unit for line in report.lines][:2] == ["1号楼 2101室", "1号楼 2102室"]
    assert await store.units(db, carrier_id) == []


async def test_a_second_import_of_the_same_table_finds_nothing_to_do(
    database: Database, db: Connection, manager: Actor, carrier_id: UUID
) -> None:
    assert (await imported(database, manager, carrier_id, CSV.encode("gb18030"))).added == 6
    before = await store.units(db, carrier_id)
    report = await imported(database, manager, carrier_id, CSV.encode())
    assert (report.added, report.changed, report.unchanged) == (0, 0, 6)
    assert await store.units(db, carrier_id) == before
    entries = await db.fetchval("SELECT count(*) FROM audit_entries WHERE action = 'import_units'")
    assert entries == 1


async def test_a_table_changes_what_it_says_and_leaves_the_rest(
    database: Database, db: Connection, manager: Actor, carrier_id: UUID
) -> None:
    await imported(database, manager, carrier_id, CSV.encode())
    await add_units(database, manager, carrier_id, NewUnits(label="3001"))
    report = await imported(database, manager, carrier_id, "幢,房号,面积\n1幢,2101室,90\n1幢,2102,\n".encode())
    assert (report.added, report.changed, report.unchanged) == (0, 1, 1)
    assert report.lines[0].changes == "面积 88.50 → 90.00"
    found = {unit.label: unit for unit in await store.units(db, carrier_id)}
    assert found["2101室"].area_m2 == Decimal(90)
    assert found["2101室"].floor == 21
    assert len(found) == 7


async def test_one_wrong_cell_holds_the_whole_table_back(
    database: Database, db: Connection, manager: Actor, carrier_id: UUID
) -> None:
    data = xlsx(("单元", "面积"), ("101", 50), ("102", "很大"), ("101室", 50), ("103", "=1+1"))
    report = await imported(database, manager, carrier_id, data)
    assert [(error.row, error.column) for error in report.errors] == [(3, "B"), (4, "A"), (5, "B")]
    assert "与第 2 行重复" in report.errors[1].text
    assert "公式" in report.errors[2].text
    assert not report.applied
    assert await store.units(db, carrier_id) == []


async def test_cells_merged_down_a_column_count_for_every_row(
    database: Database, db: Connection, manager: Actor, carrier_id: UUID
) -> None:
    data = xlsx(("楼幢", "单元"), ("", "101"), ("", "102"), merge="A2:A3", value="3号楼")
    await imported(database, manager, carrier_id, data)
    assert [unit.name for unit in await store.units(db, carrier_id)] == ["3号楼 101室", "3号楼 102室"]


async def test_what_is_exported_can_be_imported_again(
    database: Database, db: Connection, manager: Actor, carrier_id: UUID
) -> None:
    await imported(database, manager, carrier_id, CSV.encode())
    [room] = await add_units(database, manager, carrier_id, NewUnits(label="05室", floor=10))
    for new in (
        NewUnits(label="大堂", kind=UnitKind.SERVICE, floor=1),
        NewUnits(label="西侧", kind=UnitKind.PART, part_of=room),
        NewUnits(label="A1-A9", kind=UnitKind.VIRTUAL),
        NewUnits(label="=1+1", kind=UnitKind.SHOP),
        NewUnits(label="", kind=UnitKind.SHOP, number="12甲号"),
        NewUnits(label="整层", floor=-1),
    ):
        await add_units(database, manager, carrier_id, new)
    units = await store.units(db, carrier_id)
    report = await imported(database, manager, carrier_id, unit_sheet(units))
    assert (report.errors, report.added, report.changed) == ((), 0, 0)
    assert report.unchanged == len(units)


async def test_text_never_becomes_a_formula(carrier_id: UUID) -> None:
    data = tables.workbook("名单", ["名称"], [["=cmd|' /C calc'!A0"], ["+1"], ["@x"], ["https://example.com"]])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "hyperlink" not in sheet
    [sheet_read] = await tables.read(data)
    assert not sheet_read.formulas
    assert sheet_read.rows[1][0] == "=cmd|' /C calc'!A0"


async def test_the_template_is_a_table_we_understand(database: Database, manager: Actor, carrier_id: UUID) -> None:
    report = await imported(database, manager, carrier_id, template(), dry_run=True)
    assert (report.errors, report.notes) == ((), ())
    assert report.added == 12
    assert HEADER[2] == "单元"


async def test_five_thousand_units_come_in_at_once(database: Database, manager: Actor, carrier_id: UUID) -> None:
    rows = [(f"{floor}", f"{floor}{number:02}", 50) for floor in range(1, 101) for number in range(1, 51)]
    report = await imported(database, manager, carrier_id, xlsx(("楼层", "单元", "面积"), *rows))
    assert report.added == 5000


# Files of strangers


def bomb() -> bytes:
    """A workbook of some kilobytes whose one sheet is 400 MB of blanks."""
    packed = io.BytesIO()
    good = zipfile.ZipFile(io.BytesIO(xlsx(("单元", "面积"), ("101", 50))))
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in good.namelist():
            with archive.open(name, "w", force_zip64=True) as entry:
                content = good.read(name)
                if name.endswith("sheet1.xml"):
                    for _ in range(400):
                        entry.write(b" " * (1 << 20))
                entry.write(content)
    return packed.getvalue()


def far_corner() -> bytes:
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, "单元")
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    return output.getvalue()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        pytest.param(b"", "空的", id="empty"),
        pytest.param(b"\0" * 5000, "空的", id="zeros"),
        pytest.param(b"<html><body><table><tr><td>101</td></tr></table></body></html>", "网页", id="a web page"),
        pytest.param(xlsx(("单元",), ("101",))[:3000], "损坏", id="cut off"),
        pytest.param(b"PK\x03\x04" + b"x" * 3000, "损坏", id="no real archive"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "密码",
            id="with a password",
        ),
        pytest.param(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20, "不是表格", id="a photo"),
        pytest.param(bomb(), "太大", id="a zip bomb"),
        pytest.param(far_corner(), "太大", id="a cell in the last corner"),
        pytest.param(("单元,面积\n" + "101,5\n" * 20_001).encode(), "20000 行", id="too many rows"),
        pytest.param(xlsx(*[("说明" * 90,) * 55] * 1000), "太大", id="novels in cells"),
    ],
)
async def test_a_file_that_is_no_table_gets_a_clear_answer(data: bytes, word: str) -> None:
    with pytest.raises(tables.TableUnreadable, match=word):
        await tables.read(data)


async def test_a_table_of_another_layout_says_what_is_looked_for() -> None:
    with pytest.raises(tables.UnknownLayout, match="单元、门牌"):
        unit_records(await tables.read("姓名,电话\n张三,123\n".encode()))


async def test_a_huge_file_is_not_even_opened() -> None:
    with pytest.raises(TooLarge):
        await tables.read(b"a" * (tables.SIZE_LIMIT + 1))


async def test_a_sheet_that_takes_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "WALL_SECONDS", 0.001)
    with pytest.raises(tables.TableUnreadable, match="规定时间"):
        await tables.read(CSV.encode())
