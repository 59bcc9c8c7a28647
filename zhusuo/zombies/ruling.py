"""规则的变更: a new version is proposed, replayed over what is known of a stretch of time, and put in force by another.

The replay asks of every registration on which day it would have reached the line, by the signals as of that day, and
what became of it since: cleared or gone, or found to be there after all. It writes nothing but its own result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from zhusuo import audit, events
from zhusuo.db import Connection, Database, Row
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.people.model import Actor, Role
from zhusuo.zombies import feed, store
from zhusuo.zombies.cases import SWEPT
from zhusuo.zombies.rules import HEAVIEST, RuleSet, columns, parse, written
from zhusuo.zombies.signals import SECONDS

LONGEST_DAYS = 1096
NOTE_LIMIT = 300


class NotReplayed(Conflict):
    code = "rules_not_replayed"
    sentence = "这版规则还没有回放。请先看它在过去会立多少案，再启用。"


class OwnRules(Conflict):
    code = "own_rules"
    sentence = "规则由另一名监管员启用，提出的人不能启用自己的规则。"


class RulesMoved(Conflict):
    code = "rules_moved"
    sentence = "第 {number} 版规则已经“{status}”，不能再改；请刷新后再看。"


STATUS_LABELS = {"proposed": "待启用", "active": "现行", "superseded": "已被替代", "withdrawn": "已撤回"}


@dataclass(frozen=True, kw_only=True)
class Raised:
    """A case that a version of the rules would have raised, and what is known of it now."""

    name: str
    day: date
    points: int
    outcome: str


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What a version would have raised; of these, so many were cleared or left, and so many found to be there."""

    number: int
    case_count: int
    right_count: int
    wrong_count: int

    @property
    def open_count(self) -> int:
        return self.case_count - self.right_count - self.wrong_count


@dataclass(frozen=True, kw_only=True)
class Replay:
    """回放. `now` is what the version in force raises over the same days; `wrong` are some of those that were wrong."""

    since: date
    until: date
    new: Tally
    now: Tally
    wrong: tuple[Raised, ...]

    @property
    def sentence(self) -> str:
        new, now = self.new, self.now
        return (
            f"这版规则在 {self.since} 至 {self.until} 会立案 {new.case_count} 件：其中 {new.right_count} 件后来清退或"
            f"迁走，{new.wrong_count} 件后来撤案或查明仍在，{new.open_count} 件尚无定论。"
            f"现行第 {now.number} 版同期立案 {now.case_count} 件，{now.wrong_count} 件不成立。"
        )


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """规则的一版, with who proposed it, what the replay said, and who put it in force."""

    id: UUID
    district_code: str
    number: int
    status: str
    rules: RuleSet
    note: str
    proposed_by: UUID
    proposer: str
    proposed_at: datetime
    replay: Replay | None
    activator: str
    activated_at: datetime | None


# -- verbs ---------------------------------------------------------------------------------------------------------


async def propose(
    database: Database, actor: Actor, rows: Sequence[Mapping[str, str]], threshold: str, note: str
) -> UUID:
    """提出: a whole table of rules. Raises Invalid with a sentence for each cell that cannot be right."""
    _check(actor)
    wrong: dict[str, str] = {}
    if not threshold.strip().isdigit() or not 1 <= int(threshold) <= HEAVIEST:
        wrong["threshold"] = f"立案线请填写 1 至 {HEAVIEST} 之间的整数。"
    if not note.strip() or len(note) > NOTE_LIMIT:
        wrong["note"] = f"请写明为什么要改，最多 {NOTE_LIMIT} 个字。"
    try:
        rules = parse(rows)
    except Invalid as invalid:
        raise Invalid({**wrong, **invalid.fields}) from invalid
    if wrong:
        raise Invalid(wrong)
    try:
        async with database.transaction() as db:
            found: UUID = await db.fetchval(
                """
                INSERT INTO zombie_rule_sets (district_code, number, threshold, rules, note, proposed_by)
                     SELECT $1, coalesce(max(number), 1) + 1, $2, $3, $4, $5
                       FROM zombie_rule_sets
                      WHERE district_code = $1
                  RETURNING id
                """,
                actor.district_code,
                int(threshold),
                written(rules),
                note.strip(),
                actor.person_id,
            )
            await _tell(db, actor, "propose", "proposed", found)
            return found
    except asyncpg.UniqueViolationError as violation:
        raise Conflict("刚有别人也提出了一版规则，请再提交一次。") from violation


async def replay(database: Database, actor: Actor, rule_set_id: UUID, since: date, until: date, day: date) -> Replay:
    """回放: what the version would have raised from one day to another. Raises Invalid, NotFound, RulesMoved."""
    _check(actor)
    if not since <= until <= day or (until - since).days > LONGEST_DAYS:
        raise Invalid({"since": "请选择到今天为止、最长三年的一段时间。"})
    async with database.connection() as db:
        found = await _proposed(db, actor, rule_set_id)
        new = await raised(db, found.district_code, found.rules, since, until)
        in_force = await store.rules_in_force(db, found.district_code)
        now = await raised(db, found.district_code, in_force, since, until)
    made = Replay(
        since=since,
        until=until,
        new=_tally(found.number, new),
        now=_tally(in_force.number, now),
        wrong=tuple(each for each in new if each.outcome == "wrong")[:20],
    )
    async with database.transaction() as db:
        await db.execute(
            """
            UPDATE zombie_rule_sets
               SET replayed = $2
             WHERE id = $1
               AND status = 'proposed'
            """,
            rule_set_id,
            asdict(made),
        )
        await _tell(db, actor, "replay", "replayed", rule_set_id)
    return made


async def activate(database: Database, actor: Actor, rule_set_id: UUID) -> None:
    """启用: by another than who proposed it, after it was replayed; the next sweep scores by it.

    Open cases go on; their scores follow. Raises NotReplayed, OwnRules, RulesMoved.
    """
    _check(actor)
    async with database.transaction() as db:
        await db.execute(
            """
            SELECT id
              FROM zombie_rule_sets
             WHERE district_code = $1
          ORDER BY id
               FOR UPDATE
            """,
            actor.district_code,
        )
        found = await _proposed(db, actor, rule_set_id)
        if found.proposed_by == actor.person_id:
            raise OwnRules
        if found.replay is None:
            raise NotReplayed
        await db.execute(
            """
            UPDATE zombie_rule_sets
               SET status = 'superseded'
             WHERE district_code = $1
               AND status = 'active'
            """,
            actor.district_code,
        )
        await db.execute(
            """
            UPDATE zombie_rule_sets
               SET status = 'active',
                   activated_by = $2,
                   activated_at = clock_timestamp()
             WHERE id = $1
            """,
            rule_set_id,
            actor.person_id,
        )
        await feed.forget_position(db, SWEPT)
        await _tell(db, actor, "activate", "activated", rule_set_id)


async def withdraw(database: Database, actor: Actor, rule_set_id: UUID) -> None:
    """撤回 what was proposed. Raises RulesMoved."""
    _check(actor)
    async with database.transaction() as db:
        await _proposed(db, actor, rule_set_id)
        await db.execute(
            """
            UPDATE zombie_rule_sets
               SET status = 'withdrawn'
             WHERE id = $1
               AND status = 'proposed'
            """,
            rule_set_id,
        )
        await _tell(db, actor, "withdraw", "withdrawn", rule_set_id)


def _check(actor: Actor) -> None:
    if actor.role is not Role.SUPERVISOR:
        raise NotAllowed


async def _proposed(db: Connection, actor: Actor, rule_set_id: UUID) -> Proposal:
    found = await by_id(db, actor.district_code, rule_set_id)
    if found is None:
        raise NotFound
    if found.status != "proposed":
        raise RulesMoved(number=str(found.number), status=STATUS_LABELS[found.status])
    return found


async def _tell(db: Connection, actor: Actor, action: str, past: str, rule_set_id: UUID) -> None:
    await audit.record(db, actor, action, "zombie_rule_set", rule_set_id)
    await events.emit(db, f"zombie_rule_set.{past}", "zombie_rule_set", rule_set_id, district_code=actor.district_code)


# -- replay --------------------------------------------------------------------------------------------------------


async def raised(db: Connection, district_code: str, rules: RuleSet, since: date, until: date) -> list[Raised]:
    """The first day on which each registration would have reached the line between two days, by what was so then.

    A signal begins and ends on the days on which what it says began and ended, whenever we learnt of it. Right is what
    was cleared or has left since; wrong is what was dismissed, taken back, or seen to be there.
    """
    kinds, weights, after_days, expires_days, limits = columns(rules.rules)
    rows = await db.fetch(
        """
        WITH rules AS MATERIALIZED (
            SELECT kind, weight, after_days, expires_days
              FROM unnest($1::text[], $2::int[], $3::int[], $4::int[])
                AS given (kind, weight, after_days, expires_days)
             WHERE weight <> 0
        ),
        spans AS MATERIALIZED (
            SELECT s.registration_id, rules.kind, rules.weight, s.observed_on + rules.after_days AS begins,
                   least(s.ended_on, s.observed_on + rules.expires_days) AS ends
              FROM zombie_signals AS s
              JOIN rules ON rules.kind = s.kind
              JOIN registrations ON registrations.id = s.registration_id
              JOIN units ON units.id = registrations.unit_id
             WHERE registrations.district_code = $5
               AND (s.kind <> 'crowded' OR s.measure > nullif(($6::jsonb ->> units.kind)::int, 0))
        ),
        turns AS (
            SELECT DISTINCT registration_id, greatest(begins, $7::date) AS day
              FROM spans
             WHERE weight > 0
               AND begins <= $8::date
               AND (ends IS NULL OR ends > greatest(begins, $7))
             UNION
            SELECT registration_id, ends
              FROM spans
             WHERE weight < 0
               AND ends BETWEEN $7 AND $8
        ),
        scored AS (
            SELECT turns.registration_id, turns.day, least(100, sum(alive.weight))::int AS points
              FROM turns
        CROSS JOIN LATERAL (
                   SELECT kind, min(weight) AS weight
                     FROM spans
                    WHERE spans.registration_id = turns.registration_id
                      AND spans.begins <= turns.day
                      AND (spans.ends IS NULL OR spans.ends > turns.day)
                 GROUP BY kind
                   ) AS alive
          GROUP BY turns.registration_id, turns.day
        ),
        reached AS (
            SELECT DISTINCT ON (registration_id) registration_id, day, points
              FROM scored
             WHERE points >= $9
          ORDER BY registration_id, day
        )
        SELECT registrations.applicant AS name, reached.day, reached.points,
               CASE
               WHEN EXISTS (
                    SELECT
                      FROM zombie_cases
                     WHERE zombie_cases.registration_id = reached.registration_id
                       AND zombie_cases.status IN ('dismissed', 'reversed', 'unsettled')
                       AND zombie_cases.decided_on >= reached.day)
                 OR (registrations.status = 'registered' AND EXISTS (
                    SELECT
                      FROM zombie_signals
                     WHERE zombie_signals.registration_id = reached.registration_id
                       AND zombie_signals.kind = 'found_there'
                       AND zombie_signals.observed_on >= reached.day)) THEN 'wrong'
               WHEN registrations.status = 'ended' THEN 'right'
               ELSE 'open'
               END AS outcome
          FROM reached
          JOIN registrations ON registrations.id = reached.registration_id
      ORDER BY reached.day, registrations.applicant
        """,
        kinds,
        weights,
        after_days,
        expires_days,
        district_code,
        limits,
        since,
        until,
        rules.threshold,
        timeout=SECONDS,
    )
    return [Raised(**dict(row)) for row in rows]


def _tally(number: int, found: Sequence[Raised]) -> Tally:
    return Tally(
        number=number,
        case_count=len(found),
        right_count=sum(each.outcome == "right" for each in found),
        wrong_count=sum(each.outcome == "wrong" for each in found),
    )


# -- rows ----------------------------------------------------------------------------------------------------------


async def by_id(db: Connection, district_code: str, rule_set_id: UUID) -> Proposal | None:
    found = [each for each in await proposals(db, district_code) if each.id == rule_set_id]
    return found[0] if found else None


async def proposals(db: Connection, district_code: str) -> list[Proposal]:
    """Every version of a district, the newest first; the shipped one is not among them."""
    rows = await db.fetch(
        """
        SELECT s.id, s.district_code, s.number, s.status, s.threshold, s.rules, s.note, s.proposed_by,
               proposer.name AS proposer, s.proposed_at, s.replayed, coalesce(activator.name, '') AS activator,
               s.activated_at
          FROM zombie_rule_sets AS s
          JOIN persons AS proposer ON proposer.id = s.proposed_by
     LEFT JOIN persons AS activator ON activator.id = s.activated_by
         WHERE s.district_code = $1
      ORDER BY s.number DESC
        """,
        district_code,
    )
    return [_proposal(row) for row in rows]


def _proposal(row: Row) -> Proposal:
    facts = dict(row)
    replayed, threshold = facts.pop("replayed"), facts.pop("threshold")
    return Proposal(
        **{
            **facts,
            "rules": RuleSet(number=facts["number"], threshold=threshold, rules=parse(facts["rules"])),
            "replay": _replay(replayed) if replayed else None,
        }
    )


def _replay(facts: Mapping[str, object]) -> Replay:
    since, until, new, now, wrong = (facts[key] for key in ("since", "until", "new", "now", "wrong"))
    assert isinstance(new, dict)  # noqa: S101 - written by ourselves
    assert isinstance(now, dict)  # noqa: S101
    assert isinstance(wrong, list)  # noqa: S101
    return Replay(
        since=date.fromisoformat(str(since)),
        until=date.fromisoformat(str(until)),
        new=Tally(**new),
        now=Tally(**now),
        wrong=tuple(Raised(**{**each, "day": date.fromisoformat(each["day"])}) for each in wrong),
    )
