"""What the manager's pages read."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import Carrier, unit_name
from zhusuo.db import Connection
from zhusuo.dossiers import documents, store
from zhusuo.dossiers.model import Document, DossierVersion, FilingKind, FilingStatus, VersionStatus
from zhusuo.errors import NotFound
from zhusuo.people.model import Actor
from zhusuo.registrations.model import RegistrationStatus
from zhusuo.tenancies import store as tenancies

PAGE = 50
VIEWS = {"": "待确认", "here": "在此处", "gone": "不在此处", "all": "全部"}
"""Views of the roster of registrations."""


@dataclass(frozen=True, kw_only=True)
class RegistrationRow:
    """A business that is registered, or being registered, in a unit of ours; `here` is what we said of it."""

    id: UUID
    unit_id: UUID
    carrier_id: UUID
    carrier: str
    building: str
    number: str
    label: str
    applicant: str
    status: RegistrationStatus
    registered_on: date | None
    created_at: datetime
    held_until: datetime | None
    here: bool | None

    @property
    def unit(self) -> str:
        return unit_name(self.building, self.number, self.label)


@dataclass(frozen=True, kw_only=True)
class FilingLine:
    id: UUID
    dossier_number: str
    kind: FilingKind
    status: FilingStatus
    changed_at: datetime
    deadline_on: date | None


@dataclass(frozen=True, kw_only=True)
class OnFile:
    """What is on file for a carrier: versions in force with their documents, former ones, and our filings."""

    effective: tuple[tuple[DossierVersion, tuple[Document, ...]], ...]
    former: tuple[DossierVersion, ...]
    filings: tuple[FilingLine, ...]
    drawn: frozenset[UUID]


async def carrier_for(db: Connection, actor: Actor, carrier_id: UUID) -> Carrier:
    """Raises NotFound."""
    found = await carriers.by_id_for(db, actor, carrier_id)
    if found is None:
        raise NotFound
    return found


async def place_of(db: Connection, tenancy_id: UUID) -> tuple[UUID, UUID]:
    """The carrier and the unit of a tenancy. Raises NotFound."""
    found = await tenancies.by_id(db, tenancy_id)
    if found is None:
        raise NotFound
    return found.carrier_id, found.unit_id


async def roster(db: Connection, carrier_id: UUID) -> list[tuple[object, ...]]:
    """Every live unit with who is in it, in the columns of the roster."""
    rows = await db.fetch(
        """
        SELECT units.building, units.floor, CASE WHEN units.label = '' THEN units.number || '号' ELSE units.label END,
               coalesce(tenancies.tenant, '空置'), businesses.uscc, tenancies.lease_begins_on,
               tenancies.lease_ends_on, tenancies.moved_in_on, NULL
          FROM units
     LEFT JOIN tenancies ON tenancies.unit_id = units.id AND tenancies.moved_out_on IS NULL
     LEFT JOIN businesses ON businesses.id = tenancies.business_id
         WHERE units.carrier_id = $1
           AND units.retired_at IS NULL
           AND units.kind <> 'service'
      ORDER BY units.building, units.floor NULLS LAST, units.key, tenancies.tenant
        """,
        carrier_id,
    )
    return [tuple(row) for row in rows]


async def coverage(db: Connection, carrier_id: UUID) -> tuple[DossierVersion, ...]:
    """The versions in force, the one that ends first in front."""
    found = await store.versions_by_carrier(db, carrier_id)
    effective = [each for each in found if each.status is VersionStatus.EFFECTIVE]
    return tuple(sorted(effective, key=lambda each: each.valid_until))


async def on_file(db: Connection, actor: Actor, carrier_id: UUID) -> OnFile:
    found = await store.versions_by_carrier(db, carrier_id)
    effective = []
    for version in found:
        if version.status is VersionStatus.EFFECTIVE:
            papers = await store.documents_of_version(db, version.id)
            effective.append((version, tuple(await documents.by_ids(db, [each.document_id for each in papers]))))
    return OnFile(
        effective=tuple(effective),
        former=tuple(each for each in found if each.status is not VersionStatus.EFFECTIVE),
        filings=tuple(await _filings(db, actor, carrier_id)),
        drawn=await _drawn(db, [each.id for _, papers in effective for each in papers]),
    )


async def _filings(db: Connection, actor: Actor, carrier_id: UUID) -> list[FilingLine]:
    rows = await db.fetch(
        """
        SELECT f.id, d.number AS dossier_number, f.kind, f.status, f.changed_at, f.deadline_on
          FROM filings AS f
          JOIN dossiers AS d ON d.id = f.dossier_id
         WHERE f.carrier_id = $1
           AND f.organisation_id = $2
           AND f.status <> 'discarded'
      ORDER BY f.created_at DESC
         LIMIT 30
        """,
        carrier_id,
        actor.organisation_id,
    )
    return [
        FilingLine(**{**dict(row), "kind": FilingKind(row["kind"]), "status": FilingStatus(row["status"])})
        for row in rows
    ]


async def _drawn(db: Connection, document_ids: list[UUID]) -> frozenset[UUID]:
    """Of which documents the first page can be shown."""
    rows = await db.fetch(
        """
        SELECT document_id
          FROM document_pages
         WHERE document_id = ANY ($1::uuid[])
           AND page = 1
           AND preview_sha256 IS NOT NULL
        """,
        document_ids,
    )
    return frozenset(row["document_id"] for row in rows)


async def registrations(
    db: Connection, actor: Actor, view: str, text: str, after: UUID | None = None, *, limit: int = PAGE
) -> list[RegistrationRow]:
    """The page of live registrations in our carriers that follows one, the newest first."""
    rows = await db.fetch(
        """
        SELECT r.id, r.unit_id, r.carrier_id, c.name AS carrier, u.building, u.number, u.label, r.applicant, r.status,
               r.registered_on, r.created_at, r.held_until, r.confirmed_by_manager AS here
          FROM managements AS m
          JOIN registrations AS r ON r.carrier_id = m.carrier_id
          JOIN units AS u ON u.id = r.unit_id
          JOIN carriers AS c ON c.id = r.carrier_id
         WHERE m.organisation_id = $1
           AND m.status = 'confirmed'
           AND m.capacity = 'manager'
           AND r.status <> 'ended'
           AND CASE $2
               WHEN 'all' THEN true
               WHEN 'here' THEN r.confirmed_by_manager IS TRUE
               WHEN 'gone' THEN r.confirmed_by_manager IS FALSE
               ELSE r.confirmed_by_manager IS NULL
               END
           AND ($3 = '' OR r.applicant LIKE '%' || $3 || '%' OR u.label LIKE '%' || $3 || '%')
           AND ($4::uuid IS NULL OR r.id < $4)
      ORDER BY r.id DESC
         LIMIT $5
        """,
        actor.organisation_id,
        view,
        text,
        after,
        limit,
    )
    return [RegistrationRow(**{**dict(row), "status": RegistrationStatus(row["status"])}) for row in rows]


async def registration_counts(db: Connection, actor: Actor) -> dict[str, int]:
    """How many registrations each view holds."""
    row = await db.fetchrow(
        """
        SELECT count(*) FILTER (WHERE r.confirmed_by_manager IS NULL) AS unsaid,
               count(*) FILTER (WHERE r.confirmed_by_manager) AS here,
               count(*) FILTER (WHERE NOT r.confirmed_by_manager) AS gone,
               count(*) AS all_of_them
          FROM managements AS m
          JOIN registrations AS r ON r.carrier_id = m.carrier_id
         WHERE m.organisation_id = $1
           AND m.status = 'confirmed'
           AND m.capacity = 'manager'
           AND r.status <> 'ended'
        """,
        actor.organisation_id,
    )
    assert row is not None  # noqa: S101 - an aggregate always has a row
    return {"": row["unsaid"], "here": row["here"], "gone": row["gone"], "all": row["all_of_them"]}
