"""Who sees how much of a page: masks, watermark, and an audit entry for every look."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import pytest
from PIL import Image

from ocr.watermark import MASK_INK
from storage.keys import content_key
from storage.model import StoreSettings
from storage.store import Store
from tests import make
from zhusuo.db import Connection, Database
from zhusuo.dossiers import previews
from zhusuo.dossiers.previews import CannotBeDrawn, NotDrawnYet
from zhusuo.errors import NotFound, Unavailable
from zhusuo.people.model import Actor

PAPER = (250, 248, 240)


def drawn(width: int = 700, height: int = 990) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), PAPER).save(out, "WEBP")
    return out.getvalue()


@dataclass
class Case:
    """A page of a submitted filing, and everybody who might want to look."""

    database: Database
    db: Connection
    store: Store
    carrier_id: UUID
    document_id: UUID
    filer: Actor
    clerk: Actor

    async def page(self, actor: Actor, width: int = 700) -> Image.Image:
        picture = await previews.page_image(self.database, self.store, actor, self.document_id, 1, width)
        return Image.open(io.BytesIO(picture)).convert("RGB")

    async def looks(self) -> list[tuple[str, UUID]]:
        rows = await self.db.fetch(
            "SELECT action, person_id FROM audit_entries WHERE noun = 'document' AND noun_id = $1 ORDER BY id",
            str(self.document_id),
        )
        return [(row["action"], row["person_id"]) for row in rows]


async def a_page(
    database: Database,
    db: Connection,
    store: Store,
    *,
    read: bool = True,
    sensitive: bool = False,
    marked: bool = False,
    masks: Sequence[Sequence[float]] = (),
) -> Case:
    filer = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=filer.organisation_id)
    filing_id = await make.filing(db, carrier_id=carrier_id, filer=filer, status="submitted")
    picture = drawn()
    preview = await make.blob(db, content=picture, media_type="image/webp")
    await store.put_bytes(content_key(preview), picture, "image/webp")
    original = await make.blob(db, content=b"%PDF-original")
    await store.put_bytes(content_key(original), b"%PDF-original", "application/pdf")
    document_id = await make.document(
        db,
        carrier_id=carrier_id,
        organisation_id=filer.organisation_id,
        filing_id=filing_id,
        sha256=original,
        submitted=True,
        marked_sensitive=marked,
    )
    await make.page(
        db, document_id=document_id, read=read, sensitive=sensitive or not read, preview_sha256=preview, masks=masks
    )
    clerk = await make.actor(db, role="clerk")
    return Case(database, db, store, carrier_id, document_id, filer, clerk)


async def successor(case: Case) -> Actor:
    """The manager who took the house over, while the old version is in force."""
    unit_id = await make.unit(case.db, carrier_id=case.carrier_id)
    await make.version(case.db, carrier_id=case.carrier_id, unit_ids=[unit_id], document_ids=[case.document_id])
    await case.db.execute("UPDATE managements SET status = 'ended' WHERE carrier_id = $1", case.carrier_id)
    found = await make.actor(case.db, role="manager")
    await make.management(case.db, carrier_id=case.carrier_id, organisation_id=found.organisation_id)
    return found


def near(colour: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(colour, tuple)
    return all(abs(a - b) < 60 for a, b in zip(colour, wanted, strict=True))


def covered(image: Image.Image) -> bool:
    """Whether the page is painted over from corner to corner."""
    places = [(image.width * x // 10, image.height * y // 10) for x in range(1, 10) for y in range(1, 10)]
    return all(near(image.getpixel(place), MASK_INK) for place in places)


def bare(image: Image.Image) -> bool:
    """Whether nothing of the page is painted over."""
    places = [(image.width * x // 20, image.height * y // 20) for x in range(1, 20) for y in range(1, 20)]
    return not any(near(image.getpixel(place), MASK_INK) for place in places)


async def test_a_page_bears_who_looks_and_leaves_an_entry(database: Database, db: Connection, store: Store) -> None:
    case = await a_page(database, db, store)
    page = await case.page(case.clerk)
    assert page.size == (700, 990)
    assert len(page.getcolors(100_000) or []) > 5, "a watermark is burnt in"
    assert await case.looks() == [("view_page", case.clerk.person_id)]
    namesake = replace(case.clerk, name="另一个人")
    assert (await case.page(namesake)).tobytes() != page.tobytes()


async def test_a_number_is_covered_for_everybody(database: Database, db: Connection, store: Store) -> None:
    case = await a_page(database, db, store, masks=[(0.4, 0.4, 0.6, 0.45)])
    for actor in (case.clerk, case.filer):
        page = await case.page(actor)
        assert near(page.getpixel((350, 420)), MASK_INK)
        assert near(page.getpixel((350, 300)), PAPER)


async def test_an_identity_card_is_covered_for_everybody(database: Database, db: Connection, store: Store) -> None:
    case = await a_page(database, db, store, sensitive=True)
    for actor in (case.clerk, case.filer):
        assert covered(await case.page(actor))


@pytest.mark.parametrize("reason", ["unread", "marked"])
async def test_what_is_unread_or_marked_is_for_filer_and_reviewers(
    database: Database, db: Connection, store: Store, reason: str
) -> None:
    case = await a_page(database, db, store, read=reason != "unread", marked=reason == "marked")
    assert bare(await case.page(case.filer))
    assert bare(await case.page(case.clerk))
    newcomer = await successor(case)
    assert covered(await case.page(newcomer))
    small = await previews.thumbnail(database, store, newcomer, case.document_id)
    assert covered(Image.open(io.BytesIO(small)).convert("RGB"))


async def test_a_foreign_page_is_a_missing_page(database: Database, db: Connection, store: Store) -> None:
    case = await a_page(database, db, store)
    strangers = [
        await make.actor(db, role="manager"),
        await make.actor(db, role="agent"),
        await make.actor(db, role="administrator"),
        await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT})),
        await make.actor(db, role="clerk", district_code="310101"),
    ]
    sentences = set()
    for stranger in strangers:
        for document_id in (case.document_id, uuid4()):
            with pytest.raises(NotFound) as refusal:
                await previews.page_image(database, store, stranger, document_id, 1)
            sentences.add(refusal.value.message)
    assert len(sentences) == 1
    assert await case.looks() == []


async def test_a_draft_is_not_shown_to_reviewers(database: Database, db: Connection, store: Store) -> None:
    case = await a_page(database, db, store)
    await db.execute("UPDATE documents SET submitted_at = NULL")
    with pytest.raises(NotFound):
        await case.page(case.clerk)
    assert bare(await case.page(case.filer))


async def test_the_manager_sees_what_is_in_force_and_nothing_older(
    database: Database, db: Connection, store: Store
) -> None:
    case = await a_page(database, db, store)
    newcomer = await successor(case)
    assert bare(await case.page(newcomer))
    await db.execute("UPDATE dossier_versions SET status = 'superseded', effective_to = now()")
    with pytest.raises(NotFound):
        await case.page(newcomer)


async def test_a_picture_is_never_wider_than_it_was_drawn(database: Database, db: Connection, store: Store) -> None:
    case = await a_page(database, db, store)
    assert (await case.page(case.clerk, width=100_000)).width == 700
    assert (await case.page(case.clerk, width=-5)).width == 80
    small = await previews.thumbnail(database, store, case.clerk, case.document_id)
    assert Image.open(io.BytesIO(small)).width == previews.THUMBNAIL_WIDTH
    assert (await case.looks())[-1] == ("view_document", case.clerk.person_id)


async def test_a_page_that_is_not_there_says_whether_it_comes(database: Database, db: Connection, store: Store) -> None:
    case = await a_page(database, db, store)
    await db.execute("UPDATE documents SET status = 'reading'")
    with pytest.raises(NotDrawnYet):
        await previews.page_image(database, store, case.clerk, case.document_id, 2)
    await db.execute("UPDATE documents SET status = 'unreadable'")
    with pytest.raises(CannotBeDrawn):
        await previews.page_image(database, store, case.clerk, case.document_id, 2)


async def test_the_original_is_for_filer_and_reviewers(database: Database, db: Connection, store: Store) -> None:
    case = await a_page(database, db, store)
    for actor in (case.filer, case.clerk):
        found = await previews.content(database, store, actor, case.document_id)
        assert b"".join([part async for part in found.stream]) == b"%PDF-original"
    assert [action for action, _ in await case.looks()] == ["view_content", "view_content"]
    newcomer = await successor(case)
    with pytest.raises(NotFound):
        await previews.content(database, store, newcomer, case.document_id)


async def test_a_store_that_is_away_is_a_sentence(
    database: Database, db: Connection, store: Store, s3: StoreSettings
) -> None:
    case = await a_page(database, db, store)
    away = Store.open(replace(s3, endpoint="127.0.0.1:9", connect_timeout=0.2, read_timeout=0.5))
    with pytest.raises(Unavailable):
        await previews.page_image(database, away, case.clerk, case.document_id, 1)
    with pytest.raises(Unavailable):
        await previews.content(database, away, case.clerk, case.document_id)
    await away.close()
    sha256 = hashlib.sha256(b"%PDF-original").hexdigest()
    await store.remove([content_key(sha256)])
    with pytest.raises(Unavailable):
        await previews.content(database, store, case.clerk, case.document_id)
