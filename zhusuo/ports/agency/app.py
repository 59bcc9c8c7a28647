"""营商服务机构端: agents who bring buildings and tenants. Its doors in one list."""

from litestar.handlers import HTTPRouteHandler

from zhusuo.ports.agency import pages

doors: list[HTTPRouteHandler] = [*pages.doors]
