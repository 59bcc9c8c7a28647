"""试导与导入之间: the rows of a table that was tried out, carried in the page until somebody says yes.

Nothing is kept on the server in between: the rows come back with the form, and the import judges them as it did before.
"""

import json
from collections.abc import Mapping

from zhusuo.carriers.tables import Record, Records
from zhusuo.errors import Invalid

BROKEN = Invalid({"file": "试导的内容不完整，请重新上传表格。"})


def packed(found: Records) -> str:
    """The rows as text; every row stands under the same header."""
    places = dict(found.rows[0].places) if found.rows else {}
    keys = list(places)
    rows = [[record.row, *(record.cells.get(key, "") for key in keys)] for record in found.rows]
    return json.dumps({"places": places, "rows": rows}, ensure_ascii=False, separators=(",", ":"))


def unpacked(text: str) -> Records:
    """Raises Invalid if it is not what was packed."""
    try:
        given = json.loads(text)
        places: Mapping[str, tuple[str, str]] = {
            str(key): (str(column), str(name)) for key, (column, name) in given["places"].items()
        }
        rows = tuple(
            Record(row=int(row), cells=dict(zip(places, map(str, cells), strict=True)), places=places)
            for row, *cells in given["rows"]
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BROKEN from error
    return Records(rows=rows, errors=())
