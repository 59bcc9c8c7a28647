"""How far a list is."""

from dataclasses import dataclass
from uuid import UUID

from zhusuo.addresses.lexicon import Lexicon
from zhusuo.db import Connection
from zhusuo.lookup.lists import store
from zhusuo.lookup.lists.actions import KIND
from zhusuo.lookup.lists.model import AddressList, Counts, ListStatus
from zhusuo.lookup.version import version_of


@dataclass(frozen=True, kw_only=True)
class Report:
    """A list with what became of its rows. `stuck` says that nobody works on it any more, `stale` that another answer
    might be given today."""

    list: AddressList
    counts: Counts
    stuck: bool
    stale: bool

    @property
    def moving(self) -> bool:
        return self.list.status is ListStatus.CLASSIFYING and not self.stuck


async def report(db: Connection, lexicon: Lexicon, list_id: UUID) -> Report | None:
    found = await store.one(db, list_id)
    if found is None:
        return None
    counts = await store.counts(db, list_id)
    is_done = found.status is ListStatus.DONE
    return Report(
        list=found,
        counts=counts,
        stuck=not is_done and await _is_quarantined(db, list_id),
        stale=is_done and found.version != await version_of(db, lexicon),
    )


async def _is_quarantined(db: Connection, list_id: UUID) -> bool:
    """Given up by the background, and not asked for again."""
    found: bool = await db.fetchval(
        """
        SELECT NOT EXISTS (
                   SELECT
                     FROM tasks
                    WHERE kind = $1
                      AND noun_id = $2
                      AND done_at IS NULL
                      AND quarantined_at IS NULL)
        """,
        KIND,
        list_id,
    )
    return found
