"""A table of addresses, labelled by hand: invented, but with the noise of real registers."""

import pytest

from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.model import Address
from zhusuo.addresses.wash import wash

LEXICON = Lexicon.load()

# text | parts that must come out, all others empty | reason codes beyond no_district
TABLE = """
上海市徐汇区肇嘉浜路1366号18楼1803室 | district=徐汇区 road=肇嘉浜路 number=1366 floor=18 units=1803
肇嘉浜路1366号1803室 | road=肇嘉浜路 number=1366 units=1803
徐汇区肇嘉浜路1366号 | district=徐汇区 road=肇嘉浜路 number=1366
上海徐汇区肇嘉浜路1366号1803 | district=徐汇区 road=肇嘉浜路 number=1366 units=1803
徐汇肇嘉浜路1366号1803室 | district=徐汇区 road=肇嘉浜路 number=1366 units=1803
上海市肇嘉浜路１３６６号１８０３室 | road=肇嘉浜路 number=1366 units=1803
上海市徐匯區肇嘉浜路1366號1803室 | district=徐汇区 road=肇嘉浜路 number=1366 units=1803
上海市 徐汇区 肇嘉浜路 1366 号 1803 室 | district=徐汇区 road=肇嘉浜路 number=1366 units=1803
上海市徐汇区上海市徐汇区肇嘉浜路1366号 | district=徐汇区 road=肇嘉浜路 number=1366
“上海市徐汇区肇嘉浜路1366号1803室 | district=徐汇区 road=肇嘉浜路 number=1366 units=1803
徐汇区徐家汇街道肇嘉浜路1366号 | district=徐汇区 subdistrict=徐家汇街道 road=肇嘉浜路 number=1366
徐家汇街道肇嘉浜路1366号 | district=徐汇区 subdistrict=徐家汇街道 road=肇嘉浜路 number=1366
漕河泾开发区宜山路900号 | road=宜山路 number=900 | zone
佘山度假区佘天路680号33幢 | district=松江区 subdistrict=佘山度假区 road=佘天路 number=680 building=33幢
中国（上海）自由贸易试验区张杨路828号 | district=浦东新区 road=张杨路 number=828 | free_trade_zone
上海市，徐汇区，天平路200号，1803室 | district=徐汇区 road=天平路 number=200 units=1803
徐家汇肇家浜路1366号 | district=徐汇区 subdistrict=徐家汇街道 road=肇家浜路 number=1366
中国(上海)自由贸易试验区临港新片区环湖西二路888号C楼 | road=环湖西二路 number=888 building=C楼
卢湾区瑞金南路1号21楼 | district=黄浦区 road=瑞金南路 number=1 floor=21 | former_district
闸北区天目西路128号 | district=静安区 road=天目西路 number=128 | former_district
崇明县城桥镇八一路5号 | district=崇明区 subdistrict=城桥镇 road=八一路 number=5 | former_district
浦东大道1200号 | road=浦东大道 number=1200
上海市宝山路540号 | road=宝山路 number=540
上海市沪太路1895弄18号 | road=沪太路 lane=1895 number=18
浦东东方路710号1405、1406室 | district=浦东新区 road=东方路 number=710 units=1405、1406
浦东新区川沙新镇新德路12号 | district=浦东新区 subdistrict=川沙新镇 road=新德路 number=12
嘉定区南翔镇沪宜公路25号 | district=嘉定区 subdistrict=南翔镇 road=沪宜公路 number=25
金山区干巷镇红光路4200号 | district=金山区 subdistrict=干巷镇 road=红光路 number=4200
青浦区青浦镇公园路99号 | district=青浦区 subdistrict=青浦镇 road=公园路 number=99
江场三路26号 | road=江场三路 number=26
中山南2路440号1幢1807室 | road=中山南二路 number=440 building=1幢 units=1807
田林10村37号 | road=田林十村 number=37
天钥新村123号甲101室 | road=天钥新村 number=123甲 units=101
玉屏南路五六〇弄十五号 | road=玉屏南路 lane=560 number=15
玉屏南路五六0弄十五号二楼 | road=玉屏南路 lane=560 number=15 floor=2
宛平南路500弄9号 | road=宛平南路 lane=500 number=9
中山西路1870弄12号2幢202室 | road=中山西路 lane=1870 number=12 building=2幢 units=202
真南路822弄521支弄31号底层 | road=真南路 lane=822 sublane=521 number=31 floor=1
逸仙路167弄3号楼103室 | road=逸仙路 lane=167 building=3号楼 units=103
虹桥路1号2号楼1203室 | road=虹桥路 number=1 building=2号楼 units=1203
虹桥路1号二座1203室 | road=虹桥路 number=1 building=2座 units=1203
虹桥路1号A座2105 | road=虹桥路 number=1 building=A座 units=2105
宜山路515号第2幢9楼907室 | road=宜山路 number=515 building=2幢 floor=9 units=907
宜山路515号（2）幢101室 | road=宜山路 number=515 building=2幢 units=101
宜山路515号1#楼202室 | road=宜山路 number=515 building=1号楼 units=202
叶城路925号B区4幢J351室 | road=叶城路 number=925 building=B区4幢 units=J351
香大东路1318号1幢6层A区6076室 | road=香大东路 number=1318 building=1幢 floor=6 units=A区6076
中山北一路1230号A区308室 | road=中山北一路 number=1230 building=A区 units=308
中山北一路1230号A区 | road=中山北一路 number=1230 building=A区
零陵路342号南楼 | road=零陵路 number=342 building=南楼
淮海中路1045号裙房3层 | road=淮海中路 number=1045 building=裙房 floor=3
张杨路158号汤臣中心月亮栋12楼16室 | road=张杨路 number=158 building=月亮栋 floor=12 units=16 name=汤臣中心
浦东南路528号证券大厦北塔1205室 | road=浦东南路 number=528 building=北塔 units=1205 name=证券大厦
南京西路1376号上海商城631室 | road=南京西路 number=1376 units=631 name=上海商城
漕宝路66号光大会展中心B座2楼 | road=漕宝路 number=66 building=B座 floor=2 name=光大会展中心
龙吴路342-346号201室 | road=龙吴路 number=342-346 units=201
龙吴路342号-346号 | road=龙吴路 number=342-346
龙吴路342号、344号、346号底层 | road=龙吴路 number=342、344、346 floor=1
龙吴路342、344号3幢 | road=龙吴路 number=342、344 building=3幢
龙吴路342至346号 | road=龙吴路 number=342-346
永嘉路225-235号（单号） | road=永嘉路 number=225-235单
徐汇区永嘉路乙字一号 | district=徐汇区 road=永嘉路 number=1乙
复兴西路2899甲号 | road=复兴西路 number=2899甲
复兴西路2899号甲底层 | road=复兴西路 number=2899甲 floor=1
高安路132号(临) | road=高安路 number=132临
淞南路12号附3号 | road=淞南路 number=12附3
虹梅路2008号乙楼301室 | road=虹梅路 number=2008 building=乙楼 units=301
虹梅路2008号丁香大厦301室 | road=虹梅路 number=2008 units=301 name=丁香大厦
长江西路1431 | road=长江西路 number=1431 | bare_number
嘉安公路3333弄29-103 | road=嘉安公路 lane=3333 number=29 units=103 | bare_number
沪宜公路1号－584 | road=沪宜公路 number=1 units=584
天平路200号102-15室 | road=天平路 number=200 units=102-15
天平路200号2101-2105室 | road=天平路 number=200 units=2101、2102、2103、2104、2105
天平路200号2101室至2103室 | road=天平路 number=200 units=2101、2102、2103
天平路200号101、102室 | road=天平路 number=200 units=101、102
天平路200号101室、102室 | road=天平路 number=200 units=101、102
天平路200号2105-2101室 | road=天平路 number=200 units=2105-2101
天平路200号502室G座 | road=天平路 number=200 units=502-G
天平路200号202室7号 | road=天平路 number=200 units=202-7
天平路200号101室J1379 | road=天平路 number=200 units=101-J1379
天平路200号902（北）室 | road=天平路 number=200 units=902北
天平路200号17层01、05室 | road=天平路 number=200 floor=17 units=01、05
天平路200号6楼H座 | road=天平路 number=200 floor=6 units=H
天平路200号5楼F1单元 | road=天平路 number=200 floor=5 units=F1
天平路200号2幢5单元501室 | road=天平路 number=200 building=2幢 entrance=5 units=501
天平路200号802-10号店铺 | road=天平路 number=200 units=802-10
天平路200号一层13号商铺 | road=天平路 number=200 floor=1 units=13
天平路路200号1803室 | road=天平路 number=200 units=1803
天平路200号18/F1803室 | road=天平路 number=200 floor=18 units=1803
天平路200号1803号房 | road=天平路 number=200 units=1803
天平路200号1803室和1804室 | road=天平路 number=200 units=1803、1804
天平路200号2幢2层S区220单元 | road=天平路 number=200 building=2幢 floor=2 units=S区220
天平路200-1803 | road=天平路 number=200 units=1803 | bare_number
天平路200-206 | road=天平路 number=200-206 | bare_number
地址：上海市徐汇区天平路200号1803室 | district=徐汇区 road=天平路 number=200 units=1803
中国上海市市辖区徐汇区天平路200号 | district=徐汇区 road=天平路 number=200
200030上海市徐汇区天平路200号 | district=徐汇区 road=天平路 number=200 | contact
天平路200号1803室，上海市徐汇区 | district=徐汇区 road=天平路 number=200 units=1803
天平路200号1803室 上海 | road=天平路 number=200 units=1803
天平路200号1001-A区室 | road=天平路 number=200 units=1001-A区
天平路200号508-J区-15室 | road=天平路 number=200 units=508-J区-15
上海普陀镇坪路81弄14号312室 | district=普陀区 road=镇坪路 lane=81 number=14 units=312
天平路200号5F-267室 | road=天平路 number=200 floor=5 units=267
天平路200号A座1F-202 | road=天平路 number=200 building=A座 floor=1 units=202
天平路200号B1F09-10室 | road=天平路 number=200 floor=-1 units=09、10
天平路201－4F | road=天平路 number=201 floor=4 | bare_number
天平路201号-1层 | road=天平路 number=201 floor=-1
天平路200号1005室A | road=天平路 number=200 units=1005A
天平路200号113室甲 | road=天平路 number=200 units=113甲
天平路200号101室西侧 | road=天平路 number=200 units=101 part=西侧
天平路200号11楼一楼 | road=天平路 number=200 building=11楼 floor=1
天平路200号4楼底层 | road=天平路 number=200 building=4楼 floor=1
天平路200号87楼701-17室 | road=天平路 number=200 building=87楼 units=701-17
天平路200号58楼 | road=天平路 number=200 floor=58
天平路200号全幢（1）107-1室 | road=天平路 number=200 units=107-1 part=全幢(1)
天平路200号2号2楼A2座 | road=天平路 number=200 building=2号 floor=2 units=A2
天平路200号LG1-126 | road=天平路 number=200 units=LG1-126
天平路200号B1层03铺 | road=天平路 number=200 floor=-1 units=03
天平路200号地下一层12铺位 | road=天平路 number=200 floor=-1 units=12
天平路200号负一楼 | road=天平路 number=200 floor=-1
天平路200号地下室 | road=天平路 number=200 floor=-1
天平路200号夹层102室 | road=天平路 number=200 floor=夹 units=102
天平路200号3夹层 | road=天平路 number=200 floor=3夹
天平路200号首层 | road=天平路 number=200 floor=1
天平路200号5F | road=天平路 number=200 floor=5
天平路200号一至四层 | road=天平路 number=200 floor=1-4
天平路200号一、三层 | road=天平路 number=200 floor=1、3
天平路200号10-12层，22层 | road=天平路 number=200 floor=10-12、22
天平路200号8层整层 | road=天平路 number=200 floor=8 part=整层
天平路200号8楼西侧 | road=天平路 number=200 floor=8 part=西侧
天平路200号西五楼 | road=天平路 number=200 floor=5 part=西
天平路200号（近广元路口） | road=天平路 number=200 | descriptor
天平路南侧200号 | road=天平路 number=200 | descriptor
新申经济小区（龙吴路2790号） | road=龙吴路 number=2790 | name_first
民强商务中心F区（龙吴路195号） | road=龙吴路 number=195 building=F区 name=民强商务中心 | name_first
马陆镇李家村578号5、6幢 | district=嘉定区 subdistrict=马陆镇 road=李家村 number=578 building=5、6幢
祝桥镇新生村陆家宅45号 | district=浦东新区 subdistrict=祝桥镇 road=新生村陆家宅 number=45
山阳镇东方村7组2088号 | district=金山区 subdistrict=山阳镇 road=东方村7组 number=2088
南京东路409号、南京东路411号二楼 | road=南京东路 number=409 | two_addresses not_understood?
港汇恒隆广场2座1203室 | building=2座 units=1203 name=港汇恒隆广场 | no_road
枫泾镇一号桥北堍2号 | district=金山区 subdistrict=枫泾镇 road=一号桥北堍 number=2
蕴川路3999号北楼1楼 | road=蕰川路 number=3999 building=北楼 floor=1 | former_road
江苏省苏州市人民路10号 | road=人民路 number=10 | other_city
北京市朝阳区建国路88号1号楼2003室 | district=朝阳区 road=建国路 number=88 building=1号楼 units=2003 | other_city
"""


def rows() -> list[tuple[str, dict[str, str], set[str]]]:
    found = []
    for line in TABLE.strip().splitlines():
        text, parts, *codes = (cell.strip() for cell in line.split(" | "))
        labels = dict(part.split("=", 1) for part in parts.split())
        found.append((text, labels, {code for code in " ".join(codes).split() if not code.endswith("?")}))
    return found


def parts_of(address: Address) -> dict[str, str]:
    values = {name: getattr(address, name) for name in Address.__slots__ if name not in ("city", "units")}
    values["units"] = "、".join(address.units)
    return {name: value for name, value in values.items() if value}


@pytest.mark.parametrize(("text", "labels", "codes"), rows(), ids=[row[0] for row in rows()])
def test_an_address_comes_apart_as_labelled(text: str, labels: dict[str, str], codes: set[str]) -> None:
    washed = wash(text, LEXICON)
    assert parts_of(washed.address) == labels
    assert codes <= {reason.code for reason in washed.reasons}
    if not codes:
        assert {reason.code for reason in washed.reasons} <= {"no_district"}
        assert washed.rest == ""


def test_the_table_is_long_enough() -> None:
    assert len(rows()) >= 100
