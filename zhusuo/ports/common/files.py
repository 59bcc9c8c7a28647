"""文件: what a page hands out to be saved: tables as XLSX or CSV, receipts as PDF."""

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar
from urllib.parse import quote
from uuid import UUID

from litestar import Response

from zhusuo import audit
from zhusuo.carriers.tables import workbook
from zhusuo.db import Connection, Database
from zhusuo.people.model import Actor

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
MOST_ROWS = 20_000
ALL = MOST_ROWS + 1
"""How many rows to read of a list that is taken along: one more than it may have, to know whether it is cut."""
Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True)
class Listing(Generic[Row]):
    """清单: a list as it is taken along: the name it is saved under, the audit's noun for its rows, its columns."""

    name: str
    noun: str
    columns: Mapping[str, Callable[[Row], object]]

    def lines(self, rows: Iterable[Row]) -> Iterator[Sequence[object]]:
        return ([cell(row) for cell in self.columns.values()] for row in rows)


def saved(content: bytes, name: str, media_type: str) -> Response[bytes]:
    """Bytes to be saved under a name."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(content, media_type=media_type, headers=headers)


def xlsx(name: str, content: bytes) -> Response[bytes]:
    """A workbook to be saved as `name`.xlsx."""
    return saved(content, f"{name}.xlsx", XLSX)


async def sheet(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response[bytes]:
    """A table as XLSX; no text in it becomes a formula."""
    return xlsx(name, await asyncio.to_thread(workbook, name, header, list(rows)))


async def export(
    database: Database,
    actor: Actor,
    day: date,
    listing: Listing[Row],
    read: Callable[[Connection], Awaitable[Sequence[Row]]],
    *,
    carrier_id: UUID | None = None,
) -> Response[bytes]:
    """A list as XLSX, all rows that `read` finds; one that is cut says so. That it was taken out is recorded."""
    async with database.transaction() as db:
        rows = await read(db)
        await taken_out(db, actor, listing.noun, len(rows[:MOST_ROWS]), carrier_id=carrier_id)
    lines = [*listing.lines(rows[:MOST_ROWS]), *([cut(MOST_ROWS)] if len(rows) > MOST_ROWS else [])]
    return await sheet(f"{listing.name} {day}", list(listing.columns), lines)


async def taken_out(db: Connection, actor: Actor, noun: str, count: int, *, carrier_id: UUID | None = None) -> None:
    """Records that a list was taken out, and how many rows of it."""
    await audit.record(db, actor, "export", noun, "list", carrier_id=carrier_id, detail={"rows": count})


def cut(most: int) -> Sequence[object]:
    """The last line of a list of which there is more."""
    return [f"只列出前 {most:,} 行，后面还有；请筛选后分几次导出。"]


def comma_separated(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response[bytes]:
    """A table as CSV that spreadsheet programs read as UTF-8; no text in it becomes a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_cell(each) for each in row] for row in rows)
    return saved(text.getvalue().encode("utf-8-sig"), f"{name}.csv", "text/csv; charset=utf-8")


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text
