"""The rows of tenancies."""

from datetime import date
from uuid import UUID

from zhusuo.carriers.model import Unit
from zhusuo.db import Connection, Row
from zhusuo.tenancies.model import NewTenancy, Tenancy, TenancySource


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
                    confirmed_at = now()
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


async def set_moved_out(db: Connection, tenancy_id: UUID, on: date) -> None:
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
           SET confirmed_at = now()
         WHERE id = $1
        """,
        tenancy_id,
    )


def _tenancy(row: Row) -> Tenancy:
    return Tenancy(**{**row, "source": TenancySource(row["source"])})
