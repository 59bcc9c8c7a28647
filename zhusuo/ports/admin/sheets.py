"""系统管理的清单: the administrator's lists as tables, as they are on the pages."""

import asyncio
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery

from zhusuo.carriers.tables import Book
from zhusuo.db import Connection, Database
from zhusuo.people.model import Actor
from zhusuo.ports.admin import reads
from zhusuo.ports.admin.words import ACTIONS, NOUNS, SCOPES, TASK_STATUSES, TASKS
from zhusuo.ports.common import files
from zhusuo.ports.common.forms import chosen

Asked = Request[Any, Any, Any]
MOST_ENTRIES = 100_000
STRETCH = 2_000
"""So many entries are read and written at a time."""


class MayBeDisabled(Protocol):
    @property
    def disabled_at(self) -> object: ...


def _in_use(row: MayBeDisabled) -> str:
    return "已停用" if row.disabled_at else "在用"


ORGANISATIONS: files.Listing[reads.OrganisationRow] = files.Listing(
    name="机构",
    noun="organisation",
    columns={
        "名称": lambda row: row.name,
        "类型": lambda row: row.kind.label,
        "统一社会信用代码": lambda row: row.uscc,
        "管辖": lambda row: "：".join(filter(None, (row.district, "、".join(row.subdistricts)))),
        "人员": lambda row: row.person_count,
        "状态": _in_use,
    },
)
PEOPLE: files.Listing[reads.PersonRow] = files.Listing(
    name="人员",
    noun="person",
    columns={
        "姓名": lambda row: row.name,
        "窗口": lambda row: row.desk,
        "用户名": lambda row: row.login,
        "岗位": lambda row: row.role.label,
        "机构": lambda row: row.organisation,
        "最近使用": lambda row: row.seen_at or "从未登录",
        "状态": _in_use,
    },
)
CLIENTS: files.Listing[reads.ClientRow] = files.Listing(
    name="接入系统",
    noun="client",
    columns={
        "名称": lambda row: row.name,
        "机构": lambda row: row.organisation,
        "权限": lambda row: "、".join(SCOPES.get(scope, scope) for scope in row.scopes),
        "次数上限（每分钟）": lambda row: row.quota_per_minute,
        "站点": lambda row: row.origin,
        "令牌启用": lambda row: row.created_at,
        "最近更换": lambda row: row.rotated_at,
        "工号对应": lambda row: "；".join(f"{each['clerk']} 是{each['person']}" for each in row.clerks),
        "状态": _in_use,
    },
)
CARRIERS: files.Listing[reads.CarrierRow] = files.Listing(
    name="载体",
    noun="carrier",
    columns={
        "编号": lambda row: row.number,
        "名称": lambda row: row.name,
        "类型": lambda row: row.kind.label,
        "街镇": lambda row: row.subdistrict,
        "单元": lambda row: row.unit_count,
        "管理单位": lambda row: row.manager or "未认领",
    },
)
ENTRIES: files.Listing[reads.EntryRow] = files.Listing(
    name="留痕",
    noun="audit_entry",
    columns={
        "时间": lambda row: row.at,
        "谁": lambda row: row.who,
        "机构": lambda row: row.organisation,
        "做了什么": lambda row: ACTIONS.get(row.action, row.action),
        "对象": lambda row: NOUNS.get(row.noun, row.noun),
        "对象名称": lambda row: row.named,
        "对象编号": lambda row: row.noun_id,
        "载体": lambda row: row.carrier,
        "受理编号": lambda row: row.case_number,
        "封存": lambda row: "已封存" if row.sealed else "待封存",
    },
)
UNFINISHED: files.Listing[reads.TaskRow] = files.Listing(
    name="后台任务",
    noun="task",
    columns={
        "任务": lambda row: TASKS.get(row.kind, row.kind),
        "材料": lambda row: row.file_name,
        "状态": lambda row: TASK_STATUSES[row.status],
        "试过次数": lambda row: row.attempts,
        "原因": lambda row: row.last_error,
        "提出时间": lambda row: row.created_at,
    },
)


@get("/admin/organisations.xlsx", name="admin.organisations_xlsx")
async def organisations(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    q: FromQuery[str] = "",
) -> Response[bytes]:
    return await files.export(
        database, actor, day, ORGANISATIONS, lambda db: reads.organisations(db, q, limit=files.ALL), request=request
    )


@get("/admin/people.xlsx", name="admin.people_xlsx")
async def people(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    q: FromQuery[str] = "",
    organisation_id: FromQuery[str] = "",
) -> Response[bytes]:
    of = chosen(UUID, organisation_id, "organisation_id", "没有这个机构。") if organisation_id else None
    return await files.export(
        database, actor, day, PEOPLE, lambda db: reads.people(db, q, of, limit=files.ALL), request=request
    )


@get("/admin/clients.xlsx", name="admin.clients_xlsx")
async def clients(
    request: Asked, database: NamedDependency[Database], actor: NamedDependency[Actor], day: NamedDependency[date]
) -> Response[bytes]:
    return await files.export(database, actor, day, CLIENTS, reads.clients, request=request)


@get("/admin/carriers.xlsx", name="admin.carriers_xlsx")
async def carriers(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    q: FromQuery[str] = "",
) -> Response[bytes]:
    return await files.export(
        database, actor, day, CARRIERS, lambda db: reads.carriers(db, q, limit=files.ALL), request=request
    )


@get("/admin/tasks.xlsx", name="admin.tasks_xlsx")
async def tasks(
    request: Asked, database: NamedDependency[Database], actor: NamedDependency[Actor], day: NamedDependency[date]
) -> Response[bytes]:
    return await files.export(
        database, actor, day, UNFINISHED, lambda db: reads.tasks(db, limit=files.ALL), request=request
    )


@get("/admin/audit.xlsx", name="admin.audit_xlsx")
async def audit(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    noun_id: FromQuery[str] = "",
) -> Response[bytes]:
    """The newest entries; taking them out is an entry itself, behind those that are taken."""
    name = f"{ENTRIES.name} {day}"
    book = Book(name, list(ENTRIES.columns), long=True, about=True)
    async with database.transaction() as db:
        count = await _fill(db, book, noun_id)
        await files.taken_out(db, actor, ENTRIES.noun, count)
    book.say(files.about(ENTRIES.name, actor, request, count))
    return files.xlsx(name, await asyncio.to_thread(book.close))


async def _fill(db: Connection, book: Book, noun_id: str) -> int:
    """A stretch at a time, so that a long trail takes no more memory than a short one; how many entries it wrote."""
    count, after = 0, None
    while rows := await reads.entries(db, after, noun_id, limit=min(STRETCH, MOST_ENTRIES - count)):
        await asyncio.to_thread(book.add, ENTRIES.lines(rows))
        count, after = count + len(rows), rows[-1].id
    if count == MOST_ENTRIES and await reads.entries(db, after, noun_id, limit=1):
        book.add([files.cut(MOST_ENTRIES)])
    return count


doors: list[HTTPRouteHandler] = [organisations, people, clients, carriers, audit, tasks]
