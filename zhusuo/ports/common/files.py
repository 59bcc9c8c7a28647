"""文件: what a page hands out to be saved: tables as XLSX or CSV, receipts as PDF."""

import asyncio
import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from litestar import Response

from zhusuo.carriers.tables import workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
