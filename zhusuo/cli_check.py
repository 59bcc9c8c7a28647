"""`zhusuo check` and `zhusuo audit`: is everything as it must be, and has nobody changed what was recorded."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from uuid import UUID

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from storage.store import Store
from zhusuo import sealing
from zhusuo.checkpoints import Checkpoint
from zhusuo.console import console, run, settings_of_environment
from zhusuo.db import Database
from zhusuo.invariants import rows
from zhusuo.invariants.model import Result
from zhusuo.invariants.objects import Depth
from zhusuo.settings import Settings
from zhusuo.signing import Signer
from zhusuo.up import reachable

# Those of the rows, and the eight that need the store, the key or the sealed chain.
EXPECTED = len(rows.QUESTIONS) + 8


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[tuple[Settings, Database]]:
    async with reachable(settings) as found:
        database = await Database.open(found.database_url, connections=4)
        try:
            yield found, database
        finally:
            await database.close()


@click.command()
@click.option("--json", "as_json", is_flag=True, help="输出 JSON，供程序读取。")
@click.option(
    "--objects",
    "depth",
    type=click.Choice([depth.value for depth in Depth]),
    default=Depth.SAMPLES.value,
    show_default=True,
    help="重新读取并核对多少材料的字节。",
)
def check(as_json: bool, depth: str) -> None:
    """核对系统必须始终成立的各项条件；有一项不成立，退出码为 1。"""
    found: list[Result] = run(_check(settings_of_environment(), Depth(depth), quiet=as_json))
    if as_json:
        click.echo(json.dumps([_plain(each) for each in found], ensure_ascii=False, indent=2))
    else:
        _show(found)
    raise SystemExit(0 if all(each.holds for each in found) else 1)


async def _check(settings: Settings, depth: Depth, *, quiet: bool) -> list[Result]:
    from zhusuo.invariants.run import results  # half a second that the other commands need not wait
    from zhusuo.serve import store_settings

    found: list[Result] = []
    async with _database(settings) as (reached, database):
        store = Store.open(store_settings(reached))
        try:
            with _progress(quiet) as progress:
                bar = progress.add_task("核对", total=EXPECTED)
                async for each in results(database, store, reached, depth=depth):
                    found.append(each)
                    progress.update(bar, advance=1, description=each.invariant.title)
        finally:
            await store.close()
    return sorted(found, key=lambda each: each.invariant.group)


def _progress(quiet: bool) -> Progress:
    columns = SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}")
    return Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)


def _plain(each: Result) -> dict[str, object]:
    return {**asdict(each.invariant), "holds": each.holds, "count": each.count, "cases": each.cases}


def _show(found: list[Result]) -> None:
    table = Table("组", "必须成立", "结果", box=None, pad_edge=False, header_style="dim")
    for each in found:
        table.add_row(
            str(each.invariant.group),
            each.invariant.title,
            "[green]成立[/]" if each.holds else f"[bold red]{each.count} 处不成立[/]",
        )
    console.print(table)
    for each in found:
        if not each.holds:
            console.print(f"\n[bold red]{each.invariant.title}[/]（{each.invariant.name}）")
            for case in each.cases:
                console.print(f"  {case}", highlight=False, markup=False)
            if each.count > len(each.cases):
                console.print(f"  ……另有 {each.count - len(each.cases)} 处")
    broken = sum(not each.holds for each in found)
    console.print(
        f"\n[bold red]{broken} 项不成立。[/]" if broken else f"\n[green]{len(found)} 项全部成立。[/]", highlight=False
    )


@click.group()
def audit() -> None:
    """留痕：核验封存，出具单条证明。"""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="输出 JSON，供程序读取。")
def verify(as_json: bool) -> None:
    """重新计算全部留痕，与库内、库外的检查点逐一核对；有出入时退出码为 1。"""
    report: sealing.Report = run(_verify(settings_of_environment(), quiet=as_json))
    if as_json:
        click.echo(json.dumps({**asdict(report), "good": report.good}, ensure_ascii=False, indent=2))
    else:
        _show_report(report)
    raise SystemExit(0 if report.good else 1)


async def _verify(settings: Settings, *, quiet: bool) -> sealing.Report:
    async with _database(settings) as (reached, database):
        signer = Signer.open(reached.signing_key, create=False)
        async with database.connection() as db:
            total = await db.fetchval("SELECT coalesce(max(tree_size), 0) FROM audit_checkpoints")
        with _progress(quiet) as progress:
            bar = progress.add_task("核对留痕", total=total)
            return await sealing.verify(
                database,
                reached.checkpoints,
                signer.public_key,
                progress=lambda count: progress.update(bar, completed=count),
            )


def _show_report(report: sealing.Report) -> None:
    console.print(
        f"已封存 {report.tree_size} 条，待封存 {report.unsealed_count} 条；"
        f"检查点 {report.checkpoint_count} 个，库外副本 {report.outside_count} 个。",
        highlight=False,
    )
    if report.root_hash:
        console.print(f"根：{report.root_hash}", highlight=False)
    for problem in report.problems:
        console.print(f"  {problem.sentence}", highlight=False, markup=False)
    if report.problem_count > len(report.problems):
        console.print(f"  ……另有 {report.problem_count - len(report.problems)} 处")
    console.print("[green]封存完好。[/]" if report.good else f"[bold red]{report.problem_count} 处不符。[/]")


@audit.command()
@click.argument("entry_id", type=click.UUID)
def prove(entry_id: UUID) -> None:
    """出具一条留痕已封存的证明（RFC 6962），JSON 格式，任何人可以自行核验。"""
    proof: sealing.Proof = run(_prove(settings_of_environment(), entry_id))
    click.echo(json.dumps(asdict(proof), ensure_ascii=False, indent=2))


async def _prove(settings: Settings, entry_id: UUID) -> sealing.Proof:
    async with _database(settings) as (reached, database):
        return await sealing.prove(database, entry_id, Signer.open(reached.signing_key, create=False).public_key)


@audit.command()
@click.argument("old_size", type=click.IntRange(min=1))
def growth(old_size: int) -> None:
    """证明最新检查点包含以前封存到第 OLD_SIZE 条时的全部内容（RFC 6962 一致性证明），JSON 格式。"""
    checkpoint, proof = run(_growth(settings_of_environment(), old_size))
    said = {"old_size": old_size, "tree_size": checkpoint.tree_size, "root_hash": checkpoint.root_hash.hex()}
    click.echo(json.dumps({**said, "proof": [each.hex() for each in proof]}, indent=2))


async def _growth(settings: Settings, old_size: int) -> tuple[Checkpoint, list[bytes]]:
    async with _database(settings) as (_, database):
        return await sealing.prove_growth(database, old_size)
