"""`zhusuo wash` and `zhusuo read`: addresses and papers into what they say, a line of JSON each."""

import json
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from ocr.cli import read_files
from zhusuo.addresses.form import wash_json
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.wash import wash as wash_text
from zhusuo.console import console, run, settings_of_environment, with_database
from zhusuo.db import Database
from zhusuo.lookup.find import find
from zhusuo.lookup.model import match_json


@click.command()
@click.argument("addresses", nargs=-1, required=True)
@click.option("--parse-only", is_flag=True, help="只解析，不查数据库。")
def wash(addresses: tuple[str, ...], parse_only: bool) -> None:
    """地址清洗：每个地址一行 JSON，含各部分、级别和理由。"""
    lexicon = Lexicon.load()
    if parse_only:
        for text in addresses:
            _print(wash_json(wash_text(text, lexicon)))
        return

    async def work(database: Database) -> None:
        async with database.connection() as db:
            for text in addresses:
                _print(match_json(await find(db, text, lexicon=lexicon)))

    run(with_database(settings_of_environment(), work))


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
    click.echo(json.dumps(told, ensure_ascii=False))
