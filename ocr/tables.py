"""Units where they stand in tables and drawings: the list of a deed, the table of an older deed, a floor plan."""

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ocr import normal
from ocr.flow import Found, Source, found_in, narrowed, narrowed_words, rows_of
from ocr.model import Box, Line, Page
from ocr.normal import BUILDING, DATE, UNIT

_UNIT = re.compile(rf"^(?:{BUILDING})?{UNIT}$")
_AREA = re.compile(r"^(\d{1,6}\.\d{2})")
_FLOOR = re.compile(r"^-?\d{1,3}$")
_DAY = re.compile(rf"^{DATE}$")
_BUILDING_OF_PLAN = re.compile(rf"(?P<building>{BUILDING})(?:地下)?\d{{1,2}}层")
_STOREY_OF_PLAN = re.compile(r"(?P<below>地下|B)?(?P<storey>\d{1,2})层")
_USES = ("办公", "商业", "店铺", "厂房", "工业", "科研", "仓储", "住宅", "居住", "商务", "综合")

MOST_UNITS = 300
"""More than any floor holds."""

_BUILDING = re.compile(rf"^{BUILDING}$")
_NUMBER = re.compile(r"^[A-Z]?\d{3,4}[A-Z]?$")
_HEADED = re.compile(r"^(?:室号|房号|部位|室号或?部位|单元号?|房屋编号|铺位号?)")
MOST_BEFORE = 3
"""So many words of a row may stand before its first unit: a running number, a building, a floor."""
AT_SEAM = 5
"""So many rows at the end of a page and at the beginning of the next tell whether a list goes on."""

Special = tuple[str, Found, Any]
_ListedUnit = tuple[Sequence[Source], dict[str, Any]]


def listed_units(pages: Sequence[Page]) -> Iterator[Special]:
    """The units of a deed: rows that begin with a unit, or with its building and floor, and hold an area."""
    rows = [(page.number, row) for page in pages for row in rows_of(page)]
    bare = any(_HEADED.match(narrowed(line.text)) for _, row in rows for line in row)
    listed: list[_ListedUnit] = []
    building = ""
    for number, row in rows:
        found, building = _listed(number, row, building, bare=bare)
        listed += found
    yield from _units(listed)


def is_more_of(page: Page, before: Page) -> bool:
    """Whether a page that says nothing of itself is the list of units that the page before it has begun."""
    ends, begins = rows_of(before)[-AT_SEAM:], rows_of(page)[:AT_SEAM]
    return _lists(before.number, ends) and _lists(page.number, begins)


def _lists(number: int, rows: Sequence[Sequence[Line]]) -> bool:
    """Whether most of some rows list units."""
    return 2 * sum(bool(_listed(number, row, "", bare=True)[0]) for row in rows) >= max(1, len(rows))


def valued_cells(pages: Sequence[Page]) -> Iterator[Special]:
    """Use, storeys and completion that an older deed repeats in every row of its table."""
    for page in pages:
        for row in rows_of(page):
            texts = [narrowed(line.text) for line in row]
            if not any(_UNIT.match(text) for text in texts) or not any(_DAY.match(text) for text in texts):
                continue
            for index, (text, line) in enumerate(zip(texts, row, strict=True)):
                value = found_in(text, [Source(page.number, line)])
                if text in _USES or text.endswith("用房"):
                    yield "use", value, text
                elif _DAY.match(text) and (day := normal.date(text)):
                    yield "completed_on", value, day
                elif _FLOOR.match(text) and index >= len(row) - 2 > 1:
                    yield "floors", value, int(text)


def plan_units(pages: Sequence[Page], title: str) -> Iterator[Special]:
    """The units drawn on a plan: each name with the area that stands right below it."""
    named = _BUILDING_OF_PLAN.search(title)
    building = named["building"] if named else ""
    for page in pages:
        names = [line for line in page.lines if _UNIT.match(narrowed(line.text))][:MOST_UNITS]
        areas = [line for line in page.lines if _AREA.match(narrowed(line.text))]
        drawn = [_drawn(page.number, name, _below(name, areas), building, _storey(title)) for name in names]
        yield from _units(sorted(drawn, key=lambda unit: str(unit[1]["unit"])))


def _units(found: Sequence[_ListedUnit]) -> Iterator[Special]:
    if not found:
        return
    text = "、".join(unit["building"] + unit["unit"] for _, unit in found)
    yield "units", found_in(text, [source for sources, _ in found for source in sources]), [unit for _, unit in found]


def _listed(number: int, row: Sequence[Line], building: str, *, bare: bool) -> tuple[list[_ListedUnit], str]:
    """The units of a row, each with the first area behind it, and the building that holds on: it may stand once for
    many rows. Where numbers are `bare`, they go without a word for room.
    """
    words = [(word, line) for line in row for word in narrowed_words(line.text)]
    found: list[_ListedUnit] = []
    unit: str | None = None
    for at, (word, line) in enumerate(words):
        if _BUILDING.match(word):
            building = word
        elif _UNIT.match(word) or (bare and _NUMBER.match(word) and unit is None):
            if not found and at > MOST_BEFORE:
                break
            unit = word
        elif unit is not None and (area := _AREA.match(word)):
            own, name = normal.unit(unit)
            plain = {
                "building": own or building,
                "floor": normal.floor(name),
                "unit": name,
                "area_m2": float(area[1]),
            }
            sources = [Source(number, line) for line in row] if not found else [Source(number, line)]
            found.append((sources, plain))
            unit = None
    return found, building


def _drawn(number: int, name: Line, area: Line | None, building: str, storey: int | None) -> _ListedUnit:
    own, unit = normal.unit(narrowed(name.text))
    size = _AREA.match(narrowed(area.text)) if area else None
    plain = {
        "building": own or building,
        "floor": storey if storey is not None else normal.floor(unit),
        "unit": unit,
        "area_m2": float(size[1]) if size else None,
    }
    return [Source(number, line) for line in (name, area) if line], plain


def _below(name: Line, areas: Sequence[Line]) -> Line | None:
    """The nearest area under a name, within three lines and overlapping it sideways."""
    near = [
        area
        for area in areas
        if 0 < area.box.middle - name.box.middle < 4 * name.box.height
        and area.box.x0 < name.box.x1
        and name.box.x0 < area.box.x1
    ]
    return min(near, key=lambda area: _apart(name.box, area.box), default=None)


def _apart(one: Box, other: Box) -> float:
    return math.hypot((one.x0 + one.x1 - other.x0 - other.x1) / 2, one.middle - other.middle)


def _storey(title: str) -> int | None:
    found = _STOREY_OF_PLAN.search(title)
    return None if found is None else int(found["storey"]) * (-1 if found["below"] else 1)
