"""Who is told what becomes of a filing or a version: filer, reviewers of the district, the manager of the carrier."""

from uuid import UUID

from zhusuo import notices
from zhusuo.carriers import store as carriers
from zhusuo.db import Connection
from zhusuo.dossiers import store
from zhusuo.dossiers.model import DossierVersion, Filing

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


async def tell_keepers(db: Connection, version: DossierVersion, kind: str, title: str, body: str) -> None:
    """Who has to see to it that a version stays good: the carrier's manager now, and whoever filed it."""
    manager = await carriers.manager_of(db, version.carrier_id)
    for organisation_id in dict.fromkeys(each for each in (manager, version.organisation_id) if each):
        desk = DESK_OF.get(await store.organisation_kind(db, organisation_id), "/property")
        await notices.send(
            db,
            organisation_id,
            kind,
            title,
            f"{desk}/carriers/{version.carrier_id}{'/dossier' if desk == '/property' else ''}",
            body=body,
            carrier_id=version.carrier_id,
        )
