"""综窗受理: a small stand-in for a foreign intake system, for the demo and the browser tests.

It is its own server on another site (`localhost`, where 住所云 answers at `127.0.0.1`), knows 住所云 only through the
open API and the button, and keeps its cases in memory: losing them costs nobody anything.
"""

import asyncio
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Annotated, Any

import structlog
import urllib3
from granian.constants import Interfaces
from granian.server.embed import Server
from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import Redirect

from zhusuo.processes import asked_to_end
from zhusuo.settings import Settings

KEPT_IN = "intake.json"
"""Under the home of the trial installation: the token that 住所云 gave this client."""
CLERK = "ZC-0803"
"""The clerk number at the intake counter; an administrator of 住所云 has mapped it to a clerk."""
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Case:
    """受理件: what the applicant's form says, the reuse id that came back, and what 住所云 told our server of it."""

    number: str
    applicant: str
    item: str
    item_code: str
    address: str
    reuse: dict[str, Any] = field(default_factory=dict)
    outcome: str = ""


_CASES = """
2026-XJH-110873|上海栖木数字科技有限公司|徐家汇肇家浜路1366号汇澜大厦十八楼1803
2026-XJH-110874|上海澜鹭文化传播有限公司|上海市徐汇区虹桥路３号望岸国际大厦2105室
2026-XJH-110875|上海朴石建筑设计有限公司|云锦路887号棠谷商务中心1301室
2026-XJH-110876|上海听澜餐饮管理有限公司|徐汇区虹桥路3号2105室
2026-XJH-110877|上海云岫贸易有限公司|徐汇区漕溪北路9999号101室
"""
CASES = tuple(
    Case(number=number, applicant=applicant, item="公司设立登记", item_code="company_formation", address=address)
    for number, applicant, address in (line.split("|") for line in _CASES.split())
)


class Intake:
    """The intake system: where 住所云 is, its token there, and its cases."""

    def __init__(self, zhusuo: str, token: str) -> None:
        self.zhusuo = zhusuo
        self.cases = {case.number: case for case in CASES}
        self._token = token

    def case(self, number: str) -> Case:
        if number not in self.cases:
            raise NotFoundException
        return self.cases[number]

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None, key: str = "") -> tuple[int, Any]:
        """Ask the open API from our own server: the browser never sees the token."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        answer = await asyncio.to_thread(
            urllib3.request,
            method,
            f"{self.zhusuo}/api/v1{path}",
            body=json.dumps(body) if body is not None else None,
            headers=headers,
            timeout=15.0,
            retries=False,
        )
        return answer.status, json.loads(answer.data or b"{}")


@dataclass
class TicketForm:
    address: str = ""
    case: str = ""
    applicant: str = ""
    item: str = ""


@dataclass
class OutcomeForm:
    outcome: str = ""
    uscc: str = ""


@get("/demo/intake", media_type=MediaType.HTML)
async def cases(intake: NamedDependency[Intake], templates: NamedDependency[Environment]) -> str:
    return templates.get_template("intake.html").render(intake=intake, case=None, message="", clerk=CLERK)


@get("/demo/intake/{number:str}", media_type=MediaType.HTML)
async def case(number: FromPath[str], intake: NamedDependency[Intake], templates: NamedDependency[Environment]) -> str:
    found = intake.case(number)
    return templates.get_template("intake.html").render(intake=intake, case=found, message="", clerk=CLERK)


@post("/demo/intake/{number:str}/ticket", status_code=200)
async def ticket(number: FromPath[str], data: TicketForm, intake: NamedDependency[Intake]) -> Response[Any]:
    """What the button asks for: a one-time ticket for this clerk and this case."""
    found = intake.case(number)
    status, body = await intake.call(
        "POST",
        "/tickets",
        {
            "clerk": CLERK,
            "case_number": found.number,
            "purpose": found.item,
            "address": data.address or found.address,
            "applicant": found.applicant,
            "item_code": found.item_code,
        },
    )
    return Response(body, status_code=status)


@post("/demo/intake/{number:str}/reuse", status_code=200)
async def reuse(
    number: FromPath[str], data: dict[str, str], intake: NamedDependency[Intake]
) -> Response[dict[str, Any]]:
    """The reuse id came back through the browser; everything else our server fetches itself."""
    status, body = await intake.call("GET", f"/reuses/{data['reuse']}")
    if status == 200:
        intake.cases[number] = replace(intake.case(number), reuse=body)
    return Response(body, status_code=status)


@post("/demo/intake/{number:str}/outcome")
async def outcome(
    number: FromPath[str],
    data: Annotated[OutcomeForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
    intake: NamedDependency[Intake],
    templates: NamedDependency[Environment],
) -> Response[str] | Redirect:
    """Report what became of the case."""
    found = intake.case(number)
    told = {"outcome": data.outcome, "uscc": data.uscc or None}
    key = f"{number}-{data.outcome}"
    status, body = await intake.call("POST", f"/reuses/{found.reuse['id']}/outcome", told, key)
    if status >= 400:
        page = templates.get_template("intake.html").render(
            intake=intake, case=found, message=body.get("detail", ""), clerk=CLERK
        )
        return Response(page, status_code=status, media_type=MediaType.HTML)
    intake.cases[number] = replace(found, outcome=data.outcome, reuse=body)
    return Redirect(f"/demo/intake/{number}", status_code=303)


@get("/healthz")
async def healthz(intake: NamedDependency[Intake]) -> dict[str, Any]:
    return {"cases": [asdict(each) for each in intake.cases.values()]}


def create_intake(zhusuo: str, token: str) -> Litestar:
    """The app; `zhusuo` is where 住所云 answers, `token` what it gave this client."""
    templates = Environment(
        loader=PackageLoader("zhusuo.demo", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    state = State({"intake": Intake(zhusuo, token), "templates": templates})

    def _intake(request: Request[Any, Any, Any]) -> Intake:
        found: Intake = request.app.state.intake
        return found

    def _templates(request: Request[Any, Any, Any]) -> Environment:
        found: Environment = request.app.state.templates
        return found

    return Litestar(
        route_handlers=[cases, case, ticket, reuse, outcome, healthz],
        dependencies={
            "intake": Provide(_intake, sync_to_thread=False),
            "templates": Provide(_templates, sync_to_thread=False),
        },
        state=state,
        openapi_config=None,
        logging_config=None,
    )


async def main() -> None:
    settings = Settings()
    token = json.loads((settings.home / KEPT_IN).read_text())["token"]
    server = Server(
        create_intake(settings.url, token),
        address=settings.host,
        port=settings.port + 1,
        interface=Interfaces.ASGI,
        log_access=False,
    )
    serving = asyncio.create_task(server.serve())
    await asked_to_end()
    server.stop()
    await serving


if __name__ == "__main__":
    asyncio.run(main())
