"""使用权链 of a version in force or of old, read for its picture."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import Unit
from zhusuo.db import Connection
from zhusuo.dossiers import store as dossiers
from zhusuo.dossiers.model import DossierVersion
from zhusuo.ports.common.cards import Params
from zhusuo.ports.common.chain_card import chain_card
from zhusuo.registrations.model import Verdict
from zhusuo.registrations.papers import papers_of

READER = "/documents/"


async def chain_to(
    db: Connection, verdict: Verdict, day: date, *, lease_id: UUID | None = None, tenant: str = "", href: str = READER
) -> Params | None:
    """The chain of the unit that a verdict covers: to the tenant of a lease that was read, else to who is to let it."""
    unit = verdict.match.unit
    covering = await dossiers.effective_version_for(db, unit.id) if unit and verdict.documents else None
    if unit is None or covering is None:
        return None
    asked = await carriers.units_by_ids(db, [unit.id])
    return await chain_of(db, covering.version, day, asked=asked, lease_id=lease_id, tenant=tenant, href=href)


async def chain_of(
    db: Connection,
    version: DossierVersion,
    day: date,
    *,
    asked: Sequence[Unit] | None = None,
    lease_id: UUID | None = None,
    tenant: str = "",
    href: str = READER,
) -> Params | None:
    """Its units' chain, or that of some of them; with a lease that was read, as far as its tenant."""
    ids = [each.document_id for each in await dossiers.documents_of_version(db, version.id)]
    ids += [lease_id] if lease_id else []
    found = await papers_of(db, ids)
    papers = [paper for document_id in ids for paper in found.get(document_id, ())]
    units = await carriers.units_by_ids(db, await dossiers.units_of_version(db, version.id))
    wanted = units if asked is None else [unit for unit in units if unit.id in {each.id for each in asked}]
    return chain_card(papers, version.title_situation, units, wanted, day, tenant=tenant, href=href)
