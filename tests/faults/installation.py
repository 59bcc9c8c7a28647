"""A whole installation as real processes: PostgreSQL, S3, two web processes, a worker; and people who use it."""

import asyncio
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
import psutil

from storage.store import Store
from tests.faults.line import Line, line
from tests.support import html
from tests.support.s3 import free_port
from zhusuo import db as postgres
from zhusuo import up
from zhusuo.carriers.model import CarrierKind
from zhusuo.db import Database
from zhusuo.demo import district, load
from zhusuo.demo.district import House
from zhusuo.dossiers import documents
from zhusuo.dossiers.model import Document
from zhusuo.embedded import Embedded
from zhusuo.invariants.model import Result
from zhusuo.invariants.objects import Depth
from zhusuo.invariants.run import run as broken_invariants
from zhusuo.people import actions as people
from zhusuo.people.model import Actor
from zhusuo.people.store import by_session
from zhusuo.ports.common.app import today
from zhusuo.ports.common.guard import COOKIE
from zhusuo.processes import Processes, Program
from zhusuo.serve import opened, store_settings
from zhusuo.settings import Settings

WEB = ("web-1", "web-2")
PATIENCE = 120.0
AWAY = (httpx.TransportError,)
UNFORESEEN = re.compile(r'^.*"level": ?"(?:error|critical)".*$', re.MULTILINE)
"""What a log of ours says of something that nobody expected."""
HERE = Path(__file__).resolve().parents[2]

Found = TypeVar("Found")


def house(name: str, filed: str) -> House:
    """A row of six shops, kept by 孙启帆."""
    return House(
        kind=CarrierKind.STREET,
        name=name,
        address=name.removesuffix("沿街商铺"),
        subdistrict="310104003",
        manager="huilan",
        owner="上海槿安资产管理有限公司",
        floors=range(1, 7),
        filed=filed,
        taken=0.0,
    )


HOUSES = [house("天平路沿街商铺", "approved"), house("武康路沿街商铺", "none"), house("田林路沿街商铺", "submitted")]
ON_FILE, NOT_ON_FILE, UNDER_REVIEW = (each.name for each in HOUSES)


class Installation:
    """What runs, by name: web-1, web-2, worker, postgres, s3."""

    def __init__(self, settings: Settings, servers: Embedded, processes: Processes, s3: Line, client: str) -> None:
        self.settings = settings
        self.servers = servers
        self.processes = processes
        self.s3 = s3
        self.client = client
        """The token of an intake system, whose clerk ZC-0803 is 周敏."""
        self._urls = {"web-1": settings.url}

    def url(self, web: str = "web-1") -> str:
        return self._urls[web]

    async def start_web(self, name: str, **changes: str) -> None:
        """Another web process over the same things; `changes` are variables of its environment."""
        listen = f"127.0.0.1:{free_port()}"
        self._urls[name] = f"http://{listen}"
        await self.start(name, "serve", ZHUSUO_LISTEN=listen, **changes)

    async def start(self, name: str, *words: str, **changes: str) -> None:
        program = Program(
            name=name,
            argv=(sys.executable, "-m", "zhusuo", *words),
            env={**up.environment(self.settings), "ZHUSUO_PAGE_SECONDS": "20", "ZHUSUO_FREE_SPACE_MB": "0", **changes},
            folder=HERE,
            log=self.settings.home / f"{name}.log",
        )
        ready = (lambda: self.answers(name)) if words == ("serve",) else None
        await self.processes.start(program, ready=ready)

    async def answers(self, web: str) -> None:
        async with httpx.AsyncClient() as client:
            (await client.get(f"{self.url(web)}/readyz")).raise_for_status()

    def pid(self, name: str) -> int | None:
        return (self.servers.processes if name in ("postgres", "s3") else self.processes).pid(name)

    async def kill(self, name: str) -> None:
        """kill -9, as soon as there is something to kill."""
        pid = await until(lambda: _now(self.pid(name)))
        os.kill(pid, signal.SIGKILL)

    @asynccontextmanager
    async def without_postgres(self) -> AsyncIterator[None]:
        """PostgreSQL is killed, and whoever calls it is hung up on, until the block is left."""
        port = urlsplit(self.settings.database_url).port

        async def instead() -> asyncio.Server | None:
            try:
                return await asyncio.start_server(lambda _, writer: writer.transport.abort(), "127.0.0.1", port)
            except OSError:
                await self.kill("postgres")
                return None

        server = await until(instead)
        try:
            yield
        finally:
            server.close()
            await self.ask("SELECT 1")

    def readers(self) -> list[psutil.Process]:
        """The children of the worker that read documents."""
        pid = self.pid("worker")
        children = psutil.Process(pid).children(recursive=True) if pid else []
        return [each for each in children if "ocr.child" in each.cmdline()]

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        database = await Database.open(self.settings.database_url, connections=2)
        try:
            yield database
        finally:
            await database.close()

    async def ask(self, sql: str, *args: Any) -> list[dict[str, Any]]:
        """Look at rows, as soon as PostgreSQL answers."""

        async def rows() -> list[dict[str, Any]]:
            connection = await asyncpg.connect(self.settings.database_url, timeout=5)
            try:
                await postgres.prepare(connection)
                return [dict(row) for row in await connection.fetch(sql, *args)]
            finally:
                await connection.close()

        return await patiently(rows, (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError))

    async def document(self, document_id: UUID) -> Document:
        async def one() -> Document | None:
            async with self.database() as database, database.connection() as db:
                return await documents.by_id(db, document_id)

        found = await patiently(one, (*postgres.Down, asyncpg.PostgresError))
        assert found is not None
        return found

    async def settled(self, document_id: UUID) -> Document:
        """The document when it has been read, or could not be."""

        async def done() -> Document | None:
            found = await self.document(document_id)
            return found if found.status.value in ("read", "unreadable") else None

        return await until(done)

    async def given_up(self, document_id: UUID) -> Document:
        """The same, without the pauses between two attempts."""

        async def done() -> Document | None:
            await self.pauses_end()
            found = await self.document(document_id)
            return found if found.status.value in ("read", "unreadable") else None

        return await until(done)

    async def holds_end(self) -> None:
        """The time of all that is held is over: whoever held it and is dead does not keep it."""
        await self.ask("UPDATE tasks SET held_until = now() WHERE held_until > now() AND done_at IS NULL")
        await self.ask("SELECT pg_notify('zhusuo_tasks', 'read_document')")

    async def pauses_end(self) -> None:
        """What waits for its next attempt has waited long enough."""
        await self.ask(
            """
            UPDATE tasks
               SET due_at = now()
             WHERE due_at > now()
               AND hold_token IS NULL
               AND done_at IS NULL
            """
        )
        await self.ask("SELECT pg_notify('zhusuo_tasks', 'read_document')")

    async def broken(self) -> list[Result]:
        """The invariants that do not hold, every object read."""
        async with self.database() as database:
            store = Store.open(store_settings(self.settings))
            try:
                return await broken_invariants(database, store, self.settings, depth=Depth.ALL)
            finally:
                await store.close()

    def unforeseen(self) -> list[str]:
        """What the logs of our processes say of faults that nobody expected."""
        logs = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(self.settings.home.glob("*.log"))]
        return [fault for log in logs for fault in UNFORESEEN.findall(log)]


class Person:
    """Somebody at a browser: signed in with a password, every form with the token of the page."""

    def __init__(self, installation: Installation, login: str) -> None:
        self.installation = installation
        self.login = login
        self.web = "web-1"
        self._cookies: dict[str, str] = {}
        self._csrf_token = ""

    async def ask(
        self, method: str, path: str, *, web: str = "", headers: dict[str, str] | None = None, **kwargs: Any
    ) -> httpx.Response:
        """One request, with a connection of its own. HTML must be valid."""
        url = self.installation.url(web or self.web)
        given = {"origin": url, "accept": "text/html", **(headers or {})}
        async with httpx.AsyncClient(cookies=self._cookies, timeout=60) as client:
            answer = await client.request(method, url + path, headers=given, **kwargs)
        if answer.headers.get("content-type", "").startswith("text/html") and answer.content:
            html.parse(answer.text)
        return answer

    async def get(self, path: str, *, web: str = "") -> httpx.Response:
        return await self.ask("GET", path, web=web)

    async def post(self, path: str, *, web: str = "", **fields: Any) -> httpx.Response:
        """A form, as our pages send it."""
        return await self.ask("POST", path, web=web, data={"_csrf_token": self._csrf_token, **fields})

    async def send(
        self, method: str, path: str, *, web: str = "", json: Any = None, content: bytes | None = None
    ) -> httpx.Response:
        """What the upload script sends."""
        headers = {"accept": "application/json", "x-csrftoken": self._csrf_token}
        return await self.ask(method, path, web=web, headers=headers, json=json, content=content)

    def headers(self, path: str, size: int) -> bytes:
        """The head of a PUT as it goes over the wire."""
        lines = [
            f"PUT {path} HTTP/1.1",
            f"host: {urlsplit(self.installation.url(self.web)).netloc}",
            f"cookie: {COOKIE}={self._cookies[COOKIE]}",
            f"x-csrftoken: {self._csrf_token}",
            "accept: application/json",
            "content-type: application/octet-stream",
            f"content-length: {size}",
        ]
        return "\r\n".join([*lines, "", ""]).encode()

    async def sign_in(self) -> None:
        answer = await self.ask("POST", "/sign-in", data={"login": self.login, "password": district.PASSWORD})
        assert answer.status_code == 303, answer.text
        self._cookies = {COOKIE: answer.cookies[COOKIE]}
        notices = await self.get("/notices")
        token = re.search(r'name="_csrf_token" value="([^"]+)"', notices.text)
        assert token is not None
        self._csrf_token = token[1]

    async def actor(self, database: Database) -> Actor:
        """Who they are to the verbs."""
        async with database.connection() as db:
            found = await by_session(db, people.hash_token(self._cookies[COOKIE]), 60)
        assert found is not None
        return found[0]

    async def begin(self, filing_id: UUID, name: str, content: bytes, *, web: str = "") -> httpx.Response:
        question = {"purpose": "filing", "filing_id": str(filing_id), "name": name, "size": len(content)}
        return await self.send("POST", "/uploads", web=web, json=question)

    async def upload(self, filing_id: UUID, name: str, content: bytes, *, web: str = "") -> httpx.Response:
        return await self.upload_for({"purpose": "filing", "filing_id": str(filing_id)}, name, content, web=web)

    async def upload_for(self, what: dict[str, str], name: str, content: bytes, *, web: str = "") -> httpx.Response:
        """A file in chunks, as the script sends it, up to the answer that ends it."""
        begun = await self.send("POST", "/uploads", web=web, json={**what, "name": name, "size": len(content)})
        if begun.status_code != 201:
            return begun
        upload = begun.json()
        size = upload["chunk_bytes"]
        for number in range(-(-len(content) // size)):
            if number not in upload["received"]:
                part = content[number * size : (number + 1) * size]
                answer = await self.send("PUT", f"/uploads/{upload['id']}/chunks/{number}", web=web, content=part)
                if answer.status_code != 200:
                    return answer
        return await self.send("POST", f"/uploads/{upload['id']}/finish", web=web)

    async def upload_until_taken(self, filing_id: UUID, name: str, content: bytes, *, webs: list[str]) -> UUID:
        """The same as often as it takes, at whichever web process answers: the script tries again after 5xx."""
        deadline = time.monotonic() + PATIENCE
        turn = 0
        while True:
            turn += 1
            try:
                answer = await self.upload(filing_id, name, content, web=webs[turn % len(webs)])
            except AWAY:
                pass
            else:
                if answer.status_code == 200:
                    return UUID(answer.json()["id"])
                assert answer.status_code == 503, answer.text
            assert time.monotonic() < deadline, "never taken"
            await asyncio.sleep(0.2)


async def _now(value: Found) -> Found:
    return value


async def until(ask: Callable[[], Awaitable[Found | None]], seconds: float = PATIENCE) -> Found:
    """What `ask` says as soon as it says something."""
    deadline = time.monotonic() + seconds
    while not (found := await ask()):
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)
    return found


async def patiently(
    ask: Callable[[], Awaitable[Found]], away: tuple[type[BaseException], ...], seconds: float = PATIENCE
) -> Found:
    """What `ask` says as soon as nobody it needs is away."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return await ask()
        except away:
            assert time.monotonic() < deadline, "it did not come back"
            await asyncio.sleep(0.1)


@asynccontextmanager
async def installation() -> AsyncIterator[Installation]:
    """In a folder of its own, not pytest's: that one is shut to others, and PostgreSQL may run as somebody else."""
    home = Path(tempfile.mkdtemp(prefix="zhusuo-faults-"))
    servers = await Embedded.start(home, fsync=False)
    processes = Processes()
    try:
        async with line(servers.store_settings.endpoint) as s3:
            asked = Settings(home=home, listen=f"127.0.0.1:{free_port()}", free_space_mb=0)
            store = replace(servers.store_settings, endpoint=s3.endpoint)
            settings = up.reaching(asked, servers.database_url, store)
            await up.prepare(settings)
            found = Installation(settings, servers, processes, s3, await _fill(settings))
            await asyncio.gather(
                found.start("web-1", "serve"), found.start_web("web-2"), found.start("worker", "worker")
            )
            yield found
            await processes.stop()
    finally:
        await processes.stop()
        await servers.stop()
        shutil.rmtree(home, ignore_errors=True)


async def _fill(settings: Settings) -> str:
    """Three rows of shops; the token of an intake system that may file and reuse."""
    async with opened(settings) as things:
        await load.load(things, today(), lambda *_: None, houses=HOUSES, specimens=(), to_file=())
        async with things.database.connection() as db:
            row = await db.fetchrow("SELECT id, organisation_id FROM persons WHERE login = 'zhoumin'")
        assert row is not None
        client_id, token = await people.add_client(
            things.database,
            None,
            organisation_id=row["organisation_id"],
            name="断点受理系统",
            scopes=frozenset({"filings", "reuses", "leases", "lookup"}),
        )
        await people.map_clerk(things.database, None, client_id, "ZC-0803", row["id"])
        return token
