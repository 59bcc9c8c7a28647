"""载体沿革: the names and addresses of carriers on the two axes of time that `history` keeps for units.

A name or an address that never changed has no rows: it holds for every day (an address from its `begins_on`), known
since it was entered.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from zhusuo.db import Connection, Row


class FactKind(StrEnum):
    """What a fact about a carrier is."""

    NAME = "name"
    ADDRESS = "address"

    @property
    def label(self) -> str:
        return "名称" if self is FactKind.NAME else "地址"


@dataclass(frozen=True, kw_only=True)
class CarrierFact:
    """A name or an address on some days, and since when (and until when) we held it to be so; None is without end."""

    kind: FactKind
    subject_id: UUID
    value: str
    valid_from: date | None
    valid_to: date | None
    known_from: datetime
    known_to: datetime | None
    said_by: str


async def keep_base(db: Connection, carrier_id: UUID) -> None:
    """Write down what was known of the carrier's name and addresses up to now, unless it has been."""
    await db.execute(
        """
        INSERT INTO carrier_facts (carrier_id, kind, subject_id, value, valid_during, known_during)
             SELECT base.carrier_id, base.kind, base.subject_id, base.value, base.valid_during,
                    tstzrange(base.created_at, NULL)
               FROM (
                    SELECT id AS carrier_id, 'name' AS kind, id AS subject_id, name AS value,
                           daterange(NULL, NULL) AS valid_during, created_at
                      FROM carriers
                     WHERE id = $1
                 UNION ALL
                    SELECT carrier_id, 'address', id, text, daterange(begins_on, ends_on), created_at
                      FROM carrier_addresses
                     WHERE carrier_id = $1
                    ) AS base
              WHERE NOT EXISTS (SELECT FROM carrier_facts WHERE carrier_facts.subject_id = base.subject_id)
        """,
        carrier_id,
    )


async def end(db: Connection, subject_id: UUID, on: date, moment: datetime, said_by: UUID | None) -> None:
    """From that day on it is so no longer; what began that very day stays only as what we knew for a while."""
    await db.execute(
        """
        WITH ended AS (
               UPDATE carrier_facts
                  SET known_during = tstzrange(lower(known_during), $3)
                WHERE subject_id = $1
                  AND upper_inf(known_during)
                  AND upper_inf(valid_during)
            RETURNING carrier_id, kind, subject_id, value, lower(valid_during) AS valid_from
        )
        INSERT INTO carrier_facts (carrier_id, kind, subject_id, value, valid_during, known_during, said_by)
             SELECT carrier_id, kind, subject_id, value, daterange(valid_from, $2), tstzrange($3, NULL), $4
               FROM ended
              WHERE valid_from IS NULL
                 OR valid_from < $2
        """,
        subject_id,
        on,
        moment,
        said_by,
    )


async def begin(
    db: Connection,
    carrier_id: UUID,
    kind: FactKind,
    subject_id: UUID,
    value: str,
    on: date,
    moment: datetime,
    said_by: UUID | None,
) -> None:
    """From that day on it is so."""
    await db.execute(
        """
        INSERT INTO carrier_facts (carrier_id, kind, subject_id, value, valid_during, known_during, said_by)
             VALUES ($1, $2, $3, $4, daterange($5, NULL), tstzrange($6, NULL), $7)
        """,
        carrier_id,
        kind,
        subject_id,
        value,
        on,
        moment,
        said_by,
    )


async def correct(db: Connection, subject_id: UUID, value: str | None, moment: datetime, said_by: UUID | None) -> None:
    """It always was this, for as long as what is true of it today; None: it never was."""
    await db.execute(
        """
        WITH mended AS (
               UPDATE carrier_facts
                  SET known_during = tstzrange(lower(known_during), $3)
                WHERE subject_id = $1
                  AND upper_inf(known_during)
                  AND ($2::text IS NULL OR upper_inf(valid_during))
            RETURNING carrier_id, kind, subject_id, valid_during
        )
        INSERT INTO carrier_facts (carrier_id, kind, subject_id, value, valid_during, known_during, said_by)
             SELECT carrier_id, kind, subject_id, $2, valid_during, tstzrange($3, NULL), $4
               FROM mended
              WHERE $2::text IS NOT NULL
        """,
        subject_id,
        value,
        moment,
        said_by,
    )


async def first_day(db: Connection, subject_id: UUID) -> date | None:
    """The day on which what is true of it today began; None: nobody has said."""
    found: date | None = await db.fetchval(
        """
        SELECT lower(valid_during)
          FROM carrier_facts
         WHERE subject_id = $1
           AND upper_inf(known_during)
           AND upper_inf(valid_during)
        """,
        subject_id,
    )
    return found


async def as_of(db: Connection, carrier_id: UUID, on: date, known_at: datetime) -> list[CarrierFact]:
    """What one could know at that moment of the carrier's name and addresses on that day, the name first."""
    rows = await db.fetch(
        """
        SELECT carrier_facts.kind, carrier_facts.subject_id, carrier_facts.value,
               lower(carrier_facts.valid_during) AS valid_from, upper(carrier_facts.valid_during) AS valid_to,
               lower(carrier_facts.known_during) AS known_from, upper(carrier_facts.known_during) AS known_to,
               coalesce(persons.name, '') AS said_by
          FROM carrier_facts
     LEFT JOIN persons ON persons.id = carrier_facts.said_by
         WHERE carrier_facts.carrier_id = $1
           AND carrier_facts.valid_during @> $2::date
           AND carrier_facts.known_during @> $3::timestamptz
     UNION ALL
        SELECT 'name', id, name, NULL, NULL, created_at, NULL, ''
          FROM carriers
         WHERE id = $1
           AND created_at <= $3
           AND NOT EXISTS (SELECT FROM carrier_facts WHERE subject_id = carriers.id)
     UNION ALL
        SELECT 'address', id, text, begins_on, ends_on, created_at, NULL, ''
          FROM carrier_addresses
         WHERE carrier_id = $1
           AND created_at <= $3
           AND daterange(begins_on, ends_on) @> $2::date
           AND NOT EXISTS (SELECT FROM carrier_facts WHERE subject_id = carrier_addresses.id)
      ORDER BY kind DESC, value
        """,
        carrier_id,
        on,
        known_at,
    )
    return [_fact(row) for row in rows]


async def of_carrier(db: Connection, carrier_id: UUID) -> list[CarrierFact]:
    """Everything that was ever known of its name and addresses where one of them has changed, the newest first."""
    rows = await db.fetch(
        """
        SELECT carrier_facts.kind, carrier_facts.subject_id, carrier_facts.value,
               lower(carrier_facts.valid_during) AS valid_from, upper(carrier_facts.valid_during) AS valid_to,
               lower(carrier_facts.known_during) AS known_from, upper(carrier_facts.known_during) AS known_to,
               coalesce(persons.name, '') AS said_by
          FROM carrier_facts
     LEFT JOIN persons ON persons.id = carrier_facts.said_by
         WHERE carrier_facts.carrier_id = $1
      ORDER BY lower(carrier_facts.known_during) DESC, kind DESC, lower(carrier_facts.valid_during) DESC NULLS LAST
        """,
        carrier_id,
    )
    return [_fact(row) for row in rows]


def _fact(row: Row) -> CarrierFact:
    return CarrierFact(**{**dict(row), "kind": FactKind(row["kind"])})
