"""How a filing stands: its units, what is still missing, what it changes, and who else files the same units."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from zhusuo.addresses.characters import normal
from zhusuo.addresses.keys import number_parts
from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import CarrierAddress, CarrierKind, Unit
from zhusuo.db import Connection
from zhusuo.dossiers import document_fields, documents, scope, store
from zhusuo.dossiers.checklist import Facts, Requirement, checklist
from zhusuo.dossiers.model import Document, DocumentKind, DossierVersion, Filing, FilingStatus
from zhusuo.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class FilingDiff:
    """变更对照: a filing beside the version that is in force; `touched` are the live registrations in its units."""

    against: DossierVersion
    added: tuple[Document, ...]
    removed: tuple[Document, ...]
    kept: tuple[Document, ...]
    units_added: tuple[Unit, ...]
    units_removed: tuple[Unit, ...]
    title_situation_changed: bool
    touched: tuple["Touched", ...]


@dataclass(frozen=True, kw_only=True)
class Touched:
    """A live registration in a unit that a change concerns; `loses_cover`: the new version leaves the unit out."""

    registration_id: UUID
    unit_id: UUID
    applicant: str
    status: str
    loses_cover: bool


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Somebody else's filing under way, or version in force, for some of the same units."""

    organisation_id: UUID
    organisation: str
    filing_id: UUID
    version_id: UUID | None
    unit_count: int


@dataclass(frozen=True, kw_only=True)
class Step:
    """One entry of a filing's timeline. `detail` holds reasons and messages."""

    at: datetime
    action: str
    person: str
    organisation: str
    detail: dict[str, Any]


async def units_of(db: Connection, filing: Filing) -> scope.Resolved:
    """The units the filing means today."""
    return scope.resolve(filing.scope_kind, filing.scope, await carriers.units(db, filing.carrier_id))


async def requirements(db: Connection, filing: Filing) -> list[Requirement]:
    """The filing's checklist against the documents that are in it now."""
    carrier = await carriers.by_id(db, filing.carrier_id)
    if carrier is None:
        raise NotFound
    found = await documents.of_filing(db, filing.id)
    facts = await _facts(db, carrier.kind, filing.carrier_id, found)
    kinds = {kind for document in found for kind in document.kinds}
    return checklist(carrier.kind, filing.title_situation, kinds, facts)


async def _facts(db: Connection, carrier_kind: CarrierKind, carrier_id: UUID, found: Sequence[Document]) -> Facts:
    deeds = [document.id for document in found if DocumentKind.TITLE_DEED in document.kinds]
    fields = await document_fields.fields(db, deeds)
    addresses = await carriers.addresses(db, carrier_id)
    places = [field.shown for field in fields if field.name == "location"]
    return Facts(
        deed_tells_completion=any("不动产权" in field.shown for field in fields if field.name == "certificate_number"),
        # Along a street every shop has a number of its own.
        address_differs=carrier_kind is not CarrierKind.STREET
        and bool(places)
        and all(names_another_address(place, addresses) for place in places),
    )


_GATE = re.compile(r"(路|街|道|大道|公路|弄|村|园|浜|宅|里|坊|\d)\d+(-\d+)?号")


def names_another_address(place: str, addresses: Sequence[CarrierAddress]) -> bool:
    """Whether a 坐落 clearly names a gate, and none of the carrier's."""
    plain = normal(place)[0].replace(" ", "")
    return bool(_GATE.search(plain)) and not any(_names(plain, address) for address in addresses)


def _names(plain: str, address: CarrierAddress) -> bool:
    lane = f"{address.lane}弄" if address.lane else ""
    sublane = f"{address.sublane}支弄" if address.sublane else ""
    numbers = [f"{part.removesuffix('号')}号" for part in number_parts(address.number)] or [""]
    return any(f"{address.road}{lane}{sublane}{number}" in plain for number in numbers)


async def diff(db: Connection, filing: Filing) -> FilingDiff | None:
    """What the filing changes; None if nothing of its dossier is in force."""
    against = await store.effective_version_of_dossier(db, filing.dossier_id)
    if against is None or against.filing_id == filing.id:
        return None
    before = await documents.by_ids(
        db, [document.document_id for document in await store.documents_of_version(db, against.id)]
    )
    after, after_ids = await _as_it_stands(db, filing)
    before_ids = set(await store.units_of_version(db, against.id))
    old, new = {document.sha256 for document in before}, {document.sha256 for document in after}
    return FilingDiff(
        against=against,
        added=tuple(document for document in after if document.sha256 not in old),
        removed=tuple(document for document in before if document.sha256 not in new),
        kept=tuple(document for document in after if document.sha256 in old),
        units_added=tuple(await carriers.units_by_ids(db, list(after_ids - before_ids))),
        units_removed=tuple(await carriers.units_by_ids(db, list(before_ids - after_ids))),
        title_situation_changed=against.title_situation is not filing.title_situation,
        touched=tuple(await _touched(db, before_ids | after_ids, before_ids - after_ids)),
    )


async def _as_it_stands(db: Connection, filing: Filing) -> tuple[list[Document], set[UUID]]:
    """Documents and units of the filing: as it is being written, or as they were handed in."""
    submission = await store.last_submission(db, filing.id)
    if submission is None or filing.status in (FilingStatus.DRAFT, FilingStatus.RETURNED):
        resolved = await units_of(db, filing)
        return await documents.of_filing(db, filing.id), set(resolved.unit_ids)
    handed_in = await store.submitted_documents(db, submission.id)
    found = await documents.by_ids(db, [document.document_id for document in handed_in])
    return found, set(await store.submitted_units(db, submission.id))


async def _touched(db: Connection, unit_ids: set[UUID], dropped: set[UUID]) -> list[Touched]:
    rows = await db.fetch(
        """
        SELECT id AS registration_id, unit_id, applicant, status, unit_id = ANY($2::uuid[]) AS loses_cover
          FROM registrations
         WHERE unit_id = ANY($1::uuid[])
           AND status <> 'ended'
      ORDER BY loses_cover DESC, created_at, id
        """,
        list(unit_ids),
        list(dropped),
    )
    return [Touched(**dict(row)) for row in rows]


async def conflicts(db: Connection, filing: Filing, unit_ids: Sequence[UUID], moment: datetime) -> list[Conflict]:
    """Other organisations' filings under review or correction, and versions in force, for some of these units."""
    rows = await db.fetch(
        """
        WITH last AS (
            SELECT DISTINCT ON (s.filing_id) s.filing_id, s.id
              FROM submissions AS s
              JOIN filings AS f ON f.id = s.filing_id
             WHERE f.carrier_id = $1
               AND f.organisation_id <> $2
               AND f.status IN ('submitted', 'returned')
          ORDER BY s.filing_id, s.number DESC
        )
        SELECT f.organisation_id, o.name AS organisation, f.id AS filing_id, NULL::uuid AS version_id,
               count(*) AS unit_count
          FROM last
          JOIN submission_units AS su ON su.submission_id = last.id
          JOIN filings AS f ON f.id = last.filing_id
          JOIN organisations AS o ON o.id = f.organisation_id
         WHERE su.unit_id = ANY($3::uuid[])
      GROUP BY f.organisation_id, o.name, f.id
     UNION ALL
        SELECT f.organisation_id, o.name, f.id, v.id, count(*)
          FROM version_units AS vu
          JOIN dossier_versions AS v ON v.id = vu.version_id
          JOIN filings AS f ON f.id = v.filing_id
          JOIN organisations AS o ON o.id = f.organisation_id
         WHERE vu.unit_id = ANY($3::uuid[])
           AND vu.during @> $4::timestamptz
           AND v.dossier_id <> $5
           AND f.organisation_id <> $2
      GROUP BY f.organisation_id, o.name, f.id, v.id
      ORDER BY organisation, filing_id
        """,
        filing.carrier_id,
        filing.organisation_id,
        list(unit_ids),
        moment,
        filing.dossier_id,
    )
    return [Conflict(**dict(row)) for row in rows]


async def timeline(db: Connection, filing_id: UUID, *, internal: bool) -> list[Step]:
    """What happened to a filing, oldest first. `internal`: also what reviewers do among themselves."""
    rows = await db.fetch(
        """
        SELECT a.at, a.action, coalesce(p.name, '') AS person, coalesce(o.name, '') AS organisation, a.detail
          FROM audit_entries AS a
     LEFT JOIN persons AS p ON p.id = a.person_id
     LEFT JOIN organisations AS o ON o.id = a.organisation_id
         WHERE a.noun = 'filing'
           AND a.noun_id = $1
           AND a.action IN ('start', 'submit', 'approve', 'return', 'reject', 'withdraw', 'lapse', 'discard',
                            'claim', 'release', 'conflict')
           AND ($2 OR a.action NOT IN ('claim', 'release'))
      ORDER BY a.at, a.id
        """,
        str(filing_id),
        internal,
    )
    return [Step(**dict(row)) for row in rows]
