"""豁免: a place where many may be registered although its kind does not say so, by hand and with a reason."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from zhusuo import audit, events
from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import unit_name
from zhusuo.db import Connection, Database
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.people.model import Actor, Role

REASON_LIMIT = 300


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """豁免. Without a unit it is the whole carrier."""

    id: UUID
    carrier_id: UUID
    carrier: str
    unit: str
    reason: str
    allowed_by: str
    allowed_at: datetime


async def allow(database: Database, actor: Actor, carrier_number: str, unit_label: str, reason: str) -> UUID:
    """Many may be registered in a carrier, named by its number, or in one of its units. Raises Invalid, Conflict."""
    if actor.role is not Role.SUPERVISOR:
        raise NotAllowed
    if not reason.strip() or len(reason) > REASON_LIMIT:
        raise Invalid({"reason": f"请写明为什么可以登记多户，最多 {REASON_LIMIT} 个字。"})
    try:
        async with database.transaction() as db:
            carrier_id, unit_id = await _place(db, actor, carrier_number.strip().upper(), unit_label.strip())
            await carriers.lock(db, carrier_id)
            found: UUID = await db.fetchval(
                """
                INSERT INTO zombie_allowances (carrier_id, unit_id, reason, allowed_by)
                     VALUES ($1, $2, $3, $4)
                  RETURNING id
                """,
                carrier_id,
                unit_id,
                reason.strip(),
                actor.person_id,
            )
            await _tell(db, actor, "allow", "carrier.crowd_allowed", found, carrier_id)
            return found
    except asyncpg.UniqueViolationError as violation:
        raise Conflict("这里已经豁免过，不必再办。") from violation


async def end(database: Database, actor: Actor, allowance_id: UUID) -> None:
    """No longer. Raises NotFound."""
    if actor.role is not Role.SUPERVISOR:
        raise NotAllowed
    async with database.transaction() as db:
        carrier_id = await db.fetchval(
            """
            UPDATE zombie_allowances
               SET ended_by = $2,
                   ended_at = now()
              FROM carriers
             WHERE zombie_allowances.id = $1
               AND zombie_allowances.ended_at IS NULL
               AND carriers.id = zombie_allowances.carrier_id
               AND carriers.district_code = $3
               AND carriers.subdistrict_code = ANY ($4::text[])
         RETURNING zombie_allowances.carrier_id
            """,
            allowance_id,
            actor.person_id,
            actor.district_code,
            sorted(actor.subdistricts),
        )
        if carrier_id is None:
            raise NotFound
        await _tell(db, actor, "end_allowance", "carrier.crowd_ended", allowance_id, carrier_id)


async def _place(db: Connection, actor: Actor, number: str, label: str) -> tuple[UUID, UUID | None]:
    """The carrier with this number in the actor's subdistricts, and its unit of this label."""
    carrier_id = await db.fetchval(
        """
        SELECT id
          FROM carriers
         WHERE number = $1
           AND district_code = $2
           AND subdistrict_code = ANY ($3::text[])
        """,
        number,
        actor.district_code,
        sorted(actor.subdistricts),
    )
    if carrier_id is None:
        raise Invalid({"carrier_number": "辖区里没有这个编号的载体。编号写在载体页上，例如 ZT000012。"})
    if not label:
        return carrier_id, None
    units = [
        each
        for each in await carriers.units(db, carrier_id)
        if each.retired_at is None and label in (each.label, each.name)
    ]
    if len(units) != 1:
        raise Invalid({"unit_label": "这个载体里没有这个单元，或不止一个，请写全，例如“1号楼 2101室”。"})
    return carrier_id, units[0].id


async def _tell(db: Connection, actor: Actor, action: str, event: str, allowance_id: UUID, carrier_id: UUID) -> None:
    await audit.record(db, actor, action, "zombie_allowance", allowance_id, carrier_id=carrier_id)
    await events.emit(
        db, event, "zombie_allowance", allowance_id, carrier_id=carrier_id, district_code=actor.district_code
    )


async def standing(db: Connection, actor: Actor) -> list[Allowance]:
    """Those of the actor's subdistricts, the newest first."""
    rows = await db.fetch(
        """
        SELECT a.id, a.carrier_id, carriers.name AS carrier, units.building, units.number, units.label, a.reason,
               persons.name AS allowed_by, a.allowed_at
          FROM zombie_allowances AS a
          JOIN carriers ON carriers.id = a.carrier_id
          JOIN persons ON persons.id = a.allowed_by
     LEFT JOIN units ON units.id = a.unit_id
         WHERE a.ended_at IS NULL
           AND carriers.district_code = $1
           AND carriers.subdistrict_code = ANY ($2::text[])
      ORDER BY a.allowed_at DESC
        """,
        actor.district_code,
        sorted(actor.subdistricts),
    )
    found = []
    for row in rows:
        facts = dict(row)
        building, number, label = facts.pop("building"), facts.pop("number"), facts.pop("label")
        found.append(Allowance(**facts, unit=unit_name(building, number, label) if label else ""))
    return found
