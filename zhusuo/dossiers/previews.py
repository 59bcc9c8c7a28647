"""预览: pages as people see them: drawn on the server, what is secret covered, the watermark burnt in.

Identity numbers and identity cards are covered for everybody but who asked to see them (`uncovering`). A page that
nobody has read yet, or a document that its filer marked, is covered whole for all but the filer's organisation and the
reviewers of the district. Every look leaves an audit entry in the transaction that finds out whether it is allowed.
Nothing is cached: each picture bears a name.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from uuid import UUID

from ocr.model import WHOLE_PAGE, Box
from ocr.watermark import watermark
from storage.keys import content_key
from storage.store import Store
from zhusuo import audit
from zhusuo.db import Connection, Database
from zhusuo.dossiers import document_pages, documents, uncovering
from zhusuo.dossiers.calendar import SHANGHAI
from zhusuo.dossiers.documents import SeenDocument
from zhusuo.dossiers.model import Document, DocumentPage
from zhusuo.dossiers.uploads import asking_store
from zhusuo.errors import NotFound, Unavailable
from zhusuo.people.model import Actor

LARGEST = 20 * 1024 * 1024
WIDTHS = range(80, 2001)
THUMBNAIL_WIDTH = 160


class NotDrawnYet(Unavailable):
    code = "not_drawn_yet"
    sentence = "这一页的图像还在生成，请稍候几秒。"


class CannotBeDrawn(NotFound):
    code = "cannot_be_drawn"
    sentence = "这件材料的页面画不出来。如需查看，请下载原件。"


@dataclass(frozen=True, kw_only=True)
class Content:
    """The bytes as they were brought, for whoever brought or reviews them."""

    document: Document
    stream: AsyncIterator[bytes]


async def page_image(
    database: Database,
    store: Store,
    actor: Actor,
    document_id: UUID,
    page: int,
    width: int = 1400,
    *,
    uncovered: bool = False,
) -> bytes:
    """A page as WebP, at most as wide as it was drawn; `uncovered` where it lies open to the actor.

    Raises NotFound, NotDrawnYet, CannotBeDrawn, Unavailable.
    """
    async with database.transaction() as db:
        seen, found = await _page(db, actor, document_id, page)
        opened = seen.trusted and uncovered and await uncovering.open_for(db, actor, document_id, page) is not None
        await audit.record(
            db,
            actor,
            "view_page",
            "document",
            document_id,
            carrier_id=seen.document.carrier_id,
            detail={"page": page, "uncovered": True} if opened else {"page": page},
        )
    return await _picture(store, actor, found, [] if opened else masks_of(seen, found), width)


async def thumbnail(database: Database, store: Store, actor: Actor, document_id: UUID, page: int = 1) -> bytes:
    """A small picture of a page, covered and marked like the large one."""
    async with database.transaction() as db:
        seen, found = await _page(db, actor, document_id, page)
        await audit.record(db, actor, "view_document", "document", document_id, carrier_id=seen.document.carrier_id)
    return await _picture(store, actor, found, masks_of(seen, found), THUMBNAIL_WIDTH)


async def content(database: Database, store: Store, actor: Actor, document_id: UUID) -> Content:
    """The original bytes, for the filer's organisation and the reviewers, who first say why where something is covered.

    Raises NotFound, StillCovered, Unavailable.
    """
    async with database.transaction() as db:
        seen = await documents.by_id_for(db, actor, document_id)
        if seen is None or not seen.trusted:
            raise NotFound
        if seen.document.organisation_id != actor.organisation_id:
            await uncovering.refuse_covered(db, actor, document_id)
        await audit.record(db, actor, "view_content", "document", document_id, carrier_id=seen.document.carrier_id)
    key = content_key(seen.document.sha256)
    with asking_store():
        if await store.stat(key) is None:
            raise Unavailable
    return Content(document=seen.document, stream=_stream(store, key))


async def _stream(store: Store, key: str) -> AsyncIterator[bytes]:
    with asking_store():
        async for part in store.stream(key):
            yield part


async def _page(db: Connection, actor: Actor, document_id: UUID, number: int) -> tuple[SeenDocument, DocumentPage]:
    seen = await documents.by_id_for(db, actor, document_id)
    if seen is None:
        raise NotFound
    page = await document_pages.page(db, document_id, number)
    if page is not None and page.preview_sha256 is not None:
        return seen, page
    if seen.document.status in ("waiting", "reading"):
        raise NotDrawnYet
    raise CannotBeDrawn


def masks_of(seen: SeenDocument, page: DocumentPage) -> list[Box]:
    """What of the page is covered for this person."""
    hidden = page.read_at is None or seen.document.marked_sensitive
    if (hidden and not seen.trusted) or (page.sensitive and page.read_at is not None):
        return [WHOLE_PAGE]
    return [Box(*box) for box in page.masks]


async def _picture(store: Store, actor: Actor, page: DocumentPage, masks: list[Box], width: int) -> bytes:
    width = min(max(width, WIDTHS.start), WIDTHS.stop - 1, page.width or WIDTHS.stop)
    with asking_store():
        drawn = await store.get(content_key(page.preview_sha256 or ""), LARGEST)
    text = f"仅用于住所登记 · {actor.name} · {datetime.now(SHANGHAI):%m-%d %H:%M}"
    return await asyncio.to_thread(watermark, drawn, text, masks, width, font=_font())


def _font() -> Path:
    return Path(str(files("zhusuo") / "fonts" / "NotoSansSC-Regular.subset.otf"))
