"""What people write as a carrier's address, taken apart into the gate it stands at."""

from dataclasses import dataclass

from msgspec.structs import replace

from zhusuo.addresses.keys import address_key, canonical, pinyin_of
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.model import Address
from zhusuo.addresses.wash import wash
from zhusuo.carriers.divisions import divisions
from zhusuo.carriers.model import CarrierKind
from zhusuo.errors import Invalid


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One address of a carrier, ready to be stored."""

    address: Address
    text: str
    key: str
    road_pinyin: str


_known: list[Lexicon] = []


def know(lexicon: Lexicon) -> None:
    """Take addresses apart by this lexicon from now on: the one by which they are looked up (`serve.opened`)."""
    _known[:] = [lexicon]


def _lexicon() -> Lexicon:
    if not _known:
        know(Lexicon.load())
    return _known[0]


def gate_of(text: str, carrier_kind: CarrierKind, district_code: str) -> Gate:
    """The gate a text names; raises Invalid where it names none, or more than a gate."""
    washed = wash(text, _lexicon())
    address = washed.address
    district = next(each.name for each in divisions()[0] if each.code == district_code)
    if not address.road:
        raise _wrong("没有读到路名，请写成“肇嘉浜路1366号”这样。")
    if address.district not in ("", district):
        raise _wrong(f"这个地址写的是{address.district}，不在{district}。")
    if address.units or address.floor or address.entrance or address.part:
        raise _wrong("地址写到门牌号或楼幢为止，楼层和房号请登记为单元。")
    if address.name:
        raise _wrong(f"“{address.name}”是名称，请写在名称或别名里。")
    if washed.rest:
        raise _wrong(f"“{washed.rest}”没有看懂，请检查后重新填写。")
    if not (address.number or address.lane) and carrier_kind is not CarrierKind.STREET:
        raise _wrong("没有读到门牌号，请写成“肇嘉浜路1366号”这样。")
    return Gate(
        address=address,
        text=canonical(replace(address, city="", district="")),
        key=address_key(address),
        road_pinyin=pinyin_of(address.road),
    )


def _wrong(sentence: str) -> Invalid:
    return Invalid({"address": sentence})
