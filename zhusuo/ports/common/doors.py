"""公用的门: sign-in, sign-out, how one likes to read, notices, health and metrics."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from storage.store import Store
from zhusuo.db import Database
from zhusuo.errors import Refusal
from zhusuo.notices import About, inbox
from zhusuo.notices import read as mark_read
from zhusuo.notices import read_all as mark_all_read
from zhusuo.people import actions
from zhusuo.people.model import HOME_OF, Actor
from zhusuo.ports.common import reads
from zhusuo.ports.common.errors import status_of
from zhusuo.ports.common.guard import COOKIE
from zhusuo.ports.common.pages import go, own_path, page
from zhusuo.settings import Settings

YEAR_SECONDS = 365 * 24 * 3600


@dataclass
class SignInForm:
    login: str = ""
    password: str = ""
    next: str = ""


@dataclass
class PreferencesForm:
    theme: str = ""
    text: str = ""
    back: str = "/"


@get("/", name="home")
async def home(request: Request[Any, Any, Any], database: NamedDependency[Database]) -> Redirect:
    """To the desk of whoever is signed in."""
    actor = await reads.actor_of(database, request)
    return go(HOME_OF[actor.role] if actor else "/sign-in")


@get("/sign-in", name="sign_in_page")
async def sign_in_page(
    request: Request[Any, Any, Any], next: FromQuery[str] = "", ended: FromQuery[str] = ""
) -> Template:
    """`ended`: the session ended meanwhile, and a form was not sent (`unsent`) or nothing was lost (`idle`)."""
    return page(request, "sign_in.html", next=next, login="", message="", ended=ended)


@post("/sign-in", name="sign_in", status_code=200)
async def sign_in(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    data: Annotated[SignInForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """A fresh session and its cookie, or the page again with a sentence."""
    address = request.client.host if request.client else ""
    former = request.cookies.get(COOKIE)
    try:
        signed_in = await actions.sign_in(
            database, data.login.strip(), data.password, address, hours=settings.session_hours, former_token=former
        )
    except Refusal as refusal:
        again = page(request, "sign_in.html", next=data.next, login=data.login, message=refusal.message, ended="")
        again.status_code = status_of(refusal)
        return again
    target = own_path(data.next) if data.next else HOME_OF[signed_in.person.role]
    answer = go(target)
    answer.set_cookie(_session_cookie(settings, signed_in.token, settings.session_hours * 3600))
    return answer


@post("/sign-out", name="sign_out", status_code=303)
async def sign_out(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
) -> Redirect:
    await actions.sign_out(database, actor, request.cookies.get(COOKIE, ""))
    answer = go("/sign-in")
    answer.set_cookie(_session_cookie(settings, "", 0))
    return answer


@post("/preferences", name="preferences", status_code=303)
async def preferences(
    data: Annotated[PreferencesForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Redirect:
    """大字 and 深色 without JavaScript; with it the page sets the same cookies itself."""
    answer = go(own_path(data.back))
    for key, value, allowed in (
        ("zs-theme", data.theme, ("light", "dark", "auto")),
        ("zs-text", data.text, ("large", "normal")),
    ):
        if value in allowed:
            answer.set_cookie(Cookie(key=key, value=value, max_age=YEAR_SECONDS, path="/", samesite="lax"))
    return answer


@get("/notices", name="notices")
async def notices(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    about: FromQuery[str] = "",
) -> Template:
    """`about` is what they ask of one: to_do, ending or decided; all of them without."""
    async with database.connection() as db:
        found = await inbox(db, actor)
    shown = [each for each in found if each.about == about] if about in list(About) else found
    return page(request, "notices.html", notices=found, shown=shown, about=about, kinds=list(About))


@get("/notices/{notice_id:uuid}", name="read_notice")
async def read_notice(
    notice_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    """Marks the notice as read and goes where it points."""
    async with database.transaction() as db:
        return go(own_path(await mark_read(db, actor, notice_id) or "/notices"))


@post("/notices/read", name="read_notices", status_code=303)
async def read_notices(database: NamedDependency[Database], actor: NamedDependency[Actor]) -> Redirect:
    async with database.transaction() as db:
        await mark_all_read(db, actor)
    return go("/notices")


@get("/help/address-classes", name="help.address_classes")
async def address_classes(request: Request[Any, Any, Any]) -> Template:
    """What A, B, C and N mean."""
    return page(request, "help/address_classes.html")


@get("/healthz", name="healthz", media_type=MediaType.JSON)
async def healthz(
    database: NamedDependency[Database], store: NamedDependency[Store], settings: NamedDependency[Settings]
) -> Response[dict[str, Any]]:
    """Whether this process can do its work, part by part: 200, or 503 with the part that cannot."""
    parts = await reads.health(database, store, settings)
    return Response(parts, status_code=200 if parts["ok"] else 503)


@get("/readyz", name="readyz", media_type=MediaType.TEXT)
async def readyz(database: NamedDependency[Database]) -> str:
    """Whether this process should be sent requests: it answers, and PostgreSQL answers it."""
    async with database.connection() as db:
        await db.execute("SELECT 1")
    return "ok\n"


@get("/metrics", name="metrics")
async def metrics() -> Response[bytes]:
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _session_cookie(settings: Settings, value: str, seconds: int) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=value,
        max_age=seconds,
        path="/",
        httponly=True,
        secure=settings.secure_cookies,
        samesite="lax",
    )


doors = [
    home,
    sign_in_page,
    sign_in,
    sign_out,
    preferences,
    notices,
    read_notice,
    read_notices,
    address_classes,
    healthz,
    readyz,
    metrics,
]
