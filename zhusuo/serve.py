"""The web process: opens the database, the store and the signing key, and serves every room."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar

from storage.model import StoreSettings
from storage.store import Store
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.carriers import gates
from zhusuo.db import Database
from zhusuo.lookup.roads import Roads
from zhusuo.ports.admin.app import doors as admin
from zhusuo.ports.agency.app import doors as agency
from zhusuo.ports.api.app import doors as api
from zhusuo.ports.approval.app import doors as approval
from zhusuo.ports.common.app import create_app
from zhusuo.ports.embed.app import doors as embed
from zhusuo.ports.property.app import doors as property_
from zhusuo.ports.supervision.app import doors as supervision
from zhusuo.settings import Settings
from zhusuo.signing import Signer

ROOMS = [*approval, *property_, *supervision, *agency, *admin, *embed, *api]


@dataclass(frozen=True, kw_only=True)
class Things:
    """What a process of ours works with, opened."""

    settings: Settings
    database: Database
    store: Store
    signer: Signer
    lexicon: Lexicon
    roads: Roads


def store_settings(settings: Settings) -> StoreSettings:
    return StoreSettings(
        endpoint=settings.s3_endpoint,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
        bucket=settings.s3_bucket,
        region=settings.s3_region,
        secure=settings.s3_secure,
    )


def _lexicon(settings: Settings) -> Lexicon:
    """The words addresses are read by, the same for looking up as for entering."""
    lexicon = Lexicon.load(settings.roads)
    gates.know(lexicon)
    return lexicon


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Things]:
    """Open everything a web or worker process needs, and close it again."""
    database = await Database.open(settings.database_url, connections=settings.database_connections)
    store = Store.open(store_settings(settings))
    try:
        await store.ensure_bucket()
        signer = Signer.open(settings.signing_key)
        yield Things(
            settings=settings, database=database, store=store, signer=signer, lexicon=_lexicon(settings), roads=Roads()
        )
    finally:
        await store.close()
        await database.close()


def app(things: Things) -> Litestar:
    return create_app(
        things.database, things.store, things.settings, things.signer, things.lexicon, things.roads, ROOMS
    )


COLLECTIONS = (20_000, 20, 50)
"""How many new objects between two collections, and how many of the lesser ones to a greater: a page of a tall tower
makes tens of thousands of objects, and next to none of them in circles."""


def _leave_alone() -> None:
    """What is there by now is not looked through again at every collection: that takes tens of milliseconds."""
    gc.collect()
    gc.freeze()


def _warm(lexicon: Lexicon) -> None:
    """In a thread: the first address that needs the readings of all characters does not wait for them."""
    lexicon.warm()
    _leave_alone()


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    async with opened(settings) as things:
        server = Server(
            app(things),
            address=settings.host,
            port=settings.port,
            interface=Interfaces.ASGI,
            backlog=1024,
            log_access=False,
        )
        gc.set_threshold(*COLLECTIONS)
        _leave_alone()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.stop)
        loop.run_in_executor(None, _warm, things.lexicon)
        following = asyncio.create_task(things.roads.follow(settings.database_url))
        try:
            await server.serve()
        finally:
            following.cancel()
