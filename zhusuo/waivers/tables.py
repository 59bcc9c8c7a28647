"""Reading a catalogue from CSV: every row is checked, and every fault is named with its row and column."""

import csv
import io
from dataclasses import dataclass
from datetime import date

from zhusuo.dossiers.model import DocumentKind, TitleSituation
from zhusuo.errors import Invalid
from zhusuo.waivers.model import ApprovalItem, RegistrationKind, Waiver

COLUMNS = (
    "item_code",
    "item_name",
    "department",
    "registration_kind",
    "requirement",
    "requirement_name",
    "evidence",
    "title_situations",
    "decision",
    "legal_basis",
    "source",
    "begins_on",
    "ends_on",
)
NEEDED = frozenset(COLUMNS) - {"title_situations", "ends_on"}
DECISIONS = {"免交": True, "要交": False}
ROW_LIMIT = 20_000
FAULT_LIMIT = 50


class CatalogueInvalid(Invalid):
    """`fields` maps “第 3 行 evidence” to what is wrong there."""

    code = "catalogue_invalid"
    sentence = "清单没有导入，请先更正下列各处。"


@dataclass(frozen=True, kw_only=True)
class CatalogueRows:
    items: tuple[ApprovalItem, ...]
    waivers: tuple[Waiver, ...]


def parse(text: str) -> CatalogueRows:
    """The items and waivers of a catalogue, in its order. Raises CatalogueInvalid with all faults at once."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    try:
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        raise CatalogueInvalid({"file": f"不是可读的 CSV 表格（第 {reader.line_num} 行附近）。"}) from error
    if not rows or set(rows[0]) != set(COLUMNS) or len(rows[0]) != len(COLUMNS):
        raise CatalogueInvalid({"file": f"第一行应为这 {len(COLUMNS)} 列：{'、'.join(COLUMNS)}。"})
    if len(rows) > ROW_LIMIT:
        raise CatalogueInvalid({"file": f"一次最多导入 {ROW_LIMIT} 行。"})
    faults: dict[str, str] = {}
    items: dict[str, ApprovalItem] = {}
    waivers: dict[tuple[str, str], Waiver] = {}
    for place, cells in enumerate(rows[1:], start=2):
        if not any(cells):
            continue
        if len(cells) != len(COLUMNS):
            faults[f"第 {place} 行"] = f"有 {len(cells)} 列，应为 {len(COLUMNS)} 列。"
            continue
        found = _Row(place, dict(zip(rows[0], cells, strict=True)), faults)
        item, waiver = found.item(), found.waiver()
        if item is None or waiver is None:
            continue
        if items.setdefault(item.code, item) != item:
            found.fault("item_code", "同一事项的名称、部门或登记方式前后不一致。")
        if waivers.setdefault((waiver.item_code, waiver.requirement), waiver) is not waiver:
            found.fault("requirement", "这个事项已列过这项要求。")
    if not waivers and not faults:
        faults["file"] = "清单里没有任何事项。"
    if faults:
        raise CatalogueInvalid(dict(list(faults.items())[:FAULT_LIMIT]))
    return CatalogueRows(items=tuple(items.values()), waivers=tuple(waivers.values()))


class _Row:
    """One row while it is read; what cannot be right is put among the faults."""

    def __init__(self, place: int, cells: dict[str, str], faults: dict[str, str]) -> None:
        self.place = place
        self.cells = cells
        self.faults = faults
        self.clean = True
        for column in COLUMNS:
            if column in NEEDED and not cells[column]:
                self.fault(column, "不能空着。")

    def fault(self, column: str, sentence: str) -> None:
        self.clean = False
        self.faults.setdefault(f"第 {self.place} 行 {column}", sentence)

    def item(self) -> ApprovalItem | None:
        kind = self.cells["registration_kind"]
        if kind not in set(RegistrationKind):
            self.fault("registration_kind", f"应为 {'、'.join(RegistrationKind)} 之一。")
            return None
        return ApprovalItem(
            code=self.cells["item_code"],
            name=self.cells["item_name"],
            department=self.cells["department"],
            registration_kind=RegistrationKind(kind),
        )

    def waiver(self) -> Waiver | None:
        evidence = self.cells["evidence"].split("|")
        situations = [each for each in self.cells["title_situations"].split("|") if each]
        decision = self.cells["decision"]
        if unknown := set(evidence) - set(DocumentKind):
            self.fault("evidence", f"没有这种材料：{'、'.join(sorted(unknown))}。多种材料之间用 | 分隔。")
        if unknown := set(situations) - set(TitleSituation):
            self.fault("title_situations", f"没有这种产权情形：{'、'.join(sorted(unknown))}。")
        if decision not in DECISIONS:
            self.fault("decision", "应为“免交”或“要交”。")
        begins_on, ends_on = self._day("begins_on"), self._day("ends_on")
        if begins_on and ends_on and ends_on < begins_on:
            self.fault("ends_on", "早于开始日期。")
        if not self.clean or begins_on is None:
            return None
        return Waiver(
            item_code=self.cells["item_code"],
            requirement=self.cells["requirement"],
            name=self.cells["requirement_name"],
            evidence=tuple(DocumentKind(each) for each in evidence),
            title_situations=tuple(TitleSituation(each) for each in situations),
            waived=DECISIONS[decision],
            legal_basis=self.cells["legal_basis"],
            source=self.cells["source"],
            begins_on=begins_on,
            ends_on=ends_on,
        )

    def _day(self, column: str) -> date | None:
        text = self.cells[column]
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.fault(column, "日期写成 2026-01-31 的样子。")
            return None
