"""系统管理: organisations, people, clients, the audit trail and the background work. Its doors in one list."""

from litestar.handlers import HTTPRouteHandler

doors: list[HTTPRouteHandler] = []
