"""凭码答复: the business itself answers its notice, or objects, with the code of its letter; nobody else can.

A code has a hundred random bits; how often one may ask for codes that do not exist is limited, as with receipts.
"""

from datetime import date

from zhusuo.db import Database
from zhusuo.errors import NotFound, TooMany
from zhusuo.registrations import receipts
from zhusuo.registrations import store as registrations
from zhusuo.registrations.verification import MISS_MINUTES, MISSES, network
from zhusuo.zombies import process, store, story
from zhusuo.zombies.model import Answer, ZombieCase


async def find(database: Database, code: str, address: str) -> ZombieCase:
    """The case behind the code of a letter, for somebody at a network address. Raises NotFound, TooMany."""
    read = receipts.read_code(code)
    if read is None:
        raise NotFound("没有这个答复码，请核对信函上的 20 位字母和数字。")
    asking = network(address)
    async with database.connection() as db:
        if await registrations.misses(db, asking, MISS_MINUTES) >= MISSES:
            raise TooMany(MISS_MINUTES * 60, f"试了太多不存在的答复码，请 {MISS_MINUTES} 分钟后再试。")
        found = await store.by_code(db, read)
        sent = found is not None and any(each.sent_on for each in await story.letters(db, found.id))
    if found is None or not sent:
        async with database.transaction() as db:
            await registrations.insert_miss(db, asking, MISS_MINUTES)
        raise NotFound("没有这个答复码，请核对信函上的 20 位字母和数字。")
    return found


async def answer(database: Database, code: str, address: str, said: Answer, text: str, day: date) -> ZombieCase:
    """Raises what `process.answer` raises."""
    case = await find(database, code, address)
    return await process.answer(database, None, case.id, said, text, day)


async def appeal(database: Database, code: str, address: str, text: str, day: date) -> ZombieCase:
    """Raises what `process.appeal` raises."""
    case = await find(database, code, address)
    return await process.appeal(database, None, case.id, text, day)
