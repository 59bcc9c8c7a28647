"""Whatever is split, merged, renumbered and taken back, in any order: nothing descends from itself, no two units in use
share space, no square metre is lost, the dossier covers what it covered, and what was known at a moment stays so."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.actions.test_changes import DAY, House, broken, tower
from zhusuo.carriers import history, store
from zhusuo.carriers.model import NewUnits, Unit
from zhusuo.carriers.unit_actions import renumber_unit
from zhusuo.changes import store as changes
from zhusuo.changes.actions import NotUndoable, merge_units, split_unit, undo_change
from zhusuo.db import Connection, Database

STEPS = st.lists(
    st.tuples(st.sampled_from(["split", "merge", "renumber", "undo"]), st.integers(0, 99), st.integers(1, 99)),
    min_size=1,
    max_size=8,
)


class Floor:
    """A floor on which things are done one after the other; every new label is one nobody had."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.count = 0
        self.done: list[object] = []

    def label(self) -> str:
        self.count += 1
        return f"10{self.count:02}室"

    async def known(self) -> tuple[datetime, dict[UUID, str]]:
        """This moment, and which units there are today as far as we know now."""
        live = await store.units(self.house.db, self.house.carrier_id)
        return await history.moment(self.house.db), {unit.id: unit.label for unit in live}

    async def labels(self, at: datetime) -> dict[UUID, str]:
        """Which units there were today, as one could know it at that moment."""
        rows = await self.house.db.fetch("SELECT id FROM units WHERE carrier_id = $1", self.house.carrier_id)
        facts = [await history.as_of(self.house.db, row["id"], DAY, at) for row in rows]
        return {fact.unit_id: fact.label for fact in facts if fact is not None}

    async def do(self, what: str, which: int, share: int) -> None:
        live = await store.units(self.house.db, self.house.carrier_id)
        unit = live[which % len(live)]
        database, manager = self.house.database, self.house.manager
        if what == "split":
            halves = self._halves(unit, share)
            outcome = await split_unit(database, manager, unit.id, unit.version, halves, on=DAY, day=DAY)
            self.done.append(outcome.change_id)
        elif what == "merge" and len(live) > 1:
            other = live[(which + 1 + share % (len(live) - 1)) % len(live)]
            versions = {unit.id: unit.version, other.id: other.version}
            new = NewUnits(label=self.label())
            self.done.append((await merge_units(database, manager, versions, new, on=DAY, day=DAY)).change_id)
        elif what == "renumber":
            new = NewUnits(label=self.label())
            self.done.append(await renumber_unit(database, manager, unit.id, unit.version, new, on=DAY, day=DAY))
        elif what == "undo" and self.done:
            await self._undo(share)

    def _halves(self, unit: Unit, share: int) -> Sequence[NewUnits]:
        assert unit.area_m2 is not None
        one = (unit.area_m2 * share / 100).quantize(Decimal("0.01")) or Decimal("0.01")
        return [
            NewUnits(label=self.label(), area_m2=one),
            NewUnits(label=self.label(), area_m2=max(unit.area_m2 - one, Decimal("0.01"))),
        ]

    async def _undo(self, which: int) -> None:
        change = self.done[which % len(self.done)]
        try:
            await undo_change(self.house.database, self.house.manager, change, day=DAY)  # type: ignore[arg-type]
        except NotUndoable:
            return
        self.done.remove(change)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_genealogy(database: Database, db: Connection, steps: list[tuple[str, int, int]]) -> None:
    house = await tower(database, db)
    rooms = [await house.room(f"{number}室", 1000) for number in (1091, 1092, 1093)]
    await house.cover(*rooms)
    floor = Floor(house)
    known = [await floor.known()]
    for step in steps:
        await floor.do(*step)
        known.append(await floor.known())
    for at, labels in known:
        assert await floor.labels(at) == labels
    live = await store.units(db, house.carrier_id)
    assert abs(sum(unit.area_m2 or 0 for unit in live) - 3000) <= Decimal("0.08")
    ids = {unit.id for unit in live}
    for unit in live:
        assert await house.covered(unit.id)
        assert set(await store.overlapping(db, unit.id)) & ids == {unit.id}
        fact = await history.as_of(db, unit.id, DAY, await history.moment(db))
        assert fact is not None
        assert (fact.label, fact.area_m2) == (unit.label, unit.area_m2)
    reached = {unit_id for room in rooms for unit_id in await changes.successors(db, room)}
    assert reached == ids
    assert await broken(db) == []
