"""登记确认: the manager says of a business on the roster whether it is there.

A denial does not end a registration: it raises a flag that the counter reads, and the next answer takes it down.
"""

from uuid import UUID

from zhusuo import audit, events, flags
from zhusuo.carriers import store as carriers
from zhusuo.db import Connection, Database
from zhusuo.errors import Conflict, NotAllowed, NotFound
from zhusuo.flags import Severity
from zhusuo.people.model import Actor, Role
from zhusuo.registrations import store
from zhusuo.registrations.model import Registration, RegistrationStatus

DENIED = "denied_by_manager"
"""The kind of the flag."""


async def answer(database: Database, actor: Actor, registration_id: UUID, *, here: bool) -> Registration:
    """在此处 or 不在此处, of a registration or a hold in a carrier the actor manages. Raises NotFound, Conflict."""
    if actor.role is not Role.MANAGER:
        raise NotAllowed
    async with database.transaction() as db:
        known = await store.registration_by_id(db, registration_id)
        if known is None or await carriers.by_id_for(db, actor, known.carrier_id) is None:
            raise NotFound
        await carriers.lock(db, known.carrier_id)
        found = await store.registration_by_id(db, registration_id)
        if found is None or found.status is RegistrationStatus.ENDED:
            raise Conflict("这条登记已经结束，不必再确认。")
        await store.set_confirmed_by_manager(db, registration_id, here)
        await clear_denial(db, actor, found)
        if not here:
            await _raise(db, actor, found)
        await _tell(db, actor, found, here)
        return found


async def clear_denial(db: Connection, actor: Actor | None, registration: Registration) -> None:
    """Take down what a denial raised: the manager says otherwise now."""
    for flag in await flags.open_for(db, registration.unit_id):
        if flag.kind == DENIED and flag.source == _source(registration):
            await flags.clear_flag(db, actor, flag.id)


async def clear_flags_about(db: Connection, actor: Actor | None, registration: Registration) -> None:
    """Take down what was said of a registration that has ended, a denial or what was seen on the spot: it would be held
    against the next one. The source of such a flag ends with whom it is about.
    """
    for flag in await flags.open_for(db, registration.unit_id):
        if flag.source.endswith(str(registration.id)):
            await flags.clear_flag(db, actor, flag.id)


async def _raise(db: Connection, actor: Actor, registration: Registration) -> None:
    await flags.raise_flag(
        db,
        actor,
        carrier_id=registration.carrier_id,
        unit_id=registration.unit_id,
        kind=DENIED,
        severity=Severity.NOTE,
        text="物业表示本单元登记的企业不在此处，是否仍在使用这处住所有待核实。",  # receipts repeat it: no names
        source=_source(registration),
    )


def _source(registration: Registration) -> str:
    return f"registration:{registration.id}"


async def _tell(db: Connection, actor: Actor, registration: Registration, here: bool) -> None:
    action = "confirm" if here else "deny"
    await audit.record(db, actor, action, "registration", registration.id, carrier_id=registration.carrier_id)
    await events.emit(
        db,
        "registration.confirmed" if here else "registration.denied",
        "registration",
        registration.id,
        carrier_id=registration.carrier_id,
        district_code=registration.district_code,
        content={"unit_id": str(registration.unit_id)},
    )
