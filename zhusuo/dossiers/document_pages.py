"""页: the rows of a document's pages: their pictures, words and faults."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from zhusuo.db import Connection, Row
from zhusuo.dossiers import blobs
from zhusuo.dossiers.model import DocumentKind, DocumentPage, Line


async def copy_pages(db: Connection, source: UUID, target: UUID) -> None:
    await db.execute(
        """
        INSERT INTO document_pages
                    (document_id, page, kind, width, height, turned, preview_sha256, method, text, lines, masks,
                     sensitive, quality, look, words, read_at)
             SELECT $2, page, kind, width, height, turned, preview_sha256, method, text, lines, masks,
                    sensitive, quality, look, words, read_at
               FROM document_pages
              WHERE document_id = $1
        """,
        source,
        target,
    )


async def pages(db: Connection, document_id: UUID) -> list[DocumentPage]:
    rows = await db.fetch(
        """
        SELECT document_id, page, kind, width, height, turned, preview_sha256, method, text, lines, masks,
               sensitive, quality, look, read_at
          FROM document_pages
         WHERE document_id = $1
      ORDER BY page
        """,
        document_id,
    )
    return [_page(row) for row in rows]


async def page(db: Connection, document_id: UUID, number: int) -> DocumentPage | None:
    row = await db.fetchrow(
        """
        SELECT document_id, page, kind, width, height, turned, preview_sha256, method, text, lines, masks,
               sensitive, quality, look, read_at
          FROM document_pages
         WHERE document_id = $1
           AND page = $2
        """,
        document_id,
        number,
    )
    return _page(row) if row else None


async def put_preview(
    db: Connection,
    document_id: UUID,
    number: int,
    width: int,
    height: int,
    preview_sha256: str,
    quality: Sequence[str] = (),
) -> None:
    """The picture of a page and what is wrong with it at first sight; a picture it had before is forgotten."""
    before = await db.fetchval(
        """
        SELECT preview_sha256
          FROM document_pages
         WHERE document_id = $1
           AND page = $2
        """,
        document_id,
        number,
    )
    await db.execute(
        """
        INSERT INTO document_pages (document_id, page, width, height, preview_sha256, quality)
             VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (document_id, page) DO UPDATE
                SET width = excluded.width,
                    height = excluded.height,
                    preview_sha256 = excluded.preview_sha256
        """,
        document_id,
        number,
        width,
        height,
        preview_sha256,
        list(quality),
    )
    if before is not None and before != preview_sha256:
        await blobs.forget_blob(db, before)


async def put_read_page(
    db: Connection,
    page: DocumentPage,
    words: str,
) -> None:
    """What was read on a page; its picture stays. `words` is the literal of a tsvector."""
    await db.execute(
        """
        INSERT INTO document_pages
                    (document_id, page, kind, turned, method, text, lines, masks, sensitive, quality, look, words,
                     read_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::tsvector, now())
        ON CONFLICT (document_id, page) DO UPDATE
                SET kind = excluded.kind,
                    turned = excluded.turned,
                    method = excluded.method,
                    text = excluded.text,
                    lines = excluded.lines,
                    masks = excluded.masks,
                    sensitive = excluded.sensitive,
                    quality = excluded.quality,
                    look = excluded.look,
                    words = excluded.words,
                    read_at = excluded.read_at
        """,
        page.document_id,
        page.page,
        page.kind,
        page.turned,
        page.method,
        page.text,
        [{"text": line.text, "box": list(line.box), "confidence": line.confidence} for line in page.lines],
        [list(box) for box in page.masks],
        page.sensitive,
        list(page.quality),
        page.look,
        words,
    )


async def put_unread_page(db: Connection, document_id: UUID, number: int, quality: Sequence[str]) -> None:
    """A page of which nothing could be read; it stays hidden from everybody but its filer and the reviewers."""
    await db.execute(
        """
        INSERT INTO document_pages (document_id, page, quality)
             VALUES ($1, $2, $3)
        ON CONFLICT (document_id, page) DO UPDATE
                SET quality = excluded.quality
        """,
        document_id,
        number,
        list(quality),
    )


def _page(row: Row) -> DocumentPage:
    values: dict[str, Any] = dict(row)
    return DocumentPage(
        **values
        | {
            "kind": DocumentKind(row["kind"]),
            "lines": tuple(
                Line(text=line["text"], box=tuple(line["box"]), confidence=line["confidence"]) for line in row["lines"]
            ),
            "masks": tuple(tuple(box) for box in row["masks"]),
            "quality": tuple(row["quality"]),
        }
    )
