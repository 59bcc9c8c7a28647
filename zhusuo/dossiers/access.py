"""Who may do what to a filing: each function locks it and gives it back as it is now, or refuses."""

from datetime import datetime
from uuid import UUID

from zhusuo.carriers import store as carriers
from zhusuo.db import Connection
from zhusuo.dossiers import store
from zhusuo.dossiers.model import Filing
from zhusuo.errors import Conflict, NotAllowed, NotFound
from zhusuo.people.model import Actor, Role

FILERS = frozenset({Role.MANAGER, Role.AGENT, Role.CLERK})


class NoLongerManager(NotAllowed):
    code = "no_longer_manager"
    sentence = "贵单位已不再管理这处载体，不能再修改它的备案。如有疑问，请联系审批窗口。"


class NotEditable(Conflict):
    code = "not_editable"
    sentence = "这份备案现在是“{status}”，内容不能再改。"


class ClaimedByOther(Conflict):
    code = "claimed_by_other"
    sentence = "{name}正在审核这份备案，领件到 {until}。请稍后再来，或先审下一份。"


def person_of(actor: Actor) -> UUID:
    """The person who acts; a call without a person behind it cannot file or decide."""
    if actor.person_id is None:
        raise NotAllowed
    return actor.person_id


async def own_filing(db: Connection, actor: Actor, filing_id: UUID) -> Filing:
    """A filing of the actor's organisation, locked. Raises NotFound, NoLongerManager."""
    filing = await store.lock(db, filing_id)
    if filing is None or filing.organisation_id != actor.organisation_id or actor.role not in FILERS:
        raise NotFound
    if await carriers.by_id_for(db, actor, filing.carrier_id) is None:
        raise NoLongerManager
    return filing


async def editable_filing(db: Connection, actor: Actor, filing_id: UUID) -> Filing:
    """The same, while it may be changed. Raises NotEditable."""
    filing = await own_filing(db, actor, filing_id)
    if not filing.editable:
        raise NotEditable(status=filing.status.label)
    return filing


async def reviewed_filing(db: Connection, actor: Actor, filing_id: UUID) -> Filing:
    """A filing of the clerk's district that was handed in, locked. Raises NotAllowed, NotFound."""
    if actor.role is not Role.CLERK:
        raise NotAllowed
    filing = await store.lock(db, filing_id)
    if filing is None or filing.submitted_at is None or filing.district_code != actor.district_code:
        raise NotFound
    return filing


async def refuse_if_claimed(db: Connection, filing: Filing, person_id: UUID, moment: datetime) -> None:
    """Raises ClaimedByOther while another clerk works on it."""
    if filing.claimed_until is not None and filing.claimed_from(person_id, moment):
        raise ClaimedByOther(
            name=await store.person_name(db, filing.claimed_by), until=f"{filing.claimed_until.astimezone():%H:%M}"
        )
