"""分件: a person says which pages of a file are which paper, and in what order; its facts are then told anew.

The file itself stays as it is, and so does what anybody corrected or confirmed.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from zhusuo.db import Database
from zhusuo.dossiers import document_fields, document_pages, documents, papers, parts, reading
from zhusuo.dossiers.access import person_of
from zhusuo.dossiers.model import Document, DocumentKind, DocumentPage, DocumentStatus, Part
from zhusuo.errors import Conflict, Invalid
from zhusuo.people.model import Actor

MOST_PARTS = 40
MOST_PAGES = 2000
_PAGES = re.compile(r"^\s*(\d{1,4})\s*(?:[-—–~至到]\s*(\d{1,4})\s*)?$")
_APART = re.compile(r"[、,，;；\s]+")


def pages_in(text: str) -> tuple[int, ...]:
    """Page numbers as people write them: `1、3-5`, also backwards. Raises Invalid."""
    numbers: list[int] = []
    for piece in filter(None, _APART.split(re.sub(r"\s*([-—–~至到])\s*", r"\1", text))):
        found = _PAGES.match(piece)
        if found is None:
            raise Invalid({"parts": f"“{piece}”不是页码，请写成 1、3-5 这样。"})
        first, last = int(found[1]), int(found[2] or found[1])
        step = 1 if last >= first else -1
        numbers += range(first, last + step, step)
        if len(numbers) > MOST_PAGES:
            raise Invalid({"parts": "页码太多，请检查。"})
    return tuple(numbers)


async def part(database: Database, actor: Actor, document_id: UUID, found: Sequence[Part]) -> Document:
    """Set the papers of a file; a page that is in none of them counts for nothing. Raises Invalid and Conflict."""
    async with database.transaction() as db:
        document = await papers.to_change(db, actor, document_id)
        if document.status is not DocumentStatus.READ:
            raise Conflict("这件材料还没有读完，读完后再分件。")
        kept = await document_pages.pages(db, document_id)
        _check(found, kept)
        before = (await parts.parts(db, [document_id])).get(document_id, [])
        await parts.replace_parts(db, document_id, found, person_of(actor))
        await parts.set_page_kinds(db, document_id, found)
        fields = await asyncio.to_thread(reading.found_fields, found, [reading.as_read(page) for page in kept])
        await document_fields.replace_fields(db, document_id, fields)
        kinds = list(dict.fromkeys(each.kind for each in found if each.kind not in reading.COMPANIONS))
        kinds = kinds or [found[0].kind]
        await documents.set_kind(db, document_id, kinds[0], kinds[1:])
        await papers.record(db, actor, "part", document, before=_told(before), after=_told(found))
        return await papers.again(db, document_id)


def _check(found: Sequence[Part], kept: Sequence[DocumentPage]) -> None:
    known = {page.page for page in kept}
    counted = Counter(page for each in found for page in each.pages)
    unknown = sorted(counted.keys() - known)
    twice = sorted(page for page, times in counted.items() if times > 1)
    if not found or len(found) > MOST_PARTS or any(not each.pages for each in found):
        raise Invalid({"parts": "请至少保留一件，每件至少一页。"})
    if any(each.kind is DocumentKind.BLANK for each in found):
        raise Invalid({"parts": "空白页不必列出，不写它的页码就行。"})
    if unknown:
        raise Invalid({"parts": f"没有第 {'、'.join(map(str, unknown[:5]))} 页，请检查页码。"})
    if twice:
        raise Invalid({"parts": f"第 {'、'.join(map(str, twice[:5]))} 页写了两次，一页只能属于一件。"})


def _told(found: Sequence[Part]) -> list[str]:
    return [f"{each.kind}: {'、'.join(map(str, each.pages))}" for each in found]
