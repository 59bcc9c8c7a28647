"""到期提醒: what runs out is told of before a tenant is sent home for it: a version, and each paper by its own term.

Said two months ahead, two weeks ahead, and when it has run out; each once. What comes late to a stage is told of that
stage alone. Of papers those with a term of their own: mandates, leases of the operator's own, the term of the land.
"""

from datetime import date

from zhusuo import events
from zhusuo.carriers import store as carriers
from zhusuo.db import Connection, Database
from zhusuo.dossiers import documents, store, telling
from zhusuo.dossiers.model import Document, DocumentKind, DossierVersion

STAGES = (60, 14)
OVER = -1
MOST_AT_ONCE = 500


def stage(days_left: int) -> int | None:
    """How many days ahead this reminder is (OVER: it has run out), or None while there is time."""
    if days_left < 0:
        return OVER
    return min((days for days in STAGES if days_left <= days), default=None)


WHAT_TO_DO = {
    DocumentKind.MANDATE: "请取得续期的授权，发起变更备案；授权到期后，租户的租赁合同核对不会通过。",
    DocumentKind.LEASE: "请续签或换上新的租赁合同，发起变更备案。",
    DocumentKind.TITLE_DEED: "请办理土地使用权续期，并发起变更备案。",
}


async def remind(database: Database, day: date) -> int:
    """Tell of every version and every paper that came to a stage; how many were told of."""
    return await _remind_of_versions(database, day) + await _remind_of_papers(database, day)


async def _remind_of_papers(database: Database, day: date) -> int:
    async with database.connection() as db:
        ending = await store.papers_ending(db, day, STAGES, OVER, MOST_AT_ONCE)
    reminded = 0
    for version_id, document_id in ending:
        async with database.transaction() as db:
            version, document = await store.version_by_id(db, version_id), await documents.by_id(db, document_id)
            if version is not None and document is not None:
                reminded += await _remind_of_paper(db, version, document, day)
    return reminded


async def _remind_of_paper(db: Connection, version: DossierVersion, document: Document, day: date) -> bool:
    if document.valid_until is None:
        return False
    days_left = (document.valid_until - day).days
    reached = stage(days_left)
    if reached is None or not await store.insert_paper_reminder(db, version.id, document.id, reached):
        return False
    over = reached == OVER
    await events.emit(
        db,
        "document.expired" if over else "document.expiring",
        "document",
        document.id,
        carrier_id=version.carrier_id,
        district_code=version.district_code,
        content={
            "version_id": str(version.id),
            "kind": document.kind,
            "valid_until": document.valid_until.isoformat(),
        },
    )
    if document.valid_until == version.valid_until:  # what ends with its version is told of with it
        return True
    carrier = await carriers.by_id(db, version.carrier_id)
    title = f"{carrier.name if carrier else ''} 的{document.kind.label}"
    title += "已到期" if over else f"还有 {days_left} 天到期" if days_left else "今天到期"
    body = f"{document.file_name} 至 {document.valid_until.isoformat()}。"
    body += WHAT_TO_DO.get(document.kind, "请换上仍在有效期内的材料，发起变更备案。")
    await telling.tell_keepers(db, version, "paper_over" if over else "paper_ending", title, body)
    return True


async def _remind_of_versions(database: Database, day: date) -> int:
    """Each one in its own transaction."""
    async with database.connection() as db:
        ending = await store.ending(db, day, STAGES, OVER, MOST_AT_ONCE)
    reminded = 0
    for version_id in ending:
        async with database.transaction() as db:
            version = await store.version_by_id(db, version_id)
            if version is not None:
                reminded += await _remind(db, version, day)
    return reminded


async def _remind(db: Connection, version: DossierVersion, day: date) -> bool:
    days_left = (version.valid_until - day).days
    reached = stage(days_left)
    if reached is None or not await store.insert_reminder(db, version.id, reached):
        return False
    over = reached == OVER
    await events.emit(
        db,
        "dossier.expired" if over else "dossier.expiring",
        "dossier",
        version.dossier_id,
        carrier_id=version.carrier_id,
        district_code=version.district_code,
        content={"version_id": str(version.id), "valid_until": version.valid_until.isoformat()},
    )
    carrier = await carriers.by_id(db, version.carrier_id)
    name = carrier.name if carrier else ""
    title = f"{name} {version.dossier_number} 第 {version.number} 版"
    title += "已过有效期" if over else f"还有 {days_left} 天到期" if days_left else "今天到期"
    await telling.tell_keepers(
        db,
        version,
        "version_over" if over else "version_ending",
        title,
        f"有效期至 {version.valid_until.isoformat()}。{'现在' if over else '到期后'}租户办登记要另交材料；"
        "请发起到期复核，没有变动的材料不必再传。",
    )
    return True
