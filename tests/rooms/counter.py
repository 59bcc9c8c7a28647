"""A house on file, an intake system with its token, and the clerk behind it: what tests of the open API begin with."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from tests import make
from tests import make_registrations as making
from tests.support.web import Site, Visitor
from zhusuo.db import Connection
from zhusuo.people.model import Actor
from zhusuo.ports.common.app import today
from zhusuo.waivers.actions import import_shipped

CLERK = "ZC-0803"
APPLICANT = making.LEASE_FACTS["lessee"]
ADDRESS = "上海市徐汇区云锦路887号1403室"
TERM = {"term_start": f"{today() - timedelta(days=60)}", "term_end": f"{today() + timedelta(days=900)}"}


@dataclass(frozen=True, kw_only=True)
class Counter:
    """云锦路887号 with 1403室, which a version covers, and a clerk of the district."""

    clerk: Actor
    carrier_id: UUID
    unit_id: UUID
    version_id: UUID

    async def lease(self, db: Connection, **facts: Any) -> UUID:
        """The applicant's lease, read, as the clerk's organisation brought it."""
        return await making.lease(db, organisation_id=self.clerk.organisation_id, **{**TERM, **facts})

    def reuse(self, **said: Any) -> dict[str, Any]:
        """The body of POST /reuses."""
        return {
            "clerk": CLERK,
            "unit_id": str(self.unit_id),
            "applicant": APPLICANT,
            "case_number": "2026-XJH-110873",
            "item_code": "company_formation",
            "address": ADDRESS,
        } | {key: str(value) if isinstance(value, UUID) else value for key, value in said.items()}


async def set_up(site: Site, db: Connection, *, kinds: Sequence[str] = tuple(making.FILED_FACTS)) -> Counter:
    await import_shipped(site.database)
    carrier_id = await making.house(db)
    unit_id = await making.room(db, carrier_id=carrier_id)
    mandate = {
        **making.FILED_FACTS["mandate"],
        "term_start": TERM["term_start"],
        "term_end": f"{today() + timedelta(days=2000)}",
    }
    version_id = await making.version(
        db,
        carrier_id=carrier_id,
        unit_ids=[unit_id],
        kinds=tuple(kinds),
        facts={**making.FILED_FACTS, "mandate": mandate},
    )
    clerk = await make.actor(db, role="clerk", name="周敏")
    return Counter(clerk=clerk, carrier_id=carrier_id, unit_id=unit_id, version_id=version_id)


@asynccontextmanager
async def system(
    site: Site, db: Connection, counter: Counter, *scopes: str, quota: int = 600
) -> AsyncIterator[Visitor]:
    """An intake system of the clerk's organisation whose clerk ZC-0803 is our clerk."""
    async with site.client(counter.clerk, *scopes, quota=quota) as visitor:
        await db.execute(
            """
            INSERT INTO client_clerks (client_id, clerk, person_id)
                 SELECT id, $1, $2
                   FROM clients
               ORDER BY id DESC
                  LIMIT 1
            """,
            CLERK,
            counter.clerk.person_id,
        )
        yield visitor
