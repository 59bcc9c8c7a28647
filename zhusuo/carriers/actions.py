"""What people do with carriers: enter them, and say where they stand and what they are called.

To correct is to say that it always was so; to rename or renumber is to say from which day on it is so, and the clerk
decides on it. Demolishing one concerns its dossiers too and stands further up, in `changes`.
"""

from datetime import date, datetime
from uuid import UUID

import asyncpg

from zhusuo.addresses.keys import name_key
from zhusuo.carriers import carrier_history, history, store
from zhusuo.carriers.access import CHANGERS, CLERK, needs, one, record, to_change
from zhusuo.carriers.carrier_history import FactKind
from zhusuo.carriers.divisions import divisions
from zhusuo.carriers.gates import Gate, gate_of
from zhusuo.carriers.model import Carrier, CarrierKind, NewCarrier
from zhusuo.carriers.terms import terms_of
from zhusuo.db import Connection, Database
from zhusuo.errors import Conflict, Invalid, NotFound
from zhusuo.people.model import Actor

NAME_LIMIT = 60


async def add_carrier(database: Database, actor: Actor, new: NewCarrier) -> Carrier:
    """Enter a carrier with its main address in the actor's district; it gives nobody the right to manage it."""
    needs(actor, CLERK if new.sharing_allowed else CHANGERS)
    _check(new.name, new.subdistrict_code, actor.district_code, new.floors_above, new.floors_below)
    gate = gate_of(new.address, new.kind, actor.district_code)
    async with database.transaction() as db:
        try:
            async with db.transaction():
                carrier_id = await store.insert(
                    db,
                    kind=new.kind,
                    name=new.name.strip(),
                    district_code=actor.district_code,
                    subdistrict_code=new.subdistrict_code,
                    sharing_allowed=new.sharing_allowed,
                    floors_above=new.floors_above,
                    floors_below=new.floors_below,
                )
        except asyncpg.UniqueViolationError as violation:
            raise Invalid({"name": "本区已有同名的载体，可直接认领；确是另一处的，请在名称里加以区别。"}) from violation
        await _insert_address(db, carrier_id, gate, is_main=True, source="")
        for alias in new.aliases:
            await _insert_alias(db, carrier_id, alias, "")
        await _refresh_terms(db, carrier_id)
        await record(db, actor, "add", carrier_id, "carrier.added", {"name": new.name, "address": gate.text})
        return await one(db, carrier_id)


async def correct_carrier(
    database: Database,
    actor: Actor,
    carrier_id: UUID,
    version: int,
    *,
    kind: CarrierKind,
    name: str,
    subdistrict_code: str,
    sharing_allowed: bool,
    floors_above: int | None,
    floors_below: int | None,
) -> Carrier:
    """更正: what is said of the carrier was wrong or has to be completed; a name that is corrected always was that.

    Raises Conflict if the carrier has changed since `version`.
    """
    _check(name, subdistrict_code, actor.district_code, floors_above, floors_below)
    async with database.transaction() as db:
        before = await to_change(db, actor, carrier_id)
        if sharing_allowed != before.sharing_allowed:
            needs(actor, CLERK)
        await carrier_history.keep_base(db, carrier_id)
        try:
            async with db.transaction():
                done = await store.update(
                    db,
                    carrier_id,
                    version,
                    kind=kind,
                    name=name.strip(),
                    subdistrict_code=subdistrict_code,
                    sharing_allowed=sharing_allowed,
                    floors_above=floors_above,
                    floors_below=floors_below,
                )
        except asyncpg.UniqueViolationError as violation:
            raise Invalid({"name": "本区已有同名的载体。"}) from violation
        if not done:
            raise Conflict
        after = await one(db, carrier_id)
        if after.name != before.name:
            moment = await history.moment(db)
            await carrier_history.correct(db, carrier_id, after.name, moment, actor.person_id)
            await _refresh_terms(db, carrier_id)
        detail = {"before": _facts(before), "after": _facts(after)}
        await record(db, actor, "correct", carrier_id, "carrier.changed", detail)
        return after


async def rename_carrier(
    database: Database, actor: Actor, carrier_id: UUID, version: int, name: str, *, on: date, day: date
) -> Carrier:
    """更名: from that day on it is called otherwise; the former name goes on leading here. Raises Invalid, Conflict."""
    needs(actor, CLERK)
    name = name.strip()
    _check(name, None, actor.district_code, None, None)
    async with database.transaction() as db:
        before = await to_change(db, actor, carrier_id)
        if name == before.name:
            raise Invalid({"name": "新名称与现在的一样。"})
        moment = await _from_day(db, carrier_id, carrier_id, on, day)
        try:
            async with db.transaction():
                done = await store.rename(db, carrier_id, version, name)
        except asyncpg.UniqueViolationError as violation:
            raise Invalid({"name": "本区已有同名的载体。"}) from violation
        if not done:
            raise Conflict
        await store.insert_former_name(db, carrier_id, before.name, name_key(before.name), on)
        await carrier_history.end(db, carrier_id, on, moment, actor.person_id)
        await carrier_history.begin(db, carrier_id, FactKind.NAME, carrier_id, name, on, moment, actor.person_id)
        await _refresh_terms(db, carrier_id)
        detail = {"before": before.name, "after": name, "on": on}
        await record(db, actor, "rename", carrier_id, "carrier.renamed", detail)
        return await one(db, carrier_id)


async def renumber_carrier(
    database: Database, actor: Actor, carrier_id: UUID, address_id: UUID, text: str, *, on: date, day: date
) -> UUID:
    """变更门牌: from that day on this address is a former one, and another stands in its place; the id of that one.

    Raises NotFound, Invalid.
    """
    needs(actor, CLERK)
    async with database.transaction() as db:
        carrier = await to_change(db, actor, carrier_id)
        gate = gate_of(text, carrier.kind, carrier.district_code)
        moment = await _from_day(db, carrier_id, address_id, on, day)
        ended = await store.end_address(db, carrier_id, address_id, on)
        if ended is None:
            raise NotFound
        new_id = await _insert_address(db, carrier_id, gate, is_main=ended.is_main, source="", begins_on=on)
        await carrier_history.end(db, address_id, on, moment, actor.person_id)
        await carrier_history.begin(db, carrier_id, FactKind.ADDRESS, new_id, gate.text, on, moment, actor.person_id)
        await _refresh_terms(db, carrier_id)
        detail = {"before": ended.text, "after": gate.text, "on": on}
        await record(db, actor, "renumber", carrier_id, "carrier.renumbered", detail)
        return new_id


async def _from_day(db: Connection, carrier_id: UUID, subject_id: UUID, on: date, day: date) -> datetime:
    """The moment of a change from that day on, with what was known before kept. Raises Invalid."""
    await carrier_history.keep_base(db, carrier_id)
    since = await carrier_history.first_day(db, subject_id)
    if on > day:
        raise Invalid({"on": "变动日不能晚于今天，请在变动当天或之后办理。"})
    if since is not None and on < since:
        raise Invalid({"on": f"变动日不能早于上一次变动的日子 {since}。"})
    return await history.moment(db)


async def add_address(
    database: Database, actor: Actor, carrier_id: UUID, text: str, *, source: str = "", is_main: bool = False
) -> UUID:
    """Say that the carrier also stands at this gate; `is_main` makes it the address people are shown."""
    async with database.transaction() as db:
        carrier = await to_change(db, actor, carrier_id)
        gate = gate_of(text, carrier.kind, carrier.district_code)
        if is_main:
            await store.clear_main_address(db, carrier_id)
        address_id = await _insert_address(db, carrier_id, gate, is_main=is_main, source=source)
        await _refresh_terms(db, carrier_id)
        detail = {"address": gate.text, "is_main": is_main}
        await record(db, actor, "add_address", carrier_id, "carrier.changed", detail)
        return address_id


async def make_main_address(database: Database, actor: Actor, carrier_id: UUID, address_id: UUID) -> None:
    async with database.transaction() as db:
        await to_change(db, actor, carrier_id)
        await store.clear_main_address(db, carrier_id)
        if not await store.set_main_address(db, carrier_id, address_id):
            raise NotFound
        await record(db, actor, "make_main_address", carrier_id, "carrier.changed", {"address_id": address_id})


async def remove_address(database: Database, actor: Actor, carrier_id: UUID, address_id: UUID) -> None:
    """Take away an address that was wrong; the main one stays until another is made the main one.

    That we held it to be one for a while stays answerable.
    """
    async with database.transaction() as db:
        await to_change(db, actor, carrier_id)
        await carrier_history.keep_base(db, carrier_id)
        await carrier_history.correct(db, address_id, None, await history.moment(db), actor.person_id)
        text = await store.delete_address(db, carrier_id, address_id)
        if text is None:
            raise NotFound
        await _refresh_terms(db, carrier_id)
        await record(db, actor, "remove_address", carrier_id, "carrier.changed", {"address": text})


async def add_alias(database: Database, actor: Actor, carrier_id: UUID, name: str, *, source: str = "") -> UUID:
    """Say how people also call the carrier."""
    async with database.transaction() as db:
        await to_change(db, actor, carrier_id)
        alias_id = await _insert_alias(db, carrier_id, name, source)
        await _refresh_terms(db, carrier_id)
        await record(db, actor, "add_alias", carrier_id, "carrier.changed", {"alias": name})
        return alias_id


async def remove_alias(database: Database, actor: Actor, carrier_id: UUID, alias_id: UUID) -> None:
    async with database.transaction() as db:
        await to_change(db, actor, carrier_id)
        name = await store.delete_alias(db, carrier_id, alias_id)
        if name is None:
            raise NotFound
        await _refresh_terms(db, carrier_id)
        await record(db, actor, "remove_alias", carrier_id, "carrier.changed", {"alias": name})


async def _insert_address(
    db: Connection, carrier_id: UUID, gate: Gate, *, is_main: bool, source: str, begins_on: date | None = None
) -> UUID:
    address = gate.address
    try:
        async with db.transaction():
            return await store.insert_address(
                db,
                carrier_id=carrier_id,
                road=address.road,
                lane=address.lane,
                sublane=address.sublane,
                number=address.number,
                building=address.building,
                text=gate.text,
                key=gate.key,
                road_pinyin=gate.road_pinyin,
                is_main=is_main,
                source=source.strip(),
                begins_on=begins_on,
            )
    except asyncpg.UniqueViolationError as violation:
        raise Invalid({"address": "这个载体已经有这个地址。"}) from violation


async def _insert_alias(db: Connection, carrier_id: UUID, name: str, source: str) -> UUID:
    name, key = name.strip(), name_key(name)
    if not key or len(name) > NAME_LIMIT:
        raise Invalid({"alias": f"请填写别名，最多 {NAME_LIMIT} 个字。"})
    try:
        async with db.transaction():
            return await store.insert_alias(db, carrier_id, name, key, source.strip())
    except asyncpg.UniqueViolationError as violation:
        raise Invalid({"alias": "这个载体已经有这个别名。"}) from violation


async def _refresh_terms(db: Connection, carrier_id: UUID) -> None:
    carrier = await one(db, carrier_id)
    aliases = [each.name for each in await store.aliases(db, carrier_id)]
    addresses = [each.text for each in await store.addresses(db, carrier_id)]
    await store.replace_terms(db, carrier_id, terms_of([carrier.name, *aliases, *addresses]))


def _check(
    name: str, subdistrict_code: str | None, district_code: str, floors_above: int | None, floors_below: int | None
) -> None:
    wrong = {}
    if not name_key(name) or len(name) > NAME_LIMIT:
        wrong["name"] = f"请填写名称，最多 {NAME_LIMIT} 个字。"
    if subdistrict_code is not None and not any(
        each.code == subdistrict_code and each.district_code == district_code for each in divisions()[1]
    ):
        wrong["subdistrict_code"] = "请选择本区的街镇。"
    if floors_above is not None and not 1 <= floors_above <= 200:
        wrong["floors_above"] = "地上层数应在 1 到 200 之间。"
    if floors_below is not None and not 0 <= floors_below <= 10:
        wrong["floors_below"] = "地下层数应在 0 到 10 之间。"
    if wrong:
        raise Invalid(wrong)


def _facts(carrier: Carrier) -> dict[str, object]:
    return {
        "kind": carrier.kind,
        "name": carrier.name,
        "subdistrict_code": carrier.subdistrict_code,
        "sharing_allowed": carrier.sharing_allowed,
        "floors_above": carrier.floors_above,
        "floors_below": carrier.floors_below,
    }
