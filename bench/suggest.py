"""The address box at a million units: what every keystroke costs, in characters, pinyin, initials, names and numbers.

    python -m bench.suggest [--home var/bench/lookup] [--carriers 20000] [--typings 200]

Each address is typed from its first to its last keystroke by a clerk of the district, by a supervisor of some of its
subdistricts, and by managers of one house and of all others; every keystroke is a question of its own. The district is
that of bench.lookup.
"""

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from bench.data import DISTRICT, Shape, filled, houses, people_of, rooms
from bench.figures import Figure, percentile, show
from zhusuo.addresses.keys import initials_of, pinyin_of
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.carriers.divisions import divisions
from zhusuo.db import Connection
from zhusuo.lookup.search import suggest

BAR_MS = 20.0


@dataclass(frozen=True, kw_only=True)
class Rights:
    """Whose box it is, and what they may see."""

    name: str
    subdistricts: frozenset[str] | None = None
    organisation_id: UUID | None = None


def typings(shape: Shape, chance: random.Random, count: int) -> Iterator[tuple[str, str]]:
    """(way of typing, the whole text)."""
    everywhere, inside = list(houses(shape, Lexicon.load())), rooms(shape)
    for _ in range(count):
        gate, name = chance.choice(everywhere)
        label = chance.choice(inside)[1]
        road, number = _apart(gate)
        yield "Chinese, to the room", f"{gate}{label}"
        yield "with city and district", f"上海市徐汇区{gate}"
        yield "pinyin", f"{pinyin_of(road)}{number}"
        yield "initials", f"{initials_of(road)}{number}"
        yield "a name", name
        yield "the end of a name", name[2:]
        yield "a number", f"{number}号"


def _apart(gate: str) -> tuple[str, str]:
    at = next(place for place, c in enumerate(gate) if c.isdigit())
    return gate[:at], gate[at:-1]


async def keystrokes(db: Connection, text: str, rights: Rights) -> list[float]:
    """Milliseconds of every keystroke."""
    took = []
    for end in range(1, len(text) + 1):
        start = time.perf_counter()
        await suggest(
            db,
            text[:end],
            district_codes=frozenset({DISTRICT}),
            subdistrict_codes=rights.subdistricts,
            organisation_id=rights.organisation_id,
        )
        took.append((time.perf_counter() - start) * 1000)
    return took


def figure(what: str, took: Sequence[float], *, barred: bool = True) -> Figure:
    p99 = percentile(took, 0.99)
    return Figure(
        what=what,
        measured=f"p50 {statistics.median(took):.1f} ms, p99 {p99:.1f} ms, longest {max(took):.1f} ms",
        beside=f"{len(took):,} keystrokes",
        bar=f"p99 ≤ {BAR_MS:.0f} ms" if barred else "none: nobody has so many",
        held=p99 <= BAR_MS if barred else None,
    )


async def bench(home: Path, shape: Shape, count: int) -> list[Figure]:
    chance = random.Random(11)
    figures = []
    async with filled(home, shape) as (_, database):
        district = await people_of(database)
        codes = [each.code for each in divisions()[1] if each.district_code == DISTRICT]
        typed = list(typings(shape, chance, count))
        async with database.connection() as db:
            await keystrokes(db, typed[0][1], Rights(name="first"))
            ways = list(dict.fromkeys(way for way, _ in typed))
            for way in ways:
                texts = [text for each, text in typed if each == way]
                took = [one for text in texts for one in await keystrokes(db, text, Rights(name="clerk"))]
                figures.append(figure(f"address box, clerk, {way}", took))
            for rights in (
                Rights(name="supervisor of some subdistricts", subdistricts=frozenset(codes[:3])),
                Rights(name="manager of one house", organisation_id=district.small.id),
                Rights(name=f"manager of {shape.carriers - 1:,} houses", organisation_id=district.large.id),
            ):
                texts = [text for _, text in typed[: count * 2]]
                took = [one for text in texts for one in await keystrokes(db, text, rights)]
                few = rights.organisation_id != district.large.id
                figures.append(figure(f"address box, {rights.name}, every way", took, barred=few))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Path("var/bench/lookup"))
    parser.add_argument("--carriers", type=int, default=20_000)
    parser.add_argument("--typings", type=int, default=200)
    said = parser.parse_args()
    show("suggest", asyncio.run(bench(said.home, Shape(carriers=said.carriers), said.typings)))


if __name__ == "__main__":
    main()
