"""What a reuse stands on, read under the carrier's lock, and what of it stands in the way."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from zhusuo.addresses.lexicon import Lexicon
from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import Carrier, CarrierAddress, CarrierKind, Unit
from zhusuo.db import Connection
from zhusuo.dossiers import documents
from zhusuo.dossiers import store as dossiers
from zhusuo.dossiers.model import Document, DossierVersion
from zhusuo.errors import Invalid, NotFound
from zhusuo.flags import Flag, Severity, open_for
from zhusuo.people.model import Actor
from zhusuo.registrations import holds, requirements, store
from zhusuo.registrations.examination import Examined, examine, lease_for
from zhusuo.registrations.model import NewReuse, Registration, RegistrationStatus, Requirement, ReuseStatus
from zhusuo.registrations.refusals import (
    AlreadyReused,
    FlagBlocks,
    LeaseMissing,
    LeaseRefused,
    NotCovered,
    ReasonNeeded,
    UnitGone,
    UnitTaken,
    VersionExpired,
)
from zhusuo.waivers import store as waivers
from zhusuo.waivers.model import LEASE, ApprovalItem, Catalogue, RegistrationKind

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What a reuse stands on, read under the carrier's lock."""

    carrier: Carrier
    unit: Unit
    version: DossierVersion
    item: ApprovalItem
    catalogue: Catalogue
    requirements: tuple[Requirement, ...]
    documents: tuple[Document, ...]
    hashes: dict[UUID, str]
    lease: Document | None
    examined: Examined
    flags: tuple[Flag, ...]
    occupants: tuple[Registration, ...]
    sharing: bool
    moment: datetime


async def gather(db: Connection, lexicon: Lexicon, actor: Actor, new: NewReuse, day: date) -> Ground:
    """Everything a reuse stands on, with the carrier locked. Raises what makes it impossible from the outset."""
    unit = await carriers.unit_by_id(db, new.unit_id)
    carrier = await carriers.by_id_for(db, actor, unit.carrier_id) if unit else None
    if unit is None or carrier is None:
        raise NotFound
    await carriers.lock(db, carrier.id)
    unit = await carriers.unit_by_id(db, unit.id)  # it may have been split while we waited
    if unit is None or unit.retired_at is not None:
        raise UnitGone(unit=unit.name if unit else "")
    catalogue, item = await waivers.newest(db), await waivers.item(db, new.item_code)
    if catalogue is None or item is None:
        raise Invalid({"item_code": "免交事项清单里没有这个事项。"})
    covering = await dossiers.effective_version_for(db, unit.id)
    if covering is None:
        raise NotCovered(unit=unit.name)
    version = covering.version
    if not version.valid_on(day):
        raise VersionExpired(dossier=version.dossier_number, day=f"{version.valid_until}")
    filed = await dossiers.documents_of_version(db, version.id)
    papers = await documents.by_ids(db, [each.document_id for each in filed])
    kinds = {kind for paper in papers for kind in paper.kinds}
    asked = requirements.on_file(
        await waivers.current(db, item.code, day), carrier.kind, version.title_situation, kinds
    )
    lease = await lease_for(db, actor, new.lease_document_id) if new.lease_document_id else None
    return Ground(
        carrier=carrier,
        unit=unit,
        version=version,
        item=item,
        catalogue=catalogue,
        requirements=asked,
        documents=tuple(papers),
        hashes={each.document_id: each.sha256 for each in filed},
        lease=lease,
        examined=await examine(db, lexicon, lease, carrier, [version], [unit], new.applicant, day),
        flags=tuple(await open_for(db, unit.id)),
        occupants=tuple(await store.live_in(db, await carriers.overlapping(db, unit.id))),
        sharing=_shared(carrier, unit),
        moment=await store.moment(db),
    )


async def make_room(db: Connection, ground: Ground, new: NewReuse) -> None:
    """Refuse if somebody is there who may not share the space; a hold that has run out counts for nothing."""
    if ground.item.registration_kind is RegistrationKind.NONE:
        return
    for each in ground.occupants:
        if each.held_until is not None and each.held_until < ground.moment:
            await holds.end_lapsed(db, each)
        elif not each.contested and not await _may_share(db, ground, each):
            await _refuse_taken(db, each, new)


def _shared(carrier: Carrier, unit: Unit) -> bool:
    """Whether several may be registered in one unit (一址多照): the unit's own word, else the carrier's."""
    return carrier.sharing_allowed if unit.sharing_allowed is None else unit.sharing_allowed


async def _may_share(db: Connection, ground: Ground, other: Registration) -> bool:
    if not ground.sharing:
        return False
    if other.unit_id == ground.unit.id:
        return True
    unit = await carriers.unit_by_id(db, other.unit_id)
    return unit is not None and _shared(ground.carrier, unit)


async def _refuse_taken(db: Connection, other: Registration, new: NewReuse) -> None:
    behind = await store.by_id(db, other.reuse_id) if other.reuse_id else None
    if behind and behind.status is ReuseStatus.HELD and behind.case_number == new.case_number:
        raise AlreadyReused(since=spoken(behind.created_at), number=behind.number)
    unit = await carriers.unit_by_id(db, other.unit_id)
    name = unit.name if unit else ""
    if other.status is RegistrationStatus.HELD:
        case = f"（案件 {behind.case_number}）" if behind else ""
        raise UnitTaken(unit=name, since=spoken(other.created_at), how=f"已为“{other.applicant}”保留{case}")
    since = f"{other.registered_on or other.created_at.astimezone(SHANGHAI).date()}"
    raise UnitTaken(unit=name, since=since, how=f"登记有“{other.applicant}”")


def weigh(ground: Ground, new: NewReuse) -> None:
    """Refuse what the flags, the lease or a missing reason forbid."""
    for flag in ground.flags:
        if flag.severity is Severity.BLOCKS:
            raise FlagBlocks(text=flag.text)
    asked = next((each for each in ground.requirements if each.code == LEASE), None)
    if asked is not None and ground.lease is None and not ground.examined.owns(new.applicant):
        raise LeaseMissing(name=asked.name)
    check = ground.examined.check
    if blocking := check.at(Severity.BLOCKS):
        raise LeaseRefused(findings="".join(each.text for each in blocking))
    unanswered = [each.text for each in check.at(Severity.NEEDS_REASON)]
    unanswered += [flag.text for flag in ground.flags if flag.severity is Severity.NEEDS_REASON]
    if unanswered and not new.reason:
        raise ReasonNeeded(findings="".join(unanswered))


async def content(
    db: Connection, actor: Actor, new: NewReuse, ground: Ground, number: str, code: str
) -> dict[str, Any]:
    """What the receipt says: exactly what was relied on, and what was shown."""
    carrier, unit, version, examined = ground.carrier, ground.unit, ground.version, ground.examined
    district = await dossiers.district_name(db, actor.district_code)
    gates = await carriers.addresses(db, carrier.id)
    live = [each for each in ground.occupants if each.held_until is None or each.held_until >= ground.moment]
    return {
        "number": number,
        "code": code,
        "issued_at": ground.moment,
        "district": {"code": actor.district_code, "name": district},
        "issuer": {
            "organisation": actor.organisation,
            "organisation_id": actor.organisation_id,
            "person": actor.name,
            "person_id": actor.person_id,
            "desk": actor.desk,
            "client_id": actor.client_id,
        },
        "case": {
            "number": new.case_number,
            "purpose": new.purpose,
            "item_code": ground.item.code,
            "item_name": ground.item.name,
            "registration_kind": ground.item.registration_kind,
        },
        "applicant": new.applicant,
        "business_uscc": new.business_uscc,
        "address": {
            "text": standard_address(district, carrier, gates[0] if gates else None, unit),
            "entered": new.entered_address,
            "class": new.match_class,
            "reasons": list(new.match_reasons),
            "subdistrict": carrier.subdistrict,
            "carrier_id": carrier.id,
            "carrier_number": carrier.number,
            "carrier_name": carrier.name,
            "carrier_version": carrier.version,
            "unit_id": unit.id,
            "unit": unit.name,
            "unit_version": unit.version,
            "area_m2": unit.area_m2,
        },
        "dossier": {
            "id": version.dossier_id,
            "number": version.dossier_number,
            "version": version.number,
            "version_id": version.id,
            "title_situation": version.title_situation,
            "effective_from": version.effective_from,
            "valid_until": version.valid_until,
        },
        "documents": [_paper(each, ground.hashes[each.id], brought=False) for each in ground.documents],
        "lease": [_paper(ground.lease, ground.lease.sha256, brought=True)] if ground.lease else [],
        "facts": {
            "owners": list(examined.owners),
            "lessor": examined.lessor,
            "area_m2": examined.area_m2,
            "starts_on": examined.starts_on,
            "ends_on": examined.ends_on,
        },
        "catalogue": {
            "id": ground.catalogue.id,
            "number": ground.catalogue.number,
            "sha256": ground.catalogue.sha256,
        },
        "waived": [
            {"code": each.code, "name": each.name, "legal_basis": each.legal_basis}
            for each in ground.requirements
            if each.met
        ],
        "brought": [{"code": each.code, "name": each.name} for each in ground.requirements if not each.met],
        "findings": [
            {"code": each.code, "severity": each.severity, "text": each.text} for each in examined.check.findings
        ],
        "agreements": [{"code": each.code, "name": each.name, "text": each.text} for each in examined.check.agreements],
        "flags": [{"kind": each.kind, "severity": each.severity, "text": each.text} for each in ground.flags],
        "reason": new.reason,
        "registrations": {
            "live": len(live),
            "contested": sum(each.contested for each in live),
            "sharing_allowed": ground.sharing,
        },
    }


def _paper(document: Document, sha256: str, *, brought: bool) -> dict[str, Any]:
    return {
        "id": document.id,
        "kind": document.kind,
        "name": "、".join(kind.label for kind in document.kinds),
        "number": document.number,
        "valid_until": document.valid_until,
        "page_count": document.page_count,
        "sha256": sha256,
        "brought": brought,
    }


def standard_address(district: str, carrier: Carrier, gate: CarrierAddress | None, unit: Unit) -> str:
    """The whole address as it is registered: city, district, gate, building, unit."""
    where = carrier.address
    if gate is not None:
        lane = f"{gate.lane}弄" if gate.lane else ""
        sublane = f"{gate.sublane}支弄" if gate.sublane else ""
        number = unit.number or gate.number
        where = f"{gate.road}{lane}{sublane}" + (f"{number}号" if number else "")
    name = "" if carrier.kind is CarrierKind.STREET or carrier.name in where else carrier.name
    building = unit.building or (gate.building if gate else "")
    return f"上海市{district}{where}{name}{building}{unit.label}"


def spoken(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
