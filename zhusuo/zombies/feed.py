"""How far the signals have followed the feed of events, and up to which day everybody was swept."""

from zhusuo.db import Connection


async def position(db: Connection, name: str) -> int:
    found: int | None = await db.fetchval(
        """
        SELECT position
          FROM zombie_positions
         WHERE name = $1
        """,
        name,
    )
    return found or 0


async def set_position(db: Connection, name: str, reached: int) -> None:
    """It only ever goes on."""
    await db.execute(
        """
        INSERT INTO zombie_positions (name, position)
             VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE
                SET position = excluded.position
              WHERE zombie_positions.position < excluded.position
        """,
        name,
        reached,
    )


async def forget_position(db: Connection, name: str) -> None:
    """What was gone through is to be gone through again."""
    await db.execute(
        """
        DELETE FROM zombie_positions
              WHERE name = $1
        """,
        name,
    )
