"""The manager's day: who is in the building, who has left, and a filing that came back."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

import zhusuo
from tests.browser.conftest import WORKER_MS, Installation, keep, sign_in, strike

pytestmark = pytest.mark.browser

BUNDLE = Path(zhusuo.__file__).parent / "specimens" / "bundle-06"


async def test_a_tenant_who_left_is_reported_from_the_keyboard(page: Page, installation: Installation) -> None:
    await sign_in(page, installation, "sunqifan")
    await strike(page, "ArrowDown")
    await expect(page.get_by_role("link", name="汇澜大厦").first).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("汇澜大厦")
    before = await _vacant(page)
    await keep(page, "manager-plan")

    await page.locator('zs-stacking a[data-status="resident"]').first.focus()
    await page.keyboard.press("Enter")
    drawer = page.locator("#drawer")
    await expect(drawer.get_by_text("现在还在这里办公吗？")).to_be_visible()
    await keep(page, "manager-unit")
    await page.keyboard.press("m")
    await drawer.get_by_role("button", name="确认已迁出").press("Enter")
    await expect(page.locator("#drawer").get_by_text("这里空着")).to_be_visible()
    await expect(page.locator('button[data-show="vacant"] .num')).to_have_text(re.compile(rf"^{before + 1}\b"))


async def test_a_returned_filing_is_mended_and_submitted_again(page: Page, installation: Installation) -> None:
    await sign_in(page, installation, "sunqifan")
    await page.get_by_role("link", name=re.compile("材料备案")).first.click()
    await page.get_by_role("row", name=re.compile("云杉中心")).get_by_role("link", name="去补正").click()
    await expect(page.get_by_role("heading", name="需要补正")).to_be_visible()
    await keep(page, "manager-returned")
    await strike(page, "Alt+ArrowRight")
    await expect(page.get_by_role("heading", name="还差什么")).to_be_visible()
    await page.get_by_role("button", name="移除 04-授权书.pdf").click()
    needs = page.locator("#filing-needs")
    await expect(needs).to_contain_text("缺 1 项")

    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="选择文件", exact=True).click()
    chooser = await choosing.value
    await chooser.set_files([BUNDLE / "02-授权.pdf", BUNDLE / "IMG_7472.jpg"])
    mandate = page.locator("#filing-list > ul > li", has_text="02-授权.pdf")
    await expect(mandate.get_by_role("progressbar").or_(mandate.get_by_text("已读取"))).to_be_visible()
    await keep(page, "manager-documents")
    await page.get_by_label("IMG_7472.jpg 的种类").select_option(label="平面图")
    await expect(mandate.get_by_text("已读取")).to_be_visible(timeout=WORKER_MS)
    await expect(page.get_by_label("02-授权.pdf 的种类")).to_have_value("mandate")
    await expect(page.get_by_label("IMG_7472.jpg 的种类")).to_have_value("floor_plan")
    await expect(needs).to_contain_text("齐了")
    await keep(page, "manager-documents-read")

    await strike(page, "Alt+ArrowRight")
    await expect(page.get_by_role("heading", name="材料清单")).to_be_visible()
    await keep(page, "manager-check")
    await strike(page, "Alt+ArrowRight")
    await page.get_by_role("checkbox", name=re.compile("我已阅读")).press("Space")
    await strike(page, "Control+Enter")
    await expect(page.get_by_role("heading", name="已提交，等待审核")).to_be_visible()
    await keep(page, "manager-submitted")


async def _vacant(page: Page) -> int:
    """The counter over the plan."""
    said = await page.locator('button[data-show="vacant"] .num').inner_text()
    return int(re.findall(r"\d+", said)[0])
