"""What people do with the catalogue: import a new version of it."""

import hashlib
from importlib.resources import files

from zhusuo import audit
from zhusuo.db import Database
from zhusuo.errors import NotAllowed
from zhusuo.people.model import Actor, Role
from zhusuo.waivers import store, tables
from zhusuo.waivers.model import Catalogue

SHIPPED_SOURCE = "随住所云发布的示例清单，启用前由登记机关核定"


async def import_catalogue(database: Database, actor: Actor | None, text: str, source: str) -> Catalogue:
    """Make a CSV the newest version of the catalogue; the very text that is in use already changes nothing.

    Reuses made before keep citing the version they were made under. Raises CatalogueInvalid.
    """
    if actor is not None and actor.role is not Role.ADMINISTRATOR:
        raise NotAllowed
    rows = tables.parse(text)
    sha256 = hashlib.sha256("\n".join(text.removeprefix("\ufeff").splitlines()).encode()).hexdigest()
    async with database.transaction() as db:
        await store.lock(db)
        newest = await store.newest(db)
        if newest is not None and newest.sha256 == sha256:
            return newest
        number = newest.number + 1 if newest else 1
        catalogue = await store.insert(
            db, number, sha256, source.strip(), actor.person_id if actor else None, rows.items, rows.waivers
        )
        await audit.record(
            db,
            actor,
            "import",
            "waiver_catalogue",
            catalogue.id,
            detail={"number": number, "sha256": sha256, "items": len(rows.items), "waivers": len(rows.waivers)},
        )
    return catalogue


async def import_shipped(database: Database, actor: Actor | None = None) -> Catalogue:
    """The catalogue that comes with the product."""
    text = (files("zhusuo.waivers") / "data" / "catalogue.csv").read_text("utf-8")
    return await import_catalogue(database, actor, text, SHIPPED_SOURCE)
