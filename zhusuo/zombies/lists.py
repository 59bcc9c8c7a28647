"""部门名单: who filed no annual report, whom a letter did not reach, who was listed; a table from another department.

A line finds its registration by credit code, else by the name, and where a name stands in several places by the address
too. What is found once more changes nothing; what is not found is kept with its reason.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from zhusuo import audit
from zhusuo.carriers.tables import CellError, Column, Records, Sheet, records
from zhusuo.db import Connection, Database
from zhusuo.errors import Invalid, NotAllowed
from zhusuo.people.model import Actor, Role
from zhusuo.zombies import signals
from zhusuo.zombies.model import LISTS, SignalKind, Source

COLUMNS = (
    Column(key="uscc", name="统一社会信用代码", others="信用代码 社会信用代码 统一代码 注册号 统一社会信用代码/注册号"),
    Column(key="name", name="企业名称", others="名称 单位名称 主体名称 市场主体名称 公司名称 字号名称 收件人"),
    Column(key="address", name="地址", others="住所 登记住所 注册地址 经营场所 住所地址 通讯地址 收件地址"),
    Column(key="observed_on", name="日期", others="列入日期 认定日期 退回日期 退信日期 决定日期 发生日期"),
    Column(key="text", name="说明", others="原因 列入原因 退回原因 备注 事由"),
)
SOURCE_LIMIT = 60
UNMATCHED_SHOWN = 200
SOURCES = {SignalKind.MAIL_RETURNED: Source.MAIL}


@dataclass(frozen=True, kw_only=True)
class Unmatched:
    """A line that found nobody, and why."""

    row: int
    name: str
    uscc: str
    why: str


@dataclass(frozen=True, kw_only=True)
class ListReport:
    """What a list does, or did: lines, those that found a registration, new signals, and those that found nobody."""

    row_count: int
    matched_count: int
    new_count: int
    unmatched: tuple[Unmatched, ...]
    errors: tuple[CellError, ...]
    applied: bool


@dataclass(frozen=True, kw_only=True)
class ImportedList:
    """名单: one that was taken in."""

    id: UUID
    kind: SignalKind
    source: str
    dated_on: date
    file_name: str
    row_count: int
    matched_count: int
    new_count: int
    importer: str
    imported_at: datetime


@dataclass(frozen=True, kw_only=True)
class _Line:
    row: int
    uscc: str
    name: str
    address: str
    observed_on: date
    text: str


@dataclass(frozen=True, kw_only=True)
class _Place:
    registration_id: UUID
    uscc: str
    name: str
    where: str


def list_records(sheets: Sequence[Sheet]) -> Records:
    """The rows of a list; raises UnknownLayout if it names nobody."""
    return records(sheets, COLUMNS, ("uscc", "name"))


async def take_in(
    database: Database,
    actor: Actor,
    found: Records,
    *,
    kind: SignalKind,
    source: str,
    dated_on: date,
    file_name: str,
    day: date,
    dry_run: bool,
    removes: bool = False,
) -> ListReport:
    """Take a list in, or only say what it would do; or take what it names off the lists that came before (`removes`).

    Raises Invalid for a kind no department sends, and for a day to come.
    """
    if actor.role is not Role.SUPERVISOR:
        raise NotAllowed
    wrong = {}
    if kind not in LISTS:
        wrong["kind"] = "请选择名单的种类。"
    if not source.strip() or len(source) > SOURCE_LIMIT:
        wrong["source"] = f"请写明名单来自哪个部门，最多 {SOURCE_LIMIT} 个字。"
    if dated_on > day:
        wrong["dated_on"] = "名单日期不能晚于今天。"
    if wrong:
        raise Invalid(wrong)
    lines, errors = _lines(found, dated_on, day)
    async with database.transaction() as db:
        matched, unmatched = await _match(db, actor, lines)
        new = 0 if errors else await (_standing if removes else _new)(db, matched, kind)
        applied = not dry_run and not errors
        if applied and removes:
            await _remove(db, actor, kind, source.strip(), matched, new)
        elif applied:
            await _write(db, actor, kind, source.strip(), dated_on, file_name, lines, matched, unmatched, new)
    return ListReport(
        row_count=len(lines) + len({each.row for each in errors}),
        matched_count=len(matched),
        new_count=new,
        unmatched=tuple(unmatched),
        errors=tuple(errors),
        applied=applied,
    )


def _lines(found: Records, dated_on: date, day: date) -> tuple[list[_Line], list[CellError]]:
    lines, errors = [], list(found.errors)
    for record in found.rows:
        said = {column.key: record.cells.get(column.key, "").strip() for column in COLUMNS}
        observed_on = _day(said["observed_on"]) if said["observed_on"] else dated_on
        if observed_on is None:
            errors.append(record.error("observed_on", f"日期“{said['observed_on']}”看不懂，请写成 2026-11-22。"))
        elif observed_on > day:
            errors.append(record.error("observed_on", "日期晚于今天。"))
        elif not said["uscc"] and not said["name"]:
            errors.append(record.error("name", "信用代码和名称至少写一样。"))
        else:
            lines.append(
                _Line(
                    row=record.row,
                    uscc=_plain(said["uscc"]).upper(),
                    name=_plain(said["name"]),
                    address=_plain(said["address"]),
                    observed_on=observed_on,
                    text=said["text"][: signals.TEXT_LIMIT],
                )
            )
    return lines, errors


def _plain(text: str) -> str:
    """Without blanks, wide signs made narrow: what two spellings of a name have in common."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def _day(text: str) -> date | None:
    """2026-11-22, 2026/11/22, 2026.11.22, 2026年11月22日, 20261122, with or without a time."""
    parts = re.match(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})", unicodedata.normalize("NFKC", text))
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3])) if parts else None
    except ValueError:
        return None


async def _match(
    db: Connection, actor: Actor, lines: Sequence[_Line]
) -> tuple[list[tuple[_Line, _Place]], list[Unmatched]]:
    """Each line with its registration in the actor's district; a business with several premises by its address."""
    rows = await db.fetch(
        """
        SELECT registrations.id AS registration_id, coalesce(businesses.uscc, '') AS uscc,
               registrations.applicant AS name,
               coalesce(main.text, '') || carriers.name || units.building || units.number || units.label AS where
          FROM registrations
          JOIN units ON units.id = registrations.unit_id
          JOIN carriers ON carriers.id = registrations.carrier_id
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = carriers.id AND main.is_main
     LEFT JOIN businesses ON businesses.id = registrations.business_id
         WHERE registrations.district_code = $1
           AND registrations.status = 'registered'
           AND (businesses.uscc = ANY ($2::text[])
                OR translate(registrations.applicant, '（） ', '()') = ANY ($3::text[]))
        """,
        actor.district_code,
        [each.uscc for each in lines if each.uscc],
        [each.name for each in lines if each.name],
    )
    by_uscc: dict[str, list[_Place]] = {}
    by_name: dict[str, list[_Place]] = {}
    for row in rows:
        place = _Place(**dict(row))
        by_name.setdefault(_plain(place.name), []).append(place)
        if place.uscc:
            by_uscc.setdefault(place.uscc, []).append(place)
    matched, unmatched = [], []
    for line in lines:
        places = by_uscc.get(line.uscc, []) if line.uscc else by_name.get(line.name, [])
        chosen, why = _choose(line, places)
        if chosen is None:
            unmatched.append(Unmatched(row=line.row, name=line.name, uscc=line.uscc, why=why))
        else:
            matched.append((line, chosen))
    return matched, unmatched


def _choose(line: _Line, places: Sequence[_Place]) -> tuple[_Place | None, str]:
    if not places:
        return None, "本区没有这家企业的有效登记"
    if len(places) == 1:
        return places[0], ""
    unit = re.findall(r"\d+[室铺号席层]?|[A-Z]\d+", line.address)
    near = [each for each in places if unit and _plain(each.where).endswith(unit[-1])]
    if len(near) == 1:
        return near[0], ""
    return None, f"登记在 {len(places)} 处，名单上的地址分不出是哪一处"


async def _new(db: Connection, matched: Sequence[tuple[_Line, _Place]], kind: SignalKind) -> int:
    """How many of these say something that is not known yet."""
    count: int = await db.fetchval(
        """
        SELECT count(*)
          FROM (SELECT DISTINCT registration_id, observed_on
                  FROM unnest($1::uuid[], $2::date[]) AS given (registration_id, observed_on)) AS said
         WHERE NOT EXISTS (
               SELECT
                 FROM zombie_signals
                WHERE zombie_signals.registration_id = said.registration_id
                  AND zombie_signals.kind = $3
                  AND zombie_signals.observed_on = said.observed_on)
        """,
        [place.registration_id for _, place in matched],
        [line.observed_on for line, _ in matched],
        kind,
    )
    return count


async def _standing(db: Connection, matched: Sequence[tuple[_Line, _Place]], kind: SignalKind) -> int:
    """How many signals of this kind stand about these."""
    count: int = await db.fetchval(
        """
        SELECT count(*)
          FROM zombie_signals
         WHERE registration_id = ANY ($1::uuid[])
           AND kind = $2
           AND ended_on IS NULL
        """,
        [place.registration_id for _, place in matched],
        kind,
    )
    return count


async def _remove(
    db: Connection, actor: Actor, kind: SignalKind, source: str, matched: Sequence[tuple[_Line, _Place]], count: int
) -> None:
    """移出: what the list says holds no more from the day it names."""
    await db.execute(
        """
        WITH ended AS (
            UPDATE zombie_signals
               SET ended_on = greatest(zombie_signals.observed_on, given.ended_on)
              FROM (SELECT registration_id, max(ended_on) AS ended_on
                      FROM unnest($1::uuid[], $2::date[]) AS said (registration_id, ended_on)
                  GROUP BY registration_id) AS given
             WHERE zombie_signals.registration_id = given.registration_id
               AND zombie_signals.kind = $3
               AND zombie_signals.ended_on IS NULL
         RETURNING zombie_signals.registration_id
        )
        INSERT INTO events (kind, noun, noun_id, carrier_id, district_code, content)
             SELECT DISTINCT 'zombie.signal_ended', 'registration', registrations.id, registrations.carrier_id,
                    registrations.district_code,
                    jsonb_build_object('signal', $3::text, 'unit_id', registrations.unit_id)
               FROM ended
               JOIN registrations ON registrations.id = ended.registration_id
        """,
        [place.registration_id for _, place in matched],
        [line.observed_on for line, _ in matched],
        kind,
    )
    detail = {"kind": kind.value, "source": source, "ended": count}
    await audit.record(db, actor, "withdraw_signal", "zombie_list", "removed", detail=detail)


async def _write(
    db: Connection,
    actor: Actor,
    kind: SignalKind,
    source: str,
    dated_on: date,
    file_name: str,
    lines: Sequence[_Line],
    matched: Sequence[tuple[_Line, _Place]],
    unmatched: Sequence[Unmatched],
    new: int,
) -> None:
    list_id = await db.fetchval(
        """
        INSERT INTO zombie_lists (district_code, kind, source, dated_on, file_name, row_count, matched_count, new_count,
                                  unmatched, imported_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
          RETURNING id
        """,
        actor.district_code,
        kind,
        source,
        dated_on,
        file_name[:200],
        len(lines),
        len(matched),
        new,
        [asdict(each) for each in unmatched[:UNMATCHED_SHOWN]],
        actor.person_id,
    )
    await db.execute(
        """
        WITH written AS (
            INSERT INTO zombie_signals (registration_id, kind, source, observed_on, text, recorded_by, list_id)
                 SELECT registration_id, $4, $5, observed_on, text, $6, $7
                   FROM unnest($1::uuid[], $2::date[], $3::text[]) AS given (registration_id, observed_on, text)
            ON CONFLICT ON CONSTRAINT zombie_signal_once DO NOTHING
              RETURNING registration_id, observed_on
        )
        INSERT INTO events (kind, noun, noun_id, carrier_id, district_code, content)
             SELECT $8, 'registration', registrations.id, registrations.carrier_id, registrations.district_code,
                    jsonb_build_object('signal', $4::text, 'unit_id', registrations.unit_id,
                                       'observed_on', written.observed_on)
               FROM written
               JOIN registrations ON registrations.id = written.registration_id
        """,
        [place.registration_id for _, place in matched],
        [line.observed_on for line, _ in matched],
        [line.text for line, _ in matched],
        kind,
        SOURCES.get(kind, Source.DEPARTMENT),
        actor.person_id,
        list_id,
        signals.RECORDED,
    )
    await audit.record(
        db, actor, "import", "zombie_list", list_id, detail={"kind": kind.value, "rows": len(lines), "new": new}
    )


async def lists(db: Connection, district_code: str, limit: int = 50) -> list[ImportedList]:
    """The newest first."""
    rows = await db.fetch(
        """
        SELECT zombie_lists.id, zombie_lists.kind, zombie_lists.source, zombie_lists.dated_on, zombie_lists.file_name,
               zombie_lists.row_count, zombie_lists.matched_count, zombie_lists.new_count, persons.name AS importer,
               zombie_lists.imported_at
          FROM zombie_lists
          JOIN persons ON persons.id = zombie_lists.imported_by
         WHERE zombie_lists.district_code = $1
      ORDER BY zombie_lists.imported_at DESC
         LIMIT $2
        """,
        district_code,
        limit,
    )
    return [ImportedList(**{**row, "kind": SignalKind(row["kind"])}) for row in rows]
