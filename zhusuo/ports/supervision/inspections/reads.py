"""What the pages on inspections read: those of the office's subdistricts, and nothing else."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from zhusuo.carriers.model import unit_name
from zhusuo.db import Connection, Row
from zhusuo.errors import NotFound
from zhusuo.inspections.model import Cause, InspectionStatus, Outcome
from zhusuo.people.model import Actor

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class InspectionRow:
    """A line of the list: where, whom one looks for, why, until when, who goes, and what was found."""

    id: UUID
    number: str
    status: InspectionStatus
    cause: Cause
    subject: str
    question: str
    due_on: date
    carrier_id: UUID
    carrier: str
    address: str
    subdistrict: str
    unit_id: UUID | None
    unit: str
    assigned_to: str
    accompanied_by: str
    outcome: Outcome | None
    found_on: date | None
    photo_count: int

    @property
    def cursor(self) -> str:
        return f"{self.due_on}.{self.id}"

    def is_late(self, day: date) -> bool:
        return self.status.is_open and self.due_on < day


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A photograph of a finding: its document, and when it was taken by the phone's clock."""

    id: UUID
    document_id: UUID
    taken_at: datetime
    received_at: datetime
    drawn: bool
    trouble: str


@dataclass(frozen=True, kw_only=True)
class FindingView:
    """A finding as it is shown: `missing` photographs were announced and have not arrived yet."""

    id: UUID
    outcome: Outcome
    other_business: str
    note: str
    found_by: str
    found_at: datetime
    received_at: datetime
    latitude: float | None
    longitude: float | None
    accuracy_m: float | None
    concludes: bool
    photo_count: int
    photos: tuple[Photo, ...]

    @property
    def missing(self) -> int:
        return max(0, self.photo_count - len(self.photos))


@dataclass(frozen=True, kw_only=True)
class InspectionView:
    """One inspection with its findings, and what is known of its place."""

    id: UUID
    number: str
    status: InspectionStatus
    cause: Cause
    source: str
    subject: str
    question: str
    due_on: date
    planned_at: datetime
    planned_by: str
    carrier_id: UUID
    carrier: str
    address: str
    subdistrict: str
    unit_id: UUID | None
    unit: str
    registration_id: UUID | None
    registered_on: date | None
    assigned_to: str
    assigned_to_id: UUID | None
    accompanied_by: str
    accompanied_by_id: UUID | None
    started_by: str
    started_at: datetime | None
    ended_by: str
    ended_at: datetime | None
    cancel_reason: str
    findings: tuple[FindingView, ...]
    tenants: tuple[str, ...]
    registered: tuple[str, ...]

    @property
    def place(self) -> str:
        return f"{self.carrier} {self.unit}".strip()

    def is_late(self, day: date) -> bool:
        return self.status.is_open and self.due_on < day


def cursor(text: str) -> tuple[date, UUID] | None:
    """Where the list goes on; None for the first page. Raises NotFound for what is no cursor."""
    if not text:
        return None
    day, _, id_ = text.partition(".")
    try:
        return date.fromisoformat(day), UUID(id_)
    except ValueError as error:
        raise NotFound("翻页位置无效，请从第一页重新看。") from error


async def inspections(
    db: Connection,
    actor: Actor,
    *,
    view: str = "open",
    cause: str = "",
    q: str = "",
    after: tuple[date, UUID] | None = None,
    limit: int = PAGE,
) -> list[InspectionRow]:
    """By the day they are due; `view` is mine, open, found or cancelled (the last two: the newest first).

    `q` is part of the name that is looked for or of the carrier's. First which ones, by an index in their order; then
    what is shown of those.
    """
    which = {"mine": _mine, "found": _ended, "cancelled": _ended}.get(view, _open)
    ids = await which(db, actor, view, cause, q, after, limit)
    rows = await db.fetch(
        """
        SELECT i.id, i.number, i.status, i.cause, i.subject, i.question, i.due_on, c.id AS carrier_id,
               c.name AS carrier, coalesce(main.text, '') AS address, s.name AS subdistrict, i.unit_id, u.building,
               u.number AS unit_number, u.label, coalesce(goer.name, '') AS assigned_to,
               coalesce(second.name, '') AS accompanied_by, f.outcome,
               (f.found_at AT TIME ZONE 'Asia/Shanghai')::date AS found_on,
               (SELECT count(*) FROM finding_photos AS p WHERE p.finding_id = f.id) AS photo_count
          FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, place)
          JOIN inspections AS i ON i.id = wanted.id
          JOIN carriers AS c ON c.id = i.carrier_id
          JOIN subdistricts AS s ON s.code = c.subdistrict_code
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = c.id AND main.is_main
     LEFT JOIN units AS u ON u.id = i.unit_id
     LEFT JOIN persons AS goer ON goer.id = i.assigned_to
     LEFT JOIN persons AS second ON second.id = i.accompanied_by
     LEFT JOIN findings AS f ON f.inspection_id = i.id AND f.concludes
      ORDER BY wanted.place
        """,
        ids,
    )
    return [_row(row) for row in rows]


async def _open(
    db: Connection, actor: Actor, view: str, cause: str, q: str, after: tuple[date, UUID] | None, limit: int
) -> list[UUID]:
    on, inspection_id = after or (None, None)
    rows = await db.fetch(
        """
        SELECT i.id
          FROM inspections AS i
          JOIN carriers AS c ON c.id = i.carrier_id
         WHERE i.district_code = $1
           AND c.subdistrict_code = ANY ($2::text[])
           AND i.status IN ('planned', 'assigned', 'started')
           AND ($3 = '' OR i.cause = $3)
           AND ($4 = '' OR position($4 IN i.subject) > 0 OR position($4 IN c.name) > 0 OR i.number = upper($4))
           AND ($5::date IS NULL OR (i.due_on, i.id) > ($5, $6::uuid))
      ORDER BY i.due_on, i.id
         LIMIT $7
        """,
        actor.district_code,
        sorted(actor.subdistricts),
        cause,
        q,
        on,
        inspection_id,
        limit,
    )
    return [row["id"] for row in rows]


async def _mine(
    db: Connection, actor: Actor, view: str, cause: str, q: str, after: tuple[date, UUID] | None, limit: int
) -> list[UUID]:
    on, inspection_id = after or (None, None)
    rows = await db.fetch(
        """
        SELECT i.id
          FROM inspections AS i
          JOIN carriers AS c ON c.id = i.carrier_id
         WHERE (i.assigned_to = $1 OR i.accompanied_by = $1)
           AND c.subdistrict_code = ANY ($2::text[])
           AND i.status IN ('planned', 'assigned', 'started')
           AND ($3 = '' OR i.cause = $3)
           AND ($4 = '' OR position($4 IN i.subject) > 0 OR position($4 IN c.name) > 0 OR i.number = upper($4))
           AND ($5::date IS NULL OR (i.due_on, i.id) > ($5, $6::uuid))
      ORDER BY i.due_on, i.id
         LIMIT $7
        """,
        actor.person_id,
        sorted(actor.subdistricts),
        cause,
        q,
        on,
        inspection_id,
        limit,
    )
    return [row["id"] for row in rows]


async def _ended(
    db: Connection, actor: Actor, view: str, cause: str, q: str, after: tuple[date, UUID] | None, limit: int
) -> list[UUID]:
    """Those of one status, `view`, the newest first."""
    on, inspection_id = after or (None, None)
    rows = await db.fetch(
        """
        SELECT i.id
          FROM inspections AS i
          JOIN carriers AS c ON c.id = i.carrier_id
         WHERE i.district_code = $1
           AND c.subdistrict_code = ANY ($2::text[])
           AND i.status = $8
           AND ($3 = '' OR i.cause = $3)
           AND ($4 = '' OR position($4 IN i.subject) > 0 OR position($4 IN c.name) > 0 OR i.number = upper($4))
           AND ($5::date IS NULL OR (i.due_on, i.id) < ($5, $6::uuid))
      ORDER BY i.due_on DESC, i.id DESC
         LIMIT $7
        """,
        actor.district_code,
        sorted(actor.subdistricts),
        cause,
        q,
        on,
        inspection_id,
        limit,
        view,
    )
    return [row["id"] for row in rows]


async def counts(db: Connection, actor: Actor, day: date) -> dict[str, int]:
    """How many are open, mine, and late."""
    row = await db.fetchrow(
        """
        SELECT count(*) AS open,
               count(*) FILTER (WHERE $3 IN (i.assigned_to, i.accompanied_by)) AS mine,
               count(*) FILTER (WHERE i.due_on < $4) AS late
          FROM inspections AS i
          JOIN carriers AS c ON c.id = i.carrier_id
         WHERE i.district_code = $1
           AND c.subdistrict_code = ANY ($2::text[])
           AND i.status IN ('planned', 'assigned', 'started')
        """,
        actor.district_code,
        sorted(actor.subdistricts),
        actor.person_id,
        day,
    )
    return dict(row) if row else {}


async def one(db: Connection, actor: Actor, inspection_id: UUID) -> InspectionView:
    """One inspection of the office's subdistricts. Raises NotFound."""
    row = await db.fetchrow(
        """
        SELECT i.id, i.number, i.status, i.cause, i.source, i.subject, i.question, i.due_on, i.planned_at,
               coalesce(planner.name, '') AS planned_by, c.id AS carrier_id, c.name AS carrier,
               coalesce(main.text, '') AS address, s.name AS subdistrict, i.unit_id, u.building,
               u.number AS unit_number, u.label, i.registration_id, r.registered_on,
               coalesce(goer.name, '') AS assigned_to, i.assigned_to AS assigned_to_id,
               coalesce(second.name, '') AS accompanied_by, i.accompanied_by AS accompanied_by_id,
               coalesce(starter.name, '') AS started_by, i.started_at, coalesce(ender.name, '') AS ended_by,
               i.ended_at, i.cancel_reason,
               ARRAY(SELECT t.tenant
                       FROM tenancies AS t
                      WHERE t.unit_id = i.unit_id
                        AND t.moved_out_on IS NULL
                   ORDER BY t.tenant) AS tenants,
               ARRAY(SELECT live.applicant
                       FROM registrations AS live
                      WHERE live.unit_id = i.unit_id
                        AND live.status <> 'ended'
                   ORDER BY live.applicant
                      LIMIT 50) AS registered
          FROM inspections AS i
          JOIN carriers AS c ON c.id = i.carrier_id
          JOIN subdistricts AS s ON s.code = c.subdistrict_code
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = c.id AND main.is_main
     LEFT JOIN units AS u ON u.id = i.unit_id
     LEFT JOIN registrations AS r ON r.id = i.registration_id
     LEFT JOIN persons AS planner ON planner.id = i.planned_by
     LEFT JOIN persons AS goer ON goer.id = i.assigned_to
     LEFT JOIN persons AS second ON second.id = i.accompanied_by
     LEFT JOIN persons AS starter ON starter.id = i.started_by
     LEFT JOIN persons AS ender ON ender.id = i.ended_by
         WHERE i.id = $1
           AND c.subdistrict_code = ANY ($2::text[])
        """,
        inspection_id,
        sorted(actor.subdistricts),
    )
    if row is None:
        raise NotFound
    return InspectionView(
        **{
            **_with_unit(row),
            "status": InspectionStatus(row["status"]),
            "cause": Cause(row["cause"]),
            "tenants": tuple(row["tenants"]),
            "registered": tuple(row["registered"]),
            "findings": await _findings(db, inspection_id),
        }
    )


async def _findings(db: Connection, inspection_id: UUID) -> tuple[FindingView, ...]:
    rows = await db.fetch(
        """
        SELECT f.id, f.outcome, f.other_business, f.note, persons.name AS found_by, f.found_at, f.received_at,
               f.latitude, f.longitude, f.accuracy_m, f.concludes, f.photo_count
          FROM findings AS f
          JOIN persons ON persons.id = f.found_by
         WHERE f.inspection_id = $1
      ORDER BY f.concludes DESC, f.received_at
        """,
        inspection_id,
    )
    photos = await _photos(db, inspection_id)
    return tuple(
        FindingView(
            **{**row, "outcome": Outcome(row["outcome"]), "photos": tuple(photos.get(row["id"], ()))},
        )
        for row in rows
    )


async def _photos(db: Connection, inspection_id: UUID) -> dict[UUID, list[Photo]]:
    rows = await db.fetch(
        """
        SELECT p.finding_id, p.id, p.document_id, p.taken_at, p.received_at, d.trouble,
               EXISTS (SELECT
                         FROM document_pages AS page
                        WHERE page.document_id = d.id
                          AND page.preview_sha256 IS NOT NULL) AS drawn
          FROM finding_photos AS p
          JOIN findings AS f ON f.id = p.finding_id
          JOIN documents AS d ON d.id = p.document_id
         WHERE f.inspection_id = $1
      ORDER BY p.taken_at, p.id
        """,
        inspection_id,
    )
    found: dict[UUID, list[Photo]] = {}
    for row in rows:
        facts = dict(row)
        found.setdefault(facts.pop("finding_id"), []).append(Photo(**facts))
    return found


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Somebody asks for an inspection that is not planned yet: a clerk, or a case."""

    cause: Cause
    source: str
    place: str
    why: str
    carrier_id: UUID
    unit_id: UUID | None
    registration_id: UUID | None
    since: datetime


async def waiting(db: Connection, actor: Actor, limit: int = 20) -> list[Waiting]:
    """What clerks asked to look at and what cases wait for, the longest waiting first."""
    rows = await db.fetch(
        """
        SELECT asked.cause, asked.source, c.name AS carrier, u.building, u.number AS unit_number, u.label, asked.why,
               asked.carrier_id, asked.unit_id, asked.registration_id, asked.since
          FROM (
               SELECT 'asked' AS cause, 'look_request ' || look_requests.id AS source, look_requests.carrier_id,
                      look_requests.unit_id, NULL::uuid AS registration_id, look_requests.why,
                      look_requests.asked_at AS since
                 FROM look_requests
                WHERE look_requests.answered_at IS NULL
            UNION ALL
               SELECT 'zombie', 'zombie_case ' || z.id, z.carrier_id, z.unit_id, z.registration_id,
                      z.number || ' ' || z.name, z.changed_at
                 FROM zombie_cases AS z
                WHERE z.status = 'inspecting'
               ) AS asked
          JOIN carriers AS c ON c.id = asked.carrier_id
     LEFT JOIN units AS u ON u.id = asked.unit_id
         WHERE c.district_code = $1
           AND c.subdistrict_code = ANY ($2::text[])
           AND NOT EXISTS (
               SELECT
                 FROM inspections AS i
                WHERE i.carrier_id = asked.carrier_id
                  AND i.unit_id IS NOT DISTINCT FROM asked.unit_id
                  AND (asked.registration_id IS NULL OR i.registration_id = asked.registration_id)
                  AND i.status IN ('planned', 'assigned', 'started'))
      ORDER BY asked.since
         LIMIT $3
        """,
        actor.district_code,
        sorted(actor.subdistricts),
        limit,
    )
    found = []
    for row in rows:
        facts = _with_unit(row)
        place = f"{facts.pop('carrier')} {facts.pop('unit')}".strip()
        found.append(Waiting(**{**facts, "place": place, "cause": Cause(row["cause"])}))
    return found


@dataclass(frozen=True, kw_only=True)
class DrawnRow:
    """A target that was drawn, and the inspection that became of it."""

    rank: int
    name: str
    place: str
    inspection_id: UUID
    number: str
    status: InspectionStatus
    assigned_to: str
    accompanied_by: str


async def drawn(db: Connection, draw_id: UUID) -> list[DrawnRow]:
    """In the order in which they were drawn."""
    rows = await db.fetch(
        """
        SELECT e.rank, e.name, e.place, i.id AS inspection_id, i.number, i.status,
               coalesce(goer.name, '') AS assigned_to, coalesce(second.name, '') AS accompanied_by
          FROM draw_entries AS e
          JOIN inspections AS i ON i.id = e.inspection_id
     LEFT JOIN persons AS goer ON goer.id = i.assigned_to
     LEFT JOIN persons AS second ON second.id = i.accompanied_by
         WHERE e.draw_id = $1
           AND e.rank IS NOT NULL
      ORDER BY e.rank
        """,
        draw_id,
    )
    return [DrawnRow(**{**row, "status": InspectionStatus(row["status"])}) for row in rows]


@dataclass(frozen=True, kw_only=True)
class Target:
    """A unit somebody wants to look at, and who is registered there."""

    carrier_id: UUID
    carrier: str
    unit_id: UUID
    unit: str
    registered: tuple[tuple[UUID, str], ...]


async def target(db: Connection, unit_id: UUID) -> Target:
    """Raises NotFound."""
    row = await db.fetchrow(
        """
        SELECT c.id AS carrier_id, c.name AS carrier, u.id AS unit_id, u.building, u.number AS unit_number, u.label
          FROM units AS u
          JOIN carriers AS c ON c.id = u.carrier_id
         WHERE u.id = $1
        """,
        unit_id,
    )
    if row is None:
        raise NotFound
    live = await db.fetch(
        """
        SELECT id, applicant
          FROM registrations
         WHERE unit_id = $1
           AND status <> 'ended'
      ORDER BY applicant
         LIMIT 200
        """,
        unit_id,
    )
    return Target(**_with_unit(row), registered=tuple((each["id"], each["applicant"]) for each in live))


def _row(row: Row) -> InspectionRow:
    return InspectionRow(
        **{
            **_with_unit(row),
            "status": InspectionStatus(row["status"]),
            "cause": Cause(row["cause"]),
            "outcome": Outcome(row["outcome"]) if row["outcome"] else None,
        }
    )


def _with_unit(row: Row) -> dict[str, Any]:
    """The row with its unit in one word in place of its parts; "" for a whole carrier."""
    given = dict(row)
    building, number, label = given.pop("building"), given.pop("unit_number"), given.pop("label")
    return {**given, "unit": unit_name(building, number, label) if label else ""}
