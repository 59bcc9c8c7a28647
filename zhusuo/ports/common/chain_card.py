"""使用权链 as a picture: boxes, arrows, breaks, the papers that would close them, and the same in words. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from zhusuo.carriers.model import Unit
from zhusuo.dossiers.model import Place, TitleSituation
from zhusuo.ports.common.components import day as written
from zhusuo.registrations.chains import UnitChain, chains
from zhusuo.registrations.papers import Paper
from zhusuo.rights import Chain, Flaw, RightKind, Step

Params = dict[str, Any]
ROLES = {RightKind.HOLDS_TITLE: "产权人", RightKind.LETS: "承租人"}
LABELS = {RightKind.MAY_LET: "委托", RightKind.MAY_SUBLET: "转租授权", RightKind.LETS: "租赁合同"}
UNREAD = "没有读出，请看原页"


def chain_card(
    papers: Iterable[Paper],
    situation: TitleSituation,
    units: Sequence[Unit],
    asked: Sequence[Unit],
    day: date,
    *,
    tenant: str = "",
    href: str = "/documents/",
) -> Params | None:
    """For dossier.chain_picture: the chain of the units asked for, over the units on file.

    With a `tenant` the papers hold the lease, and the chain must reach them; without one it ends at whoever is to let.
    Where units differ, the one with most missing is drawn, and it is said for how many that holds. None where no paper
    names anybody. `href` leads to documents; "" where no page can be opened.
    """
    found = chains(papers, units, asked or units[:1], day, tenant)
    if not found or not any(step.right for each in found for step in each.chain.steps):
        return None
    worst = max(found, key=lambda each: (len(each.chain.gaps), len(each.chain.doubtful)))
    alike = [each.unit for each in found if _same(each, worst)]
    steps = worst.chain.steps
    holders, links = _drawn(steps, situation, day, href)
    unread = situation is not TitleSituation.OWNER_LETS and not any(_grants(step) for step in steps)
    if unread and worst.chain.whole:
        holders.insert(1, {"role": "运营方", "name": "未读出", "note": ""})
        links.insert(0, _link(LABELS[RightKind.MAY_SUBLET], tone="warn", reason="没有读出授权，请看原页"))
    if not tenant:
        holders.append({"role": "承租人", "name": "各单元租户", "note": ""})
        links.append(_link(LABELS[RightKind.LETS], term="办理时核对"))
    tone = "bad" if worst.chain.gaps else "warn" if unread or worst.chain.doubtful else "ok"
    return {
        "holders": holders,
        "links": links,
        "tone": tone,
        "whole": not worst.chain.gaps,
        "said": _said(worst.chain, tone),
        "words": _words(holders, links),
        "wanted": [step.wanted(_units_named(alike)) for step in worst.chain.gaps],
        "units": _counted(found, len(alike)),
    }


def _same(one: UnitChain, other: UnitChain) -> bool:
    return [(s.kind, s.flaw, s.holder) for s in one.chain.steps] == [
        (s.kind, s.flaw, s.holder) for s in other.chain.steps
    ]


def _grants(step: Step) -> bool:
    return step.kind in (RightKind.MAY_LET, RightKind.MAY_SUBLET)


def _drawn(steps: Sequence[Step], situation: TitleSituation, day: date, href: str) -> tuple[list[Params], list[Params]]:
    holders, links = [], []
    for step in steps:
        note = _note(step)
        holders.append(
            {
                "role": ROLES.get(step.kind, "运营方" if situation is TitleSituation.MANDATED else "转租方"),
                "name": step.holder,
                "note": note,
                "href": _page(step.right.place, href) if href and step.right and step.right.place else "",
            }
        )
        if step.kind is not RightKind.HOLDS_TITLE:
            links.append(_of_step(step, situation, day))
        elif step.flaw:
            holders[-1] |= {"note": f"产权证{_why(step)}", "tone": "bad"}
        elif step.doubts:
            holders[-1] |= {"note": f"{note} · 单元表没有读全", "tone": "warn"}
    return holders, links


def _of_step(step: Step, situation: TitleSituation, day: date) -> Params:
    mandated = situation is TitleSituation.MANDATED and _grants(step)
    label = "委托运营" if mandated else LABELS[step.kind]
    if step.flaw:
        return _link(label, tone="bad", reason=_why(step))
    if step.doubts:
        return _link(label, tone="warn", reason="、".join(doubt.label for doubt in sorted(step.doubts)) + UNREAD)
    right = step.right
    if right is not None and right.starts_on is not None and right.starts_on > day:
        return _link(label, term=f"自 {written(right.starts_on)}")
    return _link(label, term=f"至 {written(right.ends_on)}" if right and right.ends_on else "长期")


def _why(step: Step) -> str:
    if step.flaw is Flaw.ENDED and step.right and step.right.ends_on:
        return f"{written(step.right.ends_on)} 已到期"
    if step.flaw is Flaw.NOT_YET and step.right and step.right.starts_on:
        return f"{written(step.right.starts_on)} 才起期"
    return step.flaw.label if step.flaw else ""


def _link(label: str, *, term: str = "", tone: str = "", reason: str = "") -> Params:
    return {"label": label, "term": term, "broken": tone == "bad", "unsure": tone == "warn", "reason": reason}


def _note(step: Step) -> str:
    right = step.right
    if right is None:
        return ""
    leave = {RightKind.MAY_SUBLET: "可转租", RightKind.MAY_LET: "不可转租"}.get(right.kind, "")
    where = f"{right.place.kind.label}第 {right.place.page} 页" if right.place else ""
    return " · ".join(part for part in (leave, where) if part)


def _page(place: Place, href: str) -> str:
    return f"{href}{place.document_id}?page={place.page}"


def _said(chain: Chain, tone: str) -> str:
    broken = chain.broken_at
    if broken is not None:
        return f"断在{'产权' if broken.kind is RightKind.HOLDS_TITLE else LABELS[broken.kind]}"
    if tone == "warn":
        return "没有断，但有没读出的"
    given = [step for step in chain.steps if _grants(step)]
    return "完整，有转租权" if given else "完整"


def _words(holders: Sequence[Params], links: Sequence[Params]) -> list[str]:
    """The picture in sentences, for whoever does not see it."""
    said = [f"{holders[0]['role']}：{_named(holders[0])}。"]
    for holder, link in zip(holders[1:], links, strict=True):
        how = f"断开：{link['reason']}" if link["broken"] else link["reason"] or link["term"]
        said.append(f"{link['label']}（{how}）到{holder['role']}：{_named(holder)}。")
    return said


def _named(holder: Params) -> str:
    return f"{holder['name']}（{holder['note']}）" if holder["note"] else str(holder["name"])


def _units_named(units: Sequence[Unit]) -> str:
    names = "、".join(unit.name for unit in units[:3])
    return f"{names}等 {len(units)} 个单元" if len(units) > 3 else names


def _counted(found: Sequence[UnitChain], alike: int) -> str:
    """For how many units that holds, where they differ."""
    if alike == len(found):
        return ""
    whole = Counter(each.chain.whole for each in found)[True]
    return f"{len(found)} 个单元中 {whole} 个完整；图为另外 {alike} 个的情形"
