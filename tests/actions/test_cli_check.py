"""`zhusuo check` and `zhusuo audit`, as they are called from a shell."""

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from storage.model import StoreSettings
from storage.store import Store
from zhusuo import audit, merkle, sealing
from zhusuo.db import Database
from zhusuo.signing import Signer

BUCKET = "test-command"


@pytest.fixture
async def environment(fresh_database: Database, s3: StoreSettings, tmp_path: Path) -> dict[str, str]:
    """An installation with a few sealed entries."""
    store = Store.open(replace(s3, bucket=BUCKET))
    await store.ensure_bucket()
    await store.close()
    async with fresh_database.transaction() as db:
        for each in range(5):
            await audit.record(db, None, "add", "district", each)
    await sealing.seal(fresh_database, tmp_path / "checkpoints", Signer.open(tmp_path / "signing.pem"))
    return {
        "ZHUSUO_HOME": str(tmp_path),
        "ZHUSUO_DATABASE_URL": fresh_database.url,
        "ZHUSUO_S3_ENDPOINT": s3.endpoint,
        "ZHUSUO_S3_ACCESS_KEY": s3.access_key,
        "ZHUSUO_S3_SECRET_KEY": s3.secret_key,
        "ZHUSUO_S3_BUCKET": BUCKET,
    }


async def call(environment: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "zhusuo", *arguments,
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, error = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), error.decode()


async def spoil(database: Database) -> None:
    async with database.transaction() as db:
        await db.execute("SET LOCAL session_replication_role = replica")
        await db.execute("UPDATE audit_entries SET action = 'remove' WHERE leaf_index = 3")


async def test_check_says_that_all_is_well_and_what_is_not(
    fresh_database: Database, environment: dict[str, str]
) -> None:
    status, out, _ = await call(environment, "check")
    assert status == 0, out
    assert "项全部成立" in out
    await spoil(fresh_database)
    status, out, _ = await call(environment, "check", "--objects", "all")
    assert status == 1
    assert "第 3 条留痕" in out
    assert "1 项不成立" in out


async def test_check_speaks_to_machines(fresh_database: Database, environment: dict[str, str]) -> None:
    await spoil(fresh_database)
    status, out, _ = await call(environment, "check", "--json")
    found = json.loads(out)
    assert status == 1
    assert [each["name"] for each in found if not each["holds"]] == ["sealed_chain"]
    assert {each["group"] for each in found} == {1, 2, 3, 4, 5, 6, 7, 8, 9}


async def test_a_wrong_call_has_its_own_exit_status(environment: dict[str, str]) -> None:
    assert (await call(environment, "check", "--objects", "most"))[0] == 2


async def test_check_says_so_when_the_store_is_away(environment: dict[str, str]) -> None:
    status, _, error = await call({**environment, "ZHUSUO_S3_ENDPOINT": "127.0.0.1:9"}, "check")
    assert status == 1
    assert "存储服务暂时没有响应" in error
    assert "Traceback" not in error


async def test_audit_verify_and_its_exit_status(fresh_database: Database, environment: dict[str, str]) -> None:
    status, out, _ = await call(environment, "audit", "verify")
    assert status == 0
    assert "封存完好" in out
    await spoil(fresh_database)
    status, out, _ = await call(environment, "audit", "verify", "--json")
    assert status == 1
    assert [each["kind"] for each in json.loads(out)["problems"]] == ["changed"]


async def test_a_stranger_can_check_what_prove_and_growth_give(
    fresh_database: Database, environment: dict[str, str]
) -> None:
    async with fresh_database.connection() as db:
        entry = await db.fetchval("SELECT id FROM audit_entries WHERE leaf_index = 3")
        leaves = [row["leaf_hash"] for row in await db.fetch("SELECT leaf_hash FROM audit_entries ORDER BY leaf_index")]
    status, out, _ = await call(environment, "audit", "prove", str(entry))
    proof = json.loads(out)
    path, root = [bytes.fromhex(each) for each in proof["path"]], bytes.fromhex(proof["root_hash"])
    assert status == 0
    assert merkle.verify_inclusion(merkle.leaf_hash(proof["content"].encode()), 3, 5, path, root)
    status, out, _ = await call(environment, "audit", "growth", "2")
    grown = [bytes.fromhex(each) for each in json.loads(out)["proof"]]
    assert merkle.verify_consistency(2, merkle.root_hash(leaves[:2]), 5, root, grown)
