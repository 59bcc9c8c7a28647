"""With the keyboard alone through the filing wizard, on a phone and zoomed to 200 %, with large text: the focus can
always be seen, and it gets everywhere."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

import zhusuo
from tests.browser.conftest import WORKER_MS, Installation, keep, profile, sign_in
from tests.support.browser import misfits

pytestmark = pytest.mark.browser

PLAN = Path(zhusuo.__file__).parent / "specimens" / "bundle-06" / "IMG_7472.jpg"
WINDOWS = (ViewportSize(width=720, height=450), ViewportSize(width=360, height=740))
MOST_STOPS = 150
UNSEEN = """() => {
  const focused = document.activeElement;
  if (focused === document.body) return null;
  const around = [focused, focused.closest("label"), focused.nextElementSibling, focused.closest(".ask")];
  const ringed = around.some((each) => each && getComputedStyle(each).outlineStyle !== "none" &&
    parseFloat(getComputedStyle(each).outlineWidth) >= 2);
  const places = around.filter((each) => each && each !== focused.nextElementSibling);
  const seen = places.some((each) => [...each.getClientRects()].some((box) =>
    [[0.5, 0.5], [0.1, 0.2], [0.9, 0.8], [0.1, 0.8], [0.9, 0.2]].some(([across, down]) => {
      const hit = document.elementFromPoint(box.left + box.width * across, box.top + box.height * down);
      return hit && (each.contains(hit) || hit.contains(each) && !hit.matches("body, main, html"));
    })));
  const said = focused.outerHTML.slice(0, 120);
  return ringed && seen ? "" : `${ringed ? "covered or outside" : "no ring"}: ${said}`;
}"""
"""What is wrong with how the focus is shown; nothing where it is seen; null where it has left the page."""


async def test_a_filing_is_put_together_with_the_keyboard_alone(browser: Browser, installation: Installation) -> None:
    async with profile(browser, reduced_motion="reduce") as page:
        await page.context.add_cookies([{"name": "zs-text", "value": "large", "url": installation.url}])
        await sign_in(page, installation, "sunqifan")
        await _is_walked(page)
        await page.goto(f"{installation.url}/filings/new")
        await _press(page, page.get_by_role("link", name="望岸国际二座"))
        await _press(page, page.get_by_role("button", name="开始"))
        await page.wait_for_url("**/carrier")
        await _press(page, page.get_by_role("button", name="下一步：单元范围"))
        await page.wait_for_url("**/scope")
        await _press(page, page.get_by_role("button", name="下一步：上传材料"))
        await page.wait_for_url("**/documents")
        async with page.expect_file_chooser() as choosing:
            await _press(page, page.get_by_role("button", name="选择文件", exact=True))
        await (await choosing.value).set_files(PLAN)
        kind = page.get_by_label("IMG_7472.jpg 的种类")
        await kind.focus()
        row = page.locator("#filing-list > ul > li", has=kind)
        await expect(row).to_contain_text(re.compile("已读取|没认出种类"), timeout=WORKER_MS)
        await expect(kind).to_be_focused()  # the row was drawn anew meanwhile
        await keep(page, "keyboard-documents")
        await _press(page, page.get_by_role("link", name="下一步：核对"))
        await page.wait_for_url("**/check")
        await _press(page, page.get_by_role("link", name=re.compile("下一步：声明提交|去补材料")))


async def _press(page: Page, wanted: Locator) -> None:
    """Tab through the whole page in every window, then to what is wanted, and Enter."""
    await _is_walked(page)
    await wanted.wait_for()
    async for _ in _stops(page):
        if await wanted.evaluate("element => element === document.activeElement"):
            await page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard does not get to {wanted}")


async def _is_walked(page: Page) -> None:
    assert await misfits(page) == {}
    for window in WINDOWS:
        await page.set_viewport_size(window)
        assert [said async for said in _stops(page) if said] == []


async def _stops(page: Page) -> AsyncIterator[str]:
    """From the top of the page, Tab by Tab: what is wrong with each stop."""
    await page.evaluate(
        "() => { document.activeElement.blur(); getSelection().collapse(document.body, 0); scrollTo(0, 0); }"
    )
    for _ in range(MOST_STOPS):
        await page.keyboard.press("Tab")
        said = await page.evaluate(UNSEEN)
        if said is None:
            return
        yield said
    raise AssertionError("the focus never leaves the page")
