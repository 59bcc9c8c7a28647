"""What a receipt's text, seal and code promise, and the paper it is printed on."""

import hashlib
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as some

from zhusuo.registrations import receipts
from zhusuo.registrations.model import Reuse, ReuseStatus
from zhusuo.signing import Signer
from zhusuo.waivers.model import RegistrationKind

ISSUED = datetime(2026, 11, 22, 1, 43, 18, 250_000, tzinfo=UTC)
URL = "http://127.0.0.1:8000/verify/"
HASH = hashlib.sha256(b"").hexdigest()


@cache
def signer() -> Signer:
    return Signer(Ed25519PrivateKey.from_private_bytes(bytes(32)))


def paper(name: str, **said: Any) -> dict[str, Any]:
    return {
        "id": UUID(int=9), "kind": "title_deed", "name": name, "number": "", "valid_until": None, "page_count": 2,
        "sha256": HASH, "brought": False, **said,
    }  # fmt: skip


def content(**changed: Any) -> dict[str, Any]:
    return {
        "number": "ZS-310104-2026-004286",
        "code": "0123456789ABCDEFGHJK",
        "issued_at": ISSUED,
        "district": {"code": "310104", "name": "徐汇区"},
        "issuer": {
            "organisation": "徐汇区行政审批局", "organisation_id": UUID(int=1), "person": "周敏",
            "person_id": UUID(int=2), "desk": "徐家汇街道综窗 3 号", "client_id": None,
        },
        "case": {
            "number": "2026-XJH-110873", "purpose": "公司设立登记", "item_code": "company_formation",
            "item_name": "公司设立登记", "registration_kind": RegistrationKind.FORMATION,
        },
        "applicant": "上海栖木数字科技有限公司",
        "address": {
            "text": "上海市徐汇区肇嘉浜路1366号汇澜大厦1803室", "entered": "肇家浜路1366号1803", "class": "B",
            "reasons": ["路名按同音字更正"], "unit_id": UUID(int=3), "area_m2": Decimal("186.50"),
        },
        "dossier": {
            "number": "XH-2026-0147", "version": 3, "version_id": UUID(int=4), "valid_until": date(2027, 3, 31),
        },
        "documents": [paper("产权证", number="沪（2019）徐字不动产权第004217号"), paper("平面图")],
        "lease": [paper("租赁合同", brought=True)],
        "facts": {
            "owners": ["上海澜岸置业有限公司"], "lessor": "上海汇澜商业管理有限公司", "area_m2": "186.50",
            "starts_on": date(2026, 12, 1), "ends_on": date(2029, 11, 30),
        },
        "catalogue": {"id": UUID(int=5), "number": 2, "sha256": HASH},
        "waived": [{"code": "title", "name": "住所权属证明", "legal_basis": "《条例》"}],
        "brought": [{"code": "lease", "name": "租赁合同"}],
        "findings": [{"code": "term_beyond_mandate", "severity": "note", "text": "租期超出授权 5 个月。"}],
        "agreements": [{"code": "lessor", "name": "出租方", "text": ""}],
        "flags": [],
        "reason": "",
        "registrations": {"live": 1, "contested": 1, "sharing_allowed": False},
        **changed,
    }  # fmt: skip


def reuse(said: dict[str, Any]) -> Reuse:
    sealed = receipts.seal(signer(), said)
    return Reuse(
        id=UUID(int=7), number=said["number"], code=said["code"], district_code="310104", carrier_id=UUID(int=8),
        unit_id=UUID(int=3), version_id=UUID(int=4), catalogue_id=UUID(int=5), item_code="company_formation",
        lease_document_id=None, applicant=said["applicant"], business_uscc=None,
        registration_kind=RegistrationKind.FORMATION, purpose="", case_number="", reason="", person_id=UUID(int=2),
        organisation_id=UUID(int=1), client_id=None, status=ReuseStatus.HELD, held_until=ISSUED, created_at=ISSUED,
        outcome_at=None, revoked_at=None, revoked_by=None, revoked_reason="", revoked_note="",
        receipt_text=sealed.text, receipt_sha256=sealed.sha256, signature=sealed.signature,
        signing_key=sealed.signing_key,
    )  # fmt: skip


# 正文


def test_the_text_is_canonical_json() -> None:
    assert receipts.canonical({"b": [1, True, None], "a": '汉\u2028\n"'}) == '{"a":"汉\u2028\\n\\"","b":[1,true,null]}'


def test_days_moments_and_decimals_have_one_text() -> None:
    said = {"day": date(2026, 11, 22), "moment": ISSUED, "area": Decimal("186.50"), "id": UUID(int=1)}
    assert json.loads(receipts.canonical(said)) == {
        "area": "186.50",
        "day": "2026-11-22",
        "id": str(UUID(int=1)),
        "moment": "2026-11-22T09:43:18+08:00",
    }


@pytest.mark.parametrize("value", [1.5, float("nan"), b"bytes", object()])
def test_what_has_no_one_text_is_not_sealed(value: object) -> None:
    with pytest.raises(TypeError):
        receipts.canonical({"value": value})


JSON = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**53), 2**53) | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_the_text_says_what_it_was_made_of_and_does_not_depend_on_order(value: Any) -> None:
    text = receipts.canonical(value)
    assert json.loads(text) == value
    assert receipts.canonical(json.loads(text)) == text
    if isinstance(value, dict):
        assert receipts.canonical(dict(reversed(value.items()))) == text


def test_the_seal_is_over_the_text_and_names_its_key() -> None:
    sealed = receipts.seal(signer(), content())
    assert sealed.sha256 == hashlib.sha256(sealed.text.encode()).hexdigest()
    assert signer().verify(sealed.text.encode(), sealed.signature)
    assert not signer().verify(sealed.text.replace("1803室", "1804室").encode(), sealed.signature)
    assert json.loads(sealed.text)["signature"] == {"algorithm": "Ed25519", "key": signer().key_id}


# 核验码


def test_codes_are_long_and_differ() -> None:
    codes = {receipts.new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(receipts.read_code(receipts.grouped(code)) == code for code in codes)


@pytest.mark.parametrize("typed", ["o123-4567-89ab-cdef-ghjk", " 0l23 4567 89AB CDEF GHJK ", "0123456789abcdefghjk"])
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert receipts.read_code(typed) == "0123456789ABCDEFGHJK"


@pytest.mark.parametrize("typed", ["", "0123", "0123-4567-89AB-CDEF-GHJU", "0" * 21, "'; DROP TABLE", "0" * 100_000])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert receipts.read_code(typed) is None


@pytest.mark.parametrize(
    ("applicant", "shown"),
    [
        ("上海栖木数字科技有限公司", "上海栖木数字科技有限公司"),
        ("徐汇区阿宝面馆", "徐汇区阿宝面馆"),
        ("林栖", "林＊"),
        ("欧阳小林", "欧＊＊＊"),
    ],
)
def test_a_person_s_name_is_masked_for_strangers(applicant: str, shown: str) -> None:
    assert receipts.masked(applicant) == shown


# 纸面


async def test_the_paper_says_what_the_receipt_says() -> None:
    printed = await receipts.pdf(reuse(content()), URL)
    document = pypdfium2.PdfDocument(printed)
    text = "".join(page.get_textpage().get_text_range() for page in document).replace(" ", "")
    assert len(document) == 1
    for said in (
        "ZS-310104-2026-004286",
        "上海栖木数字科技有限公司",
        "肇嘉浜路1366号汇澜大厦1803室",
        "XH-2026-0147",
        "租期超出授权5个月",
        "0123-4567-89AB-CDEF-GHJK",
        f"{HASH[:8]}…{HASH[-8:]}",
        "2026-11-2209:43:18",
    ):
        assert said in text


async def test_the_same_receipt_always_gives_the_same_paper() -> None:
    first, again = await receipts.pdf(reuse(content()), URL), await receipts.pdf(reuse(content()), URL)
    assert first == again
    assert first != await receipts.pdf(reuse(content()), URL + "x")


async def test_only_our_own_font_is_used() -> None:
    printed = await receipts.pdf(reuse(content()), URL)
    assert b"NotoSansCJKsc" in printed.replace(b" ", b"")
    assert printed.count(b"/BaseFont") > 0
    assert all(b"NotoSansCJK" in part[:60] for part in printed.split(b"/BaseFont")[1:])


async def test_nothing_in_a_receipt_is_read_as_markup() -> None:
    wild = '#eval("1+1") $x^2$ *a* _b_ <c> @d \\ `e` [f] #{ g }'
    said = content(applicant=wild, reason=wild)
    said["address"]["entered"] = wild
    document = pypdfium2.PdfDocument(await receipts.pdf(reuse(said), URL))
    text = document[0].get_textpage().get_text_range()
    assert text.count('#eval("1+1") $x^2$ *a* _b_ <c> @d') == 3


async def test_a_long_receipt_goes_on_on_a_second_page() -> None:
    said = content(documents=[paper(f"材料{n}") for n in range(40)])
    assert len(pypdfium2.PdfDocument(await receipts.pdf(reuse(said), URL))) == 2


async def test_a_permit_of_an_owner_has_a_paper_too() -> None:
    said = content(
        lease=[], brought=[], findings=[], agreements=[], waived=[],
        facts={"owners": [], "lessor": None, "area_m2": None, "starts_on": None, "ends_on": None},
    )  # fmt: skip
    printed = await receipts.pdf(replace(reuse(said)), URL)
    assert pypdfium2.PdfDocument(io.BytesIO(printed))[0] is not None
