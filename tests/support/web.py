"""The whole web app over a test's database, and visitors with or without a session, a token or a panel."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from litestar import Litestar

from storage.store import Store
from tests.support import html
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.db import Database
from zhusuo.lookup.roads import Roads
from zhusuo.people import store as people
from zhusuo.people.actions import add_client, hash_token
from zhusuo.people.model import Actor
from zhusuo.ports.common.app import create_app
from zhusuo.ports.common.guard import COOKIE
from zhusuo.serve import ROOMS
from zhusuo.settings import Settings, new_token
from zhusuo.signing import Signer

ORIGIN = "http://zhusuo.test"
LEXICON = Lexicon.load()


class Visitor(httpx.AsyncClient):
    """A browser or a foreign system; every HTML answer must be valid HTML, whole or as a fragment."""

    csrf_token: str = ""

    async def request(self, *args: Any, **kwargs: Any) -> httpx.Response:
        answer = await super().request(*args, **kwargs)
        if answer.headers.get("content-type", "").startswith("text/html") and answer.content:
            whole = answer.text.lstrip().lower().startswith("<!doctype")
            html.parse(answer.text) if whole else html.fragment(answer.text)
        return answer

    async def submit(self, path: str, **fields: Any) -> httpx.Response:
        """Post a form as our own pages do."""
        return await self.post(path, data={"_csrf_token": self.csrf_token, **fields})


class Site:
    """The app as one process serves it. `app`, where one was put together before, is handed this test's things."""

    def __init__(
        self, database: Database, store: Store, settings: Settings, signer: Signer, app: Litestar | None = None
    ) -> None:
        self.database = database
        self.store = store
        self.settings = settings
        self.signer = signer
        self.app: Litestar = app or create_app(database, store, settings, signer, LEXICON, Roads(), ROOMS)
        self.app.state.update({"database": database, "store": store, "settings": settings, "signer": signer})

    @asynccontextmanager
    async def visitor(self, **headers: str) -> AsyncIterator[Visitor]:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        everywhere = {"origin": ORIGIN, "accept": "text/html", **headers}
        async with Visitor(transport=transport, base_url=ORIGIN, headers=everywhere) as visitor:
            yield visitor

    @asynccontextmanager
    async def signed_in(self, actor: Actor) -> AsyncIterator[Visitor]:
        """A browser in which this person has signed in."""
        token, csrf_token = new_token(), new_token()
        assert actor.person_id is not None
        async with self.database.transaction() as db:
            expires_at = datetime.now(UTC) + timedelta(hours=1)
            await people.insert_session(db, hash_token(token), actor.person_id, csrf_token, expires_at)
        async with self.visitor() as visitor:
            visitor.cookies.set(COOKIE, token)
            visitor.csrf_token = csrf_token
            yield visitor

    @asynccontextmanager
    async def client(self, actor: Actor, *scopes: str, quota: int = 600) -> AsyncIterator[Visitor]:
        """A foreign system of the actor's organisation, with a token of these scopes."""
        _, token = await add_client(
            self.database,
            None,
            organisation_id=actor.organisation_id,
            name=f"接入系统 {new_token(6)}",
            scopes=frozenset(scopes),
            quota_per_minute=quota,
        )
        async with self.visitor(authorization=f"Bearer {token}", accept="application/json") as visitor:
            yield visitor
