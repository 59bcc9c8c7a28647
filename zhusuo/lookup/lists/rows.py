"""The file of a list: any table with a column of addresses. A CSV as a stream, the rest in a child."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from zhusuo.carriers import tables
from zhusuo.carriers.tables import Column
from zhusuo.errors import TooLarge
from zhusuo.lookup.csv_rows import CsvFault, csv_table
from zhusuo.lookup.lists.model import NewListRow

MOST_ROWS, MOST_BYTES = 100_000, 50 << 20
MOST_COLUMNS = 60
LONGEST_CELL = 2_000
ADDRESS = Column(
    key="address",
    name="住所",
    others="地址 注册地址 登记地址 经营场所 住所经营场所 企业住所 注册住所 经营地址 详细地址 坐落 address",
)


@dataclass(frozen=True, kw_only=True)
class ListFile:
    """What a file holds: the names of its columns, which of them has the addresses, its rows."""

    header: tuple[str, ...]
    place: int
    rows: Sequence[NewListRow]


async def read_file(data: bytes) -> ListFile:
    """Raises TooLarge, TableUnreadable, NotSuchATable, UnknownLayout."""
    if len(data) > MOST_BYTES:
        raise TooLarge(f"文件超过 {MOST_BYTES >> 20} MB，请分成几份。")
    if data.startswith(tables.WORKBOOKS):
        sheets = await tables.read(data, most_rows=MOST_ROWS + tables.HEADER_WITHIN, most_bytes=MOST_BYTES)
        return await asyncio.to_thread(_of_sheets, sheets)
    return await asyncio.to_thread(_of_csv, data)


def _of_sheets(sheets: Sequence[tables.Sheet]) -> ListFile:
    for sheet in sheets:
        for at, row in enumerate(sheet.rows[: tables.HEADER_WITHIN]):
            if found := tables.header(row, [ADDRESS]):
                rows = [
                    NewListRow(line=sheet.first_row + at + 1 + further, cells=_cells(cells, len(row)))
                    for further, cells in enumerate(sheet.rows[at + 1 :])
                    if any(cells)
                ]
                return _file(row, found[ADDRESS.key][0], rows)
    raise tables.UnknownLayout(wanted=ADDRESS.name)


def _of_csv(data: bytes) -> ListFile:
    with NamedTemporaryFile(suffix=".csv") as file:
        file.write(data)
        file.flush()
        with csv_table(Path(file.name)) as table:
            found = tables.header(table.header, [ADDRESS])
            if not found:
                raise tables.UnknownLayout(wanted=ADDRESS.name)
            rows = [
                NewListRow(line=row.line, fault=row.text)
                if isinstance(row, CsvFault)
                else NewListRow(line=row.line, cells=_cells(row.cells, len(table.header)))
                for row in table.rows
            ]
            return _file(table.header, found[ADDRESS.key][0], rows)


def _file(header: Sequence[str], place: int, rows: Sequence[NewListRow]) -> ListFile:
    if len(rows) > MOST_ROWS:
        raise TooLarge(f"清单有 {len(rows):,} 行，超过 {MOST_ROWS:,} 行，请分成几份。")
    if len(header) > MOST_COLUMNS:
        raise TooLarge(f"清单有 {len(header)} 列，超过 {MOST_COLUMNS} 列，请删去用不到的列。")
    return ListFile(header=tuple(_names(header)), place=place, rows=rows)


def _names(header: Sequence[str]) -> list[str]:
    """Every column with a name of its own."""
    names: list[str] = []
    for place, cell in enumerate(header, 1):
        name = cell.replace("\0", "").strip()[:80] or f"第 {place} 列"
        names.append(f"{name}（第 {place} 列）" if name in names else name)
    return names


def _cells(cells: Sequence[str], width: int) -> tuple[str, ...]:
    told = [cell.replace("\0", "")[:LONGEST_CELL] for cell in cells[:width]]
    return (*told, *[""] * (width - len(told)))
