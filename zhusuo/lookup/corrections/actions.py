"""What clerks do with corrections: choose one, and accept, reject or revoke what was chosen."""

from datetime import date
from uuid import UUID

import asyncpg

from zhusuo import audit, events, notices
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.model import Washed
from zhusuo.addresses.wash import wash
from zhusuo.db import Connection, Database
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.lookup.corrections import store
from zhusuo.lookup.corrections.model import (
    MOVES,
    Correction,
    CorrectionStatus,
    correction_key,
    tells_nothing,
    written_without_people,
)
from zhusuo.lookup.model import Candidate, Match
from zhusuo.people.model import Actor, Role

REASON_LIMIT = 200


class OwnCorrection(NotAllowed):
    code = "own_correction"
    sentence = "这是您自己提出的更正，要由另一位审批员核定。"


class ChosenOtherwise(Conflict):
    """Two places for one text: to accept one is to reject the other first."""

    code = "chosen_otherwise"
    sentence = "同样的写法还有人选了“{carrier}”，请先驳回或撤销那一条。"


class CorrectionDecided(Conflict):
    code = "correction_decided"
    sentence = "这条更正现在是“{status}”，请刷新后再看。"


async def remember(
    database: Database, actor: Actor, washed: Washed, match: Match, chosen: Candidate, day: date
) -> UUID | None:
    """What a clerk chose where the answer was C, as a proposal that counts for nobody yet.

    None where there is nothing to remember: no person behind the call, another class, one unit chosen where several
    were asked for, or a text longer than is read.
    """
    key = correction_key(washed)
    several = chosen.unit is not None and len(match.address.units) > 1
    if actor.person_id is None or actor.role is not Role.CLERK or match.class_ != "C" or several or not key:
        return None
    async with database.transaction() as db:
        correction_id, is_new = await store.propose(
            db,
            district_code=actor.district_code,
            key=key,
            written=written_without_people(match.input),
            reasons=list(dict.fromkeys(reason.text for reason in match.reasons if reason.code != "spelling")),
            carrier_id=chosen.carrier.id,
            unit_id=chosen.unit.id if chosen.unit else None,
            person_id=actor.person_id,
            case_number=actor.case_number,
        )
        counted = await store.count_pick(db, correction_id, actor.person_id, actor.case_number, day)
        if counted:
            await audit.record(
                db, actor, "propose_correction", "correction", correction_id, carrier_id=chosen.carrier.id
            )
        if is_new:
            await _emit(db, "correction.proposed", correction_id, chosen.carrier.id, actor.district_code)
    return correction_id


async def accept(database: Database, lexicon: Lexicon, actor: Actor, correction_id: UUID, reason: str = "") -> None:
    """接受: from now on this text leads there for everybody.

    A text that fits several places equally well asks for a reason. Raises Invalid, NotFound, OwnCorrection,
    ChosenOtherwise, Conflict.
    """
    async with database.transaction() as db:
        correction = await _to_decide(db, actor, correction_id, CorrectionStatus.ACCEPTED)
        roads = await store.roads_of(db, correction.carrier_id)
        if tells_nothing(wash(correction.written, lexicon), roads) or reason.strip():
            reason = _reason(reason)
        for _, carrier in await store.others_of(db, correction):
            raise ChosenOtherwise(carrier=carrier)
        if not await store.is_alive(db, correction):
            raise Conflict("所选的载体或单元已停用，这条更正不能接受。")
        try:
            async with db.transaction():
                await _decide(db, actor, correction, CorrectionStatus.ACCEPTED, reason)
        except asyncpg.UniqueViolationError as violation:
            raise Conflict from violation


async def reject(database: Database, actor: Actor, correction_id: UUID, reason: str) -> None:
    """驳回: the proposer is told why. Raises Invalid, NotFound, OwnCorrection."""
    sentence = _reason(reason)
    async with database.transaction() as db:
        correction = await _to_decide(db, actor, correction_id, CorrectionStatus.REJECTED)
        await _decide(db, actor, correction, CorrectionStatus.REJECTED, sentence)
        await notices.send(
            db,
            correction.organisation_id,
            "correction_rejected",
            f"您选的地址更正被驳回：{correction.written}",
            f"/approval/corrections/{correction.id}",
            body=sentence,
            person_id=correction.proposed_by,
            carrier_id=correction.carrier_id,
        )


async def revoke(database: Database, actor: Actor, correction_id: UUID, reason: str) -> None:
    """撤销: the text is asked about again. Raises Invalid, NotFound."""
    sentence = _reason(reason)
    async with database.transaction() as db:
        correction = await _to_decide(db, actor, correction_id, CorrectionStatus.REVOKED)
        await _decide(db, actor, correction, CorrectionStatus.REVOKED, sentence)


async def rekey(database: Database, lexicon: Lexicon) -> int:
    """Compare what was written by today's grammar and lexicon, after either has changed; how many keys are new.

    Where two texts are one by now, the one that had the key first keeps it.
    """
    changed = 0
    async with database.transaction() as db:
        for correction_id, key, written in await store.keys(db):
            today = correction_key(wash(written, lexicon))
            if today and today != key:
                changed += await store.set_key(db, correction_id, today)
    return changed


def _reason(reason: str) -> str:
    sentence = reason.strip()
    if not sentence or len(sentence) > REASON_LIMIT:
        raise Invalid({"reason": f"请写明理由，最多 {REASON_LIMIT} 个字。"})
    return sentence


async def _to_decide(db: Connection, actor: Actor, correction_id: UUID, status: CorrectionStatus) -> Correction:
    """The correction, locked, if this clerk may move it there; whoever proposed it may only revoke it."""
    if actor.role is not Role.CLERK or actor.person_id is None:
        raise NotAllowed
    correction = await store.lock(db, correction_id, actor.district_code)
    if correction is None:
        raise NotFound
    if status not in MOVES[correction.status]:
        raise CorrectionDecided(status=correction.status.label)
    if correction.proposed_by == actor.person_id and status is not CorrectionStatus.REVOKED:
        raise OwnCorrection
    return correction


async def _decide(db: Connection, actor: Actor, correction: Correction, status: CorrectionStatus, reason: str) -> None:
    if actor.person_id is None:
        raise NotAllowed
    await store.decide(db, correction.id, status, actor.person_id, reason)
    detail = {"written": correction.written, "unit_id": correction.unit_id, "reason": reason}
    action = ACTIONS[status]
    await audit.record(db, actor, action, "correction", correction.id, carrier_id=correction.carrier_id, detail=detail)
    await _emit(db, f"correction.{status}", correction.id, correction.carrier_id, correction.district_code)


ACTIONS = {
    CorrectionStatus.ACCEPTED: "accept_correction",
    CorrectionStatus.REJECTED: "reject_correction",
    CorrectionStatus.REVOKED: "revoke_correction",
}


async def _emit(db: Connection, kind: str, correction_id: UUID, carrier_id: UUID, district_code: str) -> None:
    await events.emit(
        db,
        kind,
        "correction",
        correction_id,
        carrier_id=carrier_id,
        district_code=district_code,
        content={"correction_id": correction_id},
    )
