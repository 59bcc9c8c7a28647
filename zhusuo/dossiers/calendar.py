"""工作日: deadlines are counted in working days.

The State Council announces every autumn which days of the next year are holidays and which weekends are worked in their
place. What is announced for 2026 (国务院办公厅关于2026年部分节假日安排的通知, 2025-11-04) is shipped in
`data/calendar.csv`; later years are imported (`holidays`). In a year nobody has told us about, weekends alone are free:
`Calendar.knows`.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from zhusuo.errors import Invalid

SATURDAY = 5
SHANGHAI = ZoneInfo("Asia/Shanghai")
HEADER = ("日期", "安排", "名称")
WORDS = {"休": False, "班": True}


@dataclass(frozen=True, kw_only=True)
class CalendarDay:
    """A day that is not what its weekday says: free (`works` is false), or worked in place of another."""

    day: date
    works: bool
    name: str


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Which days are worked: what was announced, and where nothing was, Monday to Friday."""

    announced: Mapping[date, bool]

    def is_working_day(self, day: date) -> bool:
        return self.announced.get(day, day.weekday() < SATURDAY)

    def add_working_days(self, day: date, count: int) -> date:
        """The last day of a term of `count` working days that begins on the day after `day`."""
        while count > 0:
            day += timedelta(days=1)
            if self.is_working_day(day):
                count -= 1
        return day

    def working_days_left(self, deadline_on: date, day: date) -> int:
        """How many working days are left, `day` not counted; 0 on the last one, below 0 when it has passed."""
        if deadline_on < day:
            return -self.working_days_left(day, deadline_on)
        days = (deadline_on - day).days
        return sum(self.is_working_day(day + timedelta(days=each)) for each in range(1, days + 1))

    def knows(self, day: date) -> bool:
        """Whether the holidays of the year are known; if not, a term that reaches into it counts weekends alone."""
        return day.year in {each.year for each in self.announced}


@cache
def shipped() -> Calendar:
    text = (files("zhusuo.dossiers") / "data" / "calendar.csv").read_text("utf-8")
    return Calendar(announced={each.day: each.works for each in parse(csv.DictReader(io.StringIO(text)))})


def parse(rows: Iterable[Mapping[str, str | None]]) -> list[CalendarDay]:
    """Days out of a table with 日期, 安排 (休 or 班) and 名称. Raises Invalid with a sentence for each wrong line."""
    found: dict[date, CalendarDay] = {}
    wrong: dict[str, str] = {}
    for number, row in enumerate(rows, start=2):
        said = {key: (row.get(key) or "").strip() for key in HEADER}
        try:
            day = date.fromisoformat(said["日期"].replace("/", "-"))
        except ValueError:
            wrong[f"line_{number}"] = f"第 {number} 行：日期“{said['日期']}”不对，请写成 2027-01-01。"
            continue
        if said["安排"] not in WORDS:
            wrong[f"line_{number}"] = f"第 {number} 行：安排“{said['安排']}”不对，请写“休”或“班”。"
        elif day in found:
            wrong[f"line_{number}"] = f"第 {number} 行：{day} 写了两次。"
        else:
            found[day] = CalendarDay(day=day, works=WORDS[said["安排"]], name=said["名称"])
    if wrong:
        raise Invalid(wrong)
    return [found[day] for day in sorted(found)]


def one_year_after(day: date) -> date:
    """The same day a year later; from 29 February, the 28th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def today() -> date:
    """The business day in Shanghai, for verbs that were not given one."""
    return datetime.now(SHANGHAI).date()
