"""A small district, entered as clerks enter it: towers at one gate, a lane, a park, a street, a cluster."""

from collections.abc import Awaitable, Callable

import pytest

from tests import make
from tests.support.postgres import OneConnection
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.carriers.actions import add_address, add_carrier
from zhusuo.carriers.model import CarrierKind, NewCarrier, NewUnits
from zhusuo.carriers.unit_actions import add_units
from zhusuo.db import Connection, Database
from zhusuo.lookup.find import find
from zhusuo.lookup.model import Match

XUHUI = frozenset({"310104"})

Look = Callable[[str], Awaitable[Match]]
Enter = Callable[..., Awaitable[None]]


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.fixture
def look(db: Connection, lexicon: Lexicon) -> Look:
    async def ask(text: str) -> Match:
        return await find(db, text, lexicon=lexicon, district_codes=XUHUI)

    return ask


@pytest.fixture
async def enter(database: OneConnection, db: Connection) -> Enter:
    return await entering(database, db)


async def entering(database: Database, db: Connection) -> Enter:
    """enter("汇宁大厦", "宜山路935号", "901-904"): a carrier with its units, `building:labels` where they have one."""
    organisation_id = await make.organisation(db, kind="approval_authority")
    clerk = await make.actor(db, role="clerk", organisation_id=organisation_id)

    async def add(
        name: str,
        address: str,
        *units: str,
        kind: CarrierKind = CarrierKind.TOWER,
        also: tuple[str, ...] = (),
        aliases: tuple[str, ...] = (),
        floors: tuple[int | None, int | None] = (None, None),
        subdistrict_code: str = make.SUBDISTRICT,
    ) -> None:
        carrier = await add_carrier(
            database,
            clerk,
            NewCarrier(
                kind=kind,
                name=name,
                address=address,
                subdistrict_code=subdistrict_code,
                aliases=aliases,
                floors_above=floors[0],
                floors_below=floors[1],
            ),
        )
        for text in also:
            await add_address(database, clerk, carrier.id, text)
        for each in units:
            place, _, label = each.rpartition(":")
            number = place.removesuffix("号") if kind is CarrierKind.STREET else ""
            building = "" if kind is CarrierKind.STREET else place
            await add_units(database, clerk, carrier.id, NewUnits(label=label, building=building, number=number))

    return add
