"""The rows of tenancies."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from zhusuo.carriers.model import Unit
from zhusuo.db import Connection, Row
from zhusuo.tenancies.model import Ending, NewTenancy, Tenancy, TenancySource


async def by_id(db: Connection, tenancy_id: UUID) -> Tenancy | None:
    row = await db.fetchrow(
        """
        SELECT id, unit_id, carrier_id, tenant, business_id, lease_begins_on, lease_ends_on, moved_in_on, moved_out_on,
               source, reported_at, confirmed_at
          FROM tenancies
         WHERE id = $1
        """,
        tenancy_id,
    )
    return _tenancy(row) if row else None


async def lock(db: Connection, tenancy_id: UUID) -> Tenancy | None:
    row = await db.fetchrow(
        """
        SELECT id, unit_id, carrier_id, tenant, business_id, lease_begins_on, lease_ends_on, moved_in_on, moved_out_on,
               source, reported_at, confirmed_at
          FROM tenancies
         WHERE id = $1
           FOR UPDATE
        """,
        tenancy_id,
    )
    return _tenancy(row) if row else None


async def by_carrier(db: Connection, carrier_id: UUID) -> list[Tenancy]:
    """Who is in the carrier's units now."""
    rows = await db.fetch(
        """
        SELECT id, unit_id, carrier_id, tenant, business_id, lease_begins_on, lease_ends_on, moved_in_on, moved_out_on,
               source, reported_at, confirmed_at
          FROM tenancies
         WHERE carrier_id = $1
           AND moved_out_on IS NULL
      ORDER BY tenant
        """,
        carrier_id,
    )
    return [_tenancy(row) for row in rows]


async def by_unit(db: Connection, unit_id: UUID) -> list[Tenancy]:
    """Everybody who is or was in the unit, the newest first."""
    rows = await db.fetch(
        """
        SELECT id, unit_id, carrier_id, tenant, business_id, lease_begins_on, lease_ends_on, moved_in_on, moved_out_on,
               source, reported_at, confirmed_at
          FROM tenancies
         WHERE unit_id = $1
      ORDER BY moved_out_on DESC NULLS FIRST, reported_at DESC
        """,
        unit_id,
    )
    return [_tenancy(row) for row in rows]


async def insert_or_renew(
    db: Connection, unit: Unit, new: NewTenancy, reported_by: UUID | None
) -> tuple[Tenancy, bool]:
    """Put the tenant into the unit, or bring the tenancy that is there up to date; True if it is new."""
    row = await db.fetchrow(
        """
        INSERT INTO tenancies (unit_id, carrier_id, district_code, tenant, business_id, lease_begins_on, lease_ends_on,
                               moved_in_on, source, reported_by, confirmed_at)
             VALUES ($1, $2, $3, $4, (SELECT id FROM businesses WHERE uscc = nullif($5, '')), $6, $7, $8, $9, $10,
                     now())
        ON CONFLICT (unit_id, tenant) WHERE moved_out_on IS NULL DO UPDATE
                SET business_id = coalesce(excluded.business_id, tenancies.business_id),
                    lease_begins_on = CASE WHEN excluded.lease_ends_on IS NULL AND excluded.lease_begins_on IS NULL
                                           THEN tenancies.lease_begins_on ELSE excluded.lease_begins_on END,
                    lease_ends_on = CASE WHEN excluded.lease_ends_on IS NULL AND excluded.lease_begins_on IS NULL
                                         THEN tenancies.lease_ends_on ELSE excluded.lease_ends_on END,
                    moved_in_on = coalesce(tenancies.moved_in_on, excluded.moved_in_on),
                    confirmed_at = greatest(tenancies.confirmed_at, now())
          RETURNING id, unit_id, carrier_id, tenant, business_id, lease_begins_on, lease_ends_on, moved_in_on,
                    moved_out_on, source, reported_at, confirmed_at, (xmax = 0) AS is_new
        """,
        unit.id,
        unit.carrier_id,
        unit.district_code,
        new.tenant,
        new.uscc,
        new.lease_begins_on,
        new.lease_ends_on,
        new.moved_in_on,
        new.source,
        reported_by,
    )
    assert row is not None  # noqa: S101 - an upsert always returns its row
    facts = dict(row)
    is_new: bool = facts.pop("is_new")
    return Tenancy(**{**facts, "source": TenancySource(facts["source"])}), is_new


async def set_moved_out(db: Connection, tenancy_id: UUID, on: date | None) -> None:
    """None takes back that it has moved out."""
    await db.execute(
        """
        UPDATE tenancies
           SET moved_out_on = $2
         WHERE id = $1
        """,
        tenancy_id,
        on,
    )


async def set_confirmed(db: Connection, tenancy_id: UUID) -> None:
    await db.execute(
        """
        UPDATE tenancies
           SET confirmed_at = greatest(confirmed_at, now())
         WHERE id = $1
        """,
        tenancy_id,
    )


async def take_ending(
    db: Connection, day: date, stages: Sequence[int], over: int, oldest_days: int, limit: int
) -> list[Ending]:
    """Leases that came to a stage nobody has told of yet, marked as told: days ahead, or `over`."""
    rows = await db.fetch(
        """
        WITH reached AS (
            SELECT tenancies.id, tenancies.unit_id, tenancies.carrier_id, tenancies.tenant, tenancies.lease_ends_on,
                   CASE WHEN tenancies.lease_ends_on < $1 THEN $3
                        ELSE (SELECT min(days) FROM unnest($2::integer[]) AS days
                               WHERE tenancies.lease_ends_on - $1 <= days) END AS days_ahead
              FROM tenancies
             WHERE tenancies.moved_out_on IS NULL
               AND tenancies.lease_ends_on BETWEEN $1 - $4::integer
                                               AND $1 + (SELECT max(days) FROM unnest($2::integer[]) AS days)
        ),
        told AS (
            INSERT INTO tenancy_reminders (tenancy_id, lease_ends_on, days_ahead)
                 SELECT id, lease_ends_on, days_ahead
                   FROM reached
                  WHERE NOT EXISTS (
                        SELECT
                          FROM tenancy_reminders AS before
                         WHERE before.tenancy_id = reached.id
                           AND before.lease_ends_on = reached.lease_ends_on
                           AND before.days_ahead <= reached.days_ahead)
               ORDER BY carrier_id, id
                  LIMIT $5
            ON CONFLICT DO NOTHING
              RETURNING tenancy_id
        )
        SELECT reached.id, reached.unit_id, reached.carrier_id, reached.tenant, reached.lease_ends_on,
               reached.days_ahead
          FROM reached
          JOIN told ON told.tenancy_id = reached.id
      ORDER BY reached.carrier_id, reached.lease_ends_on
        """,
        day,
        stages,
        over,
        oldest_days,
        limit,
    )
    return [Ending(**dict(row)) for row in rows]


async def confirm_floor(db: Connection, unit: Unit) -> list[Tenancy]:
    """Everybody on the unit's floor who was not said to be there in the last minutes is still there."""
    rows = await db.fetch(
        """
        UPDATE tenancies
           SET confirmed_at = greatest(confirmed_at, now())
          FROM units
         WHERE units.id = tenancies.unit_id
           AND units.carrier_id = $1
           AND units.building = $2
           AND units.floor = $3
           AND units.retired_at IS NULL
           AND tenancies.moved_out_on IS NULL
           AND coalesce(tenancies.confirmed_at < now() - interval '5 minutes', true)
     RETURNING tenancies.id, tenancies.unit_id, tenancies.carrier_id, tenancies.tenant, tenancies.business_id,
               tenancies.lease_begins_on, tenancies.lease_ends_on, tenancies.moved_in_on, tenancies.moved_out_on,
               tenancies.source, tenancies.reported_at, tenancies.confirmed_at
        """,
        unit.carrier_id,
        unit.building,
        unit.floor,
    )
    return [_tenancy(row) for row in rows]


async def set_lease(db: Connection, tenancy_id: UUID, begins_on: date | None, ends_on: date) -> None:
    await db.execute(
        """
        UPDATE tenancies
           SET lease_begins_on = $2,
               lease_ends_on = $3,
               confirmed_at = greatest(confirmed_at, now())
         WHERE id = $1
        """,
        tenancy_id,
        begins_on,
        ends_on,
    )


def _tenancy(row: Row) -> Tenancy:
    return Tenancy(**{**row, "source": TenancySource(row["source"])})
