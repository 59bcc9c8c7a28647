"""The lease check over bundles with a `truth.json`: files read as in the product, every verdict held against the truth.

    python -m bench.leases [--bundles DIR] [--kept DIR] [--verbose]

Premises (addresses, units with areas) come from the truth, as a clerk enters them; leases, deeds, mandates and
certificates are read from their files. Each lease is judged on the bundle's own day for its own tenant and units, and
then again with one thing changed at a time, of which it is known what must come of it: another day, another tenant,
another unit, a mandate that ended, a value that was not read, a character misread. --kept keeps what was read in a
folder, and takes it from there the next time.
"""

import argparse
import asyncio
import hashlib
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

from rich.console import Console
from rich.table import Table

from bench.figures import Figure, show
from bench.reading import CORES, SPECIMENS, all_pages
from ocr.fields import fields_of
from ocr.kinds import kind_of
from ocr.model import Box, Field, Line, Page, PageKind, Seal
from ocr.pool import Readers
from zhusuo.addresses.keys import address_key, unit_key
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.wash import wash
from zhusuo.carriers.model import CarrierAddress, Unit, UnitKind
from zhusuo.dossiers.model import DocumentKind, Place, TitleSituation
from zhusuo.registrations.leases import check_lease
from zhusuo.registrations.model import LeaseCheck
from zhusuo.registrations.papers import Fact, Paper, Premises

RIGHT_BAR = 0.98
COMPANIONS: frozenset[PageKind] = frozenset({"blank", "other"})
SIGNED = ("signed_by", "seals")
SPACE = UUID(int=0)
NOT_GOOD = "not good"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A lease with everything it is judged by, and what must come of it: good, look, bad, or anything but good."""

    name: str
    changed: str
    lease: Paper
    filed: tuple[Paper, ...]
    premises: Premises
    applicant: str
    day: date
    expected: str
    defective: bool

    def check(self, lexicon: Lexicon) -> LeaseCheck:
        return check_lease(self.lease, self.filed, self.premises, self.applicant, self.day, lexicon)


# Read


async def read_bundle(folder: Path, kept: Path | None) -> dict[str, list[Page]]:
    """The pages of every file a truth.json names."""
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    found: dict[str, list[Page]] = {}
    async with Readers(CORES) as readers:
        turn = asyncio.Semaphore(CORES + 1)

        async def one(name: str) -> None:
            async with turn:
                found[name] = await _pages(readers, folder / name, kept)

        await asyncio.gather(*(one(each["file"]) for each in truth["documents"]))
    return found


async def _pages(readers: Readers, path: Path, kept: Path | None) -> list[Page]:
    at = kept / f"{hashlib.sha256(path.read_bytes()).hexdigest()}.json" if kept else None
    if at is not None and at.exists():
        return [_page(each) for each in json.loads(at.read_text("utf-8"))]
    pages = await all_pages(readers, path)
    if at is not None:
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(json.dumps([asdict(page) for page in pages], ensure_ascii=False), "utf-8")
    return pages


def _page(said: dict[str, Any]) -> Page:
    return Page(
        **{
            **said,
            "lines": tuple(Line(**{**each, "box": Box(**each["box"])}) for each in said["lines"]),
            "seals": tuple(Seal(**{**each, "box": Box(**each["box"])}) for each in said["seals"]),
            "signatures": tuple(Box(**each) for each in said["signatures"]),
            "sensitive": tuple(Box(**each) for each in said["sensitive"]),
        }
    )


def papers_of(name: str, pages: Sequence[Page]) -> list[Paper]:
    """What a file says, paper by paper."""
    document_id = uuid5(SPACE, name)
    kinds = list(dict.fromkeys([kind_of(pages), *(page.kind for page in pages if page.kind not in COMPANIONS)]))
    return [
        Paper(document_id=document_id, kind=DocumentKind(kind), facts=tuple(_facts(document_id, kind, pages)))
        for kind in kinds
        if kind not in COMPANIONS
    ]


def _facts(document_id: UUID, kind: PageKind, pages: Sequence[Page]) -> Iterator[Fact]:
    for field in fields_of(kind, pages):
        yield _fact(document_id, DocumentKind(kind), field)


def _fact(document_id: UUID, kind: DocumentKind, field: Field) -> Fact:
    box = (field.box.x0, field.box.y0, field.box.x1, field.box.y1)
    place = Place(document_id=document_id, kind=kind, page=field.page, box=box, text=field.value)
    return Fact(name=field.name, text=field.value, normal=field.normal, confidence=field.confidence, place=place)


# What is known of the house


def premises_of(truth: dict[str, Any], lexicon: Lexicon) -> Premises:
    told = truth["carrier"]
    gates = [told["address"], *([told["former_address"]] if told["former_address"] else [])]
    return Premises(
        addresses=tuple(_gate(told["district"] + each, lexicon) for each in gates),
        names=(told["name"], *told["aliases"]),
        covered=tuple(_unit(each) for each in told["units"]),
        asked=(),
        title_situation=TitleSituation.MANDATED if told.get("mandate") else TitleSituation.OWNER_LETS,
    )


def _gate(text: str, lexicon: Lexicon) -> CarrierAddress:
    address = wash(text, lexicon).address
    return CarrierAddress(
        id=uuid4(),
        carrier_id=SPACE,
        road=address.road,
        lane=address.lane,
        sublane=address.sublane,
        number=address.number,
        building=address.building,
        text=text,
        key=address_key(address),
        is_main=True,
        source="",
        begins_on=None,
        ends_on=None,
    )


def _unit(told: dict[str, Any]) -> Unit:
    return Unit(
        id=uuid4(),
        carrier_id=SPACE,
        district_code="310104",
        kind=UnitKind.ROOM,
        building=told["building"],
        floor=told["floor"],
        label=told["unit"],
        key=unit_key(told["unit"]),
        number="",
        area_m2=Decimal(str(told["area_m2"])),
        sharing_allowed=None,
        part_of=None,
        version=1,
        retired_at=None,
    )


# Cases


def cases_of(folder: Path, read: dict[str, list[Page]], lexicon: Lexicon) -> Iterator[Case]:
    """Every lease of a bundle as it stands."""
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    premises = premises_of(truth, lexicon)
    leases = {each["contract_number"]: each for each in truth["leases"]}
    filed, brought = [], []
    for document in truth["documents"]:
        papers = papers_of(document["file"], read[document["file"]])
        if document["kind"] == "lease":
            brought.append((document, papers))
        else:
            filed += papers
    for document, papers in brought:
        told = leases[document["fields"]["contract_number"]["value"]]
        lease = next((each for each in papers if each.kind is DocumentKind.LEASE), None)
        if lease is None:
            lease = Paper(document_id=uuid5(SPACE, document["file"]), kind=DocumentKind.LEASE, facts=())
        asked = [unit for unit in premises.covered if unit.label in told["units"] and unit.building == told["building"]]
        yield Case(
            name=f"{folder.name}/{document['file']}",
            changed="",
            lease=lease,
            filed=tuple(filed),
            premises=replace(premises, asked=tuple(asked)),
            applicant=told["lessee"],
            day=date.fromisoformat(truth["as_of"]),
            expected="good" if told["valid"] else "bad",
            defective=not told["valid"],
        )


def changed_cases(case: Case, truth: dict[str, Any], told: dict[str, Any]) -> Iterator[Case]:
    """The same lease with one thing changed at a time."""
    starts, ends = date.fromisoformat(told["starts_on"]), date.fromisoformat(told["ends_on"])
    mandate = truth["carrier"].get("mandate")
    by_operator = mandate is not None and told["lessor"] == mandate["grantee"]
    yield _to(case, "the day after it ended", "bad", day=ends + timedelta(days=1))
    yield _to(case, "another company applies", "bad", applicant="上海闻笛餐饮管理有限公司")
    for name, value in (("lessor", "璟禾（上海）房产经纪有限公司"), ("location", "徐汇区天钥桥路999号101室")):
        yield _to(case, f"another {name}", "bad", lease=_said(case.lease, name, value))
    if others := [unit for unit in case.premises.covered if unit not in case.premises.asked]:
        yield _to(case, "another unit is asked for", "bad", premises=replace(case.premises, asked=tuple(others[:1])))
    if case.lease.one("area_m2"):
        larger = round(told["area_m2"] * 1.5, 2)
        yield _to(case, "half as large again", "bad", lease=_said(case.lease, "area_m2", f"{larger}平方米", larger))
    if case.lease.one("signed_by"):
        yield _to(case, "the lessee did not sign", "bad", lease=_said(case.lease, "signed_by", "甲方", ["lessor"]))
    yield _to(case, "neither seals nor signatures were read", NOT_GOOD, lease=_without(case.lease, *SIGNED))
    for name in sorted({fact.name for fact in case.lease.facts} & NEEDED):
        yield _to(case, f"{name} was not read", NOT_GOOD, lease=_without(case.lease, name))
    owner = next((paper.one("owner") for paper in case.filed if paper.one("owner")), None)
    if owner is not None:
        yield _to(case, "the deed names another owner", NOT_GOOD, filed=_filed(case, "owner", "上海别家置业有限公司"))
    if by_operator:
        over = case.day - timedelta(days=30)
        yield _to(case, "the mandate ended", "bad", filed=_filed(case, "term_end", f"{over}", str(over), MANDATE))
        never = _filed(case, "sublet_allowed", "受托人不得转租。", False, MANDATE)
        yield _to(case, "the mandate forbids to sublet", "bad", filed=never)
        gone = tuple(paper for paper in case.filed if paper.kind is not MANDATE)
        yield _to(case, "there is no mandate", NOT_GOOD, filed=gone)
        for name in ("term_end", "sublet_allowed", "grantee"):
            gaps = tuple(_without(paper, name) if paper.kind is MANDATE else paper for paper in case.filed)
            yield _to(case, f"the mandate's {name} was not read", NOT_GOOD, filed=gaps)
    if case.defective:
        doubted = replace(case.lease, facts=tuple(replace(fact, confidence=0.5) for fact in case.lease.facts))
        yield _to(case, "read with little certainty", NOT_GOOD, lease=doubted)
        return
    numerals = _said(_said(case.lease, "term_start", _numerals(starts)), "term_end", _numerals(ends))
    yield _to(case, "days in numerals", "good", lease=numerals)
    yield _to(case, "without an end", "look", lease=_said(case.lease, "term_end", "长期"))
    if not by_operator or date.fromisoformat(mandate["term_start"]) <= starts - timedelta(days=6):
        yield _to(case, "begins next week", "good", day=starts - timedelta(days=6))
    yield (
        _to(case, "on its last day", "good", day=ends)
        if not by_operator or date.fromisoformat(mandate["term_end"]) >= ends
        else _to(case, "after the mandate", "bad", day=ends)
    )
    for name in ("lessor", "lessee"):
        if fact := case.lease.one(name):
            yield _to(case, f"a character of the {name} misread", NOT_GOOD, lease=_said(case.lease, name, _slip(fact)))


NEEDED = {"lessor", "lessee", "location", "area_m2", "term_start", "term_end"}
MANDATE = DocumentKind.MANDATE


def _to(case: Case, changed: str, expected: str, **changes: Any) -> Case:
    """What is wrong with a defective lease stays wrong, whatever else is changed."""
    expected = NOT_GOOD if case.defective and expected in ("good", "look") else expected
    return replace(case, changed=changed, expected=expected, defective=case.defective or expected == "bad", **changes)


def _said(paper: Paper, name: str, text: str, normal: Any = None) -> Paper:
    """The paper with another value; `normal` None as where a person corrected it."""
    facts = tuple(
        replace(fact, text=text, normal=normal, place=replace(fact.place, text=text)) if fact.name == name else fact
        for fact in paper.facts
        if name != "location" or fact.name != "units"
    )
    return replace(paper, facts=facts)


def _without(paper: Paper, *names: str) -> Paper:
    return replace(paper, facts=tuple(fact for fact in paper.facts if fact.name not in names))


def _filed(
    case: Case, name: str, text: str, normal: Any = None, kind: DocumentKind = DocumentKind.TITLE_DEED
) -> tuple[Paper, ...]:
    return tuple(_said(paper, name, text, normal) if paper.kind is kind else paper for paper in case.filed)


_NUMERALS = "〇一二三四五六七八九"


def _numerals(day: date) -> str:
    def small(number: int) -> str:
        tens, ones = divmod(number, 10)
        return f"{'' if tens < 2 else _NUMERALS[tens]}{'十' if tens else ''}{_NUMERALS[ones] if ones else ''}"

    year = "".join(_NUMERALS[int(digit)] for digit in str(day.year))
    return f"{year}年{small(day.month)}月{small(day.day)}日"


def _slip(fact: Fact) -> str:
    """One character in the middle of a name read as another."""
    at = random.Random(fact.text).randrange(2, max(3, len(fact.text) - 4))
    return f"{fact.text[:at]}囗{fact.text[at + 1 :]}"


def signed_in_truth(case: Case, told: dict[str, Any]) -> Case:
    """The lease with the truth's signatures, where the reader gives none at all."""
    place = Place(document_id=case.lease.document_id, kind=DocumentKind.LEASE, page=1, box=None, text="")
    signed = Fact(
        name="signed_by",
        text="、".join(told["signed_by"]) or "无",
        normal=told["signed_by"],
        confidence=1.0,
        place=place,
    )
    return replace(case, lease=replace(case.lease, facts=(*case.lease.facts, signed)))


# Figures


def right(case: Case, outcome: str) -> bool:
    return outcome != "good" if case.expected == NOT_GOOD else outcome == case.expected


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundles", type=Path, default=SPECIMENS)
    parser.add_argument("--kept", type=Path, help="keep what was read here, and take it from here")
    parser.add_argument(
        "--verbose", action="store_true", help="name every verdict that is not right, with its findings"
    )
    options = parser.parse_args()
    lexicon, plain, changed, signatures = Lexicon.load(), [], [], Counter[bool]()
    for folder in sorted(each.parent for each in options.bundles.glob("*/truth.json")):
        read = asyncio.run(read_bundle(folder, options.kept))
        truth = json.loads((folder / "truth.json").read_text("utf-8"))
        for case in cases_of(folder, read, lexicon):
            told = next(each for each in truth["leases"] if case.applicant == each["lessee"])
            seen = case.lease.one(*SIGNED) is not None
            signatures[seen] += 1
            case = case if seen else signed_in_truth(case, told)
            plain.append(case)
            changed += list(changed_cases(case, truth, told))
    judged = [(case, case.check(lexicon)) for case in plain]
    again = [(case, case.check(lexicon)) for case in changed]
    show("Lease check", figures(judged, again, signatures))
    Console().print(by_change(judged, again))
    if options.verbose:
        for case, check in (*judged, *again):
            if not right(case, check.outcome):
                found = "".join(each.text for each in check.findings)
                said = f"{case.name} [{case.changed or 'as it is'}] {case.expected} / {check.outcome}: {found}"
                Console().print(said, highlight=False, soft_wrap=True)


Judged = Sequence[tuple[Case, LeaseCheck]]


def figures(judged: Judged, again: Judged, signatures: Counter[bool]) -> list[Figure]:
    return [
        _share("verdict right, specimens as they are", judged),
        _share("verdict right, one thing changed", again),
        _never("good for a defective lease", [*judged, *again]),
        Figure(
            what="leases whose signatures or seals were read",
            measured=f"{signatures[True]} of {signatures.total()}",
            beside="of the others the truth says who signed" if signatures[False] else "",
        ),
    ]


def _share(what: str, judged: Judged) -> Figure:
    held = sum(right(case, check.outcome) for case, check in judged)
    share = held / len(judged) if judged else 0.0
    return Figure(
        what=what,
        measured=f"{share:.1%} ({held} of {len(judged)})",
        bar=f"≥ {RIGHT_BAR:.0%}",
        held=share >= RIGHT_BAR,
    )


def _never(what: str, judged: Judged) -> Figure:
    found = sum(case.defective and check.outcome == "good" for case, check in judged)
    of = sum(case.defective for case, _ in judged)
    return Figure(what=what, measured=f"{found} of {of}", bar="0", held=found == 0)


def by_change(judged: Judged, again: Judged) -> Table:
    table = Table(title="What was changed, and what came of it", title_justify="left")
    for column in ("changed", "expected", "good", "look", "bad", "right"):
        table.add_column(column)
    rows: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for case, check in (*judged, *again):
        counted = rows[case.changed or "nothing", case.expected]
        counted[check.outcome] += 1
        counted["right"] += right(case, check.outcome)
    for (changed, expected), counted in rows.items():
        total = sum(counted[each] for each in ("good", "look", "bad"))
        shown = (str(counted[each]) for each in ("good", "look", "bad"))
        table.add_row(changed, expected, *shown, f"{counted['right']} of {total}")
    return table


if __name__ == "__main__":
    main()
