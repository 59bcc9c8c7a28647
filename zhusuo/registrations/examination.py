"""A lease as it was read, examined against the version that covers its units."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhusuo.addresses.lexicon import Lexicon
from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import Carrier, Unit
from zhusuo.db import Connection
from zhusuo.dossiers import documents
from zhusuo.dossiers import store as dossiers
from zhusuo.dossiers.model import Document, DocumentKind, DocumentStatus, DossierVersion, Purpose, TitleSituation
from zhusuo.errors import Invalid, NotAllowed, NotFound
from zhusuo.people.model import Actor, Role
from zhusuo.registrations.leases import check_lease, leased, unread
from zhusuo.registrations.model import LeaseCheck
from zhusuo.registrations.papers import Paper, Premises, papers_of
from zhusuo.registrations.values import read_area, read_day
from zhusuo.rights import plain_name


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A lease check with what else the papers said: who owns, who lets, how much and how long."""

    check: LeaseCheck
    owners: tuple[str, ...]
    lessor: str | None = None
    area_m2: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None

    def owns(self, applicant: str) -> bool:
        """Whether the applicant is the owner, who needs no lease."""
        return any(plain_name(owner) == plain_name(applicant) for owner in self.owners)


async def examine(
    db: Connection,
    lexicon: Lexicon,
    lease: Document | None,
    carrier: Carrier,
    versions: Sequence[DossierVersion],
    units: Sequence[Unit],
    applicant: str,
    day: date,
) -> Examined:
    """Check a lease as it was read against the versions that cover the units; without a lease only the owners."""
    filed_ids = [
        each.document_id for version in versions for each in await dossiers.documents_of_version(db, version.id)
    ]
    found = await papers_of(db, [*filed_ids, *([lease.id] if lease else [])])
    filed = [paper for document_id in filed_ids for paper in found.get(document_id, ())]
    owners = tuple(
        dict.fromkeys(
            fact.text for paper in filed if paper.kind is DocumentKind.TITLE_DEED for fact in paper.all("owner")
        )
    )
    if lease is None:
        return Examined(check=LeaseCheck(findings=(), agreements=()), owners=owners)
    paper = _lease_paper(lease, found.get(lease.id, ()))
    if paper is None:
        why = "无法识别" if lease.status is DocumentStatus.UNREADABLE else "尚未识别完"
        if lease.status is DocumentStatus.READ:
            why = "没有读出内容"
        return Examined(check=unread(why), owners=owners)
    premises = Premises(
        addresses=tuple(await carriers.addresses(db, carrier.id)),
        names=(carrier.name, *(alias.name for alias in await carriers.aliases(db, carrier.id))),
        covered=tuple(await _covered(db, versions)),
        asked=tuple(units),
        title_situation=versions[0].title_situation if versions else TitleSituation.SUBLET,
    )
    lessor, area = paper.one("lessor"), read_area(paper.one("area_m2"))
    return Examined(
        check=check_lease(paper, filed, premises, applicant, day, lexicon),
        owners=owners,
        lessor=lessor.text if lessor else None,
        area_m2=f"{area:.2f}" if area is not None else None,
        starts_on=read_day(paper.one("term_start", "starts_on")),
        ends_on=read_day(paper.one("term_end", "ends_on")),
    )


def _lease_paper(lease: Document, papers: Iterable[Paper]) -> Paper | None:
    """What was read on the lease's own pages; None while it is being read, or if nothing was."""
    if lease.status is not DocumentStatus.READ:
        return None
    own = [paper for paper in papers if paper.kind is DocumentKind.LEASE]
    facts = tuple(fact for paper in own or papers for fact in paper.facts)
    return Paper(document_id=lease.id, kind=DocumentKind.LEASE, facts=facts) if facts else None


async def _covered(db: Connection, versions: Sequence[DossierVersion]) -> list[Unit]:
    ids = [unit_id for version in versions for unit_id in await dossiers.units_of_version(db, version.id)]
    return await carriers.units_by_ids(db, list(dict.fromkeys(ids)))


async def versions_for(db: Connection, units: Iterable[Unit]) -> list[DossierVersion]:
    """The versions in force that cover these units, each once: buildings of a park may be filed one by one."""
    covering = await dossiers.effective_versions_for(db, [each.id for each in units])
    return list({each.version.id: each.version for each in covering}.values())


async def examine_for(
    db: Connection,
    lexicon: Lexicon,
    actor: Actor,
    document_id: UUID,
    unit_ids: Sequence[UUID],
    applicant: str,
    day: date,
) -> tuple[Document, Examined]:
    """Check a lease before anything is decided, for units of one carrier. Raises NotFound, NotAllowed, Invalid."""
    if actor.role not in (Role.CLERK, Role.CLIENT):
        raise NotAllowed
    units = await carriers.units_by_ids(db, unit_ids)
    houses = {unit.carrier_id for unit in units}
    if len(units) != len(set(unit_ids)) or len(houses) != 1:
        raise NotFound("没有找到这些单元，或它们不在同一个载体里。")
    carrier = await carriers.by_id_for(db, actor, houses.pop())
    if carrier is None:
        raise NotFound
    versions = await versions_for(db, units)
    lease = await lease_for(db, actor, document_id)
    return lease, await examine(db, lexicon, lease, carrier, versions, units, applicant, day)


@dataclass(frozen=True, kw_only=True)
class Prechecked:
    """预核: a lease beside what is on file for a carrier, for the units it names and the tenant it names."""

    lease: Document
    units: tuple[Unit, ...]
    named: str
    """The units as the lease writes them, whether or not the carrier has them."""
    applicant: str
    examined: Examined


async def precheck(
    db: Connection,
    lexicon: Lexicon,
    leases: Sequence[Document],
    carrier: Carrier,
    day: date,
    *,
    applicant: str = "",
    unit: Unit | None = None,
) -> list[Prechecked]:
    """Check leases before anybody applies: by what each says itself, unless applicant and unit are named."""
    known = await carriers.units(db, carrier.id)
    found = await papers_of(db, [each.id for each in leases])
    checked = []
    for lease in leases:
        paper = _lease_paper(lease, found.get(lease.id, ()))
        let = leased(paper, lexicon) if paper else None
        units = [unit] if unit else [each for each in known if let is not None and let.holds(each)]
        lessee = paper.one("lessee") if paper else None
        versions = await versions_for(db, units or known)
        said = applicant or (lessee.text if lessee else "")
        examined = await examine(db, lexicon, lease, carrier, versions, units, said, day)
        checked.append(
            Prechecked(
                lease=lease,
                units=tuple(units),
                named=let.shown if let else "",
                applicant=said,
                examined=examined,
            )
        )
    return checked


async def lease_for(db: Connection, actor: Actor, document_id: UUID) -> Document:
    """A lease that was brought to the actor's district. Raises NotFound, Invalid."""
    found = await documents.by_id(db, document_id)
    if found is None or found.district_code != actor.district_code or found.discarded_at is not None:
        raise NotFound("没有找到这份租赁合同，请重新上传。")
    if found.purpose is not Purpose.LEASE:
        raise Invalid({"lease_document_id": "这份材料不是作为租赁合同上传的。"})
    return found
