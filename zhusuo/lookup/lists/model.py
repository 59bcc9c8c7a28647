"""清单: a file of addresses, and what became of each of its rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from zhusuo.lookup.columns import Placed


class ListStatus(StrEnum):
    CLASSIFYING = "classifying"
    DONE = "done"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {ListStatus.CLASSIFYING: "归类中", ListStatus.DONE: "已归类"}


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressList:
    """清单. `version` says by which words and on which day's files it was classified; "" where that changed meanwhile.

    `header` are the columns of the file, `place` the one with the addresses.
    """

    id: UUID
    district_code: str
    person_id: UUID
    file_name: str
    sha256: str
    header: tuple[str, ...]
    place: int
    status: ListStatus
    version: str
    row_count: int
    created_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewListRow:
    """A row of the file as it stands there; `fault` says why it cannot be read."""

    line: int
    cells: tuple[str, ...] = ()
    fault: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListRow:
    """A row with where it belongs; `placed` is None until then, and for a row that could not be read."""

    line: int
    cells: tuple[str, ...]
    fault: str
    placed: Placed | None
    class_: str
    canonical: str
    carrier: str
    units: str
    reasons: str
    candidates: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How many rows there are of each kind; `waiting` are still to be classified."""

    placed: Mapping[Placed, int]
    classes: Mapping[str, int]
    faults: int
    waiting: int

    @property
    def done(self) -> int:
        return sum(self.placed.values())
