"""风险: how much speaks for looking at a registration, weighed anew every night, and the plan of the next thirty days.

The points are those of the signals (`zombies.scoring`, by the rules in force); an inspection that found nobody is one
of them. High is what a case would be opened for, middle half of that. What was looked at in the last ninety days, or is
to be looked at, is not planned again.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from zhusuo import audit
from zhusuo.carriers.model import unit_name
from zhusuo.db import Connection, Database
from zhusuo.dossiers import holidays
from zhusuo.dossiers.calendar import Calendar
from zhusuo.errors import Invalid
from zhusuo.inspections import actions
from zhusuo.inspections.model import DUE_DAYS, Cause, NewInspection
from zhusuo.people.model import Actor
from zhusuo.zombies import signals
from zhusuo.zombies import store as zombies

LEAST = 10
MOST_PLANNED = 100
SEEN_DAYS = 90
LOCK = 7_310_210
LEVELS = {"high": "高", "middle": "中", "low": "低"}
SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Risk:
    """A registration with its points; `reasons` are kinds of signals, `seen_on` when it was last looked at."""

    registration_id: UUID
    applicant: str
    carrier_id: UUID
    carrier: str
    subdistrict: str
    unit_id: UUID
    unit: str
    score: int
    level: str
    reasons: tuple[str, ...]
    seen_on: date | None
    inspection_id: UUID | None

    @property
    def cursor(self) -> str:
        return f"{self.score}.{self.registration_id}"


async def weigh(database: Database, day: date) -> int:
    """Weigh every district anew; how many registrations stand in the list. One at a time, and once a day."""
    async with database.transaction() as db:
        if not await db.fetchval("SELECT pg_try_advisory_xact_lock($1)", LOCK):
            return 0
        total = 0
        for district_code in await _districts(db):
            rules = await zombies.rules_in_force(db, district_code)
            points = await signals.sums(db, rules, day, least=LEAST, district_code=district_code)
            total += await _write(db, district_code, points, rules.threshold, day)
    return total


async def weigh_daily(database: Database, day: date) -> int:
    """The same, unless it was done today."""
    async with database.connection() as db:
        if await db.fetchval("SELECT EXISTS (SELECT FROM inspection_risks WHERE weighed_on >= $1)", day):
            return 0
    return await weigh(database, day)


async def _districts(db: Connection) -> list[str]:
    rows = await db.fetch("SELECT DISTINCT district_code FROM organisations WHERE kind = 'supervision_office'")
    return [row["district_code"] for row in rows]


async def _write(db: Connection, district_code: str, points: list[tuple[UUID, int]], threshold: int, day: date) -> int:
    await db.execute("DELETE FROM inspection_risks WHERE district_code = $1", district_code, timeout=SECONDS)
    await db.execute(
        """
        INSERT INTO inspection_risks (registration_id, carrier_id, district_code, subdistrict_code, score, level,
                                      reasons, weighed_on)
             SELECT r.id, r.carrier_id, r.district_code, c.subdistrict_code, given.score,
                    CASE WHEN given.score >= $4 THEN 'high' WHEN given.score >= $4 / 2 THEN 'middle' ELSE 'low' END,
                    ARRAY(SELECT DISTINCT s.kind
                            FROM zombie_signals AS s
                           WHERE s.registration_id = r.id
                             AND s.dismissed_in IS NULL
                             AND s.observed_on <= $3
                             AND (s.ended_on IS NULL OR s.ended_on > $3)
                        ORDER BY s.kind),
                    $3
               FROM unnest($1::uuid[], $2::int[]) AS given (registration_id, score)
               JOIN registrations AS r ON r.id = given.registration_id
               JOIN carriers AS c ON c.id = r.carrier_id
        """,
        [registration_id for registration_id, _ in points],
        [score for _, score in points],
        day,
        threshold,
        timeout=SECONDS,
    )
    return len(points)


async def grid(db: Connection, actor: Actor) -> list[tuple[str, str, dict[str, int]]]:
    """Subdistrict (code, name) and how many stand at each level, of the office."""
    rows = await db.fetch(
        """
        SELECT s.code, s.name, count(*) FILTER (WHERE r.level = 'high') AS high,
               count(*) FILTER (WHERE r.level = 'middle') AS middle, count(*) FILTER (WHERE r.level = 'low') AS low
          FROM subdistricts AS s
     LEFT JOIN inspection_risks AS r ON r.subdistrict_code = s.code
         WHERE s.code = ANY ($1::text[])
      GROUP BY s.code, s.name
      ORDER BY s.code
        """,
        sorted(actor.subdistricts),
    )
    return [(row["code"], row["name"], {level: row[level] for level in LEVELS}) for row in rows]


async def listed(
    db: Connection,
    actor: Actor,
    day: date,
    *,
    subdistrict: str = "",
    level: str = "",
    due: bool = False,
    after: tuple[int, UUID] | None = None,
    limit: int,
) -> list[Risk]:
    """Registrations of high and middle risk, the highest first; `due` leaves out what was or is to be looked at."""
    score, registration_id = after or (None, None)
    rows = await db.fetch(
        """
        SELECT k.registration_id, r.applicant, k.carrier_id, c.name AS carrier, s.name AS subdistrict, r.unit_id,
               u.building, u.number, u.label, k.score, k.level, k.reasons, seen.seen_on, under.id AS inspection_id
          FROM inspection_risks AS k
          JOIN registrations AS r ON r.id = k.registration_id AND r.status = 'registered'
          JOIN carriers AS c ON c.id = k.carrier_id
          JOIN subdistricts AS s ON s.code = k.subdistrict_code
          JOIN units AS u ON u.id = r.unit_id
LEFT JOIN LATERAL (
                  SELECT max((i.ended_at AT TIME ZONE 'Asia/Shanghai')::date) AS seen_on
                    FROM inspections AS i
                   WHERE i.registration_id = k.registration_id
                     AND i.status = 'found'
                  ) AS seen ON true
LEFT JOIN LATERAL (
                  SELECT i.id
                    FROM inspections AS i
                   WHERE i.registration_id = k.registration_id
                     AND i.status IN ('planned', 'assigned', 'started')
                   LIMIT 1
                  ) AS under ON true
         WHERE k.district_code = $9
           AND k.subdistrict_code = ANY ($1::text[])
           AND k.level <> 'low'
           AND ($2 = '' OR k.subdistrict_code = $2)
           AND ($3 = '' OR k.level = $3)
           AND (NOT $4 OR (under.id IS NULL AND (seen.seen_on IS NULL OR seen.seen_on < $5)))
           AND ($6::int IS NULL OR (k.score, k.registration_id) < ($6, $7::uuid))
      ORDER BY k.score DESC, k.registration_id DESC
         LIMIT $8
        """,
        sorted(actor.subdistricts),
        subdistrict,
        level,
        due,
        day - timedelta(days=SEEN_DAYS),
        score,
        registration_id,
        limit,
        actor.district_code,
    )
    return [_risk(dict(row)) for row in rows]


def _risk(facts: dict[str, object]) -> Risk:
    building, number, label = (str(facts.pop(name)) for name in ("building", "number", "label"))
    return Risk(
        **{**facts, "unit": unit_name(building, number, label), "reasons": tuple(facts["reasons"])},  # type: ignore[arg-type]
    )


async def plan_due(
    database: Database, actor: Actor, *, count: int, day: date, subdistrict: str = "", level: str = ""
) -> int:
    """排进计划: the highest `count` that are due become inspections, spread over the working days of the next thirty.

    How many are new comes back. Raises Invalid.
    """
    if not 1 <= count <= MOST_PLANNED:
        raise Invalid({"count": f"一次排 1 至 {MOST_PLANNED} 户。"})
    async with database.transaction() as db:
        found = await listed(db, actor, day, subdistrict=subdistrict, level=level, due=True, limit=count)
        calendar = await holidays.known(db)
        planned = 0
        for place, risk in enumerate(found):
            new = NewInspection(
                carrier_id=risk.carrier_id,
                unit_id=risk.unit_id,
                registration_id=risk.registration_id,
                cause=Cause.RISK,
                source=f"risk {day}",
                question=f"风险 {risk.score} 分",
                due_on=spread(place, len(found), day, calendar),
            )
            planned += (await actions.plan_in(db, actor, new, day=day))[1]
        await audit.record(db, actor, "plan_risks", "inspection", "list", detail={"planned": planned})
    return planned


def spread(place: int, count: int, day: date, calendar: Calendar) -> date:
    """The day of number `place`, from 0, of so many: spread over the working days of the next thirty days."""
    days = [day + timedelta(days=each) for each in range(1, DUE_DAYS + 1)]
    working = [each for each in days if calendar.is_working_day(each)] or [calendar.add_working_days(day, 1)]
    return working[min(len(working) - 1, place * len(working) // max(1, count))]
