"""What the supervisor's pages read: carriers, units and businesses of the office's subdistricts, and nothing else."""

import asyncio
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from zhusuo.carriers import store as carriers_store
from zhusuo.carriers.model import CarrierKind, unit_name
from zhusuo.carriers.stacking import Cell, Occupant, Order
from zhusuo.db import Connection
from zhusuo.errors import NotFound
from zhusuo.people.model import Actor
from zhusuo.ports.common import plans
from zhusuo.ports.common.plans import Picture, UnitCard
from zhusuo.ports.supervision.coverage import Counted, Figures
from zhusuo.registrations.model import RegistrationStatus

PAGE = 50
TURNOVER_DAYS = 90
TURNOVER_ROWS = 12


@dataclass(frozen=True, kw_only=True)
class CarrierRow:
    """A carrier and what is known of it: `valid_until` of the version in force, `is_waiting` for a decision."""

    id: UUID
    number: str
    name: str
    kind: CarrierKind
    address: str
    subdistrict: str
    manager: str | None
    valid_until: date | None
    is_waiting: bool
    unit_count: int
    covered_count: int
    tenant_count: int
    registered_count: int

    def standing(self, day: date) -> tuple[str, str]:
        """Whether it is on file: tone and words."""
        if self.valid_until is not None and self.valid_until >= day:
            return "ok", "已备案"
        if self.is_waiting:
            return "act", "审核中"
        return ("warn", "已到期") if self.valid_until is not None else ("", "尚未备案")


@dataclass(frozen=True, kw_only=True)
class RegistrationRow:
    """A business where it is registered, and what the manager says of it (`here`: None is no answer yet)."""

    id: UUID
    applicant: str
    uscc: str | None
    status: RegistrationStatus
    contested: bool
    here: bool | None
    registered_on: date | None
    created_at: datetime
    held_until: datetime | None
    ended_at: datetime | None
    carrier_id: UUID
    carrier: str
    subdistrict: str
    unit_id: UUID
    unit: str


@dataclass(frozen=True, kw_only=True)
class TurnoverRow:
    """迁入 or 迁出 of one tenant on a day."""

    moved_on: date
    is_in: bool
    tenant: str
    carrier_id: UUID
    carrier: str
    subdistrict: str
    unit_id: UUID
    unit: str


@dataclass(frozen=True, kw_only=True)
class UnitRow:
    """A unit of the table: its cell in the picture, and everybody in it."""

    floor: str
    cell: Cell
    tenants: tuple[Occupant, ...]
    registered: tuple[Occupant, ...]


@dataclass(frozen=True, kw_only=True)
class House:
    """A carrier's page: its facts, its picture, the units as a table, and the unit that is open."""

    row: CarrierRow
    picture: Picture
    units: tuple[UnitRow, ...]
    card: UnitCard | None


async def subdistricts(db: Connection, actor: Actor) -> list[tuple[str, str]]:
    """The office's subdistricts, code and name."""
    rows = await db.fetch(
        """
        SELECT code, name
          FROM subdistricts
         WHERE code = ANY ($1::text[])
      ORDER BY code
        """,
        sorted(actor.subdistricts),
    )
    return [(row["code"], row["name"]) for row in rows]


async def coverage(db: Connection, actor: Actor, day: date) -> list[Counted]:
    """The figures of every kind of carrier in every subdistrict of the office; see coverage.MEANINGS."""
    rows = await db.fetch(
        """
          WITH mine AS (
               SELECT id, kind, subdistrict_code
                 FROM carriers
                WHERE subdistrict_code = ANY ($1::text[])
                  AND retired_at IS NULL
               ),
               held_units AS (
               SELECT u.carrier_id, count(*) AS unit_count
                 FROM mine
                 JOIN units AS u ON u.carrier_id = mine.id
                WHERE u.retired_at IS NULL
                  AND u.kind <> 'service'
             GROUP BY u.carrier_id
               ),
               filed AS (
               SELECT v.carrier_id, count(vu.unit_id) AS covered_count
                 FROM mine
                 JOIN dossier_versions AS v ON v.carrier_id = mine.id
                 JOIN version_units AS vu ON vu.version_id = v.id
                WHERE v.status = 'effective'
                  AND v.valid_until >= $2
                  AND upper_inf(vu.during)
             GROUP BY v.carrier_id
               ),
               waiting AS (
               SELECT DISTINCT carrier_id
                 FROM filings
                WHERE district_code = $3
                  AND status = 'submitted'
               ),
               present AS (
               SELECT r.carrier_id, count(*) FILTER (WHERE r.status = 'registered') AS registered_count,
                      count(*) FILTER (WHERE r.status = 'held') AS held_count
                 FROM mine
                 JOIN registrations AS r ON r.carrier_id = mine.id
                WHERE r.status <> 'ended'
             GROUP BY r.carrier_id
               )
        SELECT s.code, s.name, mine.kind, count(mine.id) AS carrier_count, count(filed.carrier_id) AS filed_count,
               count(waiting.carrier_id) FILTER (WHERE filed.carrier_id IS NULL) AS waiting_count,
               coalesce(sum(held_units.unit_count), 0)::bigint AS unit_count,
               coalesce(sum(filed.covered_count), 0)::bigint AS covered_count,
               coalesce(sum(present.registered_count), 0)::bigint AS registered_count,
               coalesce(sum(present.held_count), 0)::bigint AS held_count
          FROM subdistricts AS s
     LEFT JOIN mine ON mine.subdistrict_code = s.code
     LEFT JOIN held_units ON held_units.carrier_id = mine.id
     LEFT JOIN filed ON filed.carrier_id = mine.id
     LEFT JOIN waiting ON waiting.carrier_id = mine.id
     LEFT JOIN present ON present.carrier_id = mine.id
         WHERE s.code = ANY ($1::text[])
      GROUP BY s.code, s.name, mine.kind
      ORDER BY s.code, mine.kind
        """,
        sorted(actor.subdistricts),
        day,
        actor.district_code,
    )
    return [_counted(dict(row)) for row in rows]


async def turnover_counts(db: Connection, actor: Actor, day: date) -> tuple[int, int]:
    """How many tenants moved in and out in the last days."""
    row = await db.fetchrow(
        """
        SELECT (SELECT count(*)
                  FROM tenancies AS t
                  JOIN carriers AS c ON c.id = t.carrier_id
                 WHERE t.district_code = $2
                   AND c.subdistrict_code = ANY ($1::text[])
                   AND t.moved_in_on BETWEEN $3 AND $4) AS in_count,
               (SELECT count(*)
                  FROM tenancies AS t
                  JOIN carriers AS c ON c.id = t.carrier_id
                 WHERE t.district_code = $2
                   AND c.subdistrict_code = ANY ($1::text[])
                   AND t.moved_out_on BETWEEN $3 AND $4) AS out_count
        """,
        sorted(actor.subdistricts),
        actor.district_code,
        day - timedelta(days=TURNOVER_DAYS),
        day,
    )
    return (row["in_count"], row["out_count"]) if row else (0, 0)


async def turnover(db: Connection, actor: Actor, day: date) -> list[TurnoverRow]:
    """Who moved in or out last, the newest first."""
    rows = await db.fetch(
        """
        SELECT moves.moved_on, moves.is_in, moves.tenant, moves.carrier_id, moves.carrier, s.name AS subdistrict,
               u.id AS unit_id, u.building, u.number, u.label
          FROM (
               (SELECT t.moved_in_on AS moved_on, true AS is_in, t.tenant, t.unit_id, c.id AS carrier_id,
                       c.name AS carrier, c.subdistrict_code
                  FROM tenancies AS t
                  JOIN carriers AS c ON c.id = t.carrier_id
                 WHERE t.district_code = $2
                   AND c.subdistrict_code = ANY ($1::text[])
                   AND t.moved_in_on BETWEEN $3 AND $4
              ORDER BY t.moved_in_on DESC
                 LIMIT $5)
             UNION ALL
               (SELECT t.moved_out_on, false, t.tenant, t.unit_id, c.id, c.name, c.subdistrict_code
                  FROM tenancies AS t
                  JOIN carriers AS c ON c.id = t.carrier_id
                 WHERE t.district_code = $2
                   AND c.subdistrict_code = ANY ($1::text[])
                   AND t.moved_out_on BETWEEN $3 AND $4
              ORDER BY t.moved_out_on DESC
                 LIMIT $5)
               ) AS moves
          JOIN units AS u ON u.id = moves.unit_id
          JOIN subdistricts AS s ON s.code = moves.subdistrict_code
      ORDER BY moves.moved_on DESC, moves.tenant
         LIMIT $5
        """,
        sorted(actor.subdistricts),
        actor.district_code,
        day - timedelta(days=TURNOVER_DAYS),
        day,
        TURNOVER_ROWS,
    )
    return [TurnoverRow(**_with_unit(dict(row))) for row in rows]


async def carriers(
    db: Connection,
    actor: Actor,
    day: date,
    *,
    kind: str = "",
    subdistrict: str = "",
    filed: str = "",
    after: str = "",
    carrier_id: UUID | None = None,
    limit: int = PAGE,
) -> list[CarrierRow]:
    """The page of carriers behind a carrier number; "" leaves a filter out, `filed` is yes or no."""
    rows = await db.fetch(
        """
        SELECT c.id, c.number, c.name, c.kind, coalesce(main.text, '') AS address, s.name AS subdistrict,
               (SELECT o.name
                  FROM managements AS m
                  JOIN organisations AS o ON o.id = m.organisation_id
                 WHERE m.carrier_id = c.id
                   AND m.status = 'confirmed'
                   AND m.capacity = 'manager') AS manager,
               filed.valid_until,
               EXISTS (SELECT
                         FROM filings AS f
                        WHERE f.carrier_id = c.id
                          AND f.status = 'submitted') AS is_waiting,
               (SELECT count(*)
                  FROM units AS u
                 WHERE u.carrier_id = c.id
                   AND u.retired_at IS NULL
                   AND u.kind <> 'service') AS unit_count,
               (SELECT count(*)
                  FROM dossier_versions AS v
                  JOIN version_units AS vu ON vu.version_id = v.id
                 WHERE v.carrier_id = c.id
                   AND v.status = 'effective'
                   AND v.valid_until >= $5
                   AND upper_inf(vu.during)) AS covered_count,
               (SELECT count(*)
                  FROM tenancies AS t
                 WHERE t.carrier_id = c.id
                   AND t.moved_out_on IS NULL) AS tenant_count,
               (SELECT count(*)
                  FROM registrations AS r
                 WHERE r.carrier_id = c.id
                   AND r.status = 'registered') AS registered_count
          FROM carriers AS c
          JOIN subdistricts AS s ON s.code = c.subdistrict_code
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = c.id
                                        AND main.is_main
LEFT JOIN LATERAL (
                  SELECT max(v.valid_until) AS valid_until
                    FROM dossier_versions AS v
                   WHERE v.carrier_id = c.id
                     AND v.status = 'effective'
                  ) AS filed ON true
         WHERE c.subdistrict_code = ANY ($1::text[])
           AND ($8::uuid IS NULL AND c.retired_at IS NULL OR c.id = $8)
           AND ($2 = '' OR c.kind = $2)
           AND ($3 = '' OR c.subdistrict_code = $3)
           AND ($4 = '' OR (filed.valid_until IS NOT NULL AND filed.valid_until >= $5) = ($4 = 'yes'))
           AND c.number > $6
      ORDER BY c.number
         LIMIT $7
        """,
        sorted(actor.subdistricts),
        kind,
        subdistrict,
        filed,
        day,
        after,
        limit,
        carrier_id,
    )
    return [CarrierRow(**{**dict(row), "kind": CarrierKind(row["kind"])}) for row in rows]


async def carrier(db: Connection, actor: Actor, carrier_id: UUID, day: date) -> CarrierRow:
    """One carrier of the office, retired or not. Raises NotFound."""
    rows = await carriers(db, actor, day, carrier_id=carrier_id)
    if not rows:
        raise NotFound
    return rows[0]


async def house(
    db: Connection,
    actor: Actor,
    carrier_id: UUID,
    day: date,
    *,
    path: str,
    building: str,
    order: Order,
    unit_id: UUID | None,
    as_table: bool = False,
) -> House:
    """A carrier with the picture of one of its buildings; `unit_id` is the unit that is open. Raises NotFound.

    Who is in the units in words is read for the table alone.
    """
    found = await carriers_store.by_id(db, carrier_id)
    if found is None:
        raise NotFound
    picture = await plans.picture(db, found, day, path=path, building=building, order=order)
    tenants: dict[UUID, list[Occupant]] = {}
    registered: dict[UUID, list[Occupant]] = {}
    for each in await plans.occupants(db, carrier_id) if as_table else ():
        (tenants if each.resident else registered).setdefault(each.unit_id, []).append(each)
    return House(
        row=await carrier(db, actor, carrier_id, day),
        picture=picture,
        units=tuple(
            UnitRow(
                floor=line.label,
                cell=cell,
                tenants=tuple(tenants.get(cell.id, ())),
                registered=tuple(registered.get(cell.id, ())),
            )
            for line in plans.in_one_list(picture.floors, order)
            for cell in line.units
        ),
        card=await plans.unit_card(db, found, unit_id, day, path=path) if unit_id else None,
    )


async def units_sheet(db: Connection, actor: Actor, carrier_id: UUID, day: date) -> tuple[str, bytes, int]:
    """The carrier's name, every unit with who is in it as an XLSX, and how many they are. Raises NotFound."""
    found = await carriers_store.by_id_for(db, actor, carrier_id)
    if found is None:
        raise NotFound
    units = await carriers_store.units(db, carrier_id)
    here = await plans.occupants(db, carrier_id)
    return found.name, await asyncio.to_thread(plans.sheet, found, units, here, day), len(units)


async def registrations(
    db: Connection,
    actor: Actor,
    *,
    q: str,
    carrier: str,
    status: str,
    after: UUID | None = None,
    limit: int = PAGE,
) -> list[RegistrationRow]:
    """Registrations, the newest first, from behind one on; `q` is part of a name or a whole credit code.

    `carrier` is part of a carrier's name; `status` is registered, held or ended; "" is all that have not ended.
    """
    rows = await db.fetch(
        """
        SELECT r.id, r.applicant, b.uscc, r.status, r.contested, r.confirmed_by_manager AS here, r.registered_on,
               r.created_at, r.held_until, r.ended_at, c.id AS carrier_id, c.name AS carrier, s.name AS subdistrict,
               u.id AS unit_id, u.building, u.number, u.label
          FROM registrations AS r
          JOIN carriers AS c ON c.id = r.carrier_id
          JOIN subdistricts AS s ON s.code = c.subdistrict_code
          JOIN units AS u ON u.id = r.unit_id
     LEFT JOIN businesses AS b ON b.id = r.business_id
         WHERE r.district_code = $2
           AND c.subdistrict_code = ANY ($1::text[])
           AND ($3 = '' OR r.applicant LIKE $4
                OR r.business_id = (SELECT id FROM businesses WHERE uscc = $3))
           AND ($5 = '' OR c.name LIKE $9)
           AND (r.status = $6 OR ($6 = '' AND r.status <> 'ended'))
           AND ($7::uuid IS NULL OR (r.created_at, r.id) < (SELECT created_at, id FROM registrations WHERE id = $7))
      ORDER BY r.created_at DESC, r.id DESC
         LIMIT $8
        """,
        sorted(actor.subdistricts),
        actor.district_code,
        q.upper(),
        _part_of_a_name(q),
        carrier,
        status,
        after,
        limit,
        _part_of_a_name(carrier),
    )
    return [_registration(dict(row)) for row in rows]


def _part_of_a_name(q: str) -> str:
    """The pattern for names that contain these very characters."""
    return "%" + re.sub(r"([%_\\])", r"\\\1", q) + "%"


def _counted(facts: dict[str, Any]) -> Counted:
    return Counted(
        subdistrict_code=facts.pop("code"),
        subdistrict=facts.pop("name"),
        kind=CarrierKind(kind) if (kind := facts.pop("kind")) else None,
        figures=Figures(**facts),
    )


def _registration(facts: dict[str, Any]) -> RegistrationRow:
    return RegistrationRow(**{**_with_unit(facts), "status": RegistrationStatus(facts["status"])})


def _with_unit(facts: dict[str, Any]) -> dict[str, Any]:
    """The unit in one word instead of its parts."""
    building, number, label = facts.pop("building"), facts.pop("number"), facts.pop("label")
    return {**facts, "unit": unit_name(building, number, label)}
