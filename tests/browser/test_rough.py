"""Rough handling: impatient clicks, the way back, two windows, a session that ends."""

import re

import asyncpg
import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Installation, keep, profile, sign_in, strike
from zhusuo.demo import district

pytestmark = pytest.mark.browser

STORED = "JSON.stringify({...sessionStorage, ...localStorage})"


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
    await _sign_in_again(page, "linan")
    await expect(page.get_by_text("这是刚才没有提交成的内容")).to_be_visible()
    await expect(page.get_by_label("名称")).to_have_value("梧桐雅苑")
    await expect(page.get_by_label("主要地址")).to_have_value("湖南路 288 号")
    await expect(page.get_by_label("类型")).to_have_value(kind)
    await keep(page, "brought-back")
    await page.reload()
    await expect(page.get_by_label("名称")).to_have_value("")


async def test_what_was_typed_is_not_kept_for_another_person_and_a_password_for_nobody(
    page: Page, installation: Installation
) -> None:
    await sign_in(page, installation, "linan")
    await page.goto(f"{installation.url}/approval/carriers/new")
    await page.get_by_label("名称").fill("梧桐雅苑")
    await page.get_by_label("主要地址").fill("湖南路 288 号")
    await page.get_by_label("类型").select_option(index=1)
    await page.get_by_label("街镇").select_option(index=1)
    other = await page.context.new_page()
    await other.goto(f"{installation.url}/approval")
    await other.get_by_role("button", name="退出").click()
    await expect(other.get_by_role("heading", name="登录住所云")).to_be_visible()
    await page.get_by_role("button", name="新增载体").click()
    await _sign_in_again(page, "zhoumin")
    await page.wait_for_url("**/approval/carriers/new")
    await expect(page.get_by_label("名称")).to_have_value("")
    await expect(page.get_by_label("主要地址")).to_have_value("")
    assert "梧桐雅苑" not in await page.evaluate(STORED)

    await sign_in(page, installation, "admin")
    await page.goto(f"{installation.url}/admin/people")
    await page.get_by_label("姓名", exact=True).fill("赵知微")
    await page.get_by_label("用户名", exact=True).fill("zhaozhiwei")
    await page.get_by_label("初始口令").fill("wutong-yayuan-288")
    await page.get_by_label("机构", exact=True).select_option(index=1)
    await page.get_by_label("岗位", exact=True).select_option(index=1)
    await _end_sessions(installation, "admin")
    await page.get_by_role("button", name="新增人员").click()
    await expect(page.get_by_text("登录已过期，刚才的内容没有提交")).to_be_visible()
    assert "赵知微" in await page.evaluate(STORED)
    assert "wutong-yayuan-288" not in await page.evaluate(STORED)
    await _sign_in_again(page, "admin")
    await expect(page.get_by_label("姓名", exact=True)).to_have_value("赵知微")
    await expect(page.get_by_label("初始口令")).to_have_value("")


async def test_a_session_that_ends_while_a_part_of_the_page_is_asked_for_loses_nothing_typed(
    browser: Browser, installation: Installation
) -> None:
    async with profile(browser, said=[]) as page:
        await sign_in(page, installation, "linan")
        await page.goto(f"{installation.url}/approval?address=肇嘉浜路1366号1803室")
        await page.evaluate("customElements.whenDefined('zs-upload').then(() => true)")
        await _end_sessions(installation, "linan")
        async with page.expect_file_chooser() as choosing:
            await page.get_by_role("button", name="选择文件", exact=True).click()
        await (await choosing.value).set_files({"name": "租赁合同.pdf", "mimeType": "", "buffer": b"%PDF-1.7"})
        await expect(page.locator("#zs-running")).to_contain_text("登录已过期。请刷新页面")
        await page.get_by_label("申请人").fill("上海栖木数字科技有限公司")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("heading", name="登录住所云")).to_be_visible()
        await expect(page.get_by_text("请重新登录，登录后回到刚才的页面。")).to_be_visible()
        await _sign_in_again(page, "linan")
        await expect(page.get_by_text("已替您填回")).to_be_visible()
        await expect(page.get_by_label("申请人")).to_have_value("上海栖木数字科技有限公司")
        await expect(page.get_by_role("heading", name=re.compile("已备案"))).to_be_visible()


async def test_a_form_from_before_a_new_sign_in_comes_back_and_its_answer_is_reloaded_without_sending(
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
        await page.get_by_label("主要地址").fill("湖南路")
        await page.get_by_role("button", name="新增载体").click()
        await expect(page.locator(".errs")).to_be_focused()
        await expect(page).to_have_url(f"{installation.url}/approval/carriers/new")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.method))
        await page.reload()
        assert "POST" not in sent
        await expect(page.get_by_label("名称")).to_have_value("")


async def test_an_impatient_manager_starts_one_filing_and_gives_it_up_in_another_window(
    browser: Browser, installation: Installation
) -> None:
    async with profile(browser, said=[]) as page:
        await sign_in(page, installation, "heyining")
        await page.goto(f"{installation.url}/filings/new")
        await page.get_by_role("link", name="漕屿科技园").click()
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        start = page.get_by_role("button", name="开始")
        await expect(start).to_be_visible()
        await page.wait_for_load_state()
        await start.evaluate("button => { button.click(); button.click(); button.click(); }")
        await page.wait_for_url(re.compile("/filings/[0-9a-f-]{36}"))
        assert len(sent) == 1
        filing = page.url.removesuffix("/carrier")
        await page.go_back()
        await page.wait_for_url(re.compile("/filings/new"))
        assert len(sent) == 1
        await page.goto(f"{filing}/scope")
        other = await page.context.new_page()
        await other.goto(f"{installation.url}/property/filings?view=mine")
        draft = other.get_by_role("row", name=re.compile("漕屿科技园.*草稿"))
        await expect(draft).to_have_count(1)
        await draft.locator("summary", has_text="作废").click()
        await draft.get_by_role("button", name="确认作废").click()
        await expect(draft).to_have_count(0)
        await page.get_by_role("button", name=re.compile("下一步")).click()
        await expect(page.get_by_text("这份备案现在是“已作废”，内容不能再改。")).to_be_visible()
        await page.get_by_role("link", name="返回上一步").click()
        await expect(page.get_by_role("heading", name="已作废")).to_be_visible()
        for bookmark in ("documents", "phone", "submit"):
            await page.goto(f"{filing}/{bookmark}")
            await expect(page.get_by_role("heading", name="已作废")).to_be_visible()


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
        await strike(other, "2")
        await other.get_by_role("checkbox", name="缺页").check()
        await other.keyboard.press("Control+Enter")
        await expect(other.locator(".zs-head").get_by_text("退回补正")).to_be_visible()
        await strike(page, "1", "Control+Enter")
        await expect(page.locator(".errs")).to_be_focused()
        await expect(page.locator("form[data-decide]")).to_have_count(0)
        await keep(page, "decided-elsewhere")
        await page.reload()
        await expect(page.locator(".zs-head").get_by_text("退回补正")).to_be_visible()
        await expect(page.locator(".errs")).to_have_count(0)
        await other.go_back()
        await other.wait_for_load_state()
        await expect(other.locator("form[data-decide]")).to_have_count(0)


async def _sign_in_again(page: Page, login: str) -> None:
    await expect(page.get_by_role("heading", name="登录住所云")).to_be_visible()
    await page.wait_for_load_state()
    await page.get_by_label("用户名").fill(login)
    await page.get_by_label("口令").fill(district.PASSWORD)
    await page.keyboard.press("Enter")


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
