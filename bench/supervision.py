"""Every list of 监管端 over HTTP at a million registered businesses, beside `/readyz` in the same run.

    python -m bench.supervision [--home HOME] [--businesses 1000000] [--requests 20] [--all]

An office with all subdistricts of the district, 100,000 units, 100,000 inspections (one in ten of them open) and as
many weighed risks; the tower of 1,200 units, whose plan has a bar of its own, keeps its one business a unit. One
connection, one request after the other. The bar is for lists; pages that add up a whole district (总览, 数字) are shown
beside it without one. Files are left out: see `bench.exports`.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from bench.data import filled
from bench.desks import FLOORS, TOWER, laid
from bench.desks import ROOMS as ROOMS_EACH
from bench.figures import Figure, percentile, show
from bench.installation import web
from bench.pages import BAR_MS, SHAPE, Line, Times, _show_all, _things, doors, nouns, pages
from zhusuo.db import Connection, Database

ROOMS = ("supervision.", "inspections.", "risks.", "draws.", "figures.", "plates.", "zombies.")
SUMS = ("supervision.overview", "figures.all")
PLAN = "supervision.carrier"
SINGLE = (*SUMS, PLAN, "inspections.one", "inspections.visit")
"""What is no list: sums over a whole district, and single things, one of them the plan of the tall tower."""
INSPECTIONS = 100_000
SECONDS = 1_200


async def _registrations(db: Connection, businesses: int) -> None:
    """The register of a large district: ten or so in every unit, half of them with a business of their own."""
    there = await db.fetchval("SELECT count(*) FROM registrations")
    wanted = max(0, businesses - there)
    if not wanted:
        return
    await db.execute("DROP INDEX registrations_by_applicant")
    await db.execute(
        """
        INSERT INTO businesses (name, uscc, district_code)
             SELECT '上海量测第' || n || '科技有限公司', '91310104MA' || lpad(n::text, 8, '0'), '310104'
               FROM generate_series(1, $1) AS n
        """,
        wanted,
        timeout=SECONDS,
    )
    await db.execute(
        """
        INSERT INTO registrations (unit_id, carrier_id, district_code, business_id, applicant, kind, status, exclusive,
                                   source, registered_on, created_at)
             SELECT u.id, u.carrier_id, u.district_code, b.id, b.name, 'existing', 'registered', false, 'import',
                    current_date - (b.place % 3000)::int, now() - b.place * interval '20 seconds'
               FROM (SELECT id, name, row_number() OVER () AS place FROM businesses) AS b
               JOIN (SELECT id, carrier_id, district_code, row_number() OVER () AS place
                       FROM units
                      WHERE carrier_id <> (SELECT id FROM carriers WHERE name = $1)) AS u
                 ON u.place = 1 + b.place % (SELECT count(*) - $2 FROM units)
        """,
        TOWER,
        FLOORS * ROOMS_EACH,
        timeout=SECONDS,
    )
    await db.execute(
        "CREATE INDEX registrations_by_applicant ON registrations USING gin (applicant gin_trgm_ops)", timeout=SECONDS
    )


async def _inspections(db: Connection) -> None:
    """Some in every status, most of them done; and what was weighed last night."""
    if await db.fetchval("SELECT EXISTS (SELECT FROM inspections)"):
        return
    await db.execute(
        """
        INSERT INTO inspections (carrier_id, unit_id, registration_id, district_code, subject, cause, due_on, status,
                                 assigned_to, planned_at, ended_at)
             SELECT r.carrier_id, r.unit_id, r.id, r.district_code, r.applicant,
                    (ARRAY['risk', 'drawn', 'manual'])[1 + place % 3], current_date - 300 + (place % 330)::int,
                    CASE place % 20 WHEN 0 THEN 'planned' WHEN 1 THEN 'assigned' WHEN 2 THEN 'cancelled'
                                    ELSE 'found' END,
                    CASE WHEN place % 20 = 1 THEN (SELECT id FROM persons WHERE role = 'supervisor' LIMIT 1) END,
                    now() - place * interval '1 minute',
                    CASE WHEN place % 20 > 1 THEN now() - place * interval '1 minute' END
               FROM (SELECT id, unit_id, carrier_id, district_code, applicant, row_number() OVER (ORDER BY id) AS place
                       FROM registrations
                      LIMIT $1) AS r
        """,
        INSPECTIONS,
        timeout=SECONDS,
    )
    await db.execute(
        """
        INSERT INTO findings (id, inspection_id, outcome, found_by, organisation_id, found_at, concludes)
             SELECT uuidv7(), i.id, (ARRAY['found_there', 'nobody', 'refused'])[1 + (random() * 2)::int], p.id,
                    p.organisation_id, i.ended_at, true
               FROM inspections AS i, (SELECT id, organisation_id FROM persons WHERE role = 'supervisor' LIMIT 1) AS p
              WHERE i.status = 'found'
        """,
        timeout=SECONDS,
    )
    await db.execute(
        """
        INSERT INTO inspection_risks (registration_id, carrier_id, district_code, subdistrict_code, score, level,
                                      reasons, weighed_on)
             SELECT r.id, r.carrier_id, r.district_code, c.subdistrict_code, r.score,
                    CASE WHEN r.score >= 60 THEN 'high' WHEN r.score >= 30 THEN 'middle' ELSE 'low' END,
                    '{lease_ended}', current_date
               FROM (SELECT id, carrier_id, district_code, 10 + (hashtext(id::text) & 1023) % 90 AS score
                       FROM registrations
                   ORDER BY id DESC
                      LIMIT $1) AS r
               JOIN carriers AS c ON c.id = r.carrier_id
        """,
        INSPECTIONS,
        timeout=SECONDS,
    )


async def enlarge(database: Database, businesses: int) -> None:
    async with database.connection() as db:
        await _registrations(db, businesses)
        await _inspections(db)
        await db.execute("VACUUM ANALYZE registrations, businesses, inspections, findings", timeout=SECONDS)
        await db.execute("VACUUM ANALYZE inspection_risks", timeout=SECONDS)


async def measure(home: Path, businesses: int, requests: int) -> tuple[list[Times], list[float]]:
    found: list[Times] = []
    floor: list[float] = []
    async with filled(home, SHAPE) as (settings, database):
        things = await _things(settings, database)
        try:
            desks = await laid(database, things.store, things.signer)
            await enlarge(database, businesses)
            async with web(settings, database) as site:
                who = desks.supervisor
                objects = await nouns(database, who)
                async with database.connection() as db:
                    one = await db.fetchval("SELECT id FROM inspections ORDER BY id LIMIT 1")
                line = Line(site.web, site.url, who.headers)
                every = [door for door in doors(things) if door[0].startswith(ROOMS)]
                for page in pages("supervisor", who.actor.role, every, {**objects, "inspection": one}):
                    if not page.is_file:
                        found.append(await asyncio.to_thread(line.times, page, requests, floor))
        finally:
            await things.store.close()
    return found, floor


def figures(found: list[Times], floor: list[float], businesses: int) -> list[Figure]:
    beside = f"/readyz p50 {percentile(floor, 0.5):.0f} ms, p95 {percentile(floor, 0.95):.0f} ms"
    lists = [each for each in found if each.page.door not in SINGLE]
    slowest = max(lists, key=lambda each: each.p95)
    over = [each for each in lists if each.p95 > BAR_MS]
    return [
        Figure(
            what=f"lists of 监管端: {len(lists)} pages at {businesses:,} businesses",
            measured=f"p95 of the slowest, {slowest.page.path[:60]}: {slowest.p95:.0f} ms (p50 {slowest.p50:.0f} ms); "
            f"{len(over)} over the bar",
            beside=beside,
            bar=f"p95 ≤ {BAR_MS:.0f} ms",
            held=not over,
        ),
        *(
            Figure(
                what=f"{each.page.path[:60]}, over the whole district",
                measured=f"p50 {each.p50:.0f} ms, p95 {each.p95:.0f} ms",
                beside=beside,
            )
            for each in found
            if each.page.door in SUMS
        ),
        *(
            Figure(
                what="stacking plan of 60 floors and 1,200 units at 监管端",
                measured=f"p50 {each.p50:.0f} ms, p95 {each.p95:.0f} ms, {each.size / 1e6:.1f} MB of HTML",
                beside=beside,
                bar=f"p95 ≤ {BAR_MS:.0f} ms",
                held=each.p95 <= BAR_MS,
            )
            for each in found
            if each.page.door == PLAN and "?" not in each.page.path
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="filled the first time and kept; else a temporary one")
    parser.add_argument("--businesses", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=20)
    parser.add_argument("--all", action="store_true", help="show every page, not only the slow ones")
    said = parser.parse_args()
    if said.home:
        found, floor = asyncio.run(measure(said.home, said.businesses, said.requests))
    else:
        with tempfile.TemporaryDirectory(prefix="zhusuo-bench-") as folder:
            Path(folder).chmod(0o711)
            found, floor = asyncio.run(measure(Path(folder) / "home", said.businesses, said.requests))
    _show_all(found, whole=said.all)
    broken = [f"{each.page.path}: {each.status}" for each in found if each.status >= 400]
    if broken:
        raise SystemExit("not answered: " + "、".join(broken))
    show("Supervision", figures(found, floor, said.businesses))


if __name__ == "__main__":
    main()
