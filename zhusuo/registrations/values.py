"""Plain values of facts: days, areas, yes or no; from the machine's plain value, else from the words themselves.

Papers write days in digits (2026年9月3日, 2026-09-03) or in numerals (二〇二六年九月三日), and an end that never comes
as 长期.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from zhusuo.registrations.papers import Fact
from zhusuo.rights import plain_name

_DAY = re.compile(r"(\d{4})\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})")
_NUMERALS = {numeral: str(value) for value, numeral in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0"}
_NUMERAL_DAY = re.compile(
    r"([零〇○一二三四五六七八九]{4})\s*年\s*([一二三四五六七八九十]{1,2})\s*月\s*([一二三四五六七八九十]{1,3})"
)
_FOREVER = re.compile("长期|无固定期限|不定期|永久")
_AREA = re.compile(r"\d+(?:\.\d+)?")
_NO = re.compile(r"(?<!已)经.{1,10}(?:同意|许可|批准)|不得|不准|不可|不能|禁止|否|不同意|未经|无权")


@dataclass(frozen=True, kw_only=True)
class LastDay:
    """Until when a paper is good. `known` and no `day`: without end; not `known`: nobody could read it."""

    known: bool
    day: date | None = None


def read_day(fact: Fact | None) -> date | None:
    """The day a fact names; None where there is none, or none of the calendar."""
    if fact is None:
        return None
    text = fact.normal if isinstance(fact.normal, str) else unicodedata.normalize("NFKC", fact.text)
    if found := _DAY.search(text):
        return _date(*(int(part) for part in found.groups()))
    if found := _NUMERAL_DAY.search(text):
        year = int("".join(_NUMERALS[each] for each in found[1]))
        return _date(year, _small(found[2]), _small(found[3]))
    return None


def read_last_day(fact: Fact | None) -> LastDay:
    if day := read_day(fact):
        return LastDay(known=True, day=day)
    return LastDay(known=fact is not None and bool(_FOREVER.search(fact.text)))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _small(numerals: str) -> int:
    """一 to 三十一."""
    tens, ten, ones = numerals.partition("十")
    if not ten:
        return int(_NUMERALS.get(numerals, "0")) if len(numerals) == 1 else 0
    return int(_NUMERALS.get(tens, "1")) * 10 + int(_NUMERALS.get(ones, "0"))


def read_area(fact: Fact | None) -> float | None:
    if fact is None:
        return None
    if isinstance(fact.normal, (int, float)) and not isinstance(fact.normal, bool):
        return float(fact.normal)
    found = _AREA.search(unicodedata.normalize("NFKC", fact.text).replace(",", ""))
    return float(found[0]) if found else None


def yes(fact: Fact) -> bool:
    """Whether a sentence about what somebody may do says yes."""
    return fact.normal if isinstance(fact.normal, bool) else not _NO.search(fact.text)


# 名称


def names_in(facts: Iterable[Fact]) -> list[str]:
    """The names that seals or signatures give, one or several a fact; "" where one is there and was not made out.

    Without a plain value the words are a person's correction, which is certain, or nothing to rely on.
    """
    found: list[str] = []
    for fact in facts:
        if isinstance(fact.normal, list):
            found += [str(each) for each in fact.normal]
        elif isinstance(fact.normal, str):
            found.append(fact.normal)
        else:
            found.append(fact.text if fact.confidence >= 1 else "")
    return found


def could_be(seal: str, party: str) -> bool:
    """Whether a seal may be a party's of which characters were missed, and at most one taken for another."""
    short, whole = plain_name(seal), plain_name(party)
    blocks = SequenceMatcher(None, short, whole, autojunk=False).get_matching_blocks()
    return near(seal, party) or len(short) - sum(block.size for block in blocks) <= 1


def near(first: str, second: str) -> bool:
    """One or two characters apart in a long name: a slip of the pen or of the machine."""
    first, second = plain_name(first), plain_name(second)
    allowed = min(len(first), len(second)) // 6
    return first != second and distance(first, second) <= min(allowed, 2)


def distance(first: str, second: str) -> int:
    """How many characters have to be put in, taken out or changed."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        above, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (a != b))
    return row[-1]
