"""不变量: each one holds in a sound world, and each kind of damage is named by its own."""

import os
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest

from storage.keys import content_key
from storage.store import Store
from tests import make
from tests.support.postgres import OneConnection
from zhusuo import audit, sealing
from zhusuo.db import Connection, Database
from zhusuo.invariants import objects, rows
from zhusuo.invariants.objects import Depth
from zhusuo.invariants.run import run
from zhusuo.settings import Settings
from zhusuo.signing import Signer

BYTES = "产权证".encode()
HASH = sha256(BYTES).hexdigest()
QUESTIONS = {invariant.name: question for invariant, question in rows.QUESTIONS}


@dataclass(frozen=True, kw_only=True)
class World:
    """A carrier with one approved filing, one reuse of it and everything that belongs to them."""

    carrier: UUID
    unit: UUID
    filing: UUID
    version: UUID


@pytest.fixture
async def world(db: Connection) -> World:
    return await make_world(db)


async def make_world(db: Connection) -> World:
    organisation = await make.organisation(db)
    authority = await make.organisation(db, kind="approval_authority")
    manager = await make.person(db, organisation_id=organisation)
    clerk = await make.person(db, organisation_id=authority, role="clerk")
    carrier = await make.carrier(db, manager=organisation)
    unit = await make.unit(db, carrier_id=carrier, floor=3)
    await db.execute("INSERT INTO blobs (sha256, size, media_type) VALUES ($1, $2, 'image/png')", HASH, len(BYTES))
    dossier = await db.fetchval(
        "INSERT INTO dossiers (number, carrier_id, district_code) VALUES ('XH-1', $1, $2) RETURNING id",
        carrier,
        make.DISTRICT,
    )
    filing = await db.fetchval(
        """
        INSERT INTO filings (dossier_id, carrier_id, district_code, organisation_id, kind, status, filed_by,
                             submitted_at, decided_at)
             VALUES ($1, $2, $3, $4, 'first', 'approved', $5, now(), now())
          RETURNING id
        """,
        dossier,
        carrier,
        make.DISTRICT,
        organisation,
        manager,
    )
    document = await db.fetchval(
        """
        INSERT INTO documents (sha256, carrier_id, district_code, organisation_id, filing_id, purpose, file_name,
                               status, uploaded_by)
             VALUES ($1, $2, $3, $4, $5, 'filing', '产权证.png', 'read', $6)
          RETURNING id
        """,
        HASH,
        carrier,
        make.DISTRICT,
        organisation,
        filing,
        manager,
    )
    await db.execute(
        """
        INSERT INTO uploads (person_id, purpose, noun_id, file_name, size, chunk_size, document_id, expires_at,
                             finished_at)
             VALUES ($1, 'filing', $2, '产权证.png', $3, 1024, $4, now() + interval '1 day', now())
        """,
        manager,
        filing,
        len(BYTES),
        document,
    )
    await db.execute(
        "INSERT INTO tasks (kind, noun_id, attempts, done_at) VALUES ('read_document', $1, 3, now())", document
    )
    submission = await db.fetchval(
        """
        INSERT INTO submissions (filing_id, number, content, declared_text, submitted_by)
             VALUES ($1, 1, '{}', '', $2)
          RETURNING id
        """,
        filing,
        manager,
    )
    await db.execute(
        """
        INSERT INTO submission_documents (submission_id, document_id, sha256, kind, position)
             VALUES ($1, $2, $3, 'title_deed', 1)
        """,
        submission,
        document,
        HASH,
    )
    await db.execute(
        "INSERT INTO decisions (filing_id, submission_id, decision, decided_by) VALUES ($1, $2, 'approved', $3)",
        filing,
        submission,
        clerk,
    )
    version = await db.fetchval(
        """
        INSERT INTO dossier_versions (dossier_id, carrier_id, district_code, number, filing_id, submission_id,
                                      title_situation, effective_from, valid_until, approved_by)
             VALUES ($1, $2, $3, 1, $4, $5, 'owner_lets', now() - interval '1 hour', current_date + 300, $6)
          RETURNING id
        """,
        dossier,
        carrier,
        make.DISTRICT,
        filing,
        submission,
        clerk,
    )
    await db.execute(
        "INSERT INTO version_units VALUES ($1, $2, tstzrange(now() - interval '1 hour', NULL))", version, unit
    )
    await db.execute(
        """
        INSERT INTO version_documents (version_id, document_id, sha256, kind, position)
             VALUES ($1, $2, $3, 'title_deed', 1)
        """,
        version,
        document,
        HASH,
    )
    catalogue = await db.fetchval(
        "INSERT INTO waiver_catalogues (number, sha256, source) VALUES ($1, '', '') RETURNING id", 1_000 + make.number()
    )
    reuse = await db.fetchval(
        """
        INSERT INTO reuses (number, code, district_code, carrier_id, unit_id, version_id, catalogue_id, item_code,
                            applicant, registration_kind, purpose, case_number, person_id, organisation_id, status,
                            held_until, receipt_text, receipt_sha256, signature, signing_key)
             VALUES ('DY-1', 'CODE', $1, $2, $3, $4, $5, 'item', '上海某某有限公司', 'formation', '设立登记', 'C-1',
                     $6, $7, 'held', now() + interval '30 days', '{}', '', '', '')
          RETURNING id
        """,
        make.DISTRICT,
        carrier,
        unit,
        version,
        catalogue,
        clerk,
        authority,
    )
    await db.execute(
        """
        INSERT INTO registrations (unit_id, carrier_id, district_code, applicant, kind, status, exclusive, reuse_id,
                                   source, held_until)
             VALUES ($1, $2, $3, '上海某某有限公司', 'formation', 'held', true, $4, 'reuse',
                     now() + interval '30 days')
        """,
        unit,
        carrier,
        make.DISTRICT,
        reuse,
    )
    await db.execute(
        """
        INSERT INTO audit_entries (action, noun, noun_id)
             SELECT 'add', 'person', id::text FROM persons
          UNION ALL
             SELECT 'claim', 'management', id::text FROM managements
          UNION ALL
             VALUES ('add', 'carrier', $1), ('submit', 'filing', $2), ('approve', 'filing', $2),
                    ('upload', 'document', $3), ('reuse', 'reuse', $4)
        """,
        str(carrier),
        str(filing),
        str(document),
        str(reuse),
    )
    await db.execute(
        """
        INSERT INTO events (position, kind, noun, noun_id)
             VALUES (1, 'filing.submitted', 'filing', $1), (2, 'filing.approved', 'filing', $1)
        """,
        filing,
    )
    return World(carrier=carrier, unit=unit, filing=filing, version=version)


async def broken(db: Connection) -> set[str]:
    return {name for name, question in QUESTIONS.items() if await question(db)}


async def test_a_sound_world_breaks_nothing(db: Connection, world: World) -> None:
    assert await broken(db) == set()


DAMAGE = {
    "finished_uploads_without_document": "UPDATE uploads SET size = size + 1",
    "frozen_documents_that_changed": "UPDATE version_documents SET sha256 = repeat('0', 64)",
    "filings_with_two_terminal_decisions": """
        WITH later AS (
            INSERT INTO submissions (filing_id, number, content, declared_text, submitted_by)
                 SELECT filing_id, 2, '{}', '', submitted_by FROM submissions
              RETURNING id, filing_id, submitted_by
        )
        INSERT INTO decisions (filing_id, submission_id, decision, decided_by)
             SELECT filing_id, id, 'approved', submitted_by FROM later
    """,
    "filings_at_odds_with_their_decision": "UPDATE filings SET status = 'returned'",
    "decisions_on_anything_but_the_last_submission": """
        INSERT INTO submissions (filing_id, number, content, declared_text, submitted_by)
             SELECT filing_id, 2, '{}', '', submitted_by FROM submissions
    """,
    "approved_filings_and_versions_that_do_not_match": "DELETE FROM dossier_versions",
    "versions_that_show_something_else": "UPDATE dossier_versions SET papers = '[]'",
    "units_in_two_versions": """
        INSERT INTO version_units
             SELECT uuidv7(), unit_id, tstzrange(now(), now() + interval '1 minute') FROM version_units
    """,
    "versions_at_odds_with_their_units": "UPDATE version_units SET during = tstzrange(lower(during), now())",
    "units_of_another_carrier_in_a_version": "UPDATE dossier_versions SET carrier_id = uuidv7()",
    "units_that_came_from_themselves": """
        INSERT INTO unit_lineages (parent_id, child_id, change_id) SELECT id, uuidv7(), uuidv7() FROM units
    """,
    "units_at_odds_with_their_history": """
        INSERT INTO unit_facts (unit_id, carrier_id, kind, building, label, key, number, valid_during, known_during)
             SELECT id, carrier_id, kind, building, '别的室', key, number, '(,)', '(,)' FROM units
    """,
    "carriers_at_odds_with_their_history": """
        INSERT INTO carrier_facts (carrier_id, kind, subject_id, value, valid_during, known_during)
             SELECT id, 'name', id, '别的名称', '(,)', '(,)' FROM carriers
    """,
    "cover_carried_without_its_area": """
        WITH change AS (
            INSERT INTO unit_changes (carrier_id, district_code, kind, happened_on, coverage, said_by, said_at)
                 SELECT carrier_id, district_code, 'split', current_date, 'carried', uuidv7(), now() FROM units
              RETURNING id
        ), lineage AS (
            INSERT INTO unit_lineages (parent_id, child_id, change_id, undone_at)
                 SELECT units.id, uuidv7(), change.id, now() FROM units, change
        )
        INSERT INTO unit_facts (unit_id, carrier_id, kind, building, floor, label, key, number, area_m2, valid_during,
                                known_during)
             SELECT id, carrier_id, kind, building, floor, label, key, number, area_m2, '(,)', known
               FROM units, unnest(ARRAY[tstzrange(NULL, now()), tstzrange(now(), NULL)]) AS known
    """,
    "exclusive_registrations_that_overlap": """
        INSERT INTO registrations (unit_id, carrier_id, district_code, applicant, kind, status, exclusive, source)
             SELECT unit_id, carrier_id, district_code, '另一家', 'existing', 'registered', true, 'import'
               FROM registrations
    """,
    "reuses_at_odds_with_their_registration": "UPDATE reuses SET status = 'refused'",
    "registrations_at_odds_with_their_case": "UPDATE registrations SET contested = true",
    "cases_at_odds_with_their_story": """
        INSERT INTO zombie_cases (number, registration_id, unit_id, carrier_id, district_code, name, cause, status,
                                  score, rules_number, reasons, opened_on, closed_at, code)
             SELECT 'JS-1', id, unit_id, carrier_id, district_code, applicant, 'moved_out', 'dismissed',
                    60, 1, '[]', current_date, now(), '7'
               FROM registrations
    """,
    "holds_that_never_end": "UPDATE registrations SET held_until = now() - interval '2 days'",
    "findings_at_odds_with_their_inspection": """
        INSERT INTO inspections (carrier_id, district_code, cause, due_on, status, ended_at)
             SELECT id, district_code, 'manual', current_date, 'found', now() FROM carriers
    """,
    "photos_at_odds_with_their_finding": """
        INSERT INTO finding_photos (id, finding_id, document_id, taken_at)
             SELECT uuidv7(), uuidv7(), id, now() FROM documents
    """,
    "draws_at_odds_with_their_commitment": """
        INSERT INTO random_draws (district_code, organisation_id, title, seed, commitment, committed_by)
             SELECT district_code, id, '十一月', 'ab', 'cd', uuidv7() FROM organisations
    """,
    "reuses_of_a_version_not_effective_then": "UPDATE reuses SET created_at = now() - interval '1 day'",
    "submissions_and_decisions_without_audit": "DELETE FROM audit_entries WHERE action = 'approve'",
    "things_without_audit": "DELETE FROM audit_entries WHERE noun = 'document'",
    "entries_long_unsealed": "UPDATE audit_entries SET at = now() - interval '2 hours'",
    "tasks_held_too_long": """
        UPDATE tasks SET done_at = NULL, hold_token = uuidv7(), held_until = now() - interval '3 minutes'
    """,
    "tasks_tried_too_often": "UPDATE tasks SET attempts = 4",
    "documents_nobody_will_read": """
        UPDATE documents SET status = 'waiting', uploaded_at = now() - interval '5 minutes'
    """,
    "rows_of_another_district_than_their_carrier": "UPDATE units SET district_code = '310101'",
    "rows_of_another_carrier_than_their_unit": "UPDATE registrations SET carrier_id = uuidv7()",
    "people_in_a_role_their_organisation_has_not": "UPDATE persons SET role = 'clerk' WHERE role = 'manager'",
    "gaps_in_the_feed": "UPDATE events SET position = 3 WHERE position = 2",
    "events_long_unnumbered": "UPDATE events SET position = NULL, at = now() - interval '2 hours' WHERE position = 2",
    "decisions_without_event": "DELETE FROM events WHERE position = 2",
}
# What the database itself refuses, it must be kept from refusing.
GUARDS = """
    DROP INDEX decision_one_terminal;
    DROP INDEX registration_exclusive;
    ALTER TABLE version_units DROP CONSTRAINT unit_in_one_version;
    SET LOCAL session_replication_role = replica;
"""
# One damage may well be two.
ALSO = {
    "filings_with_two_terminal_decisions": {
        "decisions_on_anything_but_the_last_submission",
        "submissions_and_decisions_without_audit",
        "decisions_without_event",
    },
    "decisions_on_anything_but_the_last_submission": {
        "submissions_and_decisions_without_audit",
        "decisions_without_event",
    },
    "cases_at_odds_with_their_story": {"things_without_audit"},
    "filings_at_odds_with_their_decision": {"approved_filings_and_versions_that_do_not_match"},
    "frozen_documents_that_changed": {"versions_that_show_something_else"},
    "versions_at_odds_with_their_units": {"reuses_of_a_version_not_effective_then"},
}


def test_every_invariant_has_its_damage() -> None:
    assert DAMAGE.keys() == QUESTIONS.keys()


@pytest.mark.parametrize("name", QUESTIONS)
async def test_damage_is_named_by_its_invariant(db: Connection, world: World, name: str) -> None:
    await db.execute(GUARDS)
    await db.execute(DAMAGE[name])
    found = await broken(db)
    assert name in found
    assert found <= {name} | ALSO.get(name, set())


@pytest.mark.parametrize(
    ("kind", "floor", "part", "overlaps"),
    [
        ("whole_floor", 3, False, True),
        ("whole_floor", 4, False, False),
        ("room", 3, False, False),
        ("part", 9, True, True),
    ],
)
async def test_space_overlaps_through_whole_floors_and_parts(
    db: Connection, world: World, kind: str, floor: int, part: bool, overlaps: bool
) -> None:
    other = await make.unit(db, carrier_id=world.carrier, kind=kind, floor=floor)
    if part:
        await db.execute("UPDATE units SET part_of = $2 WHERE id = $1", other, world.unit)
    await db.execute(
        """
        INSERT INTO registrations (unit_id, carrier_id, district_code, applicant, kind, status, exclusive, source)
             SELECT $1, carrier_id, district_code, '另一家', 'existing', 'registered', true, 'import'
               FROM registrations
        """,
        other,
    )
    assert bool(await rows.exclusive_registrations_that_overlap(db)) is overlaps
    await db.execute("UPDATE registrations SET contested = true WHERE unit_id = $1", other)
    assert await rows.exclusive_registrations_that_overlap(db) == []


# 字节


@pytest.fixture
async def kept(db: Connection, world: World, store: Store) -> None:
    await store.put_bytes(content_key(HASH), BYTES, "image/png")


async def names(database: Database, store: Store, folder: Path, depth: Depth = Depth.SAMPLES) -> set[str]:
    return {each.invariant.name for each in await objects.check(database, store, folder, depth) if not each.holds}


@pytest.mark.usefixtures("kept")
async def test_bytes_that_are_there_are_fine(database: OneConnection, store: Store, tmp_path: Path) -> None:
    assert await names(database, store, tmp_path, Depth.ALL) == set()


@pytest.mark.usefixtures("kept")
async def test_a_lost_object_is_missed(database: OneConnection, store: Store, tmp_path: Path) -> None:
    await store.remove([content_key(HASH)])
    assert await names(database, store, tmp_path) == {"objects_missing"}


@pytest.mark.usefixtures("kept")
async def test_a_shortened_object_is_missed(database: OneConnection, store: Store, tmp_path: Path) -> None:
    await store.put_bytes(content_key(HASH), BYTES[:-1], "image/png")
    assert "objects_missing" in await names(database, store, tmp_path)


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("depth", [Depth.SAMPLES, Depth.ALL])
async def test_bytes_that_rotted_are_found_where_they_are_read(
    database: OneConnection, store: Store, tmp_path: Path, depth: Depth
) -> None:
    await store.put_bytes(content_key(HASH), BYTES[::-1], "image/png")
    assert await names(database, store, tmp_path, depth) == {"objects_changed"}
    assert await names(database, store, tmp_path, Depth.NONE) == set()


@pytest.mark.usefixtures("kept")
async def test_an_object_nobody_refers_to_has_a_day(
    database: OneConnection, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orphan = content_key(sha256(b"orphan").hexdigest())
    await store.put_bytes(orphan, b"orphan", "image/png")
    await store.put_bytes(f"uploads/{UUID(int=1)}/0", b"chunk", "application/octet-stream")
    assert await names(database, store, tmp_path) == set()
    monkeypatch.setattr(objects, "OBJECT_GRACE", -objects.OBJECT_GRACE)  # a day later
    found = {each.invariant.name: each for each in await objects.check(database, store, tmp_path, Depth.NONE)}
    assert set(found["objects_nobody_refers_to"].cases) == {orphan, f"uploads/{UUID(int=1)}/0"}


@pytest.mark.usefixtures("kept")
async def test_chunks_of_an_upload_that_can_go_on_are_nobodys_orphans(
    database: OneConnection, db: Connection, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = await db.fetchval("UPDATE uploads SET finished_at = NULL, document_id = NULL RETURNING id")
    await store.put_bytes(f"uploads/{upload}/0", b"chunk", "application/octet-stream")
    monkeypatch.setattr(objects, "OBJECT_GRACE", objects.OBJECT_GRACE * 0)
    assert await names(database, store, tmp_path) == set()
    await db.execute("UPDATE uploads SET expires_at = now()")
    assert await names(database, store, tmp_path) == {"objects_nobody_refers_to"}


async def test_a_row_of_bytes_nobody_uses_is_found(
    database: OneConnection, db: Connection, store: Store, tmp_path: Path
) -> None:
    await store.put_bytes(content_key(HASH), BYTES, "image/png")
    await db.execute(
        """
        INSERT INTO blobs (sha256, size, media_type, stored_at)
             VALUES ($1, $2, 'image/png', now() - interval '2 days')
        """,
        HASH,
        len(BYTES),
    )
    assert await names(database, store, tmp_path) == {"blobs_nobody_refers_to"}


async def test_a_temporary_file_has_an_hour(database: OneConnection, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "left.upload"
    path.write_bytes(b"left")
    assert await names(database, store, tmp_path) == set()
    os.utime(path, (time.time() - 4_000, time.time() - 4_000))
    assert await names(database, store, tmp_path) == {"temporary_files"}


# 全部


def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


async def test_an_empty_installation_breaks_nothing(fresh_database: Database, store: Store, tmp_path: Path) -> None:
    assert await run(fresh_database, store, settings(tmp_path)) == []
    assert not settings(tmp_path).signing_key.exists()


async def test_a_broken_seal_and_a_lost_key_are_found(fresh_database: Database, store: Store, tmp_path: Path) -> None:
    found = settings(tmp_path)
    async with fresh_database.transaction() as db:
        await audit.record(db, None, "add", "district", "310104")
    await sealing.seal(fresh_database, found.checkpoints, Signer.open(found.signing_key))
    assert await run(fresh_database, store, found) == []
    async with fresh_database.transaction() as db:
        await db.execute("SET LOCAL session_replication_role = replica")
        await db.execute("UPDATE audit_entries SET action = 'remove'")
    assert [each.invariant.name for each in await run(fresh_database, store, found)] == ["sealed_chain"]
    found.signing_key.unlink()
    assert [each.invariant.name for each in await run(fresh_database, store, found)] == ["signing_key"]


async def test_a_receipt_that_does_not_verify_is_found(fresh_database: Database, store: Store, tmp_path: Path) -> None:
    async with fresh_database.transaction() as db:
        await make_world(db)
    await store.put_bytes(content_key(HASH), BYTES, "image/png")
    Signer.open(settings(tmp_path).signing_key)
    (found,) = await run(fresh_database, store, settings(tmp_path))
    assert found.invariant.name == "receipts"
    assert found.cases[0].startswith("凭证 DY-1：")
