"""Every part of the page, rendered with sample data, is valid HTML that its policy allows; values read as on paper."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from jinja2 import nodes

from tests.support import gallery, html
from zhusuo.ports.common import components

TEMPLATES = gallery.environment()
PARTS = components.TEMPLATES / "components"
CSS = (components.STATIC / "zhusuo.css").read_text(encoding="utf-8")
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize("name", gallery.PAGES)
def test_every_sample_page_is_valid(name: str) -> None:
    html.parse(gallery.render(name, found=TEMPLATES))


def test_every_part_stands_on_a_sample_page() -> None:
    shown = "".join(path.read_text(encoding="utf-8") for path in gallery.HERE.glob("*.html"))
    inner = "".join(path.read_text(encoding="utf-8") for path in components.TEMPLATES.rglob("*.html"))
    missing = []
    for path in PARTS.glob("*.html"):
        for macro in TEMPLATES.parse(path.read_text(encoding="utf-8")).find_all(nodes.Macro):
            used = rf"\b{macro.name}\("
            if not macro.name.startswith("_") and not re.search(used, shown) and len(re.findall(used, inner)) < 3:
                missing.append(f"{path.name}: {macro.name}")
    assert missing == []


def test_every_macro_says_its_parameters() -> None:
    wrong = []
    for path in PARTS.glob("*.html"):
        source = path.read_text(encoding="utf-8")
        for macro in TEMPLATES.parse(source).find_all(nodes.Macro):
            said = re.search(rf"\{{#- {macro.name}\(((?:[^()]|\([^()]*\))*)\)", source)
            names = [argument.name for argument in macro.args]
            if not macro.name.startswith("_") and (not said or not all(name in said[1] for name in names)):
                wrong.append(f"{path.name}: {macro.name}({', '.join(names)})")
    assert wrong == []


def test_the_style_sheet_keeps_to_what_old_counter_browsers_know() -> None:
    code = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)
    assert (
        re.findall(r"light-dark\(|color-mix\(|oklch\(|@scope|@starting-style|@import|https?:|subgrid|:user-", code)
        == []
    )
    assert re.findall(r"[{;]\s*&", code) == []
    assert code.count("{") == code.count("}")


def test_every_class_of_a_template_has_a_look() -> None:
    tabler = (components.STATIC / "vendor/tabler.min.css").read_text(encoding="utf-8")
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", CSS + tabler))
    used: set[str] = set()
    for name in gallery.PAGES:
        for element in html.parse(gallery.render(name, found=TEMPLATES)).iter():
            used.update(element.get("class", "").split())
    assert sorted(used - known) == []


def test_the_theme_is_drawn_by_the_server_and_anything_else_in_the_cookie_is_left_out() -> None:
    dark = html.parse(gallery.render("lookup", theme="dark", text="large", found=TEMPLATES))
    assert (dark.get("data-bs-theme"), dark.get("data-text")) == ("dark", "large")
    odd = html.parse(gallery.render("lookup", theme='"><script src=x>', text="huge", found=TEMPLATES))
    assert (odd.get("data-bs-theme"), odd.get("data-text")) == (None, None)


def test_what_people_typed_is_text_never_markup() -> None:
    chip = TEMPLATES.from_string('{% from "components/marks.html" import chip %}{{ chip(word) }}')
    assert "<b>" not in chip.render(word="<b>汇澜</b>")


def test_an_unknown_icon_or_file_is_an_error_not_a_hole() -> None:
    with pytest.raises(LookupError):
        TEMPLATES.from_string('{{ icon("nosuch") }}').render()
    with pytest.raises(LookupError):
        TEMPLATES.from_string('{{ asset("nosuch.css") }}').render()


def test_the_version_of_a_file_follows_its_bytes() -> None:
    assert re.fullmatch(
        r"/static/zhusuo\.css\?v=[0-9a-f]{8}", TEMPLATES.from_string('{{ asset("zhusuo.css") }}').render()
    )


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (None, "长期有效"),
        (date(2026, 11, 22), "今天到期"),
        (date(2026, 10, 31), "已过期 22 天"),
        (date(2026, 12, 15), "剩 23 天"),
        (date(2027, 3, 21), "剩 119 天"),
        (date(2027, 3, 22), "剩 4 个月"),
        (date(2027, 11, 22), "剩 1 年"),
        (date(2029, 6, 30), "剩 2 年 7 个月"),
    ],
)
def test_what_is_left_is_said_in_days_then_months_then_years(until: date | None, said: str) -> None:
    assert components.left(until, TODAY) == said


def test_times_are_shown_in_shanghai_and_a_time_without_a_zone_is_a_mistake() -> None:
    late = datetime(2026, 11, 21, 17, 43, tzinfo=UTC)
    assert components.day_and_time(late) == "2026-11-22 01:43"
    assert (components.day(late), components.short_day(late)) == ("2026-11-22", "11-22")
    assert (components.clock(late), components.weekday(late)) == ("01:43", "周日")
    with pytest.raises(ValueError, match="zone"):
        components.day_and_time(datetime(2026, 11, 21, 17, 43))


def test_numbers_read_as_on_paper() -> None:
    assert components.area(Decimal("186.5")) == "186.50 ㎡"
    assert components.area(Decimal("1486.00")) == "1,486.00 ㎡"
    assert components.area(None) == components.number(None) == components.percent(None) == "—"
    assert [components.size(each) for each in (0, 820_000, 3_100_000, 2_000_000_000)] == [
        "0 B",
        "820 KB",
        "3.1 MB",
        "2 GB",
    ]
    assert [components.percent(each) for each in (0.999, 1, 0.57, Decimal("0.785"))] == ["99%", "100%", "57%", "78%"]


@pytest.mark.parametrize(
    ("number", "shown"),
    [("138 0013 6621", "138••••6621"), ("021-64681234", "021••••1234"), ("64681234", "••••34"), ("", "—"), (None, "—")],
)
def test_a_telephone_number_is_masked(number: str | None, shown: str) -> None:
    assert components.masked_phone(number) == shown


def test_the_number_of_an_identity_paper_keeps_only_its_ends() -> None:
    assert components.masked_paper("310199199001010017") == "3••••••••••••••••7"
    assert components.masked_paper("12") == "—"


def test_a_word_is_marked_wherever_it_stands() -> None:
    assert components.marked("产权<证>与产权人", "产权") == "<mark>产权</mark>&lt;证&gt;与<mark>产权</mark>人"
    assert components.marked("<证>", "") == "&lt;证&gt;"


def test_a_head_of_a_table_keeps_the_filters_and_drops_the_cursor() -> None:
    assert (
        components.with_query("/lists?q=汇澜&after=c9", sort="-day", after=None)
        == "/lists?q=%E6%B1%87%E6%BE%9C&sort=-day"
    )
    assert components.with_query("https://else.where//x?a=1", a=2) == "//x?a=2"


@pytest.mark.parametrize("areas", [[186.5] * 8, [100, 900], [50] * 12, [1486], [None, 100, 300], [0, 0, 0]])
def test_the_units_of_a_floor_share_its_width_by_area(areas: list[float | None]) -> None:
    widths = components.spans(areas)
    assert sum(widths) == components.COLUMNS
    assert min(widths) >= 2


def test_a_larger_unit_is_drawn_wider_and_a_crowded_floor_wraps() -> None:
    assert components.spans([100, 300]) == sorted(components.spans([300, 100]))
    assert components.spans([50] * 180) == [2] * 180
    assert components.spans([]) == []
