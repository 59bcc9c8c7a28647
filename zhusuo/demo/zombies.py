"""Empty addresses of the demo district: businesses registered before us that have left, with a case at every step."""

import random
from datetime import date, timedelta
from uuid import UUID

from stdnum.cn import uscc

from zhusuo.businesses import actions as businesses
from zhusuo.businesses.model import NewRow
from zhusuo.carriers.model import Unit
from zhusuo.db import Database
from zhusuo.demo.district import TRADES, House
from zhusuo.dossiers.calendar import shipped
from zhusuo.idempotency import OneTransaction
from zhusuo.people.model import Actor
from zhusuo.registrations import actions as registrations
from zhusuo.serve import Things
from zhusuo.tenancies import actions as tenancies
from zhusuo.tenancies.model import NewTenancy
from zhusuo.zombies import cases, process, registered, signals, store
from zhusuo.zombies.letters import ANSWER_DAYS
from zhusuo.zombies.model import Answer, CaseStatus, SignalKind, Source, ZombieCase

HOUSE = "望岸国际二座"
_NAMES = "旧雨 空山 远帆 落霞 寒汀 孤屿 归鸿 残荷 暮云 疏影 断桥 荒渡 浮萍 朝露 闲庭 野航"
NAMES = tuple(_NAMES.split())
STAGES = (
    CaseStatus.OPENED,
    CaseStatus.OPENED,
    CaseStatus.NOTIFIED,
    CaseStatus.SILENT,
    CaseStatus.ANSWERED,
    CaseStatus.INSPECTING,
    CaseStatus.INSPECTED,
    CaseStatus.CLEARED,
    CaseStatus.APPEALED,
    CaseStatus.UPHELD,
    CaseStatus.REVERSED,
    CaseStatus.DISMISSED,
    CaseStatus.UNSETTLED,
    CaseStatus.SETTLED,
)
HOW_OLD = {
    CaseStatus.OPENED: 3,
    CaseStatus.NOTIFIED: 9,
    CaseStatus.ANSWERED: 24,
    CaseStatus.SILENT: 31,
    CaseStatus.INSPECTING: 28,
    CaseStatus.CLEARED: 38,
    CaseStatus.APPEALED: 40,
}
USUAL_AGE = 62


async def load(
    things: Things,
    house: House,
    vacant: list[Unit],
    *,
    manager: Actor,
    supervisor: Actor,
    colleague: Actor,
    clerk: Actor,
    day: date,
) -> None:
    """The vacant units of a house get a business each that was registered there; all but one have moved out."""
    chance = random.Random(31)  # noqa: S311 - the same district every time
    names = [f"上海{word}{chance.choice(TRADES)}有限公司" for word in NAMES]
    places = list(zip(names, vacant, strict=False))
    await _enter(things, house, places, chance, day - timedelta(days=900))
    for at, (name, unit) in enumerate(places):
        status = STAGES[at] if at < len(STAGES) else None
        age = HOW_OLD.get(status, USUAL_AGE) if status else 0
        since = day - timedelta(days=age + (3 * at if status and age == USUAL_AGE else 0))
        if status is None:
            await _empty(things.database, manager, name, unit, since, moved=False)
            await _suspect(things, supervisor, unit, day)
            continue
        async with things.database.transaction() as db:  # the worker, which follows, would open the case today
            within = OneTransaction(db, things.database.url)
            await _empty(within, manager, name, unit, since, moved=True)
            await cases.assess(within, unit.carrier_id, [unit.id], since)
        case = await _case_of(things, unit)
        if status is CaseStatus.UNSETTLED:
            newcomer = f"上海{NAMES[0]}{TRADES[-1]}有限公司"
            await _enter(things, house, [(newcomer, unit)], chance, day)
        await _lead(things, case, status, supervisor=supervisor, colleague=colleague, clerk=clerk, day=day)


async def _enter(things: Things, house: House, places: list[tuple[str, Unit]], chance: random.Random, on: date) -> None:
    """The businesses come out of the register, as an administrator would import it."""
    rows = [
        NewRow(
            line=line,
            name=name,
            uscc=_new_uscc(chance),
            address=f"上海市徐汇区{house.address}{house.name}{unit.name}",
            registered_on=on,
            deregistered=False,
        )
        for line, (name, unit) in enumerate(places, start=2)
    ]
    made = await businesses.begin(
        things.database,
        None,
        district_code=things.settings.district,
        file_name=f"{house.name} 登记企业 {on}.csv",
        sha256=f"{chance.getrandbits(256):064x}",
        rows=rows,
    )
    for _ in range(2):  # tried, then written
        made = await businesses.proceed(
            things.database, things.lexicon, made.id, _quiet, home_district=things.settings.district
        )
        await businesses.apply(things.database, None, made.id)


async def _quiet(done: int, total: int) -> None:
    """Sixteen lines need no progress."""


def _new_uscc(chance: random.Random) -> str:
    """A code of a range that was never issued, with its right check character."""
    body = "91310104MAY" + "".join(chance.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(6))
    return body + uscc.calc_check_digit(body)


async def _empty(database: Database, manager: Actor, name: str, unit: Unit, since: date, *, moved: bool) -> None:
    """The business was a tenant here; it has moved out, or its lease ended months ago."""
    begins_on = since - timedelta(days=800)
    new = NewTenancy(
        unit_id=unit.id,
        tenant=name,
        lease_begins_on=begins_on,
        lease_ends_on=since + timedelta(days=300) if moved else since - timedelta(days=45),
        moved_in_on=begins_on,
    )
    tenancy = await tenancies.move_in(database, manager, new)
    if moved:
        left = since - timedelta(days=2)
        await tenancies.move_out(database, manager, tenancy.id, left, day=since)


async def _suspect(things: Things, supervisor: Actor, unit: Unit, day: date) -> None:
    """Below the line: a lease that ended, and a letter that came back, half of it expired."""
    async with things.database.transaction() as db:
        await signals.record(
            db,
            supervisor,
            unit_id=unit.id,
            kind=SignalKind.MAIL_RETURNED,
            observed_on=day - timedelta(days=200),
            source=Source.MAIL,
            text="查无此单位",
        )


async def _case_of(things: Things, unit: Unit) -> ZombieCase:
    async with things.database.connection() as db:
        found = await store.contesting(db, await registered.live_registrations(db, [unit.id]))
        case = await store.by_id(db, next(iter(found.values())))
    assert case is not None  # noqa: S101 - opened a moment ago
    return case


async def _lead(
    things: Things,
    case: ZombieCase,
    status: CaseStatus,
    *,
    supervisor: Actor,
    colleague: Actor,
    clerk: Actor,
    day: date,
) -> None:
    """Take the steps that lead to a status, each on a day of its own."""
    database, opened = things.database, case.opened_on
    if status is CaseStatus.OPENED:
        return
    if status is CaseStatus.SETTLED:
        await registrations.leave(database, clerk, case.registration_id)
        await cases.close_if_left(database, case.id, day)
        return
    told = min(day, opened + timedelta(days=2))
    await process.notify(database, supervisor, case.id, contact="登记住所", how="邮寄", delivered_on=told, day=told)
    if status is CaseStatus.NOTIFIED:
        return
    after = 2 if status in (CaseStatus.SILENT, CaseStatus.INSPECTED, CaseStatus.ANSWERED) else -5
    late = min(day, shipped().add_working_days(told, ANSWER_DAYS) + timedelta(days=after))
    if status in (CaseStatus.SILENT, CaseStatus.INSPECTED):
        await process.lapse(database, late)
    else:
        await process.answer(database, supervisor, case.id, Answer.HERE, "来电称仍在此处，稍后补交租赁合同", late)
    if status in (CaseStatus.SILENT, CaseStatus.ANSWERED):
        return
    if status in (CaseStatus.DISMISSED, CaseStatus.UNSETTLED):
        await process.dismiss(
            database, supervisor, case.id, "已出示续租合同，核对无误", min(day, late + timedelta(days=3))
        )
        return
    looked = min(day, late + timedelta(days=4))
    await process.ask_inspection(database, supervisor, case.id, "看有没有人办公", late)
    if status is CaseStatus.INSPECTING:
        return
    await process.inspect(
        database, supervisor, case.id, found=False, on=looked, text="门锁着，门口堆有信件", day=looked
    )
    if status is CaseStatus.INSPECTED:
        return
    await process.clear(database, supervisor, case.id, "逾期未能证明仍在此处，核查未见企业", looked)
    if status is CaseStatus.CLEARED:
        return
    objected = min(day, looked + timedelta(days=5))
    await process.appeal(database, None, case.id, "核查当天全员外出，附水电费发票", objected)
    if status is CaseStatus.APPEALED:
        return
    upheld = status is CaseStatus.UPHELD
    reason = "发票所载地址不是本单元" if upheld else "补交的租约和水电费发票属实"
    await process.decide_appeal(database, colleague, case.id, upheld=upheld, reason=reason, day=objected)


def has_room(house: House) -> bool:
    return house.name == HOUSE


def vacant(units: list[Unit], taken: set[UUID]) -> list[Unit]:
    """Units nobody is in, one for each name."""
    return [unit for unit in units if unit.id not in taken][: len(NAMES)]
