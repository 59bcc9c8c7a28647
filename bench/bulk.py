"""Whole files of addresses, washed, classified and written by `zhusuo classify`, beside COPY of the same rows.

    python -m bench.bulk [--home var/bench/lookup] [--carriers 20000] [--file ADDRESSES.csv] [--most 1000000] [--flat]

A million units are on file. Two kinds of files: addresses on file as people write them, every row another one; and,
with a CSV of registered addresses, those rows over and over, of which few are on file, as a register has them. Each is
classified by the command as its user calls it, its start included; the memory is that of all its processes at their
fullest. COPY reads the same rows into a bare table of the same database: what it takes merely to hand them over.
--flat adds three million rows, to see that memory stays as it is.
"""

import argparse
import asyncio
import csv
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.data import Shape, filled, houses, rooms
from bench.figures import Figure, show
from bench.lookup import dirtied
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.db import Database
from zhusuo.settings import Settings
from zhusuo.up import environment

FEW, FEW_BAR = 50_000, 2.0
MANY_BAR = 15.0
FLAT = 3_000_000
LOOK_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Run:
    """One file through the command: seconds, megabytes of all its processes at their fullest, what it told."""

    rows: int
    took: float
    memory: float
    told: dict[str, Any]


def on_file(shape: Shape, chance: random.Random) -> Iterator[str]:
    """Addresses on file as people write them, no two alike: half of them exactly, half in one of many ways."""
    everywhere = [gate for gate, _ in houses(shape, Lexicon.load())]
    inside = [room for _, room in rooms(shape)]
    chance.shuffle(everywhere)
    for room in inside:
        for gate in everywhere:
            exact = f"上海市徐汇区{gate}{room}"
            yield exact if chance.random() < 0.5 else dirtied(exact, chance)


def written(path: Path, addresses: Iterator[str], count: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "address"])
        writer.writerows(
            (f"上海某某{place}有限公司", each) for place, each in enumerate(itertools.islice(addresses, count))
        )
    return path


def classified(settings: Settings, path: Path) -> Run:
    out = path.with_suffix(".out.csv")
    call = [sys.executable, "-m", "zhusuo", "classify", "--file", str(path), "--out", str(out), "--json"]
    start = time.perf_counter()
    with subprocess.Popen(call, env={**os.environ, **environment(settings)}, stdout=subprocess.PIPE, text=True) as done:
        most = [0.0]
        looking = threading.Thread(target=_look, args=(done, most))
        looking.start()
        told = json.loads(done.communicate()[0])
        took = time.perf_counter() - start
        looking.join()
    out.unlink()
    return Run(rows=told["rows"], took=took, memory=most[0], told=told)


def _look(done: "subprocess.Popen[str]", most: list[float]) -> None:
    """Memory of the process and its children that no other shares, at its most."""
    process = psutil.Process(done.pid)
    while done.poll() is None:
        try:
            family = [process, *process.children(recursive=True)]
            most[0] = max(most[0], sum(each.memory_full_info().uss for each in family) / 2**20)
        except psutil.Error:
            pass
        time.sleep(LOOK_SECONDS)


async def copied(database: Database, path: Path) -> float:
    async with database.connection() as db:
        await db.execute("CREATE TEMPORARY TABLE handed_over (name text, address text)")
        start = time.perf_counter()
        await db.copy_to_table("handed_over", source=path, format="csv", header=True)
        took = time.perf_counter() - start
        await db.execute("DROP TABLE handed_over")
    return took


async def bench(home: Path, shape: Shape, real: Sequence[str], most: int, flat: bool) -> list[Figure]:
    figures = []
    async with filled(home, shape) as (settings, database):
        kinds = [("all on file, no two alike", lambda: on_file(shape, random.Random(7)))]
        if real:
            kinds.append(("registered addresses, over and over", lambda: itertools.cycle(real)))
        with tempfile.TemporaryDirectory() as folder:
            for name, addresses in kinds:
                for count in (FEW, most, *([FLAT] if flat and name.startswith("registered") else [])):
                    path = written(Path(folder) / "in.csv", addresses(), count)
                    limit = await copied(database, path)
                    run = await asyncio.to_thread(classified, settings, path)
                    figures.append(_figure(name, run, limit, most))
    return figures


def _figure(name: str, run: Run, limit: float, most: int) -> Figure:
    bar = {FEW: FEW_BAR, most: MANY_BAR * most / 1_000_000}.get(run.rows)
    classes = "、".join(f"{each} {count:,}" for each, count in run.told["classes"].items())
    return Figure(
        what=f"zhusuo classify, {run.rows:,} rows, {name}",
        measured=f"{run.took:.1f} s, {run.rows / run.took:,.0f} rows/s, {run.memory:.0f} MB; {classes}",
        beside=f"COPY of the rows: {limit:.2f} s",
        bar="" if bar is None else f"≤ {bar:.0f} s",
        held=None if bar is None else run.took <= bar,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Path("var/bench/lookup"))
    parser.add_argument("--carriers", type=int, default=20_000)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--flat", action="store_true")
    said = parser.parse_args()
    real: list[str] = []
    if said.file:
        with said.file.open(encoding="utf-8-sig", newline="") as file:
            real = [row["address"] for row in csv.DictReader(file)]
    show("bulk", asyncio.run(bench(said.home, Shape(carriers=said.carriers), real, said.most, said.flat)))


if __name__ == "__main__":
    main()
