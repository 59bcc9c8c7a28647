"""What the page of a document reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from zhusuo.carriers import store as carriers
from zhusuo.db import Connection
from zhusuo.dossiers import document_fields, document_pages, documents, parts, store, words
from zhusuo.dossiers.documents import SeenDocument
from zhusuo.dossiers.model import DocumentField, DocumentKind, DocumentPage, Filing, PageNote, Part, Purpose
from zhusuo.dossiers.search import boxes
from zhusuo.dossiers.uncovering import Uncovering, open_for
from zhusuo.errors import NotFound
from zhusuo.people.model import Actor

Box = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class PageRow:
    """One page in the rail: its size in pixels where it is drawn."""

    page: int
    kind: DocumentKind
    drawn: bool
    flawed: bool
    masked: bool


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A document open at a page; `editable` says that this actor may still change it, `correctable` what was read
    of it."""

    seen: SeenDocument
    pages: tuple[PageRow, ...]
    number: int
    page: DocumentPage | None
    fields: tuple[DocumentField, ...]
    found: tuple[Box, ...]
    carrier: str
    filing: Filing | None
    editable: bool
    correctable: bool
    newer: tuple[tuple[UUID, str], ...]
    parts: tuple[Part, ...]
    notes: tuple[PageNote, ...]
    uncovered: Uncovering | None

    @property
    def may_uncover(self) -> bool:
        """Whether something on the page is covered that this actor may ask to see."""
        page = self.page
        return (
            self.seen.trusted and page is not None and page.read_at is not None and bool(page.masks or page.sensitive)
        )


async def reading(db: Connection, actor: Actor, document_id: UUID, number: int, text: str) -> Reading:
    """The document at a page, with the places of the words that were searched for. Raises NotFound."""
    seen = await documents.by_id_for(db, actor, document_id)
    if seen is None:
        raise NotFound
    document = seen.document
    pages = await _pages(db, document_id)
    page = await document_pages.page(db, document_id, number)
    hidden = page is None or (not seen.trusted and (page.sensitive or document.marked_sensitive))
    filing = await _own_filing(db, actor, document.filing_id)
    carrier = await carriers.by_id(db, document.carrier_id) if document.carrier_id else None
    own_lease = document.purpose is Purpose.LEASE and document.organisation_id == actor.organisation_id
    editable = filing is not None and filing.editable and document.discarded_at is None
    return Reading(
        seen=seen,
        pages=tuple(pages),
        number=number,
        page=page,
        fields=() if hidden else tuple(await document_fields.fields(db, [document_id])),
        found=() if hidden or page is None else tuple(_places(page, text)),
        carrier=carrier.name if carrier else "",
        filing=filing,
        editable=editable,
        correctable=editable or own_lease,
        newer=tuple(await _newer(db, document_id)) if editable else (),
        parts=tuple((await parts.parts(db, [document_id])).get(document_id, ())),
        notes=tuple((await parts.notes(db, [document_id])).get(document_id, ())),
        uncovered=await open_for(db, actor, document_id, number),
    )


async def _own_filing(db: Connection, actor: Actor, filing_id: UUID | None) -> Filing | None:
    filing = await store.by_id(db, filing_id) if filing_id else None
    return filing if filing is not None and filing.organisation_id == actor.organisation_id else None


async def _pages(db: Connection, document_id: UUID) -> list[PageRow]:
    rows = await db.fetch(
        """
        SELECT page, kind, preview_sha256 IS NOT NULL AS drawn, sensitive AND read_at IS NOT NULL AS masked,
               quality <> '{}' AS flawed
          FROM document_pages
         WHERE document_id = $1
      ORDER BY page
        """,
        document_id,
    )
    return [PageRow(**{**dict(row), "kind": DocumentKind(row["kind"])}) for row in rows]


async def _newer(db: Connection, document_id: UUID) -> list[tuple[UUID, str]]:
    """What came into the same filing after this document: one of them may take its place."""
    rows = await db.fetch(
        """
        SELECT newer.id, newer.file_name
          FROM documents AS this
          JOIN documents AS newer ON newer.filing_id = this.filing_id
         WHERE this.id = $1
           AND newer.discarded_at IS NULL
           AND newer.uploaded_at > this.uploaded_at
           AND newer.uploaded_at > now() - interval '1 hour'
      ORDER BY newer.uploaded_at DESC
         LIMIT 1
        """,
        document_id,
    )
    return [(row["id"], row["file_name"]) for row in rows]


def _places(page: DocumentPage, text: str) -> Sequence[Box]:
    if not text.strip():
        return ()
    return tuple(boxes([(line.text, line.box) for line in page.lines], words.terms(text)))
