"""载体 rows: who may see them, and which units share space."""

from uuid import UUID

import pytest

from tests import make
from zhusuo.carriers import store
from zhusuo.db import Connection


async def test_a_carrier_is_seen_by_those_it_concerns_and_nobody_else(db: Connection) -> None:
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id)
    concerned = [
        manager,
        await make.actor(db, role="clerk"),
        await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT})),
        await make.actor(db, role="administrator", district_code="310101"),
    ]
    strangers = [
        await make.actor(db, role="manager"),
        await make.actor(db, role="agent", organisation_id=manager.organisation_id),
        await make.actor(db, role="clerk", district_code="310101"),
        await make.actor(db, role="supervisor", subdistricts=frozenset({"310104004"})),
        await make.actor(db, role="supervisor"),
    ]
    assert [await store.by_id_for(db, each, carrier_id) is not None for each in concerned] == [True] * 4
    assert [await store.by_id_for(db, each, carrier_id) for each in strangers] == [None] * 5


@pytest.mark.parametrize("status", ["claimed", "refused", "ended"])
async def test_only_a_confirmed_management_opens_a_carrier(db: Connection, status: str) -> None:
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db)
    await make.management(db, carrier_id=carrier_id, organisation_id=manager.organisation_id, status=status)
    assert await store.by_id_for(db, manager, carrier_id) is None


async def test_a_whole_floor_shares_space_with_its_rooms_and_a_unit_with_its_parts(db: Connection) -> None:
    carrier_id = await make.carrier(db)

    async def unit(label: str, floor: int = 8, kind: str = "room", **facts: str) -> UUID:
        return await make.unit(db, carrier_id=carrier_id, label=label, floor=floor, kind=kind, **facts)

    whole = await unit("8层整层", kind="whole_floor")
    room, other = await unit("801室"), await unit("802室")
    hall, desk = await unit("电梯厅", kind="service"), await unit("工位1", kind="virtual")
    elsewhere = [await unit("901室", 9), await unit("801室", building="2号楼")]
    west, east = await unit("801室西", kind="part"), await unit("801室东", kind="part")
    await db.execute("UPDATE units SET part_of = $1 WHERE id = ANY ($2::uuid[])", room, [west, east])

    assert set(await store.overlapping(db, whole)) == {whole, room, other, west, east}
    assert set(await store.overlapping(db, room)) == {room, whole, west, east}
    assert set(await store.overlapping(db, west)) == {west, room, whole}
    assert set(await store.overlapping(db, other)) == {other, whole}
    for alone in (hall, desk, *elsewhere):
        assert await store.overlapping(db, alone) == [alone]


async def test_retired_units_still_share_the_space_they_had(db: Connection) -> None:
    carrier_id = await make.carrier(db)
    whole = await make.unit(db, carrier_id=carrier_id, label="8层整层", floor=8, kind="whole_floor")
    room = await make.unit(db, carrier_id=carrier_id, label="801室", floor=8)
    await db.execute("UPDATE units SET retired_at = now() WHERE id = $1", whole)
    assert whole in await store.overlapping(db, room)
    assert [unit.id for unit in await store.units(db, carrier_id)] == [room]
