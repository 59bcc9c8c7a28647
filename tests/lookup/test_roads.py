"""What a process remembers of roads is never older than a second, and gone when nobody tells it of changes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest

from tests.lookup.conftest import Enter, entering
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.carriers.model import CarrierKind
from zhusuo.db import Connection, Database
from zhusuo.lookup.find import find
from zhusuo.lookup.gates import Road
from zhusuo.lookup.model import Match
from zhusuo.lookup.roads import Roads

ROAD = "宜山路"
ASKED = "徐汇区宜山路935号901室"


@pytest.fixture
async def other(fresh_database: Database) -> AsyncIterator[Connection]:
    """The connection of another process."""
    async with fresh_database.connection() as db:
        yield db


@pytest.fixture
async def enter(fresh_database: Database, other: Connection) -> Enter:
    return await entering(fresh_database, other)


@pytest.fixture
async def roads(fresh_database: Database) -> AsyncIterator[Roads]:
    found = Roads()
    following = asyncio.create_task(found.follow(fresh_database.url))
    await _until(lambda: found.awake)
    yield found
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following


@pytest.fixture
def look(fresh_database: Database, lexicon: Lexicon, roads: Roads) -> Callable[[str], Awaitable[Match]]:
    async def ask(text: str) -> Match:
        async with fresh_database.connection() as db:
            return await find(db, text, lexicon=lexicon, roads=roads)

    return ask


async def _until(holds: Callable[[], bool], *, seconds: float = 60) -> None:
    for _ in range(round(seconds * 100)):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def _forgotten(roads: Roads) -> None:
    """Within a second, or the test fails."""
    await _until(lambda: roads.get(ROAD) is None, seconds=1)


async def test_a_road_is_read_once(enter: Enter, roads: Roads, look: Callable[[str], Awaitable[Match]]) -> None:
    await enter("汇宁大厦", "宜山路935号", "901")
    await _until(lambda: roads.turn > 0)
    assert (await look(ASKED)).class_ == "A"
    known = roads.get(ROAD)
    assert known is not None
    assert (await look(ASKED)).class_ == "A"
    assert roads.get(ROAD) is known


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE carriers SET name = '汇宁新厦'",
        "UPDATE carriers SET retired_at = now()",
        "UPDATE carriers SET floors_above = 3",
        "UPDATE carrier_addresses SET number = '937'",
        "UPDATE carrier_addresses SET road = '虹桥路'",
        "UPDATE carrier_addresses SET ends_on = '2020-01-01'",
        "DELETE FROM carrier_addresses",
    ],
)
async def test_what_another_process_changes_is_seen_within_a_second(
    enter: Enter,
    other: Connection,
    fresh_database: Database,
    lexicon: Lexicon,
    roads: Roads,
    look: Callable[[str], Awaitable[Match]],
    change: str,
) -> None:
    await enter("汇宁大厦", "宜山路935号", "901")
    await _until(lambda: roads.turn > 0)
    await look(ASKED)
    assert roads.get(ROAD) is not None
    await other.execute(change)
    await _forgotten(roads)
    async with fresh_database.connection() as db:
        assert await look(ASKED) == await find(db, ASKED, lexicon=lexicon)


async def test_a_new_shop_and_a_lost_one_are_seen(
    enter: Enter, other: Connection, roads: Roads, look: Callable[[str], Awaitable[Match]]
) -> None:
    await enter("宜山路沿街商铺", "宜山路", "101号:", kind=CarrierKind.STREET)
    await _until(lambda: roads.turn > 0)
    assert (await look("徐汇区宜山路103号")).class_ == "N"
    await other.execute(
        "INSERT INTO units (carrier_id, district_code, kind, label, key, number) "
        "SELECT id, district_code, 'shop', '', '', '103' FROM carriers"
    )
    await _forgotten(roads)
    assert (await look("徐汇区宜山路103号")).class_ == "A"
    await other.execute("UPDATE units SET retired_at = now() WHERE number = '103'")
    await _forgotten(roads)
    assert (await look("徐汇区宜山路103号")).class_ == "N"


async def test_a_change_that_is_not_committed_is_not_told(
    enter: Enter, other: Connection, roads: Roads, look: Callable[[str], Awaitable[Match]]
) -> None:
    await enter("汇宁大厦", "宜山路935号", "901")
    await _until(lambda: roads.turn > 0)
    await look(ASKED)
    transaction = other.transaction()
    await transaction.start()
    await other.execute("UPDATE carriers SET name = '汇宁新厦'")
    await transaction.rollback()
    await asyncio.sleep(0.1)
    assert roads.get(ROAD) is not None


async def test_who_is_cut_off_remembers_nothing_and_comes_back(
    enter: Enter, other: Connection, roads: Roads, look: Callable[[str], Awaitable[Match]]
) -> None:
    await enter("汇宁大厦", "宜山路935号", "901")
    await _until(lambda: roads.turn > 0)
    await look(ASKED)
    await other.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'zhusuo roads'"
    )
    await _forgotten(roads)
    assert not roads.awake
    assert (await look(ASKED)).class_ == "A"
    assert roads.get(ROAD) is None
    await _until(lambda: roads.awake)
    await look(ASKED)
    assert roads.get(ROAD) is not None


def test_a_road_read_before_a_change_is_not_kept_after_it() -> None:
    roads = Roads(awake=True)
    turn = roads.turn
    roads.forget(ROAD)
    roads.keep([Road(ROAD, ())], turn)
    assert roads.get(ROAD) is None
    roads.keep([Road(ROAD, ())], roads.turn)
    assert roads.get(ROAD) is not None
