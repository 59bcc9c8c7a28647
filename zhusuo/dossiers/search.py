"""检索: the words of documents, found for whoever may see them, with the place on the page.

Permission stands in the same statement as the words, so nothing is found and then thrown away. Documents that their
filer marked, and pages that nobody has read, are found by the filer's organisation and the reviewers only; identity
cards have no words at all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from zhusuo.db import Connection, Row
from zhusuo.dossiers import words
from zhusuo.dossiers.model import DocumentKind
from zhusuo.errors import Invalid
from zhusuo.people.model import Actor, Role

AROUND = 24
MOST = 50
LONGEST_QUERY = 100

BoxCorners = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A page on which all terms stand. `snippet` alternates plain and found text, beginning with plain."""

    document_id: UUID
    page: int
    file_name: str
    kind: DocumentKind
    filing_id: UUID | None
    carrier_id: UUID | None
    carrier: str
    snippet: tuple[str, ...]
    boxes: tuple[BoxCorners, ...]


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page of hits, newest documents first; `after` is where the next one goes on, None at the end."""

    hits: tuple[Hit, ...]
    after: str | None


async def search(
    db: Connection,
    actor: Actor,
    text: str,
    limit: int = 20,
    after: str | None = None,
    carrier_id: UUID | None = None,
) -> Found:
    """Pages on which every term of `text` stands. Raises Invalid when nothing is asked or the cursor is none."""
    text = text[:LONGEST_QUERY]
    query = words.query(text)
    if query is None:
        raise Invalid({"q": "请输入要找的字词，例如“产权”或证书编号。"})
    limit = min(max(limit, 1), MOST)
    place = _cursor(after)
    if actor.role is Role.CLERK or (actor.role is Role.CLIENT and "documents" in actor.scopes):
        rows = await _among_handed_in(db, actor, query, carrier_id, place, limit + 1)
    elif actor.role in (Role.MANAGER, Role.AGENT):
        rows = await _among_own(db, actor, query, carrier_id, place, limit + 1)
    else:
        rows = []
    hits = tuple(_hit(row, words.terms(text)) for row in rows[:limit])
    more = len(rows) > limit
    return Found(hits=hits, after=f"{hits[-1].document_id}.{hits[-1].page}" if more else None)


async def _among_handed_in(
    db: Connection, actor: Actor, query: str, carrier_id: UUID | None, place: "_Place", limit: int
) -> list[Row]:
    """For reviewers: what was handed in in their district, and what their own organisation files."""
    return await db.fetch(
        """
        SELECT p.document_id, p.page, d.file_name, d.kind, d.filing_id, d.carrier_id,
               coalesce(c.name, '') AS carrier, p.text, p.lines
          FROM document_pages AS p
          JOIN documents AS d ON d.id = p.document_id
     LEFT JOIN carriers AS c ON c.id = d.carrier_id
         WHERE p.words @@ $1::text::tsquery
           AND (d.discarded_at IS NULL OR d.submitted_at IS NOT NULL)
           AND ((d.district_code = $2 AND (d.filing_id IS NULL OR d.submitted_at IS NOT NULL))
                OR ($3 = 'clerk' AND d.organisation_id = $4))
           AND ($5::uuid IS NULL OR d.carrier_id = $5)
           AND ($6::uuid IS NULL OR (p.document_id, -p.page) < ($6, -$7::integer))
      ORDER BY p.document_id DESC, p.page
         LIMIT $8
        """,
        query,
        actor.district_code,
        actor.role,
        actor.organisation_id,
        carrier_id,
        *place,
        limit,
    )


async def _among_own(
    db: Connection, actor: Actor, query: str, carrier_id: UUID | None, place: "_Place", limit: int
) -> list[Row]:
    """For filers: what their organisation filed; for managers also what is in force for their carriers, unmarked.

    Their documents are few among many, so that a common word must not be looked for among all.
    """
    return await db.fetch(
        """
        SELECT p.document_id, p.page, d.file_name, d.kind, d.filing_id, d.carrier_id,
               coalesce(c.name, '') AS carrier, p.text, p.lines
          FROM (SELECT id
                  FROM documents
                 WHERE organisation_id = $2
                   AND (discarded_at IS NULL OR submitted_at IS NOT NULL)
                 UNION
                SELECT vd.document_id
                  FROM managements AS m
                  JOIN dossier_versions AS v ON v.carrier_id = m.carrier_id
                  JOIN version_documents AS vd ON vd.version_id = v.id
                  JOIN documents AS d ON d.id = vd.document_id
                 WHERE $3 = 'manager'
                   AND m.organisation_id = $2
                   AND m.status = 'confirmed'
                   AND v.status = 'effective'
                   AND NOT d.marked_sensitive) AS seen
          JOIN documents AS d ON d.id = seen.id
          JOIN document_pages AS p ON p.document_id = seen.id
     LEFT JOIN carriers AS c ON c.id = d.carrier_id
         WHERE p.words @@ $1::text::tsquery
           AND (d.organisation_id = $2 OR NOT p.sensitive)
           AND ($4::uuid IS NULL OR d.carrier_id = $4)
           AND ($5::uuid IS NULL OR (p.document_id, -p.page) < ($5, -$6::integer))
      ORDER BY p.document_id DESC, p.page
         LIMIT $7
        """,
        query,
        actor.organisation_id,
        actor.role,
        carrier_id,
        *place,
        limit,
    )


_Place = tuple[UUID | None, int]


def _cursor(after: str | None) -> _Place:
    if after is None:
        return None, 0
    document, _, page = after.partition(".")
    try:
        return UUID(document), int(page)
    except ValueError as error:
        raise Invalid({"after": "翻页位置无效，请重新检索。"}) from error


def _hit(row: Row, terms: Sequence[str]) -> Hit:
    lines = [(line["text"], tuple(line["box"])) for line in row["lines"]]
    return Hit(
        document_id=row["document_id"],
        page=row["page"],
        file_name=row["file_name"],
        kind=DocumentKind(row["kind"]),
        filing_id=row["filing_id"],
        carrier_id=row["carrier_id"],
        carrier=row["carrier"],
        snippet=snippet(row["text"], terms),
        boxes=tuple(boxes(lines, terms)),
    )


def snippet(text: str, terms: Sequence[str]) -> tuple[str, ...]:
    """The text around the first hit, in turns plain and found."""
    for term in terms:
        for first, last in words.occurrences(text, term):
            start, end = max(0, first - AROUND), last + 1 + AROUND
            before = ("…" if start else "") + text[start:first]
            behind = text[last + 1 : end] + ("…" if end < len(text) else "")
            return tuple(" ".join(part.split()) for part in (before, text[first : last + 1], behind))
    return (" ".join(text[: 2 * AROUND].split()),)


def boxes(lines: Sequence[tuple[str, BoxCorners]], terms: Sequence[str]) -> Iterator[BoxCorners]:
    """The parts of lines where terms stand, also those that run on into the next line."""
    text = "\n".join(line for line, _ in lines)
    starts = []
    position = 0
    for line, _ in lines:
        starts.append(position)
        position += len(line) + 1
    for term in terms:
        for first, last in words.occurrences(text, term):
            for (line, box), start in zip(lines, starts, strict=True):
                if start <= last and first < start + len(line):
                    yield _part(line, box, max(0, first - start), min(len(line), last + 1 - start))


def _part(line: str, box: BoxCorners, start: int, end: int) -> BoxCorners:
    """The part of a line's box where these characters stand; wide characters count twice."""
    widths = [2 if ord(character) > 0x2E7F else 1 for character in line]
    whole = sum(widths) or 1
    x0, y0, x1, y1 = box
    left = x0 + (x1 - x0) * sum(widths[:start]) / whole
    right = x0 + (x1 - x0) * sum(widths[:end]) / whole
    return left, y0, right, y1
