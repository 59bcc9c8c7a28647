"""What people do with inspections: plan, assign, start, say what was found, hand in its photographs, call off."""

from collections.abc import AsyncIterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg

from storage.store import Store
from zhusuo import audit, events, flags, looks, notices
from zhusuo.carriers import store as carriers
from zhusuo.db import Connection, Database
from zhusuo.dossiers import uploads
from zhusuo.dossiers.calendar import SHANGHAI
from zhusuo.dossiers.model import Purpose
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.inspections import store
from zhusuo.inspections.model import (
    MOST_PHOTOS,
    MOVES,
    NAME_LIMIT,
    NOTE_LIMIT,
    QUESTION_LIMIT,
    Finding,
    Inspection,
    InspectionStatus,
    NewFinding,
    NewInspection,
    Outcome,
    Taken,
    sentence,
)
from zhusuo.people.model import Actor, Role
from zhusuo.settings import Settings
from zhusuo.zombies import signals
from zhusuo.zombies.model import SignalKind, Source

FLAG = "inspection"
"""The kind of the flag that a finding leaves at the counter."""
AHEAD = timedelta(minutes=5)
"""How far ahead a phone's clock may be before its word for the time is doubted."""


class InspectionMoved(Conflict):
    code = "inspection_moved"
    sentence = "这次核查现在是“{status}”，请刷新后再看。"


async def plan(database: Database, actor: Actor, new: NewInspection, *, day: date) -> UUID:
    """安排核查: one open inspection for one target; where one is open already, that one. Raises Invalid, NotFound."""
    async with database.transaction() as db:
        return (await plan_in(db, actor, new, day=day))[0]


async def plan_in(db: Connection, actor: Actor, new: NewInspection, *, day: date) -> tuple[UUID, bool]:
    """The same in the caller's transaction; whether it is new as well."""
    _refuse_others(actor)
    new = replace(new, question=new.question.strip())
    if len(new.question) > QUESTION_LIMIT:
        raise Invalid({"question": f"最多 {QUESTION_LIMIT} 个字。"})
    if new.due_on < day:
        raise Invalid({"due_on": "期限不能早于今天。"})
    if not await store.hangs_together(db, actor, new):
        raise NotFound
    await _check_people(db, actor, new.assigned_to, new.accompanied_by)
    inspection_id = await store.insert(db, new, actor.person_id)
    if inspection_id is None:
        known = await store.open_one(db, new)
        if known is None:  # concluded at this very moment
            raise Conflict
        return known, False
    inspection = await _locked(db, actor, inspection_id)
    await _tell(db, actor, "plan_inspection", "inspection.planned", inspection)
    await _tell_assigned(db, actor, inspection)
    return inspection_id, True


async def assign(
    database: Database, actor: Actor, inspection_id: UUID, person_id: UUID, accompanied_by: UUID | None = None
) -> None:
    """分派 to a supervisor of the same office, with a second one if wanted. Raises Invalid, NotFound, Conflict."""
    async with database.transaction() as db:
        await _to_move(db, actor, inspection_id, InspectionStatus.ASSIGNED)
        await _check_people(db, actor, person_id, accompanied_by)
        await _assign(db, actor, inspection_id, person_id, accompanied_by)


async def deal_in(db: Connection, actor: Actor, new: NewInspection, *, day: date) -> UUID:
    """What the lot has drawn, as an inspection of those it was dealt to; one that was planned already becomes theirs,
    one that somebody has begun stays with them.
    """
    inspection_id, is_new = await plan_in(db, actor, new, day=day)
    known = await _locked(db, actor, inspection_id)
    dealt = (new.assigned_to, new.accompanied_by)
    if is_new or known.status is InspectionStatus.STARTED or (known.assigned_to, known.accompanied_by) == dealt:
        return inspection_id
    if new.assigned_to is not None:
        await _assign(db, actor, inspection_id, new.assigned_to, new.accompanied_by)
    return inspection_id


async def _assign(
    db: Connection, actor: Actor, inspection_id: UUID, person_id: UUID, accompanied_by: UUID | None
) -> None:
    await store.assign(db, inspection_id, person_id, accompanied_by)
    await notices.settle(db, _at(inspection_id))
    inspection = await _locked(db, actor, inspection_id)
    await _tell(db, actor, "assign_inspection", "inspection.assigned", inspection)
    await _tell_assigned(db, actor, inspection)


async def start(database: Database, actor: Actor, inspection_id: UUID) -> None:
    """开始核查, on the spot; whoever is the first to start has it, if it was nobody's. Twice is once."""
    async with database.transaction() as db:
        inspection = await _locked(db, actor, inspection_id)
        if inspection.status is InspectionStatus.STARTED:
            return
        _check_move(inspection, InspectionStatus.STARTED)
        await store.start(db, inspection_id, _person(actor))
        await _tell(db, actor, "start_inspection", "inspection.started", await _locked(db, actor, inspection_id))


async def cancel(database: Database, actor: Actor, inspection_id: UUID, reason: str) -> None:
    """撤销, with a reason. Raises Invalid, NotFound, Conflict."""
    reason = reason.strip()
    if not reason or len(reason) > QUESTION_LIMIT:
        raise Invalid({"reason": f"请写明为什么不去看了，最多 {QUESTION_LIMIT} 个字。"})
    async with database.transaction() as db:
        inspection = await _to_move(db, actor, inspection_id, InspectionStatus.CANCELLED)
        await store.end(db, inspection_id, InspectionStatus.CANCELLED, _person(actor), reason=reason)
        await notices.settle(db, _at(inspection_id))
        await _tell(db, actor, "cancel_inspection", "inspection.cancelled", inspection, reason=reason)


async def record_finding(database: Database, actor: Actor, inspection_id: UUID, new: NewFinding) -> Taken:
    """记录结论. What a phone saw is never refused because somebody else was quicker: the first concludes, a later one
    is kept beside it. Sent again under the same id, it is the same one. Raises Invalid, NotFound.
    """
    new = _checked(new)
    async with database.transaction() as db:
        inspection = await _locked(db, actor, inspection_id)
        known = await store.finding(db, new.id)
        if known is not None:
            return Taken(finding=_own(known, actor, inspection_id), repeated=True)
        concludes = InspectionStatus.FOUND in MOVES[inspection.status]
        try:
            async with db.transaction():
                await store.insert_finding(db, inspection_id, new, actor, concludes=concludes)
        except asyncpg.UniqueViolationError as violation:  # the same id for another inspection, at this very moment
            raise NotFound from violation
        if concludes:
            await store.end(db, inspection_id, InspectionStatus.FOUND, _person(actor))
            await notices.settle(db, _at(inspection_id))
            await _flow_back(db, actor, inspection, new)
        await _tell(
            db,
            actor,
            "record_finding",
            "inspection.found" if concludes else "inspection.found_again",
            inspection,
            outcome=new.outcome,
            finding_id=str(new.id),
        )
        found = await store.finding(db, new.id)
    assert found is not None  # noqa: S101 - inserted a moment ago
    return Taken(finding=found, repeated=False)


async def attach_photo(
    database: Database,
    actor: Actor,
    inspection_id: UUID,
    finding_id: UUID,
    photo_id: UUID,
    document_id: UUID,
    taken_at: datetime,
) -> bool:
    """A photograph whose bytes have arrived belongs to a finding; whether it was not known yet. Raises NotFound."""
    async with database.transaction() as db:
        inspection = await _locked(db, actor, inspection_id)
        found = await store.finding(db, finding_id)
        if found is None:
            raise NotFound
        _own(found, actor, inspection_id)
        if not await store.is_photo_of(db, document_id, inspection.carrier_id, actor.organisation_id):
            raise NotFound
        if await store.photo_belongs(db, finding_id, photo_id):
            return False
        if await store.photos(db, finding_id) >= MOST_PHOTOS:
            raise Conflict(f"一次核查最多 {MOST_PHOTOS} 张照片。")
        if not await store.insert_photo(db, finding_id, photo_id, document_id, _past(taken_at)):
            raise NotFound
        await audit.record(
            db,
            actor,
            "attach_photo",
            "inspection",
            inspection_id,
            carrier_id=inspection.carrier_id,
            detail={"finding_id": str(finding_id), "document_id": str(document_id)},
        )
        return True


async def receive_photo(
    database: Database,
    objects: Store,
    settings: Settings,
    actor: Actor,
    inspection_id: UUID,
    finding_id: UUID,
    file_name: str,
    stream: AsyncIterable[bytes],
) -> None:
    """A whole photograph in one go, for a finding that is there. Raises what `uploads.receive` raises."""
    async with database.transaction() as db:
        carrier_id = (await _locked(db, actor, inspection_id)).carrier_id
    received = await uploads.receive(
        database, objects, settings, actor, Purpose.INSPECTION, carrier_id, file_name, stream
    )
    moment = datetime.now(UTC)
    await attach_photo(database, actor, inspection_id, finding_id, uuid4(), received.document.id, moment)


def _checked(new: NewFinding) -> NewFinding:
    new = replace(new, other_business=new.other_business.strip(), note=new.note.strip(), found_at=_past(new.found_at))
    wrong = {}
    if new.outcome is Outcome.OTHER_BUSINESS and not new.other_business:
        wrong["other_business"] = "请写明现场是哪家企业；看不出名称的，写招牌或行业。"
    if len(new.other_business) > NAME_LIMIT:
        wrong["other_business"] = f"最多 {NAME_LIMIT} 个字。"
    if len(new.note) > NOTE_LIMIT:
        wrong["note"] = f"最多 {NOTE_LIMIT} 个字。"
    if not 0 <= new.photo_count <= MOST_PHOTOS:
        wrong["photos"] = f"一次核查最多 {MOST_PHOTOS} 张照片。"
    place = new.position
    if place is not None and not (abs(place.latitude) <= 90 and abs(place.longitude) <= 180):
        wrong["position"] = "定位读数不对，请重新定位，或不带定位提交。"
    if wrong:
        raise Invalid(wrong)
    if new.outcome is not Outcome.OTHER_BUSINESS:
        new = replace(new, other_business="")
    return new


def _past(moment: datetime) -> datetime:
    """A moment as a phone tells it; what would lie ahead of us is now: its clock is wrong."""
    now = datetime.now(UTC)
    return moment if moment <= now + AHEAD else now


def _own(finding: Finding, actor: Actor, inspection_id: UUID) -> Finding:
    """Raises NotFound for a finding of another inspection or another office."""
    if finding.inspection_id != inspection_id or finding.organisation_id != actor.organisation_id:
        raise NotFound
    return finding


async def _flow_back(db: Connection, actor: Actor, inspection: Inspection, new: NewFinding) -> None:
    """What was found is told where it matters: a flag at the counter, an answer to the clerk who asked, the planner."""
    said = sentence(new.outcome, inspection.subject, new.other_business, new.note)
    on = new.found_at.astimezone(SHANGHAI).date()
    await flags.raise_flag(
        db,
        actor,
        carrier_id=inspection.carrier_id,
        unit_id=inspection.unit_id,
        kind=FLAG,
        severity=new.outcome.severity,
        text=f"{on} 现场核查（{inspection.number}）：{sentence(new.outcome)}",
        source=f"inspection of {inspection.registration_id or inspection.unit_id or inspection.carrier_id}",
    )
    await _signal(db, actor, inspection, new, on)
    for asked in await looks.open_for(db, inspection.carrier_id, inspection.unit_id):
        if asked.unit_id in (None, inspection.unit_id):
            await looks.answer_in(db, actor, asked.id, f"{on} {actor.name}现场核查：{said}"[: looks.TEXT_LIMIT])
    if inspection.planned_by is not None and inspection.planned_by != actor.person_id:
        await notices.send(
            db,
            actor.organisation_id,
            "inspection_found",
            f"{await _place(db, inspection)} 核查有结论：{new.outcome.label}",
            _at(inspection.id),
            body=said,
            person_id=inspection.planned_by,
            carrier_id=inspection.carrier_id,
        )


SIGNALS = {
    Outcome.FOUND_THERE: SignalKind.FOUND_THERE,
    Outcome.NOBODY: SignalKind.FOUND_NOBODY,
    Outcome.OTHER_BUSINESS: SignalKind.FOUND_NOBODY,
    Outcome.NO_SUCH_ADDRESS: SignalKind.FOUND_NOBODY,
}
"""What a finding says of the business that was looked for; who does not let one in has been neither seen nor missed."""


async def _signal(db: Connection, actor: Actor, inspection: Inspection, new: NewFinding, on: date) -> None:
    """A signal about the registration; where a unit was looked at, of everybody who should have been in it.

    That somebody is there says nothing of whom, as long as nobody was looked for.
    """
    kind = SIGNALS.get(new.outcome)
    if kind is None or (inspection.registration_id is None and kind is SignalKind.FOUND_THERE):
        return
    if inspection.registration_id is None and inspection.unit_id is None:
        return
    await signals.record(
        db,
        actor,
        kind=kind,
        observed_on=on,
        source=Source.INSPECTION,
        text=f"{inspection.number} {new.outcome.label}",
        registration_id=inspection.registration_id,
        unit_id=None if inspection.registration_id else inspection.unit_id,
    )


async def _check_people(db: Connection, actor: Actor, assigned_to: UUID | None, accompanied_by: UUID | None) -> None:
    if assigned_to is None and accompanied_by is None:
        return
    colleagues = await store.colleagues(db, actor.organisation_id)
    if assigned_to not in colleagues:
        raise Invalid({"assigned_to": "请选择本所的监管员。"})
    if accompanied_by is not None and accompanied_by not in colleagues:
        raise Invalid({"accompanied_by": "请选择本所的监管员。"})
    if accompanied_by == assigned_to:
        raise Invalid({"accompanied_by": "同行的要是另一位监管员。"})


async def _to_move(db: Connection, actor: Actor, inspection_id: UUID, status: InspectionStatus) -> Inspection:
    inspection = await _locked(db, actor, inspection_id)
    _check_move(inspection, status)
    return inspection


def _check_move(inspection: Inspection, status: InspectionStatus) -> None:
    if status not in MOVES[inspection.status]:
        raise InspectionMoved(status=inspection.status.label)


async def _locked(db: Connection, actor: Actor, inspection_id: UUID) -> Inspection:
    _refuse_others(actor)
    inspection = await store.lock(db, actor, inspection_id)
    if inspection is None:
        raise NotFound
    return inspection


def _refuse_others(actor: Actor) -> None:
    if actor.role is not Role.SUPERVISOR:
        raise NotAllowed


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotAllowed
    return actor.person_id


def _at(inspection_id: UUID) -> str:
    return f"/supervision/inspections/{inspection_id}"


async def _place(db: Connection, inspection: Inspection) -> str:
    carrier = await carriers.by_id(db, inspection.carrier_id)
    unit = await carriers.unit_by_id(db, inspection.unit_id) if inspection.unit_id else None
    return " ".join(each.name for each in (carrier, unit) if each is not None)


async def _tell_assigned(db: Connection, actor: Actor, inspection: Inspection) -> None:
    """Those who are to go hear of it, unless they said so themselves."""
    for person_id in (inspection.assigned_to, inspection.accompanied_by):
        if person_id is not None and person_id != actor.person_id:
            await notices.send(
                db,
                actor.organisation_id,
                "inspection_assigned",
                f"请去核查 {await _place(db, inspection)}",
                _at(inspection.id),
                body=f"{inspection.subject or inspection.cause.label}，{inspection.due_on} 前完成。",
                person_id=person_id,
                carrier_id=inspection.carrier_id,
            )


async def _tell(
    db: Connection, actor: Actor, action: str, event: str, inspection: Inspection, **detail: object
) -> None:
    content = {
        "unit_id": inspection.unit_id and str(inspection.unit_id),
        "registration_id": inspection.registration_id and str(inspection.registration_id),
        "cause": inspection.cause,
        **detail,
    }
    await audit.record(db, actor, action, "inspection", inspection.id, carrier_id=inspection.carrier_id, detail=content)
    await events.emit(
        db,
        event,
        "inspection",
        inspection.id,
        carrier_id=inspection.carrier_id,
        district_code=inspection.district_code,
        content=content,
    )
