"""Rough handling: impatient clicks, the way back, two windows, a session that ends."""

import re
from pathlib import Path

import asyncpg
import pytest
from playwright.async_api import Browser, Page, expect

import zhusuo
from tests.browser.conftest import Installation, keep, profile, sign_in

pytestmark = pytest.mark.browser

SPECIMENS = Path(zhusuo.__file__).parent / "specimens"


async def test_a_session_that_ends_over_a_form_says_so_and_brings_back_what_was_typed(
    page: Page, installation: Installation
) -> None:
    await sign_in(page, installation, "linan")
    await page.goto(f"{installation.url}/approval/carriers/new")
    await page.get_by_label("名称").fill("梧桐雅苑")
    await page.get_by_label("主要地址").fill("湖南路 288 号")
    await page.get_by_label("类型").select_option(index=2)
    await page.get_by_label("街镇").select_option(index=1)
    kind = await page.get_by_label("类型").input_value()
    await _end_sessions(installation, "linan")
    await page.get_by_role("button", name="新增载体").click()
    await expect(page.get_by_text("登录已过期，刚才的内容没有提交")).to_be_visible()
    await keep(page, "session-ended")
    await page.get_by_label("用户名").fill("linan")
    await page.get_by_label("口令").fill("zhusuo-demo")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("这是刚才没有提交成的内容")).to_be_visible()
    await expect(page.get_by_label("名称")).to_have_value("梧桐雅苑")
    await expect(page.get_by_label("主要地址")).to_have_value("湖南路 288 号")
    await expect(page.get_by_label("类型")).to_have_value(kind)
    await keep(page, "brought-back")
    await page.reload()
    await expect(page.get_by_label("名称")).to_have_value("")


async def test_a_form_from_before_a_new_sign_in_is_refused_with_a_sentence_and_comes_back(
    browser: Browser, installation: Installation
) -> None:
    async with profile(browser, said=[]) as page:
        await sign_in(page, installation, "linan")
        await page.goto(f"{installation.url}/approval/carriers/new")
        await page.get_by_label("名称").fill("梧桐雅苑")
        await page.get_by_label("主要地址").fill("湖南路 288 号")
        await page.get_by_label("类型").select_option(index=1)
        await page.get_by_label("街镇").select_option(index=1)
        other = await page.context.new_page()
        await sign_in(other, installation, "linan")
        await page.get_by_role("button", name="新增载体").click()
        await expect(page.get_by_text("页面已过期，请刷新后重新提交。")).to_be_visible()
        await page.get_by_role("link", name="返回上一步").click()
        await expect(page.get_by_label("名称")).to_have_value("梧桐雅苑")
        await page.get_by_role("button", name="新增载体").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("梧桐雅苑")


async def test_an_impatient_manager_starts_one_filing_and_back_does_not_submit_again(
    browser: Browser, installation: Installation
) -> None:
    async with profile(browser, said=[]) as page:
        await sign_in(page, installation, "heyining")
        await page.goto(f"{installation.url}/filings/new")
        await page.get_by_role("link", name="漕屿科技园").click()
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        start = page.get_by_role("button", name="开始")
        await start.evaluate("button => { button.click(); button.click(); button.click(); }")
        await page.wait_for_url(re.compile("/filings/[0-9a-f-]{36}"))
        assert len(sent) == 1
        await page.go_back()
        await page.wait_for_url(re.compile("/filings/new"))
        assert len(sent) == 1
        await page.goto(f"{installation.url}/property/filings?view=mine")
        await expect(page.get_by_role("row", name=re.compile("漕屿科技园.*草稿"))).to_have_count(1)


async def test_what_was_decided_in_another_window_is_said_in_this_one(
    browser: Browser, installation: Installation
) -> None:
    async with profile(browser, said=[]) as page:
        await sign_in(page, installation, "zhoumin")
        await page.goto(f"{installation.url}/approval/filings")
        await page.get_by_role("link", name="斜桥商务中心").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("斜桥商务中心")
        other = await page.context.new_page()
        await other.goto(page.url)
        await other.keyboard.press("2")
        await other.get_by_role("checkbox", name="缺页").check()
        await other.keyboard.press("Control+Enter")
        await expect(other.locator(".zs-head").get_by_text("退回补正")).to_be_visible()
        await page.keyboard.press("1")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator(".errs")).to_be_focused()
        await expect(page.locator("form[data-decide]")).to_have_count(0)
        await keep(page, "decided-elsewhere")


async def _end_sessions(installation: Installation, login: str) -> None:
    """As the clock does after the idle minutes."""
    db = await asyncpg.connect(installation.settings.database_url)
    try:
        await db.execute(
            "DELETE FROM sessions WHERE person_id = (SELECT id FROM persons WHERE login = $1)",
            login,
        )
    finally:
        await db.close()
