"""申报方的门: what managers, agents and the counter share: claims, units, filings and their documents."""

from litestar.handlers import HTTPRouteHandler

from zhusuo.ports.common.claims import pages as claims
from zhusuo.ports.common.reader import pages as reader
from zhusuo.ports.common.units import changes
from zhusuo.ports.common.units import pages as units
from zhusuo.ports.common.wizard import documents
from zhusuo.ports.common.wizard import pages as wizard

doors: list[HTTPRouteHandler] = [
    *claims.doors,
    *units.doors,
    *changes.doors,
    *wizard.doors,
    *documents.doors,
    *reader.doors,
]
