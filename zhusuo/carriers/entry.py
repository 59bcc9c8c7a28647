"""What people type about units, made into units. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from zhusuo.addresses.characters import normal
from zhusuo.addresses.keys import building_key, expand_units, floor_of, name_key, unit_key
from zhusuo.carriers.model import CarrierKind, NewUnits, Unit, UnitEntry, UnitKind
from zhusuo.errors import Invalid

LABEL_LIMIT = 40
BUILDING_LIMIT = 20
NUMBER_LIMIT = 20
AREA_LIMIT = Decimal(1_000_000)
HIGHEST, LOWEST = 200, -10

USUAL_KIND = {
    CarrierKind.MALL: UnitKind.SHOP,
    CarrierKind.MARKET: UnitKind.SHOP,
    CarrierKind.STREET: UnitKind.SHOP,
    CarrierKind.CLUSTER: UnitKind.VIRTUAL,
}

# What a table says in 用途, and what that is to us; the first that is contained counts.
KIND_WORDS = (
    (UnitKind.WHOLE_FLOOR, ("整层", "全层")),
    (UnitKind.PART, ("部分",)),
    (UnitKind.VIRTUAL, ("工位", "虚拟", "集中登记", "卡位", "席位")),
    (UnitKind.SERVICE, ("公共", "配套", "设备", "物业用房", "大堂", "机房", "车库", "停车", "服务")),
    (UnitKind.SHOP, ("商", "店", "铺", "零售", "餐饮", "摊位", "门面", "展厅")),
    (
        UnitKind.ROOM,
        ("办公", "写字", "房间", "研发", "科研", "仓储", "仓库", "厂房", "生产", "工业", "教育", "培训", "实验", "住"),
    ),
)

# 05室, 12铺, 01-08, 01、03: codes that say nothing without their floor.
_SHORT = re.compile(r"(?:\d{1,2}[A-Z]?|[A-Z])(?:[-、](?:\d{1,2}[A-Z]?|[A-Z]))*(?:室|铺|号铺|铺位)?$")
_UNEXPANDED = re.compile(r"\d{2,}-[A-Z]{0,3}-?\d{3,}")
_DAY = re.compile(
    r"(\d{4})\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
    r"|(\d{4})(\d{2})(\d{2})"
)
_WHOLE = ("整层", "全层", "全部")


def entries(new: NewUnits, carrier_kind: CarrierKind) -> list[UnitEntry]:
    """One entry for each unit that was meant; raises Invalid with a sentence per field."""
    wrong: dict[str, str] = {}
    label, building = _tidy(new.label), _tidy(new.building)
    number = _tidy(new.number).removesuffix("号")
    if not label and not number:
        wrong["label"] = "请填写单元，例如 2101，一段房号写成 2101-2110，整层写成 8层整层。"
    for field, text, limit in (("label", label, 400), ("building", building, BUILDING_LIMIT),
                               ("number", number, NUMBER_LIMIT)):  # fmt: skip
        if len(text) > limit:
            wrong[field] = f"太长了，最多 {limit} 个字。"
    if new.area_m2 is not None and not 0 < new.area_m2 <= AREA_LIMIT:
        wrong["area_m2"] = "面积应大于 0，且不超过 100 万平方米。"
    if new.floor is not None and (new.floor == 0 or not LOWEST <= new.floor <= HIGHEST):
        wrong["floor"] = f"楼层应在 {LOWEST} 到 {HIGHEST} 之间，没有 0 层。"
    if wrong:
        raise Invalid(wrong)
    kind = new.kind or _kind_of_label(label, carrier_kind)
    found = _entries(replace(new, label=label, building=building, number=number), kind)
    if len(found) > 1 and new.area_m2 is not None:
        raise Invalid({"area_m2": "几个单元合写时不能填一个面积，请分开填写。"})
    return found


def _entries(new: NewUnits, kind: UnitKind) -> list[UnitEntry]:
    one = UnitEntry(
        kind=kind,
        building=new.building,
        floor=new.floor,
        label=new.label,
        key=unit_key(new.label),
        number=new.number,
        area_m2=new.area_m2,
        part_of=new.part_of,
    )
    if kind is UnitKind.WHOLE_FLOOR:
        return [_whole_floor(one)]
    if kind is UnitKind.PART:
        # Parts of one room share its number: their whole label tells them apart.
        return [_single(replace(one, key=name_key(new.label)))]
    if new.floor is not None and _SHORT.match(new.label):
        one = replace(one, label=f"{_floor_text(new.floor)}{new.label}")
    keys = expand_units(one.label)
    if any(_UNEXPANDED.search(key) for key in keys):
        raise Invalid({"label": f"“{new.label}”不能展开：一段房号要在同一层、从小到大，最多 60 间。"})
    if len(keys) < 2:
        return [_single(_named(one))]
    return [_single(_named(replace(one, label=key, key=key))) for key in keys]


def _single(entry: UnitEntry) -> UnitEntry:
    if len(entry.label) > LABEL_LIMIT:
        raise Invalid({"label": f"太长了，一个单元最多 {LABEL_LIMIT} 个字。"})
    if entry.label and not entry.key:
        raise Invalid({"label": f"“{entry.label}”里没有看到房号或名称。"})
    floor = entry.floor if entry.floor is not None else floor_of(entry.label)
    return replace(entry, floor=floor if floor is None or LOWEST <= floor <= HIGHEST else None)


def _named(entry: UnitEntry) -> UnitEntry:
    """Bare numbers get their word: 2101 is 2101室."""
    label = entry.label
    if entry.kind is UnitKind.ROOM and re.search(r"[0-9A-Z]$", label):
        label += "室"
    return replace(entry, label=label, key=unit_key(label))


def _whole_floor(entry: UnitEntry) -> UnitEntry:
    floor = entry.floor if entry.floor is not None else floor_of(entry.label.removesuffix("层") + "层")
    if floor is None:
        raise Invalid({"label": "整层要写明是哪一层，例如 8层整层。"})
    label = f"{_floor_text(floor)}整层"
    return replace(entry, floor=floor, label=label, key=unit_key(label))


def _floor_text(floor: int) -> str:
    return f"{floor}层" if floor > 0 else f"地下{-floor}层"


def _kind_of_label(label: str, carrier_kind: CarrierKind) -> UnitKind:
    if any(word in label for word in _WHOLE):
        return UnitKind.WHOLE_FLOOR
    if label.endswith(("铺", "铺位", "商铺", "摊位")):
        return UnitKind.SHOP
    if "工位" in label:
        return UnitKind.VIRTUAL
    if label.endswith("室"):
        return UnitKind.ROOM
    return USUAL_KIND.get(carrier_kind, UnitKind.ROOM)


def kind_of_word(word: str) -> UnitKind | None:
    """The kind that a table's 用途 means; None if nobody told us."""
    return next((kind for kind, words in KIND_WORDS if any(each in word for each in words)), None)


def floor_of_cell(text: str) -> int | None:
    """A floor written in any way, 21, 21F, B1, 地下一层; None if it is none."""
    plain = text.strip()
    if re.fullmatch(r"-?\d{1,3}", plain):
        floor: int | None = int(plain)
    else:
        floor = floor_of(plain if plain.endswith(("层", "楼", "F", "f")) else f"{plain}层")
    return floor if floor and LOWEST <= floor <= HIGHEST else None


def day_of_cell(text: str) -> date | None:
    """A day written in any way, 2026-11-22, 2026/3/1, 2026年3月1日, 20261122, or Excel's number of it; None if none."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"[2-7]\d{4}(?:\.\d+)?", plain):  # a cell that lost its format: days since 1899-12-30
        return date(1899, 12, 30) + timedelta(days=int(float(plain)))
    found = _DAY.fullmatch(plain)
    try:
        return date(*(int(part) for part in found.groups() if part)) if found else None
    except ValueError:
        return None


def area_of_cell(text: str) -> Decimal | None:
    """An area in square metres, 1,234.5㎡; None if it is none. Two decimals are kept."""
    plain = re.sub(r"[,，\s]|㎡|m2|m²|平方米|平米", "", text, flags=re.IGNORECASE)
    if not re.fullmatch(r"\d{1,9}(?:\.\d{1,12})?", plain):
        return None
    area = Decimal(plain).quantize(Decimal("0.01"))
    return area if 0 < area <= AREA_LIMIT else None


def same_buildings(new: Iterable[UnitEntry], units: Iterable[Unit]) -> list[UnitEntry]:
    """The entries with their buildings spelt as they were spelt first: 2幢 and 2号楼 are one building."""
    spelling: dict[str, str] = {}
    for unit in units:
        spelling.setdefault(building_key(unit.building), unit.building)
    return [replace(each, building=spelling.setdefault(building_key(each.building), each.building)) for each in new]


def _tidy(text: str) -> str:
    return normal(text)[0].strip()
