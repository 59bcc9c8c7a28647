"""铭牌: a plate with a QR code at a unit or a street shop. Its code has a hundred random bits; whoever scans it sees
what is theirs to see: a supervisor the file, the manager the own unit, a passer-by no person.
"""

import asyncio
import io
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from uuid import UUID

import segno
import typst

from zhusuo import audit
from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import unit_name
from zhusuo.db import Connection, Database
from zhusuo.errors import NotAllowed, NotFound, TooMany
from zhusuo.people.model import Actor, Role
from zhusuo.registrations import store as registrations
from zhusuo.registrations.receipts import grouped, new_code, read_code
from zhusuo.registrations.verification import MISS_MINUTES, MISSES, network

PRINTED = 400
"""So many plates are set at a time; a tall tower is printed in parts."""


@dataclass(frozen=True, kw_only=True)
class Plate:
    """铭牌 that hangs somewhere today."""

    id: UUID
    code: str
    carrier_id: UUID
    carrier: str
    address: str
    subdistrict_code: str
    unit_id: UUID
    unit: str

    @property
    def path(self) -> str:
        return f"/plate/{grouped(self.code)}"


async def issue(database: Database, actor: Actor, carrier_id: UUID) -> int:
    """制牌: a code for every unit of the carrier that has none; how many are new."""
    if actor.role is not Role.SUPERVISOR:
        raise NotAllowed
    async with database.transaction() as db:
        if await carriers.by_id_for(db, actor, carrier_id) is None:
            raise NotFound
        await carriers.lock(db, carrier_id)
        wanting = await _without(db, carrier_id)
        await db.execute(
            """
            INSERT INTO plates (code, unit_id, carrier_id, issued_by)
                 SELECT code, unit_id, $3, $4
                   FROM unnest($1::text[], $2::uuid[]) AS t (code, unit_id)
            """,
            [new_code() for _ in wanting],
            wanting,
            carrier_id,
            actor.person_id,
        )
        await audit.record(
            db, actor, "issue_plates", "plate", "list", carrier_id=carrier_id, detail={"count": len(wanting)}
        )
        return len(wanting)


async def replace(database: Database, actor: Actor, unit_id: UUID) -> None:
    """换牌: the code of a unit is void from now on, and it has a new one. Raises NotFound."""
    if actor.role is not Role.SUPERVISOR:
        raise NotAllowed
    async with database.transaction() as db:
        unit = await carriers.unit_by_id(db, unit_id)
        if unit is None or await carriers.by_id_for(db, actor, unit.carrier_id) is None:
            raise NotFound
        await carriers.lock(db, unit.carrier_id)
        status = await db.execute(
            """
            UPDATE plates
               SET revoked_at = now()
             WHERE unit_id = $1
               AND revoked_at IS NULL
            """,
            unit_id,
        )
        if status == "UPDATE 0":
            raise NotFound
        await db.execute(
            """
            INSERT INTO plates (code, unit_id, carrier_id, issued_by)
                 VALUES ($1, $2, $3, $4)
            """,
            new_code(),
            unit_id,
            unit.carrier_id,
            actor.person_id,
        )
        await audit.record(db, actor, "replace_plate", "plate", unit_id, carrier_id=unit.carrier_id)


async def _without(db: Connection, carrier_id: UUID) -> list[UUID]:
    rows = await db.fetch(
        """
        SELECT id
          FROM units
         WHERE carrier_id = $1
           AND retired_at IS NULL
           AND kind <> 'service'
           AND NOT EXISTS (
               SELECT
                 FROM plates
                WHERE plates.unit_id = units.id
                  AND plates.revoked_at IS NULL)
        """,
        carrier_id,
    )
    return [row["id"] for row in rows]


async def of_carrier(db: Connection, carrier_id: UUID, *, part: int = 1) -> list[Plate]:
    """Its plates in the order of the building: so many as are printed at a time, `part` from 1."""
    rows = await db.fetch(
        """
        SELECT p.id, p.code, p.carrier_id, c.name AS carrier, coalesce(main.text, '') AS address, c.subdistrict_code,
               p.unit_id, u.building, u.number, u.label
          FROM plates AS p
          JOIN carriers AS c ON c.id = p.carrier_id
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = c.id AND main.is_main
          JOIN units AS u ON u.id = p.unit_id
         WHERE p.carrier_id = $1
           AND p.revoked_at IS NULL
           AND u.retired_at IS NULL
      ORDER BY u.building, u.floor, u.number, u.label, u.id
         LIMIT $2
        OFFSET $3
        """,
        carrier_id,
        PRINTED,
        PRINTED * (max(1, min(part, 10_000)) - 1),
    )
    return [_plate(dict(row)) for row in rows]


async def look(database: Database, code: str, address: str) -> Plate:
    """The plate behind a scanned code, for somebody at a network address. Raises NotFound, TooMany.

    A code that does not exist counts, as one of a receipt does; what cannot be a code at all does not.
    """
    known = read_code(code)
    if known is None:
        raise NotFound("没有这块铭牌，请对准二维码再扫一次。")
    asking = network(address)
    async with database.connection() as db:
        if await registrations.misses(db, asking, MISS_MINUTES) >= MISSES:
            raise TooMany(MISS_MINUTES * 60, f"查了太多不存在的铭牌，请 {MISS_MINUTES} 分钟后再试。")
        found = await _by_code(db, known)
    if found is None:
        async with database.transaction() as db:
            await registrations.insert_miss(db, asking, MISS_MINUTES)
        raise NotFound("没有这块铭牌，可能已经更换。")
    return found


async def _by_code(db: Connection, code: str) -> Plate | None:
    row = await db.fetchrow(
        """
        SELECT p.id, p.code, p.carrier_id, c.name AS carrier, coalesce(main.text, '') AS address, c.subdistrict_code,
               p.unit_id, u.building, u.number, u.label
          FROM plates AS p
          JOIN carriers AS c ON c.id = p.carrier_id
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = c.id AND main.is_main
          JOIN units AS u ON u.id = p.unit_id
         WHERE p.code = $1
           AND p.revoked_at IS NULL
           AND u.retired_at IS NULL
        """,
        code,
    )
    return _plate(dict(row)) if row else None


def _plate(facts: dict[str, str]) -> Plate:
    building, number, label = facts.pop("building"), facts.pop("number"), facts.pop("label")
    return Plate(**{**facts, "unit": unit_name(building, number, label)})  # type: ignore[arg-type]


async def pdf(plates: list[Plate], url: str, on: str) -> bytes:
    """The plates on A4, eight to a sheet, to be cut; `url` is where we answer, `on` the day of the print."""
    return await asyncio.to_thread(_print, plates, url, on)


def _print(plates: list[Plate], url: str, on: str) -> bytes:
    content = [
        {
            "carrier": each.carrier,
            "unit": each.unit,
            "address": each.address,
            "code": grouped(each.code),
            "qr": _qr(url + each.path),
        }
        for each in plates
    ]
    return typst.compile(
        (files("zhusuo.inspections") / "plate.typ").read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"plates": json.dumps(content, ensure_ascii=False), "on": on},
    )


def _qr(url: str) -> str:
    text = io.BytesIO()
    segno.make(url, error="q", micro=False).save(text, kind="svg", border=0, xmldecl=False, svgns=True)
    return text.getvalue().decode()


@cache
def _fonts() -> typst.Fonts:
    """Our own fonts alone, so that a plate looks the same on every machine."""
    with as_file(files("zhusuo") / "fonts") as folder:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
