"""评分: signals weighed by the rules on a day, with reasons in words and what would change them. Pure.

Of each kind one signal counts, the newest: the same fact told by three people is still one fact. `sums` in `store` says
the same in SQL for all registrations at once; a test holds the two together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from zhusuo.zombies.model import Reason, Signal, SignalKind
from zhusuo.zombies.rules import HEAVIEST, Rule, RuleSet


@dataclass(frozen=True, kw_only=True)
class Score:
    """评分. `reasons` in the order of their weight; `outlook` says what would change the whole."""

    points: int
    threshold: int
    rules_number: int
    reasons: tuple[Reason, ...]
    outlook: tuple[str, ...]

    @property
    def is_suspect(self) -> bool:
        return self.points >= self.threshold

    @property
    def cause(self) -> SignalKind | None:
        """The kind that weighs most."""
        return self.reasons[0].kind if self.reasons and self.reasons[0].points > 0 else None


def score(signals: Sequence[Signal], rules: RuleSet, day: date) -> Score:
    reasons = sorted(
        (_reason(rule, signal, day) for rule, signal in _counting(signals, rules, day)),
        key=lambda each: (-each.points, each.observed_on),
    )
    points = _points(reasons)
    return Score(
        points=points,
        threshold=rules.threshold,
        rules_number=rules.number,
        reasons=tuple(reasons),
        outlook=tuple(_outlook(signals, reasons, points, rules, day)),
    )


def _counting(signals: Iterable[Signal], rules: RuleSet, day: date) -> Iterable[tuple[Rule, Signal]]:
    for rule in rules.rules:
        counting = [each for each in signals if rule.weight and rule.counts(each, day)]
        if counting:
            yield rule, max(counting, key=lambda each: (each.observed_on, str(each.id)))


def _points(reasons: Iterable[Reason]) -> int:
    return min(HEAVIEST, max(0, sum(each.points for each in reasons)))


def _reason(rule: Rule, signal: Signal, day: date) -> Reason:
    until = rule.counts_until(signal)
    return Reason(
        kind=signal.kind,
        points=rule.weight,
        text=words(signal, day),
        source=signal.source.label,
        observed_on=signal.observed_on,
        until=until,
        change=_change(rule, until),
    )


def _change(rule: Rule, until: date | None) -> str:
    way = "减" if rule.weight > 0 else "加"
    found = [f"{rule.needs}，{way} {abs(rule.weight)} 分"] if rule.needs and rule.weight > 0 else []
    if until is not None:
        found.append(f"{until} 起失效，{way} {abs(rule.weight)} 分")
    return "；".join(found)


def words(signal: Signal, day: date) -> str:
    """What was observed, in a sentence."""
    on = signal.observed_on
    said = {
        SignalKind.LEASE_ENDED: f"租期于 {on} 届满，已过 {(day - on).days} 天，没有续租的消息",
        SignalKind.MOVED_OUT: f"物业报告已于 {on} 迁出",
        SignalKind.DENIED: f"物业于 {on} 表示企业不在此处",
        SignalKind.OTHER_TENANT: f"本单元自 {on} 起由“{signal.text}”承租",
        SignalKind.UNIT_GONE: f"单元已于 {on} 停用，没有后继单元",
        SignalKind.FOUND_NOBODY: f"{on} 上门核查，未见企业",
        SignalKind.MAIL_RETURNED: f"寄往登记住所的信函于 {on} 退回",
        SignalKind.REPORT_MISSING: f"截至 {on} 未报送年度报告",
        SignalKind.LISTED: f"{on} 列入经营异常名录",
        SignalKind.TAX_LOST: f"{on} 认定为税务非正常户",
        SignalKind.CROWDED: f"本单元登记有 {signal.measure or 0} 户，超出同类单元的限度",
        SignalKind.FOUND_THERE: f"{on} 上门核查，见到企业",
        SignalKind.CONFIRMED: f"物业于 {on} 确认企业在此处",
    }[signal.kind]
    return said if signal.kind is SignalKind.OTHER_TENANT or not signal.text else f"{said}（{signal.text}）"


def _outlook(
    signals: Sequence[Signal], reasons: Sequence[Reason], points: int, rules: RuleSet, day: date
) -> Iterable[str]:
    """What is about to come by itself, and how far it is from the line."""
    if points < rules.threshold:
        yield f"再有 {rules.threshold - points} 分即达立案线 {rules.threshold} 分"
    else:
        whole = sum(each.points for each in reasons)
        alone = [each for each in reasons if each.points > 0 and whole - each.points < rules.threshold]
        if alone:
            yield "有一条不成立，就不到立案线：" + "、".join(each.kind.label for each in alone)
    for rule in rules.rules:
        coming = [
            rule.counts_from(each)
            for each in signals
            if rule.weight
            and rule.counts_from(each) > day
            and rule.counts(each, rule.counts_from(each))
            and not any(reason.kind is rule.kind for reason in reasons)
        ]
        if coming:
            yield f"{min(coming)} 起“{rule.kind.label}”计 {rule.weight:+} 分"
    if points >= rules.threshold and (falls := _falls(signals, rules, day)) is not None:
        yield f"没有新线索的，{falls} 起低于立案线"


def _falls(signals: Sequence[Signal], rules: RuleSet, day: date) -> date | None:
    """The first day on which the score is below the line if nothing else happens."""
    turns = {
        each
        for rule in rules.rules
        for signal in signals
        for each in (rule.counts_from(signal), rule.counts_until(signal))
        if each is not None and each > day
    }
    for turn in sorted(turns):
        found = _points(_reason(rule, signal, turn) for rule, signal in _counting(signals, rules, turn))
        if found < rules.threshold:
            return turn
    return None


def years_before(day: date, years: int = 1) -> date:
    return day - timedelta(days=365 * years)
