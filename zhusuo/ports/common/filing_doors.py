"""几个端共用的门: what managers, agents and the counter share, claims, units, filings and their documents; and what
administrators and supervisors share, the register of businesses."""

from litestar.handlers import HTTPRouteHandler

from zhusuo.ports.common.businesses import pages as businesses
from zhusuo.ports.common.claims import pages as claims
from zhusuo.ports.common.leases import pages as leases
from zhusuo.ports.common.reader import pages as reader
from zhusuo.ports.common.units import changes, findings
from zhusuo.ports.common.units import pages as units
from zhusuo.ports.common.wizard import documents
from zhusuo.ports.common.wizard import pages as wizard

doors: list[HTTPRouteHandler] = [
    *claims.doors,
    *units.doors,
    *changes.doors,
    *findings.doors,
    *wizard.doors,
    *documents.doors,
    *reader.doors,
    *leases.doors,
    *businesses.doors,
]
