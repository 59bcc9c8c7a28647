"""A real Chromium, and what axe has to say about a page in it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


LOOKS = {"a phone, large text": (360, 740, 20), "zoomed to 200 %": (720, 450, 16), "text of 24 px": (1366, 768, 24)}
"""Width, height and the size of text that the reader has chosen for all pages."""
CUT = """() => {
  const hides = (way) => ["hidden", "clip"].includes(way);
  const inScroller = (element) => {
    for (let up = element.parentElement; up !== document.body; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== "visible") return true;
    return false;
  };
  const skipped = "svg, svg *, .sr, .zs-skip, [title], [title] *, .unit, .unit *"; // told on hover, or in the drawer
  const over = (each) => each.getBoundingClientRect().right > innerWidth + 1 && !inScroller(each);
  const cut = (each) => {
    const [wide, high] = [each.scrollWidth > each.clientWidth + 1, each.scrollHeight > each.clientHeight + 3];
    if (each.clientWidth < 2 || !(wide || high) || !each.innerText?.trim()) return false;
    const style = getComputedStyle(each);
    return (wide && hides(style.overflowX)) || (high && hides(style.overflowY));
  };
  const found = [...document.body.querySelectorAll("*")]
    .filter((each) => (over(each) || cut(each)) && !each.matches(skipped) && each.checkVisibility());
  if (document.scrollingElement.scrollWidth > innerWidth + 1) found.unshift(document.body);
  return found.slice(0, 5).map((each) => `${each.outerHTML.slice(0, 120)} … ${each.innerText.slice(0, 40)}`);
}"""
"""What sticks out of the window or is cut off and nowhere told in full: nothing may be, in whatever look."""


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


async def misfits(page: Page) -> dict[str, list[str]]:
    """Look → what does not fit the window there; the page is left as it was."""
    session = await page.context.new_cdp_session(page)
    before, found = page.viewport_size, {}
    for look, (width, height, text) in LOOKS.items():
        await page.set_viewport_size({"width": width, "height": height})
        await session.send("Page.setFontSizes", {"fontSizes": {"standard": text, "fixed": text}})
        if wrong := await page.evaluate(CUT):
            found[look] = wrong
    await session.send("Page.setFontSizes", {"fontSizes": {"standard": 16, "fixed": 13}})
    await session.detach()
    if before is not None:
        await page.set_viewport_size(before)
    return found
