"""The rows of blobs, documents, their pages and their fields."""

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from zhusuo.db import Connection, Row
from zhusuo.dossiers import parts
from zhusuo.dossiers.model import (
    Document,
    DocumentField,
    DocumentKind,
    DocumentPage,
    DocumentStatus,
    Line,
    Purpose,
)
from zhusuo.people.model import Actor


@dataclass(frozen=True, kw_only=True)
class SeenDocument:
    """A document as somebody may see it. `trusted`: its filer's organisation, or a reviewer of the district."""

    document: Document
    trusted: bool


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the reading of a document is; `quarantined` when it was given up."""

    document_id: UUID
    page: int
    pages: int
    stage: str
    attempts: int
    quarantined: bool


@dataclass(frozen=True, kw_only=True)
class FoundField:
    """A fact as the machine read it; `position` counts facts of one name in a document."""

    name: str
    position: int
    value: str
    normal: Any
    confidence: float
    page: int
    box: tuple[float, float, float, float]


# 字节


async def unmark_blob(db: Connection, sha256: str) -> bool:
    """Take away the mark that the sweep may have set on bytes nobody referred to; False if they are being removed."""
    await db.execute(
        """
        DELETE FROM blob_removals
              WHERE sha256 = $1
                AND removing_at IS NULL
        """,
        sha256,
    )
    return not await db.fetchval(
        """
        SELECT EXISTS (
            SELECT
              FROM blob_removals
             WHERE sha256 = $1)
        """,
        sha256,
    )


async def insert_blob(db: Connection, sha256: str, size: int, media_type: str) -> bool:
    """Enter bytes whose object is in the store; False if it is just being removed: put it again.

    The row is locked, so that nobody forgets it before the caller refers to it.
    """
    if not await unmark_blob(db, sha256):
        return False
    await db.execute(
        """
        INSERT INTO blobs (sha256, size, media_type)
             VALUES ($1, $2, $3)
        ON CONFLICT (sha256) DO UPDATE
                SET size = excluded.size
        """,
        sha256,
        size,
        media_type,
    )
    return True


async def forget_blob(db: Connection, sha256: str) -> None:
    """If nothing refers to these bytes any more, drop their row and mark the object for the sweep."""
    with contextlib.suppress(asyncpg.ForeignKeyViolationError):  # somebody refers to them just now
        async with db.transaction():
            await db.execute(
                """
                WITH gone AS (
                    DELETE FROM blobs AS b
                          WHERE b.sha256 = $1
                            AND NOT EXISTS (SELECT FROM documents AS d WHERE d.sha256 = b.sha256)
                            AND NOT EXISTS (SELECT FROM document_pages AS p WHERE p.preview_sha256 = b.sha256)
                      RETURNING b.sha256
                )
                INSERT INTO blob_removals (sha256)
                     SELECT sha256
                       FROM gone
                ON CONFLICT DO NOTHING
                """,
                sha256,
            )


async def _is_being_removed(db: Connection, sha256: str) -> bool:
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM blob_removals
                 WHERE sha256 = $1)
            """,
            sha256,
        )
    )


# 材料


async def by_id(db: Connection, document_id: UUID) -> Document | None:
    row = await db.fetchrow(
        """
        SELECT d.id, d.sha256, b.size, b.media_type, d.carrier_id, d.district_code, d.organisation_id, d.filing_id,
               d.purpose, d.file_name, d.kind, d.also_kinds, d.kind_by, d.kind_confidence, d.number, d.valid_until,
               d.status, d.trouble, d.page_count, d.marked_sensitive, d.same_as, d.uploaded_by, d.uploaded_at,
               d.read_at, d.submitted_at, d.discarded_at
          FROM documents AS d
          JOIN blobs AS b ON b.sha256 = d.sha256
         WHERE d.id = $1
        """,
        document_id,
    )
    return _document(row) if row else None


async def by_id_for(db: Connection, actor: Actor, document_id: UUID) -> SeenDocument | None:
    """Seen by its organisation; by reviewers of the district once handed in; by a manager while in force.

    A clerk sees leases and claims at once, papers of a filing from its submission on, also those that were taken out
    of the filing afterwards: they stay part of what was submitted. A client sees the papers that a version of the
    district relied on, and the leases that its own organisation brought; bytes only where nothing is secret in them. A
    supervisor sees photographs of inspections in the office's subdistricts.
    """
    row = await db.fetchrow(
        """
        SELECT d.id,
               (d.organisation_id = $3 AND $2 IN ('manager', 'agent', 'clerk'))
               OR ($2 = 'clerk' AND d.district_code = $4)
               OR ($2 = 'client' AND d.purpose = 'lease')
               OR ($2 = 'supervisor' AND d.organisation_id = $3 AND d.purpose = 'inspection')
               OR ($2 = 'client' AND d.status = 'read' AND NOT d.marked_sensitive AND NOT EXISTS (
                   SELECT
                     FROM document_pages AS p
                    WHERE p.document_id = d.id
                      AND (p.sensitive OR p.masks <> '[]'))) AS trusted
          FROM documents AS d
         WHERE d.id = $1
           AND (d.discarded_at IS NULL OR d.submitted_at IS NOT NULL)
           AND CASE
               WHEN d.organisation_id = $3 AND $2 IN ('manager', 'agent', 'clerk') THEN true
               WHEN $2 = 'clerk' THEN
                    d.district_code = $4 AND (d.filing_id IS NULL OR d.submitted_at IS NOT NULL)
               WHEN $2 = 'client' AND d.purpose = 'lease' THEN
                    d.organisation_id = $3 AND $5::text[] && ARRAY['leases', 'documents']
               WHEN $2 = 'client' THEN
                    d.district_code = $4 AND 'documents' = ANY($5::text[]) AND EXISTS (
                    SELECT
                      FROM version_documents AS vd
                     WHERE vd.document_id = d.id)
               WHEN $2 = 'manager' THEN EXISTS (
                    SELECT
                      FROM version_documents AS vd
                      JOIN dossier_versions AS v ON v.id = vd.version_id
                      JOIN managements AS m ON m.carrier_id = v.carrier_id
                     WHERE vd.document_id = d.id
                       AND v.status = 'effective'
                       AND m.organisation_id = $3
                       AND m.status = 'confirmed')
               WHEN $2 = 'supervisor' THEN d.purpose = 'inspection' AND EXISTS (
                    SELECT
                      FROM carriers AS c
                     WHERE c.id = d.carrier_id
                       AND c.subdistrict_code = ANY($6::text[]))
               ELSE false
               END
        """,
        document_id,
        actor.role,
        actor.organisation_id,
        actor.district_code,
        sorted(actor.scopes),
        sorted(actor.subdistricts),
    )
    document = await by_id(db, document_id) if row else None
    return SeenDocument(document=document, trusted=row["trusted"]) if row and document else None


async def of_filing(db: Connection, filing_id: UUID) -> list[Document]:
    """The documents that are in the filing now, in the order in which they came."""
    rows = await db.fetch(
        """
        SELECT d.id, d.sha256, b.size, b.media_type, d.carrier_id, d.district_code, d.organisation_id, d.filing_id,
               d.purpose, d.file_name, d.kind, d.also_kinds, d.kind_by, d.kind_confidence, d.number, d.valid_until,
               d.status, d.trouble, d.page_count, d.marked_sensitive, d.same_as, d.uploaded_by, d.uploaded_at,
               d.read_at, d.submitted_at, d.discarded_at
          FROM documents AS d
          JOIN blobs AS b ON b.sha256 = d.sha256
         WHERE d.filing_id = $1
           AND d.discarded_at IS NULL
      ORDER BY d.uploaded_at, d.id
        """,
        filing_id,
    )
    return [_document(row) for row in rows]


async def by_ids(db: Connection, document_ids: Sequence[UUID]) -> list[Document]:
    rows = await db.fetch(
        """
        SELECT d.id, d.sha256, b.size, b.media_type, d.carrier_id, d.district_code, d.organisation_id, d.filing_id,
               d.purpose, d.file_name, d.kind, d.also_kinds, d.kind_by, d.kind_confidence, d.number, d.valid_until,
               d.status, d.trouble, d.page_count, d.marked_sensitive, d.same_as, d.uploaded_by, d.uploaded_at,
               d.read_at, d.submitted_at, d.discarded_at
          FROM documents AS d
          JOIN blobs AS b ON b.sha256 = d.sha256
         WHERE d.id = ANY($1::uuid[])
      ORDER BY array_position($1::uuid[], d.id)
        """,
        list(document_ids),
    )
    return [_document(row) for row in rows]


async def insert(
    db: Connection,
    *,
    sha256: str,
    carrier_id: UUID,
    district_code: str,
    organisation_id: UUID,
    filing_id: UUID | None,
    purpose: Purpose,
    file_name: str,
    uploaded_by: UUID | None,
) -> UUID | None:
    """A new document, waiting to be read; None if these bytes are there already for the same filing (or carrier)."""
    document_id: UUID | None = await db.fetchval(
        """
        INSERT INTO documents
                    (sha256, carrier_id, district_code, organisation_id, filing_id, purpose, file_name,
                     uploaded_by, same_as)
             SELECT $1, $2, $3, $4, $5, $6, $7, $8,
                    (SELECT id
                       FROM documents
                      WHERE sha256 = $1
                        AND organisation_id = $4
                        AND (discarded_at IS NULL OR submitted_at IS NOT NULL)
                   ORDER BY uploaded_at
                      LIMIT 1)
        ON CONFLICT DO NOTHING
          RETURNING id
        """,
        sha256,
        carrier_id,
        district_code,
        organisation_id,
        filing_id,
        purpose,
        file_name,
        uploaded_by,
    )
    return document_id


async def same_bytes(
    db: Connection,
    *,
    sha256: str,
    carrier_id: UUID,
    organisation_id: UUID,
    filing_id: UUID | None,
    purpose: Purpose,
) -> UUID | None:
    """The document with these bytes that the same filing (or carrier and organisation) has already."""
    document_id: UUID | None = await db.fetchval(
        """
        SELECT id
          FROM documents
         WHERE sha256 = $1
           AND discarded_at IS NULL
           AND CASE
               WHEN $4::uuid IS NULL THEN
                    filing_id IS NULL AND carrier_id = $2 AND organisation_id = $3 AND purpose = $5
               ELSE filing_id = $4
               END
        """,
        sha256,
        carrier_id,
        organisation_id,
        filing_id,
        purpose,
    )
    return document_id


async def copy(
    db: Connection, document_id: UUID, *, filing_id: UUID, organisation_id: UUID, uploaded_by: UUID
) -> UUID | None:
    """The document once more, for another filing, with all that was read and corrected; None if it is there already.

    What another organisation marked as sensitive, or what nobody has read yet, does not change hands this way.
    """
    copied: UUID | None = await db.fetchval(
        """
        INSERT INTO documents
                    (sha256, carrier_id, district_code, organisation_id, filing_id, purpose, file_name, kind,
                     also_kinds, kind_by, kind_confidence, number, valid_until, status, trouble, page_count,
                     marked_sensitive, same_as, uploaded_by, read_at)
             SELECT sha256, carrier_id, district_code, $3, $2, 'filing', file_name, kind,
                    also_kinds, kind_by, kind_confidence, number, valid_until, status, trouble, page_count,
                    marked_sensitive, id, $4, read_at
               FROM documents
              WHERE id = $1
                AND (organisation_id = $3 OR (status = 'read' AND NOT marked_sensitive))
        ON CONFLICT DO NOTHING
          RETURNING id
        """,
        document_id,
        filing_id,
        organisation_id,
        uploaded_by,
    )
    if copied is not None:
        await _copy_pages(db, document_id, copied)
        await _copy_fields(db, document_id, copied)
        await parts.copy_parts(db, document_id, copied, of_persons=True)
    return copied


async def _copy_pages(db: Connection, source: UUID, target: UUID) -> None:
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


async def _copy_fields(db: Connection, source: UUID, target: UUID) -> None:
    await db.execute(
        """
        INSERT INTO document_fields
                    (document_id, name, position, value, normal, confidence, page, box,
                     corrected_value, corrected_by, corrected_at, confirmed_by, confirmed_at)
             SELECT $2, name, position, value, normal, confidence, page, box,
                    corrected_value, corrected_by, corrected_at, confirmed_by, confirmed_at
               FROM document_fields
              WHERE document_id = $1
        """,
        source,
        target,
    )


async def set_kind(db: Connection, document_id: UUID, kind: DocumentKind, also_kinds: Sequence[DocumentKind]) -> None:
    """What a person says it is; the machine does not change that any more."""
    await db.execute(
        """
        UPDATE documents
           SET kind = $2,
               also_kinds = $3,
               kind_by = 'person',
               kind_confidence = NULL
         WHERE id = $1
        """,
        document_id,
        kind,
        list(also_kinds),
    )


async def set_valid_until(db: Connection, document_id: UUID, valid_until: date | None) -> None:
    await db.execute(
        """
        UPDATE documents
           SET valid_until = $2
         WHERE id = $1
        """,
        document_id,
        valid_until,
    )


async def set_marked_sensitive(db: Connection, document_id: UUID, sensitive: bool) -> None:
    await db.execute(
        """
        UPDATE documents
           SET marked_sensitive = $2
         WHERE id = $1
        """,
        document_id,
        sensitive,
    )


async def set_waiting(db: Connection, document_id: UUID) -> None:
    """To be read from the beginning."""
    await db.execute(
        """
        UPDATE documents
           SET status = 'waiting',
               trouble = '',
               read_at = NULL
         WHERE id = $1
        """,
        document_id,
    )


async def set_reading(db: Connection, document_id: UUID) -> None:
    await db.execute(
        """
        UPDATE documents
           SET status = 'reading',
               trouble = ''
         WHERE id = $1
        """,
        document_id,
    )


async def set_page_count(db: Connection, document_id: UUID, page_count: int) -> None:
    await db.execute(
        """
        UPDATE documents
           SET page_count = $2
         WHERE id = $1
        """,
        document_id,
        page_count,
    )


async def set_read(
    db: Connection,
    document_id: UUID,
    *,
    kind: DocumentKind,
    also_kinds: Sequence[DocumentKind],
    kind_confidence: float,
    number: str,
    valid_until: date | None,
    trouble: str,
) -> None:
    """It is read. A kind, a number or a last day that a person has set stays."""
    await db.execute(
        """
        UPDATE documents
           SET status = 'read',
               read_at = now(),
               trouble = $7,
               kind = CASE WHEN kind_by = 'person' THEN kind ELSE $2 END,
               also_kinds = CASE WHEN kind_by = 'person' THEN also_kinds ELSE $3::text[] END,
               kind_confidence = CASE WHEN kind_by = 'person' THEN kind_confidence ELSE $4 END,
               kind_by = CASE WHEN kind_by = 'person' THEN kind_by ELSE 'machine' END,
               number = coalesce(nullif(number, ''), $5),
               valid_until = coalesce(valid_until, $6)
         WHERE id = $1
        """,
        document_id,
        kind,
        list(also_kinds),
        kind_confidence,
        number,
        valid_until,
        trouble,
    )


async def set_unreadable(db: Connection, document_id: UUID, trouble: str) -> bool:
    """It cannot be read, and why, for a person; False if it has been read after all."""
    status = await db.execute(
        """
        UPDATE documents
           SET status = 'unreadable',
               trouble = $2
         WHERE id = $1
           AND status IN ('waiting', 'reading')
        """,
        document_id,
        trouble,
    )
    return status == "UPDATE 1"


async def given_up(db: Connection) -> list[UUID]:
    """Documents still waiting to be read whose task was given up without a word, because its workers died."""
    rows = await db.fetch(
        """
        SELECT d.id
          FROM documents AS d
          JOIN tasks AS t ON t.noun_id = d.id AND t.kind = 'read_document'
         WHERE d.status IN ('waiting', 'reading')
      GROUP BY d.id
        HAVING bool_and(t.quarantined_at IS NOT NULL)
         LIMIT 100
        """
    )
    return [row["id"] for row in rows]


async def read_twin(db: Connection, document_id: UUID) -> UUID | None:
    """Another document with the same bytes that has been read: the same bytes are read once."""
    found: UUID | None = await db.fetchval(
        """
        SELECT twin.id
          FROM documents AS d
          JOIN documents AS twin ON twin.sha256 = d.sha256
         WHERE d.id = $1
           AND twin.id <> d.id
           AND twin.status = 'read'
      ORDER BY twin.read_at
         LIMIT 1
        """,
        document_id,
    )
    return found


async def take_reading(db: Connection, twin_id: UUID, document_id: UUID) -> None:
    """Copy what the machine read of a twin: its pages, its facts, and what it took it for; nothing of any person."""
    await db.execute(
        """
        DELETE FROM document_pages
              WHERE document_id = $1
        """,
        document_id,
    )
    await _copy_pages(db, twin_id, document_id)
    await db.execute(
        """
        INSERT INTO document_fields (document_id, name, position, value, normal, confidence, page, box)
             SELECT $2, name, position, value, normal, confidence, page, box
               FROM document_fields
              WHERE document_id = $1
        ON CONFLICT DO NOTHING
        """,
        twin_id,
        document_id,
    )
    await parts.copy_parts(db, twin_id, document_id, of_persons=False)
    await set_page_count(db, document_id, await _page_count(db, twin_id))


async def _page_count(db: Connection, document_id: UUID) -> int:
    count: int = await db.fetchval(
        """
        SELECT coalesce(page_count, 0)
          FROM documents
         WHERE id = $1
        """,
        document_id,
    )
    return count


async def set_discarded(db: Connection, document_id: UUID) -> None:
    await db.execute(
        """
        UPDATE documents
           SET discarded_at = now()
         WHERE id = $1
        """,
        document_id,
    )


async def set_submitted(db: Connection, filing_id: UUID) -> None:
    """From now on the reviewers see the filing's documents."""
    await db.execute(
        """
        UPDATE documents
           SET submitted_at = coalesce(submitted_at, now())
         WHERE filing_id = $1
           AND discarded_at IS NULL
        """,
        filing_id,
    )


async def progress(db: Connection, filing_id: UUID) -> list[Progress]:
    """How far the documents of a filing are that are not read yet."""
    rows = await db.fetch(
        """
        SELECT t.noun_id AS document_id, coalesce((t.progress ->> 'page')::integer, 0) AS page,
               coalesce((t.progress ->> 'pages')::integer, 0) AS pages,
               coalesce(t.progress ->> 'stage', 'wait') AS stage,
               t.attempts, t.quarantined_at IS NOT NULL AS quarantined
          FROM documents AS d
          JOIN tasks AS t ON t.noun_id = d.id AND t.kind = 'read_document'
         WHERE d.filing_id = $1
           AND d.discarded_at IS NULL
           AND t.done_at IS NULL
      ORDER BY d.uploaded_at, d.id
        """,
        filing_id,
    )
    return [Progress(**dict(row)) for row in rows]


# 页


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
        await forget_blob(db, before)


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


# 字段


async def replace_fields(db: Connection, document_id: UUID, found: Sequence[FoundField]) -> None:
    """What the machine read in place of what it read before; what a person corrected or confirmed stays."""
    await db.execute(
        """
        DELETE FROM document_fields
              WHERE document_id = $1
                AND corrected_at IS NULL
                AND confirmed_at IS NULL
        """,
        document_id,
    )
    await db.executemany(
        """
        INSERT INTO document_fields (document_id, name, position, value, normal, confidence, page, box)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (document_id, name, position) DO NOTHING
        """,
        [
            (
                document_id,
                each.name,
                each.position,
                each.value,
                each.normal,
                each.confidence,
                each.page,
                list(each.box),
            )
            for each in found
        ],
    )


async def fields(db: Connection, document_ids: Sequence[UUID]) -> list[DocumentField]:
    rows = await db.fetch(
        """
        SELECT id, document_id, name, position, value, normal, confidence, page, box,
               corrected_value, corrected_by, corrected_at, confirmed_by, confirmed_at
          FROM document_fields
         WHERE document_id = ANY($1::uuid[])
      ORDER BY array_position($1::uuid[], document_id), page, name, position
        """,
        list(document_ids),
    )
    return [_field(row) for row in rows]


async def field(db: Connection, field_id: UUID) -> DocumentField | None:
    row = await db.fetchrow(
        """
        SELECT id, document_id, name, position, value, normal, confidence, page, box,
               corrected_value, corrected_by, corrected_at, confirmed_by, confirmed_at
          FROM document_fields
         WHERE id = $1
        """,
        field_id,
    )
    return _field(row) if row else None


async def set_correction(db: Connection, field_id: UUID, value: str, person_id: UUID) -> None:
    """A person's value beside the machine's; it has to be confirmed anew."""
    await db.execute(
        """
        UPDATE document_fields
           SET corrected_value = $2,
               corrected_by = $3,
               corrected_at = now(),
               confirmed_by = NULL,
               confirmed_at = NULL
         WHERE id = $1
        """,
        field_id,
        value,
        person_id,
    )


async def set_confirmed(db: Connection, field_id: UUID, person_id: UUID | None) -> None:
    """Confirmed by this person; by nobody any more if None."""
    await db.execute(
        """
        UPDATE document_fields
           SET confirmed_by = $2,
               confirmed_at = CASE WHEN $2::uuid IS NOT NULL THEN now() END
         WHERE id = $1
        """,
        field_id,
        person_id,
    )


_PRINTED_DATE = re.compile(r"(\d{4})\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})")


def date_in(text: object) -> date | None:
    """The first date in a value, printed (2026年6月30日) or plain (2026-06-30); None where there is none."""
    found = _PRINTED_DATE.search(str(text))
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


def _document(row: Row) -> Document:
    values: dict[str, Any] = dict(row)
    return Document(
        **values
        | {
            "purpose": Purpose(row["purpose"]),
            "kind": DocumentKind(row["kind"]),
            "also_kinds": tuple(DocumentKind(kind) for kind in row["also_kinds"]),
            "status": DocumentStatus(row["status"]),
        }
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


def _field(row: Row) -> DocumentField:
    values: dict[str, Any] = dict(row)
    return DocumentField(**values | {"box": tuple(row["box"]) if row["box"] else None})
