"""Makers: valid rows in one call, with just enough facts; a test says only what it is about.

One section per noun, in the order of the nouns. A maker writes straight into the tables and records nothing: what is
to be tested goes through its verb.
"""

from itertools import count
from uuid import UUID

from zhusuo.db import Connection
from zhusuo.people.model import Actor, OrganisationKind, Role

DISTRICT = "310104"
SUBDISTRICT = "310104003"

_numbers = count(1)


def number() -> int:
    """A number nobody had before in this run, for names that must differ."""
    return next(_numbers)


# 人员 机构

KIND_OF_ROLE = {
    Role.CLERK: OrganisationKind.APPROVAL_AUTHORITY,
    Role.ADMINISTRATOR: OrganisationKind.APPROVAL_AUTHORITY,
    Role.SUPERVISOR: OrganisationKind.SUPERVISION_OFFICE,
    Role.MANAGER: OrganisationKind.PROPERTY_MANAGER,
    Role.AGENT: OrganisationKind.AGENCY,
}


async def organisation(
    db: Connection,
    *,
    kind: str = "property_manager",
    name: str = "",
    district_code: str = DISTRICT,
    subdistricts: frozenset[str] = frozenset(),
) -> UUID:
    found: UUID = await db.fetchval(
        "INSERT INTO organisations (kind, name, district_code) VALUES ($1, $2, $3) RETURNING id",
        kind,
        name or f"机构{number()}",
        district_code,
    )
    await db.executemany(
        "INSERT INTO organisation_subdistricts (organisation_id, subdistrict_code) VALUES ($1, $2)",
        [(found, code) for code in sorted(subdistricts)],
    )
    return found


async def person(
    db: Connection, *, organisation_id: UUID, role: str = "manager", name: str = "", password_hash: str = "!"
) -> UUID:
    each = number()
    found: UUID = await db.fetchval(
        """
        INSERT INTO persons (organisation_id, role, name, login, password_hash)
             VALUES ($1, $2, $3, $4, $5)
          RETURNING id
        """,
        organisation_id,
        role,
        name or f"人员{each}",
        f"person{each}",
        password_hash,
    )
    return found


async def actor(
    db: Connection,
    *,
    role: str = "clerk",
    district_code: str = DISTRICT,
    organisation_id: UUID | None = None,
    subdistricts: frozenset[str] = frozenset(),
    name: str = "",
) -> Actor:
    """Somebody who may act, with a person and an organisation behind them."""
    kind = KIND_OF_ROLE[Role(role)]
    if organisation_id is None:
        organisation_id = await organisation(db, kind=kind, district_code=district_code, subdistricts=subdistricts)
    person_id = await person(db, organisation_id=organisation_id, role=role, name=name)
    row = await db.fetchrow(
        """
        SELECT persons.name, organisations.name AS organisation, organisations.district_code
          FROM persons
          JOIN organisations ON organisations.id = persons.organisation_id
         WHERE persons.id = $1
        """,
        person_id,
    )
    assert row is not None
    return Actor(
        person_id=person_id,
        client_id=None,
        organisation_id=organisation_id,
        organisation=row["organisation"],
        role=Role(role),
        name=row["name"],
        desk="",
        district_code=row["district_code"],
        subdistricts=subdistricts,
    )


# 载体


async def carrier(
    db: Connection,
    *,
    name: str = "",
    kind: str = "tower",
    district_code: str = DISTRICT,
    subdistrict_code: str = "",
    sharing_allowed: bool = False,
    manager: UUID | None = None,
    road: str = "",
) -> UUID:
    """A carrier with its main address; `manager` is an organisation that is confirmed as its manager."""
    each = number()
    road = road or f"测试路{each}"
    found: UUID = await db.fetchval(
        """
        INSERT INTO carriers (kind, name, district_code, subdistrict_code, sharing_allowed)
             VALUES ($1, $2, $3, $4, $5)
          RETURNING id
        """,
        kind,
        name or f"载体{each}",
        district_code,
        subdistrict_code or (SUBDISTRICT if district_code == DISTRICT else f"{district_code}003"),
        sharing_allowed,
    )
    await db.execute(
        """
        INSERT INTO carrier_addresses (carrier_id, district_code, road, number, text, key, road_pinyin, is_main)
             VALUES ($1, $2, $3, '1号', $3 || '1号', $3 || '|1', 'ceshilu', true)
        """,
        found,
        district_code,
        road,
    )
    if manager is not None:
        await management(db, carrier_id=found, organisation_id=manager)
    return found


async def management(
    db: Connection,
    *,
    carrier_id: UUID,
    organisation_id: UUID,
    capacity: str = "manager",
    status: str = "confirmed",
) -> UUID:
    claimed_by = await person(db, organisation_id=organisation_id)
    found: UUID = await db.fetchval(
        """
        INSERT INTO managements (carrier_id, organisation_id, capacity, status, claimed_by)
             VALUES ($1, $2, $3, $4, $5)
          RETURNING id
        """,
        carrier_id,
        organisation_id,
        capacity,
        status,
        claimed_by,
    )
    return found


async def unit(
    db: Connection,
    *,
    carrier_id: UUID,
    label: str = "",
    kind: str = "room",
    building: str = "",
    floor: int | None = 1,
    number: str = "",
    area_m2: float | None = 50,
) -> UUID:
    label = label or f"{next(_numbers)}室"
    found: UUID = await db.fetchval(
        """
        INSERT INTO units (carrier_id, district_code, kind, building, floor, label, key, number, area_m2)
             SELECT id, district_code, $2, $3, $4, $5, $6, $7, $8
               FROM carriers
              WHERE id = $1
          RETURNING id
        """,
        carrier_id,
        kind,
        building,
        floor,
        label,
        label.removesuffix("室"),
        number,
        area_m2,
    )
    return found
