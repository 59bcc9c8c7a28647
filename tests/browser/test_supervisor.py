"""The supervisor's day: what is on file in the subdistricts, who sits in a building, who is registered there."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Installation, keep, sign_in

pytestmark = pytest.mark.browser


async def test_from_the_overview_to_a_unit_and_its_businesses(page: Page, installation: Installation) -> None:
    await sign_in(page, installation, "wangqiang")
    await expect(page.get_by_role("heading", level=1)).to_have_text("辖区总览")
    await keep(page, "supervisor-overview")
    await page.get_by_role("link", name="看表格").press("Enter")
    await expect(
        page.get_by_role("table", name="街镇覆盖").get_by_role("row", name=re.compile("徐家汇街道"))
    ).to_be_visible()
    await page.get_by_role("link", name="载体", exact=True).press("Enter")
    await page.get_by_role("link", name="汇澜大厦").press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("汇澜大厦")
    await page.locator('zs-stacking a[data-status="ending"]').first.press("Enter")
    await expect(page.locator("#drawer h2")).to_be_visible()
    await expect(page.get_by_role("button", name="已迁出")).to_have_count(0)
    await keep(page, "supervisor-unit")
    await page.get_by_role("link", name=re.compile("登记企业 \\d+")).press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("登记企业")
    await expect(page.get_by_role("row", name=re.compile("汇澜大厦")).first).to_be_visible()
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name=re.compile("导出")).click()
    assert Path(await (await waiting.value).path()).read_bytes().startswith(b"PK")


async def test_the_overview_fits_a_phone(page: Page, installation: Installation) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await sign_in(page, installation, "wangqiang")
    for path in ("/supervision", "/supervision/carriers", "/supervision/registrations"):
        await page.goto(installation.url + path)
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
    await keep(page, "supervisor-phone")
