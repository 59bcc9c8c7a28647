"""旧址: what was split, merged, renumbered, renamed or moved leads to what it is today, and says so.

Asked only where the answer is not what is on file today as written, so that nothing else waits for it.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from zhusuo.addresses.keys import search_key
from zhusuo.addresses.model import Reason
from zhusuo.carriers.model import unit_name
from zhusuo.db import Connection
from zhusuo.lookup.asked import Asked
from zhusuo.lookup.model import FoundCarrier, FoundUnit
from zhusuo.lookup.outcome import Hit, reason
from zhusuo.lookup.store import UnitRow


async def with_former(db: Connection, question: Asked, hits: Sequence[Hit]) -> list[Hit]:
    """The hits with what their former units, addresses and names have become."""
    lost = {hit.gate.carrier_id: keys for hit in hits if (keys := _missing(question, hit))}
    units = await _units(db, lost) if lost else {}
    ended = [hit.gate.carrier_id for hit in hits if hit.gate.ended]
    today = await _main_addresses(db, ended) if ended else {}
    called = [
        hit.gate.carrier_id for hit in hits if question.names and search_key(hit.gate.carrier) not in question.names
    ]
    names = await _former_names(db, called) if called else {}
    return [
        replace(
            hit,
            units=(*hit.units, *units.get(hit.gate.carrier_id, ())),
            reasons=(*hit.reasons, *_renamed(question, hit, names.get(hit.gate.carrier_id, ()))),
            gate=replace(hit.gate, today=today.get(hit.gate.carrier_id, "")) if hit.gate.ended else hit.gate,
        )
        for hit in hits
    ]


def _missing(question: Asked, hit: Hit) -> list[str]:
    """Keys of the units asked for that this carrier has not today."""
    here = {unit.key for unit in hit.units}
    return [
        key
        for unit in question.units
        if here.isdisjoint((*unit.keys, *unit.loose))
        for key in (*unit.keys, *unit.loose)
    ]


def _renamed(question: Asked, hit: Hit, former: Sequence[str]) -> list[Reason]:
    said = next((name for name in former if search_key(name) in question.names), "")
    if not said:
        return []
    return [reason(question, "former_name", f"“{said}”是旧名称，现名{hit.gate.carrier}", said)]


async def _units(db: Connection, lost: dict[UUID, list[str]]) -> dict[UUID, list[UnitRow]]:
    """Units in use today under the keys that they, or those they came from, once had."""
    rows = await db.fetch(
        """
        SELECT DISTINCT asked.carrier_id, asked.key AS former_key, former.label AS former, units.id, units.building,
               units.floor, units.label, units.number, units.kind
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
        [carrier_id for carrier_id, keys in lost.items() for _ in keys],
        [key for keys in lost.values() for key in keys],
    )
    found: dict[UUID, list[UnitRow]] = {}
    for row in rows:
        unit = UnitRow(
            id=row["id"],
            building=row["building"],
            floor=row["floor"],
            label=row["label"],
            key=row["former_key"],
            number=row["number"],
            kind=row["kind"],
            former=row["former"],
        )
        found.setdefault(row["carrier_id"], []).append(unit)
    return found


async def _main_addresses(db: Connection, carrier_ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = await db.fetch(
        """
        SELECT carrier_id, text
          FROM carrier_addresses
         WHERE carrier_id = ANY ($1::uuid[])
           AND is_main
           AND ends_on IS NULL
        """,
        list(carrier_ids),
    )
    return {row["carrier_id"]: row["text"] for row in rows}


async def _former_names(db: Connection, carrier_ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
    rows = await db.fetch(
        """
        SELECT carrier_id, array_agg(name) AS names
          FROM carrier_aliases
         WHERE carrier_id = ANY ($1::uuid[])
           AND ends_on IS NOT NULL
      GROUP BY carrier_id
        """,
        list(carrier_ids),
    )
    return {row["carrier_id"]: tuple(row["names"]) for row in rows}


async def demolished(
    db: Connection, question: Asked, district_codes: Sequence[str] | None
) -> tuple[Reason, list[FoundCarrier]] | None:
    """Why nothing stands at this gate where something did, and what stands there today."""
    address = question.address
    if not (address.road and (address.number or address.lane)):
        return None
    rows = await db.fetch(
        """
        WITH RECURSIVE gone (id, name, text, next_id) AS (
            SELECT carriers.id, carriers.name, addresses.text, carriers.successor_id
              FROM carrier_addresses AS addresses
              JOIN carriers ON carriers.id = addresses.carrier_id
             WHERE addresses.road = $1
               AND addresses.lane = $2
               AND addresses.sublane = $3
               AND addresses.number = ANY ($4::text[])
               AND addresses.number <> ''
               AND carriers.retired_at IS NOT NULL
               AND ($5::text[] IS NULL OR addresses.district_code = ANY ($5::text[]))
             UNION
            SELECT carriers.id, gone.name, gone.text, carriers.successor_id
              FROM gone
              JOIN carriers ON carriers.id = gone.next_id
        )
        SELECT gone.name AS former, gone.text AS former_text, carriers.id, carriers.name, carriers.kind,
               carriers.district_code, main.text AS address
          FROM gone
     LEFT JOIN carriers ON carriers.id = gone.id AND carriers.retired_at IS NULL
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = carriers.id AND main.is_main
      ORDER BY gone.name, carriers.name
        """,
        address.road,
        address.lane,
        address.sublane,
        question.numbers,
        district_codes,
    )
    if not rows:
        return None
    today = {
        row["id"]: FoundCarrier(
            id=row["id"],
            name=row["name"],
            kind=row["kind"],
            address=row["address"] or "",
            district_code=row["district_code"],
        )
        for row in rows
        if row["id"] is not None
    }
    stands = "、".join(each.name for each in today.values())
    text = f"“{rows[0]['former_text']}”的{rows[0]['former']}已拆除或注销" + (f"，现为{stands}" if stands else "")
    return reason(question, "former_address", text, address.road), list(today.values())


async def former_shops(
    db: Connection, question: Asked, district_codes: Sequence[str] | None
) -> tuple[Reason, list[tuple[FoundCarrier, FoundUnit]]] | None:
    """Why no shop has this house number where one had, and the shops that it has become."""
    address = question.address
    if not (address.road and address.number):
        return None
    rows = await db.fetch(
        """
        SELECT DISTINCT former.number AS former, carriers.id AS carrier_id, carriers.name, carriers.kind,
               carriers.district_code, addresses.text, units.id, units.building, units.number, units.label
          FROM carrier_addresses AS addresses
          JOIN carriers ON carriers.id = addresses.carrier_id
          JOIN unit_facts AS former
            ON former.carrier_id = carriers.id
           AND former.number = ANY ($4::text[])
           AND former.number <> ''
           AND upper_inf(former.known_during)
           AND NOT upper_inf(former.valid_during)
    CROSS JOIN LATERAL successors_of(former.unit_id) AS successor
          JOIN units ON units.id = successor.id
         WHERE addresses.road = $1
           AND addresses.lane = $2
           AND addresses.sublane = $3
           AND carriers.kind = 'street'
           AND carriers.retired_at IS NULL
           AND ($5::text[] IS NULL OR addresses.district_code = ANY ($5::text[]))
      ORDER BY units.number, units.label
        """,
        address.road,
        address.lane,
        address.sublane,
        question.numbers,
        district_codes,
    )
    if not rows:
        return None
    today = [
        (
            FoundCarrier(
                id=row["carrier_id"],
                name=row["name"],
                kind=row["kind"],
                address=row["text"],
                district_code=row["district_code"],
            ),
            FoundUnit(id=row["id"], label=unit_name(row["building"], row["number"], row["label"])),
        )
        for row in rows
    ]
    names = "、".join(shop.label for _, shop in today)
    text = f"“{address.road}{rows[0]['former']}号”已变动，现为{names}"
    return reason(question, "former_unit", text, address.number), today
