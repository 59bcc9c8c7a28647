"""What an XLSX that was taken along holds: the rows of its last sheet, and what its first one says of it."""

import io

from python_calamine import CalamineWorkbook


def rows_of(content: bytes) -> list[list[object]]:
    """The table, which stands behind the sheet that says what it is."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [list(row) for row in book.get_sheet_by_name(book.sheet_names[-1]).to_python()]


def said(content: bytes) -> dict[str, str]:
    """The first sheet: when, by whom, and how it was narrowed."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("说明").to_python()
    return {str(word): str(value) for word, value in rows}
