"""A whole installation in its own processes, with a street of the demo district in it, and a real browser."""

import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.support.browser import chromium
from tests.support.s3 import free_port
from zhusuo import up
from zhusuo.demo import district
from zhusuo.demo.load import intake_origin, load
from zhusuo.embedded import Embedded
from zhusuo.ports.common.app import today
from zhusuo.processes import Processes, Program
from zhusuo.serve import opened
from zhusuo.settings import Settings

HOUSES = (
    *("汇澜大厦", "望岸国际大厦", "望岸国际二座", "云杉中心"),
    *("天平路沿街商铺", "漕屿科技园", "斜桥商务中心", "滨屿天地二座"),
)
SPECIMENS = ("bundle-06",)
INTAKE = "zhusuo.demo.intake"
ARTEFACTS = Path(__file__).resolve().parents[2] / "artefacts"
# A slow machine under load is no fault of ours; waiting this long costs nothing where it is not needed.
PATIENCE_MS = 30_000
WORKER_MS = 180_000
"""How long reading, and whatever else the worker does, may take."""
expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True, kw_only=True)
class Installation:
    url: str
    intake: str
    settings: Settings
    day: date


@pytest.fixture(scope="session")
async def installation() -> AsyncIterator[Installation]:
    """Web, worker and intake as separate processes over the embedded servers."""
    home = Path(tempfile.mkdtemp(prefix="zhusuo-browser-"))
    servers = await Embedded.start(home, fsync=False)
    processes = Processes()
    try:
        asked = Settings(home=home, listen=f"127.0.0.1:{free_port()}", free_space_mb=0)
        settings = up.reaching(asked, servers.database_url, servers.store_settings)
        await up.prepare(settings)
        houses = [house for house in district.houses() if house.name in HOUSES]
        async with opened(settings) as things:
            token = await load(things, today(), lambda *_: None, houses=houses, specimens=SPECIMENS)
        (home / "intake.json").write_text(json.dumps({"token": token}))
        environment = up.environment(settings)
        for name, words in (("serve", ("zhusuo", "serve")), ("worker", ("zhusuo", "worker")), ("intake", (INTAKE,))):
            argv = (sys.executable, "-m", *words)
            await processes.start(Program(name=name, argv=argv, env=environment, log=home / f"{name}.log"))
        await _listening(settings.port)
        await _listening(settings.port + 1)
        yield Installation(url=settings.url, intake=intake_origin(settings), settings=settings, day=today())
    finally:
        await processes.stop()
        await servers.stop()
        shutil.rmtree(home, ignore_errors=True)


async def _listening(port: int) -> None:
    for _ in range(1200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise TimeoutError(f"nothing listens on {port}")


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@asynccontextmanager
async def profile(browser: Browser, *, said: list[str] | None = None, **options: Any) -> AsyncIterator[Page]:
    """A fresh browser profile; what the console complains of fails the test, unless the caller collects it (`said`).

    A form that comes back with its errors (422) is an answer, no complaint.
    """
    complaints = [] if said is None else said

    def hear(text: str) -> None:
        if "422" not in text:
            complaints.append(text)

    options = {"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN", **options}
    context = await browser.new_context(**options)
    context.set_default_timeout(2 * PATIENCE_MS)
    found = await context.new_page()
    found.on("console", lambda message: hear(message.text) if message.type == "error" else None)
    found.on("response", lambda answer: hear(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    found.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield found
    finally:
        await context.close()
    if said is None:
        assert complaints == []


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    async with profile(browser) as found:
        yield found


async def sign_in(page: Page, installation: Installation, login: str) -> None:
    await page.goto(f"{installation.url}/sign-in")
    await page.get_by_label("用户名").fill(login)
    await page.get_by_label("口令").fill(district.PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "/sign-in" not in url)


async def strike(page: Page, *keys: str) -> None:
    """Press keys on a page that has just come: it has loaded when its scripts hear them."""
    await page.wait_for_load_state()
    for key in keys:
        await page.keyboard.press(key)


async def reloaded_until(page: Page, wanted: Locator, *, within_ms: int = WORKER_MS) -> None:
    """Look again and again, as people do where the worker has something to do first."""
    deadline = time.monotonic() + within_ms / 1000
    await page.wait_for_load_state()
    while not await wanted.count() and time.monotonic() < deadline:
        await page.wait_for_timeout(1_000)
        await page.reload()
    await expect(wanted.first).to_be_visible()


async def kept_here(page: Page) -> None:
    """Wait until the phone has the page that is open and all it is made of, for where there is no line."""
    await page.wait_for_function(
        """async () => {
          const parts = performance.getEntriesByType("resource").map((each) => each.name);
          const wanted = [location.href, ...parts.filter((each) => new URL(each).pathname.startsWith("/static/"))];
          const found = await Promise.all(wanted.map((each) => caches.match(each, { ignoreVary: true })));
          return found.every(Boolean);
        }"""
    )


async def confirmed_fields(installation: Installation) -> int:
    """How many fields clerks have confirmed."""
    db = await asyncpg.connect(installation.settings.database_url)
    try:
        return int(await db.fetchval("SELECT count(*) FROM document_fields WHERE confirmed_at IS NOT NULL"))
    finally:
        await db.close()


async def keep(page: Page, name: str) -> None:
    """A screenshot for people to look at."""
    ARTEFACTS.mkdir(exist_ok=True)
    await page.screenshot(path=ARTEFACTS / f"{name}.png")
