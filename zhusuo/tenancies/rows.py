"""入驻名册: what the columns of a roster are called, and what its rows mean. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from stdnum.cn import uscc as credit_codes

from zhusuo.addresses.keys import building_key, expand_units, unit_key
from zhusuo.carriers.entry import day_of_cell, floor_of_cell
from zhusuo.carriers.model import Unit, UnitKind
from zhusuo.carriers.tables import CellError, Column, Record, Records, Sheet, records, workbook
from zhusuo.tenancies.model import TENANT_LIMIT, tenant_name

COLUMNS = (
    Column(key="carrier", name="楼宇", others="项目 项目名称 楼宇名称 大厦 大楼 物业项目 载体"),
    Column(key="building", name="楼幢", others="幢 栋 座 楼栋 楼号 幢号 栋号 座号 楼座 所在楼幢 楼栋号"),
    Column(key="floor", name="楼层", others="层 层次 层号 所在层 所在楼层"),
    Column(
        key="label",
        name="单元",
        others="房号 室号 单元号 房间号 房间 房屋单元 室 铺位 铺位号 铺号 商铺号 商铺 摊位号 单元名称 租赁单元",
    ),
    Column(
        key="tenant",
        name="承租人",
        others="租户 租户名称 承租方 承租单位 客户 客户名称 企业 企业名称 公司 公司名称 入驻企业 单位名称",
    ),
    Column(key="uscc", name="统一社会信用代码", others="信用代码 社会信用代码 代码"),
    Column(
        key="lease_begins_on",
        name="租期起",
        others="起租日 起租日期 租赁开始 租赁起始日 租期开始 合同开始日期 起始日期",
    ),
    Column(
        key="lease_ends_on",
        name="租期止",
        others="到期日 到期日期 租赁结束 租赁到期日 租期结束 合同到期日期 终止日期 租约到期",
    ),
    Column(key="moved_in_on", name="迁入日期", others="入驻日期 进场日期 交房日期 迁入"),
    Column(key="moved_out_on", name="迁出日期", others="退租日期 搬离日期 退场日期 迁出"),
)
HEADER = ("楼幢", "楼层", "单元", "承租人", "统一社会信用代码", "租期起", "租期止", "迁入日期", "迁出日期")
DAYS = ("lease_begins_on", "lease_ends_on", "moved_in_on", "moved_out_on")
NOBODY = re.compile(r"[-—/\s]*|空置?|空关|无|待租|未租|招商中|空房")


@dataclass(frozen=True, kw_only=True)
class RosterRow:
    """One unit with one tenant, as a row means it; without a tenant the row says that the unit is empty."""

    record: Record
    unit: Unit
    tenant: str
    uscc: str
    lease_begins_on: date | None
    lease_ends_on: date | None
    moved_in_on: date | None
    moved_out_on: date | None


@dataclass(frozen=True, kw_only=True)
class RosterRows:
    rows: tuple[RosterRow, ...]
    errors: tuple[CellError, ...]


def roster_records(sheets: Sequence[Sheet]) -> Records:
    """The rows of a roster; raises UnknownLayout if it is a table of something else."""
    return records(sheets, COLUMNS, ("tenant",))


def roster_rows(found: Records, units: Iterable[Unit], names: Iterable[str], day: date) -> RosterRows:
    """What the rows mean in a carrier with these live units and names; every cell that cannot be right says why."""
    return _Roster(units, names, day).read(found)


class _Roster:
    """Lives inside one call of `roster_rows`."""

    def __init__(self, units: Iterable[Unit], names: Iterable[str], day: date) -> None:
        self.day = day
        self.names = frozenset(_bare(name) for name in names if name)
        self.by_key: dict[str, list[Unit]] = {}
        for unit in units:
            for key in {unit.key, unit_key(unit.name), unit_key(f"{unit.number}号") if unit.number else ""} - {""}:
                self.by_key.setdefault(key, []).append(unit)
        self.seen: dict[tuple[UUID, str], int] = {}

    def read(self, found: Records) -> RosterRows:
        rows: list[RosterRow] = []
        errors = list(found.errors)
        for record in found.rows:
            units, wrong = self._units(record)
            days, more = self._days(record)
            wrong += more + self._wrong_words(record)
            if wrong:
                errors += wrong
                continue
            for unit in units:
                row = _row(record, unit, days)
                before = self.seen.setdefault((unit.id, row.tenant), record.row)
                if before == record.row:
                    rows.append(row)
                else:
                    errors.append(record.error("tenant", f"“{unit.name}”的“{row.tenant}”与第 {before} 行重复。"))
        errors.sort(key=lambda error: error.row)
        return RosterRows(rows=tuple(rows), errors=tuple(errors))

    def _units(self, record: Record) -> tuple[list[Unit], list[CellError]]:
        """The units that the row names."""
        cells = record.cells
        carrier = cells.get("carrier", "")
        if carrier and self.names and not any(_bare(carrier) in name or name in _bare(carrier) for name in self.names):
            return [], [record.error("carrier", f"这一行是“{carrier}”的，不在这栋楼；请到那栋楼的入驻图里导入。")]
        label = cells.get("label", "")
        if not label:
            return [], [record.error("label", "没有写单元。")]
        found, wrong = [], []
        for key in expand_units(label) or (label,):
            meant = self._named(key, cells)
            if len(meant) == 1 and meant[0].kind is not UnitKind.SERVICE:
                found.append(meant[0])
            else:
                wrong.append(record.error("label", _why_not(label if len(meant) != 1 else meant[0].label, meant)))
        return found, wrong[:1]

    def _named(self, key: str, cells: Mapping[str, str]) -> list[Unit]:
        """The units with this key, in the building and on the floor of the row where it says so and that tells."""
        units = self.by_key.get(key, [])
        building, floor = cells.get("building", ""), floor_of_cell(cells.get("floor", "") or "-")
        if building:
            units = [
                each for each in units if not each.building or building_key(each.building) == building_key(building)
            ]
        if len(units) > 1 and floor is not None:
            units = [each for each in units if each.floor == floor]
        return units

    def _days(self, record: Record) -> tuple[dict[str, date | None], list[CellError]]:
        found: dict[str, date | None] = {}
        wrong = []
        for key in DAYS:
            text = record.cells.get(key, "")
            found[key] = day_of_cell(text) if text else None
            if text and found[key] is None and not NOBODY.fullmatch(text):
                wrong.append(record.error(key, f"“{text}”不是日期，请写成 2026-11-22。"))
        return found, wrong + self._impossible(record, found)

    def _impossible(self, record: Record, days: Mapping[str, date | None]) -> list[CellError]:
        begins, ends, came, left = (days[key] for key in DAYS)
        if begins and ends and ends < begins:
            return [record.error("lease_ends_on", f"租期止 {ends} 早于租期起 {begins}。")]
        if left and left > self.day:
            return [record.error("moved_out_on", f"迁出日期 {left} 还没有到，到了那天再报。")]
        if left and came and left < came:
            return [record.error("moved_out_on", f"迁出日期 {left} 早于迁入日期 {came}。")]
        return []

    def _wrong_words(self, record: Record) -> list[CellError]:
        wrong = []
        tenant, code = record.cells.get("tenant", ""), _code(record.cells.get("uscc", ""))
        if len(tenant) > TENANT_LIMIT:
            wrong.append(record.error("tenant", f"承租人名称最多 {TENANT_LIMIT} 个字。"))
        if code and not credit_codes.is_valid(code):
            wrong.append(record.error("uscc", "统一社会信用代码不对，请核对 18 位代码。"))
        return wrong


def _row(record: Record, unit: Unit, days: Mapping[str, date | None]) -> RosterRow:
    said = tenant_name(record.cells.get("tenant", ""))
    tenant = "" if NOBODY.fullmatch(said) else said
    return RosterRow(record=record, unit=unit, tenant=tenant, uscc=_code(record.cells.get("uscc", "")), **days)


def _why_not(label: str, meant: Sequence[Unit]) -> str:
    if not meant:
        return f"单元表里没有“{label}”；请核对，确有此单元的，先登记单元。"
    if len(meant) > 1:
        return f"有 {len(meant)} 个“{label}”，请写明楼幢或楼层。"
    return f"“{label}”是公共部位，不能入驻。"


def _bare(name: str) -> str:
    return re.sub(r"\s", "", name)


def _code(text: str) -> str:
    return str(credit_codes.compact(unicodedata.normalize("NFKC", text))).upper()


def roster_sheet(rows: Iterable[tuple[object, ...]]) -> bytes:
    """The roster as an XLSX that can be mended and imported again."""
    return workbook("入驻名册", HEADER, rows)
