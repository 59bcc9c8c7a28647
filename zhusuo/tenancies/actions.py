"""What people say about tenants: they moved in, they are still here, they moved out."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from stdnum.cn import uscc as credit_codes

from zhusuo import audit, events
from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import UnitKind
from zhusuo.db import Connection, Database
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.people.model import Actor, Role
from zhusuo.tenancies import store
from zhusuo.tenancies.model import TENANT_LIMIT, NewTenancy, Tenancy, tenant_name

REPORTERS = frozenset({Role.MANAGER, Role.AGENT, Role.CLERK, Role.CLIENT})


class AlreadyLeft(Conflict):
    code = "already_left"
    sentence = "这家企业已于 {day} 迁出，不必再报。"


async def move_in(database: Database, actor: Actor, new: NewTenancy) -> Tenancy:
    """迁入: a tenant is in a unit, by its lease or by the roster. Said again, it renews the term of the lease."""
    new = replace(new, tenant=tenant_name(new.tenant), uscc=credit_codes.compact(new.uscc).upper())
    _check(new)
    async with database.transaction() as db:
        unit = await carriers.unit_by_id(db, new.unit_id)
        if unit is None:
            raise NotFound
        await check_reporter(db, actor, unit.carrier_id)
        await carriers.lock(db, unit.carrier_id)
        unit = await carriers.unit_by_id(db, new.unit_id)
        if unit is None or unit.retired_at is not None:
            raise Conflict("这个单元已停用，请选择现有的单元。")
        if unit.kind is UnitKind.SERVICE:
            raise Invalid({"unit": "公共部位不能入驻。"})
        tenancy, is_new = await store.insert_or_renew(db, unit, new, actor.person_id)
        event = "tenancy.moved_in" if is_new else "tenancy.renewed"
        await tell(db, actor, "move_in" if is_new else "renew", event, tenancy, unit.district_code)
        return tenancy


async def move_out(database: Database, actor: Actor, tenancy_id: UUID, on: date, *, day: date) -> Tenancy:
    """迁出: the tenant left on a day that is not later than today, `day`."""
    async with database.transaction() as db:
        tenancy, district_code = await _to_change(db, actor, tenancy_id)
        if on > day:
            raise Invalid({"on": "迁出日期不能晚于今天。"})
        if tenancy.moved_in_on is not None and on < tenancy.moved_in_on:
            raise Invalid({"on": f"迁出日期不能早于迁入日期 {tenancy.moved_in_on.isoformat()}。"})
        await store.set_moved_out(db, tenancy_id, on)
        left = replace(tenancy, moved_out_on=on)
        await tell(db, actor, "move_out", "tenancy.moved_out", left, district_code)
        return left


async def confirm_still_here(database: Database, actor: Actor, tenancy_id: UUID) -> None:
    """仍在驻: somebody who knows says that the tenant is still there."""
    async with database.transaction() as db:
        tenancy, district_code = await _to_change(db, actor, tenancy_id)
        await store.set_confirmed(db, tenancy_id)
        await tell(db, actor, "confirm_still_here", "tenancy.confirmed", tenancy, district_code)


async def renew(
    database: Database, actor: Actor, tenancy_id: UUID, begins_on: date | None, ends_on: date | None
) -> Tenancy:
    """续租: the tenant stays, with a new term of the lease. Raises Invalid, AlreadyLeft."""
    if ends_on is None:
        raise Invalid({"lease_ends_on": "请填写新的租期止。"})
    async with database.transaction() as db:
        tenancy, district_code = await _to_change(db, actor, tenancy_id)
        begins_on = begins_on or tenancy.lease_begins_on
        if begins_on and ends_on < begins_on:
            raise Invalid({"lease_ends_on": "租期的结束日期早于开始日期。"})
        if tenancy.lease_ends_on is not None and ends_on < tenancy.lease_ends_on:
            raise Invalid({"lease_ends_on": f"续租后的租期止不能早于现在的 {tenancy.lease_ends_on.isoformat()}。"})
        renewed = replace(tenancy, lease_begins_on=begins_on, lease_ends_on=ends_on)
        if renewed != tenancy:  # else a second click
            await store.set_lease(db, tenancy_id, begins_on, ends_on)
            await tell(db, actor, "renew", "tenancy.renewed", renewed, district_code)
        return renewed


async def confirm_floor(database: Database, actor: Actor, unit_id: UUID) -> int:
    """都还在: everybody on the floor of this unit is still there; how many had not just been said to be."""
    async with database.transaction() as db:
        unit = await carriers.unit_by_id(db, unit_id)
        if unit is None:
            raise NotFound
        district_code = await check_reporter(db, actor, unit.carrier_id)
        await carriers.lock(db, unit.carrier_id)
        for tenancy in (confirmed := await store.confirm_floor(db, unit)):
            await tell(db, actor, "confirm_still_here", "tenancy.confirmed", tenancy, district_code)
        return len(confirmed)


def _check(new: NewTenancy) -> None:
    wrong = {}
    if not new.tenant or len(new.tenant) > TENANT_LIMIT:
        wrong["tenant"] = f"请填写承租人名称，最多 {TENANT_LIMIT} 个字。"
    if new.uscc and not credit_codes.is_valid(new.uscc):
        wrong["uscc"] = "统一社会信用代码不对，请核对 18 位代码。"
    if new.lease_begins_on and new.lease_ends_on and new.lease_ends_on < new.lease_begins_on:
        wrong["lease_ends_on"] = "租期的结束日期早于开始日期。"
    if wrong:
        raise Invalid(wrong)


async def _to_change(db: Connection, actor: Actor, tenancy_id: UUID) -> tuple[Tenancy, str]:
    """The open tenancy, locked, and its district, if the actor may say something about it."""
    tenancy = await store.lock(db, tenancy_id)
    if tenancy is None:
        raise NotFound
    district_code = await check_reporter(db, actor, tenancy.carrier_id)
    if tenancy.moved_out_on is not None:
        raise AlreadyLeft(day=tenancy.moved_out_on.isoformat())
    return tenancy, district_code


async def check_reporter(db: Connection, actor: Actor, carrier_id: UUID) -> str:
    """The carrier's district, if the actor may say who lives there."""
    if actor.role not in REPORTERS or (actor.role is Role.CLIENT and "tenancies" not in actor.scopes):
        raise NotAllowed
    carrier = await carriers.by_id_for(db, actor, carrier_id)
    if carrier is None:
        raise NotFound
    return carrier.district_code


async def tell(db: Connection, actor: Actor, action: str, event: str, tenancy: Tenancy, district_code: str) -> None:
    detail = {"unit_id": tenancy.unit_id, "tenant": tenancy.tenant, "moved_out_on": tenancy.moved_out_on}
    await audit.record(db, actor, action, "tenancy", tenancy.id, carrier_id=tenancy.carrier_id, detail=detail)
    await events.emit(
        db, event, "tenancy", tenancy.id, carrier_id=tenancy.carrier_id, district_code=district_code, content=detail
    )
