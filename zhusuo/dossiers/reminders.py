"""到期提醒: a version that runs out is said to run out, so that it is reconfirmed before a tenant is sent home for it.

Said two months ahead, two weeks ahead, and when it has run out; each once. A version that comes late to a stage is told
of that stage alone.
"""

from datetime import date

from zhusuo import events
from zhusuo.carriers import store as carriers
from zhusuo.db import Connection, Database
from zhusuo.dossiers import store, telling
from zhusuo.dossiers.model import DossierVersion

STAGES = (60, 14)
OVER = -1
MOST_AT_ONCE = 500


def stage(days_left: int) -> int | None:
    """How many days ahead this reminder is (OVER: it has run out), or None while there is time."""
    if days_left < 0:
        return OVER
    return min((days for days in STAGES if days_left <= days), default=None)


async def remind(database: Database, day: date) -> int:
    """Tell of every version that came to a stage; how many were told of. Each one in its own transaction."""
    async with database.connection() as db:
        ending = await store.ending(db, day, STAGES, OVER, MOST_AT_ONCE)
    reminded = 0
    for version_id in ending:
        async with database.transaction() as db:
            version = await store.version_by_id(db, version_id)
            if version is not None:
                reminded += await _remind(db, version, day)
    return reminded


async def _remind(db: Connection, version: DossierVersion, day: date) -> bool:
    days_left = (version.valid_until - day).days
    reached = stage(days_left)
    if reached is None or not await store.insert_reminder(db, version.id, reached):
        return False
    over = reached == OVER
    await events.emit(
        db,
        "dossier.expired" if over else "dossier.expiring",
        "dossier",
        version.dossier_id,
        carrier_id=version.carrier_id,
        district_code=version.district_code,
        content={"version_id": str(version.id), "valid_until": version.valid_until.isoformat()},
    )
    carrier = await carriers.by_id(db, version.carrier_id)
    name = carrier.name if carrier else ""
    title = f"{name} {version.dossier_number} 第 {version.number} 版"
    title += "已过有效期" if over else f"还有 {days_left} 天到期" if days_left else "今天到期"
    await telling.tell_keepers(
        db,
        version,
        "version_over" if over else "version_ending",
        title,
        f"有效期至 {version.valid_until.isoformat()}。{'现在' if over else '到期后'}租户办登记要另交材料；"
        "请发起到期复核，没有变动的材料不必再传。",
    )
    return True
