"""申报方的清单: the lists of managers and agents as tables; each desk has the columns that its page has."""

from collections.abc import Callable, Mapping

from zhusuo.dossiers.model import FilingStatus
from zhusuo.ports.common.filers import CarrierRow, ClaimRow, FilingRow
from zhusuo.ports.common.files import Listing


def _under_way(row: CarrierRow) -> str:
    return row.filing_status.label if row.filing_status else ""


CARRIER: Mapping[str, Callable[[CarrierRow], object]] = {
    "楼宇": lambda row: row.name,
    "地址": lambda row: row.address,
    "类型": lambda row: row.kind.label,
    "街镇": lambda row: row.subdistrict,
    "单元": lambda row: row.unit_count,
    "备案覆盖": lambda row: row.covered_count,
    "有效期": lambda row: row.valid_until or "尚未备案",
}
FILING: Mapping[str, Callable[[FilingRow], object]] = {
    "档案号": lambda row: row.dossier_number,
    "楼宇": lambda row: row.carrier,
    "类型": lambda row: row.kind.label,
}
STANDING: Mapping[str, Callable[[FilingRow], object]] = {
    "状态": lambda row: row.status.label,
    "期限": lambda row: row.deadline_on if row.status is FilingStatus.RETURNED else None,
    "更新": lambda row: row.changed_at,
    "经办": lambda row: row.filed_by,
}

CLAIMS: Listing[ClaimRow] = Listing(
    name="本单位的认领",
    noun="management",
    columns={
        "楼宇": lambda row: row.carrier,
        "地址": lambda row: row.address,
        "认领时间": lambda row: row.claimed_at,
        "状态": lambda row: row.status.label,
        "说明": lambda row: row.reason,
    },
)
MANAGERS_CARRIERS: Listing[CarrierRow] = Listing(
    name="我的楼宇",
    noun="carrier",
    columns={
        **CARRIER,
        "在驻": lambda row: row.used_count,
        "待确认登记": lambda row: row.unconfirmed_count,
        "正在办理": _under_way,
        "办理期限": lambda row: row.deadline_on,
    },
)
AGENTS_CARRIERS: Listing[CarrierRow] = Listing(
    name="我的楼宇",
    noun="carrier",
    columns={**CARRIER, "代办的备案": _under_way, "办理期限": lambda row: row.deadline_on},
)
MANAGERS_FILINGS: Listing[FilingRow] = Listing(name="材料备案", noun="filing", columns={**FILING, **STANDING})
AGENTS_FILINGS: Listing[FilingRow] = Listing(
    name="材料备案",
    noun="filing",
    columns={**FILING, "代谁办理": lambda row: row.on_behalf_of, **STANDING},
)
