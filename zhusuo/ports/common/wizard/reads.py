"""What the wizard reads: a filing as it stands, what can be filed, and the documents in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import Carrier, CarrierAddress, Unit, UnitKind
from zhusuo.db import Connection
from zhusuo.dossiers import document_fields, documents, holidays, parts, scope, standing, store
from zhusuo.dossiers.calendar import Calendar
from zhusuo.dossiers.checklist import Requirement, missing
from zhusuo.dossiers.model import (
    Decision,
    DocumentField,
    DossierVersion,
    Filing,
    FilingKind,
    FilingStatus,
    ScopeKind,
    VersionStatus,
)
from zhusuo.errors import NotFound
from zhusuo.lookup.search import suggest
from zhusuo.people.model import Actor, Role
from zhusuo.ports.common.cards import Params
from zhusuo.ports.common.chain_card import chain_card
from zhusuo.ports.common.filers import capacity_of
from zhusuo.ports.common.wizard.rows import Papers
from zhusuo.registrations.crosschecks import CrossCheck, cross_checks
from zhusuo.registrations.papers import papers_of

FOUND = 20


@dataclass(frozen=True, kw_only=True)
class Case:
    """A filing with its carrier, the last decision on it where it was returned or declined, and the working days."""

    filing: Filing
    carrier: Carrier
    decision: Decision | None
    calendar: Calendar

    @property
    def path(self) -> str:
        return f"/filings/{self.filing.id}"

    def days_left(self, day: date) -> int | None:
        """How many working days are left to correct it; None where nothing has to be."""
        deadline_on = self.filing.deadline_on
        return None if deadline_on is None else self.calendar.working_days_left(deadline_on, day)


@dataclass(frozen=True, kw_only=True)
class FloorChoice:
    """One floor with the units that can be filed, to be chosen whole or one by one."""

    building: str
    floor: int | None
    part: str
    units: tuple[Unit, ...]


@dataclass(frozen=True, kw_only=True)
class Startable:
    """A carrier for which the actor may begin a filing: what is in force there, and what has been begun."""

    id: UUID
    name: str
    address: str
    kind: str
    unit_count: int
    versions: tuple[DossierVersion, ...]
    covered_count: int
    open_filings: tuple[tuple[UUID, FilingKind, FilingStatus], ...]


async def case(db: Connection, actor: Actor, filing_id: UUID) -> Case:
    """A filing of the actor's organisation. Raises NotFound."""
    filing = await store.by_id_for(db, actor, filing_id)
    if filing is None or filing.organisation_id != actor.organisation_id:
        raise NotFound
    carrier = await carriers.by_id(db, filing.carrier_id)
    if carrier is None:
        raise NotFound
    decided = filing.status in (FilingStatus.RETURNED, FilingStatus.REJECTED, FilingStatus.LAPSED)
    decisions = await store.decisions(db, filing_id) if decided else []
    return Case(
        filing=filing,
        carrier=carrier,
        decision=decisions[0] if decisions else None,
        calendar=await holidays.known(db),
    )


# 开始


async def startable(db: Connection, actor: Actor, carrier_ids: Sequence[UUID]) -> list[Startable]:
    """Those of these carriers that the actor may file for; of a single one also what is in force there."""
    rows = await db.fetch(
        """
        SELECT c.id, c.name, coalesce(main.text, '') AS address, c.kind,
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
               coalesce((SELECT jsonb_agg(jsonb_build_object('id', f.id, 'kind', f.kind, 'status', f.status)
                                          ORDER BY f.created_at DESC)
                           FROM filings AS f
                          WHERE f.carrier_id = c.id
                            AND f.organisation_id = $2
                            AND f.status IN ('draft', 'submitted', 'returned')), '[]') AS open_filings
          FROM carriers AS c
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = c.id
                                        AND main.is_main
         WHERE c.id = ANY ($1::uuid[])
           AND c.retired_at IS NULL
           AND CASE
               WHEN $3 = 'clerk' THEN c.district_code = $4
               ELSE EXISTS (
                    SELECT
                      FROM managements AS m
                     WHERE m.carrier_id = c.id
                       AND m.organisation_id = $2
                       AND m.status = 'confirmed'
                       AND m.capacity = $5)
               END
      ORDER BY array_position($1::uuid[], c.id)
        """,
        list(carrier_ids),
        actor.organisation_id,
        actor.role,
        actor.district_code,
        capacity_of(actor),
    )
    return [
        Startable(
            **{
                **dict(row),
                "versions": await versions(db, row["id"]) if len(carrier_ids) == 1 else (),
                "open_filings": tuple(
                    (UUID(each["id"]), FilingKind(each["kind"]), FilingStatus(each["status"]))
                    for each in row["open_filings"]
                ),
            }
        )
        for row in rows
    ]


async def versions(db: Connection, carrier_id: UUID) -> tuple[DossierVersion, ...]:
    """What is in force in a carrier."""
    found = await store.versions_by_carrier(db, carrier_id)
    return tuple(each for each in found if each.status is VersionStatus.EFFECTIVE)


async def candidates(db: Connection, actor: Actor, text: str) -> list[UUID]:
    """Carriers to begin with: the actor's own, or what a clerk typed, found in the district."""
    if actor.role is Role.CLERK:
        found = await suggest(db, text, district_codes=frozenset({actor.district_code}), limit=FOUND)
        return list(dict.fromkeys(each.carrier_id for each in found))
    rows = await db.fetch(
        """
        SELECT c.id
          FROM managements AS m
          JOIN carriers AS c ON c.id = m.carrier_id
         WHERE m.organisation_id = $1
           AND m.status = 'confirmed'
           AND m.capacity = $2
           AND c.retired_at IS NULL
           AND ($3 = '' OR c.name LIKE '%' || $3 || '%')
      ORDER BY c.name
         LIMIT 100
        """,
        actor.organisation_id,
        capacity_of(actor),
        text,
    )
    return [row["id"] for row in rows]


# 载体 单元


async def addresses(db: Connection, carrier_id: UUID) -> list[CarrierAddress]:
    return await carriers.addresses(db, carrier_id)


async def choices(db: Connection, carrier_id: UUID) -> list[FloorChoice]:
    """Every floor of the carrier with what can be filed on it, by building, from the top down."""
    floors: dict[tuple[str, int | None], list[Unit]] = {}
    for unit in await carriers.units(db, carrier_id):
        if unit.kind is not UnitKind.SERVICE:
            floors.setdefault((unit.building, unit.floor), []).append(unit)
    ordered = sorted(floors.items(), key=lambda each: (each[0][0], each[0][1] is None, -(each[0][1] or 0)))
    return [
        FloorChoice(
            building=building,
            floor=floor,
            part="" if floor is None else scope.floor_part(building, floor),
            units=tuple(units),
        )
        for (building, floor), units in ordered
    ]


def covers(filing: Filing, kind: ScopeKind) -> frozenset[str]:
    """The parts that are chosen now, where the filing is of that kind of scope."""
    return frozenset(filing.scope) if filing.scope_kind is kind else frozenset()


async def scope_text(db: Connection, filing: Filing) -> str:
    """The scope in words; of what was handed in, as it was then."""
    submission = None if filing.editable else await store.last_submission(db, filing.id)
    if submission is not None:
        return str(submission.content.get("scope_text", ""))
    resolved = await standing.units_of(db, filing)
    return scope.describe(filing.scope_kind, filing.scope, resolved.units)


# 材料


async def papers(db: Connection, filing: Filing) -> Papers:
    """The documents that are in the filing: as it is being written, or as they were handed in last."""
    submission = None if filing.editable else await store.last_submission(db, filing.id)
    if submission is None:
        found = await documents.of_filing(db, filing.id)
    else:
        handed_in = await store.submitted_documents(db, submission.id)
        found = await documents.by_ids(db, [each.document_id for each in handed_in])
    ids = [each.id for each in found]
    return Papers(
        documents=tuple(found),
        progress={each.document_id: each for each in await documents.progress(db, filing.id)},
        flaws=await _flaws(db, ids),
        notes=await parts.notes(db, ids),
        drawn=await _drawn(db, ids),
        originals=await _originals(db, [each.same_as for each in found if each.same_as]),
    )


async def _flaws(db: Connection, document_ids: Sequence[UUID]) -> dict[UUID, dict[int, tuple[str, ...]]]:
    """By document and page: what is wrong with its picture."""
    rows = await db.fetch(
        """
        SELECT document_id, page, quality
          FROM document_pages
         WHERE document_id = ANY ($1::uuid[])
           AND quality <> '{}'
      ORDER BY document_id, page
        """,
        list(document_ids),
    )
    found: dict[UUID, dict[int, tuple[str, ...]]] = {}
    for row in rows:
        found.setdefault(row["document_id"], {})[row["page"]] = tuple(row["quality"])
    return found


async def _drawn(db: Connection, document_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Of which documents the first page can be shown."""
    rows = await db.fetch(
        """
        SELECT document_id
          FROM document_pages
         WHERE document_id = ANY ($1::uuid[])
           AND page = 1
           AND preview_sha256 IS NOT NULL
        """,
        list(document_ids),
    )
    return frozenset(row["document_id"] for row in rows)


async def _originals(db: Connection, document_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Which of these can still be looked at."""
    rows = await db.fetch(
        """
        SELECT id
          FROM documents
         WHERE id = ANY ($1::uuid[])
           AND (discarded_at IS NULL OR submitted_at IS NOT NULL)
        """,
        list(document_ids),
    )
    return frozenset(row["id"] for row in rows)


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """A document that was brought for the same carrier before and is not in this filing."""

    id: UUID
    file_name: str
    kind: str
    page_count: int | None
    uploaded_on: date


async def earlier(db: Connection, filing: Filing) -> list[Earlier]:
    """What can be carried over instead of being uploaded again, the newest of each file."""
    rows = await db.fetch(
        """
        SELECT id, file_name, kind, page_count, uploaded_on
          FROM (
               SELECT DISTINCT ON (d.sha256) d.id, d.file_name, d.kind, d.page_count, d.uploaded_at,
                      (d.uploaded_at AT TIME ZONE 'Asia/Shanghai')::date AS uploaded_on
                 FROM documents AS d
                WHERE d.carrier_id = $1
                  AND d.organisation_id = $2
                  AND d.purpose = 'filing'
                  AND d.filing_id <> $3
                  AND d.status IN ('read', 'unreadable')
                  AND (d.discarded_at IS NULL OR d.submitted_at IS NOT NULL)
                  AND NOT EXISTS (
                      SELECT
                        FROM documents AS here
                       WHERE here.filing_id = $3
                         AND here.sha256 = d.sha256
                         AND here.discarded_at IS NULL)
             ORDER BY d.sha256, d.uploaded_at DESC
               ) AS newest
      ORDER BY uploaded_at DESC
         LIMIT 30
        """,
        filing.carrier_id,
        filing.organisation_id,
        filing.id,
    )
    return [Earlier(**dict(row)) for row in rows]


# 核对


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Everything that is about to be handed in."""

    papers: Papers
    fields: dict[UUID, list[DocumentField]]
    requirements: tuple[Requirement, ...]
    units: scope.Resolved
    scope_text: str
    expired: tuple[str, ...]
    checks: tuple[CrossCheck, ...]
    chain: Params | None

    @property
    def missing(self) -> list[Requirement]:
        return missing(list(self.requirements))

    @property
    def ready(self) -> bool:
        return not self.missing and not self.expired and bool(self.units.units) and not self.units.unknown


async def checked(db: Connection, filing: Filing, day: date) -> Checked:
    found = await papers(db, filing)
    resolved = await standing.units_of(db, filing)
    fields: dict[UUID, list[DocumentField]] = {}
    for field in await document_fields.fields(db, [each.id for each in found.documents]):
        fields.setdefault(field.document_id, []).append(field)
    read = await papers_of(db, [each.id for each in found.documents])
    said = [paper for each in found.documents for paper in read.get(each.id, ())]
    addresses = await carriers.addresses(db, filing.carrier_id)
    return Checked(
        papers=found,
        fields=fields,
        requirements=tuple(await standing.requirements(db, filing)),
        units=resolved,
        scope_text=scope.describe(filing.scope_kind, filing.scope, resolved.units),
        expired=tuple(
            each.file_name for each in found.documents if each.valid_until is not None and each.valid_until < day
        ),
        checks=tuple(cross_checks(found.documents, said, (), (), addresses, day, resolved.units)),
        chain=chain_card(said, filing.title_situation, resolved.units, resolved.units, day),
    )


async def version_of(db: Connection, filing: Filing) -> DossierVersion | None:
    """The version that the filing's approval made."""
    found = await db.fetchval(
        """
        SELECT id
          FROM dossier_versions
         WHERE dossier_id = $1
           AND filing_id = $2
        """,
        filing.dossier_id,
        filing.id,
    )
    return await store.version_by_id(db, found) if found else None


async def unit_names(db: Connection, unit_ids: Iterable[UUID]) -> dict[UUID, str]:
    return {unit.id: unit.name for unit in await carriers.units_by_ids(db, list(unit_ids))}
