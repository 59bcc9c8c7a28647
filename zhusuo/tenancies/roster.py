"""入驻名册: a table of who is in which unit, brought in by whoever manages the carrier.

Good rows are written, the others say what is wrong with which cell. Who is in a unit and not in the table stays: nobody
moves out because a line was forgotten.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from zhusuo import audit
from zhusuo.carriers import store as carriers
from zhusuo.carriers.tables import CellError, Records
from zhusuo.db import Connection, Database
from zhusuo.people.model import Actor
from zhusuo.tenancies import store
from zhusuo.tenancies.actions import check_reporter, tell
from zhusuo.tenancies.model import NewTenancy, Tenancy
from zhusuo.tenancies.rows import RosterRow, roster_rows


class LineKind(StrEnum):
    """What a row does."""

    MOVE_IN = "move_in"
    RENEW = "renew"
    MOVE_OUT = "move_out"
    SAME = "same"

    @property
    def label(self) -> str:
        return LINE_LABELS[self]


LINE_LABELS = {
    LineKind.MOVE_IN: "迁入",
    LineKind.RENEW: "租期更新",
    LineKind.MOVE_OUT: "迁出",
    LineKind.SAME: "仍在驻",
}


@dataclass(frozen=True, kw_only=True)
class RosterLine:
    row: int
    unit: str
    tenant: str
    kind: LineKind
    text: str


@dataclass(frozen=True, kw_only=True)
class RosterReport:
    """What a roster would do, or did; `missing` are tenants that we know of and the table does not name."""

    row_count: int
    lines: tuple[RosterLine, ...]
    errors: tuple[CellError, ...]
    missing: tuple[str, ...]
    applied: bool

    def count(self, kind: LineKind) -> int:
        return sum(line.kind is kind for line in self.lines)

    @property
    def changes(self) -> tuple[RosterLine, ...]:
        return tuple(line for line in self.lines if line.kind is not LineKind.SAME)


async def import_roster(
    database: Database, actor: Actor, carrier_id: UUID, found: Records, *, day: date, dry_run: bool
) -> RosterReport:
    """Bring the roster of a carrier up to a table. A second import of the same table changes nothing."""
    async with database.transaction() as db:
        district_code = await check_reporter(db, actor, carrier_id)
        await carriers.lock(db, carrier_id)
        names = await _names(db, carrier_id)
        units = [unit for unit in await carriers.units(db, carrier_id) if unit.retired_at is None]
        read = roster_rows(found, units, names, day)
        here = {(each.unit_id, each.tenant): each for each in await store.by_carrier(db, carrier_id)}
        lines, errors = [], list(read.errors)
        for row in read.rows:
            line = _line(row, here, errors)
            if line is None:
                continue
            lines.append(line)
            if not dry_run:
                await _write(db, actor, district_code, row, line, here.get((row.unit.id, row.tenant)))
        if lines and not dry_run:
            await audit.record(db, actor, "import_roster", "carrier", carrier_id, carrier_id=carrier_id,
                               detail={"row_count": len(found.rows), "line_count": len(lines)})  # fmt: skip
        named = {(row.unit.id, row.tenant) for row in read.rows}
        unit_names = {unit.id: unit.name for unit in units}
        missing = [
            f"{unit_names.get(unit_id, '')} {tenant}" for unit_id, tenant in here if (unit_id, tenant) not in named
        ]
        return RosterReport(
            row_count=len(found.rows),
            lines=tuple(lines),
            errors=tuple(sorted(errors, key=lambda error: error.row)),
            missing=tuple(missing),
            applied=not dry_run,
        )


async def _names(db: Connection, carrier_id: UUID) -> list[str]:
    carrier = await carriers.by_id(db, carrier_id)
    return [carrier.name if carrier else "", *(each.name for each in await carriers.aliases(db, carrier_id))]


def _line(row: RosterRow, here: dict[tuple[UUID, str], Tenancy], errors: list[CellError]) -> RosterLine | None:
    """What the row does; an error where it cannot be, nothing where it says that nobody is there and nobody is."""
    there = here.get((row.unit.id, row.tenant))
    if not row.tenant:
        others = [tenant for unit_id, tenant in here if unit_id == row.unit.id]
        if others:
            text = f"表上写着空置，现在登记在驻的是“{others[0]}”；确已迁出的，请在它那一行写迁出日期。"
            errors.append(row.record.error("tenant", text))
        return None
    if row.moved_out_on is not None:
        if there is None:
            errors.append(row.record.error("moved_out_on", f"“{row.tenant}”现在不在“{row.unit.name}”，不必报迁出。"))
            return None
        if there.moved_in_on and row.moved_out_on < there.moved_in_on:
            text = f"迁出日期 {row.moved_out_on} 早于迁入日期 {there.moved_in_on}。"
            errors.append(row.record.error("moved_out_on", text))
            return None
        return _said(row, LineKind.MOVE_OUT, f"{row.moved_out_on} 迁出")
    if there is None:
        return _said(row, LineKind.MOVE_IN, f"租期至 {row.lease_ends_on}" if row.lease_ends_on else "")
    begins, ends = row.lease_begins_on or there.lease_begins_on, row.lease_ends_on or there.lease_ends_on
    if begins and ends and ends < begins:
        errors.append(row.record.error("lease_ends_on", f"租期止 {ends} 早于租期起 {begins}。"))
        return None
    if (begins, ends) != (there.lease_begins_on, there.lease_ends_on):
        return _said(row, LineKind.RENEW, f"租期至 {there.lease_ends_on or '未填'} → {ends or '未填'}")
    return _said(row, LineKind.SAME, "")


def _said(row: RosterRow, kind: LineKind, text: str) -> RosterLine:
    return RosterLine(row=row.record.row, unit=row.unit.name, tenant=row.tenant, kind=kind, text=text)


async def _write(
    db: Connection, actor: Actor, district_code: str, row: RosterRow, line: RosterLine, there: Tenancy | None
) -> None:
    if line.kind is LineKind.MOVE_OUT and there is not None and row.moved_out_on is not None:
        await store.set_moved_out(db, there.id, row.moved_out_on)
        left = await store.by_id(db, there.id)
        await tell(db, actor, "move_out", "tenancy.moved_out", left or there, district_code)
        return
    new = NewTenancy(
        unit_id=row.unit.id,
        tenant=row.tenant,
        uscc=row.uscc,
        lease_begins_on=row.lease_begins_on or (there.lease_begins_on if there else None),
        lease_ends_on=row.lease_ends_on or (there.lease_ends_on if there else None),
        moved_in_on=row.moved_in_on,
    )
    tenancy, is_new = await store.insert_or_renew(db, row.unit, new, actor.person_id)
    if line.kind is not LineKind.SAME:
        event = "tenancy.moved_in" if is_new else "tenancy.renewed"
        await tell(db, actor, "move_in" if is_new else "renew", event, tenancy, district_code)
