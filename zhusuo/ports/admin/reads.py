"""What the administrator's pages read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from zhusuo.carriers.model import CarrierKind
from zhusuo.db import Connection
from zhusuo.people.model import OrganisationKind, Role

PAGE = 50
SHOWN = 500
TASKS = 200


@dataclass(frozen=True, kw_only=True)
class OrganisationRow:
    id: UUID
    kind: OrganisationKind
    name: str
    uscc: str | None
    district: str
    subdistricts: list[str]
    person_count: int
    disabled_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class PersonRow:
    id: UUID
    name: str
    login: str
    role: Role
    desk: str
    organisation: str
    seen_at: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ClientRow:
    id: UUID
    name: str
    organisation: str
    scopes: list[str]
    origin: str | None
    quota_per_minute: int
    created_at: datetime
    rotated_at: datetime | None
    disabled_at: datetime | None
    clerks: list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class CarrierRow:
    id: UUID
    number: str
    name: str
    kind: CarrierKind
    subdistrict: str
    unit_count: int
    manager: str | None


@dataclass(frozen=True, kw_only=True)
class EntryRow:
    id: UUID
    at: datetime
    who: str
    organisation: str
    action: str
    noun: str
    noun_id: str
    about: str
    carrier: str
    case_number: str | None
    sealed: bool

    @property
    def named(self) -> str:
        """The object in a few words: what it is called, or the end of its number."""
        if self.about or self.noun_id == "list":
            return self.about or "清单"
        return self.noun_id[-12:] if len(self.noun_id) == 36 else self.noun_id


@dataclass(frozen=True, kw_only=True)
class TaskRow:
    id: UUID
    kind: str
    file_name: str | None
    attempts: int
    status: str
    last_error: str | None
    created_at: datetime


async def organisations(db: Connection, name: str, *, limit: int = SHOWN) -> list[OrganisationRow]:
    """All organisations whose name contains `name`."""
    rows = await db.fetch(
        """
        SELECT o.id, o.kind, o.name, o.uscc, d.name AS district, o.disabled_at,
               ARRAY(SELECT s.name
                       FROM organisation_subdistricts AS os
                       JOIN subdistricts AS s ON s.code = os.subdistrict_code
                      WHERE os.organisation_id = o.id
                   ORDER BY s.code) AS subdistricts,
               (SELECT count(*) FROM persons AS p WHERE p.organisation_id = o.id AND p.disabled_at IS NULL)
               AS person_count
          FROM organisations AS o
          JOIN districts AS d ON d.code = o.district_code
         WHERE $1 = '' OR o.name LIKE '%' || $1 || '%'
      ORDER BY o.kind, o.name
         LIMIT $2
        """,
        name,
        limit,
    )
    return [OrganisationRow(**{**dict(row), "kind": OrganisationKind(row["kind"])}) for row in rows]


async def people(db: Connection, name: str, organisation_id: UUID | None, *, limit: int = SHOWN) -> list[PersonRow]:
    rows = await db.fetch(
        """
        SELECT p.id, p.name, p.login, p.role, p.desk, o.name AS organisation, p.disabled_at,
               (SELECT max(s.seen_at) FROM sessions AS s WHERE s.person_id = p.id) AS seen_at
          FROM persons AS p
          JOIN organisations AS o ON o.id = p.organisation_id
         WHERE ($1 = '' OR p.name LIKE '%' || $1 || '%' OR p.login LIKE '%' || $1 || '%')
           AND ($2::uuid IS NULL OR p.organisation_id = $2)
      ORDER BY o.name, p.name
         LIMIT $3
        """,
        name,
        organisation_id,
        limit,
    )
    return [PersonRow(**{**dict(row), "role": Role(row["role"])}) for row in rows]


async def clerks(db: Connection) -> list[tuple[UUID, str]]:
    """Who may stand behind a clerk number of an intake system."""
    rows = await db.fetch(
        """
        SELECT p.id, p.name || ' · ' || o.name AS shown
          FROM persons AS p
          JOIN organisations AS o ON o.id = p.organisation_id
         WHERE p.role = 'clerk'
           AND p.disabled_at IS NULL
      ORDER BY o.name, p.name
        """
    )
    return [(row["id"], row["shown"]) for row in rows]


async def clients(db: Connection) -> list[ClientRow]:
    rows = await db.fetch(
        """
        SELECT c.id, c.name, o.name AS organisation, c.scopes, c.origin, c.quota_per_minute, c.created_at, c.rotated_at,
               c.disabled_at,
               coalesce((SELECT jsonb_agg(jsonb_build_object('clerk', cc.clerk, 'person', p.name) ORDER BY cc.clerk)
                           FROM client_clerks AS cc
                           JOIN persons AS p ON p.id = cc.person_id
                          WHERE cc.client_id = c.id), '[]') AS clerks
          FROM clients AS c
          JOIN organisations AS o ON o.id = c.organisation_id
      ORDER BY c.created_at DESC
        """
    )
    return [ClientRow(**dict(row)) for row in rows]


async def districts(db: Connection) -> list[tuple[str, str]]:
    rows = await db.fetch("SELECT code, name FROM districts ORDER BY code")
    return [(row["code"], row["name"]) for row in rows]


async def subdistricts(db: Connection, district_code: str) -> list[tuple[str, str]]:
    rows = await db.fetch(
        """
        SELECT code, name
          FROM subdistricts
         WHERE district_code = $1
      ORDER BY code
        """,
        district_code,
    )
    return [(row["code"], row["name"]) for row in rows]


async def carriers(db: Connection, name: str, after: str = "", *, limit: int = PAGE) -> list[CarrierRow]:
    """The page of carriers behind a carrier number."""
    rows = await db.fetch(
        """
        SELECT c.id, c.number, c.name, c.kind, s.name AS subdistrict,
               (SELECT count(*) FROM units AS u WHERE u.carrier_id = c.id AND u.retired_at IS NULL) AS unit_count,
               (SELECT o.name
                  FROM managements AS m
                  JOIN organisations AS o ON o.id = m.organisation_id
                 WHERE m.carrier_id = c.id
                   AND m.status = 'confirmed'
                   AND m.capacity = 'manager') AS manager
          FROM carriers AS c
          JOIN subdistricts AS s ON s.code = c.subdistrict_code
         WHERE ($1 = '' OR c.name LIKE '%' || $1 || '%')
           AND c.number > $2
      ORDER BY c.number
         LIMIT $3
        """,
        name,
        after,
        limit,
    )
    return [CarrierRow(**{**dict(row), "kind": CarrierKind(row["kind"])}) for row in rows]


async def entries(db: Connection, after: UUID | None, noun_id: str, *, limit: int = PAGE) -> list[EntryRow]:
    """Newest first, the page of audit entries that follows one; of one object where it is named."""
    rows = await db.fetch(
        """
        SELECT a.id, a.at, coalesce(p.name, c.name, '系统') AS who, coalesce(o.name, '') AS organisation,
               a.action, a.noun, a.noun_id, a.case_number, a.leaf_index IS NOT NULL AS sealed,
               coalesce(carriers.name, '') AS carrier,
               coalesce(CASE a.noun
                        WHEN 'document' THEN (SELECT file_name FROM documents WHERE id = object.id)
                        WHEN 'filing' THEN (SELECT d.number
                                              FROM filings AS f
                                              JOIN dossiers AS d ON d.id = f.dossier_id
                                             WHERE f.id = object.id)
                        WHEN 'dossier' THEN (SELECT number FROM dossiers WHERE id = object.id)
                        WHEN 'reuse' THEN (SELECT number FROM reuses WHERE id = object.id)
                        WHEN 'organisation' THEN (SELECT name FROM organisations WHERE id = object.id)
                        WHEN 'person' THEN (SELECT name FROM persons WHERE id = object.id)
                        WHEN 'client' THEN (SELECT name FROM clients WHERE id = object.id)
                        WHEN 'unit' THEN (SELECT label FROM units WHERE id = object.id)
                         END, '') AS about
          FROM audit_entries AS a
     LEFT JOIN persons AS p ON p.id = a.person_id
     LEFT JOIN clients AS c ON c.id = a.client_id
     LEFT JOIN organisations AS o ON o.id = a.organisation_id
     LEFT JOIN carriers ON carriers.id = a.carrier_id
    CROSS JOIN LATERAL (SELECT CASE WHEN a.noun_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                                    THEN a.noun_id::uuid
                                     END AS id) AS object
         WHERE ($1::uuid IS NULL OR a.id < $1)
           AND ($2 = '' OR a.noun_id = $2)
      ORDER BY a.id DESC
         LIMIT $3
        """,
        after,
        noun_id,
        limit,
    )
    return [EntryRow(**dict(row)) for row in rows]


async def tasks(db: Connection, *, limit: int = TASKS) -> list[TaskRow]:
    """Open and quarantined work, the quarantined first."""
    rows = await db.fetch(
        """
        SELECT t.id, t.kind, d.file_name, t.attempts, t.last_error, t.created_at,
               CASE WHEN t.quarantined_at IS NOT NULL THEN 'quarantined'
                    WHEN t.held_until > now() THEN 'held'
                    ELSE 'waiting'
                     END AS status
          FROM tasks AS t
     LEFT JOIN documents AS d ON d.id = t.noun_id
         WHERE t.done_at IS NULL
      ORDER BY t.quarantined_at IS NULL, t.created_at
         LIMIT $1
        """,
        limit,
    )
    return [TaskRow(**dict(row)) for row in rows]


async def figures(db: Connection) -> dict[str, Any]:
    row = await db.fetchrow(
        """
        SELECT (SELECT max(tree_size) FROM audit_checkpoints) AS sealed_count,
               (SELECT max(sealed_at) FROM audit_checkpoints) AS sealed_at,
               (SELECT count(*) FROM tasks WHERE quarantined_at IS NOT NULL AND done_at IS NULL) AS quarantined_count
        """
    )
    return dict(row) if row else {}
