"""What the pages of the register read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from zhusuo.addresses.keys import expand_units
from zhusuo.businesses import store
from zhusuo.businesses.model import OPEN, BusinessImport, Choice, ImportStatus, Standing, Tally, choice_of
from zhusuo.carriers.model import unit_name
from zhusuo.db import Connection
from zhusuo.errors import NotFound
from zhusuo.people.model import Actor, Role

LISTED = 30
NEAR = 6


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the background is with an import; `stuck` says why it gave up."""

    done: int
    total: int
    stuck: str


@dataclass(frozen=True, kw_only=True)
class Report:
    found: BusinessImport
    counted: Tally
    progress: Progress

    @property
    def moving(self) -> bool:
        return self.found.status in (ImportStatus.CLASSIFYING, ImportStatus.WRITING) and not self.progress.stuck


@dataclass(frozen=True, kw_only=True)
class SubdistrictRow:
    """归集 in a subdistrict: how many carriers hold how many businesses, how sure that is, and what is open."""

    subdistrict: str
    carrier_count: int
    placed_count: int
    carrier_only_count: int
    a_count: int
    b_count: int
    settled_count: int
    open_count: int


@dataclass(frozen=True, kw_only=True)
class CarrierRow:
    """归集 in a carrier."""

    id: UUID
    name: str
    subdistrict: str
    placed_count: int
    carrier_only_count: int
    open_count: int


@dataclass(frozen=True, kw_only=True)
class WorkLine:
    """A business that waits, in the list."""

    business_id: UUID
    name: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Work:
    """A business that waits for a person: its address as registered, what was made of it, where it may be."""

    business_id: UUID
    name: str
    uscc: str
    address: str
    standing: Standing
    class_: str
    carrier_id: UUID | None
    carrier: str | None
    asked_unit: str
    reasons: tuple[str, ...]
    choices: tuple[Choice, ...]
    now_at: str

    @property
    def carriers(self) -> list[tuple[UUID, str]]:
        """Where a unit may be typed in."""
        found = {self.carrier_id: self.carrier or ""} if self.carrier_id else {}
        found |= {each.carrier_id: each.carrier for each in self.choices}
        return [(key, name) for key, name in found.items() if key]


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What this person settled last, and may take back."""

    business_id: UUID
    name: str
    standing: Standing
    settled_at: datetime


def bounds(actor: Actor) -> Sequence[str] | None:
    """The subdistricts that bound what somebody sees; None: the whole district."""
    return None if actor.role is Role.ADMINISTRATOR else sorted(actor.subdistricts)


async def report(db: Connection, import_id: UUID) -> Report:
    """Raises NotFound."""
    found = await store.by_id(db, import_id)
    if found is None:
        raise NotFound
    return Report(found=found, counted=await store.tally(db, import_id), progress=await _progress(db, import_id))


async def _progress(db: Connection, import_id: UUID) -> Progress:
    row = await db.fetchrow(
        """
        SELECT coalesce((progress ->> 'done')::integer, 0) AS done,
               coalesce((progress ->> 'total')::integer, 0) AS total,
               CASE WHEN quarantined_at IS NOT NULL THEN coalesce(last_error, '后台处理中断') ELSE '' END AS stuck
          FROM tasks
         WHERE kind = 'import_businesses'
           AND noun_id = $1
      ORDER BY created_at DESC
         LIMIT 1
        """,
        import_id,
    )
    return Progress(**dict(row)) if row else Progress(done=0, total=0, stuck="")


async def by_subdistrict(db: Connection, actor: Actor) -> list[SubdistrictRow]:
    rows = await db.fetch(
        """
        SELECT subdistricts.name AS subdistrict,
               count(DISTINCT carriers.id) AS carrier_count,
               count(*) FILTER (WHERE now.status = 'placed') AS placed_count,
               count(*) FILTER (WHERE now.status = 'carrier') AS carrier_only_count,
               count(*) FILTER (WHERE now.status = 'placed' AND now.class = 'A') AS a_count,
               count(*) FILTER (WHERE now.status = 'placed' AND now.class = 'B' AND now.settled_at IS NULL) AS b_count,
               count(*) FILTER (WHERE now.status = 'placed' AND now.settled_at IS NOT NULL) AS settled_count,
               count(*) FILTER (WHERE now.status = ANY ($3::text[])) AS open_count
          FROM business_addresses AS now
          JOIN carriers ON carriers.id = now.carrier_id
          JOIN subdistricts ON subdistricts.code = carriers.subdistrict_code
         WHERE carriers.district_code = $1
           AND ($2::text[] IS NULL OR carriers.subdistrict_code = ANY ($2))
      GROUP BY subdistricts.code
      ORDER BY subdistricts.code
        """,
        actor.district_code,
        bounds(actor),
        [each.value for each in OPEN],
    )
    return [SubdistrictRow(**dict(row)) for row in rows]


async def by_carrier(db: Connection, actor: Actor, limit: int = 50) -> list[CarrierRow]:
    """The carriers with the most businesses."""
    rows = await db.fetch(
        """
        SELECT carriers.id, carriers.name, subdistricts.name AS subdistrict,
               count(*) FILTER (WHERE now.status = 'placed') AS placed_count,
               count(*) FILTER (WHERE now.status = 'carrier') AS carrier_only_count,
               count(*) FILTER (WHERE now.status = ANY ($3::text[])) AS open_count
          FROM business_addresses AS now
          JOIN carriers ON carriers.id = now.carrier_id
          JOIN subdistricts ON subdistricts.code = carriers.subdistrict_code
         WHERE carriers.district_code = $1
           AND ($2::text[] IS NULL OR carriers.subdistrict_code = ANY ($2))
      GROUP BY carriers.id, subdistricts.code
      ORDER BY count(*) DESC, carriers.id
         LIMIT $4
        """,
        actor.district_code,
        bounds(actor),
        [each.value for each in OPEN],
        limit,
    )
    return [CarrierRow(**dict(row)) for row in rows]


async def waiting(db: Connection, actor: Actor, standing: Standing, after: UUID | None) -> list[WorkLine]:
    rows = await db.fetch(
        """
        SELECT now.business_id, businesses.name, now.address
          FROM business_addresses AS now
          JOIN businesses ON businesses.id = now.business_id
         WHERE now.district_code = $1
           AND ($2::text[] IS NULL OR now.subdistrict_codes && $2)
           AND now.status = $3
           AND ($4::uuid IS NULL OR now.business_id > $4)
      ORDER BY now.business_id
         LIMIT $5
        """,
        actor.district_code,
        bounds(actor),
        standing,
        after,
        LISTED,
    )
    return [WorkLine(**dict(row)) for row in rows]


async def work(db: Connection, business_id: UUID) -> Work | None:
    row = await db.fetchrow(
        """
        SELECT now.business_id, businesses.name, businesses.uscc, now.address, now.status, now.class, now.carrier_id,
               carriers.name AS carrier, now.asked_unit, now.reasons, now.candidates, now.unit_ids,
               coalesce((SELECT string_agg(units.label, '、')
                           FROM registrations
                           JOIN units ON units.id = registrations.unit_id
                          WHERE registrations.business_id = now.business_id
                            AND registrations.status = 'registered'), '') AS now_at
          FROM business_addresses AS now
          JOIN businesses ON businesses.id = now.business_id
     LEFT JOIN carriers ON carriers.id = now.carrier_id
         WHERE now.business_id = $1
        """,
        business_id,
    )
    if row is None:
        return None
    facts = dict(row)
    choices = await _with_units(db, [choice_of(told) for told in facts.pop("candidates")], facts["asked_unit"])
    choices = await _known_units(db, facts.pop("unit_ids"), facts["business_id"]) + choices
    if facts["carrier_id"] and facts["asked_unit"] and not choices:
        choices = await _near(db, facts["carrier_id"], facts["asked_unit"])
    standing, class_ = Standing(facts.pop("status")), facts.pop("class")
    return Work(
        **{
            **facts,
            "standing": standing,
            "class_": class_,
            "reasons": tuple(facts["reasons"]),
            "choices": tuple(choices),
        }
    )


async def _with_units(db: Connection, choices: list[Choice], asked_unit: str) -> list[Choice]:
    """The unit asked for in each of the carriers that it may be in, where there is exactly one such."""
    rows = await db.fetch(
        """
        SELECT carrier_id, min(id::text)::uuid AS id, min(label) AS label
          FROM units
         WHERE carrier_id = ANY ($1::uuid[])
           AND key = ANY ($2::text[])
           AND retired_at IS NULL
           AND kind <> 'service'
      GROUP BY carrier_id
        HAVING count(*) = 1
        """,
        [each.carrier_id for each in choices if each.unit_id is None],
        list(expand_units(asked_unit))[:1] if asked_unit else [],
    )
    units = {row["carrier_id"]: row for row in rows}
    return [
        replace(each, unit_id=found["id"], unit=found["label"])
        if each.unit_id is None and (found := units.get(each.carrier_id))
        else each
        for each in choices
    ]


async def _known_units(db: Connection, unit_ids: Sequence[UUID], business_id: UUID) -> list[Choice]:
    """What the register says, and where we have registered the business ourselves."""
    rows = await db.fetch(
        """
        SELECT units.id, units.building, units.number, units.label, units.carrier_id, carriers.name AS carrier,
               CASE WHEN units.id = ANY ($1::uuid[]) THEN '登记库的住所' ELSE '本系统登记在这里' END AS difference
          FROM units
          JOIN carriers ON carriers.id = units.carrier_id
         WHERE units.retired_at IS NULL
           AND (units.id = ANY ($1::uuid[])
                OR units.id IN (SELECT unit_id
                                  FROM registrations
                                 WHERE business_id = $2
                                   AND status = 'registered'))
      ORDER BY difference DESC, units.id
        """,
        unit_ids,
        business_id,
    )
    return [_choice(dict(row)) for row in rows]


async def _near(db: Connection, carrier_id: UUID, asked_unit: str) -> list[Choice]:
    """Units of the carrier that are written much like the one asked for."""
    rows = await db.fetch(
        """
        SELECT units.id, units.building, units.number, units.label, units.carrier_id, carriers.name AS carrier,
               '写法相近' AS difference
          FROM units
          JOIN carriers ON carriers.id = units.carrier_id
         WHERE units.carrier_id = $1
           AND units.retired_at IS NULL
           AND units.kind <> 'service'
           AND similarity(units.key, $2) > 0.2
      ORDER BY similarity(units.key, $2) DESC, units.key
         LIMIT $3
        """,
        carrier_id,
        asked_unit,
        NEAR,
    )
    return [_choice(dict(row)) for row in rows]


def _choice(row: dict[str, Any]) -> Choice:
    return Choice(
        carrier_id=row["carrier_id"],
        carrier=row["carrier"],
        address="",
        unit_id=row["id"],
        unit=unit_name(row["building"], row["number"], row["label"]),
        difference=row["difference"],
    )


async def last_settled(db: Connection, actor: Actor) -> Settled | None:
    row = await db.fetchrow(
        """
        SELECT now.business_id, businesses.name, now.status AS standing, now.settled_at
          FROM business_addresses AS now
          JOIN businesses ON businesses.id = now.business_id
         WHERE now.settled_by = $1
           AND now.before IS NOT NULL
      ORDER BY now.settled_at DESC
         LIMIT 1
        """,
        actor.person_id,
    )
    if row is None:
        return None
    return Settled(**{**dict(row), "standing": Standing(row["standing"])})
