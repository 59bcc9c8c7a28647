"""One installation for all tests of this part, and the people who use it, signed in."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from tests.faults import installation as installations
from tests.faults.installation import NOT_ON_FILE, Installation, Person
from zhusuo.dossiers import actions as filings
from zhusuo.ports.common.app import today


@pytest.fixture(scope="session")
async def installation() -> AsyncIterator[Installation]:
    async with installations.installation() as running:
        yield running


@pytest.fixture(scope="session")
async def manager(installation: Installation) -> Person:
    """孙启帆, who keeps all three rows of shops."""
    return await signed_in(installation, "sunqifan")


@pytest.fixture(scope="session")
async def clerk(installation: Installation) -> Person:
    return await signed_in(installation, "zhoumin")


@pytest.fixture(scope="session")
async def second_clerk(installation: Installation) -> Person:
    return await signed_in(installation, "linan")


@pytest.fixture(scope="session")
async def filing_id(installation: Installation, manager: Person) -> UUID:
    """The manager's draft for the shops that are not on file."""
    [carrier] = await installation.ask("SELECT id FROM carriers WHERE name = $1", NOT_ON_FILE)
    async with installation.database() as database:
        actor = await manager.actor(database)
        return (await filings.start_filing(database, actor, carrier["id"], day=today())).id


async def signed_in(installation: Installation, login: str) -> Person:
    person = Person(installation, login)
    await person.sign_in()
    return person
