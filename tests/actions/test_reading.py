"""A worker reads a document to the end, or says in a sentence that it cannot; whoever loses the task writes nothing."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from ocr.model import Limits
from ocr.pool import Readers
from storage.model import StoreSettings
from storage.store import Store
from tests import make
from tests.ocr import hostile
from tests.ocr.make import page_of
from zhusuo import tasks
from zhusuo.db import Connection, Database
from zhusuo.dossiers import actions, document_fields, document_pages, documents, parts, reading, review, uploads
from zhusuo.dossiers.model import Document, DocumentKind, DocumentStatus, Part, Purpose
from zhusuo.dossiers.papers import DRAWING
from zhusuo.people.model import Actor
from zhusuo.settings import Settings

SPECIMENS = Path(__file__).parents[2] / "zhusuo" / "specimens"
FONT = Path(__file__).parents[2] / "zhusuo" / "fonts" / "NotoSansSC-Regular.subset.otf"
BORN_DIGITAL = SPECIMENS / "bundle-04" / "01-产证.pdf"


@pytest.fixture(scope="session")
async def readers() -> AsyncIterator[Readers]:
    """Children as a worker has them, with tighter limits."""
    async with Readers(processes=1, limits=Limits(max_pages=50, page_seconds=60)) as opened:
        yield opened


@dataclass
class Desk:
    """A manager before a draft, and a worker."""

    database: Database
    store: Store
    settings: Settings
    readers: Readers
    manager: Actor
    carrier_id: UUID
    filing_id: UUID

    async def bring(self, path: Path) -> UUID:
        received = await uploads.receive(
            self.database,
            self.store,
            self.settings,
            self.manager,
            Purpose.FILING,
            self.filing_id,
            path.name,
            _parts(path.read_bytes()),
        )
        return received.document.id

    async def work(self) -> None:
        """One round of the worker."""
        held = await tasks.hold(self.database, reading.KIND, reading.HOLD_SECONDS)
        assert held is not None
        await reading.read_one(self.database, self.store, self.readers, held, uploads.folder(self.settings))

    async def read(self, path: Path) -> Document:
        document_id = await self.bring(path)
        await self.work()
        return await self.document(document_id)

    async def document(self, document_id: UUID) -> Document:
        async with self.database.connection() as db:
            document = await documents.by_id(db, document_id)
        assert document is not None
        return document


async def _parts(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.fixture
async def desk(database: Database, db: Connection, store: Store, readers: Readers, tmp_path: Path) -> Desk:
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id)
    filing = await actions.start_filing(database, manager, carrier_id)
    settings = Settings(home=tmp_path / "home", free_space_mb=0, _env_file=None)  # type: ignore[call-arg]
    return Desk(
        database=database,
        store=store,
        settings=settings,
        readers=readers,
        manager=manager,
        carrier_id=carrier_id,
        filing_id=filing.id,
    )


async def task_of(db: Connection, document_id: UUID) -> Any:
    return await db.fetchrow(
        """
        SELECT attempts, done_at IS NOT NULL AS done, quarantined_at IS NOT NULL AS quarantined, progress, last_error
          FROM tasks
         WHERE noun_id = $1
        """,
        document_id,
    )


def written(path: Path, lines: list[str], *, turned: int = 0) -> Path:
    """A picture with some lines of print on it."""
    image = Image.new("RGB", (1240, 1754), "white")
    pen = ImageDraw.Draw(image)
    for index, line in enumerate(lines):
        pen.text((150, 200 + 110 * index), line, fill="black", font=ImageFont.truetype(str(FONT), 44))
    image.rotate(-turned, expand=True).save(path, quality=92)
    return path


@asynccontextmanager
async def killing(readers: Readers) -> AsyncIterator[None]:
    """Every child is killed as soon as it lives."""

    async def kill() -> None:
        while True:
            for pid in readers.pids():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(0.01)

    killer = asyncio.create_task(kill())
    yield
    killer.cancel()
    await asyncio.gather(killer, return_exceptions=True)


async def test_a_born_digital_deed_is_read_to_its_facts(desk: Desk, db: Connection) -> None:
    document = await desk.read(BORN_DIGITAL)
    assert (document.status, document.kind, document.kind_by) == (
        DocumentStatus.READ,
        DocumentKind.TITLE_DEED,
        "machine",
    )
    assert document.kind_confidence is not None
    assert document.kind_confidence > 0.5
    pages = await document_pages.pages(db, document.id)
    assert document.page_count == len(pages) > 0
    for page in pages:
        assert page.preview_sha256 is not None
        assert page.read_at is not None
        assert (page.method, page.width) == ("text", reading.PREVIEW_WIDTH)
    fields = {field.name: field for field in await document_fields.fields(db, [document.id])}
    assert "公司" in fields["owner"].value
    assert document.valid_until == document_fields.date_in(fields["term_end"].value)
    assert isinstance(document.valid_until, date)
    assert fields["owner"].box is not None
    task = await task_of(db, document.id)
    assert task["done"]
    assert task["progress"] == {"stage": "read", "page": len(pages), "pages": len(pages)}
    kinds = await db.fetch("SELECT kind FROM events WHERE noun_id = $1 ORDER BY id", document.id)
    assert [row["kind"] for row in kinds] == ["document.uploaded", "document.read"]
    assert list(uploads.folder(desk.settings).iterdir()) == []


async def test_the_same_bytes_are_read_once(desk: Desk, db: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await desk.read(BORN_DIGITAL)
    other = replace(desk, filing_id=await make.filing(db, carrier_id=desk.carrier_id, filer=desk.manager))
    second_id = await other.bring(BORN_DIGITAL)
    other.readers = None  # type: ignore[assignment]  # nobody is asked
    await other.work()
    second = await other.document(second_id)
    assert (second.status, second.kind, second.valid_until) == (first.status, first.kind, first.valid_until)
    assert len(await document_fields.fields(db, [second_id])) == len(await document_fields.fields(db, [first.id])) > 0
    assert len(await document_pages.pages(db, second_id)) == first.page_count


async def test_a_photo_is_read_set_upright_and_its_identity_number_masked(
    desk: Desk, db: Connection, tmp_path: Path
) -> None:
    lines = [
        "授权委托书",
        "委托人：上海蘅原资产经营股份有限公司",
        "受托人：张三",
        "身份证号：310199199001010018",
        "委托期限至2033年9月30日止",
    ]
    document = await desk.read(written(tmp_path / "照片.jpg", lines, turned=90))
    assert document.status is DocumentStatus.READ
    [page] = await document_pages.pages(db, document.id)
    assert "授权委托书" in page.text
    assert (page.turned, page.width < page.height) == (90, True)
    assert "310199199001010018" not in page.text
    assert "310199199001010018" not in await db.fetchval("SELECT lines::text FROM document_pages")
    assert "310199199001010018" not in await db.fetchval("SELECT words::text FROM document_pages")
    assert len(page.masks) == 1
    assert not page.sensitive
    pictures = await db.fetchval("SELECT count(*) FROM blobs WHERE media_type = 'image/webp'")
    assert pictures == 1
    assert await db.fetchval("SELECT count(*) FROM blob_removals") == 1


async def test_of_an_identity_card_nothing_is_kept(desk: Desk, db: Connection, tmp_path: Path) -> None:
    lines = ["姓名 李小花", "性别 女 民族 汉", "住址 某某路1号", "公民身份号码 310199199001010018"]
    document = await desk.read(written(tmp_path / "证件.png", lines))
    [page] = await document_pages.pages(db, document.id)
    assert (page.kind, page.sensitive, page.text, page.lines) == (DocumentKind.ID_CARD, True, "", ())
    assert await db.fetchval("SELECT words::text FROM document_pages") == ""


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (hostile.circular_pages, ""),
        (lambda path: hostile.many_pages(path, 60), "页数太多"),
        (lambda path: (path.write_bytes(b"%PDF-1.7\n" + b"\x00" * 500), path)[1], ""),
    ],
)
async def test_what_cannot_be_read_says_so_and_can_still_be_filed(
    desk: Desk, db: Connection, tmp_path: Path, made: Any, words: str
) -> None:
    document = await desk.read(made(tmp_path / "坏.pdf"))
    assert document.status is DocumentStatus.UNREADABLE
    assert words in document.trouble
    assert document.trouble.endswith("。")
    assert (await task_of(db, document.id))["done"]
    await db.execute("UPDATE documents SET kind = 'title_deed', kind_by = 'person' WHERE id = $1", document.id)
    await make.papers(db, filing_id=desk.filing_id, kinds=["completion_certificate", "floor_plan"])
    await make.unit(db, carrier_id=desk.carrier_id)
    day = date(2026, 11, 20)
    await actions.submit(desk.database, desk.manager, desk.filing_id, declared=True, day=day)
    clerk = await make.actor(db, role="clerk")
    await review.approve(desk.database, clerk, desk.filing_id, day=day)


async def test_a_person_is_not_overruled_by_the_machine(desk: Desk, db: Connection) -> None:
    document_id = await desk.bring(BORN_DIGITAL)
    await db.execute(
        "UPDATE documents SET kind = 'declaration', kind_by = 'person', valid_until = '2027-01-01' WHERE id = $1",
        document_id,
    )
    await desk.work()
    document = await desk.document(document_id)
    assert (document.kind, document.kind_by, document.valid_until) == (
        DocumentKind.DECLARATION,
        "person",
        date(2027, 1, 1),
    )


async def test_while_the_store_is_away_the_task_waits_and_no_attempt_counts(
    desk: Desk, db: Connection, s3: StoreSettings
) -> None:
    document_id = await desk.bring(BORN_DIGITAL)
    away = Store.open(replace(s3, endpoint="127.0.0.1:9", connect_timeout=0.2, read_timeout=0.5))
    await replace(desk, store=away).work()
    await away.close()
    task = await task_of(db, document_id)
    assert (task["attempts"], task["done"], task["last_error"]) == (0, False, "存储服务没有响应")
    await db.execute("UPDATE tasks SET due_at = now()")
    await desk.work()
    assert (await desk.document(document_id)).status is DocumentStatus.READ


async def test_who_lost_the_hold_writes_nothing(desk: Desk, db: Connection) -> None:
    document_id = await desk.bring(BORN_DIGITAL)
    held = await tasks.hold(desk.database, reading.KIND, reading.HOLD_SECONDS)
    assert held is not None
    await db.execute("UPDATE tasks SET hold_token = gen_random_uuid()")
    with pytest.raises(tasks.HoldLost):
        await reading.read_one(desk.database, desk.store, desk.readers, held, uploads.folder(desk.settings))
    assert await document_pages.pages(db, document_id) == []
    assert (await desk.document(document_id)).status is DocumentStatus.WAITING


async def test_a_hold_lost_in_the_middle_keeps_the_result_of_the_other(
    desk: Desk, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = await desk.bring(BORN_DIGITAL)
    look = desk.readers.look

    async def robbed(*args: Any, **kwargs: Any) -> tuple[bytes, tuple[str, ...]]:
        await db.execute("UPDATE tasks SET hold_token = gen_random_uuid()")
        return await look(*args, **kwargs)

    monkeypatch.setattr(desk.readers, "look", robbed)
    with pytest.raises(tasks.HoldLost):
        await desk.work()
    assert await document_pages.pages(db, document_id) == []


async def test_a_photograph_is_there_before_anything_is_read(
    desk: Desk, database: Database, db: Connection, tmp_path: Path
) -> None:
    supervisor = await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}))
    path = written(tmp_path / "门口.jpg", ["上海漕屿数据有限公司"])
    received = await uploads.receive(
        database, desk.store, desk.settings, supervisor, Purpose.INSPECTION, desk.carrier_id, "门口.jpg",
        _parts(path.read_bytes()),
    )  # fmt: skip
    held = await tasks.hold(database, DRAWING, reading.HOLD_SECONDS)
    assert held is not None
    await reading.draw_one(database, desk.store, desk.readers, held, uploads.folder(desk.settings))
    [page] = await document_pages.pages(db, received.document.id)
    assert page.preview_sha256 is not None
    assert (await desk.document(received.document.id)).status is DocumentStatus.WAITING
    await desk.work()
    assert (await desk.document(received.document.id)).status is DocumentStatus.READ
    assert await db.fetchval("SELECT count(*) FROM tasks WHERE done_at IS NULL") == 0


async def test_a_photograph_that_is_none_is_left_to_its_reading(desk: Desk, database: Database, db: Connection) -> None:
    supervisor = await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}))
    received = await uploads.receive(
        database, desk.store, desk.settings, supervisor, Purpose.INSPECTION, desk.carrier_id, "门口.jpg",
        _parts(b"\xff\xd8\xff\xe0 no picture at all"),
    )  # fmt: skip
    held = await tasks.hold(database, DRAWING, reading.HOLD_SECONDS)
    assert held is not None
    await reading.draw_one(database, desk.store, desk.readers, held, uploads.folder(desk.settings))
    assert (await desk.document(received.document.id)).trouble == ""
    await desk.work()
    assert (await desk.document(received.document.id)).status is DocumentStatus.UNREADABLE


async def test_a_child_that_dies_is_tried_again_and_then_given_up(desk: Desk, db: Connection) -> None:
    document_id = await desk.bring(BORN_DIGITAL)
    async with Readers(processes=1) as dying, killing(dying):
        for attempt in (1, 2, 3):
            await db.execute("UPDATE tasks SET due_at = now()")
            await replace(desk, readers=dying).work()
            task = await task_of(db, document_id)
            assert (task["attempts"], task["quarantined"]) == (attempt, attempt == 3)
    document = await desk.document(document_id)
    assert (document.status, bool(document.trouble)) == (DocumentStatus.UNREADABLE, True)


async def test_a_task_whose_workers_were_killed_is_settled(desk: Desk, db: Connection) -> None:
    document_id = await desk.bring(BORN_DIGITAL)
    assert await reading.settle_given_up(desk.database) == 0
    for _ in range(3):
        assert await tasks.hold(desk.database, reading.KIND, 60) is not None
        await db.execute("UPDATE tasks SET held_until = now() - interval '1 second'")
    assert await tasks.hold(desk.database, reading.KIND, 60) is None
    assert await reading.settle_given_up(desk.database) == 1
    document = await desk.document(document_id)
    assert (document.status, document.trouble) == (DocumentStatus.UNREADABLE, reading.GIVEN_UP)


async def test_a_worker_killed_in_the_middle_is_taken_over(
    fresh_database: Database, store: Store, readers: Readers, tmp_path: Path
) -> None:
    async with fresh_database.connection() as db:
        manager = await make.actor(db, role="manager")
        carrier_id = await make.carrier(db, manager=manager.organisation_id)
        filing = await actions.start_filing(fresh_database, manager, carrier_id)
    settings = Settings(home=tmp_path, free_space_mb=0, _env_file=None)  # type: ignore[call-arg]
    desk = Desk(fresh_database, store, settings, readers, manager, carrier_id, filing.id)
    document_id = await desk.bring(hostile.many_pages(tmp_path / "厚.pdf", 30))
    first = asyncio.create_task(desk.work())
    async with fresh_database.connection() as db:
        while not await document_pages.pages(db, document_id):  # noqa: ASYNC110 - another task writes them
            await asyncio.sleep(0.02)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    async with fresh_database.connection() as db:
        await db.execute("UPDATE tasks SET held_until = now() - interval '1 second'")
        [progress] = await documents.progress(db, filing.id)
        assert (progress.document_id, progress.pages) == (document_id, 30)
    await desk.work()
    document = await desk.document(document_id)
    assert (document.status, document.page_count) == (DocumentStatus.READ, 30)
    async with fresh_database.connection() as db:
        assert len(await document_pages.pages(db, document_id)) == 30


LEASE = [
    "房屋租赁合同",
    "合同编号：XH2026757",
    "出租方（甲方）：上海市徐汇区资产管理有限公司",
    "承租方（乙方）：上海房屋经营有限公司",
    "甲方将徐汇区虹桥路1号1403室房屋出租给乙方，建筑面积198.54平方米",
    "租赁期限自2026年09月24日起至2029年09月23日止",
    "月租金28300元，押金56600元",
]


async def test_a_bundle_is_parted_into_its_papers_and_blank_pages_belong_to_none(desk: Desk, db: Connection) -> None:
    document = await desk.read(SPECIMENS / "bundle-01" / "07-租赁合同3.pdf")
    found = (await parts.parts(db, [document.id]))[document.id]
    assert [(part.kind, part.pages, part.by_person) for part in found] == [
        (DocumentKind.LEASE, (1, 3), False),
        (DocumentKind.ID_CARD, (4,), False),
    ]


async def test_a_page_that_was_brought_before_is_known_again(desk: Desk, db: Connection, tmp_path: Path) -> None:
    first = await desk.read(written(tmp_path / "租赁合同.png", LEASE))
    with Image.open(tmp_path / "租赁合同.png") as image:
        image.convert("L").resize((1116, 1579)).save(tmp_path / "再扫一次.jpg", quality=70)
    again = await desk.read(tmp_path / "再扫一次.jpg")
    other = await desk.read(
        written(tmp_path / "别的合同.png", [*LEASE[:5], "租赁期限自2027年01月05日起", "月租金31500元"])
    )
    notes = await parts.notes(db, [first.id, again.id, other.id])
    [note] = notes[again.id]
    assert (note.code, note.page, note.other_id, note.other_page) == ("on_file", 1, first.id, 1)
    assert "与此前上传的“租赁合同.png”相同" in note.text
    assert first.id not in notes
    assert other.id not in notes


async def test_what_is_wrong_with_a_picture_is_known_before_it_is_read(
    desk: Desk, db: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Image.open(written(tmp_path / "a.png", LEASE * 3)) as image:
        image.filter(ImageFilter.GaussianBlur(5)).save(tmp_path / "模糊.png")
    document_id = await desk.bring(tmp_path / "模糊.png")
    seen: list[tuple[str, ...]] = []
    read = desk.readers.read

    def watched(path: Path) -> Any:
        async def pages() -> Any:
            seen.append((await document_pages.pages(db, document_id))[0].quality)
            async for page in read(path):
                yield page

        return pages()

    monkeypatch.setattr(desk.readers, "read", watched)
    await desk.work()
    assert seen == [("blurred",)]


async def test_an_unread_page_stays_hidden_and_goes_to_a_person(desk: Desk, db: Connection, tmp_path: Path) -> None:
    document_id = await desk.bring(written(tmp_path / "a.png", LEASE))
    await document_pages.put_unread_page(db, document_id, 1, ["unread"])
    [page] = await document_pages.pages(db, document_id)
    assert (page.quality, page.sensitive, page.read_at) == (("unread",), True, None)


def test_facts_are_taken_from_the_pages_of_their_own_paper() -> None:
    one = page_of("房屋租赁合同", "合同编号：XH2026757", number=1, kind="lease")
    two = page_of("房屋租赁合同", "合同编号：XH2026758", number=2, kind="lease")
    parted = [Part(kind=DocumentKind.LEASE, pages=(1,)), Part(kind=DocumentKind.LEASE, pages=(2,))]
    found = [(each.position, each.normal) for each in reading.found_fields(parted, [one, two]) if each.page]
    assert found == [(0, "XH2026757"), (1, "XH2026758")]
