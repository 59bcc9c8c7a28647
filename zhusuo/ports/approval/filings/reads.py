"""What the queue and the review desk read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from zhusuo.db import Connection, Row
from zhusuo.dossiers.model import FilingKind, FilingStatus
from zhusuo.people.model import Actor
from zhusuo.ports.common import cursors
from zhusuo.registrations.triage import ReviewPath

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class FilingRow:
    """A line of the queue. `claimed_by` is whoever works on it at this moment."""

    id: UUID
    dossier_number: str
    carrier: str
    subdistrict: str
    kind: FilingKind
    status: FilingStatus
    organisation: str
    on_behalf_of: str
    submitted_at: datetime
    decided_at: datetime | None
    deadline_on: date | None
    claimed_by: str
    claimed_by_me: bool
    document_count: int
    path: ReviewPath = ReviewPath.FULL
    why: str = ""
    reading: bool = False
    """How the filing sorted itself, and the gravest reason; a full review until it is read and has."""

    @property
    def cursor(self) -> str:
        """Where the next page begins: behind this one."""
        return cursors.written(self.decided_at or self.submitted_at, self.id)


@dataclass(frozen=True, kw_only=True)
class Counts:
    waiting: int
    mine: int
    returned: int


async def counts(db: Connection, actor: Actor) -> Counts:
    """The numbers on the tabs."""
    row = await db.fetchrow(
        """
        SELECT count(*) FILTER (WHERE status = 'submitted') AS waiting,
               count(*) FILTER (WHERE status = 'submitted' AND claimed_by = $2 AND claimed_until > now()) AS mine,
               count(*) FILTER (WHERE status = 'returned') AS returned
          FROM filings
         WHERE district_code = $1
           AND status IN ('submitted', 'returned')
        """,
        actor.district_code,
        actor.person_id,
    )
    return Counts(**dict(row)) if row else Counts(waiting=0, mine=0, returned=0)


async def waiting(
    db: Connection,
    actor: Actor,
    *,
    mine: bool,
    subdistrict: str,
    kind: str,
    path: str,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[FilingRow]:
    """Filings to be reviewed, the oldest first; or those the actor has claimed."""
    at, filing_id = after or (None, None)
    rows = await db.fetch(
        """
        SELECT f.id, d.number AS dossier_number, c.name AS carrier, s.name AS subdistrict, f.kind, f.status,
               o.name AS organisation, f.on_behalf_of, f.submitted_at, f.decided_at, f.deadline_on,
               CASE WHEN f.claimed_until > now() THEN coalesce(p.name, '') ELSE '' END AS claimed_by,
               coalesce(f.claimed_by = $2 AND f.claimed_until > now(), false) AS claimed_by_me,
               (SELECT count(*)
                  FROM documents
                 WHERE filing_id = f.id
                   AND discarded_at IS NULL) AS document_count,
               coalesce(t.path, 'full') AS path, coalesce(t.reasons -> 0 ->> 'text', '') AS why,
               t.path IS NULL OR coalesce(t.reasons -> 0 ->> 'code' = 'reading', false) AS reading
          FROM filings AS f
          JOIN dossiers AS d ON d.id = f.dossier_id
          JOIN carriers AS c ON c.id = f.carrier_id
          JOIN subdistricts AS s ON s.code = c.subdistrict_code
          JOIN organisations AS o ON o.id = f.organisation_id
     LEFT JOIN persons AS p ON p.id = f.claimed_by
     LEFT JOIN LATERAL (
               SELECT tr.path, tr.reasons
                 FROM submissions AS su
                 JOIN triages AS tr ON tr.submission_id = su.id
                WHERE su.filing_id = f.id
             ORDER BY su.number DESC
                LIMIT 1) AS t ON true
         WHERE f.district_code = $1
           AND f.status = 'submitted'
           AND (NOT $3 OR (f.claimed_by = $2 AND f.claimed_until > now()))
           AND ($4 = '' OR c.subdistrict_code = $4)
           AND ($5 = '' OR f.kind = $5)
           AND ($6::timestamptz IS NULL OR (f.submitted_at, f.id) > ($6, $7::uuid))
           AND ($9 = '' OR coalesce(t.path, 'full') = $9)
      ORDER BY f.submitted_at, f.id
         LIMIT $8
        """,
        actor.district_code,
        actor.person_id,
        mine,
        subdistrict,
        kind,
        at,
        filing_id,
        limit,
        path,
    )
    return [_row(row) for row in rows]


async def returned(
    db: Connection, actor: Actor, *, subdistrict: str, kind: str, after: tuple[datetime, UUID] | None, limit: int
) -> list[FilingRow]:
    """Filings that are being corrected, the longest away first."""
    at, filing_id = after or (None, None)
    rows = await db.fetch(
        """
        SELECT f.id, d.number AS dossier_number, c.name AS carrier, s.name AS subdistrict, f.kind, f.status,
               o.name AS organisation, f.on_behalf_of, f.submitted_at, f.decided_at, f.deadline_on,
               '' AS claimed_by, false AS claimed_by_me,
               (SELECT count(*)
                  FROM documents
                 WHERE filing_id = f.id
                   AND discarded_at IS NULL) AS document_count
          FROM filings AS f
          JOIN dossiers AS d ON d.id = f.dossier_id
          JOIN carriers AS c ON c.id = f.carrier_id
          JOIN subdistricts AS s ON s.code = c.subdistrict_code
          JOIN organisations AS o ON o.id = f.organisation_id
         WHERE f.district_code = $1
           AND f.status = 'returned'
           AND ($2 = '' OR c.subdistrict_code = $2)
           AND ($3 = '' OR f.kind = $3)
           AND ($4::timestamptz IS NULL OR (f.submitted_at, f.id) > ($4, $5::uuid))
      ORDER BY f.submitted_at, f.id
         LIMIT $6
        """,
        actor.district_code,
        subdistrict,
        kind,
        at,
        filing_id,
        limit,
    )
    return [_row(row) for row in rows]


async def decided(
    db: Connection, actor: Actor, *, subdistrict: str, kind: str, after: tuple[datetime, UUID] | None, limit: int
) -> list[FilingRow]:
    """Filings that came to an end after they were handed in, the last first."""
    at, filing_id = after or (None, None)
    rows = await db.fetch(
        """
        SELECT f.id, d.number AS dossier_number, c.name AS carrier, s.name AS subdistrict, f.kind, f.status,
               o.name AS organisation, f.on_behalf_of, f.submitted_at, f.decided_at, f.deadline_on,
               '' AS claimed_by, false AS claimed_by_me,
               (SELECT count(*)
                  FROM documents
                 WHERE filing_id = f.id
                   AND discarded_at IS NULL) AS document_count
          FROM filings AS f
          JOIN dossiers AS d ON d.id = f.dossier_id
          JOIN carriers AS c ON c.id = f.carrier_id
          JOIN subdistricts AS s ON s.code = c.subdistrict_code
          JOIN organisations AS o ON o.id = f.organisation_id
         WHERE f.district_code = $1
           AND f.decided_at IS NOT NULL
           AND f.submitted_at IS NOT NULL
           AND ($2 = '' OR c.subdistrict_code = $2)
           AND ($3 = '' OR f.kind = $3)
           AND ($4::timestamptz IS NULL OR (f.decided_at, f.id) < ($4, $5::uuid))
      ORDER BY f.decided_at DESC, f.id DESC
         LIMIT $6
        """,
        actor.district_code,
        subdistrict,
        kind,
        at,
        filing_id,
        limit,
    )
    return [_row(row) for row in rows]


def _row(row: Row) -> FilingRow:
    kinds: dict[str, object] = {"kind": FilingKind(row["kind"]), "status": FilingStatus(row["status"])}
    if "path" in row:
        kinds["path"] = ReviewPath(row["path"])
    return FilingRow(**{**dict(row), **kinds})


async def unclaimed(db: Connection, actor: Actor, limit: int) -> list[UUID]:
    """The filings nobody works on, the oldest first; the actor's own claims before them."""
    rows = await db.fetch(
        """
        SELECT id
          FROM filings
         WHERE district_code = $1
           AND status = 'submitted'
           AND (claimed_until IS NULL OR claimed_until <= now() OR claimed_by = $2)
      ORDER BY (claimed_by = $2 AND claimed_until > now()) DESC NULLS LAST, submitted_at, id
         LIMIT $3
        """,
        actor.district_code,
        actor.person_id,
        limit,
    )
    return [row["id"] for row in rows]


@dataclass(frozen=True, kw_only=True)
class Around:
    """A filing's place in the queue: how many wait, how many of them before it, and its neighbours."""

    total: int
    before: int
    previous_id: UUID | None
    next_id: UUID | None


async def around(db: Connection, actor: Actor, filing_id: UUID, submitted_at: datetime) -> Around:
    row = await db.fetchrow(
        """
        WITH queue AS (
            SELECT id, submitted_at
              FROM filings
             WHERE district_code = $1
               AND status = 'submitted'
        )
        SELECT count(*) AS total,
               count(*) FILTER (WHERE (submitted_at, id) < ($3, $2)) AS before,
               (SELECT id FROM queue WHERE (submitted_at, id) < ($3, $2) ORDER BY submitted_at DESC, id DESC LIMIT 1)
                   AS previous_id,
               (SELECT id FROM queue WHERE (submitted_at, id) > ($3, $2) ORDER BY submitted_at, id LIMIT 1) AS next_id
          FROM queue
        """,
        actor.district_code,
        filing_id,
        submitted_at,
    )
    return Around(**dict(row)) if row else Around(total=0, before=0, previous_id=None, next_id=None)


@dataclass(frozen=True, kw_only=True)
class People:
    """Who handed a filing in and who works on it now."""

    organisation: str
    filed_by: str
    claimed_by: str
    version_number: int
    """The number its version would get."""


async def people(db: Connection, filing_id: UUID) -> People:
    row = await db.fetchrow(
        """
        SELECT o.name AS organisation, filer.name AS filed_by, coalesce(clerk.name, '') AS claimed_by,
               coalesce(
                   (SELECT number
                      FROM dossier_versions
                     WHERE filing_id = f.id),
                   (SELECT coalesce(max(number), 0) + 1
                      FROM dossier_versions
                     WHERE dossier_id = f.dossier_id)) AS version_number
          FROM filings AS f
          JOIN organisations AS o ON o.id = f.organisation_id
          JOIN persons AS filer ON filer.id = f.filed_by
     LEFT JOIN persons AS clerk ON clerk.id = f.claimed_by
         WHERE f.id = $1
        """,
        filing_id,
    )
    assert row is not None  # noqa: S101 - the guard has seen it
    return People(**dict(row))


@dataclass(frozen=True, kw_only=True)
class PageRow:
    """A page as the rail and the viewer want it, without its words."""

    document_id: UUID
    page: int
    width: int
    height: int
    drawn: bool
    read: bool
    sensitive: bool
    quality: tuple[str, ...]


async def pages(db: Connection, document_ids: Sequence[UUID]) -> list[PageRow]:
    rows = await db.fetch(
        """
        SELECT document_id, page, width, height, preview_sha256 IS NOT NULL AS drawn, read_at IS NOT NULL AS read,
               sensitive, quality
          FROM document_pages
         WHERE document_id = ANY ($1::uuid[])
      ORDER BY array_position($1::uuid[], document_id), page
        """,
        list(document_ids),
    )
    return [PageRow(**{**dict(row), "quality": tuple(row["quality"])}) for row in rows]
