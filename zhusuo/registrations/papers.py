"""What papers say: the facts that were read from documents, each with its place, and the premises on file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from zhusuo.carriers.model import CarrierAddress, Unit
from zhusuo.db import Connection
from zhusuo.dossiers.model import DocumentKind, Place, TitleSituation


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that one paper says: as printed (or as a person corrected it), as a plain value, and where.

    `normal` is None where a person corrected the text; it is then read from the text again.
    """

    name: str
    text: str
    normal: Any
    confidence: float
    place: Place


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What one document says as one kind of paper (a file may hold two)."""

    document_id: UUID
    kind: DocumentKind
    facts: tuple[Fact, ...]

    def all(self, *names: str) -> tuple[Fact, ...]:
        return tuple(fact for name in names for fact in self.facts if fact.name == name and fact.text.strip())

    def one(self, *names: str) -> Fact | None:
        return next(iter(self.all(*names)), None)


@dataclass(frozen=True, kw_only=True)
class Premises:
    """The carrier as it stands on file: its addresses and names, the units a version covers, those applied for."""

    addresses: tuple[CarrierAddress, ...]
    names: tuple[str, ...]
    covered: tuple[Unit, ...]
    asked: tuple[Unit, ...]
    title_situation: TitleSituation


async def papers_of(db: Connection, document_ids: Sequence[UUID]) -> dict[UUID, list[Paper]]:
    """What was read from these documents; a fact belongs to the kind of the page it stands on."""
    rows = await db.fetch(
        """
        SELECT f.document_id, coalesce(nullif(p.kind, 'other'), d.kind) AS kind, f.name, f.page, f.box,
               coalesce(f.corrected_value, f.value) AS text,
               CASE WHEN f.corrected_value IS NULL THEN f.normal END AS normal,
               CASE WHEN f.corrected_at IS NULL AND f.confirmed_at IS NULL THEN f.confidence ELSE 1 END AS confidence
          FROM document_fields AS f
          JOIN documents AS d ON d.id = f.document_id
     LEFT JOIN document_pages AS p ON p.document_id = f.document_id AND p.page = f.page
         WHERE f.document_id = ANY ($1::uuid[])
      ORDER BY f.document_id, f.name, f.position
        """,
        list(document_ids),
    )
    grouped: dict[tuple[UUID, DocumentKind], list[Fact]] = {}
    for row in rows:
        kind = DocumentKind(row["kind"])
        box = tuple(row["box"]) if row["box"] and len(row["box"]) == 4 else None
        place = Place(document_id=row["document_id"], kind=kind, page=row["page"], box=box, text=row["text"])
        fact = Fact(name=row["name"], text=row["text"], normal=row["normal"], confidence=row["confidence"], place=place)
        grouped.setdefault((row["document_id"], kind), []).append(fact)
    found: dict[UUID, list[Paper]] = {}
    for (document_id, kind), facts in grouped.items():
        found.setdefault(document_id, []).append(Paper(document_id=document_id, kind=kind, facts=tuple(facts)))
    return found
