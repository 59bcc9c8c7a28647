"""The rows of corrections and of the choices that they come from."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from zhusuo.carriers.model import unit_name
from zhusuo.db import Connection, Row
from zhusuo.lookup.corrections.model import Accepted, Correction, CorrectionStatus
from zhusuo.lookup.model import FoundCarrier, FoundUnit


async def accepted(db: Connection, asked: Sequence[tuple[str, Sequence[str] | None]]) -> list[Accepted | None]:
    """What an accepted correction says of each key in these districts (None: in all); None for none, or where several
    districts say it."""
    rows = await db.fetch(
        """
        SELECT corrections.id, corrections.key, corrections.district_code AS said_in, corrections.written,
               corrections.decided_at, reviewers.name AS reviewer, carriers.id AS carrier_id, carriers.name AS carrier,
               carriers.kind, carriers.district_code, carriers.retired_at IS NOT NULL AS carrier_retired,
               coalesce(main.text, '') AS address, chosen.id AS chosen_id, chosen.building AS chosen_building,
               chosen.number AS chosen_number, chosen.label AS chosen_label, today.id AS unit_id, today.building,
               today.number, today.label
          FROM corrections
          JOIN persons AS reviewers ON reviewers.id = corrections.decided_by
          JOIN carriers ON carriers.id = corrections.carrier_id
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = carriers.id AND main.is_main
     LEFT JOIN units AS chosen ON chosen.id = corrections.unit_id
     LEFT JOIN LATERAL successors_of(corrections.unit_id) AS successor ON true
     LEFT JOIN units AS today ON today.id = successor.id AND today.carrier_id = corrections.carrier_id
         WHERE corrections.key = ANY ($1::text[])
           AND corrections.status = 'accepted'
      ORDER BY today.building, today.number, today.label
        """,
        list({key for key, _ in asked}),
    )
    by_key: dict[str, dict[UUID, list[Row]]] = {}
    for row in rows:
        by_key.setdefault(row["key"], {}).setdefault(row["id"], []).append(row)
    answers = []
    for key, codes in asked:
        said = [each for each in by_key.get(key, {}).values() if codes is None or each[0]["said_in"] in codes]
        answers.append(_accepted(said[0]) if len(said) == 1 else None)
    return answers


async def any_accepted(db: Connection) -> bool:
    """Whether any correction counts at all."""
    found: bool = await db.fetchval("SELECT EXISTS (SELECT FROM corrections WHERE status = 'accepted')")
    return found


def _accepted(rows: Sequence[Row]) -> Accepted:
    row = rows[0]
    return Accepted(
        written=row["written"],
        reviewer=row["reviewer"],
        decided_on=row["decided_at"].date(),
        carrier=FoundCarrier(
            id=row["carrier_id"],
            name=row["carrier"],
            kind=row["kind"],
            address=row["address"],
            district_code=row["district_code"],
        ),
        carrier_retired=row["carrier_retired"],
        unit=unit_name(row["chosen_building"], row["chosen_number"], row["chosen_label"]) if row["chosen_id"] else "",
        units=tuple(
            FoundUnit(id=each["unit_id"], label=unit_name(each["building"], each["number"], each["label"]))
            for each in rows
            if each["unit_id"] is not None
        ),
    )


async def chosen_before(db: Connection, key: str, district_code: str, person_id: UUID) -> UUID | None:
    """The unit, or else the carrier, that this person chose last for this text."""
    found: UUID | None = await db.fetchval(
        """
        SELECT coalesce(corrections.unit_id, corrections.carrier_id)
          FROM corrections
          JOIN correction_picks ON correction_picks.correction_id = corrections.id
         WHERE corrections.key = $1
           AND corrections.district_code = $2
           AND correction_picks.person_id = $3
      ORDER BY correction_picks.picked_at DESC
         LIMIT 1
        """,
        key,
        district_code,
        person_id,
    )
    return found


async def propose(
    db: Connection,
    *,
    district_code: str,
    key: str,
    written: str,
    reasons: Sequence[str],
    carrier_id: UUID,
    unit_id: UUID | None,
    person_id: UUID,
    case_number: str,
) -> tuple[UUID, bool]:
    """The proposal for this text and this choice, and whether it is a new one."""
    row = await db.fetchrow(
        """
        INSERT INTO corrections (district_code, key, written, reasons, carrier_id, unit_id, proposed_by, case_number)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (district_code, key, carrier_id, unit_id)
          DO UPDATE SET key = excluded.key
          RETURNING id, xmax = 0 AS is_new
        """,
        district_code,
        key,
        written,
        reasons,
        carrier_id,
        unit_id,
        person_id,
        case_number,
    )
    assert row is not None  # noqa: S101 - inserted or updated
    return row["id"], row["is_new"]


async def count_pick(db: Connection, correction_id: UUID, person_id: UUID, case_number: str, day: date) -> bool:
    """One choice a person, case and day: looking at the page again is no second one. Whether it is counted."""
    status = await db.execute(
        """
        INSERT INTO correction_picks (correction_id, person_id, case_number, picked_on)
             VALUES ($1, $2, $3, $4)
        ON CONFLICT (correction_id, person_id, case_number, picked_on)
         DO NOTHING
        """,
        correction_id,
        person_id,
        case_number,
        day,
    )
    return status.endswith(" 1")


async def lock(db: Connection, correction_id: UUID, district_code: str) -> Correction | None:
    row = await db.fetchrow(
        """
        SELECT corrections.id, district_code, key, written, carrier_id, unit_id, status, proposed_by,
               persons.organisation_id, proposed_at, case_number, decided_by, decided_at, reason
          FROM corrections
          JOIN persons ON persons.id = corrections.proposed_by
         WHERE corrections.id = $1
           AND district_code = $2
           FOR UPDATE OF corrections
        """,
        correction_id,
        district_code,
    )
    return _correction(row) if row else None


async def others_of(db: Connection, correction: Correction) -> list[tuple[CorrectionStatus, str]]:
    """Other choices for the same text that are accepted or wait for review: their status and their carrier."""
    rows = await db.fetch(
        """
        SELECT corrections.status, carriers.name
          FROM corrections
          JOIN carriers ON carriers.id = corrections.carrier_id
         WHERE corrections.key = $1
           AND corrections.district_code = $2
           AND corrections.id <> $3
           AND corrections.status IN ('proposed', 'accepted')
      ORDER BY corrections.status
        """,
        correction.key,
        correction.district_code,
        correction.id,
    )
    return [(CorrectionStatus(row["status"]), row["name"]) for row in rows]


async def is_alive(db: Connection, correction: Correction) -> bool:
    """Whether what was chosen is there today, itself or what has come of it."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (SELECT FROM carriers WHERE id = $1 AND retired_at IS NULL)
                   AND ($2::uuid IS NULL OR EXISTS (SELECT FROM successors_of($2)))
            """,
            correction.carrier_id,
            correction.unit_id,
        )
    )


async def keys(db: Connection) -> list[tuple[UUID, str, str]]:
    """Every correction with its key and its text, what counts first."""
    rows = await db.fetch(
        """
        SELECT id, key, written
          FROM corrections
      ORDER BY status <> 'accepted', id
           FOR UPDATE
        """
    )
    return [(row["id"], row["key"], row["written"]) for row in rows]


async def set_key(db: Connection, correction_id: UUID, key: str) -> bool:
    """Whether the correction has this key now: not where another has it for the same choice, or accepted."""
    status = await db.execute(
        """
        UPDATE corrections AS c
           SET key = $2
         WHERE c.id = $1
           AND NOT EXISTS (
               SELECT
                 FROM corrections AS other
                WHERE other.key = $2
                  AND other.district_code = c.district_code
                  AND other.id <> c.id
                  AND ((other.carrier_id = c.carrier_id AND other.unit_id IS NOT DISTINCT FROM c.unit_id)
                       OR (other.status = 'accepted' AND c.status = 'accepted')))
        """,
        correction_id,
        key,
    )
    return status.endswith(" 1")


async def roads_of(db: Connection, carrier_id: UUID) -> set[str]:
    rows = await db.fetch(
        """
        SELECT DISTINCT road
          FROM carrier_addresses
         WHERE carrier_id = $1
        """,
        carrier_id,
    )
    return {row["road"] for row in rows}


async def decide(db: Connection, correction_id: UUID, status: CorrectionStatus, person_id: UUID, reason: str) -> None:
    await db.execute(
        """
        UPDATE corrections
           SET status = $2,
               decided_by = $3,
               decided_at = now(),
               reason = $4
         WHERE id = $1
        """,
        correction_id,
        status,
        person_id,
        reason,
    )


def _correction(row: Row) -> Correction:
    return Correction(**{**dict(row), "status": CorrectionStatus(row["status"])})
