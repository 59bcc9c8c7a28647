"""What happens to a filing, in words. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhusuo.dossiers.model import FilingKind, ReturnReason
from zhusuo.dossiers.standing import Step

SAID: dict[str, tuple[str, str]] = {
    "start": ("开始填写", ""),
    "submit": ("提交", "act"),
    "approve": ("审核通过，材料生效", "ok"),
    "return": ("退回补正", "warn"),
    "reject": ("不予通过", "bad"),
    "withdraw": ("撤回", ""),
    "lapse": ("逾期未补正，按逾期办结", "bad"),
    "discard": ("作废草稿", ""),
    "conflict": ("另有单位也申报了其中的单元，由审批员一并核对", "warn"),
}


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One line of the timeline."""

    at: datetime
    text: str
    who: str
    tone: str


def moments(steps: Iterable[Step], kind: FilingKind) -> list[Moment]:
    """The timeline as the filer reads it, newest first."""
    return [_moment(step, kind) for step in reversed(list(steps)) if step.action in SAID]


def _moment(step: Step, kind: FilingKind) -> Moment:
    text, tone = SAID[step.action]
    if step.action in ("start", "submit"):
        text = f"{text}{kind.label}"
    told = _told(step.detail)
    who = " · ".join(part for part in (step.person, step.organisation) if part)
    return Moment(at=step.at, text=f"{text}：{told}" if told else text, who=who, tone=tone)


def _told(detail: dict[str, Any]) -> str:
    """The reasons and the message that went with a decision."""
    reasons = [ReturnReason(code).label for code in detail.get("reasons") or () if code in set(ReturnReason)]
    message = str(detail.get("message") or "")
    return "。".join(part for part in ("、".join(reasons), message.rstrip("。")) if part)
