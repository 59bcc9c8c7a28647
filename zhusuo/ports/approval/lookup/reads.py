"""What the counter's first page reads besides the verdict."""

from uuid import UUID

from zhusuo.db import Connection
from zhusuo.people.model import Actor


async def reuse_by_number(db: Connection, actor: Actor, number: str) -> UUID | None:
    found: UUID | None = await db.fetchval(
        """
        SELECT id
          FROM reuses
         WHERE number = $1
           AND district_code = $2
        """,
        number,
        actor.district_code,
    )
    return found
