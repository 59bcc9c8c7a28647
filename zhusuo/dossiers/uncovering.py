"""揭开遮盖: what is covered on a page, shown to one person for some minutes, for a reason that is kept.

Only whoever brought the document or reviews it may ask; everybody else goes on seeing the page covered. Identity
numbers are not among the words kept of a page, so that there is nothing to uncover in its text.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from zhusuo import audit
from zhusuo.db import Connection, Database
from zhusuo.dossiers import document_pages, documents
from zhusuo.dossiers.access import person_of
from zhusuo.errors import Conflict, Invalid, NotFound
from zhusuo.people.model import Actor


class StillCovered(Conflict):
    code = "still_covered"
    sentence = "原件里有遮盖的内容。请先在材料页写明理由揭开，十分钟内可以下载。"


LASTS = timedelta(minutes=10)
SHORTEST_REASON, LONGEST_REASON = 4, 200


_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])(?:[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
    r"|(?:\+?86-?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4})(?![0-9A-Za-z])"
)
"""A number with a birthday in it, also one that was mistyped; or a mobile number. A company's code has no birthday."""


def covered_words(text: str) -> str:
    """What somebody typed, with identity and mobile numbers blotted out."""
    return _NUMBER.sub(lambda found: "●" * len(found[0]), text)


@dataclass(frozen=True, kw_only=True)
class Uncovering:
    """One page, open to one person until it is covered again."""

    document_id: UUID
    page: int
    reason: str
    covered_again_at: datetime


async def uncover(database: Database, actor: Actor, document_id: UUID, page: int, reason: str) -> Uncovering:
    """Show a covered page to the actor for ten minutes. Raises NotFound, Invalid."""
    reason = covered_words(" ".join(reason.split()))[:LONGEST_REASON]
    async with database.transaction() as db:
        seen = await documents.by_id_for(db, actor, document_id)
        found = await document_pages.page(db, document_id, page) if seen else None
        if seen is None or not seen.trusted or found is None or not (found.masks or found.sensitive):
            raise NotFound
        if len(reason) < SHORTEST_REASON:
            raise Invalid({"reason": "请写明为什么要看，至少四个字。"})
        await db.execute(
            """
            INSERT INTO uncoverings (document_id, page, person_id, reason, covered_again_at)
                 VALUES ($1, $2, $3, $4, now() + $5::interval)
            """,
            document_id,
            page,
            person_of(actor),
            reason,
            LASTS,
        )
        detail = {"page": page, "reason": reason}
        carrier_id = seen.document.carrier_id
        await audit.record(db, actor, "uncover_page", "document", document_id, carrier_id=carrier_id, detail=detail)
        opened = await open_for(db, actor, document_id, page)
        if opened is None:
            raise NotFound
        return opened


async def refuse_covered(db: Connection, actor: Actor, document_id: UUID) -> None:
    """Raises StillCovered where the original shows what is covered on its pages, and none lies open to the actor."""
    covered = await db.fetchval(
        """
        SELECT EXISTS (
                   SELECT
                     FROM document_pages
                    WHERE document_id = $1
                      AND read_at IS NOT NULL
                      AND (sensitive OR masks <> '[]'))
               AND NOT EXISTS (
                   SELECT
                     FROM uncoverings
                    WHERE document_id = $1
                      AND person_id = $2
                      AND covered_again_at > now())
        """,
        document_id,
        actor.person_id,
    )
    if covered:
        raise StillCovered


async def open_for(db: Connection, actor: Actor, document_id: UUID, page: int) -> Uncovering | None:
    """The page as it lies open to this person at this moment."""
    row = await db.fetchrow(
        """
        SELECT document_id, page, reason, covered_again_at
          FROM uncoverings
         WHERE document_id = $1
           AND page = $2
           AND person_id = $3
           AND covered_again_at > now()
      ORDER BY covered_again_at DESC
         LIMIT 1
        """,
        document_id,
        page,
        actor.person_id,
    )
    return Uncovering(**dict(row)) if row else None
