"""分拣: filings sort themselves by what was read and how it agrees: 无异常, 看这几处, 全面审查. Pure.

The rules are one table over the inputs that are stored with the answer. Whatever is missing, unread, broken or
contradictory asks for a full review; what is merely doubtful names the fields; only what has neither is plain.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class ReviewPath(StrEnum):
    PLAIN = "plain"
    FIELDS = "fields"
    FULL = "full"

    @property
    def label(self) -> str:
        return PATH_LABELS[self]


PATH_LABELS = {ReviewPath.PLAIN: "无异常", ReviewPath.FIELDS: "看这几处", ReviewPath.FULL: "全面审查"}


@dataclass(frozen=True, kw_only=True)
class Doubtful:
    """A field to look at: in which document and page, and why."""

    document_id: str
    page: int
    label: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What the rules look at, as it stood when they did."""

    documents: int = 0
    reading: Sequence[str] = ()
    unread: Sequence[str] = ()
    warned: Sequence[str] = ()
    missing: Sequence[str] = ()
    grave: Sequence[str] = ()
    odd: Sequence[str] = ()
    chain: str = "unread"
    chain_said: str = ""
    doubtful: Sequence[Doubtful] = ()
    flawed_pages: Sequence[str] = ()
    failed: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Reason:
    code: str
    text: str
    path: ReviewPath


@dataclass(frozen=True, kw_only=True)
class Triage:
    """The way a filing is to be reviewed, and every rule that says so, the gravest first; READING stands alone."""

    path: ReviewPath
    reasons: tuple[Reason, ...]


READING = "reading"
"""The only reason while something is being read: what is not known yet is no fault."""
Rule = tuple[str, ReviewPath, Callable[[Inputs], str]]
FULL, FIELDS = ReviewPath.FULL, ReviewPath.FIELDS


def _named(items: Sequence[str], most: int = 3) -> str:
    items = list(dict.fromkeys(items))
    return "、".join(items[:most]) + (f"等 {len(items)} 处" if len(items) > most else "")


# Code, path, and the sentence, "" where the rule does not apply.
RULES: tuple[Rule, ...] = (
    ("failed", FULL, lambda said: f"没有分拣成：{said.failed}。" if said.failed else ""),
    ("nothing", FULL, lambda said: "没有材料。" if not said.documents else ""),
    (READING, FULL, lambda said: f"还在识别：{_named(said.reading)}。" if said.reading else ""),
    ("unread", FULL, lambda said: f"没有读出：{_named(said.unread)}。" if said.unread else ""),
    ("warned", FULL, lambda said: f"识别有疑问：{_named(said.warned)}。" if said.warned else ""),
    ("missing", FULL, lambda said: f"缺少：{_named(said.missing)}。" if said.missing else ""),
    ("grave", FULL, lambda said: f"{_named(said.grave)}。" if said.grave else ""),
    ("chain_broken", FULL, lambda said: f"使用权链{said.chain_said}。" if said.chain == "broken" else ""),
    ("chain_unread", FULL, lambda said: "没有读出产权人，看不出谁有权出租。" if said.chain == "unread" else ""),
    ("odd", FIELDS, lambda said: f"{_named(said.odd)}。" if said.odd else ""),
    ("chain_doubtful", FIELDS, lambda said: f"使用权链{said.chain_said}。" if said.chain == "doubtful" else ""),
    (
        "doubtful",
        FIELDS,
        lambda said: f"核对：{_named([each.label for each in said.doubtful])}。" if said.doubtful else "",
    ),
    ("flawed", FIELDS, lambda said: f"页面不清：{_named(said.flawed_pages)}。" if said.flawed_pages else ""),
)


def sort(said: Inputs) -> Triage:
    """The gravest path any rule asks for; plain where none does."""
    reasons = tuple(Reason(code=code, text=text, path=path) for code, path, rule in RULES if (text := rule(said)))
    if said.reading:
        reasons = tuple(each for each in reasons if each.code == READING)
    if any(each.path is FULL for each in reasons):
        return Triage(path=FULL, reasons=reasons)
    return Triage(path=FIELDS if reasons else ReviewPath.PLAIN, reasons=reasons)
