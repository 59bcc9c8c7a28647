"""租约到期提醒: the lease that a registration was made on ends, and nobody reported a tenancy that would tell of it.

Said two months ahead, two weeks ahead and when it is over, each once: to whoever manages the house, who can say whether
the tenant stays, and in the feed.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhusuo import events, notices
from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import unit_name
from zhusuo.db import Connection, Database
from zhusuo.dossiers import store as dossiers
from zhusuo.dossiers.reminders import MOST_AT_ONCE, OVER, STAGES, stage


@dataclass(frozen=True, kw_only=True)
class Ending:
    """A registration whose lease comes to its end."""

    registration_id: UUID
    carrier_id: UUID
    district_code: str
    version_id: UUID
    document_id: UUID
    applicant: str
    unit: str
    valid_until: date


async def remind(database: Database, day: date) -> int:
    """Tell of every such lease that came to a stage; how many were told of. Each one in its own transaction."""
    async with database.connection() as db:
        ending = await _ending(db, day)
    reminded = 0
    for each in ending:
        async with database.transaction() as db:
            reminded += await _remind(db, each, day)
    return reminded


async def _remind(db: Connection, each: Ending, day: date) -> bool:
    days_left = (each.valid_until - day).days
    reached = stage(days_left)
    if reached is None or not await dossiers.insert_paper_reminder(db, each.version_id, each.document_id, reached):
        return False
    over = reached == OVER
    await events.emit(
        db,
        "registration.lease_over" if over else "registration.lease_ending",
        "registration",
        each.registration_id,
        carrier_id=each.carrier_id,
        district_code=each.district_code,
        content={"document_id": str(each.document_id), "valid_until": each.valid_until.isoformat()},
    )
    manager = await carriers.manager_of(db, each.carrier_id)
    if manager is not None:
        when = "已到期" if over else f"还有 {days_left} 天到期" if days_left else "今天到期"
        await notices.send(
            db,
            manager,
            "registered_lease_over" if over else "registered_lease_ending",
            f"{each.unit} {each.applicant} 登记所用的租约{when}",
            "/property/registrations",
            body=f"租约至 {each.valid_until.isoformat()}。续租或搬走，请在登记确认里答复。",
            carrier_id=each.carrier_id,
        )
    return True


async def _ending(db: Connection, day: date) -> list[Ending]:
    rows = await db.fetch(
        """
        SELECT r.id AS registration_id, r.carrier_id, r.district_code, re.version_id, d.id AS document_id, r.applicant,
               u.building, u.number, u.label, d.valid_until
          FROM registrations AS r
          JOIN reuses AS re ON re.id = r.reuse_id
          JOIN documents AS d ON d.id = re.lease_document_id
          JOIN units AS u ON u.id = r.unit_id
    CROSS JOIN LATERAL (
               SELECT CASE WHEN d.valid_until < $1 THEN $3
                           ELSE (SELECT min(days) FROM unnest($2::integer[]) AS days WHERE d.valid_until <= $1 + days)
                       END AS days_ahead
               ) AS stage
         WHERE r.status = 'registered'
           AND d.valid_until <= $1 + (SELECT max(days) FROM unnest($2::integer[]) AS days)
           AND NOT EXISTS (
               SELECT
                 FROM tenancies AS t
                WHERE t.unit_id = r.unit_id
                  AND t.moved_out_on IS NULL
                  AND t.lease_ends_on IS NOT NULL)
           AND NOT EXISTS (
               SELECT
                 FROM paper_reminders AS p
                WHERE p.version_id = re.version_id
                  AND p.document_id = d.id
                  AND p.days_ahead = stage.days_ahead)
      ORDER BY d.valid_until, r.id
         LIMIT $4
        """,
        day,
        STAGES,
        OVER,
        MOST_AT_ONCE,
    )
    return [
        Ending(
            registration_id=row["registration_id"],
            carrier_id=row["carrier_id"],
            district_code=row["district_code"],
            version_id=row["version_id"],
            document_id=row["document_id"],
            applicant=row["applicant"],
            unit=unit_name(row["building"], row["number"], row["label"]),
            valid_until=row["valid_until"],
        )
        for row in rows
    ]
