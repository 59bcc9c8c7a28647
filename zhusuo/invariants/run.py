"""Asks every invariant, one after the other."""

from collections.abc import AsyncIterator
from pathlib import Path

from storage.store import Store
from zhusuo import sealing
from zhusuo.db import Database
from zhusuo.invariants import objects, rows
from zhusuo.invariants.model import Invariant, Result, result
from zhusuo.invariants.objects import Depth
from zhusuo.registrations import receipts
from zhusuo.settings import Settings
from zhusuo.signing import Signer

KEY = Invariant(group=5, name="signing_key", title="签名私钥在位")
RECEIPTS = Invariant(group=5, name="receipts", title="每份凭证都能核验")
SEAL = Invariant(group=6, name="sealed_chain", title="留痕的封存完好，与库外检查点一致")


async def results(
    database: Database, store: Store, settings: Settings, *, depth: Depth = Depth.SAMPLES
) -> AsyncIterator[Result]:
    """How each invariant stands, as it is asked. Raises Unavailable while the store does not answer."""
    for invariant, question in rows.QUESTIONS:
        async with database.connection() as db:
            yield result(invariant, await question(db))
    for each in await objects.check(database, store, settings.home / "tmp", depth):
        yield each
    signer = _signer(settings.signing_key)
    if signer is None:
        yield result(KEY, await _signed_without_key(database, settings.signing_key))
        return
    yield Result(invariant=KEY)
    yield result(RECEIPTS, await _broken_receipts(database, signer))
    yield await _seal(database, settings.checkpoints, signer)


async def run(database: Database, store: Store, settings: Settings, *, depth: Depth = Depth.SAMPLES) -> list[Result]:
    """The invariants that do not hold."""
    return [each async for each in results(database, store, settings, depth=depth) if not each.holds]


def _signer(path: Path) -> Signer | None:
    """The key that is there; to ask a question makes no new one."""
    return Signer.open(path, create=False) if path.exists() else None


async def _signed_without_key(database: Database, path: Path) -> list[str]:
    async with database.connection() as db:
        signed = await db.fetchval(
            "SELECT EXISTS (SELECT FROM reuses) OR EXISTS (SELECT FROM audit_checkpoints)",
        )
    return [f"已有签发的凭证或检查点，而 {path} 不存在"] if signed else []


async def _broken_receipts(database: Database, signer: Signer) -> list[str]:
    async with database.connection() as db:
        return [
            f"凭证 {reuse.number}：{'、'.join(differences)}" async for reuse, differences in receipts.broken(db, signer)
        ]


async def _seal(database: Database, folder: Path, signer: Signer) -> Result:
    report = await sealing.verify(database, folder, signer.public_key)
    return Result(
        invariant=SEAL,
        cases=tuple(each.sentence for each in report.problems),
        count=report.problem_count,
    )
