"""注销: a carrier was demolished, or is none any more."""

from datetime import date
from uuid import UUID

from zhusuo.carriers import carrier_history, history, store
from zhusuo.carriers.access import CLERK, needs, record, to_change
from zhusuo.carriers.history import ChangeKind
from zhusuo.changes import store as changes
from zhusuo.db import Connection, Database
from zhusuo.dossiers import store as dossiers
from zhusuo.dossiers.model import VersionStatus
from zhusuo.errors import Conflict, Invalid, NotFound
from zhusuo.people.model import Actor


class StillInUse(Conflict):
    code = "still_in_use"
    sentence = "这处载体里还有{what}，请先办结再注销。"


async def retire_carrier(
    database: Database,
    actor: Actor,
    carrier_id: UUID,
    version: int,
    *,
    on: date,
    day: date,
    successor_id: UUID | None = None,
) -> None:
    """From that day on it stands no longer: its units are retired and its dossiers end; its ids are never used again.

    What stands there today may be named: who asks for the former address is led to it. Raises Invalid, NotFound,
    Conflict, StillInUse.
    """
    needs(actor, CLERK)
    if on > day:
        raise Invalid({"on": "注销日不能晚于今天。"})
    async with database.transaction() as db:
        carrier = await to_change(db, actor, carrier_id)
        await _check_successor(db, actor, carrier_id, successor_id)
        if what := await changes.in_use(db, carrier_id):
            raise StillInUse(what=what)
        moment = await history.moment(db)
        unit_ids = [unit.id for unit in await store.units(db, carrier_id)]
        if unit_ids:
            since = await history.first_day(db, unit_ids)
            if since is not None and on < since:
                raise Invalid({"on": f"注销日不能早于单元上一次变动的日子 {since}。"})
            change_id = await history.insert_change(
                db,
                carrier_id=carrier_id,
                kind=ChangeKind.RETIRE,
                happened_on=on,
                said_by=actor.person_id,
                said_at=moment,
            )
            await history.end_validity(db, unit_ids, on, moment, change_id, actor.person_id)
            await changes.retire(db, unit_ids)
        await carrier_history.keep_base(db, carrier_id)
        for subject_id in [carrier_id, *(each.id for each in await store.addresses(db, carrier_id))]:
            await carrier_history.end(db, subject_id, on, moment, actor.person_id)
        ended = [each.id for each in await dossiers.versions_by_carrier(db, carrier_id) if each.effective_to is None]
        for version_id in ended:
            found = await dossiers.version_by_id(db, version_id)
            if found is not None:
                await dossiers.end_coverage(db, [], found.dossier_id, moment)
        await dossiers.end_empty_versions(db, ended, VersionStatus.REVOKED, moment, "载体已注销")
        if not await store.retire(db, carrier_id, version, successor_id):
            raise Conflict
        detail = {"name": carrier.name, "on": on, "successor_id": successor_id, "unit_count": len(unit_ids)}
        await record(db, actor, "retire", carrier_id, "carrier.retired", detail)


async def _check_successor(db: Connection, actor: Actor, carrier_id: UUID, successor_id: UUID | None) -> None:
    if successor_id is None:
        return
    successor = await store.by_id_for(db, actor, successor_id)
    if successor is None:
        raise NotFound
    if successor_id == carrier_id or successor.retired_at is not None:
        raise Invalid({"successor_id": "请选择现在仍在使用的另一处载体。"})
