"""规则: what each kind of signal weighs, from when and for how long. One table a version; pure.

The first version is shipped as a table for readers (`data/rules.csv`); a district proposes, replays and activates its
own (see `replay`).
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from zhusuo.carriers.model import UnitKind
from zhusuo.errors import Invalid
from zhusuo.zombies.model import Signal, SignalKind

THRESHOLD = 60
HEADER = ("kind", "weight", "after_days", "expires_days", "limits", "needs")
HEAVIEST = 100
LONGEST = 3650
UNLIMITED = 0
"""A limit of 0: as many as there are."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """规则. A signal counts `weight` points (below 0: against a case) from `after_days` after its day on.

    It does so for `expires_days` since its day (None: as long as it holds). `limits` are how many registrations a unit
    of a kind may carry; `needs` says what would change it.
    """

    kind: SignalKind
    weight: int
    after_days: int = 0
    expires_days: int | None = None
    limits: Mapping[str, int] | None = None
    needs: str = ""

    def counts_from(self, signal: Signal) -> date:
        return signal.observed_on + timedelta(days=self.after_days)

    def counts_until(self, signal: Signal) -> date | None:
        """The first day on which it counts no more, if that is known."""
        ends = [signal.ended_on] if signal.ended_on is not None else []
        if self.expires_days is not None:
            ends.append(signal.observed_on + timedelta(days=self.expires_days))
        return min(ends, default=None)

    def exceeds(self, signal: Signal) -> bool:
        """Whether the number observed is beyond what the unit's kind allows; true where nothing is counted."""
        if self.limits is None:
            return True
        limit = self.limits.get(signal.unit_kind, UNLIMITED)
        return limit != UNLIMITED and (signal.measure or 0) > limit

    def counts(self, signal: Signal, day: date) -> bool:
        until = self.counts_until(signal)
        return (
            signal.kind is self.kind
            and signal.dismissed_in is None
            and self.counts_from(signal) <= day
            and (until is None or day < until)
            and self.exceeds(signal)
        )


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """规则的一版. `number` 1 is the one that is shipped."""

    number: int
    threshold: int
    rules: tuple[Rule, ...]

    def of(self, kind: SignalKind) -> Rule:
        return next(each for each in self.rules if each.kind is kind)


@cache
def shipped() -> RuleSet:
    text = (files("zhusuo.zombies") / "data" / "rules.csv").read_text("utf-8")
    return RuleSet(number=1, threshold=THRESHOLD, rules=parse(list(csv.DictReader(io.StringIO(text)))))


def parse(rows: Sequence[Mapping[str, str]]) -> tuple[Rule, ...]:
    """Rules out of a table of text. Raises Invalid with a sentence for each cell that cannot be right."""
    wrong: dict[str, str] = {}
    found = {}
    for row in rows:
        kind = row["kind"].strip()
        if kind not in list(SignalKind):
            wrong[f"kind_{kind}"] = f"没有“{kind}”这种线索。"
            continue
        found[SignalKind(kind)] = _rule(SignalKind(kind), row, wrong)
    for kind in SignalKind:
        if kind not in found:
            wrong[f"weight_{kind}"] = f"“{kind.label}”缺少一行；不用的请写 0 分。"
    if wrong:
        raise Invalid(wrong)
    return tuple(found[kind] for kind in SignalKind)


def _rule(kind: SignalKind, row: Mapping[str, str], wrong: dict[str, str]) -> Rule:
    expires = row.get("expires_days", "").strip()
    return Rule(
        kind=kind,
        weight=_number(row.get("weight", ""), f"weight_{kind}", -HEAVIEST, HEAVIEST, wrong),
        after_days=_number(row.get("after_days", "") or "0", f"after_days_{kind}", 0, LONGEST, wrong),
        expires_days=_number(expires, f"expires_days_{kind}", 1, LONGEST, wrong) if expires else None,
        limits=_limits(row.get("limits", ""), f"limits_{kind}", wrong) if kind is SignalKind.CROWDED else None,
        needs=row.get("needs", "").strip(),
    )


def _number(text: str, field: str, least: int, most: int, wrong: dict[str, str]) -> int:
    try:
        found = int(text.strip())
    except ValueError:
        found = least - 1
    if least <= found <= most:
        return found
    wrong[field] = f"请填写 {least} 至 {most} 之间的整数。"
    return least


def _limits(text: str, field: str, wrong: dict[str, str]) -> dict[str, int]:
    """“办公 5，商铺 3”, or as it is kept: “room:5 shop:3”."""
    kinds = {word: kind.value for kind in UnitKind for word in (kind.value, kind.label)}
    found = {}
    for part in re.split("[，,、;；]", re.sub(r"(\d)\s+", r"\1，", text.strip())) if text.strip() else ():
        said = re.fullmatch(r"\s*(\D+?)\s*[:：]?\s*(\d{1,6})\s*", part)
        if said is None or said[1] not in kinds:
            wrong[field] = "请按“办公 5，商铺 3”的写法填写，数字是每个单元允许的户数，0 表示不限。"
        else:
            found[kinds[said[1]]] = int(said[2])
    return found


def spoken(limits: Mapping[str, int] | None) -> str:
    """Limits as a person reads and writes them."""
    return "，".join(f"{UnitKind(kind).label} {count}" for kind, count in (limits or {}).items())


def written(rules: Sequence[Rule]) -> list[dict[str, str]]:
    """The rules as the rows of a table; `parse` reads them back."""
    return [
        {
            "kind": each.kind.value,
            "weight": str(each.weight),
            "after_days": str(each.after_days),
            "expires_days": "" if each.expires_days is None else str(each.expires_days),
            "limits": " ".join(f"{kind}:{count}" for kind, count in (each.limits or {}).items()),
            "needs": each.needs,
        }
        for each in rules
    ]


def columns(rules: Sequence[Rule]) -> tuple[list[str], list[int], list[int], list[int | None], dict[str, Any]]:
    """The rules as SQL takes them: kinds, weights, days after, days until expiry, and the limits by kind of unit."""
    crowded = next((each.limits for each in rules if each.limits is not None), {})
    return (
        [each.kind.value for each in rules],
        [each.weight for each in rules],
        [each.after_days for each in rules],
        [each.expires_days for each in rules],
        dict(crowded),
    )
