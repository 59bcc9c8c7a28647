"""Looks up rows of real registered addresses in whatever is on file, and shows every answer that names a carrier.

    python -m bench.lookup_rows ADDRESSES.csv [--column address] [--count 1000] [--seed 1]

The database is that of the environment: ZHUSUO_DATABASE_URL, a running `zhusuo up`, or the data in ZHUSUO_HOME. Exit
status 1 if a row ends in an error, or if an answer of class A or B names a road, lane or number that is not in the row.
"""

import asyncio
import csv
import random
import re
import time
from collections import Counter
from pathlib import Path

import click

from zhusuo.addresses.characters import arabic, normal
from zhusuo.addresses.keys import number_parts
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.console import settings_of_environment
from zhusuo.db import Connection, Database
from zhusuo.lookup.find import find
from zhusuo.lookup.model import Match
from zhusuo.up import reachable

# What the catalogue of reasons says openly about an answer whose road or number differs from the text.
SAID = {"sound", "edit", "former_road", "by_name", "number_in_range", "lane_building"}


def contradicts(row: str, match: Match) -> bool:
    """Whether a sure answer names a gate that the row does not: judged on the text alone, not on its parts."""
    if match.carrier is None or SAID & {reason.code for reason in match.reasons}:
        return False
    plain = arabic(*normal(row))[0]
    numbers = set(re.findall(r"\d+", plain))
    road = re.match(r"[^\d]+", match.carrier.address)
    filed = re.findall(r"\d+", match.carrier.address)
    parts = [end for part in number_parts(match.address.number) for end in re.findall(r"\d+", part)]
    return bool(road and road[0] not in plain) or not {*filed[:1], *parts} <= numbers


async def look(db: Connection, rows: list[str]) -> int:
    lexicon = Lexicon.load()
    classes: Counter[str] = Counter()
    wrong: list[str] = []
    await find(db, "宜山路1号", lexicon=lexicon)
    start = time.perf_counter()
    with click.progressbar(rows, label="查找") as bar:
        for row in bar:
            try:
                match = await find(db, row, lexicon=lexicon)
            except Exception as error:
                wrong.append(f"出错 {row}: {error!r}")
                continue
            classes[match.class_] += 1
            if match.carrier:
                unit = match.unit.label if match.unit else match.unit_verdict
                line = f"{match.class_} {row} → {match.carrier.name}（{match.carrier.address}）{unit}"
                click.echo(f"\n{line}")
                if contradicts(row, match):
                    wrong.append(line)
    seconds = time.perf_counter() - start
    click.echo(f"{len(rows)} 行，{seconds:.1f} 秒，每秒 {len(rows) / seconds:.0f} 行")
    click.echo("、".join(f"{class_} {classes[class_]}" for class_ in "ABCN"))
    for line in wrong:
        click.echo(f"不对：{line}", err=True)
    return 1 if wrong else 0


async def run(rows: list[str]) -> int:
    async with reachable(settings_of_environment()) as settings:
        database = await Database.open(settings.database_url, connections=2)
        try:
            async with database.connection() as db:
                return await look(db, rows)
        finally:
            await database.close()


@click.command(help=__doc__)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--column", default="address")
@click.option("--count", default=1000)
@click.option("--seed", default=1)
def main(file: Path, column: str, count: int, seed: int) -> None:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = [row[column] for row in csv.DictReader(opened)]
    chosen = random.Random(seed).sample(rows, min(count, len(rows)))
    raise SystemExit(asyncio.run(run(chosen)))


if __name__ == "__main__":
    main()
