"""物业端: the manager's desk. Its doors in one list."""

from litestar.handlers import HTTPRouteHandler

from zhusuo.ports.property import pages, plan, roster, zombies

doors: list[HTTPRouteHandler] = [*pages.doors, *plan.doors, *roster.doors, *zombies.doors]
