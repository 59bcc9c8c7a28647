"""门牌号: one gate, a list or a range of gates, with what may be attached to it."""

import re

from zhusuo.addresses.draft import Draft

_ONE = r"(?:[甲乙丙丁临]字?)?\d{1,5}[甲乙丙丁临A-Z]?"
NOT_A_GATE = "(?:[楼房库柜门厅座幢栋桥线路街]|厂房|车间|单元|地块|新村)"
_MARK_END = r"(?=$|[0-9A-Z()、 -]|[底地夹首全东西南北前后第负沿附整])"
_NOT_A_UNIT = "(?!室|座|单元|铺|间|幢|楼|区)"
_NUMBER = re.compile(
    rf"({_ONE}(?:号?(?:\([单双]号?\))?[-、]{_ONE}){{0,40}}(?:\([单双]号?\))?号(?!{NOT_A_GATE})(?:\([单双]号?\))?"
    r"(?:、\d{1,5}-\d{1,5}\([单双]号?\))?)"
    rf"(?:\(?([甲乙丙丁临])(?:时)?\)?{_NOT_A_UNIT}{_MARK_END})?(?:附(\d{{1,3}})号)?"
)
_PARITY = re.compile(r"\([单双]号?\)")
_ITEM = re.compile(r"([甲乙丙丁临]?)字?(\d{1,5})([甲乙丙丁A-Z]?)([-、]?)")


def read_number(draft: Draft, at: int) -> int:
    """A gate with its 号 at `at`; returns where it ends, 0 if there is none."""
    found = _NUMBER.match(draft.text, at)
    if not found:
        return 0
    draft.number = number_text(found[1]) + (found[2] or "") + (f"附{found[3]}" if found[3] else "")
    return found.end()


def number_text(written: str) -> str:
    """ "308号-310号" as "308-310", "甲1号" as "1甲", "1-25(单)号" as "1-25单"."""
    if written[:-1].isdigit():  # 1366号, as nearly always
        return written[:-1]
    parity = "单" if "单" in written else "双" if "双" in written else ""
    bare = _PARITY.sub("", written).replace("号", "")
    return "".join(f"{m[2]}{m[1] or m[3]}{m[4]}" for m in _ITEM.finditer(bare)) + parity
