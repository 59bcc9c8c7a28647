"""Holidays: what is shipped for 2026, and what is imported for later years."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests import make
from tests import make_registrations as making
from tests.support.postgres import OneConnection
from zhusuo import cli_calendar
from zhusuo.db import Connection
from zhusuo.dossiers import holidays
from zhusuo.dossiers.calendar import CalendarDay, parse, shipped
from zhusuo.errors import Invalid
from zhusuo.inspections import draws, risks


def test_the_holidays_of_2026_are_shipped() -> None:
    assert not shipped().is_working_day(date(2026, 2, 23))  # Monday, Spring Festival
    assert shipped().is_working_day(date(2026, 2, 14))  # Saturday, worked instead
    assert shipped().is_working_day(date(2026, 2, 24))
    assert not shipped().is_working_day(date(2026, 10, 7))
    assert sum(not works for works in shipped().announced.values()) == 33
    assert sum(shipped().announced.values()) == 6
    assert shipped().knows(date(2026, 1, 1))
    assert not shipped().knows(date(2027, 1, 1))


def test_a_term_over_a_holiday_is_longer() -> None:
    assert shipped().add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)


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


async def test_a_draw_and_the_list_of_risks_know_the_imported_days(database: OneConnection, db: Connection) -> None:
    day = date(2027, 4, 30)  # a Friday; the holidays of May as the announcement has them
    off = [CalendarDay(day=date(2027, 5, each), works=False, name="劳动节") for each in range(1, 6)]
    await holidays.import_days(database, None, off, "通知")
    known = await holidays.known(db)
    assert known.working_days_left(date(2027, 5, 6), day) == 1
    supervisor = await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}))
    carrier_id = await make.carrier(db, subdistrict_code=make.SUBDISTRICT)
    await making.registered(db, unit_id=await make.unit(db, carrier_id=carrier_id, label="1801室"))
    draw_id = await draws.commit(database, supervisor, "四月")
    await draws.freeze(database, supervisor, draw_id, count=1)
    await draws.draw(database, supervisor, draw_id, day=day)
    due_on = await db.fetchval("SELECT due_on FROM inspections")
    assert (
        due_on == known.add_working_days(day, draws.WORKING_DAYS) > shipped().add_working_days(day, draws.WORKING_DAYS)
    )
    assert risks.spread(0, 1, day, known) == date(2027, 5, 6)
