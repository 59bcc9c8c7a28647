"""封存: seals the audit entries into a tree of RFC 6962, and finds out whether anybody changed them afterwards.

Entries are sealed in batches, behind the business transactions and without holding them up: every committed entry
without an index gets the next one, in the order of ids; one whose transaction commits later simply gets a later
index. Each batch ends in a signed checkpoint, in the database and in a file outside it (see `checkpoints`).

What is hashed is an entry's columns as JSON: keys sorted, no blanks, UTF-8, times in UTC with microseconds.

After a database was restored from a backup on purpose, move the file of checkpoints to a safe place; sealing then
writes a new one from what the database holds. Until then it refuses to go on, for a restored database looks exactly
like one that somebody put back to make entries disappear.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from uuid import UUID

from zhusuo import checkpoints, merkle
from zhusuo.checkpoints import Checkpoint
from zhusuo.db import Connection, Database, Row
from zhusuo.errors import NotFound, Refusal
from zhusuo.signing import Signer
from zhusuo.signing import verify as signed

SEALING_LOCK = 7_310_106
BATCH = 5_000
PROBLEMS_KEPT = 100
# A checkpoint reaches the file right after its commit; one that has not for so long never will by itself.
COPIED_WITHIN = timedelta(minutes=10)


class SealBroken(Refusal):
    """Going on would seal over a damage and hide it."""

    code = "seal_broken"
    sentence = "留痕封存已停止：{reason}。请先运行 zhusuo audit verify 核查。"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What does not hold; `kind` is changed, missing, added, checkpoint, signature, rolled_back or outside."""

    kind: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a verification found."""

    tree_size: int
    root_hash: str
    unsealed_count: int
    checkpoint_count: int
    outside_count: int
    problem_count: int
    problems: tuple[Problem, ...]

    @property
    def good(self) -> bool:
        return self.problem_count == 0


@dataclass(frozen=True, kw_only=True)
class Proof:
    """证明: that one entry is sealed under a checkpoint; anybody can check it with `merkle.verify_inclusion`."""

    content: str
    leaf_index: int
    tree_size: int
    root_hash: str
    path: tuple[str, ...]
    note: str


def entry_content(row: Row) -> bytes:
    """The bytes of an entry that are hashed."""
    columns = dict(row)
    columns.pop("leaf_index", None)
    columns.pop("leaf_hash", None)
    columns["at"] = columns["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return json.dumps(columns, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode()


async def seal(database: Database, folder: Path, signer: Signer, *, batch: int = BATCH) -> int:
    """Seal everything that is committed and write the checkpoints to the folder; how many entries were sealed.

    Raises SealBroken, OutsideBroken, OSError.
    """
    outside = await asyncio.to_thread(checkpoints.last, folder)
    count = 0
    while True:
        sealed = await _seal_batch(database, signer, outside, batch)
        count += sealed
        if sealed < batch:
            break
    await _copy(database, folder, signer.public_key)
    return count


async def _seal_batch(database: Database, signer: Signer, outside: Checkpoint | None, batch: int) -> int:
    async with database.transaction() as db:
        await db.execute("SELECT pg_advisory_xact_lock($1)", SEALING_LOCK)
        frontier = await _trusted_frontier(db, signer, outside)
        rows = await db.fetch(
            """
            SELECT id, at, person_id, client_id, organisation_id, action, noun, noun_id, carrier_id, district_code,
                   purpose, case_number, detail
              FROM audit_entries
             WHERE leaf_index IS NULL
          ORDER BY id
             LIMIT $1
            """,
            batch,
        )
        if not rows:
            return 0
        leaves = [merkle.leaf_hash(entry_content(row)) for row in rows]
        await db.execute(
            """
            UPDATE audit_entries
               SET leaf_index = $3 + sealed.position - 1,
                   leaf_hash = sealed.leaf_hash
              FROM unnest($1::uuid[], $2::bytea[]) WITH ORDINALITY AS sealed (id, leaf_hash, position)
             WHERE audit_entries.id = sealed.id
            """,
            [row["id"] for row in rows],
            leaves,
            frontier.size,
        )
        for leaf in leaves:
            frontier.append(leaf)
        root = frontier.root()
        await db.execute(
            """
            INSERT INTO audit_checkpoints (tree_size, root_hash, frontier, signature)
                 VALUES ($1, $2, $3, $4)
            """,
            frontier.size,
            root,
            frontier.hashes,
            signer.sign(checkpoints.body(frontier.size, root)),
        )
    return len(rows)


async def _trusted_frontier(db: Connection, signer: Signer, outside: Checkpoint | None) -> merkle.Frontier:
    """What the next batch is appended to, once the last checkpoint holds and the one outside is among ours."""
    row = await db.fetchrow(
        """
        SELECT tree_size, root_hash, frontier, signature
          FROM audit_checkpoints
      ORDER BY tree_size DESC
         LIMIT 1
        """
    )
    if outside is not None:
        root = await db.fetchval("SELECT root_hash FROM audit_checkpoints WHERE tree_size = $1", outside.tree_size)
        if root != outside.root_hash:
            raise SealBroken(reason="库外检查点在数据库中找不到，数据库可能被回退或替换")
    if row and not signer.verify(checkpoints.body(row["tree_size"], row["root_hash"]), row["signature"]):
        raise SealBroken(reason="最近一个检查点的签名与当前私钥不符")
    frontier = _frontier(row) if row else merkle.Frontier()
    greatest = await db.fetchval("SELECT max(leaf_index) FROM audit_entries WHERE leaf_index IS NOT NULL")
    if frontier is None or frontier.size != (0 if greatest is None else greatest + 1):
        raise SealBroken(reason="最近一个检查点与留痕不符")
    return frontier


def _frontier(row: Row) -> merkle.Frontier | None:
    """The frontier kept with a checkpoint, if it leads to the checkpoint's root."""
    try:
        frontier = merkle.Frontier(row["tree_size"], row["frontier"])
    except ValueError:
        return None
    return frontier if frontier.root() == row["root_hash"] else None


async def _copy(database: Database, folder: Path, public_key: bytes) -> None:
    """Write to the file what it does not have yet, of this run or of one that was cut off before it came to it."""
    outside = await asyncio.to_thread(checkpoints.last, folder)
    async with database.connection() as db:
        rows = await db.fetch(
            """
            SELECT tree_size, root_hash, signature
              FROM audit_checkpoints
             WHERE tree_size > $1
          ORDER BY tree_size
            """,
            outside.tree_size if outside else 0,
        )
    if rows:
        await asyncio.to_thread(checkpoints.append, folder, [_checkpoint(row) for row in rows], public_key)


def _checkpoint(row: Row) -> Checkpoint:
    return Checkpoint(tree_size=row["tree_size"], root_hash=row["root_hash"], signature=row["signature"])


async def verify(
    database: Database, folder: Path, public_key: bytes, *, progress: Callable[[int], None] | None = None
) -> Report:
    """Hash every entry again and hold the result against every checkpoint, inside and outside the database.

    One snapshot, one pass, flat memory but for the checkpoints; `progress` is told how many entries are done.
    """
    outside = await asyncio.to_thread(list, checkpoints.read(folder))
    async with database.transaction() as db:
        await db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        rows = await db.fetch(
            """
            SELECT tree_size, root_hash, signature, sealed_at < now() - $1::interval AS settled
              FROM audit_checkpoints
          ORDER BY tree_size
            """,
            COPIED_WITHIN,
        )
        walk = _Walk([_checkpoint(row) for row in rows])
        walk.check_signatures(public_key)
        walk.check_outside(outside, public_key, settled=max((r["tree_size"] for r in rows if r["settled"]), default=0))
        async for row in db.cursor(
            """
            SELECT id, at, person_id, client_id, organisation_id, action, noun, noun_id, carrier_id, district_code,
                   purpose, case_number, detail, leaf_index, leaf_hash
              FROM audit_entries
             WHERE leaf_index IS NOT NULL
          ORDER BY leaf_index
            """,
            prefetch=2_000,
        ):
            await walk.take(db, row)
            if progress and walk.count % 2_000 == 0:
                progress(walk.count)
        await walk.end(db)
        unsealed = await db.fetchval("SELECT count(*) FROM audit_entries WHERE leaf_index IS NULL")
    return Report(
        tree_size=walk.count,
        root_hash=rows[-1]["root_hash"].hex() if rows else "",
        unsealed_count=unsealed,
        checkpoint_count=len(rows),
        outside_count=sum(not isinstance(each, int) for each in outside),
        problem_count=walk.problem_count,
        problems=tuple(walk.problems),
    )


class _Walk:
    """One pass over the entries, in the order of their indices, from checkpoint to checkpoint.

    Where something is missing or does not lead to the signed root, the walk takes up again at the next checkpoint with
    the frontier kept there: a damage is named by the stretch it lies in, and one damage does not hide the next.
    """

    def __init__(self, found: list[Checkpoint]) -> None:
        self.checkpoints = found
        self.count = 0
        self.problem_count = 0
        self.problems: list[Problem] = []
        self._position = 0
        self._expected = 0
        self._frontier: merkle.Frontier | None = merkle.Frontier()

    def _say(self, kind: str, sentence: str) -> None:
        self.problem_count += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(Problem(kind=kind, sentence=sentence))

    def check_signatures(self, public_key: bytes) -> None:
        for each in self.checkpoints:
            if not signed(public_key, each.body, each.signature):
                self._say("signature", f"第 {each.tree_size} 条处的检查点签名不符。")

    def check_outside(self, outside: list[checkpoints.Noted | int], public_key: bytes, *, settled: int) -> None:
        """Hold the file against the database; `settled` is the size up to which it should have been written."""
        inside = {each.tree_size: each for each in self.checkpoints}
        seen = set()
        greatest = 0
        for each in outside:
            if isinstance(each, int):
                self._say("outside", f"库外检查点文件自第 {each} 行起无法辨认。")
                continue
            found = each.checkpoint
            seen.add(found.tree_size)
            greatest = max(greatest, found.tree_size)
            if each.key != checkpoints.note_key(public_key):
                self._say("signature", f"库外第 {found.tree_size} 条处的检查点由另一把密钥签名。")
            elif inside.get(found.tree_size) != found and not signed(public_key, found.body, found.signature):
                self._say("signature", f"库外第 {found.tree_size} 条处的检查点签名不符。")
            elif found.tree_size not in inside:
                self._say(
                    "rolled_back", f"库外有第 {found.tree_size} 条处的检查点，数据库中没有：数据库可能被回退或替换。"
                )
            elif inside[found.tree_size].root_hash != found.root_hash:
                self._say("checkpoint", f"第 {found.tree_size} 条处的检查点与库外副本不一致。")
        for size in inside:
            if size not in seen and size <= max(greatest, settled):
                self._say("outside", f"第 {size} 条处的检查点没有库外副本。")

    async def take(self, db: Connection, row: Row) -> None:
        index = row["leaf_index"]
        if index != self._expected:
            self._miss(index)
            await self._pass_checkpoints(db, index)
            if self._frontier is not None and self._frontier.size != index:
                self._frontier = None
        if merkle.leaf_hash(entry_content(row)) != row["leaf_hash"]:
            self._say("changed", f"第 {index} 条留痕（{row['id']}）的内容被改动。")
        if self._frontier is not None:
            self._frontier.append(row["leaf_hash"])
        self._expected = index + 1
        self.count += 1
        await self._pass_checkpoints(db, self._expected)

    async def end(self, db: Connection) -> None:
        size = self.checkpoints[-1].tree_size if self.checkpoints else 0
        if self._expected < size:
            self._miss(size)
            await self._pass_checkpoints(db, size)
        elif self._expected > size:
            self._say("added", f"第 {size} 至 {self._expected - 1} 条留痕带有封存编号，却不在任何检查点之内。")

    def _miss(self, index: int) -> None:
        if index > self._expected:
            self._say("missing", f"第 {self._expected} 至 {index - 1} 条留痕缺失。")
        else:
            self._say("added", f"出现编号为 {index} 的留痕，封存中没有这个编号。")
        self._frontier = None

    async def _pass_checkpoints(self, db: Connection, reached: int) -> None:
        while self._position < len(self.checkpoints) and self.checkpoints[self._position].tree_size <= reached:
            each = self.checkpoints[self._position]
            begin = self.checkpoints[self._position - 1].tree_size if self._position else 0
            self._position += 1
            if self._frontier is not None and (
                self._frontier.size != each.tree_size or self._frontier.root() != each.root_hash
            ):
                self._say("changed", f"第 {begin} 至 {each.tree_size - 1} 条留痕算出的根与检查点不符。")
                self._frontier = None
            if self._frontier is None:
                self._frontier = await _kept_frontier(db, each)


async def _kept_frontier(db: Connection, checkpoint: Checkpoint) -> merkle.Frontier | None:
    row = await db.fetchrow(
        "SELECT tree_size, root_hash, frontier FROM audit_checkpoints WHERE tree_size = $1", checkpoint.tree_size
    )
    return _frontier(row) if row else None


async def prove(database: Database, entry_id: UUID, public_key: bytes) -> Proof:
    """The proof that an entry is sealed under the latest checkpoint. Raises NotFound."""
    async with database.connection() as db:
        row = await db.fetchrow(
            """
            SELECT id, at, person_id, client_id, organisation_id, action, noun, noun_id, carrier_id, district_code,
                   purpose, case_number, detail, leaf_index, leaf_hash
              FROM audit_entries
             WHERE id = $1
            """,
            entry_id,
        )
        if row is None:
            raise NotFound("没有这条留痕。")
        if row["leaf_index"] is None:
            raise NotFound("这条留痕尚未封存，请稍后再试。")
        checkpoint = await _latest(db)
        leaves = await _leaves(db, checkpoint.tree_size)
    return Proof(
        content=entry_content(row).decode(),
        leaf_index=row["leaf_index"],
        tree_size=checkpoint.tree_size,
        root_hash=checkpoint.root_hash.hex(),
        path=tuple(each.hex() for each in merkle.inclusion_proof(leaves, row["leaf_index"])),
        note=checkpoint.note(public_key).decode(),
    )


async def prove_growth(database: Database, old_size: int) -> tuple[Checkpoint, list[bytes]]:
    """The latest checkpoint and the proof that the one of `old_size` entries is its beginning. Raises NotFound."""
    async with database.connection() as db:
        checkpoint = await _latest(db)
        if not 0 < old_size <= checkpoint.tree_size:
            raise NotFound("没有这样大小的检查点。")
        leaves = await _leaves(db, checkpoint.tree_size)
    return checkpoint, merkle.consistency_proof(leaves, old_size)


async def _latest(db: Connection) -> Checkpoint:
    row = await db.fetchrow(
        """
        SELECT tree_size, root_hash, signature
          FROM audit_checkpoints
      ORDER BY tree_size DESC
         LIMIT 1
        """
    )
    if row is None:
        raise NotFound("还没有封存过留痕。")
    return _checkpoint(row)


async def _leaves(db: Connection, tree_size: int) -> list[bytes]:
    rows = await db.fetch(
        "SELECT leaf_hash FROM audit_entries WHERE leaf_index < $1 ORDER BY leaf_index",
        tree_size,
    )
    return [row["leaf_hash"] for row in rows]
