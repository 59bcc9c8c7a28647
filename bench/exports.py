"""Taking a list along: 登记企业 of a supervisor as XLSX, with 1,000, 10,000 and 100,000 rows, and the memory it takes.

    python -m bench.exports [--rows 100000] [--home HOME]

Over HTTP from a web process of its own. Memory is the process's resident set while it answers, above what it is before;
beside it stands the same list in memory as a page reads it, all rows at once. Flat means: ten times as many rows take
less than twice the memory.
"""

import argparse
import asyncio
import http.client
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from bench.data import Shape, filled
from bench.desks import laid
from bench.figures import Figure, show
from bench.installation import SignedIn, web
from bench.pages import _things
from zhusuo.db import Database

PATH = "/supervision/registrations.xlsx"
EVERY = 0.02


@dataclass(frozen=True, kw_only=True)
class Taken:
    rows: int
    seconds: float
    bytes: int
    memory: int


async def register(database: Database, upto: int) -> None:
    """So many registrations in the district's units, in all; those that are there stay."""
    async with database.connection() as db:
        there = await db.fetchval("SELECT count(*) FROM registrations WHERE status = 'registered'")
        await db.execute(
            """
            INSERT INTO registrations (unit_id, carrier_id, district_code, applicant, kind, status, exclusive, source,
                                       registered_on, created_at)
                 SELECT u.id, u.carrier_id, u.district_code, '上海量测第' || n || '科技有限公司', 'existing',
                        'registered', false, 'import', current_date - n % 3000, now() - n * interval '1 second'
                   FROM generate_series(1, $1) AS n
                   JOIN (SELECT id, carrier_id, district_code, row_number() OVER () AS place FROM units) AS u
                     ON u.place = 1 + n % (SELECT count(*) FROM units)
            """,
            max(0, upto - there),
            timeout=600,
        )
        await db.execute("ANALYZE registrations", timeout=600)


async def listed(database: Database) -> int:
    """How many rows the list has."""
    async with database.connection() as db:
        count: int = await db.fetchval("SELECT count(*) FROM registrations WHERE status <> 'ended'")
    return count


def take(site: psutil.Process, url: str, who: SignedIn) -> Taken:
    """One export, watched."""
    peak, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(EVERY):
            peak[0] = max(peak[0], site.memory_info().rss)

    before = site.memory_info().rss
    watching = threading.Thread(target=watch)
    watching.start()
    began = time.perf_counter()
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=600)
    connection.request("GET", PATH, headers=who.headers)
    answer = connection.getresponse()
    size = len(answer.read())
    took = time.perf_counter() - began
    done.set()
    watching.join()
    if answer.status != 200:
        raise SystemExit(f"{PATH}: {answer.status}")
    return Taken(rows=0, seconds=took, bytes=size, memory=max(0, peak[0] - before))


async def measure(home: Path, most: int) -> list[Taken]:
    found = []
    async with filled(home, Shape(carriers=200, units_each=50)) as (settings, database):
        things = await _things(settings, database)
        try:
            desks = await laid(database, things.store, things.signer)
            async with web(settings, database) as site:
                await register(database, 1_000)
                take(site.web, site.url, desks.supervisor)  # imports and first allocations
                for rows in (1_000, most // 10, most):
                    await register(database, rows)
                    one = await asyncio.to_thread(take, site.web, site.url, desks.supervisor)
                    found.append(
                        Taken(rows=await listed(database), seconds=one.seconds, bytes=one.bytes, memory=one.memory)
                    )
        finally:
            await things.store.close()
    return found


def figures(found: list[Taken]) -> list[Figure]:
    *_, tenth, whole = found
    flat = whole.memory < 2 * max(tenth.memory, 16 * 2**20)
    return [
        Figure(
            what=f"登记企业 as XLSX, {each.rows:,} rows",
            measured=f"{each.seconds:.1f} s, {each.bytes / 1e6:.1f} MB, memory +{each.memory / 2**20:.0f} MB",
            beside=f"{tenth.rows:,} rows: +{tenth.memory / 2**20:.0f} MB" if each is whole else "",
            bar="memory < 2 × that of a tenth of the rows" if each is whole else "",
            held=flat if each is whole else None,
        )
        for each in found
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    said = parser.parse_args()
    if said.home:
        found = asyncio.run(measure(said.home, said.rows))
    else:
        with tempfile.TemporaryDirectory(prefix="zhusuo-bench-") as folder:
            Path(folder).chmod(0o711)
            found = asyncio.run(measure(Path(folder) / "home", said.rows))
    show("Exports", figures(found))


if __name__ == "__main__":
    main()
