"""现场: the screen for a phone, and the doors that take what it saw: a plain form, or what an outbox sends later."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from litestar import Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, JSONBody
from litestar.response import Redirect, Template

from storage.store import Store
from zhusuo import audit
from zhusuo.db import Database
from zhusuo.errors import Invalid
from zhusuo.inspections import actions
from zhusuo.inspections.model import NewFinding, Outcome, Position
from zhusuo.people.model import Actor
from zhusuo.ports.common.components import STATIC
from zhusuo.ports.common.documents import Form, take_files
from zhusuo.ports.common.forms import again, chosen
from zhusuo.ports.common.pages import go, page
from zhusuo.ports.supervision.inspections import reads
from zhusuo.settings import Settings

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
OUTCOMES = [(each.value, each.label, each.meaning) for each in Outcome]


@dataclass
class FindingForm:
    """A finding without JavaScript: its id was drawn with the page, so that two clicks are one finding."""

    finding_id: str = ""
    outcome: str = ""
    other_business: str = ""
    note: str = ""


@dataclass
class SentFinding:
    """A finding as the outbox of a phone sends it."""

    outcome: Outcome
    found_at: datetime
    other_business: str = ""
    note: str = ""
    latitude: float | None = None
    longitude: float | None = None
    accuracy_m: float | None = None
    photo_count: int = 0


@dataclass
class SentPhoto:
    """A photograph whose bytes came through `/uploads`."""

    document_id: UUID
    taken_at: datetime


@dataclass
class FindingAnswer:
    """What became of it: `concludes` is false where somebody else's finding was here first."""

    id: UUID
    repeated: bool
    concludes: bool
    sentence: str


@dataclass
class PhotoAnswer:
    id: UUID
    repeated: bool


@get("/supervision/inspections/{inspection_id:uuid}/visit", name="inspections.visit")
async def visit(
    request: Asked,
    inspection_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    settings: NamedDependency[Settings],
    day: NamedDependency[date],
) -> Template:
    said = FindingForm(finding_id=str(uuid4()))
    return await _page(request, database, actor, settings, day, inspection_id, said, {})


async def _page(
    request: Asked,
    database: Database,
    actor: Actor,
    settings: Settings,
    day: date,
    inspection_id: UUID,
    said: FindingForm,
    errors: dict[str, str],
) -> Template:
    async with database.transaction() as db:
        found = await reads.one(db, actor, inspection_id)
        await audit.record(db, actor, "view", "inspection", inspection_id, carrier_id=found.carrier_id)
    return page(
        request,
        "inspections/visit.html",
        inspection=found,
        outcomes=OUTCOMES,
        said=said,
        errors=errors,
        most_bytes=settings.upload_limit_mb * 10**6,
        day=day,
    )


@post("/supervision/inspections/{inspection_id:uuid}/finding", name="inspections.record", status_code=303)
async def record(
    request: Asked,
    inspection_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    settings: NamedDependency[Settings],
    day: NamedDependency[date],
    data: Annotated[FindingForm, URL_ENCODED],
) -> Template | Redirect:
    """Without JavaScript; photographs follow on the page of the inspection."""
    try:
        await actions.record_finding(database, actor, inspection_id, _typed(data))
    except Invalid as invalid:
        return again(await _page(request, database, actor, settings, day, inspection_id, data, invalid.fields))
    return go(f"/supervision/inspections/{inspection_id}")


def _typed(data: FindingForm) -> NewFinding:
    return NewFinding(
        id=chosen(UUID, data.finding_id, "finding_id", "页面已过期，请刷新后重新填写。"),
        outcome=chosen(Outcome, data.outcome, "outcome", "请选择核查结论。"),
        other_business=data.other_business,
        note=data.note,
        found_at=datetime.now(UTC),
    )


@put(
    "/supervision/inspections/{inspection_id:uuid}/findings/{finding_id:uuid}",
    name="inspections.take_finding",
    status_code=200,
)
async def take_finding(
    inspection_id: FromPath[UUID],
    finding_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: JSONBody[SentFinding],
) -> FindingAnswer:
    """What a phone kept while it had no line; sent twice, it is there once."""
    taken = await actions.record_finding(database, actor, inspection_id, _sent(finding_id, data))
    concludes = taken.finding.concludes
    sentence = "结论已送达。" if concludes else "这次核查已有结论，您的记录作为补充一并保存。"
    return FindingAnswer(id=finding_id, repeated=taken.repeated, concludes=concludes, sentence=sentence)


def _sent(finding_id: UUID, data: SentFinding) -> NewFinding:
    if data.found_at.tzinfo is None:
        raise Invalid({"found_at": "时间要带时区。"})
    here = data.latitude is not None and data.longitude is not None
    return NewFinding(
        id=finding_id,
        outcome=data.outcome,
        other_business=data.other_business,
        note=data.note,
        found_at=data.found_at,
        position=Position(latitude=data.latitude or 0.0, longitude=data.longitude or 0.0, accuracy_m=data.accuracy_m)
        if here
        else None,
        photo_count=data.photo_count,
    )


@put(
    "/supervision/inspections/{inspection_id:uuid}/findings/{finding_id:uuid}/photos/{photo_id:uuid}",
    name="inspections.take_photo",
    status_code=200,
)
async def take_photo(
    inspection_id: FromPath[UUID],
    finding_id: FromPath[UUID],
    photo_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: JSONBody[SentPhoto],
) -> PhotoAnswer:
    """Its row and its object are there when this is answered; only then may a phone forget it."""
    if data.taken_at.tzinfo is None:
        raise Invalid({"taken_at": "时间要带时区。"})
    is_new = await actions.attach_photo(
        database, actor, inspection_id, finding_id, photo_id, data.document_id, data.taken_at
    )
    return PhotoAnswer(id=photo_id, repeated=not is_new)


@post(
    "/supervision/inspections/{inspection_id:uuid}/findings/{finding_id:uuid}/photos",
    name="inspections.add_photos",
    status_code=303,
    request_max_body_size=None,  # every file is limited while it comes in, and their number by the verb
)
async def add_photos(
    request: Asked,
    inspection_id: FromPath[UUID],
    finding_id: FromPath[UUID],
    database: NamedDependency[Database],
    store: NamedDependency[Store],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
) -> Redirect:
    """Photographs of a plain form, without JavaScript or from a computer, for a finding that is there."""

    async def take(file_name: str, stream: AsyncIterator[bytes]) -> None:
        await actions.receive_photo(database, store, settings, actor, inspection_id, finding_id, file_name, stream)

    await take_files(Form(request), take)
    return go(f"/supervision/inspections/{inspection_id}")


@get("/supervision/worker.js", name="inspections.worker")
async def worker() -> Response[bytes]:
    """The service worker, which may serve pages of 监管端 without a line; it stands here because of its scope."""
    script = (STATIC / "worker.js").read_bytes()
    return Response(script, media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


doors = [visit, record, take_finding, take_photo, add_photos, worker]
