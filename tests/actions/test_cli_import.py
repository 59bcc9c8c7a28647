"""`zhusuo import` from a shell: what is tried changes nothing, and the exit status says whether all went."""

import asyncio
import sys
from pathlib import Path

import pytest

from storage.model import StoreSettings
from tests import make
from tests import make_registrations as making
from tests.make_businesses import csv_of, uscc, xlsx_of
from zhusuo.db import Database


@pytest.fixture
def environment(fresh_database: Database, s3: StoreSettings, tmp_path: Path) -> dict[str, str]:
    return {
        "ZHUSUO_HOME": str(tmp_path),
        "ZHUSUO_DATABASE_URL": fresh_database.url,
        "ZHUSUO_S3_ENDPOINT": s3.endpoint,
        "ZHUSUO_S3_ACCESS_KEY": s3.access_key,
        "ZHUSUO_S3_SECRET_KEY": s3.secret_key,
    }


async def call(environment: dict[str, str], *arguments: object) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "zhusuo", "import", *map(str, arguments),
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, error = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode is not None
    return process.returncode, out.decode(), error.decode()


async def test_a_register_is_tried_and_then_written(
    fresh_database: Database, environment: dict[str, str], tmp_path: Path
) -> None:
    async with fresh_database.transaction() as db:
        await making.room(db, carrier_id=await making.house(db))
    file, out = tmp_path / "登记.csv", tmp_path / "out.csv"
    file.write_bytes(csv_of([("甲公司", uscc(), "云锦路887号1403室", "", ""), ("乙", "", "云锦路1号", "", "")]))
    async with fresh_database.connection() as db:
        status, said, _ = await call(environment, "businesses", file, "--out", out)
        assert (status, "试导，没有改动登记" in said) == (1, True)
        assert "没有统一社会信用代码" in out.read_text("utf-8-sig")
        assert await db.fetchval("SELECT count(*) FROM registrations") == 0
        status, said, _ = await call(environment, "businesses", file, "--apply")
        assert (status, "已写入" in said) == (1, True)
        assert await db.fetchval("SELECT count(*) FROM registrations WHERE source = 'import'") == 1
    file.write_bytes(b"not a table")
    assert (await call(environment, "businesses", file))[0] == 2


async def test_units_and_a_roster_come_in_by_somebodys_name(
    fresh_database: Database, environment: dict[str, str], tmp_path: Path
) -> None:
    async with fresh_database.transaction() as db:
        manager = await make.actor(db, role="manager")
        carrier_id = await make.carrier(db, manager=manager.organisation_id)
        number = await db.fetchval("SELECT number FROM carriers WHERE id = $1", carrier_id)
        login = await db.fetchval("SELECT login FROM persons WHERE id = $1", manager.person_id)
    units, roster = tmp_path / "units.xlsx", tmp_path / "roster.xlsx"
    units.write_bytes(xlsx_of([("1", "101"), ("1", "102")], header=("楼层", "房号")))
    roster.write_bytes(xlsx_of([("101", "甲公司"), ("999", "乙公司")], header=("房号", "租户")))
    named = ("--carrier", number, "--as", login)
    assert (await call(environment, "units", units, *named))[:2] == (0, "试导：新增 2 个单元，更改 0 个，不变 0 个。\n")
    assert (await call(environment, "units", units, *named, "--apply"))[0] == 0
    status, said, error = await call(environment, "tenancies", roster, *named, "--apply")
    assert (status, "迁入 1 家" in said, "没有“999”" in error) == (1, True, True)
    status, _, error = await call(environment, "tenancies", roster, "--carrier", "没有", "--as", login)
    assert (status, "没有编号为“没有”的载体" in error) == (1, True)
    async with fresh_database.connection() as db:
        assert await db.fetchval("SELECT count(*) FROM tenancies") == 1
