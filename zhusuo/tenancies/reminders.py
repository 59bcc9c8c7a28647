"""租约到期提醒: whoever manages a carrier hears whose leases run out, before a registration hangs in the air.

Said two months ahead, two weeks ahead, and when it has run out, each once for a lease; one notice for a carrier at a
time, however many tenants it is about.
"""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from zhusuo import events, notices
from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import Carrier
from zhusuo.db import Connection, Database
from zhusuo.tenancies import store
from zhusuo.tenancies.model import Ending

STAGES = (60, 14)
OVER = -1
OLDEST_DAYS = 365
"""What ran out longer ago is no news."""
MOST_AT_ONCE = 2000


async def remind(database: Database, day: date) -> int:
    """Tell of every lease that came to a stage; how many were told of."""
    reminded = 0
    while True:
        async with database.transaction() as db:
            found = await store.take_ending(db, day, STAGES, OVER, OLDEST_DAYS, MOST_AT_ONCE)
            for carrier_id, endings in groupby(found, key=lambda each: each.carrier_id):
                carrier = await carriers.by_id(db, carrier_id)
                if carrier is not None:
                    await _tell(db, carrier, list(endings))
        reminded += len(found)
        if len(found) < MOST_AT_ONCE:
            return reminded


async def _tell(db: Connection, carrier: Carrier, endings: Sequence[Ending]) -> None:
    over = [each for each in endings if each.days_ahead == OVER]
    await _send(db, carrier, "leases_over", "租约已到期", over)
    await _send(db, carrier, "leases_ending", "租约快到期", [each for each in endings if each not in over])
    for each in endings:
        await events.emit(
            db,
            "tenancy.lease_over" if each in over else "tenancy.lease_ending",
            "tenancy",
            each.id,
            carrier_id=carrier.id,
            district_code=carrier.district_code,
            content={"unit_id": str(each.unit_id), "lease_ends_on": each.lease_ends_on.isoformat()},
        )


async def _send(db: Connection, carrier: Carrier, kind: str, words: str, endings: Sequence[Ending]) -> None:
    manager = await carriers.manager_of(db, carrier.id)
    if not endings or manager is None:
        return
    first = min(endings, key=lambda each: each.lease_ends_on)
    await notices.send(
        db,
        manager,
        kind,
        f"{carrier.name} {len(endings)} 家{words}",
        f"/property/carriers/{carrier.id}?show=ending&sort=ending",
        body=f"最早的是“{first.tenant}”，租期至 {first.lease_ends_on}。续租、迁出请在入驻图上报告。",
        carrier_id=carrier.id,
    )
