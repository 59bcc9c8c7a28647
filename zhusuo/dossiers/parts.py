"""分件 提示: the rows of the papers in a file, and of what is to be known about its pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from zhusuo.db import Connection
from zhusuo.dossiers.model import DocumentKind, PageNote, Part

MOST_PAGES = 600
"""So many pages on file are compared with a new document, the newest first."""


async def parts(db: Connection, document_ids: Sequence[UUID]) -> dict[UUID, list[Part]]:
    """The papers of each file, in the order in which they begin."""
    rows = await db.fetch(
        """
        SELECT document_id, kind, pages, set_by IS NOT NULL AS by_person
          FROM document_parts
         WHERE document_id = ANY ($1::uuid[])
      ORDER BY document_id, position
        """,
        list(document_ids),
    )
    found: dict[UUID, list[Part]] = {}
    for row in rows:
        part = Part(kind=DocumentKind(row["kind"]), pages=tuple(row["pages"]), by_person=row["by_person"])
        found.setdefault(row["document_id"], []).append(part)
    return found


async def replace_parts(db: Connection, document_id: UUID, found: Sequence[Part], set_by: UUID | None) -> None:
    """The papers of a file, as a person says, or as the machine found them (None)."""
    await db.execute(
        """
        DELETE FROM document_parts
              WHERE document_id = $1
        """,
        document_id,
    )
    await db.executemany(
        """
        INSERT INTO document_parts (document_id, position, kind, pages, set_by)
             VALUES ($1, $2, $3, $4, $5)
        """,
        [(document_id, position, part.kind, list(part.pages), set_by) for position, part in enumerate(found)],
    )


async def notes(db: Connection, document_ids: Sequence[UUID]) -> dict[UUID, list[PageNote]]:
    rows = await db.fetch(
        """
        SELECT document_id, code, page, text, other_id, other_page
          FROM document_notes
         WHERE document_id = ANY ($1::uuid[])
      ORDER BY document_id, page, code
        """,
        list(document_ids),
    )
    found: dict[UUID, list[PageNote]] = {}
    for row in rows:
        values = dict(row)
        found.setdefault(values.pop("document_id"), []).append(PageNote(**values))
    return found


async def replace_notes(db: Connection, document_id: UUID, found: Sequence[PageNote]) -> None:
    await db.execute(
        """
        DELETE FROM document_notes
              WHERE document_id = $1
        """,
        document_id,
    )
    await db.executemany(
        """
        INSERT INTO document_notes (document_id, page, code, text, other_id, other_page)
             VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT DO NOTHING
        """,
        [(document_id, note.page, note.code, note.text, note.other_id, note.other_page) for note in found],
    )


async def copy_parts(db: Connection, source: UUID, target: UUID, *, of_persons: bool) -> None:
    """The papers of a file once more, for a document with the same bytes; those that a person said where wanted."""
    await db.execute(
        """
        INSERT INTO document_parts (document_id, position, kind, pages, set_by)
             SELECT $2, position, kind, pages, set_by
               FROM document_parts
              WHERE document_id = $1
                AND ($3 OR set_by IS NULL)
        ON CONFLICT DO NOTHING
        """,
        source,
        target,
        of_persons,
    )


async def set_page_kinds(db: Connection, document_id: UUID, found: Sequence[Part]) -> None:
    """What each page is, after a person has said to which paper it belongs; a page of none is something else."""
    await db.execute(
        """
        UPDATE document_pages AS p
           SET kind = coalesce(said.kind, CASE WHEN p.kind IN ('blank', 'id_card') THEN p.kind ELSE 'other' END)
          FROM document_pages AS old
     LEFT JOIN unnest($2::integer[], $3::text[]) AS said (page, kind) ON said.page = old.page
         WHERE p.document_id = $1
           AND old.document_id = p.document_id
           AND old.page = p.page
        """,
        document_id,
        [page for part in found for page in part.pages],
        [part.kind for part in found for _ in part.pages],
    )


@dataclass(frozen=True, kw_only=True)
class KnownPage:
    """A page that was brought before, by what it is known again."""

    document_id: UUID
    page: int
    kind: str
    text: str
    look: str


async def comparable(db: Connection, document_id: UUID, kinds: Sequence[str]) -> list[KnownPage]:
    """Pages of the same kinds that were brought for the same carrier before: by the same organisation, or in force."""
    rows = await db.fetch(
        """
        SELECT p.document_id, p.page, p.kind, p.text, p.look
          FROM documents AS this
          JOIN documents AS d ON d.carrier_id = this.carrier_id AND d.id <> this.id AND d.sha256 <> this.sha256
          JOIN document_pages AS p ON p.document_id = d.id
         WHERE this.id = $1
           AND d.status = 'read'
           AND d.uploaded_at <= this.uploaded_at
           AND d.purpose = this.purpose
           AND (d.discarded_at IS NULL OR d.submitted_at IS NOT NULL)
           AND (d.organisation_id = this.organisation_id OR EXISTS (
               SELECT
                 FROM version_documents AS vd
                 JOIN dossier_versions AS v ON v.id = vd.version_id
                WHERE vd.document_id = d.id
                  AND v.status = 'effective'))
           AND p.kind = ANY ($2::text[])
           AND NOT p.sensitive
      ORDER BY d.uploaded_at DESC, p.page
         LIMIT $3
        """,
        document_id,
        list(kinds),
        MOST_PAGES,
    )
    return [KnownPage(**dict(row)) for row in rows]


async def filed_as(db: Connection, document_id: UUID) -> tuple[str, bool]:
    """A document's file name, and whether a version in force relies on it."""
    row = await db.fetchrow(
        """
        SELECT d.file_name,
               EXISTS (
                   SELECT
                     FROM version_documents AS vd
                     JOIN dossier_versions AS v ON v.id = vd.version_id
                    WHERE vd.document_id = d.id
                      AND v.status = 'effective') AS on_file
          FROM documents AS d
         WHERE d.id = $1
        """,
        document_id,
    )
    return (row["file_name"], row["on_file"]) if row else ("", False)
