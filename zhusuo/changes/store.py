"""The rows that a change of units touches, and who waits to be placed after it."""

from collections.abc import Sequence
from uuid import UUID

from zhusuo.carriers.history import UnitChange
from zhusuo.carriers.model import unit_name
from zhusuo.changes.model import OpenFiling, Waiting
from zhusuo.db import Connection
from zhusuo.dossiers.model import FilingStatus


async def set_sharing(db: Connection, unit_ids: Sequence[UUID], sharing_allowed: bool | None) -> None:
    """What was said of sharing the units before is said of those that came from them."""
    await db.execute(
        """
        UPDATE units
           SET sharing_allowed = $2
         WHERE id = ANY ($1::uuid[])
        """,
        list(unit_ids),
        sharing_allowed,
    )


async def live_parts(db: Connection, unit_ids: Sequence[UUID]) -> list[UUID]:
    """The parts of these units, however deep, that are in use."""
    rows = await db.fetch(
        """
        WITH RECURSIVE parts (id) AS (
            SELECT id
              FROM units
             WHERE part_of = ANY ($1::uuid[])
               AND retired_at IS NULL
             UNION
            SELECT units.id
              FROM units
              JOIN parts ON units.part_of = parts.id
             WHERE units.retired_at IS NULL
        )
        SELECT id
          FROM parts
        """,
        list(unit_ids),
    )
    return [row["id"] for row in rows]


async def overlap_each_other(db: Connection, unit_ids: Sequence[UUID]) -> bool:
    """Whether two of these units share space."""
    found: bool = await db.fetchval(
        """
        SELECT EXISTS (
               SELECT
                 FROM unnest($1::uuid[]) AS one (id),
                      LATERAL space_of(one.id) AS other
                WHERE other.id = ANY ($1::uuid[])
                  AND other.id <> one.id)
        """,
        list(unit_ids),
    )
    return found


async def revive(db: Connection, unit_ids: Sequence[UUID]) -> None:
    """Put units into use again. Raises asyncpg.UniqueViolationError by unit_once."""
    await db.execute(
        """
        UPDATE units
           SET retired_at = NULL,
               version = version + 1
         WHERE id = ANY ($1::uuid[])
        """,
        list(unit_ids),
    )


async def retire(db: Connection, unit_ids: Sequence[UUID]) -> None:
    """Take units out of use; their versions were looked at under the carrier's lock."""
    await db.execute(
        """
        UPDATE units
           SET retired_at = now(),
               version = version + 1
         WHERE id = ANY ($1::uuid[])
        """,
        list(unit_ids),
    )


async def live_here(db: Connection, unit_ids: Sequence[UUID]) -> list[Waiting]:
    """Who is registered or lives in these units."""
    rows = await db.fetch(
        """
        SELECT here.id, here.is_registration, here.name, here.unit_id, units.building, units.number, units.label,
               here.since
          FROM (
               SELECT id, true AS is_registration, applicant AS name, unit_id,
                      coalesce(registered_on, created_at::date) AS since
                 FROM registrations
                WHERE unit_id = ANY ($1::uuid[])
                  AND status <> 'ended'
            UNION ALL
               SELECT id, false, tenant, unit_id, coalesce(moved_in_on, lease_begins_on, reported_at::date)
                 FROM tenancies
                WHERE unit_id = ANY ($1::uuid[])
                  AND moved_out_on IS NULL
               ) AS here
          JOIN units ON units.id = here.unit_id
      ORDER BY here.is_registration DESC, here.since, here.name
        """,
        list(unit_ids),
    )
    return [Waiting(**dict(row)) for row in rows]


async def waiting(db: Connection, carrier_id: UUID) -> list[Waiting]:
    """待安置 in a carrier: whose unit was split or merged, each with the units that came from it."""
    gone = await db.fetch(
        """
        SELECT units.id
          FROM units
         WHERE units.carrier_id = $1
           AND units.retired_at IS NOT NULL
           AND EXISTS (SELECT FROM unit_lineages WHERE parent_id = units.id AND undone_at IS NULL)
           AND (EXISTS (SELECT FROM registrations WHERE unit_id = units.id AND status <> 'ended')
                OR EXISTS (SELECT FROM tenancies WHERE unit_id = units.id AND moved_out_on IS NULL))
        """,
        carrier_id,
    )
    unit_ids = [row["id"] for row in gone]
    if not unit_ids:
        return []
    places: dict[UUID, list[tuple[UUID, str]]] = {}
    for row in await db.fetch(
        """
        SELECT asked.id AS from_id, units.id, units.building, units.number, units.label
          FROM unnest($1::uuid[]) AS asked (id),
               LATERAL successors_of(asked.id) AS successor
          JOIN units ON units.id = successor.id
      ORDER BY units.building, units.number, units.key
        """,
        unit_ids,
    ):
        name = unit_name(row["building"], row["number"], row["label"])
        places.setdefault(row["from_id"], []).append((row["id"], name))
    return [
        Waiting(
            id=each.id,
            is_registration=each.is_registration,
            name=each.name,
            unit_id=each.unit_id,
            building=each.building,
            number=each.number,
            label=each.label,
            since=each.since,
            places=tuple(places.get(each.unit_id, ())),
        )
        for each in await live_here(db, unit_ids)
    ]


async def successors(db: Connection, unit_id: UUID) -> list[UUID]:
    """The units in use that came from this one; itself while it is in use."""
    rows = await db.fetch(
        """
        SELECT id
          FROM successors_of($1)
        """,
        unit_id,
    )
    return [row["id"] for row in rows]


async def open_filings(db: Connection, carrier_id: UUID, unit_ids: Sequence[UUID]) -> list[OpenFiling]:
    """Filings under way that name one of these units, or were handed in with one."""
    rows = await db.fetch(
        """
        SELECT filings.id, dossiers.number AS dossier_number, filings.status
          FROM filings
          JOIN dossiers ON dossiers.id = filings.dossier_id
         WHERE filings.carrier_id = $1
           AND filings.status IN ('draft', 'submitted', 'returned')
           AND ((filings.scope_kind = 'units' AND filings.scope && $2::uuid[]::text[])
                OR EXISTS (
                    SELECT
                      FROM submissions
                      JOIN submission_units ON submission_units.submission_id = submissions.id
                     WHERE submissions.filing_id = filings.id
                       AND submission_units.unit_id = ANY ($2::uuid[])))
      ORDER BY dossiers.number
        """,
        carrier_id,
        list(unit_ids),
    )
    return [
        OpenFiling(id=row["id"], dossier_number=row["dossier_number"], status=FilingStatus(row["status"]))
        for row in rows
    ]


async def flag_count(db: Connection, unit_ids: Sequence[UUID]) -> int:
    count: int = await db.fetchval(
        """
        SELECT count(*)
          FROM flags
         WHERE unit_id = ANY ($1::uuid[])
           AND cleared_at IS NULL
        """,
        list(unit_ids),
    )
    return count


async def went_on(db: Connection, change: UnitChange) -> bool:
    """Whether anything has happened to the units of a change since it was made: then it cannot be undone."""
    found: bool = await db.fetchval(
        """
        SELECT EXISTS (
                    SELECT
                      FROM units
                     WHERE id = ANY ($1::uuid[])
                       AND version IS DISTINCT FROM ($3::jsonb ->> id::text)::integer)
            OR EXISTS (SELECT FROM units WHERE part_of = ANY ($1::uuid[]) AND created_at > $4)
            OR EXISTS (SELECT FROM registrations WHERE unit_id = ANY ($2::uuid[]))
            OR EXISTS (SELECT FROM tenancies WHERE unit_id = ANY ($2::uuid[]))
            OR EXISTS (SELECT FROM flags WHERE unit_id = ANY ($2::uuid[]))
            OR EXISTS (SELECT FROM reuses WHERE unit_id = ANY ($1::uuid[]) AND created_at > $4)
            OR EXISTS (
                    SELECT
                      FROM submission_units
                      JOIN submissions ON submissions.id = submission_units.submission_id
                     WHERE submission_units.unit_id = ANY ($1::uuid[])
                       AND submissions.submitted_at > $4)
            OR EXISTS (
                    SELECT
                      FROM version_units
                     WHERE unit_id = ANY ($1::uuid[])
                       AND (lower(during) > $4 OR upper(during) > $4))
        """,
        list(change.unit_ids),
        list(change.children),
        dict(change.unit_versions),
        change.said_at,
    )
    return found


async def move_registration(db: Connection, registration_id: UUID, unit_id: UUID) -> None:
    """Raises asyncpg.UniqueViolationError by registration_exclusive."""
    await db.execute(
        """
        UPDATE registrations
           SET unit_id = $2
         WHERE id = $1
        """,
        registration_id,
        unit_id,
    )


async def move_flags(db: Connection, source: str, unit_id: UUID) -> None:
    """What was raised about somebody goes where they go."""
    await db.execute(
        """
        UPDATE flags
           SET unit_id = $2
         WHERE source = $1
           AND unit_id IS NOT NULL
           AND cleared_at IS NULL
        """,
        source,
        unit_id,
    )


async def move_tenancy(db: Connection, tenancy_id: UUID, unit_id: UUID) -> None:
    """Raises asyncpg.UniqueViolationError by tenancy_once."""
    await db.execute(
        """
        UPDATE tenancies
           SET unit_id = $2
         WHERE id = $1
        """,
        tenancy_id,
        unit_id,
    )


async def in_use(db: Connection, carrier_id: UUID) -> str:
    """What of a carrier has to come to an end before it does, in words; "" for nothing."""
    row = await db.fetchrow(
        """
        SELECT (SELECT count(*) FROM registrations WHERE carrier_id = $1 AND status <> 'ended') AS registrations,
               (SELECT count(*) FROM tenancies WHERE carrier_id = $1 AND moved_out_on IS NULL) AS tenancies,
               (SELECT count(*) FROM filings WHERE carrier_id = $1 AND status = 'submitted') AS filings
        """,
        carrier_id,
    )
    if row is None:
        return ""
    words = (("registrations", "家登记企业"), ("tenancies", "家在驻企业"), ("filings", "份待审备案"))
    return "、".join(f" {row[name]} {word}" for name, word in words if row[name]).strip()
