"""僵尸住所: the list of cases, which follows by itself what is opened and what goes on."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from zhusuo.db import Connection, Database
from zhusuo.people.model import Actor
from zhusuo.ports.common import files
from zhusuo.ports.common.forms import typed
from zhusuo.ports.common.pages import open_query, page
from zhusuo.ports.supervision import reads as supervision
from zhusuo.ports.supervision.zombies import reads
from zhusuo.zombies.model import OPEN, CaseStatus, SignalKind

Asked = Request[Any, Any, Any]
TONES = {
    CaseStatus.OPENED: "warn",
    CaseStatus.NOTIFIED: "act",
    CaseStatus.ANSWERED: "act",
    CaseStatus.SILENT: "warn",
    CaseStatus.INSPECTING: "act",
    CaseStatus.INSPECTED: "warn",
    CaseStatus.CLEARED: "bad",
    CaseStatus.APPEALED: "warn",
    CaseStatus.UPHELD: "bad",
    CaseStatus.REVERSED: "ok",
    CaseStatus.UNSETTLED: "warn",
    CaseStatus.DISMISSED: "ok",
    CaseStatus.SETTLED: "",
}
STATUSES = [("open", "办理中"), *((each.value, each.label) for each in CaseStatus), ("all", "全部")]
CAUSES = [(each.value, each.label) for each in SignalKind]
LISTING = files.Listing[reads.CaseRow](
    name="僵尸住所案件",
    noun="zombie_case",
    columns={
        "案件": lambda row: row.number,
        "企业": lambda row: row.name,
        "载体": lambda row: row.carrier,
        "单元": lambda row: row.unit,
        "街镇": lambda row: row.subdistrict,
        "主要线索": lambda row: row.cause.label,
        "评分": lambda row: row.score,
        "状态": lambda row: row.status.label,
        "立案": lambda row: row.opened_on,
        "答复期限": lambda row: row.deadline_on,
        "逾期答复": lambda row: "是" if row.late else "",
        "办结": lambda row: row.decided_on,
    },
)


def _status(text: str) -> str:
    return text if text in (*CaseStatus, "all") else "open"


@dataclass(frozen=True, kw_only=True)
class Look:
    """How the list is narrowed, and where it goes on."""

    q: str = ""
    status: str = "open"
    cause: str = ""
    subdistrict: str = ""
    after: str = ""

    @property
    def path(self) -> str:
        given = {key: value for key, value in asdict(self).items() if value}
        return f"/supervision/zombies?{urlencode(given)}"


def _look(q: str, status: str, cause: str, subdistrict: str, after: str) -> Look:
    return Look(q=typed(q), status=_status(status), cause=cause, subdistrict=subdistrict, after=after)


def _open_look(request: Asked) -> Look:
    """How the open page is narrowed: its address says so."""
    asked = open_query(request)
    return _look(*(asked.get(name, "") for name in ("q", "status", "cause", "subdistrict", "after")))


@get("/supervision/zombies", name="zombies.list")
async def listed(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    q: FromQuery[str] = "",
    status: FromQuery[str] = "",
    cause: FromQuery[str] = "",
    subdistrict: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Template:
    async with database.connection() as db:
        given = await _cases(db, actor, _look(q, status, cause, subdistrict, after))
        subdistricts = await supervision.subdistricts(db, actor)
    return page(request, "zombies/list.html", causes=CAUSES, subdistricts=subdistricts, day=day, **given)


@get("/supervision/zombies/news", name="zombies.news")
async def news(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    seen: FromQuery[str] = "",
) -> Template | Response[None]:
    """The cases as they are now, if any has changed since they were drawn; an open page asks every few seconds."""
    async with database.connection() as db:
        given = await _cases(db, actor, _open_look(request))
    if given["mark"] == seen:
        return Response(None, status_code=204)
    return page(request, "zombies/_news.html", day=day, **given)


async def _cases(db: Connection, actor: Actor, look: Look) -> dict[str, Any]:
    """What the list shows, with a mark that changes when it does."""
    given = {"q": look.q, "cause": look.cause, "subdistrict": look.subdistrict}
    status = look.status.replace("all", "")
    found = await reads.cases(db, actor, **given, status=status, after=reads.cursor(look.after), limit=reads.PAGE + 1)
    counts = await reads.counts(db, actor)
    return {
        "rows": found[: reads.PAGE],
        "after": found[reads.PAGE - 1].cursor if len(found) > reads.PAGE else None,
        "counts": [(each, counts.get(each.value, 0)) for each in CaseStatus if each in OPEN],
        "mark": hashlib.sha256(repr((found, sorted(counts.items()))).encode()).hexdigest()[:16],
        "url": look.path,
        "status": look.status,
        "statuses": STATUSES,
        "tones": TONES,
        **given,
    }


@get("/supervision/zombies.xlsx", name="zombies.list_xlsx")
async def listed_xlsx(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    q: FromQuery[str] = "",
    status: FromQuery[str] = "",
    cause: FromQuery[str] = "",
    subdistrict: FromQuery[str] = "",
) -> Response[bytes]:
    wanted, text = _status(status).replace("all", ""), typed(q)
    return await files.export(
        database,
        actor,
        day,
        LISTING,
        lambda db: reads.cases(db, actor, q=text, status=wanted, cause=cause, subdistrict=subdistrict, limit=files.ALL),
        request=request,
    )


doors = [listed, news, listed_xlsx]
