"""The first half of an address: district, road, lane, number. It ends where the building begins."""

import re

from zhusuo.addresses.draft import Draft
from zhusuo.addresses.lexicon import CITY, Lexicon
from zhusuo.addresses.number import NOT_A_GATE, read_number
from zhusuo.addresses.tail import read_tail

_HAN = "[\u4e00-\u9fff]"
_FREE_TRADE = re.compile(
    r"(?:中国)?(?:\(上海\)|上海)?(?:自由贸易|自贸)(?:试验)?区(?:临港新片区|\([^()]{0,12}\))?|临港新片区"
)
_LABEL = re.compile(
    r"(?:注册|经营|公司|联系|通讯|营业|实际)?(?:地址|住所|场所)(?:为|是)?[: ]{0,3}(?=[\u4e00-\u9fff])|市辖区"
    r"|中国(?!\(|上海\)?自|[路街])"
)
_SPECIAL = frozenset("、地住注经公联通营实场市中(自临")  # how labels and free trade zones begin
_OTHER_CITY = re.compile(
    "(?:北京|天津|重庆)市|(?:河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州"
    "|云南|陕西|甘肃|青海|台湾)省|(?:内蒙古|广西|西藏|宁夏|新疆)[\u4e00-\u9fff]{0,4}自治区|香港特别行政区|澳门特别行政区"
    "|(?!.{0,2}上海市)[\u4e00-\u9fff]{2,3}(?<![超夜都城街菜门])市(?![路场政民光区北南东西中一二三]|中心)(?=[\u4e00-\u9fff]{2})"
)
ENDS_OF_PLACES = frozenset("区市海)")
_AT_END = re.compile(
    r"(?<=[室号楼层幢座铺0-9A-Z])[、 (]{0,3}(?:上海市?)?([\u4e00-\u9fff]{2,3}[区])\)?$"
    r"|(?<=[室号楼层幢座铺0-9A-Z])[、 (]{0,3}上海市?\)?$"
)
_CITY_OF_PROVINCE = re.compile("[\u4e00-\u9fff]{2,3}市(?=[\u4e00-\u9fff]{2})")
_DISTRICT_ELSEWHERE = re.compile("[\u4e00-\u9fff]{1,4}?[区县](?=[\u4e00-\u9fff]{2})")
_ROAD_AFTER = re.compile("[东南西北中新老]?(?:路|街|大道|公路|支路)")
_TOWN = re.compile(f"{_HAN}{{1,4}}?(?:镇|乡|街道|农场|林场)(?!{_ROAD_AFTER.pattern})")
_AREA = (
    "开发区|园区|工业区|试验区|度假区|保税区|加工区|经济区|投资区|贸易区|配套区|发展区|发展城|经济城|工业城|经济小区|小区|新城区?"
    "|城区|社区|新区|地区|分区|商城|市场|机场|经济园区?|科技园区?|产业园区?|工业园区?|物流园|科学城|大学城|街坊|大厦|广场|中心|校区|基地"
    "|码头|公园"
)
_AREA_WORDS = frozenset(word for each in _AREA.split("|") for word in (each.replace("?", ""), each[:-2]))
_ZONE = re.compile(f"{_HAN}{{0,14}}?(?:{_AREA})(?!路|街|支路|大道)")
_VILLAGE = re.compile(f"{_HAN}{{1,8}}?(?:村|队|组|宅)(?!路|街|支路|大道)")
# What says where on the road, between its name and its number.
_BESIDE = re.compile("(?:[东南西北]{1,2}[侧首端面]|近旁|对面|附近|旁)$")
_BESIDE_ENDS = frozenset("侧首端面旁近")
_ROADISH = re.compile("(?:路|街|道|巷|村|邨|里|坊|弄|宅|线|浜)$")
_CROSSING = re.compile("(?:路|街|道)(?:交叉)?口")
_ROAD_AT_END = re.compile("(?:路|街|大道|公路)$")
_ROAD_INSIDE = re.compile("路|街|大道|公路")

_FIRST = re.compile(r"(?:[甲乙丙丁临附]字?)?[0-9]|[A-Z]")
_TEAM = re.compile(rf"\d{{1,3}}(?:村民)?[组队](?:{_HAN}{{2,8}}?(?=\d{{1,5}}号))?")
_LANE = re.compile(r"(\d{1,5}(?:[-、]\d{1,5}){0,9})弄-?")
_SUBLANE = re.compile(r"(\d{1,5})支弄-?")

_GATE_NEXT = re.compile(
    r"(?:\([^()]{0,12}\))?(?:(?:[甲乙丙丁临]字?)?\d{1,5}[-、甲乙丙丁临A-Z0-9]{0,30}"
    rf"(?:支?弄|号(?!{NOT_A_GATE}))|\d{{1,3}}(?:村民)?[组队])"
)
_GATE_LATER = re.compile(rf"[路街道村巷](?=\d{{1,5}}[-、甲乙丙丁A-Z0-9]{{0,30}}(?:弄|号(?!{NOT_A_GATE})))")
WIDEST = 100  # numbers that a range without its 号 may span; beyond that 1366-1803 is a number and a room
_BARE = re.compile(
    r"(\d{1,5}[甲乙丙丁]?)(?:-(\d{1,5})(?=$|[ (]))?(?!-\d{1,5}(?:号|幢|栋))"
    "(?![0-9A-Z.、/号室层楼幢栋座单铺厅区组队宗丘米弄F])"
)


def read_gate(draft: Draft, lexicon: Lexicon) -> int:
    """Fill district to number; returns where the second half begins."""
    text = draft.text
    start = _read_prefixes(draft, lexicon, 0)
    foreign = None if draft.district else _OTHER_CITY.match(text, start)
    if foreign:
        start = (_CITY_OF_PROVINCE.match(text, foreign.end()) or foreign).end()
        draft.city = text[foreign.start() : start]
        draft.note("other_city", f"“{draft.city}”不在本市，这里只收本市的住所", foreign.start(), start)
        district = _DISTRICT_ELSEWHERE.match(text, start)
        if district:
            draft.district, start = district[0], district.end()
    first = _FIRST.search(text, start)
    end = first.start() if first else len(text)
    if not _read_road(draft, lexicon, start, end):
        later = _GATE_LATER.search(text, end)
        if not later:
            return start
        # 民强商务中心F区(桃源路195号), 汇银广场1203室(漕溪北路88号): the name first, the gate behind it.
        opened = max(text.rfind("(", start, later.end()), text.rfind("、", start, later.end()), end - 1)
        draft.note("name_first", "路名门牌写在后面", opened + 1, later.end())
        read_tail(draft, start, opened + 1)
        start, end = opened + 1, later.end()
        if not _read_road(draft, lexicon, start, end):
            return start
    team = _TEAM.match(text, end)
    if team:
        draft.road += team[0]
        end = team.end()
    return _read_number(draft, end)


# -- district and subdistrict ------------------------------------------------------------------------------------


def read_place_at_end(draft: Draft, lexicon: Lexicon) -> None:
    """…1803室，上海市徐汇区: city and district behind the address."""
    found = _AT_END.search(draft.text)
    if not found:
        return
    district = found[1] or ""
    if district and district not in lexicon.districts:
        return
    draft.text = draft.text[: found.start()]
    if district:
        _set_district(draft, lexicon, district, found.start(1))


def _set_district(draft: Draft, lexicon: Lexicon, name: str, start: int) -> None:
    present = lexicon.districts[name]
    end = start + len(name)
    if name in lexicon.former:
        draft.note("former_district", f"“{name}”现属{present}", start, end)
    if not draft.district:
        draft.district = present
    elif draft.district != present:
        draft.note("two_districts", f"前面写的是{draft.district}，这里又写“{name}”", start, end)


def _set_subdistrict(draft: Draft, lexicon: Lexicon, name: str, start: int) -> None:
    district, draft.subdistrict = lexicon.subdistricts[name]
    if not draft.district:
        draft.district = district
    elif draft.district != district:
        draft.note("two_districts", f"“{name}”在{district}，不在{draft.district}", start, start + len(name))


def _read_prefixes(draft: Draft, lexicon: Lexicon, start: int) -> int:
    """City, districts and subdistricts by their full names, as often as they come."""
    text = draft.text
    while start < len(text):
        first, zone = text[start], None
        if first in _SPECIAL or text.startswith("上海自", start):
            if first == "、":  # 上海市，徐汇区，宜山路…
                start += 1
                continue
            label = _LABEL.match(text, start)
            if label:
                start = label.end()
                continue
            zone = _FREE_TRADE.match(text, start)
        name = "" if zone else lexicon.prefix(text, start)
        if zone:
            if not draft.district and not zone[0].endswith("临港新片区"):
                draft.district = "浦东新区"
                draft.note("free_trade_zone", f"“{zone[0]}”在浦东新区", *zone.span())
            start = zone.end()
        elif name == CITY:
            start += len(name)
        elif name in lexicon.districts:
            _set_district(draft, lexicon, name, start)
            start += len(name)
        elif name and not _begins_road(lexicon, text, start, start + len(name)):
            _set_subdistrict(draft, lexicon, name, start)
            start += len(name)
        elif (
            not name
            and (text.startswith("上海", start) or text[start : start + 2] in lexicon.districts)
            and lexicon.prefix(text, start + 2)
        ):  # 上海徐汇区…, 浦东川沙新镇…
            if not text.startswith("上海", start):
                _set_district(draft, lexicon, text[start : start + 2], start)
            start += 2
        else:
            break
    return start


def _begins_road(lexicon: Lexicon, text: str, start: int, end: int) -> bool:
    """堡镇南路, 唐镇路: the name of a town that is the beginning of a road."""
    after = _ROAD_AFTER.match(text, end)
    if after is None:
        return False
    return after[0] in ("路", "街") or text[start : after.end()] in lexicon.roads


def _read_before_road(draft: Draft, lexicon: Lexicon, start: int, end: int) -> None:
    """What stands between the full names and the road: short names, former towns, zones, or something unknown."""
    text = draft.text
    while start < end:
        start = min(_read_prefixes(draft, lexicon, start), end)
        if start == end:
            return
        two = text[start : start + 2]
        short = next((n for n in (4, 3, 2) if start + n <= end and _is_short(lexicon, text[start : start + n])), 0)
        town = _TOWN.match(text, start, end)
        zone = _ZONE.match(text, start, end) or _VILLAGE.match(text, start, end)
        if two == "上海" and start + 2 <= end:
            start += 2
        elif two in lexicon.districts and start + 2 <= end and (start + 2 == end or text[start + 2] not in "镇乡"):
            _set_district(draft, lexicon, two, start)
            if zone is None or text[start + 2 : zone.end()] not in _AREA_WORDS:
                start += 2
                continue
            draft.note("zone", f"“{zone[0]}”是片区名，没有用来查找", *zone.span())
            start = zone.end()
        elif town:
            draft.subdistrict = draft.subdistrict or town[0]
            start = town.end()
        elif zone:
            draft.note("zone", f"“{zone[0]}”是片区名，没有用来查找", *zone.span())
            start = zone.end()
        elif short:
            name = lexicon.short.get(text[start : start + short])
            if name:
                _set_subdistrict(draft, lexicon, name, start)
            else:
                draft.subdistrict = draft.subdistrict or f"{text[start : start + short]}镇"
            start += short
        else:
            draft.note("prefix", f"路名前的“{text[start:end]}”不认得", start, end)
            draft.rest += text[start:end]
            return


def _is_short(lexicon: Lexicon, name: str) -> bool:
    return name in lexicon.short or name in lexicon.towns


# -- road --------------------------------------------------------------------------------------------------------


def _known(lexicon: Lexicon, text: str, start: int, end: int) -> int:
    """Where the longest known road that ends at `end` begins; -1 if there is none."""
    for k in range(max(start, end - 12), end - 1):
        if text[k:end] in lexicon.roads:
            return k
    return -1


def _read_road(draft: Draft, lexicon: Lexicon, start: int, end: int) -> bool:
    """The road that ends at `end`, with what stands before it; False: what stands there is a name."""
    text = draft.text
    opened, closed = text.rfind("(", start, end), text.rfind(")", start, end)
    if opened > closed:
        if opened == end - 1:
            end = opened
        else:  # 竖新经济开发区(竖新南路279号)
            draft.note("name_first", f"路名写在“{text[start:opened]}”后面的括号里", start, opened)
            start = opened + 1
    elif closed == end - 1 and opened > start:  # 人民路(北)12号
        draft.note("descriptor", f"“{text[opened:end]}”没有用来查找", opened, end)
        end = opened
    elif closed > 0:  # 华新镇(凤溪社区)北青公路
        draft.note("zone", f"“{text[opened : closed + 1]}”没有用来查找", opened, closed + 1)
        _read_before_road(draft, lexicon, start, opened)
        start = closed + 1
    number_at = end
    beside = _BESIDE.search(text, start, end) if text[end - 1 : end] in _BESIDE_ENDS else None
    if beside and beside.start() - start >= 2 and _ROADISH.search(text, start, beside.start()):
        draft.note("descriptor", f"“{beside[0]}”没有用来查找", *beside.span())
        end = beside.start()
    at = _known(lexicon, text, start, end)
    if at >= 0 and at - start != 1:
        written = text[at:end]
        on = -1 if _ROAD_AT_END.search(written) else _known(lexicon, text, start, at)
        if on >= 0 and on - start != 1:  # 中原路长海一村36号: the village is as well known as its road
            draft.note("descriptor", f"门牌按“{written}”的编号理解，不按{text[on:at]}", on, at)
        _read_before_road(draft, lexicon, start, at if on < 0 or on - start == 1 else on)
        draft.road, draft.known_road = lexicon.roads[written], True
        if draft.road != written:
            draft.note("former_road", f"“{written}”通作{draft.road}", at, end)
        return True
    return _read_unknown_road(draft, lexicon, start, end, _GATE_NEXT.match(text, number_at) is not None)


def _read_unknown_road(draft: Draft, lexicon: Lexicon, start: int, end: int, gate_next: bool) -> bool:
    """A run of characters that ends in no known road: everything after towns and zones, if a number follows."""
    text = draft.text
    if _CROSSING.search(text, start, end):  # 富锦路月杨路口
        return False
    inside = _ROAD_INSIDE.search(text, start, end)
    if inside and inside.end() < end:
        at = _known(lexicon, text, start, inside.end())
        if at >= 0 and at - start != 1:  # 海盈路海盈新村3号楼, 宝杨路双城新村20号
            _read_before_road(draft, lexicon, start, at)
            place = text[inside.end() : end]
            if gate_next:
                draft.note("descriptor", f"门牌按“{place}”的编号理解，不按{text[at : inside.end()]}", at, inside.end())
                draft.road = place
            else:
                draft.road, draft.known_road = lexicon.roads[text[at : inside.end()]], True
                draft.name = place
            return True
    at = start
    while at < end:
        after = _TOWN.match(text, at, end) or _ZONE.match(text, at, end)
        if not after or end - after.end() < 2:
            break
        at = after.end()
    if end - at >= 2 and (gate_next or _ROADISH.search(text, at, end)):
        district = text[at : at + 2] in lexicon.districts and _ROADISH.search(text, at, end)
        if end - at >= 4 and (district or text.startswith("上海", at)):
            at += 2
        short = next((n for n in (4, 3, 2) if at + n + 2 < end and _is_short(lexicon, text[at : at + n])), 0)
        if (
            short and lexicon.near(text[at + short : end]) and not lexicon.near(text[at:end])
        ):  # 徐家汇肇家浜路: the town is not a part of the road
            at += short
        _read_before_road(draft, lexicon, start, at)
        draft.road = text[at:end]
        return True
    return False


# -- number ------------------------------------------------------------------------------------------------------


def _read_number(draft: Draft, at: int) -> int:
    text = draft.text
    lane = _LANE.match(text, at)
    if lane:
        draft.lane, at = lane[1], lane.end()
    sublane = _SUBLANE.match(text, at)
    if sublane:
        draft.sublane, at = sublane[1], sublane.end()
    return read_number(draft, at) or _read_bare_number(draft, at)


def _read_bare_number(draft: Draft, at: int) -> int:
    """长江西路1431, 嘉安公路3333弄29-103: a number without its 号."""
    if not draft.lane and not (draft.known_road or _ROADISH.search(draft.road)):
        return at
    found = _BARE.match(draft.text, at)
    if not found:
        return at
    low, high = found[1], found[2]
    if high and not (len(high) == len(low) and low < high and int(high) - int(low.rstrip("甲乙丙丁")) <= WIDEST):
        end = found.end(1)
        draft.number = low
    else:
        end = found.end()
        draft.number = low + (f"-{high}" if high else "")
    draft.note("bare_number", f"“{draft.number}”后面没有“号”，按门牌号理解", at, end)
    return end
