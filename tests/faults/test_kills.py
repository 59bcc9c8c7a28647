"""kill -9 of everything while people work: nothing acknowledged is lost, nothing is done twice."""

import asyncio
import hashlib
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.faults.installation import AWAY, NOT_ON_FILE, WEB, Installation, Person, patiently
from tests.ocr import hostile

pytestmark = pytest.mark.faults

SEED = 20261122
KILLS = ["web-1", "web-2", "worker", "postgres", "s3", "web-1", "worker", "postgres", "s3", "postgres"]
PEOPLE = 3
SYSTEMS = 2


class Away(Exception):
    """An answer that says: try again."""


@dataclass(kw_only=True)
class Acknowledged:
    """What people were told had been done."""

    documents: dict[UUID, bytes] = field(default_factory=dict)
    filings: dict[str, UUID] = field(default_factory=dict)


def paper(folder: Path, words: str) -> bytes:
    return hostile.plain_pdf(folder / f"{uuid4()}.pdf", f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET".encode()).read_bytes()


async def test_whatever_is_killed_nothing_acknowledged_is_lost_and_nothing_is_done_twice(
    installation: Installation, manager: Person, filing_id: UUID, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    told = Acknowledged()
    over = asyncio.Event()

    async def wreck() -> None:
        for name in chance.sample(KILLS, len(KILLS)):
            await asyncio.sleep(chance.uniform(0.2, 1.2))
            await installation.kill(name)
        over.set()

    async def uploads(number: int) -> None:
        while not over.is_set():
            content = paper(tmp_path, f"kept whatever happens {number} {len(told.documents)} {uuid4()}")
            webs = chance.sample(WEB, 2)
            document_id = await manager.upload_until_taken(filing_id, f"材料 {number}.pdf", content, webs=webs)
            told.documents[document_id] = content

    async def files(number: int) -> None:
        [carrier] = await installation.ask("SELECT id FROM carriers WHERE name = $1", NOT_ON_FILE)
        while not over.is_set():
            client = f"委托单位 {number}-{len(told.filings)}-{uuid4()}"
            deed = paper(tmp_path, f"the deed of {client.encode().hex()}")
            told.filings[client] = await System(installation, chance).file(carrier["id"], client, deed)

    async with asyncio.TaskGroup() as everybody:
        everybody.create_task(wreck())
        for number in range(PEOPLE):
            everybody.create_task(uploads(number))
        for number in range(SYSTEMS):
            everybody.create_task(files(number))

    assert len(told.documents) >= PEOPLE
    assert len(told.filings) >= SYSTEMS
    await asyncio.gather(*(patiently(lambda web=web: installation.answers(web), httpx.HTTPError) for web in WEB))
    await installation.holds_end()
    await installation.pauses_end()
    for document_id, content in told.documents.items():
        assert (await installation.settled(document_id)).status.value == "read"
        assert (await manager.get(f"/documents/{document_id}/content")).content == content
    await once_each(installation, filing_id, told)
    assert await installation.broken() == []


async def once_each(installation: Installation, filing_id: UUID, told: Acknowledged) -> None:
    """Every file is one document that came in and was read once; every filing was begun and handed in once."""
    hashes = [hashlib.sha256(content).hexdigest() for content in told.documents.values()]
    rows = await installation.ask(
        """
        SELECT d.id,
               (SELECT count(*) FROM audit_entries WHERE noun_id = d.id::text AND action = 'upload') AS uploads,
               (SELECT count(*) FROM audit_entries WHERE noun_id = d.id::text AND action = 'read') AS readings,
               (SELECT count(*) FROM tasks WHERE noun_id = d.id AND done_at IS NOT NULL) AS tasks
          FROM documents AS d
         WHERE d.filing_id = $1
           AND d.sha256 = ANY ($2::text[])
        """,
        filing_id,
        hashes,
    )
    assert {row["id"] for row in rows} == set(told.documents)
    assert len(rows) == len(told.documents)
    assert {(row["uploads"], row["readings"], row["tasks"]) for row in rows} == {(1, 1, 1)}
    rows = await installation.ask(
        """
        SELECT f.id, f.on_behalf_of, f.status,
               (SELECT count(*) FROM submissions WHERE filing_id = f.id) AS submissions,
               (SELECT count(*) FROM documents WHERE filing_id = f.id) AS documents,
               (SELECT count(*) FROM audit_entries WHERE noun_id = f.id::text AND action = 'submit') AS entries,
               (SELECT count(*) FROM events WHERE noun_id = f.id AND kind = 'filing.submitted') AS events
          FROM filings AS f
         WHERE f.on_behalf_of = ANY ($1::text[])
        """,
        list(told.filings),
    )
    assert {row["on_behalf_of"]: row["id"] for row in rows} == told.filings
    assert len(rows) == len(told.filings)
    facts = {(row["status"], row["submissions"], row["documents"], row["entries"], row["events"]) for row in rows}
    assert facts == {("submitted", 1, 1, 1, 1)}


class System:
    """An intake system that files at the counter, and tries again with the same key until it is told."""

    def __init__(self, installation: Installation, chance: random.Random) -> None:
        self._installation = installation
        self._chance = chance

    async def file(self, carrier_id: UUID, client: str, deed: bytes) -> UUID:
        question = {"clerk": "ZC-0803", "carrier_id": str(carrier_id), "on_behalf_of": client}
        begun = await self._told("POST", "/filings", key=str(uuid4()), json=question)
        path = f"/filings/{begun['id']}"
        query = {"clerk": "ZC-0803", "name": "01-产证.pdf", "kind": "title_deed"}
        await self._told("POST", f"{path}/documents", params=query, content=deed)
        await patiently(lambda: self._submitted(path), (Away, *AWAY))
        return UUID(begun["id"])

    async def _submitted(self, path: str) -> None:
        """Hand it in; after an answer that never came it may have been handed in."""
        if (await self._ask("GET", path))["status"] == "draft":
            await self._ask("POST", f"{path}/submit", json={"clerk": "ZC-0803", "declared": True})

    async def _told(self, method: str, path: str, **kwargs: Any) -> dict[str, Any]:
        return await patiently(lambda: self._ask(method, path, **kwargs), (Away, *AWAY))

    async def _ask(self, method: str, path: str, *, key: str = "", **kwargs: Any) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self._installation.client}", "idempotency-key": key or "-"}
        url = f"{self._installation.url(self._chance.choice(WEB))}/api/v1{path}"
        async with httpx.AsyncClient(timeout=60) as client:
            answer = await client.request(method, url, headers=headers, **kwargs)
        if answer.status_code == 503:
            raise Away
        assert answer.status_code in (200, 201), answer.text
        found: dict[str, Any] = answer.json()
        return found
