"""The worker dies, or a document kills whoever reads it: somebody else goes on, and the queue never stands still."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from ocr.errors import SENTENCES
from tests.faults.installation import Installation, Person, until
from tests.ocr import hostile
from tests.ocr.make import MANDATE_AND_ID_CARD

pytestmark = pytest.mark.faults


def scan() -> bytes:
    """Two scanned pages that nobody has read before."""
    return MANDATE_AND_ID_CARD.read_bytes() + f"\n% {uuid4()}\n".encode()


async def task_of(installation: Installation, document_id: UUID) -> dict[str, object]:
    [row] = await installation.ask(
        """
        SELECT attempts, hold_token IS NOT NULL AS held, last_error
          FROM tasks
         WHERE noun_id = $1
        """,
        document_id,
    )
    return row


async def is_being_read(installation: Installation, document_id: UUID) -> bool:
    """All pages are drawn, and somebody is at work on the words."""
    [row] = await installation.ask(
        """
        SELECT count(*) = max(d.page_count) AS drawn
          FROM document_pages AS p
          JOIN documents AS d ON d.id = p.document_id
         WHERE d.id = $1
           AND p.preview_sha256 IS NOT NULL
        """,
        document_id,
    )
    return bool(row["drawn"]) and at_work(installation)


def at_work(installation: Installation) -> bool:
    """Whether a reader is busy."""
    return any(child.cpu_percent(0.1) > 20 for child in installation.readers())


async def no_more(installation: Installation) -> bool:
    return not any(at_work(installation) for _ in range(3))


async def upload(person: Person, filing_id: UUID, name: str, content: bytes) -> UUID:
    answer = await person.upload(filing_id, name, content)
    assert answer.status_code == 200, answer.text
    return UUID(answer.json()["id"])


async def test_a_page_that_was_half_read_when_the_worker_died_is_read_by_the_next_one(
    installation: Installation, manager: Person, filing_id: UUID
) -> None:
    document_id = await upload(manager, filing_id, "扫描件.pdf", scan())

    await until(lambda: is_being_read(installation, document_id))
    killed = installation.pid("worker")
    await installation.kill("worker")
    await installation.holds_end()
    document = await installation.settled(document_id)
    assert installation.pid("worker") != killed
    assert (document.status.value, document.page_count) == ("read", 2)
    assert (await task_of(installation, document_id))["attempts"] == 2
    pages = await installation.ask(
        "SELECT kind FROM document_pages WHERE document_id = $1 AND read_at IS NOT NULL ORDER BY page", document_id
    )
    assert [page["kind"] for page in pages] == ["mandate", "id_card"]


async def test_a_database_that_goes_away_while_a_page_is_read_costs_the_document_no_attempt(
    installation: Installation, manager: Person, filing_id: UUID
) -> None:
    document_id = await upload(manager, filing_id, "扫描件 2.pdf", scan())
    await until(lambda: is_being_read(installation, document_id))
    async with installation.without_postgres():
        await until(lambda: no_more(installation))
    assert (await installation.settled(document_id)).status.value == "read"
    assert await task_of(installation, document_id) == {"attempts": 1, "held": False, "last_error": "数据库没有响应"}


async def test_a_document_that_kills_its_reader_three_times_is_left_to_people_and_the_queue_goes_on(
    installation: Installation, manager: Person, filing_id: UUID, tmp_path: Path
) -> None:
    document_id = await upload(manager, filing_id, "夺命.pdf", scan())

    async def given_up() -> bool:
        if (await task_of(installation, document_id))["held"]:
            for child in installation.readers():
                child.kill()
        else:
            await installation.pauses_end()
        return (await installation.document(document_id)).status.value == "unreadable"

    await until(given_up)
    assert (await task_of(installation, document_id))["attempts"] == 3
    assert (await installation.document(document_id)).trouble == SENTENCES["crashed"]
    words = f"BT /F1 12 Tf 72 720 Td (after the deadly one {uuid4()}) Tj ET".encode()
    next_id = await upload(
        manager, filing_id, "下一件.pdf", hostile.plain_pdf(tmp_path / "next.pdf", words).read_bytes()
    )
    assert (await installation.settled(next_id)).status.value == "read"
