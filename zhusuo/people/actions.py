"""What people do about people: sign in and out, add, disable, rotate, hand over a ticket."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg

from zhusuo import audit
from zhusuo.db import Database
from zhusuo.errors import Invalid, NotFound, Refusal, TooMany
from zhusuo.people import passwords, store
from zhusuo.people.model import ROLES_OF, Actor, Organisation, OrganisationKind, Person, Role
from zhusuo.settings import new_token

FAILURE_MINUTES = 15
FAILURES_PER_LOGIN = 6
FAILURES_PER_ADDRESS = 60
TICKET_SECONDS = 60
PANEL_MINUTES = 30
NO_SUCH_CLERK = "这个工号没有对应的审批员，请管理员先登记。"

SCOPES = frozenset(
    {
        "lookup",
        "leases",
        "reuses",
        "dossiers",
        "documents",
        "tickets",
        "events",
        "waivers",
        "tenancies",
        "zombies",
        "filings",
    }
)


class WrongLogin(Refusal):
    code = "wrong_login"
    sentence = "用户名或口令不对，请再试一次。"


class TicketSpent(Refusal):
    code = "ticket_spent"
    sentence = "这张一次性票据已用过或已过期，请回到受理系统重新点击“住所云”。"


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    token: str
    csrf_token: str
    person: Person


def hash_token(token: str) -> bytes:
    """What is kept of a token of 256 random bits: a plain hash is enough, there is nothing to guess."""
    return hashlib.sha256(token.encode()).digest()


async def sign_in(
    database: Database, login: str, password: str, address: str, *, hours: int, former_token: str | None = None
) -> SignedIn:
    """Check the password and open a fresh session; the browser's former one ends.

    Raises WrongLogin, and TooMany after too many failures for the login or from the address.
    """
    async with database.connection() as db:
        by_login, by_address = await store.failures(db, login, address, FAILURE_MINUTES)
        if by_login >= FAILURES_PER_LOGIN or by_address >= FAILURES_PER_ADDRESS:
            raise TooMany(
                FAILURE_MINUTES * 60, f"多次登录未成功，请 {FAILURE_MINUTES} 分钟后再试，或请管理员重设口令。"
            )
        found = await store.person_by_login(db, login)
    if not await passwords.matches(found[1] if found else None, password) or found is None:
        async with database.transaction() as db:
            await store.insert_failure(db, login, address)
            await audit.record(db, None, "sign_in_failed", "person", found[0].id if found else "unknown")
        raise WrongLogin
    person = found[0]
    token, csrf_token = new_token(), new_token(24)
    async with database.transaction() as db:
        if former_token:
            await store.end_session(db, hash_token(former_token))
        await store.forget_failures(db, login)
        expires_at = datetime.now(UTC) + timedelta(hours=hours)
        await store.insert_session(db, hash_token(token), person.id, csrf_token, expires_at)
        actor = await store.by_session(db, hash_token(token), 1)
        await audit.record(db, actor and actor[0], "sign_in", "person", person.id)
    return SignedIn(token=token, csrf_token=csrf_token, person=person)


async def sign_out(database: Database, actor: Actor, token: str) -> None:
    async with database.transaction() as db:
        await store.end_session(db, hash_token(token))
        await audit.record(db, actor, "sign_out", "person", actor.id)


async def add_organisation(
    database: Database,
    actor: Actor | None,
    *,
    kind: OrganisationKind,
    name: str,
    district_code: str,
    uscc: str | None = None,
    subdistricts: frozenset[str] = frozenset(),
) -> Organisation:
    """Raises Invalid with the fields that cannot be right."""
    name = name.strip()
    if not name:
        raise Invalid({"name": "请填写机构名称。"})
    if kind == OrganisationKind.SUPERVISION_OFFICE and not subdistricts:
        raise Invalid({"subdistricts": "市场监管所要有至少一个管辖街镇。"})
    try:
        async with database.transaction() as db:
            organisation = await store.insert_organisation(db, kind, name, uscc or None, district_code, subdistricts)
            await audit.record(db, actor, "add", "organisation", organisation.id, detail={"kind": kind})
            return organisation
    except asyncpg.UniqueViolationError as violation:
        if violation.constraint_name == "organisation_uscc_once":
            raise Invalid({"uscc": "这个统一社会信用代码已有机构使用。"}) from violation
        raise Invalid({"name": "本区已有同名机构。"}) from violation
    except asyncpg.ForeignKeyViolationError as violation:
        raise Invalid({"district_code": "没有这个行政区划代码。"}) from violation


async def add_person(
    database: Database,
    actor: Actor | None,
    *,
    organisation_id: UUID,
    role: Role,
    name: str,
    login: str,
    password: str,
    desk: str = "",
) -> Person:
    """Raises Invalid, and NotFound for an organisation that is not there."""
    faults = {}
    if not name.strip():
        faults["name"] = "请填写姓名。"
    if not login.strip():
        faults["login"] = "请填写用户名。"
    if len(password) < passwords.MIN_LENGTH:
        faults["password"] = f"口令至少 {passwords.MIN_LENGTH} 个字符。"
    if faults:
        raise Invalid(faults)
    password_hash = await passwords.hash_password(password)
    try:
        async with database.transaction() as db:
            organisation = await store.organisation_by_id(db, organisation_id)
            if organisation is None:
                raise NotFound
            if role not in ROLES_OF[organisation.kind]:
                raise Invalid({"role": f"{organisation.kind.label}没有{role.label}这个岗位。"})
            person = await store.insert_person(
                db, organisation_id, role, name.strip(), login.strip(), password_hash, desk.strip()
            )
            await audit.record(db, actor, "add", "person", person.id, detail={"role": role})
            return person
    except asyncpg.UniqueViolationError as violation:
        raise Invalid({"login": "这个用户名已有人使用。"}) from violation


async def set_person_disabled(database: Database, actor: Actor | None, person_id: UUID, disabled: bool) -> None:
    """Disabling ends every session of the person at once. Raises NotFound, Refusal for oneself."""
    if actor and actor.person_id == person_id:
        raise Refusal("不能停用自己的账号，请由另一位管理员办理。")
    async with database.transaction() as db:
        if not await store.set_person_disabled(db, person_id, disabled):
            raise NotFound
        await store.end_sessions_of(db, person_id)
        await audit.record(db, actor, "disable" if disabled else "enable", "person", person_id)


async def set_password(database: Database, actor: Actor | None, person_id: UUID, password: str) -> None:
    if len(password) < passwords.MIN_LENGTH:
        raise Invalid({"password": f"口令至少 {passwords.MIN_LENGTH} 个字符。"})
    password_hash = await passwords.hash_password(password)
    async with database.transaction() as db:
        if not await store.set_password(db, person_id, password_hash):
            raise NotFound
        await store.end_sessions_of(db, person_id)
        await audit.record(db, actor, "set_password", "person", person_id)


async def set_organisation_disabled(
    database: Database, actor: Actor | None, organisation_id: UUID, disabled: bool
) -> None:
    if actor and actor.organisation_id == organisation_id:
        raise Refusal("不能停用自己所在的机构。")
    async with database.transaction() as db:
        if not await store.set_organisation_disabled(db, organisation_id, disabled):
            raise NotFound
        await audit.record(db, actor, "disable" if disabled else "enable", "organisation", organisation_id)


async def add_client(
    database: Database,
    actor: Actor | None,
    *,
    organisation_id: UUID,
    name: str,
    scopes: frozenset[str],
    origin: str = "",
    quota_per_minute: int = 600,
) -> tuple[UUID, str]:
    """The new client's id and its token, which is shown this once. Raises Invalid."""
    faults = {}
    if not name.strip():
        faults["name"] = "请填写接入系统的名称。"
    if not scopes or not scopes <= SCOPES:
        faults["scopes"] = "请从列表中选择至少一项权限。"
    if origin and not _is_origin(origin):
        faults["origin"] = "站点写成 https://主机 的形式，不带路径。"
    if faults:
        raise Invalid(faults)
    token = new_token()
    try:
        async with database.transaction() as db:
            organisation = await store.organisation_by_id(db, organisation_id)
            if organisation is None or organisation.kind is not OrganisationKind.APPROVAL_AUTHORITY:
                raise Invalid({"organisation_id": "接入系统属于一家审批机关，请从列表中选择。"})
            client_id = await store.insert_client(
                db, organisation_id, name.strip(), hash_token(token), scopes, origin or None, quota_per_minute
            )
            await audit.record(db, actor, "add", "client", client_id, detail={"scopes": sorted(scopes)})
    except asyncpg.UniqueViolationError as violation:
        raise Invalid({"name": "本机构已有同名的接入系统。"}) from violation
    return client_id, token


def _is_origin(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and text == f"{parts.scheme}://{parts.netloc}"


async def rotate_client(database: Database, actor: Actor | None, client_id: UUID) -> str:
    """A new token; the old one is worthless from this moment."""
    token = new_token()
    async with database.transaction() as db:
        if not await store.rotate_client(db, client_id, hash_token(token)):
            raise NotFound
        await audit.record(db, actor, "rotate", "client", client_id)
    return token


async def set_client_disabled(database: Database, actor: Actor | None, client_id: UUID, disabled: bool) -> None:
    async with database.transaction() as db:
        if not await store.set_client_disabled(db, client_id, disabled):
            raise NotFound
        await audit.record(db, actor, "disable" if disabled else "enable", "client", client_id)


async def map_clerk(database: Database, actor: Actor | None, client_id: UUID, clerk: str, person_id: UUID) -> None:
    """Say which of our clerks stands behind a clerk number of the intake system. Raises Invalid."""
    if not clerk.strip():
        raise Invalid({"clerk": "请填写对方系统的工号。"})
    async with database.transaction() as db:
        person = await store.person_by_id(db, person_id)
        if person is None or person.role != Role.CLERK:
            raise Invalid({"person_id": "只能对应到审批员。"})
        await store.set_client_clerk(db, client_id, clerk.strip(), person_id)
        await audit.record(db, actor, "map_clerk", "client", client_id, detail={"clerk": clerk})


async def acting_for(
    database: Database, actor: Actor, clerk: str, *, case_number: str = "", purpose: str = ""
) -> Actor:
    """The clerk of ours in whose name a client acts, by the clerk's number in the client's system. Raises Invalid."""
    async with database.connection() as db:
        found = await store.clerk_for_client(db, actor.client_id, clerk.strip()) if actor.client_id else None
    if found is None:
        raise Invalid({"clerk": NO_SUCH_CLERK})
    return found.for_case(case_number.strip(), purpose.strip())


async def issue_ticket(
    database: Database,
    actor: Actor,
    *,
    clerk: str,
    case_number: str,
    purpose: str,
    address: str = "",
    applicant: str = "",
    item_code: str = "",
) -> str:
    """A one-time ticket for the panel: this client, its clerk mapped to ours, this case; sixty seconds, once."""
    faults = {}
    if not case_number.strip():
        faults["case_number"] = "请带上受理编号。"
    if not purpose.strip():
        faults["purpose"] = "请说明用途。"
    if faults:
        raise Invalid(faults)
    if actor.client_id is None:
        raise NotFound
    token = new_token()
    async with database.transaction() as db:
        person_id = await store.clerk_of_client(db, actor.client_id, clerk)
        if person_id is None:
            raise Invalid({"clerk": NO_SUCH_CLERK})
        ticket = {
            "client_id": actor.client_id,
            "person_id": person_id,
            "case_number": case_number.strip()[:100],
            "purpose": purpose.strip()[:200],
            "address": address.strip()[:200],
            "applicant": applicant.strip()[:200],
            "item_code": item_code.strip()[:40],
        }
        await store.insert_ticket(db, hash_token(token), ticket, TICKET_SECONDS)
        await audit.record(db, actor.for_case(case_number, purpose), "issue_ticket", "client", actor.client_id)
    return token


async def open_ticket(database: Database, ticket: str) -> tuple[str, dict[str, Any]]:
    """The panel's token and what the ticket says. Raises TicketSpent."""
    token = new_token()
    async with database.transaction() as db:
        said = await store.use_ticket(db, hash_token(ticket), hash_token(token), PANEL_MINUTES)
        if said is None:
            raise TicketSpent
        panel = await store.by_panel(db, hash_token(token))
        await audit.record(db, panel and panel[0], "open_ticket", "client", said["client_id"])
    return token, said
