"""公开核验的门: what a stranger with a receipt in hand sees; no person, no other company, nothing of the papers."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Self

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from msgspec import Meta

from zhusuo.db import Database
from zhusuo.ports.api import reads
from zhusuo.ports.api.answers import Answer
from zhusuo.ports.common.pages import go, page
from zhusuo.registrations import receipts
from zhusuo.registrations.model import Authenticity, ReuseStatus, Verification
from zhusuo.registrations.verification import verify
from zhusuo.settings import Settings
from zhusuo.signing import Signer

Asked = Request[Any, Any, Any]

# What a stranger is told of how the case went: not that somebody was refused.
PROGRESS = {
    ReuseStatus.HELD: "正在办理登记",
    ReuseStatus.REGISTERED: "已登记",
    ReuseStatus.REFUSED: "已办结，没有登记",
    ReuseStatus.WITHDRAWN: "已办结，没有登记",
    ReuseStatus.EXPIRED: "已办结，没有登记",
}
TONES = {
    Authenticity.GENUINE: ("ok", "check"),
    Authenticity.CHANGED: ("bad", "alert"),
    Authenticity.REVOKED: ("bad", "x"),
    Authenticity.UNKNOWN: ("warn", "search"),
}


class VerificationAnswer(Answer, frozen=True, kw_only=True):
    """核验结果。"""

    authenticity: Annotated[str, Meta(description="genuine changed revoked unknown", examples=["genuine"])]
    label: Annotated[str, Meta(examples=["凭证真实有效"])]
    sentence: str
    number: str
    applicant: Annotated[str, Meta(description="单位名称；个人只留姓")]
    address: str
    office: str
    issued_at: datetime | None
    dossier: str
    valid_until: date | None
    progress: str
    receipt_sha256: str
    revoked_at: datetime | None
    revoked_reason: str
    verified_at: datetime

    @classmethod
    def of(cls, found: Verification, moment: datetime) -> Self:
        return cls(
            authenticity=found.authenticity,
            label=found.authenticity.label,
            sentence=found.authenticity.sentence,
            number=found.number,
            applicant=found.applicant,
            address=found.address,
            office=found.office,
            issued_at=found.issued_at,
            dossier=found.dossier,
            valid_until=found.valid_until,
            progress=PROGRESS.get(found.status, "") if found.status else "",
            receipt_sha256=found.receipt_sha256,
            revoked_at=found.revoked_at,
            revoked_reason=found.revoked_reason,
            verified_at=moment,
        )


@get("/verify", name="verify.form")
async def form(
    request: Asked,
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    code: FromQuery[str] = "",
) -> Template | Redirect:
    """Where a code is typed in; one that can be a code goes on to its answer."""
    read = receipts.read_code(code)
    if read is not None:
        return go(f"/verify/{receipts.grouped(read)}")
    async with database.connection() as db:
        district = await reads.district_name(db, settings.district)
    errors = {"code": "核验码是凭证下方的 20 位字母和数字，请核对后再输。"} if code.strip() else {}
    answer = page(request, "api/verify.html", district=district, code=code[:60], errors=errors)
    answer.status_code = 422 if errors else 200
    return answer


@get("/verify/{code:str}", name="verify.code")
async def of_code(
    request: Asked,
    code: FromPath[str],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    signer: NamedDependency[Signer],
) -> Response[Any] | Template:
    """The answer as a page, or as JSON for whoever accepts that."""
    found = await verify(database, signer, code, request.client.host if request.client else "")
    answer = VerificationAnswer.of(found, datetime.now(UTC))
    status = 404 if found.authenticity is Authenticity.UNKNOWN else 200
    if "application/json" in request.headers.get("accept", ""):
        return Response(answer, status_code=status, headers={"Vary": "Accept"})
    return await _page(request, database, settings, answer, TONES[found.authenticity], status)


async def _page(
    request: Asked,
    database: Database,
    settings: Settings,
    answer: VerificationAnswer,
    look: tuple[str, str],
    status: int,
) -> Template:
    async with database.connection() as db:
        district = await reads.district_name(db, settings.district)
    shown = page(request, "api/verified.html", district=district, answer=answer, tone=look[0], sign=look[1])
    shown.status_code = status
    shown.headers["Vary"] = "Accept"
    return shown
