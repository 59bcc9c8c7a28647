"""One address, one way through: characters, numerals, gate, tail. Pure, linear, never raises."""

from zhusuo.addresses.characters import LONGEST, arabic, normal
from zhusuo.addresses.contacts import without_contacts
from zhusuo.addresses.draft import Draft
from zhusuo.addresses.gate import ENDS_OF_PLACES, read_gate, read_place_at_end
from zhusuo.addresses.latin import is_latin, read_latin
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.model import Reason, Washed
from zhusuo.addresses.tail import read_tail


def wash(text: str, lexicon: Lexicon) -> Washed:
    """The parts of an address, and what had to be understood to get them.

    Only the first 200 characters are read. Anything may come in; what cannot be understood goes to `rest` with a
    reason that says where it stands.
    """
    clean, contacts = without_contacts(text[:LONGEST])
    plain, offsets = normal(clean)
    plain, offsets = arabic(plain, offsets)
    draft = Draft(plain)
    if plain[-1:] in ENDS_OF_PLACES:
        read_place_at_end(draft, lexicon)
    if plain and not (is_latin(plain) and read_latin(draft, lexicon)):
        read_tail(draft, read_gate(draft, lexicon))
    reasons = draft.reasons(offsets, len(text))
    reasons += [Reason(code="contact", text="人名、电话、证件号不是地址，没有用来查找", span=span) for span in contacts]
    if len(text) > LONGEST:
        reasons.append(Reason(code="cut", text=f"只读了前{LONGEST}个字", span=(LONGEST, len(text))))
    if not plain:
        reasons.append(Reason(code="empty", text="没有写地址"))
    elif not draft.road:
        reasons.append(Reason(code="no_road", text="没有读到路名和门牌号"))
    elif not draft.number and not draft.lane:
        reasons.append(Reason(code="no_number", text=f"“{draft.road}”后面没有读到门牌号"))
    if plain and not draft.district:
        reasons.append(Reason(code="no_district", text="没有写区名"))
    return Washed(
        input=text,
        normal=plain,
        address=draft.address(),
        reasons=tuple(reasons),
        rest=draft.rest,
        known_road=draft.known_road,
    )
