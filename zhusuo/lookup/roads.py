"""Roads that were read before, kept for as long as nothing on them has changed."""

from collections.abc import Iterable

from zhusuo.lookup.gates import Road

MOST_GATES = 400_000
MOST_ROADS = 100_000


class Roads:
    """What a process remembers of PostgreSQL's roads. It is told what has changed, and forgets that.

    A road that was read before a change and comes back after it is not kept: `turn` counts the changes.
    """

    def __init__(self) -> None:
        self._roads: dict[str, Road] = {}
        self._gates = 0
        self.turn = 0

    def get(self, name: str) -> Road | None:
        return self._roads.get(name)

    def keep(self, roads: Iterable[Road], turn: int) -> None:
        """Remember roads that were read when `turn` was the count of changes."""
        if turn != self.turn:
            return
        for road in roads:
            if self._gates >= MOST_GATES or len(self._roads) >= MOST_ROADS:
                self._roads.clear()
                self._gates = 0
            self._roads[road.name] = road
            self._gates += len(road.gates)

    def forget(self, name: str) -> None:
        """Something on this road has changed."""
        self.turn += 1
        road = self._roads.pop(name, None)
        if road is not None:
            self._gates -= len(road.gates)

    def forget_all(self) -> None:
        """Changes may have been missed."""
        self.turn += 1
        self._roads.clear()
        self._gates = 0
