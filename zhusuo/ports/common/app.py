"""The app: every room's doors behind one guard, one error map, one set of headers."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from litestar import Litestar, Request, Response
from litestar.config.app import AppConfig
from litestar.datastructures import CacheControlHeader, State
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig

from storage.store import Store
from zhusuo import notices
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.db import Database
from zhusuo.people.model import Actor
from zhusuo.ports.common import components, documents, doors, filing_doors
from zhusuo.ports.common.errors import HANDLERS
from zhusuo.ports.common.guard import admit
from zhusuo.settings import Settings
from zhusuo.signing import Signer

SHANGHAI = ZoneInfo("Asia/Shanghai")
ROOMS = Path(__file__).resolve().parent.parent
BODY_LIMIT = 10 * 2**20
CSP = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
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
        after_request=_headers,
        before_request=_counts,
        state=State({"database": database, "store": store, "settings": settings, "signer": signer, "lexicon": lexicon}),
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment())),
        request_max_body_size=BODY_LIMIT,
        openapi_config=OpenAPIConfig(
            title="住所云开放接口",
            version="1",
            path="/schema",
            render_plugins=[SwaggerRenderPlugin()],
        ),
        logging_config=None,
        on_app_init=[_only_the_api_is_documented],
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
        unread = await notices.unread_count(db, actor)
    request.scope["state"]["counts"] = {"/notices": unread}


def _headers(response: Response[Any]) -> Response[Any]:
    """What every answer says: no sniffing, no foreign frames (the panel sets its own), nothing kept by proxies."""
    response.headers.setdefault("Content-Security-Policy", CSP.format(ancestors="'none'"))
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _only_the_api_is_documented(config: AppConfig) -> AppConfig:
    for handler in config.route_handlers:
        if isinstance(handler, HTTPRouteHandler) and not any(path.startswith("/api/") for path in handler.paths):
            handler.include_in_schema = False
    return config
