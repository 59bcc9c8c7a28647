"""What a clerk asks at the counter: an address, and the case it is asked for."""

from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode
from uuid import UUID

from litestar.params import FromQuery

from zhusuo.addresses.contacts import without_contacts
from zhusuo.dossiers.uncovering import covered_words
from zhusuo.people.model import Actor


@dataclass(frozen=True, kw_only=True)
class Inquiry:
    """查询 as it stands in the page's address. `pick` is the chosen candidate, `lease` the uploaded lease."""

    address: str = ""
    item: str = ""
    case: str = ""
    applicant: str = ""
    purpose: str = ""
    reason: str = ""
    pick: UUID | None = None
    lease: UUID | None = None

    @property
    def url(self) -> str:
        """Where this question is answered."""
        return "/approval" + self.query

    @property
    def query(self) -> str:
        said = {key: str(value) for key, value in asdict(self).items() if value}
        return f"?{urlencode(said)}" if said else ""

    def with_(self, **changes: object) -> "Inquiry":
        return replace(self, **changes)  # type: ignore[arg-type]

    def acting(self, actor: Actor) -> Actor:
        """The clerk, with the case that what follows is done for."""
        return actor.for_case(self.case, self.purpose)


@dataclass
class InquiryForm:
    """The same as a form sends it, field by field; an empty field is no field.

    People and their numbers, pasted along from a form, are no part of a question: its address is seen by many.
    """

    address: str = ""
    item: str = ""
    case: str = ""
    applicant: str = ""
    purpose: str = ""
    reason: str = ""
    pick: str = ""
    lease: str = ""

    @property
    def inquiry(self) -> Inquiry:
        return Inquiry(
            address=_plain(without_contacts(self.address)[0]),
            item=self.item,
            case=_plain(self.case),
            applicant=_plain(covered_words(self.applicant)),
            purpose=_plain(covered_words(self.purpose)),
            reason=_plain(covered_words(self.reason)),
            pick=_uuid(self.pick),
            lease=_uuid(self.lease),
        )


async def asked(
    address: FromQuery[str] = "",
    item: FromQuery[str] = "",
    case: FromQuery[str] = "",
    applicant: FromQuery[str] = "",
    purpose: FromQuery[str] = "",
    reason: FromQuery[str] = "",
    pick: FromQuery[str] = "",
    lease: FromQuery[str] = "",
) -> Inquiry:
    """The question of a request, for handlers."""
    return InquiryForm(
        address=address,
        item=item,
        case=case,
        applicant=applicant,
        purpose=purpose,
        reason=reason,
        pick=pick,
        lease=lease,
    ).inquiry


def _plain(text: str) -> str:
    """As one line, without what cannot be printed."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
