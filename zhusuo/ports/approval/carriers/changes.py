"""载体变动: from a day on a carrier has another name, another gate, or stands no longer; or it was entered wrongly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo.carriers import actions, carrier_history
from zhusuo.carriers import store as carrier_store
from zhusuo.carriers.divisions import subdistricts_of
from zhusuo.carriers.model import CarrierKind
from zhusuo.changes.carriers import StillInUse, retire_carrier
from zhusuo.db import Database
from zhusuo.errors import Invalid, NotFound
from zhusuo.people.model import Actor
from zhusuo.ports.approval.carriers import reads
from zhusuo.ports.common.forms import a_day, again, chosen, whole
from zhusuo.ports.common.pages import go, page

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
KINDS = [(kind.value, kind.label) for kind in CarrierKind]
DONE = {
    "rename": "已更名，旧名称仍能查到这里。",
    "renumber": "门牌已变更，旧地址仍能查到这里。",
    "retire": "载体已注销，记录仍保留。",
    "correct": "已更正。",
}


@dataclass
class ChangeForm:
    what: str = ""
    version: str = ""
    on: str = ""
    name: str = ""
    address_id: str = ""
    address: str = ""
    successor: str = ""
    kind: str = ""
    subdistrict_code: str = ""
    floors_above: str = ""
    floors_below: str = ""
    sharing_allowed: str = ""


@get("/approval/carriers/{carrier_id:uuid}/changes", name="approval.carrier_changes")
async def changes_page(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    done: FromQuery[str] = "",
) -> Template:
    return await _page(request, database, actor, carrier_id, day, ChangeForm(), {}, DONE.get(done, ""))


async def _page(
    request: Asked,
    database: Database,
    actor: Actor,
    carrier_id: UUID,
    day: date,
    form: ChangeForm,
    errors: Mapping[str, str],
    done: str = "",
) -> Template:
    async with database.connection() as db:
        carrier = await carrier_store.by_id_for(db, actor, carrier_id)
        if carrier is None:
            raise NotFound
        addresses = await carrier_store.addresses(db, carrier_id)
        given = {
            "facts": await carrier_history.of_carrier(db, carrier_id),
            "addresses": [(str(each.id), each.text) for each in addresses if each.ends_on is None],
            "subdistricts": [(each.code, each.name) for each in await subdistricts_of(db, actor.district_code)],
        }
    given |= {"carrier": carrier, "day": day, "form": form, "errors": errors, "done": done, "kinds": KINDS}
    return page(request, "approval/carrier_changes.html", **given)


@post("/approval/carriers/{carrier_id:uuid}/changes", name="approval.change_carrier", status_code=303)
async def change(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[ChangeForm, URL_ENCODED],
) -> Template | Redirect:
    """更名, 变更门牌, 注销 or 更正."""
    try:
        await _do(database, actor, carrier_id, day, data)
    except (Invalid, StillInUse) as refusal:
        errors = refusal.fields if isinstance(refusal, Invalid) else {"retire": refusal.message}
        return again(await _page(request, database, actor, carrier_id, day, data, errors))
    return go(f"/approval/carriers/{carrier_id}/changes?done={data.what}")


async def _do(database: Database, actor: Actor, carrier_id: UUID, day: date, form: ChangeForm) -> None:
    on = a_day(form.on, "on") or day
    if form.what == "renumber":
        address_id = chosen(UUID, form.address_id, "address_id", "请选择哪个地址变了。")
        await actions.renumber_carrier(database, actor, carrier_id, address_id, form.address, on=on, day=day)
        return
    version = chosen(int, form.version, "name", "页面已过时，请刷新后再办。")
    if form.what == "rename":
        await actions.rename_carrier(database, actor, carrier_id, version, form.name, on=on, day=day)
    elif form.what == "retire":
        successor_id = await _successor(database, actor, form.successor.strip().upper())
        await retire_carrier(database, actor, carrier_id, version, on=on, day=day, successor_id=successor_id)
    elif form.what == "correct":
        await _correct(database, actor, carrier_id, version, form)
    else:
        raise Invalid({"what": "请选择要办哪一项。"})


async def _correct(database: Database, actor: Actor, carrier_id: UUID, version: int, form: ChangeForm) -> None:
    await actions.correct_carrier(
        database,
        actor,
        carrier_id,
        version,
        kind=chosen(CarrierKind, form.kind, "kind", "请选择载体类型。"),
        name=form.name,
        subdistrict_code=form.subdistrict_code,
        sharing_allowed=bool(form.sharing_allowed),
        floors_above=whole(form.floors_above, "floors_above"),
        floors_below=whole(form.floors_below, "floors_below"),
    )


async def _successor(database: Database, actor: Actor, number: str) -> UUID | None:
    if not number:
        return None
    async with database.connection() as db:
        found = await reads.carrier_by_number(db, actor, number)
    if found is None:
        raise Invalid({"successor": "本区没有这个编号的载体，请填载体目录里的编号，例如 ZT000012。"})
    return found


doors = [changes_page, change]
