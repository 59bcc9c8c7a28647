"""Words typed onto the pages of a PDF after it was made: form fields and free-text notes, read with pypdf.

They are drawn with the page and so belong to what it says, but no text layer holds them.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject

from ocr.words import clean

MOST_NOTES = 300
MOST_LETTERS = 2000
DEEPEST_FIELD = 8
HIDDEN = 2

Corners = tuple[float, float, float, float]


def typed_words(source: io.BytesIO | Path, number: int) -> list[tuple[str, Corners]]:
    """Each typed text of page `number` (from 1) with its left, bottom, right, top in page space; none if broken."""
    try:
        return list(_typed(_entry(pypdf.PdfReader(source).pages[number - 1], "/Annots")))
    except (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return []


def _typed(annotations: Any) -> Iterator[tuple[str, Corners]]:
    if not isinstance(annotations, ArrayObject):
        return
    for reference in annotations[:MOST_NOTES]:
        note = reference.get_object()
        if not isinstance(note, DictionaryObject) or int(_entry(note, "/F") or 0) & HIDDEN:
            continue
        if text := clean(_text(note)[:MOST_LETTERS]):
            left, bottom, right, top = (float(corner) for corner in _entry(note, "/Rect"))
            yield text, (min(left, right), min(bottom, top), max(left, right), max(bottom, top))


def _text(note: DictionaryObject) -> str:
    kind = _entry(note, "/Subtype")
    if kind == "/FreeText":
        return str(_entry(note, "/Contents") or "")
    if kind == "/Widget" and _inherited(note, "/FT") in ("/Tx", "/Ch"):
        value = _inherited(note, "/V")
        return value if isinstance(value, str) else ""
    return ""


def _inherited(field: DictionaryObject, key: str) -> Any:
    """A field's own entry, or that of the nearest field above it."""
    node: Any = field
    for _ in range(DEEPEST_FIELD):
        if not isinstance(node, DictionaryObject):
            return None
        if key in node:
            return _entry(node, key)
        node = _entry(node, "/Parent")
    return None


def _entry(node: DictionaryObject, key: str) -> Any:
    """What stands under `key`, references followed."""
    return node[key] if key in node else None  # noqa: SIM401  (`get` does not follow references)
