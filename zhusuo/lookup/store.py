"""What stands at a gate, on a road, under a name. Reads only; every list is short and comes from an index.

Whole names have the weight 30 (`addresses.keys.WHOLE`), written out where an index holds nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from zhusuo.db import Connection, Row

MOST_ROWS = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitRow:
    id: UUID
    building: str
    floor: int | None
    label: str
    key: str
    number: str
    kind: str
    former: str = ""
    """What it, or what it came from, was called under this key; "" where the key is today's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """One address of one carrier, with those of its units that were asked for.

    `rung` says which step of the ladder led here.
    """

    rung: str
    carrier_id: UUID
    carrier: str
    kind: str
    district_code: str
    subdistrict_code: str
    floors_above: int | None
    floors_below: int | None
    text: str
    road: str
    lane: str
    number: str
    building: str
    ended: bool
    units: tuple[UnitRow, ...]
    today: str = ""
    """The carrier's main address, where this one has ended."""


async def at_gate(
    db: Connection,
    *,
    road: str,
    lane: str,
    sublane: str,
    numbers: Sequence[str],
    keys: Sequence[str],
    district_codes: Sequence[str] | None,
) -> list[Gate]:
    """All addresses with one of these numbers, or with a list or range of numbers, on this road or in this lane.

    The statement every lookup runs: kept so plain that PostgreSQL keeps one plan for it (planning takes longer than
    running it).
    """
    rows = await db.fetch(
        """
        SELECT 'gate' AS rung, a.id AS address_id, a.carrier_id, c.name AS carrier, c.kind, c.district_code,
               c.subdistrict_code, c.floors_above, c.floors_below, a.text, a.road, a.lane, a.number, a.building,
               a.ends_on IS NOT NULL AS ended, u.id AS unit_id, u.building AS unit_building, u.floor, u.label, u.key,
               u.number AS unit_number, u.kind AS unit_kind
          FROM (
               SELECT id, carrier_id, district_code, text, road, lane, number, building, ends_on
                 FROM carrier_addresses
                WHERE road = $1
                  AND lane = $2
                  AND sublane = $3
                  AND number = ANY ($4::text[])
            UNION ALL
               SELECT id, carrier_id, district_code, text, road, lane, number, building, ends_on
                 FROM carrier_addresses
                WHERE road = $1
                  AND lane = $2
                  AND sublane = $3
                  AND number ~ '[-、]'
                  AND number <> ALL ($4::text[])
               ) AS a
          JOIN carriers AS c ON c.id = a.carrier_id
     LEFT JOIN LATERAL (
               SELECT id, building, floor, label, key, number, kind
                 FROM units
                WHERE carrier_id = a.carrier_id
                  AND key = ANY ($5::text[])
                  AND number = ''
                  AND retired_at IS NULL
            UNION ALL
               SELECT id, building, floor, label, key, number, kind
                 FROM units
                WHERE carrier_id = a.carrier_id
                  AND number = ANY ($4::text[])
                  AND number <> ''
                  AND retired_at IS NULL
               ) AS u ON true
         WHERE c.retired_at IS NULL
           AND ($6::text[] IS NULL OR a.district_code = ANY ($6::text[]))
         LIMIT $7
        """,
        road,
        lane,
        sublane,
        numbers,
        keys,
        district_codes,
        MOST_ROWS,
    )
    return _gates(rows)


async def owners(db: Connection, names: Sequence[str], district_codes: Sequence[str] | None) -> set[UUID]:
    """The carriers with one of these names."""
    rows = await db.fetch(
        """
        SELECT carrier_id
          FROM carrier_terms
         WHERE term = ANY ($1::text[])
           AND weight = 30
           AND ($2::text[] IS NULL OR district_code = ANY ($2::text[]))
         LIMIT $3
        """,
        names,
        district_codes,
        MOST_ROWS,
    )
    return {row["carrier_id"] for row in rows}


async def nearest(
    db: Connection, *, road: str, lane: str, number: int, district_codes: Sequence[str] | None
) -> list[Gate]:
    """The five addresses and shops on this road whose numbers are nearest, those in the same lane first."""
    rows = await db.fetch(
        """
        SELECT 'near' AS rung, a.id AS address_id, a.carrier_id, c.name AS carrier, c.kind, c.district_code,
               c.subdistrict_code, c.floors_above, c.floors_below,
               CASE WHEN shop.number IS NULL THEN a.text ELSE a.road || shop.number || '号' END AS text,
               a.road, a.lane, a.number, a.building, a.ends_on IS NOT NULL AS ended, NULL::uuid AS unit_id
          FROM carrier_addresses AS a
          JOIN carriers AS c ON c.id = a.carrier_id
     LEFT JOIN LATERAL (
               SELECT number
                 FROM units
                WHERE carrier_id = a.carrier_id
                  AND number <> ''
                  AND retired_at IS NULL
                  AND c.kind = 'street'
             ORDER BY abs(coalesce(substring(number FROM '^[0-9]{1,6}')::integer, 0) - $3), number
                LIMIT 1
               ) AS shop ON true
         WHERE a.road = $1
           AND ($4::text[] IS NULL OR a.district_code = ANY ($4::text[]))
           AND c.retired_at IS NULL
      ORDER BY a.lane <> $2,
               abs(coalesce(substring(CASE a.lane WHEN $2 THEN coalesce(shop.number, a.number) ELSE a.lane END
                                      FROM '^[0-9]{1,6}')::integer, 0) - $3),
               a.id
         LIMIT 5
        """,
        road,
        lane,
        number,
        district_codes,
    )
    return _gates(rows)


async def on_like_roads(
    db: Connection,
    *,
    road: str,
    lane: str,
    sublane: str,
    numbers: Sequence[str],
    sound: str,
    spelt_nearly: Sequence[str],
    keys: Sequence[str],
    district_codes: Sequence[str] | None,
) -> list[Gate]:
    """The same lane and number on a road that sounds the same (rung `sound`), or on one spelt nearly so (`edit`)."""
    rows = await db.fetch(
        """
        SELECT CASE a.road_pinyin WHEN $5 THEN 'sound' ELSE 'edit' END AS rung, a.id AS address_id, a.carrier_id,
               c.name AS carrier, c.kind, c.district_code, c.subdistrict_code, c.floors_above, c.floors_below, a.text,
               a.road, a.lane, a.number, a.building, a.ends_on IS NOT NULL AS ended, u.id AS unit_id,
               u.building AS unit_building, u.floor, u.label, u.key, u.number AS unit_number, u.kind AS unit_kind
          FROM carrier_addresses AS a
          JOIN carriers AS c ON c.id = a.carrier_id
     LEFT JOIN units AS u ON u.carrier_id = a.carrier_id
                         AND u.key = ANY ($7::text[])
                         AND u.number = ''
                         AND u.retired_at IS NULL
         WHERE (a.road_pinyin = $5 OR a.road = ANY ($6::text[]))
           AND a.road <> $1
           AND a.lane = $2
           AND a.sublane = $3
           AND a.number = ANY ($4::text[])
           AND c.retired_at IS NULL
           AND ($8::text[] IS NULL OR a.district_code = ANY ($8::text[]))
      ORDER BY rung DESC, a.carrier_id
         LIMIT $9
        """,
        road,
        lane,
        sublane,
        numbers,
        sound,
        spelt_nearly,
        keys,
        district_codes,
        MOST_ROWS,
    )
    return _gates(rows)


async def named(
    db: Connection, names: Sequence[str], keys: Sequence[str], district_codes: Sequence[str] | None
) -> list[Gate]:
    """Carriers one of whose names is among `names`, at their main addresses."""
    rows = await db.fetch(
        """
        SELECT 'name' AS rung, a.id AS address_id, a.carrier_id, c.name AS carrier, c.kind, c.district_code,
               c.subdistrict_code, c.floors_above, c.floors_below, a.text, a.road, a.lane, a.number, a.building,
               a.ends_on IS NOT NULL AS ended, u.id AS unit_id,
               u.building AS unit_building, u.floor, u.label, u.key, u.number AS unit_number, u.kind AS unit_kind
          FROM carrier_terms AS t
          JOIN carriers AS c ON c.id = t.carrier_id
          JOIN carrier_addresses AS a ON a.carrier_id = c.id
                                     AND a.is_main
     LEFT JOIN units AS u ON u.carrier_id = a.carrier_id
                         AND u.key = ANY ($2::text[])
                         AND u.retired_at IS NULL
         WHERE t.term = ANY ($1::text[])
           AND t.weight = 30
           AND c.retired_at IS NULL
           AND ($3::text[] IS NULL OR t.district_code = ANY ($3::text[]))
      ORDER BY a.carrier_id
         LIMIT $4
        """,
        names,
        keys,
        district_codes,
        MOST_ROWS,
    )
    return _gates(rows)


async def similar(db: Connection, term: str, district_codes: Sequence[str] | None) -> list[Gate]:
    """Carriers with a name or an address that looks like `term`, the likest first: never more than a hint."""
    rows = await db.fetch(
        """
          WITH likest AS (
               SELECT carrier_id, max(similarity(term, $1)) AS likeness
                 FROM carrier_terms
                WHERE term % $1
                  AND weight = 30
                  AND ($2::text[] IS NULL OR district_code = ANY ($2::text[]))
             GROUP BY carrier_id
             ORDER BY likeness DESC, carrier_id
                LIMIT 5
               )
        SELECT 'similar' AS rung, a.id AS address_id, a.carrier_id, c.name AS carrier, c.kind, c.district_code,
               c.subdistrict_code, c.floors_above, c.floors_below, a.text, a.road, a.lane, a.number, a.building,
               a.ends_on IS NOT NULL AS ended, NULL::uuid AS unit_id
          FROM likest
          JOIN carrier_addresses AS a ON a.carrier_id = likest.carrier_id AND a.is_main
          JOIN carriers AS c ON c.id = a.carrier_id
         WHERE c.retired_at IS NULL
           AND likest.likeness >= 0.4
      ORDER BY likest.likeness DESC, a.carrier_id
        """,
        term,
        district_codes,
    )
    return _gates(rows)


async def begun(db: Connection, typed: str, district_codes: Sequence[str] | None) -> list[Gate]:
    """Carriers with a name or an address whose reading or initials begin so: a hint, as in the address box."""
    rows = await db.fetch(
        """
          WITH first AS (
               SELECT carrier_id, min(length(term)) AS length
                 FROM carrier_terms
                WHERE term ~>=~ $1
                  AND term ~<~ $2
                  AND weight BETWEEN 10 AND 20
                  AND ($3::text[] IS NULL OR district_code = ANY ($3::text[]))
             GROUP BY carrier_id
             ORDER BY length, carrier_id
                LIMIT 5
               )
        SELECT 'begun' AS rung, a.id AS address_id, a.carrier_id, c.name AS carrier, c.kind, c.district_code,
               c.subdistrict_code, c.floors_above, c.floors_below, a.text, a.road, a.lane, a.number, a.building,
               a.ends_on IS NOT NULL AS ended, NULL::uuid AS unit_id
          FROM first
          JOIN carrier_addresses AS a ON a.carrier_id = first.carrier_id
                                     AND a.is_main
          JOIN carriers AS c ON c.id = a.carrier_id
         WHERE c.retired_at IS NULL
      ORDER BY first.length, a.carrier_id
        """,
        typed,
        typed + "\U0010ffff",
        district_codes,
    )
    return _gates(rows)


async def buildings(db: Connection, carrier_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """The buildings of each carrier that have units; [""] for one without named buildings, [] for one without units."""
    ids = list(carrier_ids)
    rows = await db.fetch(
        """
        SELECT carrier_id, array_agg(DISTINCT building ORDER BY building) AS buildings
          FROM units
         WHERE carrier_id = ANY ($1::uuid[])
           AND retired_at IS NULL
      GROUP BY carrier_id
        """,
        ids,
    )
    return {each: [] for each in ids} | {row["carrier_id"]: row["buildings"] for row in rows}


def _gates(rows: Iterable[Row]) -> list[Gate]:
    groups: dict[tuple[str, UUID], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["rung"], row["address_id"]), []).append(row)
    found = []
    for each in groups.values():
        row = each[0]
        units = {unit["unit_id"]: _unit(unit) for unit in each if unit["unit_id"] is not None}
        found.append(
            Gate(
                rung=row["rung"],
                carrier_id=row["carrier_id"],
                carrier=row["carrier"],
                kind=row["kind"],
                district_code=row["district_code"],
                subdistrict_code=row["subdistrict_code"],
                floors_above=row["floors_above"],
                floors_below=row["floors_below"],
                text=row["text"],
                road=row["road"],
                lane=row["lane"],
                number=row["number"],
                building=row["building"],
                ended=row["ended"],
                units=tuple(units.values()),
            )
        )
    return found


def _unit(row: Row) -> UnitRow:
    return UnitRow(
        id=row["unit_id"],
        building=row["unit_building"],
        floor=row["floor"],
        label=row["label"],
        key=row["key"],
        number=row["unit_number"],
        kind=row["unit_kind"],
    )
