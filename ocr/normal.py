"""Plain values of what is printed: ISO dates, numbers, addresses without their city, units one by one."""

import datetime
import re

CHINESE_DATE = r"[一二][〇○零Oo0一二三四五六七八九]{3}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十廿]{1,3}日"
DATE = rf"(?:(?:19|20)\d{{2}}[年./-]\d{{1,2}}[月./-]\d{{1,2}}日?|{CHINESE_DATE})"
FOR_EVER = r"(?:长期(?:有效)?|永久|无固定期限|不设期限)"
NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,8}(?:\.\d{1,2})?"
AREA = rf"(?:{NUMBER})(?:平方米|平米|㎡|m²|m2|m|M2)?"
BUILDING = r"(?:[A-Z]|\d{1,3}|[一二三四五六七八九十]{1,3})(?:号楼|幢|栋|座)"
UNIT = (
    r"(?:[A-Z]?\d{1,4}[A-Z]?(?:-\d{1,4}[A-Z]?)?(?:室|单元|铺|商铺|号铺|房间)"
    r"|[BLFM]\d{1,2}-\d{1,3}[A-Z]?|[A-Z]\d{3,4}|\d{1,2}[A-Z](?![A-Z0-9]))"
)

_DATE_PARTS = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})")
_CHINESE_PARTS = re.compile(r"(.{4})年(.{1,2})月(.{1,3})日")
_DIGITS = {digit: value for value, digits in enumerate(("〇○零Oo0", *"一二三四五六七八九")) for digit in digits}
_NUMBER = re.compile(NUMBER)
_CITY = re.compile(r"^(?:中国)?上海市?(?=[\u4e00-\u9fff]{1,5}[区县新])")
_SPLIT = re.compile(r"[、,;，；和及]")
_BUILDING_UNIT = re.compile(rf"^(?P<building>{BUILDING})?(?P<unit>.+)$")
_FLOOR = re.compile(r"^(?P<below>B)(?P<basement>\d)|^[LFM]?(?P<level>\d{1,2})-|^[A-Z]?(?P<number>\d{3,4})")


def date(text: str) -> str | None:
    """`2026年9月3日` and `二〇二六年九月三日` as `2026-09-03`; None for no day of the calendar."""
    found = _DATE_PARTS.search(text)
    chinese = None if found else _CHINESE_PARTS.search(text)
    if not found and not chinese:
        return None
    try:
        if found:
            year, month, day = (int(part) for part in found.groups())
        else:
            parts = chinese.groups() if chinese else ()
            year, month, day = int("".join(str(_DIGITS[each]) for each in parts[0])), _tens(parts[1]), _tens(parts[2])
        return datetime.date(year, month, day).isoformat()
    except (ValueError, KeyError):
        return None


def _tens(text: str) -> int:
    """A number up to thirty-one: 九, 十二, 二十, 二十三, 廿三, 三十一."""
    tens, ten, ones = text.replace("廿", "二十").rpartition("十")
    if not ten:
        return _DIGITS[ones]
    return 10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0)


def end(text: str) -> str | None:
    """The day on which a term ends, or 长期 for one that does not."""
    return date(text) or ("长期" if re.search(FOR_EVER, text) else None)


def number(text: str) -> float | int | None:
    """The first number, whole ones as int."""
    found = _NUMBER.search(text)
    if not found:
        return None
    value = float(found[0].replace(",", ""))
    return int(value) if value.is_integer() else value


def area(text: str) -> float | None:
    value = number(text)
    return None if value is None else float(value)


def address(text: str) -> str:
    """An address of Shanghai without its city: districts are enough for everybody here."""
    return _CITY.sub("", text)


def unit(text: str) -> tuple[str, str]:
    """Building (or nothing) and unit of `2号楼303室`."""
    found = _BUILDING_UNIT.match(text)
    return (found["building"] or "", found["unit"]) if found else ("", text)


def units(text: str) -> list[str]:
    """`1幢101室、102室；2幢101室` one by one; a building once named holds until the next."""
    named: list[str] = []
    building = ""
    for part in filter(None, _SPLIT.split(text)):
        own, rest = unit(part)
        building = own or building
        named.append(building + rest)
    return named


def floor(text: str) -> int | None:
    """The floor that a unit's number speaks of: 1301室 → 13, B1-02 → -1, L2-17 → 2."""
    found = _FLOOR.match(text)
    if not found:
        return None
    if found["below"]:
        return -int(found["basement"])
    return int(found["level"]) if found["level"] else int(found["number"][:-2])
