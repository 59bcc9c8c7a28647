"""What people do with a register of businesses: try it, look at what it would do, write it, or drop it.

An import goes on from where it stopped: every stretch of lines is one transaction, and a line that is written says so.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from uuid import UUID

from zhusuo import audit, events, tasks
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.businesses import store
from zhusuo.businesses.classify import classify
from zhusuo.businesses.model import MOVES, BusinessImport, Choice, ImportStatus, NewRow
from zhusuo.db import Connection, Database
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.lookup.model import Match
from zhusuo.people.model import Actor, Role

KIND = "import_businesses"
"""The background task; its noun is the import."""
HOLD_SECONDS = 120
AT_ONCE = 2000
MOST_CHOICES = 8

Tell = Callable[[int, int], Awaitable[None]]
"""Is told how many lines are done, and of how many."""


class ImportMoved(Conflict):
    code = "import_moved"
    sentence = "这次导入现在是“{status}”，不能再这样办。"


async def begin(
    database: Database,
    actor: Actor | None,
    *,
    district_code: str | None,
    file_name: str,
    sha256: str,
    rows: Iterable[NewRow],
) -> BusinessImport:
    """Take in the lines of a file; the same file, where it was broken off, goes on instead.

    `actor` is None for the command line. Raises Invalid for a file without a line; whatever `rows` raises.
    """
    if actor is not None and actor.role is not Role.ADMINISTRATOR:
        raise NotAllowed
    asked_by = actor.person_id if actor else None
    async with database.transaction() as db:
        known = await store.unfinished(db, district_code, sha256, asked_by)
        if known is not None:
            if actor is not None:
                await tasks.enqueue(db, KIND, known)
            return await _again(db, known)
        import_id = await store.insert(db, district_code, file_name, sha256, asked_by)
        await store.copy_rows(db, import_id, rows)
        if not await store.count_rows(db, import_id):
            raise Invalid({"file": "文件里没有一家企业：表头下面是空的。"})
        await audit.record(db, actor, "import_businesses", "business_import", import_id, detail={"file": file_name})
        if actor is not None:
            await tasks.enqueue(db, KIND, import_id)
        return await _again(db, import_id)


async def apply(database: Database, actor: Actor | None, import_id: UUID) -> BusinessImport:
    """写入: what was tried is to be written. Raises NotFound, ImportMoved."""
    return await _move(database, actor, import_id, ImportStatus.WRITING)


async def discard(database: Database, actor: Actor | None, import_id: UUID) -> BusinessImport:
    """放弃: nothing of it was written, its lines go."""
    return await _move(database, actor, import_id, ImportStatus.DISCARDED)


async def _move(database: Database, actor: Actor | None, import_id: UUID, to: ImportStatus) -> BusinessImport:
    if actor is not None and actor.role is not Role.ADMINISTRATOR:
        raise NotAllowed
    async with database.transaction() as db:
        found = await store.lock(db, import_id)
        if found is None or (actor and (found.district_code or actor.district_code) != actor.district_code):
            raise NotFound
        if found.status is to or (to is ImportStatus.WRITING and found.status is ImportStatus.DONE):
            if actor is not None and found.status is ImportStatus.WRITING:
                await tasks.enqueue(db, KIND, import_id)
            return found  # a second click, or to go on after it gave up
        if to not in MOVES[found.status]:
            raise ImportMoved(status=found.status.label)
        await store.set_status(db, import_id, to)
        if to is ImportStatus.DISCARDED:
            await store.delete_rows(db, import_id)
        await audit.record(db, actor, to.value, "business_import", import_id)
        if actor is not None and to is ImportStatus.WRITING:
            await tasks.enqueue(db, KIND, import_id)
        return await _again(db, import_id)


async def proceed(
    database: Database, lexicon: Lexicon, import_id: UUID, tell: Tell, *, home_district: str
) -> BusinessImport:
    """Everything that can be done without a person: classify and compare, or write, up to the next status.

    `home_district` is where a business is entered that no carrier says the district of.
    """
    async with database.connection() as db:
        found = await _again(db, import_id)
        counted = await store.tally(db, import_id)
    total = found.row_count - counted.faults
    last: int | None = 0
    if found.status is ImportStatus.CLASSIFYING:
        done = counted.classified
        while last is not None:
            count, last = await _classify_next(database, lexicon, found, last)
            done += count
            await tell(done, total)
        await _compare(database, found)
    elif found.status is ImportStatus.WRITING:
        done = counted.written
        while last is not None:
            count, last = await _write_next(database, found, home_district, last)
            done += count
            await tell(done, total)
    async with database.connection() as db:
        return await _again(db, import_id)


async def work_on(database: Database, lexicon: Lexicon, held: tasks.Held, *, home_district: str) -> None:
    """The same as a background task. Raises HoldLost."""

    async def tell(done: int, total: int) -> None:
        await tasks.extend(database, held, HOLD_SECONDS, {"done": done, "total": total})

    await proceed(database, lexicon, held.noun_id, tell, home_district=home_district)
    async with database.transaction() as db:
        await tasks.finish(db, held)


# 归集


async def _classify_next(
    database: Database, lexicon: Lexicon, found: BusinessImport, after: int
) -> tuple[int, int | None]:
    """The next lines behind one that are not classified yet: how many there were, and the last; None if none."""
    codes = frozenset({found.district_code}) if found.district_code else None
    async with database.connection() as db:
        texts = await store.unclassified(db, found.id, after, AT_ONCE)
        matches = await classify(db, [text for _, text in texts], lexicon=lexicon, district_codes=codes)
    if texts:
        async with database.transaction() as db:
            await _keep_matches(db, found.id, [line for line, _ in texts], matches)
    return len(texts), texts[-1][0] if texts else None


async def _keep_matches(db: Connection, import_id: UUID, lines: Sequence[int], matches: Sequence[Match]) -> None:
    await store.set_classes(
        db,
        import_id,
        lines=lines,
        classes=[match.class_ for match in matches],
        carrier_ids=[match.carrier.id if match.carrier else None for match in matches],
        unit_ids=[[unit.id for unit in match.units] for match in matches],
        asked_units=["、".join(match.address.units) for match in matches],
        reasons=[_why(match) for match in matches],
        candidates=[_choices(match) for match in matches],
    )


def _why(match: Match) -> list[str]:
    """The reasons in words; for a carrier without the unit, that one first."""
    said = list(dict.fromkeys(reason.text for reason in match.reasons))
    if match.carrier is None or match.units:
        return said
    units = "、".join(match.address.units)
    missing = (
        f"“{match.carrier.name}”没有登记“{units}”这个单元" if units else f"“{match.carrier.name}”的地址里没有写单元"
    )
    return [missing, *said]


def _choices(match: Match) -> list[Choice]:
    return [
        Choice(
            carrier_id=each.carrier.id,
            carrier=each.carrier.name,
            address=each.carrier.address,
            unit_id=each.unit.id if each.unit else None,
            unit=each.unit.label if each.unit else "",
            difference=each.difference,
        )
        for each in match.candidates[:MOST_CHOICES]
    ]


# 比对, 写入


async def _compare(database: Database, found: BusinessImport) -> None:
    """What the import would do to each business, as things stand now; nothing is changed but its own lines."""
    after = 0
    while True:
        async with database.transaction() as db:
            lines = await store.next_lines(db, found.id, after, AT_ONCE)
            if lines is None:
                break
            await store.by_keys(db)
            await store.link(db, found.id, *lines)
            await store.keep_settled(db, found.id, *lines)
            await store.judge(db, found.id, *lines)
        after = lines[1]
    async with database.transaction() as db:
        now = await store.lock(db, found.id)
        if now is not None and now.status is ImportStatus.CLASSIFYING:
            await store.set_status(db, found.id, ImportStatus.TRIED)


async def _write_next(
    database: Database, found: BusinessImport, home_district: str, after: int
) -> tuple[int, int | None]:
    """The next lines behind one, all or none: how many, and the last; None when all are written.

    What has changed since the dry run counts.

    Whoever registers a business at the counter meanwhile waits, or is seen: its row is locked before it is judged.
    """
    import_id, district_code = found.id, found.district_code or home_district
    async with database.transaction() as db:
        await store.one_at_a_time(db)
        now = await store.lock(db, import_id)
        if now is None or now.status is not ImportStatus.WRITING:
            return 0, None
        lines = await store.next_lines(db, import_id, after, AT_ONCE)
        lines = lines or await store.next_lines(db, import_id, 0, AT_ONCE)
        if lines is None:
            await store.set_status(db, import_id, ImportStatus.DONE)
            await store.tell_managers(db, import_id)
            await events.emit(
                db, "businesses.imported", "business_import", import_id, district_code=district_code, content={}
            )
            return 0, None
        await store.by_keys(db)
        await store.lock_carriers(db, import_id, *lines)
        await store.link(db, import_id, *lines)
        await store.enter_businesses(db, import_id, *lines, district_code)
        await store.link(db, import_id, *lines)
        await store.keep_settled(db, import_id, *lines)
        await store.unplace_gone(db, import_id, *lines)
        await store.judge(db, import_id, *lines)
        await store.rename(db, import_id, *lines)
        ended = await store.end_former(db, import_id, *lines)
        registered = await store.register(db, import_id, *lines)
        await store.keep_addresses(db, import_id, *lines, district_code)
        count = await store.set_written(db, import_id, *lines)
        detail = {"lines": list(lines), "registered": registered, "ended": ended}
        await audit.record(db, None, "write_businesses", "business_import", import_id, detail=detail)
        return count, lines[1]


async def _again(db: Connection, import_id: UUID) -> BusinessImport:
    found = await store.by_id(db, import_id)
    if found is None:
        raise NotFound
    return found
