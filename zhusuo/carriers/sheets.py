"""The table of a carrier's units: what its columns are called, what its rows mean, and how it is written again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from zhusuo.carriers.entry import area_of_cell, entries, floor_of_cell, kind_of_word
from zhusuo.carriers.model import CarrierKind, NewUnits, Unit, UnitEntry, UnitKind
from zhusuo.carriers.tables import CellError, Column, Record, Records, Sheet, records, workbook
from zhusuo.errors import Invalid

COLUMNS = (
    Column(key="building", name="楼幢", others="幢 栋 座 楼 楼栋 楼号 幢号 栋号 座号 楼座 楼宇 建筑物 所在楼幢 楼栋号"),
    Column(key="floor", name="楼层", others="层 层次 层号 所在层 所在楼层 名义层"),
    Column(
        key="label",
        name="单元",
        others="房号 室号 单元号 房间号 房间 房屋单元 室 铺位 铺位号 铺号 商铺号 商铺 摊位号 部位 单元名称 室号部位",
    ),
    Column(key="area_m2", name="面积", others="建筑面积 建面 租赁面积 使用面积 计租面积 套内面积"),
    Column(key="kind", name="用途", others="类型 单元类型 房屋用途 房屋类型 性质"),
    Column(key="number", name="门牌", others="门牌号 门牌号码 号码 号 路牌号"),
)
HEADER = ("楼幢", "楼层", "单元", "面积（㎡）", "用途", "门牌")
EXAMPLES = (
    ("1号楼", 21, "2101室", Decimal("186.5"), "办公", ""),
    ("1号楼", 21, "2102-2110", None, "办公", ""),
    ("1号楼", 8, "整层", Decimal("1560"), "整层", ""),
    ("1号楼", -1, "B1-03铺", Decimal("42"), "商铺", ""),
)


@dataclass(frozen=True, kw_only=True)
class UnitRow:
    """One unit a row of the table means; `told` are the columns that were filled in."""

    record: Record
    entry: UnitEntry
    told: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class UnitRows:
    rows: tuple[UnitRow, ...]
    errors: tuple[CellError, ...]
    notes: tuple[CellError, ...]


def unit_records(sheets: Sequence[Sheet]) -> Records:
    """The rows of a table of units; raises UnknownLayout if it is a table of something else."""
    return records(sheets, COLUMNS, ("label", "number"))


def unit_rows(found: Records, carrier_kind: CarrierKind) -> UnitRows:
    """What the rows mean, with every cell that cannot be right and every guess that was made."""
    rows: list[UnitRow] = []
    errors = list(found.errors)
    notes: list[CellError] = []
    for record in found.rows:
        new, wrong = _new_units(record, notes)
        if not wrong:
            try:
                told = frozenset(key for key, text in record.cells.items() if text)
                rows += [UnitRow(record=record, entry=entry, told=told) for entry in entries(new, carrier_kind)]
            except Invalid as refusal:
                wrong = [record.error(key, text) for key, text in refusal.fields.items()]
        errors += wrong
    errors.sort(key=lambda error: error.row)
    return UnitRows(rows=tuple(rows), errors=tuple(errors), notes=tuple(notes))


def _new_units(record: Record, notes: list[CellError]) -> tuple[NewUnits, list[CellError]]:
    cells = {key: record.cells.get(key, "") for key in ("building", "floor", "label", "area_m2", "kind", "number")}
    wrong: list[CellError] = []
    floor = floor_of_cell(cells["floor"]) if cells["floor"] else None
    if cells["floor"] and floor is None:
        wrong.append(record.error("floor", f"“{cells['floor']}”不是楼层，请写成 21、B1 或 -1。"))
    area = area_of_cell(cells["area_m2"]) if cells["area_m2"] else None
    if cells["area_m2"] and area is None:
        wrong.append(record.error("area_m2", f"“{cells['area_m2']}”不是面积，请写成平方米数，例如 186.5。"))
    kind = kind_of_word(cells["kind"]) if cells["kind"] else None
    if cells["kind"] and kind is None:
        notes.append(record.error("kind", f"不认识用途“{cells['kind']}”，按一般单元登记。"))
    label = cells["label"]
    if kind is UnitKind.WHOLE_FLOOR and not label:
        label = "整层"
    return (
        NewUnits(label=label, kind=kind, building=cells["building"], floor=floor, number=cells["number"], area_m2=area),
        wrong,
    )


def unit_sheet(units: Iterable[Unit]) -> bytes:
    """The units as an XLSX that can be mended and imported again."""
    return workbook(
        "单元",
        HEADER,
        ((u.building, u.floor, u.label, u.area_m2, u.kind.label, u.number) for u in units),
    )


def template() -> bytes:
    """An XLSX with the header and a few examples to write over."""
    return workbook("单元", HEADER, EXAMPLES)
