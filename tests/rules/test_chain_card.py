"""使用权链 as a picture: boxes and arrows, what breaks, what would mend it, and the same in words."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from zhusuo.addresses.keys import unit_key
from zhusuo.carriers.model import Unit, UnitKind
from zhusuo.dossiers.model import DocumentKind, Place, TitleSituation
from zhusuo.ports.common.chain_card import chain_card
from zhusuo.registrations.papers import Fact, Paper

DAY = date(2026, 11, 22)
OWNER, OPERATOR, TENANT = "上海澜岸置业有限公司", "上海汇澜商业管理有限公司", "上海栖木数字科技有限公司"


def unit(label: str, building: str = "") -> Unit:
    return Unit(
        id=uuid4(),
        carrier_id=UUID(int=1),
        district_code="310104",
        kind=UnitKind.ROOM,
        building=building,
        floor=18,
        label=label,
        key=unit_key(label),
        number="",
        area_m2=Decimal(100),
        sharing_allowed=None,
        part_of=None,
        version=1,
        retired_at=None,
    )


UNITS = (unit("1803室"), unit("1804室"))


def paper(kind: DocumentKind, **said: Any) -> Paper:
    document_id = uuid4()
    facts = tuple(
        Fact(
            name=name,
            text="、".join(value) if isinstance(value, list) else str(value),
            normal=value,
            confidence=0.98,
            place=Place(document_id=document_id, kind=kind, page=2, box=None, text=str(value)),
        )
        for name, value in said.items()
    )
    return Paper(document_id=document_id, kind=kind, facts=facts)


DEED = paper(DocumentKind.TITLE_DEED, owner=OWNER)


def mandate(**changed: Any) -> Paper:
    said = {"grantor": OWNER, "grantee": OPERATOR, "term_end": "2029-06-30", "sublet_allowed": True}
    return paper(DocumentKind.MANDATE, **{**said, **changed})


def drawn(*papers: Paper, situation: TitleSituation = TitleSituation.MANDATED, **more: Any) -> dict[str, Any]:
    found = chain_card(papers, situation, UNITS, more.pop("asked", UNITS), DAY, **more)
    assert found is not None
    return found


def names(found: dict[str, Any]) -> list[str]:
    return [each["name"] for each in found["holders"]]


def test_an_operator_stands_between_the_owner_and_the_tenants() -> None:
    found = drawn(DEED, mandate())
    assert names(found) == [OWNER, OPERATOR, "各单元租户"]
    assert (found["tone"], found["said"]) == ("ok", "完整，有转租权")
    assert [each["label"] for each in found["links"]] == ["委托运营", "租赁合同"]
    assert found["holders"][1]["href"].endswith("?page=2")


def test_the_picture_says_the_same_in_words() -> None:
    assert drawn(DEED, mandate())["words"] == [
        f"产权人：{OWNER}（产权证第 2 页）。",
        f"委托运营（至 2029-06-30）到运营方：{OPERATOR}（可转租 · 委托/转租授权第 2 页）。",
        "租赁合同（办理时核对）到承租人：各单元租户。",
    ]


def test_an_operator_who_could_not_be_read_has_a_box_all_the_same() -> None:
    unread = drawn(DEED, paper(DocumentKind.MANDATE, sublet_allowed=True, term_end="2029-06-30"))
    assert names(unread) == [OWNER, "受托方（未读出）", "各单元租户"]
    assert unread["tone"] == "warn"
    missing = drawn(DEED)
    assert names(missing) == [OWNER, "未读出", "各单元租户"]
    assert missing["links"][0]["unsure"]
    assert names(drawn(DEED, situation=TitleSituation.OWNER_LETS)) == [OWNER, "各单元租户"]


def test_a_mandate_that_is_over_breaks_the_chain_and_names_the_paper_that_mends_it() -> None:
    found = drawn(DEED, mandate(term_end="2026-06-30"), situation=TitleSituation.SUBLET)
    assert (found["tone"], found["said"]) == ("bad", "断在转租授权")
    assert found["links"][0]["reason"] == "2026-06-30 已到期"
    assert found["wanted"] == [f"“{OWNER}”许“{OPERATOR}”以自己名义出租“1803室、1804室”的有效授权（原件至 2026-06-30）"]


def test_units_that_the_mandate_leaves_out_are_counted_apart() -> None:
    found = drawn(DEED, mandate(scope=["1803室"]))
    assert found["units"] == "2 个单元中 1 个完整；图为另外 1 个的情形"
    assert "1804室" in found["wanted"][0]


def test_with_a_lease_the_chain_reaches_the_applicant() -> None:
    lease = paper(DocumentKind.LEASE, lessor=OPERATOR, lessee=TENANT, units=["1803室"], term_end="2028-06-30")
    found = drawn(DEED, mandate(), lease, asked=UNITS[:1], tenant=TENANT)
    assert names(found) == [OWNER, OPERATOR, TENANT]
    assert found["tone"] == "ok"
    stranger = drawn(
        DEED,
        mandate(),
        paper(
            DocumentKind.LEASE, lessor="璟和房产经纪有限公司", lessee=TENANT, units=["1803室"], term_end="2028-06-30"
        ),
        asked=UNITS[:1],
        tenant=TENANT,
    )
    assert stranger["tone"] == "bad"
    assert len(stranger["wanted"]) == 1


def test_without_a_name_there_is_no_picture() -> None:
    assert chain_card([], TitleSituation.OWNER_LETS, UNITS, UNITS, DAY) is None
