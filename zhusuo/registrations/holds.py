"""Ending what holds a unit, a hold or a registration, and telling whom it concerns."""

from typing import Any

from zhusuo import audit, events, notices
from zhusuo.carriers import store as carriers
from zhusuo.db import Connection
from zhusuo.people.model import Actor
from zhusuo.registrations import roster, store
from zhusuo.registrations.model import Registration, RegistrationStatus, Reuse, ReuseStatus
from zhusuo.waivers.model import RegistrationKind


async def let_go(db: Connection, actor: Actor | None, found: Reuse, reason: str) -> None:
    """Free the unit that was held."""
    registration = await store.registration_of(db, found.id)
    if registration is not None and registration.status is not RegistrationStatus.ENDED:
        await end(db, actor, registration, reason)


async def expire(db: Connection, found: Reuse) -> None:
    """A hold has run out; the counter that made the reuse is told."""
    await let_go(db, None, found, "expired")
    await store.set_outcome(db, found.id, ReuseStatus.EXPIRED, None)
    await record(db, None, "expire", found)
    await emit(db, "reuse.expired", found)
    await notices.send(
        db,
        found.organisation_id,
        "hold_expired",
        f"案件 {found.case_number} 的保留期已过",
        f"/approval/reuses/{found.id}",
        body=f"凭证 {found.number} 在保留期内没有收到登记结果，单元已放开。",
        carrier_id=found.carrier_id,
    )


async def end(db: Connection, actor: Actor | None, registration: Registration, reason: str) -> None:
    if not await store.end(db, registration.id, reason):
        return
    await roster.clear_flags_about(db, actor, registration)
    await audit.record(
        db,
        actor,
        "end",
        "registration",
        registration.id,
        carrier_id=registration.carrier_id,
        detail={"reason": reason, "unit": str(registration.unit_id)},
    )
    await events.emit(
        db,
        "registration.ended",
        "registration",
        registration.id,
        carrier_id=registration.carrier_id,
        district_code=registration.district_code,
        content={"unit_id": str(registration.unit_id), "reason": reason},
    )


async def end_lapsed(db: Connection, registration: Registration) -> None:
    """Let go a hold that has run out, unless a worker has done so meanwhile."""
    behind = await store.lock(db, registration.reuse_id) if registration.reuse_id else None
    if behind is None:
        await end(db, None, registration, "expired")
    elif behind.status is ReuseStatus.HELD:
        await expire(db, behind)


async def record(db: Connection, actor: Actor | None, action: str, found: Reuse, **detail: Any) -> None:
    await audit.record(db, actor, action, "reuse", found.id, carrier_id=found.carrier_id, detail=detail)


async def emit(db: Connection, kind: str, found: Reuse, **content: Any) -> None:
    said = {"number": found.number, "case_number": found.case_number, "unit_id": str(found.unit_id), **content}
    await events.emit(
        db, kind, "reuse", found.id, carrier_id=found.carrier_id, district_code=found.district_code, content=said
    )


async def tell_manager(db: Connection, found: Reuse, title: str, body: str) -> None:
    """Whoever manages the carrier hears of every registration in it."""
    manager = await carriers.manager_of(db, found.carrier_id)
    if manager is not None and found.registration_kind is not RegistrationKind.NONE:
        await notices.send(
            db, manager, "registration", title, "/property/registrations", body=body, carrier_id=found.carrier_id
        )
