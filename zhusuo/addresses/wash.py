"""One address, one way through: characters, numerals, gate, tail. Pure, linear, never raises."""

from zhusuo.addresses.characters import LONGEST, arabic, normal
from zhusuo.addresses.contacts import without_contacts
from zhusuo.addresses.draft import reasons as reasons_of
from zhusuo.addresses.halves import read
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.model import CAPS, Reason, Washed, worst


def wash(text: str, lexicon: Lexicon) -> Washed:
    """The parts of an address, and what had to be understood to get them.

    Only the first 200 characters are read. Anything may come in; what cannot be understood goes to `rest` with a
    reason that says where it stands.
    """
    clean, contacts = without_contacts(text[:LONGEST])
    plain, offsets = normal(clean)
    plain, offsets = arabic(plain, offsets)
    found = read(plain, lexicon)
    address = found.address
    reasons = reasons_of(found.notes, offsets, len(text))
    if contacts:
        said = "人名、电话、证件号不是地址，没有用来查找"
        reasons += [Reason(code="contact", text=said, span=span) for span in contacts]
    if len(text) > LONGEST:
        reasons.append(Reason(code="cut", text=f"只读了前{LONGEST}个字", span=(LONGEST, len(text))))
    if not plain:
        reasons.append(Reason(code="empty", text="没有写地址"))
    elif not address.road:
        reasons.append(Reason(code="no_road", text="没有读到路名和门牌号"))
    elif not (address.number or address.lane):
        reasons.append(Reason(code="no_number", text=f"“{address.road}”后面没有读到门牌号"))
    if plain and not address.district:
        reasons.append(Reason(code="no_district", text="没有写区名"))
    return Washed(
        input=text,
        normal=plain,
        address=address,
        reasons=tuple(reasons),
        rest=found.rest,
        known_road=found.known_road,
        cap=worst([CAPS[reason.code] for reason in reasons]),
    )
