"""使用权链 kept up: how the chain of every version stands, anew each day and when a version ends; and whom it touches.

A mandate that ends overnight breaks a chain without anybody doing anything. Whoever reviews and whoever manages is told
when a chain breaks, holds again, or ends with its version, with how many registrations and receipts rest on it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from zhusuo import events, notices
from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import unit_name
from zhusuo.db import Connection, Database
from zhusuo.dossiers import store as dossiers
from zhusuo.dossiers import telling
from zhusuo.dossiers.model import DossierVersion, VersionStatus
from zhusuo.registrations.chains import chains
from zhusuo.registrations.model import RegistrationStatus, ReuseStatus
from zhusuo.registrations.papers import papers_of
from zhusuo.registrations.sorting import chain_status

AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class TouchedRegistration:
    """Somebody registered in a unit of the version; `covered` by another version in force now."""

    id: UUID
    unit: str
    applicant: str
    status: RegistrationStatus
    covered: bool


@dataclass(frozen=True, kw_only=True)
class TouchedReceipt:
    """A receipt that rests on the version."""

    id: UUID
    number: str
    applicant: str
    status: ReuseStatus
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Touched:
    """What rests on a version: who is registered there, and which receipts were made out on it."""

    registrations: tuple[TouchedRegistration, ...]
    receipts: tuple[TouchedReceipt, ...]

    @property
    def said(self) -> str:
        return f"涉及 {len(self.registrations)} 户登记、{len(self.receipts)} 张凭证"


@dataclass(frozen=True, kw_only=True)
class Standing:
    status: str
    said: str


async def watch(database: Database, day: date) -> int:
    """Look again at every chain that was not looked at today, or whose version has ended; how many changed."""
    async with database.connection() as db:
        due = await _due(db, day, AT_ONCE)
    changed = 0
    for version_id in due:
        async with database.transaction() as db:
            version = await dossiers.version_by_id(db, version_id)
            if version is not None:
                changed += await _look(db, version, day)
    return changed


async def _look(db: Connection, version: DossierVersion, day: date) -> bool:
    await carriers.lock(db, version.carrier_id)
    before, now = await _kept(db, version.id), await _standing(db, version, day)
    await _keep(db, version.id, now, day)
    if before is None or before.status == now.status:
        return False
    await _tell(db, version, before, now)
    return True


async def _standing(db: Connection, version: DossierVersion, day: date) -> Standing:
    if version.status is not VersionStatus.EFFECTIVE:
        return Standing(status="ended", said=version.ended_reason or version.status.label)
    ids = [each.document_id for each in await dossiers.documents_of_version(db, version.id)]
    found = await papers_of(db, ids)
    papers = [paper for document_id in ids for paper in found.get(document_id, ())]
    units = await carriers.units_by_ids(db, await dossiers.units_of_version(db, version.id))
    status, said = chain_status([each.chain for each in chains(papers, units, units, day)])
    return Standing(status=status, said=said)


async def _tell(db: Connection, version: DossierVersion, before: Standing, now: Standing) -> None:
    """Events for every change; notices where it breaks, holds again, or ends under somebody."""
    rests = await touched_by(db, version.id)
    said = {"version_id": str(version.id), "was": before.status, "now": now.status, "said": now.said}
    counts = {"registrations": len(rests.registrations), "receipts": len(rests.receipts)}
    await events.emit(
        db,
        "rights.changed",
        "dossier",
        version.dossier_id,
        carrier_id=version.carrier_id,
        district_code=version.district_code,
        content={**said, **counts},
    )
    words = {"broken": f"使用权链{now.said}", "ended": f"材料不再生效，{now.said}"}.get(now.status, "使用权链恢复完整")
    nobody = not rests.registrations and not rests.receipts
    if {before.status, now.status}.isdisjoint({"broken", "ended"}) or (now.status == "ended" and nobody):
        return
    carrier = await carriers.by_id(db, version.carrier_id)
    title = f"{carrier.name if carrier else ''} {version.dossier_number} {words}，{rests.said}"
    for authority in await carriers.authorities(db, version.district_code):
        link = f"/approval/carriers/versions/{version.id}"
        await notices.send(db, authority, "rights_changed", title, link, carrier_id=version.carrier_id)
    if now.status == "broken":
        body = "在补齐授权之前，租户的租赁合同核对不会通过；请发起变更备案。"
        await telling.tell_keepers(db, version, "rights_changed", title, body)


# 行


async def touched_by(db: Connection, version_id: UUID) -> Touched:
    registered = await db.fetch(
        """
        SELECT r.id, u.building, u.number, u.label, r.applicant, r.status,
               EXISTS (
                   SELECT
                     FROM version_units AS other
                    WHERE other.unit_id = r.unit_id
                      AND other.version_id <> $1
                      AND other.during @> clock_timestamp()) AS covered
          FROM registrations AS r
          JOIN units AS u ON u.id = r.unit_id
         WHERE r.status <> 'ended'
           AND r.unit_id IN (SELECT unit_id FROM version_units WHERE version_id = $1)
      ORDER BY covered, u.key, r.created_at
        """,
        version_id,
    )
    receipts = await db.fetch(
        """
        SELECT id, number, applicant, status, created_at
          FROM reuses
         WHERE version_id = $1
           AND status IN ('held', 'registered')
      ORDER BY created_at DESC
        """,
        version_id,
    )
    return Touched(
        registrations=tuple(
            TouchedRegistration(
                id=row["id"],
                unit=unit_name(row["building"], row["number"], row["label"]),
                applicant=row["applicant"],
                status=RegistrationStatus(row["status"]),
                covered=row["covered"],
            )
            for row in registered
        ),
        receipts=tuple(TouchedReceipt(**{**dict(row), "status": ReuseStatus(row["status"])}) for row in receipts),
    )


async def _due(db: Connection, day: date, limit: int) -> list[UUID]:
    rows = await db.fetch(
        """
        SELECT v.id
          FROM dossier_versions AS v
     LEFT JOIN version_chains AS c ON c.version_id = v.id
         WHERE (v.status = 'effective' AND (c.version_id IS NULL OR c.checked_on < $1))
            OR (v.status <> 'effective' AND c.status <> 'ended')
            OR (v.status = 'effective' AND c.status <> 'whole' AND EXISTS (
                SELECT
                  FROM version_documents AS vd
                  JOIN documents AS d ON d.id = vd.document_id
                 WHERE vd.version_id = v.id
                   AND d.read_at > clock_timestamp() - interval '5 minutes'))
      ORDER BY c.checked_on NULLS FIRST, v.id
         LIMIT $2
        """,
        day,
        limit,
    )
    return [row["id"] for row in rows]


async def _kept(db: Connection, version_id: UUID) -> Standing | None:
    row = await db.fetchrow(
        """
        SELECT status, said
          FROM version_chains
         WHERE version_id = $1
        """,
        version_id,
    )
    return Standing(**dict(row)) if row else None


async def _keep(db: Connection, version_id: UUID, now: Standing, day: date) -> None:
    await db.execute(
        """
        INSERT INTO version_chains AS c (version_id, status, said, checked_on)
             VALUES ($1, $2, $3, $4)
        ON CONFLICT (version_id) DO UPDATE
                SET status = excluded.status,
                    said = excluded.said,
                    checked_on = excluded.checked_on,
                    changed_at = CASE WHEN c.status = excluded.status THEN c.changed_at ELSE clock_timestamp() END
        """,
        version_id,
        now.status,
        now.said,
        day,
    )
