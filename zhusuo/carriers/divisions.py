"""行政区划: the districts and subdistricts of the city, loaded from the list that ships with `addresses`."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from zhusuo.db import Connection, Database


@dataclass(frozen=True, kw_only=True)
class Division:
    """A district (`district_code` is its own code) or a subdistrict of one."""

    code: str
    district_code: str
    name: str


@cache
def divisions() -> tuple[tuple[Division, ...], tuple[Division, ...]]:
    """All districts and all subdistricts of Shanghai, with statistical codes."""
    cities = json.loads((files("zhusuo.addresses") / "data" / "shanghai.json").read_text("utf-8"))
    found = [district for city in cities for part in city["children"] for district in part["children"]]
    districts = tuple(Division(code=d["code"], district_code=d["code"], name=d["name"]) for d in found)
    subdistricts = tuple(
        Division(code=s["code"], district_code=d["code"], name=s["name"]) for d in found for s in d["children"]
    )
    return districts, subdistricts


async def load_divisions(database: Database) -> int:
    """Bring the tables up to the list; how many rows were new or renamed (0 the second time)."""
    districts, subdistricts = divisions()
    async with database.transaction() as db:
        changed = await _load_districts(db, districts)
        changed += await _load_subdistricts(db, subdistricts)
    return changed


async def _load_districts(db: Connection, districts: tuple[Division, ...]) -> int:
    status = await db.execute(
        """
        INSERT INTO districts (code, name)
             SELECT code, name
               FROM unnest($1::text[], $2::text[]) AS listed (code, name)
        ON CONFLICT (code) DO UPDATE
                SET name = excluded.name
              WHERE districts.name <> excluded.name
        """,
        [each.code for each in districts],
        [each.name for each in districts],
    )
    return int(status.split()[-1])


async def _load_subdistricts(db: Connection, subdistricts: tuple[Division, ...]) -> int:
    status = await db.execute(
        """
        INSERT INTO subdistricts (code, district_code, name)
             SELECT code, district_code, name
               FROM unnest($1::text[], $2::text[], $3::text[]) AS listed (code, district_code, name)
        ON CONFLICT (code) DO UPDATE
                SET name = excluded.name
              WHERE subdistricts.name <> excluded.name
        """,
        [each.code for each in subdistricts],
        [each.district_code for each in subdistricts],
        [each.name for each in subdistricts],
    )
    return int(status.split()[-1])


async def subdistricts_of(db: Connection, district_code: str) -> list[Division]:
    rows = await db.fetch(
        """
        SELECT code, district_code, name
          FROM subdistricts
         WHERE district_code = $1
      ORDER BY code
        """,
        district_code,
    )
    return [Division(**dict(row)) for row in rows]
