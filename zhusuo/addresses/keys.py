"""Keys: what two spellings of one address, unit or name have in common. Equal keys are the only safe likeness."""

import re
from functools import lru_cache

from zhusuo.addresses.characters import arabic, normal
from zhusuo.addresses.draft import Draft
from zhusuo.addresses.model import Address
from zhusuo.addresses.tail import read_tail
from zhusuo.addresses.units import composed, floor_in

_BUILDING_END = re.compile("(?:号[楼幢]|号房|号厂房|号库|(?<=\\d)号|幢|栋|座|楼|塔楼?)$")
_BUILDING_INSIDE = re.compile("(?:号楼|幢|栋|座)(?=[0-9A-Z])")
_LEADING_ZEROS = re.compile(r"(?<![0-9A-Z])0+(?=\d)")
_NOT_A_WORD = re.compile("[^0-9A-Z〇\u3400-\u9fff\U00020000-\U0003ffff]+")
_SPAN = re.compile(r"(\d+)-(\d+)$")
_RUNS = re.compile("[\u4e00-\u9fff]+|[^\u4e00-\u9fff]+")
_ENTIRELY = re.compile("整层|全层|全部位|全部|整[幢栋楼]|全[幢栋楼]")
_PLAIN = re.compile(r"\d+$")
REMEMBERED = 1 << 15
"""How many words each key is remembered for: buildings and rooms are called alike everywhere."""


def gate_key(address: Address) -> str:
    """What all addresses at one gate begin with: "虹桥路|||1|"."""
    return f"{address.road}|{address.lane}|{address.sublane}|{address.number}|"


def address_key(address: Address) -> str:
    """road|lane|sublane|number|building: "肇嘉浜路|||1366|", "宜山路|||152|2"."""
    return gate_key(address) + building_key(address.building)


def canonical(address: Address) -> str:
    """The address in its normal spelling, as far as it was read: 上海市徐汇区宜山路152号2号楼2层202室."""
    gate = _gate_words(address.lane, address.sublane, address.number)
    inside = _inside_words(address.entrance, address.floor, address.units)
    return f"{address.city}{address.district}{address.road}{gate}{address.building}{inside}"


@lru_cache(REMEMBERED)
def _gate_words(lane: str, sublane: str, number: str) -> str:
    parity = number[-1:] if number[-1:] in ("单", "双") else ""
    gate = f"{number.removesuffix(parity)}号" if number else ""
    if number.endswith("临"):
        gate = f"{number[:-1]}号(临)"
    gate = gate.replace("附", "号附")
    words = (f"{lane}弄" if lane else "", f"{sublane}支弄" if sublane else "", gate, f"({parity})" if parity else "")
    return "".join(words)


@lru_cache(REMEMBERED)
def _inside_words(entrance: str, floor: str, units: tuple[str, ...]) -> str:
    words = (f"{entrance}单元" if entrance else "", floor_words(floor), f"{'、'.join(units)}室" if units else "")
    return "".join(words)


def floor_words(floor: str) -> str:
    return f"{floor}层".replace("-1层", "地下1层") if floor else ""


@lru_cache(REMEMBERED)
def building_key(building: str) -> str:
    """2号楼, 2幢, 第2栋 and 02幢 as "2"; A座 and A楼 as "A"; B区4幢 as "B区4"; 北塔 and 北楼 as "北"."""
    plain, _ = arabic(*normal(building))
    plain = _LEADING_ZEROS.sub("", plain.replace("第", "").replace(" ", ""))
    plain = _BUILDING_INSIDE.sub("/", plain)
    return _BUILDING_END.sub("", plain) or plain


@lru_cache(REMEMBERED)
def unit_key(text: str) -> str:
    """The normal key of one unit inside its building: "18楼1803室" and "１８０３" as "1803", "10层05室" as "1005",
    "8层整层" as "8层", "B区205室" as "B区205", a part of a room by its whole label; a list keeps its commas."""
    draft = _unit_draft(text)
    if draft.units and draft.part and not _ENTIRELY.fullmatch(draft.part):
        return name_key(text)
    if draft.units:
        return "、".join(_unit_keys(draft))
    if draft.floor:
        return f"{draft.floor}层" + _ENTIRELY.sub("", draft.part)
    return draft.building.removesuffix("座") or _NOT_A_WORD.sub("", draft.text)


def _unit_keys(draft: Draft) -> list[str]:
    zone = draft.building if draft.building.endswith("区") else ""
    return [zone + (composed(draft.floor, unit) or unit) for unit in draft.units]


def expand_units(text: str) -> tuple[str, ...]:
    """The keys of all units a text names: "2101-2103室" and "2101、2102、2103室" alike."""
    draft = _unit_draft(text)
    if len(draft.units) < 2:
        key = unit_key(text)
        return (key,) if key else ()
    return tuple(dict.fromkeys(_unit_keys(draft)))


@lru_cache(REMEMBERED)
def floor_of(text: str) -> int | None:
    """The floor a unit's text names or its number tells: "18楼1803室" 18, "203" 2, "B1-12铺" -1, "底层" 1."""
    draft = _unit_draft(text)
    floor = draft.floor or (floor_in(draft.units[0]) if draft.units else "")
    return int(floor) if floor.removeprefix("-").isdigit() else None


def _unit_draft(text: str) -> Draft:
    plain, _ = arabic(*normal(text))
    draft = Draft(plain)
    read_tail(draft, 0)
    return draft


@lru_cache(REMEMBERED)
def name_key(name: str) -> str:
    """A building's name without city, blanks and marks: "上海 汇金广场（一期）" as "汇金广场1期"."""
    bare = normal(_NOT_A_WORD.sub("", normal(name)[0]))[0]
    plain, _ = arabic(_NOT_A_WORD.sub("", bare), None)
    while True:
        rest = plain.removeprefix("上海").removeprefix("市")
        if rest == plain or not plain.startswith("上海") or len(rest) < 4:
            return plain
        plain = rest


# -- numbers -----------------------------------------------------------------------------------------------------


def number_parts(number: str) -> tuple[str, ...]:
    """The single numbers and ranges of a number: "225、229-235单" as ("225", "229-235单")."""
    return tuple(part for part in number.split("、") if part)


def covers(filed: str, asked: str, *, in_lane: bool = False) -> bool:
    """Whether the number `asked` lies within the filed number, list or range.

    Ranges along a road run on one side, so they keep the parity of their ends (漕溪路129-131号 holds 129 and 131);
    inside a lane, or where the ends differ in parity, all numbers between are meant. A mark (甲) must be equal.
    """
    parity = filed[-1:] if filed[-1:] in ("单", "双") else ""
    for part in number_parts(filed.rstrip("单双")):
        if part == asked:
            return True
        span = _SPAN.match(part)
        if not span or not _PLAIN.match(asked):
            continue
        low, high, one = int(span[1]), int(span[2]), int(asked)
        if not low < high or not low <= one <= high:
            continue
        odd = {"单": 1, "双": 0}.get(parity, -1)
        if odd < 0 and not in_lane and low % 2 == high % 2:
            odd = low % 2
        if odd < 0 or one % 2 == odd:
            return True
    return False


# -- pinyin ------------------------------------------------------------------------------------------------------

# Where the reading in names of places here is not the commonest one.
_LOCAL = {"长": "chang", "莘": "xin", "薀": "yun", "蕰": "yun", "蕴": "yun"}
_HANG = re.compile("(?<=[闵杨殷庙曹朱陈唐杜刘])行")  # 闵行, 杨行, …; but 行知路


def _readings(text: str) -> list[str]:
    """The likeliest reading of each character; letters and digits as they are, in lower case."""
    from pypinyin import Style, pinyin  # 0.1 s and 30 MB: only those who need it pay

    found: list[str] = []
    for run in _RUNS.findall(_NOT_A_WORD.sub("", normal(text)[0])):
        if run[0] < "\u4e00":
            found += run.lower()
        else:
            likely = pinyin(run, style=Style.NORMAL)
            hang = {place.start() for place in _HANG.finditer(run)}
            found += [
                "hang" if place in hang else _LOCAL.get(c, reading[0])
                for place, (c, reading) in enumerate(zip(run, likely, strict=True))
            ]
    return found


def pinyin_of(text: str) -> str:
    """The likeliest reading in one word: 肇嘉浜路 as "zhaojiabanglu"."""
    return "".join(_readings(text))


def initials_of(text: str) -> str:
    """The first letters: 肇嘉浜路1366号 as "zjbl1366h"."""
    return "".join(reading[:1] for reading in _readings(text))


# -- search terms ------------------------------------------------------------------------------------------------

# How much a term says: the whole name or address, its reading, its initials, or the end of a name.
WHOLE, READING, INITIALS, ENDING = 30, 20, 10, 1


def search_key(text: str) -> str:
    """How terms and what is typed are compared: without city, blanks and marks, letters small."""
    return name_key(text).lower()


def search_terms(shown: str) -> tuple[tuple[str, int], ...]:
    """What a name or an address is found by when its beginning is typed, each with its weight.

    港汇恒隆广场: itself, ganghuihenglongguangchang, ghhlgc, and from every later character on, down to two.
    肇嘉浜路1366号 also as 1366号.
    """
    whole = search_key(shown)
    readings = _readings(whole)
    terms = {"".join(reading[:1] for reading in readings): INITIALS, "".join(readings): READING}
    for start in range(1, len(whole) - 1):
        if whole[start].isdigit() and whole[start - 1].isdigit():
            continue
        terms.setdefault(whole[start:], ENDING)
        if whole[start] >= "\u4e00":
            terms.setdefault("".join(readings[start:]), ENDING)
    terms[whole] = WHOLE
    return tuple((term, weight) for term, weight in terms.items() if term)
