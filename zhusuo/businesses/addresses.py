"""The rows of where businesses stand, one at a time: what people settle."""

from typing import Any
from uuid import UUID

from zhusuo.businesses.model import Placing, Standing
from zhusuo.carriers.model import Unit
from zhusuo.db import Connection, Row


async def by_business(db: Connection, business_id: UUID) -> Placing | None:
    row = await db.fetchrow(
        """
        SELECT now.business_id, businesses.name, now.district_code, now.status, now.class, now.carrier_id, now.unit_ids,
               now.reasons, now.subdistrict_codes, now.settled_by, now.before
          FROM business_addresses AS now
          JOIN businesses ON businesses.id = now.business_id
         WHERE now.business_id = $1
        """,
        business_id,
    )
    return _placing(row) if row else None


async def lock(db: Connection, business_id: UUID) -> Placing | None:
    """With the business itself, so that the counter cannot register it elsewhere meanwhile."""
    row = await db.fetchrow(
        """
        SELECT now.business_id, businesses.name, now.district_code, now.status, now.class, now.carrier_id, now.unit_ids,
               now.reasons, now.subdistrict_codes, now.settled_by, now.before
          FROM business_addresses AS now
          JOIN businesses ON businesses.id = now.business_id
         WHERE now.business_id = $1
           FOR UPDATE
        """,
        business_id,
    )
    return _placing(row) if row else None


def _placing(row: Row) -> Placing:
    facts = dict(row)
    standing, class_ = Standing(facts.pop("status")), facts.pop("class")
    return Placing(
        **{
            **facts,
            "standing": standing,
            "class_": class_,
            "unit_ids": tuple(facts["unit_ids"]),
            "reasons": tuple(facts["reasons"]),
            "subdistrict_codes": frozenset(facts["subdistrict_codes"]),
        }
    )


async def insert_registration(db: Connection, business_id: UUID, unit_id: UUID) -> UUID:
    """The business as it was registered before us, in this unit."""
    registration_id: UUID = await db.fetchval(
        """
        INSERT INTO registrations (unit_id, carrier_id, district_code, business_id, applicant, kind, status, exclusive,
                                   source, registered_on, created_at)
             SELECT units.id, units.carrier_id, units.district_code, businesses.id, businesses.name, 'existing',
                    'registered', false, 'import',
                    (SELECT registered_on
                       FROM business_import_rows
                       JOIN business_addresses ON business_addresses.import_id = business_import_rows.import_id
                      WHERE business_addresses.business_id = $1
                        AND business_import_rows.business_id = $1
                      LIMIT 1),
                    clock_timestamp()
               FROM units
         CROSS JOIN businesses
              WHERE units.id = $2
                AND businesses.id = $1
          RETURNING id
        """,
        business_id,
        unit_id,
    )
    return registration_id


async def revive_registration(db: Connection, registration_id: UUID) -> None:
    await db.execute(
        """
        UPDATE registrations
           SET status = 'registered',
               ended_at = NULL,
               ended_reason = ''
         WHERE id = $1
        """,
        registration_id,
    )


async def set_placed(
    db: Connection, business_id: UUID, unit: Unit, person_id: UUID | None, before: dict[str, Any]
) -> None:
    await db.execute(
        """
        UPDATE business_addresses
           SET status = 'placed',
               class = 'B',
               carrier_id = $2,
               unit_ids = ARRAY[$3::uuid],
               reasons = ARRAY['由人工核对后选定'],
               settled_by = $4,
               settled_at = clock_timestamp(),
               changed_at = clock_timestamp(),
               before = $5
         WHERE business_id = $1
        """,
        business_id,
        unit.carrier_id,
        unit.id,
        person_id,
        before,
    )


async def set_left_out(
    db: Connection, business_id: UUID, reason: str, person_id: UUID | None, before: dict[str, Any]
) -> None:
    await db.execute(
        """
        UPDATE business_addresses
           SET status = 'left_out',
               class = 'N',
               unit_ids = '{}',
               reasons = ARRAY[$2::text],
               settled_by = $3,
               settled_at = clock_timestamp(),
               changed_at = clock_timestamp(),
               before = $4
         WHERE business_id = $1
        """,
        business_id,
        reason,
        person_id,
        before,
    )


async def restore(db: Connection, business_id: UUID) -> None:
    """As it stood before it was settled the last time."""
    await db.execute(
        """
        UPDATE business_addresses
           SET status = before ->> 'status',
               class = before ->> 'class',
               carrier_id = (before ->> 'carrier_id')::uuid,
               unit_ids = ARRAY(SELECT jsonb_array_elements_text(before -> 'unit_ids')::uuid),
               reasons = ARRAY(SELECT jsonb_array_elements_text(before -> 'reasons')),
               settled_by = NULL,
               settled_at = NULL,
               changed_at = clock_timestamp(),
               before = NULL
         WHERE business_id = $1
        """,
        business_id,
    )
