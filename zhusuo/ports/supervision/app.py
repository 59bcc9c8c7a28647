"""监管端: who is really there. Its doors in one list."""

from litestar.handlers import HTTPRouteHandler

doors: list[HTTPRouteHandler] = []
