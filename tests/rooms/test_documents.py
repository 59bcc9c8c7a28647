"""Files come in through the doors, in chunks or as a plain form, and their pages and originals are looked at."""

import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image

from storage.keys import content_key
from storage.store import Store
from tests import make
from tests.support.web import Site, Visitor
from zhusuo.db import Connection
from zhusuo.dossiers import actions
from zhusuo.dossiers.uploads import CHUNK_SIZE
from zhusuo.people.model import Actor

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@dataclass
class Desk:
    """A manager with a draft."""

    manager: Actor
    carrier_id: UUID
    filing_id: UUID


@pytest.fixture
async def desk(site: Site, db: Connection) -> Desk:
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id)
    filing = await actions.start_filing(site.database, manager, carrier_id)
    return Desk(manager=manager, carrier_id=carrier_id, filing_id=filing.id)


async def json(visitor: Visitor, method: str, path: str, **more: object) -> httpx.Response:
    headers = {"x-csrftoken": visitor.csrf_token, "accept": "application/json"}
    return await visitor.request(method, path, headers=headers, **more)


async def begun(visitor: Visitor, desk: Desk, content: bytes, name: str = "产权证.pdf") -> dict[str, object]:
    file = {"purpose": "filing", "filing_id": str(desk.filing_id), "name": name, "size": len(content)}
    answer = await json(visitor, "POST", "/uploads", json=file)
    assert answer.status_code == 201, answer.text
    found: dict[str, object] = answer.json()
    return found


# 断点续传


async def test_a_file_in_two_chunks_goes_on_where_it_broke_off(site: Site, db: Connection, desk: Desk) -> None:
    content = PDF + os.urandom(CHUNK_SIZE + 1000)
    async with site.signed_in(desk.manager) as visitor:
        upload = await begun(visitor, desk, content)
        assert upload["chunk_bytes"] == CHUNK_SIZE
        assert (await json(visitor, "POST", f"/uploads/{upload['id']}/finish")).status_code == 409
        path = f"/uploads/{upload['id']}/chunks"
        assert (await json(visitor, "PUT", f"{path}/0", content=content[:CHUNK_SIZE])).status_code == 200
        again = await begun(visitor, desk, content)
        assert (again["id"], again["received"]) == (upload["id"], [0])
        await json(visitor, "PUT", f"{path}/1", content=content[CHUNK_SIZE:])
        done = (await json(visitor, "POST", f"/uploads/{upload['id']}/finish")).json()
    row = await db.fetchrow("SELECT sha256, file_name FROM documents WHERE id = $1", UUID(done["id"]))
    assert row is not None
    assert (row["sha256"], row["file_name"]) == (hashlib.sha256(content).hexdigest(), "产权证.pdf")
    stat = await site.store.stat(content_key(row["sha256"]))
    assert stat is not None
    assert stat.size == len(content)


async def test_a_whole_file_longer_than_a_chunk_comes_in_one_request(site: Site, db: Connection, desk: Desk) -> None:
    content = PDF + os.urandom(CHUNK_SIZE + 1000)
    async with site.signed_in(desk.manager) as visitor:
        upload = await begun(visitor, desk, content)
        path = f"/uploads/{upload['id']}/whole"
        assert (await json(visitor, "PUT", path, content=content[:-1])).status_code == 409
        done = (await json(visitor, "PUT", path, content=content)).json()
    sha256 = await db.fetchval("SELECT sha256 FROM documents WHERE id = $1", UUID(done["id"]))
    assert sha256 == hashlib.sha256(content).hexdigest()


async def test_the_same_bytes_once_more_are_recognised_in_words(site: Site, desk: Desk) -> None:
    async with site.signed_in(desk.manager) as visitor:
        for name in ("产权证.pdf", "扫描件.pdf"):
            upload = await begun(visitor, desk, PDF, name)
            await json(visitor, "PUT", f"/uploads/{upload['id']}/chunks/0", content=PDF)
            done = (await json(visitor, "POST", f"/uploads/{upload['id']}/finish")).json()
    assert done["known"] is True
    assert "已关联" in done["note"]


async def test_a_chunk_longer_than_announced_is_refused_with_a_sentence(site: Site, desk: Desk) -> None:
    async with site.signed_in(desk.manager) as visitor:
        upload = await begun(visitor, desk, PDF)
        path = f"/uploads/{upload['id']}/chunks/0"
        for content in (PDF + b"x", os.urandom(CHUNK_SIZE + 1)):
            answer = await json(visitor, "PUT", path, content=content)
            assert answer.status_code == 413
            assert "文件太大" in answer.json()["detail"]


async def test_a_given_up_upload_is_gone(site: Site, db: Connection, desk: Desk) -> None:
    async with site.signed_in(desk.manager) as visitor:
        upload = await begun(visitor, desk, PDF)
        assert (await json(visitor, "DELETE", f"/uploads/{upload['id']}")).status_code == 204
        assert (await json(visitor, "POST", f"/uploads/{upload['id']}/finish")).status_code == 404
    assert await db.fetchval("SELECT count(*) FROM uploads") == 0


async def test_what_is_no_document_says_so_in_its_row(site: Site, desk: Desk) -> None:
    page = b"<!doctype html><title>x</title>"
    async with site.signed_in(desk.manager) as visitor:
        upload = await begun(visitor, desk, page, "产权证.pdf")
        await json(visitor, "PUT", f"/uploads/{upload['id']}/chunks/0", content=page)
        answer = await json(visitor, "POST", f"/uploads/{upload['id']}/finish")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert "网页" in answer.json()["detail"]


@pytest.mark.parametrize("named", [{}, {"filing_id": str(uuid4())}, {"carrier_id": str(uuid4())}])
async def test_nothing_can_be_brought_for_what_is_not_ones_own(site: Site, desk: Desk, named: dict[str, str]) -> None:
    async with site.signed_in(desk.manager) as visitor:
        answer = await json(
            visitor, "POST", "/uploads", json={"purpose": "filing", "name": "a.pdf", "size": 1, **named}
        )
    assert answer.status_code == 404


async def test_an_upload_without_the_token_of_the_page_is_refused(site: Site, desk: Desk) -> None:
    async with site.signed_in(desk.manager) as visitor:
        answer = await visitor.post("/uploads", json={"purpose": "filing", "name": "a.pdf", "size": 1})
    assert answer.status_code == 403


# 没有脚本的表单


async def test_a_plain_form_brings_a_lease_and_goes_back_with_it(site: Site, db: Connection, desk: Desk) -> None:
    clerk = await make.actor(db, role="clerk")
    fields = {"purpose": "lease", "carrier_id": str(desk.carrier_id), "back": "/approval?case=1", "keep": "lease"}
    async with site.signed_in(clerk) as visitor:
        answer = await visitor.post("/uploads/form", data=fields, files={"files": ("租赁合同.pdf", PDF)})
    found = await db.fetchval("SELECT id FROM documents WHERE purpose = 'lease' AND file_name = '租赁合同.pdf'")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/approval?case=1&lease={found}"


async def test_of_several_files_the_good_ones_are_kept(site: Site, db: Connection, desk: Desk) -> None:
    files = [("files", ("一.pdf", PDF)), ("files", ("二.pdf", b"<html>" * 9)), ("files", ("三.pdf", PDF + b"3"))]
    fields = {"purpose": "filing", "filing_id": str(desk.filing_id), "back": "//elsewhere.test/x"}
    async with site.signed_in(desk.manager) as visitor:
        answer = await visitor.post("/uploads/form", data=fields, files=files)
        good = await visitor.post("/uploads/form", data=fields, files=[files[0]])
    assert answer.status_code == 409
    assert "网页" in answer.text
    rows = await db.fetch("SELECT file_name FROM documents WHERE filing_id = $1 ORDER BY file_name", desk.filing_id)
    assert {row["file_name"] for row in rows} == {"一.pdf", "三.pdf"}
    assert good.headers["location"] == "/"


async def test_a_form_without_a_file_or_without_sense_is_answered_in_words(site: Site, desk: Desk) -> None:
    fields = {"purpose": "filing", "filing_id": str(desk.filing_id)}
    broken = {"content-type": "multipart/form-data; boundary=x"}
    async with site.signed_in(desk.manager) as visitor:
        empty = await visitor.post("/uploads/form", data=fields, files={"other": (None, "x")})
        half = await visitor.post("/uploads/form", content=b"--x\r\nContent-Disposition: form-data", headers=broken)
        long = await visitor.post("/uploads/form", data={**fields, "back": "x" * 5000}, files={"files": ("a", PDF)})
    assert empty.status_code == 422
    assert "请先选择文件" in empty.text
    assert (half.status_code, long.status_code) == (400, 400)


async def test_a_form_from_another_site_is_refused(site: Site, desk: Desk) -> None:
    fields = {"purpose": "filing", "filing_id": str(desk.filing_id)}
    async with site.signed_in(desk.manager) as visitor:
        answer = await visitor.post(
            "/uploads/form", data=fields, files={"files": ("a.pdf", PDF)}, headers={"origin": "http://evil.test"}
        )
    assert answer.status_code == 403


# 看


async def drawn(db: Connection, store: Store, desk: Desk, folder: Path) -> UUID:
    """A document with one page that was drawn and read."""
    picture = io.BytesIO()
    Image.new("RGB", (1400, 1980), "white").save(picture, "webp")
    path = folder / "page.webp"
    path.write_bytes(picture.getvalue())
    sha256 = await make.blob(db, content=picture.getvalue(), media_type="image/webp")
    await store.put_file(content_key(sha256), path, "image/webp")
    document_id = await make.document(
        db,
        carrier_id=desk.carrier_id,
        organisation_id=desk.manager.organisation_id,
        filing_id=desk.filing_id,
        file_name="01-产证\n“扫描”.pdf",
    )
    await make.page(db, document_id=document_id, text="房地产权证", preview_sha256=sha256)
    return document_id


async def test_a_page_is_a_picture_and_every_look_is_recorded(
    site: Site, db: Connection, desk: Desk, tmp_path: Path
) -> None:
    document_id = await drawn(db, site.store, desk, tmp_path)
    async with site.signed_in(desk.manager) as visitor:
        page = await visitor.get(f"/documents/{document_id}/pages/1.webp?width=700")
        thumb = await visitor.get(f"/documents/{document_id}/thumbs/1.webp")
        for name in ("2.webp", "x.webp", "1.png", "1"):
            assert (await visitor.get(f"/documents/{document_id}/pages/{name}")).status_code == 404
    for answer, width in ((page, 700), (thumb, 160)):
        assert answer.headers["content-type"] == "image/webp"
        assert Image.open(io.BytesIO(answer.content)).width == width
        assert answer.headers["cache-control"].startswith("private")
    seen = await db.fetch("SELECT action FROM audit_entries WHERE noun_id = $1 ORDER BY id", str(document_id))
    assert [row["action"] for row in seen] == ["view_page", "view_document"]


async def test_the_original_is_saved_under_its_name_and_never_opened(site: Site, db: Connection, desk: Desk) -> None:
    async with site.signed_in(desk.manager) as visitor:
        upload = await begun(visitor, desk, PDF, "产权证（第2版）.pdf")
        await json(visitor, "PUT", f"/uploads/{upload['id']}/chunks/0", content=PDF)
        done = (await json(visitor, "POST", f"/uploads/{upload['id']}/finish")).json()
        answer = await visitor.get(f"/documents/{done['id']}/content")
    assert answer.content == PDF
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E4%BA%A7")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_page_that_is_not_drawn_yet_asks_for_patience(site: Site, db: Connection, desk: Desk) -> None:
    document_id = await make.document(
        db,
        carrier_id=desk.carrier_id,
        organisation_id=desk.manager.organisation_id,
        filing_id=desk.filing_id,
        status="reading",
    )
    async with site.signed_in(desk.manager) as visitor:
        answer = await json(visitor, "GET", f"/documents/{document_id}/pages/1.webp")
    assert answer.status_code == 503
    assert "请稍候" in answer.json()["detail"]
