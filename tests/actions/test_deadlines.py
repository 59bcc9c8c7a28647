"""The lease that a registration was made on ends: the manager hears of it in time, unless a tenancy tells of it."""

from datetime import date, timedelta

from tests import make
from tests.actions.test_reuses import USCC, set_up
from zhusuo.db import Connection, Database
from zhusuo.registrations import deadlines
from zhusuo.registrations.model import ReuseStatus

ENDS = date(2029, 9, 23)


async def test_the_manager_hears_at_each_stage_once_that_a_registered_tenant_s_lease_ends(
    database: Database, db: Connection
) -> None:
    counter = await set_up(database)
    await db.execute("UPDATE documents SET valid_until = $2 WHERE id = $1", counter.lease_id, ENDS)
    made = await counter.reuse()
    assert await deadlines.remind(database, ENDS) == 0
    await counter.report(made, ReuseStatus.REGISTERED, USCC)
    told = [await deadlines.remind(database, ENDS - timedelta(days=left)) for left in (61, 60, 30, 14, 0, -1, -9)]
    assert told == [0, 1, 0, 1, 0, 1, 0]
    titles = await db.fetch(
        "SELECT title FROM notices WHERE organisation_id = $1 AND kind LIKE 'registered_lease%' ORDER BY id",
        counter.manager,
    )
    assert [row["title"].rpartition("租约")[2] for row in titles] == ["还有 60 天到期", "还有 14 天到期", "已到期"]
    kinds = await db.fetch("SELECT kind FROM events WHERE kind LIKE 'registration.lease%' ORDER BY id")
    assert [row["kind"] for row in kinds] == [
        "registration.lease_ending", "registration.lease_ending", "registration.lease_over"
    ]  # fmt: skip


async def test_a_tenancy_with_its_own_lease_is_told_of_there(database: Database, db: Connection) -> None:
    counter = await set_up(database)
    await db.execute("UPDATE documents SET valid_until = $2 WHERE id = $1", counter.lease_id, ENDS)
    await counter.report(await counter.reuse(), ReuseStatus.REGISTERED, USCC)
    await make.tenancy(db, unit_id=counter.unit_id, lease_ends_on=ENDS)
    assert await deadlines.remind(database, ENDS) == 0
