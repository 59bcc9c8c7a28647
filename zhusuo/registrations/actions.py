"""What people do with registrations: reuse a dossier, report the outcome, revoke, leave, let holds run out."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from stdnum.cn import uscc as credit_codes

from zhusuo import notices
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.carriers import store as carriers
from zhusuo.db import Connection, Database
from zhusuo.dossiers.uncovering import covered_words
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.people.model import Actor, Role
from zhusuo.registrations import grounds, holds, receipts, store
from zhusuo.registrations.model import (
    OUTCOMES,
    NewReuse,
    Registration,
    RegistrationStatus,
    Reuse,
    ReuseStatus,
    RevocationReason,
    check_move,
)
from zhusuo.registrations.refusals import ClerkNamed, UnitTaken
from zhusuo.signing import Signer
from zhusuo.waivers.model import RegistrationKind

HOLD_DAYS = 30
LIMITS = {"applicant": 120, "case_number": 60, "purpose": 60, "reason": 500, "entered_address": 200}


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
            ground = await grounds.gather(db, lexicon, actor, new, day)
            await grounds.make_room(db, ground, new)
            grounds.weigh(ground, new)
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
                await holds.let_go(db, actor, found, outcome.value)
            await store.set_outcome(db, found.id, outcome, uscc)
            await holds.record(db, actor, "report_outcome", found, outcome=outcome.value)
            await holds.emit(db, f"reuse.{outcome}", found, uscc=uscc)
            return await _again(db, found.id)
    except asyncpg.UniqueViolationError as violation:
        if violation.constraint_name == "registration_exclusive":
            raise UnitTaken("保留期过后，这个单元已由别家登记，不能再登记。") from violation
        raise


async def revoke(database: Database, actor: Actor, reuse_id: UUID, reason: RevocationReason, note: str = "") -> Reuse:
    """Take a receipt back; whoever verifies it from now on is told. A unit that was only held becomes free.

    A business that is registered stays so until it leaves: the receipt is revoked, not the registration. The same
    revocation twice is one.
    """
    if actor.role is not Role.CLERK:
        raise NotAllowed
    if len(note) > LIMITS["reason"]:
        raise Invalid({"note": f"最多 {LIMITS['reason']} 个字。"})
    async with database.transaction() as db:
        found = await _lock(db, actor, reuse_id)
        if (found.revoked_reason, found.revoked_note) == (reason, note.strip()):
            return found
        check_move(found.status, ReuseStatus.REVOKED)
        if found.status is ReuseStatus.HELD:
            await holds.let_go(db, actor, found, "revoked")
        await store.set_revoked(db, found.id, actor.person_id, reason, note.strip())
        await holds.record(db, actor, "revoke", found, reason=reason.value)
        await holds.emit(db, "reuse.revoked", found, reason=reason.value)
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
        await holds.end(db, actor, found, reason)
        ended = await store.registration_by_id(db, registration_id)
    return ended or found


async def expire_holds(database: Database, now: datetime) -> int:
    """Let go every unit whose applicant was not registered in time; how many there were."""
    count = 0
    while True:
        async with database.transaction() as db:
            lapsed = await store.take_lapsed(db, now, 50)
            for each in lapsed:
                await holds.expire(db, each)
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
    said: dict[str, Any] = {name: covered_words(getattr(new, name).strip()) for name in LIMITS}
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


async def _reuse(
    db: Connection, signer: Signer, actor: Actor, new: NewReuse, ground: grounds.Ground, day: date, hold_days: int
) -> Reuse:
    number, code = await store.next_number(db, actor.district_code, day), receipts.new_code()
    new = replace(new, purpose=new.purpose or ground.item.name)
    held_until = ground.moment + timedelta(days=hold_days)
    content = await grounds.content(db, actor, new, ground, number, code)
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
    await holds.record(db, actor, "reuse", made, number=number, version=str(ground.version.id), receipt=sealed.sha256)
    await holds.emit(db, "reuse.created", made)
    await holds.tell_manager(
        db, made, f"{ground.unit.name} 新登记：{new.applicant}", "登记申请正在办理，请留意并在登记后确认。"
    )
    return made


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
                await holds.end(db, actor, former, "relocated")
    unit = await carriers.unit_by_id(db, found.unit_id)
    title = f"{unit.name if unit else ''} 已登记：{found.applicant}"
    await holds.tell_manager(db, found, title, "请确认这家企业是否在此处。")


async def _still_free(db: Connection, registration: Registration) -> None:
    """A hold that had run out is taken up again only if nobody came in between. Raises UnitTaken."""
    unit = await carriers.unit_by_id(db, registration.unit_id)
    if unit is None or not registration.exclusive:
        return
    for other in await store.live_in(db, await carriers.overlapping(db, unit.id)):
        if not other.contested:
            raise UnitTaken(
                unit=unit.name, since=grounds.spoken(other.created_at), how="已由别家使用，保留期过后不能再登记"
            )
