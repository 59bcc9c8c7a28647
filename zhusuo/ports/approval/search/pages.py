"""全文检索: words to documents, and to the place on the page."""

from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from zhusuo import audit
from zhusuo.db import Database
from zhusuo.dossiers.search import Found, search
from zhusuo.errors import Invalid
from zhusuo.people.model import Actor
from zhusuo.ports.common.pages import page

Asked = Request[Any, Any, Any]
PAGE = 20


@get("/approval/search", name="approval.search")
async def find(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    q: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Template:
    found, errors = Found(hits=(), after=None), {}
    if q.strip():
        try:
            found = await _found(database, actor, q, after or None)
        except Invalid as invalid:
            errors = invalid.fields
    answer = page(request, "approval/search.html", q=q, found=found, errors=errors)
    answer.status_code = 422 if errors else 200
    return answer


async def _found(database: Database, actor: Actor, q: str, after: str | None) -> Found:
    """The hits; what was searched for is recorded with how much was found, never with the words of a paper."""
    async with database.transaction() as db:
        found = await search(db, actor, q, PAGE, after)
        await audit.record(db, actor, "search", "document", "list", detail={"hits": len(found.hits)})
    return found


doors = [find]
