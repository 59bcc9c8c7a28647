"""立案: what signals add up to opens a case: for everybody by a sweep, for one place after something happened there.

An open case makes its registration contested and puts a flag on the unit, which the counter and the stacking plan read;
a newcomer is not blocked by it. A business that moves while its case is open closes the case by that.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from zhusuo import audit, events, flags, notices
from zhusuo.carriers import store as carriers
from zhusuo.db import Connection, Database
from zhusuo.dossiers.calendar import SHANGHAI
from zhusuo.events import Event
from zhusuo.flags import Severity
from zhusuo.people.model import Actor
from zhusuo.registrations import store as registrations
from zhusuo.registrations.model import Registration, RegistrationStatus
from zhusuo.registrations.receipts import new_code
from zhusuo.zombies import feed, letters, registered, scoring, signals, store, story
from zhusuo.zombies.model import (
    BEFORE_DECISION,
    FLAG,
    MOVES,
    CaseStatus,
    LetterKind,
    SignalKind,
    Source,
    ZombieCase,
)
from zhusuo.zombies.rules import RuleSet
from zhusuo.zombies.scoring import Score

FOLLOWED = "signals"
SWEPT = "sweep"
SWEEP_LOCK = 7_310_117
NEWS = 2000
MANY = 100
"""From how many carriers on one sweep over all is less work than each by itself: after an import."""
ABOUT_PLACES = ("tenancy.", "registration.", "reuse.", "carrier.", "unit.", "units.", "business.", "zombie.signal")
"""The beginnings of the kinds of events after which a place is scored again."""
ACTIONS = {
    "opened": "open",
    "notified": "notify",
    "answered": "answer",
    "manager_said": "say",
    "silent": "lapse_answer",
    "inspecting": "ask_inspection",
    "inspected": "inspect",
    "newcomer": "tell_newcomer",
    "delivered": "deliver",
    "cleared": "clear",
    "unsettled": "dismiss",
    "dismissed": "dismiss",
    "settled": "settle",
    "appealed": "appeal",
    "upheld": "uphold",
    "reversed": "reverse",
}
"""The verbs of the steps, as the audit calls them."""
CLOSING = ("cleared", "dismissed", "settled", "upheld", "reversed")
"""The steps after which nobody is asked anything of a case, unless the step itself does."""
NOT_OF_THE_OFFICE = ("opened", "manager_said", "newcomer", "delivered")
"""The steps that leave to the supervision office what it had to do."""
LEFT = {"relocated": "企业已变更登记到别处", "moved": "窗口已办理迁出", "deregistered": "企业已注销"}


async def current_score(db: Connection, registration: Registration, day: date) -> Score:
    """What the signals of a registration add up to today, with reasons."""
    rules = await store.rules_in_force(db, registration.district_code)
    return scoring.score(await signals.of_registration(db, registration.id), rules, day)


# -- everybody -----------------------------------------------------------------------------------------------------


async def sweep(database: Database, day: date) -> int:
    """Score all registrations, open the cases that are due, close those that have closed themselves; how many opened.

    Two sweeps wait for each other. Each case is opened in a transaction of its own, under its carrier's lock.
    """
    async with database.transaction() as db:
        await db.execute("SELECT pg_advisory_xact_lock($1)", SWEEP_LOCK)
        await signals.derive(db, day)
    opened = 0
    for registration_id, carrier_id in await _due(database, day):
        async with database.transaction() as db:
            await carriers.lock(db, carrier_id)
            opened += await _weigh(db, [registration_id], day)
    async with database.connection() as db:
        left = await store.left_behind(db, 10_000)
    for case_id in left:
        await close_if_left(database, case_id, day)
    async with database.transaction() as db:
        await feed.set_position(db, SWEPT, day.toordinal())
    return opened


async def sweep_daily(database: Database, day: date) -> int:
    """The sweep, unless it was done today: days pass, leases end and signals expire without anybody doing anything."""
    async with database.connection() as db:
        if await feed.position(db, SWEPT) >= day.toordinal():
            return 0
    return await sweep(database, day)


async def _due(database: Database, day: date) -> list[tuple[UUID, UUID]]:
    """Registrations that reach the line of their district and have no case yet, with their carriers."""
    found: list[UUID] = []
    async with database.connection() as db:
        for district_code in await store.districts(db):
            rules = await store.rules_in_force(db, district_code)
            due = await signals.sums(db, rules, day, least=rules.threshold, district_code=district_code)
            found += [registration_id for registration_id, _ in due]
        rows = await db.fetch(
            """
            SELECT registrations.id, registrations.carrier_id
              FROM registrations
         LEFT JOIN zombie_cases ON zombie_cases.registration_id = registrations.id
                               AND zombie_cases.closed_at IS NULL
             WHERE registrations.id = ANY ($1::uuid[])
               AND zombie_cases.id IS NULL
          ORDER BY registrations.carrier_id, registrations.id
            """,
            found,
            timeout=signals.SECONDS,
        )
    return [(row["id"], row["carrier_id"]) for row in rows]


# -- one place -----------------------------------------------------------------------------------------------------


async def assess(database: Database, carrier_id: UUID, unit_ids: Sequence[UUID], day: date) -> int:
    """Score everybody registered in these units of a carrier anew; how many cases were opened."""
    async with database.transaction() as db:
        await carriers.lock(db, carrier_id)
        await signals.derive(db, day, unit_ids=unit_ids)
        return await _weigh(db, await registered.live_registrations(db, unit_ids), day)


async def follow(database: Database, day: date, *, limit: int = NEWS) -> int:
    """Go through the events since last time, and score what they touched anew; how many events there were.

    Whatever is done twice because a worker died in between comes to the same.
    """
    async with database.connection() as db:
        news = await events.since(db, await feed.position(db, FOLLOWED), limit)
    touched: dict[UUID, set[UUID]] = {}
    for event in news:
        if event.carrier_id is None or not event.kind.startswith(ABOUT_PLACES):
            continue
        await _take_in(database, event, event.carrier_id, day)
        units = touched.setdefault(event.carrier_id, set())
        units.update(await _units_of(database, event, event.carrier_id))
    if len(touched) >= MANY:
        await sweep(database, day)
    else:
        for carrier_id in sorted(touched):
            await assess(database, carrier_id, sorted(touched[carrier_id]), day)
    if news:
        async with database.transaction() as db:
            await feed.set_position(db, FOLLOWED, news[-1].position)
    return len(news)


async def _units_of(database: Database, event: Event, carrier_id: UUID) -> Iterable[UUID]:
    """The unit an event is about; where it names none, all units of the carrier in which somebody is registered."""
    said = event.content.get("unit_id")
    if said:
        found = {UUID(said)}
        if event.kind.endswith(".placed"):
            found.add(UUID(event.content["from_unit_id"]))
        return found
    async with database.connection() as db:
        return await registered.occupied_units(db, carrier_id)


async def _take_in(database: Database, event: Event, carrier_id: UUID, day: date) -> None:
    """What an event means beyond a new score."""
    kind, noun_id = event.kind, event.noun_id
    on = min(day, event.at.astimezone(SHANGHAI).date())
    if kind in ("registration.confirmed", "tenancy.confirmed", "tenancy.renewed"):
        await _confirmed(database, noun_id, of_tenancy=kind.startswith("tenancy."), on=on)
    elif kind == "registration.ended":
        async with database.transaction() as db:
            await signals.end(db, noun_id)
            left = await store.left_behind(db, 1000)
        for case_id in left:
            await close_if_left(database, case_id, day)
    elif kind == "registration.placed":
        async with database.transaction() as db:
            await store.set_unit(db, noun_id, UUID(event.content["unit_id"]))
    elif kind == "reuse.created":
        await _newcomer(database, event, carrier_id, day)
    elif kind == signals.RECORDED:
        await _found(database, event, carrier_id, day)


async def _confirmed(database: Database, noun_id: UUID, *, of_tenancy: bool, on: date) -> None:
    """Somebody who knows said that the business is there: it counts where something else speaks against it."""
    async with database.transaction() as db:
        for registration_id in await registered.registrations_of_tenant(db, noun_id) if of_tenancy else [noun_id]:
            if await signals.of_registration(db, registration_id):
                await signals.record(
                    db,
                    None,
                    registration_id=registration_id,
                    kind=SignalKind.CONFIRMED,
                    observed_on=on,
                    source=Source.ROSTER,
                )


async def _found(database: Database, event: Event, carrier_id: UUID, day: date) -> None:
    """Somebody went and looked: a case that has come so far takes the finding in."""
    kind = event.content["signal"]
    if kind not in (SignalKind.FOUND_NOBODY, SignalKind.FOUND_THERE):
        return
    on = date.fromisoformat(event.content["observed_on"])
    async with database.transaction() as db:
        await carriers.lock(db, carrier_id)
        for case_id in (await store.contesting(db, [event.noun_id])).values():
            case = await store.lock(db, case_id)
            if case is not None and case.status is not CaseStatus.INSPECTED and case.may(CaseStatus.INSPECTED):
                await inspected(db, None, case, found=kind == SignalKind.FOUND_THERE, on=on, text="", day=day)


async def inspected(
    db: Connection, actor: Actor | None, case: ZombieCase, *, found: bool, on: date, text: str, day: date
) -> None:
    """The finding stands in the case, in the caller's transaction."""
    await store.set_inspected(db, case.id, on, found)
    said = "核查见到企业" if found else "核查未见企业"
    await step(db, actor, case, "inspected", f"{on} {said}{f'：{text}' if text else ''}", day)


async def _newcomer(database: Database, event: Event, carrier_id: UUID, day: date) -> None:
    """A newcomer is registered where a case is open: manager, office and former occupant are told."""
    async with database.transaction() as db:
        await carriers.lock(db, carrier_id)
        newcomer = await registrations.registration_of(db, event.noun_id)
        if newcomer is None or newcomer.status is RegistrationStatus.ENDED:
            return
        space = await carriers.overlapping(db, newcomer.unit_id)
        others = [each.id for each in await registrations.live_in(db, space) if each.id != newcomer.id]
        for case_id in (await store.contesting(db, others)).values():
            case = await store.lock(db, case_id)
            if case is not None and await _is_news(db, case, newcomer):
                await _tell_of_newcomer(db, case, newcomer, day)


async def _is_news(db: Connection, case: ZombieCase, newcomer: Registration) -> bool:
    return not any(
        each.kind == "newcomer" and newcomer.applicant in each.text for each in await story.steps(db, case.id)
    )


async def _tell_of_newcomer(db: Connection, case: ZombieCase, newcomer: Registration, day: date) -> None:
    await letters.write(db, None, case, LetterKind.NEWCOMER, day, newcomer=newcomer.applicant)
    text = f"新户“{newcomer.applicant}”在本单元办理登记，不受本案影响；已为原企业出具告知书"
    await step(db, None, case, "newcomer", text, day)
    title = f"{case.name} 的住所有新户登记：{newcomer.applicant}"
    await tell(db, case, "zombie_newcomer", title, "原登记正在核实，两户暂时并存；请把告知书送给原企业。")


# -- opening and closing -------------------------------------------------------------------------------------------


async def _weigh(db: Connection, registration_ids: Sequence[UUID], day: date) -> int:
    """Open what is due among these registrations, and keep the score of open cases; the carrier is locked."""
    known = await store.contesting(db, registration_ids)
    opened = 0
    rules: dict[str, RuleSet] = {}
    for registration_id in registration_ids:
        registration = await registrations.registration_by_id(db, registration_id)
        if registration is None or registration.status is not RegistrationStatus.REGISTERED:
            continue
        code = registration.district_code
        if code not in rules:
            rules[code] = await store.rules_in_force(db, code)
        found = scoring.score(await signals.of_registration(db, registration_id), rules[code], day)
        if registration_id in known:
            await store.set_score(db, known[registration_id], found.points)
        elif found.is_suspect and found.cause is not None:
            await open_case(db, None, registration, found, found.cause, day)
            opened += 1
    return opened


async def open_case(
    db: Connection, actor: Actor | None, registration: Registration, found: Score, cause: SignalKind, day: date
) -> UUID:
    """立案: the registration is contested from now on, the unit flagged; manager and office are told."""
    case_id = await store.insert(
        db,
        registration_id=registration.id,
        unit_id=registration.unit_id,
        carrier_id=registration.carrier_id,
        district_code=registration.district_code,
        name=registration.applicant,
        cause=cause,
        score=found.points,
        rules_number=found.rules_number,
        reasons=found.reasons,
        code=new_code(),
        day=day,
    )
    await registered.contest(db, registration.id)
    case = await store.by_id(db, case_id)
    assert case is not None  # noqa: S101 - inserted a moment ago
    said = "；".join(each.text for each in found.reasons if each.points > 0)
    kinds = "、".join(each.kind.label for each in found.reasons if each.points > 0)
    await _flag(db, actor, case, f"本单元原来的登记疑似已不在此处（{kinds}），正在核实；新户照常办理，不受影响。")
    await step(db, actor, case, "opened", f"评分 {found.points} 分，达到立案线 {found.threshold} 分：{said}", day)
    await tell(db, case, "zombie_opened", f"{case.name} 疑似已不在登记住所", said)
    return case_id


async def _flag(db: Connection, actor: Actor | None, case: ZombieCase, text: str) -> None:
    """The counter reads it on the verdict card, and the applicant in the receipt: it names nobody.

    Its source makes it move along when the registration is placed.
    """
    registration = await registrations.registration_by_id(db, case.registration_id)
    await flags.raise_flag(
        db,
        actor,
        carrier_id=case.carrier_id,
        unit_id=registration.unit_id if registration else case.unit_id,
        kind=FLAG,
        severity=Severity.NOTE,
        text=text,
        source=_source(case),
    )


def _source(case: ZombieCase) -> str:
    return f"registration:{case.registration_id}"


async def reflag(db: Connection, actor: Actor | None, case: ZombieCase, text: str) -> None:
    """The same flag with other words."""
    await _flag(db, actor, case, text)


async def unflag(db: Connection, actor: Actor | None, case: ZombieCase) -> None:
    for flag in await flags.by_carrier(db, case.carrier_id):
        if flag.kind == FLAG and flag.source == _source(case):
            await flags.clear_flag(db, actor, flag.id)


async def uncontest(db: Connection, case: ZombieCase) -> Registration | None:
    """The registration stands as before; or whose stands in the way of that, and then it stays contested.

    In the way stands who came while the case was open, or has the same space alone, unless the unit may be shared.
    """
    registration = await registrations.registration_by_id(db, case.registration_id)
    assert registration is not None  # noqa: S101 - a case refers to it
    shared = await registered.is_shared(db, registration.unit_id)
    for other in await registrations.live_in(db, await carriers.overlapping(db, registration.unit_id)):
        came = other.created_at > case.opened_at or (registration.exclusive and other.exclusive)
        if other.id != registration.id and came and not other.contested and not shared:
            return other
    await registered.stand(db, registration.id, exclusive=registration.exclusive and not shared)
    return None


async def close_if_left(database: Database, case_id: UUID, day: date) -> bool:
    """Close a case whose business has moved, or two that had to be settled of whom one has; whether it was closed."""
    async with database.connection() as db:
        known = await store.by_id(db, case_id)
    if known is None:
        return False
    async with database.transaction() as db:
        await carriers.lock(db, known.carrier_id)
        case = await store.lock(db, case_id)
        return case is not None and await left(db, case, day)


async def left(db: Connection, case: ZombieCase, day: date) -> bool:
    """Close the case if its business, or the newcomer it has to come to terms with, is no longer registered."""
    registration = await registrations.registration_by_id(db, case.registration_id)
    if case.status not in BEFORE_DECISION | {CaseStatus.UNSETTLED} or registration is None:
        return False
    if registration.status is RegistrationStatus.ENDED:
        why = LEFT.get(registration.ended_reason, "登记已结束")
        await _settle(db, case, CaseStatus.SETTLED, f"办理期间{why}，案件自行了结", day)
        return True
    newcomer = await registrations.registration_by_id(db, case.newcomer_id) if case.newcomer_id else None
    if case.status is CaseStatus.UNSETTLED and newcomer and newcomer.status is RegistrationStatus.ENDED:
        if await uncontest(db, case) is not None:  # somebody else has come in since: it still has to be settled
            return False
        await _settle(db, case, CaseStatus.DISMISSED, f"新户“{newcomer.applicant}”的登记已结束，原登记照旧", day)
        return True
    return False


async def _settle(db: Connection, case: ZombieCase, status: CaseStatus, why: str, day: date) -> None:
    assert status in MOVES[case.status]  # noqa: S101 - the table says so for all of these
    if status is CaseStatus.SETTLED:
        await registered.stand(db, case.registration_id)
    await store.set_decided(db, case.id, status, None, why, max(day, case.opened_on), newcomer_id=case.newcomer_id)
    await unflag(db, None, case)
    await step(db, None, case, status.value, why, day)
    await tell(db, case, "zombie_closed", f"{case.name} 的核实案件已了结", why)


# -- telling -------------------------------------------------------------------------------------------------------


SYSTEM, BY_CODE = "系统", "企业（凭答复码）"


async def step(
    db: Connection,
    actor: Actor | None,
    case: ZombieCase,
    kind: str,
    text: str,
    day: date,
    *,
    unnamed: str = SYSTEM,
) -> None:
    """One line of the story, one audit entry, one event."""
    last = await story.last_step_on(db, case.id)
    await story.insert_step(db, case.id, actor, kind, text, max(day, last or day), unnamed=unnamed)
    await notices.settle(db, *_done_by(case, kind))
    await audit.record(db, actor, ACTIONS[kind], "zombie_case", case.id, carrier_id=case.carrier_id)
    await events.emit(
        db,
        f"zombie_case.{kind}",
        "zombie_case",
        case.id,
        carrier_id=case.carrier_id,
        district_code=case.district_code,
        content={"number": case.number, "unit_id": str(case.unit_id)},
    )


def _done_by(case: ZombieCase, kind: str) -> list[str]:
    """The places of the notices that ask for what a step has done: the office went on, or the manager has answered."""
    done = [] if kind in NOT_OF_THE_OFFICE else [at_supervision(case)]
    if kind == "manager_said" or kind in CLOSING:
        done.append(at_property(case))
    return [*done, at_approval(case)] if kind in CLOSING else done


def at_supervision(case: ZombieCase) -> str:
    return f"/supervision/zombies/{case.id}"


def at_property(case: ZombieCase) -> str:
    return f"/property/zombies/{case.id}"


def at_approval(case: ZombieCase) -> str:
    """The carrier of a case: its number behind it tells the notices of one from those of another."""
    return f"/approval/carriers/{case.carrier_id}#{case.number}"


FOR_THE_OFFICE = frozenset({"zombie_answered", "zombie_silent", "zombie_appealed"})
"""What the office alone acts on: the manager is told, and asked for nothing."""


async def tell(db: Connection, case: ZombieCase, kind: str, title: str, body: str) -> None:
    """Whoever manages the carrier, and the supervision office of its subdistrict."""
    manager = await carriers.manager_of(db, case.carrier_id)
    if manager is not None:
        link, asks = at_property(case), "zombie_news" if kind in FOR_THE_OFFICE else kind
        await notices.send(db, manager, asks, title[:200], link, body=body, carrier_id=case.carrier_id)
    for office in await registered.offices(db, case.carrier_id):
        link = at_supervision(case)
        await notices.send(db, office, kind, title[:200], link, body=body, carrier_id=case.carrier_id)
