"""`zhusuo wash` and `zhusuo read`: addresses and papers into what they say, a line of JSON each."""

import csv
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TextIO

import click
from rich.progress import Progress

from ocr.cli import read_files
from zhusuo.addresses.form import wash_json
from zhusuo.addresses.lexicon import Lexicon, RoadsUnreadable
from zhusuo.addresses.wash import wash as wash_text
from zhusuo.console import console, run, settings_of_environment, with_database
from zhusuo.db import Database
from zhusuo.lookup.csv_rows import CsvFault, CsvTable, NotSuchATable, csv_table
from zhusuo.lookup.find import find
from zhusuo.lookup.model import match_json
from zhusuo.settings import Settings

Wash = Callable[[str], Awaitable[dict[str, Any]]]

PARTS = ("district", "road", "lane", "sublane", "number", "building", "floor", "units")
COLUMNS = ("class", "canonical", *PARTS, "carrier_id", "carrier", "unit_id", "unit_verdict", "reasons")


class WrongFile(click.ClickException):
    """One line and the exit status of a wrong call."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file, err=True)


@click.command()
@click.argument("addresses", nargs=-1)
@click.option("--file", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="一个 CSV 文件。")
@click.option("--column", default="address", help="地址在哪一列，默认 address。")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="写到 OUT.csv 或 OUT.jsonl。")
@click.option("--parse-only", is_flag=True, help="只解析，不查数据库。")
def wash(addresses: tuple[str, ...], file: Path | None, column: str, out: Path | None, parse_only: bool) -> None:
    """地址清洗：每个地址一行 JSON，含各部分、级别和理由；或整个 CSV 文件。有读不出的行时退出码为 1。"""
    if bool(addresses) == bool(file):
        raise click.UsageError("请给出地址，或用 --file 给出一个 CSV 文件（二者取一）。")
    if out and (not file or out.suffix not in (".csv", ".jsonl")):
        raise click.UsageError("--out 和 --file 一起用，文件名以 .csv 或 .jsonl 结尾。")
    settings = settings_of_environment()
    lexicon = words_of(settings)

    async def work(one: Wash) -> int:
        if file:
            try:
                return await _wash_file(one, file, column, out)
            except NotSuchATable as error:
                raise WrongFile(error.message) from error
        for text in addresses:
            _print(await one(text))
        return 0

    async def parsed(text: str) -> dict[str, Any]:
        return wash_json(wash_text(text, lexicon))

    async def looked_up(database: Database) -> int:
        async with database.connection() as db:

            async def found(text: str) -> dict[str, Any]:
                return match_json(await find(db, text, lexicon=lexicon))

            return await work(found)

    faults = run(work(parsed) if parse_only else with_database(settings, looked_up))
    raise SystemExit(1 if faults else 0)


def words_of(settings: Settings) -> Lexicon:
    """The lexicon with the installation's own roads, or one line where they cannot be read."""
    try:
        return Lexicon.load(settings.roads)
    except RoadsUnreadable as error:
        raise WrongFile(error.message) from error


async def _wash_file(one: Wash, file: Path, column: str, out: Path | None) -> int:
    """Every row of the file; returns how many lines could not be read."""
    with csv_table(file) as table:
        place = table.place(column)
        done, faults = 0, 0
        with _sink(out, table) as put, _progress(file) as advance:
            async for cells, told in _washed(one, table, place):
                if isinstance(told, CsvFault):
                    faults += 1
                    click.echo(str(told), err=True)
                else:
                    done += 1
                    put(cells, told)
                advance(table.file.tell())
    said = f"，{faults} 行有问题，没有处理" if faults else ""
    click.echo(f"已清洗 {done} 行{said}。", err=True)
    return faults


async def _washed(
    one: Wash, table: CsvTable, place: int
) -> AsyncIterator[tuple[list[str], dict[str, Any]] | tuple[list[str], CsvFault]]:
    for row in table.rows:
        if isinstance(row, CsvFault):
            yield [], row
        else:
            yield row.cells, await one(row.cells[place])


@contextmanager
def _sink(out: Path | None, table: CsvTable) -> Iterator[Callable[[list[str], dict[str, Any]], None]]:
    """Where results go; a file is there only when it is whole."""
    if out is None:
        yield lambda _, told: _print(told)
        return
    whole = out.with_name(f"{out.name}.part")
    as_csv = out.suffix == ".csv"
    encoding = "utf-8-sig" if as_csv and table.marked else "utf-8"
    try:
        with whole.open("w", encoding=encoding, errors="replace", newline="") as file:
            yield _csv_writer(file, table.header) if as_csv else _json_writer(file)
        whole.replace(out)
    finally:
        whole.unlink(missing_ok=True)


def _json_writer(file: TextIO) -> Callable[[list[str], dict[str, Any]], None]:
    return lambda _, told: print(json.dumps(told, ensure_ascii=False), file=file)


def _csv_writer(file: TextIO, header: list[str]) -> Callable[[list[str], dict[str, Any]], None]:
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([*header, *(f"washed_{name}" if name in header else name for name in COLUMNS)])

    def put(cells: list[str], told: dict[str, Any]) -> None:
        address, carrier, unit = told["address"], told["carrier"] or {}, told["unit"] or {}
        parts = ["、".join(address[name]) if name == "units" else address[name] for name in PARTS]
        found = [carrier.get("id"), carrier.get("name"), unit.get("id"), unit.get("verdict")]
        reasons = "；".join(reason["text"] for reason in told["reasons"])
        writer.writerow([*cells, told["class"], told["canonical"], *parts, *found, reasons])

    return put


@contextmanager
def _progress(file: Path) -> Iterator[Callable[[int], None]]:
    with Progress(console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task(file.name, total=file.stat().st_size)
        yield lambda done: bars.update(task, completed=done)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="每个文件写一个 NAME.EXT.json。")
def read(files: tuple[Path, ...], out: Path | None) -> None:
    """识别材料：种类、页、文字、位置和字段，不需要数据库。有读不出的文件时退出码为 1。"""
    with Progress(console=console, disable=not console.is_terminal) as bars:
        tasks = {path: bars.add_task(path.name, total=None) for path in files}

        def tell(path: Path, done: int, pages: int) -> None:
            bars.update(tasks[path], completed=done, total=pages)

        reports: list[dict[str, Any]] = run(read_files(files, out, progress=tell))
    for report in reports:
        if out is None:
            _print(report)
        elif "error" in report:
            click.echo(f"{report['file']}: {report['error']['message']}", err=True)
    raise SystemExit(1 if any("error" in report for report in reports) else 0)


def _print(told: dict[str, Any]) -> None:
    """One line of JSON; bytes of a command line that are no text go out as they came in."""
    click.echo(json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogateescape"))
