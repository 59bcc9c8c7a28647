"""Loads the demo district, as its people would: they sign in, file, review, let, move in, reuse."""

import asyncio
import csv
import io
import json
import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

from stdnum.cn import uscc

from zhusuo.carriers import actions as carriers
from zhusuo.carriers import management_actions as managements
from zhusuo.carriers import sheets, tables, unit_actions
from zhusuo.carriers import store as carrier_rows
from zhusuo.carriers.model import Carrier, CarrierKind, NewCarrier, Unit, UnitKind
from zhusuo.db import Database
from zhusuo.demo import district as d
from zhusuo.demo import inspections, papers, zombies
from zhusuo.demo.district import House
from zhusuo.dossiers import actions as filings
from zhusuo.dossiers import papers as filed_papers
from zhusuo.dossiers import review, uploads
from zhusuo.dossiers.model import DocumentKind, Purpose, ReturnReason, TitleSituation
from zhusuo.people import actions as people
from zhusuo.people import store as person_rows
from zhusuo.people.model import Actor, OrganisationKind, Role
from zhusuo.registrations import actions as registrations
from zhusuo.registrations.model import NewReuse, ReuseStatus
from zhusuo.serve import Things
from zhusuo.settings import Settings
from zhusuo.tenancies import actions as tenancies
from zhusuo.tenancies import store as tenancy_rows
from zhusuo.tenancies.model import NewTenancy
from zhusuo.waivers import actions as waivers

Tell = Callable[[int, int, str], None]
REGISTERED = 0.07
"""The share of tenants who were registered through 住所云."""
SPECIMENS = ("bundle-01", "bundle-06")
"""Specimen bundles that were handed in and wait for review."""
TO_FILE = ("bundle-04",)
"""Specimen bundles whose carrier waits for its papers, for whoever wants to bring them."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Everybody who works in the demo."""

    administrator: Actor
    clerk: Actor
    second_clerk: Actor
    supervisor: Actor
    second_supervisor: Actor
    agent: Actor
    managers: dict[str, Actor]


async def is_loaded(database: Database) -> bool:
    async with database.connection() as db:
        return bool(await db.fetchval("SELECT EXISTS (SELECT FROM persons WHERE login = 'admin')"))


async def load(
    things: Things,
    day: date,
    tell: Tell,
    *,
    houses: Sequence[House] | None = None,
    specimens: Sequence[str] = SPECIMENS,
    to_file: Sequence[str] = TO_FILE,
) -> str:
    """Fill an empty installation; the token of the stand-in intake system comes back.

    `houses`, `specimens` and `to_file` name what to load, the whole district unless less is wanted.
    """
    chance = random.Random(20261122)  # noqa: S311 - the same district every time
    await waivers.import_shipped(things.database)
    desk = await _people(things)
    houses = d.houses() if houses is None else houses
    total = len(houses) + 2
    for step, house in enumerate(houses):
        tell(step, total, house.name)
        await _house(things, desk, house, step + 1, chance, day)
    tell(len(houses), total, "样本材料")
    for name in (*specimens, *to_file):
        folder = Path(str(files("zhusuo") / "specimens" / name))
        truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        carrier = await _specimen_carrier(things, desk, truth)
        if name in specimens:
            await _file_specimen(things, desk, carrier, folder, truth, day)
    await inspections.load(things, desk.supervisor, desk.second_supervisor, day)
    tell(total - 1, total, "接入系统")
    return await _intake(things, desk)


# 人员


async def _people(things: Things) -> Desk:
    database, code = things.database, things.settings.district

    async def organisation(kind: OrganisationKind, name: str, subdistricts: frozenset[str] = frozenset()) -> UUID:
        found = await people.add_organisation(
            database, None, kind=kind, name=name, district_code=code, subdistricts=subdistricts
        )
        return found.id

    async def person(organisation_id: UUID, role: Role, name: str, login: str, desk: str = "") -> Actor:
        await people.add_person(
            database,
            None,
            organisation_id=organisation_id,
            role=role,
            name=name,
            login=login,
            password=d.PASSWORD,
            desk=desk,
        )
        return await _signed_in(database, login)

    authority = await organisation(OrganisationKind.APPROVAL_AUTHORITY, d.AUTHORITY)
    office = await organisation(OrganisationKind.SUPERVISION_OFFICE, d.OFFICE, d.OFFICE_SUBDISTRICTS)
    agency = await organisation(OrganisationKind.AGENCY, d.AGENCY)
    managers = {}
    for each in d.MANAGERS:
        company = await organisation(OrganisationKind.PROPERTY_MANAGER, each.name)
        managers[each.key] = await person(company, Role.MANAGER, each.person, each.login)
    return Desk(
        administrator=await person(authority, Role.ADMINISTRATOR, "顾云", "admin"),
        clerk=await person(authority, Role.CLERK, "周敏", "zhoumin", "综窗 3 号"),
        second_clerk=await person(authority, Role.CLERK, "李楠", "linan", "综窗 5 号"),
        supervisor=await person(office, Role.SUPERVISOR, "王强", "wangqiang"),
        second_supervisor=await person(office, Role.SUPERVISOR, "赵静", "zhaojing"),
        agent=await person(agency, Role.AGENT, "林怡", "linyi"),
        managers=managers,
    )


async def _signed_in(database: Database, login: str) -> Actor:
    session = await people.sign_in(database, login, d.PASSWORD, "127.0.0.1", hours=1)
    async with database.connection() as db:
        found = await person_rows.by_session(db, people.hash_token(session.token), 60)
    assert found is not None  # noqa: S101 - signed in a moment ago
    return found[0]


def intake_origin(settings: Settings) -> str:
    """Where the stand-in intake system answers: on another site, for a browser, than 住所云 itself."""
    host = "localhost" if settings.host == "127.0.0.1" else settings.host
    return f"http://{host}:{settings.port + 1}"


async def _intake(things: Things, desk: Desk) -> str:
    client_id, token = await people.add_client(
        things.database,
        desk.administrator,
        organisation_id=desk.administrator.organisation_id,
        name=d.INTAKE,
        scopes=frozenset({"lookup", "leases", "reuses", "dossiers", "documents", "tickets", "events", "waivers"}),
        origin=intake_origin(things.settings),
    )
    assert desk.clerk.person_id is not None  # noqa: S101 - a person of ours
    await people.map_clerk(things.database, desk.administrator, client_id, "ZC-0803", desk.clerk.person_id)
    return token


# 载体


async def _house(things: Things, desk: Desk, house: House, number: int, chance: random.Random, day: date) -> None:
    manager = desk.managers[house.manager]
    carrier = await _carrier(things, desk, house)
    await _manage(things, desk, carrier.id, manager, papers.claim(house, manager.organisation))
    if house.name in d.SERVED:
        await _manage(things, desk, carrier.id, desk.agent, papers.service(house, manager.organisation, d.AGENCY))
    await _units(things, manager, carrier, house, chance)
    async with things.database.connection() as db:
        units = [unit for unit in await carrier_rows.units(db, carrier.id) if unit.kind is not UnitKind.SERVICE]
    if house.filed != "none":
        await _file(things, desk, house, carrier, units, number, day, filer=manager)
    elif house.name in d.SERVED:
        await _file(things, desk, house, carrier, units, number, day, filer=desk.agent)
    await _tenants(things, desk, house, units, chance, day)
    if zombies.has_room(house):
        await _zombies(things, desk, house, units, day)


async def _zombies(things: Things, desk: Desk, house: House, units: list[Unit], day: date) -> None:
    async with things.database.connection() as db:
        taken = {each.unit_id for each in await tenancy_rows.by_carrier(db, units[0].carrier_id)}
    await zombies.load(
        things,
        house,
        zombies.vacant(units, taken),
        manager=desk.managers[house.manager],
        supervisor=desk.supervisor,
        colleague=desk.second_supervisor,
        clerk=desk.clerk,
        day=day,
    )


async def _carrier(things: Things, desk: Desk, house: House) -> Carrier:
    above = max(house.floors) if house.per_floor else None
    new = NewCarrier(
        kind=house.kind,
        name=house.name,
        address=f"上海市徐汇区{house.address}",
        subdistrict_code=house.subdistrict,
        aliases=house.aliases,
        sharing_allowed=house.kind in (CarrierKind.CLUSTER, CarrierKind.INCUBATOR),
        floors_above=above,
    )
    return await carriers.add_carrier(things.database, desk.clerk, new)


async def _manage(things: Things, desk: Desk, carrier_id: UUID, claimant: Actor, paper: papers.Paper) -> None:
    """A manager, or an agency, shows its paper and is confirmed."""
    capacity = managements.CLAIMANTS[claimant.role]
    document_id = await _hand_in(
        things, claimant, Purpose.CLAIM, carrier_id, f"{paper.title}.pdf", papers.printed(paper)
    )
    claim = await managements.claim_management(things.database, claimant, carrier_id, document_id, capacity)
    await managements.confirm_management(things.database, desk.clerk, claim.id)


async def _units(things: Things, manager: Actor, carrier: Carrier, house: House, chance: random.Random) -> None:
    """The table a manager would upload, through the same reader."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(sheets.HEADER)
    table.writerows(_rows(house, chance))
    found = sheets.unit_records(await tables.read(("\ufeff" + text.getvalue()).encode()))
    await unit_actions.import_units(things.database, manager, carrier.id, found, dry_run=False)


def _rows(house: House, chance: random.Random) -> Iterable[tuple[object, ...]]:
    if house.kind is CarrierKind.STREET:
        for number in house.floors:
            yield "", 1, "", round(chance.uniform(18, 90), 2), "商铺", f"{200 + number * 2}号"
        return
    for building in house.buildings or ("",):
        for floor in house.floors:
            yield from _floor(house, building, floor, chance)


def _floor(house: House, building: str, floor: int, chance: random.Random) -> Iterable[tuple[object, ...]]:
    if floor in house.whole_floors:
        yield building, floor, f"{floor}层整层", 1486, "整层", ""
        return
    shop = house.kind in (CarrierKind.MALL, CarrierKind.MARKET) or floor <= house.podium
    count = max(3, house.per_floor // 2) if floor <= house.podium else house.per_floor
    for room in range(1, count + 1):
        kind = "集中登记" if house.kind is CarrierKind.CLUSTER else "商铺" if shop else "办公"
        label = (
            f"{floor}{room:03}席" if house.kind is CarrierKind.CLUSTER else f"{floor}{room:02}{'铺' if shop else '室'}"
        )
        area = (
            6
            if house.kind is CarrierKind.CLUSTER
            else round(chance.choice((62, 88, 118, 186, 240)) + chance.random(), 2)
        )
        yield building, floor, label, area, kind, ""


# 备案


async def _file(
    things: Things,
    desk: Desk,
    house: House,
    carrier: Carrier,
    units: list[Unit],
    number: int,
    day: date,
    *,
    filer: Actor,
) -> None:
    """The manager files, or the agency on the manager's behalf."""
    database, manager = things.database, desk.managers[house.manager].organisation
    filing = await filings.start_filing(database, filer, carrier.id, on_behalf_of=manager, day=day)
    await filings.set_title_situation(database, filer, filing.id, house.situation)
    for kind, name, paper in _papers(house, manager, units, number, day):
        document_id = await _hand_in(things, filer, Purpose.FILING, filing.id, name, papers.printed(paper))
        await filed_papers.set_document_kind(database, filer, document_id, kind)
    await filings.submit(database, filer, filing.id, declared=True, day=day)
    clerk = desk.clerk if number % 3 else desk.second_clerk
    if house.filed == "approved":
        await review.claim(database, clerk, filing.id, minutes=things.settings.claim_minutes)
        await review.approve(database, clerk, filing.id, day=day)
    elif house.filed == "returned":
        await review.claim(database, clerk, filing.id, minutes=things.settings.claim_minutes)
        await review.return_for_correction(
            database,
            clerk,
            filing.id,
            reasons=[next(iter(ReturnReason))],
            message="请换上续签后的授权书，其余材料不必重交。",
            day=day,
            working_days=things.settings.correction_days,
        )


def _papers(
    house: House, manager: str, units: list[Unit], number: int, day: date
) -> Iterable[tuple[DocumentKind, str, papers.Paper]]:
    yield DocumentKind.TITLE_DEED, "01-产证.pdf", papers.deed(house, units, 4216 + number)
    if house.kind is not CarrierKind.STREET:
        yield DocumentKind.COMPLETION_CERTIFICATE, "02-竣工备案.pdf", papers.completion(house, units, 90 + number)
        yield DocumentKind.FLOOR_PLAN, "03-平面图.pdf", papers.plan(house, units)
    if house.situation is not TitleSituation.OWNER_LETS:
        ends_on = date(day.year + 3, 6, 30)
        yield DocumentKind.MANDATE, "04-授权书.pdf", papers.mandate(house, manager, ends_on)


async def _hand_in(things: Things, actor: Actor, purpose: Purpose, noun_id: UUID, name: str, content: bytes) -> UUID:
    received = await uploads.receive(
        things.database, things.store, things.settings, actor, purpose, noun_id, name, _chunks(content),
        size=len(content),
    )  # fmt: skip
    return received.document.id


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 1 << 18):
        yield content[start : start + (1 << 18)]
        await asyncio.sleep(0)


# 入驻与登记


async def _tenants(
    things: Things, desk: Desk, house: House, units: list[Unit], chance: random.Random, day: date
) -> None:
    """Tenants move in, some of them out again; some of those who stay are registered with a reuse of the dossier."""
    manager = desk.managers[house.manager]
    for unit in units:
        if chance.random() > house.taken:
            continue
        name = f"上海{chance.choice(d.WORDS)}{chance.choice(d.TRADES)}有限公司"
        ends_on = day + timedelta(days=chance.choice((-40, 12, 31, 58, 210, 400, 520, 640, 700, 880)))
        begins_on = ends_on - timedelta(days=3 * 365)
        moved_in = begins_on if chance.random() > 0.1 else day - timedelta(days=chance.randrange(80))
        new = NewTenancy(
            unit_id=unit.id, tenant=name, lease_begins_on=begins_on, lease_ends_on=ends_on, moved_in_on=moved_in
        )
        tenancy = await tenancies.move_in(things.database, manager, new)
        if chance.random() < 0.05:
            left = max(moved_in, day - timedelta(days=chance.randrange(60)))
            await tenancies.move_out(things.database, manager, tenancy.id, left, day=day)
        elif house.filed == "approved" and ends_on > day and chance.random() < REGISTERED:
            await _register(things, desk, house, unit, name, begins_on, ends_on, day, chance)


async def _register(
    things: Things,
    desk: Desk,
    house: House,
    unit: Unit,
    applicant: str,
    begins_on: date,
    ends_on: date,
    day: date,
    chance: random.Random,
) -> None:
    """The tenant brings the lease, the clerk reuses the dossier, and as a rule the registration is reported."""
    lessor = house.owner if house.situation is TitleSituation.OWNER_LETS else desk.managers[house.manager].organisation
    paper = papers.lease_of(
        house,
        unit.name,
        unit.area_m2 or Decimal(50),
        lessor=lessor,
        lessee=applicant,
        begins_on=begins_on,
        ends_on=ends_on,
    )
    lease_id = await _hand_in(things, desk.clerk, Purpose.LEASE, unit.carrier_id, "租赁合同.pdf", papers.printed(paper))
    new = NewReuse(
        unit_id=unit.id,
        applicant=applicant,
        case_number=f"2026-XJH-{chance.randrange(100_000, 110_000)}",
        item_code="company_formation",
        purpose="公司设立登记",
        lease_document_id=lease_id,
        reason="窗口已核对合同原件，签章齐全。",
        entered_address=f"{house.address}{unit.name}",
        match_class="A",
    )
    made = await registrations.reuse(things.database, things.signer, things.lexicon, desk.clerk, new, day)
    if chance.random() < 0.85:
        await registrations.report_outcome(
            things.database, desk.clerk, made.id, ReuseStatus.REGISTERED, day, uscc=_new_uscc(chance)
        )


def _new_uscc(chance: random.Random) -> str:
    """A code of a range that was never issued, with its right check character."""
    body = "91310104MAY" + "".join(chance.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(6))
    return body + uscc.calc_check_digit(body)


# 样本材料


async def _specimen_carrier(things: Things, desk: Desk, truth: dict[str, Any]) -> Carrier:
    """The carrier of a specimen bundle with its units, managed by an operator and not filed yet."""
    told = truth["carrier"]
    manager = desk.managers["binjiang"]
    kind = {"street_shop": CarrierKind.STREET}.get(told["kind"]) or CarrierKind(told["kind"])
    new = NewCarrier(
        kind=kind,
        name=told["name"],
        address=told["district"] + told["address"],
        subdistrict_code="310104014",
        aliases=tuple(name for name in told["aliases"] if name not in (told["name"], told["former_address"])),
    )
    carrier = await carriers.add_carrier(things.database, desk.clerk, new)
    if told["former_address"]:
        await carriers.add_address(
            things.database, desk.clerk, carrier.id, told["district"] + told["former_address"], source="门弄号码证明"
        )
    house = House(
        kind=kind, name=told["name"], address=told["address"], subdistrict="", manager="binjiang",
        owner=told["owner"]["name"],
    )  # fmt: skip
    await _manage(things, desk, carrier.id, manager, papers.claim(house, manager.organisation))
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(sheets.HEADER)
    for unit in told["units"]:
        table.writerow((unit["building"], unit["floor"], unit["unit"], unit["area_m2"], "", ""))
    found = sheets.unit_records(await tables.read(("\ufeff" + text.getvalue()).encode()))
    await unit_actions.import_units(things.database, manager, carrier.id, found, dry_run=False)
    return carrier


async def _file_specimen(
    things: Things, desk: Desk, carrier: Carrier, folder: Path, truth: dict[str, Any], day: date
) -> None:
    """A specimen bundle filed by its operator; tenants bring the leases later."""
    manager = desk.managers["binjiang"]
    filing = await filings.start_filing(things.database, manager, carrier.id, day=day)
    situation = TitleSituation.MANDATED if truth["carrier"].get("mandate") else TitleSituation.OWNER_LETS
    await filings.set_title_situation(things.database, manager, filing.id, situation)
    for document in truth["documents"]:
        if document["kind"] == "lease":
            continue
        document_id = await _hand_in(
            things, manager, Purpose.FILING, filing.id, document["file"], (folder / document["file"]).read_bytes()
        )
        also = [DocumentKind(each["kind"]) for each in document.get("also", [])]
        await filed_papers.set_document_kind(
            things.database, manager, document_id, DocumentKind(document["kind"]), also
        )
    await filings.submit(things.database, manager, filing.id, declared=True, day=day)
