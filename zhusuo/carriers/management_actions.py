"""Who manages a carrier: claimed with a paper, confirmed by a clerk, handed over to a successor, given up."""

from uuid import UUID

import asyncpg

from zhusuo import audit, events, notices
from zhusuo.carriers import store
from zhusuo.carriers.access import CLERK, needs, one
from zhusuo.carriers.model import MOVES, Capacity, Carrier, Management, ManagementStatus
from zhusuo.db import Connection, Database
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.people.model import Actor, Role

CLAIMANTS = {Role.MANAGER: Capacity.MANAGER, Role.AGENT: Capacity.AGENCY}
REASON_LIMIT = 500


class ManagerChanged(Conflict):
    """Another organisation manages the carrier than the clerk was shown."""

    code = "manager_changed"
    sentence = "这个载体现由“{manager}”管理。确认后由新单位接管，请核对后再确认。"


async def claim_management(
    database: Database, actor: Actor, carrier_id: UUID, document_id: UUID, capacity: Capacity
) -> Management:
    """An organisation says that it looks after a carrier of its district, with the paper that shows it."""
    if CLAIMANTS.get(actor.role) is not capacity or actor.person_id is None:
        raise NotAllowed
    async with database.transaction() as db:
        await store.lock(db, carrier_id)
        carrier = await one(db, carrier_id)
        if carrier.district_code != actor.district_code or carrier.retired_at is not None:
            raise NotFound
        if not await store.claim_paper_exists(db, document_id, actor.organisation_id):
            raise Invalid({"document": "请上传证明管理关系的材料，例如委托合同或物业服务合同。"})
        try:
            async with db.transaction():
                management_id = await store.insert_management(
                    db,
                    carrier_id=carrier_id,
                    organisation_id=actor.organisation_id,
                    capacity=capacity,
                    document_id=document_id,
                    claimed_by=actor.person_id,
                )
        except asyncpg.UniqueViolationError as violation:
            raise Conflict("贵单位已经认领过这个载体，不必重复认领。") from violation
        await _tell(db, actor, "claim", carrier, management_id, "management.claimed")
        for authority in await store.authorities(db, carrier.district_code):
            await notices.send(
                db,
                authority,
                "management_claimed",
                f"{actor.organisation}认领{carrier.name}，待确认",
                f"/approval/managements/{management_id}",
                carrier_id=carrier_id,
            )
        return await _management(db, management_id)


async def confirm_management(
    database: Database, actor: Actor, management_id: UUID, *, replaces: UUID | None = None, reason: str = ""
) -> Management:
    """The clerk confirms a claim; a new manager ends the former one's management in the same moment.

    `replaces` is the organisation that the clerk was shown as the manager: raises ManagerChanged if it is another.
    """
    async with database.transaction() as db:
        carrier, claim = await _claim_to_decide(db, actor, management_id, ManagementStatus.CONFIRMED)
        if claim.capacity is Capacity.MANAGER:
            for former in await store.managements(db, carrier.id):
                if former.status is ManagementStatus.CONFIRMED and former.capacity is Capacity.MANAGER:
                    if former.organisation_id != replaces:
                        raise ManagerChanged(manager=former.organisation)
                    await _hand_over(db, actor, carrier, former, claim.organisation)
        await store.decide_management(db, management_id, ManagementStatus.CONFIRMED, actor.person_id, reason.strip())
        await _tell(db, actor, "confirm", carrier, management_id, "management.confirmed")
        await notices.send(
            db,
            claim.organisation_id,
            "management_confirmed",
            f"{carrier.name}的{claim.capacity.label}已确认为贵单位",
            f"{_desk(claim)}/carriers/{carrier.id}",
            body="现在可以登记单元、备案住所材料。",
            carrier_id=carrier.id,
        )
        return await _management(db, management_id)


async def refuse_management(database: Database, actor: Actor, management_id: UUID, reason: str) -> Management:
    """The clerk does not confirm a claim, and says why."""
    sentence = _reason(reason)
    async with database.transaction() as db:
        carrier, claim = await _claim_to_decide(db, actor, management_id, ManagementStatus.REFUSED)
        await store.decide_management(db, management_id, ManagementStatus.REFUSED, actor.person_id, sentence)
        await _tell(db, actor, "refuse", carrier, management_id, "management.refused", {"reason": sentence})
        await notices.send(
            db,
            claim.organisation_id,
            "management_refused",
            f"认领{carrier.name}未予确认",
            f"{_desk(claim)}/carriers",
            body=sentence,
            carrier_id=carrier.id,
        )
        return await _management(db, management_id)


async def end_management(database: Database, actor: Actor, management_id: UUID, reason: str) -> Management:
    """The organisation gives the carrier up, or takes its claim back; or a clerk ends what no longer holds."""
    sentence = _reason(reason)
    async with database.transaction() as db:
        known = await store.management_by_id(db, management_id)
        if known is None:
            raise NotFound
        await store.lock(db, known.carrier_id)
        carrier, management = await one(db, known.carrier_id), await _management(db, management_id)
        if management.organisation_id != actor.organisation_id:
            if actor.role is not Role.CLERK or carrier.district_code != actor.district_code:
                raise NotFound
        elif actor.role not in CLAIMANTS:
            raise NotAllowed
        if ManagementStatus.ENDED not in MOVES[management.status]:
            raise Conflict
        await store.end_management(db, management_id, sentence)
        await _tell(db, actor, "end", carrier, management_id, "management.ended", {"reason": sentence})
        told = (
            [management.organisation_id]
            if actor.role is Role.CLERK
            else await store.authorities(db, carrier.district_code)
        )
        for organisation_id in told:
            await notices.send(
                db,
                organisation_id,
                "management_ended",
                f"{management.organisation}不再是{carrier.name}的{management.capacity.label}",
                f"{_desk(management)}/carriers" if actor.role is Role.CLERK else f"/approval/carriers/{carrier.id}",
                body=sentence,
                carrier_id=carrier.id,
            )
        return await _management(db, management_id)


async def _hand_over(db: Connection, actor: Actor, carrier: Carrier, former: Management, successor: str) -> None:
    reason = f"由{successor}接管"
    await store.end_management(db, former.id, reason)
    await _tell(db, actor, "end", carrier, former.id, "management.ended", {"reason": reason})
    await notices.send(
        db,
        former.organisation_id,
        "management_ended",
        f"{carrier.name}已由{successor}接管",
        f"{_desk(former)}/carriers",
        body="贵单位备案的材料保留在档案中；如有异议，请联系审批机关。",
        carrier_id=carrier.id,
    )


async def _claim_to_decide(
    db: Connection, actor: Actor, management_id: UUID, to: ManagementStatus
) -> tuple[Carrier, Management]:
    """The claim and its carrier, locked; only for a clerk of the district."""
    needs(actor, CLERK)
    known = await store.management_by_id(db, management_id)
    if known is None:
        raise NotFound
    await store.lock(db, known.carrier_id)
    carrier, claim = await one(db, known.carrier_id), await _management(db, management_id)
    if carrier.district_code != actor.district_code:
        raise NotFound
    if to not in MOVES[claim.status]:
        raise Conflict
    return carrier, claim


async def _management(db: Connection, management_id: UUID) -> Management:
    management = await store.management_by_id(db, management_id)
    if management is None:
        raise NotFound
    return management


def _reason(reason: str) -> str:
    sentence = reason.strip()
    if not sentence or len(sentence) > REASON_LIMIT:
        raise Invalid({"reason": f"请写明理由，最多 {REASON_LIMIT} 个字。"})
    return sentence


def _desk(management: Management) -> str:
    return "/agency" if management.capacity is Capacity.AGENCY else "/property"


async def _tell(
    db: Connection,
    actor: Actor,
    action: str,
    carrier: Carrier,
    management_id: UUID,
    event: str,
    detail: dict[str, object] | None = None,
) -> None:
    """One audit entry and one event about a management."""
    await audit.record(db, actor, action, "management", management_id, carrier_id=carrier.id, detail=detail)
    await events.emit(
        db,
        event,
        "management",
        management_id,
        carrier_id=carrier.id,
        district_code=carrier.district_code,
        content=detail,
    )
