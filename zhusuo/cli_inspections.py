"""`zhusuo inspections`: anybody may recompute a random draw from its published file, without a database."""

from pathlib import Path

import click

from zhusuo.console import console
from zhusuo.inspections import lots


@click.group()
def inspections() -> None:
    """核查：验算公布的双随机名单。"""


@inspections.command("verify-draw")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify_draw(file: Path) -> None:
    """按公布的种子和名单重新抽取，与公布的结果比对；不符时退出码为 1，文件看不懂时为 2。"""
    try:
        sheet = lots.read(file.read_text("utf-8"))
    except (lots.NotADraw, UnicodeDecodeError) as error:
        click.echo(str(error) if isinstance(error, lots.NotADraw) else "文件不是 UTF-8 文本。", err=True)
        raise SystemExit(2) from error
    found = lots.faults(sheet)
    for sentence in found:
        console.print(f"[red]不符[/]：{sentence}")
    if not found:
        targets = sum(each.kind == "target" for each in sheet.entries)
        console.print(
            f"相符：{sheet.number}，从 {targets:,} 户中抽出 {len(sheet.results)} 户，种子、名单、结果都对得上。"
        )
    raise SystemExit(1 if found else 0)
