"""The queue as a table: the columns of its tabs."""

from collections.abc import Callable
from datetime import datetime

from zhusuo.ports.approval.filings.desk import age
from zhusuo.ports.approval.filings.reads import FilingRow
from zhusuo.ports.common.files import Listing

SORTED = ("waiting", "mine")
"""Tabs of filings that sort themselves."""


def queue(tab: str, name: str, now: datetime) -> Listing[FilingRow]:
    """One of the tabs; each has its own moment."""
    moments: dict[str, tuple[str, Callable[[FilingRow], object]]] = {
        "returned": ("补正期限", lambda row: row.deadline_on),
        "done": ("办结", lambda row: row.decided_at),
    }
    title, moment = moments.get(tab, ("已等", lambda row: age(row.submitted_at, now)))
    return Listing(
        name=f"材料审核 {name}",
        noun="filing",
        columns={
            "载体": lambda row: row.carrier,
            "类型": lambda row: row.kind.label,
            "档案号": lambda row: row.dossier_number,
            "申报方": lambda row: row.organisation,
            "代谁办理": lambda row: row.on_behalf_of,
            "街镇": lambda row: row.subdistrict,
            "材料": lambda row: row.document_count,
            **({"分拣": lambda row: row.path.label, "分拣理由": lambda row: row.why} if tab in SORTED else {}),
            "提交时间": lambda row: row.submitted_at,
            title: moment,
            "状态": _status,
        },
    )


def _status(row: FilingRow) -> str:
    if row.claimed_by_me:
        return "我领的"
    return f"{row.claimed_by} 在审" if row.claimed_by else row.status.label
