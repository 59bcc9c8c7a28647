"""提示: what later work says about a unit or a whole carrier, read at the counter.

A flag is written by those above (zombies, inspections, registrations) in their own transaction, and read below.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from zhusuo import audit, events
from zhusuo.carriers import store as carriers
from zhusuo.db import Connection, Database, Row
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.people.model import Actor, Role


class Severity(StrEnum):
    """What a flag does to a reuse: nothing without mending it, nothing without a reason, or no more than be read."""

    BLOCKS = "blocks"
    NEEDS_REASON = "needs_reason"
    NOTE = "note"

    @property
    def label(self) -> str:
        return SEVERITY_LABELS[self]


SEVERITY_LABELS = {
    Severity.BLOCKS: "不能办理",
    Severity.NEEDS_REASON: "须说明理由",
    Severity.NOTE: "提示，不阻断",
}


@dataclass(frozen=True, kw_only=True)
class Flag:
    """提示. Without `unit_id` it concerns the whole carrier; `source` is the noun and id that raised it."""

    id: UUID
    carrier_id: UUID
    unit_id: UUID | None
    kind: str
    severity: Severity
    text: str
    source: str
    raised_by: UUID | None
    raised_at: datetime


BY_SUPERVISION = "by_supervision"
"""The kind of what a supervision office says of a unit in its own words."""
TEXT_LIMIT = 200


async def say(database: Database, actor: Actor, unit_id: UUID, severity: Severity, text: str) -> UUID:
    """挂提示: what an office has to say of a unit, with its reason; said again, it stands with the new words.

    Raises Invalid, NotFound, Conflict for a unit that is gone.
    """
    if actor.role is not Role.SUPERVISOR:
        raise NotAllowed
    text = text.strip()
    if not text or len(text) > TEXT_LIMIT:
        raise Invalid({"text": f"请写明原因，最多 {TEXT_LIMIT} 个字。窗口会照原文看到。"})
    async with database.transaction() as db:
        unit = await carriers.unit_by_id(db, unit_id)
        if unit is None or await carriers.by_id_for(db, actor, unit.carrier_id) is None:
            raise NotFound
        if unit.retired_at is not None:
            raise Conflict("这个单元已分割、合并或停用，请选择现有的单元。")
        return await raise_flag(
            db,
            actor,
            carrier_id=unit.carrier_id,
            unit_id=unit_id,
            kind=BY_SUPERVISION,
            severity=severity,
            text=f"{actor.organisation}：{text}",
            source=_office(actor),
        )


async def unsay(database: Database, actor: Actor, flag_id: UUID) -> None:
    """撤下: the office takes down what it said. Raises NotFound for what another has raised, or is down already."""
    if actor.role is not Role.SUPERVISOR:
        raise NotAllowed
    async with database.transaction() as db:
        source = await db.fetchval(
            """
            SELECT source
              FROM flags
             WHERE id = $1
               AND kind = $2
               AND cleared_at IS NULL
               FOR UPDATE
            """,
            flag_id,
            BY_SUPERVISION,
        )
        if source != _office(actor):
            raise NotFound
        await clear_flag(db, actor, flag_id)


def _office(actor: Actor) -> str:
    return f"office:{actor.organisation_id}"


async def raise_flag(
    db: Connection,
    actor: Actor | None,
    *,
    carrier_id: UUID,
    unit_id: UUID | None,
    kind: str,
    severity: Severity,
    text: str,
    source: str,
) -> UUID:
    """Raise a flag in the caller's transaction; the same kind from the same source stands once, with the new text."""
    row = await db.fetchrow(
        """
        INSERT INTO flags (carrier_id, unit_id, kind, severity, text, source, raised_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (carrier_id, unit_id, kind, source) WHERE cleared_at IS NULL DO UPDATE
                SET severity = excluded.severity,
                    text = excluded.text
          RETURNING id, (SELECT district_code FROM carriers WHERE carriers.id = $1) AS district_code
        """,
        carrier_id,
        unit_id,
        kind,
        severity,
        text,
        source,
        actor and actor.person_id,
    )
    assert row is not None  # noqa: S101 - an upsert always returns its row
    await _tell(db, actor, "raise_flag", "flag.raised", row["id"], carrier_id, row["district_code"], kind)
    flag_id: UUID = row["id"]
    return flag_id


async def clear_flag(db: Connection, actor: Actor | None, flag_id: UUID) -> None:
    """Take a flag down in the caller's transaction; raises NotFound if it is down already."""
    row = await db.fetchrow(
        """
        UPDATE flags
           SET cleared_at = now()
          FROM carriers
         WHERE flags.id = $1
           AND flags.cleared_at IS NULL
           AND carriers.id = flags.carrier_id
     RETURNING flags.carrier_id, carriers.district_code, flags.kind
        """,
        flag_id,
    )
    if row is None:
        raise NotFound
    await _tell(db, actor, "clear_flag", "flag.cleared", flag_id, row["carrier_id"], row["district_code"], row["kind"])


async def open_for(db: Connection, unit_id: UUID) -> list[Flag]:
    """What stands open about a unit, what it came from, or its whole carrier, the gravest first."""
    rows = await db.fetch(
        """
        SELECT flags.id, flags.carrier_id, flags.unit_id, flags.kind, flags.severity, flags.text, flags.source,
               flags.raised_by, flags.raised_at
          FROM flags
          JOIN units ON units.carrier_id = flags.carrier_id
         WHERE units.id = $1
           AND flags.cleared_at IS NULL
           AND (flags.unit_id IS NULL OR flags.unit_id IN (SELECT id FROM lineage_of($1)))
      ORDER BY array_position(ARRAY['blocks', 'needs_reason', 'note'], flags.severity), flags.raised_at
        """,
        unit_id,
    )
    return [_flag(row) for row in rows]


async def by_carrier(db: Connection, carrier_id: UUID) -> list[Flag]:
    """Everything that stands open about a carrier and its units, the newest first."""
    rows = await db.fetch(
        """
        SELECT id, carrier_id, unit_id, kind, severity, text, source, raised_by, raised_at
          FROM flags
         WHERE carrier_id = $1
           AND cleared_at IS NULL
      ORDER BY raised_at DESC
        """,
        carrier_id,
    )
    return [_flag(row) for row in rows]


def _flag(row: Row) -> Flag:
    return Flag(**{**row, "severity": Severity(row["severity"])})


async def _tell(
    db: Connection,
    actor: Actor | None,
    action: str,
    event: str,
    flag_id: UUID,
    carrier_id: UUID,
    district_code: str,
    kind: str,
) -> None:
    await audit.record(db, actor, action, "flag", flag_id, carrier_id=carrier_id, detail={"kind": kind})
    await events.emit(
        db, event, "flag", flag_id, carrier_id=carrier_id, district_code=district_code, content={"kind": kind}
    )
