"""跟随: what happens to registrations outside of the imports stands in the register at once: departures at the counter,
clearings and what takes them back, moves from unit to unit.
"""

from collections.abc import Sequence
from uuid import UUID

from zhusuo import events
from zhusuo.businesses import store
from zhusuo.db import Connection, Database

READER = "businesses"
MOST = 2000
ABOUT = ("registration", "reuse")
"""The nouns of the events that may have moved a business."""


async def follow(database: Database) -> int:
    """Go through the events since last time; how many there were. Gone through twice, they come to the same."""
    async with database.connection() as db:
        news = await events.since(db, await events.reached(db, READER), MOST)
    if news:
        async with database.transaction() as db:
            await store.one_at_a_time(db)
            await _place(db, [each.noun_id for each in news if each.noun in ABOUT])
            await events.set_reached(db, READER, news[-1].position)
    return len(news)


async def _place(db: Connection, noun_ids: Sequence[UUID]) -> None:
    """Where the businesses of these registrations and reuses are registered by now.

    One that is registered nowhere any more has left; what waits for a person, or has ended by the register, stays.
    """
    await db.execute(
        """
        WITH touched AS (
            SELECT DISTINCT business_id
              FROM registrations
             WHERE (id = ANY ($1::uuid[]) OR reuse_id = ANY ($1::uuid[]))
               AND business_id IS NOT NULL
        ),
        there AS (
            SELECT touched.business_id, array_agg(live.unit_id ORDER BY live.unit_id)
                       FILTER (WHERE live.unit_id IS NOT NULL) AS unit_ids,
                   min(live.carrier_id::text)::uuid AS carrier_id,
                   array_agg(DISTINCT carriers.subdistrict_code)
                       FILTER (WHERE carriers.subdistrict_code IS NOT NULL) AS subdistrict_codes
              FROM touched
         LEFT JOIN registrations AS live ON live.business_id = touched.business_id
                                        AND live.status = 'registered'
                                        AND live.kind <> 'additional'
         LEFT JOIN carriers ON carriers.id = live.carrier_id
          GROUP BY touched.business_id
        )
        UPDATE business_addresses AS now
           SET status = CASE WHEN there.unit_ids IS NULL THEN 'left' ELSE 'placed' END,
               carrier_id = coalesce(there.carrier_id, now.carrier_id),
               unit_ids = coalesce(there.unit_ids, now.unit_ids),
               subdistrict_codes = coalesce(there.subdistrict_codes, now.subdistrict_codes),
               changed_at = clock_timestamp()
          FROM there
         WHERE now.business_id = there.business_id
           AND now.status IN ('placed', 'left')
           AND ((now.status = 'left') <> (there.unit_ids IS NULL) OR NOT there.unit_ids && now.unit_ids)
        """,
        noun_ids,
    )
