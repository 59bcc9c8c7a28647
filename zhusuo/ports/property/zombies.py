"""僵尸住所 at 物业端: cases in our buildings, and what we know of the business; we are asked, we do not decide."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template

from zhusuo.carriers.model import unit_name
from zhusuo.db import Connection, Database
from zhusuo.errors import Invalid, NotFound
from zhusuo.people.model import Actor
from zhusuo.ports.common.forms import again
from zhusuo.ports.common.pages import go, page
from zhusuo.zombies import process, store, story
from zhusuo.zombies.model import BEFORE_DECISION, CaseStatus

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
SHOWN = 100


@dataclass
class SayForm:
    here: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """A case in one of our buildings."""

    id: UUID
    name: str
    carrier_id: UUID
    carrier: str
    unit_id: UUID
    unit: str
    status: CaseStatus
    opened_on: date
    here: bool | None


async def cases(db: Connection, actor: Actor, case_id: UUID | None = None) -> list[CaseRow]:
    """Cases of the carriers the actor's organisation manages, those that are open first; or only one of them."""
    rows = await db.fetch(
        """
        SELECT z.id, z.name, z.carrier_id, carriers.name AS carrier, z.unit_id, units.building, units.number,
               units.label, z.status, z.opened_on, registrations.confirmed_by_manager AS here
          FROM managements
          JOIN zombie_cases AS z ON z.carrier_id = managements.carrier_id
          JOIN carriers ON carriers.id = z.carrier_id
          JOIN units ON units.id = z.unit_id
          JOIN registrations ON registrations.id = z.registration_id
         WHERE managements.organisation_id = $1
           AND managements.status = 'confirmed'
           AND ($3::uuid IS NULL OR z.id = $3)
      ORDER BY z.closed_at IS NOT NULL, z.opened_on DESC, z.id
         LIMIT $2
        """,
        actor.organisation_id,
        SHOWN,
        case_id,
    )
    found = []
    for row in rows:
        facts = dict(row)
        unit = unit_name(facts.pop("building"), facts.pop("number"), facts.pop("label"))
        found.append(CaseRow(**{**facts, "unit": unit, "status": CaseStatus(facts["status"])}))
    return found


@get("/property/zombies", name="property.zombies")
async def listed(request: Asked, database: NamedDependency[Database], actor: NamedDependency[Actor]) -> Template:
    async with database.connection() as db:
        rows = await cases(db, actor)
    return page(request, "property/zombies.html", rows=rows, asking=BEFORE_DECISION)


@get("/property/zombies/{zombie_case_id:uuid}", name="property.zombie")
async def one(
    request: Asked,
    zombie_case_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
) -> Template:
    return await _page(request, database, actor, zombie_case_id, {})


async def _page(request: Asked, database: Database, actor: Actor, case_id: UUID, errors: dict[str, str]) -> Template:
    async with database.connection() as db:
        case = await store.by_id_for(db, actor, case_id)
        row = next(iter(await cases(db, actor, case_id)), None)
        steps = await story.steps(db, case_id)
    if case is None or row is None:
        raise NotFound
    return page(
        request,
        "property/zombie.html",
        case=case,
        row=row,
        said=[each for each in steps if each.kind == "manager_said"],
        asking=case.status in BEFORE_DECISION,
        errors=errors,
    )


@post("/property/zombies/{zombie_case_id:uuid}", name="property.say", status_code=303)
async def say(
    request: Asked,
    zombie_case_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[SayForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        if data.here not in ("yes", "no"):
            raise Invalid({"here": "请选择企业是否在此处。"})
        await process.manager_says(database, actor, zombie_case_id, here=data.here == "yes", text=data.text, day=day)
    except Invalid as invalid:
        return again(await _page(request, database, actor, zombie_case_id, invalid.fields))
    return go(f"/property/zombies/{zombie_case_id}")


doors = [listed, one, say]
