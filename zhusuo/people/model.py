"""人员 机构 岗位: organisations, persons, and the Actor that every verb is given."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class OrganisationKind(StrEnum):
    APPROVAL_AUTHORITY = "approval_authority"
    SUPERVISION_OFFICE = "supervision_office"
    PROPERTY_MANAGER = "property_manager"
    AGENCY = "agency"

    @property
    def label(self) -> str:
        return ORGANISATION_LABELS[self]


ORGANISATION_LABELS = {
    OrganisationKind.APPROVAL_AUTHORITY: "审批机关",
    OrganisationKind.SUPERVISION_OFFICE: "市场监管所",
    OrganisationKind.PROPERTY_MANAGER: "物业",
    OrganisationKind.AGENCY: "营商服务机构",
}


class Role(StrEnum):
    """岗位. CLIENT is a system that calls the open API; it is never a person's role."""

    CLERK = "clerk"
    MANAGER = "manager"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    ADMINISTRATOR = "administrator"
    CLIENT = "client"

    @property
    def label(self) -> str:
        return ROLE_LABELS[self]


ROLE_LABELS = {
    Role.CLERK: "审批员",
    Role.MANAGER: "物业员",
    Role.SUPERVISOR: "监管员",
    Role.AGENT: "代办员",
    Role.ADMINISTRATOR: "系统管理员",
    Role.CLIENT: "接入系统",
}

# Which roles people of an organisation may have.
ROLES_OF: dict[OrganisationKind, frozenset[Role]] = {
    OrganisationKind.APPROVAL_AUTHORITY: frozenset({Role.CLERK, Role.ADMINISTRATOR}),
    OrganisationKind.SUPERVISION_OFFICE: frozenset({Role.SUPERVISOR}),
    OrganisationKind.PROPERTY_MANAGER: frozenset({Role.MANAGER}),
    OrganisationKind.AGENCY: frozenset({Role.AGENT}),
}

# The desk (port) a role works at: the first path segment of its pages.
HOME_OF: dict[Role, str] = {
    Role.CLERK: "/approval",
    Role.MANAGER: "/property",
    Role.SUPERVISOR: "/supervision",
    Role.AGENT: "/agency",
    Role.ADMINISTRATOR: "/admin",
}


@dataclass(frozen=True, kw_only=True)
class Organisation:
    id: UUID
    kind: OrganisationKind
    name: str
    uscc: str | None
    district_code: str
    subdistricts: frozenset[str]
    disabled_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Person:
    id: UUID
    organisation_id: UUID
    role: Role
    name: str
    login: str
    desk: str
    disabled_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Whoever acts: a signed-in person, an API client, or a person working through a client's panel.

    Every verb takes one; every read is bounded by its district, subdistricts or organisation.
    """

    person_id: UUID | None
    client_id: UUID | None
    organisation_id: UUID
    organisation: str
    role: Role
    name: str
    desk: str
    district_code: str
    subdistricts: frozenset[str]
    scopes: frozenset[str] = frozenset()
    purpose: str = ""
    case_number: str = ""

    @property
    def id(self) -> UUID:
        """The person, or the client where no person stands behind the call."""
        return self.person_id or self.client_id or self.organisation_id

    def for_case(self, case_number: str, purpose: str) -> "Actor":
        return replace(self, case_number=case_number, purpose=purpose)
