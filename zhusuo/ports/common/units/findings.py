"""现场: what was found in a unit by those who went and looked, with its photographs, for the counter and for 监管端."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Template

from zhusuo import audit
from zhusuo.carriers import store as carriers
from zhusuo.db import Connection, Database
from zhusuo.errors import NotFound
from zhusuo.inspections.model import Outcome
from zhusuo.people.model import Actor
from zhusuo.ports.common.pages import page

Asked = Request[Any, Any, Any]
MOST = 20


@dataclass(frozen=True, kw_only=True)
class Found:
    """A finding with the documents of its photographs: those that are drawn, and how many are not yet."""

    number: str
    subject: str
    outcome: Outcome
    other_business: str
    note: str
    found_by: str
    found_at: datetime
    concludes: bool
    document_ids: tuple[UUID, ...]
    waiting: int


async def found_in(db: Connection, unit_id: UUID) -> list[Found]:
    """In this unit and in what it came from, the newest first."""
    rows = await db.fetch(
        """
        SELECT i.number, i.subject, f.outcome, f.other_business, f.note, persons.name AS found_by, f.found_at,
               f.concludes, greatest(f.photo_count, photos.arrived) - cardinality(photos.drawn) AS waiting,
               photos.drawn AS document_ids
          FROM inspections AS i
          JOIN findings AS f ON f.inspection_id = i.id
          JOIN persons ON persons.id = f.found_by
    CROSS JOIN LATERAL (
               SELECT count(*)::integer AS arrived,
                      coalesce(array_agg(p.document_id ORDER BY p.taken_at) FILTER (WHERE EXISTS (
                          SELECT
                            FROM document_pages AS page
                           WHERE page.document_id = p.document_id
                             AND page.preview_sha256 IS NOT NULL)), '{}') AS drawn
                 FROM finding_photos AS p
                WHERE p.finding_id = f.id
               ) AS photos
         WHERE i.unit_id IN (SELECT id FROM lineage_of($1))
      ORDER BY f.found_at DESC
         LIMIT $2
        """,
        unit_id,
        MOST,
    )
    return [
        Found(**{**row, "outcome": Outcome(row["outcome"]), "document_ids": tuple(row["document_ids"])}) for row in rows
    ]


@get("/units/{unit_id:uuid}/findings", name="units.findings")
async def findings(
    request: Asked, unit_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Template:
    async with database.transaction() as db:
        unit = await carriers.unit_by_id(db, unit_id)
        carrier = await carriers.by_id(db, unit.carrier_id) if unit else None
        if unit is None or carrier is None:
            raise NotFound
        found = await found_in(db, unit_id)
        await audit.record(db, actor, "view", "inspection", unit_id, carrier_id=carrier.id)
    return page(request, "units/findings.html", unit=unit, carrier=carrier, found=found)


doors: list[HTTPRouteHandler] = [findings]
