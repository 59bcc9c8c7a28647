"""登记 and 入驻 as cases see them: contested, standing again or revived; who is in a place, and whose office it is."""

from collections.abc import Sequence
from uuid import UUID

from zhusuo.db import Connection
from zhusuo.zombies.model import ZombieCase


async def contest(db: Connection, registration_id: UUID) -> None:
    """It is an open question whether anybody is there: it is in nobody's way."""
    await db.execute(
        """
        UPDATE registrations
           SET contested = true
         WHERE id = $1
        """,
        registration_id,
    )


async def stand(db: Connection, registration_id: UUID, *, exclusive: bool | None = None) -> None:
    """It is no open question any more; in a place that is shared by now it does not stand alone."""
    await db.execute(
        """
        UPDATE registrations
           SET contested = false,
               exclusive = coalesce($2, exclusive)
         WHERE id = $1
        """,
        registration_id,
        exclusive,
    )


async def revive(db: Connection, registration_id: UUID) -> None:
    """A registration that was cleared wrongly is there again, contested as it was, as of its first day."""
    await db.execute(
        """
        UPDATE registrations
           SET status = 'registered',
               contested = true,
               ended_at = NULL,
               ended_reason = ''
         WHERE id = $1
        """,
        registration_id,
    )


async def is_shared(db: Connection, unit_id: UUID) -> bool:
    """Whether several may be registered there (一址多照): the unit's own word, else its carrier's."""
    found: bool = await db.fetchval(
        """
        SELECT coalesce(units.sharing_allowed, carriers.sharing_allowed)
          FROM units
          JOIN carriers ON carriers.id = units.carrier_id
         WHERE units.id = $1
        """,
        unit_id,
    )
    return found


async def tenancies_of(db: Connection, registration_id: UUID) -> list[UUID]:
    """Tenancies of the same business in the same unit that nobody has ended."""
    rows = await db.fetch(
        """
        SELECT tenancies.id
          FROM registrations
          JOIN tenancies ON tenancies.unit_id = registrations.unit_id
                        AND (tenancies.tenant = registrations.applicant
                             OR tenancies.business_id = registrations.business_id)
         WHERE registrations.id = $1
           AND tenancies.moved_out_on IS NULL
      ORDER BY tenancies.id
        """,
        registration_id,
    )
    return [row["id"] for row in rows]


async def tenancies_ended_by(db: Connection, case: ZombieCase) -> list[UUID]:
    """What the clearing of a case ended, and nobody has begun anew in the same unit."""
    rows = await db.fetch(
        """
        SELECT tenancies.id
          FROM events
          JOIN tenancies ON tenancies.id = events.noun_id
         WHERE events.carrier_id = $1
           AND events.kind = 'tenancy.moved_out'
           AND events.content ->> 'case' = $2
           AND tenancies.moved_out_on IS NOT NULL
           AND NOT EXISTS (
                SELECT
                  FROM tenancies AS again
                 WHERE again.unit_id = tenancies.unit_id
                   AND again.tenant = tenancies.tenant
                   AND again.moved_out_on IS NULL)
      ORDER BY tenancies.id
        """,
        case.carrier_id,
        case.number,
    )
    return [row["id"] for row in rows]


async def registrations_of_tenant(db: Connection, tenancy_id: UUID) -> list[UUID]:
    """Live registrations of a tenancy's business in its unit."""
    rows = await db.fetch(
        """
        SELECT registrations.id
          FROM tenancies
          JOIN registrations ON registrations.unit_id = tenancies.unit_id
                            AND (registrations.applicant = tenancies.tenant
                                 OR registrations.business_id = tenancies.business_id)
         WHERE tenancies.id = $1
           AND registrations.status = 'registered'
        """,
        tenancy_id,
    )
    return [row["id"] for row in rows]


async def live_registrations(db: Connection, unit_ids: Sequence[UUID]) -> list[UUID]:
    rows = await db.fetch(
        """
        SELECT id
          FROM registrations
         WHERE unit_id = ANY ($1::uuid[])
           AND status = 'registered'
        """,
        list(unit_ids),
    )
    return [row["id"] for row in rows]


async def occupied_units(db: Connection, carrier_id: UUID) -> list[UUID]:
    """Units of a carrier in which somebody is registered."""
    rows = await db.fetch(
        """
        SELECT DISTINCT unit_id
          FROM registrations
         WHERE carrier_id = $1
           AND status = 'registered'
        """,
        carrier_id,
    )
    return [row["unit_id"] for row in rows]


async def offices(db: Connection, carrier_id: UUID) -> list[UUID]:
    """The supervision offices of a carrier's subdistrict."""
    rows = await db.fetch(
        """
        SELECT organisations.id
          FROM carriers
          JOIN organisation_subdistricts ON organisation_subdistricts.subdistrict_code = carriers.subdistrict_code
          JOIN organisations ON organisations.id = organisation_subdistricts.organisation_id
         WHERE carriers.id = $1
           AND organisations.kind = 'supervision_office'
           AND organisations.district_code = carriers.district_code
           AND organisations.disabled_at IS NULL
        """,
        carrier_id,
    )
    return [row["id"] for row in rows]
