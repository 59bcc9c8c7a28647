"""结论卡: verdicts, findings and rights, put into the words and shapes of the page. Pure.

Everything here turns what `registrations` found into the parameters of the macros in components/dossier.html and
components/marks.html, for the counter, the panel and the wizard alike. Tones: ok, warn, bad, act.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from markupsafe import Markup, escape

from zhusuo.carriers.divisions import divisions
from zhusuo.dossiers.model import DocumentKind, Place
from zhusuo.flags import Flag, Severity
from zhusuo.lookup.model import Candidate, Match
from zhusuo.ports.common.asking import pick_id
from zhusuo.ports.common.components import day as written
from zhusuo.ports.common.components import left
from zhusuo.registrations.model import Finding, LeaseCheck, Occupant, Verdict, VerdictKind

Params = dict[str, Any]
PageSizes = Mapping[tuple[UUID, int], tuple[int, int]]
"""Pixels of the drawn pages, by document and page; a page that is not in it cannot be shown."""

TONES: dict[VerdictKind, str] = {
    VerdictKind.COVERED: "ok",
    VerdictKind.NOT_COVERED: "warn",
    VerdictKind.UNKNOWN_UNIT: "warn",
    VerdictKind.CHOOSE: "warn",
    VerdictKind.EXPIRED: "bad",
    VerdictKind.NOT_ON_FILE: "act",
}
SEVERITY_TONES: dict[Severity, str] = {Severity.BLOCKS: "bad", Severity.NEEDS_REASON: "warn", Severity.NOTE: "warn"}
CLASSES: dict[str, tuple[str, str]] = {
    "A": ("完全一致", "直接给结论"),
    "B": ("更正后唯一", "差别逐条写出"),
    "C": ("不止一处", "请从候选中选定"),
    "N": ("没有这处", "请核对地址"),
}
NAMES_OF_CODES = {each.code: each.name for each in divisions()[0]}
# Which part of the standard address a reason is about: that part is underlined.
PART_OF_REASON = {
    "sound": "道路",
    "edit": "道路",
    "former_road": "道路",
    "former_district": "区",
    "bare_number": "门牌",
    "number_in_range": "门牌",
    "former_address": "门牌",
    "building_word": "幢座",
    "building_left_out": "幢座",
    "lane_building": "幢座",
    "unit_spelling": "单元",
}


# 地址


def classed(match: Match) -> Params:
    """For marks.classed: the ladder with its words."""
    title, reason = CLASSES[match.class_]
    if match.class_ == "C" and len(match.candidates) == 1:
        title, reason = "需要核对", "请看是不是这一处"
    return {"reached": match.class_, "title": title, "reason": reason}


def washed_parts(match: Match) -> list[Params]:
    """For marks.washed: the address in its parts, those underlined that differ from what was written."""
    address, carrier = match.address, match.carrier
    district = address.district or (NAMES_OF_CODES.get(carrier.district_code, "") if carrier else "")
    corrected = {PART_OF_REASON[reason.code]: reason for reason in match.reasons if reason.code in PART_OF_REASON}
    road = corrected["道路"].text.rpartition("→")[2].strip() if "道路" in corrected else ""
    parts = [
        ("区", district),
        ("街镇", address.subdistrict),
        ("道路", road if road and "→" in corrected["道路"].text else address.road),
        ("弄", address.lane and f"{address.lane} 弄"),
        ("支弄", address.sublane and f"{address.sublane} 支弄"),
        ("门牌", address.number and f"{address.number} 号"),
        ("名称", carrier.name if carrier else address.name),
        ("幢座", address.building),
        ("楼层", address.floor and f"{address.floor} 层"),
        ("单元", unit_label(match)),
    ]
    return [
        {"label": label, "text": text, "fixed": label in corrected and label != "单元", "unit": label == "单元"}
        for label, text in parts
        if text
    ]


def unit_label(match: Match) -> str:
    """The unit as it is filed, or as it was asked for."""
    if match.units:
        return "、".join(unit.label for unit in match.units)
    return "、".join(f"{unit} 室" for unit in match.address.units)


def reasons(match: Match) -> list[str]:
    """What differed or is missing, a sentence each."""
    return list(dict.fromkeys(reason.text for reason in match.reasons if reason.code != "spelling"))


def candidates(match: Match, before: UUID | None = None) -> list[Params]:
    """What may be meant, and what sets each apart: `pick` is its id for the next question.

    `before` is what this clerk picked the last time: it stands first, and `last` says so.
    """
    if len(match.units) > 1:
        return [{"pick": unit.id, "title": unit.label, "beside": _carrier_name(match)} for unit in match.units]
    found = [_candidate(each) for each in match.candidates]
    return sorted(({**each, "last": each["pick"] == before} for each in found), key=lambda each: not each["last"])


def _carrier_name(match: Match) -> str:
    return match.carrier.name if match.carrier else ""


def _candidate(each: Candidate) -> Params:
    unit = f" {each.unit.label}" if each.unit else ""
    beside = " · ".join(dict.fromkeys(part for part in (each.carrier.address, each.difference) if part))
    return {"pick": pick_id(each), "title": f"{each.carrier.name}{unit}", "beside": beside}


# 结论


def verdict_card(verdict: Verdict) -> Params:
    """For dossier.verdict."""
    blocking = verdict.blocked_by if verdict.kind is VerdictKind.COVERED else None
    if blocking is not None:
        return {
            "tone": "warn",
            "title": ["已备案，", "正为别家保留" if blocking.status == "held" else "已有别家登记"],
            "need": escape(f"{blocking.name}，{_since(blocking)}"),
            "beside": "一处住所只登记一户，现在不能调用",
            "facts": _version_facts(verdict),
        }
    return {
        "tone": TONES[verdict.kind],
        "title": _phrases(verdict.sentence),
        "need": _need(verdict),
        "facts": _version_facts(verdict),
        "tally": _tally(verdict),
    }


def _phrases(sentence: str) -> list[str]:
    """A sentence in the pieces between which it may break."""
    first, comma, rest = sentence.partition("，")
    return [first + comma, rest] if comma else [first]


def _need(verdict: Verdict) -> Markup:
    """What to do; where it is covered, the papers to bring stand out, else their number: the list stands below."""
    names = [each.name for each in verdict.to_bring]
    if verdict.kind is not VerdictKind.COVERED:
        return escape(verdict.need.replace("、".join(names), f"{len(names)} 件") if names else verdict.need)
    need: Markup = escape(verdict.need)
    for name in sorted(set(names), key=len, reverse=True):
        need = need.replace(name, Markup(" <em>{}</em>").format(name), 1)
    return need


def _version_facts(verdict: Verdict) -> list[tuple[str, str]]:
    version = verdict.version
    if version is None:
        return []
    return [
        ("档案", version.title),
        ("审核", f"{written(version.reviewed_at)} {version.reviewed_by}"),
        ("有效至", written(version.valid_until)),
    ]


def _tally(verdict: Verdict) -> list[tuple[int, str, str]]:
    brought = (len(verdict.to_bring), "件要交", "")
    if verdict.kind is VerdictKind.COVERED:
        return [(len(verdict.waived), "件免交", ""), brought]
    return [brought] if verdict.kind in (VerdictKind.NOT_COVERED, VerdictKind.NOT_ON_FILE, VerdictKind.EXPIRED) else []


def can_reuse(verdict: Verdict) -> bool:
    """Whether the verdict itself lets the clerk go on; the lease may still stand in the way."""
    blocking = any(flag.severity is Severity.BLOCKS for flag in verdict.flags)
    return verdict.kind is VerdictKind.COVERED and verdict.blocked_by is None and not blocking


def document_row(verdict: Verdict, drawn: PageSizes, href: str) -> list[Params]:
    """For dossier.docs: the papers on file with thumbnails of their first pages. `href` is what a page's address
    begins with."""
    found = []
    for each in verdict.documents:
        count = each.page_count or 1
        thumbs = [thumb_url(each.id, page) if (each.id, page) in drawn else "" for page in range(1, min(count, 2) + 1)]
        spared = bool(each.spares)
        found.append(
            {
                "title": each.kind.label,
                "number": each.number,
                "thumbs": thumbs,
                "pages": count,
                "href": f"{href}{each.id}",
                "said": f"{'免交' if spared else '在档'} · {left(each.valid_until, verdict.day)}",
                "tone": "ok" if each.valid_until is None or each.valid_until >= verdict.day else "bad",
            }
        )
    return found


def occupant_cards(occupants: Sequence[Occupant]) -> list[Params]:
    """Who is there, since when, a note where somebody has to know more, and whose leaving (`leaves`) would free it."""
    return [
        {
            "name": each.name,
            "said": _since(each),
            "unit": each.unit_label,
            "tone": "warn" if each.contested else "bad" if each.blocks else "ok",
            "leaves": each.registration_id if each.blocks and each.status == "registered" else None,
            "note": _occupant_note(each),
            "word": each.word,
            "stays": each.stays,
        }
        for each in occupants
    ]


def _since(each: Occupant) -> str:
    return each.sentence.partition("，")[0]


def _occupant_note(each: Occupant) -> tuple[str, str] | None:
    if each.contested:
        return "可能已不在此处，不影响本次办理", "正在核实是否仍在此处。新户照常登记，并作标记。"
    if each.blocks and each.status == "held":
        return "正在为这家保留，现在不能调用", "登记结果出来、保留期过后，或撤销那次调用，这个单元才能再用。"
    if each.blocks:
        return "一处住所只登记一户，现在不能调用", "这家迁出后才能再登记。确已搬走的，请先办理迁出。"
    return None


def flag_notes(flags: Iterable[Flag]) -> list[Params]:
    return [
        {
            "tone": SEVERITY_TONES[flag.severity],
            "title": flag.severity.label,
            "body": flag.text,
            "more": f"/units/{flag.unit_id}/findings" if flag.kind == "inspection" and flag.unit_id else "",
        }
        for flag in flags
    ]


# 租赁合同


@dataclass(frozen=True, kw_only=True)
class LeaseCard:
    """A lease check for the page: clashes first (dossier.clash), then notes, then what agrees (dossier.finds)."""

    clashes: list[Params]
    notes: list[Params]
    agreements: list[Params]
    blocks: bool
    needs_reason: bool


def lease_card(check: LeaseCheck, drawn: PageSizes, href: str) -> LeaseCard:
    """`href` is what the address of a page to look at begins with: a document's id and ?page= follow."""
    placed = [finding for finding in check.findings if finding.places]
    return LeaseCard(
        clashes=[_clash(finding, drawn, href) for finding in placed],
        notes=[
            {"tone": SEVERITY_TONES[each.severity], "title": each.text, "effect": each.severity.label}
            for each in check.findings
            if not each.places
        ],
        agreements=[
            {
                "label": each.name,
                "text": each.text,
                "places": " · ".join(dict.fromkeys(map(short_caption, each.places))),
                "href": page_href(href, each.places[0]) if each.places else "",
            }
            for each in check.agreements
        ],
        blocks=bool(check.at(Severity.BLOCKS)),
        needs_reason=bool(check.at(Severity.NEEDS_REASON)),
    )


def _clash(finding: Finding, drawn: PageSizes, href: str) -> Params:
    return {
        "tone": SEVERITY_TONES[finding.severity],
        "title": finding.text.rstrip("。"),
        "places": [crop(place, drawn, href) for place in finding.places[:2]],
        "effect": finding.severity.label,
    }


def crop(place: Place, drawn: PageSizes, href: str) -> Params:
    """For dossier.crop: cut from the drawn page where that is known, else the words themselves."""
    size = drawn.get((place.document_id, place.page))
    shown: Params = {"caption": place.caption, "href": page_href(href, place)}
    if size is None or place.box is None:
        return {**shown, "text": Markup("<mark>{}</mark>").format(place.text)}
    return {
        **shown,
        "src": page_url(place.document_id, place.page),
        "width": size[0],
        "height": size[1],
        "box": corner_and_size(place.box),
    }


SHORT = {
    DocumentKind.LEASE: "合同",
    DocumentKind.MANDATE: "授权书",
    DocumentKind.COMPLETION_CERTIFICATE: "竣工备案",
    DocumentKind.HOUSE_NUMBER_CERTIFICATE: "门弄号",
}


def short_caption(place: Place) -> str:
    """合同 2 页: where a place is, in as few words as a table has room for."""
    return f"{SHORT.get(place.kind, place.kind.label)} {place.page} 页"


# 页


def page_url(document_id: UUID, page: int, *, read: bool = True) -> str:
    """The picture of a page (ports.common.documents); another address once it is read, for it may be turned then."""
    return f"/documents/{document_id}/pages/{page}.webp{'' if read else '?v=unread'}"


def thumb_url(document_id: UUID, page: int, *, read: bool = True) -> str:
    return f"/documents/{document_id}/thumbs/{page}.webp{'' if read else '?v=unread'}"


def page_href(href: str, place: Place) -> str:
    return f"{href}{place.document_id}?page={place.page}"


def corner_and_size(box: Sequence[float]) -> tuple[float, float, float, float]:
    """(x, y, width, height) as the macros want it, from the corners as they are stored."""
    x0, y0, x1, y1 = box
    return x0, y0, x1 - x0, y1 - y0
