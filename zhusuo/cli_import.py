"""`zhusuo import`: businesses onto carriers and units, the units of a carrier, its roster; each tried first."""

import csv
import hashlib
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
from rich.progress import Progress
from rich.table import Table

from zhusuo.addresses.lexicon import Lexicon
from zhusuo.businesses import actions, store
from zhusuo.businesses.model import WAITING, BusinessImport, ImportStatus, NewRow, Outcome, Tally
from zhusuo.businesses.rows import is_workbook, read_csv, read_workbook
from zhusuo.carriers import gates, sheets, tables, unit_actions
from zhusuo.carriers import store as carriers
from zhusuo.console import WrongFile, console, run, settings_of_environment, with_database, words_of
from zhusuo.db import Database
from zhusuo.errors import Refusal
from zhusuo.lookup.csv_rows import NotSuchATable
from zhusuo.people import store as people
from zhusuo.people.model import Actor
from zhusuo.tenancies.roster import LineKind, import_roster
from zhusuo.tenancies.rows import roster_records

SHOWN_OUT = 10


@click.group("import")
def import_() -> None:
    """导入：登记企业归集到载体和单元。先试导，加 --apply 才写入。"""


@import_.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "applied", is_flag=True, help="写入；不加只试导，不改动登记。")
@click.option("--district", help="行政区划代码，默认本区；all 为全部。")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="没有归集到单元的写到 OUT.csv，含原因。")
def businesses(file: Path, applied: bool, district: str | None, out: Path | None) -> None:
    """登记企业（CSV 或 XLSX）归集到载体和单元。中断后再运行一次即接着做；有不能处理或待人工选定的，退出码为 1。"""
    settings = settings_of_environment()
    lexicon = words_of(settings)
    gates.know(lexicon)
    code = None if district == "all" else district or settings.district

    async def work(database: Database) -> Tally:
        found = await _begin(database, file, code)
        with Progress(console=console, disable=not console.is_terminal) as bars:
            importer = _Importer(database, lexicon, bars, settings.district)
            if found.status is ImportStatus.CLASSIFYING:
                found = await importer.proceed(found, "归集")
            if applied and found.status is ImportStatus.TRIED:
                found = await actions.apply(database, None, found.id)
            if applied and found.status is ImportStatus.WRITING:
                found = await importer.proceed(found, "写入")
        async with database.connection() as db:
            counted = await store.tally(db, found.id)
        await _show(database, found, counted, out)
        if not applied and found.status is ImportStatus.TRIED:
            await actions.discard(database, None, found.id)
        return counted

    counted = run(with_database(settings, work))
    raise SystemExit(1 if counted.faults or any(counted.outcomes[each] for each in WAITING) else 0)


@import_.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--carrier", required=True, help="载体编号。")
@click.option("--as", "login", required=True, help="以谁的名义（用户名），须能更改这处载体。")
@click.option("--apply", "applied", is_flag=True, help="写入；不加只试导。")
def units(file: Path, carrier: str, login: str, applied: bool) -> None:
    """一处载体的单元表（XLSX 或 CSV）。有要改的地方时一行也不写，退出码为 1。"""

    async def work(database: Database) -> bool:
        actor, carrier_id = await _who_and_where(database, login, carrier)
        found = sheets.unit_records(await _sheets(file))
        report = await unit_actions.import_units(database, actor, carrier_id, found, dry_run=not applied)
        for error in report.errors:
            click.echo(str(error), err=True)
        done = "已写入" if report.applied else "试导"
        click.echo(f"{done}：新增 {report.added} 个单元，更改 {report.changed} 个，不变 {report.unchanged} 个。")
        return bool(report.errors)

    raise SystemExit(1 if run(with_database(settings_of_environment(), work)) else 0)


@import_.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--carrier", required=True, help="载体编号。")
@click.option("--as", "login", required=True, help="以谁的名义（用户名），须能报告这处载体的入驻。")
@click.option("--apply", "applied", is_flag=True, help="写入；不加只试导。")
def tenancies(file: Path, carrier: str, login: str, applied: bool) -> None:
    """一处载体的入驻名册（XLSX 或 CSV）。对的行写入，错的格逐处说明，退出码为 1。"""

    async def work(database: Database) -> bool:
        actor, carrier_id = await _who_and_where(database, login, carrier)
        found = roster_records(await _sheets(file))
        today = datetime.now(tables.SHANGHAI).date()
        report = await import_roster(database, actor, carrier_id, found, day=today, dry_run=not applied)
        for error in report.errors:
            click.echo(str(error), err=True)
        counted = "，".join(f"{kind.label} {report.count(kind)} 家" for kind in LineKind)
        click.echo(f"{'已写入' if report.applied else '试导'}：{counted}。")
        return bool(report.errors)

    raise SystemExit(1 if run(with_database(settings_of_environment(), work)) else 0)


async def _who_and_where(database: Database, login: str, number: str) -> tuple[Actor, UUID]:
    async with database.connection() as db:
        actor = await people.actor_by_login(db, login)
        carrier_id = await carriers.id_by_number(db, number)
    if actor is None:
        raise Refusal(f"没有用户名为“{login}”的在岗人员。")
    if carrier_id is None:
        raise Refusal(f"没有编号为“{number}”的载体。")
    return actor, carrier_id


async def _sheets(file: Path) -> list[tables.Sheet]:
    try:
        return await tables.read(_bytes(file))
    except tables.TableUnreadable as error:
        raise WrongFile(error.message) from error


class _Importer:
    """Carries an import on, with a bar that shows how far it is."""

    def __init__(self, database: Database, lexicon: Lexicon, bars: Progress, home_district: str) -> None:
        self.database, self.lexicon, self.bars, self.home_district = database, lexicon, bars, home_district

    async def proceed(self, found: BusinessImport, name: str) -> BusinessImport:
        bar = self.bars.add_task(name, total=found.row_count)

        async def tell(done: int, total: int) -> None:
            self.bars.update(bar, completed=done, total=total)

        return await actions.proceed(self.database, self.lexicon, found.id, tell, home_district=self.home_district)


async def _begin(database: Database, file: Path, district_code: str | None) -> BusinessImport:
    try:
        rows: Iterable[NewRow] = await read_workbook(_bytes(file)) if is_workbook(file) else read_csv(file)
        return await actions.begin(
            database, None, district_code=district_code, file_name=file.name, sha256=_hash(file), rows=rows
        )
    except (NotSuchATable, tables.UnknownLayout, tables.TableUnreadable) as error:
        raise WrongFile(error.message) from error


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _bytes(file: Path) -> bytes:
    return file.read_bytes()


async def _show(database: Database, found: BusinessImport, counted: Tally, out: Path | None) -> None:
    written = found.status is ImportStatus.DONE
    drawn = Table(title=f"{found.file_name}：{'已写入' if written else '试导，没有改动登记'}", title_justify="left")
    drawn.add_column("结果")
    drawn.add_column("家数", justify="right")
    for outcome in Outcome:
        drawn.add_row(outcome.label, f"{counted.outcomes[outcome]:,}")
    drawn.add_row("不能处理的行", f"{counted.faults:,}")
    if counted.renamed:
        drawn.add_row("其中更名", f"{counted.renamed:,}")
    console.print(drawn)
    classes = "，".join(f"{name} 级 {count:,}" for name, count in counted.classes.items())
    console.print(f"共 {found.row_count:,} 行；{classes}。")
    if out is None:
        async with database.connection() as db:
            for row in await store.out_rows(db, found.id, limit=SHOWN_OUT):
                click.echo(f"第 {row.line} 行 {row.name} {row.address}：{row.label}，{row.why}", err=True)
    else:
        await _write_out(database, found.id, out)


async def _write_out(database: Database, import_id: UUID, out: Path) -> None:
    """Every line that did not come to a unit, a page at a time."""
    after = 0
    with closing(out.open("w", encoding="utf-8-sig", newline="")) as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(["行", "企业名称", "统一社会信用代码", "住所", "结果", "原因"])
        while True:
            async with database.connection() as db:
                rows = await store.out_rows(db, import_id, after=after, limit=1000)
            if not rows:
                return
            writer.writerows([row.line, row.name, row.uscc, row.address, row.label, row.why] for row in rows)
            after = rows[-1].line
