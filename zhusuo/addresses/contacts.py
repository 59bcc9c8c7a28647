"""联系人 电话 身份证号: what people paste along with an address. It is taken out before anything is read."""

import re

_DIGITS = re.compile(r"\d{6}")
# An ID number, a mobile number, a landline with its area code, a postcode, or any number that is called one.
_NUMBER = re.compile(
    r"(?:身份证|证件|证照|联系|手机|电话|[Tt][Ee][Ll])[\u4e00-\u9fff]{0,3}[:：.]?\s{0,3}\d[\dXx-]{6,20}"
    r"|(?:邮编|邮政编码)[:：]?\s{0,3}\d{6}|^\s{0,3}20[01]\d{3}(?=\s{0,3}[\u4e00-\u9fff]{2})"
    r"|(?<!\d)(?:\d{17}[\dXx]|(?:\+?86-?)?1[3-9]\d{9}|0\d{2,3}[- ]\d{7,8})(?![\dA-Za-z])"
)
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田"
    "任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_PERSON = re.compile(
    rf"(?:联系人|法定代表人|法人|收件人|负责人)[:：]?\s{{0,3}}[\u4e00-\u9fff]{{2,4}}"
    rf"|(?:(?<=[室号层楼铺座间)）0-9A-Za-z])[\s,，;；]{{1,4}}|(?<=室))[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}"
    r"(?:先生|女士|小姐|收)?(?=\s*$)"
)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_HIDDEN = 8
_ENDS = frozenset("室号楼层幢座铺区栋间元")  # how addresses end that nobody has written his name behind


def without_contacts(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text with blanks in place of people and their numbers, and where they stood."""
    places = [found.span() for found in _NUMBER.finditer(text)] if _DIGITS.search(text) else []
    for start, end in places:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    if places or (text[-1:] > "\u4dff" and text[-1] not in _ENDS):
        person = _PERSON.search(text)
        if person:
            places.append(person.span())
            text = f"{text[: person.start()]}{' ' * (person.end() - person.start())}{text[person.end() :]}"
    return text, places


def masked(text: str) -> str:
    """The text for records that many may read: of ID and phone numbers only the first digits are left.

    NULs and halves of characters, which PostgreSQL does not hold, are left out.
    """
    text = _UNSTORABLE.sub("", text)
    if not _DIGITS.search(text):
        return text
    return _NUMBER.sub(lambda found: found[0][:-_HIDDEN] + "*" * _HIDDEN, text)
