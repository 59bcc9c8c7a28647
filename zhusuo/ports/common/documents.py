"""材料的门: pages and originals to look at, and the ways in for files: resumable in chunks, or one plain form.

Bytes are streamed through, whatever their number: a chunk and an original as raw bodies, a form part by part. What is
seen and what comes in is decided and recorded by `dossiers.previews` and `dossiers.uploads`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, InternalServerException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Redirect, Stream
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from storage.store import Store
from zhusuo.db import Database
from zhusuo.dossiers import previews, uploads
from zhusuo.dossiers.model import Purpose, Received
from zhusuo.errors import Invalid, NotFound, Refusal
from zhusuo.people.model import Actor
from zhusuo.ports.common.components import with_query
from zhusuo.ports.common.pages import go, own_path
from zhusuo.settings import Settings

Asked = Request[Any, Any, Any]
Taken = TypeVar("Taken")
MOST_PARTS = 200
LONGEST_FIELD = 4096
FORM_SLACK = 2**20
"""What a form is longer than its files."""
SEEN = {"Cache-Control": "private, max-age=60", "Vary": "Cookie"}
"""A browser may show the same person the same page again for a minute: that is one look."""


@dataclass
class BeginUpload:
    """A file that is announced: for a filing, or for a carrier (a lease, a claim)."""

    purpose: Purpose
    name: str
    size: int
    filing_id: UUID | None = None
    carrier_id: UUID | None = None
    fingerprint: str = ""

    @property
    def noun_id(self) -> UUID:
        return _target(self.purpose, self.filing_id, self.carrier_id)


@dataclass
class UploadAnswer:
    """How the upload goes on: chunks of this size, numbered from 0; these have arrived."""

    id: UUID
    chunk_bytes: int
    received: list[int]


@dataclass
class DocumentAnswer:
    """The document that became of it; `note` is the sentence for its row."""

    id: UUID
    known: bool
    note: str | None = None


# 看


@get("/documents/{document_id:uuid}/pages/{name:str}", name="documents.page", media_type="image/webp")
async def page_image(
    document_id: FromPath[UUID],
    name: FromPath[str],
    database: NamedDependency[Database],
    store: NamedDependency[Store],
    actor: NamedDependency[Actor],
    width: FromQuery[int] = 1400,
    uncovered: FromQuery[bool] = False,
) -> Response[bytes]:
    """`3.webp`: the third page, at most so wide; what was uncovered is kept nowhere."""
    number = page_number(name)
    picture = await previews.page_image(database, store, actor, document_id, number, width, uncovered=uncovered)
    return Response(picture, media_type="image/webp", headers={"Cache-Control": "no-store"} if uncovered else SEEN)


@get("/documents/{document_id:uuid}/thumbs/{name:str}", name="documents.thumb", media_type="image/webp")
async def thumbnail(
    document_id: FromPath[UUID],
    name: FromPath[str],
    database: NamedDependency[Database],
    store: NamedDependency[Store],
    actor: NamedDependency[Actor],
) -> Response[bytes]:
    picture = await previews.thumbnail(database, store, actor, document_id, page_number(name))
    return Response(picture, media_type="image/webp", headers=SEEN)


@get("/documents/{document_id:uuid}/content", name="documents.content")
async def content(
    document_id: FromPath[UUID],
    database: NamedDependency[Database],
    store: NamedDependency[Store],
    actor: NamedDependency[Actor],
) -> Stream:
    """The original as it was brought, to be saved; no browser opens it on our site."""
    found = await previews.content(database, store, actor, document_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.document.file_name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Stream(found.stream, media_type=found.document.media_type, headers=headers)


def page_number(name: str) -> int:
    number, dot, suffix = name.partition(".")
    if not number.isdecimal() or len(number) > 6 or suffix != "webp" or not dot:
        raise NotFound
    return int(number)


# 传


@post("/uploads", name="uploads.begin", status_code=201)
async def begin(
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    data: JSONBody[BeginUpload],
) -> UploadAnswer:
    upload = await uploads.begin(
        database, settings, actor, data.purpose, data.noun_id, data.name, data.size, data.fingerprint
    )
    return UploadAnswer(id=upload.id, chunk_bytes=upload.chunk_size, received=list(upload.received))


@put(
    "/uploads/{upload_id:uuid}/chunks/{number:int}",
    name="uploads.put_chunk",
    request_max_body_size=uploads.CHUNK_SIZE,
)
async def put_chunk(
    request: Asked,
    upload_id: FromPath[UUID],
    number: FromPath[int],
    database: NamedDependency[Database],
    store: NamedDependency[Store],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
) -> UploadAnswer:
    upload = await uploads.put_chunk(database, store, settings, actor, upload_id, number, raw_body(request))
    return UploadAnswer(id=upload.id, chunk_bytes=upload.chunk_size, received=list(upload.received))


async def put_whole(
    request: Asked,
    upload_id: FromPath[UUID],
    database: NamedDependency[Database],
    store: NamedDependency[Store],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
) -> DocumentAnswer:
    """All of the announced file in one request, for lines on which that takes no time."""
    return _answer(await uploads.put_whole(database, store, settings, actor, upload_id, raw_body(request)))


@post("/uploads/{upload_id:uuid}/finish", name="uploads.finish", status_code=200)
async def finish(
    upload_id: FromPath[UUID],
    database: NamedDependency[Database],
    store: NamedDependency[Store],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
) -> DocumentAnswer:
    return _answer(await uploads.finish(database, store, settings, actor, upload_id))


@delete("/uploads/{upload_id:uuid}", name="uploads.cancel")
async def cancel(
    upload_id: FromPath[UUID],
    database: NamedDependency[Database],
    store: NamedDependency[Store],
    actor: NamedDependency[Actor],
) -> None:
    await uploads.cancel(database, store, actor, upload_id)


async def receive(
    request: Asked,
    database: NamedDependency[Database],
    store: NamedDependency[Store],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
) -> Redirect:
    """Files of a plain form, without JavaScript; then back to the page, which is told the last one under `keep`."""
    form = Form(request)
    received = await _receive_all(form, database, store, settings, actor)
    back = own_path(form.fields.get("back", "/"))
    keep = form.fields.get("keep", "")
    return go(with_query(back, **{keep: received[-1].document.id}) if keep else back)


async def _receive_all(
    form: "Form", database: Database, store: Store, settings: Settings, actor: Actor
) -> list[Received]:
    async def take(file_name: str, stream: AsyncIterator[bytes]) -> Received:
        return await uploads.receive(database, store, settings, actor, form.purpose, form.noun_id, file_name, stream)

    return await take_files(form, take)


async def take_files(form: "Form", take: Callable[[str, AsyncIterator[bytes]], Awaitable[Taken]]) -> list[Taken]:
    """Every file that can be taken is; then the first refusal is raised, if there was one. Raises Invalid for none."""
    taken, refused = [], []
    async for file_name, stream in form.files():
        try:
            taken.append(await take(file_name, stream))
        except Refusal as refusal:
            refused.append(refusal)
            # A browser reads our answer only when it has sent everything.
            async for _ in stream:
                pass
    if refused:
        raise refused[0]
    if not taken:
        raise Invalid({"files": "请先选择文件。"})
    return taken


class Form:
    """A multipart form that is read part by part: small fields first, then files as streams."""

    def __init__(self, request: Asked) -> None:
        self.fields: dict[str, str] = {}
        self._events = _events(request)

    @property
    def purpose(self) -> Purpose:
        try:
            return Purpose(self.fields.get("purpose", ""))
        except ValueError as error:
            raise NotFound from error

    @property
    def noun_id(self) -> UUID:
        try:
            given = {key: UUID(self.fields[key]) for key in ("filing_id", "carrier_id") if self.fields.get(key)}
        except ValueError as error:
            raise NotFound from error
        return _target(self.purpose, given.get("filing_id"), given.get("carrier_id"))

    async def files(self) -> AsyncIterator[tuple[str, AsyncIterator[bytes]]]:
        """Name and bytes of each file; the bytes are to be taken before the next one is asked for."""
        async for event in self._events:
            if isinstance(event, MultipartSegment):
                if event.filename:
                    yield event.filename, self._bytes()
                else:
                    self.fields[event.name] = await self._text()

    async def _text(self) -> str:
        text = b""
        async for part in self._bytes():
            text += part
            if len(text) > LONGEST_FIELD:
                raise ClientException("a field is too long")
        return text.decode(errors="replace")

    async def _bytes(self) -> AsyncIterator[bytes]:
        async for event in self._events:
            if event is None:
                return
            yield bytes(event)


async def raw_body(request: Asked) -> AsyncIterator[bytes]:
    """The raw body as it comes in. Raises BrokenOff when the sender is gone."""
    try:
        async for chunk in request.stream():
            if chunk:
                yield chunk
    except InternalServerException as error:
        raise uploads.BrokenOff from error


async def _events(request: Asked) -> AsyncIterator[Any]:
    """What the parser tells: a segment, its bytes, and None at its end. Raises ClientException."""
    boundary = request.content_type[1].get("boundary", "")
    if not boundary:
        raise ClientException("no multipart form")
    try:
        with PushMultipartParser(boundary.encode(), max_segment_count=MOST_PARTS) as parser:
            async for chunk in raw_body(request):
                for event in parser.parse(chunk):
                    yield event
    except MultipartError as error:
        raise ClientException("a broken multipart form") from error


def _target(purpose: Purpose, filing_id: UUID | None, carrier_id: UUID | None) -> UUID:
    found = filing_id if purpose is Purpose.FILING else carrier_id
    if found is None:
        raise NotFound
    return found


def _answer(received: Received) -> DocumentAnswer:
    note = "与已有材料相同，已关联，不必再传" if received.known else None
    return DocumentAnswer(id=received.document.id, known=received.known, note=note)


def doors(upload_limit_mb: int) -> list[HTTPRouteHandler]:
    """All of them; a whole file and the plain form may be as long as a file."""
    limit = upload_limit_mb * 2**20
    whole = put("/uploads/{upload_id:uuid}/whole", name="uploads.put_whole", request_max_body_size=limit)
    form = post(
        "/uploads/form",
        name="uploads.receive",
        status_code=303,
        request_max_body_size=limit + FORM_SLACK,
    )
    return [page_image, thumbnail, content, begin, put_chunk, whole(put_whole), finish, cancel, form(receive)]
