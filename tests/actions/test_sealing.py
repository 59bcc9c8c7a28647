"""留痕的封存: what is sealed stays as it was, or everybody can see that it did not."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import asyncpg
import pytest

from zhusuo import audit, checkpoints, merkle, sealing
from zhusuo.checkpoints import OutsideBroken
from zhusuo.db import Connection, Database
from zhusuo.errors import NotFound
from zhusuo.sealing import Report, SealBroken, seal, verify
from zhusuo.signing import Signer


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.open(tmp_path / "key.pem")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "checkpoints"


async def record(database: Database, count: int) -> None:
    async with database.transaction() as db:
        for each in range(count):
            await audit.record(db, None, "view_page", "document", each, detail={"page": each, "名称": "产权证"})


async def sealed(database: Database, folder: Path, signer: Signer, *counts: int) -> None:
    """One checkpoint for each count of entries."""
    for count in counts:
        await record(database, count)
        assert await seal(database, folder, signer) == count


@asynccontextmanager
async def behind_our_back(database: Database) -> AsyncIterator[Connection]:
    """What somebody can do who has the password of the database."""
    async with database.transaction() as db:
        await db.execute("SET LOCAL session_replication_role = replica")
        yield db


def kinds(report: Report) -> list[str]:
    return [each.kind for each in report.problems]


async def rehash(db: Connection, index: int) -> None:
    row = await db.fetchrow(
        """
        SELECT id, at, person_id, client_id, organisation_id, action, noun, noun_id, carrier_id, district_code,
               purpose, case_number, detail
          FROM audit_entries
         WHERE leaf_index = $1
        """,
        index,
    )
    assert row is not None
    leaf = merkle.leaf_hash(sealing.entry_content(row))
    await db.execute("UPDATE audit_entries SET leaf_hash = $2 WHERE leaf_index = $1", index, leaf)


async def test_what_was_sealed_verifies(fresh_database: Database, folder: Path, signer: Signer) -> None:
    await sealed(fresh_database, folder, signer, 3, 4)
    await record(fresh_database, 2)
    report = await verify(fresh_database, folder, signer.public_key)
    assert report.good, report.problems
    assert (report.tree_size, report.unsealed_count, report.checkpoint_count, report.outside_count) == (7, 2, 2, 2)


async def test_nothing_sealed_yet_is_no_problem(fresh_database: Database, folder: Path, signer: Signer) -> None:
    assert await seal(fresh_database, folder, signer) == 0
    report = await verify(fresh_database, folder, signer.public_key)
    assert report.good
    assert report.tree_size == 0


async def test_a_large_backlog_is_sealed_in_batches_in_the_order_of_ids(
    fresh_database: Database, folder: Path, signer: Signer
) -> None:
    await record(fresh_database, 25)
    assert await seal(fresh_database, folder, signer, batch=10) == 25
    async with fresh_database.connection() as db:
        assert [row["tree_size"] for row in await db.fetch("SELECT tree_size FROM audit_checkpoints")] == [10, 20, 25]
        rows = await db.fetch("SELECT leaf_index FROM audit_entries ORDER BY id")
    assert [row["leaf_index"] for row in rows] == list(range(25))
    assert (await verify(fresh_database, folder, signer.public_key)).good


async def test_an_entry_that_is_committed_later_gets_a_later_index(
    fresh_database: Database, folder: Path, signer: Signer
) -> None:
    async with fresh_database.transaction() as slow:
        await audit.record(slow, None, "submit", "filing", "slow")
        await record(fresh_database, 1)
        assert await seal(fresh_database, folder, signer) == 1
    assert await seal(fresh_database, folder, signer) == 1
    async with fresh_database.connection() as db:
        assert await db.fetchval("SELECT leaf_index FROM audit_entries WHERE noun_id = 'slow'") == 1
    assert (await verify(fresh_database, folder, signer.public_key)).good


async def test_two_sealers_at_once_seal_everything_once(fresh_database: Database, folder: Path, signer: Signer) -> None:
    await record(fresh_database, 60)
    counts = await asyncio.gather(*(seal(fresh_database, folder, signer, batch=7) for _ in range(4)))
    assert sum(counts) == 60
    report = await verify(fresh_database, folder, signer.public_key)
    assert report.good, report.problems
    assert report.outside_count == report.checkpoint_count


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET action = 'approve'",
        "UPDATE audit_entries SET leaf_index = leaf_index + 100",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "UPDATE audit_checkpoints SET tree_size = 5",
        "DELETE FROM audit_checkpoints",
    ],
)
async def test_the_database_itself_refuses_to_change_what_was_recorded(
    fresh_database: Database, folder: Path, signer: Signer, statement: str
) -> None:
    await sealed(fresh_database, folder, signer, 2)
    async with fresh_database.connection() as db:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="留痕不可更改"):
            await db.execute(statement)


async def test_a_changed_entry_is_named(fresh_database: Database, folder: Path, signer: Signer) -> None:
    await sealed(fresh_database, folder, signer, 5, 5)
    async with behind_our_back(fresh_database) as db:
        await db.execute("UPDATE audit_entries SET detail = '{\"page\": 99}' WHERE leaf_index = 3")
    report = await verify(fresh_database, folder, signer.public_key)
    assert kinds(report) == ["changed"]
    assert "第 3 条" in report.problems[0].sentence


async def test_an_entry_changed_together_with_its_hash_is_found_by_the_root(
    fresh_database: Database, folder: Path, signer: Signer
) -> None:
    await sealed(fresh_database, folder, signer, 5, 5, 5)
    async with behind_our_back(fresh_database) as db:
        await db.execute("UPDATE audit_entries SET action = 'approve' WHERE leaf_index = 7")
        await rehash(db, 7)
    report = await verify(fresh_database, folder, signer.public_key)
    assert kinds(report) == ["changed"]
    assert "第 5 至 9 条" in report.problems[0].sentence


async def test_a_removed_entry_is_missed_and_does_not_hide_the_next_damage(
    fresh_database: Database, folder: Path, signer: Signer
) -> None:
    await sealed(fresh_database, folder, signer, 5, 5, 5)
    async with behind_our_back(fresh_database) as db:
        await db.execute("DELETE FROM audit_entries WHERE leaf_index IN (3, 4, 5, 6)")
        await db.execute("UPDATE audit_entries SET action = 'approve' WHERE leaf_index = 11")
        await rehash(db, 11)
    report = await verify(fresh_database, folder, signer.public_key)
    assert [each.sentence for each in report.problems] == [
        "第 3 至 6 条留痕缺失。",
        "第 10 至 14 条留痕算出的根与检查点不符。",
    ]


async def test_removed_last_entries_are_missed(fresh_database: Database, folder: Path, signer: Signer) -> None:
    await sealed(fresh_database, folder, signer, 5)
    async with behind_our_back(fresh_database) as db:
        await db.execute("DELETE FROM audit_entries WHERE leaf_index >= 3")
    assert kinds(await verify(fresh_database, folder, signer.public_key)) == ["missing"]
    await record(fresh_database, 1)
    with pytest.raises(SealBroken):
        await seal(fresh_database, folder, signer)


async def test_an_entry_slipped_in_with_an_index_is_found(
    fresh_database: Database, folder: Path, signer: Signer
) -> None:
    await sealed(fresh_database, folder, signer, 5)
    async with behind_our_back(fresh_database) as db:
        await db.execute(
            """
            INSERT INTO audit_entries (action, noun, noun_id, leaf_index, leaf_hash)
                 VALUES ('approve', 'filing', '1', 5, '')
            """
        )
        await rehash(db, 5)
    assert kinds(await verify(fresh_database, folder, signer.public_key)) == ["added"]


async def test_two_entries_that_changed_places_are_found(
    fresh_database: Database, folder: Path, signer: Signer
) -> None:
    await sealed(fresh_database, folder, signer, 5)
    async with behind_our_back(fresh_database) as db:
        await db.execute("UPDATE audit_entries SET leaf_index = 99 WHERE leaf_index = 1")
        await db.execute("UPDATE audit_entries SET leaf_index = 1 WHERE leaf_index = 2")
        await db.execute("UPDATE audit_entries SET leaf_index = 2 WHERE leaf_index = 99")
    assert kinds(await verify(fresh_database, folder, signer.public_key)) == ["changed"]


async def test_a_database_put_back_to_an_earlier_moment_is_found_and_not_sealed_over(
    fresh_database: Database, folder: Path, signer: Signer
) -> None:
    await sealed(fresh_database, folder, signer, 5, 5)
    async with behind_our_back(fresh_database) as db:
        await db.execute("DELETE FROM audit_entries WHERE leaf_index >= 5")
        await db.execute("DELETE FROM audit_checkpoints WHERE tree_size > 5")
    assert kinds(await verify(fresh_database, folder, signer.public_key)) == ["rolled_back"]
    await record(fresh_database, 9)
    with pytest.raises(SealBroken, match="回退"):
        await seal(fresh_database, folder, signer)


async def test_a_restored_database_is_sealed_again_once_its_old_checkpoints_are_put_away(
    fresh_database: Database, folder: Path, signer: Signer
) -> None:
    await sealed(fresh_database, folder, signer, 5, 5)
    async with behind_our_back(fresh_database) as db:
        await db.execute("DELETE FROM audit_entries WHERE leaf_index >= 5")
        await db.execute("DELETE FROM audit_checkpoints WHERE tree_size > 5")
    (folder / checkpoints.FILE).rename(folder / "before-restore.checkpoints")
    await sealed(fresh_database, folder, signer, 2)
    report = await verify(fresh_database, folder, signer.public_key)
    assert report.good, report.problems
    assert report.outside_count == 2


async def test_a_tree_sealed_anew_with_another_key_is_found(
    fresh_database: Database, folder: Path, signer: Signer, tmp_path: Path
) -> None:
    await sealed(fresh_database, folder, signer, 5)
    async with behind_our_back(fresh_database) as db:
        await db.execute("DELETE FROM audit_checkpoints")
        await db.execute("UPDATE audit_entries SET leaf_index = NULL, leaf_hash = NULL, action = 'approve'")
    forger = Signer.open(tmp_path / "forger.pem")
    await seal(fresh_database, tmp_path / "elsewhere", forger)
    assert set(kinds(await verify(fresh_database, folder, signer.public_key))) == {"signature", "checkpoint"}
    await record(fresh_database, 1)
    with pytest.raises(SealBroken):
        await seal(fresh_database, folder, signer)


async def test_a_removed_checkpoint_is_missed(fresh_database: Database, folder: Path, signer: Signer) -> None:
    await sealed(fresh_database, folder, signer, 5)
    async with behind_our_back(fresh_database) as db:
        await db.execute("DELETE FROM audit_checkpoints")
    assert kinds(await verify(fresh_database, folder, signer.public_key)) == ["rolled_back", "added"]
    (folder / checkpoints.FILE).unlink()
    with pytest.raises(SealBroken):
        await seal(fresh_database, folder, signer)


async def test_a_lost_copy_outside_is_missed_after_a_while_and_written_again_by_the_next_sealing(
    fresh_database: Database, folder: Path, signer: Signer
) -> None:
    await sealed(fresh_database, folder, signer, 5)
    (folder / checkpoints.FILE).unlink()
    assert (await verify(fresh_database, folder, signer.public_key)).good
    async with behind_our_back(fresh_database) as db:
        await db.execute("UPDATE audit_checkpoints SET sealed_at = now() - interval '1 hour'")
    assert kinds(await verify(fresh_database, folder, signer.public_key)) == ["outside"]
    assert await seal(fresh_database, folder, signer) == 0
    assert (await verify(fresh_database, folder, signer.public_key)).good


async def test_a_line_taken_out_of_the_file_is_missed(fresh_database: Database, folder: Path, signer: Signer) -> None:
    await sealed(fresh_database, folder, signer, 5, 5)
    lines = (folder / checkpoints.FILE).read_bytes().splitlines(keepends=True)
    (folder / checkpoints.FILE).write_bytes(b"".join(lines[6:]))
    assert kinds(await verify(fresh_database, folder, signer.public_key)) == ["outside"]


async def test_a_forged_line_in_the_file_is_found(fresh_database: Database, folder: Path, signer: Signer) -> None:
    await sealed(fresh_database, folder, signer, 5)
    text = (folder / checkpoints.FILE).read_text()
    (folder / checkpoints.FILE).write_text(text.replace("\n5\n", "\n6\n"))
    assert kinds(await verify(fresh_database, folder, signer.public_key)) == ["signature", "outside"]
    (folder / checkpoints.FILE).write_text(text.replace("\n5\n", "\nfive\n"))
    assert kinds(await verify(fresh_database, folder, signer.public_key)) == ["outside"]


@pytest.mark.parametrize("left", [1, 20, 150])
async def test_a_note_cut_in_two_by_a_crash_is_completed(
    fresh_database: Database, folder: Path, signer: Signer, left: int
) -> None:
    await sealed(fresh_database, folder, signer, 5)
    whole = (folder / checkpoints.FILE).read_bytes()
    await sealed(fresh_database, folder, signer, 5)
    both = (folder / checkpoints.FILE).read_bytes()
    (folder / checkpoints.FILE).write_bytes(both[: len(whole) + left])
    await sealed(fresh_database, folder, signer, 1)
    assert (folder / checkpoints.FILE).read_bytes().startswith(both)
    assert (await verify(fresh_database, folder, signer.public_key)).good


async def test_a_file_that_ends_in_something_else_is_not_written_on(
    fresh_database: Database, folder: Path, signer: Signer
) -> None:
    await sealed(fresh_database, folder, signer, 5)
    with (folder / checkpoints.FILE).open("a") as file:
        file.write("nonsense\n")
    await record(fresh_database, 1)
    with pytest.raises(OutsideBroken):
        await seal(fresh_database, folder, signer)


async def test_the_file_is_a_signed_note_that_others_can_read(
    fresh_database: Database, folder: Path, signer: Signer
) -> None:
    await sealed(fresh_database, folder, signer, 5)
    text = (folder / checkpoints.FILE).read_text("utf-8")
    body, _, signature_line = text.removesuffix("\n\n").partition("\n\n")
    origin, size, root = body.split("\n")
    dash, name, encoded = signature_line.split(" ")
    key, signature = b64decode(encoded)[:4], b64decode(encoded)[4:]
    assert (origin, size, dash, name) == ("zhusuo/audit", "5", "—", "zhusuo/audit")
    assert key == sha256(b"zhusuo/audit\n\x01" + signer.public_key).digest()[:4]
    assert signer.verify((body + "\n").encode(), signature)
    async with fresh_database.connection() as db:
        leaves = [row["leaf_hash"] for row in await db.fetch("SELECT leaf_hash FROM audit_entries ORDER BY leaf_index")]
    assert b64decode(root) == merkle.root_hash(leaves)


async def test_one_entry_can_be_proved_to_a_stranger(fresh_database: Database, folder: Path, signer: Signer) -> None:
    await sealed(fresh_database, folder, signer, 6, 5)
    async with fresh_database.connection() as db:
        entry = await db.fetchval("SELECT id FROM audit_entries WHERE leaf_index = 4")
    proof = await sealing.prove(fresh_database, entry, signer.public_key)
    assert proof.note in (folder / checkpoints.FILE).read_text("utf-8")
    leaf = merkle.leaf_hash(proof.content.encode())
    path, root = [bytes.fromhex(each) for each in proof.path], bytes.fromhex(proof.root_hash)
    assert merkle.verify_inclusion(leaf, proof.leaf_index, proof.tree_size, path, root)
    assert f'"id":"{entry}"' in proof.content


async def test_an_entry_that_is_not_sealed_has_no_proof_yet(
    fresh_database: Database, folder: Path, signer: Signer
) -> None:
    await sealed(fresh_database, folder, signer, 1)
    await record(fresh_database, 1)
    async with fresh_database.connection() as db:
        entry = await db.fetchval("SELECT id FROM audit_entries WHERE leaf_index IS NULL")
    with pytest.raises(NotFound, match="尚未封存"):
        await sealing.prove(fresh_database, entry, signer.public_key)


async def test_a_later_checkpoint_proves_that_it_contains_an_earlier_one(
    fresh_database: Database, folder: Path, signer: Signer
) -> None:
    await sealed(fresh_database, folder, signer, 6, 5)
    first, _ = [each for each in checkpoints.read(folder) if not isinstance(each, int)]
    latest, proof = await sealing.prove_growth(fresh_database, 6)
    assert merkle.verify_consistency(6, first.checkpoint.root_hash, 11, latest.root_hash, proof)
    with pytest.raises(NotFound):
        await sealing.prove_growth(fresh_database, 12)
