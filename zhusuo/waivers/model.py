"""免交事项: approval items, their requirements, and whether a paper on file waives them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from zhusuo.dossiers.model import DocumentKind, TitleSituation

LEASE = "lease"
"""The requirement that stays with the applicant as a rule."""


class RegistrationKind(StrEnum):
    """登记方式: what an approval item does to the address; NONE is a permit that registers nobody there."""

    FORMATION = "formation"
    RELOCATION = "relocation"
    ADDITIONAL = "additional"
    NONE = "none"

    @property
    def label(self) -> str:
        return REGISTRATION_KIND_LABELS[self]


REGISTRATION_KIND_LABELS = {
    RegistrationKind.FORMATION: "设立登记",
    RegistrationKind.RELOCATION: "变更登记",
    RegistrationKind.ADDITIONAL: "经营场所备案",
    RegistrationKind.NONE: "许可或备案",
}


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """清单的一版: what was imported together; `sha256` is of its text with plain line ends."""

    id: UUID
    number: int
    sha256: str
    source: str
    imported_at: datetime


@dataclass(frozen=True, kw_only=True)
class ApprovalItem:
    """审批事项."""

    code: str
    name: str
    department: str
    registration_kind: RegistrationKind


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """For this item, this requirement is proved by any of these kinds of paper, and is waived or must be brought.

    Without `title_situations` it always applies; with them only where the units are let in one of these ways.
    """

    item_code: str
    requirement: str
    name: str
    evidence: tuple[DocumentKind, ...]
    title_situations: tuple[TitleSituation, ...]
    waived: bool
    legal_basis: str
    source: str
    begins_on: date
    ends_on: date | None

    def in_force(self, day: date) -> bool:
        return self.begins_on <= day and (self.ends_on is None or day <= self.ends_on)

    def applies(self, situation: TitleSituation | None) -> bool:
        """Whether it is asked for at all; where nothing is known of the letting, every requirement is."""
        return situation is None or not self.title_situations or situation in self.title_situations

    def met_by(self, kinds: Collection[DocumentKind]) -> bool:
        """Whether papers of these kinds on file spare the applicant this requirement."""
        return self.waived and any(kind in kinds for kind in self.evidence)
