"""The button in a foreign intake system, on another site: from the form to the reuse and back by the keyboard."""

import asyncio
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import WORKER_MS, Installation, keep
from tests.support.browser import faults
from zhusuo.demo import papers
from zhusuo.demo.district import houses

pytestmark = pytest.mark.browser


async def test_a_clerk_gets_from_the_form_to_the_reuse_and_back_without_the_mouse(
    page: Page, installation: Installation, tmp_path: Path
) -> None:
    await page.goto(f"{installation.intake}/demo/intake/2026-XJH-110874")
    await page.keyboard.press("Alt+z")
    panel = page.frame_locator("iframe[title='住所云']")
    await expect(panel.get_by_role("heading", name=re.compile("已备案"))).to_be_visible()
    await keep(page, "intake-panel")
    await expect(panel.locator("#address")).to_have_value("上海市徐汇区虹桥路３号望岸国际大厦2105室")
    await panel.locator("#file").set_input_files(_lease(tmp_path, installation))
    await expect(panel.locator("#lease-answer [data-status=read]")).to_be_visible(timeout=WORKER_MS)
    await keep(page, "intake-lease")
    if await panel.locator("#reason").count():
        await panel.locator("#reason").fill("签章已人工核对，与原件一致。")
        await page.keyboard.press("Tab")
    else:
        await panel.locator("#reuse").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#reuse-number")).to_be_visible()
    await keep(page, "intake-done")
    address = await page.get_by_role("link", name="核验凭证").get_attribute("href")
    await page.goto(address or "")
    await expect(page.get_by_role("heading", name="凭证真实有效")).to_be_visible()


async def test_the_panel_asks_which_one_when_a_gate_has_several_buildings(
    page: Page, installation: Installation
) -> None:
    await page.goto(f"{installation.intake}/demo/intake/2026-XJH-110876")
    await page.keyboard.press("Alt+z")
    panel = page.frame_locator("iframe[title='住所云']")
    await expect(panel.get_by_text("请选择是哪一处")).to_be_visible()
    await panel.get_by_role("button", name=re.compile("望岸国际二座")).click()
    await expect(panel.get_by_role("heading", name=re.compile("已备案"))).to_be_visible()


async def test_escape_closes_the_panel_and_gives_the_focus_back(page: Page, installation: Installation) -> None:
    await page.goto(f"{installation.intake}/demo/intake/2026-XJH-110873")
    await page.keyboard.press("Alt+z")
    panel = page.frame_locator("iframe[title='住所云']")
    await expect(panel.locator(".verdict")).to_be_visible()
    await panel.locator("#main").focus()
    pressing = asyncio.ensure_future(page.keyboard.press("Escape"))
    await expect(page.locator("iframe")).to_have_count(0)
    await expect(page.get_by_role("button", name=re.compile("住所云"))).to_be_focused()
    pressing.cancel()  # who heard the key went with it, and may never say that it has
    await asyncio.gather(pressing, return_exceptions=True)


async def test_the_panel_is_accessible(page: Page, installation: Installation) -> None:
    await page.goto(f"{installation.intake}/demo/intake/2026-XJH-110873")
    await page.keyboard.press("Alt+z")
    panel = page.frame_locator("iframe[title='住所云']")
    await expect(panel.locator(".verdict")).to_be_visible()
    assert await faults(page) == []


def _lease(folder: Path, installation: Installation) -> Path:
    """The lease of 2105 with its owner, set like any paper of the demo."""
    house = next(house for house in houses() if house.name == "望岸国际大厦")
    paper = papers.lease_of(
        house,
        "2105室",
        Decimal("62.00"),
        lessor=house.owner,
        lessee="上海澜鹭文化传播有限公司",
        begins_on=installation.day - timedelta(days=10),
        ends_on=installation.day + timedelta(days=700),
    )
    path = folder / "租赁合同.pdf"
    path.write_bytes(papers.printed(paper))
    return path
