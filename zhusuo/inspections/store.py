"""The rows of inspections, findings and their photographs."""

from datetime import datetime
from uuid import UUID

from zhusuo.db import Connection, Row
from zhusuo.inspections.model import (
    Cause,
    Finding,
    Inspection,
    InspectionStatus,
    NewFinding,
    NewInspection,
    Outcome,
)
from zhusuo.people.model import Actor


async def lock(db: Connection, actor: Actor, inspection_id: UUID) -> Inspection | None:
    """An inspection in the actor's subdistricts, locked; None for a foreign one as for none."""
    row = await db.fetchrow(
        """
        SELECT i.id, i.number, i.carrier_id, i.unit_id, i.registration_id, i.district_code, i.subject, i.cause,
               i.source, i.question, i.due_on, i.status, i.planned_by, i.planned_at, i.assigned_to, i.accompanied_by
          FROM inspections AS i
          JOIN carriers AS c ON c.id = i.carrier_id
         WHERE i.id = $1
           AND c.subdistrict_code = ANY ($2::text[])
           FOR UPDATE OF i
        """,
        inspection_id,
        sorted(actor.subdistricts),
    )
    return _inspection(row) if row else None


async def insert(db: Connection, new: NewInspection, planned_by: UUID | None) -> UUID | None:
    """A planned inspection, assigned where somebody is named; None if one of the same target is open already."""
    inspection_id: UUID | None = await db.fetchval(
        """
        INSERT INTO inspections (carrier_id, unit_id, registration_id, district_code, subject, cause, source, question,
                                 due_on, status, planned_by, assigned_to, accompanied_by, assigned_at)
             SELECT c.id, $2, $3, c.district_code,
                    coalesce((SELECT r.applicant FROM registrations AS r WHERE r.id = $3), ''),
                    $4, $5, $6, $7, CASE WHEN $9::uuid IS NULL THEN 'planned' ELSE 'assigned' END, $8, $9, $10,
                    CASE WHEN $9::uuid IS NOT NULL THEN now() END
               FROM carriers AS c
              WHERE c.id = $1
        ON CONFLICT (carrier_id, unit_id, registration_id) WHERE status IN ('planned', 'assigned', 'started') DO NOTHING
          RETURNING id
        """,
        new.carrier_id,
        new.unit_id,
        new.registration_id,
        new.cause,
        new.source,
        new.question,
        new.due_on,
        planned_by,
        new.assigned_to,
        new.accompanied_by,
    )
    return inspection_id


async def open_one(db: Connection, new: NewInspection) -> UUID | None:
    """The open inspection of the same target."""
    inspection_id: UUID | None = await db.fetchval(
        """
        SELECT id
          FROM inspections
         WHERE carrier_id = $1
           AND unit_id IS NOT DISTINCT FROM $2::uuid
           AND registration_id IS NOT DISTINCT FROM $3::uuid
           AND status IN ('planned', 'assigned', 'started')
        """,
        new.carrier_id,
        new.unit_id,
        new.registration_id,
    )
    return inspection_id


async def hangs_together(db: Connection, actor: Actor, new: NewInspection) -> bool:
    """Whether carrier, unit and registration belong to each other and lie in the actor's subdistricts."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM carriers AS c
                 WHERE c.id = $1
                   AND c.subdistrict_code = ANY ($4::text[])
                   AND ($2::uuid IS NULL OR EXISTS (
                        SELECT FROM units AS u WHERE u.id = $2 AND u.carrier_id = c.id))
                   AND ($3::uuid IS NULL OR EXISTS (
                        SELECT
                          FROM registrations AS r
                         WHERE r.id = $3
                           AND r.carrier_id = c.id
                           AND r.unit_id = $2))
            )
            """,
            new.carrier_id,
            new.unit_id,
            new.registration_id,
            sorted(actor.subdistricts),
        )
    )


async def colleagues(db: Connection, organisation_id: UUID) -> dict[UUID, str]:
    """Who may be sent: the supervisors of the office, by name."""
    rows = await db.fetch(
        """
        SELECT id, name
          FROM persons
         WHERE organisation_id = $1
           AND role = 'supervisor'
           AND disabled_at IS NULL
      ORDER BY name, id
        """,
        organisation_id,
    )
    return {row["id"]: row["name"] for row in rows}


async def assign(db: Connection, inspection_id: UUID, person_id: UUID, accompanied_by: UUID | None) -> None:
    await db.execute(
        """
        UPDATE inspections
           SET status = 'assigned',
               assigned_to = $2,
               accompanied_by = $3,
               assigned_at = now(),
               started_by = NULL,
               started_at = NULL
         WHERE id = $1
        """,
        inspection_id,
        person_id,
        accompanied_by,
    )


async def start(db: Connection, inspection_id: UUID, person_id: UUID) -> None:
    await db.execute(
        """
        UPDATE inspections
           SET status = 'started',
               assigned_to = coalesce(assigned_to, $2),
               assigned_at = coalesce(assigned_at, now()),
               started_by = $2,
               started_at = now()
         WHERE id = $1
        """,
        inspection_id,
        person_id,
    )


async def end(
    db: Connection, inspection_id: UUID, status: InspectionStatus, person_id: UUID, *, reason: str = ""
) -> None:
    await db.execute(
        """
        UPDATE inspections
           SET status = $2,
               ended_by = $3,
               ended_at = now(),
               cancel_reason = $4
         WHERE id = $1
        """,
        inspection_id,
        status,
        person_id,
        reason,
    )


async def insert_finding(
    db: Connection, inspection_id: UUID, new: NewFinding, actor: Actor, *, concludes: bool
) -> None:
    place = new.position
    await db.execute(
        """
        INSERT INTO findings (id, inspection_id, outcome, other_business, note, found_by, organisation_id, found_at,
                              latitude, longitude, accuracy_m, photo_count, concludes)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """,
        new.id,
        inspection_id,
        new.outcome,
        new.other_business,
        new.note,
        actor.person_id,
        actor.organisation_id,
        new.found_at,
        place and place.latitude,
        place and place.longitude,
        place and place.accuracy_m,
        new.photo_count,
        concludes,
    )


async def finding(db: Connection, finding_id: UUID) -> Finding | None:
    row = await db.fetchrow(
        """
        SELECT id, inspection_id, outcome, other_business, note, found_by, organisation_id, found_at, received_at,
               photo_count, concludes
          FROM findings
         WHERE id = $1
        """,
        finding_id,
    )
    return Finding(**{**row, "outcome": Outcome(row["outcome"])}) if row else None


async def photos(db: Connection, finding_id: UUID) -> int:
    """How many photographs of a finding have arrived."""
    count: int = await db.fetchval(
        """
        SELECT count(*)
          FROM finding_photos
         WHERE finding_id = $1
        """,
        finding_id,
    )
    return count


async def insert_photo(db: Connection, finding_id: UUID, photo_id: UUID, document_id: UUID, taken_at: datetime) -> bool:
    """False if this photograph is there already."""
    status = await db.execute(
        """
        INSERT INTO finding_photos (id, finding_id, document_id, taken_at)
             VALUES ($1, $2, $3, $4)
        ON CONFLICT (id) DO NOTHING
        """,
        photo_id,
        finding_id,
        document_id,
        taken_at,
    )
    return status == "INSERT 0 1"


async def photo_belongs(db: Connection, finding_id: UUID, photo_id: UUID) -> bool:
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM finding_photos
                 WHERE id = $1
                   AND finding_id = $2
            )
            """,
            photo_id,
            finding_id,
        )
    )


async def is_photo_of(db: Connection, document_id: UUID, carrier_id: UUID, organisation_id: UUID) -> bool:
    """Whether a document was brought by this office as a photograph of this carrier."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM documents
                 WHERE id = $1
                   AND purpose = 'inspection'
                   AND carrier_id = $2
                   AND organisation_id = $3
                   AND discarded_at IS NULL
            )
            """,
            document_id,
            carrier_id,
            organisation_id,
        )
    )


def _inspection(row: Row) -> Inspection:
    return Inspection(
        **{**row, "status": InspectionStatus(row["status"]), "cause": Cause(row["cause"])},
    )
