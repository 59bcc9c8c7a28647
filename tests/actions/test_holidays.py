"""Holidays: what is shipped for 2026, and what is imported for later years."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support.postgres import OneConnection
from zhusuo import cli_calendar
from zhusuo.db import Connection
from zhusuo.dossiers import holidays
from zhusuo.dossiers.calendar import CalendarDay, add_working_days, is_working_day, parse, shipped
from zhusuo.errors import Invalid


def test_the_holidays_of_2026_are_shipped() -> None:
    assert not is_working_day(date(2026, 2, 23))  # Monday, Spring Festival
    assert is_working_day(date(2026, 2, 14))  # Saturday, worked instead
    assert is_working_day(date(2026, 2, 24))
    assert not is_working_day(date(2026, 10, 7))
    assert sum(not works for works in shipped().announced.values()) == 33
    assert sum(shipped().announced.values()) == 6
    assert shipped().knows(date(2026, 1, 1))
    assert not shipped().knows(date(2027, 1, 1))


def test_a_term_over_a_holiday_is_longer() -> None:
    assert add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)


async def test_what_is_imported_of_a_year_takes_the_place_of_all_that_was_known_of_it(
    database: OneConnection, db: Connection
) -> None:
    new_year = CalendarDay(day=date(2027, 1, 1), works=False, name="元旦")
    first = await holidays.import_days(
        database, None, [new_year, CalendarDay(day=date(2027, 1, 4), works=False, name="元旦")], "试行"
    )
    assert (first.years, first.day_count, first.changed_count, first.removed_count) == ((2027,), 2, 2, 0)
    again = await holidays.import_days(database, None, [new_year], "通知")
    assert (again.changed_count, again.removed_count) == (0, 1)
    known = await holidays.known(db)
    assert known.is_working_day(date(2027, 1, 4))
    assert not known.is_working_day(date(2027, 1, 1))
    assert known.knows(date(2027, 6, 1))
    assert not known.is_working_day(date(2026, 10, 7))


def test_a_line_that_cannot_be_right_is_named() -> None:
    rows = [
        {"日期": "2027-02-30", "安排": "休"},
        {"日期": "2027/1/1", "安排": "放"},
        {"日期": "2027-01-02", "安排": "休"},
        {"日期": "2027-01-02", "安排": "班"},
    ]
    with pytest.raises(Invalid) as refused:
        parse(rows)
    assert set(refused.value.fields) == {"line_2", "line_3", "line_5"}


def test_the_command_names_the_line_and_leaves_with_two(tmp_path: Path) -> None:
    file = tmp_path / "2027.csv"
    file.write_text("日期,安排,名称\n明天,休,元旦\n", "utf-8")
    done = CliRunner().invoke(cli_calendar.calendar, ["import", str(file)])
    assert done.exit_code == 2
    assert "第 2 行：日期“明天”不对" in done.output
