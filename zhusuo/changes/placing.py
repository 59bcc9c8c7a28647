"""安置: who was registered or lived in a unit that was split or merged goes to one of the units that came from it.

Until somebody says where, they stay on the retired unit and lie in the way of all its successors. A receipt goes on
citing the unit as it was.
"""

from uuid import UUID

import asyncpg

from zhusuo import audit, events
from zhusuo.carriers import store as carriers
from zhusuo.carriers.access import to_change
from zhusuo.carriers.model import Unit
from zhusuo.changes import store
from zhusuo.db import Connection, Database
from zhusuo.errors import Conflict, Invalid, NotFound
from zhusuo.people.model import Actor
from zhusuo.registrations import store as registrations
from zhusuo.registrations.model import Registration, RegistrationStatus
from zhusuo.tenancies import store as tenancies
from zhusuo.tenancies.model import Tenancy


class NothingToPlace(Conflict):
    code = "nothing_to_place"
    sentence = "“{name}”已经安置好，或已迁出，不必再安置。"


class PlaceTaken(Conflict):
    code = "place_taken"
    sentence = "“{unit}”已登记有“{other}”，一处住所只登记一户；请先办理其中一家迁出，或请审批端允许一址多照。"


async def place_registration(database: Database, actor: Actor, registration_id: UUID, unit_id: UUID) -> Registration:
    """The business that is registered in a unit that is gone is registered in this one, which came from it.

    Raises NotFound, NothingToPlace, PlaceTaken, Invalid.
    """
    try:
        async with database.transaction() as db:
            known = await registrations.registration_by_id(db, registration_id)
            if known is None:
                raise NotFound
            await to_change(db, actor, known.carrier_id)
            found = await registrations.registration_by_id(db, registration_id)
            if found is None or found.status is RegistrationStatus.ENDED:
                raise NothingToPlace(name=known.applicant)
            if await _there_already(db, found.unit_id, unit_id):
                return found
            unit = await _place(db, found.unit_id, unit_id, found.applicant)
            await _refuse_taken(db, found, unit)
            await store.move_registration(db, registration_id, unit_id)
            await store.move_flags(db, f"registration:{registration_id}", unit_id)
            await _tell(db, actor, "registration", found.id, found.carrier_id, found.unit_id, unit)
            return found
    except asyncpg.UniqueViolationError as violation:
        if violation.constraint_name == "registration_exclusive":
            raise PlaceTaken("这个单元刚登记了别家，一处住所只登记一户；请刷新后再看。") from violation
        raise


async def place_tenancy(database: Database, actor: Actor, tenancy_id: UUID, unit_id: UUID) -> Tenancy:
    """The tenant of a unit that is gone is in this one, which came from it. Raises as for registrations."""
    try:
        async with database.transaction() as db:
            known = await tenancies.by_id(db, tenancy_id)
            if known is None:
                raise NotFound
            await to_change(db, actor, known.carrier_id)
            found = await tenancies.lock(db, tenancy_id)
            if found is None or found.moved_out_on is not None:
                raise NothingToPlace(name=known.tenant)
            if await _there_already(db, found.unit_id, unit_id):
                return found
            unit = await _place(db, found.unit_id, unit_id, found.tenant)
            await store.move_tenancy(db, tenancy_id, unit_id)
            await _tell(db, actor, "tenancy", found.id, found.carrier_id, found.unit_id, unit)
            return found
    except asyncpg.UniqueViolationError as violation:
        if violation.constraint_name == "tenancy_once":
            raise Conflict("这家企业已经报在这个单元里，请把重复的一条报为迁出。") from violation
        raise


async def _there_already(db: Connection, from_id: UUID, unit_id: UUID) -> bool:
    """Whether this is the same form again."""
    unit = await carriers.unit_by_id(db, unit_id)
    return from_id == unit_id and unit is not None and unit.retired_at is None


async def _place(db: Connection, from_id: UUID, unit_id: UUID, name: str) -> Unit:
    """The unit in use that came from that one. Raises NothingToPlace, Invalid."""
    former, unit = await carriers.unit_by_id(db, from_id), await carriers.unit_by_id(db, unit_id)
    if former is None or former.retired_at is None:
        raise NothingToPlace(name=name)
    if unit is None or unit_id not in await store.successors(db, from_id):
        raise Invalid({"unit_id": "请在由原单元分割或合并而来的单元里选择。"})
    return unit


async def _refuse_taken(db: Connection, found: Registration, unit: Unit) -> None:
    if not found.exclusive or found.contested:
        return
    for other in await registrations.live_in(db, await carriers.overlapping(db, unit.id)):
        if other.id != found.id and other.exclusive and not other.contested:
            raise PlaceTaken(unit=unit.name, other=other.applicant)


async def _tell(
    db: Connection, actor: Actor, noun: str, noun_id: UUID, carrier_id: UUID, from_id: UUID, unit: Unit
) -> None:
    detail = {"from_unit_id": from_id, "unit_id": unit.id, "unit": unit.name}
    await audit.record(db, actor, "place", noun, noun_id, carrier_id=carrier_id, detail=detail)
    await events.emit(
        db,
        f"{noun}.placed",
        noun,
        noun_id,
        carrier_id=carrier_id,
        district_code=unit.district_code,
        content=detail,
    )
