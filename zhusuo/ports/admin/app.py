"""系统管理: organisations, people, clients, the audit trail and the background work. Its doors in one list."""

from litestar.handlers import HTTPRouteHandler

from zhusuo.ports.admin import pages, sheets

doors: list[HTTPRouteHandler] = [
    pages.organisations,
    pages.add_organisation,
    pages.disable_organisation,
    pages.enable_organisation,
    pages.people,
    pages.add_person,
    pages.disable_person,
    pages.enable_person,
    pages.set_password,
    pages.clients,
    pages.add_client,
    pages.rotate_client,
    pages.disable_client,
    pages.enable_client,
    pages.map_clerk,
    pages.carriers,
    pages.audit,
    pages.tasks,
    *sheets.doors,
]
