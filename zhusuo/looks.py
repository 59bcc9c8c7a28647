"""踏看: a clerk who doubts an address asks supervision to go and look, and gets back what was found.

Whoever goes there (an inspection, one storey up) answers; the answer stands on the verdict card as what was seen on
that day. A finding that should condition a reuse is a flag of its own (`flags`).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhusuo import audit, events, notices
from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import Carrier
from zhusuo.db import Connection, Database, Row
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.people.model import Actor, Role

TEXT_LIMIT = 500


@dataclass(frozen=True, kw_only=True)
class LookRequest:
    """踏看. Without `unit_id` it concerns the whole carrier; `finding` is None as long as nobody has answered."""

    id: UUID
    carrier_id: UUID
    unit_id: UUID | None
    why: str
    asked_by: UUID
    asker: str
    organisation_id: UUID
    asked_at: datetime
    finding: str | None
    answerer: str | None
    answered_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.answered_at is None


async def ask(database: Database, actor: Actor, carrier_id: UUID, unit_id: UUID | None, why: str) -> LookRequest:
    """Ask for a look at a carrier, or a unit of it; where one is asked for already, that one. Raises Invalid."""
    if actor.role is not Role.CLERK:
        raise NotAllowed
    why = _text(why, "why", "请写明为什么要去看，例如“物业说早已搬走”。")
    async with database.transaction() as db:
        carrier = await carriers.by_id_for(db, actor, carrier_id)
        if carrier is None:
            raise NotFound
        place = await _place(db, carrier, unit_id)
        request_id = await _insert(db, actor, carrier, unit_id, why)
        if request_id is None:
            return await _open_one(db, carrier_id, unit_id)
        await _tell(db, actor, "ask_to_look", "look.asked", request_id, carrier, unit_id)
        await _tell_offices(db, carrier, unit_id, place, why)
        return await _again(db, request_id)


async def answer(database: Database, actor: Actor, request_id: UUID, finding: str) -> LookRequest:
    """Say what was found; the clerk who asked is told. Raises Invalid, NotFound, Conflict for a second answer."""
    async with database.transaction() as db:
        return await answer_in(db, actor, request_id, finding)


async def answer_in(db: Connection, actor: Actor, request_id: UUID, finding: str) -> LookRequest:
    """The same in the caller's transaction, for an inspection that answers by the way."""
    if actor.role is not Role.SUPERVISOR:
        raise NotAllowed
    finding = _text(finding, "finding", "请写明看到了什么。")
    known = await by_id(db, request_id)
    carrier = await carriers.by_id_for(db, actor, known.carrier_id) if known else None
    if known is None or carrier is None:
        raise NotFound
    if not await _set_answer(db, request_id, actor, finding):
        raise Conflict("这件踏看已有答复，请刷新后再看。")
    await _tell(db, actor, "answer_look", "look.answered", request_id, carrier, known.unit_id)
    await notices.settle(db, _at_supervision(carrier, known.unit_id))
    place = await _place(db, carrier, known.unit_id)
    await notices.send(
        db,
        known.organisation_id,
        "look_answered",
        f"{place} 踏看有结果",
        "/approval",
        body=finding,
        person_id=known.asked_by,
        carrier_id=carrier.id,
    )
    return await _again(db, request_id)


async def by_id(db: Connection, request_id: UUID) -> LookRequest | None:
    row = await db.fetchrow(
        """
        SELECT look_requests.id, carrier_id, unit_id, why, asked_by, askers.name AS asker,
               look_requests.organisation_id, asked_at, finding, answerers.name AS answerer, answered_at
          FROM look_requests
          JOIN persons AS askers ON askers.id = look_requests.asked_by
     LEFT JOIN persons AS answerers ON answerers.id = look_requests.answered_by
         WHERE look_requests.id = $1
        """,
        request_id,
    )
    return _request(row) if row else None


async def open_for(db: Connection, carrier_id: UUID, unit_id: UUID | None = None) -> list[LookRequest]:
    """What is asked for and not answered yet: about a unit or its whole carrier; without a unit, all of the carrier."""
    return [each for each in await of_place(db, carrier_id, unit_id, limit=200) if each.is_open]


async def of_place(
    db: Connection, carrier_id: UUID, unit_id: UUID | None = None, *, limit: int = 3
) -> list[LookRequest]:
    """The latest about a unit (what it came from, its whole carrier), open ones first; without a unit all of it."""
    rows = await db.fetch(
        """
        SELECT look_requests.id, carrier_id, unit_id, why, asked_by, askers.name AS asker,
               look_requests.organisation_id, asked_at, finding, answerers.name AS answerer, answered_at
          FROM look_requests
          JOIN persons AS askers ON askers.id = look_requests.asked_by
     LEFT JOIN persons AS answerers ON answerers.id = look_requests.answered_by
         WHERE carrier_id = $1
           AND ($2::uuid IS NULL OR unit_id IS NULL OR unit_id IN (SELECT id FROM lineage_of($2)))
      ORDER BY answered_at IS NOT NULL, asked_at DESC
         LIMIT $3
        """,
        carrier_id,
        unit_id,
        limit,
    )
    return [_request(row) for row in rows]


def _request(row: Row) -> LookRequest:
    return LookRequest(**dict(row))


def _text(text: str, field: str, missing: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid({field: missing})
    if len(text) > TEXT_LIMIT:
        raise Invalid({field: f"最多 {TEXT_LIMIT} 个字。"})
    return text


async def _place(db: Connection, carrier: Carrier, unit_id: UUID | None) -> str:
    """The place in words. Raises NotFound for a unit that is not in the carrier."""
    if unit_id is None:
        return carrier.name
    unit = await carriers.unit_by_id(db, unit_id)
    if unit is None or unit.carrier_id != carrier.id:
        raise NotFound
    return f"{carrier.name} {unit.name}"


async def _insert(db: Connection, actor: Actor, carrier: Carrier, unit_id: UUID | None, why: str) -> UUID | None:
    """None if one is open already."""
    request_id: UUID | None = await db.fetchval(
        """
        INSERT INTO look_requests (carrier_id, unit_id, district_code, why, asked_by, organisation_id)
             VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (carrier_id, unit_id) WHERE answered_at IS NULL DO NOTHING
          RETURNING id
        """,
        carrier.id,
        unit_id,
        carrier.district_code,
        why,
        actor.person_id,
        actor.organisation_id,
    )
    return request_id


async def _set_answer(db: Connection, request_id: UUID, actor: Actor, finding: str) -> bool:
    status = await db.execute(
        """
        UPDATE look_requests
           SET finding = $2,
               answered_by = $3,
               answered_at = clock_timestamp()
         WHERE id = $1
           AND answered_at IS NULL
        """,
        request_id,
        finding,
        actor.person_id,
    )
    return status == "UPDATE 1"


async def _open_one(db: Connection, carrier_id: UUID, unit_id: UUID | None) -> LookRequest:
    request_id = await db.fetchval(
        """
        SELECT id
          FROM look_requests
         WHERE carrier_id = $1
           AND unit_id IS NOT DISTINCT FROM $2
           AND answered_at IS NULL
        """,
        carrier_id,
        unit_id,
    )
    if request_id is None:  # answered at this very moment
        raise Conflict
    return await _again(db, request_id)


async def _again(db: Connection, request_id: UUID) -> LookRequest:
    found = await by_id(db, request_id)
    if found is None:
        raise NotFound
    return found


def _at_supervision(carrier: Carrier, unit_id: UUID | None) -> str:
    """Where the request is read; there is one that waits for each unit, and one for the whole carrier."""
    return f"/supervision/carriers/{carrier.id}" + (f"?unit={unit_id}" if unit_id else "")


async def _tell_offices(db: Connection, carrier: Carrier, unit_id: UUID | None, place: str, why: str) -> None:
    """Every supervision office of the carrier's subdistrict."""
    rows = await db.fetch(
        """
        SELECT organisations.id
          FROM organisations
          JOIN organisation_subdistricts ON organisation_subdistricts.organisation_id = organisations.id
         WHERE organisations.kind = 'supervision_office'
           AND organisations.disabled_at IS NULL
           AND organisations.district_code = $1
           AND organisation_subdistricts.subdistrict_code = $2
        """,
        carrier.district_code,
        carrier.subdistrict_code,
    )
    for row in rows:
        await notices.send(
            db,
            row["id"],
            "look_asked",
            f"请去看看 {place}",
            _at_supervision(carrier, unit_id),
            body=why,
            carrier_id=carrier.id,
        )


async def _tell(
    db: Connection, actor: Actor, action: str, event: str, request_id: UUID, carrier: Carrier, unit_id: UUID | None
) -> None:
    await audit.record(db, actor, action, "look_request", request_id, carrier_id=carrier.id)
    await events.emit(
        db,
        event,
        "look_request",
        request_id,
        carrier_id=carrier.id,
        district_code=carrier.district_code,
        content={"unit_id": unit_id and str(unit_id)},
    )
