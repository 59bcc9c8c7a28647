"""The rows of filings, submissions, decisions and dossier versions."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from zhusuo import notices
from zhusuo.db import Connection, Row
from zhusuo.dossiers.model import (
    Decision,
    DecisionKind,
    Document,
    DocumentKind,
    DossierVersion,
    Filing,
    FilingKind,
    FilingStatus,
    ReturnReason,
    ScopeKind,
    Submission,
    SubmittedDocument,
    TitleSituation,
    VersionOfUnit,
    VersionStatus,
)
from zhusuo.people.model import Actor

DESKS = ("/approval", "/property", "/agency")
"""Where filings are looked at, and notices of them lead."""

# 备案


async def by_id(db: Connection, filing_id: UUID) -> Filing | None:
    row = await db.fetchrow(
        """
        SELECT f.id, f.dossier_id, d.number AS dossier_number, f.carrier_id, f.district_code, f.organisation_id,
               f.kind, f.title_situation, f.status, f.scope_kind, f.scope, f.on_behalf_of, f.note, f.filed_by,
               f.created_at, f.changed_at, f.submitted_at, f.deadline_on, f.claimed_by, f.claimed_until, f.decided_at
          FROM filings AS f
          JOIN dossiers AS d ON d.id = f.dossier_id
         WHERE f.id = $1
        """,
        filing_id,
    )
    return _filing(row) if row else None


async def by_id_for(db: Connection, actor: Actor, filing_id: UUID) -> Filing | None:
    """The filer's organisation sees it from the first draft on, clerks of the district once it was submitted."""
    seen = await db.fetchval(
        """
        SELECT id
          FROM filings
         WHERE id = $1
           AND (($2 IN ('manager', 'agent', 'clerk') AND organisation_id = $3)
                OR ($2 = 'clerk' AND district_code = $4 AND submitted_at IS NOT NULL))
        """,
        filing_id,
        actor.role,
        actor.organisation_id,
        actor.district_code,
    )
    return await by_id(db, seen) if seen else None


async def lock(db: Connection, filing_id: UUID) -> Filing | None:
    """The filing as it is now, kept from changing until the transaction ends."""
    await db.execute(
        """
        SELECT id
          FROM filings
         WHERE id = $1
           FOR NO KEY UPDATE
        """,
        filing_id,
    )
    return await by_id(db, filing_id)


async def open_draft(db: Connection, carrier_id: UUID, organisation_id: UUID, on_behalf_of: str) -> Filing | None:
    """The first filing that this organisation has begun for this carrier and not handed in yet."""
    found = await db.fetchval(
        """
        SELECT id
          FROM filings
         WHERE carrier_id = $1
           AND organisation_id = $2
           AND on_behalf_of = $3
           AND kind = 'first'
           AND status = 'draft'
      ORDER BY created_at DESC
         LIMIT 1
        """,
        carrier_id,
        organisation_id,
        on_behalf_of,
    )
    return await by_id(db, found) if found else None


async def open_of_dossier(db: Connection, dossier_id: UUID, organisation_id: UUID) -> Filing | None:
    """The one filing of an organisation for a dossier that is not decided yet."""
    found = await db.fetchval(
        """
        SELECT id
          FROM filings
         WHERE dossier_id = $1
           AND organisation_id = $2
           AND status IN ('draft', 'submitted', 'returned')
        """,
        dossier_id,
        organisation_id,
    )
    return await by_id(db, found) if found else None


async def insert_dossier(db: Connection, carrier_id: UUID, district_code: str, prefix: str) -> UUID:
    """A new dossier, numbered behind its prefix (XH-2026-0147)."""
    dossier_id: UUID = await db.fetchval(
        """
        INSERT INTO dossiers (number, carrier_id, district_code)
             SELECT $3 || lpad(next::text, greatest(4, length(next::text)), '0'), $1, $2
               FROM nextval('dossier_numbers') AS next
          RETURNING id
        """,
        carrier_id,
        district_code,
        prefix,
    )
    return dossier_id


async def district_name(db: Connection, district_code: str) -> str:
    name: str | None = await db.fetchval(
        """
        SELECT name
          FROM districts
         WHERE code = $1
        """,
        district_code,
    )
    return name or district_code


async def insert(
    db: Connection,
    *,
    dossier_id: UUID,
    carrier_id: UUID,
    district_code: str,
    organisation_id: UUID,
    kind: FilingKind,
    title_situation: TitleSituation,
    scope_kind: ScopeKind,
    scope: Sequence[str],
    on_behalf_of: str,
    filed_by: UUID,
    client_id: UUID | None,
) -> UUID:
    filing_id: UUID = await db.fetchval(
        """
        INSERT INTO filings
                    (dossier_id, carrier_id, district_code, organisation_id, kind, title_situation,
                     scope_kind, scope, on_behalf_of, filed_by, client_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
          RETURNING id
        """,
        dossier_id,
        carrier_id,
        district_code,
        organisation_id,
        kind,
        title_situation,
        scope_kind,
        list(scope),
        on_behalf_of,
        filed_by,
        client_id,
    )
    return filing_id


async def set_scope(db: Connection, filing_id: UUID, kind: ScopeKind, scope: Sequence[str]) -> None:
    await db.execute(
        """
        UPDATE filings
           SET scope_kind = $2,
               scope = $3,
               changed_at = now()
         WHERE id = $1
        """,
        filing_id,
        kind,
        list(scope),
    )


async def set_title_situation(db: Connection, filing_id: UUID, situation: TitleSituation) -> None:
    await db.execute(
        """
        UPDATE filings
           SET title_situation = $2,
               changed_at = now()
         WHERE id = $1
        """,
        filing_id,
        situation,
    )


async def set_note(db: Connection, filing_id: UUID, note: str) -> None:
    await db.execute(
        """
        UPDATE filings
           SET note = $2,
               changed_at = now()
         WHERE id = $1
        """,
        filing_id,
        note,
    )


async def touch(db: Connection, filing_id: UUID) -> None:
    """Say that something in it changed just now."""
    await db.execute(
        """
        UPDATE filings
           SET changed_at = now()
         WHERE id = $1
        """,
        filing_id,
    )


async def set_status(db: Connection, filing_id: UUID, status: FilingStatus, deadline_on: date | None = None) -> None:
    """Move it; whoever had claimed it has it no longer, and what was asked of anybody is asked no more. A decision, a
    withdrawal and a lapse tell when."""
    await db.execute(
        """
        UPDATE filings
           SET status = $2,
               deadline_on = $3,
               claimed_by = NULL,
               claimed_until = NULL,
               changed_at = now(),
               submitted_at = CASE WHEN $2 = 'submitted' THEN now() ELSE submitted_at END,
               decided_at = CASE WHEN $2 IN ('draft', 'submitted', 'returned') THEN NULL ELSE now() END
         WHERE id = $1
        """,
        filing_id,
        status,
        deadline_on,
    )
    await notices.settle(db, *(f"{desk}/filings/{filing_id}" for desk in DESKS))


async def set_claim(db: Connection, filing_id: UUID, person_id: UUID | None, until: datetime | None) -> None:
    await db.execute(
        """
        UPDATE filings
           SET claimed_by = $2,
               claimed_until = $3
         WHERE id = $1
        """,
        filing_id,
        person_id,
        until,
    )


async def moment(db: Connection) -> datetime:
    """What time it is, to be asked when all locks are held: `now()` is when the transaction began."""
    found: datetime = await db.fetchval("SELECT clock_timestamp()")
    return found


async def overdue(db: Connection, day: date) -> list[UUID]:
    """Returned filings whose deadline has passed."""
    rows = await db.fetch(
        """
        SELECT id
          FROM filings
         WHERE status = 'returned'
           AND deadline_on < $1
      ORDER BY deadline_on
        """,
        day,
    )
    return [row["id"] for row in rows]


async def person_name(db: Connection, person_id: UUID | None) -> str:
    name: str | None = await db.fetchval(
        """
        SELECT name
          FROM persons
         WHERE id = $1
        """,
        person_id,
    )
    return name or ""


# 提交 与 决定


async def insert_submission(
    db: Connection,
    filing_id: UUID,
    content: dict[str, Any],
    declared_text: str,
    submitted_by: UUID,
    documents: Sequence[Document],
    unit_ids: Sequence[UUID],
) -> UUID:
    """Freeze what was handed in: the filing, its documents with their hashes, and its units."""
    submission_id: UUID = await db.fetchval(
        """
        INSERT INTO submissions (filing_id, number, content, declared_text, submitted_by)
             SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4
               FROM submissions
              WHERE filing_id = $1
          RETURNING id
        """,
        filing_id,
        content,
        declared_text,
        submitted_by,
    )
    await db.executemany(
        """
        INSERT INTO submission_documents (submission_id, document_id, sha256, kind, also_kinds, position)
             VALUES ($1, $2, $3, $4, $5, $6)
        """,
        [
            (submission_id, document.id, document.sha256, document.kind, list(document.also_kinds), position)
            for position, document in enumerate(documents)
        ],
    )
    await db.execute(
        """
        INSERT INTO submission_units (submission_id, unit_id)
             SELECT $1, unnest($2::uuid[])
        """,
        submission_id,
        list(unit_ids),
    )
    return submission_id


async def submissions(db: Connection, filing_id: UUID) -> list[Submission]:
    """Newest first."""
    rows = await db.fetch(
        """
        SELECT id, filing_id, number, content, declared_text, submitted_by, submitted_at
          FROM submissions
         WHERE filing_id = $1
      ORDER BY number DESC
        """,
        filing_id,
    )
    return [Submission(**dict(row)) for row in rows]


async def last_submission(db: Connection, filing_id: UUID) -> Submission | None:
    found = await submissions(db, filing_id)
    return found[0] if found else None


async def submitted_units(db: Connection, submission_id: UUID) -> list[UUID]:
    rows = await db.fetch(
        """
        SELECT unit_id
          FROM submission_units
         WHERE submission_id = $1
      ORDER BY unit_id
        """,
        submission_id,
    )
    return [row["unit_id"] for row in rows]


async def submitted_documents(db: Connection, submission_id: UUID) -> list[SubmittedDocument]:
    rows = await db.fetch(
        """
        SELECT document_id, sha256, kind, also_kinds, position
          FROM submission_documents
         WHERE submission_id = $1
      ORDER BY position
        """,
        submission_id,
    )
    return [_submitted_document(row) for row in rows]


async def insert_decision(
    db: Connection,
    filing_id: UUID,
    submission_id: UUID,
    decision: DecisionKind,
    *,
    reasons: Sequence[str] = (),
    message: str = "",
    internal_note: str = "",
    deadline_on: date | None = None,
    decided_by: UUID,
) -> None:
    await db.execute(
        """
        INSERT INTO decisions
                    (filing_id, submission_id, decision, reasons, message, internal_note, deadline_on, decided_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        filing_id,
        submission_id,
        decision,
        list(reasons),
        message,
        internal_note,
        deadline_on,
        decided_by,
    )


async def decisions(db: Connection, filing_id: UUID) -> list[Decision]:
    """Newest first."""
    rows = await db.fetch(
        """
        SELECT id, filing_id, submission_id, decision, reasons, message, internal_note, deadline_on,
               decided_by, decided_at
          FROM decisions
         WHERE filing_id = $1
      ORDER BY decided_at DESC
        """,
        filing_id,
    )
    return [_decision(row) for row in rows]


# 版本


async def insert_version(
    db: Connection,
    filing: Filing,
    submission_id: UUID,
    *,
    unit_ids: Sequence[UUID],
    effective_from: datetime,
    valid_until: date,
    approved_by: UUID,
) -> UUID:
    """The next version of the filing's dossier, with the units and documents of the submission."""
    version_id: UUID = await db.fetchval(
        """
        INSERT INTO dossier_versions
                    (dossier_id, carrier_id, district_code, number, filing_id, submission_id, title_situation,
                     effective_from, valid_until, approved_by)
             SELECT $1, $2, $3, coalesce(max(number), 0) + 1, $4, $5, $6, $7, $8, $9
               FROM dossier_versions
              WHERE dossier_id = $1
          RETURNING id
        """,
        filing.dossier_id,
        filing.carrier_id,
        filing.district_code,
        filing.id,
        submission_id,
        filing.title_situation,
        effective_from,
        valid_until,
        approved_by,
    )
    await db.execute(
        """
        INSERT INTO version_units (version_id, unit_id, during)
             SELECT $1, unnest($2::uuid[]), tstzrange($3, NULL)
        """,
        version_id,
        list(unit_ids),
        effective_from,
    )
    await db.execute(
        """
        INSERT INTO version_documents (version_id, document_id, sha256, kind, also_kinds, position)
             SELECT $1, s.document_id, s.sha256, d.kind, d.also_kinds, s.position
               FROM submission_documents AS s
               JOIN documents AS d ON d.id = s.document_id
              WHERE s.submission_id = $2
        """,
        version_id,
        submission_id,
    )
    return version_id


async def end_coverage(
    db: Connection, unit_ids: Sequence[UUID], dossier_id: UUID | None, moment: datetime
) -> list[UUID]:
    """End at this moment whatever covers these units, and all that this dossier covers; the versions concerned."""
    rows = await db.fetch(
        """
        UPDATE version_units AS vu
           SET during = tstzrange(lower(vu.during), $3)
          FROM dossier_versions AS v
         WHERE v.id = vu.version_id
           AND upper_inf(vu.during)
           AND (vu.unit_id = ANY($1::uuid[]) OR v.dossier_id = $2)
     RETURNING vu.version_id
        """,
        list(unit_ids),
        dossier_id,
        moment,
    )
    return sorted({row["version_id"] for row in rows})


async def carry_coverage(
    db: Connection, version_id: UUID, parent_ids: Sequence[UUID], child_ids: Sequence[UUID], moment: datetime
) -> None:
    """From this moment on the version covers the units that came from its own, in their place."""
    await db.execute(
        """
        UPDATE version_units
           SET during = tstzrange(lower(during), $3)
         WHERE version_id = $1
           AND unit_id = ANY ($2::uuid[])
           AND upper_inf(during)
        """,
        version_id,
        list(parent_ids),
        moment,
    )
    await db.execute(
        """
        INSERT INTO version_units (version_id, unit_id, during)
             SELECT $1, unnest($2::uuid[]), tstzrange($3, NULL)
        """,
        version_id,
        list(child_ids),
        moment,
    )


async def end_gone_coverage(db: Connection, unit_ids: Sequence[UUID], moment: datetime) -> None:
    """Units that are gone are covered no longer. A version that has no others keeps them in name: a change filing
    begins from it."""
    await db.execute(
        """
        UPDATE version_units AS gone
           SET during = tstzrange(lower(gone.during), $2)
         WHERE gone.unit_id = ANY ($1::uuid[])
           AND upper_inf(gone.during)
           AND EXISTS (
               SELECT
                 FROM version_units AS other
                WHERE other.version_id = gone.version_id
                  AND upper_inf(other.during)
                  AND other.unit_id <> ALL ($1::uuid[]))
        """,
        list(unit_ids),
        moment,
    )


async def give_back_coverage(
    db: Connection, parent_ids: Sequence[UUID], child_ids: Sequence[UUID], moment: datetime
) -> None:
    """As if the cover had not been carried or ended at that moment; nobody has relied on it since."""
    await db.execute(
        """
        DELETE FROM version_units
              WHERE unit_id = ANY ($1::uuid[])
        """,
        list(child_ids),
    )
    await db.execute(
        """
        UPDATE version_units
           SET during = tstzrange(lower(during), NULL)
         WHERE unit_id = ANY ($1::uuid[])
           AND upper(during) = $2
        """,
        list(parent_ids),
        moment,
    )


async def end_empty_versions(
    db: Connection, version_ids: Sequence[UUID], status: VersionStatus, moment: datetime, reason: str
) -> list[UUID]:
    """Of these versions, end those that cover no unit any more; their ids. Locked in the order of their ids, as by
    whoever reads one of their papers again meanwhile.
    """
    rows = await db.fetch(
        """
          WITH locked AS (
               SELECT id
                 FROM dossier_versions
                WHERE id = ANY($1::uuid[])
             ORDER BY id
                  FOR NO KEY UPDATE)
        UPDATE dossier_versions AS v
           SET status = $2,
               effective_to = $3,
               ended_reason = $4
          FROM locked
         WHERE v.id = locked.id
           AND v.status = 'effective'
           AND NOT EXISTS (
               SELECT
                 FROM version_units AS vu
                WHERE vu.version_id = v.id
                  AND upper_inf(vu.during))
     RETURNING v.id
        """,
        list(version_ids),
        status,
        moment,
        reason,
    )
    return [row["id"] for row in rows]


async def version_by_id(db: Connection, version_id: UUID) -> DossierVersion | None:
    row = await db.fetchrow(
        """
        SELECT v.id, v.dossier_id, d.number AS dossier_number, v.carrier_id, v.district_code, f.organisation_id,
               v.number, v.filing_id, v.submission_id, v.status, v.title_situation, v.effective_from, v.effective_to,
               v.valid_until, v.approved_by, v.ended_reason
          FROM dossier_versions AS v
          JOIN dossiers AS d ON d.id = v.dossier_id
          JOIN filings AS f ON f.id = v.filing_id
         WHERE v.id = $1
        """,
        version_id,
    )
    return _version(row) if row else None


async def ending(db: Connection, day: date, stages: Sequence[int], over: int, limit: int) -> list[UUID]:
    """The versions in force that run out within the widest stage and were not told of the one they are in."""
    rows = await db.fetch(
        """
        SELECT v.id
          FROM dossier_versions AS v
    CROSS JOIN LATERAL (
               SELECT CASE WHEN v.valid_until < $1 THEN $3
                           ELSE (SELECT min(days) FROM unnest($2::integer[]) AS days WHERE v.valid_until <= $1 + days)
                       END AS days_ahead
               ) AS stage
         WHERE v.status = 'effective'
           AND v.valid_until <= $1 + (SELECT max(days) FROM unnest($2::integer[]) AS days)
           AND NOT EXISTS (
               SELECT
                 FROM version_reminders AS r
                WHERE r.version_id = v.id
                  AND r.days_ahead = stage.days_ahead)
      ORDER BY v.valid_until, v.id
         LIMIT $4
        """,
        day,
        stages,
        over,
        limit,
    )
    return [row["id"] for row in rows]


async def insert_reminder(db: Connection, version_id: UUID, days_ahead: int) -> bool:
    """Whether nobody told of this stage before."""
    told = await db.fetchval(
        """
        INSERT INTO version_reminders (version_id, days_ahead)
             VALUES ($1, $2)
        ON CONFLICT DO NOTHING
          RETURNING true
        """,
        version_id,
        days_ahead,
    )
    return told is not None


async def papers_ending(
    db: Connection, day: date, stages: Sequence[int], over: int, limit: int
) -> list[tuple[UUID, UUID]]:
    """Papers of versions in force whose own term comes to a stage that was not told of: version and document."""
    rows = await db.fetch(
        """
        SELECT v.id AS version_id, d.id AS document_id
          FROM dossier_versions AS v
          JOIN version_documents AS vd ON vd.version_id = v.id
          JOIN documents AS d ON d.id = vd.document_id
    CROSS JOIN LATERAL (
               SELECT CASE WHEN d.valid_until < $1 THEN $3
                           ELSE (SELECT min(days) FROM unnest($2::integer[]) AS days WHERE d.valid_until <= $1 + days)
                       END AS days_ahead
               ) AS stage
         WHERE v.status = 'effective'
           AND d.valid_until <= $1 + (SELECT max(days) FROM unnest($2::integer[]) AS days)
           AND NOT EXISTS (
               SELECT
                 FROM paper_reminders AS r
                WHERE r.version_id = v.id
                  AND r.document_id = d.id
                  AND r.days_ahead = stage.days_ahead)
      ORDER BY d.valid_until, v.id, d.id
         LIMIT $4
        """,
        day,
        stages,
        over,
        limit,
    )
    return [(row["version_id"], row["document_id"]) for row in rows]


async def insert_paper_reminder(db: Connection, version_id: UUID, document_id: UUID, days_ahead: int) -> bool:
    """Whether nobody told of this stage of a paper before."""
    told = await db.fetchval(
        """
        INSERT INTO paper_reminders (version_id, document_id, days_ahead)
             VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING
          RETURNING true
        """,
        version_id,
        document_id,
        days_ahead,
    )
    return told is not None


async def effective_version_of_dossier(db: Connection, dossier_id: UUID) -> DossierVersion | None:
    found = await db.fetchval(
        """
        SELECT id
          FROM dossier_versions
         WHERE dossier_id = $1
           AND status = 'effective'
      ORDER BY number DESC
         LIMIT 1
        """,
        dossier_id,
    )
    return await version_by_id(db, found) if found else None


async def versions_by_carrier(db: Connection, carrier_id: UUID) -> list[DossierVersion]:
    """All versions, old ones too, newest first."""
    rows = await db.fetch(
        """
        SELECT v.id, v.dossier_id, d.number AS dossier_number, v.carrier_id, v.district_code, f.organisation_id,
               v.number, v.filing_id, v.submission_id, v.status, v.title_situation, v.effective_from, v.effective_to,
               v.valid_until, v.approved_by, v.ended_reason
          FROM dossier_versions AS v
          JOIN dossiers AS d ON d.id = v.dossier_id
          JOIN filings AS f ON f.id = v.filing_id
         WHERE v.carrier_id = $1
      ORDER BY v.effective_from DESC
        """,
        carrier_id,
    )
    return [_version(row) for row in rows]


async def effective_version_for(db: Connection, unit_id: UUID, at: datetime | None = None) -> VersionOfUnit | None:
    """The version that covers this very unit at a moment (now, if none is given)."""
    found = await effective_versions_for(db, [unit_id], at)
    return found[0] if found else None


async def effective_versions_for(
    db: Connection, unit_ids: Sequence[UUID], at: datetime | None = None
) -> list[VersionOfUnit]:
    """For each of the units that is covered at a moment, by which version since when."""
    rows = await db.fetch(
        """
        SELECT vu.unit_id, lower(vu.during) AS covered_from,
               v.id, v.dossier_id, d.number AS dossier_number, v.carrier_id, v.district_code, f.organisation_id,
               v.number, v.filing_id, v.submission_id, v.status, v.title_situation, v.effective_from, v.effective_to,
               v.valid_until, v.approved_by, v.ended_reason
          FROM version_units AS vu
          JOIN dossier_versions AS v ON v.id = vu.version_id
          JOIN dossiers AS d ON d.id = v.dossier_id
          JOIN filings AS f ON f.id = v.filing_id
         WHERE vu.unit_id = ANY($1::uuid[])
           AND vu.during @> coalesce($2, clock_timestamp())
      ORDER BY vu.unit_id
        """,
        list(unit_ids),
        at,
    )
    return [_version_of_unit(row) for row in rows]


async def units_of_version(db: Connection, version_id: UUID) -> list[UUID]:
    """The units it covered when it became effective, whether or not a later version took them; in place of those that
    were split or merged since, what came from them, if the version went on covering it."""
    rows = await db.fetch(
        """
        SELECT unit_id
          FROM version_units AS covered
         WHERE version_id = $1
           AND NOT EXISTS (
               SELECT
                 FROM unit_lineages
                 JOIN version_units AS child ON child.version_id = $1 AND child.unit_id = unit_lineages.child_id
                WHERE unit_lineages.parent_id = covered.unit_id
                  AND unit_lineages.undone_at IS NULL)
      ORDER BY unit_id
        """,
        version_id,
    )
    return [row["unit_id"] for row in rows]


async def documents_of_version(db: Connection, version_id: UUID) -> list[SubmittedDocument]:
    rows = await db.fetch(
        """
        SELECT document_id, sha256, kind, also_kinds, position
          FROM version_documents
         WHERE version_id = $1
      ORDER BY position
        """,
        version_id,
    )
    return [_submitted_document(row) for row in rows]


# 机构: who is told


async def organisation_kind(db: Connection, organisation_id: UUID) -> str:
    kind: str | None = await db.fetchval(
        """
        SELECT kind
          FROM organisations
         WHERE id = $1
        """,
        organisation_id,
    )
    return kind or ""


def _filing(row: Row) -> Filing:
    values = dict(row)
    return Filing(
        **values
        | {
            "kind": FilingKind(row["kind"]),
            "title_situation": TitleSituation(row["title_situation"]),
            "status": FilingStatus(row["status"]),
            "scope_kind": ScopeKind(row["scope_kind"]),
            "scope": tuple(row["scope"]),
        }
    )


def _decision(row: Row) -> Decision:
    return Decision(
        **dict(row)
        | {
            "decision": DecisionKind(row["decision"]),
            "reasons": tuple(ReturnReason(reason) for reason in row["reasons"]),
        }
    )


def _submitted_document(row: Row) -> SubmittedDocument:
    return SubmittedDocument(
        document_id=row["document_id"],
        sha256=row["sha256"],
        kind=DocumentKind(row["kind"]),
        also_kinds=tuple(DocumentKind(kind) for kind in row["also_kinds"]),
        position=row["position"],
    )


def _version(row: Row) -> DossierVersion:
    return DossierVersion(
        id=row["id"],
        dossier_id=row["dossier_id"],
        dossier_number=row["dossier_number"],
        carrier_id=row["carrier_id"],
        district_code=row["district_code"],
        organisation_id=row["organisation_id"],
        number=row["number"],
        filing_id=row["filing_id"],
        submission_id=row["submission_id"],
        status=VersionStatus(row["status"]),
        title_situation=TitleSituation(row["title_situation"]),
        effective_from=row["effective_from"],
        effective_to=row["effective_to"],
        valid_until=row["valid_until"],
        approved_by=row["approved_by"],
        ended_reason=row["ended_reason"],
    )


def _version_of_unit(row: Row) -> VersionOfUnit:
    return VersionOfUnit(unit_id=row["unit_id"], covered_from=row["covered_from"], version=_version(row))
