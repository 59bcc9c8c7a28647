"""查询的门: an address with its verdict, a unit, a lease against the papers on file, the waivers and their items."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter

from storage.store import Store
from zhusuo import audit
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.db import Database
from zhusuo.dossiers import uploads
from zhusuo.dossiers.model import Purpose
from zhusuo.lookup.roads import Roads
from zhusuo.people.actions import acting_for
from zhusuo.people.model import Actor
from zhusuo.ports.api import reads
from zhusuo.ports.api.answers import (
    DocumentAnswer,
    Item,
    ItemPage,
    LeaseAnswer,
    LeaseOfBatch,
    LeasePage,
    Lookup,
    UnitAnswer,
    WaiverBrief,
    WaiverPage,
)
from zhusuo.ports.api.problems import problems
from zhusuo.ports.api.questions import (
    AddressAsked,
    CarrierAsked,
    ChooserAsked,
    DayAsked,
    ItemAsked,
    KnownAtAsked,
    LeaseBatch,
    LeasePurpose,
    LeaseQuestion,
    NameAsked,
    OnAsked,
    PickAsked,
)
from zhusuo.ports.common.app import today
from zhusuo.ports.common.asking import ask
from zhusuo.ports.common.documents import raw_body
from zhusuo.settings import Settings
from zhusuo.waivers import store as waivers

READING_SECONDS = "3"
"""When to ask again for a lease that is being read."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What a lookup needs, in one piece: Litestar makes a task of its own for each dependency, and this path is hot."""

    database: Database
    lexicon: Lexicon
    roads: Roads
    actor: Actor


def who_asks(request: Request[Any, Any, Any]) -> Asking:
    given = request.app.state
    actor: Actor = request.scope["state"]["actor"]
    return Asking(database=given.database, lexicon=given.lexicon, roads=given.roads, actor=actor)


@get(
    "/api/v1/lookup",
    name="api.lookup",
    tags=["查询"],
    summary="查一个地址：标准地址、单元、结论",
    description="写法不限。A、B 类给出唯一的单元和结论；C 类给候选，用 `pick` 选定后再查；N 类没有备案。"
    "带 `clerk` 的选定会记为待核定的地址更正，不带的不记。"
    "同址的其他企业只给户数，不给名称。",
    responses=problems(422),
    dependencies={"asking": Provide(who_asks, sync_to_thread=False)},
)
async def lookup(
    asking: NamedDependency[Asking],
    address: AddressAsked,
    item: ItemAsked = "",
    on: DayAsked = None,
    pick: PickAsked = None,
    clerk: ChooserAsked = "",
) -> Lookup:
    actor = await acting_for(asking.database, asking.actor, clerk) if clerk else asking.actor
    answer = await ask(asking.database, asking.lexicon, actor, address, item, on or today(), pick, roads=asking.roads)
    return Lookup.of(answer)


@get(
    "/api/v1/units/{unit_id:uuid}",
    name="api.unit",
    tags=["查询"],
    summary="一个单元现在的情形，或某一天、按某一刻所知道的",
    responses=problems(404),
)
async def unit(
    unit_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    on: OnAsked = None,
    known_at: KnownAtAsked = None,
) -> UnitAnswer:
    async with database.connection() as db:
        return await reads.unit(db, actor, unit_id, day, on, known_at)


@post(
    "/api/v1/documents",
    name="api.upload",
    status_code=201,
    tags=["租赁合同"],
    summary="上传租赁合同（原始字节）",
    description="请求体就是文件本身（PDF、JPEG、PNG、TIFF）。按内容去重：同样的文件再传一次，得到同一个编号，"
    "因此不需要 Idempotency-Key。上传后在后台识别。",
    responses=problems(404, 409, 413),
    request_max_body_size=None,
)
async def upload(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    store: NamedDependency[Store],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    purpose: LeasePurpose,
    carrier_id: CarrierAsked,
    name: NameAsked,
) -> DocumentAnswer:
    received = await uploads.receive(
        database, store, settings, actor, Purpose(purpose), carrier_id, name, raw_body(request)
    )
    return DocumentAnswer.of(received.document)


@post(
    "/api/v1/leases/checks",
    name="api.check_lease",
    status_code=200,
    tags=["租赁合同"],
    summary="核对租赁合同：出租方的权利、单元、面积、租期、转租、签章",
    description="合同还在识别时 `status` 为 pending，过 `Retry-After` 秒用同样的内容再问。"
    "没有读出来的不算相符，会列为要人工看的一处。",
    responses=problems(404, 422),
)
async def check_lease(
    database: NamedDependency[Database],
    lexicon: NamedDependency[Lexicon],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: JSONBody[LeaseQuestion],
) -> Response[LeaseAnswer]:
    async with database.transaction() as db:
        document, answer = await reads.lease_check(db, lexicon, actor, data, day)
        await audit.record(db, actor, "check_lease", "document", document.id, carrier_id=document.carrier_id)
    return Response(answer, headers={"Retry-After": READING_SECONDS} if answer.status == "pending" else {})


@post(
    "/api/v1/leases/checks/batch",
    name="api.check_leases",
    status_code=200,
    tags=["租赁合同"],
    summary="一次核对几份租赁合同，逐份给出结论",
    description="每份的问法、答复同 `POST /leases/checks`，次序照问的次序。",
    responses=problems(404, 422),
)
async def check_leases(
    database: NamedDependency[Database],
    lexicon: NamedDependency[Lexicon],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: JSONBody[LeaseBatch],
) -> LeasePage:
    checked = []
    async with database.transaction() as db:
        for asked in data.checks:
            document, answer = await reads.lease_check(db, lexicon, actor, asked, day)
            await audit.record(db, actor, "check_lease", "document", document.id, carrier_id=document.carrier_id)
            checked.append(LeaseOfBatch(document_id=document.id, check=answer))
    return LeasePage(checks=checked)


@get(
    "/api/v1/items",
    name="api.items",
    tags=["免交清单"],
    summary="全部审批事项",
    responses=problems(),
)
async def items(database: NamedDependency[Database]) -> ItemPage:
    async with database.connection() as db:
        catalogue = await waivers.newest(db)
        found = await waivers.items(db)
    return ItemPage(catalogue=catalogue.number if catalogue else 0, items=[Item.of(each) for each in found])


@get(
    "/api/v1/waivers",
    name="api.waivers",
    tags=["免交清单"],
    summary="免交清单：哪个事项的哪项要求由在档材料免交，依据什么",
    responses=problems(),
)
async def waivers_of(
    database: NamedDependency[Database],
    day: NamedDependency[date],
    item: Annotated[str | None, QueryParameter(description="事项代码；不写为全部", max_length=40)] = None,
    on: DayAsked = None,
) -> WaiverPage:
    async with database.connection() as db:
        catalogue = await waivers.newest(db)
        found = await waivers.current(db, item, on or day)
    return WaiverPage(
        catalogue=catalogue.number if catalogue else 0,
        day=on or day,
        waivers=[WaiverBrief.of(each) for each in found],
    )
