"""分拣 as it is done: what a filing says is gathered, sorted by the rules and kept with what they looked at.

Anything that goes wrong on the way sends the filing to a full review; nothing is ever left out of the queue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import structlog

from zhusuo import audit
from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import CarrierAddress, Unit
from zhusuo.db import Connection, Database, Down
from zhusuo.dossiers import document_fields, documents, standing
from zhusuo.dossiers import store as dossiers
from zhusuo.dossiers.checklist import Requirement
from zhusuo.dossiers.model import Document, DocumentField, DocumentStatus, Filing, FilingStatus, Submission
from zhusuo.registrations.chains import chains
from zhusuo.registrations.crosschecks import CrossCheck, cross_checks
from zhusuo.registrations.papers import Paper, papers_of
from zhusuo.registrations.triage import READING, Doubtful, Inputs, Reason, ReviewPath, Triage, sort
from zhusuo.rights import Chain

log = structlog.get_logger()

SURE = 0.85
AT_ONCE = 20


@dataclass(frozen=True, kw_only=True)
class HandedIn:
    """Everything a filing that was handed in says, and how it agrees."""

    filing: Filing
    documents: tuple[Document, ...]
    papers: tuple[Paper, ...]
    units: tuple[Unit, ...]
    addresses: tuple[CarrierAddress, ...]
    required: tuple[Requirement, ...]
    checks: tuple[CrossCheck, ...]


@dataclass(frozen=True, kw_only=True)
class Sorted:
    """A triage as it is kept."""

    path: ReviewPath
    reasons: tuple[Reason, ...]
    doubtful: tuple[Doubtful, ...]
    sorted_at: datetime

    @property
    def reading(self) -> bool:
        """Whether it has to wait until everything is read."""
        return any(each.code == READING for each in self.reasons)


async def handed_in(db: Connection, filing: Filing, submission: Submission, day: date) -> HandedIn:
    frozen = await dossiers.submitted_documents(db, submission.id)
    found = await documents.by_ids(db, [each.document_id for each in frozen])
    read = await papers_of(db, [each.id for each in found])
    papers = [paper for each in found for paper in read.get(each.id, ())]
    unit_ids = await dossiers.submitted_units(db, submission.id)
    required = await standing.requirements(db, filing)
    under_way = filing.status in (FilingStatus.SUBMITTED, FilingStatus.RETURNED)
    moment = await dossiers.moment(db)
    conflicts = await standing.conflicts(db, filing, unit_ids, moment) if under_way else []
    units = await carriers.units_by_ids(db, unit_ids)
    addresses = await carriers.addresses(db, filing.carrier_id)
    asked = required if under_way else ()
    return HandedIn(
        filing=filing,
        documents=tuple(found),
        papers=tuple(papers),
        units=tuple(units),
        addresses=tuple(addresses),
        required=tuple(required),
        checks=tuple(cross_checks(found, papers, asked, conflicts, addresses, day, units)),
    )


async def sort_waiting(database: Database, day: date) -> int:
    """Sort the filings that wait, and again those of which something was read or put right since; how many."""
    async with database.connection() as db:
        due = await _due(db, day, AT_ONCE)
    for filing_id, submission_id in due:
        try:
            await sort_one(database, filing_id, day)
        except Down:
            raise
        except Exception as error:
            log.exception("sorting_failed", filing=str(filing_id))
            async with database.transaction() as db:
                said = Inputs(failed=type(error).__name__)
                await _keep(db, filing_id, submission_id, sort(said), said, day)
    return len(due)


async def sort_one(database: Database, filing_id: UUID, day: date) -> Triage | None:
    """Sort one filing by what its last submission says; None where it waits no longer."""
    async with database.transaction() as db:
        filing, submission = await dossiers.by_id(db, filing_id), await dossiers.last_submission(db, filing_id)
        if filing is None or submission is None or filing.status is not FilingStatus.SUBMITTED:
            return None
        said = await _inputs(db, await handed_in(db, filing, submission, day), day)
        triage = sort(said)
        await _keep(db, filing_id, submission.id, triage, said, day)
        detail = {"path": triage.path, "reasons": [each.code for each in triage.reasons]}
        await audit.record(db, None, "sort", "filing", filing_id, carrier_id=filing.carrier_id, detail=detail)
        return triage


async def _inputs(db: Connection, found: HandedIn, day: date) -> Inputs:
    fields = await document_fields.fields(db, [each.id for each in found.documents])
    files = {each.id: each for each in found.documents}
    status, said = chain_status([each.chain for each in chains(found.papers, found.units, found.units, day)])
    return Inputs(
        documents=len(found.documents),
        reading=[each.file_name for each in found.documents if each.status.pending],
        unread=[each.file_name for each in found.documents if each.status is DocumentStatus.UNREADABLE],
        warned=[each.file_name for each in found.documents if each.status is DocumentStatus.READ and each.trouble],
        missing=[each.name for each in found.required if not each.met],
        grave=[each.title for each in found.checks if each.tone == "bad" and not each.title.startswith("缺")],
        odd=[each.title for each in found.checks if each.tone == "warn" and not _unread(each, files)],
        chain=status,
        chain_said=said,
        doubtful=[_doubtful(each) for each in fields if _is_doubtful(each)],
        flawed_pages=await _flawed(db, files),
    )


def _unread(check: CrossCheck, files: dict[UUID, Document]) -> bool:
    """Whether a check only says that a file is not read, which has a rule of its own."""
    file = files.get(check.document_id) if check.document_id else None
    return file is not None and file.status is not DocumentStatus.READ


def chain_status(found: Sequence[Chain]) -> tuple[str, str]:
    """How the chains of several units stand together: whole, doubtful, broken or unread; and where."""
    if not any(step.right for chain in found for step in chain.steps):
        return "unread", ""
    broken = [chain for chain in found if not chain.whole]
    if broken:
        step = broken[0].broken_at
        said = f"断在{step.grantor or step.holder}，{step.flaw.label}" if step and step.flaw else ""
        return "broken", f"{said}（{len(broken)} 个单元）" if len(found) > 1 else said
    doubts = {doubt.label for chain in found for step in chain.doubtful for doubt in step.doubts}
    return ("doubtful", f"有没读出的：{'、'.join(sorted(doubts))}") if doubts else ("whole", "完整")


def _is_doubtful(field: DocumentField) -> bool:
    """Read with little certainty, or put right by its filer; and nobody of the district has looked yet."""
    return field.confirmed_at is None and (field.corrected_value is not None or field.confidence < SURE)


def _doubtful(field: DocumentField) -> Doubtful:
    why = "申报方改过" if field.corrected_value is not None else f"把握 {field.confidence:.0%}"
    return Doubtful(document_id=str(field.document_id), page=field.page, label=field.label, why=why)


# 行


async def _due(db: Connection, day: date, limit: int) -> list[tuple[UUID, UUID]]:
    rows = await db.fetch(
        """
        SELECT f.id AS filing_id, s.id AS submission_id
          FROM filings AS f
          JOIN LATERAL (
               SELECT id
                 FROM submissions
                WHERE filing_id = f.id
             ORDER BY number DESC
                LIMIT 1) AS s ON true
     LEFT JOIN triages AS t ON t.submission_id = s.id
         WHERE f.status = 'submitted'
           AND (t.submission_id IS NULL
                OR t.sorted_on < $1
                OR EXISTS (
                   SELECT
                     FROM submission_documents AS sd
                     JOIN documents AS d ON d.id = sd.document_id
                    WHERE sd.submission_id = s.id
                      AND (d.read_at > t.sorted_at
                           OR (d.status = 'unreadable' AND t.reasons -> 0 ->> 'code' = 'reading')
                           OR EXISTS (
                              SELECT
                                FROM document_fields AS df
                               WHERE df.document_id = d.id
                                 AND greatest(df.corrected_at, df.confirmed_at) > t.sorted_at))))
      ORDER BY t.sorted_at NULLS FIRST, f.submitted_at, f.id
         LIMIT $2
        """,
        day,
        limit,
    )
    return [(row["filing_id"], row["submission_id"]) for row in rows]


async def _keep(db: Connection, filing_id: UUID, submission_id: UUID, triage: Triage, said: Inputs, day: date) -> None:
    await db.execute(
        """
        INSERT INTO triages (submission_id, filing_id, path, reasons, inputs, sorted_on, sorted_at)
             VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())
        ON CONFLICT (submission_id) DO UPDATE
                SET path = excluded.path,
                    reasons = excluded.reasons,
                    inputs = excluded.inputs,
                    sorted_on = excluded.sorted_on,
                    sorted_at = excluded.sorted_at
        """,
        submission_id,
        filing_id,
        triage.path,
        [{"code": each.code, "text": each.text, "path": each.path} for each in triage.reasons],
        said.as_json(),
        day,
    )


async def kept(db: Connection, submission_id: UUID) -> Sorted | None:
    """How a submission was sorted; None while nobody has."""
    row = await db.fetchrow(
        """
        SELECT path, reasons, inputs, sorted_at
          FROM triages
         WHERE submission_id = $1
        """,
        submission_id,
    )
    if row is None:
        return None
    reasons = (Reason(**{**each, "path": ReviewPath(each["path"])}) for each in row["reasons"])
    return Sorted(
        path=ReviewPath(row["path"]),
        reasons=tuple(reasons),
        doubtful=tuple(Doubtful(**each) for each in row["inputs"].get("doubtful", ())),
        sorted_at=row["sorted_at"],
    )


async def _flawed(db: Connection, files: dict[UUID, Document]) -> list[str]:
    rows = await db.fetch(
        """
        SELECT document_id, page
          FROM document_pages
         WHERE document_id = ANY ($1::uuid[])
           AND quality <> '{}'
      ORDER BY document_id, page
        """,
        list(files),
    )
    return [f"{files[row['document_id']].file_name} 第 {row['page']} 页" for row in rows]
