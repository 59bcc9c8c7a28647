"""The policy table, tried out: every door × every role × own, foreign and missing object."""

import re
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler

from tests import make
from tests.rooms import objects
from tests.support.web import Site, Visitor
from zhusuo.db import Connection
from zhusuo.people.actions import hash_token
from zhusuo.people.model import Actor, Role
from zhusuo.ports.common.ownership import VISIBLE
from zhusuo.ports.common.policy import POLICY, Entrance, Rule
from zhusuo.serve import ROOMS
from zhusuo.settings import new_token

PERSONS = [role for role in Role if role != Role.CLIENT]
SUBDISTRICTS = frozenset({make.SUBDISTRICT})
BESIDE = str(uuid4())
"""Where a path names more than its object."""


def _doors(site: Site) -> dict[str, tuple[str, str]]:
    """Handler name → method and path."""
    found = {}
    for route in site.app.routes:
        for handler in getattr(route, "route_handlers", []):
            if isinstance(handler, HTTPRouteHandler) and handler.name:
                method = next(iter(sorted(handler.http_methods - {"OPTIONS", "HEAD"})), "HEAD")
                found[handler.name] = (method, route.path)
    return found


def _path(path: str, rule: Rule, noun_id: UUID) -> str:
    """The path with its object's id, and harmless values for its other parameters."""
    values = {"uuid": BESIDE, "int": "1", "str": "x", "path": "x", "date": "2026-11-22"}

    def fill(match: re.Match[str]) -> str:
        name, kind = match[1], match[2]
        return str(noun_id) if name == rule.key else values[kind]

    return re.sub(r"\{(\w+):(\w+)\}", fill, path)


async def _ask(visitor: Visitor, method: str, path: str) -> httpx.Response:
    headers = {"x-csrftoken": visitor.csrf_token} if method != "GET" else {}
    return await visitor.request(method, path, headers=headers)


async def _actor(db: Connection, role: Role) -> Actor:
    subdistricts = SUBDISTRICTS if role == Role.SUPERVISOR else frozenset()
    return await make.actor(db, role=role, subdistricts=subdistricts)


async def _panel(db: Connection, actor: Actor) -> str:
    """A panel token for this clerk."""
    token = new_token()
    client_id = await objects.client(db, actor)
    await db.execute(
        """
        INSERT INTO tickets (token_hash, client_id, person_id, case_number, purpose, expires_at, used_at, panel_hash,
                             panel_expires_at)
             VALUES ($1, $2, $3, '2026-1', '设立登记', now(), now(), $4, now() + interval '30 minutes')
        """,
        hash_token(new_token()),
        client_id,
        actor.person_id,
        hash_token(token),
    )
    return token


async def _visit(stack: AsyncExitStack, site: Site, db: Connection, actor: Actor, rule: Rule) -> Visitor:
    if rule.entrance == Entrance.TOKEN:
        return await stack.enter_async_context(site.client(actor, rule.scope))
    if rule.entrance == Entrance.PANEL:
        token = await _panel(db, actor)
        return await stack.enter_async_context(site.visitor(authorization=f"Bearer {token}", accept="application/json"))
    return await stack.enter_async_context(site.signed_in(actor))


def test_every_door_has_a_rule_and_every_rule_a_door(site: Site) -> None:
    ours = {handler.name for handler in ROOMS}
    documentation = {name for name in _doors(site) if name not in POLICY}
    assert not ours - POLICY.keys()
    assert not POLICY.keys() - _doors(site).keys()
    assert not documentation & ours


def test_every_noun_of_the_table_can_be_looked_up_and_made() -> None:
    nouns = {rule.noun for rule in POLICY.values() if rule.noun}
    assert nouns <= VISIBLE.keys()
    assert nouns <= objects.MAKE.keys()


@pytest.mark.parametrize("name", [name for name, rule in POLICY.items() if rule.entrance != Entrance.OPEN])
async def test_strangers_stay_outside(site: Site, name: str) -> None:
    rule = POLICY[name]
    method, path = _doors(site)[name]
    async with site.visitor() as visitor:
        answer = await _ask(visitor, method, _path(path, rule, uuid4()))
    if rule.entrance == Entrance.SESSION and not path.startswith("/embed/api/"):
        assert answer.status_code in (302, 401)
        assert answer.status_code == 401 or answer.headers["location"].startswith("/sign-in")
    else:
        assert answer.status_code == 401


@pytest.mark.parametrize("role", PERSONS)
@pytest.mark.parametrize("name", [name for name, rule in POLICY.items() if rule.entrance == Entrance.SESSION])
async def test_a_role_passes_its_own_doors_only(site: Site, db: Connection, name: str, role: Role) -> None:
    rule = POLICY[name]
    method, path = _doors(site)[name]
    actor = await _actor(db, role)
    async with site.signed_in(actor) as visitor:
        if role not in rule.roles:
            answer = await _ask(visitor, method, _path(path, rule, uuid4()))
            assert answer.status_code == 403
            return
        noun_id = await objects.MAKE[rule.noun](db, actor) if rule.noun else uuid4()
        answer = await _ask(visitor, method, _path(path, rule, noun_id))
    assert answer.status_code not in (401, 403, 500)
    if rule.noun and method == "GET" and path.count("{") == 1:
        assert answer.status_code != 404


CASES = [
    (name, role)
    for name, rule in POLICY.items()
    if rule.noun
    for role in sorted(rule.roles)
    if role != Role.ADMINISTRATOR and rule.noun not in objects.NOBODYS
]


@pytest.mark.parametrize(("name", "role"), CASES)
async def test_what_is_somebody_elses_looks_exactly_like_what_is_not_there(
    site: Site, db: Connection, name: str, role: Role
) -> None:
    rule = POLICY[name]
    method, path = _doors(site)[name]
    actor = await _actor(db, Role.CLERK if role == Role.CLIENT else role)
    theirs = await objects.MAKE[rule.noun](db, await objects.stranger(db, actor))
    async with AsyncExitStack() as stack:
        visitor = await _visit(stack, site, db, actor, rule)
        foreign = await _ask(visitor, method, _path(path, rule, theirs))
        nowhere = uuid4()
        missing = await _ask(visitor, method, _path(path, rule, nowhere))
    assert foreign.status_code == missing.status_code == 404
    assert foreign.text.replace(str(theirs), "") == missing.text.replace(str(nowhere), "")


async def test_a_client_without_the_scope_stays_outside(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="clerk")
    rules = {name: rule for name, rule in POLICY.items() if rule.entrance == Entrance.TOKEN}
    for name, rule in rules.items():
        method, path = _doors(site)[name]
        other = "waivers" if rule.scope != "waivers" else "lookup"
        async with site.client(actor, other) as visitor:
            answer = await _ask(visitor, method, _path(path, rule, uuid4()))
        assert answer.status_code == 403, name


async def test_a_client_over_its_quota_is_told_to_wait(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="clerk")
    name, rule = next((name, rule) for name, rule in POLICY.items() if rule.entrance == Entrance.TOKEN)
    method, path = _doors(site)[name]
    async with site.client(actor, rule.scope, quota=1) as visitor:
        await _ask(visitor, method, _path(path, rule, uuid4()))
        answer = await _ask(visitor, method, _path(path, rule, uuid4()))
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "60"
