"""审批端: the clerk's desk at the counter. Its doors in one list."""

from litestar.handlers import HTTPRouteHandler

from zhusuo.ports.approval.lookup import pages as lookup

doors: list[HTTPRouteHandler] = [*lookup.doors]
