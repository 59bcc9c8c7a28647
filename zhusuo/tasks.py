"""后台任务: work to be done in the background. The row is the truth.

A task is held by a random token for a limited time. Its attempts are counted in a commit of their own before the
work begins, so that work that kills its worker is not retried for ever; a result is written only by the holder of
the token; a task that failed three times is quarantined, where people see it (invariant 7).

No queue library stands on top: SKIP LOCKED on this table and a NOTIFY are the whole of it, and a queue beside the
table would only be a second truth.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from zhusuo.db import Connection, Database
from zhusuo.errors import Refusal

ATTEMPTS = 3
CHANNEL = "zhusuo_tasks"


class HoldLost(Refusal):
    """The hold ran out and somebody else has the task now: throw this result away."""

    code = "hold_lost"
    sentence = "这项后台任务已转由其他进程处理。"


@dataclass(frozen=True, kw_only=True)
class Held:
    id: UUID
    kind: str
    noun_id: UUID
    attempt: int
    token: UUID


async def enqueue(db: Connection, kind: str, noun_id: UUID, *, weight: int = 0) -> None:
    """Ask for work in the caller's transaction; an open task of this kind for this noun is not doubled.

    Smaller `weight` goes first (bytes or pages: small files do not wait behind big ones).
    """
    await db.execute(
        """
        INSERT INTO tasks (kind, noun_id, weight)
             VALUES ($1, $2, $3)
        ON CONFLICT (kind, noun_id) WHERE done_at IS NULL AND quarantined_at IS NULL DO NOTHING
        """,
        kind,
        noun_id,
        weight,
    )
    await db.execute("SELECT pg_notify($1, $2)", CHANNEL, kind)


async def hold(database: Database, kind: str, seconds: int) -> Held | None:
    """Take the next open task and count the attempt; None if there is nothing to do.

    A task whose holder vanished becomes open when its hold ends; at its fourth hold it is quarantined instead.
    """
    async with database.transaction() as db:
        await db.execute(
            """
            UPDATE tasks
               SET quarantined_at = now(),
                   hold_token = NULL,
                   held_until = NULL,
                   last_error = coalesce(last_error, '处理进程三次中断')
             WHERE kind = $1
               AND done_at IS NULL
               AND quarantined_at IS NULL
               AND attempts >= $2
               AND (held_until IS NULL OR held_until < now())
            """,
            kind,
            ATTEMPTS,
        )
        row = await db.fetchrow(
            """
            UPDATE tasks
               SET attempts = attempts + 1,
                   hold_token = $2,
                   held_until = now() + make_interval(secs => $3)
             WHERE id = (
                SELECT id
                  FROM tasks
                 WHERE kind = $1
                   AND done_at IS NULL
                   AND quarantined_at IS NULL
                   AND due_at <= now()
                   AND (held_until IS NULL OR held_until < now())
              ORDER BY weight, due_at
                 LIMIT 1
                   FOR UPDATE SKIP LOCKED
             )
         RETURNING id, kind, noun_id, attempts AS attempt, hold_token AS token
            """,
            kind,
            uuid4(),
            seconds,
        )
    return Held(**dict(row)) if row else None


async def extend(database: Database, held: Held, seconds: int, progress: dict[str, Any]) -> None:
    """Keep the hold and say how far it is. Raises HoldLost."""
    async with database.transaction() as db:
        await keep(db, held, seconds, progress)


async def keep(db: Connection, held: Held, seconds: int, progress: dict[str, Any]) -> None:
    """The same in the transaction that writes a part of the result. Raises HoldLost, which rolls that part back."""
    status = await db.execute(
        """
        UPDATE tasks
           SET held_until = now() + make_interval(secs => $3),
               progress = $4
         WHERE id = $1
           AND hold_token = $2
           AND done_at IS NULL
        """,
        held.id,
        held.token,
        seconds,
        progress,
    )
    if status != "UPDATE 1":
        raise HoldLost


async def finish(db: Connection, held: Held) -> None:
    """Mark done in the transaction that writes the result. Raises HoldLost, which rolls the result back."""
    status = await db.execute(
        """
        UPDATE tasks
           SET done_at = now(),
               hold_token = NULL,
               held_until = NULL
         WHERE id = $1
           AND hold_token = $2
           AND done_at IS NULL
        """,
        held.id,
        held.token,
    )
    if status != "UPDATE 1":
        raise HoldLost


async def fail(database: Database, held: Held, error: str, *, retry_seconds: int = 10) -> bool:
    """Give it back with its error; True if that was the last attempt and the task is now quarantined."""
    async with database.transaction() as db:
        quarantined = await db.fetchval(
            """
            UPDATE tasks
               SET last_error = $3,
                   hold_token = NULL,
                   held_until = NULL,
                   due_at = now() + make_interval(secs => $4 * attempts),
                   quarantined_at = CASE WHEN attempts >= $5 THEN now() END
             WHERE id = $1
               AND hold_token = $2
               AND done_at IS NULL
         RETURNING quarantined_at IS NOT NULL
            """,
            held.id,
            held.token,
            error,
            retry_seconds,
            ATTEMPTS,
        )
    return bool(quarantined)


async def postpone(database: Database, held: Held, error: str, *, seconds: int) -> None:
    """Give it back because something else was away; the attempt does not count, the work had not begun."""
    async with database.transaction() as db:
        await db.execute(
            """
            UPDATE tasks
               SET last_error = $3,
                   attempts = attempts - 1,
                   hold_token = NULL,
                   held_until = NULL,
                   due_at = now() + make_interval(secs => $4)
             WHERE id = $1
               AND hold_token = $2
               AND done_at IS NULL
            """,
            held.id,
            held.token,
            error,
            seconds,
        )
