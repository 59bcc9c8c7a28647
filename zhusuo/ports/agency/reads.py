"""What the agent's pages read."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import Carrier, CarrierKind, UnitKind, unit_name
from zhusuo.db import Connection
from zhusuo.dossiers import store
from zhusuo.dossiers.model import DossierVersion, FilingKind, FilingStatus, VersionStatus
from zhusuo.errors import NotFound
from zhusuo.people.model import Actor

PAGE = 50
MOST = 10_000


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a tenant looks for; an empty one takes everything."""

    q: str = ""
    subdistrict_code: str = ""
    kind: str = ""
    least_m2: Decimal | None = None
    most_m2: Decimal | None = None

    @property
    def anything(self) -> bool:
        return bool(self.q or self.subdistrict_code or self.kind or self.least_m2 or self.most_m2)


@dataclass(frozen=True, kw_only=True)
class VacancyRow:
    """A unit that is on file, covered today, and in which nobody is registered or lives."""

    id: UUID
    carrier_id: UUID
    carrier: str
    carrier_kind: CarrierKind
    address: str
    subdistrict: str
    building: str
    floor: int | None
    number: str
    label: str
    kind: UnitKind
    area_m2: Decimal | None
    valid_until: date

    @property
    def name(self) -> str:
        return unit_name(self.building, self.number, self.label)


@dataclass(frozen=True, kw_only=True)
class FilingLine:
    id: UUID
    dossier_number: str
    kind: FilingKind
    status: FilingStatus
    on_behalf_of: str
    changed_at: datetime
    deadline_on: date | None


async def carrier_for(db: Connection, actor: Actor, carrier_id: UUID) -> Carrier:
    """Raises NotFound."""
    found = await carriers.by_id_for(db, actor, carrier_id)
    if found is None:
        raise NotFound
    return found


async def versions(db: Connection, carrier_id: UUID) -> list[DossierVersion]:
    """What is in force."""
    found = await store.versions_by_carrier(db, carrier_id)
    return [each for each in found if each.status is VersionStatus.EFFECTIVE]


async def filings(db: Connection, actor: Actor, carrier_id: UUID) -> list[FilingLine]:
    """What the agency filed for the carrier, the newest first."""
    rows = await db.fetch(
        """
        SELECT f.id, d.number AS dossier_number, f.kind, f.status, f.on_behalf_of, f.changed_at, f.deadline_on
          FROM filings AS f
          JOIN dossiers AS d ON d.id = f.dossier_id
         WHERE f.carrier_id = $1
           AND f.organisation_id = $2
           AND f.status <> 'discarded'
      ORDER BY f.created_at DESC
         LIMIT 30
        """,
        carrier_id,
        actor.organisation_id,
    )
    return [
        FilingLine(**{**dict(row), "kind": FilingKind(row["kind"]), "status": FilingStatus(row["status"])})
        for row in rows
    ]


async def figures(db: Connection, carrier_id: UUID) -> dict[str, int]:
    """How many units there are, are on file, are in use."""
    row = await db.fetchrow(
        """
        SELECT count(*) AS unit_count,
               count(*) FILTER (WHERE EXISTS (
                    SELECT
                      FROM version_units AS vu
                     WHERE vu.unit_id = u.id
                       AND vu.during @> now())) AS covered_count,
               count(*) FILTER (WHERE EXISTS (
                    SELECT
                      FROM tenancies AS t
                     WHERE t.unit_id = u.id
                       AND t.moved_out_on IS NULL)) AS used_count
          FROM units AS u
         WHERE u.carrier_id = $1
           AND u.retired_at IS NULL
           AND u.kind <> 'service'
        """,
        carrier_id,
    )
    assert row is not None  # noqa: S101 - an aggregate always has a row
    return dict(row)


async def vacancies(
    db: Connection, actor: Actor, wanted: Wanted, day: date, *, after: UUID | None = None, limit: int = PAGE
) -> list[VacancyRow]:
    """Units of the agency's carriers that can be registered at once, behind one of them; by carrier, then floor.

    A unit is taken as well when somebody has the whole floor it lies on, the unit it is a part of, or a part of it.
    """
    rows = await db.fetch(
        """
        WITH mine AS (
            SELECT c.id, c.number, c.name, c.kind, s.name AS subdistrict, coalesce(main.text, '') AS address
              FROM managements AS m
              JOIN carriers AS c ON c.id = m.carrier_id
              JOIN subdistricts AS s ON s.code = c.subdistrict_code
         LEFT JOIN carrier_addresses AS main ON main.carrier_id = c.id
                                            AND main.is_main
             WHERE m.organisation_id = $1
               AND m.status = 'confirmed'
               AND m.capacity = 'agency'
               AND c.retired_at IS NULL
               AND ($2 = '' OR c.name LIKE '%' || $2 || '%' OR main.text LIKE '%' || $2 || '%')
               AND ($3 = '' OR c.subdistrict_code = $3)
               AND ($4 = '' OR c.kind = $4)
        ),
        taken AS (
            SELECT u.id, u.carrier_id, u.building, u.number, u.floor, u.kind, u.part_of
              FROM units AS u
             WHERE u.id IN (
                   SELECT t.unit_id
                     FROM tenancies AS t
                    WHERE t.carrier_id IN (SELECT id FROM mine)
                      AND t.moved_out_on IS NULL
                UNION ALL
                   SELECT r.unit_id
                     FROM registrations AS r
                    WHERE r.carrier_id IN (SELECT id FROM mine)
                      AND r.status <> 'ended')
        )
        SELECT u.id, u.carrier_id, mine.name AS carrier, mine.kind AS carrier_kind, mine.address, mine.subdistrict,
               u.building, u.floor, u.number, u.label, u.kind, u.area_m2, v.valid_until
          FROM mine
          JOIN units AS u ON u.carrier_id = mine.id
          JOIN version_units AS vu ON vu.unit_id = u.id
                                  AND upper_inf(vu.during)
          JOIN dossier_versions AS v ON v.id = vu.version_id
                                    AND v.status = 'effective'
                                    AND v.valid_until >= $7
         WHERE u.retired_at IS NULL
           AND u.kind <> 'service'
           AND ($5::numeric IS NULL OR u.area_m2 >= $5)
           AND ($6::numeric IS NULL OR u.area_m2 <= $6)
           AND NOT EXISTS (SELECT FROM taken WHERE taken.id = u.id)
           AND NOT EXISTS (SELECT FROM taken WHERE taken.part_of = u.id)
           AND NOT EXISTS (SELECT FROM taken WHERE taken.id = u.part_of)
           AND NOT EXISTS (
               SELECT
                 FROM taken
                WHERE taken.carrier_id = u.carrier_id
                  AND taken.building = u.building
                  AND taken.number = u.number
                  AND taken.floor = u.floor
                  AND (taken.kind = 'whole_floor' OR u.kind = 'whole_floor')
                  AND u.kind <> 'virtual'
                  AND taken.kind <> 'virtual')
           AND NOT EXISTS (
               SELECT
                 FROM flags AS f
                WHERE f.carrier_id = u.carrier_id
                  AND (f.unit_id = u.id OR f.unit_id IS NULL)
                  AND f.severity = 'blocks'
                  AND f.cleared_at IS NULL)
           AND ($8::uuid IS NULL OR (mine.number, u.building, coalesce(u.floor, 999), u.number, u.key, u.id) > (
                SELECT c.number, last.building, coalesce(last.floor, 999), last.number, last.key, last.id
                  FROM units AS last
                  JOIN carriers AS c ON c.id = last.carrier_id
                 WHERE last.id = $8))
      ORDER BY mine.number, u.building, coalesce(u.floor, 999), u.number, u.key, u.id
         LIMIT $9
        """,
        actor.organisation_id,
        wanted.q,
        wanted.subdistrict_code,
        wanted.kind,
        wanted.least_m2,
        wanted.most_m2,
        day,
        after,
        limit,
    )
    return [
        VacancyRow(**{**dict(row), "carrier_kind": CarrierKind(row["carrier_kind"]), "kind": UnitKind(row["kind"])})
        for row in rows
    ]
