"""人工归集: a person says where a business is that could not be told, leaves it out, or takes that back.

Supervisors settle what may lie in their subdistricts, administrators everything in the district.
"""

from datetime import date
from uuid import UUID

from zhusuo import audit, events
from zhusuo.addresses.keys import unit_key
from zhusuo.businesses import addresses
from zhusuo.businesses.model import OPEN, Placing, Standing
from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import Unit, UnitKind
from zhusuo.db import Connection, Database
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.people.model import Actor, Role
from zhusuo.registrations import holds
from zhusuo.registrations import store as registrations
from zhusuo.registrations.model import RegistrationStatus

SETTLERS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})
REASON_LIMIT = 200


class AlreadySettled(Conflict):
    code = "business_settled"
    sentence = "“{name}”已处理为“{status}”，请刷新后再看。"


class NothingToUndo(Conflict):
    code = "nothing_to_undo"
    sentence = "这家企业没有可以撤回的处理，或是别人处理的。"


async def settle(database: Database, actor: Actor, business_id: UUID, unit_id: UUID) -> None:
    """归集到单元: the business is registered in this unit and nowhere else. The same again is once.

    Raises NotFound, AlreadySettled, Conflict for a unit that is gone, Invalid.
    """
    async with database.transaction() as db:
        unit = await _unit(db, actor, unit_id)
        now = await _lock(db, actor, business_id, {unit.carrier_id})
        if now.standing is Standing.PLACED and now.unit_ids == (unit_id,):
            return
        _check_open(now)
        unit = await _unit(db, actor, unit_id)
        ended, made, there = [], None, False
        for former in await registrations.live_of_business(db, business_id):
            if former.unit_id == unit_id:
                there = True
            else:
                await holds.end(db, actor, former, "relocated")
                ended.append(str(former.id))
        if not there:
            made = await addresses.insert_registration(db, business_id, unit_id)
        before = {**now.as_before, "ended": ended, "made": made and str(made)}
        await addresses.set_placed(db, business_id, unit, actor.person_id, before)
        await _tell(db, actor, "settle_business", now, unit.carrier_id, {"unit_id": str(unit_id)})
        if made is not None:
            await events.emit(
                db,
                "registration.imported",
                "registration",
                made,
                carrier_id=unit.carrier_id,
                district_code=unit.district_code,
                content={"unit_id": str(unit_id), "business_id": str(business_id)},
            )


async def settle_by_label(database: Database, actor: Actor, business_id: UUID, carrier_id: UUID, label: str) -> None:
    """The same for a unit that was typed. Raises Invalid where the carrier has none such, or several."""
    async with database.connection() as db:
        carrier = await carriers.by_id_for(db, actor, carrier_id)
        if carrier is None:
            raise NotFound
        units = [each for each in await carriers.units(db, carrier_id) if each.retired_at is None]
    key = unit_key(label.strip())
    found = [each for each in units if key and key in (each.key, unit_key(each.name))]
    if not label.strip():
        raise Invalid({"label": "请填写单元，例如 1803。"})
    if not found:
        raise Invalid({"label": f"“{carrier.name}”没有登记“{label.strip()}”。请物业或审批员先登记这个单元，再来归集。"})
    if len(found) > 1:
        raise Invalid({"label": f"有 {len(found)} 个“{label.strip()}”，请连楼幢一起写，例如“{found[0].name}”。"})
    await settle(database, actor, business_id, found[0].id)


async def leave_out(database: Database, actor: Actor, business_id: UUID, reason: str) -> None:
    """不归集: the business is not put onto a unit, for a reason in words. Raises AlreadySettled, Invalid."""
    reason = reason.strip()
    if not reason or len(reason) > REASON_LIMIT:
        raise Invalid({"reason": f"请写明为什么不归集，最多 {REASON_LIMIT} 个字。"})
    async with database.transaction() as db:
        now = await _lock(db, actor, business_id, set())
        if now.standing is Standing.LEFT_OUT:
            return
        _check_open(now)
        await addresses.set_left_out(db, business_id, reason, actor.person_id, now.as_before)
        await _tell(db, actor, "leave_out_business", now, now.carrier_id, {"reason": reason})


async def undo(database: Database, actor: Actor, business_id: UUID) -> None:
    """撤回: what this person settled last of this business is as it was. Raises NothingToUndo."""
    async with database.transaction() as db:
        now = await _lock(db, actor, business_id, set())
        if now.before is None or now.settled_by != actor.person_id:
            raise NothingToUndo
        made = now.before.get("made")
        if made:
            found = await registrations.registration_by_id(db, UUID(made))
            if found is not None and found.status is RegistrationStatus.REGISTERED:
                await holds.end(db, actor, found, "undone")
        for each in now.before.get("ended", []):
            former = await registrations.registration_by_id(db, UUID(each))
            if former is not None and former.status is RegistrationStatus.ENDED:
                await _revive(db, actor, business_id, former.id, former.unit_id, former.registered_on)
        await addresses.restore(db, business_id)
        await _tell(db, actor, "undo_business", now, now.carrier_id, {})


async def _revive(
    db: Connection, actor: Actor, business_id: UUID, registration_id: UUID, unit_id: UUID, on: date | None
) -> None:
    unit = await carriers.unit_by_id(db, unit_id)
    if unit is None or unit.retired_at is not None:
        raise Conflict("原来登记的单元已分割、合并或停用，不能撤回；请直接归集到现有单元。")
    live = await registrations.live_in(db, [unit_id])
    if any(each.exclusive and not each.contested for each in live):
        raise Conflict("原来登记的单元已登记别家，不能撤回。")
    await addresses.revive_registration(db, registration_id)
    await audit.record(db, actor, "revive", "registration", registration_id, carrier_id=unit.carrier_id)
    await events.emit(
        db,
        "registration.imported",
        "registration",
        registration_id,
        carrier_id=unit.carrier_id,
        district_code=unit.district_code,
        content={"unit_id": str(unit_id), "business_id": str(business_id), "registered_on": on and on.isoformat()},
    )


async def _unit(db: Connection, actor: Actor, unit_id: UUID) -> Unit:
    """A live unit in a carrier that the actor sees."""
    unit = await carriers.unit_by_id(db, unit_id)
    if unit is None or await carriers.by_id_for(db, actor, unit.carrier_id) is None:
        raise NotFound
    if unit.retired_at is not None:
        raise Conflict("这个单元已分割、合并或停用，请选择现有的单元。")
    if unit.kind is UnitKind.SERVICE:
        raise Invalid({"label": "公共部位不能登记企业。"})
    return unit


async def _lock(db: Connection, actor: Actor, business_id: UUID, carrier_ids: set[UUID]) -> Placing:
    """Where the business stands, with it and every carrier it leads to or away from locked. Raises NotFound."""
    if actor.role not in SETTLERS:
        raise NotAllowed
    known = await addresses.by_business(db, business_id)
    if known is None or not known.visible_to(actor.role, actor.district_code, actor.subdistricts):
        raise NotFound
    live = await registrations.live_of_business(db, business_id)
    for carrier_id in sorted({each.carrier_id for each in live} | carrier_ids):
        await carriers.lock(db, carrier_id)
    now = await addresses.lock(db, business_id)
    if now is None:
        raise NotFound
    return now


def _check_open(now: Placing) -> None:
    if now.standing not in (*OPEN, Standing.CARRIER, Standing.OUT, Standing.LEFT_OUT):
        raise AlreadySettled(name=now.name, status=now.standing.label)


async def _tell(
    db: Connection, actor: Actor, action: str, now: Placing, carrier_id: UUID | None, detail: dict[str, str]
) -> None:
    detail = {**detail, "before": now.standing.value}
    await audit.record(db, actor, action, "business", now.business_id, carrier_id=carrier_id, detail=detail)
