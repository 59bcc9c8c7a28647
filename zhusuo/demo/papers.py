"""The demo's own papers, set with typst: born-digital PDFs that are read like any other."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import as_file, files

import typst

from zhusuo.carriers.model import Unit
from zhusuo.demo.district import House
from zhusuo.dossiers.model import TitleSituation

DISTRICT = "上海市徐汇区"
SET_AT = 1_767_225_600
"""2026-01-01: the same paper always has the same bytes."""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What `paper.typ` sets."""

    title: str
    number: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    signed: tuple[str, ...] = ()
    seal: str = ""
    sides: tuple[tuple[str, str], ...] = ()
    """The sides of a contract beside each other: what stands there, and whose seal."""


def printed(paper: Paper) -> bytes:
    """The PDF."""
    template = (files("zhusuo.demo") / "paper.typ").read_bytes()
    inputs = {"paper": json.dumps(asdict(paper), ensure_ascii=False)}
    return typst.compile(
        template,
        format="pdf",
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        timestamp=1_767_225_600,
    )


@cache
def _fonts() -> typst.Fonts:
    with as_file(files("zhusuo") / "fonts") as folder:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def _day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def _area(units: list[Unit]) -> str:
    return f"{sum(float(unit.area_m2 or 0) for unit in units):.2f}平方米"


def deed(house: House, units: list[Unit], number: int) -> Paper:
    certificate = f"沪（2021）徐字不动产权第{number:06}号"
    rows = (
        ("权利人", house.owner),
        ("共有情况", "单独所有"),
        ("坐落", f"{DISTRICT}{house.address}"),
        ("不动产单元号", f"310104{number:06}GB00{number % 1000:03}F00010001"),
        ("权利类型", "国有建设用地使用权／房屋所有权"),
        ("用途", "商务办公用地／办公" if house.kind.value in ("tower", "park", "incubator") else "商服用地／店铺"),
        ("面积", f"建筑面积 {_area(units)}"),
        ("使用期限", "2009年03月12日起2059年03月11日止"),
    )
    table = [("幢号", "楼层", "室号或部位", "建筑面积（㎡）")]
    table += [(unit.building, str(unit.floor or ""), unit.name, str(unit.area_m2 or "")) for unit in units[:120]]
    signed = ("登记机构：上海市徐汇区自然资源确权登记事务中心", "2021年07月15日")
    return Paper(
        title="不动产权证书", number=certificate, rows=rows, table=tuple(table), signed=signed, seal="不动产登记专用章"
    )


def completion(house: House, units: list[Unit], number: int) -> Paper:
    rows = (
        ("备案编号", f"2018-JG-{number:04}"),
        ("工程名称", f"{house.name}新建工程"),
        ("工程地点", f"{DISTRICT}{house.address}"),
        ("建设单位", house.owner),
        ("建筑面积", _area(units)),
        ("竣工日期", "2018年11月20日"),
    )
    lines = ("根据《建设工程质量管理条例》，本工程竣工验收资料齐全，准予备案。",)
    return Paper(
        title="建设工程竣工验收备案证书", rows=rows, lines=lines, signed=("2018年12月06日",), seal="竣工验收备案专用章"
    )


def plan(house: House, units: list[Unit]) -> Paper:
    rows = (("图名", f"{house.name}楼层平面图"), ("坐落", f"{DISTRICT}{house.address}"), ("比例", "1:200"))
    table = [("楼层", "单元", "面积（㎡）")]
    table += [(str(unit.floor or ""), unit.name, str(unit.area_m2 or "")) for unit in units[:90]]
    return Paper(title="楼层平面图", rows=rows, table=tuple(table), signed=(f"制图：{house.owner}",))


def mandate(house: House, manager: str, ends_on: date) -> Paper:
    grant = (
        f"委托人{house.owner}为{DISTRICT}{house.address}（{house.name}）的产权人，现委托受托人{manager}经营管理上述房屋的全部单元。",
        "受托人有权以自己名义将上述房屋对外出租、转租，同意将上述房屋提供给承租企业作为住所（经营场所）办理市场主体登记。",
        f"委托期限自2024年4月1日起至{_day(ends_on)}止。",
    )
    title = "同意转租证明" if house.situation is TitleSituation.SUBLET else "授权委托书"
    rows = (("委托人", house.owner), ("受托人", manager), ("坐落", f"{DISTRICT}{house.address}"))
    return Paper(title=title, rows=rows, lines=grant, signed=(house.owner, "2024年3月20日"), seal=house.owner)


def claim(house: House, manager: str) -> Paper:
    lines = (
        f"兹证明{DISTRICT}{house.address}（{house.name}）由{manager}负责物业管理，合同期限自2024年1月1日起至2029年12月31日止。",
    )
    return Paper(title="物业服务合同备案证明", lines=lines, signed=(house.owner, "2024年1月5日"), seal=house.owner)


def service(house: House, manager: str, agency: str) -> Paper:
    """What an agency brings to show that the manager wants its help."""
    lines = (
        f"委托人{manager}负责{DISTRICT}{house.address}（{house.name}）的经营管理，现委托{agency}代为办理住所材料备案，并向企业推介可登记房源。",
        "委托期限自2026年1月1日起至2028年12月31日止。",
    )
    return Paper(title="营商服务委托书", lines=lines, signed=(manager, "2025年12月22日"), seal=manager)


def lease_of(
    house: House, unit: str, area_m2: Decimal, *, lessor: str, lessee: str, begins_on: date, ends_on: date
) -> Paper:
    """What a tenant brings; `unit` with its building, as the door says it."""
    rows = (
        ("出租方（甲方）", lessor),
        ("承租方（乙方）", lessee),
        ("房屋坐落", f"{DISTRICT}{house.address}{unit}"),
        ("建筑面积", f"{area_m2}平方米"),
        ("租赁期限", f"自{_day(begins_on)}起至{_day(ends_on)}止"),
        ("租赁用途", "办公"),
        ("月租金", f"人民币{round(float(area_m2) * 150)}元"),
    )
    lines = ("甲乙双方就上述房屋的租赁事宜协商一致，订立本合同。", "乙方可将上述房屋作为住所（经营场所）办理登记。")
    sides = ((f"甲方（盖章）：{lessor}", lessor), (f"乙方（盖章）：{lessee}", lessee))
    return Paper(title="房屋租赁合同", rows=rows, lines=lines, sides=sides, signed=(f"签订日期：{_day(begins_on)}",))
