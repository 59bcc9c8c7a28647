"""程序: notice, deadline, answer or silence, inspection, decision, appeal; one verb a step, along `model.MOVES`.

Carrier first, then case: whoever comes second waits, sees what was done, and is told in a sentence. A day of a step
is never before that of the step before it, so that a clock set back cannot undo a deadline.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from uuid import UUID

from zhusuo import audit, events, notices
from zhusuo.carriers import store as carriers
from zhusuo.db import Connection, Database
from zhusuo.dossiers import holidays
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.people import store as people
from zhusuo.people.model import Actor, Role
from zhusuo.registrations import holds, roster
from zhusuo.registrations import store as registrations
from zhusuo.registrations.model import Registration, RegistrationStatus
from zhusuo.tenancies import store as tenancies
from zhusuo.zombies import cases, letters, registered, signals, store, story
from zhusuo.zombies.letters import ANSWER_DAYS, APPEAL_DAYS
from zhusuo.zombies.model import (
    BEFORE_DECISION,
    AlreadyDecided,
    Answer,
    CaseStatus,
    ClockBehind,
    IllegalMove,
    LetterKind,
    SignalKind,
    Source,
    ZombieCase,
)

TEXT_LIMIT = 1000
MOST_AT_ONCE = 500


class FoundThere(Conflict):
    code = "found_there"
    sentence = "{day} 核查见到企业，不能清退；线索不成立的请撤案，情况有变的请重新安排核查。"


class TwoPeople(Conflict):
    code = "two_people"
    sentence = "异议由另一名监管员复核，作出决定的人不能复核自己的决定。"


class StillTwo(Conflict):
    code = "still_two"
    sentence = "“{newcomer}”仍登记在同一处。请先请其中一家迁出，或由审批端允许这个单元一址多照，再来了结。"


# -- steps ---------------------------------------------------------------------------------------------------------


async def write_notice(database: Database, actor: Actor, case_id: UUID, contact: str, day: date) -> UUID:
    """Write the notice, to be printed and delivered; the letter that is there already, if it is not sent yet."""
    contact = _text(contact, "contact", needed=False)
    async with _at(database, actor, case_id, day) as (db, case):
        await _check(db, case, CaseStatus.NOTIFIED, "通知")
        return await _notice(db, actor, case, contact, day)


async def _notice(db: Connection, actor: Actor, case: ZombieCase, contact: str, day: date) -> UUID:
    unsent = [
        each
        for each in await story.letters(db, case.id)
        if each.kind is LetterKind.NOTICE and each.sent_on is None and each.content["contact"] == contact
    ]
    if unsent:
        return unsent[-1].id
    return await letters.write(db, actor, replace(case, contact=contact), LetterKind.NOTICE, day)


async def notify(
    database: Database, actor: Actor, case_id: UUID, *, contact: str, how: str, delivered_on: date, day: date
) -> ZombieCase:
    """通知: the notice was delivered; the clock of ten working days begins on the day after. Raises Invalid."""
    contact, how = _text(contact, "contact", needed=False), _text(how, "how")
    if delivered_on > day:
        raise Invalid({"delivered_on": "送达日期不能晚于今天。"})
    async with _at(database, actor, case_id, day) as (db, case):
        await _check(db, case, CaseStatus.NOTIFIED, "通知")
        if delivered_on < case.opened_on:
            raise Invalid({"delivered_on": f"送达日期不能早于立案日期 {case.opened_on}。"})
        letter_id = await _notice(db, actor, case, contact, day)
        deadline_on = (await holidays.known(db)).add_working_days(delivered_on, ANSWER_DAYS)
        await story.set_sent(db, letter_id, delivered_on, how)
        await store.set_notified(db, case.id, delivered_on, deadline_on, contact)
        text = f"通知书于 {delivered_on} 送达（{how}），{deadline_on} 前答复"
        await cases.step(db, actor, case, "notified", text, day)
        await cases.tell(
            db, case, "zombie_notified", f"{case.name} 的核实通知已送达", f"企业须在 {deadline_on} 前答复。"
        )
        return await _again(db, case_id)


async def answer(
    database: Database, actor: Actor | None, case_id: UUID, said: Answer, text: str, day: date
) -> ZombieCase:
    """答复: what the business says, taken down by a supervisor, or given by itself with the code of its letter.

    After the deadline it is taken as long as nothing has been decided, and marked late. Said again, the newest stands.
    """
    text = _text(text, "text", needed=said is Answer.HERE)
    async with _at(database, actor, case_id, day, anybody=actor is None) as (db, case):
        if case.deadline_on is None or case.status not in BEFORE_DECISION:
            await _check(db, case, CaseStatus.ANSWERED, "答复")
        assert case.deadline_on is not None  # noqa: S101 - checked above: before the notice there is nothing to answer
        late = day > case.deadline_on
        waits = case.status in (CaseStatus.NOTIFIED, CaseStatus.SILENT)
        moment = await registrations.moment(db)
        await store.set_answer(db, case.id, CaseStatus.ANSWERED if waits else case.status, said, text, moment, late)
        words = (
            f"企业答复“{said.label}”"
            + ("（逾期，决定前收到，予以接受）" if late else "")
            + (f"：{text}" if text else "")
        )
        await cases.step(db, actor, case, "answered", words, day, unnamed=cases.BY_CODE)
        await cases.tell(db, case, "zombie_answered", f"{case.name} 已答复：{said.label}", words)
        return await _again(db, case_id)


async def manager_says(database: Database, actor: Actor, case_id: UUID, *, here: bool, text: str, day: date) -> None:
    """物业说明: what the manager knows. It is no answer of the business, but it counts as a signal. Raises NotFound."""
    text = _text(text, "text", needed=False)
    async with database.connection() as db:
        case = await store.by_id_for(db, actor, case_id)
    if actor.role is not Role.MANAGER:
        raise NotAllowed
    if case is None:
        raise NotFound
    if case.status not in BEFORE_DECISION:
        raise IllegalMove(status=case.status.label, verb="说明")
    await roster.answer(database, actor, case.registration_id, here=here)
    async with database.transaction() as db:
        await carriers.lock(db, case.carrier_id)
        said = f"物业表示企业{'在' if here else '不在'}此处" + (f"：{text}" if text else "")
        await cases.step(db, actor, case, "manager_said", said, day)
        for office in await registered.offices(db, case.carrier_id):
            link = cases.at_supervision(case)
            await notices.send(
                db, office, "zombie_manager", f"物业说明：{case.name}", link, body=said, carrier_id=case.carrier_id
            )


async def lapse(database: Database, day: date) -> int:
    """Cases whose deadline has passed without a word are silent; how many there were."""
    async with database.connection() as db:
        overdue = await store.overdue(db, day, MOST_AT_ONCE)
    lapsed = 0
    for case_id in overdue:
        async with database.connection() as db:
            known = await store.by_id(db, case_id)
        if known is None:
            continue
        async with database.transaction() as db:
            await carriers.lock(db, known.carrier_id)
            case = await store.lock(db, case_id)
            if case is None or case.status is not CaseStatus.NOTIFIED or case.deadline_on is None:
                continue
            if case.deadline_on < day:
                await store.set_status(db, case.id, CaseStatus.SILENT)
                text = f"期限 {case.deadline_on} 已过，没有收到答复"
                await cases.step(db, None, case, "silent", text, day)
                await cases.tell(db, case, "zombie_silent", f"{case.name} 逾期没有答复", "可以安排上门核查。")
                lapsed += 1
    return lapsed


async def ask_inspection(database: Database, actor: Actor, case_id: UUID, text: str, day: date) -> ZombieCase:
    """安排核查: somebody has to go and look."""
    text = _text(text, "text", needed=False)
    async with _at(database, actor, case_id, day) as (db, case):
        await _check(db, case, CaseStatus.INSPECTING, "安排核查")
        await store.set_status(db, case.id, CaseStatus.INSPECTING)
        await cases.step(db, actor, case, "inspecting", "安排上门核查" + (f"：{text}" if text else ""), day)
        return await _again(db, case_id)


async def inspect(
    database: Database, actor: Actor, case_id: UUID, *, found: bool, on: date, text: str, day: date
) -> ZombieCase:
    """核查结果: what was seen, as a signal and as a step."""
    text = _text(text, "text")[: signals.TEXT_LIMIT]
    if on > day:
        raise Invalid({"on": "核查日期不能晚于今天。"})
    async with _at(database, actor, case_id, day) as (db, case):
        await _check(db, case, CaseStatus.INSPECTED, "登记核查结果")
        await signals.record(
            db,
            actor,
            registration_id=case.registration_id,
            kind=SignalKind.FOUND_THERE if found else SignalKind.FOUND_NOBODY,
            observed_on=on,
            source=Source.INSPECTION,
            text=text,
        )
        await cases.inspected(db, actor, case, found=found, on=on, text=text, day=day)
        return await _again(db, case_id)


# -- decision ------------------------------------------------------------------------------------------------------


async def clear(database: Database, actor: Actor, case_id: UUID, reason: str, day: date) -> ZombieCase:
    """清退: the registration and its tenancy end, the unit is free; the business may object. Raises FoundThere."""
    reason = _text(reason, "reason")
    async with _at(database, actor, case_id, day) as (db, case):
        await _check(db, case, CaseStatus.CLEARED, "清退")
        if case.found and case.inspected_on is not None:
            raise FoundThere(day=f"{case.inspected_on}")
        registration = await _registration(db, case)
        if registration.status is RegistrationStatus.ENDED:
            raise Conflict("这条登记刚刚结束，案件随即自行了结，请刷新后再看。")
        appeal_until = (await holidays.known(db)).add_working_days(day, APPEAL_DAYS)
        await _end_tenancies(db, actor, case, day)
        await holds.end(db, actor, registration, "cleared")
        await registered.stand(db, case.registration_id)
        await signals.end(db, case.registration_id)
        await store.set_decided(
            db, case.id, CaseStatus.CLEARED, actor.person_id, reason, day, appeal_until=appeal_until
        )
        await letters.write(db, actor, case, LetterKind.DECISION, day, reason=reason, until=appeal_until)
        await cases.unflag(db, actor, case)
        await cases.step(
            db, actor, case, "cleared", f"决定清退：{reason}；异议自决定书送达起 {APPEAL_DAYS} 个工作日内提出", day
        )
        await cases.tell(db, case, "zombie_cleared", f"{case.name} 已清退，单元已放开", reason)
        return await _again(db, case_id)


async def deliver(
    database: Database, actor: Actor, letter_id: UUID, *, how: str, delivered_on: date, day: date
) -> ZombieCase:
    """送达: a letter other than the notice reached the business. The term to object runs from a decision's delivery."""
    how = _text(how, "how")
    async with database.connection() as db:
        letter = await story.letter_by_id(db, letter_id)
    if letter is None:
        raise NotFound
    if delivered_on > day or delivered_on < letter.written_on:
        raise Invalid({"delivered_on": "送达日期不能早于出具日期，也不能晚于今天。"})
    async with _at(database, actor, letter.case_id, day) as (db, case):
        if letter.kind is LetterKind.NOTICE:
            raise Conflict("通知书请用“登记送达”，期限随之起算。")
        if not await story.set_sent(db, letter_id, delivered_on, how):
            raise Conflict("这份函已经登记过送达。")
        text = f"{letter.kind.label}于 {delivered_on} 送达（{how}）"
        if letter.kind is LetterKind.DECISION and case.status is CaseStatus.CLEARED:
            until = (await holidays.known(db)).add_working_days(delivered_on, APPEAL_DAYS)
            await store.set_appeal_until(db, case.id, until)
            text += f"，异议最迟 {until} 提出"
        await cases.step(db, actor, case, "delivered", text, day)
        return await _again(db, case.id)


async def dismiss(database: Database, actor: Actor, case_id: UUID, reason: str, day: date) -> ZombieCase:
    """撤案: nothing in it. Where a newcomer is registered meanwhile, both stay and people are told to settle it."""
    reason = _text(reason, "reason")
    async with _at(database, actor, case_id, day) as (db, case):
        await _check(db, case, CaseStatus.DISMISSED, "撤案")
        if case.status is CaseStatus.UNSETTLED:
            raise IllegalMove(status=case.status.label, verb="撤案")
        newcomer = await cases.uncontest(db, case)
        status = CaseStatus.UNSETTLED if newcomer else CaseStatus.DISMISSED
        await store.set_decided(
            db, case.id, status, actor.person_id, reason, day, newcomer_id=newcomer.id if newcomer else None
        )
        await signals.dismiss(db, case.registration_id, case.id)
        await letters.write(db, actor, case, LetterKind.DISMISSAL, day, reason=reason)
        if newcomer is None:
            await cases.unflag(db, actor, case)
            await cases.step(db, actor, case, "dismissed", f"撤案：{reason}", day)
            await cases.tell(db, case, "zombie_closed", f"{case.name} 的核实案件已撤", reason)
        else:
            await _two(db, actor, case, newcomer, f"撤案：{reason}", day)
        return await _again(db, case_id)


async def settle(database: Database, actor: Actor, case_id: UUID, reason: str, day: date) -> ZombieCase:
    """协调了结: one of the two has gone, or the unit may be shared now. Raises StillTwo."""
    reason = _text(reason, "reason")
    async with _at(database, actor, case_id, day) as (db, case):
        if case.status is not CaseStatus.UNSETTLED:
            raise IllegalMove(status=case.status.label, verb="了结")
        newcomer = await cases.uncontest(db, case)
        if newcomer is not None:
            raise StillTwo(newcomer=newcomer.applicant)
        await store.set_decided(
            db, case.id, CaseStatus.DISMISSED, actor.person_id, reason, day, newcomer_id=case.newcomer_id
        )
        await cases.unflag(db, actor, case)
        await cases.step(db, actor, case, "dismissed", f"协调了结：{reason}", day)
        await cases.tell(db, case, "zombie_closed", f"{case.name} 与新户已协调了结", reason)
        return await _again(db, case_id)


# -- appeal --------------------------------------------------------------------------------------------------------


async def appeal(database: Database, actor: Actor | None, case_id: UUID, text: str, day: date) -> ZombieCase:
    """异议: the business objects, within a term that runs from the decision's delivery. Raises Conflict after it."""
    text = _text(text, "text")
    async with _at(database, actor, case_id, day, anybody=actor is None) as (db, case):
        await _check(db, case, CaseStatus.APPEALED, "提出异议")
        delivered = [
            each
            for each in await story.letters(db, case.id)
            if each.kind is LetterKind.DECISION and each.sent_on is not None
        ]
        if delivered and case.appeal_until is not None and day > case.appeal_until:
            raise Conflict(f"异议期限 {case.appeal_until} 已过。仍有不服的，可以依法申请行政复议或者提起行政诉讼。")
        await store.set_appealed(db, case.id, day)
        await cases.step(db, actor, case, "appealed", f"企业提出异议：{text}", day, unnamed=cases.BY_CODE)
        await cases.tell(db, case, "zombie_appealed", f"{case.name} 对清退提出异议", text)
        return await _again(db, case_id)


async def decide_appeal(
    database: Database, actor: Actor, case_id: UUID, *, upheld: bool, reason: str, day: date
) -> ZombieCase:
    """复核: another supervisor upholds the clearing, or takes it back: then registration and tenancy stand again.

    Where somebody else is registered there by now, both stand, and people are told to settle it. Raises TwoPeople.
    """
    reason = _text(reason, "reason")
    async with _at(database, actor, case_id, day) as (db, case):
        await _check(db, case, CaseStatus.UPHELD, "复核")
        if actor.person_id == case.decided_by:
            raise TwoPeople
        word = "维持清退" if upheld else "撤销清退，恢复登记"
        newcomer = None
        elsewhere = await _elsewhere(db, case)
        if not upheld and elsewhere is None:
            await registered.revive(db, case.registration_id)
            word += "；" + await _restore_tenancies(db, actor, case)
            newcomer = await cases.uncontest(db, case)
        elif not upheld:
            word = "撤销清退；企业已在别处登记，原登记不再恢复"
        status = CaseStatus.UPHELD if upheld else CaseStatus.UNSETTLED if newcomer else CaseStatus.REVERSED
        await store.set_decided(
            db, case.id, status, actor.person_id, reason, day, newcomer_id=newcomer.id if newcomer else None
        )
        await letters.write(db, actor, case, LetterKind.APPEAL, day, reason=f"{word}。{reason}")
        if newcomer is not None:
            await _two(db, actor, case, newcomer, f"复核：{word}。{reason}", day)
        else:
            await cases.step(db, actor, case, status.value, f"复核：{word}。{reason}", day)
            await cases.tell(db, case, "zombie_appeal", f"{case.name} 的异议已复核：{word}", reason)
        if not upheld and elsewhere is None:
            await signals.dismiss(db, case.registration_id, case.id)
            await _tell_restored(db, actor, case)
        return await _again(db, case_id)


async def _elsewhere(db: Connection, case: ZombieCase) -> Registration | None:
    """Where the business is registered by now, if it has not waited."""
    registration = await _registration(db, case)
    if registration.business_id is None:
        return None
    return next(iter(await registrations.live_of_business(db, registration.business_id)), None)


async def _tell_restored(db: Connection, actor: Actor, case: ZombieCase) -> None:
    """The register has a registration again."""
    await audit.record(db, actor, "restore", "registration", case.registration_id, carrier_id=case.carrier_id)
    await events.emit(
        db,
        "registration.restored",
        "registration",
        case.registration_id,
        carrier_id=case.carrier_id,
        district_code=case.district_code,
        content={"unit_id": str(case.unit_id)},
    )


# -- within a step -------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _at(
    database: Database, actor: Actor | None, case_id: UUID, day: date, *, anybody: bool = False
) -> AsyncIterator[tuple[Connection, ZombieCase]]:
    """A transaction with the carrier and the case locked, if the actor is a supervisor of its subdistrict.

    A business that has left meanwhile closes the case, and the step is refused. Raises NotFound, NotAllowed,
    ClockBehind.
    """
    if not anybody and (actor is None or actor.role is not Role.SUPERVISOR):
        raise NotAllowed
    async with database.connection() as db:
        known = await store.by_id(db, case_id) if actor is None else await store.by_id_for(db, actor, case_id)
    if known is None:
        raise NotFound
    if known.status in BEFORE_DECISION:
        await cases.close_if_left(database, case_id, day)
    async with database.transaction() as db:
        await carriers.lock(db, known.carrier_id)
        case = await store.lock(db, case_id)
        last = await story.last_step_on(db, case_id)
        if case is None:
            raise NotFound
        if last is not None and day < last:
            raise ClockBehind(day=f"{day}", before=f"{last}")
        yield db, case


async def _check(db: Connection, case: ZombieCase, to: CaseStatus, verb: str) -> None:
    """Raises IllegalMove, or AlreadyDecided where somebody was quicker."""
    if case.may(to):
        return
    if case.closed_at is not None:
        person = await people.person_by_id(db, case.decided_by) if case.decided_by else None
        who = person.name if person else "系统"
        raise AlreadyDecided(person=who, day=f"{case.decided_on}", status=case.status.label)
    raise IllegalMove(status=case.status.label, verb=verb)


async def _again(db: Connection, case_id: UUID) -> ZombieCase:
    found = await store.by_id(db, case_id)
    if found is None:
        raise NotFound
    return found


async def _registration(db: Connection, case: ZombieCase) -> Registration:
    found = await registrations.registration_by_id(db, case.registration_id)
    if found is None:
        raise NotFound
    return found


async def _two(db: Connection, actor: Actor, case: ZombieCase, newcomer: Registration, why: str, day: date) -> None:
    """Both stay: the flag says so, and office, manager and counter are told to settle it."""
    text = f"“{case.name}”与“{newcomer.applicant}”登记在同一处，待协调"
    await cases.reflag(db, actor, case, "本单元有两户登记并存，待协调；新的申请请先与物业核对。")
    await cases.step(db, actor, case, "unsettled", f"{why}；{text}", day)
    await cases.tell(db, case, "zombie_unsettled", text, "请其中一家迁出，或由审批端允许一址多照，再到案件页了结。")
    for authority in await carriers.authorities(db, case.district_code):
        await notices.send(
            db,
            authority,
            "zombie_unsettled",
            text,
            cases.at_approval(case),
            body="原登记经核实仍在，新户已登记。请协助协调，必要时允许这个单元一址多照。",
            carrier_id=case.carrier_id,
        )


async def _end_tenancies(db: Connection, actor: Actor, case: ZombieCase, day: date) -> None:
    """迁出 with the clearing: the roster has nobody there either."""
    for tenancy_id in await registered.tenancies_of(db, case.registration_id):
        tenancy = await tenancies.lock(db, tenancy_id)
        if tenancy is None or tenancy.moved_out_on is not None:
            continue
        on = max(day, tenancy.moved_in_on or day)
        await tenancies.set_moved_out(db, tenancy_id, on)
        detail = {"unit_id": tenancy.unit_id, "tenant": tenancy.tenant, "moved_out_on": on, "case": case.number}
        await audit.record(db, actor, "move_out", "tenancy", tenancy_id, carrier_id=case.carrier_id, detail=detail)
        await events.emit(
            db,
            "tenancy.moved_out",
            "tenancy",
            tenancy_id,
            carrier_id=case.carrier_id,
            district_code=case.district_code,
            content=detail,
        )


async def _restore_tenancies(db: Connection, actor: Actor, case: ZombieCase) -> str:
    """What the clearing ended stands in the roster again; in words, and who has to settle the rest."""
    ended = await registered.tenancies_ended_by(db, case)
    for tenancy_id in ended:
        tenancy = await tenancies.lock(db, tenancy_id)
        assert tenancy is not None  # noqa: S101 - tenancies are never deleted
        await tenancies.set_moved_out(db, tenancy_id, None)
        detail = {"unit_id": tenancy.unit_id, "tenant": tenancy.tenant, "case": case.number}
        await audit.record(db, actor, "restore", "tenancy", tenancy_id, carrier_id=case.carrier_id, detail=detail)
        await events.emit(
            db,
            "tenancy.restored",
            "tenancy",
            tenancy_id,
            carrier_id=case.carrier_id,
            district_code=case.district_code,
            content=detail,
        )
    if ended:
        return "清退时结束的入驻一并恢复"
    return "清退没有结束过入驻，是否在此办公由物业在名册上报告"


def _text(text: str, field: str, *, needed: bool = True) -> str:
    text = text.strip()
    if needed and not text:
        raise Invalid({field: "请填写这一项。"})
    if len(text) > TEXT_LIMIT:
        raise Invalid({field: f"最多 {TEXT_LIMIT} 个字。"})
    return text
