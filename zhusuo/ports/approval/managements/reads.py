"""What the pages on claims read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhusuo.carriers.model import Capacity, ManagementStatus
from zhusuo.db import Connection
from zhusuo.people.model import Actor
from zhusuo.ports.common import cursors

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class ManagementRow:
    """A line of the list."""

    id: UUID
    carrier_id: UUID
    carrier: str
    organisation: str
    capacity: Capacity
    status: ManagementStatus
    claimed_by: str
    claimed_at: datetime
    decided_by: str
    decided_at: datetime | None

    @property
    def cursor(self) -> str:
        return cursors.written(self.claimed_at, self.id)


async def managements(
    db: Connection, actor: Actor, *, status: str, before: tuple[datetime, UUID] | None = None, limit: int
) -> list[ManagementRow]:
    """Claims for carriers of the district in one status, the newest first."""
    at, management_id = before or (None, None)
    rows = await db.fetch(
        """
        SELECT m.id, m.carrier_id, c.name AS carrier, o.name AS organisation, m.capacity, m.status,
               claimant.name AS claimed_by, m.claimed_at, coalesce(clerk.name, '') AS decided_by, m.decided_at
          FROM managements AS m
          JOIN carriers AS c ON c.id = m.carrier_id
          JOIN organisations AS o ON o.id = m.organisation_id
          JOIN persons AS claimant ON claimant.id = m.claimed_by
     LEFT JOIN persons AS clerk ON clerk.id = m.decided_by
         WHERE c.district_code = $1
           AND m.status = $2
           AND ($3::timestamptz IS NULL OR (m.claimed_at, m.id) < ($3, $4::uuid))
      ORDER BY m.claimed_at DESC, m.id DESC
         LIMIT $5
        """,
        actor.district_code,
        status,
        at,
        management_id,
        limit,
    )
    return [
        ManagementRow(**{**dict(row), "capacity": Capacity(row["capacity"]), "status": ManagementStatus(row["status"])})
        for row in rows
    ]
