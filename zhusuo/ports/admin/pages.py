"""系统管理 pages: organisations, people, clients, and what the system did."""

from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo.db import Database
from zhusuo.errors import Invalid
from zhusuo.people import actions
from zhusuo.people.model import Actor, OrganisationKind, Role
from zhusuo.ports.admin import reads
from zhusuo.ports.admin.words import ACTIONS, NOUNS, SCOPES, TASK_STATUSES, TASKS
from zhusuo.ports.common.forms import Several, chosen, several
from zhusuo.ports.common.pages import go, page
from zhusuo.settings import Settings

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)


@dataclass
class OrganisationForm:
    kind: str = ""
    name: str = ""
    uscc: str = ""
    subdistricts: Several = field(default_factory=list)

    def __post_init__(self) -> None:
        self.subdistricts = several(self.subdistricts)


@dataclass
class PersonForm:
    organisation_id: str = ""
    role: str = ""
    name: str = ""
    login: str = ""
    password: str = ""
    desk: str = ""


@dataclass
class ClientForm:
    organisation_id: str = ""
    name: str = ""
    origin: str = ""
    quota_per_minute: str = "600"
    scopes: Several = field(default_factory=list)

    def __post_init__(self) -> None:
        self.scopes = several(self.scopes)


@dataclass
class ClerkForm:
    clerk: str = ""
    person_id: str = ""


@dataclass
class PasswordForm:
    password: str = ""


@get("/admin", name="admin.organisations")
async def organisations(
    request: Asked, database: NamedDependency[Database], settings: NamedDependency[Settings], q: FromQuery[str] = ""
) -> Template:
    return await _organisations(request, database, settings, q, OrganisationForm(), {})


async def _organisations(
    request: Asked, database: Database, settings: Settings, q: str, form: OrganisationForm, errors: dict[str, str]
) -> Template:
    async with database.connection() as db:
        rows = await reads.organisations(db, q)
        subdistricts = await reads.subdistricts(db, settings.district)
    kinds = [(kind.value, kind.label) for kind in OrganisationKind]
    return page(
        request,
        "admin/organisations.html",
        rows=rows,
        subdistricts=subdistricts,
        kinds=kinds,
        q=q,
        form=form,
        errors=errors,
    )


@post("/admin/organisations", name="admin.add_organisation", status_code=303)
async def add_organisation(
    request: Asked,
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    data: Annotated[OrganisationForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        await actions.add_organisation(
            database,
            actor,
            kind=chosen(OrganisationKind, data.kind, "kind", "请选择机构类型。"),
            name=data.name,
            uscc=data.uscc.strip() or None,
            district_code=settings.district,
            subdistricts=frozenset(data.subdistricts),
        )
    except Invalid as invalid:
        return _again(await _organisations(request, database, settings, "", data, invalid.fields))
    return go("/admin")


@post("/admin/organisations/{organisation_id:uuid}/disable", name="admin.disable_organisation", status_code=303)
async def disable_organisation(
    organisation_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    await actions.set_organisation_disabled(database, actor, organisation_id, True)
    return go("/admin")


@post("/admin/organisations/{organisation_id:uuid}/enable", name="admin.enable_organisation", status_code=303)
async def enable_organisation(
    organisation_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    await actions.set_organisation_disabled(database, actor, organisation_id, False)
    return go("/admin")


@get("/admin/people", name="admin.people")
async def people(
    request: Asked,
    database: NamedDependency[Database],
    q: FromQuery[str] = "",
    organisation_id: FromQuery[str] = "",
) -> Template:
    of = chosen(UUID, organisation_id, "organisation_id", "没有这个机构。") if organisation_id else None
    return await _people(request, database, q, of, PersonForm(organisation_id=organisation_id), {})


async def _people(
    request: Asked,
    database: Database,
    q: str,
    organisation_id: UUID | None,
    form: PersonForm,
    errors: dict[str, str],
) -> Template:
    async with database.connection() as db:
        rows = await reads.people(db, q, organisation_id)
        organisations = [(each.id, each.name) for each in await reads.organisations(db, "")]
    roles = [(role.value, role.label) for role in Role if role != Role.CLIENT]
    return page(
        request,
        "admin/people.html",
        rows=rows,
        organisations=organisations,
        organisation_id=organisation_id or "",
        organisation=dict(organisations).get(organisation_id, "") if organisation_id else "",
        roles=roles,
        q=q,
        form=form,
        errors=errors,
    )


@post("/admin/people", name="admin.add_person", status_code=303)
async def add_person(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[PersonForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        await actions.add_person(
            database,
            actor,
            organisation_id=chosen(UUID, data.organisation_id, "organisation_id", "请选择机构。"),
            role=chosen(Role, data.role, "role", "请选择岗位。"),
            name=data.name,
            login=data.login,
            password=data.password,
            desk=data.desk,
        )
    except Invalid as invalid:
        return _again(await _people(request, database, "", None, data, invalid.fields))
    return go("/admin/people")


@post("/admin/people/{person_id:uuid}/disable", name="admin.disable_person", status_code=303)
async def disable_person(
    person_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    await actions.set_person_disabled(database, actor, person_id, True)
    return go("/admin/people")


@post("/admin/people/{person_id:uuid}/enable", name="admin.enable_person", status_code=303)
async def enable_person(
    person_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    await actions.set_person_disabled(database, actor, person_id, False)
    return go("/admin/people")


@post("/admin/people/{person_id:uuid}/password", name="admin.set_password", status_code=303)
async def set_password(
    request: Asked,
    person_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[PasswordForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        await actions.set_password(database, actor, person_id, data.password)
    except Invalid as invalid:
        return _again(await _people(request, database, "", None, PersonForm(), invalid.fields))
    return go("/admin/people")


@get("/admin/clients", name="admin.clients")
async def clients(request: Asked, database: NamedDependency[Database]) -> Template:
    return await _clients(request, database, ClientForm(), {})


async def _clients(
    request: Asked, database: Database, form: ClientForm, errors: dict[str, str], token: str = "", of: str = ""
) -> Template:
    async with database.connection() as db:
        rows = await reads.clients(db)
        clerks = await reads.clerks(db)
        organisations = [
            (each.id, each.name)
            for each in await reads.organisations(db, "")
            if each.kind == OrganisationKind.APPROVAL_AUTHORITY
        ]
    return page(
        request,
        "admin/clients.html",
        rows=rows,
        clerks=clerks,
        organisations=organisations,
        scopes=[(scope, SCOPES[scope], scope) for scope in sorted(actions.SCOPES)],
        scope_words=SCOPES,
        form=form,
        errors=errors,
        token=token,
        token_of=of,
    )


@post("/admin/clients", name="admin.add_client", status_code=200)
async def add_client(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[ClientForm, URL_ENCODED],
) -> Template:
    """The page again with the token on it: the one time that it is shown."""
    try:
        _, token = await actions.add_client(
            database,
            actor,
            organisation_id=chosen(UUID, data.organisation_id, "organisation_id", "请选择机构。"),
            name=data.name,
            scopes=frozenset(data.scopes),
            origin=data.origin.strip().rstrip("/"),
            quota_per_minute=_quota(data.quota_per_minute),
        )
    except Invalid as invalid:
        return _again(await _clients(request, database, data, invalid.fields))
    return await _clients(request, database, ClientForm(), {}, token, data.name)


def _quota(text: str) -> int:
    quota: int = chosen(int, text, "quota_per_minute", "每分钟次数写成整数。")
    if not 1 <= quota <= 1_000_000:
        raise Invalid({"quota_per_minute": "每分钟次数在 1 到 1,000,000 之间。"})
    return quota


@post("/admin/clients/{client_id:uuid}/rotate", name="admin.rotate_client", status_code=200)
async def rotate_client(
    request: Asked,
    client_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
) -> Template:
    token = await actions.rotate_client(database, actor, client_id)
    return await _clients(request, database, ClientForm(), {}, token)


@post("/admin/clients/{client_id:uuid}/disable", name="admin.disable_client", status_code=303)
async def disable_client(
    client_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    await actions.set_client_disabled(database, actor, client_id, True)
    return go("/admin/clients")


@post("/admin/clients/{client_id:uuid}/enable", name="admin.enable_client", status_code=303)
async def enable_client(
    client_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    await actions.set_client_disabled(database, actor, client_id, False)
    return go("/admin/clients")


@post("/admin/clients/{client_id:uuid}/clerks", name="admin.map_clerk", status_code=303)
async def map_clerk(
    request: Asked,
    client_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[ClerkForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        person_id = chosen(UUID, data.person_id, "person_id", "请选择审批员。")
        await actions.map_clerk(database, actor, client_id, data.clerk, person_id)
    except Invalid as invalid:
        return _again(await _clients(request, database, ClientForm(), invalid.fields))
    return go("/admin/clients")


@get("/admin/carriers", name="admin.carriers")
async def carriers(
    request: Asked, database: NamedDependency[Database], q: FromQuery[str] = "", after: FromQuery[str] = ""
) -> Template:
    async with database.connection() as db:
        rows = await reads.carriers(db, q, after)
    return page(request, "admin/carriers.html", rows=rows, q=q, after=_cursor(rows, "number"))


@get("/admin/audit", name="admin.audit")
async def audit(
    request: Asked,
    database: NamedDependency[Database],
    after: FromQuery[UUID | None] = None,
    noun_id: FromQuery[str] = "",
) -> Template:
    async with database.connection() as db:
        rows = await reads.entries(db, after, noun_id)
        figures = await reads.figures(db)
    return page(
        request,
        "admin/audit.html",
        rows=rows,
        figures=figures,
        noun_id=noun_id,
        actions=ACTIONS,
        nouns=NOUNS,
        after=_cursor(rows, "id"),
    )


@get("/admin/tasks", name="admin.tasks")
async def tasks(request: Asked, database: NamedDependency[Database]) -> Template:
    async with database.connection() as db:
        rows = await reads.tasks(db)
    return page(request, "admin/tasks.html", rows=rows, words=TASKS, statuses=TASK_STATUSES)


def _cursor(rows: list[Any], key: str) -> str | None:
    return str(getattr(rows[-1], key)) if len(rows) == reads.PAGE else None


def _again(template: Template) -> Template:
    template.status_code = 422
    return template
