"""The app: every room's doors behind one guard, one error map, one set of headers."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from litestar import Litestar, Request
from litestar.datastructures import CacheControlHeader, State
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig
from litestar.types import Message, Scope

from storage.store import Store
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.db import Database
from zhusuo.lookup.roads import Roads
from zhusuo.people.model import Actor
from zhusuo.ports.common import components, documents, doors, filing_doors, openapi, reads
from zhusuo.ports.common.errors import HANDLERS
from zhusuo.ports.common.guard import LARGEST_FORM, admit
from zhusuo.settings import Settings
from zhusuo.signing import Signer

SHANGHAI = ZoneInfo("Asia/Shanghai")
ROOMS = Path(__file__).resolve().parent.parent
CSP = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SAID = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


def today() -> date:
    """The business day at the counter."""
    return datetime.now(SHANGHAI).date()


def create_app(
    database: Database,
    store: Store,
    settings: Settings,
    signer: Signer,
    lexicon: Lexicon,
    roads: Roads,
    rooms: Sequence[HTTPRouteHandler],
) -> Litestar:
    """The web app over things that are already open; `rooms` are the doors of all rooms."""
    return Litestar(
        route_handlers=[
            *doors.doors,
            *documents.doors(settings.upload_limit_mb),
            *filing_doors.doors,
            *rooms,
            _static(),
        ],
        guards=[admit],
        dependencies={
            "database": Provide(_from_app("database"), sync_to_thread=False),
            "store": Provide(_from_app("store"), sync_to_thread=False),
            "settings": Provide(_from_app("settings"), sync_to_thread=False),
            "signer": Provide(_from_app("signer"), sync_to_thread=False),
            "lexicon": Provide(_from_app("lexicon"), sync_to_thread=False),
            "actor": Provide(_actor, sync_to_thread=False),
            "day": Provide(today, sync_to_thread=False),
        },
        exception_handlers=HANDLERS,
        before_request=_counts,
        before_send=[_headers],
        state=State(
            {
                "database": database,
                "store": store,
                "settings": settings,
                "signer": signer,
                "lexicon": lexicon,
                "roads": roads,
            }
        ),
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment())),
        request_max_body_size=LARGEST_FORM,
        openapi_config=openapi.config(),
        logging_config=None,
        on_app_init=[openapi.only_the_api],
    )


def environment() -> Environment:
    """The templates of all rooms; a missing variable is an error, everything is escaped."""
    rooms = sorted(path for path in ROOMS.glob("*/templates") if path.is_dir())
    found = Environment(
        loader=ChoiceLoader([FileSystemLoader(rooms)]),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        enable_async=False,
    )
    components.install(found)
    return found


def _static() -> Any:
    return create_static_files_router(
        path="/static",
        directories=[components.STATIC],
        name="static",
        include_in_schema=False,
        cache_control=CacheControlHeader(max_age=3600, public=True),
    )


def _from_app(key: str) -> Any:
    def provide(request: Request[Any, Any, Any]) -> Any:
        return getattr(request.app.state, key)

    return provide


def _actor(request: Request[Any, Any, Any]) -> Actor:
    actor: Actor = request.scope["state"]["actor"]
    return actor


async def _counts(request: Request[Any, Any, Any]) -> None:
    """The numbers in the rail, for pages only."""
    actor: Actor | None = request.scope["state"].get("actor")
    if actor is None or request.method != "GET" or "csrf_token" not in request.scope["state"]:
        return
    if request.headers.get("hx-request") or "text/html" not in request.headers.get("accept", ""):
        return
    database: Database = request.app.state.database
    async with database.connection() as db:
        request.scope["state"]["counts"] = await reads.rail_counts(db, actor)


async def _headers(message: Message, scope: Scope) -> None:
    """What every answer says, refusals too: no sniffing, no foreign frames (the panel sets its own), nothing kept by
    proxies; to a client, how many calls it has left in this minute."""
    if message["type"] != "http.response.start":
        return
    headers = list(message["headers"])
    present = {name.lower() for name, _ in headers}
    headers += [(name, value) for name, value in SAID if name not in present]
    quota = scope["state"].get("quota")
    if quota is not None:
        left = 60 - datetime.now(UTC).second
        headers += [
            (b"ratelimit-limit", b"%d" % quota[0]),
            (b"ratelimit-remaining", b"%d" % quota[1]),
            (b"ratelimit-reset", b"%d" % left),
        ]
    message["headers"] = headers
