"""What the directory of carriers reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from zhusuo.carriers.model import CarrierKind, UnitKind, unit_name
from zhusuo.db import Connection
from zhusuo.dossiers.model import DocumentKind, DocumentStatus, VersionStatus
from zhusuo.people.model import Actor

PAGE = 50
UNITS = 100
_LAST = "\U0010ffff"


@dataclass(frozen=True, kw_only=True)
class CarrierRow:
    """A line of the directory. `covered_count` are the units that a version covers now; `valid_until` the first end."""

    id: UUID
    number: str
    name: str
    kind: CarrierKind
    address: str
    subdistrict: str
    manager: str
    unit_count: int
    covered_count: int
    valid_until: date | None
    under_review: bool

    @property
    def share(self) -> float:
        return self.covered_count / self.unit_count if self.unit_count else 0.0

    def standing(self, day: date) -> tuple[str, str]:
        """Tone and word for how far it is on file."""
        if self.valid_until is not None and self.valid_until < day:
            return "bad", "备案已到期"
        if self.covered_count and self.covered_count >= self.unit_count:
            return "ok", "全部备案"
        if self.covered_count:
            return "warn", "部分备案"
        return ("act", "审核中") if self.under_review else ("", "尚未备案")


async def carriers(
    db: Connection,
    actor: Actor,
    *,
    key: str = "",
    kind: str = "",
    subdistrict: str = "",
    after: str = "",
    limit: int = PAGE,
) -> list[CarrierRow]:
    """Carriers of the district by name. `key` is the beginning of a name, an address or its pinyin, as searched for."""
    rows = await db.fetch(
        """
        SELECT c.id, c.number, c.name, c.kind, coalesce(a.text, '') AS address, s.name AS subdistrict,
               coalesce((SELECT o.name
                           FROM managements AS m
                           JOIN organisations AS o ON o.id = m.organisation_id
                          WHERE m.carrier_id = c.id
                            AND m.status = 'confirmed'
                            AND m.capacity = 'manager'), '') AS manager,
               (SELECT count(*)
                  FROM units
                 WHERE carrier_id = c.id
                   AND retired_at IS NULL
                   AND kind <> 'service') AS unit_count,
               covered.unit_count AS covered_count, covered.valid_until,
               EXISTS (SELECT FROM filings WHERE carrier_id = c.id AND status = 'submitted') AS under_review
          FROM carriers AS c
          JOIN subdistricts AS s ON s.code = c.subdistrict_code
     LEFT JOIN carrier_addresses AS a ON a.carrier_id = c.id AND a.is_main
    CROSS JOIN LATERAL (
               SELECT count(vu.unit_id) AS unit_count, min(v.valid_until) AS valid_until
                 FROM dossier_versions AS v
            LEFT JOIN version_units AS vu ON vu.version_id = v.id AND upper_inf(vu.during)
                WHERE v.carrier_id = c.id
                  AND v.status = 'effective'
               ) AS covered
         WHERE c.district_code = $1
           AND c.retired_at IS NULL
           AND ($2 = '' OR c.id IN (
                SELECT carrier_id
                  FROM carrier_terms
                 WHERE term ~>=~ $2
                   AND term ~<~ $3))
           AND ($4 = '' OR c.kind = $4)
           AND ($5 = '' OR c.subdistrict_code = $5)
           AND c.name > $6
      ORDER BY c.name
         LIMIT $7
        """,
        actor.district_code,
        key,
        key + _LAST,
        kind,
        subdistrict,
        after,
        limit,
    )
    return [CarrierRow(**{**dict(row), "kind": CarrierKind(row["kind"])}) for row in rows]


@dataclass(frozen=True, kw_only=True)
class VersionRow:
    """A version of a dossier of the carrier, old ones too."""

    id: UUID
    dossier_number: str
    number: int
    status: VersionStatus
    title_situation: str
    effective_from: datetime
    effective_to: datetime | None
    valid_until: date
    approved_by: str
    organisation: str
    unit_count: int
    document_count: int
    ended_reason: str


async def versions(db: Connection, carrier_id: UUID) -> list[VersionRow]:
    """The newest first."""
    rows = await db.fetch(
        """
        SELECT v.id, d.number AS dossier_number, v.number, v.status, v.title_situation, v.effective_from,
               v.effective_to, v.valid_until, p.name AS approved_by, o.name AS organisation, v.ended_reason,
               (SELECT count(*)
                  FROM version_units AS vu
                 WHERE vu.version_id = v.id
                   AND lower(vu.during) = v.effective_from) AS unit_count,
               (SELECT count(*) FROM version_documents WHERE version_id = v.id) AS document_count
          FROM dossier_versions AS v
          JOIN dossiers AS d ON d.id = v.dossier_id
          JOIN persons AS p ON p.id = v.approved_by
          JOIN filings AS f ON f.id = v.filing_id
          JOIN organisations AS o ON o.id = f.organisation_id
         WHERE v.carrier_id = $1
      ORDER BY v.effective_from DESC, v.id DESC
         LIMIT 200
        """,
        carrier_id,
    )
    return [VersionRow(**{**dict(row), "status": VersionStatus(row["status"])}) for row in rows]


@dataclass(frozen=True, kw_only=True)
class UnitRow:
    """A unit with what covers it and who is in it."""

    id: UUID
    kind: UnitKind
    building: str
    floor: int | None
    number: str
    label: str
    area_m2: Decimal | None
    covered_by: str
    registered: tuple[str, ...]
    residents: tuple[str, ...]

    @property
    def name(self) -> str:
        return unit_name(self.building, self.number, self.label)


async def units(db: Connection, carrier_id: UUID, *, text: str, after: UUID | None, limit: int) -> list[UnitRow]:
    """Live units whose label or number begins with `text`, in the order of the house; `after` is the last one shown."""
    rows = await db.fetch(
        """
        WITH here AS (
            SELECT id, kind, building, floor, number, label, key, area_m2
              FROM units
             WHERE carrier_id = $1
               AND retired_at IS NULL
               AND kind <> 'service'
               AND ($2 = '' OR starts_with(key, $2) OR starts_with(label, $2) OR starts_with(number, $2))
               AND ($3::uuid IS NULL OR (building, coalesce(floor, 0), number, length(key), key, id) > (
                    SELECT building, coalesce(floor, 0), number, length(key), key, id
                      FROM units
                     WHERE id = $3))
          ORDER BY building, coalesce(floor, 0), number, length(key), key, id
             LIMIT $4
        )
        SELECT u.id, u.kind, u.building, u.floor, u.number, u.label, u.area_m2,
               coalesce((SELECT d.number || ' 第 ' || v.number || ' 版'
                           FROM version_units AS vu
                           JOIN dossier_versions AS v ON v.id = vu.version_id
                           JOIN dossiers AS d ON d.id = v.dossier_id
                          WHERE vu.unit_id = u.id
                            AND upper_inf(vu.during)), '') AS covered_by,
               ARRAY(SELECT applicant
                       FROM registrations
                      WHERE unit_id = u.id
                        AND status <> 'ended'
                   ORDER BY created_at) AS registered,
               ARRAY(SELECT tenant
                       FROM tenancies
                      WHERE unit_id = u.id
                        AND carrier_id = $1
                        AND moved_out_on IS NULL
                   ORDER BY reported_at) AS residents
          FROM here AS u
      ORDER BY u.building, coalesce(u.floor, 0), u.number, length(u.key), u.key, u.id
        """,
        carrier_id,
        text,
        after,
        limit,
    )
    return [
        UnitRow(
            **{
                **dict(row),
                "kind": UnitKind(row["kind"]),
                "registered": tuple(row["registered"]),
                "residents": tuple(row["residents"]),
            }
        )
        for row in rows
    ]


@dataclass(frozen=True, kw_only=True)
class VersionPaper:
    """A document as a version holds it."""

    id: UUID
    file_name: str
    kind: DocumentKind
    number: str
    valid_until: date | None
    status: DocumentStatus
    page_count: int | None
    drawn: Sequence[int]


async def version_papers(db: Connection, version_id: UUID) -> list[VersionPaper]:
    rows = await db.fetch(
        """
        SELECT d.id, d.file_name, vd.kind, d.number, d.valid_until, d.status, d.page_count,
               ARRAY(SELECT page
                       FROM document_pages
                      WHERE document_id = d.id
                        AND preview_sha256 IS NOT NULL
                   ORDER BY page
                      LIMIT 2) AS drawn
          FROM version_documents AS vd
          JOIN documents AS d ON d.id = vd.document_id
         WHERE vd.version_id = $1
      ORDER BY vd.position
        """,
        version_id,
    )
    return [
        VersionPaper(**{**dict(row), "kind": DocumentKind(row["kind"]), "status": DocumentStatus(row["status"])})
        for row in rows
    ]


async def carrier_by_number(db: Connection, actor: Actor, number: str) -> UUID | None:
    """A carrier of the district that is in use."""
    found: UUID | None = await db.fetchval(
        """
        SELECT id
          FROM carriers
         WHERE number = $1
           AND district_code = $2
           AND retired_at IS NULL
        """,
        number,
        actor.district_code,
    )
    return found
