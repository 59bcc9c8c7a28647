"""开放接口 /api/v1 与公开核验: what other systems ask, and what a stranger may verify. Its doors in one list."""

from litestar.handlers import HTTPRouteHandler

from zhusuo.ports.api import dossiers, filings, lookups, reuses, schema, verification, zombies

doors: list[HTTPRouteHandler] = [
    lookups.lookup,
    lookups.unit,
    lookups.upload,
    lookups.check_lease,
    lookups.check_leases,
    lookups.items,
    lookups.waivers_of,
    reuses.reuse,
    reuses.show,
    reuses.report_outcome,
    reuses.receipt_json,
    reuses.receipt_pdf,
    reuses.ticket,
    dossiers.dossier,
    dossiers.content,
    dossiers.feed,
    dossiers.move_in,
    dossiers.move_out,
    filings.start,
    filings.show,
    filings.receive,
    filings.submit,
    zombies.zombies,
    schema.schema,
    schema.openapi,
    verification.form,
    verification.of_code,
]
