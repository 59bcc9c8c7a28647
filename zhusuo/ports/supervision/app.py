"""监管端: everything in the office's subdistricts and nothing else. Its doors in one list."""

from litestar.handlers import HTTPRouteHandler

from zhusuo.ports.supervision import pages, plan, telling
from zhusuo.ports.supervision.figures import pages as figures
from zhusuo.ports.supervision.inspections import drawing, risking, visits
from zhusuo.ports.supervision.inspections import pages as inspections
from zhusuo.ports.supervision.plates import pages as plates
from zhusuo.ports.supervision.zombies import listing as zombie_listing
from zhusuo.ports.supervision.zombies import lists as zombie_lists
from zhusuo.ports.supervision.zombies import pages as zombies
from zhusuo.ports.supervision.zombies import replies as zombie_replies
from zhusuo.ports.supervision.zombies import rules as zombie_rules

doors: list[HTTPRouteHandler] = [
    pages.overview,
    pages.coverage_csv,
    pages.carriers,
    pages.carriers_xlsx,
    pages.units_xlsx,
    pages.registrations,
    pages.registrations_xlsx,
    *plan.doors,
    *telling.doors,
    *inspections.doors,
    *visits.doors,
    *drawing.doors,
    *risking.doors,
    *plates.doors,
    *figures.doors,
    *zombie_listing.doors,
    *zombies.doors,
    *zombie_lists.doors,
    *zombie_rules.doors,
    *zombie_replies.doors,
]
