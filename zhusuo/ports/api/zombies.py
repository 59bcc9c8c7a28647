"""僵尸住所的门: cases of the district, for systems that have to know whether somebody is there."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from msgspec import Meta

from zhusuo import audit
from zhusuo.db import Connection, Database
from zhusuo.people.model import Actor
from zhusuo.ports.api.answers import Answer, Id
from zhusuo.ports.api.problems import problems
from zhusuo.ports.api.questions import LimitAsked
from zhusuo.zombies import store
from zhusuo.zombies.model import OPEN, CaseStatus, ZombieCase

UnitAsked = Annotated[UUID | None, QueryParameter(description="只要一个单元的")]
CaseStatusAsked = Annotated[
    str,
    QueryParameter(
        description="`open` 为办理中的（不填即是），`all` 为全部，或一个状态："
        + "、".join(each.value for each in CaseStatus),
        max_length=20,
    ),
]
CaseAfter = Annotated[UUID | None, QueryParameter(description="上次答复的 `next`；第一次不填")]


class ZombieBrief(Answer, frozen=True, kw_only=True):
    """一件僵尸住所案件。办理中的登记有争议，不妨碍新户；个人信息和信函不经接口提供。"""

    id: Id
    number: Annotated[str, Meta(examples=["JS-310104-2026-000041"])]
    registration_id: Id
    unit_id: Id
    carrier_id: Id
    name: Annotated[str, Meta(description="企业立案时的名称", examples=["上海旧雨信息科技有限公司"])]
    status: Annotated[str, Meta(examples=["notified"])]
    label: Annotated[str, Meta(examples=["已通知"])]
    is_open: bool
    cause: Annotated[str, Meta(description="分量最重的线索", examples=["moved_out"])]
    score: Annotated[int, Meta(description="0 至 100", examples=[60])]
    rules: Annotated[int, Meta(description="立案所据规则的版次", examples=[1])]
    reasons: Annotated[tuple[str, ...], Meta(description="立案的事实", examples=[["物业报告已于 2026-10-08 迁出"]])]
    opened_on: date
    deadline_on: Annotated[date | None, Meta(description="企业答复的期限")]
    late: Annotated[bool, Meta(description="答复是否逾期")]
    decided_on: date | None

    @classmethod
    def of(cls, case: ZombieCase) -> Self:
        return cls(
            id=case.id,
            number=case.number,
            registration_id=case.registration_id,
            unit_id=case.unit_id,
            carrier_id=case.carrier_id,
            name=case.name,
            status=case.status,
            label=case.status.label,
            is_open=case.is_open,
            cause=case.cause,
            score=case.score,
            rules=case.rules_number,
            reasons=tuple(each.unnamed for each in case.reasons if each.points > 0),
            opened_on=case.opened_on,
            deadline_on=case.deadline_on,
            late=case.late,
            decided_on=case.decided_on,
        )


class ZombiePage(Answer, frozen=True, kw_only=True):
    """一页案件，先立的在前。"""

    zombies: list[ZombieBrief]
    next: Annotated[UUID | None, Meta(description="下次的 `after`；没有下一页为空")]


@get(
    "/api/v1/zombies",
    name="api.zombies",
    tags=["入驻"],
    summary="僵尸住所案件：谁被怀疑已不在登记住所，办到哪一步",
    responses=problems(),
)
async def zombies(
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    unit_id: UnitAsked = None,
    status: CaseStatusAsked = "open",
    after: CaseAfter = None,
    limit: LimitAsked = 100,
) -> ZombiePage:
    async with database.transaction() as db:
        found = await _cases(db, actor, unit_id, status, after, limit + 1)
        await audit.record(db, actor, "list", "zombie_case", "list", detail={"rows": len(found[:limit])})
    rows = found[:limit]
    return ZombiePage(zombies=[ZombieBrief.of(each) for each in rows], next=rows[-1].id if len(found) > limit else None)


async def _cases(
    db: Connection, actor: Actor, unit_id: UUID | None, status: str, after: UUID | None, limit: int
) -> list[ZombieCase]:
    """Of the client's district alone."""
    statuses = {"open": sorted(OPEN), "all": sorted(CaseStatus)}.get(status, [status])
    rows = await db.fetch(
        """
        SELECT id
          FROM zombie_cases
         WHERE district_code = $1
           AND ($2::uuid IS NULL OR unit_id = $2)
           AND status = ANY ($3::text[])
           AND ($4::uuid IS NULL OR id > $4)
      ORDER BY id
         LIMIT $5
        """,
        actor.district_code,
        unit_id,
        statuses,
        after,
        limit,
    )
    return await store.by_ids(db, [row["id"] for row in rows])


doors = [zombies]
