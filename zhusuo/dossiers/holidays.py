"""节假日: what is announced for later years, kept in the database and put over what is shipped."""

from collections.abc import Sequence
from dataclasses import dataclass

from zhusuo import audit
from zhusuo.db import Connection, Database
from zhusuo.dossiers.calendar import Calendar, CalendarDay, shipped
from zhusuo.errors import Invalid
from zhusuo.people.model import Actor

MOST_DAYS = 400


@dataclass(frozen=True, kw_only=True)
class Imported:
    """How many days the years have now, how many of them are new or other than before, and how many went."""

    years: tuple[int, ...]
    day_count: int
    changed_count: int
    removed_count: int


async def known(db: Connection) -> Calendar:
    """The calendar as this installation has it: what was imported of a year goes before what is shipped of it."""
    rows = await db.fetch(
        """
        SELECT falls_on, works
          FROM calendar_days
        """
    )
    if not rows:
        return shipped()
    years = {row["falls_on"].year for row in rows}
    kept = {day: works for day, works in shipped().announced.items() if day.year not in years}
    return Calendar(announced={**kept, **{row["falls_on"]: row["works"] for row in rows}})


async def import_days(database: Database, actor: Actor | None, days: Sequence[CalendarDay], source: str) -> Imported:
    """Take what was announced in place of all that was known of the same years. Raises Invalid for an empty file."""
    if not days:
        raise Invalid({"file": "文件里没有一天。表头要写“日期,安排,名称”，安排写“休”或“班”。"})
    if len(days) > MOST_DAYS:
        raise Invalid({"file": f"一次最多导入 {MOST_DAYS} 天，请按年份分开。"})
    years = tuple(sorted({each.day.year for each in days}))
    async with database.transaction() as db:
        removed = await db.fetch(
            """
            DELETE FROM calendar_days
                  WHERE extract(year FROM falls_on) = ANY ($1::int[])
                    AND falls_on <> ALL ($2::date[])
              RETURNING falls_on
            """,
            list(years),
            [each.day for each in days],
        )
        changed = await db.fetch(
            """
            INSERT INTO calendar_days (falls_on, works, name, source)
                 SELECT falls_on, works, name, $4
                   FROM unnest($1::date[], $2::bool[], $3::text[]) AS given (falls_on, works, name)
            ON CONFLICT (falls_on) DO UPDATE
                    SET works = excluded.works,
                        name = excluded.name,
                        source = excluded.source,
                        imported_at = now()
                  WHERE (calendar_days.works, calendar_days.name) IS DISTINCT FROM (excluded.works, excluded.name)
              RETURNING falls_on
            """,
            [each.day for each in days],
            [each.works for each in days],
            [each.name for each in days],
            source[:200],
        )
        await audit.record(
            db, actor, "import", "calendar", "days", detail={"years": list(years), "days": len(days), "source": source}
        )
    return Imported(years=years, day_count=len(days), changed_count=len(changed), removed_count=len(removed))
