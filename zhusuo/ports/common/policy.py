"""谁可以做什么: the one table of who may open which door, and whose things they may touch behind it.

The guard admits nobody through a door that is not in the table, and `tests/rooms/test_policy.py` is generated from the
same table: every door × every role × own, foreign and missing object. A foreign object answers like a missing one.
"""

from dataclasses import dataclass
from enum import StrEnum

from zhusuo.people.model import Role


class Entrance(StrEnum):
    """How somebody shows who they are."""

    OPEN = "open"
    """No sign-in: sign-in itself, verification, health, static files."""
    SESSION = "session"
    """A person with a session cookie; unsafe methods also need the CSRF token and our own origin."""
    TOKEN = "token"  # noqa: S105 - a name, not a secret
    """An API client with a bearer token and the scope of the rule."""
    PANEL = "panel"
    """A clerk in an intake system's panel, with the panel token in a header, never a cookie."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One door: its entrance, the roles that may pass, the scope a client needs, and the object its path names.

    `noun` is a key of `ownership.VISIBLE`; `key` the path parameter that holds the object's id; `by_itself`: an open
    page asks, nobody may be sitting there, and the session goes on falling asleep.
    """

    entrance: Entrance
    roles: frozenset[Role] = frozenset()
    scope: str = ""
    noun: str = ""
    key: str = ""
    by_itself: bool = False


def open_door() -> Rule:
    return Rule(entrance=Entrance.OPEN)


def session(*roles: Role, noun: str = "", key: str = "", by_itself: bool = False) -> Rule:
    key = key or (noun and f"{noun}_id")
    return Rule(entrance=Entrance.SESSION, roles=frozenset(roles), noun=noun, key=key, by_itself=by_itself)


def token(scope: str, *, noun: str = "", key: str = "") -> Rule:
    key = key or (noun and f"{noun}_id")
    return Rule(entrance=Entrance.TOKEN, roles=frozenset({Role.CLIENT}), scope=scope, noun=noun, key=key)


def panel(*, noun: str = "", key: str = "") -> Rule:
    key = key or (noun and f"{noun}_id")
    return Rule(entrance=Entrance.PANEL, roles=frozenset({Role.CLERK}), noun=noun, key=key)


CLERK, MANAGER, SUPERVISOR, AGENT, ADMINISTRATOR = (
    Role.CLERK,
    Role.MANAGER,
    Role.SUPERVISOR,
    Role.AGENT,
    Role.ADMINISTRATOR,
)
PERSONS = (CLERK, MANAGER, SUPERVISOR, AGENT, ADMINISTRATOR)
FILERS = (MANAGER, AGENT, CLERK)

# Doors by handler name, one block a room.
POLICY: dict[str, Rule] = {
    # common
    "home": open_door(),
    "sign_in_page": open_door(),
    "sign_in": open_door(),
    "sign_out": session(*PERSONS),
    "preferences": open_door(),
    "static": open_door(),
    "static/head": open_door(),
    "help.address_classes": open_door(),
    "healthz": open_door(),
    "readyz": open_door(),
    "metrics": open_door(),
    "notices": session(*PERSONS),
    "read_notice": session(*PERSONS, noun="notice"),
    "read_notices": session(*PERSONS),
    # documents
    "documents.page": session(*FILERS, SUPERVISOR, noun="document"),
    "documents.thumb": session(*FILERS, SUPERVISOR, noun="document"),
    "documents.content": session(*FILERS, SUPERVISOR, noun="document"),
    "uploads.begin": session(*FILERS, SUPERVISOR),
    "uploads.put_chunk": session(*FILERS, SUPERVISOR, noun="upload"),
    "uploads.put_whole": session(*FILERS, SUPERVISOR, noun="upload"),
    "uploads.finish": session(*FILERS, SUPERVISOR, noun="upload"),
    "uploads.cancel": session(*FILERS, SUPERVISOR, noun="upload"),
    "uploads.receive": session(*FILERS, SUPERVISOR),
    # claims
    "claims.list": session(MANAGER, AGENT),
    "claims.list_xlsx": session(MANAGER, AGENT),
    "claims.carrier": session(MANAGER, AGENT, noun="listed_carrier", key="carrier_id"),
    "claims.claim": session(MANAGER, AGENT, noun="listed_carrier", key="carrier_id"),
    "claims.end": session(MANAGER, AGENT, noun="management"),
    "claims.new": session(MANAGER, AGENT),
    "claims.add": session(MANAGER, AGENT),
    # units
    "units.list": session(*FILERS, noun="carrier"),
    "units.add": session(*FILERS, noun="carrier"),
    "units.export": session(*FILERS, noun="carrier"),
    "units.template": session(*FILERS, noun="carrier"),
    "units.import_page": session(*FILERS, noun="carrier"),
    "units.try": session(*FILERS, noun="carrier"),
    "units.import": session(*FILERS, noun="carrier"),
    "units.one": session(*FILERS, noun="unit"),
    "units.findings": session(CLERK, SUPERVISOR, noun="unit"),
    "units.change": session(*FILERS, noun="unit"),
    "units.add_part": session(*FILERS, noun="unit"),
    "units.retire": session(*FILERS, noun="unit"),
    "units.split_page": session(*FILERS, noun="unit"),
    "units.split": session(*FILERS, noun="unit"),
    "units.merge_page": session(*FILERS, noun="unit"),
    "units.merge": session(*FILERS, noun="unit"),
    "units.renumber_page": session(*FILERS, noun="unit"),
    "units.renumber": session(*FILERS, noun="unit"),
    "units.changes": session(*FILERS, noun="carrier"),
    "units.changes_xlsx": session(*FILERS, noun="carrier"),
    "units.undo": session(*FILERS, noun="change"),
    "units.place_registration": session(*FILERS, noun="registration"),
    "units.place_tenancy": session(*FILERS, noun="tenancy"),
    # leases
    "leases.list": session(*FILERS, noun="carrier"),
    "leases.one": session(*FILERS, noun="lease", key="document_id"),
    # businesses
    "businesses.home": session(ADMINISTRATOR, SUPERVISOR),
    "businesses.upload": session(ADMINISTRATOR),
    "businesses.import": session(ADMINISTRATOR, noun="business_import", key="import_id"),
    "businesses.out_csv": session(ADMINISTRATOR, noun="business_import", key="import_id"),
    "businesses.apply": session(ADMINISTRATOR, noun="business_import", key="import_id"),
    "businesses.discard": session(ADMINISTRATOR, noun="business_import", key="import_id"),
    "businesses.work": session(ADMINISTRATOR, SUPERVISOR),
    "businesses.one": session(ADMINISTRATOR, SUPERVISOR, noun="business"),
    "businesses.settle": session(ADMINISTRATOR, SUPERVISOR, noun="business"),
    "businesses.leave_out": session(ADMINISTRATOR, SUPERVISOR, noun="business"),
    "businesses.undo": session(ADMINISTRATOR, SUPERVISOR, noun="business"),
    # wizard
    "wizard.new": session(*FILERS),
    "wizard.start": session(*FILERS),
    "wizard.overview": session(*FILERS, noun="own_filing", key="filing_id"),
    "wizard.carrier": session(*FILERS, noun="own_filing", key="filing_id"),
    "wizard.set_title": session(*FILERS, noun="own_filing", key="filing_id"),
    "wizard.scope": session(*FILERS, noun="own_filing", key="filing_id"),
    "wizard.set_scope": session(*FILERS, noun="own_filing", key="filing_id"),
    "wizard.documents": session(*FILERS, noun="own_filing", key="filing_id"),
    "wizard.progress": session(*FILERS, noun="own_filing", key="filing_id"),
    "wizard.carry_over": session(*FILERS, noun="own_filing", key="filing_id"),
    "wizard.check": session(*FILERS, noun="own_filing", key="filing_id"),
    "wizard.changes": session(*FILERS, noun="own_filing", key="filing_id"),
    "wizard.submit_page": session(*FILERS, noun="own_filing", key="filing_id"),
    "wizard.submit": session(*FILERS, noun="own_filing", key="filing_id"),
    "wizard.withdraw": session(*FILERS, noun="own_filing", key="filing_id"),
    "wizard.discard": session(*FILERS, noun="own_filing", key="filing_id"),
    "wizard.phone": session(*FILERS, noun="own_filing", key="filing_id"),
    # reader
    "reader.document": session(*FILERS, noun="document"),
    "reader.part": session(*FILERS, noun="own_document", key="document_id"),
    "reader.set_kind": session(*FILERS, noun="own_document", key="document_id"),
    "reader.set_term": session(*FILERS, noun="own_document", key="document_id"),
    "reader.mark_sensitive": session(*FILERS, noun="own_document", key="document_id"),
    "reader.correct": session(*FILERS, noun="own_document", key="document_id"),
    "reader.uncover": session(*FILERS, noun="document"),
    "reader.read_again": session(*FILERS, noun="own_document", key="document_id"),
    "reader.discard": session(*FILERS, noun="own_document", key="document_id"),
    # property
    "property.carriers": session(MANAGER),
    "property.carriers_xlsx": session(MANAGER),
    "property.dossier": session(MANAGER, noun="carrier"),
    "property.plan": session(MANAGER, noun="carrier"),
    "property.plan_sheet": session(MANAGER, noun="carrier"),
    "property.news": session(MANAGER, noun="carrier", by_itself=True),
    "property.move_in": session(MANAGER, noun="unit"),
    "property.stays": session(MANAGER, noun="tenancy"),
    "property.move_out": session(MANAGER, noun="tenancy"),
    "property.renew": session(MANAGER, noun="tenancy"),
    "property.floor_stays": session(MANAGER, noun="unit"),
    "property.roster": session(MANAGER, noun="carrier"),
    "property.try_roster": session(MANAGER, noun="carrier"),
    "property.import_roster": session(MANAGER, noun="carrier"),
    "property.roster_sheet": session(MANAGER, noun="carrier"),
    "property.filings": session(MANAGER),
    "property.filings_xlsx": session(MANAGER),
    "property.filing": session(MANAGER, noun="filing"),
    "property.registrations": session(MANAGER),
    "property.registrations_xlsx": session(MANAGER),
    "property.answer": session(MANAGER, noun="registration"),
    "property.search": session(MANAGER),
    "property.zombies": session(MANAGER),
    "property.zombie": session(MANAGER, noun="zombie_case"),
    "property.say": session(MANAGER, noun="zombie_case"),
    # agency
    "agency.carriers": session(AGENT),
    "agency.carriers_xlsx": session(AGENT),
    "agency.carrier": session(AGENT, noun="carrier"),
    "agency.filings": session(AGENT),
    "agency.filings_xlsx": session(AGENT),
    "agency.filing": session(AGENT, noun="own_filing", key="filing_id"),
    "agency.vacancies": session(AGENT),
    "agency.vacancies_xlsx": session(AGENT),
    # admin
    "admin.organisations": session(ADMINISTRATOR),
    "admin.organisations_xlsx": session(ADMINISTRATOR),
    "admin.add_organisation": session(ADMINISTRATOR),
    "admin.disable_organisation": session(ADMINISTRATOR, noun="organisation"),
    "admin.enable_organisation": session(ADMINISTRATOR, noun="organisation"),
    "admin.people": session(ADMINISTRATOR),
    "admin.people_xlsx": session(ADMINISTRATOR),
    "admin.add_person": session(ADMINISTRATOR),
    "admin.disable_person": session(ADMINISTRATOR, noun="person"),
    "admin.enable_person": session(ADMINISTRATOR, noun="person"),
    "admin.set_password": session(ADMINISTRATOR, noun="person"),
    "admin.clients": session(ADMINISTRATOR),
    "admin.clients_xlsx": session(ADMINISTRATOR),
    "admin.add_client": session(ADMINISTRATOR),
    "admin.rotate_client": session(ADMINISTRATOR, noun="client"),
    "admin.disable_client": session(ADMINISTRATOR, noun="client"),
    "admin.enable_client": session(ADMINISTRATOR, noun="client"),
    "admin.map_clerk": session(ADMINISTRATOR, noun="client"),
    "admin.carriers": session(ADMINISTRATOR),
    "admin.carriers_xlsx": session(ADMINISTRATOR),
    "admin.audit": session(ADMINISTRATOR),
    "admin.audit_xlsx": session(ADMINISTRATOR),
    "admin.tasks": session(ADMINISTRATOR),
    "admin.tasks_xlsx": session(ADMINISTRATOR),
    # supervision
    "supervision.overview": session(SUPERVISOR),
    "supervision.coverage_csv": session(SUPERVISOR),
    "supervision.carriers": session(SUPERVISOR),
    "supervision.carriers_xlsx": session(SUPERVISOR),
    "supervision.carrier": session(SUPERVISOR, noun="carrier"),
    "supervision.news": session(SUPERVISOR, noun="carrier", by_itself=True),
    "supervision.units_xlsx": session(SUPERVISOR, noun="carrier"),
    "supervision.say": session(SUPERVISOR, noun="unit"),
    "supervision.unsay": session(SUPERVISOR, noun="flag"),
    "supervision.answer_look": session(SUPERVISOR, noun="look_request"),
    "supervision.registrations": session(SUPERVISOR),
    "supervision.registrations_xlsx": session(SUPERVISOR),
    # zombies
    "zombies.list": session(SUPERVISOR),
    "zombies.news": session(SUPERVISOR, by_itself=True),
    "zombies.list_xlsx": session(SUPERVISOR),
    "zombies.case": session(SUPERVISOR, noun="zombie_case"),
    "zombies.case_news": session(SUPERVISOR, noun="zombie_case", by_itself=True),
    "zombies.write_notice": session(SUPERVISOR, noun="zombie_case"),
    "zombies.notify": session(SUPERVISOR, noun="zombie_case"),
    "zombies.answer": session(SUPERVISOR, noun="zombie_case"),
    "zombies.ask_inspection": session(SUPERVISOR, noun="zombie_case"),
    "zombies.inspect": session(SUPERVISOR, noun="zombie_case"),
    "zombies.clear": session(SUPERVISOR, noun="zombie_case"),
    "zombies.dismiss": session(SUPERVISOR, noun="zombie_case"),
    "zombies.settle": session(SUPERVISOR, noun="zombie_case"),
    "zombies.appeal": session(SUPERVISOR, noun="zombie_case"),
    "zombies.decide_appeal": session(SUPERVISOR, noun="zombie_case"),
    "zombies.letter": session(SUPERVISOR, noun="zombie_letter"),
    "zombies.deliver": session(SUPERVISOR, noun="zombie_letter"),
    "zombies.lists": session(SUPERVISOR),
    "zombies.try_list": session(SUPERVISOR),
    "zombies.take_list": session(SUPERVISOR),
    "zombies.rules": session(SUPERVISOR),
    "zombies.propose_rules": session(SUPERVISOR),
    "zombies.replay_rules": session(SUPERVISOR, noun="zombie_rule_set"),
    "zombies.activate_rules": session(SUPERVISOR, noun="zombie_rule_set"),
    "zombies.withdraw_rules": session(SUPERVISOR, noun="zombie_rule_set"),
    "zombies.allow": session(SUPERVISOR),
    "zombies.end_allowance": session(SUPERVISOR, noun="zombie_allowance", key="allowance_id"),
    # reply: with the code of a zombie letter
    "reply.form": open_door(),
    "reply.case": open_door(),
    "reply.answer": open_door(),
    "reply.object": open_door(),
    # inspections
    "inspections.list": session(SUPERVISOR),
    "inspections.list_xlsx": session(SUPERVISOR),
    "inspections.one": session(SUPERVISOR, noun="inspection"),
    "inspections.new": session(SUPERVISOR, noun="unit"),
    "inspections.plan": session(SUPERVISOR, noun="unit"),
    "inspections.plan_carrier": session(SUPERVISOR, noun="carrier"),
    "inspections.assign": session(SUPERVISOR, noun="inspection"),
    "inspections.start": session(SUPERVISOR, noun="inspection"),
    "inspections.cancel": session(SUPERVISOR, noun="inspection"),
    "inspections.visit": session(SUPERVISOR, noun="inspection"),
    "inspections.record": session(SUPERVISOR, noun="inspection"),
    "inspections.take_finding": session(SUPERVISOR, noun="inspection"),
    "inspections.take_photo": session(SUPERVISOR, noun="inspection"),
    "inspections.add_photos": session(SUPERVISOR, noun="inspection"),
    "inspections.worker": open_door(),
    "draws.list": session(SUPERVISOR),
    "draws.commit": session(SUPERVISOR),
    "draws.one": session(SUPERVISOR, noun="random_draw", key="draw_id"),
    "draws.freeze": session(SUPERVISOR, noun="random_draw", key="draw_id"),
    "draws.draw": session(SUPERVISOR, noun="random_draw", key="draw_id"),
    "draws.abandon": session(SUPERVISOR, noun="random_draw", key="draw_id"),
    "draws.csv": session(SUPERVISOR, noun="random_draw", key="draw_id"),
    "risks.list": session(SUPERVISOR),
    "risks.list_xlsx": session(SUPERVISOR),
    "risks.plan": session(SUPERVISOR),
    "figures.all": session(SUPERVISOR),
    "figures.csv": session(SUPERVISOR),
    "plates.list": session(SUPERVISOR, noun="carrier"),
    "plates.issue": session(SUPERVISOR, noun="carrier"),
    "plates.replace": session(SUPERVISOR, noun="unit"),
    "plates.pdf": session(SUPERVISOR, noun="carrier"),
    "plates.look": open_door(),
    # embed
    "embed.button": open_door(),
    "embed.panel": open_door(),
    "embed.open": open_door(),
    "embed.verdict": panel(),
    "embed.suggest": panel(),
    "embed.lease": panel(noun="carrier"),
    "embed.lease_check": panel(noun="document"),
    "embed.page": panel(noun="document"),
    "embed.reuse": panel(),
    # approval
    "approval.lookup": session(CLERK),
    "approval.slip": session(CLERK),
    "approval.lease": session(CLERK, noun="unit"),
    "approval.news": session(CLERK, noun="carrier", by_itself=True),
    "approval.ask_to_look": session(CLERK, noun="carrier"),
    "approval.suggest": session(CLERK),
    "approval.reuse": session(CLERK),
    "approval.reuses": session(CLERK),
    "approval.reuses_xlsx": session(CLERK),
    "approval.receipt": session(CLERK, noun="reuse"),
    "approval.receipt_print": session(CLERK, noun="reuse"),
    "approval.receipt_pdf": session(CLERK, noun="reuse"),
    "approval.receipt_json": session(CLERK, noun="reuse"),
    "approval.report_outcome": session(CLERK, noun="reuse"),
    "approval.revoke": session(CLERK, noun="reuse"),
    "approval.leave": session(CLERK, noun="registration"),
    "approval.filings": session(CLERK),
    "approval.filings_xlsx": session(CLERK),
    "approval.next_filing": session(CLERK),
    "approval.filing": session(CLERK, noun="filing"),
    "approval.claim": session(CLERK, noun="filing"),
    "approval.release": session(CLERK, noun="filing"),
    "approval.decide": session(CLERK, noun="filing"),
    "approval.save_fields": session(CLERK, noun="document"),
    "approval.describe_document": session(CLERK, noun="document"),
    "approval.read_again": session(CLERK, noun="document"),
    "approval.managements": session(CLERK),
    "approval.managements_xlsx": session(CLERK),
    "approval.management": session(CLERK, noun="management"),
    "approval.confirm_management": session(CLERK, noun="management"),
    "approval.refuse_management": session(CLERK, noun="management"),
    "approval.end_management": session(CLERK, noun="management"),
    "approval.corrections": session(CLERK),
    "approval.corrections_xlsx": session(CLERK),
    "approval.correction": session(CLERK, noun="correction"),
    "approval.accept_correction": session(CLERK, noun="correction"),
    "approval.reject_correction": session(CLERK, noun="correction"),
    "approval.revoke_correction": session(CLERK, noun="correction"),
    "approval.lists": session(CLERK),
    "approval.bring_list": session(CLERK),
    "approval.list": session(CLERK, noun="address_list", key="list_id"),
    "approval.list_xlsx": session(CLERK, noun="address_list", key="list_id"),
    "approval.classify_again": session(CLERK, noun="address_list", key="list_id"),
    "approval.remove_list": session(CLERK, noun="address_list", key="list_id"),
    "approval.waivers": session(CLERK),
    "approval.waivers_csv": session(CLERK),
    "approval.carriers": session(CLERK),
    "approval.carriers_xlsx": session(CLERK),
    "approval.new_carrier": session(CLERK),
    "approval.add_carrier": session(CLERK),
    "approval.carrier": session(CLERK, noun="carrier"),
    "approval.carrier_changes": session(CLERK, noun="carrier"),
    "approval.change_carrier": session(CLERK, noun="carrier"),
    "approval.start_filing": session(CLERK, noun="carrier"),
    "approval.version": session(CLERK, noun="version"),
    "approval.revoke_version": session(CLERK, noun="version"),
    "approval.search": session(CLERK),
    # api
    "api.schema": open_door(),
    "api.openapi": open_door(),
    "api.lookup": token("lookup"),
    "api.unit": token("lookup", noun="unit"),
    "api.upload": token("leases"),
    "api.check_lease": token("leases"),
    "api.check_leases": token("leases"),
    "api.items": token("waivers"),
    "api.waivers": token("waivers"),
    "api.reuse": token("reuses"),
    "api.show_reuse": token("reuses", noun="reuse"),
    "api.outcome": token("reuses", noun="reuse"),
    "api.receipt_json": token("reuses", noun="reuse"),
    "api.receipt_pdf": token("reuses", noun="reuse"),
    "api.ticket": token("tickets"),
    "api.dossier": token("dossiers", noun="dossier"),
    "api.document_content": token("documents", noun="document"),
    "api.events": token("events"),
    "api.move_in": token("tenancies"),
    "api.move_out": token("tenancies", noun="tenancy"),
    "api.zombies": token("zombies"),
    "api.start_filing": token("filings"),
    "api.filing": token("filings", noun="client_filing", key="filing_id"),
    "api.filing_document": token("filings", noun="client_filing", key="filing_id"),
    "api.submit_filing": token("filings", noun="client_filing", key="filing_id"),
    # verification
    "verify.form": open_door(),
    "verify.code": open_door(),
}
