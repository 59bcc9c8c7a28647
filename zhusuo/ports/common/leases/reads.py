"""What the pre-check reads: the leases an organisation brought for a carrier."""

from uuid import UUID

from zhusuo.db import Connection
from zhusuo.dossiers import documents
from zhusuo.dossiers.model import Document
from zhusuo.people.model import Actor

MOST = 60
KEPT_DAYS = 30


async def brought(db: Connection, actor: Actor, carrier_id: UUID) -> list[Document]:
    """The leases of the last weeks, newest first."""
    rows = await db.fetch(
        """
        SELECT id
          FROM documents
         WHERE carrier_id = $1
           AND organisation_id = $2
           AND purpose = 'lease'
           AND discarded_at IS NULL
           AND uploaded_at > now() - make_interval(days => $3)
      ORDER BY uploaded_at DESC, id DESC
         LIMIT $4
        """,
        carrier_id,
        actor.organisation_id,
        KEPT_DAYS,
        MOST,
    )
    order = [row["id"] for row in rows]
    return sorted(await documents.by_ids(db, order), key=lambda each: order.index(each.id))
