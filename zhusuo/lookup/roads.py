"""Roads that were read before, kept for as long as nothing on them has changed.

PostgreSQL is the truth. A process may remember roads only while it listens to what PostgreSQL tells of changes, and its
connection answers every half second; otherwise every road is read anew. So what another process has changed is seen
within a second, whatever breaks in between.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from functools import partial

import asyncpg

from zhusuo.db import Down
from zhusuo.lookup.gates import Road

CHANNEL = "zhusuo_roads"
MOST_GATES = 400_000
MOST_ROADS = 100_000
BEAT_SECONDS = 0.5
AGAIN_SECONDS = 2.0


class Roads:
    """What a process remembers of PostgreSQL's roads. It is told what has changed, and forgets that.

    A road that was read before a change and comes back after it is not kept: `turn` counts the changes. Without
    `awake` nothing is remembered: for a snapshot, which cannot change, it is awake from the start.
    """

    def __init__(self, *, awake: bool = False) -> None:
        self._roads: dict[str, Road] = {}
        self._gates = 0
        self.turn = 0
        self.awake = awake

    def get(self, name: str) -> Road | None:
        return self._roads.get(name)

    def keep(self, roads: Iterable[Road], turn: int) -> None:
        """Remember roads that were read when `turn` was the count of changes."""
        if turn != self.turn or not self.awake:
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

    def sleep(self) -> None:
        """Changes may be missed from now on."""
        self.awake = False
        self.turn += 1
        self._roads.clear()
        self._gates = 0

    async def follow(self, url: str) -> None:
        """Listens to what changes, until it is cancelled; the connection is made anew when it breaks."""
        while True:
            with suppress(*Down):
                await self._listen(url)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _listen(self, url: str) -> None:
        db = await asyncpg.connect(url, timeout=5, server_settings={"application_name": "zhusuo roads"})
        try:
            db.add_termination_listener(lambda _: self.sleep())
            await db.add_listener(CHANNEL, partial(_told, self))
            self.awake = True
            while True:
                await asyncio.sleep(BEAT_SECONDS)
                await db.execute("SELECT 1", timeout=BEAT_SECONDS)
        finally:
            self.sleep()
            db.terminate()


def _told(roads: Roads, _connection: object, _pid: int, _channel: str, name: object) -> None:
    roads.forget(str(name))
