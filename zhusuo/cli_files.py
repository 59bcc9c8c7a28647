"""`zhusuo wash --file` and `zhusuo classify`: whole files of addresses, on every core."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
from rich.progress import Progress
from rich.table import Table

from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.model import Class
from zhusuo.console import WrongFile, console, run, settings_of_environment, with_database, words_of
from zhusuo.db import Database, moment
from zhusuo.lookup.bulk import Form, Work, hands
from zhusuo.lookup.columns import Placed
from zhusuo.lookup.csv_rows import NotSuchATable, csv_table
from zhusuo.lookup.reasons import LABELS
from zhusuo.lookup.version import version_of
from zhusuo.lookup.whole_files import Tally, Told, through
from zhusuo.settings import Settings

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
CLASSES: tuple[Class, ...] = ("A", "B", "C", "N")


def whole_file(
    settings: Settings,
    lexicon: Lexicon,
    file: Path,
    column: str,
    out: Path | None,
    form: Form,
    *,
    looked_up: bool = True,
) -> tuple[Tally, str]:
    """What became of the file, and the version of the answers; a file that is no such table becomes one line."""
    with hands(lexicon) as ready:  # before anything is opened that a fork must not share
        try:
            with csv_table(file) as table, _progress(file) as advance:
                work = Work(form=form, place=table.place(column))
                told = Told(
                    fault=lambda fault: click.echo(str(fault), err=True),
                    read=advance,
                    lines=lambda text: click.echo(text, nl=False),
                )
                if not looked_up:
                    return through(ready, work, table, file, out, lexicon.version, told), lexicon.version

                async def look_up(database: Database) -> tuple[Tally, str]:
                    async with moment(database) as (db, snapshot):
                        version = await version_of(db, lexicon)
                        asked = replace(work, url=database.url, snapshot=snapshot)
                        tally = await asyncio.to_thread(through, ready, asked, table, file, out, version, told)
                        return tally, version

                done: tuple[Tally, str] = run(with_database(settings, look_up))
                return done
        except NotSuchATable as error:
            raise WrongFile(error.message) from error


@click.command()
@click.option(
    "--file",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="经营主体的 CSV。",
)
@click.option("--column", default="address", help="住所在哪一列，默认 address。")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="写到 OUT.csv。")
@click.option("--json", "as_json", is_flag=True, help="结果写成一行 JSON。")
def classify(file: Path, column: str, out: Path, as_json: bool) -> None:
    """把经营主体归到载体和单元（住所库），每行加上归类、级别和原因。

    中断后用同样的参数再运行一次，从断处接着做。有读不出的行时退出码为 1。
    """
    if out.suffix != ".csv":
        raise click.UsageError("--out 的文件名以 .csv 结尾。")
    settings = settings_of_environment()
    tally, version = whole_file(settings, words_of(settings), file, column, out, "classified")
    if as_json:
        told = {
            "rows": tally.rows,
            "faults": tally.faults,
            "resumed": tally.resumed,
            "placed": {each.value: tally.counts[each] for each in Placed},
            "classes": {each: tally.counts[each] for each in CLASSES},
            "reasons": dict(tally.reasons.most_common()),
            "version": version,
        }
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        _report(tally)
    raise SystemExit(1 if tally.faults else 0)


def _report(tally: Tally) -> None:
    table = Table("归类", "行数", "占比")
    for each in Placed:
        share = tally.counts[each] / tally.rows if tally.rows else 0
        table.add_row(each.label, f"{tally.counts[each]:,}", f"{share:.1%}")
    console.print(table)
    left_out = [(LABELS[code], count) for code, count in tally.reasons.most_common(10)]
    if left_out:
        why = Table("没有归入的原因（一行可有几条）", "行数")
        for label, count in left_out:
            why.add_row(label, f"{count:,}")
        console.print(why)
    console.print(summary(tally, "已归类"))


def summary(tally: Tally, verb: str) -> str:
    """已清洗 12 行，1 行有问题，没有处理。"""
    went_on = f"（其中 {tally.resumed} 行上次已做）" if tally.resumed else ""
    said = f"，{tally.faults} 行有问题，没有处理" if tally.faults else ""
    return f"{verb} {tally.rows} 行{went_on}{said}。"


@contextmanager
def _progress(file: Path) -> Iterator[Callable[[int], None]]:
    with Progress(console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task(file.name, total=file.stat().st_size)
        yield lambda done: bars.update(task, completed=done)
