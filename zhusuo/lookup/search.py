"""地址联想: what the address box offers while one types, in characters, pinyin or initials."""

import re
from dataclasses import dataclass
from uuid import UUID

from zhusuo.addresses.characters import normal
from zhusuo.addresses.keys import INITIALS, building_key, search_key
from zhusuo.carriers.model import unit_name
from zhusuo.db import Connection, Row

MOST_TYPED = 60
_LAST = "\U0010ffff"
_DISTRICT = re.compile("^(?:上海市?)?[\u4e00-\u9fff]{2,3}区(?=.)")
# After the way to the building: 2号楼1, 12层12, 1803室
_UNIT_BEGUN = re.compile("(?:([0-9a-z]{1,4}(?:号楼|幢|栋|座)))?(?:[0-9]{1,3}[层楼])?([0-9a-z]{0,8})室?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """One line of the list: `text` is what goes into the box, `detail` the carrier or its address beside it."""

    carrier_id: UUID
    unit_id: UUID | None
    text: str
    detail: str


async def suggest(
    db: Connection,
    text: str,
    *,
    district_codes: frozenset[str] | None = None,
    subdistrict_codes: frozenset[str] | None = None,
    organisation_id: UUID | None = None,
    limit: int = 10,
) -> list[Suggestion]:
    """Carriers one of whose names or addresses begins with what was typed; units where a building is typed in full.

    Only carriers of these districts and subdistricts (None: of all), and with `organisation_id` only those that it is
    confirmed to manage or to help.
    """
    typed = search_key(_DISTRICT.sub("", normal(text[:MOST_TYPED])[0]))
    if not typed:
        return []
    rights = _Rights(
        district_codes=None if district_codes is None else sorted(district_codes),
        subdistrict_codes=None if subdistrict_codes is None else sorted(subdistrict_codes),
        organisation_id=organisation_id,
    )
    own = _carriers if organisation_id is None else _own_carriers
    return await own(db, typed, rights, limit) or await _units(db, typed, rights, limit)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rights:
    district_codes: list[str] | None
    subdistrict_codes: list[str] | None
    organisation_id: UUID | None


async def _carriers(db: Connection, typed: str, rights: _Rights, limit: int) -> list[Suggestion]:
    """Of the first 1,000 terms that begin so, the best for each carrier: one letter begins most of them."""
    rows = await db.fetch(
        """
          WITH begun AS MATERIALIZED (
               SELECT t.carrier_id, t.shown, t.weight, t.term
                 FROM carrier_terms AS t
                WHERE t.term ~>=~ $1
                  AND t.term ~<~ $2
                  AND ($3::text[] IS NULL OR t.district_code = ANY ($3::text[]))
                  AND ($4::text[] IS NULL OR EXISTS (
                       SELECT
                         FROM carriers AS c
                        WHERE c.id = t.carrier_id
                          AND c.subdistrict_code = ANY ($4::text[])
                       ))
             ORDER BY t.term USING ~<~
                LIMIT 1000
               ),
               best AS (
               SELECT DISTINCT ON (carrier_id) carrier_id, shown, weight, term
                 FROM begun
             ORDER BY carrier_id, weight DESC, length(term), term
               )
        SELECT best.carrier_id, best.shown, c.name, main.text AS address
          FROM (
               SELECT carrier_id, shown, weight, term
                 FROM best
             ORDER BY weight DESC, length(term), term, carrier_id
                LIMIT 200
               ) AS best
          JOIN carriers AS c ON c.id = best.carrier_id
          JOIN carrier_addresses AS main ON main.carrier_id = c.id
                                        AND main.is_main
         WHERE c.retired_at IS NULL
      ORDER BY best.weight DESC, length(best.term), best.term, best.carrier_id
         LIMIT $5
        """,
        typed,
        typed + _LAST,
        rights.district_codes,
        rights.subdistrict_codes,
        limit,
    )
    return [_carrier(row) for row in rows]


async def _own_carriers(db: Connection, typed: str, rights: _Rights, limit: int) -> list[Suggestion]:
    """The same among the carriers of one organisation, beginning with those."""
    rows = await db.fetch(
        """
          WITH best AS (
               SELECT DISTINCT ON (t.carrier_id) t.carrier_id, t.shown, t.weight, t.term
                 FROM managements AS m
                 JOIN carrier_terms AS t ON t.carrier_id = m.carrier_id
                WHERE m.organisation_id = $3
                  AND m.status = 'confirmed'
                  AND t.term ~>=~ $1
                  AND t.term ~<~ $2
             ORDER BY t.carrier_id, t.weight DESC, length(t.term), t.term
               )
        SELECT best.carrier_id, best.shown, c.name, main.text AS address
          FROM best
          JOIN carriers AS c ON c.id = best.carrier_id
          JOIN carrier_addresses AS main ON main.carrier_id = c.id
                                        AND main.is_main
         WHERE c.retired_at IS NULL
           AND ($4::text[] IS NULL OR c.district_code = ANY ($4::text[]))
           AND ($5::text[] IS NULL OR c.subdistrict_code = ANY ($5::text[]))
      ORDER BY best.weight DESC, length(best.term), best.term, best.carrier_id
         LIMIT $6
        """,
        typed,
        typed + _LAST,
        rights.organisation_id,
        rights.district_codes,
        rights.subdistrict_codes,
        limit,
    )
    return [_carrier(row) for row in rows]


def _carrier(row: Row) -> Suggestion:
    return Suggestion(
        carrier_id=row["carrier_id"],
        unit_id=None,
        text=row["shown"],
        detail=row["address"] if row["shown"] == row["name"] else row["name"],
    )


async def _units(db: Connection, typed: str, rights: _Rights, limit: int) -> list[Suggestion]:
    """Units of a carrier one of whose names, addresses or initials is the beginning of what was typed."""
    begun = [(typed[:k], _UNIT_BEGUN.fullmatch(typed, k)) for k in range(2, len(typed))]
    ways = [(way, building_key(rest[1] or ""), rest[2]) for way, rest in begun if rest is not None]
    rows = await db.fetch(
        """
        SELECT u.id, u.carrier_id, u.building, u.number, u.label, t.shown, c.name
          FROM unnest($1::text[], $2::text[], $3::text[]) AS way (term, building, key)
          JOIN carrier_terms AS t ON t.term = way.term
                                 AND t.weight >= $4
          JOIN carriers AS c ON c.id = t.carrier_id
          JOIN units AS u ON u.carrier_id = c.id
                         AND u.retired_at IS NULL
                         AND starts_with(lower(replace(u.key, '-', '')), way.key)
                         AND starts_with(u.building, way.building)
         WHERE c.retired_at IS NULL
           AND ($5::text[] IS NULL OR c.district_code = ANY ($5::text[]))
           AND ($6::text[] IS NULL OR c.subdistrict_code = ANY ($6::text[]))
           AND ($7::uuid IS NULL OR EXISTS (
                SELECT
                  FROM managements AS m
                 WHERE m.carrier_id = c.id
                   AND m.organisation_id = $7
                   AND m.status = 'confirmed'
                ))
      ORDER BY length(t.term) DESC, u.building, length(u.key), u.key
         LIMIT $8
        """,
        [way for way, _, _ in ways],
        [building for _, building, _ in ways],
        [key for _, _, key in ways],
        INITIALS,
        rights.district_codes,
        rights.subdistrict_codes,
        rights.organisation_id,
        limit,
    )
    return [
        Suggestion(
            carrier_id=row["carrier_id"],
            unit_id=row["id"],
            text=f"{row['shown']}{unit_name(row['building'], row['number'], row['label']).replace(' ', '')}",
            detail=row["name"],
        )
        for row in rows
    ]
