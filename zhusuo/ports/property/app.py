"""物业端: the manager's desk. Its doors in one list."""

from litestar.handlers import HTTPRouteHandler

doors: list[HTTPRouteHandler] = []
