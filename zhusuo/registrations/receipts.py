"""凭证: a sealed record of exactly what was relied on, as JSON and on paper, and its verification.

The text of a receipt is JSON in the canonical form of RFC 8785 (members sorted, no white space, UTF-8; our receipts
hold no fractions, numbers with decimals are text). It is signed with the installation's Ed25519 key. Verification
computes everything anew: the hash and signature of the stored text, and what the text says against the rows and
hashes that stand in the database now.
"""

import asyncio
import hashlib
import io
import json
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from importlib.resources import as_file, files
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import segno
import typst

from zhusuo.db import Connection
from zhusuo.registrations import store
from zhusuo.registrations.model import Authenticity, Reuse, ReuseStatus, RevocationReason, Verification
from zhusuo.signing import Signer

FORMAT = "zhusuo-receipt-1"
SHANGHAI = ZoneInfo("Asia/Shanghai")

# Crockford's base 32: no I, L, O, U, and what is misread for them is understood. Twenty characters are a hundred bits.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("ILO", "110")
_CODE = re.compile(f"[{_ALPHABET}]{{20}}")

_ORGANISATION = re.compile(
    "公司|企业|合伙|中心|集团|合作社|事务所|工作室|研究院|学校|医院|诊所|[厂店社行部馆铺坊院所会]$"
)


@dataclass(frozen=True, kw_only=True)
class Sealed:
    text: str
    sha256: str
    signature: bytes
    signing_key: str


# -- sealing -------------------------------------------------------------------------------------------------------


def canonical(value: Any) -> str:
    """JSON in canonical form. UUIDs, days, moments and decimals become text; a float has no one text and is refused."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, (str, bool, int)):
        return value
    raise TypeError(f"a receipt cannot hold {type(value).__name__}")


def seal(signer: Signer, content: dict[str, Any]) -> Sealed:
    """Sign the content together with the names of the algorithms and of the key."""
    signed = {
        **content,
        "format": FORMAT,
        "hash": {"algorithm": "SHA-256"},
        "signature": {"algorithm": "Ed25519", "key": signer.key_id},
    }
    text = canonical(signed)
    return Sealed(
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        signature=signer.sign(text.encode()),
        signing_key=signer.key_id,
    )


def content_of(reuse: Reuse) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(reuse.receipt_text)
    return found


# -- code ----------------------------------------------------------------------------------------------------------


def new_code() -> str:
    """A verification code nobody can guess."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(20))


def read_code(text: str) -> str | None:
    """A code as it was typed or scanned, with or without its dashes; None if it cannot be one."""
    code = re.sub(r"[\s\-－–—]", "", text[:60]).upper().translate(_MISREAD)
    return code if _CODE.fullmatch(code) else None


def grouped(code: str) -> str:
    """The code as it is printed: 7K3M-9QPA-…"""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


# -- verification --------------------------------------------------------------------------------------------------


async def verify(db: Connection, signer: Signer, code: str) -> Verification:
    """Whether the receipt behind a code is genuine, changed, revoked or unknown."""
    read = read_code(code)
    reuse = await store.by_code(db, read) if read else None
    if reuse is None:
        return Verification(authenticity=Authenticity.UNKNOWN)
    return _verification(reuse, await differences(db, signer, reuse))


async def differences(db: Connection, signer: Signer, reuse: Reuse) -> tuple[str, ...]:
    """What of a receipt no longer agrees, by name; empty if it is genuine."""
    text = reuse.receipt_text.encode()
    found: list[str] = []
    if hashlib.sha256(text).hexdigest() != reuse.receipt_sha256:
        found.append("摘要")
    if reuse.signing_key != signer.key_id:
        found.append("签名密钥")
    elif not signer.verify(text, reuse.signature):
        found.append("签名")
    try:
        content = content_of(reuse)
        said = _said(content)
        documents = {each["id"]: (each["sha256"], each["name"]) for each in (*content["documents"], *content["lease"])}
    except (ValueError, KeyError, TypeError):
        return (*found, "正文")
    live = await store.live_facts(db, reuse.id)
    found += [name for name, value in _said(_live(reuse, live)).items() if said[name] != value]
    for document_id, (sha256, name) in documents.items():
        if set(live["sha256"].get(document_id, ())) != {sha256}:
            found.append(f"材料“{name}”")
    if live["sha256"].keys() - documents.keys():
        found.append("材料清单")
    return tuple(found)


async def broken(db: Connection, signer: Signer) -> AsyncIterator[tuple[Reuse, tuple[str, ...]]]:
    """Every reuse whose receipt does not verify, with what differs (invariant 5)."""
    after: UUID | None = None
    while page := await store.page(db, after, 200):
        for reuse in page:
            if found := await differences(db, signer, reuse):
                yield reuse, found
        after = page[-1].id


def _said(content: dict[str, Any]) -> dict[str, Any]:
    """What a receipt states and a row can answer for, by its name on screen."""
    return {
        "编号": content["number"],
        "核验码": content["code"],
        "出具时间": content["issued_at"],
        "申请人": content["applicant"],
        "案件": (content["case"]["number"], content["case"]["purpose"], content["case"]["item_code"]),
        "单元": content["address"]["unit_id"],
        "经办": (content["issuer"]["person_id"], content["issuer"]["organisation_id"]),
        "住所档案": tuple(content["dossier"][key] for key in ("version_id", "number", "version", "valid_until")),
        "免交清单": (content["catalogue"]["number"], content["catalogue"]["sha256"]),
    }


def _live(reuse: Reuse, live: dict[str, Any]) -> dict[str, Any]:
    """The same statements as the rows make them now."""
    content: dict[str, Any] = json.loads(
        canonical(
            {
                "number": reuse.number,
                "code": reuse.code,
                "issued_at": reuse.created_at,
                "applicant": reuse.applicant,
                "case": {"number": reuse.case_number, "purpose": reuse.purpose, "item_code": reuse.item_code},
                "address": {"unit_id": reuse.unit_id},
                "issuer": {"person_id": reuse.person_id, "organisation_id": reuse.organisation_id},
                "dossier": live["dossier"],
                "catalogue": live["catalogue"],
            }
        )
    )
    return content


def _verification(reuse: Reuse, differences: tuple[str, ...]) -> Verification:
    if differences:
        # What the text says is not to be believed, and is not repeated.
        return Verification(
            authenticity=Authenticity.CHANGED,
            number=reuse.number,
            receipt_sha256=reuse.receipt_sha256,
            differences=differences,
        )
    content = content_of(reuse)
    revoked = reuse.status is ReuseStatus.REVOKED
    dossier = content["dossier"]
    return Verification(
        authenticity=Authenticity.REVOKED if revoked else Authenticity.GENUINE,
        number=reuse.number,
        applicant=masked(reuse.applicant),
        address=content["address"]["text"],
        office=content["issuer"]["organisation"],
        issued_at=reuse.created_at,
        dossier=f"{dossier['number']} 第 {dossier['version']} 版",
        valid_until=date.fromisoformat(dossier["valid_until"]),
        status=reuse.status,
        receipt_sha256=reuse.receipt_sha256,
        revoked_at=reuse.revoked_at,
        revoked_reason=RevocationReason(reuse.revoked_reason).label if revoked else "",
    )


def masked(applicant: str) -> str:
    """The name of an organisation as it is; of a person only the first character."""
    return applicant if _ORGANISATION.search(applicant) else applicant[:1] + "＊" * (len(applicant) - 1)


# -- paper ---------------------------------------------------------------------------------------------------------


async def pdf(reuse: Reuse, verify_url: str) -> bytes:
    """The receipt on A4 as it was issued; the same receipt and address always give the same bytes.

    `verify_url` is where the QR code leads. Whether it has been revoked since is told there, not on the paper.
    """
    return await asyncio.to_thread(_print, reuse, verify_url)


def _print(reuse: Reuse, verify_url: str) -> bytes:
    qr = io.BytesIO()
    segno.make(verify_url, error="m", micro=False).save(qr, kind="svg", border=0, xmldecl=False, svgns=True)
    inputs = {
        "receipt": reuse.receipt_text,
        "qr": qr.getvalue().decode(),
        "code": grouped(reuse.code),
        "sha256": reuse.receipt_sha256,
    }
    template = (files("zhusuo.registrations") / "receipt.typ").read_bytes()
    return typst.compile(
        template,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs=inputs,
        timestamp=int(reuse.created_at.timestamp()),
    )


@cache
def _fonts() -> typst.Fonts:
    """Our own fonts alone, so that a receipt looks the same on every machine."""
    with as_file(files("zhusuo") / "fonts") as folder:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
