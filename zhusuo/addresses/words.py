"""The words of the second half of an address, as patterns: all linear, each for one decision of `tail`."""

import re

# 1803, A2, B-938 (as B, 938), 102-15, 110乙, 东302, T17-5
C = "(?:[东南西北](?=[0-9A-Z]))?[甲乙丙丁戊己]?[0-9A-Z]+(?:[甲乙丙丁戊己]|[东南西北](?=[室座铺]))?"
CODE = f"第?{C}(?:-{C}){{0,6}}"
ALONE = "[甲乙丙丁戊己](?=[室座铺间幢楼栋、]|单元|$)|[东南西北](?=[座室])"
AFTER_CODE = (
    "号楼|号幢|号房|号厂房|号车间|号仓?库|号门(?!面)|号商铺|号店铺|号铺位?|号摊位?|号席位|号厅|号柜|号单元|幢楼?|栋楼?|夹层?|[楼层](?!盘)|室|单元"
    "|铺位|商铺|店铺|店面|铺|车间|工位|部位|展位|摊位|席位|摊|席|柜|馆|跨|位|处|厅|房间?|间|座|套|区域?|块|段|宗地?|丘|组|队|期|库"
    "|号|米|门"
)
TOKEN = re.compile(
    r"(?P<sep>[、/&+ .\-:]+)"
    r"|(?P<open>\()|(?P<close>\))"
    rf"|(?P<codes>{CODE}(?:[、/.&+]+{CODE}){{0,60}}|{ALONE})(?P<word>{AFTER_CODE})?"
    "|(?P<han>(?:(?!第[0-9A-Z])[\u4e00-\u9fff])+)"
    "|(?P<other>.)",
    re.DOTALL,
)
BUILDING_WORDS = re.compile("号楼|号幢|号房|号厂房|号车间|号仓?库|幢楼?|栋楼?|号?厅|号门|期|块|段|库|号单元")
UNIT_WORDS = re.compile(
    "室|铺位|商铺|店铺|店面|铺|车间|工位|部位|展位|摊位|席位|摊|席|柜|馆|跨|位|处|房间?|间|套|号(?:商铺|店铺|铺位?|摊位?|席位|柜)"
)
IGNORED_WORDS = re.compile("宗地?|丘|米|组|队|门")

FLOORS = {"底": "1", "首": "1", "地面": "1", "夹": "夹", "底夹": "1夹", "顶": "顶", "阁": "阁"}
# Words of Chinese alone that say a floor, a building or the whole of it.
WORDS = re.compile(
    "(?P<basement>半?地下[室层]?|负$)|(?P<floor>(?P<which>底夹|底|首|地面|夹|顶|阁)(?:[层楼]|(?<=底)(?:间|(?=[前后东西南北中])|$)))"
    "|(?P<whole>整层|全层|整幢|全幢|整栋|全栋|整楼|全楼|全部位|全部)"
)
BUILDING = re.compile(
    "(?:[东南西北中主裙附副辅前后内外甲乙丙丁]{1,2}|综合|办公|商务|行政|教学|科研|厂房|通用厂房|市场商务|银行)(?:楼|塔楼?|座)$|裙房$"
    "|(?:^|(?<=中心|大厦|广场|花园|公寓|大楼))[\u4e00-\u9fff]{1,4}[幢栋]$|[\u4e00-\u9fff]{2}[幢栋]$"
)
LONGEST_BUILDING = 12
NOT_A_BUILDING = re.compile("大楼$|宾馆|酒店|[\u4e00-\u9fff](?:商务|综合|办公|商住)楼$")
PART = re.compile(
    "(?:[东南西北中]{1,2}|上|下|前|后|左|右|中)(?:侧|部位?|间|首|端|面|半|角|区|边|段|套|单元|门|室|小间|大间)?(?:[甲乙丙丁]?[室座间铺])?$"
    "|(?:沿街|临街)?(?:部位|部分|店面|灶间|商铺|商场|店铺|铺面|门面|车间|厂房|仓库|摊位|柜台|中间|统客|沿街|客堂|亭子间|厢房)$"
    "|[甲乙丙丁][室座间铺]?$"
)
DESCRIPTOR = re.compile(
    "^(?:近|临|靠|距|原|旁|及|和|与|等|内|共)|(?:口|对面|旁|附近|内|交叉|以[东南西北]|[东南西北]{1,2}(?:首|堍))$"
)
BESIDE = re.compile("(?:斜?对[面过门]|旁边?|隔壁|附近)[的第]?")
SECOND_ROAD = re.compile("(?:路|街|大道|公路)$")
NOTHING = frozenset("室号楼层第之单元内的铺座房间")
ACTUAL = re.compile("实际|名义|原|现|标号|又名|即|工商|奉工|临时")
BELOW = re.compile(r"(\d?)[层楼]?")
SIDES = frozenset("东南西北中前后甲乙丙丁")
PARITY = re.compile("[单双]号?")
HAS_CODE = re.compile("[0-9A-Z]")
ONE_CODE = re.compile(CODE)
BUILDING_AFTER = re.compile("幢|号楼|栋|座|室")
FLOOR_ITEMS = re.compile("[、/.&+-]|[^、/.&+-]+")
# Units whose number says their floor.
SPEAKING = re.compile(r"[A-Z]{0,2}-?\d{3,4}(?!\d)")
LIST = re.compile(r"[、/.&+]+")
# 2F, B1F at the head of a code: the floor.
DECK = re.compile(r"(B?\d{1,2})F(?=[-0-9]|$)")
# From here on 楼 beside a room of another floor is a building.
TALL = 30
