"""一件材料 pages."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from ocr.quality import SENTENCES
from zhusuo.db import Database
from zhusuo.dossiers import papers, parting, uncovering
from zhusuo.dossiers.model import FLAWS, NOTED, Document, DocumentField, DocumentKind, Part
from zhusuo.errors import Invalid
from zhusuo.people.model import HOME_OF, Actor
from zhusuo.ports.common.forms import Several, a_day, again, chosen, several, typed
from zhusuo.ports.common.pages import go, page
from zhusuo.ports.common.reader import reads
from zhusuo.settings import Settings

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
KINDS = [(kind.value, kind.label) for kind in DocumentKind if kind is not DocumentKind.BLANK]
UNSURE = 0.8
MOST_PAGES = 100_000


@dataclass
class KindForm:
    kind: str = ""
    also: Several = field(default_factory=list)
    back: str = ""


@dataclass
class TermForm:
    valid_until: str = ""


@dataclass
class SensitiveForm:
    sensitive: str = ""


@dataclass
class UncoverForm:
    reason: str = ""


@get("/documents/{document_id:uuid}", name="reader.document")
async def document(
    request: Asked,
    document_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    page: FromQuery[int] = 1,
    q: FromQuery[str] = "",
) -> Template:
    return await _document(request, database, settings, actor, document_id, min(max(page, 1), MOST_PAGES), typed(q), {})


async def _document(
    request: Asked,
    database: Database,
    settings: Settings,
    actor: Actor,
    document_id: UUID,
    number: int,
    q: str,
    errors: dict[str, str],
    form: Sequence[tuple[str, str]] | None = None,
) -> Template:
    async with database.connection() as db:
        found = await reads.reading(db, actor, document_id, number, q)
    return page(
        request,
        "reader/document.html",
        reading=found,
        document=found.seen.document,
        fields=[_field(each, place, found) for place, each in enumerate(found.fields, 1)],
        hits=[_hit(each, place) for place, each in enumerate(found.found, 1)],
        q=q,
        kinds=KINDS,
        groups=_groups(found),
        said=_said(found),
        sheets=_sheets(found, form),
        errors=errors,
        desk=HOME_OF[actor.role],
        most=settings.upload_limit_mb * 10**6,
    )


def _field(field: DocumentField, place: int, reading: reads.Reading) -> dict[str, Any]:
    """A field as field_table and viewer want it."""
    here = field.page == reading.number
    corrected = field.corrected_value is not None
    return {
        "number": place,
        "key": field.id,
        "label": field.label,
        "value": field.shown,
        "confidence": None if corrected else field.confidence,
        "unsure": not corrected and field.confidence < UNSURE,
        "note": f"原读作 {field.value}" if corrected else "",
        "href": "" if here else f"/documents/{field.document_id}?page={field.page}",
        "box": _box(field.box) if here and field.box else None,
        "current": place == 1,
    }


def _groups(reading: reads.Reading) -> list[tuple[str, tuple[int, ...]]]:
    """The pages of each paper in the file, in their order; then those that belong to none."""
    known = {row.page for row in reading.pages}
    groups = [(part.kind.label, tuple(page for page in part.pages if page in known)) for part in reading.parts]
    placed = {page for _, pages in groups for page in pages}
    rest = tuple(row.page for row in reading.pages if row.page not in placed)
    if not groups:
        return [(reading.seen.document.kind.label, rest)]
    return [*groups, ("不算在内", rest)] if rest else groups


def _said(reading: reads.Reading) -> list[tuple[str, str, str]]:
    """What is to be known about the open page: in a word, what to do, and where the same page stands."""
    flaws = reading.page.quality if reading.page else ()
    said = [(FLAWS.get(code, code), SENTENCES.get(code, ""), "") for code in flaws]
    for note in reading.notes:
        if note.page == reading.number:
            there = f"/documents/{note.other_id}?page={note.other_page}" if note.other_id else ""
            said.append((NOTED.get(note.code, "请看一下这一页"), note.text, there))
    return said


def _sheets(reading: reads.Reading, form: Sequence[tuple[str, str]] | None) -> list[tuple[str, str]]:
    """The rows of the form that parts a file: what each paper is and which pages it has; an empty one for another."""
    rows = (
        [(part.kind.value, "、".join(map(str, part.pages))) for part in reading.parts] if form is None else list(form)
    )
    return [*rows, ("", "")]


def _hit(box: reads.Box, place: int) -> dict[str, Any]:
    return {"number": place, "label": "检索到的字词", "box": _box(box), "unsure": False, "current": place == 1}


def _box(corners: reads.Box) -> reads.Box:
    """Corners as place and size."""
    x0, y0, x1, y1 = corners
    return x0, y0, x1 - x0, y1 - y0


# 改


@post("/documents/{document_id:uuid}/kind", name="reader.set_kind", status_code=303)
async def set_kind(
    document_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[KindForm, URL_ENCODED],
) -> Redirect:
    """What it is; from the list of the filing back to the list."""
    kind = chosen(DocumentKind, data.kind, "kind", "请选择材料种类。")
    also = [chosen(DocumentKind, each, "also", "请选择材料种类。") for each in several(data.also)]
    changed = await papers.set_document_kind(database, actor, document_id, kind, also)
    return go(f"/documents/{document_id}" if data.back == "document" else _list(changed))


@post("/documents/{document_id:uuid}/parts", name="reader.part", status_code=303)
async def part(
    request: Asked,
    document_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
) -> Template | Redirect:
    """Which pages are which paper."""
    form = await request.form()
    rows = [
        (str(kind), str(pages)) for kind, pages in zip(form.getall("kind", []), form.getall("pages", []), strict=False)
    ]
    rows = [(kind, pages) for kind, pages in rows if pages.strip()]
    try:
        found = [Part(kind=_kind(kind), pages=parting.pages_in(pages)) for kind, pages in rows]
        await parting.part(database, actor, document_id, found)
    except Invalid as invalid:
        return again(await _document(request, database, settings, actor, document_id, 1, "", invalid.fields, rows))
    return go(f"/documents/{document_id}")


def _kind(text: str) -> DocumentKind:
    return chosen(DocumentKind, text, "parts", "请为每一件选择材料种类。")


@post("/documents/{document_id:uuid}/term", name="reader.set_term", status_code=303)
async def set_term(
    request: Asked,
    document_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    data: Annotated[TermForm, URL_ENCODED],
) -> Template | Redirect:
    """Until when the paper itself is good."""
    try:
        valid_until = a_day(data.valid_until, "valid_until")
    except Invalid as invalid:
        return again(await _document(request, database, settings, actor, document_id, 1, "", invalid.fields))
    await papers.set_valid_until(database, actor, document_id, valid_until)
    return go(f"/documents/{document_id}")


@post("/documents/{document_id:uuid}/sensitive", name="reader.mark_sensitive", status_code=303)
async def mark_sensitive(
    document_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[SensitiveForm, URL_ENCODED],
) -> Redirect:
    await papers.mark_sensitive(database, actor, document_id, bool(data.sensitive))
    return go(f"/documents/{document_id}")


@post("/documents/{document_id:uuid}/fields", name="reader.correct", status_code=303)
async def correct(
    request: Asked, document_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    """Put right what was read: every value that was changed."""
    form = await request.form()
    async with database.connection() as db:
        found = await reads.reading(db, actor, document_id, 1, "")
    for each in found.fields:
        value = " ".join(str(form.get(f"value-{each.id}", each.shown)).split())
        if value and value != each.shown:
            await papers.correct_field(database, actor, each.id, value)
    return go(f"/documents/{document_id}")


@post("/documents/{document_id:uuid}/pages/{page:int}/uncover", name="reader.uncover", status_code=303)
async def uncover(
    request: Asked,
    document_id: FromPath[UUID],
    page: FromPath[int],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    data: Annotated[UncoverForm, URL_ENCODED],
) -> Template | Redirect:
    """Show what is covered on a page, for a reason; after some minutes it is covered again."""
    try:
        await uncovering.uncover(database, actor, document_id, page, data.reason)
    except Invalid as invalid:
        return again(await _document(request, database, settings, actor, document_id, page, "", invalid.fields))
    return go(f"/documents/{document_id}?page={page}")


@post("/documents/{document_id:uuid}/read-again", name="reader.read_again", status_code=303)
async def read_again(
    document_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    await papers.read_again(database, actor, document_id)
    async with database.connection() as db:
        found = await reads.reading(db, actor, document_id, 1, "")
    return go(_list(found.seen.document))


@post("/documents/{document_id:uuid}/discard", name="reader.discard", status_code=303)
async def discard(
    document_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    """Take it out of its filing."""
    async with database.connection() as db:
        found = await reads.reading(db, actor, document_id, 1, "")
    await papers.discard_document(database, actor, document_id)
    return go(_list(found.seen.document))


def _list(document: Document) -> str:
    return f"/filings/{document.filing_id}/documents" if document.filing_id else "/claims"


doors: list[HTTPRouteHandler] = [
    document,
    set_kind,
    part,
    set_term,
    mark_sensitive,
    correct,
    uncover,
    read_again,
    discard,
]
