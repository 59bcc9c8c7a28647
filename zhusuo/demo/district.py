"""What the demo district is made of: real road names, everything else invented. House numbers are not meant."""

import csv
from dataclasses import dataclass
from importlib.resources import files

from zhusuo.carriers.model import CarrierKind
from zhusuo.dossiers.model import TitleSituation

AUTHORITY = "徐汇区行政服务中心"
OFFICE = "徐家汇市场监管所"
OFFICE_SUBDISTRICTS = frozenset({"310104014", "310104003", "310104004"})
AGENCY = "徐汇滨江营商服务中心"
SERVED = frozenset({"滨屿天地一座", "滨屿天地二座", "斜桥商务中心"})
"""The houses whose manager mandated the agency; what the manager has not filed the agency files on behalf."""
PASSWORD = "zhusuo-demo"  # noqa: S105 - printed on the screen of every demo
INTAKE = "综窗受理系统"


@dataclass(frozen=True, kw_only=True)
class Manager:
    """物业: an organisation with one person who signs in for it."""

    key: str
    name: str
    person: str
    login: str


@dataclass(frozen=True, kw_only=True)
class House:
    """A carrier with its units: `floors` with `per_floor` units each, the lowest `podium` of them shops; a street's
    `floors` count its shops. `filed` is what became of its filing; `taken` the share of units with a tenant."""

    kind: CarrierKind
    name: str
    address: str
    subdistrict: str
    manager: str
    owner: str
    aliases: tuple[str, ...] = ()
    floors: range = range(0)
    per_floor: int = 0
    podium: int = 0
    buildings: tuple[str, ...] = ()
    situation: TitleSituation = TitleSituation.OWNER_LETS
    filed: str = "approved"
    taken: float = 0.7
    whole_floors: tuple[int, ...] = ()


MANAGERS = (
    Manager(key="huilan", name="上海汇澜商业管理有限公司", person="孙启帆", login="sunqifan"),
    Manager(key="binjiang", name="上海滨屿资产运营有限公司", person="陈鹭", login="chenlu"),
    Manager(key="caohejing", name="上海漕屿园区发展有限公司", person="何以宁", login="heyining"),
    Manager(key="jiedao", name="上海槿安街区服务有限公司", person="方晓棠", login="fangxiaotang"),
)

# 字号 for invented companies; together with a trade they make some 600 names.
_WORDS = """
栖木 澜鹭 恒砚 朴石 信澜 序言 海岱 九章 观澜 榆林 碧波 秋水 云岫 初晴 元白 暮山 一苇 望舒 玄武 锦书 千帆 知远
松间 方寸 启明 云杉 微雨 竹里 柏舟 临川 春申 屿间 乐岸 长风 清和 星野 谷雨 甘棠 怀瑾 禾序 澄观 晴川 听澜 江畔
采薇 苏合 丹青 漱石 合纵 岚图 木棉 半夏 行知 汀兰 若谷 拾光 白屿 北辰 远岫 林屿 枫桥 岭南 弘一 洛川
"""
WORDS = tuple(_WORDS.split())
TRADES = ("信息科技", "文化传播", "企业管理", "建筑设计", "人力资源", "医疗科技", "贸易", "餐饮管理", "教育科技")


def houses() -> list[House]:
    """The rows of houses.csv."""
    text = (files("zhusuo.demo") / "houses.csv").read_text(encoding="utf-8")
    return [_house(row) for row in csv.DictReader(text.splitlines())]


def _house(row: dict[str, str]) -> House:
    first, _, last = row["floors"].partition("-")
    return House(
        kind=CarrierKind(row["kind"]),
        name=row["name"],
        aliases=_several(row["aliases"]),
        address=row["address"],
        subdistrict=row["subdistrict"],
        manager=row["manager"],
        owner=row["owner"],
        buildings=_several(row["buildings"]),
        floors=range(int(first), int(last) + 1),
        per_floor=int(row["per_floor"]),
        podium=int(row["podium"]),
        whole_floors=tuple(map(int, _several(row["whole_floors"]))),
        situation=TitleSituation(row["situation"]),
        filed=row["filed"],
        taken=float(row["taken"]),
    )


def _several(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("、") if part)
