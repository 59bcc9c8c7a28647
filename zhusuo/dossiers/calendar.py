"""工作日: deadlines are counted in working days.

Weekends only: the holidays that the State Council announces every autumn, with their exchanged working days, will
come as a table of their own.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5
SHANGHAI = ZoneInfo("Asia/Shanghai")


def is_working_day(day: date) -> bool:
    return day.weekday() < SATURDAY


def add_working_days(day: date, count: int) -> date:
    """The last day of a term of `count` working days that begins on the day after `day`."""
    while count > 0:
        day += timedelta(days=1)
        if is_working_day(day):
            count -= 1
    return day


def one_year_after(day: date) -> date:
    """The same day a year later; from 29 February, the 28th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def today() -> date:
    """The business day in Shanghai, for verbs that were not given one."""
    return datetime.now(SHANGHAI).date()
