"""公开核验: what anybody may ask about a receipt, and how often somebody may ask for one that does not exist.

A code has a hundred random bits and cannot be guessed; the limit keeps machines from trying all the same.
"""

import ipaddress

from zhusuo.db import Database
from zhusuo.errors import TooMany
from zhusuo.registrations import receipts, store
from zhusuo.registrations.model import Authenticity, Verification
from zhusuo.signing import Signer

MISS_MINUTES = 10
MISSES = 30


async def verify(database: Database, signer: Signer, code: str, address: str) -> Verification:
    """Whether the receipt behind a code is genuine, changed, revoked or unknown, for somebody at a network address.

    What cannot be a code at all is a slip of the finger and counts for nothing. Raises TooMany.
    """
    if receipts.read_code(code) is None:
        return Verification(authenticity=Authenticity.UNKNOWN)
    asking = network(address)
    async with database.connection() as db:
        if await store.misses(db, asking, MISS_MINUTES) >= MISSES:
            raise TooMany(MISS_MINUTES * 60, f"查了太多不存在的核验码，请 {MISS_MINUTES} 分钟后再试。")
        found = await receipts.verify(db, signer, code)
    if found.authenticity is Authenticity.UNKNOWN:
        async with database.transaction() as db:
            await store.insert_miss(db, asking, MISS_MINUTES)
    return found


def network(address: str) -> str:
    """Who counts as one: an IPv4 address, the /64 of an IPv6 address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
