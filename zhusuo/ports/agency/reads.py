"""What the agent's pages read: carriers that name the agency in a confirmed mandate, and nothing else."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from zhusuo.carriers.entry import area_of_cell
from zhusuo.carriers.model import Carrier, unit_name
from zhusuo.db import Connection
from zhusuo.dossiers.model import FilingKind, FilingStatus, VersionStatus
from zhusuo.errors import Invalid
from zhusuo.people.model import Actor
from zhusuo.ports.common.filers import OPEN_STATUSES
from zhusuo.ports.common.units.reads import carrier_for

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class VersionRow:
    """A version of a carrier's dossier, whoever filed it, and how many units it covers now."""

    id: UUID
    dossier_number: str
    number: int
    status: VersionStatus
    filed_by: str
    effective_from: datetime
    effective_to: datetime | None
    valid_until: date
    unit_count: int


@dataclass(frozen=True, kw_only=True)
class FilingLine:
    """A filing of the agency for one carrier."""

    id: UUID
    dossier_number: str
    kind: FilingKind
    status: FilingStatus
    on_behalf_of: str
    changed_at: datetime
    deadline_on: date | None


@dataclass(frozen=True, kw_only=True)
class House:
    """A carrier of the agency: who manages it, how much of it is on file, and what the agency has filed."""

    carrier: Carrier
    manager: str
    effective: tuple[VersionRow, ...]
    former: tuple[VersionRow, ...]
    filings: tuple[FilingLine, ...]
    unit_count: int
    covered_count: int
    used_count: int

    @property
    def open_filings(self) -> tuple[FilingLine, ...]:
        return tuple(each for each in self.filings if each.status in OPEN_STATUSES)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which vacancies are looked for; an empty one finds all. `subdistrict` is a code, the areas are bounds in ㎡."""

    subdistrict: str = ""
    carrier_id: UUID | None = None
    kind: str = ""
    area_from: Decimal | None = None
    area_to: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class VacancyRow:
    """可登记房源: a unit that a valid version covers and in whose space nobody is, is registered or is about to be."""

    id: UUID
    carrier_id: UUID
    carrier: str
    address: str
    building: str
    number: str
    label: str
    floor: int | None
    area_m2: Decimal | None
    manager: str | None

    @property
    def unit(self) -> str:
        return unit_name(self.building, self.number, self.label)


def wanted(*, subdistrict: str, carrier: str, kind: str, area_from: str, area_to: str) -> Wanted:
    """What was asked for. Raises Invalid for an area or a carrier that is none."""
    wrong = {}
    areas = {name: area_of_cell(text) for name, text in (("area_from", area_from), ("area_to", area_to)) if text}
    for name, area in areas.items():
        if area is None:
            wrong[name] = "面积写成平方米数，例如 186.5。"
    try:
        carrier_id = UUID(carrier) if carrier else None
    except ValueError:
        wrong["carrier"] = "请从列表中选择楼宇。"
    if wrong:
        raise Invalid(wrong)
    return Wanted(subdistrict=subdistrict, carrier_id=carrier_id, kind=kind, **areas)


async def our_carriers(db: Connection, actor: Actor) -> list[tuple[str, str]]:
    """The agency's carriers to choose from."""
    rows = await db.fetch(
        """
        SELECT c.id, c.name
          FROM managements AS m
          JOIN carriers AS c ON c.id = m.carrier_id
         WHERE m.organisation_id = $1
           AND m.status = 'confirmed'
           AND m.capacity = 'agency'
           AND c.retired_at IS NULL
      ORDER BY c.number
         LIMIT 500
        """,
        actor.organisation_id,
    )
    return [(str(row["id"]), row["name"]) for row in rows]


async def our_subdistricts(db: Connection, actor: Actor) -> list[tuple[str, str]]:
    """The subdistricts in which the agency has carriers."""
    rows = await db.fetch(
        """
        SELECT DISTINCT s.code, s.name
          FROM managements AS m
          JOIN carriers AS c ON c.id = m.carrier_id
          JOIN subdistricts AS s ON s.code = c.subdistrict_code
         WHERE m.organisation_id = $1
           AND m.status = 'confirmed'
           AND m.capacity = 'agency'
           AND c.retired_at IS NULL
      ORDER BY s.code
        """,
        actor.organisation_id,
    )
    return [(row["code"], row["name"]) for row in rows]


async def house(db: Connection, actor: Actor, carrier_id: UUID) -> House:
    """Raises NotFound."""
    carrier = await carrier_for(db, actor, carrier_id)
    found = await versions(db, carrier_id)
    return House(
        carrier=carrier,
        manager=await manager(db, carrier_id),
        effective=tuple(each for each in found if each.status is VersionStatus.EFFECTIVE),
        former=tuple(each for each in found if each.status is not VersionStatus.EFFECTIVE),
        filings=tuple(await filings(db, actor, carrier_id)),
        **await _figures(db, carrier_id),
    )


async def _figures(db: Connection, carrier_id: UUID) -> dict[str, int]:
    """How many units can be let, how many of them are on file and how many in use."""
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


async def manager(db: Connection, carrier_id: UUID) -> str:
    """The name of the organisation that manages the carrier; "" where nobody does."""
    name: str | None = await db.fetchval(
        """
        SELECT o.name
          FROM managements AS m
          JOIN organisations AS o ON o.id = m.organisation_id
         WHERE m.carrier_id = $1
           AND m.status = 'confirmed'
           AND m.capacity = 'manager'
        """,
        carrier_id,
    )
    return name or ""


async def versions(db: Connection, carrier_id: UUID) -> list[VersionRow]:
    """Every version of the carrier's dossiers, those in force first."""
    rows = await db.fetch(
        """
        SELECT v.id, d.number AS dossier_number, v.number, v.status, o.name AS filed_by, v.effective_from,
               v.effective_to, v.valid_until,
               (SELECT count(*)
                  FROM version_units AS vu
                 WHERE vu.version_id = v.id
                   AND vu.during @> now()) AS unit_count
          FROM dossier_versions AS v
          JOIN dossiers AS d ON d.id = v.dossier_id
          JOIN filings AS f ON f.id = v.filing_id
          JOIN organisations AS o ON o.id = f.organisation_id
         WHERE v.carrier_id = $1
      ORDER BY v.status <> 'effective', v.effective_from DESC, v.id DESC
         LIMIT 50
        """,
        carrier_id,
    )
    return [VersionRow(**{**dict(row), "status": VersionStatus(row["status"])}) for row in rows]


async def filings(db: Connection, actor: Actor, carrier_id: UUID) -> list[FilingLine]:
    """The agency's filings for the carrier, those changed last first."""
    rows = await db.fetch(
        """
        SELECT f.id, d.number AS dossier_number, f.kind, f.status, f.on_behalf_of, f.changed_at, f.deadline_on
          FROM filings AS f
          JOIN dossiers AS d ON d.id = f.dossier_id
         WHERE f.carrier_id = $1
           AND f.organisation_id = $2
           AND f.status <> 'discarded'
      ORDER BY f.changed_at DESC, f.id DESC
         LIMIT 30
        """,
        carrier_id,
        actor.organisation_id,
    )
    return [
        FilingLine(**{**dict(row), "kind": FilingKind(row["kind"]), "status": FilingStatus(row["status"])})
        for row in rows
    ]


async def vacancies(
    db: Connection, actor: Actor, wanted: Wanted, day: date, *, after: UUID | None = None, limit: int = PAGE
) -> list[VacancyRow]:
    """Vacancies behind a unit, carrier by carrier, by building and from the lowest floor up.

    A space is taken as the counter takes it (`carriers.store.overlapping`): by whoever is in the unit itself, in the
    whole it is a part of, in one of its parts, or on the whole floor. Each carrier is read on its own and only as far
    as the page goes, so that an agency with hundreds of them waits no longer than one with five.
    """
    rows = await db.fetch(
        """
        SELECT free.id, c.id AS carrier_id, c.name AS carrier, coalesce(main.text, '') AS address, free.building,
               free.number, free.label, free.floor, free.area_m2, o.name AS manager
          FROM managements AS ours
          JOIN carriers AS c ON c.id = ours.carrier_id
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = c.id
                                        AND main.is_main
     LEFT JOIN managements AS m ON m.carrier_id = c.id
                               AND m.status = 'confirmed'
                               AND m.capacity = 'manager'
     LEFT JOIN organisations AS o ON o.id = m.organisation_id
    CROSS JOIN LATERAL (
                  WITH RECURSIVE
                       taken (id) AS (
                            SELECT t.unit_id
                              FROM tenancies AS t
                             WHERE t.carrier_id = c.id
                               AND t.moved_out_on IS NULL
                             UNION
                            SELECT r.unit_id
                              FROM registrations AS r
                             WHERE r.carrier_id = c.id
                               AND r.status <> 'ended'
                       ),
                       wholes (id) AS (
                            SELECT id FROM taken
                             UNION
                            SELECT part.part_of
                              FROM wholes
                              JOIN units AS part ON part.id = wholes.id
                             WHERE part.part_of IS NOT NULL
                       ),
                       mates (id) AS (
                            SELECT id FROM taken
                             UNION
                            SELECT mate.id
                              FROM taken
                              JOIN units AS one ON one.id = taken.id
                              JOIN units AS mate ON mate.carrier_id = c.id
                                                AND mate.building = one.building
                                                AND mate.number = one.number
                                                AND mate.floor = one.floor
                             WHERE (one.kind = 'whole_floor' AND mate.kind IN ('whole_floor', 'room', 'shop', 'part'))
                                OR (mate.kind = 'whole_floor' AND one.kind IN ('room', 'shop', 'part'))
                       ),
                       parts (id) AS (
                            SELECT id FROM mates
                             UNION
                            SELECT part.id
                              FROM parts
                              JOIN units AS part ON part.part_of = parts.id
                       )
                SELECT u.id, u.building, u.number, u.label, u.floor, u.area_m2, u.key
                  FROM units AS u
                 WHERE u.carrier_id = c.id
                   AND u.retired_at IS NULL
                   AND u.kind <> 'service'
                   AND ($6 = '' OR u.kind = $6)
                   AND ($7::numeric IS NULL OR u.area_m2 >= $7)
                   AND ($8::numeric IS NULL OR u.area_m2 <= $8)
                   AND ($9::uuid IS NULL OR (c.number, u.building, coalesce(u.floor, 999), u.number, u.key, u.id) > (
                        SELECT at.number, last.building, coalesce(last.floor, 999), last.number, last.key, last.id
                          FROM units AS last
                          JOIN carriers AS at ON at.id = last.carrier_id
                         WHERE last.id = $9))
                   AND u.id NOT IN (SELECT id FROM wholes)
                   AND u.id NOT IN (SELECT id FROM parts)
                   AND EXISTS (
                        SELECT
                          FROM version_units AS vu
                          JOIN dossier_versions AS v ON v.id = vu.version_id
                         WHERE vu.unit_id = u.id
                           AND vu.during @> now()
                           AND v.status = 'effective'
                           AND v.valid_until >= $3)
                   AND NOT EXISTS (
                        SELECT
                          FROM flags AS f
                         WHERE f.carrier_id = c.id
                           AND (f.unit_id IS NULL OR f.unit_id = u.id)
                           AND f.severity = 'blocks'
                           AND f.cleared_at IS NULL)
              ORDER BY u.building, coalesce(u.floor, 999), u.number, u.key, u.id
                 LIMIT $10
                  ) AS free
         WHERE ours.organisation_id = $1
           AND ours.status = 'confirmed'
           AND ours.capacity = 'agency'
           AND c.district_code = $2
           AND c.retired_at IS NULL
           AND ($4 = '' OR c.subdistrict_code = $4)
           AND ($5::uuid IS NULL OR c.id = $5)
           AND ($9::uuid IS NULL OR c.number >= (
                SELECT at.number
                  FROM units AS last
                  JOIN carriers AS at ON at.id = last.carrier_id
                 WHERE last.id = $9))
      ORDER BY c.number, free.building, coalesce(free.floor, 999), free.number, free.key, free.id
         LIMIT $10
        """,
        actor.organisation_id,
        actor.district_code,
        day,
        wanted.subdistrict,
        wanted.carrier_id,
        wanted.kind,
        wanted.area_from,
        wanted.area_to,
        after,
        limit,
    )
    return [VacancyRow(**dict(row)) for row in rows]
