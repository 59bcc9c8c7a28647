"""免交清单: the catalogue in use, and as a table to take along."""

from datetime import date
from itertools import groupby
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from zhusuo.db import Database
from zhusuo.ports.common import files
from zhusuo.ports.common.pages import page
from zhusuo.waivers import store
from zhusuo.waivers.model import ApprovalItem, Waiver

Asked = Request[Any, Any, Any]
HEADER = (
    "事项编码",
    "事项",
    "办理部门",
    "要求",
    "免交",
    "可以代替的备案材料",
    "适用产权情形",
    "依据",
    "来源",
    "自",
    "至",
)


@get("/approval/waivers", name="approval.waivers")
async def waivers(
    request: Asked, database: NamedDependency[Database], day: NamedDependency[date], item: FromQuery[str] = ""
) -> Template:
    async with database.connection() as db:
        catalogue = await store.newest(db)
        items = await store.items(db)
        rows = await store.current(db, item or None, day)
    return page(
        request,
        "approval/waivers.html",
        catalogue=catalogue,
        items=items,
        groups=_by_item(items, rows),
        item=item,
        day=day,
    )


def _by_item(items: list[ApprovalItem], rows: list[Waiver]) -> list[tuple[ApprovalItem, list[Waiver]]]:
    found = {code: list(group) for code, group in groupby(sorted(rows, key=_code), key=_code)}
    return [(item, found[item.code]) for item in items if item.code in found]


def _code(waiver: Waiver) -> str:
    return waiver.item_code


@get("/approval/waivers.csv", name="approval.waivers_csv")
async def waivers_csv(database: NamedDependency[Database], day: NamedDependency[date]) -> Response[bytes]:
    async with database.connection() as db:
        catalogue = await store.newest(db)
        items = {item.code: item for item in await store.items(db)}
        rows = await store.current(db, None, day)
    number = catalogue.number if catalogue else 0
    lines = [_line(items[row.item_code], row) for row in rows]
    return files.comma_separated(f"免交清单 第 {number} 版", HEADER, lines)


def _line(item: ApprovalItem, row: Waiver) -> tuple[object, ...]:
    return (
        item.code,
        item.name,
        item.department,
        row.name,
        "免交" if row.waived else "要交",
        "、".join(kind.label for kind in row.evidence),
        "、".join(situation.label for situation in row.title_situations),
        row.legal_basis,
        row.source,
        row.begins_on,
        row.ends_on,
    )


doors = [waivers, waivers_csv]
