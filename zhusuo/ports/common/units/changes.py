"""变动 pages: split, merge and renumber units, look at what was done, take it back, and place who was there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo.carriers import history, unit_actions
from zhusuo.carriers import store as carriers
from zhusuo.carriers.entry import area_of_cell
from zhusuo.carriers.history import ChangeKind, Coverage
from zhusuo.carriers.model import Carrier, NewUnits, Unit
from zhusuo.changes import actions, placing, store
from zhusuo.changes.model import Outcome
from zhusuo.db import Database
from zhusuo.errors import Invalid
from zhusuo.people.model import HOME_OF, Actor
from zhusuo.ports.common import files
from zhusuo.ports.common.forms import Several, a_day, again, chosen, several
from zhusuo.ports.common.pages import go, page
from zhusuo.ports.common.units import reads

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
ROWS = 6
"""Lines of the form for new units; what does not fit is split once more."""
OVERTAKEN = "页面已过时，请刷新后再办。"


def cover(coverage: Coverage) -> tuple[str, str]:
    """What became of the dossier's cover, in a word with its tone; "" where nothing did."""
    if coverage.needs_filing:
        return "须变更备案", "warn"
    return ("备案照旧", "ok") if coverage is Coverage.CARRIED else ("", "")


LISTING: files.Listing[reads.ChangeLine] = files.Listing(
    name="变动记录",
    noun="unit",
    columns={
        "变动": lambda row: row.kind.label,
        "从哪天起": lambda row: None if row.kind is ChangeKind.CORRECT else row.happened_on,
        "原单元": lambda row: "、".join(row.before),
        "现单元": lambda row: "、".join(row.after),
        "备案": lambda row: cover(row.coverage)[0],
        "办理": lambda row: row.said_by_name,
        "办理时间": lambda row: row.said_at,
        "撤销": lambda row: row.undone_at,
    },
)


@dataclass
class SplitForm:
    label: Several = ""
    area_m2: Several = ""
    on: str = ""
    version: str = ""
    sure: str = ""

    @property
    def lines(self) -> list[tuple[str, str]]:
        """What was typed, line by line, and empty lines up to the number of the form."""
        labels, areas = several(self.label), several(self.area_m2)
        typed = [(text.strip(), areas[i].strip() if i < len(areas) else "") for i, text in enumerate(labels)]
        return [*typed, *[("", "")] * (ROWS - len(typed))]

    def children(self) -> list[NewUnits]:
        """Raises Invalid for an area that is none, or one without its unit."""
        return [_new(label, area, "children") for label, area in self.lines if label or area]


@dataclass
class MergeForm:
    units: Several = ""
    label: str = ""
    area_m2: str = ""
    number: str = ""
    on: str = ""
    sure: str = ""

    def versions(self) -> Mapping[UUID, int]:
        """The units that were ticked, each as `id:version`. Raises Invalid."""
        return dict(chosen(_unit_version, each, "units", OVERTAKEN) for each in several(self.units))


@dataclass
class RenumberForm:
    label: str = ""
    building: str = ""
    number: str = ""
    on: str = ""
    version: str = ""


@dataclass
class PlaceForm:
    unit_id: str = ""


def _new(label: str, area: str, field: str, number: str = "") -> NewUnits:
    area_m2 = area_of_cell(area) if area else None
    if area and area_m2 is None:
        raise Invalid({field: "面积写成平方米数，例如 186.5。"})
    if not label and not number:
        raise Invalid({field: "请填写新单元，门上怎么写就怎么填。"})
    return NewUnits(label=label, area_m2=area_m2, number=number)


def _unit_version(text: str) -> tuple[UUID, int]:
    unit_id, _, version = text.partition(":")
    return UUID(unit_id), reads.version_of(version)


def _back(actor: Actor, carrier_id: UUID, unit_id: UUID) -> Redirect:
    """Managers look at the picture, others at the table."""
    if HOME_OF[actor.role] == "/property":
        return go(f"/property/carriers/{carrier_id}?unit={unit_id}")
    return go(f"/carriers/{carrier_id}/units?done=changed")


# 分割


@get("/units/{unit_id:uuid}/split", name="units.split_page")
async def split_page(
    request: Asked,
    unit_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Template:
    return await _split(request, database, actor, unit_id, day, SplitForm(), {}, None)


async def _split(
    request: Asked,
    database: Database,
    actor: Actor,
    unit_id: UUID,
    day: date,
    form: SplitForm,
    errors: Mapping[str, str],
    outcome: Outcome | None,
) -> Template:
    async with database.connection() as db:
        carrier, unit = await reads.unit_for(db, actor, unit_id)
    return _page(request, actor, "units/split.html", carrier, [unit], day, form, errors, outcome)


@post("/units/{unit_id:uuid}/split", name="units.split", status_code=303)
async def split(
    request: Asked,
    unit_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[SplitForm, URL_ENCODED],
) -> Template | Redirect:
    """What it would touch at first; done when somebody who has seen that says so."""
    try:
        version = chosen(reads.version_of, data.version, "children", OVERTAKEN)
        on, children = a_day(data.on, "on") or day, data.children()
        outcome = await actions.split_unit(
            database, actor, unit_id, version, children, on=on, day=day, dry_run=not data.sure
        )
    except (Invalid, unit_actions.OverlappingUnit) as refusal:
        return again(await _split(request, database, actor, unit_id, day, data, reads.said(refusal, "children"), None))
    except actions.SplitMeanwhile:
        return await _done_already(database, actor, [unit_id], len(data.children()))
    if data.sure:
        return _back(actor, outcome.parents[0].carrier_id, outcome.children[0].id)
    return _shown(await _split(request, database, actor, unit_id, day, data, {}, outcome))


# 合并


@get("/units/{unit_id:uuid}/merge", name="units.merge_page")
async def merge_page(
    request: Asked,
    unit_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    also: FromQuery[list[UUID] | None] = None,
) -> Template:
    """`also`: the units that were picked with it."""
    picked = MergeForm(units=[str(each) for each in [unit_id, *(also or ())]])
    return await _merge(request, database, actor, unit_id, day, picked, {}, None)


async def _merge(
    request: Asked,
    database: Database,
    actor: Actor,
    unit_id: UUID,
    day: date,
    form: MergeForm,
    errors: Mapping[str, str],
    outcome: Outcome | None,
) -> Template:
    async with database.connection() as db:
        carrier, unit = await reads.unit_for(db, actor, unit_id)
        mates = await reads.floor_mates(db, unit)
    ticked = {each.partition(":")[0] for each in several(form.units)} or {str(unit_id)}
    if not errors and not ticked <= {str(each.id) for each in mates}:
        errors = {"units": "选中的单元有不在这一层的，只能合并同一幢、同一层的单元。"}
    given = {"unit": unit, "ticked": ticked}
    return _page(request, actor, "units/merge.html", carrier, mates, day, form, errors, outcome, **given)


@post("/units/{unit_id:uuid}/merge", name="units.merge", status_code=303)
async def merge(
    request: Asked,
    unit_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[MergeForm, URL_ENCODED],
) -> Template | Redirect:
    """What it would touch at first; done when somebody who has seen that says so."""
    try:
        new = _new(data.label.strip(), data.area_m2.strip(), "label", data.number.strip())
        on, versions = a_day(data.on, "on") or day, data.versions()
        outcome = await actions.merge_units(database, actor, versions, new, on=on, day=day, dry_run=not data.sure)
    except (Invalid, unit_actions.OverlappingUnit) as refusal:
        return again(await _merge(request, database, actor, unit_id, day, data, reads.said(refusal, "label"), None))
    except actions.SplitMeanwhile:
        return await _done_already(database, actor, list(data.versions()), 1)
    if data.sure:
        return _back(actor, outcome.parents[0].carrier_id, outcome.children[0].id)
    return _shown(await _merge(request, database, actor, unit_id, day, data, {}, outcome))


async def _done_already(database: Database, actor: Actor, unit_ids: Sequence[UUID], child_count: int) -> Redirect:
    """Where the same form, sent a moment ago, has led to. Raises SplitMeanwhile if it was another."""
    async with database.connection() as db:
        done = await history.made_by(db, actor.person_id, unit_ids, child_count)
        change = await history.change_by_id(db, done) if done else None
        units = await carriers.units_by_ids(db, change.children if change else unit_ids)
    if change is None:
        raise actions.SplitMeanwhile(unit=units[0].name if units else "")
    return _back(actor, change.carrier_id, units[0].id)


def _page(
    request: Asked,
    actor: Actor,
    template: str,
    carrier: Carrier,
    units: Sequence[Unit],
    day: date,
    form: SplitForm | MergeForm,
    errors: Mapping[str, str],
    outcome: Outcome | None,
    **more: Any,
) -> Template:
    given = {"carrier": carrier, "units": units, "day": day, "form": form, "errors": errors, "outcome": outcome}
    return page(request, template, desk=HOME_OF[actor.role], **given, **more)


def _shown(template: Template) -> Template:
    template.status_code = 200
    return template


# 改号


@get("/units/{unit_id:uuid}/renumber", name="units.renumber_page")
async def renumber_page(
    request: Asked,
    unit_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Template:
    return await _renumber(request, database, actor, unit_id, day, None, {})


async def _renumber(
    request: Asked,
    database: Database,
    actor: Actor,
    unit_id: UUID,
    day: date,
    form: RenumberForm | None,
    errors: Mapping[str, str],
) -> Template:
    async with database.connection() as db:
        carrier, unit = await reads.unit_for(db, actor, unit_id)
    form = form or RenumberForm(label=unit.label, building=unit.building, number=unit.number, version=str(unit.version))
    given = {"carrier": carrier, "unit": unit, "day": day, "form": form, "errors": errors}
    return page(request, "units/renumber.html", desk=HOME_OF[actor.role], **given)


@post("/units/{unit_id:uuid}/renumber", name="units.renumber", status_code=303)
async def renumber(
    request: Asked,
    unit_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[RenumberForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        version = chosen(reads.version_of, data.version, "label", OVERTAKEN)
        new = NewUnits(label=data.label, building=data.building, number=data.number)
        on = a_day(data.on, "on") or day
        await unit_actions.renumber_unit(database, actor, unit_id, version, new, on=on, day=day)
    except (Invalid, unit_actions.OverlappingUnit) as refusal:
        errors = reads.said(refusal, "label")
        return again(await _renumber(request, database, actor, unit_id, day, data, errors))
    async with database.connection() as db:
        carrier, _ = await reads.unit_for(db, actor, unit_id)
    return _back(actor, carrier.id, unit_id)


# 记录、撤销、安置


@get("/carriers/{carrier_id:uuid}/changes", name="units.changes")
async def changes(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    done: FromQuery[str] = "",
) -> Template:
    """What was done to the carrier's units, and who still waits to be placed."""
    async with database.connection() as db:
        carrier = await reads.carrier_for(db, actor, carrier_id)
        found, waiting = await reads.changes(db, carrier_id), await store.waiting(db, carrier_id)
    given = {"carrier": carrier, "changes": found, "waiting": waiting, "day": day, "done": DONE.get(done, "")}
    return page(request, "units/changes.html", desk=HOME_OF[actor.role], me=actor.person_id, cover=cover, **given)


@get("/carriers/{carrier_id:uuid}/changes.xlsx", name="units.changes_xlsx")
async def changes_xlsx(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Response[bytes]:
    async with database.connection() as db:
        carrier = await reads.carrier_for(db, actor, carrier_id)
    listing = replace(LISTING, name=f"{carrier.name}变动记录")
    return await files.export(
        database,
        actor,
        day,
        listing,
        lambda db: reads.changes(db, carrier_id, limit=files.ALL),
        carrier_id=carrier_id,
        request=request,
    )


DONE = {"undone": "已撤销，单元恢复原样。", "placed": "已安置。"}


@post("/units/changes/{change_id:uuid}/undo", name="units.undo", status_code=303)
async def undo(
    change_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Redirect:
    change = await actions.undo_change(database, actor, change_id, day=day)
    return go(f"/carriers/{change.carrier_id}/changes?done=undone")


@post("/units/registrations/{registration_id:uuid}/place", name="units.place_registration", status_code=303)
async def place_registration(
    registration_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[PlaceForm, URL_ENCODED],
) -> Redirect:
    unit_id = chosen(UUID, data.unit_id, "unit_id", "请选择安置到哪个单元。")
    placed = await placing.place_registration(database, actor, registration_id, unit_id)
    return go(f"/carriers/{placed.carrier_id}/changes?done=placed")


@post("/units/tenancies/{tenancy_id:uuid}/place", name="units.place_tenancy", status_code=303)
async def place_tenancy(
    tenancy_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[PlaceForm, URL_ENCODED],
) -> Redirect:
    unit_id = chosen(UUID, data.unit_id, "unit_id", "请选择安置到哪个单元。")
    placed = await placing.place_tenancy(database, actor, tenancy_id, unit_id)
    return go(f"/carriers/{placed.carrier_id}/changes?done=placed")


doors: list[HTTPRouteHandler] = [
    split_page,
    split,
    merge_page,
    merge,
    renumber_page,
    renumber,
    changes,
    changes_xlsx,
    undo,
    place_registration,
    place_tenancy,
]
