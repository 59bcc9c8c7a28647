"""载体目录: find a carrier, enter one, read its dossier in every version, begin a filing for who brings paper."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo import flags
from zhusuo.addresses.characters import normal
from zhusuo.addresses.keys import search_key
from zhusuo.carriers import actions
from zhusuo.carriers import store as carrier_store
from zhusuo.carriers.divisions import subdistricts_of
from zhusuo.carriers.model import CarrierKind, ManagementStatus, NewCarrier
from zhusuo.db import Database
from zhusuo.dossiers import actions as filings
from zhusuo.dossiers import review, scope
from zhusuo.dossiers import store as dossiers
from zhusuo.dossiers.model import TitleSituation
from zhusuo.errors import Invalid, NotFound
from zhusuo.people.model import Actor
from zhusuo.ports.approval.carriers import reads
from zhusuo.ports.common import cards, files
from zhusuo.ports.common.chain_reads import chain_of
from zhusuo.ports.common.components import left
from zhusuo.ports.common.forms import again, chosen, whole
from zhusuo.ports.common.pages import go, page
from zhusuo.registrations import watching

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
KINDS = [(kind.value, kind.label) for kind in CarrierKind]


@dataclass
class CarrierForm:
    kind: str = ""
    name: str = ""
    subdistrict_code: str = ""
    address: str = ""
    aliases: str = ""
    floors_above: str = ""
    floors_below: str = ""
    sharing_allowed: str = ""

    @property
    def new(self) -> NewCarrier:
        return NewCarrier(
            kind=chosen(CarrierKind, self.kind, "kind", "请选择载体类型。"),
            name=self.name,
            address=self.address,
            subdistrict_code=self.subdistrict_code,
            aliases=tuple(filter(None, (each.strip() for each in self.aliases.replace("，", "、").split("、")))),
            sharing_allowed=bool(self.sharing_allowed),
            floors_above=whole(self.floors_above, "floors_above"),
            floors_below=whole(self.floors_below, "floors_below"),
        )


@dataclass
class BehalfForm:
    on_behalf_of: str = ""


@dataclass
class ReasonForm:
    reason: str = ""


@get("/approval/carriers", name="approval.carriers")
async def carriers(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    q: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    subdistrict: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Template:
    async with database.connection() as db:
        found = await reads.carriers(
            db, actor, key=_key(q), kind=kind, subdistrict=subdistrict, after=after, limit=reads.PAGE + 1
        )
        subdistricts = [(each.code, each.name) for each in await subdistricts_of(db, actor.district_code)]
    rows = found[: reads.PAGE]
    return page(
        request,
        "approval/carriers.html",
        rows=rows,
        after=rows[-1].name if len(found) > reads.PAGE else None,
        q=q,
        kind=kind,
        kinds=KINDS,
        subdistrict=subdistrict,
        subdistricts=subdistricts,
        day=day,
    )


def _key(text: str) -> str:
    """What was typed as the directory of terms knows it; a character nobody has for what is no term at all."""
    return (search_key(normal(text)[0]) or "\x7f") if text.strip() else ""


@get("/approval/carriers.xlsx", name="approval.carriers_xlsx")
async def carriers_xlsx(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    q: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    subdistrict: FromQuery[str] = "",
) -> Response[bytes]:
    return await files.export(
        database,
        actor,
        day,
        _listing(day),
        lambda db: reads.carriers(db, actor, key=_key(q), kind=kind, subdistrict=subdistrict, limit=files.ALL),
        request=request,
    )


def _listing(day: date) -> files.Listing[reads.CarrierRow]:
    return files.Listing(
        name="载体目录",
        noun="carrier",
        columns={
            "编号": lambda row: row.number,
            "名称": lambda row: row.name,
            "类型": lambda row: row.kind.label,
            "地址": lambda row: row.address,
            "街镇": lambda row: row.subdistrict,
            "管理单位": lambda row: row.manager,
            "单元": lambda row: row.unit_count,
            "已备案": lambda row: row.covered_count,
            "有效至": lambda row: row.valid_until,
            "状态": lambda row: row.standing(day)[1],
        },
    )


# 新增


@get("/approval/carriers/new", name="approval.new_carrier")
async def new_carrier(request: Asked, database: NamedDependency[Database], actor: NamedDependency[Actor]) -> Template:
    return await _new(request, database, actor, CarrierForm(), {})


async def _new(request: Asked, database: Database, actor: Actor, form: CarrierForm, errors: dict[str, str]) -> Template:
    async with database.connection() as db:
        subdistricts = [(each.code, each.name) for each in await subdistricts_of(db, actor.district_code)]
    return page(request, "approval/carrier_new.html", form=form, errors=errors, kinds=KINDS, subdistricts=subdistricts)


@post("/approval/carriers", name="approval.add_carrier", status_code=303)
async def add_carrier(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[CarrierForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        carrier = await actions.add_carrier(database, actor, data.new)
    except Invalid as invalid:
        return again(await _new(request, database, actor, data, invalid.fields))
    return go(f"/approval/carriers/{carrier.id}")


# 一处载体


@get("/approval/carriers/{carrier_id:uuid}", name="approval.carrier")
async def carrier(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    day: NamedDependency[date],
    unit: FromQuery[str] = "",
    after: FromQuery[UUID | None] = None,
) -> Template:
    return await _carrier(request, database, day, carrier_id, unit, after, BehalfForm(), {})


async def _carrier(
    request: Asked,
    database: Database,
    day: date,
    carrier_id: UUID,
    unit: str,
    after: UUID | None,
    form: BehalfForm,
    errors: dict[str, str],
) -> Template:
    async with database.connection() as db:
        found = await carrier_store.by_id(db, carrier_id)
        if found is None:
            raise NotFound
        units = await reads.units(db, carrier_id, text=unit.strip(), after=after, limit=reads.UNITS + 1)
        managements = await carrier_store.managements(db, carrier_id)
        context = {
            "carrier": found,
            "addresses": await carrier_store.addresses(db, carrier_id),
            "aliases": await carrier_store.aliases(db, carrier_id),
            "versions": await reads.versions(db, carrier_id),
            "flags": await flags.by_carrier(db, carrier_id),
            "managements": [each for each in managements if each.status is not ManagementStatus.REFUSED],
        }
    return page(
        request,
        "approval/carrier.html",
        **context,
        units=units[: reads.UNITS],
        after=units[reads.UNITS - 1].id if len(units) > reads.UNITS else None,
        unit=unit,
        situations={each.value: each.label for each in TitleSituation},
        day=day,
        form=form,
        errors=errors,
    )


@post("/approval/carriers/{carrier_id:uuid}/filings", name="approval.start_filing", status_code=303)
async def start_filing(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[BehalfForm, URL_ENCODED],
) -> Template | Redirect:
    """At the counter, for a manager who brings paper; on to the wizard."""
    try:
        filing = await filings.start_filing(database, actor, carrier_id, on_behalf_of=data.on_behalf_of, day=day)
    except Invalid as invalid:
        return again(await _carrier(request, database, day, carrier_id, "", None, data, invalid.fields))
    return go(f"/filings/{filing.id}")


# 版本


@get("/approval/carriers/versions/{version_id:uuid}", name="approval.version")
async def version(
    request: Asked, version_id: FromPath[UUID], database: NamedDependency[Database], day: NamedDependency[date]
) -> Template:
    return await _version(request, database, day, version_id, {})


async def _version(request: Asked, database: Database, day: date, version_id: UUID, errors: dict[str, str]) -> Template:
    """A version with its papers and units, whether it is in force or not."""
    async with database.connection() as db:
        found = await dossiers.version_by_id(db, version_id)
        carrier = await carrier_store.by_id(db, found.carrier_id) if found else None
        filing = await dossiers.by_id(db, found.filing_id) if found else None
        if found is None or carrier is None or filing is None:
            raise NotFound
        papers = await reads.version_papers(db, version_id)
        units = await carrier_store.units_by_ids(db, await dossiers.units_of_version(db, version_id))
        approved_by = await dossiers.person_name(db, found.approved_by)
        chain = await chain_of(db, found, day)
        touched = await watching.touched_by(db, version_id)
    return page(
        request,
        "approval/version.html",
        version=found,
        carrier=carrier,
        filing=filing,
        documents=[_paper(each, day) for each in papers],
        page_count=sum(each.page_count or 0 for each in papers),
        units=units,
        scope_text=scope.describe(filing.scope_kind, filing.scope, units),
        approved_by=approved_by,
        chain=chain,
        touched=touched,
        errors=errors,
        day=day,
    )


def _paper(paper: reads.VersionPaper, day: date) -> cards.Params:
    """For dossier.docs."""
    return {
        "title": paper.kind.label,
        "number": paper.number or paper.file_name,
        "thumbs": [cards.thumb_url(paper.id, number) for number in paper.drawn] or [""],
        "pages": paper.page_count or 1,
        "href": f"/documents/{paper.id}",
        "said": left(paper.valid_until, day),
        "tone": "ok" if paper.valid_until is None or paper.valid_until >= day else "bad",
    }


@post("/approval/carriers/versions/{version_id:uuid}/revoke", name="approval.revoke_version", status_code=303)
async def revoke_version(
    request: Asked,
    version_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[ReasonForm, URL_ENCODED],
) -> Template | Redirect:
    """It may not be relied on any more; its units are not covered from now on."""
    try:
        await review.revoke_version(database, actor, version_id, reason=data.reason)
    except Invalid as invalid:
        return again(await _version(request, database, day, version_id, invalid.fields))
    return go(f"/approval/carriers/versions/{version_id}")


doors = [
    carriers,
    carriers_xlsx,
    new_carrier,
    add_carrier,
    carrier,
    start_filing,
    version,
    revoke_version,
]
