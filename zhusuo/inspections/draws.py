"""双随机: targets and supervisors drawn by lot. First a secret seed is committed to, then the list is fixed, then the
seed is shown and draws; none of the three can be done over, and a draw that is given up stays on record (see `lots`).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from zhusuo import audit, events
from zhusuo.carriers.model import CarrierKind, unit_name
from zhusuo.db import Connection, Database, Row
from zhusuo.dossiers import holidays
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.inspections import actions, lots, store
from zhusuo.inspections.lots import Entry
from zhusuo.inspections.model import Cause, NewInspection
from zhusuo.people.model import Actor, Role

MOST_TARGETS = 20_000
MOST_DRAWN = 200
TITLE_LIMIT = 60
WORKING_DAYS = 20
"""Until when what was drawn is to be looked at."""


class DrawStatus(StrEnum):
    COMMITTED = "committed"
    FROZEN = "frozen"
    DRAWN = "drawn"
    ABANDONED = "abandoned"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    DrawStatus.COMMITTED: "种子已承诺",
    DrawStatus.FROZEN: "名单已定",
    DrawStatus.DRAWN: "已抽取",
    DrawStatus.ABANDONED: "已作废",
}
MOVES: dict[DrawStatus, frozenset[DrawStatus]] = {
    DrawStatus.COMMITTED: frozenset({DrawStatus.FROZEN, DrawStatus.ABANDONED}),
    DrawStatus.FROZEN: frozenset({DrawStatus.DRAWN, DrawStatus.ABANDONED}),
    DrawStatus.DRAWN: frozenset(),
    DrawStatus.ABANDONED: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class RandomDraw:
    """双随机. `seed` is "" until it has been drawn: nobody is to know it before."""

    id: UUID
    number: str
    organisation_id: UUID
    title: str
    status: DrawStatus
    commitment: str
    seed: str
    committed_at: datetime
    criteria: str
    target_count: int
    drawn_count: int
    list_sha256: str
    frozen_at: datetime | None
    drawn_at: datetime | None
    reason: str


class DrawMoved(Conflict):
    code = "draw_moved"
    sentence = "这次抽取现在是“{status}”，请刷新后再看。"


async def commit(database: Database, actor: Actor, title: str) -> UUID:
    """承诺: a seed is drawn that nobody sees, and its SHA-256 is published. Raises Invalid."""
    if actor.role is not Role.SUPERVISOR:
        raise NotAllowed
    title = title.strip()
    if not title or len(title) > TITLE_LIMIT:
        raise Invalid({"title": f"请给这次抽取起个名字，最多 {TITLE_LIMIT} 个字。"})
    seed = secrets.token_hex(32)
    committed = lots.commitment(seed)
    async with database.transaction() as db:
        draw_id: UUID = await db.fetchval(
            """
            INSERT INTO random_draws (district_code, organisation_id, title, seed, commitment, committed_by)
                 VALUES ($1, $2, $3, $4, $5, $6)
              RETURNING id
            """,
            actor.district_code,
            actor.organisation_id,
            title,
            seed,
            committed,
            actor.person_id,
        )
        await _tell(db, actor, "commit_draw", "random_draw.committed", draw_id, {"commitment": committed})
    return draw_id


async def freeze(
    database: Database, actor: Actor, draw_id: UUID, *, subdistrict: str = "", kind: str = "", count: int
) -> None:
    """定名单: the registered businesses of the office's subdistricts, or of one, or of one kind of carrier, and the
    supervisors of the office. From now on nobody is added or taken out. Raises Invalid, NotFound, DrawMoved.
    """
    if not 1 <= count <= MOST_DRAWN:
        raise Invalid({"count": f"抽取户数写 1 至 {MOST_DRAWN}。"})
    if kind and kind not in list(CarrierKind):
        raise Invalid({"kind": "请从列表中选择。"})
    async with database.transaction() as db:
        await _to_move(db, actor, draw_id, DrawStatus.FROZEN)
        targets = await _targets(db, actor, subdistrict, kind)
        if len(targets) > MOST_TARGETS:
            raise Invalid({"subdistrict": f"名单超过 {MOST_TARGETS:,} 户，请按街镇或载体类型缩小范围。"})
        if len(targets) < count:
            raise Invalid({"count": f"符合条件的只有 {len(targets)} 户。"})
        people = await store.colleagues(db, actor.organisation_id)
        entries = [
            *targets,
            *(Entry(kind="supervisor", id=str(person_id), name=name) for person_id, name in people.items()),
        ]
        hashed = lots.list_sha256(entries)
        criteria = await _criteria(db, subdistrict, kind)
        await _insert_entries(db, draw_id, entries)
        await db.execute(
            """
            UPDATE random_draws
               SET status = 'frozen',
                   criteria = $2,
                   target_count = $3,
                   drawn_count = $4,
                   list_sha256 = $5,
                   frozen_by = $6,
                   frozen_at = now()
             WHERE id = $1
            """,
            draw_id,
            criteria,
            len(targets),
            count,
            hashed,
            actor.person_id,
        )
        detail = {"list_sha256": hashed, "target_count": len(targets), "count": count}
        await _tell(db, actor, "freeze_draw", "random_draw.frozen", draw_id, detail)


async def draw(database: Database, actor: Actor, draw_id: UUID, *, day: date) -> None:
    """抽取: the seed is shown, and what it draws becomes inspections of the two it deals them to."""
    async with database.transaction() as db:
        found = await _to_move(db, actor, draw_id, DrawStatus.DRAWN)
        seed: str = await db.fetchval("SELECT seed FROM random_draws WHERE id = $1", draw_id)
        pairs = lots.draw(seed, await entries_of(db, draw_id), found.drawn_count)
        due_on = (await holidays.known(db)).add_working_days(day, WORKING_DAYS)
        for rank, pair in enumerate(pairs, 1):
            await _take(db, actor, found, rank, pair, due_on, day)
        await db.execute(
            """
            UPDATE random_draws
               SET status = 'drawn',
                   drawn_by = $2,
                   drawn_at = now()
             WHERE id = $1
            """,
            draw_id,
            actor.person_id,
        )
        await _tell(db, actor, "draw", "random_draw.drawn", draw_id, {"seed": seed})


async def abandon(database: Database, actor: Actor, draw_id: UUID, reason: str) -> None:
    """作废, before anything was drawn, with a reason; it stays in the list. Raises Invalid, NotFound, DrawMoved."""
    reason = reason.strip()
    if not reason or len(reason) > TITLE_LIMIT * 3:
        raise Invalid({"reason": "请写明为什么作废；作废的抽取仍会列出。"})
    async with database.transaction() as db:
        await _to_move(db, actor, draw_id, DrawStatus.ABANDONED)
        await db.execute(
            """
            UPDATE random_draws
               SET status = 'abandoned',
                   reason = $2
             WHERE id = $1
            """,
            draw_id,
            reason,
        )
        await _tell(db, actor, "abandon_draw", "random_draw.abandoned", draw_id, {"reason": reason})


async def one(db: Connection, actor: Actor, draw_id: UUID) -> RandomDraw | None:
    """A draw of the actor's office."""
    row = await db.fetchrow(
        """
        SELECT id, number, organisation_id, title, status, commitment,
               CASE WHEN status = 'drawn' THEN seed ELSE '' END AS seed, committed_at, criteria, target_count,
               drawn_count, list_sha256, frozen_at, drawn_at, reason
          FROM random_draws
         WHERE id = $1
           AND organisation_id = $2
        """,
        draw_id,
        actor.organisation_id,
    )
    return _draw(row) if row else None


async def of_office(db: Connection, actor: Actor, limit: int = 200) -> list[RandomDraw]:
    """All of them, given up ones too, the newest first."""
    rows = await db.fetch(
        """
        SELECT id, number, organisation_id, title, status, commitment,
               CASE WHEN status = 'drawn' THEN seed ELSE '' END AS seed, committed_at, criteria, target_count,
               drawn_count, list_sha256, frozen_at, drawn_at, reason
          FROM random_draws
         WHERE organisation_id = $1
      ORDER BY committed_at DESC
         LIMIT $2
        """,
        actor.organisation_id,
        limit,
    )
    return [_draw(row) for row in rows]


async def entries_of(db: Connection, draw_id: UUID) -> list[Entry]:
    """The list as it was frozen."""
    rows = await db.fetch(
        """
        SELECT kind, noun_id::text AS id, name, place
          FROM draw_entries
         WHERE draw_id = $1
      ORDER BY kind, noun_id
        """,
        draw_id,
    )
    return [Entry(**dict(row)) for row in rows]


async def sheet(db: Connection, actor: Actor, draw_id: UUID) -> lots.Sheet:
    """The draw as it is published, after it was drawn. Raises NotFound, DrawMoved."""
    found = await one(db, actor, draw_id)
    if found is None:
        raise NotFound
    if found.status is not DrawStatus.DRAWN:
        raise DrawMoved(status=found.status.label)
    entries = await entries_of(db, draw_id)
    drawn = lots.draw(found.seed, entries, found.drawn_count)
    return lots.Sheet(
        number=found.number,
        algorithm=lots.ALGORITHM,
        commitment=found.commitment,
        seed=found.seed,
        list_sha256=found.list_sha256,
        count=found.drawn_count,
        entries=tuple(entries),
        results=tuple((each.target.id, each.first.id, each.second.id if each.second else "") for each in drawn),
    )


async def _take(
    db: Connection, actor: Actor, found: RandomDraw, rank: int, pair: lots.Pair, due_on: date, day: date
) -> None:
    """One target becomes an inspection of the two it was dealt to; one that was begun already stays as it is."""
    registration_id = UUID(pair.target.id)
    place = await db.fetchrow(
        """
        SELECT carrier_id, unit_id
          FROM registrations
         WHERE id = $1
        """,
        registration_id,
    )
    assert place is not None  # noqa: S101 - registrations are never deleted
    new = NewInspection(
        carrier_id=place["carrier_id"],
        unit_id=place["unit_id"],
        registration_id=registration_id,
        cause=Cause.DRAWN,
        source=f"random_draw {found.id}",
        question=f"双随机 {found.number} 第 {rank} 户",
        due_on=due_on,
        assigned_to=UUID(pair.first.id),
        accompanied_by=UUID(pair.second.id) if pair.second else None,
    )
    inspection_id = await actions.deal_in(db, actor, new, day=day)
    await db.execute(
        """
        UPDATE draw_entries
           SET rank = $3,
               inspection_id = $4
         WHERE draw_id = $1
           AND kind = 'target'
           AND noun_id = $2
        """,
        found.id,
        registration_id,
        rank,
        inspection_id,
    )


async def _targets(db: Connection, actor: Actor, subdistrict: str, kind: str) -> list[Entry]:
    rows = await db.fetch(
        """
        SELECT r.id, r.applicant, c.name AS carrier, u.building, u.number, u.label
          FROM carriers AS c
          JOIN registrations AS r ON r.carrier_id = c.id AND r.status = 'registered'
          JOIN units AS u ON u.id = r.unit_id
         WHERE c.subdistrict_code = ANY ($1::text[])
           AND ($2 = '' OR c.subdistrict_code = $2)
           AND ($3 = '' OR c.kind = $3)
      ORDER BY r.id
         LIMIT $4
        """,
        sorted(actor.subdistricts),
        subdistrict,
        kind,
        MOST_TARGETS + 1,
    )
    return [
        Entry(
            kind="target",
            id=str(row["id"]),
            name=row["applicant"],
            place=f"{row['carrier']} {unit_name(row['building'], row['number'], row['label'])}",
        )
        for row in rows
    ]


async def _criteria(db: Connection, subdistrict: str, kind: str) -> str:
    name = await db.fetchval("SELECT name FROM subdistricts WHERE code = $1", subdistrict) if subdistrict else ""
    return f"{name or '本所全部街镇'}，{CarrierKind(kind).label if kind else '全部载体类型'}，已登记的企业"


async def _insert_entries(db: Connection, draw_id: UUID, entries: Sequence[Entry]) -> None:
    await db.execute(
        """
        INSERT INTO draw_entries (draw_id, kind, noun_id, name, place)
             SELECT $1, kind, noun_id, name, place
               FROM unnest($2::text[], $3::uuid[], $4::text[], $5::text[]) AS t (kind, noun_id, name, place)
        """,
        draw_id,
        [each.kind for each in entries],
        [each.id for each in entries],
        [each.name for each in entries],
        [each.place for each in entries],
    )


async def _to_move(db: Connection, actor: Actor, draw_id: UUID, status: DrawStatus) -> RandomDraw:
    if actor.role is not Role.SUPERVISOR:
        raise NotAllowed
    await db.execute("SELECT FROM random_draws WHERE id = $1 FOR UPDATE", draw_id)
    found = await one(db, actor, draw_id)
    if found is None:
        raise NotFound
    if status not in MOVES[found.status]:
        raise DrawMoved(status=found.status.label)
    return found


def _draw(row: Row) -> RandomDraw:
    return RandomDraw(**{**row, "status": DrawStatus(row["status"])})


async def _tell(
    db: Connection, actor: Actor, action: str, event: str, draw_id: UUID, detail: dict[str, object]
) -> None:
    await audit.record(db, actor, action, "random_draw", draw_id, detail=detail)
    await events.emit(db, event, "random_draw", draw_id, district_code=actor.district_code, content=detail)
