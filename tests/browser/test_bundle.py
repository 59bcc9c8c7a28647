"""Documents that speak: a bundle dropped as a new user would, read, handed in, approved, and leases against it."""

import base64
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

import zhusuo
from tests.browser.conftest import Installation, keep, profile, sign_in, strike

pytestmark = pytest.mark.browser

BUNDLE = Path(zhusuo.__file__).parent / "specimens" / "bundle-04"
TRUTH: dict[str, Any] = json.loads((BUNDLE / "truth.json").read_text(encoding="utf-8"))
CARRIER = TRUTH["carrier"]
PAPERS = [each for each in TRUTH["documents"] if each["kind"] != "lease"]
READ_MS = 300_000
"""A minute where nothing else runs; here other tests may."""
DROP = """([target, files]) => {
  const transfer = new DataTransfer();
  for (const [name, data] of files) {
    const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
    transfer.items.add(new File([bytes], name));
  }
  for (const kind of ["dragenter", "dragover", "drop"])
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


async def test_a_bundle_is_dropped_read_handed_in_and_approved_and_every_lease_gets_its_verdict(
    page: Page, browser: Browser, installation: Installation
) -> None:
    await sign_in(page, installation, "chenlu")
    await page.goto(f"{installation.url}/filings/new?q={CARRIER['name']}")
    await page.get_by_role("link", name=CARRIER["name"]).click()
    await page.get_by_role("button", name="开始").click()
    await page.get_by_role("radio", name=re.compile("产权人自行出租")).first.check()
    await page.get_by_role("button", name="下一步：单元范围").click()
    await page.get_by_role("button", name="下一步：上传材料").click()
    await page.wait_for_url("**/documents")
    await _dropped(page)
    await _read(page)
    await page.keyboard.press("Alt+ArrowRight")
    await _facts_with_their_places(page)
    await strike(page, "Alt+ArrowRight")
    await page.get_by_role("checkbox", name=re.compile("我已阅读")).check()
    await strike(page, "Control+Enter")
    await expect(page.get_by_role("heading", name="已提交，等待审核")).to_be_visible()

    async with profile(browser) as clerk:
        await sign_in(clerk, installation, "zhoumin")
        await _approved(clerk, installation)
        for lease in TRUTH["leases"]:
            await _answered(clerk, installation, lease)


async def _dropped(page: Page) -> None:
    """All papers of the bundle at once, from the desktop onto the page."""
    files = [[each["file"], base64.b64encode((BUNDLE / each["file"]).read_bytes()).decode()] for each in PAPERS]
    target = await page.locator("zs-upload .drop").element_handle()
    await page.evaluate(DROP, [target, files])
    await expect(page.locator("#filing-list > ul > li[id^=doc-]")).to_have_count(len(PAPERS), timeout=READ_MS)


async def _read(page: Page) -> None:
    """Every paper is taken for what it is, and the checklist is content."""
    await expect(page.locator("#filing-list").get_by_text("已读取")).to_have_count(len(PAPERS), timeout=READ_MS)
    for each in PAPERS:
        await expect(page.get_by_label(f"{each['file']} 的种类")).to_have_value(each["kind"])
    await expect(page.locator("#filing-needs")).to_contain_text("齐了")
    await keep(page, "bundle-read")


async def _facts_with_their_places(page: Page) -> None:
    """Fields and the chain stand on the page, each a click from where it was read."""
    await expect(page.get_by_role("heading", name="使用权链")).to_be_visible()
    await expect(page.locator(".chain .holder").first).to_contain_text(CARRIER["owner"]["name"])
    deed = page.get_by_role("table", name="01-产证.pdf 读出的内容")
    for name, label in (("owner", "权利人"), ("certificate_number", "证书编号"), ("location", "坐落")):
        said = PAPERS[0]["fields"][name]["text"]
        await expect(deed.get_by_role("row", name=re.compile(f"^{label} ")).first).to_contain_text(said)
    await keep(page, "bundle-chain")
    await deed.get_by_role("row", name=re.compile("^权利人 ")).get_by_role("link").click()
    await expect(page.locator(".sheet [data-box]").first).to_be_visible()
    await page.wait_for_load_state("networkidle")
    await keep(page, "bundle-place")
    await page.go_back()
    await expect(page.get_by_role("heading", name="使用权链")).to_be_visible()


async def _approved(page: Page, installation: Installation) -> None:
    await page.goto(f"{installation.url}/approval/filings")
    await page.get_by_role("link", name=CARRIER["name"]).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(CARRIER["name"])
    await strike(page, "c")
    await expect(page.get_by_text("周敏 领件到")).to_be_visible()
    await strike(page, "1")
    await expect(page.get_by_role("button", name=re.compile("^通过"))).to_be_visible()
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".zs-head").get_by_text("已通过")).to_be_visible()


async def _answered(page: Page, installation: Installation, lease: dict[str, Any]) -> None:
    """At the counter: a lease without a defect agrees, any other blocks with the places that were compared."""
    await page.goto(f"{installation.url}/approval")
    await expect(page.locator("#f-address")).to_be_focused()
    await page.keyboard.type(f"{CARRIER['address']}{lease['units'][0]}")
    await page.get_by_label("申请人").fill(lease["lessee"])
    await page.get_by_label("案件编号").fill("2026-XJH-110404")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name=re.compile(r"已备案，\s*覆盖本单元"))).to_be_visible()
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="选择文件", exact=True).click()
    await (await choosing.value).set_files(BUNDLE / lease["file"])
    panel = page.locator("#lease")
    await expect(panel.locator(".finds")).to_be_visible(timeout=READ_MS)
    await page.wait_for_load_state("networkidle")
    await keep(page, f"bundle-{Path(lease['file']).stem}")
    blocking = panel.locator(".clash.bad")
    if lease["valid"] and _holds(lease, installation.day):
        await expect(blocking).to_have_count(0)
        return
    await expect(blocking.first).to_be_visible()
    if lease["defect"] == "lessor_has_no_right":
        await expect(blocking.first).to_contain_text(lease["lessor"])
        await expect(blocking.first.locator("figure .pen")).to_have_count(2)


def _holds(lease: dict[str, Any], day: date) -> bool:
    return date.fromisoformat(lease["starts_on"]) <= day <= date.fromisoformat(lease["ends_on"])
