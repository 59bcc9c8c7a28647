"""申报方: what 物业端 and 营商服务机构端 both read: their carriers, their claims, their filings, the directory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from zhusuo.carriers.model import Capacity, CarrierKind, ManagementStatus
from zhusuo.db import Connection
from zhusuo.dossiers.model import FilingKind, FilingStatus
from zhusuo.lookup.search import suggest
from zhusuo.people.model import Actor, Role

PAGE = 50
CLAIMS = 200
OPEN_STATUSES = ("draft", "submitted", "returned")
STATUSES: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("全部", tuple(FilingStatus)),
    "mine": ("待我处理", ("draft", "returned")),
    "submitted": ("审核中", ("submitted",)),
    "done": ("已办结", ("approved", "rejected", "withdrawn", "lapsed", "discarded")),
}
"""Views of the list of filings: what each is called and which statuses it holds."""


@dataclass(frozen=True, kw_only=True)
class CarrierRow:
    """A carrier of ours: how much of it is on file and until when, how much is in use, and what waits."""

    id: UUID
    number: str
    name: str
    kind: CarrierKind
    address: str
    subdistrict: str
    management_id: UUID
    unit_count: int
    covered_count: int
    valid_until: date | None
    used_count: int
    unconfirmed_count: int
    filing_id: UUID | None
    filing_status: FilingStatus | None
    deadline_on: date | None

    @property
    def covered(self) -> float:
        return self.covered_count / self.unit_count if self.unit_count else 0.0


@dataclass(frozen=True, kw_only=True)
class FilingRow:
    id: UUID
    dossier_number: str
    carrier_id: UUID
    carrier: str
    kind: FilingKind
    status: FilingStatus
    on_behalf_of: str
    filed_by: str
    changed_at: datetime
    submitted_at: datetime | None
    deadline_on: date | None

    @property
    def cursor(self) -> str:
        return f"{self.changed_at.isoformat()}_{self.id}"


@dataclass(frozen=True, kw_only=True)
class ClaimRow:
    """A claim of ours and what became of it."""

    id: UUID
    carrier_id: UUID
    carrier: str
    address: str
    status: ManagementStatus
    reason: str
    claimed_at: datetime
    decided_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class DirectoryRow:
    """A carrier in the district's directory. `taken`: somebody is confirmed in this capacity; `ours`: our own claim."""

    id: UUID
    name: str
    kind: CarrierKind
    address: str
    subdistrict: str
    unit_count: int
    taken: bool
    ours: ManagementStatus | None


@dataclass(frozen=True, kw_only=True)
class PaperRow:
    """A paper that was handed in to show that we manage a carrier."""

    id: UUID
    file_name: str
    size: int
    page_count: int | None
    uploaded_at: datetime


def capacity_of(actor: Actor) -> Capacity:
    """In which capacity the actor's organisation looks after carriers."""
    return Capacity.AGENCY if actor.role is Role.AGENT else Capacity.MANAGER


async def carriers(db: Connection, actor: Actor, after: str = "", *, limit: int = PAGE) -> list[CarrierRow]:
    """The page of the actor's carriers behind a carrier number."""
    rows = await db.fetch(
        """
        SELECT c.id, c.number, c.name, c.kind, coalesce(main.text, '') AS address, s.name AS subdistrict,
               m.id AS management_id,
               (SELECT count(*)
                  FROM units AS u
                 WHERE u.carrier_id = c.id
                   AND u.retired_at IS NULL
                   AND u.kind <> 'service') AS unit_count,
               (SELECT count(*)
                  FROM dossier_versions AS v
                  JOIN version_units AS vu ON vu.version_id = v.id
                 WHERE v.carrier_id = c.id
                   AND v.status = 'effective'
                   AND upper_inf(vu.during)) AS covered_count,
               (SELECT min(v.valid_until)
                  FROM dossier_versions AS v
                 WHERE v.carrier_id = c.id
                   AND v.status = 'effective') AS valid_until,
               (SELECT count(DISTINCT t.unit_id)
                  FROM tenancies AS t
                 WHERE t.carrier_id = c.id
                   AND t.moved_out_on IS NULL) AS used_count,
               (SELECT count(*)
                  FROM registrations AS r
                 WHERE r.carrier_id = c.id
                   AND r.status <> 'ended'
                   AND r.confirmed_by_manager IS NULL) AS unconfirmed_count,
               f.id AS filing_id, f.status AS filing_status, f.deadline_on
          FROM managements AS m
          JOIN carriers AS c ON c.id = m.carrier_id
          JOIN subdistricts AS s ON s.code = c.subdistrict_code
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = c.id
                                        AND main.is_main
LEFT JOIN LATERAL (
                  SELECT id, status, deadline_on
                    FROM filings
                   WHERE carrier_id = c.id
                     AND organisation_id = $1
                     AND status = ANY ($4::text[])
                ORDER BY status = 'returned' DESC, created_at DESC
                   LIMIT 1
                  ) AS f ON true
         WHERE m.organisation_id = $1
           AND m.status = 'confirmed'
           AND m.capacity = $2
           AND c.number > $3
      ORDER BY c.number
         LIMIT $5
        """,
        actor.organisation_id,
        capacity_of(actor),
        after,
        OPEN_STATUSES,
        limit,
    )
    return [
        CarrierRow(
            **{
                **dict(row),
                "kind": CarrierKind(row["kind"]),
                "filing_status": FilingStatus(row["filing_status"]) if row["filing_status"] else None,
            }
        )
        for row in rows
    ]


async def filings(db: Connection, actor: Actor, view: str, after: str = "", *, limit: int = PAGE) -> list[FilingRow]:
    """The page of the organisation's filings that follows a cursor, those changed last first."""
    before_at, before_id = _cursor(after)
    rows = await db.fetch(
        """
        SELECT f.id, d.number AS dossier_number, f.carrier_id, c.name AS carrier, f.kind, f.status, f.on_behalf_of,
               p.name AS filed_by, f.changed_at, f.submitted_at, f.deadline_on
          FROM filings AS f
          JOIN dossiers AS d ON d.id = f.dossier_id
          JOIN carriers AS c ON c.id = f.carrier_id
          JOIN persons AS p ON p.id = f.filed_by
         WHERE f.organisation_id = $1
           AND f.status = ANY ($2::text[])
           AND ($3::timestamptz IS NULL OR (f.changed_at, f.id) < ($3, $4::uuid))
      ORDER BY f.changed_at DESC, f.id DESC
         LIMIT $5
        """,
        actor.organisation_id,
        list(STATUSES.get(view, STATUSES[""])[1]),
        before_at,
        before_id,
        limit,
    )
    return [
        FilingRow(**{**dict(row), "kind": FilingKind(row["kind"]), "status": FilingStatus(row["status"])})
        for row in rows
    ]


async def filing_counts(db: Connection, actor: Actor) -> dict[str, int]:
    """How many filings each view holds."""
    rows = await db.fetch(
        """
        SELECT status, count(*) AS how_many
          FROM filings
         WHERE organisation_id = $1
      GROUP BY status
        """,
        actor.organisation_id,
    )
    by_status = {row["status"]: row["how_many"] for row in rows}
    return {view: sum(by_status.get(status, 0) for status in held) for view, (_, held) in STATUSES.items()}


def _cursor(text: str) -> tuple[datetime | None, UUID | None]:
    """A cursor of FilingRow; what is none begins at the beginning."""
    moment, _, filing_id = text.partition("_")
    try:
        return datetime.fromisoformat(moment), UUID(filing_id)
    except ValueError:
        return None, None


async def claims(db: Connection, organisation_id: UUID, *, limit: int = CLAIMS) -> list[ClaimRow]:
    """Every claim of the organisation, those to be decided first."""
    rows = await db.fetch(
        """
        SELECT m.id, m.carrier_id, c.name AS carrier, coalesce(main.text, '') AS address, m.status, m.reason,
               m.claimed_at, m.decided_at, m.ended_at
          FROM managements AS m
          JOIN carriers AS c ON c.id = m.carrier_id
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = c.id
                                        AND main.is_main
         WHERE m.organisation_id = $1
      ORDER BY m.status <> 'claimed', m.claimed_at DESC
         LIMIT $2
        """,
        organisation_id,
        limit,
    )
    return [ClaimRow(**{**dict(row), "status": ManagementStatus(row["status"])}) for row in rows]


async def directory(db: Connection, actor: Actor, text: str) -> list[DirectoryRow]:
    """Carriers of the district that are called so or stand there; nothing about whoever is in them."""
    found = await suggest(db, text, district_codes=frozenset({actor.district_code}), limit=PAGE)
    return await _listed(db, actor, list(dict.fromkeys(each.carrier_id for each in found)))


async def listed(db: Connection, actor: Actor, carrier_id: UUID) -> DirectoryRow | None:
    """One carrier of the directory."""
    found = await _listed(db, actor, [carrier_id])
    return found[0] if found else None


async def _listed(db: Connection, actor: Actor, carrier_ids: Sequence[UUID]) -> list[DirectoryRow]:
    rows = await db.fetch(
        """
        SELECT c.id, c.name, c.kind, coalesce(main.text, '') AS address, s.name AS subdistrict,
               (SELECT count(*)
                  FROM units AS u
                 WHERE u.carrier_id = c.id
                   AND u.retired_at IS NULL) AS unit_count,
               EXISTS (
                    SELECT
                      FROM managements AS m
                     WHERE m.carrier_id = c.id
                       AND m.status = 'confirmed'
                       AND m.capacity = $4
                    ) AS taken,
               (SELECT m.status
                  FROM managements AS m
                 WHERE m.carrier_id = c.id
                   AND m.organisation_id = $3
                   AND m.status IN ('claimed', 'confirmed')) AS ours
          FROM carriers AS c
          JOIN subdistricts AS s ON s.code = c.subdistrict_code
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = c.id
                                        AND main.is_main
         WHERE c.id = ANY ($2::uuid[])
           AND c.district_code = $1
           AND c.retired_at IS NULL
      ORDER BY array_position($2::uuid[], c.id)
        """,
        actor.district_code,
        list(carrier_ids),
        actor.organisation_id,
        capacity_of(actor),
    )
    return [
        DirectoryRow(
            **{
                **dict(row),
                "kind": CarrierKind(row["kind"]),
                "ours": ManagementStatus(row["ours"]) if row["ours"] else None,
            }
        )
        for row in rows
    ]


async def claim_papers(db: Connection, organisation_id: UUID, carrier_id: UUID) -> list[PaperRow]:
    """The papers this organisation handed in to claim the carrier, the newest first."""
    rows = await db.fetch(
        """
        SELECT d.id, d.file_name, b.size, d.page_count, d.uploaded_at
          FROM documents AS d
          JOIN blobs AS b ON b.sha256 = d.sha256
         WHERE d.carrier_id = $1
           AND d.organisation_id = $2
           AND d.purpose = 'claim'
           AND d.discarded_at IS NULL
      ORDER BY d.uploaded_at DESC, d.id DESC
         LIMIT 20
        """,
        carrier_id,
        organisation_id,
    )
    return [PaperRow(**dict(row)) for row in rows]


async def subdistricts(db: Connection, district_code: str) -> list[tuple[str, str]]:
    rows = await db.fetch(
        """
        SELECT code, name
          FROM subdistricts
         WHERE district_code = $1
      ORDER BY code
        """,
        district_code,
    )
    return [(row["code"], row["name"]) for row in rows]
