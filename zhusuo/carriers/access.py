"""Who may change a carrier, and what every change leaves behind."""

from collections.abc import Mapping
from uuid import UUID

from zhusuo import audit, events
from zhusuo.carriers import store
from zhusuo.carriers.model import Carrier
from zhusuo.db import Connection
from zhusuo.errors import Conflict, NotAllowed, NotFound
from zhusuo.people.model import Actor, Role

CHANGERS = frozenset({Role.CLERK, Role.MANAGER, Role.AGENT})
CLERK = frozenset({Role.CLERK})


def needs(actor: Actor, roles: frozenset[Role]) -> None:
    if actor.role not in roles:
        raise NotAllowed


async def to_change(db: Connection, actor: Actor, carrier_id: UUID) -> Carrier:
    """The carrier, locked, if the actor may change it."""
    needs(actor, CHANGERS)
    await store.lock(db, carrier_id)
    carrier = await store.by_id_for(db, actor, carrier_id)
    if carrier is None:
        raise NotFound
    if carrier.retired_at is not None:
        raise Conflict("这个载体已停用，不能再更改。")
    return carrier


async def one(db: Connection, carrier_id: UUID) -> Carrier:
    carrier = await store.by_id(db, carrier_id)
    if carrier is None:
        raise NotFound
    return carrier


async def record(
    db: Connection, actor: Actor, action: str, carrier_id: UUID, event: str, detail: Mapping[str, object]
) -> None:
    """One audit entry and one event about a carrier."""
    await audit.record(db, actor, action, "carrier", carrier_id, carrier_id=carrier_id, detail=dict(detail))
    await events.emit(
        db, event, "carrier", carrier_id, carrier_id=carrier_id, district_code=actor.district_code, content=dict(detail)
    )
