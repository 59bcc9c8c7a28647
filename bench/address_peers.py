"""What else could find a house: text similarity in memory and in PostgreSQL, and libraries for Chinese addresses.

Each gets every query in our own normal spelling without its city, and answers with the likest house and how like it is.
None of them knows rooms, so they are judged on the house alone. The libraries know provinces, cities and districts; the
fairest use of them here is to let them take those off and to look the rest up as it stands.
"""

import contextlib
import importlib
import io
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bench.address_district import House
from zhusuo.addresses.characters import arabic, normal
from zhusuo.db import Connection

Found = tuple[UUID | None, float]
Ask = Callable[[str], Awaitable[Found]]


@dataclass(frozen=True, kw_only=True)
class Peer:
    name: str
    ask: Ask


def spelt(text: str) -> str:
    """The same normal spelling for everybody, without the city."""
    return arabic(*normal(text))[0].removeprefix("上海市")


def until_number(text: str) -> str:
    """As far as the last 号: what a house can be told by."""
    return text[: text.rfind("号") + 1] or text


async def peers(db: Connection, houses: Sequence[House]) -> tuple[list[Peer], list[str]]:
    """Everybody who can be asked here, and the names of those who cannot."""
    known = {house.district + house.gate: house.id for house in houses}
    found = [*_rapidfuzz(known), *await _trigrams(db, known)]
    away = []
    for name, cut in (("cpca", _cpca), ("jionlp", _jionlp)):
        try:
            found.append(Peer(name=f"{name}, the rest as it stands", ask=_exact(cut(), houses)))
        except ImportError:
            away.append(name)
    return found, away


def _rapidfuzz(known: Mapping[str, UUID]) -> Iterable[Peer]:
    from rapidfuzz import fuzz, process

    texts, ids = list(known), list(known.values())

    def ask(cut: Callable[[str], str]) -> Ask:
        async def likest(text: str) -> Found:
            best = process.extractOne(cut(spelt(text)), texts, scorer=fuzz.ratio)
            return (ids[best[2]], best[1]) if best else (None, 0.0)

        return likest

    yield Peer(name="rapidfuzz ratio", ask=ask(str))
    yield Peer(name="rapidfuzz ratio, until 号", ask=ask(until_number))


async def _trigrams(db: Connection, known: Mapping[str, UUID]) -> list[Peer]:
    for statement in (
        "CREATE TEMPORARY TABLE bench_gates (id uuid, text text)",
        "CREATE TEMPORARY TABLE bench_gates_gin (id uuid, text text)",
    ):
        await db.execute(statement)
    records = [(each, text) for text, each in known.items()]
    for table, index in (("bench_gates", "gist (text gist_trgm_ops)"), ("bench_gates_gin", "gin (text gin_trgm_ops)")):
        await db.copy_records_to_table(table, records=records)
        await db.execute(f"CREATE INDEX ON {table} USING {index}")
        await db.execute(f"ANALYZE {table}")

    async def nearest(text: str) -> Found:
        row = await db.fetchrow(
            "SELECT id, similarity(text, $1) AS likeness FROM bench_gates ORDER BY text <-> $1 LIMIT 1",
            until_number(spelt(text)),
        )
        return (row["id"], row["likeness"]) if row else (None, 0.0)

    async def alike(text: str) -> Found:
        row = await db.fetchrow(
            """
            SELECT id, similarity(text, $1) AS likeness
              FROM bench_gates_gin
             WHERE text % $1
          ORDER BY likeness DESC
             LIMIT 1
            """,
            until_number(spelt(text)),
        )
        return (row["id"], row["likeness"]) if row else (None, 0.0)

    return [Peer(name="pg_trgm GiST nearest, until 号", ask=nearest), Peer(name="pg_trgm GIN %, until 号", ask=alike)]


def _exact(cut: Callable[[str], tuple[str, str]], houses: Sequence[House]) -> Ask:
    """`cut` gives (district, rest); the rest until 号 has to be a gate, in that district if there is one."""
    gates: dict[str, list[House]] = {}
    for house in houses:
        gates.setdefault(house.gate, []).append(house)

    async def find(text: str) -> Found:
        district, rest = cut(spelt(text))
        held = [house for house in gates.get(until_number(rest), ()) if district in ("", house.district)]
        return (held[0].id, 1 / len(held)) if held else (None, 0.0)

    return find


def _cpca() -> Callable[[str], tuple[str, str]]:
    cpca: Any = importlib.import_module("cpca")

    def cut(text: str) -> tuple[str, str]:
        row = cpca.transform([text]).iloc[0]
        return row["区"] or "", row["地址"] or ""

    return cut


def _jionlp() -> Callable[[str], tuple[str, str]]:
    with contextlib.redirect_stdout(io.StringIO()):  # it greets
        jionlp: Any = importlib.import_module("jionlp")

    def cut(text: str) -> tuple[str, str]:
        told = jionlp.parse_location(text)
        return told["county"] or "", told["detail"] or ""

    return cut
