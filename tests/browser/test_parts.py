"""The parts of the page in a real Chromium, under the policy they are served with: seen, heard and driven by keys."""

import mimetypes
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.support import gallery
from tests.support.browser import chromium, faults
from zhusuo.ports.common import components
from zhusuo.ports.common.app import CSP

pytestmark = pytest.mark.browser

SITE = "http://zhusuo.test"
TEMPLATES = gallery.environment()
BLANK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1240 1754"><path d="M0 0h1240v1754H0z" fill="#fff"/></svg>'
)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@asynccontextmanager
async def opened(browser: Browser, path: str, *, theme: str = "light", text: str = "") -> AsyncIterator[Page]:
    """A page of the gallery; a message in the console (a broken policy, a script error) fails the test."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    said: list[str] = []

    async def answer(route: Route) -> None:
        asked = urlsplit(route.request.url).path
        if asked.startswith("/static/"):
            file = components.STATIC / asked.removeprefix("/static/")
            await route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "text/plain")
        elif asked.startswith("/pages/"):
            await route.fulfill(body=BLANK, content_type="image/svg+xml")
        else:
            name = asked.strip("/") if route.request.method == "GET" else "receipt"
            page = gallery.render(name, theme=theme, text=text, found=TEMPLATES)
            headers = {"Content-Security-Policy": CSP.format(ancestors="'none'")}
            await route.fulfill(body=page, content_type="text/html; charset=utf-8", headers=headers)

    await context.route("**/*", answer)
    page = await context.new_page()
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    await page.goto(SITE + path)
    await expect(page.locator("html")).to_have_class("js")
    yield page
    await context.close()
    assert said == []


@pytest.mark.parametrize(("theme", "text"), [("light", ""), ("dark", "large")])
@pytest.mark.parametrize("name", gallery.PAGES)
async def test_every_part_is_accessible_in_every_look(browser: Browser, name: str, theme: str, text: str) -> None:
    async with opened(browser, f"/{name}", theme=theme, text=text) as page:
        assert await faults(page) == []


async def test_single_keys_work_only_while_no_field_has_the_focus(browser: Browser) -> None:
    async with opened(browser, "/lists") as page:
        await page.keyboard.press("PageDown")
        await page.wait_for_url("**/lists?*after=c50*")
        field = page.locator("input[name=q]")
        await field.focus()
        await page.keyboard.press("End")
        await page.keyboard.press("PageUp")
        await page.keyboard.type("?")
        assert await field.input_value() == "汇澜?"
        assert "after=c50" in page.url


async def test_the_list_of_keys_can_switch_single_keys_off(browser: Browser) -> None:
    async with opened(browser, "/lookup") as page:
        await page.keyboard.press("?")
        dialog = page.get_by_role("dialog", name="快捷键")
        await expect(dialog.get_by_text("查询")).to_be_visible()
        await dialog.get_by_role("checkbox").uncheck()
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        await page.keyboard.press("/")
        await expect(page.locator("#f-address")).not_to_be_focused()
        await page.get_by_role("button", name="快捷键").click()
        await dialog.get_by_role("checkbox").check()
        await page.keyboard.press("Escape")
        await page.keyboard.press("/")
        await expect(page.locator("#f-address")).to_be_focused()


async def test_findings_are_walked_with_the_arrows(browser: Browser) -> None:
    async with opened(browser, "/lookup") as page:
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("ArrowDown")
        assert await page.evaluate("document.activeElement.closest('figure').textContent.includes('授权书 3 页')")
        await page.keyboard.press("Space")
        await page.wait_for_url("**/review?page=2")


async def test_dark_and_large_are_kept_in_a_cookie_and_past_its_loss(browser: Browser) -> None:
    async with opened(browser, "/lookup", theme="") as page:
        await page.get_by_role("button", name="深色").click()
        await page.get_by_role("button", name="大字").click()
        cookies = {cookie["name"]: cookie["value"] for cookie in await page.context.cookies()}
        assert (cookies["zs-theme"], cookies["zs-text"]) == ("dark", "large")
        await page.context.clear_cookies()
        await page.reload()
        await expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        await expect(page.get_by_role("button", name="大字")).to_have_attribute("aria-pressed", "true")
        assert {cookie["name"] for cookie in await page.context.cookies()} >= {"zs-theme", "zs-text"}


async def test_the_stacking_plan_is_one_tab_stop_and_is_walked_with_the_arrows(browser: Browser) -> None:
    async with opened(browser, "/stacking") as page:
        assert await page.locator('zs-stacking a[tabindex="0"]').count() == 1
        await page.locator('zs-stacking a[tabindex="0"]').focus()
        walked = []
        for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "Home", "End"):
            await page.keyboard.press(key)
            walked.append(await page.evaluate("document.activeElement.querySelector('b').textContent"))
        assert walked == ["1804", "1703", "1702", "1803", "1801", "1808"]


async def test_a_counter_filters_the_plan_and_the_address_remembers_it(browser: Browser) -> None:
    async with opened(browser, "/stacking") as page:
        vacant = page.get_by_role("button", name="空置")
        await vacant.click()
        await expect(vacant).to_have_attribute("aria-pressed", "true")
        left = page.locator("zs-stacking a.unit:not(.dim)")
        assert set(await left.evaluate_all("units => units.map(unit => unit.dataset.status)")) == {"vacant"}
        assert "show=vacant" in page.url
        await vacant.click()
        await expect(page.locator("zs-stacking a.unit.dim")).to_have_count(0)
        assert "show=" not in page.url


async def test_units_are_picked_with_space_or_ctrl_and_offered_to_be_merged(browser: Browser) -> None:
    async with opened(browser, "/stacking") as page:
        here = page.url
        units = page.locator("zs-stacking a.unit")
        await units.nth(0).focus()
        await page.keyboard.press("Space")
        await expect(page.locator(".picked a")).to_have_text("分割")
        await units.nth(1).click(modifiers=["Control"])
        bar = page.locator(".picked")
        await expect(bar).to_have_text("已选 2 个单元合并")
        assert "/merge?also=" in (await bar.locator("a").get_attribute("href") or "")
        assert page.url == here
        await units.nth(0).focus()
        await page.keyboard.press("Space")
        await units.nth(1).click(modifiers=["Control"])
        await expect(bar).to_have_count(0)


async def test_space_confirms_a_field_and_goes_to_the_next(browser: Browser) -> None:
    async with opened(browser, "/review") as page:
        await expect(page.locator("[data-field].now th")).to_have_text("用途")
        await page.keyboard.down("Space")
        await page.keyboard.down("Space")  # held: not a second confirmation
        await page.keyboard.up("Space")
        await expect(page.locator("[data-confirmed]")).to_have_text("5")
        await expect(page.locator("[data-field].now th")).to_have_text("房屋面积")
        await expect(page.locator(".boxes [data-box].now .no")).to_have_text("5")
        await expect(page.locator(".loupe [data-box] .no")).to_have_text("5")


async def test_a_box_on_the_page_leads_to_its_field(browser: Browser) -> None:
    async with opened(browser, "/review") as page:
        await page.locator('.boxes [data-box="2"] .no').click()
        await expect(page.locator("[data-field].now th")).to_have_text("坐落")


async def test_the_button_says_what_the_decision_will_do(browser: Browser) -> None:
    async with opened(browser, "/review") as page:
        await page.keyboard.press("3")
        await expect(page.get_by_role("button", name="不予通过")).to_be_visible()
        await page.keyboard.press("1")
        assert await page.locator("[name=decision]:checked").get_attribute("value") == "reject"


async def test_the_page_is_turned_and_enlarged_by_keys(browser: Browser) -> None:
    async with opened(browser, "/review") as page:
        before = await page.locator("svg.sheet").bounding_box()
        await page.keyboard.press("+")
        after = await page.locator("svg.sheet").bounding_box()
        assert before is not None
        assert after is not None
        assert after["width"] > before["width"]
        await page.keyboard.press("PageDown")
        await page.wait_for_url("**/review?page=3")


async def test_the_error_summary_takes_the_focus_and_leads_to_the_field(browser: Browser) -> None:
    async with opened(browser, "/forms") as page:
        await expect(page.locator(".errs")).to_be_focused()
        await page.get_by_role("link", name="请选择授权截止日期").click()
        await expect(page.locator("#f-until")).to_be_focused()


async def test_a_form_is_sent_once_however_often_it_is_clicked(browser: Browser) -> None:
    async with opened(browser, "/lookup") as page:
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        button = page.get_by_role("button", name="调用并出具凭证")
        await button.evaluate("button => { button.click(); button.click(); }")
        await page.wait_for_url("**/reuses")
        assert sent == [f"{SITE}/reuses"]


async def test_scripts_off_leaves_forms_that_work(browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.set_content(gallery.render("filing", found=TEMPLATES).replace('src="/static', 'src="data:,'))
    form = page.locator("form.drop")
    assert await form.get_attribute("enctype") == "multipart/form-data"
    assert await form.locator("input[type=file]").get_attribute("name") == "files"
    assert await page.locator("form[data-submit-on-change] button").count() == 5
    await context.close()
