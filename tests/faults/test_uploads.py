"""Uploads while something is away or breaks off: a calm sentence, nothing half-written, and the same bytes once."""

import asyncio
import hashlib
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest

from tests.faults.installation import WEB, Installation, Person
from tests.ocr import hostile

pytestmark = pytest.mark.faults

STORE_AWAY = "存储服务暂时没有响应，请稍后再试；已保存的内容不会丢失。"
DATABASE_AWAY = "数据库暂时没有响应，请稍后再试；已保存的内容不会丢失。"
DISK_FULL = "服务器磁盘空间不足，暂停接收文件。请联系系统管理员；已上传的材料不受影响。"


def paper(folder: Path, words: str) -> bytes:
    """A lease of one page that says something of its own."""
    return hostile.plain_pdf(folder / "paper.pdf", f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET".encode()).read_bytes()


async def rows_of(installation: Installation, content: bytes) -> list[UUID]:
    """The documents that hold these bytes."""
    sha256 = hashlib.sha256(content).hexdigest()
    return [row["id"] for row in await installation.ask("SELECT id FROM documents WHERE sha256 = $1", sha256)]


async def form(person: Person, filing_id: UUID, name: str, content: bytes, *, web: str = "") -> httpx.Response:
    """The plain form, without JavaScript."""
    fields = {"purpose": "filing", "filing_id": str(filing_id), "back": "/notices"}
    return await person.ask("POST", "/uploads/form", web=web, data=fields, files={"files": (name, content)})


async def test_without_the_store_an_upload_is_refused_calmly_and_taken_afterwards(
    installation: Installation, manager: Person, filing_id: UUID, tmp_path: Path
) -> None:
    content = paper(tmp_path, "while the store was cut off")
    with installation.s3.cut():
        answer = await manager.upload(filing_id, "存储中断.pdf", content)
        assert (answer.status_code, answer.json()["detail"]) == (503, STORE_AWAY)
        answer = await form(manager, filing_id, "存储中断.pdf", content)
        assert answer.status_code == 503
        assert STORE_AWAY in answer.text
        assert (await manager.get("/notices")).status_code == 200
        health = await manager.get("/healthz")
        assert (health.status_code, health.json()["parts"]["storage"]) == (503, "存储没有响应")
    assert await rows_of(installation, content) == []
    assert (await manager.upload(filing_id, "存储中断.pdf", content)).status_code == 200
    assert len(await rows_of(installation, content)) == 1


async def test_a_slow_store_takes_its_time_and_pages_do_not(
    installation: Installation, manager: Person, filing_id: UUID, tmp_path: Path
) -> None:
    content = paper(tmp_path, "while the store was slow") + b"\n%" + b"x" * 2**20
    with installation.s3.slow(0.1):
        sending = asyncio.gather(
            manager.upload(filing_id, "存储缓慢.pdf", content), form(manager, filing_id, "存储缓慢.pdf", content)
        )
        pages = 0
        while not sending.done():
            began = time.monotonic()
            assert (await manager.get("/notices")).status_code == 200
            assert time.monotonic() - began < 20
            pages += 1
        chunked, plain = await sending
    assert (chunked.status_code, plain.status_code, pages > 1) == (200, 303, True)
    assert len(await rows_of(installation, content)) == 1


async def test_a_store_that_says_nothing_is_given_up_in_time_and_pages_go_on(
    installation: Installation, manager: Person, filing_id: UUID, tmp_path: Path
) -> None:
    content = paper(tmp_path, "while the store said nothing")
    with installation.s3.silent():
        began = time.monotonic()
        chunked, plain = await asyncio.gather(
            manager.upload(filing_id, "存储无声.pdf", content), form(manager, filing_id, "存储无声.pdf", content)
        )
        assert time.monotonic() - began < 40
        assert (chunked.status_code, chunked.json()["detail"]) == (503, STORE_AWAY)
        assert plain.status_code == 503
        assert STORE_AWAY in plain.text
    assert await rows_of(installation, content) == []
    assert (await manager.upload(filing_id, "存储无声.pdf", content)).status_code == 200


async def test_web_processes_outlive_a_database_that_goes_and_comes_back(
    installation: Installation, manager: Person, filing_id: UUID, tmp_path: Path
) -> None:
    webs = [installation.pid(web) for web in WEB]
    content = paper(tmp_path, "before and after the restart")
    async with installation.without_postgres():
        for web in WEB:
            page = await manager.get("/notices", web=web)
            assert page.status_code == 503
            assert DATABASE_AWAY in page.text
            announced = await manager.upload(filing_id, "数据库重启.pdf", content, web=web)
            assert (announced.status_code, announced.json()["detail"]) == (503, DATABASE_AWAY)
            health = await manager.get("/healthz", web=web)
            assert (health.status_code, health.json()["parts"]["database"]) == (503, "数据库没有响应")
    for web in WEB:
        assert (await manager.get("/notices", web=web)).status_code == 200
    assert (await manager.upload(filing_id, "数据库重启.pdf", content)).status_code == 200
    assert [installation.pid(web) for web in WEB] == webs


async def test_a_chunk_that_breaks_off_is_sent_again_to_another_web_process(
    installation: Installation, manager: Person, filing_id: UUID, tmp_path: Path
) -> None:
    content = paper(tmp_path, "in two chunks") + b"\n%" + b"x" * (9 * 2**20)
    begun = (await manager.begin(filing_id, "断线.pdf", content)).json()
    size = begun["chunk_bytes"]
    first = await manager.send("PUT", f"/uploads/{begun['id']}/chunks/0", content=content[:size])
    assert first.json()["received"] == [0]
    await asyncio.to_thread(break_off, manager, f"/uploads/{begun['id']}/chunks/1", content[size:])

    again = (await manager.begin(filing_id, "断线.pdf", content, web="web-2")).json()
    assert (again["id"], again["received"]) == (begun["id"], [0])
    early = await manager.send("POST", f"/uploads/{begun['id']}/finish", web="web-2")
    assert early.status_code == 409
    assert "没有传完整" in early.json()["detail"]
    assert await rows_of(installation, content) == []
    done = await manager.upload(filing_id, "断线.pdf", content, web="web-2")
    assert done.status_code == 200
    assert (await manager.get(f"/documents/{done.json()['id']}/content")).content == content


def break_off(person: Person, path: str, content: bytes) -> None:
    """Send half of a chunk and hang up."""
    where = urlsplit(person.installation.url())
    head = person.headers(path, len(content))
    with socket.create_connection((where.hostname, where.port)) as connection:
        connection.sendall(head + content[: len(content) // 2])
        time.sleep(0.2)


async def test_the_same_file_twenty_times_at_once_is_one_document(
    installation: Installation, manager: Person, filing_id: UUID, tmp_path: Path
) -> None:
    content = paper(tmp_path, "twenty times")
    answers = await asyncio.gather(
        *(manager.upload(filing_id, "重复.pdf", content, web=f"web-{1 + n % 2}") for n in range(10)),
        *(form(manager, filing_id, f"重复 {n}.pdf", content, web=f"web-{1 + n % 2}") for n in range(10)),
    )
    assert [each.status_code for each in answers] == [200] * 10 + [303] * 10
    [document_id] = await rows_of(installation, content)
    assert {UUID(each.json()["id"]) for each in answers[:10]} == {document_id}
    assert (await installation.settled(document_id)).status.value == "read"
    assert await installation.ask(
        """
        SELECT (SELECT count(*) FROM audit_entries WHERE noun_id = $1::uuid::text AND action = 'upload') AS uploads,
               (SELECT count(*) FROM tasks WHERE noun_id = $1) AS tasks,
               (SELECT sum(attempts) FROM tasks WHERE noun_id = $1) AS attempts
        """,
        document_id,
    ) == [{"uploads": 1, "tasks": 1, "attempts": 1}]


async def test_a_disk_that_is_nearly_full_takes_nothing_and_says_so(
    installation: Installation, manager: Person, filing_id: UUID, tmp_path: Path
) -> None:
    await installation.start_web("web-full", ZHUSUO_FREE_SPACE_MB="999999999")
    content = paper(tmp_path, "onto a full disk")
    announced = await manager.upload(filing_id, "磁盘满.pdf", content, web="web-full")
    assert (announced.status_code, announced.json()["detail"]) == (503, DISK_FULL)
    plain = await form(manager, filing_id, "磁盘满.pdf", content, web="web-full")
    assert plain.status_code == 503
    assert DISK_FULL in plain.text
    assert await rows_of(installation, content) == []
    health = await manager.get("/healthz", web="web-full")
    assert health.status_code == 503
    assert "低于 999999999 MB，暂停上传" in health.json()["parts"]["disk"]
    assert (await manager.get("/notices", web="web-full")).status_code == 200
