"""载体 and 房屋单元: what stands at an address, the units in it, and who manages it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID


class CarrierKind(StrEnum):
    """载体类型. A street's units carry house numbers of their own; a cluster may be one unit inside a tower."""

    TOWER = "tower"
    MALL = "mall"
    PARK = "park"
    MARKET = "market"
    STREET = "street"
    INCUBATOR = "incubator"
    CLUSTER = "cluster"

    @property
    def label(self) -> str:
        return CARRIER_LABELS[self]


CARRIER_LABELS = {
    CarrierKind.TOWER: "商务楼宇",
    CarrierKind.MALL: "商业综合体",
    CarrierKind.PARK: "园区",
    CarrierKind.MARKET: "专业市场",
    CarrierKind.STREET: "沿街商铺",
    CarrierKind.INCUBATOR: "孵化器",
    CarrierKind.CLUSTER: "集中登记地",
}


class UnitKind(StrEnum):
    """单元类型. PART is a part of another unit, VIRTUAL a desk without walls, SERVICE what nobody can rent."""

    ROOM = "room"
    SHOP = "shop"
    WHOLE_FLOOR = "whole_floor"
    PART = "part"
    VIRTUAL = "virtual"
    SERVICE = "service"

    @property
    def label(self) -> str:
        return UNIT_LABELS[self]


UNIT_LABELS = {
    UnitKind.ROOM: "办公",
    UnitKind.SHOP: "商铺",
    UnitKind.WHOLE_FLOOR: "整层",
    UnitKind.PART: "部分",
    UnitKind.VIRTUAL: "工位",
    UnitKind.SERVICE: "公共部位",
}


class Capacity(StrEnum):
    """In which capacity an organisation looks after a carrier: it runs it, or it helps those who do."""

    MANAGER = "manager"
    AGENCY = "agency"

    @property
    def label(self) -> str:
        return CAPACITY_LABELS[self]


CAPACITY_LABELS = {Capacity.MANAGER: "管理单位", Capacity.AGENCY: "服务机构"}


class ManagementStatus(StrEnum):
    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    ENDED = "ended"

    @property
    def label(self) -> str:
        return MANAGEMENT_LABELS[self]


MANAGEMENT_LABELS = {
    ManagementStatus.CLAIMED: "待确认",
    ManagementStatus.CONFIRMED: "已确认",
    ManagementStatus.REFUSED: "未予确认",
    ManagementStatus.ENDED: "已结束",
}

MOVES: dict[ManagementStatus, frozenset[ManagementStatus]] = {
    ManagementStatus.CLAIMED: frozenset({ManagementStatus.CONFIRMED, ManagementStatus.REFUSED, ManagementStatus.ENDED}),
    ManagementStatus.CONFIRMED: frozenset({ManagementStatus.ENDED}),
    ManagementStatus.REFUSED: frozenset(),
    ManagementStatus.ENDED: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """载体. `address` is its main address as people write it; `version` counts its changes."""

    id: UUID
    number: str
    kind: CarrierKind
    name: str
    address: str
    district_code: str
    subdistrict_code: str
    subdistrict: str
    sharing_allowed: bool
    floors_above: int | None
    floors_below: int | None
    version: int
    retired_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class CarrierAddress:
    """地址 of a carrier, in bare parts (number 1366, lane 1870); `source` says on whose word it stands.

    `ends_on` is the first day on which it is the address no longer (旧地址).
    """

    id: UUID
    carrier_id: UUID
    road: str
    lane: str
    sublane: str
    number: str
    building: str
    text: str
    key: str
    is_main: bool
    source: str
    begins_on: date | None
    ends_on: date | None


@dataclass(frozen=True, kw_only=True)
class CarrierAlias:
    """别名 of a carrier: what people also call it; with `ends_on` it is a former name (旧名称)."""

    id: UUID
    carrier_id: UUID
    name: str
    key: str
    source: str
    ends_on: date | None


@dataclass(frozen=True, kw_only=True)
class Unit:
    """房屋单元. `label` as the door says it, `key` its comparable form; `number` is a street shop's own house number.

    `floor` counts without zero (-1 is the first basement); `sharing_allowed` overrides its carrier's where it is set;
    `part_of` is the unit whose space it shares.
    """

    id: UUID
    carrier_id: UUID
    district_code: str
    kind: UnitKind
    building: str
    floor: int | None
    label: str
    key: str
    number: str
    area_m2: Decimal | None
    sharing_allowed: bool | None
    part_of: UUID | None
    version: int
    retired_at: datetime | None

    @property
    def name(self) -> str:
        """The unit with its building or house number, as one says it at the counter: 2号楼 2105室."""
        return unit_name(self.building, self.number, self.label)

    @property
    def place(self) -> tuple[str, str, str]:
        """What two live units of one carrier cannot have in common."""
        return self.building, self.number, self.key


def unit_name(building: str, number: str, label: str) -> str:
    return " ".join(part for part in (building, number and f"{number}号", label) if part)


@dataclass(frozen=True, kw_only=True)
class Management:
    """管理关系: an organisation's claim to look after a carrier, and what became of it."""

    id: UUID
    carrier_id: UUID
    organisation_id: UUID
    organisation: str
    capacity: Capacity
    status: ManagementStatus
    document_id: UUID | None
    claimed_by: UUID
    claimed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    reason: str
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class NewCarrier:
    """What is told when a carrier is entered; `address` is its main address as one text."""

    kind: CarrierKind
    name: str
    address: str
    subdistrict_code: str
    aliases: tuple[str, ...] = ()
    sharing_allowed: bool = False
    floors_above: int | None = None
    floors_below: int | None = None


@dataclass(frozen=True, kw_only=True)
class NewUnits:
    """What is typed for one unit, for several (`2101-2110`, `101、102`) or for a whole floor (`8层整层`).

    Without `kind` the label and the kind of carrier decide; `floor` may stay out where the label tells it; `area_m2`
    belongs to a single unit; `part_of` names the unit this one is a part of.
    """

    label: str
    kind: UnitKind | None = None
    building: str = ""
    floor: int | None = None
    number: str = ""
    area_m2: Decimal | None = None
    part_of: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class UnitEntry:
    """One unit made from what was typed, with its key, ready to be compared and stored."""

    kind: UnitKind
    building: str
    floor: int | None
    label: str
    key: str
    number: str
    area_m2: Decimal | None
    part_of: UUID | None = None

    @property
    def place(self) -> tuple[str, str, str]:
        """What two live units of one carrier cannot have in common."""
        return self.building, self.number, self.key

    @property
    def name(self) -> str:
        return unit_name(self.building, self.number, self.label)
