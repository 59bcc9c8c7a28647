"""经过 of a case: its steps, and the letters that were written in it."""

from datetime import date
from uuid import UUID

from zhusuo.db import Connection, Row
from zhusuo.people.model import Actor, Role
from zhusuo.zombies.model import Letter, LetterKind, Step


async def insert_step(
    db: Connection, case_id: UUID, actor: Actor | None, kind: str, text: str, on: date, *, unnamed: str
) -> None:
    """One line more; its moment is never before the line before, whatever the clock says.

    `unnamed` is who speaks where no person of ours does.
    """
    await db.execute(
        """
        INSERT INTO zombie_steps (case_id, kind, said_on, said_at, said_by, speaker, text)
             SELECT $1, $2, $3, greatest(clock_timestamp(), max(said_at)), $4, $5, $6
               FROM zombie_steps
              WHERE case_id = $1
        """,
        case_id,
        kind,
        on,
        actor and actor.person_id,
        speaker(actor) if actor else unnamed,
        text,
    )


def speaker(actor: Actor) -> str:
    return actor.organisation if actor.role is Role.CLIENT else f"{actor.organisation} {actor.name}"


async def last_step_on(db: Connection, case_id: UUID) -> date | None:
    found: date | None = await db.fetchval(
        """
        SELECT max(said_on)
          FROM zombie_steps
         WHERE case_id = $1
        """,
        case_id,
    )
    return found


async def steps(db: Connection, case_id: UUID) -> list[Step]:
    rows = await db.fetch(
        """
        SELECT kind, said_on, said_at, speaker, text
          FROM zombie_steps
         WHERE case_id = $1
      ORDER BY said_at, id
        """,
        case_id,
    )
    return [Step(**dict(row)) for row in rows]


async def insert_letter(
    db: Connection,
    case_id: UUID,
    actor: Actor | None,
    kind: LetterKind,
    number: str,
    content: dict[str, str],
    day: date,
) -> UUID:
    letter_id: UUID = await db.fetchval(
        """
        INSERT INTO zombie_letters (case_id, kind, number, written_on, content, written_by)
             VALUES ($1, $2, $3, $4, $5, $6)
          RETURNING id
        """,
        case_id,
        kind,
        number,
        day,
        content,
        actor and actor.person_id,
    )
    return letter_id


async def set_sent(db: Connection, letter_id: UUID, on: date, how: str) -> bool:
    """False if that was said before."""
    status = await db.execute(
        """
        UPDATE zombie_letters
           SET sent_on = $2,
               sent_how = $3
         WHERE id = $1
           AND sent_on IS NULL
        """,
        letter_id,
        on,
        how,
    )
    return status == "UPDATE 1"


async def letters(db: Connection, case_id: UUID) -> list[Letter]:
    rows = await db.fetch(
        """
        SELECT id, case_id, kind, number, written_on, content, written_at, sent_on, sent_how
          FROM zombie_letters
         WHERE case_id = $1
      ORDER BY id
        """,
        case_id,
    )
    return [_letter(row) for row in rows]


async def letter_by_id(db: Connection, letter_id: UUID) -> Letter | None:
    row = await db.fetchrow(
        """
        SELECT id, case_id, kind, number, written_on, content, written_at, sent_on, sent_how
          FROM zombie_letters
         WHERE id = $1
        """,
        letter_id,
    )
    return _letter(row) if row else None


def _letter(row: Row) -> Letter:
    return Letter(**{**dict(row), "kind": LetterKind(row["kind"])})
