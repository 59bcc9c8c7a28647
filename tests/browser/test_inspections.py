"""A supervisor in a basement: the finding and its photographs lie in the phone until there is a line again."""

import asyncio
import io
import random
import re

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Installation, keep, profile, sign_in
from tests.support.browser import faults

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
HERE = {"geolocation": {"latitude": 31.19, "longitude": 121.43}, "permissions": ["geolocation"]}


def photograph(name: str, wide: int, high: int) -> dict[str, object]:
    """Noise, which does not compress."""
    found = io.BytesIO()
    noise = random.Random(wide).randbytes(wide * high * 3)
    Image.frombytes("RGB", (wide, high), noise).save(found, "JPEG", quality=95)
    return {"name": name, "mimeType": "image/jpeg", "buffer": found.getvalue()}


async def to_a_visit(page: Page, installation: Installation) -> str:
    """From the stacking plan to the spot; which room it is."""
    await sign_in(page, installation, "wangqiang")
    await page.goto(f"{installation.url}/supervision/carriers")
    await page.get_by_role("link", name="汇澜大厦").first.click()
    unit = page.locator('zs-stacking a[data-status="ending"]').filter(has_text=re.compile(r"\b\d{4}\b")).first
    room = re.search(r"\d{4}", await unit.inner_text())
    await unit.click()
    await page.get_by_role("link", name="安排核查").click()
    await page.get_by_role("button", name="我已在现场，现在就看").click()
    await page.wait_for_url("**/visit")
    assert room is not None
    return room[0]


async def kept(page: Page) -> None:
    """Wait until the phone has the page that is open, for where there is no line."""
    for _ in range(100):
        if await page.evaluate("path => caches.match(path).then(Boolean)", page.url):
            return
        await asyncio.sleep(0.1)
    raise TimeoutError("the page was not kept")


async def test_a_finding_from_a_basement_arrives_with_its_photographs(
    browser: Browser, installation: Installation
) -> None:
    said: list[str] = []
    async with profile(browser, said=said, **PHONE, **HERE) as page:
        room = await to_a_visit(page, installation)
        assert await faults(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
        await page.wait_for_function(
            "caches.open('zhusuo-pages').then(cache => cache.keys()).then(keys => keys.length)"
        )
        await page.context.set_offline(True)
        await page.reload()
        await page.get_by_label("无人").check()
        await page.get_by_label("说明").fill("门锁着，邻居说年初搬走")
        files = page.locator("[data-photos]")
        await files.nth(1).set_input_files([photograph("门口.jpg", 640, 480), photograph("大堂.jpg", 1600, 1200)])  # type: ignore[list-item]
        await expect(page.locator("[data-count]")).to_have_text("2 张")
        await page.get_by_role("button", name="记下位置").click()
        await expect(page.locator("[data-place]").last).to_contain_text("位置已记下")
        await page.reload()  # a battery that died
        await expect(page.locator("[data-count]")).to_have_text("2 张")
        await keep(page, "supervisor-visit")
        await page.get_by_role("button", name="记录结论").click()
        await expect(page.get_by_role("heading", name="结论已记下")).to_be_visible()
        await expect(page.get_by_text("结论和 2 张照片已存在本机")).to_be_visible()
        await keep(page, "supervisor-outbox")
        await page.context.set_offline(False)
        await expect(page.get_by_text("照片也已全部送达")).to_be_visible(timeout=60_000)
        await page.get_by_role("link", name="看这次核查").click()
        await expect(page.get_by_text("门锁着，邻居说年初搬走")).to_be_visible()
        await expect(page.get_by_text(re.compile("31.19000"))).to_be_visible()
        await expect(page.locator(".visit-photos li")).to_have_count(2)
        await expect(page.get_by_text("在手机上等待发送")).to_have_count(0)
    async with profile(browser) as counter:
        await sign_in(counter, installation, "zhoumin")
        await counter.goto(f"{installation.url}/approval?address=汇澜大厦{room}室")
        await expect(counter.get_by_text(re.compile("现场核查.*登记企业不在，现场无人")).first).to_be_visible()
        await counter.get_by_role("link", name="看照片和说明").click()
        await expect(counter.get_by_text("门锁着，邻居说年初搬走")).to_be_visible()
        assert await faults(counter) == []
        await keep(counter, "clerk-sees-the-finding")
    assert [each for each in said if "INTERNET_DISCONNECTED" not in each] == []


async def test_what_was_kept_while_the_session_ended_is_sent_after_signing_in_again(
    browser: Browser, installation: Installation
) -> None:
    async with profile(browser, said=[], **PHONE) as page:
        await to_a_visit(page, installation)
        await page.wait_for_function(
            "caches.open('zhusuo-pages').then(cache => cache.keys()).then(keys => keys.length)"
        )
        await page.context.set_offline(True)
        await page.get_by_label("拒绝配合").check()
        await page.get_by_role("button", name="记录结论").click()
        await expect(page.get_by_text("结论已存在本机")).to_be_visible()
        visit = page.url
        await page.context.clear_cookies()
        await page.context.set_offline(False)
        await page.get_by_role("button", name="现在发送").click()
        await expect(page.get_by_text("登录已过期")).to_be_visible()
        await sign_in(page, installation, "wangqiang")
        await page.goto(visit.removesuffix("/visit"))
        await expect(page.get_by_role("heading", name="核查结论")).to_have_count(0)
        for _ in range(15):  # the outbox sends on its own; it is hidden before it begins, too
            await page.wait_for_timeout(2_000)
            await page.reload()
            if await page.get_by_role("heading", name="核查结论").count():
                break
        await expect(page.get_by_role("heading", name="核查结论")).to_be_visible()
        await page.goto(f"{installation.url}/supervision")
        await page.get_by_role("button", name="退出").click()
        await page.wait_for_url("**/sign-in*")
        assert await page.evaluate("caches.has('zhusuo-pages')") is False
