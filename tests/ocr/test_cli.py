"""Files to JSON without a database."""

import json
from pathlib import Path

import pikepdf
from PIL import ImageDraw

from ocr.cli import read_files
from tests.ocr.make import LEASE_WITH_TEXT, PLAN_WITH_TEXT
from tests.ocr.test_seals import letters, sheet


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


async def test_hidden_words_that_contradict_the_picture_are_reported_and_the_picture_counts(tmp_path: Path) -> None:
    picture = sheet(8)
    ImageDraw.Draw(picture).text((170, 900), "建筑面积198.54平方米", fill=(20, 20, 20), font=letters(40))
    picture.save(tmp_path / "scan.pdf", resolution=170)
    with pikepdf.open(tmp_path / "scan.pdf") as pdf:
        page = pdf.pages[0]
        page.Resources.Font = pikepdf.Dictionary(
            F1=pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        )
        page.contents_add(b"BT 3 Tr /F1 12 Tf 72 400 Td (the area is 311.77 square metres, says nobody) Tj ET")
        pdf.save(tmp_path / "租赁合同.pdf")
    [report] = await read_files([tmp_path / "租赁合同.pdf"], processes=1)
    [page] = report["pages"]
    assert "198.54" in page["text"]
    assert "311" not in page["text"]
    assert "hidden_text" in [flaw["code"] for flaw in page["quality"]]
    assert any("文字与画面不一致" in warning for warning in report["warnings"])
