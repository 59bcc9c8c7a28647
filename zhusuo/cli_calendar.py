"""`zhusuo calendar`: holidays and worked weekends of a year, as they are announced."""

import csv
import io
from pathlib import Path

import click

from zhusuo.console import WrongFile, console, run, settings_of_environment, with_database
from zhusuo.db import Database
from zhusuo.dossiers import holidays
from zhusuo.dossiers.calendar import CalendarDay, parse
from zhusuo.errors import Invalid


@click.group()
def calendar() -> None:
    """工作日历：放假和调休上班的日子，期限按它计算。"""


@calendar.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="", help="依据，例如国务院办公厅通知的文号；不写用文件名。")
def import_(file: Path, source: str) -> None:
    """导入一年或几年的放假安排：CSV，表头为“日期,安排,名称”，安排写“休”或“班”。同一年的以这一份为准。"""
    days = _days(file)

    async def take_in(database: Database) -> holidays.Imported:
        return await holidays.import_days(database, None, days, source or file.name)

    done: holidays.Imported = run(with_database(settings_of_environment(), take_in))
    years = "、".join(f"{year} 年" for year in done.years)
    console.print(
        f"{years}：共 {done.day_count} 天，新增或更改 {done.changed_count} 天，去掉 {done.removed_count} 天。"
        "已告知当事人的期限不变。"
    )


def _days(file: Path) -> list[CalendarDay]:
    try:
        return parse(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    except UnicodeDecodeError as error:
        raise WrongFile("文件不是 UTF-8 编码的 CSV，请另存为 UTF-8 后再导入。") from error
    except Invalid as invalid:
        raise WrongFile("\n".join(invalid.fields.values())) from invalid
