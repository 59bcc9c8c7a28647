"""入驻: a tenant in a unit, with the term of the lease."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class TenancySource(StrEnum):
    """Where we know it from: a lease that was checked, the manager's roster, or another system."""

    LEASE = "lease"
    ROSTER = "roster"
    REPORT = "report"

    @property
    def label(self) -> str:
        return SOURCE_LABELS[self]


SOURCE_LABELS = {
    TenancySource.LEASE: "租赁合同",
    TenancySource.ROSTER: "物业名册",
    TenancySource.REPORT: "系统报送",
}


@dataclass(frozen=True, kw_only=True)
class Tenancy:
    """入驻. `business_id` is known once the tenant is registered; `confirmed_at`: somebody last said it still holds."""

    id: UUID
    unit_id: UUID
    carrier_id: UUID
    tenant: str
    business_id: UUID | None
    lease_begins_on: date | None
    lease_ends_on: date | None
    moved_in_on: date | None
    moved_out_on: date | None
    source: TenancySource
    reported_at: datetime
    confirmed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class NewTenancy:
    unit_id: UUID
    tenant: str
    source: TenancySource = TenancySource.ROSTER
    uscc: str = ""
    lease_begins_on: date | None = None
    lease_ends_on: date | None = None
    moved_in_on: date | None = None
