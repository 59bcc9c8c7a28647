"""Documents of a filing as rows of the page, and the checklist beside them. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ocr.quality import SENTENCES
from zhusuo.dossiers.checklist import Requirement
from zhusuo.dossiers.documents import Progress
from zhusuo.dossiers.model import FLAWS, NOTED, Document, DocumentKind, DocumentStatus, PageNote

Params = dict[str, Any]
KINDS = [(kind.value, kind.label) for kind in DocumentKind if kind is not DocumentKind.BLANK]
STAGES = {"open": "正在打开", "draw": "正在生成图像", "read": "正在读取"}
MOST_FLAWS = 4
BY_HAND = "可以继续提交，由人工审核。"
UNSURE = 0.75


@dataclass(frozen=True, kw_only=True)
class Papers:
    """The documents that are in a filing, how far each is read, and what is not clear about its pages."""

    documents: tuple[Document, ...]
    progress: Mapping[UUID, Progress]
    flaws: Mapping[UUID, Mapping[int, Sequence[str]]]
    notes: Mapping[UUID, Sequence[PageNote]]
    drawn: Collection[UUID]
    originals: Collection[UUID]

    @property
    def pending(self) -> list[Document]:
        return [each for each in self.documents if each.status.pending]

    @property
    def said(self) -> str:
        """5 件，31 页."""
        pages = sum(each.page_count or 0 for each in self.documents)
        return f"{len(self.documents)} 件，{pages} 页" if self.documents else ""


def document_row(document: Document, papers: Papers) -> Params:
    """One document as upload_row wants it."""
    said, tone, beside = _status(document, papers.progress.get(document.id))
    progress = papers.progress.get(document.id)
    counted = progress is not None and document.status.pending and progress.pages > 0
    return {
        "id": document.id,
        "name": document.file_name,
        "pages": document.page_count,
        "size": document.size,
        "source": "只给审核人员看" if document.marked_sensitive else "",
        "thumb": f"/documents/{document.id}/thumbs/1.webp" if document.id in papers.drawn else "",
        "href": f"/documents/{document.id}",
        "kind": "" if document.kind_by == "nobody" else document.kind.value,
        "kind_action": f"/documents/{document.id}/kind",
        "remove_action": f"/documents/{document.id}/discard",
        "said": said,
        "tone": tone,
        "beside": beside,
        "done": progress.page if progress and counted else 0,
        "most": progress.pages if progress and counted else 0,
        "original": f"/documents/{document.same_as}" if document.same_as in papers.originals else "",
        "flaw": _flaw(document, papers),
    }


def _status(document: Document, progress: Progress | None) -> tuple[str, str, str]:
    """What is the case with its reading: words, tone, and what stands quietly below."""
    if document.status is DocumentStatus.UNREADABLE:
        return "读不出", "warn", "请人工查看"
    if document.status.pending:
        said = STAGES.get(progress.stage, "等待读取") if progress else "等待读取"
        return said, "act", f"第 {progress.attempts} 次" if progress and progress.attempts > 1 else ""
    if document.kind_by == "machine" and document.kind is DocumentKind.OTHER:
        return "没认出种类", "warn", "请在左边选择"
    return "已读取", "ok", _sureness(document)


def _sureness(document: Document) -> str:
    also = f"，另含{'、'.join(kind.label for kind in document.also_kinds)}" if document.also_kinds else ""
    if document.kind_by == "machine" and document.kind_confidence is not None:
        unsure = "，请核对" if document.kind_confidence < UNSURE else ""
        return f"种类把握 {int(document.kind_confidence * 100)}%{unsure}{also}"
    return f"种类由人选定{also}" if document.kind_by == "person" else also.lstrip("，")


def _flaw(document: Document, papers: Papers) -> Params | None:
    """What is wrong with a document, what to do about it, and the page it is about; nothing stands in the way."""
    if document.status is DocumentStatus.UNREADABLE:
        advice = ["清楚的原件请重新扫描或拍照再传，传好后移除这一件", BY_HAND]
        return {"title": document.trouble or "这件材料读不出内容", "advice": advice, "again": True}
    flaws, notes = papers.flaws.get(document.id, {}), papers.notes.get(document.id, ())
    advice = [*_flaw_sentences(document, flaws), *(note.text for note in notes)]
    if document.status is DocumentStatus.READ and document.trouble:
        return {"title": document.trouble, "advice": [*advice, BY_HAND], "again": False}
    if not advice:
        return None
    page = min([*flaws, *(note.page for note in notes)])
    shown = {"thumb": f"/documents/{document.id}/thumbs/{page}.webp", "href": f"/documents/{document.id}?page={page}"}
    anyway = [f"就用这件也行，{BY_HAND}"] if flaws else []
    return {"title": _flaw_title(document, flaws, notes), "advice": [*advice, *anyway], "again": False, **shown}


def _flaw_title(document: Document, flaws: Mapping[int, Sequence[str]], notes: Sequence[PageNote]) -> str:
    """第 2 页画面模糊; 3 页看不清."""
    if len(flaws) > 1:
        return f"有 {len(flaws)} 页看不清，识别可能有误"
    if flaws:
        [(page, codes)] = flaws.items()
        where = "" if document.page_count == 1 else f"第 {page} 页"
        return f"{where}{'、'.join(FLAWS.get(code, code) for code in codes)}，识别可能有误"
    return NOTED.get(notes[0].code, "请看一下这一页")


def _flaw_sentences(document: Document, flaws: Mapping[int, Sequence[str]]) -> list[str]:
    """What to do about the first few flawed pages."""
    said = []
    for page, codes in list(flaws.items())[:MOST_FLAWS]:
        where = "" if document.page_count == 1 else f"第 {page} 页："
        said.append(where + next((SENTENCES[code] for code in codes if code in SENTENCES), "请看一下这一页。"))
    more = len(flaws) - MOST_FLAWS
    return [*said, f"另有 {more} 页也是这样。"] if more > 0 else said


def needs(requirements: Iterable[Requirement], documents: Sequence[Document]) -> list[Params]:
    """The checklist as the macro wants it, with what meets each line or what would."""
    return [_need(each, documents) for each in requirements]


def _need(requirement: Requirement, documents: Sequence[Document]) -> Params:
    wanted = set(requirement.satisfied_by)
    serving = [each for each in documents if wanted & set(each.kinds) and each.kind_by != "nobody"]
    serving = serving or [each for each in documents if wanted & set(each.kinds)]
    names = "、".join(each.file_name for each in serving)
    if requirement.met:
        if all(each.status is DocumentStatus.UNREADABLE for each in serving):
            return {"name": requirement.name, "tone": "warn", "note": f"已有，读不出，由人工审核：{names}"}
        return {"name": requirement.name, "tone": "ok", "note": names}
    if any(each.status.pending and each.kind_by == "nobody" for each in documents):
        return {"name": requirement.name, "tone": "act", "note": f"材料还在读取。需要：{requirement.alternatives}"}
    return {"name": requirement.name, "tone": "bad", "note": f"还缺。{requirement.alternatives}"}
