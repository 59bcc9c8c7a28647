"""立案规则: the table in force, versions proposed, what a replay says of them, and who puts them in force."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template

from zhusuo.db import Database
from zhusuo.errors import Invalid
from zhusuo.people.model import Actor
from zhusuo.ports.common.forms import a_day, again
from zhusuo.ports.common.pages import go, page
from zhusuo.zombies import allowances, ruling, store
from zhusuo.zombies.model import SignalKind
from zhusuo.zombies.rules import spoken, written
from zhusuo.zombies.scoring import years_before

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
CELLS = ("weight", "after_days", "expires_days", "limits", "needs")
RULES = "/supervision/zombies/rules"


@dataclass
class ReplayForm:
    since: str = ""
    until: str = ""


@dataclass
class AllowanceForm:
    carrier_number: str = ""
    unit_label: str = ""
    reason: str = ""


@get("/supervision/zombies/rules", name="zombies.rules")
async def rules(
    request: Asked, database: NamedDependency[Database], actor: NamedDependency[Actor], day: NamedDependency[date]
) -> Template:
    return await _page(request, database, actor, day, {}, {})


async def _page(
    request: Asked, database: Database, actor: Actor, day: date, typed: dict[str, str], errors: dict[str, str]
) -> Template:
    async with database.connection() as db:
        allowed = await allowances.standing(db, actor)
        in_force = await store.rules_in_force(db, actor.district_code)
        versions = await ruling.proposals(db, actor.district_code)
    said = {"limits": spoken(in_force.of(SignalKind.CROWDED).limits)}
    rows = [{**row, **(said if row["kind"] == SignalKind.CROWDED else {})} for row in written(in_force.rules)]
    return page(
        request,
        "zombies/rules.html",
        in_force=in_force,
        versions=versions,
        allowances=allowed,
        typed=typed,
        words=ruling.STATUS_LABELS,
        rows=[{**row, **{cell: typed.get(f"{cell}_{row['kind']}", row[cell]) for cell in CELLS}} for row in rows],
        labels={each.value: each.label for each in SignalKind},
        threshold=typed.get("threshold", str(in_force.threshold)),
        note=typed.get("note", ""),
        since=years_before(day),
        person_id=actor.person_id,
        errors=errors,
        day=day,
    )


@post("/supervision/zombies/rules", name="zombies.propose_rules", status_code=303)
async def propose(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[dict[str, str], URL_ENCODED],
) -> Template | Redirect:
    rows = [
        {"kind": kind.value, **{cell: data.get(f"{cell}_{kind.value}", "") for cell in CELLS}} for kind in SignalKind
    ]
    try:
        await ruling.propose(database, actor, rows, data.get("threshold", ""), data.get("note", ""))
    except Invalid as invalid:
        return again(await _page(request, database, actor, day, data, invalid.fields))
    return go(RULES)


@post("/supervision/zombies/rules/{zombie_rule_set_id:uuid}/replay", name="zombies.replay_rules", status_code=303)
async def replay(
    request: Asked,
    zombie_rule_set_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[ReplayForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        since, until = a_day(data.since, "since") or years_before(day), a_day(data.until, "until") or day
        await ruling.replay(database, actor, zombie_rule_set_id, since, until, day)
    except Invalid as invalid:
        return again(await _page(request, database, actor, day, {}, invalid.fields))
    return go(RULES)


@post("/supervision/zombies/rules/{zombie_rule_set_id:uuid}/activate", name="zombies.activate_rules", status_code=303)
async def activate(
    zombie_rule_set_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    await ruling.activate(database, actor, zombie_rule_set_id)
    return go(RULES)


@post("/supervision/zombies/rules/{zombie_rule_set_id:uuid}/withdraw", name="zombies.withdraw_rules", status_code=303)
async def withdraw(
    zombie_rule_set_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    await ruling.withdraw(database, actor, zombie_rule_set_id)
    return go(RULES)


@post("/supervision/zombies/allowances", name="zombies.allow", status_code=303)
async def allow(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[AllowanceForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        await allowances.allow(database, actor, data.carrier_number, data.unit_label, data.reason)
    except Invalid as invalid:
        return again(await _page(request, database, actor, day, asdict(data), invalid.fields))
    return go(RULES)


@post("/supervision/zombies/allowances/{allowance_id:uuid}/end", name="zombies.end_allowance", status_code=303)
async def end_allowance(
    allowance_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    await allowances.end(database, actor, allowance_id)
    return go(RULES)


doors = [rules, propose, replay, activate, withdraw, allow, end_allowance]
