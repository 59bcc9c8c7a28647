"""Lookups with their verdicts over HTTP, beside an endpoint that runs SELECT 1 behind the same guard, quota and audit.

    python -m bench.lookup [--home var/bench/lookup] [--carriers 20000] [--rounds 5] [--seconds 3]

One web process, 16 connections, a load from a process of its own, a million units. Rounds of both endpoints follow
each other; the best round of each counts, as the noise of a shared machine only ever takes away, and the bar is their
ratio. Then the times of answers at a hundred requests a second. The district is filled once and kept in the home.
"""

import argparse
import asyncio
import json
import random
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx

from bench import baseline
from bench.data import Shape, addresses, filled, people_of
from bench.figures import Figure, show
from bench.load import Measured, measure
from zhusuo.db import Database
from zhusuo.people.actions import add_client
from zhusuo.processes import Processes, Program
from zhusuo.settings import Settings
from zhusuo.up import environment

ADDRESSES = 20_000
EXACT_BAR, DIRTY_BAR = 0.5, 0.25
RATE, RATE_BAR = 100, 20.0
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass
class Rounds:
    """What was measured, round by round."""

    limit: list[Measured] = field(default_factory=list)
    exact: list[Measured] = field(default_factory=list)
    dirty: list[Measured] = field(default_factory=list)

    paced: list[Measured] = field(default_factory=list)


def best(rounds: list[Measured]) -> Measured:
    return max(rounds, key=lambda each: each.per_second)


def dirtied(address: str, chance: random.Random) -> str:
    """The address as people write it: less of it, wider digits, words in between."""
    bare = address.removeprefix("上海市徐汇区")
    ways = (
        bare,
        bare.translate(WIDE),
        f"徐汇区{bare[:-1]}",
        f"上海市徐汇区 {bare.replace('号', '号 ')}",
        f"{bare.replace('号', '号大厦')}（一照多址）",
        bare.replace("号", f"{chance.randint(1, 9)}号"),
    )
    return chance.choice(ways)


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[str]:
    """The web process with the baseline's door; where it answers."""
    processes = Processes()
    program = Program(
        name="web",
        argv=(sys.executable, "-m", "bench.baseline"),
        env=environment(settings),
        log=settings.home.resolve() / "log" / "bench-web.log",
    )

    async def ready() -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            (await client.get(f"{settings.url}/readyz")).raise_for_status()

    try:
        await processes.start(program, ready=ready)
        yield settings.url
    finally:
        await processes.stop()


async def _client(database: Database) -> str:
    """A token with a quota that never ends."""
    district = await people_of(database)
    _, token = await add_client(
        database,
        None,
        organisation_id=district.authority.id,
        name=f"量测 {secrets.token_hex(4)}",
        scopes=frozenset({"lookup"}),
        quota_per_minute=2_000_000_000,
    )
    return token


def _paths(folder: Path, name: str, found: list[str]) -> Path:
    path = folder / name
    path.write_text("\n".join(f"/api/v1/lookup?address={quote(each)}" for each in found), "utf-8")
    return path


async def _check(url: str, token: str, found: list[str]) -> None:
    """Exact addresses are answered, every one, with a unit and a verdict that covers it."""
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, trust_env=False) as client:
        for address in found:
            answer = (await client.get("/api/v1/lookup", params={"address": address})).json()
            if answer["class"] != "A" or answer["verdict"]["kind"] != "covered":
                raise SystemExit(f"{address}: {json.dumps(answer, ensure_ascii=False)[:500]}")


async def bench(home: Path, shape: Shape, rounds: int, seconds: float) -> list[Figure]:
    chance = random.Random(7)
    exact = addresses(shape, chance, ADDRESSES)
    async with filled(home, shape) as (settings, database), served(settings) as url:
        token = await _client(database)
        headers = [f"Authorization: Bearer {token}"]
        await _check(url, token, exact[:50])
        with tempfile.TemporaryDirectory() as folder:
            limit = Path(folder) / "limit"
            limit.write_text(baseline.PATH)
            clean = _paths(Path(folder), "exact", exact)
            dirty = _paths(Path(folder), "dirty", [dirtied(each, chance) for each in exact])
            found = Rounds()
            await measure(url, clean, headers=headers, seconds=2 * seconds)
            for _ in range(rounds):
                for paths, into in ((limit, found.limit), (clean, found.exact), (dirty, found.dirty)):
                    into.append(await measure(url, paths, headers=headers, seconds=seconds))
                found.paced.append(await measure(url, clean, headers=headers, seconds=seconds, rate=RATE))
        return _figures(shape, found)


def _figures(shape: Shape, found: Rounds) -> list[Figure]:
    peer = best(found.limit)
    figures = []
    for name, rounds, bar in (("exact", found.exact, EXACT_BAR), ("dirty", found.dirty, DIRTY_BAR)):
        measured = best(rounds)
        ratio = measured.per_second / peer.per_second
        wrong = sum(count for each in rounds for status, count in each.statuses.items() if status != "200")
        figures.append(
            Figure(
                what=f"lookup of {name} addresses, {shape.units:,} units, 16 connections",
                measured=f"{measured.per_second:.0f}/s, p50 {measured.p50:.0f} ms, p95 {measured.p95:.0f} ms, "
                f"p99 {measured.p99:.0f} ms: {ratio:.2f} of the peer",
                beside=f"SELECT 1: {peer.per_second:.0f}/s",
                bar=f"≥ {bar} of it, nothing but 200",
                held=ratio >= bar and wrong == 0,
            )
        )
    paced = min(found.paced, key=lambda each: each.p95)
    figures.append(
        Figure(
            what=f"lookup of exact addresses at {RATE}/s",
            measured=f"p50 {paced.p50:.1f} ms, p95 {paced.p95:.1f} ms, p99 {paced.p99:.1f} ms",
            beside=f"{paced.per_second:.0f}/s came back",
            bar=f"p95 ≤ {RATE_BAR:.0f} ms",
            held=paced.p95 <= RATE_BAR,
        )
    )
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Path("var/bench/lookup"))
    parser.add_argument("--carriers", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    said = parser.parse_args()
    figures = asyncio.run(bench(said.home, Shape(carriers=said.carriers), said.rounds, said.seconds))
    show("lookup", figures)


if __name__ == "__main__":
    main()
