"""The rows of organisations, persons, sessions, clients and tickets."""

from datetime import datetime
from typing import Any
from uuid import UUID

from zhusuo.db import Connection, Row
from zhusuo.people.model import Actor, Organisation, OrganisationKind, Person, Role

SESSION_TOUCH_SECONDS = 60


async def insert_organisation(
    db: Connection,
    kind: OrganisationKind,
    name: str,
    uscc: str | None,
    district_code: str,
    subdistricts: frozenset[str],
) -> Organisation:
    """Raises asyncpg.UniqueViolationError by organisation_name_once or organisation_uscc_once."""
    organisation_id = await db.fetchval(
        """
        INSERT INTO organisations (kind, name, uscc, district_code)
             VALUES ($1, $2, $3, $4)
          RETURNING id
        """,
        kind,
        name,
        uscc,
        district_code,
    )
    await set_subdistricts(db, organisation_id, subdistricts)
    found = await organisation_by_id(db, organisation_id)
    assert found is not None  # noqa: S101 - inserted two statements ago
    return found


async def set_subdistricts(db: Connection, organisation_id: UUID, subdistricts: frozenset[str]) -> None:
    await db.execute(
        """
        DELETE FROM organisation_subdistricts
              WHERE organisation_id = $1
        """,
        organisation_id,
    )
    await db.execute(
        """
        INSERT INTO organisation_subdistricts (organisation_id, subdistrict_code)
             SELECT $1, unnest($2::text[])
        """,
        organisation_id,
        sorted(subdistricts),
    )


async def organisation_by_id(db: Connection, organisation_id: UUID) -> Organisation | None:
    row = await db.fetchrow(
        """
        SELECT id, kind, name, uscc, district_code, disabled_at,
               ARRAY(SELECT subdistrict_code FROM organisation_subdistricts WHERE organisation_id = $1) AS subdistricts
          FROM organisations
         WHERE id = $1
        """,
        organisation_id,
    )
    return _organisation(row) if row else None


async def organisation_by_name(db: Connection, district_code: str, name: str) -> Organisation | None:
    organisation_id = await db.fetchval(
        """
        SELECT id
          FROM organisations
         WHERE district_code = $1
           AND name = $2
        """,
        district_code,
        name,
    )
    return await organisation_by_id(db, organisation_id) if organisation_id else None


async def set_organisation_disabled(db: Connection, organisation_id: UUID, disabled: bool) -> bool:
    return (
        await db.execute(
            """
        UPDATE organisations
           SET disabled_at = CASE WHEN $2 THEN now() END
         WHERE id = $1
        """,
            organisation_id,
            disabled,
        )
        == "UPDATE 1"
    )


async def insert_person(
    db: Connection, organisation_id: UUID, role: Role, name: str, login: str, password_hash: str, desk: str
) -> Person:
    """Raises asyncpg.UniqueViolationError by person_login_once."""
    row = await db.fetchrow(
        """
        INSERT INTO persons (organisation_id, role, name, login, password_hash, desk)
             VALUES ($1, $2, $3, $4, $5, $6)
          RETURNING id, organisation_id, role, name, login, desk, disabled_at
        """,
        organisation_id,
        role,
        name,
        login,
        password_hash,
        desk,
    )
    return _person(row)


async def person_by_id(db: Connection, person_id: UUID) -> Person | None:
    row = await db.fetchrow(
        """
        SELECT id, organisation_id, role, name, login, desk, disabled_at
          FROM persons
         WHERE id = $1
        """,
        person_id,
    )
    return _person(row) if row else None


async def person_by_login(db: Connection, login: str) -> tuple[Person, str] | None:
    """The person who may sign in under this name, with the password's hash."""
    row = await db.fetchrow(
        """
        SELECT p.id, p.organisation_id, p.role, p.name, p.login, p.desk, p.disabled_at, p.password_hash
          FROM persons AS p
          JOIN organisations AS o ON o.id = p.organisation_id
         WHERE p.login = $1
           AND p.disabled_at IS NULL
           AND o.disabled_at IS NULL
        """,
        login,
    )
    return (_person(row), row["password_hash"]) if row else None


async def set_person_disabled(db: Connection, person_id: UUID, disabled: bool) -> bool:
    return (
        await db.execute(
            """
        UPDATE persons
           SET disabled_at = CASE WHEN $2 THEN now() END
         WHERE id = $1
        """,
            person_id,
            disabled,
        )
        == "UPDATE 1"
    )


async def set_password(db: Connection, person_id: UUID, password_hash: str) -> bool:
    return (
        await db.execute(
            """
        UPDATE persons
           SET password_hash = $2
         WHERE id = $1
        """,
            person_id,
            password_hash,
        )
        == "UPDATE 1"
    )


async def insert_session(
    db: Connection, token_hash: bytes, person_id: UUID, csrf_token: str, expires_at: datetime
) -> None:
    await db.execute(
        """
        INSERT INTO sessions (token_hash, person_id, csrf_token, expires_at)
             VALUES ($1, $2, $3, $4)
        """,
        token_hash,
        person_id,
        csrf_token,
        expires_at,
    )


async def end_session(db: Connection, token_hash: bytes) -> UUID | None:
    """The person whose live session this was."""
    found: UUID | None = await db.fetchval(
        """
        UPDATE sessions
           SET ended_at = now()
         WHERE token_hash = $1
           AND ended_at IS NULL
     RETURNING person_id
        """,
        token_hash,
    )
    return found


async def end_sessions_of(db: Connection, person_id: UUID) -> None:
    await db.execute(
        """
        UPDATE sessions
           SET ended_at = now()
         WHERE person_id = $1
           AND ended_at IS NULL
        """,
        person_id,
    )


async def by_session(
    db: Connection, token_hash: bytes, idle_minutes: int, *, touch: bool = True
) -> tuple[Actor, str] | None:
    """The signed-in person of a live session and its CSRF token; `touch`: somebody is at the desk."""
    row = await db.fetchrow(
        """
        SELECT p.id AS person_id, NULL::uuid AS client_id, o.id AS organisation_id, o.name AS organisation, p.role,
               p.name, p.desk, o.district_code, '{}'::text[] AS scopes, s.csrf_token,
               s.seen_at < now() - make_interval(secs => $3) AS stale,
               ARRAY(SELECT subdistrict_code
                       FROM organisation_subdistricts AS os
                      WHERE os.organisation_id = o.id) AS subdistricts
          FROM sessions AS s
          JOIN persons AS p ON p.id = s.person_id
          JOIN organisations AS o ON o.id = p.organisation_id
         WHERE s.token_hash = $1
           AND s.ended_at IS NULL
           AND s.expires_at > now()
           AND s.seen_at > now() - make_interval(mins => $2)
           AND p.disabled_at IS NULL
           AND o.disabled_at IS NULL
        """,
        token_hash,
        idle_minutes,
        SESSION_TOUCH_SECONDS,
    )
    if row is None:
        return None
    if row["stale"] and touch:
        await db.execute(
            """
            UPDATE sessions
               SET seen_at = now()
             WHERE token_hash = $1
            """,
            token_hash,
        )
    return _actor(row), row["csrf_token"]


async def failures(db: Connection, login: str, address: str, minutes: int) -> tuple[int, int]:
    """Failed sign-ins of late: for this login, from this network address."""
    row = await db.fetchrow(
        """
        SELECT count(*) FILTER (WHERE login = $1) AS by_login,
               count(*) FILTER (WHERE address = $2) AS by_address
          FROM sign_in_failures
         WHERE (login = $1 OR address = $2)
           AND at > now() - make_interval(mins => $3)
        """,
        login,
        address,
        minutes,
    )
    assert row is not None  # noqa: S101 - an aggregate always has a row
    return row["by_login"], row["by_address"]


async def insert_failure(db: Connection, login: str, address: str) -> None:
    await db.execute(
        """
        INSERT INTO sign_in_failures (login, address)
             VALUES ($1, $2)
        """,
        login,
        address,
    )


async def forget_failures(db: Connection, login: str) -> None:
    await db.execute(
        """
        DELETE FROM sign_in_failures
              WHERE login = $1
        """,
        login,
    )


async def insert_client(
    db: Connection,
    organisation_id: UUID,
    name: str,
    token_hash: bytes,
    scopes: frozenset[str],
    origin: str | None,
    quota_per_minute: int,
) -> UUID:
    """Raises asyncpg.UniqueViolationError by client_name_once."""
    client_id: UUID = await db.fetchval(
        """
        INSERT INTO clients (organisation_id, name, token_hash, scopes, origin, quota_per_minute)
             VALUES ($1, $2, $3, $4, $5, $6)
          RETURNING id
        """,
        organisation_id,
        name,
        token_hash,
        sorted(scopes),
        origin,
        quota_per_minute,
    )
    return client_id


async def rotate_client(db: Connection, client_id: UUID, token_hash: bytes) -> bool:
    return (
        await db.execute(
            """
        UPDATE clients
           SET token_hash = $2,
               rotated_at = now()
         WHERE id = $1
        """,
            client_id,
            token_hash,
        )
        == "UPDATE 1"
    )


async def set_client_disabled(db: Connection, client_id: UUID, disabled: bool) -> bool:
    return (
        await db.execute(
            """
        UPDATE clients
           SET disabled_at = CASE WHEN $2 THEN now() END
         WHERE id = $1
        """,
            client_id,
            disabled,
        )
        == "UPDATE 1"
    )


async def set_client_clerk(db: Connection, client_id: UUID, clerk: str, person_id: UUID) -> None:
    await db.execute(
        """
        INSERT INTO client_clerks (client_id, clerk, person_id)
             VALUES ($1, $2, $3)
        ON CONFLICT (client_id, clerk) DO UPDATE SET person_id = excluded.person_id
        """,
        client_id,
        clerk,
        person_id,
    )


async def by_client_token(db: Connection, token_hash: bytes) -> tuple[Actor, int, int] | None:
    """The client behind a bearer token, its quota a minute, and the calls of this minute including this one.

    One statement finds the client and counts the call.
    """
    row = await db.fetchrow(
        """
        WITH client AS (
            SELECT c.id, c.name, c.scopes, c.quota_per_minute, o.id AS organisation_id, o.name AS organisation,
                   o.district_code
              FROM clients AS c
              JOIN organisations AS o ON o.id = c.organisation_id
             WHERE c.token_hash = $1
               AND c.disabled_at IS NULL
               AND o.disabled_at IS NULL
        ), counted AS (
            INSERT INTO client_usage (client_id, minute, request_count)
                 SELECT id, date_trunc('minute', now()), 1
                   FROM client
            ON CONFLICT (client_id, minute)
              DO UPDATE SET request_count = client_usage.request_count + 1
              RETURNING request_count
        )
        SELECT NULL::uuid AS person_id, client.id AS client_id, client.organisation_id, client.organisation,
               'client' AS role, client.name, '' AS desk, client.district_code, client.scopes,
               '{}'::text[] AS subdistricts, client.quota_per_minute, counted.request_count
          FROM client, counted
        """,
        token_hash,
    )
    return (_actor(row), row["quota_per_minute"], row["request_count"]) if row else None


async def clerk_of_client(db: Connection, client_id: UUID, clerk: str) -> UUID | None:
    """Our clerk behind the intake system's own clerk number."""
    person_id: UUID | None = await db.fetchval(
        """
        SELECT cc.person_id
          FROM client_clerks AS cc
          JOIN persons AS p ON p.id = cc.person_id
         WHERE cc.client_id = $1
           AND cc.clerk = $2
           AND p.role = 'clerk'
           AND p.disabled_at IS NULL
        """,
        client_id,
        clerk,
    )
    return person_id


async def actor_by_login(db: Connection, login: str) -> Actor | None:
    """Somebody who may work, for whoever runs the command in their name."""
    row = await db.fetchrow(
        """
        SELECT p.id AS person_id, NULL::uuid AS client_id, o.id AS organisation_id, o.name AS organisation, p.role,
               p.name, p.desk, o.district_code, '{}'::text[] AS scopes,
               ARRAY(SELECT subdistrict_code
                       FROM organisation_subdistricts AS os
                      WHERE os.organisation_id = o.id) AS subdistricts
          FROM persons AS p
          JOIN organisations AS o ON o.id = p.organisation_id
         WHERE p.login = $1
           AND p.disabled_at IS NULL
           AND o.disabled_at IS NULL
        """,
        login,
    )
    return _actor(row) if row else None


async def clerk_for_client(db: Connection, client_id: UUID, clerk: str) -> Actor | None:
    """Our clerk behind the intake system's clerk number, acting through that client, in the client's own district."""
    row = await db.fetchrow(
        """
        SELECT p.id AS person_id, cc.client_id, o.id AS organisation_id, o.name AS organisation, p.role, p.name, p.desk,
               o.district_code, '{}'::text[] AS scopes, '{}'::text[] AS subdistricts
          FROM client_clerks AS cc
          JOIN clients AS c ON c.id = cc.client_id
          JOIN organisations AS home ON home.id = c.organisation_id
          JOIN persons AS p ON p.id = cc.person_id
          JOIN organisations AS o ON o.id = p.organisation_id
                                 AND o.district_code = home.district_code
         WHERE cc.client_id = $1
           AND cc.clerk = $2
           AND p.role = 'clerk'
           AND p.disabled_at IS NULL
           AND o.disabled_at IS NULL
        """,
        client_id,
        clerk,
    )
    return _actor(row) if row else None


async def insert_ticket(db: Connection, token_hash: bytes, ticket: dict[str, Any], seconds: int) -> None:
    await db.execute(
        """
        INSERT INTO tickets (token_hash, client_id, person_id, case_number, purpose, address, applicant, item_code,
                             expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9))
        """,
        token_hash,
        ticket["client_id"],
        ticket["person_id"],
        ticket["case_number"],
        ticket["purpose"],
        ticket["address"],
        ticket["applicant"],
        ticket["item_code"],
        seconds,
    )


async def use_ticket(db: Connection, token_hash: bytes, panel_hash: bytes, panel_minutes: int) -> dict[str, Any] | None:
    """Turn an unused ticket into a panel session; None if it was used, has run out, or never was."""
    row = await db.fetchrow(
        """
        UPDATE tickets
           SET used_at = now(),
               panel_hash = $2,
               panel_expires_at = now() + make_interval(mins => $3)
         WHERE token_hash = $1
           AND used_at IS NULL
           AND expires_at > now()
     RETURNING client_id, person_id, case_number, purpose, address, applicant, item_code,
               (SELECT origin FROM clients WHERE clients.id = tickets.client_id) AS origin
        """,
        token_hash,
        panel_hash,
        panel_minutes,
    )
    return dict(row) if row else None


async def by_panel(db: Connection, panel_hash: bytes) -> tuple[Actor, dict[str, Any]] | None:
    """The clerk working in a client's panel, and what the ticket said."""
    row = await db.fetchrow(
        """
        SELECT p.id AS person_id, c.id AS client_id, o.id AS organisation_id, o.name AS organisation, p.role, p.name,
               p.desk, o.district_code, '{}'::text[] AS scopes, '{}'::text[] AS subdistricts,
               t.case_number, t.purpose, t.address, t.applicant, t.item_code, c.origin
          FROM tickets AS t
          JOIN clients AS c ON c.id = t.client_id
          JOIN persons AS p ON p.id = t.person_id
          JOIN organisations AS o ON o.id = p.organisation_id
         WHERE t.panel_hash = $1
           AND t.panel_expires_at > now()
           AND c.disabled_at IS NULL
           AND p.disabled_at IS NULL
           AND o.disabled_at IS NULL
        """,
        panel_hash,
    )
    if row is None:
        return None
    said = {key: row[key] for key in ("case_number", "purpose", "address", "applicant", "item_code", "origin")}
    return _actor(row).for_case(row["case_number"], row["purpose"]), said


def _organisation(row: Row) -> Organisation:
    return Organisation(
        id=row["id"],
        kind=OrganisationKind(row["kind"]),
        name=row["name"],
        uscc=row["uscc"],
        district_code=row["district_code"],
        subdistricts=frozenset(row["subdistricts"]),
        disabled_at=row["disabled_at"],
    )


def _person(row: Row | None) -> Person:
    assert row is not None  # noqa: S101 - callers look before
    return Person(
        id=row["id"],
        organisation_id=row["organisation_id"],
        role=Role(row["role"]),
        name=row["name"],
        login=row["login"],
        desk=row["desk"],
        disabled_at=row["disabled_at"],
    )


def _actor(row: Row) -> Actor:
    return Actor(
        person_id=row["person_id"],
        client_id=row["client_id"],
        organisation_id=row["organisation_id"],
        organisation=row["organisation"],
        role=Role(row["role"]),
        name=row["name"],
        desk=row["desk"],
        district_code=row["district_code"],
        subdistricts=frozenset(row["subdistricts"]),
        scopes=frozenset(row["scopes"]),
    )
