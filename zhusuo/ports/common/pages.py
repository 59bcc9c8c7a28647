"""页面: one call from handler to template, with the frame (rail, person, theme) around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from litestar import Request
from litestar.response import Redirect, Template

from zhusuo.people.model import Actor, Role
from zhusuo.ports.common.components import Frame, RailLink
from zhusuo.ports.common.guard import SAFE


@dataclass(frozen=True, kw_only=True)
class Port:
    """端: a room's name, its root path and what stands in its rail."""

    name: str
    root: str
    rail: Sequence[RailLink]
    foot: Sequence[RailLink] = ()


PORTS: dict[Role, Port] = {
    Role.CLERK: Port(
        name="审批端",
        root="/approval",
        rail=(
            RailLink(href="/approval", icon="search", label="住所查询"),
            RailLink(href="/approval/filings", icon="inbox", label="材料审核"),
            RailLink(href="/approval/reuses", icon="link", label="调用记录"),
            RailLink(href="/approval/managements", icon="key", label="管理认领"),
            RailLink(href="/approval/corrections", icon="edit", label="地址更正"),
            RailLink(href="/approval/lists", icon="table", label="批量归类"),
            RailLink(href="/approval/waivers", icon="list", label="免交清单"),
            RailLink(href="/approval/carriers", icon="building", label="载体目录"),
            RailLink(href="/approval/search", icon="doc", label="全文检索"),
        ),
    ),
    Role.MANAGER: Port(
        name="物业端",
        root="/property",
        rail=(
            RailLink(href="/property", icon="building", label="我的楼宇"),
            RailLink(href="/property/filings", icon="upload", label="材料备案"),
            RailLink(href="/property/registrations", icon="user", label="登记确认"),
            RailLink(href="/property/zombies", icon="alert", label="住所核实"),
            RailLink(href="/property/search", icon="doc", label="全文检索"),
        ),
    ),
    Role.SUPERVISOR: Port(
        name="监管端",
        root="/supervision",
        rail=(
            RailLink(href="/supervision", icon="chart", label="辖区总览"),
            RailLink(href="/supervision/carriers", icon="building", label="载体"),
            RailLink(href="/supervision/registrations", icon="list", label="登记企业"),
            RailLink(href="/supervision/zombies", icon="alert", label="僵尸住所"),
            RailLink(href="/businesses", icon="table", label="住所库"),
            RailLink(href="/supervision/inspections", icon="eye", label="核查"),
        ),
    ),
    Role.AGENT: Port(
        name="营商服务机构端",
        root="/agency",
        rail=(
            RailLink(href="/agency", icon="building", label="我的楼宇"),
            RailLink(href="/agency/filings", icon="upload", label="材料备案"),
            RailLink(href="/agency/vacancies", icon="list", label="房源"),
        ),
    ),
    Role.ADMINISTRATOR: Port(
        name="系统管理",
        root="/admin",
        rail=(
            RailLink(href="/admin", icon="building", label="机构"),
            RailLink(href="/admin/people", icon="user", label="人员"),
            RailLink(href="/admin/clients", icon="link", label="接入系统"),
            RailLink(href="/admin/carriers", icon="list", label="载体"),
            RailLink(href="/businesses", icon="table", label="住所库"),
            RailLink(href="/admin/audit", icon="eye", label="留痕"),
            RailLink(href="/admin/tasks", icon="clock", label="后台任务"),
        ),
    ),
}

# What rooms share stands where its room has it: a document under the filings, a unit under the carriers.
SHARED = {
    "/filings": "/filings",
    "/documents": "/filings",
    "/carriers": "/carriers",
    "/units": "/carriers",
    "/leases": "/carriers",
    "/claims": "/claims",
}
NOTICES = RailLink(href="/notices", icon="bell", label="通知")


def page(request: Request[Any, Any, Any], template: str, /, **context: Any) -> Template:
    """A whole page, or the same template for a fragment: templates look at `fragment` (an htmx request)."""
    given = request.scope["state"]
    counts: dict[str, int] = given.get("counts", {})
    actor: Actor | None = given.get("actor")
    return Template(
        template,
        context={
            "frame": _frame(request, actor, counts),
            "actor": actor,
            "csrf_token": given.get("csrf_token", ""),
            "fragment": request.headers.get("hx-request") == "true" and not request.headers.get("hx-boosted"),
            "path": request.url.path,
            **context,
        },
        media_type="text/html",
    )


def go(path: str) -> Redirect:
    """On to another page after something was done (303: with GET, whatever the method was)."""
    return Redirect(path, status_code=303)


def own_path(path: str) -> str:
    """A path of ours to go back to, never another site."""
    parts = urlsplit(path)
    clean = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return path if clean else "/"


def open_page(request: Request[Any, Any, Any]) -> str:
    """The page in the window: what was asked for, or the one that a form or a part of a page was sent from.

    Nothing where that is not known, or not ours.
    """
    asked = str(request.url)
    if request.headers.get("hx-request"):
        asked = request.headers.get("hx-current-url", "")
    elif request.method not in SAFE:
        asked = request.headers.get("referer", "")
    parts = urlsplit(asked)
    if parts.netloc != request.headers.get("host"):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def open_query(request: Request[Any, Any, Any]) -> dict[str, str]:
    """What the address of the page in the window asks for: how it is narrowed, sorted, looked at."""
    return dict(parse_qsl(urlsplit(open_page(request)).query))


def _frame(request: Request[Any, Any, Any], actor: Actor | None, counts: dict[str, int]) -> Frame:
    port = PORTS.get(actor.role) if actor else None
    path = request.url.path
    url = path + (f"?{request.url.query}" if request.url.query else "")
    address = open_page(request) if request.method not in SAFE else ""
    theme, text = request.cookies.get("zs-theme", ""), request.cookies.get("zs-text", "")
    if actor is None or port is None:
        return Frame(url=address or url, address=address, theme=theme, text=text)
    place = next((port.root + under for start, under in SHARED.items() if _within(path, start)), path)
    nearest = max((link.href for link in (*port.rail, NOTICES) if _within(place, link.href)), key=len, default="")
    return Frame(
        port=port.name,
        rail=[_link(link, nearest, counts) for link in (*port.rail, NOTICES)],
        foot=[_link(link, nearest, counts) for link in port.foot],
        person=actor.name,
        person_id=str(actor.person_id or ""),
        place=" ".join(filter(None, (actor.organisation, actor.desk))),
        csrf_token=request.scope["state"].get("csrf_token", ""),
        url=address or url,
        address=address,
        theme=theme,
        text=text,
    )


def _within(path: str, href: str) -> bool:
    return path == href or path.startswith(href + "/")


def _link(link: RailLink, nearest: str, counts: dict[str, int]) -> RailLink:
    return RailLink(
        href=link.href,
        icon=link.icon,
        label=link.label,
        count=counts.get(link.href, 0),
        current=link.href == nearest,
    )
