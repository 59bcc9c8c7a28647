"""住所云按钮与面板: the button and the panel inside a foreign intake system. Its doors in one list."""

from litestar.handlers import HTTPRouteHandler

from zhusuo.ports.embed import pages

doors: list[HTTPRouteHandler] = [
    pages.button,
    pages.panel,
    pages.open_ticket,
    pages.verdict,
    pages.suggestions,
    pages.receive_lease,
    pages.lease_check,
    pages.page_image,
    pages.reuse,
]
