"""试用安装: the embedded servers, the newest schema, one web process and one worker, all ended together."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from pydantic import SecretStr

from storage.model import StoreSettings
from zhusuo import embedded
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.carriers.divisions import load_divisions
from zhusuo.db import Database
from zhusuo.embedded import AlreadyRunning, Embedded
from zhusuo.lookup.corrections.actions import rekey
from zhusuo.migrations import migrate
from zhusuo.processes import Processes, Program, asked_to_end
from zhusuo.settings import Settings


class PortTaken(Exception):
    """Somebody else listens where we are to answer."""

    def __init__(self, listen: str) -> None:
        super().__init__(f"{listen} 已被别的程序占用；请先结束它，或用 ZHUSUO_LISTEN 指定另一个地址。")


def reaching(settings: Settings, database_url: str, store: StoreSettings) -> Settings:
    """The settings with the places of the embedded servers filled in."""
    return settings.model_copy(
        update={
            "database_url": database_url,
            "s3_endpoint": store.endpoint,
            "s3_access_key": store.access_key,
            "s3_secret_key": SecretStr(store.secret_key),
            "s3_bucket": store.bucket,
            "s3_region": store.region,
            "s3_secure": store.secure,
        }
    )


def environment(settings: Settings) -> dict[str, str]:
    """What a process of ours needs to know to work with the same things."""
    return {
        "ZHUSUO_HOME": str(settings.home.resolve()),
        "ZHUSUO_LISTEN": settings.listen,
        "ZHUSUO_DATABASE_URL": settings.database_url,
        "ZHUSUO_S3_ENDPOINT": settings.s3_endpoint,
        "ZHUSUO_S3_ACCESS_KEY": settings.s3_access_key,
        "ZHUSUO_S3_SECRET_KEY": settings.s3_secret_key.get_secret_value(),
        "ZHUSUO_S3_BUCKET": settings.s3_bucket,
        "ZHUSUO_S3_REGION": settings.s3_region,
        "ZHUSUO_S3_SECURE": str(settings.s3_secure),
    }


@asynccontextmanager
async def reachable(settings: Settings) -> AsyncIterator[Settings]:
    """Settings whose database and store answer: the named ones, those of a running `zhusuo up`, or our own for now."""
    if settings.database_url:
        yield settings
        return
    try:
        servers = await Embedded.start(settings.home)
    except AlreadyRunning:
        yield reaching(settings, *embedded.addresses(settings.home))
        return
    try:
        found = reaching(settings, servers.database_url, servers.store_settings)
        await prepare(found)
        yield found
    finally:
        await servers.stop()


async def prepare(settings: Settings) -> None:
    """The newest schema, the divisions of the city, and corrections by today's grammar. Raises RoadsUnreadable."""
    lexicon = Lexicon.load(settings.roads)
    await migrate(settings.database_url)
    database = await Database.open(settings.database_url, connections=2)
    try:
        await load_divisions(database)
        await rekey(database, lexicon)
    finally:
        await database.close()


async def up(settings: Settings, *, then: Callable[[Settings, Processes], Awaitable[None]]) -> None:
    """Keep everything running until we are asked to end; `then` runs once the web process answers; what it starts in
    the processes it is given ends with the rest.

    Raises AlreadyRunning, PortTaken, WontStart.
    """
    _check_port(settings)
    servers = await Embedded.start(settings.home)
    ours = Processes()
    try:
        found = reaching(settings, servers.database_url, servers.store_settings)
        await prepare(found)
        for name in ("serve", "worker"):
            program = Program(
                name=name,
                argv=(sys.executable, "-m", "zhusuo", name),
                env=environment(found),
                log=found.home.resolve() / "log" / f"{name}.log",
            )
            ready = (lambda: _answers(found)) if name == "serve" else None
            await ours.start(program, ready=ready)
        ending = asyncio.create_task(asked_to_end())
        doing = asyncio.ensure_future(then(found, ours))
        await asyncio.wait({ending, doing}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            await doing
            await ending
        else:
            doing.cancel()
    finally:
        await ours.stop()  # while the servers they use still answer
        await servers.stop()


def _check_port(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((settings.host, settings.port))
        except OSError as error:
            raise PortTaken(settings.listen) from error


async def _answers(settings: Settings) -> None:
    reader, writer = await asyncio.open_connection(settings.host, settings.port)
    try:
        writer.write(b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n")
        line = await reader.readline()
    finally:
        writer.close()
    if b" 200" not in line:
        raise ConnectionError(line.decode(errors="replace"))
