"""Files to JSON without a database."""

import json
from pathlib import Path

from ocr.cli import read_files
from tests.ocr.make import LEASE_WITH_TEXT, PLAN_WITH_TEXT


async def test_each_file_becomes_one_json(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    broken = tmp_path / "in" / LEASE_WITH_TEXT.name
    broken.write_bytes(b"<html></html>")
    seen: list[tuple[str, int, int]] = []

    await read_files(
        [LEASE_WITH_TEXT, PLAN_WITH_TEXT, broken],
        tmp_path / "out",
        processes=1,
        progress=lambda path, done, whole: seen.append((path.name, done, whole)),
    )

    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "03-平面图.pdf.json",
        "06-租赁合同2.pdf.2.json",
        "06-租赁合同2.pdf.json",
    ]
    lease = json.loads((tmp_path / "out" / "06-租赁合同2.pdf.json").read_text(encoding="utf-8"))
    assert (lease["file"], lease["kind"], len(lease["sha256"])) == ("06-租赁合同2.pdf", "lease", 64)
    assert 0.5 < lease["confidence"] <= 1
    assert [page["page"] for page in lease["pages"]] == [1, 2]
    assert lease["pages"][0]["lines"][0]["text"] == "房屋租赁合同"
    [lessor] = lease["fields"]["lessor"]
    assert (lessor["normal"], lessor["page"]) == ("上海禾舟投资发展有限公司", 1)
    assert lease["fields"]["term_end"][0]["normal"] == "2031-05-01"
    assert ("06-租赁合同2.pdf", 2, 2) in seen
    refused = json.loads((tmp_path / "out" / "06-租赁合同2.pdf.2.json").read_text(encoding="utf-8"))
    assert refused["error"]["code"] == "disguised"
    assert refused["error"]["message"].endswith("。")
