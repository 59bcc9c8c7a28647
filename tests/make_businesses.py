"""Registers of businesses for tests: valid credit codes, lines, files."""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

import xlsxwriter
from stdnum.cn import uscc as credit_codes

from tests import make
from zhusuo.businesses.model import NewRow
from zhusuo.db import Connection

HEADER = ("企业名称", "统一社会信用代码", "住所", "成立日期", "登记状态")


def uscc(number: int = 0) -> str:
    """A credit code that is valid and nobody's."""
    body = f"91310104MA{number or make.number():07}"
    return body + str(credit_codes.calc_check_digit(body))


def row(
    address: str,
    *,
    name: str = "",
    code: str = "",
    line: int = 0,
    registered_on: date | None = None,
    gone: bool = False,
) -> NewRow:
    number = line or make.number() + 1
    return NewRow(
        line=number,
        name=name or f"上海澜鹭{number}信息科技有限公司",
        uscc=code or uscc(),
        address=address,
        registered_on=registered_on,
        deregistered=gone,
    )


def csv_of(rows: Iterable[Sequence[str]], *, encoding: str = "utf-8-sig", header: Sequence[str] = HEADER) -> bytes:
    return "\r\n".join(",".join(each) for each in [header, *rows]).encode(encoding)


def xlsx_of(rows: Iterable[Sequence[object]], *, header: Sequence[str] = HEADER) -> bytes:
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    sheet = book.add_worksheet()
    for y, each in enumerate([header, *rows]):
        for x, value in enumerate(each):
            sheet.write(y, x, value)
    book.close()
    return output.getvalue()


async def split_into(db: Connection, unit_id: UUID, successor_ids: Sequence[UUID]) -> None:
    """The unit was split into these today."""
    change_id = await db.fetchval(
        """
        INSERT INTO unit_changes (carrier_id, district_code, kind, happened_on, said_by, said_at)
             SELECT carrier_id, district_code, 'split', current_date, $2, now() FROM units WHERE id = $1
          RETURNING id
        """,
        unit_id,
        (await make.actor(db, role="manager")).person_id,
    )
    await db.execute("UPDATE units SET retired_at = now() WHERE id = $1", unit_id)
    await db.executemany(
        "INSERT INTO unit_lineages (parent_id, child_id, change_id) VALUES ($1, $2, $3)",
        [(unit_id, each, change_id) for each in successor_ids],
    )
