"""Turnover reaches the counter: a move-out on the stacking plan comes to the open card and to other open plans."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Installation, keep, sign_in

pytestmark = pytest.mark.browser


async def test_a_move_out_reaches_the_open_card_and_the_open_plan(page: Page, installation: Installation) -> None:
    await sign_in(page, installation, "sunqifan")
    await page.get_by_role("row", name=re.compile("汇澜大厦")).get_by_role("link", name="入驻图").click()
    plan = page.url
    await page.locator('zs-stacking a[data-status="resident"]').nth(2).click()
    drawer = page.locator("#drawer")
    tenant = await drawer.locator(".lead").first.inner_text()
    unit = await drawer.locator("h2").inner_text()

    browser = page.context.browser
    assert browser is not None
    clerk = await (await browser.new_context()).new_page()
    await sign_in(clerk, installation, "zhoumin")
    await clerk.goto(f"{installation.url}/approval?address=汇澜大厦{unit}")
    residents = clerk.locator("#residents")
    await expect(residents).to_contain_text(tenant)
    await expect(residents).to_contain_text("物业名册")
    other = await page.context.new_page()
    await other.goto(plan)
    vacant = other.locator('button[data-show="vacant"] .num')
    before = await vacant.inner_text()

    await drawer.locator("summary", has_text="已迁出").click()
    await drawer.get_by_role("button", name="确认已迁出").click()
    await expect(residents).not_to_contain_text(tenant, timeout=15_000)
    await expect(vacant).not_to_have_text(before, timeout=15_000)
    await keep(clerk, "turnover-card")

    await clerk.locator("summary", has_text="请监管踏看").click()
    await clerk.get_by_label("为什么要去看").fill("物业报告已迁出，请核实")
    await clerk.get_by_role("button", name="发给监管所").click()
    await expect(clerk.locator("#residents")).to_contain_text("已请监管去看")
    await clerk.context.close()
