"""What a clerk does with a list: bring it, have it classified again, take it away."""

from uuid import UUID

from zhusuo import audit, tasks
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.db import Connection, Database
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.lookup.columns import candidates_in_words, placed, reasons_in_words
from zhusuo.lookup.find import find_many
from zhusuo.lookup.lists import store
from zhusuo.lookup.lists.model import AddressList, ListStatus
from zhusuo.lookup.lists.rows import ListFile
from zhusuo.lookup.version import version_of
from zhusuo.people.model import Actor

KIND = "classify_list"
"""The background task; its noun is the list."""
HOLD_SECONDS = 120
AT_ONCE = 2_000


class StillClassifying(Conflict):
    code = "still_classifying"
    sentence = "这份清单正在归类，做完后再来。"


async def bring(
    database: Database, lexicon: Lexicon, actor: Actor, *, file_name: str, sha256: str, file: ListFile
) -> UUID:
    """Take in the rows of a file; the same file again leads to its list, as long as the answers would be the same."""
    if actor.person_id is None:
        raise NotAllowed
    if not file.rows:
        raise Invalid({"file": "文件里没有一行：表头下面是空的。"})
    async with database.transaction() as db:
        known = await store.same(db, actor.person_id, sha256)
        if known is not None:
            if known.status is ListStatus.CLASSIFYING:
                await tasks.enqueue(db, KIND, known.id)
                return known.id
            if known.version == await version_of(db, lexicon):
                return known.id
        list_id = await store.insert(
            db,
            district_code=actor.district_code,
            person_id=actor.person_id,
            file_name=file_name,
            sha256=sha256,
            header=file.header,
            place=file.place,
            rows=file.rows,
        )
        await audit.record(db, actor, "bring", "address_list", list_id, detail={"rows": len(file.rows)})
        await tasks.enqueue(db, KIND, list_id, weight=len(file.rows))
        return list_id


async def again(database: Database, actor: Actor, list_id: UUID) -> None:
    """再归类: by what is on file now. Raises NotFound, StillClassifying."""
    async with database.transaction() as db:
        found = await _locked(db, actor, list_id)
        await store.begin_anew(db, found.id)
        await audit.record(db, actor, "classify_again", "address_list", list_id)
        await tasks.enqueue(db, KIND, list_id, weight=found.row_count)


async def remove(database: Database, actor: Actor, list_id: UUID) -> None:
    """Raises NotFound, StillClassifying."""
    async with database.transaction() as db:
        await _locked(db, actor, list_id)
        await store.delete(db, list_id)
        await audit.record(db, actor, "remove", "address_list", list_id)


async def _locked(db: Connection, actor: Actor, list_id: UUID) -> AddressList:
    found = await store.lock(db, list_id)
    if found is None or found.person_id != actor.person_id:
        raise NotFound
    if found.status is ListStatus.CLASSIFYING:
        raise StillClassifying
    return found


async def forget(database: Database) -> None:
    """Take away the lists that have been kept long enough."""
    async with database.transaction() as db:
        await store.delete_old(db)


async def work_on(database: Database, lexicon: Lexicon, held: tasks.Held) -> None:
    """Classify row after row as a background task; it goes on where it stopped. Raises HoldLost."""
    async with database.connection() as db:
        found = await store.one(db, held.noun_id)
        version = await version_of(db, lexicon)
    if found is not None and found.status is ListStatus.CLASSIFYING:
        whole = found.version in ("", version)
        async with database.transaction() as db:
            await store.set_version(db, found.id, version)
        done = 0
        while count := await _next(database, lexicon, held, found, done):
            done += count
        async with database.transaction() as db:
            same = whole and version == await version_of(db, lexicon)
            await store.set_done(db, found.id, version if same else "")
            await tasks.finish(db, held)
        return
    async with database.transaction() as db:
        await tasks.finish(db, held)


async def _next(database: Database, lexicon: Lexicon, held: tasks.Held, found: AddressList, done: int) -> int:
    """The next rows that are not classified yet; how many there were."""
    async with database.connection() as db:
        rows = await store.unclassified(db, found.id, AT_ONCE)
        texts = [text for _, text in rows]
        matches = await find_many(db, texts, lexicon=lexicon, district_codes={found.district_code})
    if rows:
        async with database.transaction() as db:
            progress = {"done": done + len(rows), "total": found.row_count}
            await tasks.keep(db, held, HOLD_SECONDS, progress)
            await store.set_placed(
                db,
                found.id,
                lines=[line for line, _ in rows],
                placed=[placed(match) for match in matches],
                classes=[match.class_ for match in matches],
                canonicals=[match.canonical for match in matches],
                carriers=[match.carrier.name if match.carrier else "" for match in matches],
                units=["、".join(unit.label for unit in match.units) for match in matches],
                reasons=[reasons_in_words(match.reasons) for match in matches],
                candidates=[candidates_in_words(match) for match in matches],
            )
    return len(rows)
