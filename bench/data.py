"""A filled district to measure in: carriers on real roads, their units, dossiers in force, papers, who is registered.

    python -m bench.data HOME [--carriers 2000] [--units-each 50] [--pages 0]

Rows are copied straight into the tables of an installation of its own, in the form in which the verbs leave them; the
address keys and search terms are made by the product's own functions. The same shape always gives the same district.
A home that is filled already is used again.
"""

import argparse
import asyncio
import hashlib
import random
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from rich.console import Console
from rich.progress import Progress

from bench.installation import own_settings
from zhusuo.addresses.keys import unit_key
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.carriers.divisions import divisions
from zhusuo.carriers.gates import gate_of
from zhusuo.carriers.model import CarrierKind
from zhusuo.carriers.terms import terms_of
from zhusuo.db import Connection, Database
from zhusuo.dossiers import words
from zhusuo.embedded import Embedded
from zhusuo.people import actions as people
from zhusuo.people import store as person_rows
from zhusuo.people.model import Organisation, OrganisationKind, Role
from zhusuo.settings import Settings
from zhusuo.up import prepare, reaching
from zhusuo.waivers.actions import import_shipped

DISTRICT = "310104"
FLOORS = 10
AUTHORITY, OFFICE, AGENCY = "徐汇区行政审批局", "徐汇区市场监督管理所", "徐汇营商服务中心"
SMALL, LARGE = "一幢物业管理有限公司", "众幢物业管理有限公司"
KINDS = ("title_deed", "mandate", "completion_certificate", "floor_plan", "house_number_certificate")
SINCE = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
BATCH = 250
SENTENCES = (
    "不动产权证书 权利人 共有情况 单独所有 坐落 徐汇区",
    "本单位承诺所交材料与原件一致，内容真实、合法、有效",
    "委托经营管理期限自二〇二五年十月一日起，可以转租，可用于登记注册",
    "竣工验收备案证书 建设单位 施工单位 监理单位 工程名称",
)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How much there is: every carrier has so many units and five papers, every paper so many pages with words."""

    carriers: int = 2_000
    units_each: int = 50
    pages: int = 0

    @property
    def units(self) -> int:
        return self.carriers * self.units_each

    @property
    def documents(self) -> int:
        return self.carriers * len(KINDS)


@dataclass(frozen=True, kw_only=True)
class District:
    """Who is there: the authority of clerks and the administrator, an office of supervisors, an agency, a manager of
    one building and one of all the others."""

    authority: Organisation
    office: Organisation
    agency: Organisation
    small: Organisation
    large: Organisation


def uuids(chance: random.Random) -> Iterator[UUID]:
    """Ids in the order of time, as `uuidv7()` gives them."""
    millisecond = int(SINCE.timestamp() * 1000)
    while True:
        millisecond += 1
        low = chance.getrandbits(74)
        yield UUID(int=(millisecond << 80) | (7 << 76) | ((low >> 62) << 64) | (2 << 62) | (low & (2**62 - 1)))


def houses(shape: Shape, lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    """(road and number, name) of every carrier: known roads, several numbers on each."""
    roads = sorted(set(lexicon.roads.values()) - lexicon.homonyms)
    roads = [road for road in roads if road.endswith(("路", "街", "道"))]
    for place in range(shape.carriers):
        road, turn = roads[place % len(roads)], place // len(roads)
        yield f"{road}{100 + 18 * turn + place % 7}号", f"{road[:2]}第{place + 1}大厦"


def rooms(shape: Shape) -> list[tuple[int, str]]:
    """(floor, label) of every unit of a carrier."""
    return [
        (place % FLOORS + 1, f"{place % FLOORS + 1}{place // FLOORS + 1:02}室") for place in range(shape.units_each)
    ]


def addresses(shape: Shape, chance: random.Random, count: int) -> list[str]:
    """Exact addresses of units that are on file."""
    everywhere, inside = [gate for gate, _ in houses(shape, Lexicon.load())], rooms(shape)
    return [f"上海市徐汇区{chance.choice(everywhere)}{chance.choice(inside)[1]}" for _ in range(count)]


# 填


async def fill(database: Database, shape: Shape, tell: Callable[[int], None]) -> None:
    """Fill an empty installation; `tell` hears of every carrier that is done."""
    await import_shipped(database)
    district = await _people(database)
    async with database.connection() as db:
        clerk = await db.fetchval("SELECT id FROM persons WHERE role = 'clerk' ORDER BY id LIMIT 1")
        filers = {
            row["organisation_id"]: row["id"]
            for row in await db.fetch("SELECT id, organisation_id FROM persons WHERE role = 'manager'")
        }
        await db.execute("ALTER TABLE version_units DROP CONSTRAINT unit_in_one_version")
        maker = _Maker(shape, district, clerk, filers)
        found = iter(houses(shape, Lexicon.load()))
        place = 0
        while batch := list(islice(found, BATCH)):
            await _copy(db, maker.tables(place, batch))
            place += len(batch)
            tell(place)
        await db.execute(
            """
            ALTER TABLE version_units ADD CONSTRAINT unit_in_one_version
                EXCLUDE USING gist (unit_id WITH =, during WITH &&)
            """
        )
    await settle(database.url)


async def settle(database_url: str) -> None:
    """Let statistics and visibility be what they are after some days of work."""
    connection = await asyncpg.connect(database_url)
    await connection.execute("VACUUM (ANALYZE)", timeout=3600)
    await connection.execute("CHECKPOINT", timeout=3600)
    await connection.close()


async def _people(database: Database) -> District:
    async def organisation(kind: OrganisationKind, name: str, subdistricts: Iterable[str] = ()) -> Organisation:
        return await people.add_organisation(
            database, None, kind=kind, name=name, district_code=DISTRICT, subdistricts=frozenset(subdistricts)
        )

    async def person(of: Organisation, role: Role, login: str) -> None:
        await people.add_person(
            database, None, organisation_id=of.id, role=role, name=login, login=login, password="zhusuo-bench"
        )

    subdistricts = [each.code for each in divisions()[1] if each.district_code == DISTRICT]
    found = District(
        authority=await organisation(OrganisationKind.APPROVAL_AUTHORITY, AUTHORITY),
        office=await organisation(OrganisationKind.SUPERVISION_OFFICE, OFFICE, subdistricts),
        agency=await organisation(OrganisationKind.AGENCY, AGENCY),
        small=await organisation(OrganisationKind.PROPERTY_MANAGER, SMALL),
        large=await organisation(OrganisationKind.PROPERTY_MANAGER, LARGE),
    )
    await person(found.authority, Role.CLERK, "bench-clerk")
    await person(found.small, Role.MANAGER, "bench-small")
    await person(found.large, Role.MANAGER, "bench-large")
    return found


async def people_of(database: Database) -> District:
    """Who is in a district that was filled."""
    names = {"authority": AUTHORITY, "office": OFFICE, "agency": AGENCY, "small": SMALL, "large": LARGE}
    found = {}
    async with database.connection() as db:
        for role, name in names.items():
            organisation = await person_rows.organisation_by_name(db, DISTRICT, name)
            assert organisation is not None
            found[role] = organisation
    return District(**found)


Tables = dict[str, tuple[Sequence[str], list[tuple[Any, ...]]]]


class _Maker:
    """Turns carriers into the rows of all tables. Lives inside one call of `fill`."""

    def __init__(self, shape: Shape, district: District, clerk: UUID, filers: dict[UUID, UUID]) -> None:
        self.shape = shape
        self.district = district
        self.clerk = clerk
        self.filers = filers
        self.chance = random.Random(20261122)
        self.ids = uuids(self.chance)
        self.rooms = [(floor, label, unit_key(label)) for floor, label in rooms(shape)]
        self.subdistricts = [each.code for each in divisions()[1] if each.district_code == DISTRICT]
        self.texts = ["\n".join(self.chance.sample(SENTENCES, 4)) for _ in range(20)]
        self.rows: dict[str, list[tuple[Any, ...]]] = {}

    def tables(self, place: int, batch: Sequence[tuple[str, str]]) -> Tables:
        """What these carriers, the first of them the `place`-th, put into each table, in the order of references."""
        self.rows = {table: [] for table in COLUMNS}
        for offset, (address, name) in enumerate(batch):
            self._carrier(place + offset, address, name)
        return {table: (COLUMNS[table], rows) for table, rows in self.rows.items()}

    def _carrier(self, place: int, address: str, name: str) -> None:
        manager = self.district.small if place == 0 else self.district.large
        filer = self.filers[manager.id]
        carrier_id = next(self.ids)
        gate = gate_of(address, CarrierKind.TOWER, DISTRICT)
        self._add(
            "carriers",
            (carrier_id, "tower", name, DISTRICT, self.subdistricts[place % len(self.subdistricts)], FLOORS, 1),
        )
        where = gate.address
        self._add(
            "carrier_addresses",
            (carrier_id, DISTRICT, where.road, where.number, gate.text, gate.key, gate.road_pinyin, True),
        )
        for term, shown, weight in terms_of([name, gate.text]):
            self._add("carrier_terms", (carrier_id, DISTRICT, term, shown, weight))
        self._add("managements", (carrier_id, manager.id, "manager", "confirmed", filer, filer, SINCE))
        units = self._units(carrier_id)
        self._dossier(place, carrier_id, manager, filer, units)
        self._tenants(carrier_id, units)

    def _units(self, carrier_id: UUID) -> list[UUID]:
        units = []
        for floor, label, key in self.rooms:
            units.append(next(self.ids))
            area = round(self.chance.uniform(40, 400), 2)
            self._add("units", (units[-1], carrier_id, DISTRICT, floor, label, key, area))
        return units

    def _dossier(self, place: int, carrier_id: UUID, manager: Organisation, filer: UUID, units: list[UUID]) -> None:
        dossier_id, filing_id, submission_id, version_id = islice(self.ids, 4)
        at = SINCE + timedelta(minutes=place)
        self._add("dossiers", (dossier_id, f"XH-2026-B{place + 1:06}", carrier_id, DISTRICT))
        self._add(
            "filings",
            (filing_id, dossier_id, carrier_id, DISTRICT, manager.id, "first", "mandated", "approved", filer, at, at),
        )
        self._add("submissions", (submission_id, filing_id, 1, filer, at))
        self._add("decisions", (filing_id, submission_id, "approved", self.clerk, at))
        until = date(2027, 1, 5) + timedelta(days=place % 300)
        self._add(
            "dossier_versions",
            (
                version_id,
                dossier_id,
                carrier_id,
                DISTRICT,
                1,
                filing_id,
                submission_id,
                "mandated",
                at,
                until,
                self.clerk,
            ),
        )
        during = asyncpg.Range(at, None)
        for unit_id in units:
            self._add("version_units", (version_id, unit_id, during))
        for position, kind in enumerate(KINDS):
            self._document(carrier_id, manager, filing_id, version_id, position, kind, until)

    def _document(
        self,
        carrier_id: UUID,
        manager: Organisation,
        filing_id: UUID,
        version_id: UUID,
        position: int,
        kind: str,
        until: date,
    ) -> None:
        document_id = next(self.ids)
        sha256 = hashlib.sha256(document_id.bytes).hexdigest()
        self._add("blobs", (sha256, 250_000, "application/pdf"))
        self._add(
            "documents",
            (
                document_id,
                sha256,
                carrier_id,
                DISTRICT,
                manager.id,
                filing_id,
                "filing",
                f"{position + 1:02}-{kind}.pdf",
                kind,
                "person",
                f"沪（2026）徐字不动产权第{position}{str(document_id)[-5:]}号",
                until if kind == "mandate" else None,
                "read",
                max(1, self.shape.pages),
                SINCE,
                SINCE,
            ),
        )
        self._add("version_documents", (version_id, document_id, sha256, kind, position))
        for page in range(1, self.shape.pages + 1):
            text = f"{self.chance.choice(self.texts)}\n{str(document_id)[-8:]}"
            self._add("document_pages", (document_id, page, kind, text, words.vector(text)))

    def _tenants(self, carrier_id: UUID, units: list[UUID]) -> None:
        """A third of the units have a tenant, a fifth of them somebody registered."""
        for place, unit_id in enumerate(units):
            if place % 3 == 0:
                self._add(
                    "tenancies",
                    (
                        unit_id,
                        carrier_id,
                        DISTRICT,
                        f"上海第{place}租户有限公司",
                        date(2025, 3, 1),
                        date(2028, 2, 28),
                        "roster",
                    ),
                )
            if place % 5 == 0:
                registered = date(2025, 3, 1) + timedelta(days=place)
                self._add(
                    "registrations",
                    (
                        unit_id,
                        carrier_id,
                        DISTRICT,
                        f"上海第{place}登记有限公司",
                        "existing",
                        "registered",
                        True,
                        "import",
                        registered,
                    ),
                )

    def _add(self, table: str, row: tuple[Any, ...]) -> None:
        self.rows[table].append(row)


# The columns that are filled, tables in the order of their references.
COLUMNS: dict[str, tuple[str, ...]] = {
    "carriers": ("id", "kind", "name", "district_code", "subdistrict_code", "floors_above", "floors_below"),
    "carrier_addresses": (
        "carrier_id",
        "district_code",
        "road",
        "number",
        "text",
        "key",
        "road_pinyin",
        "is_main",
    ),
    "carrier_terms": ("carrier_id", "district_code", "term", "shown", "weight"),
    "managements": (
        "carrier_id",
        "organisation_id",
        "capacity",
        "status",
        "claimed_by",
        "decided_by",
        "decided_at",
    ),
    "units": ("id", "carrier_id", "district_code", "floor", "label", "key", "area_m2"),
    "dossiers": ("id", "number", "carrier_id", "district_code"),
    "filings": (
        "id",
        "dossier_id",
        "carrier_id",
        "district_code",
        "organisation_id",
        "kind",
        "title_situation",
        "status",
        "filed_by",
        "submitted_at",
        "decided_at",
    ),
    "blobs": ("sha256", "size", "media_type"),
    "documents": (
        "id",
        "sha256",
        "carrier_id",
        "district_code",
        "organisation_id",
        "filing_id",
        "purpose",
        "file_name",
        "kind",
        "kind_by",
        "number",
        "valid_until",
        "status",
        "page_count",
        "read_at",
        "submitted_at",
    ),
    "document_pages": ("document_id", "page", "kind", "text", "words"),
    "submissions": ("id", "filing_id", "number", "submitted_by", "submitted_at"),
    "decisions": ("filing_id", "submission_id", "decision", "decided_by", "decided_at"),
    "dossier_versions": (
        "id",
        "dossier_id",
        "carrier_id",
        "district_code",
        "number",
        "filing_id",
        "submission_id",
        "title_situation",
        "effective_from",
        "valid_until",
        "approved_by",
    ),
    "version_units": ("version_id", "unit_id", "during"),
    "version_documents": ("version_id", "document_id", "sha256", "kind", "position"),
    "tenancies": (
        "unit_id",
        "carrier_id",
        "district_code",
        "tenant",
        "lease_begins_on",
        "lease_ends_on",
        "source",
    ),
    "registrations": (
        "unit_id",
        "carrier_id",
        "district_code",
        "applicant",
        "kind",
        "status",
        "exclusive",
        "source",
        "registered_on",
    ),
}


async def _copy(db: Connection, tables: Tables) -> None:
    for table, (columns, rows) in tables.items():
        if table == "submissions":
            await _submissions(db, rows)
        elif table == "document_pages":
            await _pages(db, rows)
        elif rows:
            await db.copy_records_to_table(table, records=rows, columns=list(columns), timeout=600)


async def _submissions(db: Connection, rows: list[tuple[Any, ...]]) -> None:
    await db.execute(
        """
        INSERT INTO submissions (id, filing_id, number, content, declared_text, submitted_by, submitted_at)
             SELECT id, filing_id, number, '{}', '', submitted_by, submitted_at
               FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::uuid[], $5::timestamptz[])
                    AS made (id, filing_id, number, submitted_by, submitted_at)
        """,
        *(list(column) for column in zip(*rows, strict=True)),
    )


async def _pages(db: Connection, rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    await db.execute(
        """
        INSERT INTO document_pages (document_id, page, kind, width, height, method, text, words, sensitive, read_at)
             SELECT document_id, page, kind, 1400, 1980, 'text', text, words::tsvector, false, now()
               FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[])
                    AS made (document_id, page, kind, text, words)
        """,
        *(list(column) for column in zip(*rows, strict=True)),
        timeout=600,
    )


# 一处装好的


@asynccontextmanager
async def filled(home: Path, shape: Shape) -> AsyncIterator[tuple[Settings, Database]]:
    """The servers of a home with a district of this shape in it; filled the first time, used again afterwards."""
    home.mkdir(parents=True, exist_ok=True)
    embedded = await Embedded.start(home)
    try:
        settings = reaching(own_settings(home), embedded.database_url, embedded.store_settings)
        await prepare(settings)
        database = await Database.open(settings.database_url, connections=4)
        try:
            await _fill_once(database, shape)
            yield settings, database
        finally:
            await database.close()
    finally:
        await embedded.stop()


async def _fill_once(database: Database, shape: Shape) -> None:
    async with database.connection() as db:
        count = await db.fetchval("SELECT count(*) FROM carriers WHERE name ~ '第[0-9]+大厦$'")
        whole = await db.fetchval("SELECT count(*) FROM pg_constraint WHERE conname = 'unit_in_one_version'")
    if count == shape.carriers and whole:
        return
    if count:
        raise SystemExit(f"这个目录里有 {count} 处载体，不是要量测的 {shape.carriers} 处；请换一个目录。")
    start = time.perf_counter()
    with Progress() as progress:
        task = progress.add_task(f"{shape.units:,} 个单元", total=shape.carriers)
        await fill(database, shape, lambda done: progress.update(task, completed=done))
    Console().print(f"填好 {shape.units:,} 个单元、{shape.documents:,} 件材料，{time.perf_counter() - start:.0f} 秒")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--carriers", type=int, default=Shape.carriers)
    parser.add_argument("--units-each", type=int, default=Shape.units_each)
    parser.add_argument("--pages", type=int, default=Shape.pages)
    said = parser.parse_args()
    async with filled(said.home, Shape(carriers=said.carriers, units_each=said.units_each, pages=said.pages)):
        pass


if __name__ == "__main__":
    asyncio.run(main())
