"""What the open API and the verification read."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.model import Address
from zhusuo.carriers import carrier_history, history
from zhusuo.carriers import store as carriers
from zhusuo.carriers.carrier_history import FactKind
from zhusuo.carriers.model import Carrier, Unit
from zhusuo.changes import store as changes
from zhusuo.db import Connection
from zhusuo.dossiers import documents as papers
from zhusuo.dossiers import scope, standing
from zhusuo.dossiers import store as dossiers
from zhusuo.dossiers.calendar import SHANGHAI
from zhusuo.dossiers.model import Document, DossierVersion, Filing, FilingStatus, Purpose
from zhusuo.errors import Invalid, NotFound
from zhusuo.lookup.model import FoundCarrier, FoundUnit, Match
from zhusuo.people.model import Actor
from zhusuo.ports.api.answers import (
    CarrierBrief,
    ChecklistLine,
    DocumentBrief,
    DossierAnswer,
    FilingAnswer,
    FlagBrief,
    LeaseAnswer,
    Occupants,
    UnitAnswer,
    UnitBrief,
    UnitThen,
    VersionAnswer,
    VersionBrief,
)
from zhusuo.ports.api.questions import LeaseQuestion
from zhusuo.registrations import examination
from zhusuo.registrations.verdicts import verdict


async def unit(
    db: Connection, actor: Actor, unit_id: UUID, day: date, on: date | None = None, known_at: datetime | None = None
) -> UnitAnswer:
    """A unit as it stands today and, if that is asked for, as it stood on a day, by what was known at a moment.

    Raises NotFound.
    """
    found = await carriers.unit_by_id(db, unit_id)
    carrier = await carriers.by_id_for(db, actor, found.carrier_id) if found else None
    if found is None or carrier is None:
        raise NotFound
    known = await verdict(db, actor, _match(found, carrier), "", day)
    return UnitAnswer(
        id=found.id,
        label=found.name,
        kind=found.kind,
        building=found.building,
        floor=found.floor,
        number=found.number,
        area_m2=None if found.area_m2 is None else f"{found.area_m2:.2f}",
        sharing_allowed=known.sharing_allowed,
        retired=found.retired_at is not None,
        carrier=_brief(carrier),
        subdistrict=carrier.subdistrict,
        version=VersionBrief.of(known.version) if known.version else None,
        occupants=Occupants.of(known.occupants),
        flags=[FlagBrief.of(each) for each in known.flags],
        became=await _became(db, found),
        then=await _then(db, found, day, on, known_at) if on or known_at else None,
    )


async def _became(db: Connection, found: Unit) -> list[UnitBrief]:
    if found.retired_at is None:
        return []
    units = await carriers.units_by_ids(db, await changes.successors(db, found.id))
    return [UnitBrief(id=each.id, label=each.name) for each in units]


async def _then(db: Connection, found: Unit, day: date, on: date | None, known_at: datetime | None) -> UnitThen:
    """Without a day it is the day of that moment; without a moment it is now, and the cover that of the day's end.

    A moment without its zone is one in Shanghai.
    """
    at = known_at or await history.moment(db)
    at = at.replace(tzinfo=SHANGHAI) if at.tzinfo is None else at.astimezone(SHANGHAI)
    on = on or min(at.date(), day)
    fact = await history.as_of(db, found.id, on, at)
    told = await carrier_history.as_of(db, found.carrier_id, on, at)
    covering = await dossiers.effective_version_for(db, found.id, min(at, _end_of(on)))
    return UnitThen(
        on=on,
        known_at=at,
        existed=fact is not None,
        label=fact.name if fact else None,
        kind=fact.kind if fact else None,
        floor=fact.floor if fact else None,
        area_m2=None if fact is None or fact.area_m2 is None else f"{fact.area_m2:.2f}",
        valid_from=fact.valid_from if fact else None,
        valid_to=fact.valid_to if fact else None,
        carrier_name=next((each.value for each in told if each.kind is FactKind.NAME), None),
        addresses=[each.value for each in told if each.kind is FactKind.ADDRESS],
        version=_version_then(covering.version) if covering else None,
    )


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, tzinfo=SHANGHAI)


def _version_then(version: DossierVersion) -> VersionBrief:
    return VersionBrief(
        id=version.id,
        dossier_id=version.dossier_id,
        dossier_number=version.dossier_number,
        number=version.number,
        title_situation=version.title_situation,
        reviewed_at=version.effective_from,
        valid_until=version.valid_until,
    )


def _match(found: Unit, carrier: Carrier) -> Match:
    """What a lookup that led to this very unit would have said."""
    return Match(
        input="",
        class_="A",
        reasons=(),
        address=Address(),
        canonical="",
        carrier=FoundCarrier(
            id=carrier.id,
            name=carrier.name,
            kind=carrier.kind,
            address=carrier.address,
            district_code=carrier.district_code,
        ),
        units=(FoundUnit(id=found.id, label=found.name),),
        unit_verdict="known",
    )


def _brief(carrier: Carrier) -> CarrierBrief:
    return CarrierBrief(id=carrier.id, name=carrier.name, kind=carrier.kind, address=carrier.address)


async def lease_check(
    db: Connection, lexicon: Lexicon, actor: Actor, asked: LeaseQuestion, day: date
) -> tuple[Document, LeaseAnswer]:
    """The lease and what it says about the units of one carrier. Raises NotFound, Invalid."""
    seen = await papers.by_id_for(db, actor, asked.document_id)
    units = await carriers.units_by_ids(db, asked.unit_ids)
    carrier = await carriers.by_id_for(db, actor, units[0].carrier_id) if units else None
    if seen is None or seen.document.purpose is not Purpose.LEASE or carrier is None:
        raise NotFound
    if len(units) < len(set(asked.unit_ids)) or {each.carrier_id for each in units} != {carrier.id}:
        raise Invalid({"unit_ids": "单元要在同一处载体里。"})
    if seen.document.status.pending:
        return seen.document, LeaseAnswer(status="pending")
    versions = await examination.versions_for(db, units)
    return seen.document, LeaseAnswer.of(
        await examination.examine(
            db, lexicon, seen.document, carrier, versions, units, asked.applicant, asked.day or day
        )
    )


async def dossier(db: Connection, actor: Actor, dossier_id: UUID) -> DossierAnswer:
    """A dossier with all its versions and their documents, without bodies. Raises NotFound."""
    row = await db.fetchrow(
        """
        SELECT number, carrier_id
          FROM dossiers
         WHERE id = $1
        """,
        dossier_id,
    )
    carrier = await carriers.by_id_for(db, actor, row["carrier_id"]) if row else None
    if row is None or carrier is None:
        raise NotFound
    return DossierAnswer(
        id=dossier_id, number=row["number"], carrier=_brief(carrier), versions=await _versions(db, dossier_id)
    )


async def _versions(db: Connection, dossier_id: UUID) -> list[VersionAnswer]:
    rows = await db.fetch(
        """
        SELECT v.id, v.number, v.status, v.title_situation, v.effective_from, v.effective_to, v.valid_until,
               (SELECT count(*)
                  FROM version_units AS vu
                 WHERE vu.version_id = v.id
                   AND lower(vu.during) = v.effective_from) AS unit_count,
               ARRAY(
                   SELECT vd.document_id
                     FROM version_documents AS vd
                    WHERE vd.version_id = v.id
                 ORDER BY vd.position) AS document_ids
          FROM dossier_versions AS v
         WHERE v.dossier_id = $1
      ORDER BY v.number DESC
        """,
        dossier_id,
    )
    found = await papers.by_ids(db, list({each for row in rows for each in row["document_ids"]}))
    briefs = {each.id: DocumentBrief.of(each) for each in found}
    return [
        VersionAnswer(
            id=row["id"],
            number=row["number"],
            status=row["status"],
            title_situation=row["title_situation"],
            effective_from=row["effective_from"],
            effective_to=row["effective_to"],
            valid_until=row["valid_until"],
            unit_count=row["unit_count"],
            documents=[briefs[each] for each in row["document_ids"]],
        )
        for row in rows
    ]


async def filing(db: Connection, filing_id: UUID) -> FilingAnswer:
    """A filing as it stands, with its checklist. Raises NotFound."""
    found = await dossiers.by_id(db, filing_id)
    if found is None:
        raise NotFound
    resolved = await standing.units_of(db, found)
    return FilingAnswer.of(
        found,
        scope.describe(found.scope_kind, found.scope, resolved.units),
        [
            ChecklistLine(code=each.code, name=each.name, met=each.met, alternatives=each.alternatives)
            for each in await standing.requirements(db, found)
        ],
        await papers.of_filing(db, filing_id),
        await _returned_because(db, found),
    )


async def _returned_because(db: Connection, found: Filing) -> Sequence[str]:
    """Why it was given back or refused, in sentences; the reviewers' own note stays with them."""
    if found.status not in (FilingStatus.RETURNED, FilingStatus.REJECTED, FilingStatus.LAPSED):
        return ()
    decisions = await dossiers.decisions(db, found.id)
    last = max(decisions, key=lambda each: each.decided_at, default=None)
    return [*(each.sentence for each in last.reasons), *filter(None, (last.message,))] if last else ()


async def district_name(db: Connection, code: str) -> str:
    return await dossiers.district_name(db, code)
