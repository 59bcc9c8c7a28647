"""载体: what people type about units, what a table means, and the picture of a building."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest

from zhusuo.carriers.entry import area_of_cell, entries, floor_of_cell, same_buildings
from zhusuo.carriers.model import CarrierKind, NewUnits, Unit, UnitKind
from zhusuo.carriers.sheets import unit_records, unit_rows
from zhusuo.carriers.stacking import CellStatus, Occupant, plan, trade_name
from zhusuo.carriers.tables import Sheet, UnknownLayout
from zhusuo.errors import Invalid

TOWER = CarrierKind.TOWER
DAY = date(2026, 11, 22)


def typed(label: str, carrier_kind: CarrierKind = TOWER, **facts: object) -> list[tuple[str, str, int | None]]:
    new = NewUnits(label=label, **facts)  # type: ignore[arg-type]
    return [(each.label, each.key, each.floor) for each in entries(new, carrier_kind)]


def unit(label: str, *, floor: int | None = 1, kind: UnitKind = UnitKind.ROOM, **facts: object) -> Unit:
    given: dict[str, object] = {"building": "", "number": "", "area_m2": Decimal(100), "part_of": None, **facts}
    return Unit(
        id=uuid.uuid4(),
        carrier_id=uuid.UUID(int=0),
        district_code="310104",
        kind=kind,
        floor=floor,
        label=label,
        key=label.removesuffix("室"),
        sharing_allowed=None,
        version=1,
        retired_at=None,
        **given,  # type: ignore[arg-type]
    )


# Units as they are typed


@pytest.mark.parametrize(
    ("text", "floor", "expected"),
    [
        ("2101", None, [("2101室", "2101", 21)]),
        ("２１０１室", None, [("2101室", "2101", 21)]),
        ("101、103", None, [("101室", "101", 1), ("103室", "103", 1)]),
        ("8层整层", None, [("8层整层", "8层", 8)]),
        ("整层", -1, [("地下1层整层", "-1层", -1)]),
        ("05室", 10, [("10层05室", "1005", 10)]),
        ("B1-03铺", None, [("B1-03铺", "B1-03", -1)]),
        ("大堂", 1, [("大堂", "大堂", 1)]),
    ],
)
def test_a_unit_is_what_its_door_says(text: str, floor: int | None, expected: list[object]) -> None:
    assert typed(text, floor=floor) == expected


def test_a_range_is_as_many_units() -> None:
    found = typed("2101-2110")
    assert len(found) == 10
    assert found[-1] == ("2110室", "2110", 21)


@pytest.mark.parametrize("text", ["2110-2101", "2101-2201", "2101-2199", "", "，。"])
def test_what_cannot_be_a_unit_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        typed(text)
    assert "label" in refusal.value.fields


def test_one_area_cannot_belong_to_several_units() -> None:
    with pytest.raises(Invalid) as refusal:
        typed("101-103", area_m2=Decimal(300))
    assert "area_m2" in refusal.value.fields


def test_the_kind_of_carrier_says_what_a_bare_number_is() -> None:
    kinds = {kind: entries(NewUnits(label="101"), kind)[0].kind for kind in CarrierKind}
    assert kinds[CarrierKind.TOWER] is UnitKind.ROOM
    assert kinds[CarrierKind.STREET] is UnitKind.SHOP
    assert kinds[CarrierKind.CLUSTER] is UnitKind.VIRTUAL
    assert entries(NewUnits(label="8层整层"), CarrierKind.MALL)[0].kind is UnitKind.WHOLE_FLOOR


def test_a_street_shop_needs_no_more_than_its_house_number() -> None:
    shop = entries(NewUnits(label="", number="12号"), CarrierKind.STREET)[0]
    assert (shop.number, shop.name) == ("12", "12号")


def test_a_building_keeps_the_spelling_it_had_first() -> None:
    new = entries(NewUnits(label="101", building="2幢"), CarrierKind.PARK)
    assert same_buildings(new, [unit("102室", building="2号楼")])[0].building == "2号楼"


def test_floors_and_areas_are_read_in_any_writing() -> None:
    assert [floor_of_cell(text) for text in ("21", "21F", "二十一层", "B1", "-1", "地下一层")] == [
        21,
        21,
        21,
        -1,
        -1,
        -1,
    ]
    assert [floor_of_cell(text) for text in ("0", "顶", "999", "")] == [None] * 4
    assert [area_of_cell(text) for text in ("186.5", "1,234.56㎡", "88 平方米")] == [
        Decimal("186.50"),
        Decimal("1234.56"),
        Decimal(88),
    ]
    assert [area_of_cell(text) for text in ("0", "-5", "约100", "NaN", "1e9")] == [None] * 5


# A table of units


def sheet(*rows: tuple[str, ...], formulas: frozenset[tuple[int, int]] = frozenset()) -> list[Sheet]:
    return [Sheet(name="", first_row=1, first_column=1, rows=rows, formulas=formulas)]


def test_headers_may_be_called_otherwise_and_stand_lower_down() -> None:
    found = unit_records(
        sheet(
            ("某某大厦单元一览", "", ""),
            ("栋", "房 号", "建筑面积（平方米）"),
            ("1号楼", "2101", "88"),
            ("合计", "", "88"),
        )
    )
    rows = unit_rows(found, TOWER).rows
    assert [(row.entry.name, row.entry.area_m2, row.record.row) for row in rows] == [("1号楼 2101室", Decimal(88), 3)]


def test_every_wrong_cell_is_named_by_row_and_column() -> None:
    found = unit_records(
        sheet(
            ("楼层", "单元", "面积"),
            ("十", "1001", "九十"),
            ("x", "1002", "90"),
            ("10", "1010-1001", "90"),
            ("10", "1003", "90"),
            formulas=frozenset({(4, 2)}),
        )
    )
    errors = unit_rows(found, TOWER).errors
    assert [(error.row, error.column) for error in errors] == [(2, "C"), (3, "A"), (4, "B"), (5, "C")]
    assert "不是面积" in errors[0].text
    assert str(errors[3]) == "第 5 行“面积”（C5）：这一格是公式，请先改成数值（复制后选择性粘贴为数值）。"


def test_an_unknown_purpose_is_a_guess_that_is_told() -> None:
    read = unit_rows(unit_records(sheet(("单元", "用途"), ("1001", "密室逃脱"))), TOWER)
    assert read.rows[0].entry.kind is UnitKind.ROOM
    assert [note.row for note in read.notes] == [2]


def test_a_table_of_something_else_is_refused() -> None:
    with pytest.raises(UnknownLayout, match="单元、门牌"):
        unit_records(sheet(("姓名", "电话"), ("张三", "123")))


# The stacking plan


def test_floors_stand_from_the_top_down_and_cells_from_left_to_right() -> None:
    found = plan(TOWER, [unit("102室"), unit("101室"), unit("1001室", floor=10), unit("B1-1", floor=-1)], [], DAY)
    assert [floor.label for floor in found.buildings[0].floors] == ["10F", "1F", "B1"]
    assert [cell.number for cell in found.buildings[0].floors[1].units] == ["101", "102"]


def test_every_row_fills_its_24_columns_by_area() -> None:
    units = [unit(f"10{n}室", area_m2=Decimal(area)) for n, area in enumerate((300, 100, 100, 5, 95), 1)]
    row = plan(TOWER, units, [], DAY).buildings[0].floors[0].rows[0]
    assert sum(cell.span for cell in row) == 24
    assert row[0].span == max(cell.span for cell in row)
    assert row[3].span == 3


@pytest.mark.parametrize("count", [1, 7, 8, 9, 17, 100])
def test_a_full_floor_takes_as_many_rows_as_it_needs(count: int) -> None:
    units = [unit(f"{100 + n}室", area_m2=Decimal(1 + n % 13)) for n in range(count)]
    floor = plan(TOWER, units, [], DAY).buildings[0].floors[0]
    assert len(floor.units) == count
    assert all(sum(cell.span for cell in row) == 24 and min(cell.span for cell in row) >= 3 for row in floor.rows)


def test_what_is_the_case_in_a_unit() -> None:
    vacant, resident, ending, registered, suspected = (unit(f"10{n}室") for n in range(5))
    hall = unit("大堂", kind=UnitKind.SERVICE)
    soon = DAY + timedelta(days=23)
    found = plan(
        TOWER,
        [vacant, resident, ending, registered, suspected, hall],
        [
            Occupant(unit_id=resident.id, name="上海见山资本有限公司", resident=True, lease_ends_on=date(2028, 1, 1)),
            Occupant(unit_id=ending.id, name="上海鹿鸣网络有限公司", resident=True, lease_ends_on=soon),
            Occupant(unit_id=registered.id, name="上海碧波环境有限公司", resident=False),
            Occupant(unit_id=suspected.id, name="上海澜鹭信息有限公司", resident=False, suspected=True),
        ],
        DAY,
    )
    cells = {cell.id: cell for cell in found.buildings[0].floors[0].units}
    statuses = [cells[each.id].status for each in (vacant, resident, ending, registered, suspected, hall)]
    assert statuses == [
        CellStatus.VACANT,
        CellStatus.RESIDENT,
        CellStatus.ENDING,
        CellStatus.REGISTERED,
        CellStatus.SUSPECTED,
        CellStatus.SERVICE,
    ]
    assert (cells[ending.id].name, cells[ending.id].short, cells[ending.id].days) == ("鹿鸣网络", "鹿鸣", 23)
    assert found.counts == dict.fromkeys(CellStatus, 1)
    assert found.rentable_count == 5
    assert found.used == 0.4


def test_a_whole_floor_and_its_rooms_are_one_space() -> None:
    whole, room = unit("8层整层", floor=8, kind=UnitKind.WHOLE_FLOOR), unit("801室", floor=8)
    shown = [cell.number for cell in plan(TOWER, [whole, room], [], DAY).buildings[0].floors[0].units]
    assert shown == ["801"]
    tenant = Occupant(unit_id=whole.id, name="海岱设计集团", resident=True)
    cells = plan(TOWER, [whole, room], [tenant], DAY).buildings[0].floors[0].units
    assert [(cell.number, cell.span, cell.name) for cell in cells] == [("8层整层", 24, "海岱设计集团")]


def test_parts_stand_for_the_unit_they_belong_to() -> None:
    room = unit("801室", floor=8)
    part = unit("801室西侧", floor=8, kind=UnitKind.PART, part_of=room.id)
    assert [c.id for c in plan(TOWER, [room, part], [], DAY).buildings[0].floors[0].units] == [part.id]


def test_a_street_has_two_sides_instead_of_floors() -> None:
    shops = [unit("", floor=None, kind=UnitKind.SHOP, number=number) for number in ("12", "9", "2", "11甲")]
    floors = plan(CarrierKind.STREET, shops, [], DAY).buildings[0].floors
    assert [(floor.label, [cell.number for cell in floor.units]) for floor in floors] == [
        ("单号", ["9号", "11甲号"]),
        ("双号", ["2号", "12号"]),
    ]


def test_a_park_has_a_tab_for_every_building() -> None:
    units = [unit("101室", building=building) for building in ("10号楼", "2号楼", "2号楼")]
    assert [building.label for building in plan(CarrierKind.PARK, units, [], DAY).buildings] == ["2号楼", "10号楼"]


def test_a_company_is_called_by_its_trade_name() -> None:
    assert trade_name("上海云杉人力资源有限公司") == "云杉人力资源"
    assert trade_name("砚辰（上海）资产运营管理有限公司") == "砚辰资产运营管理"
    assert trade_name("有限公司") == "有限公司"
