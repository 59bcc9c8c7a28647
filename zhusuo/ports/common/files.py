"""文件: what a page hands out to be saved: tables as XLSX or CSV, receipts as PDF."""

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response

from zhusuo import audit
from zhusuo.carriers.model import CarrierKind
from zhusuo.carriers.tables import Book, workbook
from zhusuo.db import Connection, Database
from zhusuo.dossiers.calendar import SHANGHAI
from zhusuo.dossiers.model import FilingStatus
from zhusuo.people.model import Actor, OrganisationKind, Role

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
MOST_ROWS = 20_000
ALL = MOST_ROWS + 1
"""How many rows to read of a list that is taken along: one more than it may have, to know whether it is cut."""
PAGE_ROWS = 2_000
MOST_LONG = 500_000
"""How long a list may be that is written page by page."""
Row = TypeVar("Row")
Asked = Request[Any, Any, Any]
FILTERS = {
    "q": "查找",
    "status": "状态",
    "kind": "类型",
    "subdistrict": "街镇",
    "carrier": "载体",
    "filed": "备案",
    "view": "视图",
    "tab": "标签",
    "cause": "来由",
    "level": "风险",
    "applicant": "企业",
    "case": "案件编号",
    "item": "事项",
    "role": "岗位",
    "of": "机构",
    "noun": "对象",
    "noun_id": "对象编号",
    "action": "动作",
    "person": "人员",
}
"""What the first sheet calls the filters of our lists; one that is not here by its own name."""
VALUES: dict[str, str] = {
    **{each.value: each.label for kinds in (CarrierKind, FilingStatus, OrganisationKind, Role) for each in kinds},
    "yes": "是",
    "no": "否",
    "mine": "我的",
    "open": "未完成",
    "high": "高",
    "middle": "中",
}


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


async def sheet(
    name: str, header: Sequence[str], rows: Iterable[Sequence[object]], about: Sequence[tuple[str, object]] = ()
) -> Response[bytes]:
    """A table as XLSX; no text in it becomes a formula."""
    return xlsx(name, await asyncio.to_thread(workbook, name, header, list(rows), about))


async def export(
    database: Database,
    actor: Actor,
    day: date,
    listing: Listing[Row],
    read: Callable[[Connection], Awaitable[Sequence[Row]]],
    *,
    request: Asked,
    carrier_id: UUID | None = None,
) -> Response[bytes]:
    """A list as XLSX, all rows that `read` finds; one that is cut says so. That it was taken out is recorded.

    The first sheet says when, by whom and how it was narrowed: by the query of the `request`.
    """
    async with database.transaction() as db:
        rows = await read(db)
        await taken_out(db, actor, listing.noun, len(rows[:MOST_ROWS]), carrier_id=carrier_id)
    lines = [*listing.lines(rows[:MOST_ROWS]), *([cut(MOST_ROWS)] if len(rows) > MOST_ROWS else [])]
    told = about(listing.name, actor, request, len(rows[:MOST_ROWS]))
    return await sheet(f"{listing.name} {day}", list(listing.columns), lines, told)


async def export_long(
    database: Database,
    actor: Actor,
    day: date,
    listing: Listing[Row],
    read: Callable[[Connection, Row | None], Awaitable[Sequence[Row]]],
    *,
    request: Asked,
) -> Response[bytes]:
    """The same for a list of any length: `read` gives the at most PAGE_ROWS rows behind one; no more of them than that
    is in memory at a time.
    """
    book = Book(f"{listing.name} {day}", list(listing.columns), long=True, about=True)
    count, last, is_cut = 0, None, False
    async with database.transaction() as db:
        while rows := await read(db, last):
            await asyncio.to_thread(book.add, listing.lines(rows))
            count, last = count + len(rows), rows[-1]
            is_cut = count >= MOST_LONG
            if is_cut or len(rows) < PAGE_ROWS:
                break
        await taken_out(db, actor, listing.noun, count)
    if is_cut:
        book.add([cut(MOST_LONG)])
    book.say(about(listing.name, actor, request, count))
    return xlsx(f"{listing.name} {day}", await asyncio.to_thread(book.close))


def about(name: str, actor: Actor, request: Asked, count: int) -> list[tuple[str, object]]:
    """What the first sheet of a list says."""
    narrowed = [(FILTERS.get(key, key), value) for key, value in request.query_params.items() if value]
    return [
        ("清单", name),
        ("导出时间", f"{datetime.now(SHANGHAI):%Y-%m-%d %H:%M}"),
        ("导出人", f"{actor.organisation} {actor.name}"),
        ("行数", f"{count:,}"),
        *((f"筛选：{word}", VALUES.get(value, value)) for word, value in narrowed),
        *([] if narrowed else [("筛选", "没有筛选，全部列出")]),
    ]


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
