"""门卫: one guard on the whole app. It finds the door's rule, who is there, and whether the object is theirs."""

import secrets
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from litestar.connection import ASGIConnection, Request
from litestar.enums import RequestEncodingType
from litestar.handlers import BaseRouteHandler

from zhusuo.db import Connection, Database
from zhusuo.errors import NotAllowed, NotFound, NotSignedIn, Refusal, TooMany
from zhusuo.people import store
from zhusuo.people.actions import hash_token
from zhusuo.people.model import Actor
from zhusuo.ports.common.ownership import VISIBLE
from zhusuo.ports.common.policy import POLICY, Entrance, Rule
from zhusuo.settings import Settings

COOKIE = "zhusuo_session"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_FORM = 10 * 2**20


class ForgedForm(Refusal):
    code = "forged_form"
    sentence = "页面已过期，请刷新后重新提交。"


async def admit(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Raises NotFound for a door without a rule, NotSignedIn, NotAllowed, NotFound for a foreign object."""
    rule = POLICY.get(handler.name or "")
    if rule is None:
        raise NotFound
    if rule.entrance == Entrance.OPEN:
        return
    database: Database = connection.app.state.database
    async with database.connection() as db:
        actor = await _who(db, connection, rule)
        if actor.role not in rule.roles or (rule.scope and rule.scope not in actor.scopes):
            raise NotAllowed
        if rule.noun and not await _theirs(db, actor, rule, connection.path_params):
            raise NotFound
    connection.scope["state"]["actor"] = actor
    if rule.entrance == Entrance.SESSION and connection.scope.get("method") not in SAFE:
        assert isinstance(connection, Request)  # noqa: S101 - every door of ours is HTTP
        await _check_form(connection)


async def _who(db: Connection, connection: ASGIConnection[Any, Any, Any, Any], rule: Rule) -> Actor:
    settings: Settings = connection.app.state.settings
    if rule.entrance == Entrance.SESSION:
        cookie = connection.cookies.get(COOKIE)
        idle = settings.session_idle_minutes
        found = await store.by_session(db, hash_token(cookie), idle, touch=not rule.by_itself) if cookie else None
        if found is None:
            raise NotSignedIn
        actor, connection.scope["state"]["csrf_token"] = found
        return actor
    bearer = _bearer(connection)
    if rule.entrance == Entrance.PANEL:
        panel = await store.by_panel(db, hash_token(bearer)) if bearer else None
        if panel is None:
            raise NotSignedIn("面板已过期，请回到受理系统重新点击“住所云”。")
        actor, connection.scope["state"]["ticket"] = panel
        return actor
    client = await store.by_client_token(db, hash_token(bearer)) if bearer else None
    if client is None:
        raise NotSignedIn("接入令牌无效。")
    actor, quota, used = client
    connection.scope["state"]["quota"] = (quota, max(0, quota - used))
    if used > quota:
        raise TooMany(60, "本分钟的调用次数已用完，请稍后再试。")
    return actor


def _bearer(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def _theirs(db: Connection, actor: Actor, rule: Rule, path: dict[str, Any]) -> bool:
    try:
        noun_id = UUID(str(path[rule.key]))
    except ValueError:
        return False
    return await VISIBLE[rule.noun](db, actor, noun_id)


async def _check_form(request: Request[Any, Any, Any]) -> None:
    """An unsafe request comes from our own pages: same origin, and the session's token in a header or form field.

    A multipart body is not read before the handler limits it; for those the origin alone decides, which browsers
    send with every POST and pages of others cannot forge. A door that takes whole files takes no other form.
    """
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site not in ("same-origin", "none") or (origin and urlsplit(origin).netloc != request.headers.get("host")):
        raise ForgedForm
    if request.content_type[0] == RequestEncodingType.MULTI_PART and origin:
        return
    sent = request.headers.get("x-csrftoken")
    if sent is None and request.content_type[0] == RequestEncodingType.URL_ENCODED and _is_small(request):
        sent = str((await request.form()).get("_csrf_token", ""))
    if not secrets.compare_digest(sent or "", request.scope["state"]["csrf_token"]):
        raise ForgedForm


def _is_small(request: Request[Any, Any, Any]) -> bool:
    """Whether the door's limit lets the whole body be read into memory."""
    limit = request.route_handler.resolve_request_max_body_size()
    return limit is not None and limit <= LARGEST_FORM
