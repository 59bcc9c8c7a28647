"""What is shown behind a plate: to a passer-by no person; to the manager the own unit; to a supervisor the file."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from zhusuo import flags
from zhusuo.db import Connection
from zhusuo.flags import Flag
from zhusuo.inspections.model import Outcome
from zhusuo.inspections.plates import Plate
from zhusuo.people.model import Actor, Role
from zhusuo.registrations.receipts import masked


@dataclass(frozen=True, kw_only=True)
class Occupant:
    """Somebody who is registered here: the name as the viewer may know it, since when, and what the manager says."""

    id: UUID
    name: str
    registered_on: date | None
    here: bool | None
    contested: bool


@dataclass(frozen=True, kw_only=True)
class Look:
    """What was found here last."""

    inspection_id: UUID
    outcome: Outcome
    note: str
    found_at: datetime


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """`viewer` is supervisor, manager or public; the public gets no more than the first three facts."""

    viewer: str
    valid_until: date | None
    registered: tuple[Occupant, ...]
    tenants: tuple[tuple[str, date | None], ...] = ()
    flags: tuple[Flag, ...] = ()
    looks: tuple[Look, ...] = ()
    inspection_id: UUID | None = None


async def viewer_of(db: Connection, actor: Actor | None, plate: Plate) -> str:
    """supervisor of the place, manager of it, or public: who is signed in elsewhere is a passer-by like any other."""
    if actor is not None and actor.role is Role.SUPERVISOR and plate.subdistrict_code in actor.subdistricts:
        return "supervisor"
    if actor is not None and actor.role is Role.MANAGER and await _manages(db, actor, plate.carrier_id):
        return "manager"
    return "public"


async def _manages(db: Connection, actor: Actor, carrier_id: UUID) -> bool:
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM managements
                 WHERE carrier_id = $1
                   AND organisation_id = $2
                   AND status = 'confirmed'
                   AND capacity = 'manager')
            """,
            carrier_id,
            actor.organisation_id,
        )
    )


async def scanned(db: Connection, plate: Plate, viewer: str) -> Scanned:
    valid_until = await db.fetchval(
        """
        SELECT max(v.valid_until)
          FROM version_units AS vu
          JOIN dossier_versions AS v ON v.id = vu.version_id AND v.status = 'effective'
         WHERE vu.unit_id = $1
           AND upper_inf(vu.during)
        """,
        plate.unit_id,
    )
    registered = await _registered(db, plate.unit_id, public=viewer == "public")
    if viewer == "public":
        return Scanned(viewer=viewer, valid_until=valid_until, registered=registered)
    tenants = await db.fetch(
        """
        SELECT tenant, lease_ends_on
          FROM tenancies
         WHERE unit_id = $1
           AND moved_out_on IS NULL
      ORDER BY tenant
        """,
        plate.unit_id,
    )
    told = Scanned(
        viewer=viewer,
        valid_until=valid_until,
        registered=registered,
        tenants=tuple((row["tenant"], row["lease_ends_on"]) for row in tenants),
    )
    return told if viewer == "manager" else await _whole(db, plate, told)


async def _registered(db: Connection, unit_id: UUID, *, public: bool) -> tuple[Occupant, ...]:
    """Who is registered; the public sees neither what is contested or only held, nor the name of a person."""
    rows = await db.fetch(
        """
        SELECT id, applicant AS name, registered_on, confirmed_by_manager AS here, contested
          FROM registrations
         WHERE unit_id = $1
           AND (status = 'registered' OR (status = 'held' AND NOT $2))
           AND NOT (contested AND $2)
      ORDER BY registered_on NULLS LAST, applicant
         LIMIT 50
        """,
        unit_id,
        public,
    )
    found = (Occupant(**dict(row)) for row in rows)
    if not public:
        return tuple(found)
    return tuple(
        Occupant(id=each.id, name=masked(each.name), registered_on=each.registered_on, here=None, contested=False)
        for each in found
    )


async def _whole(db: Connection, plate: Plate, told: Scanned) -> Scanned:
    rows = await db.fetch(
        """
        SELECT i.id AS inspection_id, f.outcome, f.note, f.found_at
          FROM inspections AS i
          JOIN findings AS f ON f.inspection_id = i.id AND f.concludes
         WHERE i.carrier_id = $1
           AND i.unit_id = $2
      ORDER BY f.found_at DESC
         LIMIT 5
        """,
        plate.carrier_id,
        plate.unit_id,
    )
    open_id = await db.fetchval(
        """
        SELECT id
          FROM inspections
         WHERE carrier_id = $1
           AND unit_id = $2
           AND status IN ('planned', 'assigned', 'started')
      ORDER BY due_on
         LIMIT 1
        """,
        plate.carrier_id,
        plate.unit_id,
    )
    return Scanned(
        viewer=told.viewer,
        valid_until=told.valid_until,
        registered=told.registered,
        tenants=told.tenants,
        flags=tuple(await flags.open_for(db, plate.unit_id)),
        looks=tuple(Look(**{**row, "outcome": Outcome(row["outcome"])}) for row in rows),
        inspection_id=open_id,
    )


async def counts(db: Connection, carrier_id: UUID) -> tuple[int, int]:
    """Units that may have a plate, and those that have one."""
    row = await db.fetchrow(
        """
        SELECT count(*) AS unit_count, count(p.id) AS plate_count
          FROM units AS u
     LEFT JOIN plates AS p ON p.unit_id = u.id AND p.revoked_at IS NULL
         WHERE u.carrier_id = $1
           AND u.retired_at IS NULL
           AND u.kind <> 'service'
        """,
        carrier_id,
    )
    return (row["unit_count"], row["plate_count"]) if row else (0, 0)
