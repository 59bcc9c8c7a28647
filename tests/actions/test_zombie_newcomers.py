"""The newcomer at the counter: an open case is in nobody's way and names nobody; whom it concerns is told."""

from datetime import timedelta

import pytest

from tests import make, make_zombies
from tests import make_registrations as making
from tests.make_zombies import NAME, NEWCOMER, Place
from tests.rooms.objects import SIGNER
from tests.support.postgres import OneConnection
from tests.support.web import LEXICON
from zhusuo import events
from zhusuo.db import Connection
from zhusuo.people.model import Actor
from zhusuo.registrations import actions as registrations
from zhusuo.registrations import receipts
from zhusuo.registrations.model import NewReuse, Reuse
from zhusuo.waivers.actions import import_shipped
from zhusuo.zombies import cases, process, story
from zhusuo.zombies.model import CaseStatus, LetterKind

DAY = make_zombies.DAY


@pytest.fixture
async def there(db: Connection) -> Place:
    place = await make_zombies.place(db)
    await making.version(db, carrier_id=place.carrier_id, unit_ids=[place.unit_id])
    return place


@pytest.fixture
async def clerk(db: Connection) -> Actor:
    return await make.actor(db, role="clerk")


async def registers(database: OneConnection, db: Connection, clerk: Actor, there: Place) -> Reuse:
    """The newcomer brings a lease, the clerk reuses the dossier, and the worker hears of it."""
    await import_shipped(database)
    new = NewReuse(
        unit_id=there.unit_id,
        applicant=NEWCOMER,
        case_number="2026-XJH-110873",
        item_code="company_formation",
        purpose="",
        lease_document_id=await making.lease(db, organisation_id=clerk.organisation_id),
    )
    made = await registrations.reuse(database, SIGNER, LEXICON, clerk, new, DAY)
    await events.number_pending(database)
    await cases.follow(database, DAY)
    return made


async def test_a_newcomer_is_registered_with_a_flag_that_names_nobody(
    database: OneConnection, db: Connection, clerk: Actor, there: Place
) -> None:
    await make_zombies.case_of(database, there)
    made = await registers(database, db, clerk, there)
    content = receipts.content_of(made)
    assert content["registrations"] == {"live": 1, "contested": 1, "sharing_allowed": False}
    assert [(each["kind"], each["severity"]) for each in content["flags"]] == [("zombie", "note")]
    assert NAME not in made.receipt_text


async def test_manager_office_and_former_occupant_are_told_of_the_newcomer_once(
    database: OneConnection, db: Connection, clerk: Actor, there: Place
) -> None:
    case = await make_zombies.case_of(database, there)
    await registers(database, db, clerk, there)
    told = await db.fetch("SELECT organisation_id, title FROM notices WHERE kind = 'zombie_newcomer'")
    assert {row["organisation_id"] for row in told} == {
        there.manager.organisation_id,
        there.supervisor.organisation_id,
    }
    written = [each for each in await story.letters(db, case.id) if each.kind is LetterKind.NEWCOMER]
    assert [NEWCOMER in each.content["paragraphs"] for each in written] == [True]
    await db.execute("UPDATE zombie_positions SET position = 0")
    await cases.follow(database, DAY)
    assert await db.fetchval("SELECT count(*) FROM zombie_letters") == 1


async def test_after_clearing_only_the_newcomer_is_registered(
    database: OneConnection, db: Connection, clerk: Actor, there: Place
) -> None:
    await make_zombies.brought_to(database, there, CaseStatus.INSPECTED)
    made = await registers(database, db, clerk, there)
    case = await make_zombies.latest(database, there)
    await process.clear(database, there.supervisor, case.id, "核查未见企业", DAY)
    live = await db.fetch("SELECT applicant, contested FROM registrations WHERE status <> 'ended'")
    assert [(row["applicant"], row["contested"]) for row in live] == [(NEWCOMER, False)]
    assert made.applicant == NEWCOMER


async def test_who_was_dismissed_beside_a_newcomer_is_settled_when_the_hold_runs_out(
    database: OneConnection, db: Connection, clerk: Actor, there: Place
) -> None:
    await make_zombies.brought_to(database, there, CaseStatus.ANSWERED)
    made = await registers(database, db, clerk, there)
    case = await make_zombies.latest(database, there)
    done = await process.dismiss(database, there.supervisor, case.id, "仍在经营", DAY)
    assert done.status is CaseStatus.UNSETTLED
    await registrations.expire_holds(database, made.held_until + timedelta(days=1))
    await events.number_pending(database)
    await cases.follow(database, DAY)
    assert (await make_zombies.latest(database, there)).status is CaseStatus.DISMISSED
    assert not await db.fetchval("SELECT contested FROM registrations WHERE id = $1", there.registration_id)
