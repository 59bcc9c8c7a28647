"""审批端: the clerk's desk at the counter. Its doors in one list."""

from litestar.handlers import HTTPRouteHandler

from zhusuo.ports.approval.carriers import changes
from zhusuo.ports.approval.carriers import pages as carriers
from zhusuo.ports.approval.corrections import pages as corrections
from zhusuo.ports.approval.filings import pages as filings
from zhusuo.ports.approval.lists import pages as lists
from zhusuo.ports.approval.lookup import news
from zhusuo.ports.approval.lookup import pages as lookup
from zhusuo.ports.approval.managements import pages as managements
from zhusuo.ports.approval.reuses import pages as reuses
from zhusuo.ports.approval.search import pages as search
from zhusuo.ports.approval.waivers import pages as waivers

doors: list[HTTPRouteHandler] = [
    *lookup.doors,
    *news.doors,
    *reuses.doors,
    *filings.doors,
    *managements.doors,
    *corrections.doors,
    *lists.doors,
    *waivers.doors,
    *carriers.doors,
    *changes.doors,
    *search.doors,
]
