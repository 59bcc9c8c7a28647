"""材料清单: what a filing must prove, by carrier kind and title situation, and which papers prove it.

Every requirement is proved by any one of several kinds of paper; which ones depends on the house (千房千态).
"""

from collections.abc import Collection
from dataclasses import dataclass

from zhusuo.carriers.model import CarrierKind
from zhusuo.dossiers.model import DocumentKind, TitleSituation

BUILDINGS = frozenset(
    {CarrierKind.TOWER, CarrierKind.MALL, CarrierKind.PARK, CarrierKind.INCUBATOR, CarrierKind.MARKET}
)
"""Kinds whose units are parts of a building, so that only a plan shows which part is meant."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the papers themselves say: they can make another paper needless or necessary.

    `deed_tells_completion`: the deed is a 不动产权证书, which states use and completion of the building.
    `address_differs`: the deed names another address than the one in use today.
    """

    deed_tells_completion: bool = False
    address_differs: bool = False


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One line of the checklist. `alternatives` says in words which papers do; `why`, why it is asked for."""

    code: str
    name: str
    satisfied_by: tuple[DocumentKind, ...]
    met: bool
    alternatives: str
    why: str


def checklist(
    carrier_kind: CarrierKind,
    title_situation: TitleSituation,
    document_kinds: Collection[DocumentKind],
    facts: Facts | None = None,
) -> list[Requirement]:
    """Every requirement of this filing, in the order people look for the papers."""
    facts = facts or Facts()
    asked = [_title(carrier_kind)]
    if title_situation is not TitleSituation.OWNER_LETS:
        asked.append(_mandate(title_situation))
    if carrier_kind in BUILDINGS:
        if not facts.deed_tells_completion:
            asked.append(_completion())
        asked.append(_floor_plan(carrier_kind))
    if facts.address_differs:
        asked.append(_house_number())
    found = frozenset(document_kinds)
    return [
        Requirement(
            code=code, name=name, satisfied_by=kinds, met=not found.isdisjoint(kinds), alternatives=words, why=why
        )
        for code, name, kinds, words, why in asked
    ]


def missing(requirements: list[Requirement]) -> list[Requirement]:
    return [requirement for requirement in requirements if not requirement.met]


_Asked = tuple[str, str, tuple[DocumentKind, ...], str, str]


def _title(kind: CarrierKind) -> _Asked:
    why = "说明房屋归谁所有，证载范围就是可以备案的范围。"
    if kind is CarrierKind.STREET:
        words = "产权证；早年的街面房没有产权证的，由产权单位出具盖章的情况说明"
        return "title", "房屋权属", (DocumentKind.TITLE_DEED, DocumentKind.DECLARATION), words, why
    if kind is CarrierKind.MARKET:
        words = "产权证；市场用地尚未办证的，用市场开办者营业执照加盖章的情况说明"
        return "title", "房屋权属", (DocumentKind.TITLE_DEED, DocumentKind.DECLARATION), words, why
    if kind is CarrierKind.CLUSTER:
        words = "产权证，或运营方承租这处场地的租赁合同"
        return "title", "房屋权属", (DocumentKind.TITLE_DEED, DocumentKind.LEASE), words, why
    return "title", "房屋权属", (DocumentKind.TITLE_DEED,), "不动产权证书或房地产权证，全部页面", why


def _mandate(situation: TitleSituation) -> _Asked:
    if situation is TitleSituation.SUBLET:
        words = "产权人同意转租的证明，或写明可以转租的委托经营管理协议"
        why = "出租方不是产权人。没有转租授权，租户的租赁合同不能作为住所证明。"
        return "mandate", "转租授权", (DocumentKind.MANDATE,), words, why
    words = "授权委托书，或委托经营管理协议"
    why = "出租方不是产权人。没有产权人的授权，租户的租赁合同不能作为住所证明。"
    return "mandate", "委托授权", (DocumentKind.MANDATE,), words, why


def _completion() -> _Asked:
    words = "竣工验收备案证书；不动产权证书已载明用途和竣工日期的，不必另交"
    why = "说明房屋已经竣工，用途可以办公或经营。"
    return "completion", "竣工与用途", (DocumentKind.COMPLETION_CERTIFICATE,), words, why


def _floor_plan(kind: CarrierKind) -> _Asked:
    name = "摊位平面图" if kind is CarrierKind.MARKET else "楼层平面图"
    words = "标有室号（铺位号）的平面图，每个备案楼层至少一张"
    why = "备案的是房屋的一部分，平面图说明是哪一部分。"
    return "floor_plan", name, (DocumentKind.FLOOR_PLAN,), words, why


def _house_number() -> _Asked:
    words = "公安部门出具的门弄号码证明"
    why = "产权证上的地址与现用地址不同，需要证明是同一处。"
    return "house_number", "门弄号码证明", (DocumentKind.HOUSE_NUMBER_CERTIFICATE,), words, why
