"""登记确认: the manager confirms or denies, and the counter reads it."""

import pytest

from tests import make
from tests import make_registrations as making
from zhusuo import flags
from zhusuo.db import Connection, Database
from zhusuo.errors import Conflict, NotAllowed, NotFound
from zhusuo.registrations import actions, roster


async def test_a_denial_raises_a_flag_that_does_not_block_and_a_confirmation_takes_it_down(
    database: Database, db: Connection
) -> None:
    manager = await make.actor(db, role="manager")
    unit_id = await make.unit(db, carrier_id=await make.carrier(db, manager=manager.organisation_id))
    registration_id = await making.registered(db, unit_id=unit_id, applicant="上海澜鹭信息科技有限公司")
    await roster.answer(database, manager, registration_id, here=False)
    await roster.answer(database, manager, registration_id, here=False)
    raised = await flags.open_for(db, unit_id)
    assert [(flag.kind, flag.severity) for flag in raised] == [("denied_by_manager", flags.Severity.NOTE)]
    assert "上海澜鹭信息科技有限公司" not in raised[0].text, "receipts repeat it"
    await roster.answer(database, manager, registration_id, here=True)
    assert await flags.open_for(db, unit_id) == []
    assert await db.fetchval("SELECT confirmed_by_manager FROM registrations WHERE id = $1", registration_id) is True


async def test_only_whoever_manages_the_carrier_answers(database: Database, db: Connection) -> None:
    manager, other = await make.actor(db, role="manager"), await make.actor(db, role="manager")
    clerk = await make.actor(db, role="clerk")
    unit_id = await make.unit(db, carrier_id=await make.carrier(db, manager=manager.organisation_id))
    registration_id = await making.registered(db, unit_id=unit_id)
    with pytest.raises(NotFound):
        await roster.answer(database, other, registration_id, here=False)
    with pytest.raises(NotAllowed):
        await roster.answer(database, clerk, registration_id, here=False)
    assert await db.fetchval("SELECT confirmed_by_manager FROM registrations WHERE id = $1", registration_id) is None


async def test_a_registration_that_ends_leaves_no_denial_behind(database: Database, db: Connection) -> None:
    manager, clerk = await make.actor(db, role="manager"), await make.actor(db, role="clerk")
    unit_id = await make.unit(db, carrier_id=await make.carrier(db, manager=manager.organisation_id))
    registration_id = await making.registered(db, unit_id=unit_id)
    await roster.answer(database, manager, registration_id, here=False)
    await actions.leave(database, clerk, registration_id)
    assert await flags.open_for(db, unit_id) == []
    with pytest.raises(Conflict):
        await roster.answer(database, manager, registration_id, here=True)
