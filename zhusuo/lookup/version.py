"""The version of an answer: the words and the grammar by which it was read, and what was on file then."""

from zhusuo.addresses.lexicon import Lexicon
from zhusuo.db import Connection


async def version_of(db: Connection, lexicon: Lexicon) -> str:
    """The same text gets the same answer for as long as this stays the same."""
    newest = await db.fetchval(
        """
        SELECT id
          FROM events
         WHERE noun IN ('carrier', 'correction')
      ORDER BY id DESC
         LIMIT 1
        """
    )
    return f"{lexicon.version}/{newest or 'empty'}"
