"""One installation for all tests of this part, and the people who use it, signed in."""

from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import pytest

from storage.model import Unavailable
from tests.faults import installation as installations
from tests.faults.installation import NOT_ON_FILE, Installation, Person, patiently
from zhusuo import db as postgres
from zhusuo.dossiers import actions as filings
from zhusuo.ports.common.app import today


@pytest.fixture(scope="session")
async def running() -> AsyncIterator[Installation]:
    async with installations.installation() as found:
        yield found
        assert await patiently(found.broken, (*postgres.Down, Unavailable)) == []


@pytest.fixture
def installation(running: Installation) -> Iterator[Installation]:
    """What runs; whatever a test does to it, no process of ours may meet a fault it has no sentence for."""
    before = len(running.unforeseen())
    yield running
    if since := running.unforeseen()[before:]:
        pytest.fail("\n".join(since))


@pytest.fixture(scope="session")
async def manager(running: Installation) -> Person:
    """孙启帆, who keeps all three rows of shops."""
    return await signed_in(running, "sunqifan")


@pytest.fixture(scope="session")
async def clerk(running: Installation) -> Person:
    return await signed_in(running, "zhoumin")


@pytest.fixture(scope="session")
async def second_clerk(running: Installation) -> Person:
    return await signed_in(running, "linan")


@pytest.fixture(scope="session")
async def filing_id(running: Installation, manager: Person) -> UUID:
    """The manager's draft for the shops that are not on file."""
    [carrier] = await running.ask("SELECT id FROM carriers WHERE name = $1", NOT_ON_FILE)
    async with running.database() as database:
        actor = await manager.actor(database)
        return (await filings.start_filing(database, actor, carrier["id"], day=today())).id


async def signed_in(installation: Installation, login: str) -> Person:
    person = Person(installation, login)
    await person.sign_in()
    return person
