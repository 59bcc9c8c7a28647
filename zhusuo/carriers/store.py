"""The rows of carriers, their addresses, aliases, terms and units, and who manages them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from zhusuo import notices
from zhusuo.carriers.model import (
    Capacity,
    Carrier,
    CarrierAddress,
    CarrierAlias,
    CarrierKind,
    Management,
    ManagementStatus,
    Unit,
    UnitEntry,
    UnitKind,
)
from zhusuo.db import Connection, Row
from zhusuo.errors import NotFound
from zhusuo.people.model import Actor

# Carriers


async def by_id(db: Connection, carrier_id: UUID) -> Carrier | None:
    row = await db.fetchrow(
        """
        SELECT carriers.id, carriers.number, carriers.kind, carriers.name, carriers.district_code,
               carriers.subdistrict_code, subdistricts.name AS subdistrict, carriers.sharing_allowed,
               carriers.floors_above, carriers.floors_below, carriers.version, carriers.retired_at,
               coalesce(main.text, '') AS address
          FROM carriers
          JOIN subdistricts ON subdistricts.code = carriers.subdistrict_code
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = carriers.id AND main.is_main
         WHERE carriers.id = $1
        """,
        carrier_id,
    )
    return _carrier(row) if row else None


async def id_by_number(db: Connection, number: str) -> UUID | None:
    found: UUID | None = await db.fetchval(
        """
        SELECT id
          FROM carriers
         WHERE number = $1
        """,
        number,
    )
    return found


async def by_id_for(db: Connection, actor: Actor, carrier_id: UUID) -> Carrier | None:
    """The carrier, if the actor may see it: by management, by district, by subdistrict, or as administrator."""
    row = await db.fetchrow(
        """
        SELECT carriers.id, carriers.number, carriers.kind, carriers.name, carriers.district_code,
               carriers.subdistrict_code, subdistricts.name AS subdistrict, carriers.sharing_allowed,
               carriers.floors_above, carriers.floors_below, carriers.version, carriers.retired_at,
               coalesce(main.text, '') AS address
          FROM carriers
          JOIN subdistricts ON subdistricts.code = carriers.subdistrict_code
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = carriers.id AND main.is_main
         WHERE carriers.id = $1
           AND CASE
               WHEN $2 = 'administrator' THEN true
               WHEN $2 IN ('clerk', 'client') THEN carriers.district_code = $3
               WHEN $2 = 'supervisor' THEN carriers.district_code = $3 AND carriers.subdistrict_code = ANY ($4::text[])
               ELSE EXISTS (
                    SELECT
                      FROM managements
                     WHERE managements.carrier_id = carriers.id
                       AND managements.organisation_id = $5
                       AND managements.status = 'confirmed'
                       AND managements.capacity = CASE $2 WHEN 'agent' THEN 'agency' ELSE 'manager' END
                    )
               END
        """,
        carrier_id,
        actor.role,
        actor.district_code,
        sorted(actor.subdistricts),
        actor.organisation_id,
    )
    return _carrier(row) if row else None


async def lock(db: Connection, carrier_id: UUID) -> None:
    """Keep everybody else from changing this carrier or who is registered in it, until the transaction ends.

    Rows that refer to the carrier may still come in meanwhile. Raises NotFound.
    """
    found = await db.fetchval(
        """
        SELECT true
          FROM carriers
         WHERE id = $1
           FOR NO KEY UPDATE
        """,
        carrier_id,
    )
    if not found:
        raise NotFound


async def insert(
    db: Connection,
    *,
    kind: CarrierKind,
    name: str,
    district_code: str,
    subdistrict_code: str,
    sharing_allowed: bool,
    floors_above: int | None,
    floors_below: int | None,
) -> UUID:
    """Raises asyncpg.UniqueViolationError by carrier_name_once."""
    carrier_id: UUID = await db.fetchval(
        """
        INSERT INTO carriers (kind, name, district_code, subdistrict_code, sharing_allowed, floors_above, floors_below)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
          RETURNING id
        """,
        kind,
        name,
        district_code,
        subdistrict_code,
        sharing_allowed,
        floors_above,
        floors_below,
    )
    return carrier_id


async def update(
    db: Connection,
    carrier_id: UUID,
    version: int,
    *,
    kind: CarrierKind,
    name: str,
    subdistrict_code: str,
    sharing_allowed: bool,
    floors_above: int | None,
    floors_below: int | None,
) -> bool:
    """Change the carrier that still has this version; False if it has moved on."""
    status = await db.execute(
        """
        UPDATE carriers
           SET kind = $3,
               name = $4,
               subdistrict_code = $5,
               sharing_allowed = $6,
               floors_above = $7,
               floors_below = $8,
               version = version + 1
         WHERE id = $1
           AND version = $2
        """,
        carrier_id,
        version,
        kind,
        name,
        subdistrict_code,
        sharing_allowed,
        floors_above,
        floors_below,
    )
    return status == "UPDATE 1"


# Addresses, aliases and terms


async def addresses(db: Connection, carrier_id: UUID) -> list[CarrierAddress]:
    """All addresses, the main one first."""
    rows = await db.fetch(
        """
        SELECT id, carrier_id, road, lane, sublane, number, building, text, key, is_main, source, begins_on, ends_on
          FROM carrier_addresses
         WHERE carrier_id = $1
      ORDER BY is_main DESC, road, lane, number
        """,
        carrier_id,
    )
    return [CarrierAddress(**dict(row)) for row in rows]


async def insert_address(
    db: Connection,
    *,
    carrier_id: UUID,
    road: str,
    lane: str,
    sublane: str,
    number: str,
    building: str,
    text: str,
    key: str,
    road_pinyin: str,
    is_main: bool,
    source: str,
    begins_on: date | None = None,
) -> UUID:
    """Raises asyncpg.UniqueViolationError by carrier_address_once or carrier_main_address_once."""
    address_id: UUID = await db.fetchval(
        """
        INSERT INTO carrier_addresses
                    (carrier_id, district_code, road, lane, sublane, number, building, text, key, road_pinyin,
                     is_main, source, begins_on)
             SELECT id, district_code, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
               FROM carriers
              WHERE id = $1
          RETURNING id
        """,
        carrier_id,
        road,
        lane,
        sublane,
        number,
        building,
        text,
        key,
        road_pinyin,
        is_main,
        source,
        begins_on,
    )
    return address_id


async def clear_main_address(db: Connection, carrier_id: UUID) -> None:
    await db.execute(
        """
        UPDATE carrier_addresses
           SET is_main = false
         WHERE carrier_id = $1
           AND is_main
        """,
        carrier_id,
    )


async def set_main_address(db: Connection, carrier_id: UUID, address_id: UUID) -> bool:
    status = await db.execute(
        """
        UPDATE carrier_addresses
           SET is_main = true
         WHERE id = $2
           AND carrier_id = $1
           AND ends_on IS NULL
        """,
        carrier_id,
        address_id,
    )
    return status == "UPDATE 1"


async def end_address(db: Connection, carrier_id: UUID, address_id: UUID, on: date) -> CarrierAddress | None:
    """From that day on this is a former address; what it was, or None if it is none of the carrier's today."""
    row = await db.fetchrow(
        """
        WITH before AS (
               SELECT id, is_main
                 FROM carrier_addresses
                WHERE id = $2
                  AND carrier_id = $1
                  AND ends_on IS NULL
        )
        UPDATE carrier_addresses
           SET ends_on = $3,
               is_main = false
          FROM before
         WHERE carrier_addresses.id = before.id
     RETURNING carrier_addresses.id, carrier_addresses.carrier_id, carrier_addresses.road, carrier_addresses.lane,
               carrier_addresses.sublane, carrier_addresses.number, carrier_addresses.building,
               carrier_addresses.text, carrier_addresses.key, before.is_main, carrier_addresses.source,
               carrier_addresses.begins_on, carrier_addresses.ends_on
        """,
        carrier_id,
        address_id,
        on,
    )
    return CarrierAddress(**dict(row)) if row else None


async def delete_address(db: Connection, carrier_id: UUID, address_id: UUID) -> str | None:
    """Take away an address that is not the main one; its text, or None."""
    text: str | None = await db.fetchval(
        """
        DELETE FROM carrier_addresses
              WHERE id = $2
                AND carrier_id = $1
                AND NOT is_main
          RETURNING text
        """,
        carrier_id,
        address_id,
    )
    return text


async def aliases(db: Connection, carrier_id: UUID) -> list[CarrierAlias]:
    rows = await db.fetch(
        """
        SELECT id, carrier_id, name, key, source, ends_on
          FROM carrier_aliases
         WHERE carrier_id = $1
      ORDER BY name
        """,
        carrier_id,
    )
    return [CarrierAlias(**dict(row)) for row in rows]


async def insert_alias(db: Connection, carrier_id: UUID, name: str, key: str, source: str) -> UUID:
    """Raises asyncpg.UniqueViolationError by carrier_alias_once."""
    alias_id: UUID = await db.fetchval(
        """
        INSERT INTO carrier_aliases (carrier_id, district_code, name, key, source)
             SELECT id, district_code, $2, $3, $4
               FROM carriers
              WHERE id = $1
          RETURNING id
        """,
        carrier_id,
        name,
        key,
        source,
    )
    return alias_id


async def insert_former_name(db: Connection, carrier_id: UUID, name: str, key: str, ends_on: date) -> None:
    """The carrier was called so until that day; what was an alias already gets its end."""
    await db.execute(
        """
        INSERT INTO carrier_aliases (carrier_id, district_code, name, key, ends_on)
             SELECT id, district_code, $2, $3, $4
               FROM carriers
              WHERE id = $1
        ON CONFLICT ON CONSTRAINT carrier_alias_once DO UPDATE
                SET ends_on = excluded.ends_on
        """,
        carrier_id,
        name,
        key,
        ends_on,
    )


async def rename(db: Connection, carrier_id: UUID, version: int, name: str) -> bool:
    """Raises asyncpg.UniqueViolationError by carrier_name_once; False if the carrier has moved on."""
    status = await db.execute(
        """
        UPDATE carriers
           SET name = $3,
               version = version + 1
         WHERE id = $1
           AND version = $2
        """,
        carrier_id,
        version,
        name,
    )
    return status == "UPDATE 1"


async def retire(db: Connection, carrier_id: UUID, version: int, successor_id: UUID | None) -> bool:
    """Take the carrier out of use, with what stands there today; False if it has moved on."""
    status = await db.execute(
        """
        UPDATE carriers
           SET retired_at = now(),
               successor_id = $3,
               version = version + 1
         WHERE id = $1
           AND version = $2
           AND retired_at IS NULL
        """,
        carrier_id,
        version,
        successor_id,
    )
    return status == "UPDATE 1"


async def delete_alias(db: Connection, carrier_id: UUID, alias_id: UUID) -> str | None:
    """Take away an alias; its name, or None."""
    name: str | None = await db.fetchval(
        """
        DELETE FROM carrier_aliases
              WHERE id = $2
                AND carrier_id = $1
          RETURNING name
        """,
        carrier_id,
        alias_id,
    )
    return name


async def replace_terms(db: Connection, carrier_id: UUID, terms: Sequence[tuple[str, str, int]]) -> None:
    """Put (term, what is shown for it, weight) in place of the carrier's terms."""
    await db.execute(
        """
        DELETE FROM carrier_terms
              WHERE carrier_id = $1
        """,
        carrier_id,
    )
    await db.execute(
        """
        INSERT INTO carrier_terms (carrier_id, district_code, term, shown, weight)
             SELECT carriers.id, carriers.district_code, terms.term, terms.shown, terms.weight
               FROM carriers,
                    unnest($2::text[], $3::text[], $4::integer[]) AS terms (term, shown, weight)
              WHERE carriers.id = $1
        """,
        carrier_id,
        [term for term, _, _ in terms],
        [shown for _, shown, _ in terms],
        [weight for _, _, weight in terms],
    )


# Units


async def units(db: Connection, carrier_id: UUID) -> list[Unit]:
    """The live units, from the first building and floor up."""
    rows = await db.fetch(
        """
        SELECT id, carrier_id, district_code, kind, building, floor, label, key, number, area_m2, sharing_allowed,
               part_of, version, retired_at
          FROM units
         WHERE carrier_id = $1
           AND retired_at IS NULL
      ORDER BY building, floor, number, key
        """,
        carrier_id,
    )
    return [_unit(row) for row in rows]


async def unit_by_id(db: Connection, unit_id: UUID) -> Unit | None:
    """A unit, retired or not."""
    found = await units_by_ids(db, [unit_id])
    return found[0] if found else None


async def units_by_ids(db: Connection, unit_ids: Sequence[UUID]) -> list[Unit]:
    """These units, retired or not, in the order of `units`."""
    rows = await db.fetch(
        """
        SELECT id, carrier_id, district_code, kind, building, floor, label, key, number, area_m2, sharing_allowed,
               part_of, version, retired_at
          FROM units
         WHERE id = ANY ($1::uuid[])
      ORDER BY building, floor, number, key
        """,
        list(unit_ids),
    )
    return [_unit(row) for row in rows]


async def insert_units(db: Connection, carrier_id: UUID, new: Sequence[UnitEntry]) -> list[UUID]:
    """Raises asyncpg.UniqueViolationError by unit_once."""
    rows = await db.fetch(
        """
        INSERT INTO units (carrier_id, district_code, kind, building, floor, label, key, number, area_m2, part_of)
             SELECT carriers.id, carriers.district_code, new.kind, new.building, new.floor, new.label, new.key,
                    new.number, new.area_m2, new.part_of
               FROM carriers,
                    unnest($2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::numeric[],
                           $9::uuid[])
                    AS new (kind, building, floor, label, key, number, area_m2, part_of)
              WHERE carriers.id = $1
          RETURNING id
        """,
        carrier_id,
        [each.kind for each in new],
        [each.building for each in new],
        [each.floor for each in new],
        [each.label for each in new],
        [each.key for each in new],
        [each.number for each in new],
        [each.area_m2 for each in new],
        [each.part_of for each in new],
    )
    return [row["id"] for row in rows]


async def update_unit(db: Connection, unit_id: UUID, entry: UnitEntry, version: int) -> bool:
    """Change the live unit that still has this version; False if it has moved on.

    Raises asyncpg.UniqueViolationError by unit_once.
    """
    status = await db.execute(
        """
        UPDATE units
           SET kind = $3,
               building = $4,
               floor = $5,
               label = $6,
               key = $7,
               number = $8,
               area_m2 = $9,
               version = version + 1
         WHERE id = $1
           AND version = $2
           AND retired_at IS NULL
        """,
        unit_id,
        version,
        entry.kind,
        entry.building,
        entry.floor,
        entry.label,
        entry.key,
        entry.number,
        entry.area_m2,
    )
    return status == "UPDATE 1"


async def set_unit_sharing(db: Connection, unit_id: UUID, version: int, sharing_allowed: bool | None) -> bool:
    """Say whether several businesses may share this unit; None: as its carrier does. False if it has moved on."""
    status = await db.execute(
        """
        UPDATE units
           SET sharing_allowed = $3,
               version = version + 1
         WHERE id = $1
           AND version = $2
           AND retired_at IS NULL
        """,
        unit_id,
        version,
        sharing_allowed,
    )
    return status == "UPDATE 1"


async def retire_unit(db: Connection, unit_id: UUID, version: int) -> bool:
    """Take the unit out of use; what is recorded about it stays. False if it has moved on."""
    status = await db.execute(
        """
        UPDATE units
           SET retired_at = now(),
               version = version + 1
         WHERE id = $1
           AND version = $2
           AND retired_at IS NULL
        """,
        unit_id,
        version,
    )
    return status == "UPDATE 1"


async def is_occupied(db: Connection, unit_id: UUID) -> bool:
    """Whether somebody lives in the unit or is registered there."""
    found: bool = await db.fetchval(
        """
        SELECT EXISTS (SELECT FROM registrations WHERE unit_id = $1 AND status <> 'ended')
            OR EXISTS (SELECT FROM tenancies WHERE unit_id = $1 AND moved_out_on IS NULL)
        """,
        unit_id,
    )
    return found


async def overlapping(db: Connection, unit_id: UUID) -> list[UUID]:
    """All units that share space with this one, itself among them and retired ones too.

    A unit shares space with its parts and with what it is a part of, however deep, a whole floor with every room and
    shop of its floor, and whatever came from a split or merge with what it came from: `space_of` in the database says
    so for every statement that asks.
    """
    rows = await db.fetch(
        """
        SELECT id
          FROM space_of($1)
        """,
        unit_id,
    )
    return [row["id"] for row in rows]


# Managements


async def manager_of(db: Connection, carrier_id: UUID) -> UUID | None:
    """The organisation that manages the carrier now."""
    organisation_id: UUID | None = await db.fetchval(
        """
        SELECT organisation_id
          FROM managements
         WHERE carrier_id = $1
           AND status = 'confirmed'
           AND capacity = 'manager'
        """,
        carrier_id,
    )
    return organisation_id


async def managements(db: Connection, carrier_id: UUID) -> list[Management]:
    """Everybody who ever claimed the carrier, the newest first."""
    rows = await db.fetch(
        """
        SELECT managements.id, managements.carrier_id, managements.organisation_id, organisations.name AS organisation,
               managements.capacity, managements.status, managements.document_id, managements.claimed_by,
               managements.claimed_at, managements.decided_by, managements.decided_at, managements.reason,
               managements.ended_at
          FROM managements
          JOIN organisations ON organisations.id = managements.organisation_id
         WHERE managements.carrier_id = $1
      ORDER BY managements.claimed_at DESC, managements.id DESC
        """,
        carrier_id,
    )
    return [_management(row) for row in rows]


async def management_by_id(db: Connection, management_id: UUID) -> Management | None:
    row = await db.fetchrow(
        """
        SELECT managements.id, managements.carrier_id, managements.organisation_id, organisations.name AS organisation,
               managements.capacity, managements.status, managements.document_id, managements.claimed_by,
               managements.claimed_at, managements.decided_by, managements.decided_at, managements.reason,
               managements.ended_at
          FROM managements
          JOIN organisations ON organisations.id = managements.organisation_id
         WHERE managements.id = $1
        """,
        management_id,
    )
    return _management(row) if row else None


async def insert_management(
    db: Connection,
    *,
    carrier_id: UUID,
    organisation_id: UUID,
    capacity: Capacity,
    document_id: UUID,
    claimed_by: UUID,
) -> UUID:
    """Raises asyncpg.UniqueViolationError by management_once."""
    management_id: UUID = await db.fetchval(
        """
        INSERT INTO managements (carrier_id, organisation_id, capacity, document_id, claimed_by)
             VALUES ($1, $2, $3, $4, $5)
          RETURNING id
        """,
        carrier_id,
        organisation_id,
        capacity,
        document_id,
        claimed_by,
    )
    return management_id


async def decide_management(
    db: Connection, management_id: UUID, status: ManagementStatus, decided_by: UUID | None, reason: str
) -> None:
    """Write a decision on a claim; raises asyncpg.UniqueViolationError by management_one_manager."""
    await db.execute(
        """
        UPDATE managements
           SET status = $2,
               decided_by = $3,
               decided_at = now(),
               reason = $4
         WHERE id = $1
        """,
        management_id,
        status,
        decided_by,
        reason,
    )
    await notices.settle(db, f"/approval/managements/{management_id}")


async def end_management(db: Connection, management_id: UUID, reason: str) -> None:
    await db.execute(
        """
        UPDATE managements
           SET status = 'ended',
               reason = $2,
               ended_at = now()
         WHERE id = $1
        """,
        management_id,
        reason,
    )
    await notices.settle(db, f"/approval/managements/{management_id}")


async def claim_paper_exists(db: Connection, document_id: UUID, organisation_id: UUID) -> bool:
    """Whether the paper was handed in by this organisation for a claim."""
    found = await db.fetchval(
        """
        SELECT true
          FROM documents
         WHERE id = $1
           AND organisation_id = $2
           AND purpose = 'claim'
           AND discarded_at IS NULL
        """,
        document_id,
        organisation_id,
    )
    return bool(found)


async def authorities(db: Connection, district_code: str) -> list[UUID]:
    """The approval authorities of a district, who decide on claims."""
    rows = await db.fetch(
        """
        SELECT id
          FROM organisations
         WHERE district_code = $1
           AND kind = 'approval_authority'
           AND disabled_at IS NULL
        """,
        district_code,
    )
    return [row["id"] for row in rows]


def _carrier(row: Row) -> Carrier:
    return Carrier(**{**row, "kind": CarrierKind(row["kind"])})


def _unit(row: Row) -> Unit:
    return Unit(**{**row, "kind": UnitKind(row["kind"])})


def _management(row: Row) -> Management:
    return Management(**{**row, "capacity": Capacity(row["capacity"]), "status": ManagementStatus(row["status"])})
