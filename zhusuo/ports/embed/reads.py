"""What the panel reads."""

from zhusuo.db import Connection


async def origins(db: Connection) -> list[str]:
    """The sites whose pages may frame the panel: those registered for clients that are in use."""
    rows = await db.fetch(
        """
        SELECT DISTINCT origin
          FROM clients
         WHERE origin IS NOT NULL
           AND disabled_at IS NULL
      ORDER BY origin
        """
    )
    return [row["origin"] for row in rows]
