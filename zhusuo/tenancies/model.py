"""入驻: a tenant in a unit, with the term of the lease."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

TENANT_LIMIT = 100


def tenant_name(text: str) -> str:
    """A name as it is compared and kept: 上海某某(徐汇) 公司 and 上海某某（徐汇）公司 are one tenant."""
    plain = unicodedata.normalize("NFKC", text).replace("(", "（").replace(")", "）")
    return re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", plain).strip()


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

    def next_term(self, day: date) -> tuple[date, date]:
        """The term a renewal would have: from the day after this one ends, for as many years again, at least one."""
        begins = self.lease_ends_on + timedelta(days=1) if self.lease_ends_on else day
        length = self.lease_ends_on - self.lease_begins_on if self.lease_ends_on and self.lease_begins_on else None
        years = max(1, round(length.days / 365)) if length else 1
        return begins, _years_later(begins, years) - timedelta(days=1)


def _years_later(on: date, years: int) -> date:
    try:
        return on.replace(year=on.year + years)
    except ValueError:  # the 29th of February
        return on.replace(year=on.year + years, day=28)


@dataclass(frozen=True, kw_only=True)
class NewTenancy:
    unit_id: UUID
    tenant: str
    source: TenancySource = TenancySource.ROSTER
    uscc: str = ""
    lease_begins_on: date | None = None
    lease_ends_on: date | None = None
    moved_in_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Ending:
    """A lease that came to a stage: `days_ahead`, or -1 where it has run out."""

    id: UUID
    unit_id: UUID
    carrier_id: UUID
    tenant: str
    lease_ends_on: date
    days_ahead: int
