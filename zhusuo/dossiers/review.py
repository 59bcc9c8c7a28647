"""What clerks do: take a filing to review, approve it, return it for correction, reject it; and end a version."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from zhusuo import audit, events
from zhusuo.carriers import store as carriers
from zhusuo.db import Connection, Database
from zhusuo.dossiers import documents, holidays, store, telling
from zhusuo.dossiers.access import person_of, refuse_if_claimed, reviewed_filing
from zhusuo.dossiers.actions import refuse_expired
from zhusuo.dossiers.calendar import one_year_after
from zhusuo.dossiers.model import (
    DecisionKind,
    DossierVersion,
    Filing,
    FilingStatus,
    ReturnReason,
    Submission,
    VersionStatus,
    check_move,
)
from zhusuo.errors import Conflict, Invalid, NotFound
from zhusuo.people.model import Actor, Role


class NotUnderReview(Conflict):
    code = "not_under_review"
    sentence = "这份备案现在是“{status}”，不在待审之列。"


class UnitsRetired(Conflict):
    code = "units_retired"
    sentence = "提交以后有 {count} 个单元已分割、合并或停用，请退回补正，由申报方重新选择范围。"


# 领件


async def claim(database: Database, actor: Actor, filing_id: UUID, *, minutes: int) -> Filing:
    """Take it for some minutes, so that two clerks do not do the same work; or keep it. Raises ClaimedByOther."""
    async with database.transaction() as db:
        filing = await _under_review(db, actor, filing_id)
        now = await store.moment(db)
        await refuse_if_claimed(db, filing, person_of(actor), now)
        await store.set_claim(db, filing_id, person_of(actor), now + timedelta(minutes=minutes))
        if filing.claimed_by != actor.person_id:
            await _record(db, actor, "claim", filing)
        return await _again(db, filing_id)


async def release(database: Database, actor: Actor, filing_id: UUID) -> Filing:
    """Put it back into the queue."""
    async with database.transaction() as db:
        filing = await _under_review(db, actor, filing_id)
        if filing.claimed_by == actor.person_id:
            await store.set_claim(db, filing_id, None, None)
            await _record(db, actor, "release", filing)
        return await _again(db, filing_id)


async def _under_review(db: Connection, actor: Actor, filing_id: UUID) -> Filing:
    filing = await reviewed_filing(db, actor, filing_id)
    if filing.status is not FilingStatus.SUBMITTED:
        raise NotUnderReview(status=filing.status.label)
    return filing


# 决定


async def approve(
    database: Database, actor: Actor, filing_id: UUID, *, day: date, message: str = "", internal_note: str = ""
) -> DossierVersion:
    """Make what was handed in effective for its units, in place of whatever covered them.

    Good until its earliest paper ends, at most for a year. Raises PaperExpired, UnitsRetired, ClaimedByOther.
    """
    async with database.transaction() as db:
        filing, submission = await _to_decide(db, actor, filing_id, FilingStatus.APPROVED)
        unit_ids = await store.submitted_units(db, submission.id)
        await _refuse_retired(db, unit_ids)
        handed_in = await store.submitted_documents(db, submission.id)
        papers = await documents.by_ids(db, [paper.document_id for paper in handed_in])
        refuse_expired(papers, day)
        terms = [paper.valid_until for paper in papers if paper.valid_until is not None]
        now = await store.moment(db)
        ended = await store.end_coverage(db, unit_ids, filing.dossier_id, now)
        version_id = await store.insert_version(
            db,
            filing,
            submission.id,
            unit_ids=unit_ids,
            effective_from=now,
            valid_until=min([one_year_after(day), *terms]),
            approved_by=person_of(actor),
        )
        superseded = await store.end_empty_versions(db, ended, VersionStatus.SUPERSEDED, now, "由新版本替代")
        await _decide(
            db, actor, filing, submission, DecisionKind.APPROVED, message=message, internal_note=internal_note
        )
        version = await _version(db, version_id)
        await _tell_effective(db, filing, version, superseded)
        await _tell_others_ended(db, filing, ended)
        return version


async def return_for_correction(
    database: Database,
    actor: Actor,
    filing_id: UUID,
    *,
    reasons: Sequence[ReturnReason],
    message: str = "",
    internal_note: str = "",
    day: date,
    working_days: int,
) -> Filing:
    """Send it back with coded reasons; the filer has that many working days. Raises Invalid without a reason."""
    if not reasons:
        raise Invalid({"reasons": "请至少选择一个退回理由。"})
    if ReturnReason.OTHER in reasons and not message.strip():
        raise Invalid({"message": "选了“其他”，请写明要改什么。"})
    async with database.transaction() as db:
        filing, submission = await _to_decide(db, actor, filing_id, FilingStatus.RETURNED)
        deadline_on = (await holidays.known(db)).add_working_days(day, working_days)
        await _decide(
            db,
            actor,
            filing,
            submission,
            DecisionKind.RETURNED,
            reasons=tuple(dict.fromkeys(reasons)),
            message=message,
            internal_note=internal_note,
            deadline_on=deadline_on,
        )
        await telling.tell_filer(
            db,
            filing,
            "filing_returned",
            f"{filing.dossier_number} 需要补正，请在 {deadline_on.isoformat()} 前提交",
            "".join([*(reason.sentence for reason in dict.fromkeys(reasons)), message.strip()]),
        )
        return await _again(db, filing_id)


async def reject(
    database: Database,
    actor: Actor,
    filing_id: UUID,
    *,
    message: str,
    reasons: Sequence[ReturnReason] = (),
    internal_note: str = "",
) -> Filing:
    """Decline it for good; the reason is said in words."""
    if not message.strip():
        raise Invalid({"message": "请写明不予通过的理由。"})
    async with database.transaction() as db:
        filing, submission = await _to_decide(db, actor, filing_id, FilingStatus.REJECTED)
        await _decide(
            db,
            actor,
            filing,
            submission,
            DecisionKind.REJECTED,
            reasons=tuple(dict.fromkeys(reasons)),
            message=message,
            internal_note=internal_note,
        )
        await telling.tell_filer(
            db, filing, "filing_rejected", f"{filing.dossier_number} 的{filing.kind.label}未予通过", message.strip()
        )
        return await _again(db, filing_id)


async def revoke_version(database: Database, actor: Actor, version_id: UUID, *, reason: str) -> DossierVersion:
    """End a version that should not be relied on any more; its units are not covered from now on."""
    if not reason.strip():
        raise Invalid({"reason": "请写明失效的理由。"})
    async with database.transaction() as db:
        version = await store.version_by_id(db, version_id)
        if version is None or actor.role is not Role.CLERK or version.district_code != actor.district_code:
            raise NotFound
        await carriers.lock(db, version.carrier_id)
        version = await _version(db, version_id)
        if version.status is not VersionStatus.EFFECTIVE:
            raise Conflict("这一版材料已经不再生效。")
        now = await store.moment(db)
        await store.end_coverage(db, [], version.dossier_id, now)
        await store.end_empty_versions(db, [version_id], VersionStatus.REVOKED, now, reason.strip()[:500])
        filing = await _again(db, version.filing_id)
        await audit.record(
            db,
            actor,
            "revoke",
            "dossier_version",
            version_id,
            carrier_id=version.carrier_id,
            detail={"reason": reason.strip()[:500]},
        )
        await _emit_version(db, "version.revoked", version)
        await telling.tell_filer(
            db,
            filing,
            "version_revoked",
            f"{version.dossier_number} 第 {version.number} 版材料已失效",
            reason.strip()[:500],
        )
        return await _version(db, version_id)


async def _to_decide(db: Connection, actor: Actor, filing_id: UUID, status: FilingStatus) -> tuple[Filing, Submission]:
    """The filing, locked after its carrier, and what was handed in last; refuses unless this clerk may decide so."""
    known = await store.by_id_for(db, actor, filing_id)
    if known is None:
        raise NotFound
    await carriers.lock(db, known.carrier_id)
    filing = await reviewed_filing(db, actor, filing_id)
    check_move(filing.status, status)
    await refuse_if_claimed(db, filing, person_of(actor), await store.moment(db))
    submission = await store.last_submission(db, filing_id)
    if submission is None:
        raise NotFound
    return filing, submission


async def _decide(
    db: Connection,
    actor: Actor,
    filing: Filing,
    submission: Submission,
    decision: DecisionKind,
    *,
    reasons: Sequence[ReturnReason] = (),
    message: str = "",
    internal_note: str = "",
    deadline_on: date | None = None,
) -> None:
    await store.insert_decision(
        db,
        filing.id,
        submission.id,
        decision,
        reasons=reasons,
        message=message.strip()[:1000],
        internal_note=internal_note.strip()[:1000],
        deadline_on=deadline_on,
        decided_by=person_of(actor),
    )
    await store.set_status(db, filing.id, FilingStatus(decision), deadline_on)
    await _record(
        db,
        actor,
        VERBS[decision],
        filing,
        submission=submission.number,
        reasons=list(reasons),
        message=message.strip()[:1000],
        deadline_on=None if deadline_on is None else deadline_on.isoformat(),
    )
    await events.emit(
        db,
        f"filing.{decision}",
        "filing",
        filing.id,
        carrier_id=filing.carrier_id,
        district_code=filing.district_code,
        content={"dossier": filing.dossier_number, "kind": filing.kind, "reasons": list(reasons)},
    )


VERBS = {DecisionKind.APPROVED: "approve", DecisionKind.RETURNED: "return", DecisionKind.REJECTED: "reject"}


async def _refuse_retired(db: Connection, unit_ids: Sequence[UUID]) -> None:
    retired = [unit for unit in await carriers.units_by_ids(db, unit_ids) if unit.retired_at is not None]
    if retired:
        raise UnitsRetired(count=str(len(retired)))


async def _tell_effective(db: Connection, filing: Filing, version: DossierVersion, superseded: Sequence[UUID]) -> None:
    await _emit_version(db, "version.effective", version, superseded=[str(each) for each in superseded])
    await telling.tell_filer(
        db,
        filing,
        "filing_approved",
        f"{filing.dossier_number} 第 {version.number} 版材料已生效",
        f"有效期到 {version.valid_until.isoformat()}，到期前请复核。范围内的租户今后只需带租赁合同。",
    )


async def _tell_others_ended(db: Connection, filing: Filing, version_ids: Sequence[UUID]) -> None:
    """Another party whose version covered some of these units learns that it does not any more."""
    for version_id in version_ids:
        ended = await _version(db, version_id)
        other = await _again(db, ended.filing_id)
        if other.organisation_id != filing.organisation_id:
            await telling.tell_filer(
                db,
                other,
                "version_ended",
                f"{ended.dossier_number} 第 {ended.number} 版中的部分单元改由新的备案覆盖",
                "如有异议，请联系审批窗口。",
            )
        if ended.status is VersionStatus.SUPERSEDED:
            await _emit_version(db, "version.superseded", ended)


async def _emit_version(db: Connection, kind: str, version: DossierVersion, **content: Any) -> None:
    await events.emit(
        db,
        kind,
        "dossier_version",
        version.id,
        carrier_id=version.carrier_id,
        district_code=version.district_code,
        content={"dossier": version.dossier_number, "number": version.number} | content,
    )


async def _version(db: Connection, version_id: UUID) -> DossierVersion:
    version = await store.version_by_id(db, version_id)
    if version is None:
        raise NotFound
    return version


async def _again(db: Connection, filing_id: UUID) -> Filing:
    filing = await store.by_id(db, filing_id)
    if filing is None:
        raise NotFound
    return filing


async def _record(db: Connection, actor: Actor, action: str, filing: Filing, **detail: Any) -> None:
    await audit.record(db, actor, action, "filing", filing.id, carrier_id=filing.carrier_id, detail=detail)
