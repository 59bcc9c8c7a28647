"""What people do with single documents: say what they are, put right what was read, carry them over, take them out."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from zhusuo import audit, events, tasks
from zhusuo.db import Connection, Database
from zhusuo.dossiers import document_fields, documents, store
from zhusuo.dossiers.access import FILERS, editable_filing, person_of, refuse_if_claimed, reviewed_filing
from zhusuo.dossiers.model import Document, DocumentField, DocumentKind, DocumentStatus, Filing, FilingStatus
from zhusuo.dossiers.uncovering import covered_words
from zhusuo.errors import Conflict, Invalid, NotFound
from zhusuo.people.model import Actor, Role

READING = "read_document"
"""The kind of the task that reads a document; its noun is the document."""
DRAWING = "draw_photo"
"""A photograph is looked at, hardly ever read: it is drawn at once, in a lane of its own, and read in its turn."""

EXPIRY_FIELDS: dict[DocumentKind, str] = {
    DocumentKind.MANDATE: "term_end",
    DocumentKind.TITLE_DEED: "term_end",
    DocumentKind.LEASE: "term_end",
}
"""Where a kind of paper says until when it is good. A lease counts in a filing: the operator's own, of a cluster."""


async def set_document_kind(
    database: Database,
    actor: Actor,
    document_id: UUID,
    kind: DocumentKind,
    also_kinds: Sequence[DocumentKind] = (),
) -> Document:
    """Say what it is, and what else the same file holds: the filer while writing, the clerk in review."""
    async with database.transaction() as db:
        document = await to_change(db, actor, document_id)
        others = [each for each in dict.fromkeys(also_kinds) if each is not kind]
        await documents.set_kind(db, document_id, kind, others)
        await record(db, actor, "set_document_kind", document, kind=kind, also=others)
        return await again(db, document_id)


async def set_valid_until(database: Database, actor: Actor, document_id: UUID, valid_until: date | None) -> Document:
    """Until when the paper itself is good; None if it has no term."""
    async with database.transaction() as db:
        document = await to_change(db, actor, document_id)
        await documents.set_valid_until(db, document_id, valid_until)
        await record(db, actor, "set_valid_until", document, valid_until=str(valid_until))
        return await again(db, document_id)


async def mark_sensitive(database: Database, actor: Actor, document_id: UUID, sensitive: bool) -> Document:
    """Keep it from everybody but the filer and the reviewers."""
    async with database.transaction() as db:
        document = await to_change(db, actor, document_id)
        await documents.set_marked_sensitive(db, document_id, sensitive)
        await record(db, actor, "mark_sensitive", document, sensitive=sensitive)
        return await again(db, document_id)


async def discard_document(database: Database, actor: Actor, document_id: UUID) -> None:
    """Take it out of the filing. What was handed in with an earlier submission stays readable there."""
    async with database.transaction() as db:
        document = await _own_document(db, actor, document_id)
        await documents.set_discarded(db, document_id)
        await record(db, actor, "discard_document", document)


async def correct_field(database: Database, actor: Actor, field_id: UUID, value: str) -> DocumentField:
    """A person's value beside the machine's. A corrected term also moves the paper's last day."""
    value = covered_words(" ".join(value.split())[:500])
    if not value:
        raise Invalid({"value": "请填写更正后的内容。"})
    async with database.transaction() as db:
        field = await _field(db, field_id)
        document = await to_change(db, actor, field.document_id)
        await document_fields.set_correction(db, field_id, value, person_of(actor))
        if any(EXPIRY_FIELDS.get(kind) == field.name for kind in document.kinds):
            await documents.set_valid_until(db, document.id, document_fields.date_in(value))
        await record(db, actor, "correct_field", document, field=field.name)
        return await _field(db, field_id)


async def confirm_field(database: Database, actor: Actor, field_id: UUID, *, confirmed: bool = True) -> DocumentField:
    """The clerk has compared it with the page; or takes that back."""
    async with database.transaction() as db:
        field = await _field(db, field_id)
        document = await _reviewed_document(db, actor, field.document_id)
        await document_fields.set_confirmed(db, field_id, person_of(actor) if confirmed else None)
        action = "confirm_field" if confirmed else "unconfirm_field"
        await record(db, actor, action, document, field=field.name)
        return await _field(db, field_id)


async def carry_over(database: Database, actor: Actor, filing_id: UUID, document_ids: Sequence[UUID]) -> list[Document]:
    """Put documents that were filed for the same carrier before into this filing, without uploading them again."""
    async with database.transaction() as db:
        filing = await editable_filing(db, actor, filing_id)
        for document_id in document_ids:
            seen = await documents.by_id_for(db, actor, document_id)
            if seen is None or seen.document.carrier_id != filing.carrier_id:
                raise NotFound
        return await carry(db, actor, filing, document_ids)


async def carry(db: Connection, actor: Actor, filing: Filing, document_ids: Sequence[UUID]) -> list[Document]:
    """The documents in this filing now, in the caller's transaction; what is not read yet is read for this one too."""
    copies = []
    for document_id in document_ids:
        copied = await documents.copy(
            db,
            document_id,
            filing_id=filing.id,
            organisation_id=actor.organisation_id,
            uploaded_by=person_of(actor),
        )
        if copied is not None:
            copies.append(await again(db, copied))
    for copy in copies:
        if copy.status.pending:
            await tasks.enqueue(db, READING, copy.id, weight=weight_of(copy.size))
    await store.touch(db, filing.id)
    await audit.record(
        db,
        actor,
        "carry_over",
        "filing",
        filing.id,
        carrier_id=filing.carrier_id,
        detail={"documents": [str(copy.id) for copy in copies]},
    )
    return copies


async def read_again(database: Database, actor: Actor, document_id: UUID) -> None:
    """Ask for another attempt at a document that was given up."""
    async with database.transaction() as db:
        document = await to_change(db, actor, document_id)
        if document.status is not DocumentStatus.UNREADABLE:
            raise Conflict("这件材料不需要重新识别。")
        await documents.set_waiting(db, document_id)
        await tasks.enqueue(db, READING, document_id, weight=weight_of(document.size))
        await record(db, actor, "read_again", document)
        await events.emit(
            db,
            "document.waiting",
            "document",
            document_id,
            carrier_id=document.carrier_id,
            district_code=document.district_code,
        )


def weight_of(size: int) -> int:
    """Small files do not wait behind big ones: the weight of a task is the size in KB."""
    return min(size // 1024, 2**31 - 1)


async def to_change(db: Connection, actor: Actor, document_id: UUID) -> Document:
    """A document of a filing, locked with it: its filer's while it may be edited, or the clerk's who reviews it.

    A lease or a claim belongs to the organisation that brought it.
    """
    document = await documents.by_id(db, document_id)
    if document is None or actor.role not in FILERS:
        raise NotFound
    if document.filing_id is None:
        if document.organisation_id != actor.organisation_id:
            raise NotFound
        return await _live(db, document_id)
    if actor.role is Role.CLERK and document.organisation_id != actor.organisation_id:
        return await _reviewed_document(db, actor, document_id)
    filing = await store.by_id(db, document.filing_id)
    if actor.role is Role.CLERK and filing is not None and not filing.editable:
        return await _reviewed_document(db, actor, document_id)
    return await _own_document(db, actor, document_id)


async def _own_document(db: Connection, actor: Actor, document_id: UUID) -> Document:
    document = await documents.by_id(db, document_id)
    if document is None or document.filing_id is None:
        raise NotFound
    await editable_filing(db, actor, document.filing_id)
    await store.touch(db, document.filing_id)
    return await _live(db, document_id)


async def _reviewed_document(db: Connection, actor: Actor, document_id: UUID) -> Document:
    """A document of a filing under review that no other clerk works on."""
    document = await documents.by_id(db, document_id)
    if document is None or document.filing_id is None or document.submitted_at is None:
        raise NotFound
    filing = await reviewed_filing(db, actor, document.filing_id)
    if filing.status is not FilingStatus.SUBMITTED:
        raise NotFound
    await refuse_if_claimed(db, filing, person_of(actor), await store.moment(db))
    return await _live(db, document_id)


async def _live(db: Connection, document_id: UUID) -> Document:
    """The document as it is now that its filing is locked."""
    document = await documents.by_id(db, document_id)
    if document is None or document.discarded_at is not None:
        raise NotFound
    return document


async def _field(db: Connection, field_id: UUID) -> DocumentField:
    field = await document_fields.field(db, field_id)
    if field is None:
        raise NotFound
    return field


async def again(db: Connection, document_id: UUID) -> Document:
    """The document as it is after the change."""
    document = await documents.by_id(db, document_id)
    if document is None:
        raise NotFound
    return document


async def record(db: Connection, actor: Actor, action: str, document: Document, **detail: Any) -> None:
    """The audit entry of what was done to a document."""
    await audit.record(db, actor, action, "document", document.id, carrier_id=document.carrier_id, detail=detail)
