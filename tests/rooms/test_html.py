"""The strict parser of the other tests: what it must not let through."""

import pytest

from tests.support import html

START = '<!doctype html>\n<html lang="zh-CN"><head><title>页</title></head>\n<body>\n'
END = "\n</body></html>"


@pytest.mark.parametrize(
    "wrong",
    [
        "<p><div></div></p>",
        "<div></span></div>",
        '<p id="a" id="b"></p>',
        "<table><div></div></table>",
        '<p style="color: red"></p>',
        '<button type="button" onclick="go()">去</button>',
        "<style>p { color: red }</style>",
        "<script>go()</script>",
        '<b id="a"></b><i id="a"></i>',
        '<label for="q">地址</label>',
        '<input aria-describedby="gone" aria-label="地址">',
        '<a href="#gone">去</a>',
        '<img src="/x.png">',
    ],
)
def test_a_fault_is_found_and_its_line_is_said(wrong: str) -> None:
    with pytest.raises(html.InvalidHtml) as caught:
        html.parse(START + wrong + END)
    assert caught.value.line == 4


def test_a_page_without_its_doctype_is_refused() -> None:
    with pytest.raises(html.InvalidHtml):
        html.parse("<title>页</title>")


def test_a_row_fetched_alone_is_read_as_a_row() -> None:
    row = html.fragment("<tr><td>汇澜 <b>大厦</b></td></tr>", "tbody")
    assert html.text(row) == "汇澜 大厦"


def test_a_form_sends_what_a_browser_would() -> None:
    page = html.parse(
        START
        + """<form id="f"><input name="q" value="汇澜"><input type="checkbox" name="all" aria-label="全部">
<input type="radio" name="kind" value="a" aria-label="甲">
<input type="radio" name="kind" value="b" checked aria-label="乙">
<select name="s" aria-label="街镇"><option value="">全部</option><option value="tl" selected>田林</option></select>
<textarea name="t" aria-label="说明">
门锁已换</textarea>
<input name="no" disabled aria-label="无"><input type="file" name="files" aria-label="文件"></form>"""
        + END
    )
    assert html.fields(html.by_id(page, "f")) == {"q": "汇澜", "kind": "b", "s": "tl", "t": "门锁已换"}
