"""Empty addresses: everybody scored from scratch, once more when little has changed, and one place after one event.

    python -m bench.zombies [--tenancies 1000000] [--events 60]

One business a unit, registered and a tenant; the leases of some have ended, some have moved out, some are denied by the
manager, in some units somebody else lives. Beside it the least that PostgreSQL could do: to count what registrations
and tenancies have in common, and to COPY as many rows as there are signals.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from bench.figures import Figure, median, percentile, show
from bench.installation import servers
from zhusuo import events
from zhusuo.db import Connection, Database
from zhusuo.people.model import Actor, Role
from zhusuo.tenancies import actions as tenancies
from zhusuo.zombies import cases, rules, signals

DISTRICT, SUBDISTRICT = "310104", "310104003"
DAY = date(2026, 11, 23)
UNITS_EACH = 50
MOST_SECONDS = 120
MOST_MS = 50
LONG = 1800


async def fill(db: Connection, count: int) -> None:
    """So many tenancies, a registration each; what speaks against whom goes by the number."""
    await db.execute(
        """
        INSERT INTO carriers (kind, name, district_code, subdistrict_code)
             SELECT 'tower', '第' || n || '大厦', $2, $3
               FROM generate_series(1, $1::int) AS n
        """,
        count // UNITS_EACH,
        DISTRICT,
        SUBDISTRICT,
        timeout=LONG,
    )
    await db.execute(
        """
        INSERT INTO units (carrier_id, district_code, floor, label, key, area_m2)
             SELECT carriers.id, carriers.district_code, n, n || '室', n::text, 50
               FROM carriers
         CROSS JOIN generate_series(1, $1::int) AS n
        """,
        UNITS_EACH,
        timeout=LONG,
    )
    await db.execute(
        """
        WITH numbered AS (
            SELECT id, carrier_id, district_code, row_number() OVER () AS n
              FROM units
        ),
        registered AS (
            INSERT INTO registrations (unit_id, carrier_id, district_code, applicant, kind, status, exclusive, source,
                                       registered_on, confirmed_by_manager)
                 SELECT id, carrier_id, district_code, '上海第' || n || '号有限公司', 'existing', 'registered', false,
                        'import', '2022-03-01', CASE WHEN n % 200 = 0 THEN false END
                   FROM numbered
        )
        INSERT INTO tenancies (unit_id, carrier_id, district_code, tenant, lease_begins_on, lease_ends_on, moved_in_on,
                               moved_out_on, source)
             SELECT id, carrier_id, district_code,
                    CASE WHEN n % 50 = 7 THEN '上海另一家' || n || '有限公司' ELSE '上海第' || n || '号有限公司' END,
                    '2022-03-01', $1::date + (CASE WHEN n % 12 = 5 THEN -(n % 300) ELSE n % 900 END)::int,
                    '2022-03-01', CASE WHEN n % 500 = 3 THEN $1::date - (n % 90)::int END, 'roster'
               FROM numbered
        """,
        DAY,
        timeout=LONG,
    )
    await db.execute("ANALYZE", timeout=LONG)


async def least(db: Connection) -> float:
    """Seconds to count what registrations and tenancies have in common, and to look at no more of them."""
    began = time.perf_counter()
    await db.fetchval(
        """
        SELECT count(*)
          FROM registrations
          JOIN tenancies ON tenancies.unit_id = registrations.unit_id
                        AND tenancies.tenant = registrations.applicant
        """,
        timeout=LONG,
    )
    return time.perf_counter() - began


async def copied(db: Connection) -> float:
    """Seconds to COPY the rows of the signals that were found into a table without anything."""
    rows = await db.fetch("SELECT registration_id, kind, source, observed_on FROM zombie_signals", timeout=LONG)
    await db.execute("CREATE TABLE bare (registration_id uuid, kind text, source text, observed_on date)")
    began = time.perf_counter()
    await db.copy_records_to_table("bare", records=[tuple(row) for row in rows], timeout=LONG)
    return time.perf_counter() - began


async def scored(database: Database) -> tuple[float, int, int]:
    """Seconds to read all signals off the rows and to sum them up, how many signals are new, how many are due."""
    began = time.perf_counter()
    async with database.transaction() as db:
        written, _ = await signals.derive(db, DAY)
    async with database.connection() as db:
        due = await signals.sums(db, rules.shipped(), DAY, least=rules.THRESHOLD, district_code=DISTRICT)
    return time.perf_counter() - began, written, len(due)


async def manager(database: Database) -> Actor:
    async with database.transaction() as db:
        organisation_id: UUID = await db.fetchval(
            """
            INSERT INTO organisations (kind, name, district_code)
                 VALUES ('property_manager', '物业', $1)
              RETURNING id
            """,
            DISTRICT,
        )
        person_id = await db.fetchval(
            """
            INSERT INTO persons (organisation_id, role, name, login, password_hash)
                 VALUES ($1, 'manager', '物业员', 'bench', '!')
              RETURNING id
            """,
            organisation_id,
        )
        await db.execute(
            """
            INSERT INTO managements (carrier_id, organisation_id, capacity, status, claimed_by)
                 SELECT id, $1, 'manager', 'confirmed', $2 FROM carriers
            """,
            organisation_id,
            person_id,
            timeout=LONG,
        )
    return Actor(
        person_id=person_id,
        client_id=None,
        organisation_id=organisation_id,
        organisation="物业",
        role=Role.MANAGER,
        name="物业员",
        desk="",
        district_code=DISTRICT,
        subdistricts=frozenset(),
    )


async def after_one_event(database: Database, actor: Actor, stays: Sequence[UUID]) -> tuple[list[float], int]:
    """Seconds of the worker after each of these move-outs, and how many cases they opened."""
    await events.number_pending(database)
    while await cases.follow(database, DAY):
        pass
    took = []
    async with database.connection() as db:
        before = await db.fetchval("SELECT count(*) FROM zombie_cases")
    for tenancy_id in stays:
        await tenancies.move_out(database, actor, tenancy_id, DAY - timedelta(days=1), day=DAY)
        await events.number_pending(database)
        began = time.perf_counter()
        await cases.follow(database, DAY)
        took.append(time.perf_counter() - began)
    async with database.connection() as db:
        opened = await db.fetchval("SELECT count(*) FROM zombie_cases") - before
    return took, opened


async def measure(count: int, event_count: int) -> list[Figure]:
    async with servers() as (_, database):
        async with database.connection() as db:
            await fill(db, count)
            bare = await least(db)
        first, written, due = await scored(database)
        again, changed, _ = await scored(database)
        async with database.connection() as db:
            copying = await copied(db)
            await db.execute("ANALYZE zombie_signals", timeout=LONG)
        began = time.perf_counter()
        opened = await cases.sweep(database, DAY)
        opening = time.perf_counter() - began - again
        actor = await manager(database)
        async with database.connection() as db:
            stays = await db.fetch(
                """
                SELECT tenancies.id
                  FROM tenancies
                  JOIN registrations ON registrations.unit_id = tenancies.unit_id
                                    AND registrations.applicant = tenancies.tenant
                 WHERE tenancies.moved_out_on IS NULL
                   AND NOT registrations.contested
              ORDER BY tenancies.id DESC
                 LIMIT $1
                """,
                event_count,
                timeout=LONG,
            )
        took, cases_opened = await after_one_event(database, actor, [row["id"] for row in stays])
    assert opened == due
    assert changed == 0
    assert cases_opened == len(took)
    p50, p95 = median(took) * 1000, percentile(took, 0.95) * 1000
    bar = MOST_SECONDS * count / 1_000_000
    return [
        Figure(
            what=f"{count:,} tenancies scored from scratch: {written:,} signals, {due:,} due",
            measured=f"{first:.1f} s",
            beside=f"{bare:.2f} s to count(*) what both tables share, {copying:.2f} s to COPY the signals",
            bar=f"≤ {bar:.0f} s",
            held=first <= bar,
        ),
        Figure(what="the same again, nothing has changed", measured=f"{again:.1f} s"),
        Figure(what=f"{opened:,} cases opened", measured=f"{opening * 1000 / max(1, opened):.1f} ms each"),
        Figure(
            what=f"after one event of {len(took)}, each of which opens a case: p95",
            measured=f"{p95:.1f} ms",
            beside=f"{p50:.1f} ms in the middle",
            bar=f"≤ {MOST_MS} ms",
            held=p95 <= MOST_MS,
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenancies", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=60)
    asked = parser.parse_args()
    found = asyncio.run(measure(asked.tenancies, asked.events))
    show("zombies", found)
    raise SystemExit(0 if all(each.held is not False for each in found) else 1)


if __name__ == "__main__":
    main()
