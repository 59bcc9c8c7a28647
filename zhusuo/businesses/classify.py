"""归集: addresses as a register writes them, each to its carrier and units."""

from collections.abc import Sequence

from zhusuo.addresses.lexicon import Lexicon
from zhusuo.db import Connection
from zhusuo.lookup.find import find_many
from zhusuo.lookup.model import Match


async def classify(
    db: Connection, texts: Sequence[str], *, lexicon: Lexicon, district_codes: frozenset[str] | None
) -> list[Match]:
    """What each of these addresses leads to, in their order."""
    return await find_many(db, texts, lexicon=lexicon, district_codes=district_codes)
