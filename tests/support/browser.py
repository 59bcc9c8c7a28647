"""A real Chromium, and what axe has to say about a page in it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The system's Chromium where there is one, else the one that playwright installs."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found,
            args=["--headless", "--no-sandbox", "--disable-background-networking"],
        )
        yield browser
        await browser.close()


async def faults(page: Page) -> list[str]:
    """The violations axe finds, one line each; empty is what we want."""
    session = await page.context.new_cdp_session(page)
    # past the page's own policy, which rightly refuses code that is not ours
    await session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    found: dict[str, Any] = await page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    await session.detach()
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
