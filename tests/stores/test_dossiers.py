"""The rows of dossiers: which version covered a unit when, who sees a filing, what is copied with a document."""

import hashlib
from datetime import timedelta
from uuid import UUID

import pytest

from tests import make
from zhusuo import tasks
from zhusuo.db import Connection, Database
from zhusuo.dossiers import blobs, document_fields, document_pages, documents, store
from zhusuo.dossiers.model import DocumentKind, DocumentStatus
from zhusuo.people.model import Actor, Role


@pytest.fixture
async def manager(db: Connection) -> Actor:
    return await make.actor(db, role="manager")


@pytest.fixture
async def carrier_id(db: Connection, manager: Actor) -> UUID:
    return await make.carrier(db, manager=manager.organisation_id)


async def test_a_unit_is_covered_from_the_moment_of_approval(db: Connection, carrier_id: UUID) -> None:
    now = await store.moment(db)
    covered, bare = [await make.unit(db, carrier_id=carrier_id) for _ in range(2)]
    version_id = await make.version(db, carrier_id=carrier_id, unit_ids=[covered], since=now)
    found = await store.effective_version_for(db, covered)
    assert found is not None
    assert (found.version.id, found.covered_from, found.version.carrier_id) == (version_id, now, carrier_id)
    assert await store.effective_version_for(db, covered, now - timedelta(seconds=1)) is None
    assert await store.effective_version_for(db, bare) is None
    many = await store.effective_versions_for(db, [covered, bare])
    assert [each.unit_id for each in many] == [covered]


async def test_coverage_that_ends_is_still_known_for_its_time(db: Connection, carrier_id: UUID) -> None:
    now = await store.moment(db)
    unit_id = await make.unit(db, carrier_id=carrier_id)
    version_id = await make.version(db, carrier_id=carrier_id, unit_ids=[unit_id], since=now - timedelta(days=2))
    assert await store.end_coverage(db, [unit_id], None, now - timedelta(days=1)) == [version_id]
    assert await store.effective_version_for(db, unit_id) is None
    then = await store.effective_version_for(db, unit_id, now - timedelta(days=1, hours=12))
    assert then is not None
    assert then.version.id == version_id


@pytest.mark.parametrize(
    ("role", "own", "draft", "submitted"),
    [
        (Role.MANAGER, True, True, True),
        (Role.MANAGER, False, False, False),
        (Role.AGENT, False, False, False),
        (Role.CLERK, False, False, True),
        (Role.SUPERVISOR, False, False, False),
        (Role.ADMINISTRATOR, False, False, False),
    ],
)
async def test_a_filing_is_seen_by_its_filer_and_once_submitted_by_clerks(
    db: Connection, carrier_id: UUID, manager: Actor, role: Role, own: bool, draft: bool, submitted: bool
) -> None:
    actor = manager if own else await make.actor(db, role=role)
    for status, seen in (("draft", draft), ("submitted", submitted)):
        filing_id = await make.filing(db, carrier_id=carrier_id, filer=manager, status=status)
        assert (await store.by_id_for(db, actor, filing_id) is not None) is seen


async def test_a_copy_has_what_was_read_and_corrected(db: Connection, carrier_id: UUID, manager: Actor) -> None:
    source_filing, target_filing = [
        await make.filing(db, carrier_id=carrier_id, filer=manager, status=status) for status in ("approved", "draft")
    ]
    source = await make.document(
        db,
        carrier_id=carrier_id,
        organisation_id=manager.organisation_id,
        filing_id=source_filing,
        kind="mandate",
        submitted=True,
    )
    await make.page(db, document_id=source, text="授权委托书")
    await db.execute(
        """
        INSERT INTO document_fields (document_id, name, value, confidence, page, corrected_value, corrected_at)
             VALUES ($1, 'term_end', '2023年', 0.5, 1, '2033年', now())
        """,
        source,
    )
    who = {"filing_id": target_filing, "organisation_id": manager.organisation_id, "uploaded_by": manager.person_id}
    copied = await documents.copy(db, source, **who)  # type: ignore[arg-type]
    assert copied is not None
    assert await documents.copy(db, source, **who) is None  # type: ignore[arg-type]
    document = await documents.by_id(db, copied)
    assert document is not None
    assert (document.kind, document.status, document.same_as) == (DocumentKind.MANDATE, DocumentStatus.READ, source)
    assert document.submitted_at is None
    [page] = await document_pages.pages(db, copied)
    assert [line.text for line in page.lines] == ["授权委托书"]
    [field] = await document_fields.fields(db, [copied])
    assert field.shown == "2033年"


async def test_progress_is_told_until_the_document_is_read(db: Connection, carrier_id: UUID, manager: Actor) -> None:
    filing_id = await make.filing(db, carrier_id=carrier_id, filer=manager)
    document_id = await make.document(
        db,
        carrier_id=carrier_id,
        organisation_id=manager.organisation_id,
        filing_id=filing_id,
        status="waiting",
    )
    await tasks.enqueue(db, "read_document", document_id)
    [waiting] = await documents.progress(db, filing_id)
    assert (waiting.document_id, waiting.stage, waiting.page) == (document_id, "wait", 0)
    await db.execute('UPDATE tasks SET progress = \'{"stage": "read", "page": 14, "pages": 24}\'')
    [reading] = await documents.progress(db, filing_id)
    assert (reading.stage, reading.page, reading.pages) == ("read", 14, 24)
    await db.execute("UPDATE tasks SET done_at = now()")
    assert await documents.progress(db, filing_id) == []


async def has_blob(db: Connection, sha256: str) -> bool:
    return bool(await db.fetchval("SELECT count(*) FROM blobs WHERE sha256 = $1", sha256))


async def test_bytes_are_forgotten_only_when_nobody_refers_to_them(
    db: Connection, carrier_id: UUID, manager: Actor
) -> None:
    preview = await make.blob(db, content=b"preview", media_type="image/webp")
    document_id = await make.document(db, carrier_id=carrier_id, organisation_id=manager.organisation_id)
    await make.page(db, document_id=document_id, preview_sha256=preview)
    await blobs.forget_blob(db, preview)
    assert await has_blob(db, preview)
    upright = await make.blob(db, content=b"upright", media_type="image/webp")
    await document_pages.put_preview(db, document_id, 1, 1400, 990, upright)
    assert not await has_blob(db, preview)
    assert await db.fetchval("SELECT sha256 FROM blob_removals") == preview
    assert await blobs.insert_blob(db, preview, 7, "image/webp")
    assert await db.fetchval("SELECT count(*) FROM blob_removals") == 0


async def test_bytes_on_their_way_out_are_not_entered(db: Connection) -> None:
    sha256 = hashlib.sha256(b"x").hexdigest()
    await db.execute("INSERT INTO blob_removals (sha256, removing_at) VALUES ($1, now())", sha256)
    assert not await blobs.insert_blob(db, sha256, 1, "application/pdf")
    assert not await has_blob(db, sha256)


async def test_bytes_somebody_is_just_filing_are_not_forgotten(fresh_database: Database) -> None:
    async with fresh_database.connection() as db:
        manager = await make.actor(db, role="manager")
        carrier_id = await make.carrier(db, manager=manager.organisation_id)
        sha256 = await make.blob(db, content=b"x")
    async with fresh_database.transaction() as filing:
        assert await blobs.insert_blob(filing, sha256, 1, "application/pdf")
        async with fresh_database.connection() as db:
            await db.execute("SET lock_timeout = '200ms'")
            with pytest.raises(Exception, match="lock timeout"):
                await blobs.forget_blob(db, sha256)
        await make.document(filing, carrier_id=carrier_id, organisation_id=manager.organisation_id, sha256=sha256)
    async with fresh_database.connection() as db:
        await blobs.forget_blob(db, sha256)
        assert await has_blob(db, sha256)
