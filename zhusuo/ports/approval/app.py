"""审批端: the clerk's desk at the counter. Its doors in one list."""

from litestar.handlers import HTTPRouteHandler

doors: list[HTTPRouteHandler] = []
