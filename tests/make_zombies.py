"""Makers of what cases stand on: a registered business in a unit that it has left, and who deals with it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tests import make
from tests import make_registrations as making
from zhusuo.db import Connection, Database
from zhusuo.people.model import Actor
from zhusuo.zombies import cases, process, store
from zhusuo.zombies.model import Answer, CaseStatus, ZombieCase

DAY = date(2026, 11, 23)
NAME = "上海澜鹭信息科技有限公司"
NEWCOMER = "上海栖木数字科技有限公司"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A unit whose business is registered, and moved out by the roster; the manager's and the office's people."""

    carrier_id: UUID
    unit_id: UUID
    registration_id: UUID
    manager: Actor
    supervisor: Actor
    colleague: Actor


async def place(db: Connection, *, moved_out_on: date | None = date(2026, 10, 8)) -> Place:
    manager = await make.actor(db, role="manager")
    carrier_id = await making.house(db, manager=manager.organisation_id)
    unit_id = await making.room(db, carrier_id=carrier_id)
    subdistrict = await db.fetchval("SELECT subdistrict_code FROM carriers WHERE id = $1", carrier_id)
    supervisor = await make.actor(db, role="supervisor", subdistricts=frozenset({subdistrict}))
    colleague = await make.actor(
        db, role="supervisor", subdistricts=frozenset({subdistrict}), organisation_id=supervisor.organisation_id
    )
    business_id = await db.fetchval(
        "INSERT INTO businesses (name, district_code) VALUES ($1, $2) RETURNING id", NAME, make.DISTRICT
    )
    registration_id = await making.registered(db, unit_id=unit_id, applicant=NAME)
    await db.execute("UPDATE registrations SET business_id = $2 WHERE id = $1", registration_id, business_id)
    await db.execute(
        """
        INSERT INTO tenancies (unit_id, carrier_id, district_code, tenant, source, lease_begins_on, lease_ends_on,
                               moved_out_on)
             SELECT id, carrier_id, district_code, $2, 'roster', '2023-06-01', '2029-05-31', $3
               FROM units WHERE id = $1
        """,
        unit_id,
        NAME,
        moved_out_on,
    )
    return Place(
        carrier_id=carrier_id,
        unit_id=unit_id,
        registration_id=registration_id,
        manager=manager,
        supervisor=supervisor,
        colleague=colleague,
    )


async def case_of(database: Database, there: Place) -> ZombieCase:
    """The case of the place as it stands, opened by the roster's word if there is none."""
    await cases.assess(database, there.carrier_id, [there.unit_id], DAY)
    return await latest(database, there)


async def latest(database: Database, there: Place) -> ZombieCase:
    async with database.connection() as db:
        case_id = await db.fetchval(
            "SELECT id FROM zombie_cases WHERE registration_id = $1 ORDER BY opened_at DESC LIMIT 1",
            there.registration_id,
        )
        found = await store.by_id(db, case_id)
    assert found is not None
    return found


async def newcomer(db: Connection, there: Place) -> UUID:
    """Somebody who was registered in the unit while it was contested."""
    found = await making.registered(db, unit_id=there.unit_id, applicant=NEWCOMER)
    await db.execute("UPDATE registrations SET created_at = clock_timestamp() WHERE id = $1", found)
    return found


async def share(db: Connection, there: Place) -> None:
    """一址多照 is allowed in the unit, as the counter would do it."""
    await db.execute("UPDATE units SET sharing_allowed = true WHERE id = $1", there.unit_id)


async def brought_to(database: Database, there: Place, status: CaseStatus) -> ZombieCase:
    """The case, led to a status by the steps that lead there."""
    case, who = await case_of(database, there), there.supervisor
    steps = [CaseStatus.NOTIFIED, CaseStatus.ANSWERED, CaseStatus.INSPECTING, CaseStatus.INSPECTED, CaseStatus.CLEARED]
    for step in steps[: steps.index(status) + 1] if status in steps else []:
        if step is CaseStatus.NOTIFIED:
            await process.notify(database, who, case.id, contact="", how="邮寄", delivered_on=DAY, day=DAY)
        elif step is CaseStatus.ANSWERED:
            await process.answer(database, who, case.id, Answer.HERE, "仍在办公", DAY)
        elif step is CaseStatus.INSPECTING:
            await process.ask_inspection(database, who, case.id, "", DAY)
        elif step is CaseStatus.INSPECTED:
            await process.inspect(database, who, case.id, found=False, on=DAY, text="门锁着，无人", day=DAY)
        else:
            await process.clear(database, who, case.id, "核查未见企业", DAY)
    return await latest(database, there)
