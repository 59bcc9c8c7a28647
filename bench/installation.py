"""An installation of its own to measure: a fresh home, free ports, the real servers, one real web process.

There is no worker: nothing is read in the background while something else is measured.
"""

import asyncio
import secrets
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from pydantic import SecretStr

from zhusuo.db import Database
from zhusuo.embedded import Embedded
from zhusuo.people import actions as people
from zhusuo.people import store as person_rows
from zhusuo.people.model import Actor, Organisation, Role
from zhusuo.processes import Processes, Program
from zhusuo.settings import Settings
from zhusuo.up import environment, prepare, reaching

HOST = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Where it answers, and the process that does."""

    settings: Settings
    database: Database
    web: psutil.Process

    @property
    def url(self) -> str:
        return self.settings.url


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        port: int = taken.getsockname()[1]
        return port


def own_settings(home: Path) -> Settings:
    """Settings of their own, whatever the environment says about others."""
    return Settings(
        home=home,
        listen=f"{HOST}:{free_port()}",
        public_url="",
        database_url="",
        s3_endpoint="",
        s3_secret_key=SecretStr(""),
    )


@asynccontextmanager
async def servers() -> AsyncIterator[tuple[Settings, Database]]:
    """PostgreSQL and the store with the newest schema, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="zhusuo-bench-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL's own account has to pass through
        embedded = await Embedded.start(Path(folder) / "home")
        try:
            settings = reaching(own_settings(Path(folder) / "home"), embedded.database_url, embedded.store_settings)
            await prepare(settings)
            database = await Database.open(settings.database_url, connections=4)
            try:
                yield settings, database
            finally:
                await database.close()
        finally:
            await embedded.stop()


@asynccontextmanager
async def web(settings: Settings, database: Database) -> AsyncIterator[Installation]:
    """The web process on them, once it answers."""
    processes = Processes()
    log = settings.home / "log" / "serve.log"
    program = Program(name="serve", argv=(sys.executable, "-m", "zhusuo", "serve"), env=environment(settings), log=log)
    try:
        await processes.start(program, ready=lambda: _ready(settings.url))
        pid = processes.pid("serve")
        assert pid is not None
        yield Installation(settings=settings, database=database, web=psutil.Process(pid))
    finally:
        await processes.stop()


async def _ready(url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        (await client.get(f"{url}/readyz")).raise_for_status()


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """Somebody with a browser: what it sends along with every request."""

    actor: Actor
    cookie: str
    csrf_token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"cookie": f"zhusuo_session={self.cookie}", "accept": "text/html"}


async def somebody(database: Database, organisation: Organisation, role: Role) -> SignedIn:
    """A new person of the organisation, signed in."""
    login, password = f"bench-{secrets.token_hex(6)}", secrets.token_urlsafe(12)
    await people.add_person(
        database, None, organisation_id=organisation.id, role=role, name="量测", login=login, password=password
    )
    entered = await people.sign_in(database, login, password, HOST, hours=12)
    async with database.connection() as db:
        found = await person_rows.by_session(db, people.hash_token(entered.token), 45)
    assert found is not None
    return SignedIn(actor=found[0], cookie=entered.token, csrf_token=found[1])


async def rest(seconds: float = 0.5) -> None:
    """Let what was written reach the disk before the next thing is measured."""
    await asyncio.sleep(seconds)
