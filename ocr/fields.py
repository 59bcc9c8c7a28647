"""The main fields of a paper, found by their labels and their neighbourhood.

A rule is a pattern over the running text of the pages of that paper, or over its rows where the label of a table's
cell stands beside its value. The first rule of a name that finds something readable wins. Names and plain values
are those of the specimens' `truth.json`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ocr import normal
from ocr.flow import Flow, Found, flow_of
from ocr.model import Field, Page, PageKind
from ocr.normal import AREA, BUILDING, DATE, FOR_EVER, UNIT
from ocr.signing import sealed, signed
from ocr.tables import listed_units, plan_units, valued_cells

ROW, PIECE = "\n", "\t"
_NAME = r"[\u3400-\u9fffA-Za-z0-9()·&.]"
PARTY = (
    rf"{_NAME}{{2,36}}?(?:有限公司|股份公司|公司|事务所|合作社|中心(?![\u3400-\u9fff])|管理委员会|合伙企业(?:\([^)]{{2,6}}\))?)"
    r"(?:[\u3400-\u9fff]{2,8}分公司)?"
)
USCC = r"[0-9A-Z]{18}"
PLACE = r"[\u3400-\u9fffA-Za-z0-9()、,-]{4,60}?"
UNIT_LIST = rf"(?:{BUILDING})?{UNIT}(?:[、,;和及](?:{BUILDING})?{UNIT})*"
SENTENCE = r"[^。;\n]{0,60}"
ASIDE = r"(?:\([^)\n]{1,16}\))?"
"""What may stand in brackets behind a label: (甲方), (以下简称"甲方")."""
PLACE_IN_ROW = rf"(?P<v>{PLACE})(?=[,;。(\t\n]|$)"
UPTO = r"\D{0,3}1{0,2}\D{0,3}"
"""Between the two days of a term; a smudge on 日 and the edge of a cell are sometimes read as a 1."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a field stands and what its plain value is; `last` takes the last match instead of the first."""

    name: str
    pattern: re.Pattern[str]
    plain: Callable[[str], Any] = str
    last: bool = False
    rows: bool = False


def _running(name: str, pattern: str, plain: Callable[[str], Any] = str, *, last: bool = False) -> Rule:
    return Rule(name, re.compile(pattern), plain, last)


def _in_rows(name: str, pattern: str, plain: Callable[[str], Any] = str, *, last: bool = False) -> Rule:
    return Rule(name, re.compile(pattern, re.MULTILINE), plain, last, rows=True)


def _party(text: str) -> str:
    """A name without the specks between its characters."""
    return text.replace(".", "")


def _permitted(sentence: str) -> bool:
    """Whether a sentence about what a party may do says yes; what takes another's consent each time is no."""
    return (
        re.search(
            r"(?<!已)经.{1,10}(?:同意|许可|批准)|不得|不能|不可以?|无权|禁止|不予|不同意|未经|未征得|不允许", sentence
        )
        is None
    )


def _storeys(text: str) -> int | None:
    value = normal.number(text)
    return None if value is None else int(value)


def _unit_names(text: str) -> list[str]:
    """The units of a lease; with their buildings where they lie in more than one."""
    named = normal.units(text)
    parted = [normal.unit(name) for name in named]
    return named if len({building for building, _ in parted}) > 1 else [unit for _, unit in parted]


PARTIES = ("lessor", "lessee", "grantor", "grantee", "owner", "builder", "issued_by")

_TERM_START = rf"(?P<v>{DATE})(?={UPTO}{DATE})"
_TERM_END = rf"{DATE}{UPTO}(?P<v>{DATE})"

RULES: dict[PageKind, tuple[Rule, ...]] = {
    "title_deed": (
        _running(
            "certificate_number",
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
            r"(?:\(\d{4}\)[\u4e00-\u9fff]{1,6}不动产权|房地[\u4e00-\u9fff]{1,4}字\(\d{4}\))第\d{4,10}号",
        ),
        _running("serial_number", r"(?<![务约])编号[:.]?N?[oeº°.]?№?[:.]?(?P<v>\d{10,14})(?!\d)"),
        _running("unit_code", r"(?<!\d)(?P<v>\d{12}[A-Z]{2}\d{5}[A-Z]\d{8})"),
        _running("land_use", r"土地用途:?(?P<v>[\u4e00-\u9fff]{2,12}?)(?=/|;|,|房屋用途|宗地|面积)"),
        _running("use", r"房屋用途:?(?P<v>[\u4e00-\u9fff]{2,12}?)(?=/|;|,|面积|$)"),
        _running("land_area_m2", rf"宗地面积:?(?P<v>{AREA})", normal.area),
        _running("area_m2", rf"(?:房屋|合计)建筑面积:?(?P<v>{AREA})", normal.area),
        _in_rows("area_m2", rf"^合计\t?(?P<v>{AREA})", normal.area),
        _running("term_start", rf"使用期限.{{0,30}}?{_TERM_START}", normal.date),
        _running("term_end", rf"使用期限.{{0,30}}?{_TERM_END}", normal.date),
        _running("term_end", rf"使用期限.{{0,30}}?(?P<v>{FOR_EVER})", normal.end),
        _running("completed_on", rf"竣.日期:?(?P<v>{DATE})", normal.date),
        _running("floors", r"总层数:?(?P<v>\d{1,3})", _storeys),
        _running("issued_on", rf"登记日期?:?(?P<v>{DATE})", normal.date),
        _running("issued_on", rf"登记机构.{{0,20}}?(?P<v>{DATE})", normal.date),
        _in_rows("land_use", r"^用.{0,2}途[.:\t]*(?P<v>[\u4e00-\u9fff]{2,10}用地)"),
        _in_rows("use", r"^用.{0,2}途[.:\t]*[\u4e00-\u9fff]{2,10}用地[/、,](?P<v>[\u4e00-\u9fff]{2,12})"),
        _in_rows("owner", rf"^权利人[:\t]*(?P<v>{PARTY}|[^\t\n]{{2,30}})"),
        _in_rows("co_ownership", r"^共有情况[:\t]*(?P<v>[^\t\n]{2,12})"),
        _in_rows("location", r"^(?:房地)?坐落[:\t]*(?P<v>[^\t\n]{4,60})"),
        _in_rows("plot", r"^宗地\(.\)号[:\t]*(?P<v>[^\t\n]{4,40})"),
    ),
    "completion_certificate": (
        _in_rows("location", r"^(?:工程|建设)地[点址][:\t]*(?P<v>[^\t\n]{4,60})"),
        _running("location", rf"(?:工程|建设|项目)地[点址][:为](?P<v>{PLACE})(?=[),。;])"),
        _in_rows("project_name", r"^(?:工程|项目)名称?[:\t]*(?P<v>[^\t\n]{4,40})"),
        _running("project_name", r"单位建设的(?P<v>[^(,。;]{2,40}?)(?=[(,。;])"),
        _in_rows("builder", r"^建设单位[:\t]*(?P<v>[^\t\n]{4,40})"),
        _in_rows("builder", rf"^(?P<v>{PARTY}):$", _party),
        _in_rows("area_m2", rf"^(?:总?建筑)?面积[:\t]*(?P<v>{AREA})", normal.area),
        _running("area_m2", rf"建筑面积[为共:]{{0,2}}(?P<v>{AREA})", normal.area),
        _running("floors", r"地上(?P<v>\d{1,3})层", _storeys),
        _running("completed_on", rf"竣工(?:验收)?日期:?(?P<v>{DATE})", normal.date),
        _running("completed_on", rf"(?P<v>{DATE})(?:经)?竣工", normal.date),
        _running("filed_on", rf"备案.期:?(?P<v>{DATE})", normal.date),
        _running("certificate_number", r"备案编号:?(?P<v>[0-9A-Z-]{6,20})"),
    ),
    "floor_plan": (
        _in_rows("title", r"^(?P<v>[^\t\n]{2,30}平面图)$"),
        _in_rows("title", r"^图名[:\t]*(?P<v>[^\t\n]{2,30}平面图)"),
        _running("floor", r"(?P<v>地?下?\d{1,2}层)平面图", lambda text: _storey(text)),
        _in_rows("location", r"坐落[:\t]*(?P<v>[^\t\n]{4,60})"),
    ),
    "mandate": (
        _running("grantor", rf"(?<![被受转])委托[人方]:(?P<v>{PARTY})", _party),
        _running("grantor", rf"兹有(?P<v>{PARTY})\(产权人\)", _party),
        _running("grantor", rf"(?:甲方|授权人|产权人)(?:\([^)]{{2,8}}\))?:(?P<v>{PARTY})", _party),
        _running("grantee", rf"(?:受托[人方]|被委托人|被授权人|乙方)(?:\([^)]{{2,8}}\))?:(?P<v>{PARTY})", _party),
        _running("grantee", rf"出租给(?P<v>{PARTY})使用", _party),
        _in_rows("grantor", rf"^(?:委托|授权)[人方单位]{{1,2}}{ASIDE}[:\t]*(?P<v>{PARTY})", _party),
        _in_rows("grantee", rf"^(?:受托|被委托|被授权|受权)[人方单位]{{1,2}}{ASIDE}[:\t]*(?P<v>{PARTY})", _party),
        _running("location", rf"委托人系(?P<v>{PLACE})(?:的)?房屋", normal.address),
        _running("location", rf"(?:[座坐]落[于在]|位于)(?P<v>{PLACE})的?(?:房屋|物业|\()", normal.address),
        _in_rows(
            "location",
            rf"^(?:委托|授权)?(?:标的|物业|房屋)?(?:标的|地址|[座坐]落|位置)[:\t]*(?P<v>{PLACE})(?=[,;。(\t\n]|$)",
            normal.address,
        ),
        _running("scope", rf"下列房屋[^:]{{0,12}}:(?P<v>{UNIT_LIST})", normal.units),
        _running("scope", rf"(?:部位|范围|单元)(?:为|包括|:){{0,2}}(?P<v>{UNIT_LIST})", normal.units),
        _running("scope", rf"下列房屋[^。;:]{{0,24}}:(?P<v>{UNIT_LIST})", normal.units),
        _running("term_start", rf"(?:委托|授权|租赁|管理)期限:?自?{_TERM_START}", normal.date),
        _running("term_end", rf"(?:委托|授权|租赁|管理)期限:?自?{_TERM_END}", normal.date),
        _running("term_end", rf"(?:委托|授权|管理)期限:?.{{0,20}}?(?P<v>{FOR_EVER})", normal.end),
        _running(
            "sublet_allowed",
            rf"(?P<v>(?:受托[人方]|乙方)(?:有权|不得|无权|可以){SENTENCE}转租{SENTENCE}。)",
            _permitted,
        ),
        _in_rows("sublet_allowed", rf"^(?P<v>{SENTENCE}转租{SENTENCE}。)", _permitted),
        _in_rows("registration_allowed", rf"^(?P<v>不?同.?{SENTENCE}住所{SENTENCE}登记。?)", _permitted),
        _running(
            "registration_allowed",
            r"(?P<v>不?同意[^。;]{0,40}住所[^。;]{0,30}登记[^。;]{0,10}。)",
            _permitted,
        ),
        _running(
            "registration_allowed",
            r"(?P<v>[^。;]{0,30}(?:住所|经营场所|注册地址)[^。;]{0,30}登记[^。;]{0,16}不?(?:予以)?(?:同意|认可)[^。;]{0,6}。)",
            _permitted,
        ),
        _in_rows("registration_allowed", rf"^(?P<v>{SENTENCE}同意{SENTENCE}住所{SENTENCE})$", _permitted),
        _running("certificate_number", r"(?P<v>[A-Z]{2}-\d{4}-\d{2,5})"),
        _running("certificate_number", r"(?<![务])编号:?(?P<v>[0-9A-Z-]{5,20})"),
        _running("area_m2", rf"面积(?:共计|合计|约|为|:)*(?P<v>{AREA})", normal.area),
        _running("area_m2", rf"[号室,](?P<v>(?:{normal.NUMBER})(?:平方米|㎡|m²|m2))", normal.area),
        _in_rows("issued_on", rf"(?:^|日期:)(?P<v>{DATE})", normal.date, last=True),
    ),
    "house_number_certificate": (
        _in_rows("certificate_number", r"(?P<v>[\u4e00-\u9fff]{2,6}字\[\d{4}\]第\d{1,6}号)"),
        _running("deed_address", rf"(?:位于|[座坐]落[于在])(?P<v>{PLACE})\(产证地址\)", normal.address),
        _running(
            "deed_address",
            rf"(?:位于|[座坐]落[于在])(?P<v>{PLACE})(?:的)?(?:房屋|物业|房产)?[,(].{{0,30}}?现",
            normal.address,
        ),
        _in_rows(
            "deed_address", rf"^(?:产证|证载|原)(?:地址|门[弄牌]号?码?|[座坐]落)[:\t]*{PLACE_IN_ROW}", normal.address
        ),
        _in_rows("current_address", rf"^现(?:用|在)?的?(?:地址|门[弄牌]号?码?)[:\t]*{PLACE_IN_ROW}", normal.address),
        _running("current_address", rf"现门[弄牌]号码?(?:为|:)?(?P<v>{PLACE})(?=系|为|,|。)", normal.address),
        _running("building_name", r"名称为\"?(?P<v>[^\"。,]{2,20})\"?[。,]"),
        _running("owner", rf"证明(?P<v>{PARTY})所有"),
        _in_rows("owner", rf"^(?:产权(?:单位|人)|权利人|所有人|申请(?:单位|人))[:\t]*(?P<v>{PARTY})", _party),
        _in_rows("owner", rf"^(?P<v>{PARTY}):$", _party),
        _in_rows("issued_by", r"(?P<v>[\u4e00-\u9fff]{2,12}公安局[\u4e00-\u9fff]{0,12}派出所)", last=True),
        _in_rows("issued_on", rf"(?:^|\t|日期:)(?P<v>{DATE})", normal.date, last=True),
    ),
    "lease": (
        _running("contract_number", r"(?:合同|协议|合约)(?:编号|号码?):?(?P<v>[0-9A-Z-]{5,20})"),
        _running("contract_number", r"\(编号:?(?P<v>[0-9A-Z.-]{5,20})\)"),
        _running("lessor", rf"(?:出租[方人]|甲方){ASIDE}:(?P<v>{PARTY})", _party),
        _running("lessee", rf"(?:承租[方人]|乙方){ASIDE}:(?P<v>{PARTY})", _party),
        _running("lessor", rf"(?:出租[方人]|甲方){ASIDE}:?(?:单位|公司|企业)?名称:(?P<v>{PARTY})", _party),
        _running("lessee", rf"(?:承租[方人]|乙方){ASIDE}:?(?:单位|公司|企业)?名称:(?P<v>{PARTY})", _party),
        _in_rows("lessor", rf"^(?:出租[方人]|甲方){ASIDE}[:\t]*(?P<v>{PARTY})", _party),
        _in_rows("lessee", rf"^(?:承租[方人]|乙方){ASIDE}[:\t]*(?P<v>{PARTY})", _party),
        _running("lessor_uscc", rf"(?:出租[方人]|甲方){ASIDE}\)?:{PARTY}(?:统一社会信用代码:|\()(?P<v>{USCC})"),
        _running("lessee_uscc", rf"(?:承租[方人]|乙方){ASIDE}\)?:{PARTY}(?:统一社会信用代码:|\()(?P<v>{USCC})"),
        _running("location", rf"房屋[座坐]落[在于:](?P<v>{PLACE})\(以下", normal.address),
        _running(
            "location",
            rf"(?:甲方|出租[方人])(?:同意)?将(?:其|自有|所有|合法|拥有|的)*(?:[座坐落位]{{1,2}}[于在])?(?P<v>{PLACE})(?:的|\(|房屋|物业|办公用房|商铺)",
            normal.address,
        ),
        _in_rows(
            "location",
            rf"(?:^|[、.])(?:租赁|该)?(?:房屋|物业|标的|场地)(?:的?(?:地址|[座坐]落|位置))?(?:[在于为])?[:\t]+{PLACE_IN_ROW}",
            normal.address,
        ),
        _running("location", rf"房屋[座坐]落[在于:]?:?(?P<v>{PLACE})(?=[(。,;]|建筑面积)", normal.address),
        _running("area_m2", rf"建筑面积(?:为|约|共|:)*(?P<v>{AREA})", normal.area),
        _running("area_m2", rf"(?:租赁|承租|计租|建筑)面积{ASIDE}\)?(?:为|约|共|计|合|:)*(?P<v>{AREA})", normal.area),
        _in_rows("units", rf"^(?:租赁|承租)?(?:单元|室号|房号|铺位|部位)号?[:\t]*(?P<v>{UNIT_LIST})", _unit_names),
        _running("term_start", rf"(?:租赁期限?|租期)[^\d]{{0,6}}{_TERM_START}", normal.date),
        _running("term_end", rf"(?:租赁期限?|租期)[^\d]{{0,6}}{_TERM_END}", normal.date),
        _running(
            "area_m2",
            rf"(?<!套内)面积(?:为|约|共|计|合|:)*(?P<v>(?:{normal.NUMBER})(?:平方米|平米|㎡|m²|m2))",
            normal.area,
        ),
        _running("term_start", rf"(?:租赁期限?|租期|期限)[^。;]{{0,16}}?{_TERM_START}", normal.date),
        _running("term_end", rf"(?:租赁期限?|租期|期限)[^。;]{{0,16}}?{_TERM_END}", normal.date),
        _running("rent_month", rf"(?:月租金|租金(?:标准)?为?每月)[^\d]{{0,14}}(?P<v>{normal.NUMBER})元", normal.number),
        _running("rent_month", rf"(?:每月|租金)[^\d]{{0,14}}(?P<v>{normal.NUMBER})元", normal.number),
        _running("use", r"(?:房屋)?用途[为:](?P<v>[\u4e00-\u9fff]{2,12}?)(?=[。,;、]|1-2|$)"),
        _in_rows("use", r"^(?:房屋|租赁)?用途[:\t]*(?P<v>[\u4e00-\u9fff]{2,12})(?=[\t。,;、(]|$)"),
        _running("sublet_allowed", r"(?P<v>(?:未经|租赁期内)[^。;]{0,30}转租[^。;]{0,30}。)", _permitted),
        _running("sublet_allowed", r"(?P<v>(?:乙方|承租[方人])[^。;]{0,30}转租[^。;]{0,30}。)", _permitted),
        _running("signed_on", rf"日期:(?P<v>{DATE})", normal.date, last=True),
        _in_rows("signed_on", rf"(?:^|\t)(?P<v>{DATE})(?=\t|$)", normal.date, last=True),
    ),
}


def _storey(text: str) -> int | None:
    value = _storeys(text)
    return -value if value is not None and "下" in text else value


def fields_of(kind: PageKind, pages: Sequence[Page]) -> list[Field]:
    """The fields of the paper of `kind` among `pages`; of all pages with words where none was seen as that kind."""
    own = [page for page in pages if page.kind == kind] or [
        page for page in pages if page.kind not in ("blank", "id_card")
    ]
    found: dict[str, Field] = {}
    for field in _ruled(RULES.get(kind, ()), own):
        found.setdefault(field.name, field)
    for name, value, plain in _special(kind, own, found):
        found.setdefault(name, _field(name, value, plain))
    return [*found.values(), *_signing(kind, own, found)]


def _signing(kind: PageKind, pages: Sequence[Page], found: dict[str, Field]) -> Iterator[Field]:
    """The seals on its pages, and of a lease who signed it."""
    said = {name: field.value for name, field in found.items()}
    yield from sealed(pages, {name: said[name] for name in PARTIES if name in said})
    if kind == "lease" and (field := signed(pages, said.get("lessor", ""), said.get("lessee", ""))):
        yield field


def _ruled(rules: Iterable[Rule], pages: Sequence[Page]) -> Iterable[Field]:
    running, rows = flow_of(pages), flow_of(pages, row_end=ROW, piece_end=PIECE)
    for rule in rules:
        for value in _matches(rule, rows if rule.rows else running):
            plain = rule.plain(value.text)
            if plain is not None:
                yield _field(rule.name, value, plain)
                break


def _matches(rule: Rule, flow: Flow) -> list[Found]:
    matches = list(flow.all(rule.pattern))
    return matches[::-1] if rule.last else matches


def _field(name: str, value: Found, plain: Any) -> Field:
    return Field(name=name, value=value.text, normal=plain, confidence=value.confidence, page=value.page, box=value.box)


def _special(kind: PageKind, pages: Sequence[Page], found: dict[str, Field]) -> Iterable[tuple[str, Found, Any]]:
    """What stands in tables and drawings, and what follows from another field."""
    if kind == "title_deed":
        yield from listed_units(pages)
        yield from valued_cells(pages)
    elif kind == "floor_plan":
        yield from plan_units(pages, found["title"].value if "title" in found else "")
    elif kind == "lease" and "location" in found and "units" not in found:
        yield from _leased_units(found["location"])


_AT_END = re.compile(rf"(?P<v>{UNIT_LIST})号?$")


def _leased_units(location: Field) -> Iterable[tuple[str, Found, Any]]:
    """The units that close the address of a lease."""
    if match := _AT_END.search(location.value):
        text = match["v"]
        yield "units", Found(text, location.page, location.box, location.confidence), _unit_names(text)
