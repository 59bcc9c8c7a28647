"""Who is told what becomes of a filing: its filer, the reviewers of the district, the manager it was filed for."""

from uuid import UUID

from zhusuo import notices
from zhusuo.carriers import store as carriers
from zhusuo.db import Connection
from zhusuo.dossiers import store
from zhusuo.dossiers.model import Filing

DESK_OF = {"property_manager": "/property", "agency": "/agency", "approval_authority": "/approval"}


async def tell_reviewers(db: Connection, filing: Filing, kind: str, title: str, body: str = "") -> None:
    for authority in await carriers.authorities(db, filing.district_code):
        await notices.send(
            db,
            authority,
            kind,
            title,
            f"/approval/filings/{filing.id}",
            body=body,
            carrier_id=filing.carrier_id,
        )


async def tell_filer(db: Connection, filing: Filing, kind: str, title: str, body: str = "") -> None:
    """The organisation that filed; and the carrier's manager, where somebody else filed on their behalf."""
    await tell_organisation(db, filing.organisation_id, filing, kind, title, body)
    manager = await carriers.manager_of(db, filing.carrier_id) if filing.on_behalf_of else None
    if manager is not None and manager != filing.organisation_id:
        await notices.send(
            db,
            manager,
            kind,
            title,
            f"/property/carriers/{filing.carrier_id}",
            body=body,
            carrier_id=filing.carrier_id,
        )


async def tell_organisation(
    db: Connection, organisation_id: UUID, filing: Filing, kind: str, title: str, body: str = ""
) -> None:
    """About a filing of its own."""
    desk = DESK_OF.get(await store.organisation_kind(db, organisation_id), "/property")
    await notices.send(
        db, organisation_id, kind, title, f"{desk}/filings/{filing.id}", body=body, carrier_id=filing.carrier_id
    )
