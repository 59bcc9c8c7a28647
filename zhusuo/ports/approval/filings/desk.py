"""审核台: everything that stands on the desk while one filing is reviewed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import Carrier
from zhusuo.db import Connection
from zhusuo.dossiers import document_fields, holidays, scope, standing, store
from zhusuo.dossiers.checklist import Requirement
from zhusuo.dossiers.model import (
    FLAWS,
    Decision,
    Document,
    DocumentField,
    DocumentStatus,
    DossierVersion,
    Filing,
    FilingStatus,
    ReturnReason,
    Submission,
)
from zhusuo.dossiers.standing import FilingDiff, Step
from zhusuo.errors import NotFound
from zhusuo.people.model import Actor
from zhusuo.ports.approval.filings import reads
from zhusuo.ports.approval.filings.reads import Around, PageRow, People
from zhusuo.ports.common import cards
from zhusuo.ports.common.cards import Params
from zhusuo.ports.common.chain_card import chain_card
from zhusuo.registrations import sorting, watching
from zhusuo.registrations.crosschecks import CrossCheck
from zhusuo.registrations.sorting import Sorted
from zhusuo.registrations.triage import ReviewPath
from zhusuo.registrations.watching import TouchedReceipt

ACTIONS = {
    "start": "开始填写",
    "submit": "提交",
    "approve": "通过",
    "return": "退回补正",
    "reject": "不予通过",
    "withdraw": "撤回",
    "lapse": "逾期未补正，办结",
    "discard": "作废",
    "claim": "领件",
    "release": "放回待审",
    "conflict": "与别家的申报有重叠",
}
STEP_TONES = {"approve": "ok", "return": "warn", "reject": "bad", "lapse": "bad", "conflict": "warn", "submit": "act"}


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A filing under review: the page that lies open, and all that is known around it."""

    filing: Filing
    carrier: Carrier
    submission: Submission
    people: People
    around: Around
    claimed_by_other: bool
    claimed_by_me: bool
    decision: Decision | None
    version: DossierVersion | None
    scope_text: str
    documents: tuple[Document, ...]
    pages: tuple[PageRow, ...]
    open_document: Document | None
    open_page: int
    fields: tuple[DocumentField, ...]
    required: tuple[Requirement, ...]
    checks: tuple[CrossCheck, ...]
    triage: Sorted | None
    diff: FilingDiff | None
    receipts: tuple[TouchedReceipt, ...]
    """Those that rest on the version which this filing changes."""
    chain: Params | None
    steps: tuple[Step, ...]
    day: date
    due_on: date

    @property
    def under_review(self) -> bool:
        return self.filing.status is FilingStatus.SUBMITTED

    @property
    def may_decide(self) -> bool:
        return self.under_review and not self.claimed_by_other

    @property
    def blocks(self) -> tuple[CrossCheck, ...]:
        """What makes approval impossible."""
        return tuple(each for each in self.checks if each.blocks)

    @property
    def flaws(self) -> str:
        """What is wrong with the open page, in words."""
        return "、".join(FLAWS.get(code, code) for code in self.page_row.quality) if self.page_row else ""

    @property
    def page_row(self) -> PageRow | None:
        """The page that lies open, if it is known."""
        if self.open_document is None:
            return None
        wanted = (self.open_document.id, self.open_page)
        return next((each for each in self.pages if (each.document_id, each.page) == wanted), None)


async def lay_out(
    db: Connection,
    actor: Actor,
    filing_id: UUID,
    document_id: UUID | None,
    page: int,
    day: date,
    correction_days: int,
) -> Desk | None:
    """The desk for a filing; None while it has never been handed in. Raises NotFound."""
    filing = await store.by_id_for(db, actor, filing_id)
    if filing is None:
        raise NotFound
    submission = await store.last_submission(db, filing_id)
    carrier = await carriers.by_id(db, filing.carrier_id)
    if submission is None or carrier is None:
        return None
    given = await sorting.handed_in(db, filing, submission, day)
    found, units = given.documents, given.units
    moment = await store.moment(db)
    diff = await standing.diff(db, filing) if filing.status is not FilingStatus.APPROVED else None
    opened = _open_document(found, document_id)
    decisions = await store.decisions(db, filing_id)
    claimed = filing.claimed_until is not None and filing.claimed_until > moment
    return Desk(
        filing=filing,
        carrier=carrier,
        submission=submission,
        people=await reads.people(db, filing_id),
        around=await reads.around(db, actor, filing_id, filing.submitted_at or submission.submitted_at),
        claimed_by_other=filing.claimed_from(actor.person_id, moment),
        claimed_by_me=claimed and filing.claimed_by == actor.person_id,
        decision=decisions[0] if decisions and filing.status is not FilingStatus.SUBMITTED else None,
        version=await store.effective_version_of_dossier(db, filing.dossier_id),
        scope_text=scope.describe(filing.scope_kind, filing.scope, units),
        documents=found,
        pages=tuple(await reads.pages(db, [each.id for each in found])),
        open_document=opened,
        open_page=page,
        fields=tuple(await document_fields.fields(db, [opened.id])) if opened else (),
        required=given.required,
        checks=given.checks,
        triage=await sorting.kept(db, submission.id),
        diff=diff,
        receipts=(await watching.touched_by(db, diff.against.id)).receipts if diff else (),
        chain=chain_card(
            given.papers, filing.title_situation, units, units, day, href=f"/approval/filings/{filing.id}?document="
        ),
        steps=tuple(await standing.timeline(db, filing_id, internal=True)),
        day=day,
        due_on=(await holidays.known(db)).add_working_days(day, correction_days),
    )


def _open_document(found: Sequence[Document], document_id: UUID | None) -> Document | None:
    return next((each for each in found if each.id == document_id), found[0] if found else None)


# 部件的参数


def page_groups(desk: Desk) -> list[Params]:
    """For desk.page_rail: a group for every document, a thumbnail for every page."""
    groups = []
    for document in desk.documents:
        rows = [each for each in desk.pages if each.document_id == document.id]
        pages = [_rail_page(desk, each) for each in rows] or [_unknown_page(desk, document)]
        groups.append({"title": document.kind.label, "tone": _document_tone(desk, document), "pages": pages})
    return groups


def _document_tone(desk: Desk, document: Document) -> str:
    if any(each.document_id == document.id and each.tone == "bad" for each in desk.checks):
        return "bad"
    if any(each.document_id == document.id and each.tone == "warn" for each in desk.checks):
        return "warn"
    return "ok" if document.status is DocumentStatus.READ else ""


def _rail_page(desk: Desk, row: PageRow) -> Params:
    return {
        "number": row.page,
        "href": page_href(desk.filing.id, row.document_id, row.page),
        "src": cards.thumb_url(row.document_id, row.page, read=row.read) if row.drawn else "",
        "current": _is_open(desk, row.document_id, row.page),
        "masked": row.read and row.sensitive,
        "flawed": bool(row.quality),
    }


def _unknown_page(desk: Desk, document: Document) -> Params:
    """A document of which no page could be drawn yet, or ever."""
    return {
        "number": 1,
        "href": page_href(desk.filing.id, document.id, 1),
        "current": _is_open(desk, document.id, 1),
        "flawed": document.status is DocumentStatus.UNREADABLE,
    }


def _is_open(desk: Desk, document_id: UUID, page: int) -> bool:
    return desk.open_document is not None and (document_id, page) == (desk.open_document.id, desk.open_page)


def page_href(filing_id: UUID, document_id: UUID, page: int) -> str:
    return f"/approval/filings/{filing_id}?document={document_id}&page={page}"


def open_image(desk: Desk) -> Params | None:
    """For desk.viewer: the page that lies open; None where there is no picture of it."""
    row, document = desk.page_row, desk.open_document
    if row is None or document is None or not row.drawn:
        return None
    return {
        "src": cards.page_url(document.id, row.page, read=row.read),
        "width": row.width,
        "height": row.height,
        "alt": f"{document.kind.label}第 {row.page} 页",
    }


def field_rows(desk: Desk) -> list[Params]:
    """For desk.field_table and desk.viewer: the facts of the open document, numbered in reading order."""
    rows = []
    for number, field in enumerate(sorted(desk.fields, key=_place), start=1):
        here = field.page == desk.open_page
        person = field.corrected_value is not None
        rows.append(
            {
                "number": number,
                "key": str(field.id),
                "label": field.label,
                "value": field.shown,
                "confidence": None if person else round(field.confidence, 3),
                "confirmed": field.confirmed_at is not None,
                "unsure": not person and field.confidence < sorting.SURE,
                "note": f"识别为 {field.value}" if person else "",
                "href": "" if here else page_href(desk.filing.id, field.document_id, field.page),
                "box": cards.corner_and_size(field.box) if field.box and here else None,
            }
        )
    return rows


def _place(field: DocumentField) -> tuple[int, float, float]:
    """Pages as they follow, lines from above, words from the left."""
    left, top = field.box[:2] if field.box else (0.0, 1.0)
    return field.page, round(top, 2), left


def path_of(found: Sorted | None) -> Params | None:
    """For desk.sorted_as: how the filing sorted itself, and why; none while nobody has sorted it."""
    if found is None:
        return None
    if found.reading:
        return {"tone": "", "word": "识别中", "reasons": [each.text for each in found.reasons]}
    tone = {ReviewPath.PLAIN: "ok", ReviewPath.FIELDS: "warn", ReviewPath.FULL: "bad"}[found.path]
    return {"tone": tone, "word": found.path.label, "reasons": [each.text for each in found.reasons]}


def needs(required: Sequence[Requirement]) -> list[Params]:
    """For dossier.needs."""
    return [
        {"name": each.name, "tone": "ok" if each.met else "bad", "note": "" if each.met else each.alternatives}
        for each in required
    ]


def timeline(steps: Sequence[Step]) -> list[Params]:
    """For page.timeline, newest first."""
    return [
        {
            "at": step.at,
            "text": "".join((ACTIONS[step.action], _why(step.detail))),
            "who": step.person or step.organisation,
            "tone": STEP_TONES.get(step.action, ""),
        }
        for step in reversed(steps)
    ]


def _why(detail: dict[str, Any]) -> str:
    reasons = [ReturnReason(code).label for code in detail.get("reasons") or ()]
    said = [*reasons, *([detail["message"]] if detail.get("message") else [])]
    return f"：{'、'.join(said)}" if said else ""


def age(since: datetime, now: datetime) -> str:
    """How long something waits: 不到 1 小时, 5 小时, 3 天."""
    hours = int((now - since).total_seconds() // 3600)
    if hours < 1:
        return "不到 1 小时"
    return f"{hours} 小时" if hours < 24 else f"{hours // 24} 天"
