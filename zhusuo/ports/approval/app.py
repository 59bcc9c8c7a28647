"""审批端: the clerk's desk at the counter. Its doors in one list."""

from litestar.handlers import HTTPRouteHandler

from zhusuo.ports.approval.filings import pages as filings
from zhusuo.ports.approval.lookup import pages as lookup
from zhusuo.ports.approval.reuses import pages as reuses

doors: list[HTTPRouteHandler] = [*lookup.doors, *reuses.doors, *filings.doors]
