"""识别: a worker's way through one document.

Every page is drawn first, so that people can look at it while the words are still being read; then page after page is
read, each written down in a commit of its own together with the hold on the task. Whoever loses the hold writes nothing
more. A document that cannot be read says so in a sentence and stays reviewable by hand. The same bytes are read once.
"""

import asyncio
import contextlib
import dataclasses
import hashlib
import io
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import get_args
from uuid import UUID, uuid4

import structlog
from PIL import Image

from ocr.errors import Code, Unreadable
from ocr.fields import fields_of
from ocr.flow import rows_of
from ocr.kinds import kind_of, kind_scores
from ocr.model import WHOLE_PAGE, Box, Page, PageKind
from ocr.model import Line as ReadLine
from ocr.papers import notes_on, papers_in, same_page
from ocr.pool import Readers
from storage.keys import content_key
from storage.store import Store
from zhusuo import audit, events, tasks
from zhusuo.db import Connection, Database, Down
from zhusuo.dossiers import blobs, document_fields, document_pages, documents, parts, words
from zhusuo.dossiers.document_fields import FoundField
from zhusuo.dossiers.model import Document, DocumentKind, DocumentPage, DocumentStatus, Line, PageNote, Part
from zhusuo.dossiers.papers import EXPIRY_FIELDS, READING
from zhusuo.dossiers.uploads import asking_store, put_object
from zhusuo.errors import Unavailable
from zhusuo.tasks import Held, HoldLost

log = structlog.get_logger()

KIND = READING
HOLD_SECONDS = 120
BEAT_SECONDS = 30.0
"""How often the hold is renewed while a page takes its time."""
PREVIEW_WIDTH = 1400
PREVIEW_TYPE = "image/webp"
AGAIN_SECONDS = 15
STORE_AWAY_SECONDS = 20

# These may be the machine's fault as well as the document's: they are tried again.
TRIED_AGAIN: frozenset[Code] = frozenset({"timeout", "out_of_memory", "crashed"})
GIVEN_UP = "三次识别都没有完成，请人工查看这件材料；也可以重新扫描后再传。"
PAGE_KINDS: dict[DocumentKind, PageKind] = {DocumentKind(kind): kind for kind in get_args(PageKind)}
COMPANIONS = frozenset({DocumentKind.BLANK, DocumentKind.OTHER})
NUMBER_FIELDS = ("certificate_number", "contract_number")


@dataclass(kw_only=True)
class _Progress:
    """How far it is, as the pages show it while they wait."""

    stage: str = "open"
    page: int = 0
    pages: int = 0
    trouble: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        return {"stage": self.stage, "page": self.page, "pages": self.pages}


async def read_one(database: Database, store: Store, readers: Readers, held: Held, folder: Path) -> None:
    """Read the document of a held task and write down what was found; temporary files lie in `folder`.

    Raises HoldLost when somebody else has the task now, and whatever PostgreSQL is down with.
    """
    progress = _Progress()
    try:
        async with _beating(database, held, progress):
            await _read(database, store, readers, held, folder, progress)
    except (HoldLost, *Down):
        raise
    except Unreadable as reason:
        log.info("document_unreadable", document=str(held.noun_id), code=reason.code, detail=reason.detail)
        if reason.code in TRIED_AGAIN:
            await _fail(database, held, f"{reason.code}: {reason.detail}"[:500], reason.message)
        else:
            await _conclude_unreadable(database, held, reason.message)
    except Unavailable:
        await tasks.postpone(database, held, "存储服务没有响应", seconds=STORE_AWAY_SECONDS)
    except (ValueError, TypeError, LookupError, RuntimeError, OSError) as error:
        log.exception("reading_failed", document=str(held.noun_id))
        await _fail(database, held, f"{type(error).__name__}: {error}"[:500], GIVEN_UP)


async def draw_one(database: Database, store: Store, readers: Readers, held: Held, folder: Path) -> None:
    """Draw the photograph of a held task, so that it is there at once; what is wrong with it, its reading says.

    Raises HoldLost when somebody else has the task now, and whatever PostgreSQL is down with.
    """
    progress = _Progress()
    try:
        async with _beating(database, held, progress):
            await _draw(database, store, readers, held, folder, progress)
    except (HoldLost, *Down):
        raise
    except Unreadable:
        async with database.transaction() as db:
            await tasks.finish(db, held)
    except Unavailable:
        await tasks.postpone(database, held, "存储服务没有响应", seconds=STORE_AWAY_SECONDS)
    except (ValueError, TypeError, LookupError, RuntimeError, OSError) as error:
        log.exception("drawing_failed", document=str(held.noun_id))
        await tasks.fail(database, held, f"{type(error).__name__}: {error}"[:500], retry_seconds=AGAIN_SECONDS)


async def _draw(
    database: Database, store: Store, readers: Readers, held: Held, folder: Path, progress: _Progress
) -> None:
    async with database.transaction() as db:
        document = await documents.by_id(db, held.noun_id)
        if document is None or document.discarded_at is not None or document.status is DocumentStatus.READ:
            await tasks.finish(db, held)
            return
    async with _local(store, document, folder) as path:
        progress.pages = (await readers.inspect(path, document.file_name)).page_count
        await _draw_all(database, store, readers, held, document, path, progress)
    async with database.transaction() as db:
        await tasks.finish(db, held)


async def settle_given_up(database: Database) -> int:
    """Say so in documents whose task was given up because its workers died; how many there were."""
    async with database.transaction() as db:
        given_up = await documents.given_up(db)
        for document_id in given_up:
            await _say_unreadable(db, document_id, GIVEN_UP)
    return len(given_up)


@asynccontextmanager
async def _beating(database: Database, held: Held, progress: _Progress) -> AsyncIterator[None]:
    """Renew the hold now and then; if it is lost, the next thing to be written finds out."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            with contextlib.suppress(HoldLost):
                await tasks.extend(database, held, HOLD_SECONDS, progress.as_json())

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


async def _read(
    database: Database, store: Store, readers: Readers, held: Held, folder: Path, progress: _Progress
) -> None:
    async with database.transaction() as db:
        await tasks.keep(db, held, HOLD_SECONDS, progress.as_json())
        document = await documents.by_id(db, held.noun_id)
        if document is None or not _wanted(document):
            await tasks.finish(db, held)
            return
        twin_id = await documents.read_twin(db, document.id)
        if twin_id is not None:
            await _take_reading(db, held, document, twin_id)
            return
        await documents.set_reading(db, document.id)
    async with _local(store, document, folder) as path:
        inspection = await readers.inspect(path, document.file_name)
        progress.pages = inspection.page_count
        progress.trouble += inspection.warnings
        await _draw_all(database, store, readers, held, document, path, progress)
        pages = await _read_all(database, store, readers, held, document, path, progress)
    async with database.transaction() as db:
        found = await _parts(db, document.id, pages)
        await document_fields.replace_fields(db, document.id, await asyncio.to_thread(found_fields, found, pages))
        await _conclude_read(db, held, document, pages, "".join(progress.trouble))


def _wanted(document: Document) -> bool:
    """Not read yet, and in a filing, or at least part of what was handed in."""
    return document.status is not DocumentStatus.READ and (
        document.discarded_at is None or document.submitted_at is not None
    )


@asynccontextmanager
async def _local(store: Store, document: Document, folder: Path) -> AsyncIterator[Path]:
    """The bytes in a file of their own, for as long as it is needed."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    path = folder / f"{uuid4().hex}.reading"
    try:
        with asking_store():
            await store.download(content_key(document.sha256), path)
        yield path
    finally:
        path.unlink(missing_ok=True)


# 画


async def _draw_all(
    database: Database,
    store: Store,
    readers: Readers,
    held: Held,
    document: Document,
    path: Path,
    progress: _Progress,
) -> None:
    progress.stage = "draw"
    async with database.transaction() as db:
        await tasks.keep(db, held, HOLD_SECONDS, progress.as_json())
        await documents.set_page_count(db, document.id, progress.pages)
        drawn = {page.page for page in await document_pages.pages(db, document.id) if page.preview_sha256}
    for number in range(1, progress.pages + 1):
        progress.page = number
        if number not in drawn:
            with contextlib.suppress(Unreadable):  # one page that cannot be drawn does not hide the others
                picture, quality = await readers.look(path, number, PREVIEW_WIDTH)
                await _keep_picture(database, store, held, document.id, number, picture, progress, quality)


async def _keep_picture(
    database: Database,
    store: Store,
    held: Held,
    document_id: UUID,
    number: int,
    picture: bytes,
    progress: _Progress,
    quality: Sequence[str] = (),
) -> None:
    """Put a page's picture into the store and its hash into the page, with what is wrong with it at first sight."""
    width, height = await asyncio.to_thread(_size, picture)
    sha256 = hashlib.sha256(picture).hexdigest()
    for _ in range(3):
        await put_object(database, store, sha256, len(picture), lambda key: store.put_bytes(key, picture, PREVIEW_TYPE))
        async with database.transaction() as db:
            await tasks.keep(db, held, HOLD_SECONDS, progress.as_json())
            if await blobs.insert_blob(db, sha256, len(picture), PREVIEW_TYPE):
                await document_pages.put_preview(db, document_id, number, width, height, sha256, quality)
                return
    raise Unavailable


def _size(picture: bytes) -> tuple[int, int]:
    """Width and height by the header alone."""
    with Image.open(io.BytesIO(picture), formats=["WEBP"]) as image:
        return image.size


# 读


async def _read_all(
    database: Database,
    store: Store,
    readers: Readers,
    held: Held,
    document: Document,
    path: Path,
    progress: _Progress,
) -> list[Page]:
    progress.stage, progress.page = "read", 0
    pages = []
    async for page in readers.read(path):
        progress.page = page.number
        if page.turned:
            with contextlib.suppress(Unreadable):
                picture = await readers.draw(path, page.number, PREVIEW_WIDTH, page.turned)
                await _keep_picture(database, store, held, document.id, page.number, picture, progress)
        kept = _kept(document.id, page)
        async with database.transaction() as db:
            await tasks.keep(db, held, HOLD_SECONDS, progress.as_json())
            if "unread" in page.quality and not page.lines:
                await document_pages.put_unread_page(db, document.id, page.number, page.quality)
            else:
                await document_pages.put_read_page(db, kept, words.vector(kept.text))
        pages.append(page)
    return pages


_LONG_NUMBER = re.compile(r"\d[\d \-]{5,}[\dXx]")


def _kept(document_id: UUID, page: Page) -> DocumentPage:
    """What is kept of a page: of an identity card nothing but its place, of other masked places no numbers."""
    secret = page.kind == "id_card" or WHOLE_PAGE in page.sensitive
    rows = [] if secret else [[_kept_line(line, page.sensitive) for line in row] for row in rows_of(page)]
    lines = tuple(line for row in rows for line in row)
    return DocumentPage(
        document_id=document_id,
        page=page.number,
        kind=DocumentKind(page.kind),
        width=page.width_px,
        height=page.height_px,
        turned=page.turned,
        preview_sha256=None,
        method=page.method,
        text="\n".join("\t".join(line.text for line in row) for row in rows),
        lines=lines,
        masks=tuple(_corners(box) for box in page.sensitive),
        sensitive=secret,
        quality=page.quality,
        look="" if secret else page.look,
        read_at=None,
    )


def _kept_line(line: ReadLine, masks: Sequence[Box]) -> Line:
    text = line.text.replace("\x00", "")
    if any(_meet(line.box, mask) for mask in masks):
        text = _LONG_NUMBER.sub(lambda found: "●" * len(found[0]), text)
    return Line(text=text, box=_corners(line.box), confidence=line.confidence)


def _meet(one: Box, other: Box) -> bool:
    return one.x0 < other.x1 and other.x0 < one.x1 and one.y0 < other.y1 and other.y0 < one.y1


def _corners(box: Box) -> tuple[float, float, float, float]:
    return box.x0, box.y0, box.x1, box.y1


async def _parts(db: Connection, document_id: UUID, pages: Sequence[Page]) -> list[Part]:
    """The papers in the file: as a person has said, else as they were found, which is written down."""
    said = (await parts.parts(db, [document_id])).get(document_id, [])
    if any(part.by_person for part in said):
        return said
    found = [Part(kind=DocumentKind(paper.kind), pages=paper.pages) for paper in papers_in(pages)]
    await parts.replace_parts(db, document_id, found, None)
    return found


def found_fields(found: Sequence[Part], pages: Sequence[Page]) -> list[FoundField]:
    """The facts of every paper in the file, each by its own pages in their order."""
    by_number = {page.number: page for page in pages}
    fields = []
    counted: Counter[str] = Counter()
    for part in found:
        if part.kind in COMPANIONS:
            continue
        kind = PAGE_KINDS[part.kind]
        own = [dataclasses.replace(by_number[number], kind=kind) for number in part.pages if number in by_number]
        for each in fields_of(kind, own):
            fields.append(
                FoundField(
                    name=each.name,
                    position=counted[each.name],
                    value=each.value.replace("\x00", ""),
                    normal=each.normal,
                    confidence=each.confidence,
                    page=each.page,
                    box=_corners(each.box),
                )
            )
            counted[each.name] += 1
    return fields


def _papers(pages: Sequence[Page]) -> list[PageKind]:
    """The kinds of paper in a file: the first is what the file is."""
    first = kind_of(pages)
    others = [page.kind for page in pages if page.kind not in COMPANIONS]
    return list(dict.fromkeys([first, *others]))


def _confidence(pages: Sequence[Page], kind: PageKind) -> float:
    """How clearly the pages of a kind speak for it, against the next likely kind; 0 to 1."""
    shares = []
    for page in pages:
        if page.kind == kind and kind not in COMPANIONS:
            best, second = sorted(kind_scores(page).values(), reverse=True)[:2]
            shares.append(best / (best + second) if best > 0 else 0.0)
    return sum(shares) / len(shares) if shares else 0.0


# 结果


async def _take_reading(db: Connection, held: Held, document: Document, twin_id: UUID) -> None:
    """The same bytes were read before."""
    await documents.take_reading(db, twin_id, document.id)
    pages = [as_read(page) for page in await document_pages.pages(db, document.id)]
    twin = await documents.by_id(db, twin_id)
    await _conclude_read(db, held, document, pages, twin.trouble if twin else "")


def as_read(page: DocumentPage) -> Page:
    """A page as it was read, from what was kept of it."""
    return Page(
        number=page.page,
        width_px=page.width,
        height_px=page.height,
        turned=page.turned,
        text=page.text,
        lines=tuple(ReadLine(text=line.text, box=Box(*line.box), confidence=line.confidence) for line in page.lines),
        method="none",
        kind=PAGE_KINDS[page.kind],
        look=page.look,
    )


async def _conclude_read(db: Connection, held: Held, document: Document, pages: Sequence[Page], trouble: str) -> None:
    """Say what the document is, in the transaction that ends the task."""
    await tasks.finish(db, held)
    kinds = [DocumentKind(kind) for kind in _papers(pages)]
    fields = await document_fields.fields(db, [document.id])
    await parts.replace_notes(db, document.id, await _notes(db, document, pages))
    await documents.set_read(
        db,
        document.id,
        kind=kinds[0],
        also_kinds=kinds[1:],
        kind_confidence=_confidence(pages, kind_of(pages)),
        number=next((each.value for name in NUMBER_FIELDS for each in fields if each.name == name), ""),
        valid_until=_last_day(kinds, {each.name: each.normal or each.value for each in reversed(fields)}),
        trouble=trouble,
    )
    await _tell(db, document, "document.read", pages=len(pages), kind=kinds[0])


async def _notes(db: Connection, document: Document, pages: Sequence[Page]) -> list[PageNote]:
    """What is to be known about its pages: missing, doubled, in disorder, or on file for this carrier already."""
    notes = [PageNote(code=note.code, page=note.page, text=note.text) for note in notes_on(pages)]
    own = [page for page in pages if page.kind not in ("blank", "id_card")]
    if document.carrier_id is None or document.same_as is not None or not own:
        return notes
    known = await parts.comparable(db, document.id, sorted({page.kind for page in own}))
    twins = await asyncio.to_thread(_twins, own, known)
    for other_id, found in twins.items():
        first, other_page = found[0]
        text = _on_file(*await parts.filed_as(db, other_id), first, other_page, whole=len(found) == len(own))
        notes.append(PageNote(code="on_file", page=first, text=text, other_id=other_id, other_page=other_page))
    return notes


def _on_file(name: str, in_force: bool, page: int, other_page: int, *, whole: bool) -> str:
    """What is said of a page, or of a whole paper, that was brought before."""
    if whole:
        what = f"这份材料已备案为“{name}”" if in_force else f"这份材料与此前上传的“{name}”相同"
    else:
        what = f"第 {page} 页与{'已备案' if in_force else '此前上传'}的“{name}”第 {other_page} 页相同"
    return f"{what}，可以沿用，不必再传；确实换了新的，照常提交即可。"


def _twins(own: Sequence[Page], known: Sequence[parts.KnownPage]) -> dict[UUID, list[tuple[int, int]]]:
    """By document on file: which pages stand in it already, and where; each page in the newest that has it."""
    twins: dict[UUID, list[tuple[int, int]]] = {}
    for page in own:
        twin = next((each for each in known if same_page(page, each)), None)
        if twin is not None:
            twins.setdefault(twin.document_id, []).append((page.number, twin.page))
    return twins


def _last_day(kinds: Sequence[DocumentKind], values: dict[str, object]) -> date | None:
    """The first day on which one of the papers in the file ends."""
    terms = [document_fields.date_in(values[name]) for kind in kinds if (name := EXPIRY_FIELDS.get(kind, "")) in values]
    return min((term for term in terms if term is not None), default=None)


async def _conclude_unreadable(database: Database, held: Held, trouble: str) -> None:
    async with database.transaction() as db:
        await tasks.finish(db, held)
        await _say_unreadable(db, held.noun_id, trouble)


async def _fail(database: Database, held: Held, error: str, trouble: str) -> None:
    """Give the task back; after the last attempt the document says why."""
    if await tasks.fail(database, held, error, retry_seconds=AGAIN_SECONDS):
        async with database.transaction() as db:
            await _say_unreadable(db, held.noun_id, trouble)


async def _say_unreadable(db: Connection, document_id: UUID, trouble: str) -> None:
    document = await documents.by_id(db, document_id)
    if document is not None and await documents.set_unreadable(db, document_id, trouble):
        await _tell(db, document, "document.unreadable", trouble=trouble)


async def _tell(db: Connection, document: Document, event: str, **detail: object) -> None:
    await audit.record(db, None, "read", "document", document.id, carrier_id=document.carrier_id, detail=detail)
    await events.emit(
        db,
        event,
        "document",
        document.id,
        carrier_id=document.carrier_id,
        district_code=document.district_code,
        content=detail,
    )
