"""The rows of documents: who may see them, what they are, how far their reading is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from zhusuo.db import Connection, Row
from zhusuo.dossiers import document_fields, document_pages, parts
from zhusuo.dossiers.model import (
    Document,
    DocumentKind,
    DocumentStatus,
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
        await document_pages.copy_pages(db, document_id, copied)
        await document_fields.copy_fields(db, document_id, copied)
        await parts.copy_parts(db, document_id, copied, of_persons=True)
    return copied


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
    await document_pages.copy_pages(db, twin_id, document_id)
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
