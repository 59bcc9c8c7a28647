"""样张: every part of the page on a few sample pages, for the strict parser, for axe and for the eye.

Companies, people, numbers and buildings are invented.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from zhusuo.ports.common import components
from zhusuo.ports.common.components import Frame, RailLink, spans

HERE = Path(__file__).parent
TODAY = date(2026, 11, 22)
PAGES = sorted(path.stem for path in HERE.glob("*.html"))

_TENANTS = ["玄武安全", "锦书印务", "千帆国际", "知远教育", "方寸地产", "启明知产", "乐岸健康", "长风电子"]
_TENANTS += ["清和能源", "星野摄影", "谷雨农科", "甘棠餐饮"]
_KINDS = [
    ("title_deed", "房地产权证"),
    ("completion_certificate", "竣工验收备案证"),
    ("floor_plan", "楼层平面图"),
    ("mandate", "委托运营与转租授权"),
    ("house_number_certificate", "门弄号码证明"),
]


def environment() -> Environment:
    """Templates as the app has them, with the sample pages in front."""
    found = Environment(
        loader=ChoiceLoader([FileSystemLoader(HERE), FileSystemLoader(components.TEMPLATES)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    components.install(found)
    return found


def render(name: str, *, theme: str = "light", text: str = "", found: Environment | None = None) -> str:
    """One sample page, as a browser would get it."""
    template = (found or environment()).get_template(f"{name}.html")
    return template.render(frame=_frame(name, theme, text), csrf_token="t0ken", today=TODAY, **_samples())


def _frame(name: str, theme: str, text: str) -> Frame:
    rail = (
        RailLink(href="/lookup", icon="search", label="住所查询", current=name == "lookup"),
        RailLink(href="/review", icon="inbox", label="材料审核", count=12, current=name == "review"),
        RailLink(href="/stacking", icon="building", label="我的楼宇", current=name == "stacking"),
        RailLink(href="/filing", icon="upload", label="材料备案", current=name == "filing"),
        RailLink(href="/lists", icon="list", label="材料列表", current=name == "lists"),
        RailLink(href="/parts", icon="eye", label="部件", count=3, current=name == "parts"),
    )
    return Frame(
        port="审批端",
        rail=rail,
        foot=(RailLink(href="/forms", icon="gear", label="设置", current=name == "forms"),),
        person="周敏",
        place="徐家汇街道综窗 3 号",
        theme=theme,
        text=text,
        csrf_token="t0ken",
        url=f"/{name}?status=submitted&after=abc",
    )


def _samples() -> dict[str, Any]:
    return {
        "washed_parts": _washed(),
        "documents": _documents(),
        "floors": _floors(),
        "fields": _fields(),
        "page_groups": _page_groups(),
        "page_image": {"src": "/pages/deed.svg", "width": 1240, "height": 1754, "alt": "房地产权证第 2 页"},
        "uploads": _uploads(),
        "kinds": _KINDS,
        "moments": [
            {"at": datetime(2026, 11, 22, 1, 41, tzinfo=UTC), "text": "提交第 4 版", "who": "孙启帆", "tone": "act"},
            {"at": date(2026, 10, 31), "text": "租约到期，未见续签", "tone": "bad"},
            {"at": date(2026, 8, 14), "text": "市场监管挂号信退回", "tone": "warn"},
        ],
        "starts_on": date(2023, 11, 1),
        "ends_on": date(2026, 10, 31),
    }


def _washed() -> list[dict[str, Any]]:
    return [
        {"label": "区", "text": "徐汇区"},
        {"label": "街镇", "text": "徐家汇街道"},
        {"label": "道路", "text": "肇嘉浜路", "fixed": True},
        {"label": "门牌", "text": "1366 号"},
        {"label": "楼宇", "text": "汇澜大厦"},
        {"label": "楼层", "text": "18 层", "fixed": True},
        {"label": "单元", "text": "1803 室", "unit": True},
    ]


def _documents() -> list[dict[str, Any]]:
    rows: list[tuple[str, str, int, str]] = [
        ("房地产权证", "不动产权第 004217 号", 2, "免交 · 长期有效"),
        ("竣工验收备案证", "2018-JG-0093", 1, "免交 · 长期有效"),
        ("18 层平面图", "标注 1801—1808 单元", 1, "免交 · 2025-06 更新"),
        ("委托运营与转租授权", "授权至 2029-06-30", 4, "免交 · 剩 2 年 7 个月"),
    ]
    found: list[dict[str, Any]] = [
        {"title": title, "number": number, "pages": pages, "thumbs": [""] * pages, "href": "/review", "said": said}
        for title, number, pages, said in rows
    ]
    found[0]["thumbs"] = ["/pages/deed.svg", ""]
    covered = {"title": "门弄号码证明", "number": "肇嘉浜路 1366 号", "pages": 1, "thumbs": [""], "href": "/review"}
    return [*found, {**covered, "said": "有身份证号，已遮盖", "tone": "warn", "masked": True}]


def _floors() -> list[dict[str, Any]]:
    floors: list[dict[str, Any]] = []
    for storey in range(24, 0, -1):
        if storey == 12:
            floors.append({"label": "12F", "units": [{"status": "service", "name": "避难层 · 设备层", "span": 24}]})
            continue
        count = {24: 1, 23: 2, 17: 5, 9: 1, 3: 4, 2: 12}.get(storey, 8)
        areas = [Decimal(120 + 75 * (place % 3 if count == 5 else 0)) for place in range(count)]
        widths = spans(areas)
        units = [_unit(storey, place, widths[place], area) for place, area in enumerate(areas)]
        used = sum(unit["status"] in ("resident", "ending") for unit in units) / len(units)
        floors.append({"label": f"{storey}F", "units": units, "used": used, "podium": storey <= 3})
    return floors


def _unit(storey: int, place: int, span: int, area: Decimal) -> dict[str, Any]:
    number = f"{storey}{place + 1:02}"
    status = {0: "vacant", 3: "registered", 5: "ending", 9: "suspected"}.get((storey * 7 + place * 5) % 17, "resident")
    status = "suspected" if number == "1803" else status
    name = "" if status == "vacant" else _TENANTS[(storey * 5 + place) % len(_TENANTS)]
    return {
        "id": number,
        "number": number,
        "status": status,
        "name": name,
        "short": name[:2],
        "span": span,
        "days": 9 + storey if status == "ending" else None,
        "href": f"/stacking?unit={number}",
        "area_m2": area,
    }


def _fields() -> list[dict[str, Any]]:
    rows = [
        ("owner", "权利人", "上海澜岸置业有限公司", 0.99, True, (0.29, 0.133, 0.235, 0.018)),
        ("location", "坐落", "徐汇区肇嘉浜路 1366 号 1—24 层", 0.98, True, (0.29, 0.212, 0.19, 0.018)),
        ("number", "单元号", "310104 007021 GB00042 F00010001", 0.97, True, (0.29, 0.253, 0.305, 0.018)),
        ("use", "用途", "办公、商业", 0.96, False, (0.29, 0.375, 0.355, 0.018)),
        ("area_m2", "房屋面积", "38,652.4? ㎡", 0.71, False, (0.29, 0.416, 0.485, 0.018)),
        ("term", "使用期限", "2008-03-12 至 2058-03-11", None, True, None),
    ]
    return [
        {
            "number": place,
            "key": key,
            "label": label,
            "value": value,
            "confidence": confidence,
            "confirmed": confirmed,
            "box": box,
            "current": key == "use",
            "unsure": key == "area_m2",
            "note": "污渍遮住末位" if key == "area_m2" else "",
            "href": "" if box else "/review?page=1",
        }
        for place, (key, label, value, confidence, confirmed, box) in enumerate(rows, 1)
    ]


def _page_groups() -> list[dict[str, Any]]:
    return [
        {
            "title": "产权证",
            "tone": "ok",
            "pages": [
                {"number": 1, "href": "/review?page=1"},
                {"number": 2, "href": "/review?page=2", "src": "/pages/deed.svg", "current": True},
            ],
        },
        {
            "title": "运营授权",
            "tone": "bad",
            "pages": [{"number": 1, "href": "/review?page=3"}, {"number": 2, "href": "/review?page=4", "masked": True}],
        },
        {"title": "平面图", "tone": "warn", "pages": [{"number": 1, "href": "/review?page=5", "flawed": True}]},
    ]


def _uploads() -> list[dict[str, Any]]:
    actions = Markup(
        '<a class="btn btn-ask" href="/filing">重新拍一张</a><a class="btn btn-s" href="/filing">就用这张，请人工看</a>'
    )
    flaw = {
        "title": "门弄号码证明拍糊了，号码读不出",
        "advice": ["放在窗边平铺，手机与纸面平行", "四角都留在画面里，点一下文字再拍"],
        "actions": actions,
    }
    photo = {"pages": 1, "size": 4_200_000, "source": "手机拍摄", "said": "看不清", "tone": "warn", "flaw": flaw}
    plans = {"pages": 24, "size": 41_600_000, "said": "正在读取", "tone": "act", "done": 14, "most": 24}
    waiting = {"pages": None, "size": 2_600_000, "said": "等待读取", "tone": "act"}
    return [
        _upload(1, "产权证全本.pdf", "title_deed", pages=2, size=3_100_000, said="已读取", beside="种类把握 99%"),
        _upload(2, "竣工备案.pdf", "completion_certificate", pages=1, size=820_000, said="已读取", original="/review"),
        _upload(3, "1-24层平面图.pdf", "floor_plan", **plans),
        _upload(4, "IMG_20261121_0932.jpg", "house_number_certificate", **photo),
        _upload(5, "一个名字特别特别长的扫描件最终版第三次修改.pdf", "", **waiting),
    ]


def _upload(id: int, name: str, kind: str, **more: Any) -> dict[str, Any]:
    actions = {"kind_action": f"/documents/{id}/kind", "remove_action": f"/documents/{id}/discard"}
    return {"id": id, "name": name, "kind": kind, "tone": "ok", "href": "/review", **actions, **more}
