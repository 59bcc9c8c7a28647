"""The rows of cases, and the rules by which they are opened."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from zhusuo.db import Connection, Row
from zhusuo.people.model import Actor
from zhusuo.zombies.model import (
    CONTESTING,
    Answer,
    CaseStatus,
    Reason,
    SignalKind,
    ZombieCase,
)
from zhusuo.zombies.rules import RuleSet, parse, shipped


async def by_id(db: Connection, case_id: UUID) -> ZombieCase | None:
    return next(iter(await by_ids(db, [case_id])), None)


async def by_ids(db: Connection, case_ids: Sequence[UUID]) -> list[ZombieCase]:
    """In the order in which they were opened."""
    rows = await db.fetch(
        """
        SELECT id, number, registration_id, unit_id, carrier_id, district_code, name, cause, status, score,
               rules_number, reasons, opened_on, opened_at, changed_at, contact, code, notified_on, deadline_on,
               answered_at, answer, answer_text, late, inspected_on, found, decided_on, decided_at, decided_by, reason,
               appeal_until, appealed_on, newcomer_id, closed_at
          FROM zombie_cases
         WHERE id = ANY ($1::uuid[])
      ORDER BY id
        """,
        list(case_ids),
    )
    return [_case(row) for row in rows]


async def by_id_for(db: Connection, actor: Actor, case_id: UUID) -> ZombieCase | None:
    """A supervisor sees cases of the subdistricts, a clerk or client of the district, a manager of what is managed."""
    visible = await db.fetchval(
        """
        SELECT true
          FROM zombie_cases
          JOIN carriers ON carriers.id = zombie_cases.carrier_id
         WHERE zombie_cases.id = $1
           AND CASE
               WHEN $2 IN ('clerk', 'client') THEN carriers.district_code = $3
               WHEN $2 = 'supervisor' THEN carriers.district_code = $3 AND carriers.subdistrict_code = ANY ($4::text[])
               WHEN $2 = 'manager' THEN EXISTS (
                    SELECT
                      FROM managements
                     WHERE managements.carrier_id = carriers.id
                       AND managements.organisation_id = $5
                       AND managements.status = 'confirmed')
               ELSE false
               END
        """,
        case_id,
        actor.role,
        actor.district_code,
        sorted(actor.subdistricts),
        actor.organisation_id,
    )
    return await by_id(db, case_id) if visible else None


async def by_code(db: Connection, code: str) -> ZombieCase | None:
    case_id = await db.fetchval(
        """
        SELECT id
          FROM zombie_cases
         WHERE code = $1
        """,
        code,
    )
    return await by_id(db, case_id) if case_id else None


async def lock(db: Connection, case_id: UUID) -> ZombieCase | None:
    """The case as it is now, kept from changing until the transaction ends; its carrier is locked before it."""
    await db.execute(
        """
        SELECT id
          FROM zombie_cases
         WHERE id = $1
           FOR NO KEY UPDATE
        """,
        case_id,
    )
    return await by_id(db, case_id)


async def contesting(db: Connection, registration_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The case that makes each of these registrations contested: case ids by registration."""
    rows = await db.fetch(
        """
        SELECT registration_id, id
          FROM zombie_cases
         WHERE registration_id = ANY ($1::uuid[])
           AND status = ANY ($2::text[])
        """,
        list(registration_ids),
        sorted(CONTESTING),
    )
    return {row["registration_id"]: row["id"] for row in rows}


async def insert(
    db: Connection,
    *,
    registration_id: UUID,
    unit_id: UUID,
    carrier_id: UUID,
    district_code: str,
    name: str,
    cause: SignalKind,
    score: int,
    rules_number: int,
    reasons: Sequence[Reason],
    code: str,
    day: date,
) -> UUID:
    """Raises asyncpg.UniqueViolationError by zombie_case_one_open."""
    case_id: UUID = await db.fetchval(
        """
        INSERT INTO zombie_cases (number, registration_id, unit_id, carrier_id, district_code, name, cause, score,
                                  rules_number, reasons, code, opened_on)
             SELECT 'JS-' || $4 || '-' || $11::text || '-' || lpad(next::text, greatest(6, length(next::text)), '0'),
                    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $12
               FROM nextval('zombie_case_numbers') AS next
          RETURNING id
        """,
        registration_id,
        unit_id,
        carrier_id,
        district_code,
        name,
        cause,
        score,
        rules_number,
        [asdict(each) for each in reasons],
        code,
        str(day.year),
        day,
    )
    return case_id


async def set_score(db: Connection, case_id: UUID, score: int) -> None:
    await db.execute(
        """
        UPDATE zombie_cases
           SET score = $2
         WHERE id = $1
           AND score <> $2
        """,
        case_id,
        score,
    )


async def set_unit(db: Connection, registration_id: UUID, unit_id: UUID) -> None:
    """The registration was placed in another unit while its case was open."""
    await db.execute(
        """
        UPDATE zombie_cases
           SET unit_id = $2
         WHERE registration_id = $1
           AND closed_at IS NULL
        """,
        registration_id,
        unit_id,
    )


async def set_notified(db: Connection, case_id: UUID, on: date, deadline_on: date, contact: str) -> None:
    await db.execute(
        """
        UPDATE zombie_cases
           SET status = 'notified',
               notified_on = $2,
               deadline_on = $3,
               contact = $4,
               changed_at = clock_timestamp()
         WHERE id = $1
        """,
        case_id,
        on,
        deadline_on,
        contact,
    )


async def set_answer(
    db: Connection, case_id: UUID, status: CaseStatus, answer: Answer, text: str, at: datetime, late: bool
) -> None:
    await db.execute(
        """
        UPDATE zombie_cases
           SET status = $2,
               answer = $3,
               answer_text = $4,
               answered_at = $5,
               late = $6,
               changed_at = clock_timestamp()
         WHERE id = $1
        """,
        case_id,
        status,
        answer,
        text,
        at,
        late,
    )


async def set_inspected(db: Connection, case_id: UUID, on: date, found: bool) -> None:
    await db.execute(
        """
        UPDATE zombie_cases
           SET status = 'inspected',
               inspected_on = $2,
               found = $3,
               changed_at = clock_timestamp()
         WHERE id = $1
        """,
        case_id,
        on,
        found,
    )


async def set_status(db: Connection, case_id: UUID, status: CaseStatus) -> None:
    await db.execute(
        """
        UPDATE zombie_cases
           SET status = $2,
               changed_at = clock_timestamp()
         WHERE id = $1
        """,
        case_id,
        status,
    )


async def set_decided(
    db: Connection,
    case_id: UUID,
    status: CaseStatus,
    person_id: UUID | None,
    reason: str,
    on: date,
    *,
    appeal_until: date | None = None,
    newcomer_id: UUID | None = None,
) -> None:
    """The case is decided, one way or the other; it is closed unless two have to be brought to terms."""
    await db.execute(
        """
        UPDATE zombie_cases
           SET status = $2,
               decided_by = $3,
               reason = $4,
               decided_on = $5,
               decided_at = clock_timestamp(),
               appeal_until = coalesce($6, appeal_until),
               newcomer_id = $7,
               closed_at = CASE WHEN $2 = 'unsettled' THEN NULL ELSE clock_timestamp() END,
               changed_at = clock_timestamp()
         WHERE id = $1
        """,
        case_id,
        status,
        person_id,
        reason,
        on,
        appeal_until,
        newcomer_id,
    )


async def set_appeal_until(db: Connection, case_id: UUID, until: date) -> None:
    await db.execute(
        """
        UPDATE zombie_cases
           SET appeal_until = $2
         WHERE id = $1
        """,
        case_id,
        until,
    )


async def set_appealed(db: Connection, case_id: UUID, on: date) -> None:
    await db.execute(
        """
        UPDATE zombie_cases
           SET status = 'appealed',
               appealed_on = $2,
               closed_at = NULL,
               changed_at = clock_timestamp()
         WHERE id = $1
        """,
        case_id,
        on,
    )


async def overdue(db: Connection, day: date, limit: int) -> list[UUID]:
    """Cases whose deadline has passed without an answer."""
    rows = await db.fetch(
        """
        SELECT id
          FROM zombie_cases
         WHERE status = 'notified'
           AND deadline_on < $1
      ORDER BY deadline_on
         LIMIT $2
        """,
        day,
        limit,
    )
    return [row["id"] for row in rows]


async def left_behind(db: Connection, limit: int) -> list[UUID]:
    """Open cases whose registration has ended meanwhile, or whose newcomer has."""
    rows = await db.fetch(
        """
        SELECT zombie_cases.id
          FROM zombie_cases
          JOIN registrations ON registrations.id = zombie_cases.registration_id
     LEFT JOIN registrations AS newcomers ON newcomers.id = zombie_cases.newcomer_id
         WHERE zombie_cases.closed_at IS NULL
           AND zombie_cases.status <> 'appealed'
           AND (registrations.status = 'ended'
                OR (zombie_cases.status = 'unsettled' AND newcomers.status = 'ended'))
      ORDER BY zombie_cases.id
         LIMIT $1
        """,
        limit,
    )
    return [row["id"] for row in rows]


def _case(row: Row) -> ZombieCase:
    facts = dict(row)
    return ZombieCase(
        **{
            **facts,
            "cause": SignalKind(facts["cause"]),
            "status": CaseStatus(facts["status"]),
            "answer": Answer(facts["answer"]) if facts["answer"] else None,
            "reasons": tuple(_reason(each) for each in facts["reasons"]),
        }
    )


def _reason(facts: dict[str, Any]) -> Reason:
    until = facts["until"]
    return Reason(
        **{
            **facts,
            "kind": SignalKind(facts["kind"]),
            "observed_on": date.fromisoformat(facts["observed_on"]),
            "until": date.fromisoformat(until) if until else None,
        }
    )


# 规则


async def rules_in_force(db: Connection, district_code: str) -> RuleSet:
    """The district's version in force, or the one that is shipped."""
    row = await db.fetchrow(
        """
        SELECT number, threshold, rules
          FROM zombie_rule_sets
         WHERE district_code = $1
           AND status = 'active'
        """,
        district_code,
    )
    if row is None:
        return shipped()
    return RuleSet(number=row["number"], threshold=row["threshold"], rules=parse(row["rules"]))


async def districts(db: Connection) -> list[str]:
    """Where anybody is registered."""
    rows = await db.fetch(
        """
        SELECT code
          FROM districts
         WHERE EXISTS (SELECT FROM carriers WHERE carriers.district_code = districts.code)
      ORDER BY code
        """
    )
    return [row["code"] for row in rows]
