"""Signing in: a fresh session each time, a calm refusal, and no guessing."""

from collections.abc import AsyncIterator

from tests import make
from tests.support.web import ORIGIN, Site
from zhusuo.db import Connection
from zhusuo.people import passwords
from zhusuo.people.actions import FAILURES_PER_LOGIN
from zhusuo.ports.common.guard import COOKIE

PASSWORD = "correct horse 42"


async def _person(db: Connection, role: str = "clerk") -> str:
    organisation_id = await make.organisation(db, kind=make.KIND_OF_ROLE[make.Role(role)])
    password_hash = await passwords.hash_password(PASSWORD)
    person_id = await make.person(db, organisation_id=organisation_id, role=role, password_hash=password_hash)
    login: str = await db.fetchval("SELECT login FROM persons WHERE id = $1", person_id)
    return login


async def test_a_clerk_signs_in_and_lands_at_the_counter(site: Site, db: Connection) -> None:
    login = await _person(db)
    async with site.visitor() as visitor:
        answer = await visitor.post("/sign-in", data={"login": login, "password": PASSWORD})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/approval"
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert "SameSite=lax" in answer.headers["set-cookie"]
        assert (await visitor.get("/notices")).status_code == 200


async def test_every_sign_in_makes_a_new_session_and_ends_the_browsers_old_one(site: Site, db: Connection) -> None:
    login = await _person(db)
    async with site.visitor() as visitor:
        await visitor.post("/sign-in", data={"login": login, "password": PASSWORD})
        first = visitor.cookies[COOKIE]
        await visitor.post("/sign-in", data={"login": login, "password": PASSWORD})
        second = visitor.cookies[COOKIE]
        assert first != second
        visitor.cookies.set(COOKIE, first, domain="zhusuo.test")
    async with site.visitor() as thief:
        thief.cookies.set(COOKIE, first)
        assert (await thief.get("/notices")).headers["location"].startswith("/sign-in")


async def test_a_session_id_chosen_by_the_browser_is_never_taken_over(site: Site, db: Connection) -> None:
    login = await _person(db)
    async with site.visitor() as visitor:
        visitor.cookies.set(COOKIE, "chosen-by-an-attacker")
        answer = await visitor.post("/sign-in", data={"login": login, "password": PASSWORD})
        assert "chosen-by-an-attacker" not in answer.headers["set-cookie"]
        assert await db.fetchval("SELECT count(*) FROM sessions") == 1


async def test_a_wrong_password_and_an_unknown_name_sound_the_same(site: Site, db: Connection) -> None:
    login = await _person(db)
    async with site.visitor() as visitor:
        wrong = await visitor.post("/sign-in", data={"login": login, "password": "guess"})
        unknown = await visitor.post("/sign-in", data={"login": "nobody", "password": "guess"})
    assert wrong.status_code == unknown.status_code
    assert "用户名或口令不对" in wrong.text
    assert "用户名或口令不对" in unknown.text


async def test_guessing_is_stopped_and_says_when_to_try_again(site: Site, db: Connection) -> None:
    login = await _person(db)
    async with site.visitor() as visitor:
        for _ in range(FAILURES_PER_LOGIN):
            await visitor.post("/sign-in", data={"login": login, "password": "guess"})
        answer = await visitor.post("/sign-in", data={"login": login, "password": PASSWORD})
    assert answer.status_code == 429
    assert "15 分钟后再试" in answer.text


async def test_after_signing_in_one_goes_on_where_one_was_but_never_to_another_site(site: Site, db: Connection) -> None:
    login = await _person(db)
    for target, lands in (
        ("/notices", "/notices"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
    ):
        async with site.visitor() as visitor:
            answer = await visitor.post("/sign-in", data={"login": login, "password": PASSWORD, "next": target})
        assert answer.headers["location"] == lands


async def test_signing_out_ends_the_session(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="clerk")
    async with site.signed_in(actor) as visitor:
        token = visitor.cookies[COOKIE]
        assert (await visitor.submit("/sign-out")).headers["location"] == "/sign-in"
        visitor.cookies.set(COOKIE, token)
        assert (await visitor.get("/notices")).headers["location"].startswith("/sign-in")


async def test_a_form_from_another_site_or_without_its_token_is_refused(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="clerk")
    async with site.signed_in(actor) as visitor:
        foreign = await visitor.post(
            "/sign-out", data={"_csrf_token": visitor.csrf_token}, headers={"origin": "https://evil.example"}
        )
        assert foreign.status_code == 403
        assert (await visitor.post("/sign-out", data={})).status_code == 403
        assert (await visitor.get("/notices")).status_code == 200


async def test_a_door_for_whole_files_reads_no_other_form_to_find_its_token(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="manager")
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        yield f"_csrf_token={visitor.csrf_token}&x=".encode()
        for _ in range(64):
            read += 2**20
            yield b"x" * 2**20

    async with site.signed_in(actor) as visitor:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = await visitor.post("/uploads/form", content=body(), headers=headers)
    assert answer.status_code == 403
    assert "页面已过期" in answer.text
    assert read == 0


async def test_a_disabled_person_is_out_at_once(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="clerk")
    async with site.signed_in(actor) as visitor:
        await db.execute("UPDATE persons SET disabled_at = now() WHERE id = $1", actor.person_id)
        assert (await visitor.get("/notices")).headers["location"].startswith("/sign-in")


async def test_who_was_signed_in_hears_that_it_ended_and_comes_back_to_the_page(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="clerk")
    async with site.signed_in(actor) as visitor:
        await db.execute("DELETE FROM sessions WHERE person_id = $1", actor.person_id)
        opened = await visitor.get("/notices?after=1")
        assert opened.headers["location"] == "/sign-in?next=%2Fnotices%3Fafter%3D1&ended=idle"
        form = f"{ORIGIN}/approval/carriers/new?from=1"
        sent = await visitor.post("/notices/read", headers={"referer": form})
        assert sent.headers["location"] == "/sign-in?next=%2Fapproval%2Fcarriers%2Fnew%3Ffrom%3D1&ended=unsent"
        assert "登录已过期，刚才的内容没有提交" in (await visitor.get(sent.headers["location"])).text
        part = await visitor.get("/notices", headers={"hx-request": "true", "hx-current-url": f"{ORIGIN}/approval"})
        assert part.headers["hx-redirect"] == "/sign-in?next=%2Fapproval&ended=idle"
        elsewhere = await visitor.post("/notices/read", headers={"referer": "https://evil.example/a"})
        assert elsewhere.headers["location"] == "/sign-in?ended=unsent"
    async with site.visitor() as stranger:
        assert (await stranger.get("/notices")).headers["location"] == "/sign-in?next=%2Fnotices"
