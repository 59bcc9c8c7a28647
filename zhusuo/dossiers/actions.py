"""What filers do: begin a filing, say what it covers, hand it in, take it back; and what time does to it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from zhusuo import audit, events
from zhusuo.addresses.keys import initials_of
from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import Carrier
from zhusuo.db import Connection, Database
from zhusuo.dossiers import documents, scope, standing, store, telling
from zhusuo.dossiers.access import FILERS, editable_filing, own_filing, person_of
from zhusuo.dossiers.calendar import today
from zhusuo.dossiers.checklist import Requirement, missing
from zhusuo.dossiers.model import (
    Document,
    Filing,
    FilingKind,
    FilingStatus,
    ScopeKind,
    TitleSituation,
    check_move,
)
from zhusuo.dossiers.papers import carry
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from zhusuo.people.model import Actor, Role

DECLARATION = (
    "本单位承诺：所交材料与原件一致，内容真实、合法、有效；所填单元可以作为住所（经营场所）使用。"
    "材料内容发生变化时，将在十个工作日内办理变更备案。如有不实，愿承担相应责任。"
)


class Incomplete(Refusal):
    """The checklist is not met yet."""

    code = "incomplete"
    sentence = "还缺 {count} 项材料：{names}。补齐后再提交。"

    def __init__(self, lacking: Sequence[Requirement]) -> None:
        super().__init__(count=str(len(lacking)), names="、".join(each.name for each in lacking))
        self.lacking = tuple(lacking)


class PaperExpired(Refusal):
    """A document's own term is over."""

    code = "paper_expired"
    sentence = "“{file_name}”已于 {date} 到期，请换成仍在有效期内的材料。"


class NotDeclared(Refusal):
    code = "not_declared"
    sentence = "请先勾选承诺，再提交。"


class UnderWay(Conflict):
    code = "filing_under_way"
    sentence = "这份档案已有一份备案“{status}”，办结后才能再次申请变更。"


class VersionEnded(Conflict):
    code = "version_ended"
    sentence = "这一版材料已不再生效，请从现行版本申请变更。"


# 开始


async def start_filing(
    database: Database,
    actor: Actor,
    carrier_id: UUID,
    *,
    on_behalf_of: str = "",
    day: date | None = None,
) -> Filing:
    """Begin a first filing for a carrier, or go on with the one that was begun.

    A clerk or an agent files for a manager who brings paper and says for whom.
    """
    async with database.transaction() as db:
        carrier = await _carrier_to_file(db, actor, carrier_id)
        behalf = _on_behalf_of(actor, on_behalf_of)
        begun = await store.open_draft(db, carrier_id, actor.organisation_id, behalf)
        if begun is not None:
            return begun
        dossier_id = await store.insert_dossier(
            db, carrier_id, carrier.district_code, await _number_prefix(db, carrier.district_code, day or today())
        )
        return await _begin(
            db,
            actor,
            carrier,
            dossier_id=dossier_id,
            kind=FilingKind.FIRST,
            title_situation=TitleSituation.OWNER_LETS,
            scope_kind=ScopeKind.WHOLE,
            scope=(),
            on_behalf_of=behalf,
        )


async def start_change(
    database: Database,
    actor: Actor,
    version_id: UUID,
    *,
    kind: FilingKind = FilingKind.CHANGE,
    on_behalf_of: str = "",
) -> Filing:
    """Begin a change or a reconfirmation of the version in force, with its scope and documents carried over.

    Goes on with the one that was begun. Raises NotFound, VersionEnded, UnderWay.
    """
    async with database.transaction() as db:
        version = await store.version_by_id(db, version_id)
        if version is None:
            raise NotFound
        carrier = await _carrier_to_file(db, actor, version.carrier_id)
        current = await store.effective_version_of_dossier(db, version.dossier_id)
        if current is None or current.id != version_id:
            raise VersionEnded
        begun = await store.open_of_dossier(db, version.dossier_id, actor.organisation_id)
        if begun is not None:
            return _go_on(begun)
        before = await store.by_id(db, version.filing_id)
        if before is None:
            raise NotFound
        filing = await _begin(
            db,
            actor,
            carrier,
            dossier_id=version.dossier_id,
            kind=kind,
            title_situation=version.title_situation,
            scope_kind=before.scope_kind,
            scope=before.scope,
            on_behalf_of=_on_behalf_of(actor, on_behalf_of),
        )
        papers = await store.documents_of_version(db, version_id)
        await carry(db, actor, filing, [paper.document_id for paper in papers])
        return filing


async def _carrier_to_file(db: Connection, actor: Actor, carrier_id: UUID) -> Carrier:
    """The carrier, locked, so that two who begin at once meet the same draft."""
    if actor.role not in FILERS or actor.person_id is None:
        raise NotAllowed
    carrier = await carriers.by_id_for(db, actor, carrier_id)
    if carrier is None or carrier.retired_at is not None:
        raise NotFound
    await carriers.lock(db, carrier_id)
    return carrier


def _on_behalf_of(actor: Actor, text: str) -> str:
    text = " ".join(text.split())[:120]
    if actor.role is Role.MANAGER:
        return ""
    if not text:
        raise Invalid({"on_behalf_of": "请填写代哪家单位办理。"})
    return text


async def _number_prefix(db: Connection, district_code: str, day: date) -> str:
    name = await store.district_name(db, district_code)
    return f"{initials_of(name.removesuffix('新区').removesuffix('区')).upper()}-{day.year}-"


def _go_on(begun: Filing) -> Filing:
    if begun.status is FilingStatus.DRAFT:
        return begun
    raise UnderWay(status=begun.status.label)


async def _begin(
    db: Connection,
    actor: Actor,
    carrier: Carrier,
    *,
    dossier_id: UUID,
    kind: FilingKind,
    title_situation: TitleSituation,
    scope_kind: ScopeKind,
    scope: Sequence[str],
    on_behalf_of: str,
) -> Filing:
    filing_id = await store.insert(
        db,
        dossier_id=dossier_id,
        carrier_id=carrier.id,
        district_code=carrier.district_code,
        organisation_id=actor.organisation_id,
        kind=kind,
        title_situation=title_situation,
        scope_kind=scope_kind,
        scope=scope,
        on_behalf_of=on_behalf_of,
        filed_by=person_of(actor),
        client_id=actor.client_id,
    )
    filing = await store.by_id(db, filing_id)
    if filing is None:
        raise NotFound
    await _record(db, actor, "start", filing, kind=kind, on_behalf_of=on_behalf_of)
    return filing


# 填写


async def set_scope(
    database: Database, actor: Actor, filing_id: UUID, kind: ScopeKind, parts: Sequence[str] = ()
) -> Filing:
    """Say which units the filing is for. Raises Invalid where a part is not in the carrier, or nothing is meant."""
    async with database.transaction() as db:
        filing = await editable_filing(db, actor, filing_id)
        chosen = () if kind is ScopeKind.WHOLE else tuple(dict.fromkeys(parts))
        resolved = scope.resolve(kind, chosen, await carriers.units(db, filing.carrier_id))
        if resolved.unknown:
            raise Invalid({"scope": f"有 {len(resolved.unknown)} 处不在这处载体的单元表里，请重新选择。"})
        if not resolved.units:
            raise Invalid({"scope": "还没有选中任何单元。请先录入或导入单元，再选择备案范围。"})
        await store.set_scope(db, filing_id, kind, chosen)
        await _record(db, actor, "set_scope", filing, kind=kind, units=len(resolved.units))
        return await _again(db, filing_id)


async def set_title_situation(database: Database, actor: Actor, filing_id: UUID, situation: TitleSituation) -> Filing:
    async with database.transaction() as db:
        filing = await editable_filing(db, actor, filing_id)
        await store.set_title_situation(db, filing_id, situation)
        await _record(db, actor, "set_title_situation", filing, title_situation=situation)
        return await _again(db, filing_id)


async def set_note(database: Database, actor: Actor, filing_id: UUID, note: str) -> Filing:
    """What the filer wants the reviewer to know."""
    async with database.transaction() as db:
        filing = await editable_filing(db, actor, filing_id)
        await store.set_note(db, filing_id, note.strip()[:1000])
        await _record(db, actor, "set_note", filing)
        return await _again(db, filing_id)


# 提交


async def submit(database: Database, actor: Actor, filing_id: UUID, *, declared: bool, day: date) -> Filing:
    """Hand it in. What is handed in is frozen as a submission; everybody who files the same units is told.

    Raises NotDeclared, Invalid (no units), Incomplete, PaperExpired, and IllegalMove.
    """
    async with database.transaction() as db:
        known = await store.by_id(db, filing_id)
        if known is None:
            raise NotFound
        # Two parties that hand in the same units at once must see each other.
        await carriers.lock(db, known.carrier_id)
        filing = await own_filing(db, actor, filing_id)
        check_move(filing.status, FilingStatus.SUBMITTED)
        if not declared:
            raise NotDeclared
        resolved = await standing.units_of(db, filing)
        if resolved.unknown or not resolved.units:
            raise Invalid({"scope": "备案范围里的单元有变动，请重新选择。"})
        required = await standing.requirements(db, filing)
        if lacking := missing(required):
            raise Incomplete(lacking)
        papers = await documents.of_filing(db, filing_id)
        refuse_expired(papers, day)
        submission_id = await store.insert_submission(
            db,
            filing_id,
            _frozen(actor, filing, resolved, required, papers),
            DECLARATION,
            person_of(actor),
            papers,
            resolved.unit_ids,
        )
        await documents.set_submitted(db, filing_id)
        await store.set_status(db, filing_id, FilingStatus.SUBMITTED)
        await _record(db, actor, "submit", filing, submission=submission_id, units=len(resolved.units))
        await _emit(db, "filing.submitted", filing, units=len(resolved.units), documents=len(papers))
        await _tell_submitted(db, filing)
        await _tell_conflicts(db, actor, filing, resolved.unit_ids)
        return await _again(db, filing_id)


def refuse_expired(papers: Sequence[Document], day: date) -> None:
    """Raises PaperExpired for the first document whose term was over before that day."""
    for paper in papers:
        if paper.valid_until is not None and paper.valid_until < day:
            raise PaperExpired(file_name=paper.file_name, date=paper.valid_until.isoformat())


def _frozen(
    actor: Actor,
    filing: Filing,
    resolved: scope.Resolved,
    required: Sequence[Requirement],
    papers: Sequence[Document],
) -> dict[str, Any]:
    """The filing as it is handed in, in plain JSON, readable without our tables."""
    return {
        "dossier": filing.dossier_number,
        "kind": filing.kind,
        "title_situation": filing.title_situation,
        "scope_kind": filing.scope_kind,
        "scope": list(filing.scope),
        "scope_text": scope.describe(filing.scope_kind, filing.scope, resolved.units),
        "on_behalf_of": filing.on_behalf_of,
        "organisation": actor.organisation,
        "person": actor.name,
        "note": filing.note,
        "units": [
            {
                "id": str(unit.id),
                "name": unit.name,
                "floor": unit.floor,
                "area_m2": None if unit.area_m2 is None else str(unit.area_m2),
            }
            for unit in resolved.units
        ],
        "requirements": [{"code": each.code, "name": each.name, "met": each.met} for each in required],
        "documents": [
            {
                "id": str(paper.id),
                "file_name": paper.file_name,
                "sha256": paper.sha256,
                "kinds": list(paper.kinds),
                "pages": paper.page_count,
                "status": paper.status,
                "valid_until": None if paper.valid_until is None else paper.valid_until.isoformat(),
            }
            for paper in papers
        ],
    }


async def _tell_submitted(db: Connection, filing: Filing) -> None:
    carrier = await carriers.by_id(db, filing.carrier_id)
    name = carrier.name if carrier else ""
    word = "补正后再次提交" if filing.status is FilingStatus.RETURNED else "提交"
    await telling.tell_reviewers(
        db,
        filing,
        "filing_submitted",
        f"{name}{word}了{filing.kind.label}",
        f"档案号 {filing.dossier_number}，请审核。",
    )


async def _tell_conflicts(db: Connection, actor: Actor, filing: Filing, unit_ids: Sequence[UUID]) -> None:
    """Both sides learn that there is another one, not who it is; the reviewers see the names."""
    found = await standing.conflicts(db, filing, unit_ids, await store.moment(db))
    if not found:
        return
    shared = max(each.unit_count for each in found)
    await _record(db, actor, "conflict", filing, parties=len(found), units=shared)
    await _emit(db, "filing.conflict", filing, parties=len(found), units=shared)
    body = "审批员会把双方材料放在一起核对，需要补充时会通知您。"
    await telling.tell_filer(db, filing, "filing_conflict", f"另有单位也申报了其中 {shared} 个单元", body)
    for each in found:
        other = await store.by_id(db, each.filing_id)
        if other is not None:
            await telling.tell_filer(
                db, other, "filing_conflict", f"另有单位申报了贵单位备案中的 {each.unit_count} 个单元", body
            )


# 撤回 作废 逾期


async def withdraw(database: Database, actor: Actor, filing_id: UUID, reason: str = "") -> Filing:
    async with database.transaction() as db:
        filing = await own_filing(db, actor, filing_id)
        check_move(filing.status, FilingStatus.WITHDRAWN)
        await store.set_status(db, filing_id, FilingStatus.WITHDRAWN)
        await _record(db, actor, "withdraw", filing, message=reason.strip()[:500])
        await _emit(db, "filing.withdrawn", filing)
        await telling.tell_reviewers(
            db, filing, "filing_withdrawn", f"{filing.dossier_number} 的{filing.kind.label}已由申报方撤回"
        )
        return await _again(db, filing_id)


async def discard(database: Database, actor: Actor, filing_id: UUID) -> Filing:
    """Give up a draft that was never handed in."""
    async with database.transaction() as db:
        filing = await own_filing(db, actor, filing_id)
        check_move(filing.status, FilingStatus.DISCARDED)
        await store.set_status(db, filing_id, FilingStatus.DISCARDED)
        await _record(db, actor, "discard", filing)
        return await _again(db, filing_id)


async def lapse_overdue(database: Database, day: date) -> int:
    """End returned filings whose deadline has passed; how many there were. Each one in its own transaction."""
    async with database.connection() as db:
        overdue = await store.overdue(db, day)
    lapsed = 0
    for filing_id in overdue:
        async with database.transaction() as db:
            lapsed += await _lapse(db, filing_id, day)
    return lapsed


async def _lapse(db: Connection, filing_id: UUID, day: date) -> bool:
    filing = await store.lock(db, filing_id)
    if filing is None or filing.status is not FilingStatus.RETURNED:
        return False
    if filing.deadline_on is None or filing.deadline_on >= day:
        return False
    await store.set_status(db, filing_id, FilingStatus.LAPSED, filing.deadline_on)
    await _record(db, None, "lapse", filing, deadline_on=filing.deadline_on.isoformat())
    await _emit(db, "filing.lapsed", filing)
    await telling.tell_filer(
        db,
        filing,
        "filing_lapsed",
        f"{filing.dossier_number} 的{filing.kind.label}逾期未补正，已办结",
        f"补正期限为 {filing.deadline_on.isoformat()}。可以重新发起备案，已传过的材料不必再传。",
    )
    return True


# 公用


async def _again(db: Connection, filing_id: UUID) -> Filing:
    filing = await store.by_id(db, filing_id)
    if filing is None:
        raise NotFound
    return filing


async def _record(db: Connection, actor: Actor | None, action: str, filing: Filing, **detail: Any) -> None:
    await audit.record(db, actor, action, "filing", filing.id, carrier_id=filing.carrier_id, detail=detail)


async def _emit(db: Connection, kind: str, filing: Filing, **content: Any) -> None:
    await events.emit(
        db,
        kind,
        "filing",
        filing.id,
        carrier_id=filing.carrier_id,
        district_code=filing.district_code,
        content={"dossier": filing.dossier_number, "kind": filing.kind} | content,
    )
