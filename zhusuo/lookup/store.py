"""What PostgreSQL answers to the ladder's questions, for many at once: one statement for all of a kind. Reads only.

Whole names have the weight 30 (`addresses.keys.WHOLE`), written out where an index holds nothing else.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from msgspec.structs import replace

from zhusuo.carriers.model import unit_name
from zhusuo.db import Connection, Row
from zhusuo.lookup.gates import Gate, Road, UnitRow
from zhusuo.lookup.model import FoundCarrier, FoundUnit
from zhusuo.lookup.questions import (
    Begun,
    Buildings,
    Codes,
    FormerNames,
    FormerShops,
    FormerUnits,
    LikeRoads,
    Named,
    Similar,
    Successors,
    Units,
)

FEW = 4
MOST_UNITS = 400
"""More units than that under one key of one carrier are no answer to anybody."""


async def roads(db: Connection, names: Sequence[str]) -> dict[str, Road]:
    """What stands on each of these roads."""
    rows = await db.fetch(
        """
        SELECT a.id, a.carrier_id, c.name AS carrier, c.kind, a.district_code, c.subdistrict_code, c.floors_above,
               c.floors_below, a.text, a.road, a.lane, a.sublane, a.number, a.building, a.ends_on IS NOT NULL AS ended,
               c.retired_at IS NOT NULL AS retired, main.text AS today, shops.numbers
          FROM carrier_addresses AS a
          JOIN carriers AS c ON c.id = a.carrier_id
     LEFT JOIN carrier_addresses AS main
            ON main.carrier_id = a.carrier_id
           AND main.is_main
           AND main.ends_on IS NULL
           AND a.ends_on IS NOT NULL
     LEFT JOIN LATERAL (
               SELECT array_agg(DISTINCT units.number) AS numbers
                 FROM units
                WHERE units.carrier_id = a.carrier_id
                  AND units.number <> ''
                  AND units.retired_at IS NULL
               ) AS shops ON true
         WHERE a.road = ANY ($1::text[])
        """,
        names,
    )
    found: dict[str, list[Gate]] = {name: [] for name in names}
    for row in rows:
        found[row["road"]].append(_gate(row))
    return {name: Road(name, gates) for name, gates in found.items()}


async def like_roads(db: Connection, questions: Sequence[LikeRoads]) -> list[list[str]]:
    rows = await db.fetch(
        """
        SELECT DISTINCT road, road_pinyin
          FROM carrier_addresses
         WHERE road_pinyin = ANY ($1::text[])
            OR road = ANY ($2::text[])
      ORDER BY road
        """,
        list({each.sound for each in questions}),
        list({name for each in questions for name in each.names}),
    )
    return [
        [row["road"] for row in rows if row["road_pinyin"] == each.sound or row["road"] in each.names]
        for each in questions
    ]


async def units(db: Connection, questions: Sequence[Units]) -> list[dict[UUID, list[UnitRow]]]:
    keyed = await _keyed(db, {(one, key) for each in questions for one in each.carrier_ids for key in each.keys})
    shops = {(one, number) for each in questions if each.numbers for one in each.carrier_ids for number in each.numbers}
    numbered = await _numbered(db, shops) if shops else {}
    return [
        {carrier_id: _under(carrier_id, each, keyed, numbered) for carrier_id in each.carrier_ids} for each in questions
    ]


_ByKey = Mapping[tuple[UUID, str], Sequence[UnitRow]]


def _under(carrier_id: UUID, asked: Units, keyed: _ByKey, numbered: _ByKey) -> list[UnitRow]:
    """The units of one carrier in the order of what was asked."""
    found = [unit for key in asked.keys for unit in keyed.get((carrier_id, key), ())]
    found += [unit for number in asked.numbers for unit in numbered.get((carrier_id, number), ())]
    return found[:MOST_UNITS]


async def _keyed(db: Connection, asked: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], list[UnitRow]]:
    """Units without a house number of their own by carrier and key.

    The few keys of one carrier, which is what a clerk asks for, have a statement of their own: so plain that PostgreSQL
    keeps one plan for it, where planning would take longer than answering.
    """
    carriers = {carrier_id for carrier_id, _ in asked}
    if len(carriers) == 1 and len(asked) <= FEW:
        keys = [key for _, key in asked]
        rows = await db.fetch(
            """
            SELECT carrier_id, id, building, floor, label, key, number, kind
              FROM units
             WHERE carrier_id = $1
               AND key IN ($2, $3, $4, $5)
               AND number = ''
               AND retired_at IS NULL
            """,
            carriers.pop(),
            *(keys * FEW)[:FEW],
        )
    elif asked:
        rows = await db.fetch(
            """
            SELECT units.carrier_id, id, building, floor, label, key, number, kind
              FROM unnest($1::uuid[], $2::text[]) AS asked (carrier_id, asked_key)
              JOIN units
                ON units.carrier_id = asked.carrier_id
               AND units.key = asked.asked_key
               AND units.number = ''
               AND units.retired_at IS NULL
            """,
            [carrier_id for carrier_id, _ in asked],
            [key for _, key in asked],
        )
    else:
        rows = []
    found: dict[tuple[UUID, str], list[UnitRow]] = {}
    for row in rows:
        found.setdefault((row["carrier_id"], row["key"]), []).append(_unit(row))
    return found


async def _numbered(db: Connection, asked: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], list[UnitRow]]:
    """Units by carrier and house number of their own."""
    rows = await db.fetch(
        """
        SELECT units.carrier_id, id, building, floor, label, key, number, kind
          FROM unnest($1::uuid[], $2::text[]) AS asked (carrier_id, asked_number)
          JOIN units
            ON units.carrier_id = asked.carrier_id
           AND units.number = asked.asked_number
           AND units.number <> ''
           AND units.retired_at IS NULL
        """,
        [carrier_id for carrier_id, _ in asked],
        [number for _, number in asked],
    )
    found: dict[tuple[UUID, str], list[UnitRow]] = {}
    for row in rows:
        found.setdefault((row["carrier_id"], row["number"]), []).append(_unit(row))
    return found


async def buildings(db: Connection, questions: Sequence[Buildings]) -> list[dict[UUID, list[str]]]:
    rows = await db.fetch(
        """
        SELECT carrier_id, array_agg(DISTINCT building ORDER BY building) AS buildings
          FROM units
         WHERE carrier_id = ANY ($1::uuid[])
           AND retired_at IS NULL
      GROUP BY carrier_id
        """,
        list({carrier_id for each in questions for carrier_id in each.carrier_ids}),
    )
    found = {row["carrier_id"]: row["buildings"] for row in rows}
    return [{carrier_id: found.get(carrier_id, []) for carrier_id in each.carrier_ids} for each in questions]


async def named(db: Connection, questions: Sequence[Named]) -> list[list[Gate]]:
    rows = await db.fetch(
        """
        SELECT t.term, a.id, a.carrier_id, c.name AS carrier, c.kind, c.district_code, c.subdistrict_code,
               c.floors_above, c.floors_below, a.text, a.road, a.lane, a.sublane, a.number, a.building,
               a.ends_on IS NOT NULL AS ended, c.retired_at IS NOT NULL AS retired, NULL AS today, NULL AS numbers
          FROM carrier_terms AS t
          JOIN carriers AS c ON c.id = t.carrier_id
          JOIN carrier_addresses AS a ON a.carrier_id = c.id
                                     AND a.is_main
         WHERE t.term = ANY ($1::text[])
           AND t.weight = 30
      ORDER BY a.carrier_id
        """,
        list({name for each in questions for name in each.names}),
    )
    by_term = _by_term(rows)
    answers = []
    for each in questions:
        found = {gate.carrier_id: gate for name in each.names for gate in by_term.get(name, ())}
        answers.append(sorted(found.values(), key=lambda gate: gate.carrier_id))
    return answers


async def similar(db: Connection, questions: Sequence[Similar]) -> list[list[Gate]]:
    found: dict[Codes, dict[str, list[Gate]]] = {}
    for codes, terms in _by_codes((each.codes, each.term) for each in questions):
        rows = await db.fetch(
            """
            SELECT asked.term, a.id, a.carrier_id, c.name AS carrier, c.kind, c.district_code, c.subdistrict_code,
                   c.floors_above, c.floors_below, a.text, a.road, a.lane, a.sublane, a.number, a.building,
                   a.ends_on IS NOT NULL AS ended, false AS retired, NULL AS today, NULL AS numbers
              FROM unnest($1::text[]) AS asked (term)
        CROSS JOIN LATERAL (
                   SELECT carrier_id, max(similarity(term, asked.term)) AS likeness
                     FROM carrier_terms
                    WHERE term % asked.term
                      AND weight = 30
                      AND ($2::text[] IS NULL OR district_code = ANY ($2::text[]))
                 GROUP BY carrier_id
                 ORDER BY likeness DESC, carrier_id
                    LIMIT 5
                   ) AS likest
              JOIN carrier_addresses AS a ON a.carrier_id = likest.carrier_id AND a.is_main
              JOIN carriers AS c ON c.id = a.carrier_id
             WHERE c.retired_at IS NULL
               AND likest.likeness >= 0.4
          ORDER BY likest.likeness DESC, a.carrier_id
            """,
            terms,
            codes,
        )
        found[codes] = _by_term(rows)
    return [found[each.codes].get(each.term, []) for each in questions]


async def begun(db: Connection, questions: Sequence[Begun]) -> list[list[Gate]]:
    found: dict[Codes, dict[str, list[Gate]]] = {}
    for codes, terms in _by_codes((each.codes, each.typed) for each in questions):
        rows = await db.fetch(
            """
            SELECT asked.term, a.id, a.carrier_id, c.name AS carrier, c.kind, c.district_code, c.subdistrict_code,
                   c.floors_above, c.floors_below, a.text, a.road, a.lane, a.sublane, a.number, a.building,
                   a.ends_on IS NOT NULL AS ended, false AS retired, NULL AS today, NULL AS numbers
              FROM unnest($1::text[]) AS asked (term)
        CROSS JOIN LATERAL (
                   SELECT carrier_id, min(length(term)) AS length
                     FROM carrier_terms
                    WHERE term ~>=~ asked.term
                      AND term ~<~ (asked.term || chr(1114111))
                      AND weight BETWEEN 10 AND 20
                      AND ($2::text[] IS NULL OR district_code = ANY ($2::text[]))
                 GROUP BY carrier_id
                 ORDER BY length, carrier_id
                    LIMIT 5
                   ) AS first
              JOIN carrier_addresses AS a ON a.carrier_id = first.carrier_id
                                         AND a.is_main
              JOIN carriers AS c ON c.id = a.carrier_id
             WHERE c.retired_at IS NULL
          ORDER BY first.length, a.carrier_id
            """,
            terms,
            codes,
        )
        found[codes] = _by_term(rows)
    return [found[each.codes].get(each.typed, []) for each in questions]


async def former_units(db: Connection, questions: Sequence[FormerUnits]) -> list[dict[UUID, list[UnitRow]]]:
    lost = list({pair for each in questions for pair in each.lost})
    rows = await db.fetch(
        """
        SELECT DISTINCT asked.carrier_id, asked.key, former.label AS former, units.id, units.building, units.floor,
               units.label, units.number, units.kind
          FROM unnest($1::uuid[], $2::text[]) AS asked (carrier_id, key)
          JOIN unit_facts AS former
            ON former.carrier_id = asked.carrier_id
           AND former.key = asked.key
           AND upper_inf(former.known_during)
           AND NOT upper_inf(former.valid_during)
    CROSS JOIN LATERAL successors_of(former.unit_id) AS successor
          JOIN units ON units.id = successor.id
      ORDER BY units.building, units.number, units.label
        """,
        [carrier_id for carrier_id, _ in lost],
        [key for _, key in lost],
    )
    by_pair: dict[tuple[UUID, str], list[UnitRow]] = {}
    for row in rows:
        by_pair.setdefault((row["carrier_id"], row["key"]), []).append(replace(_unit(row), former=row["former"]))
    answers = []
    for each in questions:
        found: dict[UUID, list[UnitRow]] = {}
        for pair in each.lost:
            if pair in by_pair:
                found.setdefault(pair[0], []).extend(by_pair[pair])
        answers.append(found)
    return answers


async def former_names(db: Connection, questions: Sequence[FormerNames]) -> list[dict[UUID, list[str]]]:
    rows = await db.fetch(
        """
        SELECT carrier_id, array_agg(name) AS names
          FROM carrier_aliases
         WHERE carrier_id = ANY ($1::uuid[])
           AND ends_on IS NOT NULL
      GROUP BY carrier_id
        """,
        list({carrier_id for each in questions for carrier_id in each.carrier_ids}),
    )
    found = {row["carrier_id"]: row["names"] for row in rows}
    return [
        {carrier_id: found[carrier_id] for carrier_id in each.carrier_ids if carrier_id in found} for each in questions
    ]


async def former_shops(db: Connection, questions: Sequence[FormerShops]) -> list[list[tuple[str, UUID, FoundUnit]]]:
    rows = await db.fetch(
        """
        SELECT DISTINCT former.number AS former, former.carrier_id, units.id, units.building, units.number, units.label
          FROM unit_facts AS former
    CROSS JOIN LATERAL successors_of(former.unit_id) AS successor
          JOIN units ON units.id = successor.id
         WHERE former.carrier_id = ANY ($1::uuid[])
           AND former.number = ANY ($2::text[])
           AND former.number <> ''
           AND upper_inf(former.known_during)
           AND NOT upper_inf(former.valid_during)
      ORDER BY units.number, units.label
        """,
        list({carrier_id for each in questions for carrier_id in each.carrier_ids}),
        list({number for each in questions for number in each.numbers}),
    )
    return [
        [
            (
                row["former"],
                row["carrier_id"],
                FoundUnit(id=row["id"], label=unit_name(row["building"], row["number"], row["label"])),
            )
            for row in rows
            if row["carrier_id"] in each.carrier_ids and row["former"] in each.numbers
        ]
        for each in questions
    ]


async def successors(db: Connection, questions: Sequence[Successors]) -> list[dict[UUID, list[FoundCarrier]]]:
    rows = await db.fetch(
        """
        WITH RECURSIVE gone (asked_id, id, next_id) AS (
            SELECT id, id, successor_id
              FROM carriers
             WHERE id = ANY ($1::uuid[])
             UNION
            SELECT gone.asked_id, carriers.id, carriers.successor_id
              FROM gone
              JOIN carriers ON carriers.id = gone.next_id
        )
        SELECT gone.asked_id, carriers.id, carriers.name, carriers.kind, carriers.district_code, main.text AS address
          FROM gone
          JOIN carriers ON carriers.id = gone.id AND carriers.retired_at IS NULL
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = carriers.id AND main.is_main
      ORDER BY carriers.name
        """,
        list({carrier_id for each in questions for carrier_id in each.carrier_ids}),
    )
    found: dict[UUID, list[FoundCarrier]] = {}
    for row in rows:
        found.setdefault(row["asked_id"], []).append(
            FoundCarrier(
                id=row["id"],
                name=row["name"],
                kind=row["kind"],
                address=row["address"] or "",
                district_code=row["district_code"],
            )
        )
    return [{carrier_id: found.get(carrier_id, []) for carrier_id in each.carrier_ids} for each in questions]


def _by_codes(asked: Iterable[tuple[Codes, str]]) -> list[tuple[Codes, list[str]]]:
    """The terms asked for in each set of districts, each once."""
    terms: dict[Codes, dict[str, None]] = {}
    for codes, term in asked:
        terms.setdefault(codes, {})[term] = None
    return [(codes, list(each)) for codes, each in terms.items()]


def _by_term(rows: Iterable[Row]) -> dict[str, list[Gate]]:
    found: dict[str, list[Gate]] = {}
    for row in rows:
        found.setdefault(row["term"], []).append(_gate(row))
    return found


def _gate(row: Row) -> Gate:
    return Gate(
        id=row["id"],
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
        sublane=row["sublane"],
        number=row["number"],
        building=row["building"],
        ended=row["ended"],
        retired=row["retired"],
        today=row["today"] or "",
        numbers=tuple(row["numbers"] or ()),
    )


def _unit(row: Row) -> UnitRow:
    return UnitRow(
        id=row["id"],
        building=row["building"],
        floor=row["floor"],
        label=row["label"],
        key=row["key"],
        number=row["number"],
        kind=row["kind"],
    )
