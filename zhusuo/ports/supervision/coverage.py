"""辖区总览: how much of an office's subdistricts is on file; the page and the CSV show the same sums. Pure."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

from zhusuo.carriers.model import CarrierKind

LOW = 0.4
"""Below this share on file a bar says so."""
HEADER = (
    "街镇",
    "载体类型",
    "载体",
    "已备案",
    "审核中",
    "尚未备案",
    "可登记单元",
    "备案覆盖单元",
    "登记企业",
    "待登记",
)
MEANINGS = (
    ("载体", "本所管辖街镇内没有停用的载体。"),
    ("已备案", "至少有一版住所材料生效，而且今天还没有到期。"),
    ("审核中", "还没有备案，有一次申请已提交、尚未办结。"),
    ("可登记单元", "没有停用的单元，公共部位不算。"),
    ("备案覆盖单元", "在已备案材料范围之内的可登记单元。"),
    ("登记企业", "住所登记在辖区单元内、没有迁出或注销的企业，同一企业在两处算两户。"),
    ("待登记", "已凭备案材料调用、登记结果还没有回来的企业。"),
    ("迁入、迁出", "近 90 天内物业或审批端报告的迁入、迁出日期，一户一次。"),
)
"""What each figure counts, in one sentence."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is counted, of a subdistrict, of a kind of carrier, or of both."""

    carrier_count: int = 0
    filed_count: int = 0
    waiting_count: int = 0
    unit_count: int = 0
    covered_count: int = 0
    registered_count: int = 0
    held_count: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        names = [each.name for each in fields(self)]
        return Figures(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def unfiled_count(self) -> int:
        return self.carrier_count - self.filed_count - self.waiting_count

    @property
    def filed(self) -> float:
        """The share of carriers on file, from 0 to 1."""
        return self.filed_count / self.carrier_count if self.carrier_count else 0.0

    @property
    def is_low(self) -> bool:
        return self.filed < LOW

    @property
    def cells(self) -> tuple[int, ...]:
        """In the order of HEADER."""
        return (
            self.carrier_count,
            self.filed_count,
            self.waiting_count,
            self.unfiled_count,
            self.unit_count,
            self.covered_count,
            self.registered_count,
            self.held_count,
        )


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The figures of one kind of carrier in one subdistrict; every subdistrict has at least one, with kind None."""

    subdistrict_code: str
    subdistrict: str
    kind: CarrierKind | None
    figures: Figures


@dataclass(frozen=True, kw_only=True)
class Line:
    """One bar: `query` leads to the carriers behind it."""

    label: str
    query: str
    figures: Figures


def by_subdistrict(counted: Iterable[Counted]) -> list[Line]:
    """All subdistricts of the office, the best covered first."""
    found = _lines(counted, lambda each: (each.subdistrict, f"subdistrict={each.subdistrict_code}"))
    return sorted(found, key=lambda line: (-line.figures.filed, -line.figures.carrier_count))


def by_kind(counted: Iterable[Counted]) -> list[Line]:
    """The kinds of carriers that there are, in their usual order."""
    of_kind = [(each.kind, each) for each in counted if each.kind is not None]
    of_kind.sort(key=lambda pair: list(CarrierKind).index(pair[0]))
    return _lines(
        (each for _, each in of_kind), lambda each: (each.kind.label, f"kind={each.kind}") if each.kind else ("", "")
    )


def _lines(counted: Iterable[Counted], name: Callable[[Counted], tuple[str, str]]) -> list[Line]:
    sums: dict[tuple[str, str], Figures] = {}
    for each in counted:
        sums[name(each)] = sums.get(name(each), Figures()) + each.figures
    return [Line(label=label, query=query, figures=figures) for (label, query), figures in sums.items()]


def total(counted: Iterable[Counted]) -> Figures:
    return sum((each.figures for each in counted), Figures())


def as_csv(counted: Iterable[Counted]) -> bytes:
    """A row for each kind of carrier in each subdistrict, as spreadsheets open it: with a byte order mark."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(HEADER)
    for each in counted:
        table.writerow((each.subdistrict, each.kind.label if each.kind else "", *each.figures.cells))
    return ("\ufeff" + text.getvalue()).encode()
