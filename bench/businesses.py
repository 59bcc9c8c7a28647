"""How long it takes to import registered businesses and to put them onto carriers and units, beside PostgreSQL's COPY.

    python -m bench.businesses [--file ADDRESSES.csv] [--rows 37297] [--times 10] [--seed 20261122]

With a CSV of registered addresses (columns address and, if there is one, district) the carriers are distilled from it
and its own addresses are imported; without one the demo's houses are asked for as people write them. Names and credit
codes are invented, the codes valid. The register is written to a CSV once and imported the way `zhusuo import
businesses --apply` does it: read, classified, compared, written. COPY reads the same rows out of the same file into a
bare table in the same database. Then the same with ten times as many rows, and the same register a second time.
"""

import argparse
import asyncio
import csv
import hashlib
import itertools
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
from stdnum.cn import uscc as credit_codes

from bench.address_district import from_rows, of_demo, write
from bench.address_queries import queries
from bench.data import settle
from bench.figures import Figure, show
from bench.installation import servers
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.businesses import actions, store
from zhusuo.businesses.model import ImportStatus, Outcome, Tally
from zhusuo.businesses.rows import read_csv
from zhusuo.carriers import gates
from zhusuo.db import Database

BESIDE_COPY = 60.0
GROWTH = 12.0
HOME = "310104"
ROWS = 37_297


def register(addresses: Sequence[str], count: int, offset: int) -> Iterator[tuple[str, str, str]]:
    """Invented names and valid codes at these addresses, over and over."""
    for number, address in enumerate(itertools.islice(itertools.cycle(addresses), count), offset):
        body = f"9131{number // 10**7:04}MA{number % 10**7:07}"
        yield f"上海某某{number}贸易有限公司", body + str(credit_codes.calc_check_digit(body)), address


def write_register(path: Path, addresses: Sequence[str], count: int, offset: int) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["企业名称", "统一社会信用代码", "住所"])
        writer.writerows(register(addresses, count, offset))
    return hashlib.sha256(path.read_bytes()).hexdigest()


async def copied(database: Database, path: Path) -> float:
    """Seconds that COPY takes for the same rows."""
    async with database.connection() as db:
        await db.execute("CREATE TABLE bench_copied (name text, uscc text, address text)")
        start = time.perf_counter()
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            next(rows)
            await db.copy_records_to_table("bench_copied", records=(tuple(row) for row in rows), timeout=600)
        took = time.perf_counter() - start
        await db.execute("DROP TABLE bench_copied")
    return took


async def imported(database: Database, lexicon: Lexicon, path: Path, sha256: str) -> tuple[float, float, Tally]:
    """Seconds to classify and compare, to write, and what came of it."""

    async def tell(done: int, total: int) -> None:
        pass

    start = time.perf_counter()
    found = await actions.begin(
        database, None, district_code=None, file_name=path.name, sha256=sha256, rows=read_csv(path)
    )
    await actions.proceed(database, lexicon, found.id, tell, home_district=HOME)
    tried = time.perf_counter()
    await actions.apply(database, None, found.id)
    done = await actions.proceed(database, lexicon, found.id, tell, home_district=HOME)
    written = time.perf_counter()
    assert done.status is ImportStatus.DONE
    async with database.connection() as db:
        return tried - start, written - tried, await store.tally(db, found.id)


def figures(name: str, count: int, tried: float, written: float, copy: float, tally: Tally) -> Figure:
    placed = sum(tally.outcomes[each] for each in (Outcome.NEW, Outcome.MOVED, Outcome.SAME))
    took = tried + written
    classes = " ".join(f"{class_} {number:,}" for class_, number in tally.classes.items())
    return Figure(
        what=f"{count:,} businesses {name}: {placed:,} on their units, {classes}",
        measured=f"{took:.1f} s: {tried:.1f} s to classify, {written:.1f} s to write",
        beside=f"COPY of the same rows {copy:.2f} s",
        bar=f"≤ {BESIDE_COPY:.0f} s more" if count <= ROWS else "",
        held=took - copy <= BESIDE_COPY if count <= ROWS else None,
    )


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seed", type=int, default=20261122)
    given = parser.parse_args()
    lexicon, chance = Lexicon.load(), random.Random(given.seed)
    gates.know(lexicon)
    houses = from_rows(given.file, lexicon, chance) if given.file else of_demo(lexicon, chance)
    if given.file:
        with given.file.open(encoding="utf-8-sig", newline="") as opened:
            addresses = [row["address"] for row in csv.DictReader(opened)][: given.rows]
    else:
        addresses = [query.text for query in queries(houses, lexicon, chance, 70)]
    with tempfile.TemporaryDirectory(prefix="zhusuo-bench-") as home:
        async with servers() as (_, database):
            async with database.transaction() as db:
                await write(db, houses)
            await settle(database.url)
            told = []
            took = []
            for name, count, offset in (
                ("imported", given.rows, 0),
                ("imported again", given.rows, 0),
                (f"imported, {given.times} times as many", given.rows * given.times, given.rows),
            ):
                path = Path(home) / "register.csv"
                sha256 = write_register(path, addresses, count, offset)
                copy = await copied(database, path)
                tried, written, tally = await imported(database, lexicon, path, sha256)
                told.append(figures(name, count, tried, written, copy, tally))
                took.append(tried + written)
                await settle(database.url)
            growth = took[2] / took[0]
            told.append(
                Figure(
                    what=f"time for {given.times} times as many rows",
                    measured=f"{growth:.1f} times",
                    beside=f"{given.times} times the rows",
                    bar=f"≤ {GROWTH:.0f} times" if given.times == 10 else "",
                    held=growth <= GROWTH if given.times == 10 else None,
                )
            )
            memory = psutil.Process().memory_info().rss / 2**20
            told.append(Figure(what="memory of the process at the end", measured=f"{memory:.0f} MB"))
    show("Registered businesses", told)


if __name__ == "__main__":
    asyncio.run(main())
