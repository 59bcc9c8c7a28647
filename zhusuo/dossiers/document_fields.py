"""字段: the rows of the facts that were read from a document, with what a person made of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from zhusuo.db import Connection, Row
from zhusuo.dossiers.model import DocumentField


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


async def copy_fields(db: Connection, source: UUID, target: UUID) -> None:
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


def _field(row: Row) -> DocumentField:
    values: dict[str, Any] = dict(row)
    return DocumentField(**values | {"box": tuple(row["box"]) if row["box"] else None})
