"""The file of a register: what its columns mean, what is wrong with a line. CSV as a stream, the rest in a child."""

import asyncio
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

from stdnum.cn import uscc as credit_codes

from zhusuo.businesses.model import NewRow
from zhusuo.carriers import tables
from zhusuo.carriers.entry import day_of_cell
from zhusuo.carriers.tables import Column, Sheet
from zhusuo.lookup.csv_rows import CsvFault, csv_table

MOST_ROWS, MOST_BYTES = 200_000, 50 << 20
"""In a workbook; a CSV is read as a stream and may be as long as it likes."""
NAME_LIMIT, ADDRESS_LIMIT = 120, 200

COLUMNS = (
    Column(key="name", name="企业名称", others="名称 主体名称 市场主体名称 经营主体名称 企业 单位名称 字号名称 name"),
    Column(key="uscc", name="统一社会信用代码", others="信用代码 社会信用代码 统一信用代码 代码 uscc"),
    Column(key="address", name="住所", others="地址 注册地址 登记地址 经营场所 住所经营场所 企业住所 注册住所 address"),
    Column(key="registered_on", name="登记日期", others="成立日期 注册日期 核准日期 设立日期 registered_on"),
    Column(key="status", name="登记状态", others="经营状态 企业状态 状态 主体状态 status"),
)
NEEDED = ("name", "uscc", "address")
DEREGISTERED = ("注销", "迁出", "撤销")


def read_csv(path: Path) -> Iterator[NewRow]:
    """Every line under the header; raises NotSuchATable, UnknownLayout."""
    with csv_table(path) as table:
        places = {key: x for key, (x, _) in tables.header(table.header, COLUMNS).items()}
        _check(places)
        seen: dict[str, int] = {}
        for row in table.rows:
            if isinstance(row, CsvFault):
                yield _unread(row.line, row.text)
            else:
                yield _row(row.line, {key: row.cells[x] for key, x in places.items()}, seen)


async def read_workbook(data: bytes) -> Iterator[NewRow]:
    """The same out of an XLSX, XLS or ODS, opened in a child; raises TooLarge, TableUnreadable, UnknownLayout."""
    return read_sheets(await tables.read(data, most_rows=MOST_ROWS, most_bytes=MOST_BYTES))


def read_sheets(sheets: Sequence[Sheet]) -> Iterator[NewRow]:
    """Every row under the first header that has the needed columns; raises UnknownLayout."""
    found = tables.records(sheets, COLUMNS, ("uscc",))
    places = {key for record in found.rows[:1] for key in record.places}
    if found.rows:
        _check(places)
    seen: dict[str, int] = {}
    for error in found.errors:
        yield _unread(error.row, error.text)
    faulty = {error.row for error in found.errors}
    for record in found.rows:
        if record.row not in faulty:
            yield _row(record.row, record.cells, seen)


def _unread(line: int, fault: str) -> NewRow:
    return NewRow(line=line, name="", uscc="", address="", registered_on=None, deregistered=False, fault=fault)


async def read_bytes(data: bytes) -> list[NewRow]:
    """Any such file that somebody sent, whole; raises what the two above raise."""
    if data.startswith(tables.WORKBOOKS):
        return await asyncio.to_thread(list, await read_workbook(data))
    return await asyncio.to_thread(_of_csv, data)


def _of_csv(data: bytes) -> list[NewRow]:
    with NamedTemporaryFile(suffix=".csv") as file:
        file.write(data)
        file.flush()
        return list(read_csv(Path(file.name)))


def is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in tables.WORKBOOKS


def _check(places: Collection[str]) -> None:
    names = {column.key: column.name for column in COLUMNS}
    missing = [names[key] for key in NEEDED if key not in places]
    if missing:
        raise tables.UnknownLayout(wanted="、".join(missing))


def _row(line: int, cells: Mapping[str, str], seen: dict[str, int]) -> NewRow:
    told = {key: text.replace("\0", "").strip() for key, text in cells.items()}
    uscc = credit_codes.compact(unicodedata.normalize("NFKC", told.get("uscc", ""))).upper()
    registered_on, sure = _day(told.get("registered_on", ""))
    row = NewRow(
        line=line,
        name=told.get("name", "")[:NAME_LIMIT],
        uscc=uscc[:40],
        address=told.get("address", "")[:ADDRESS_LIMIT],
        registered_on=registered_on,
        deregistered=any(word in told.get("status", "") for word in DEREGISTERED),
    )
    fault = _fault(row, seen, sure, told.get("registered_on", ""))
    if not fault:
        seen[uscc] = line
    return replace(row, fault=fault)


def _fault(row: NewRow, seen: dict[str, int], sure: bool, written_day: str) -> str:
    if not row.name:
        return "没有企业名称"
    if not row.uscc:
        return "没有统一社会信用代码"
    if not credit_codes.is_valid(row.uscc):
        return f"统一社会信用代码“{row.uscc}”不对，请核对 18 位代码"
    if row.uscc in seen:
        return f"与第 {seen[row.uscc]} 行是同一个统一社会信用代码，只按第 {seen[row.uscc]} 行办理"
    if not row.address and not row.deregistered:
        return "没有住所"
    if not sure:
        return f"“{written_day}”不是日期，请写成 2026-11-22"
    return ""


def _day(text: str) -> tuple[date | None, bool]:
    """The day, and whether it could be read; an empty cell says nothing, which is right too."""
    found = day_of_cell(text) if text else None
    return found, not text or found is not None
