"""What people do with registrations: reuse a dossier, report the outcome, revoke, leave, let holds run out."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from stdnum.cn import uscc as credit_codes

from zhusuo import audit, events, notices
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import Carrier, CarrierAddress, CarrierKind, Unit
from zhusuo.db import Connection, Database
from zhusuo.dossiers import documents
from zhusuo.dossiers import store as dossiers
from zhusuo.dossiers.model import Document, DossierVersion, Purpose
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from zhusuo.flags import Flag, Severity, open_for
from zhusuo.people.model import Actor, Role
from zhusuo.registrations import leases, receipts, requirements, store
from zhusuo.registrations.model import (
    OUTCOMES,
    NewReuse,
    Registration,
    RegistrationStatus,
    Requirement,
    Reuse,
    ReuseStatus,
    RevocationReason,
    check_move,
)
from zhusuo.signing import Signer
from zhusuo.waivers import store as waivers
from zhusuo.waivers.model import LEASE, ApprovalItem, Catalogue, RegistrationKind

HOLD_DAYS = 30
SHANGHAI = ZoneInfo("Asia/Shanghai")
LIMITS = {"applicant": 120, "case_number": 60, "purpose": 60, "reason": 500, "entered_address": 200}


class NotCovered(Refusal):
    code = "not_covered"
    sentence = "“{unit}”没有生效的备案，不能调用，请按一般材料受理。"


class VersionExpired(Refusal):
    code = "version_expired"
    sentence = "档案 {dossier} 的有效期已到 {day}，须由物业复核后才能调用。"


class UnitTaken(Conflict):
    """Somebody is registered in the same space, or it is held for them, and it may not be shared."""

    code = "unit_taken"
    sentence = "{unit} 自 {since} 起{how}，一处住所只登记一户。"


class AlreadyReused(Conflict):
    code = "already_reused"
    sentence = "本案已于 {since} 调用过这个单元，凭证编号 {number}。"


class LeaseMissing(Refusal):
    code = "lease_missing"
    sentence = "请先附上{name}。"


class LeaseRefused(Refusal):
    code = "lease_refused"
    sentence = "租赁合同核对不通过：{findings}"


class ReasonNeeded(Refusal):
    code = "reason_needed"
    sentence = "办理前请写明理由：{findings}"


class FlagBlocks(Refusal):
    code = "flag_blocks"
    sentence = "这个单元暂不能调用：{text}"


class ClerkNamed(Refusal):
    code = "clerk_needed"
    sentence = "没有写明由哪位审批员办理。请在接入系统里登记经办人的工号后再试。"


@dataclass(frozen=True, kw_only=True)
class _Ground:
    """What a reuse stands on, read under the carrier's lock."""

    carrier: Carrier
    unit: Unit
    version: DossierVersion
    item: ApprovalItem
    catalogue: Catalogue
    requirements: tuple[Requirement, ...]
    documents: tuple[Document, ...]
    hashes: dict[UUID, str]
    lease: Document | None
    examined: leases.Examined
    flags: tuple[Flag, ...]
    occupants: tuple[Registration, ...]
    sharing: bool
    moment: datetime


async def reuse(
    database: Database,
    signer: Signer,
    lexicon: Lexicon,
    actor: Actor,
    new: NewReuse,
    day: date,
    *,
    hold_days: int = HOLD_DAYS,
) -> Reuse:
    """Rely on the dossier that covers a unit, for one case: seal the receipt and hold the unit for the applicant.

    Raises Invalid, NotFound, NotCovered, VersionExpired, UnitTaken, AlreadyReused, LeaseMissing, LeaseRefused,
    ReasonNeeded, FlagBlocks.
    """
    _check_clerk(actor)
    new = _checked(new)
    try:
        async with database.transaction() as db:
            ground = await _ground(db, actor, lexicon, new, day)
            await _make_room(db, ground, new)
            _weigh(ground, new)
            return await _reuse(db, signer, actor, new, ground, day, hold_days)
    except asyncpg.UniqueViolationError as violation:
        if violation.constraint_name == "registration_exclusive":
            raise UnitTaken("这个单元刚被另一位审批员调用，一处住所只登记一户。请刷新后再看。") from violation
        raise


async def report_outcome(
    database: Database, actor: Actor, reuse_id: UUID, outcome: ReuseStatus, day: date, *, uscc: str | None = None
) -> Reuse:
    """What became of the case: registered (with the credit code), refused or withdrawn. The same report twice is one.

    After the hold has run out a registration is still taken, if nobody else has the unit by then. A relocation ends
    the business's former address. Raises Invalid, IllegalMove, UnitTaken.
    """
    _check_counter(actor)
    if outcome not in OUTCOMES:
        raise Invalid({"outcome": "结果只能是 registered、refused 或 withdrawn。"})
    uscc = _checked_uscc(uscc)
    try:
        async with database.transaction() as db:
            found = await _lock(db, actor, reuse_id)
            if found.status is outcome and (uscc is None or uscc == found.business_uscc):
                return found
            check_move(found.status, outcome)
            if outcome is ReuseStatus.REGISTERED:
                await _register(db, actor, found, uscc, day)
            else:
                await _let_go(db, actor, found, outcome.value)
            await store.set_outcome(db, found.id, outcome, uscc)
            await _record(db, actor, "report_outcome", found, outcome=outcome.value)
            await _emit(db, f"reuse.{outcome}", found, uscc=uscc)
            return await _again(db, found.id)
    except asyncpg.UniqueViolationError as violation:
        if violation.constraint_name == "registration_exclusive":
            raise UnitTaken("保留期过后，这个单元已由别家登记，不能再登记。") from violation
        raise


async def revoke(database: Database, actor: Actor, reuse_id: UUID, reason: RevocationReason, note: str = "") -> Reuse:
    """Take a receipt back; whoever verifies it from now on is told. A unit that was only held becomes free.

    A business that is registered stays so until it leaves: the receipt is revoked, not the registration.
    """
    if actor.role is not Role.CLERK:
        raise NotAllowed
    if len(note) > LIMITS["reason"]:
        raise Invalid({"note": f"最多 {LIMITS['reason']} 个字。"})
    async with database.transaction() as db:
        found = await _lock(db, actor, reuse_id)
        check_move(found.status, ReuseStatus.REVOKED)
        if found.status is ReuseStatus.HELD:
            await _let_go(db, actor, found, "revoked")
        await store.set_revoked(db, found.id, actor.person_id, reason, note.strip())
        await _record(db, actor, "revoke", found, reason=reason.value)
        await _emit(db, "reuse.revoked", found, reason=reason.value)
        await notices.send(
            db,
            found.organisation_id,
            "reuse_revoked",
            f"凭证 {found.number} 已撤销",
            f"/approval/reuses/{found.id}",
            body=reason.label,
            carrier_id=found.carrier_id,
        )
        return await _again(db, found.id)


async def leave(database: Database, actor: Actor, registration_id: UUID, reason: str = "moved") -> Registration:
    """The business is no longer registered here: the address is free again. Raises NotFound, Conflict."""
    _check_counter(actor)
    async with database.transaction() as db:
        known = await store.registration_by_id(db, registration_id)
        if known is None or known.district_code != actor.district_code:
            raise NotFound
        await carriers.lock(db, known.carrier_id)
        found = await store.registration_by_id(db, registration_id)
        if found is None or found.status is not RegistrationStatus.REGISTERED:
            raise Conflict("这条登记已经结束，或还在保留中，不能按迁出办理。")
        await _end(db, actor, found, reason)
        ended = await store.registration_by_id(db, registration_id)
    return ended or found


async def expire_holds(database: Database, now: datetime) -> int:
    """Let go every unit whose applicant was not registered in time; how many there were."""
    count = 0
    while True:
        async with database.transaction() as db:
            lapsed = await store.take_lapsed(db, now, 50)
            for each in lapsed:
                await _expire(db, each)
        count += len(lapsed)
        if not lapsed:
            return count


# -- what is asked -------------------------------------------------------------------------------------------------


def _check_counter(actor: Actor) -> None:
    if actor.role not in (Role.CLERK, Role.CLIENT):
        raise NotAllowed


def _check_clerk(actor: Actor) -> None:
    """Every reuse is somebody's: a system acts for a clerk it names."""
    _check_counter(actor)
    if actor.person_id is None:
        raise ClerkNamed


def _checked(new: NewReuse) -> NewReuse:
    said = {name: getattr(new, name).strip() for name in LIMITS}
    wrong = {name: f"最多 {LIMITS[name]} 个字。" for name, text in said.items() if len(text) > LIMITS[name]}
    if not said["applicant"]:
        wrong["applicant"] = "请填写申请人名称。"
    if not said["case_number"]:
        wrong["case_number"] = "请填写案件编号。"
    if wrong:
        raise Invalid(wrong)
    return replace(new, **said, business_uscc=_checked_uscc(new.business_uscc))


def _checked_uscc(text: str | None) -> str | None:
    if text is None or not text.strip():
        return None
    code: str = credit_codes.compact(text)
    if not credit_codes.is_valid(code):
        raise Invalid({"uscc": "统一社会信用代码不对，请核对 18 位代码。"})
    return code


# -- reuse ---------------------------------------------------------------------------------------------------------


async def _ground(db: Connection, actor: Actor, lexicon: Lexicon, new: NewReuse, day: date) -> _Ground:
    """Everything a reuse stands on, with the carrier locked. Raises what makes it impossible from the outset."""
    unit = await carriers.unit_by_id(db, new.unit_id)
    carrier = await carriers.by_id_for(db, actor, unit.carrier_id) if unit else None
    if unit is None or carrier is None or unit.retired_at is not None:
        raise NotFound
    await carriers.lock(db, carrier.id)
    catalogue, item = await waivers.newest(db), await waivers.item(db, new.item_code)
    if catalogue is None or item is None:
        raise Invalid({"item_code": "免交事项清单里没有这个事项。"})
    covering = await dossiers.effective_version_for(db, unit.id)
    if covering is None:
        raise NotCovered(unit=unit.name)
    version = covering.version
    if not version.valid_on(day):
        raise VersionExpired(dossier=version.dossier_number, day=f"{version.valid_until}")
    filed = await dossiers.documents_of_version(db, version.id)
    papers = await documents.by_ids(db, [each.document_id for each in filed])
    kinds = {kind for paper in papers for kind in paper.kinds}
    asked = requirements.on_file(
        await waivers.current(db, item.code, day), carrier.kind, version.title_situation, kinds
    )
    lease = await _lease(db, actor, new.lease_document_id)
    return _Ground(
        carrier=carrier,
        unit=unit,
        version=version,
        item=item,
        catalogue=catalogue,
        requirements=asked,
        documents=tuple(papers),
        hashes={each.document_id: each.sha256 for each in filed},
        lease=lease,
        examined=await leases.examine(db, lexicon, lease, carrier, version, [unit], new.applicant, day),
        flags=tuple(await open_for(db, unit.id)),
        occupants=tuple(await store.live_in(db, await carriers.overlapping(db, unit.id))),
        sharing=_shared(carrier, unit),
        moment=await store.moment(db),
    )


async def _lease(db: Connection, actor: Actor, document_id: UUID | None) -> Document | None:
    if document_id is None:
        return None
    found = await documents.by_id(db, document_id)
    if found is None or found.district_code != actor.district_code or found.discarded_at is not None:
        raise NotFound("没有找到这份租赁合同，请重新上传。")
    if found.purpose is not Purpose.LEASE:
        raise Invalid({"lease_document_id": "这份材料不是作为租赁合同上传的。"})
    return found


async def _make_room(db: Connection, ground: _Ground, new: NewReuse) -> None:
    """Refuse if somebody is there who may not share the space; a hold that has run out counts for nothing."""
    if ground.item.registration_kind is RegistrationKind.NONE:
        return
    for each in ground.occupants:
        lapsed = await _lapsed(db, each, ground.moment)
        if lapsed is not None:
            await _expire(db, lapsed)
        elif not each.contested and not await _may_share(db, ground, each):
            await _refuse_taken(db, each, new)


async def _lapsed(db: Connection, registration: Registration, moment: datetime) -> Reuse | None:
    """The reuse behind a hold that has run out and that nobody has decided meanwhile."""
    if registration.reuse_id is None or registration.held_until is None or registration.held_until >= moment:
        return None
    found = await store.lock(db, registration.reuse_id)
    return found if found and found.status is ReuseStatus.HELD else None


def _shared(carrier: Carrier, unit: Unit) -> bool:
    """Whether several may be registered in one unit (一址多照): the unit's own word, else the carrier's."""
    return carrier.sharing_allowed if unit.sharing_allowed is None else unit.sharing_allowed


async def _may_share(db: Connection, ground: _Ground, other: Registration) -> bool:
    if not ground.sharing:
        return False
    if other.unit_id == ground.unit.id:
        return True
    unit = await carriers.unit_by_id(db, other.unit_id)
    return unit is not None and _shared(ground.carrier, unit)


async def _refuse_taken(db: Connection, other: Registration, new: NewReuse) -> None:
    behind = await store.by_id(db, other.reuse_id) if other.reuse_id else None
    if behind and behind.status is ReuseStatus.HELD and behind.case_number == new.case_number:
        raise AlreadyReused(since=_moment(behind.created_at), number=behind.number)
    unit = await carriers.unit_by_id(db, other.unit_id)
    name = unit.name if unit else ""
    if other.status is RegistrationStatus.HELD:
        case = f"（案件 {behind.case_number}）" if behind else ""
        raise UnitTaken(unit=name, since=_moment(other.created_at), how=f"已为“{other.applicant}”保留{case}")
    since = f"{other.registered_on or other.created_at.astimezone(SHANGHAI).date()}"
    raise UnitTaken(unit=name, since=since, how=f"登记有“{other.applicant}”")


def _weigh(ground: _Ground, new: NewReuse) -> None:
    """Refuse what the flags, the lease or a missing reason forbid."""
    for flag in ground.flags:
        if flag.severity is Severity.BLOCKS:
            raise FlagBlocks(text=flag.text)
    asked = next((each for each in ground.requirements if each.code == LEASE), None)
    if asked is not None and ground.lease is None and not ground.examined.owns(new.applicant):
        raise LeaseMissing(name=asked.name)
    check = ground.examined.check
    if blocking := check.at(Severity.BLOCKS):
        raise LeaseRefused(findings="".join(each.text for each in blocking))
    unanswered = [each.text for each in check.at(Severity.NEEDS_REASON)]
    unanswered += [flag.text for flag in ground.flags if flag.severity is Severity.NEEDS_REASON]
    if unanswered and not new.reason:
        raise ReasonNeeded(findings="".join(unanswered))


async def _reuse(
    db: Connection, signer: Signer, actor: Actor, new: NewReuse, ground: _Ground, day: date, hold_days: int
) -> Reuse:
    number, code = await store.next_number(db, actor.district_code, day), receipts.new_code()
    new = replace(new, purpose=new.purpose or ground.item.name)
    held_until = ground.moment + timedelta(days=hold_days)
    content = await _content(db, actor, new, ground, number, code)
    sealed = receipts.seal(signer, content)
    reuse_id = await store.insert(
        db,
        new,
        actor,
        number=number,
        code=code,
        carrier_id=ground.carrier.id,
        version_id=ground.version.id,
        catalogue_id=ground.catalogue.id,
        registration_kind=ground.item.registration_kind,
        created_at=ground.moment,
        held_until=held_until,
        receipt_text=sealed.text,
        receipt_sha256=sealed.sha256,
        signature=sealed.signature,
        signing_key=sealed.signing_key,
    )
    made = await _again(db, reuse_id)
    if made.registration_kind is not RegistrationKind.NONE:
        await store.insert_held(db, made, exclusive=not ground.sharing)
    await _record(db, actor, "reuse", made, number=number, version=str(ground.version.id), receipt=sealed.sha256)
    await _emit(db, "reuse.created", made)
    await _tell_manager(
        db, made, f"{ground.unit.name} 新登记：{new.applicant}", "登记申请正在办理，请留意并在登记后确认。"
    )
    return made


async def _content(
    db: Connection, actor: Actor, new: NewReuse, ground: _Ground, number: str, code: str
) -> dict[str, Any]:
    """What the receipt says: exactly what was relied on, and what was shown."""
    carrier, unit, version, examined = ground.carrier, ground.unit, ground.version, ground.examined
    district = await dossiers.district_name(db, actor.district_code)
    gates = await carriers.addresses(db, carrier.id)
    live = [each for each in ground.occupants if each.held_until is None or each.held_until >= ground.moment]
    return {
        "number": number,
        "code": code,
        "issued_at": ground.moment,
        "district": {"code": actor.district_code, "name": district},
        "issuer": {
            "organisation": actor.organisation,
            "organisation_id": actor.organisation_id,
            "person": actor.name,
            "person_id": actor.person_id,
            "desk": actor.desk,
            "client_id": actor.client_id,
        },
        "case": {
            "number": new.case_number,
            "purpose": new.purpose,
            "item_code": ground.item.code,
            "item_name": ground.item.name,
            "registration_kind": ground.item.registration_kind,
        },
        "applicant": new.applicant,
        "business_uscc": new.business_uscc,
        "address": {
            "text": standard_address(district, carrier, gates[0] if gates else None, unit),
            "entered": new.entered_address,
            "class": new.match_class,
            "reasons": list(new.match_reasons),
            "subdistrict": carrier.subdistrict,
            "carrier_id": carrier.id,
            "carrier_number": carrier.number,
            "carrier_name": carrier.name,
            "carrier_version": carrier.version,
            "unit_id": unit.id,
            "unit": unit.name,
            "unit_version": unit.version,
            "area_m2": unit.area_m2,
        },
        "dossier": {
            "id": version.dossier_id,
            "number": version.dossier_number,
            "version": version.number,
            "version_id": version.id,
            "title_situation": version.title_situation,
            "effective_from": version.effective_from,
            "valid_until": version.valid_until,
        },
        "documents": [_paper(each, ground.hashes[each.id], brought=False) for each in ground.documents],
        "lease": [_paper(ground.lease, ground.lease.sha256, brought=True)] if ground.lease else [],
        "facts": {
            "owners": list(examined.owners),
            "lessor": examined.lessor,
            "area_m2": examined.area_m2,
            "starts_on": examined.starts_on,
            "ends_on": examined.ends_on,
        },
        "catalogue": {
            "id": ground.catalogue.id,
            "number": ground.catalogue.number,
            "sha256": ground.catalogue.sha256,
        },
        "waived": [
            {"code": each.code, "name": each.name, "legal_basis": each.legal_basis}
            for each in ground.requirements
            if each.met
        ],
        "brought": [{"code": each.code, "name": each.name} for each in ground.requirements if not each.met],
        "findings": [
            {"code": each.code, "severity": each.severity, "text": each.text} for each in examined.check.findings
        ],
        "agreements": [{"code": each.code, "name": each.name, "text": each.text} for each in examined.check.agreements],
        "flags": [{"kind": each.kind, "severity": each.severity, "text": each.text} for each in ground.flags],
        "reason": new.reason,
        "occupancy": {
            "live": len(live),
            "contested": sum(each.contested for each in live),
            "sharing_allowed": ground.sharing,
        },
    }


def _paper(document: Document, sha256: str, *, brought: bool) -> dict[str, Any]:
    return {
        "id": document.id,
        "kind": document.kind,
        "name": "、".join(kind.label for kind in document.kinds),
        "number": document.number,
        "valid_until": document.valid_until,
        "page_count": document.page_count,
        "sha256": sha256,
        "brought": brought,
    }


def standard_address(district: str, carrier: Carrier, gate: CarrierAddress | None, unit: Unit) -> str:
    """The whole address as it is registered: city, district, gate, building, unit."""
    where = carrier.address
    if gate is not None:
        lane = f"{gate.lane}弄" if gate.lane else ""
        sublane = f"{gate.sublane}支弄" if gate.sublane else ""
        number = unit.number or gate.number
        where = f"{gate.road}{lane}{sublane}" + (f"{number}号" if number else "")
    name = "" if carrier.kind is CarrierKind.STREET or carrier.name in where else carrier.name
    building = unit.building or (gate.building if gate else "")
    return f"上海市{district}{where}{name}{building}{unit.label}"


# -- outcome -------------------------------------------------------------------------------------------------------


async def _lock(db: Connection, actor: Actor, reuse_id: UUID) -> Reuse:
    """The actor's reuse with its carrier locked. Raises NotFound."""
    known = await store.by_id_for(db, actor, reuse_id)
    if known is None:
        raise NotFound
    await carriers.lock(db, known.carrier_id)
    found = await store.lock(db, reuse_id)
    if found is None:
        raise NotFound
    return found


async def _again(db: Connection, reuse_id: UUID) -> Reuse:
    found = await store.by_id(db, reuse_id)
    if found is None:
        raise NotFound
    return found


async def _register(db: Connection, actor: Actor, found: Reuse, uscc: str | None, day: date) -> None:
    """The business is registered: the hold becomes a registration, a former address of the business ends."""
    registration = await store.registration_of(db, found.id)
    if registration is None:
        return
    code = uscc or found.business_uscc
    if code is None:
        raise Invalid({"uscc": "登记成功的，请报告统一社会信用代码。"})
    if found.business_uscc and found.business_uscc != code:
        raise Invalid({"uscc": "与调用时填写的统一社会信用代码不一致。"})
    if registration.status is RegistrationStatus.ENDED:
        await _still_free(db, registration)
    business_id = await store.business(db, code, found.applicant, found.district_code)
    await store.set_registered(db, registration.id, business_id, day)
    if found.registration_kind is RegistrationKind.RELOCATION:
        for former in await store.live_of_business(db, business_id):
            if former.id != registration.id:
                await _end(db, actor, former, "relocated")
    unit = await carriers.unit_by_id(db, found.unit_id)
    title = f"{unit.name if unit else ''} 已登记：{found.applicant}"
    await _tell_manager(db, found, title, "请确认这家企业是否在此处。")


async def _still_free(db: Connection, registration: Registration) -> None:
    """A hold that had run out is taken up again only if nobody came in between. Raises UnitTaken."""
    unit = await carriers.unit_by_id(db, registration.unit_id)
    if unit is None or not registration.exclusive:
        return
    for other in await store.live_in(db, await carriers.overlapping(db, unit.id)):
        if not other.contested:
            raise UnitTaken(unit=unit.name, since=_moment(other.created_at), how="已由别家使用，保留期过后不能再登记")


async def _let_go(db: Connection, actor: Actor | None, found: Reuse, reason: str) -> None:
    """Free the unit that was held."""
    registration = await store.registration_of(db, found.id)
    if registration is not None and registration.status is not RegistrationStatus.ENDED:
        await _end(db, actor, registration, reason)


async def _expire(db: Connection, found: Reuse) -> None:
    """A hold has run out; the counter that made the reuse is told."""
    await _let_go(db, None, found, "expired")
    await store.set_outcome(db, found.id, ReuseStatus.EXPIRED, None)
    await _record(db, None, "expire", found)
    await _emit(db, "reuse.expired", found)
    await notices.send(
        db,
        found.organisation_id,
        "hold_expired",
        f"案件 {found.case_number} 的保留期已过",
        f"/approval/reuses/{found.id}",
        body=f"凭证 {found.number} 在保留期内没有收到登记结果，单元已放开。",
        carrier_id=found.carrier_id,
    )


async def _end(db: Connection, actor: Actor | None, registration: Registration, reason: str) -> None:
    if not await store.end(db, registration.id, reason):
        return
    await audit.record(
        db,
        actor,
        "end",
        "registration",
        registration.id,
        carrier_id=registration.carrier_id,
        detail={"reason": reason, "unit": str(registration.unit_id)},
    )
    await events.emit(
        db,
        "registration.ended",
        "registration",
        registration.id,
        carrier_id=registration.carrier_id,
        district_code=registration.district_code,
        content={"unit_id": str(registration.unit_id), "reason": reason},
    )


# -- telling -------------------------------------------------------------------------------------------------------


async def _record(db: Connection, actor: Actor | None, action: str, found: Reuse, **detail: Any) -> None:
    await audit.record(db, actor, action, "reuse", found.id, carrier_id=found.carrier_id, detail=detail)


async def _emit(db: Connection, kind: str, found: Reuse, **content: Any) -> None:
    said = {"number": found.number, "case_number": found.case_number, "unit_id": str(found.unit_id), **content}
    await events.emit(
        db, kind, "reuse", found.id, carrier_id=found.carrier_id, district_code=found.district_code, content=said
    )


async def _tell_manager(db: Connection, found: Reuse, title: str, body: str) -> None:
    """Whoever manages the carrier hears of every registration in it."""
    manager = await carriers.manager_of(db, found.carrier_id)
    if manager is not None and found.registration_kind is not RegistrationKind.NONE:
        await notices.send(
            db, manager, "registration", title, "/property/registrations", body=body, carrier_id=found.carrier_id
        )


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
