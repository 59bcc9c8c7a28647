"""What is counted for the figures of an office: over its subdistricts, and nothing else."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta

from zhusuo.db import Connection
from zhusuo.people.model import Actor
from zhusuo.zombies.model import SignalKind

MONTHS = 12
MOST_ROADS = 500


@dataclass(frozen=True, kw_only=True)
class Line:
    """A bar and a row: what it is about, its numbers in the order of the heads, and which of them the bar shows."""

    label: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """`heads` names the numbers; `shown` says which of them make the bar, with the fill of each."""

    key: str
    title: str
    meaning: str
    first: str
    heads: tuple[str, ...]
    shown: tuple[tuple[int, str], ...]
    lines: tuple[Line, ...]

    @property
    def most(self) -> int:
        """The longest bar."""
        return max((sum(line.numbers[place] for place, _ in self.shown) for line in self.lines), default=0)

    @property
    def totals(self) -> tuple[int, ...]:
        return tuple(sum(line.numbers[place] for line in self.lines) for place in range(len(self.heads)))


def months_until(day: date) -> list[date]:
    """The first days of the last twelve months, the oldest first, this one at the end."""
    found = [day.replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found[::-1]


async def roads(db: Connection, actor: Actor, day: date) -> Figure:
    rows = await db.fetch(
        """
        SELECT s.name || ' ' || a.road AS label, count(*) AS carrier_count,
               count(*) FILTER (WHERE filed.carrier_id IS NOT NULL) AS filed_count,
               count(*) FILTER (WHERE c.kind = 'street') AS street_count,
               count(*) FILTER (WHERE c.kind = 'street' AND filed.carrier_id IS NOT NULL) AS street_filed_count
          FROM carriers AS c
          JOIN carrier_addresses AS a ON a.carrier_id = c.id AND a.is_main
          JOIN subdistricts AS s ON s.code = c.subdistrict_code
     LEFT JOIN (SELECT DISTINCT carrier_id
                  FROM dossier_versions
                 WHERE status = 'effective'
                   AND valid_until >= $2) AS filed ON filed.carrier_id = c.id
         WHERE c.subdistrict_code = ANY ($1::text[])
           AND c.retired_at IS NULL
      GROUP BY s.name, a.road
      ORDER BY count(*) - count(filed.carrier_id) DESC, s.name, a.road
         LIMIT $3
        """,
        sorted(actor.subdistricts),
        day,
        MOST_ROADS,
    )
    return Figure(
        key="roads",
        title="道路覆盖",
        meaning="每条道路上主地址在此的载体里，今天有生效住所材料的几处、还没有的几处；沿街商铺另列。",
        first="街镇和道路",
        heads=("载体", "已备案", "尚未备案", "沿街商铺", "沿街商铺已备案"),
        shown=((1, "done"), (2, "low")),
        lines=tuple(
            Line(
                label=row["label"],
                numbers=(
                    row["carrier_count"],
                    row["filed_count"],
                    row["carrier_count"] - row["filed_count"],
                    row["street_count"],
                    row["street_filed_count"],
                ),
            )
            for row in rows
        ),
    )


async def saved(db: Connection, actor: Actor, day: date) -> Figure:
    months = months_until(day)
    rows = await db.fetch(
        """
        SELECT date_trunc('month', r.created_at AT TIME ZONE 'Asia/Shanghai')::date AS month,
               count(*) AS reuse_count, coalesce(sum(papers.paper_count), 0)::bigint AS paper_count
          FROM reuses AS r
          JOIN carriers AS c ON c.id = r.carrier_id
     LEFT JOIN (SELECT version_id, count(*) AS paper_count
                  FROM version_documents
              GROUP BY version_id) AS papers ON papers.version_id = r.version_id
         WHERE r.district_code = $1
           AND c.subdistrict_code = ANY ($2::text[])
           AND r.revoked_at IS NULL
           AND r.created_at >= $3::date
      GROUP BY month
        """,
        actor.district_code,
        sorted(actor.subdistricts),
        months[0],
    )
    by_month = {row["month"]: (row["paper_count"], row["reuse_count"]) for row in rows}
    return Figure(
        key="saved",
        title="少交的材料、少跑的趟数",
        meaning="每次没有撤销的调用，少交的是所依据那一版住所材料的件数，少跑的按一趟计，记在调用的那个月。",
        first="月份",
        heads=("少交材料（件）", "少跑（趟）"),
        shown=((0, "done"),),
        lines=tuple(Line(label=f"{month:%Y-%m}", numbers=by_month.get(month, (0, 0))) for month in months),
    )


AGES = (("30 天以内", 30), ("31 至 90 天", 90), ("91 至 180 天", 180), ("180 天以上", 100_000))


async def zombie_ages(db: Connection, actor: Actor, day: date) -> Figure:
    rows = await db.fetch(
        """
        SELECT width_bucket($3::date - z.opened_on, ARRAY[31, 91, 181]) AS bucket, count(*) AS case_count,
               count(*) FILTER (WHERE z.status IN ('opened', 'notified')) AS before_count
          FROM zombie_cases AS z
          JOIN carriers AS c ON c.id = z.carrier_id
         WHERE z.district_code = $1
           AND c.subdistrict_code = ANY ($2::text[])
           AND z.closed_at IS NULL
      GROUP BY bucket
        """,
        actor.district_code,
        sorted(actor.subdistricts),
        day,
    )
    found = {row["bucket"]: (row["before_count"], row["case_count"] - row["before_count"]) for row in rows}
    return Figure(
        key="zombie-ages",
        title="未办结案件，按时间",
        meaning="今天还没有办结的案件，从立案那天算起过了多少天；已到期答复、待核查和之后的算“已过答复”。",
        first="立案以来",
        heads=("等答复", "已过答复"),
        shown=((0, "doing"), (1, "low")),
        lines=tuple(Line(label=word, numbers=found.get(place, (0, 0))) for place, (word, _) in enumerate(AGES)),
    )


async def zombie_causes(db: Connection, actor: Actor, day: date) -> Figure:
    rows = await db.fetch(
        """
        SELECT z.cause, count(*) FILTER (WHERE z.closed_at IS NULL) AS open_count,
               count(*) FILTER (WHERE z.status IN ('cleared', 'upheld', 'appealed')) AS cleared_count,
               count(*) FILTER (WHERE z.status IN ('dismissed', 'reversed', 'unsettled', 'settled')) AS kept_count
          FROM zombie_cases AS z
          JOIN carriers AS c ON c.id = z.carrier_id
         WHERE z.district_code = $1
           AND c.subdistrict_code = ANY ($2::text[])
           AND z.opened_on > $3::date - 365
      GROUP BY z.cause
      ORDER BY count(*) DESC, z.cause
        """,
        actor.district_code,
        sorted(actor.subdistricts),
        day,
    )
    return Figure(
        key="zombie-causes",
        title="僵尸住所案件，按起因",
        meaning="近一年立的案件，按分值最高的那条线索归类，看现在没有办结、已清退还是没有清退（撤案、撤销、了结）。",
        first="起因",
        heads=("没有办结", "已清退", "没有清退"),
        shown=((0, "doing"), (1, "done"), (2, "t3")),
        lines=tuple(
            Line(
                label=SignalKind(row["cause"]).label,
                numbers=(row["open_count"], row["cleared_count"], row["kept_count"]),
            )
            for row in rows
        ),
    )


async def turnover(db: Connection, actor: Actor, day: date) -> Figure:
    months = months_until(day)
    rows = await db.fetch(
        """
        SELECT moves.month, sum(moves.in_count)::bigint AS in_count, sum(moves.out_count)::bigint AS out_count
          FROM (
               SELECT date_trunc('month', t.moved_in_on)::date AS month, count(*) AS in_count, 0 AS out_count
                 FROM tenancies AS t
                 JOIN carriers AS c ON c.id = t.carrier_id
                WHERE t.district_code = $1
                  AND c.subdistrict_code = ANY ($2::text[])
                  AND t.moved_in_on BETWEEN $3 AND $4
             GROUP BY 1
            UNION ALL
               SELECT date_trunc('month', t.moved_out_on)::date, 0, count(*)
                 FROM tenancies AS t
                 JOIN carriers AS c ON c.id = t.carrier_id
                WHERE t.district_code = $1
                  AND c.subdistrict_code = ANY ($2::text[])
                  AND t.moved_out_on BETWEEN $3 AND $4
             GROUP BY 1
               ) AS moves
      GROUP BY moves.month
        """,
        actor.district_code,
        sorted(actor.subdistricts),
        months[0],
        day,
    )
    by_month = {row["month"]: (row["in_count"], row["out_count"]) for row in rows}
    return Figure(
        key="turnover",
        title="迁入和迁出",
        meaning="物业或审批端报告的迁入、迁出日期落在那个月的各有几户，一户迁入又迁出各算一次。",
        first="月份",
        heads=("迁入", "迁出"),
        shown=((0, "done"), (1, "low")),
        lines=tuple(Line(label=f"{month:%Y-%m}", numbers=by_month.get(month, (0, 0))) for month in months),
    )


async def findings(db: Connection, actor: Actor, day: date) -> Figure:
    months = months_until(day)
    rows = await db.fetch(
        """
        SELECT date_trunc('month', i.ended_at AT TIME ZONE 'Asia/Shanghai')::date AS month,
               count(*) FILTER (WHERE f.outcome = 'found_there') AS there_count,
               count(*) FILTER (WHERE f.outcome <> 'found_there') AS other_count
          FROM inspections AS i
          JOIN findings AS f ON f.inspection_id = i.id AND f.concludes
          JOIN carriers AS c ON c.id = i.carrier_id
         WHERE i.district_code = $1
           AND i.status = 'found'
           AND c.subdistrict_code = ANY ($2::text[])
           AND i.ended_at >= $3::date
      GROUP BY month
        """,
        actor.district_code,
        sorted(actor.subdistricts),
        months[0],
    )
    by_month = {row["month"]: (row["there_count"], row["other_count"]) for row in rows}
    return Figure(
        key="findings",
        title="核查结论",
        meaning="结论送达日期落在那个月的核查，见到企业在此经营的几次，其他结论的几次。",
        first="月份",
        heads=("在此经营", "其他结论"),
        shown=((0, "done"), (1, "low")),
        lines=tuple(Line(label=f"{month:%Y-%m}", numbers=by_month.get(month, (0, 0))) for month in months),
    )


FIGURES: dict[str, Callable[[Connection, Actor, date], Awaitable[Figure]]] = {
    "roads": roads,
    "saved": saved,
    "zombie-ages": zombie_ages,
    "zombie-causes": zombie_causes,
    "turnover": turnover,
    "findings": findings,
}
