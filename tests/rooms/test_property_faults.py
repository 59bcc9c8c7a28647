"""Bad input at the doors of filers ends in a sentence, never in a fault of ours."""

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import pytest

from storage.store import Store
from tests import make
from tests.support.web import ORIGIN, Site
from zhusuo.db import Database
from zhusuo.people.model import Actor
from zhusuo.settings import Settings
from zhusuo.signing import Signer

LOOKED_AT = (
    "/carriers/{carrier}/units?q=%00",
    "/carriers/{carrier}/units?building=%00&kind=%00",
    "/carriers/{carrier}/units?floor=99999999999999",
    "/claims?q=%00",
    "/claims/new?name=%00",
    "/filings/new?q=%00",
    "/filings/new?carrier_id={carrier}&what=%00",
    "/property?after=x",
    "/property/carriers/{carrier}?building=%00&sort=x&view=y&show=z",
    "/property/registrations?q=%00&view=%00",
    "/property/search?q=%00",
    "/property/search?q=a&after=x",
    "/property/filings?after=2026-11-22_x&view=zz",
    "/documents/{document}?page=99999999999999&q=%00",
    "/documents/{document}?page=-5",
)
SENT: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("/carriers/{carrier}/units", {"label": "\u202e"}),
    ("/carriers/{carrier}/units", {"label": "1" * 5000}),
    ("/carriers/{carrier}/units/import/confirm", {"rows": '{"places":[],"rows":7}'}),
    ("/units/{unit}", {"label": "2101", "version": "9" * 40}),
    ("/units/{unit}/retire", {"version": "-1"}),
    ("/units/{unit}/parts", {"label": "南侧", "area_m2": "1e400"}),
    ("/claims/new", {"kind": "tower", "name": "大厦", "address": "x", "floors_above": "9" * 30}),
    ("/property/units/{unit}/tenancies", {"tenant": "公" * 500}),
    ("/property/units/{unit}/tenancies", {"tenant": "公司", "uscc": "y" * 300, "lease_begins_on": "0001-01-01"}),
    ("/property/tenancies/{tenancy}/moved-out", {"on": "九月"}),
    ("/filings", {"carrier_id": "x"}),
    ("/filings", {"carrier_id": "{carrier}", "what": "change:x"}),
    ("/filings", {"carrier_id": "{unit}", "what": "zzz"}),
    ("/documents/{document}/kind", {"kind": "zzz"}),
    ("/documents/{document}/term", {"valid_until": "明年"}),
)


@pytest.fixture
async def site(fresh_database: Database, store: Store, tmp_path: Path) -> Site:
    """Every request has a connection of its own: what breaks one is not felt by the next."""
    settings = Settings(home=tmp_path, public_url=ORIGIN, free_space_mb=0)
    return Site(fresh_database, store, settings, Signer.open(tmp_path / "signing.pem"))


async def ours(site: Site) -> tuple[Actor, dict[str, UUID]]:
    async with site.database.connection() as db:
        manager = await make.actor(db, role="manager")
        carrier_id = await make.carrier(db, manager=manager.organisation_id)
        unit_id = await make.unit(db, carrier_id=carrier_id)
        filing_id = await make.filing(db, carrier_id=carrier_id, filer=manager)
        return manager, {
            "carrier": carrier_id,
            "unit": unit_id,
            "tenancy": await make.tenancy(db, unit_id=unit_id),
            "document": (await make.papers(db, filing_id=filing_id, kinds=("title_deed",)))[0],
        }


async def test_what_cannot_be_meant_is_answered_in_a_sentence(site: Site) -> None:
    manager, things = await ours(site)
    async with site.signed_in(manager) as visitor:
        for path in LOOKED_AT:
            answer = await visitor.get(path.format(**things))
            assert answer.status_code in (200, 400, 404, 422), (path, answer.status_code)
        for path, fields in SENT:
            sent = {name: value.format(**things) if value == "{carrier}" else value for name, value in fields.items()}
            answer = await visitor.submit(path.format(**things), **sent)
            assert answer.status_code in (303, 400, 404, 409, 422), (path, fields, answer.status_code)
