"""Every page a person can open, over HTTP, with 100,000 units and 10,000 documents on file, beside `/readyz`.

    python -m bench.pages [--home HOME] [--requests 30] [--only approval.] [--all]

The doors are those of the policy table: every GET behind a session, for every role that may pass, with the fullest
object of each, and with the filters and searches of QUERIES. One connection, one request after the other; `/readyz`,
which asks PostgreSQL for SELECT 1, is asked in between and shows what a request costs at the least. A manager of one
building (60 floors, 1,200 units) looks as well as the manager of all the others. Files to be saved are shown without
a bar.
"""

import argparse
import asyncio
import http.client
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

import psutil
from litestar.handlers import HTTPRouteHandler
from rich.console import Console
from rich.table import Table

from bench.data import Shape, filled
from bench.desks import LET, TOWER, TOWER_ADDRESS, laid
from bench.figures import Figure, percentile, show
from bench.installation import SignedIn, web
from storage.store import Store
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.db import Database
from zhusuo.lookup.roads import Roads
from zhusuo.people.model import Role
from zhusuo.ports.common.policy import POLICY, Entrance
from zhusuo.serve import Things, app, store_settings
from zhusuo.settings import Settings
from zhusuo.signing import Signer

BAR_MS = 100.0
SHAPE = Shape(carriers=2_000, units_each=50, pages=2)
WARM = 2
PATIENCE = 3.0
FILES = ("xlsx", "csv", "pdf", "template", "export", "sheet")
LEFT_OUT = {"documents.content", "figures.csv"}  # an original, which a filled district does not have; a file by its key
ADDRESS = quote(f"上海市徐汇区{TOWER_ADDRESS}{LET}")
QUERIES: dict[str, tuple[str, ...]] = {
    "admin.organisations": ("q=物业",),
    "admin.people": ("q=量测",),
    "admin.carriers": ("q=第19", "q=漕溪"),
    "admin.audit": ("noun_id={document}",),
    "agency.carrier": ("q=60",),
    "agency.filings": ("view=draft",),
    "approval.lookup": (f"address={ADDRESS}", f"address={ADDRESS}&item=company_formation", "address=漕溪北路9998号"),
    "approval.lease": (f"address={ADDRESS}&item=company_formation&applicant=某某有限公司",),
    "approval.suggest": ("q=漕溪", "q=cx", "q=第19", "q=漕溪北路9998号60"),
    "approval.filings": ("tab=returned", "tab=decided", "kind=change"),
    "approval.filing": ("page=2",),
    "approval.managements": ("status=confirmed",),
    "approval.waivers": ("item=company_formation",),
    "approval.carriers": ("q=第19", "q=漕溪", "kind=street"),
    "approval.carrier": (f"unit={LET}",),
    "approval.reuses": ("applicant=第12", "case=2026-XJH-12", "status=held"),
    "approval.search": ("q=产权", "q=不动产权证书", "q=可以转租 登记注册", "q=没有这句话"),
    "claims.list": ("q=漕溪", "q=路"),
    "claims.new": ("name=云尺",),
    "embed.suggest": ("q=漕溪",),
    "property.plan": ("sort=area", "view=list", "unit={unit}"),
    "property.filings": ("view=draft",),
    "property.registrations": ("q=登记",),
    "property.search": ("q=产权", "q=不动产权证书", "q=没有这句话"),
    "reader.document": ("page=2", "q=产权"),
    "supervision.overview": ("view=turnover",),
    "supervision.carriers": ("kind=tower", "filed=no"),
    "supervision.carrier": ("view=list", "unit={unit}"),
    "supervision.registrations": ("q=登记", "q=第12", "carrier=第19", "status=held"),
    "inspections.list": ("view=mine", "view=found", "view=cancelled", "cause=risk", "q=第12"),
    "risks.list": ("level=high", "level=middle"),
    "figures.all": ("view=table",),
    "notices": ("about=to_do",),
    "units.list": ("q=60", "floor=12"),
    "wizard.new": ("q=漕溪", "q=第19", "carrier_id={carrier}&what=change"),
    "wizard.scope": ("kind=units", "kind=floors"),
}


@dataclass(frozen=True, kw_only=True)
class Page:
    """A path as somebody opens it."""

    who: str
    door: str
    path: str
    is_file: bool


@dataclass(frozen=True, kw_only=True)
class Times:
    """How long it took, in milliseconds, and how much of that the web process worked; `size` in bytes."""

    page: Page
    times: list[float]
    work: float
    status: int
    size: int

    @property
    def p50(self) -> float:
        return percentile(self.times, 0.5)

    @property
    def p95(self) -> float:
        return percentile(self.times, 0.95)


def doors(things: Things) -> list[tuple[str, str]]:
    """(name, path) of everything that is got behind a session."""
    found = []
    for route in app(things).routes:
        for handler in getattr(route, "route_handlers", []):
            if not isinstance(handler, HTTPRouteHandler) or "GET" not in handler.http_methods:
                continue
            rule = POLICY.get(handler.name or "")
            if rule is not None and rule.entrance is Entrance.SESSION and handler.name not in LEFT_OUT:
                found.append((handler.name or "", route.path))
    return sorted(found)


async def nouns(database: Database, who: SignedIn) -> dict[str, UUID]:
    """The fullest object of every noun that this person may see."""
    actor = who.actor
    async with database.connection() as db:
        carrier_id = await db.fetchval(
            """
            SELECT c.id
              FROM carriers AS c
             WHERE $1 NOT IN ('manager', 'agent')
                OR EXISTS (SELECT FROM managements AS m
                            WHERE m.carrier_id = c.id AND m.organisation_id = $2 AND m.status = 'confirmed')
          ORDER BY (c.name = $3) DESC, c.id
             LIMIT 1
            """,
            actor.role,
            actor.organisation_id,
            TOWER,
        )
        unit_id = await db.fetchval(
            """
            SELECT u.id
              FROM units AS u
             WHERE u.carrier_id = $1
          ORDER BY (u.label = $2) DESC, u.id
             LIMIT 1
            """,
            carrier_id,
            LET,
        )
        row = await db.fetchrow(
            """
            SELECT (SELECT id FROM filings
                     WHERE status = 'submitted' AND ($1 = 'clerk' OR organisation_id = $2)
                  ORDER BY id LIMIT 1) AS filing,
                   (SELECT id FROM filings
                     WHERE status = 'draft' AND organisation_id = $2
                  ORDER BY id DESC LIMIT 1) AS own_filing,
                   (SELECT d.id FROM documents AS d
                     WHERE d.organisation_id = $2 OR ($1 = 'clerk' AND d.submitted_at IS NOT NULL)
                  ORDER BY (d.filing_id IS NOT NULL) DESC, d.id DESC LIMIT 1) AS document,
                   (SELECT id FROM reuses ORDER BY length(number), number LIMIT 1) AS reuse,
                   (SELECT id FROM managements WHERE status = 'claimed' ORDER BY id LIMIT 1) AS management,
                   (SELECT id FROM dossier_versions WHERE carrier_id = $3 LIMIT 1) AS version,
                   (SELECT id FROM notices WHERE organisation_id = $2 ORDER BY id LIMIT 1) AS notice
            """,
            actor.role,
            actor.organisation_id,
            carrier_id,
        )
    found = {"carrier": carrier_id, "listed_carrier": carrier_id, "unit": unit_id, **dict(row or {})}
    if found["filing"] is None:
        found["filing"] = found["own_filing"]
    return {noun: noun_id for noun, noun_id in found.items() if noun_id is not None}


def pages(who: str, role: Role, doors_: list[tuple[str, str]], objects: dict[str, UUID]) -> Iterator[Page]:
    """What this person opens: every door of the role, plain and with its queries."""
    for name, template in doors_:
        rule = POLICY[name]
        if role not in rule.roles or (rule.noun and rule.noun not in objects):
            continue
        path = template
        if rule.noun:
            path = path.replace(f"{{{rule.key}:uuid}}", str(objects[rule.noun]))
        path = path.replace("{name:str}", "1.webp")
        is_file = name.rpartition(".")[2].rpartition("_")[2] in FILES
        for query in ("", *QUERIES.get(name, ())):
            said = query.format_map(objects)
            yield Page(who=who, door=name, path=path + (f"?{quote(said, safe='=&%')}" if said else ""), is_file=is_file)


class Line:
    """One kept connection of a browser."""

    def __init__(self, web: psutil.Process, url: str, headers: dict[str, str]) -> None:
        self.web = web
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self.headers = headers

    def get(self, path: str) -> tuple[int, int, float]:
        """Status, bytes and milliseconds."""
        began = time.perf_counter()
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        size = len(answer.read())
        return answer.status, size, (time.perf_counter() - began) * 1000

    def times(self, page: Page, requests: int, floor: list[float]) -> Times:
        """As often as asked, or for PATIENCE seconds."""
        for _ in range(WARM):
            status, size, _took = self.get(page.path)
        took: list[float] = []
        before = self._worked()
        until = time.perf_counter() + PATIENCE
        while len(took) < requests and (time.perf_counter() < until or len(took) < 5):
            if len(took) % 5 == 0:
                floor.append(self.get("/readyz")[2])
            took.append(self.get(page.path)[2])
        return Times(page=page, times=took, work=(self._worked() - before) / len(took), status=status, size=size)

    def _worked(self) -> float:
        times = self.web.cpu_times()
        return float(times.user + times.system) * 1000


@asynccontextmanager
async def opened(home: Path) -> AsyncIterator[tuple[Things, dict[str, SignedIn]]]:
    async with filled(home, SHAPE) as (settings, database):
        things = await _things(settings, database)
        try:
            desks = await laid(database, things.store, things.signer)
            people = {
                "manager of one building": desks.tower,
                "manager of all others": desks.others,
                "agent of 200 buildings": desks.agent,
                "clerk": desks.clerk,
                "supervisor": desks.supervisor,
                "administrator": desks.administrator,
            }
            yield things, people
        finally:
            await things.store.close()


async def _things(settings: Settings, database: Database) -> Things:
    store = Store.open(store_settings(settings))
    await store.ensure_bucket()
    signer = Signer.open(settings.signing_key)
    return Things(
        settings=settings, database=database, store=store, signer=signer, lexicon=Lexicon.load(), roads=Roads()
    )


async def measure(home: Path, requests: int, only: str) -> tuple[list[Times], list[float]]:
    found: list[Times] = []
    floor: list[float] = []
    async with opened(home) as (things, people), web(things.settings, things.database) as site:
        every = doors(things)
        for who, signed_in in people.items():
            objects = await nouns(things.database, signed_in)
            line = Line(site.web, site.url, signed_in.headers)
            for page in pages(who, signed_in.actor.role, every, objects):
                if only in page.door:
                    found.append(await asyncio.to_thread(line.times, page, requests, floor))
    return found, floor


def figures(found: list[Times], floor: list[float]) -> list[Figure]:
    """One a person: the slowest of their pages; and the plan of the tall tower by itself."""
    beside = f"/readyz p50 {percentile(floor, 0.5):.0f} ms, p95 {percentile(floor, 0.95):.0f} ms"
    made = []
    for who in dict.fromkeys(each.page.who for each in found):
        theirs = [each for each in found if each.page.who == who and not each.page.is_file]
        slowest = max(theirs, key=lambda each: each.p95)
        over = [each for each in theirs if each.p95 > BAR_MS]
        made.append(
            Figure(
                what=f"pages of the {who}: {len(theirs)}, 100,000 units, 10,000 documents",
                measured=f"p95 of the slowest, {slowest.page.door}: {slowest.p95:.0f} ms (p50 {slowest.p50:.0f} ms); "
                f"{len(over)} of {len(theirs)} over the bar; "
                f"median of their p95s {percentile([each.p95 for each in theirs], 0.5):.0f} ms",
                beside=beside,
                bar=f"p95 ≤ {BAR_MS:.0f} ms",
                held=not over,
            )
        )
    plans = [each for each in found if each.page.who == "manager of one building" and each.page.door == "property.plan"]
    if plans:
        made.append(
            Figure(
                what="stacking plan of 60 floors and 1,200 units",
                measured=f"p50 {plans[0].p50:.0f} ms, p95 {plans[0].p95:.0f} ms, {plans[0].size / 1e6:.1f} MB of HTML",
                beside=beside,
                bar=f"p95 ≤ {BAR_MS:.0f} ms",
                held=plans[0].p95 <= BAR_MS,
            )
        )
    return made


def _show_all(found: list[Times], *, whole: bool) -> None:
    table = Table(title="Pages, slowest first" + ("" if whole else " (those over half the bar)"), title_justify="left")
    for column in ("who", "door", "path", "status", "KB", "work ms", "p50 ms", "p95 ms", "n"):
        table.add_column(column, overflow="fold")
    for each in sorted(found, key=lambda each: -each.p95):
        if not whole and each.p95 <= BAR_MS / 2 and each.status < 400:
            continue
        style = "red" if each.status >= 400 or (each.p95 > BAR_MS and not each.page.is_file) else None
        cells: tuple[Any, ...] = (each.page.who, each.page.door, each.page.path[:90], each.status, each.size // 1000)
        table.add_row(
            *map(str, cells),
            f"{each.work:.1f}",
            f"{each.p50:.1f}",
            f"{each.p95:.1f}",
            str(len(each.times)),
            style=style,
        )
    Console(width=200).print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="filled the first time and kept; else a temporary one")
    parser.add_argument("--requests", type=int, default=30)
    parser.add_argument("--only", default="", help="doors whose name has this in it")
    parser.add_argument("--all", action="store_true", help="show every page, not only the slow ones")
    said = parser.parse_args()
    if said.home:
        found, floor = asyncio.run(measure(said.home, said.requests, said.only))
    else:
        with tempfile.TemporaryDirectory(prefix="zhusuo-bench-") as folder:
            Path(folder).chmod(0o711)
            found, floor = asyncio.run(measure(Path(folder) / "home", said.requests, said.only))
    _show_all(found, whole=said.all)
    broken = [f"{each.page.path}: {each.status}" for each in found if each.status >= 400]
    if broken:
        raise SystemExit("not answered: " + "、".join(broken))
    show("Pages", figures(found, floor))


if __name__ == "__main__":
    main()
