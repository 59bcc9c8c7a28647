"""`zhusuo wash` and `zhusuo read`: addresses and papers into what they say, a line of JSON each."""

import json
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from zhusuo.addresses.form import wash_json
from zhusuo.addresses.wash import wash as wash_text
from zhusuo.cli_files import summary, whole_file
from zhusuo.console import console, run, settings_of_environment, with_database, words_of
from zhusuo.db import Database
from zhusuo.lookup.bulk import Form
from zhusuo.lookup.find import find_many
from zhusuo.lookup.model import match_json


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
    if file:
        form: Form = "washed" if out and out.suffix == ".csv" else "json"
        tally, _ = whole_file(settings, lexicon, file, column, out, form, looked_up=not parse_only)
        click.echo(summary(tally, "已清洗"), err=True)
        raise SystemExit(1 if tally.faults else 0)

    async def look_up(database: Database) -> list[dict[str, Any]]:
        async with database.connection() as db:
            return [match_json(match) for match in await find_many(db, addresses, lexicon=lexicon)]

    read_alone = [wash_json(wash_text(text, lexicon)) for text in addresses] if parse_only else None
    for told in read_alone or run(with_database(settings, look_up)):
        _print(told)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="每个文件写一个 NAME.EXT.json。")
def read(files: tuple[Path, ...], out: Path | None) -> None:
    """识别材料：种类、页、文字、位置和字段，不需要数据库。有读不出的文件时退出码为 1。"""
    from ocr.cli import read_files  # numpy and its kin: only those who read pay

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
