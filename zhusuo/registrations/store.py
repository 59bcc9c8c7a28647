"""The rows of reuses, registrations and the businesses behind them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from zhusuo.db import Connection, Row
from zhusuo.people.model import Actor, Role
from zhusuo.registrations.model import (
    NewReuse,
    Registration,
    RegistrationStatus,
    Reuse,
    ReuseStatus,
)
from zhusuo.waivers.model import RegistrationKind

# 调用


async def by_id(db: Connection, reuse_id: UUID) -> Reuse | None:
    row = await db.fetchrow(
        """
        SELECT id, number, code, district_code, carrier_id, unit_id, version_id, catalogue_id, item_code,
               lease_document_id, applicant, business_uscc, registration_kind, purpose, case_number, reason,
               person_id, organisation_id, client_id, status, held_until, created_at, outcome_at,
               revoked_at, revoked_by, revoked_reason, revoked_note,
               receipt_text, receipt_sha256, signature, signing_key
          FROM reuses
         WHERE id = $1
        """,
        reuse_id,
    )
    return _reuse(row) if row else None


async def by_id_for(db: Connection, actor: Actor, reuse_id: UUID) -> Reuse | None:
    """Clerks see their district's reuses, a client those made through it."""
    reuse = await by_id(db, reuse_id)
    if reuse is None or reuse.district_code != actor.district_code:
        return None
    if actor.role is Role.CLIENT:
        return reuse if reuse.client_id is not None and reuse.client_id == actor.client_id else None
    return reuse if actor.role is Role.CLERK else None


async def by_code(db: Connection, code: str) -> Reuse | None:
    reuse_id = await db.fetchval(
        """
        SELECT id
          FROM reuses
         WHERE code = $1
        """,
        code,
    )
    return await by_id(db, reuse_id) if reuse_id else None


async def lock(db: Connection, reuse_id: UUID) -> Reuse | None:
    """The reuse as it is now, kept from changing until the transaction ends."""
    await db.execute(
        """
        SELECT id
          FROM reuses
         WHERE id = $1
           FOR NO KEY UPDATE
        """,
        reuse_id,
    )
    return await by_id(db, reuse_id)


async def page(db: Connection, after: UUID | None, limit: int) -> list[Reuse]:
    """All reuses one page after the other, in the order of their ids."""
    rows = await db.fetch(
        """
        SELECT id, number, code, district_code, carrier_id, unit_id, version_id, catalogue_id, item_code,
               lease_document_id, applicant, business_uscc, registration_kind, purpose, case_number, reason,
               person_id, organisation_id, client_id, status, held_until, created_at, outcome_at,
               revoked_at, revoked_by, revoked_reason, revoked_note,
               receipt_text, receipt_sha256, signature, signing_key
          FROM reuses
         WHERE ($1::uuid IS NULL OR id > $1)
      ORDER BY id
         LIMIT $2
        """,
        after,
        limit,
    )
    return [_reuse(row) for row in rows]


async def next_number(db: Connection, district_code: str, day: date) -> str:
    """ZS-310104-2026-004286."""
    number: str = await db.fetchval(
        """
        SELECT 'ZS-' || $1 || '-' || $2 || '-' || lpad(next::text, greatest(6, length(next::text)), '0')
          FROM nextval('reuse_numbers') AS next
        """,
        district_code,
        str(day.year),
    )
    return number


async def moment(db: Connection) -> datetime:
    """What time it is, to be asked when all locks are held: `now()` is when the transaction began."""
    found: datetime = await db.fetchval("SELECT clock_timestamp()")
    return found


async def insert(
    db: Connection,
    new: NewReuse,
    actor: Actor,
    *,
    number: str,
    code: str,
    carrier_id: UUID,
    version_id: UUID,
    catalogue_id: UUID,
    registration_kind: RegistrationKind,
    created_at: datetime,
    held_until: datetime,
    receipt_text: str,
    receipt_sha256: str,
    signature: bytes,
    signing_key: str,
) -> UUID:
    reuse_id: UUID = await db.fetchval(
        """
        INSERT INTO reuses
                    (number, code, district_code, carrier_id, unit_id, version_id, catalogue_id, item_code,
                     lease_document_id, applicant, business_uscc, registration_kind, purpose, case_number, reason,
                     person_id, organisation_id, client_id, held_until, created_at,
                     receipt_text, receipt_sha256, signature, signing_key)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                     $21, $22, $23, $24)
          RETURNING id
        """,
        number,
        code,
        actor.district_code,
        carrier_id,
        new.unit_id,
        version_id,
        catalogue_id,
        new.item_code,
        new.lease_document_id,
        new.applicant,
        new.business_uscc,
        registration_kind,
        new.purpose,
        new.case_number,
        new.reason,
        actor.person_id,
        actor.organisation_id,
        actor.client_id,
        held_until,
        created_at,
        receipt_text,
        receipt_sha256,
        signature,
        signing_key,
    )
    return reuse_id


async def set_outcome(db: Connection, reuse_id: UUID, status: ReuseStatus, uscc: str | None) -> None:
    await db.execute(
        """
        UPDATE reuses
           SET status = $2,
               business_uscc = coalesce($3, business_uscc),
               outcome_at = clock_timestamp()
         WHERE id = $1
        """,
        reuse_id,
        status,
        uscc,
    )


async def set_revoked(db: Connection, reuse_id: UUID, person_id: UUID | None, reason: str, note: str) -> None:
    await db.execute(
        """
        UPDATE reuses
           SET status = 'revoked',
               revoked_at = clock_timestamp(),
               revoked_by = $2,
               revoked_reason = $3,
               revoked_note = $4
         WHERE id = $1
        """,
        reuse_id,
        person_id,
        reason,
        note,
    )


async def take_lapsed(db: Connection, now: datetime, limit: int) -> list[Reuse]:
    """Holds that have run out, locked; those somebody is deciding at this moment are left alone."""
    rows = await db.fetch(
        """
        SELECT id, number, code, district_code, carrier_id, unit_id, version_id, catalogue_id, item_code,
               lease_document_id, applicant, business_uscc, registration_kind, purpose, case_number, reason,
               person_id, organisation_id, client_id, status, held_until, created_at, outcome_at,
               revoked_at, revoked_by, revoked_reason, revoked_note,
               receipt_text, receipt_sha256, signature, signing_key
          FROM reuses
         WHERE status = 'held'
           AND held_until < $1
      ORDER BY held_until
         LIMIT $2
           FOR NO KEY UPDATE SKIP LOCKED
        """,
        now,
        limit,
    )
    return [_reuse(row) for row in rows]


async def live_facts(db: Connection, reuse_id: UUID) -> dict[str, Any]:
    """What the rows say today about what a receipt relied on; `sha256` holds every hash known for each document."""
    row = await db.fetchrow(
        """
        SELECT json_build_object('version_id', v.id, 'number', d.number, 'version', v.number,
                                 'valid_until', v.valid_until) AS dossier,
               json_build_object('number', c.number, 'sha256', c.sha256) AS catalogue,
               (SELECT coalesce(json_object_agg(used.id, used.hashes), '{}')
                  FROM (
                    SELECT documents.id, array_agg(DISTINCT hashes.sha256) AS hashes
                      FROM documents
                 LEFT JOIN version_documents AS filed ON filed.document_id = documents.id AND filed.version_id = v.id
                CROSS JOIN LATERAL (VALUES (documents.sha256), (filed.sha256)) AS hashes (sha256)
                     WHERE (filed.version_id IS NOT NULL OR documents.id = r.lease_document_id)
                       AND hashes.sha256 IS NOT NULL
                  GROUP BY documents.id
                  ) AS used) AS sha256
          FROM reuses AS r
          JOIN dossier_versions AS v ON v.id = r.version_id
          JOIN dossiers AS d ON d.id = v.dossier_id
          JOIN waiver_catalogues AS c ON c.id = r.catalogue_id
         WHERE r.id = $1
        """,
        reuse_id,
    )
    return dict(row) if row else {}


# 登记


async def registration_by_id(db: Connection, registration_id: UUID) -> Registration | None:
    row = await db.fetchrow(
        """
        SELECT id, unit_id, carrier_id, district_code, business_id, applicant, kind, status, exclusive, contested,
               reuse_id, held_until, registered_on, created_at, ended_at, ended_reason
          FROM registrations
         WHERE id = $1
        """,
        registration_id,
    )
    return _registration(row) if row else None


async def registration_of(db: Connection, reuse_id: UUID) -> Registration | None:
    """The registration a reuse made, live or ended; None for a permit."""
    found = await db.fetchval(
        """
        SELECT id
          FROM registrations
         WHERE reuse_id = $1
        """,
        reuse_id,
    )
    return await registration_by_id(db, found) if found else None


async def live_in(db: Connection, unit_ids: Sequence[UUID]) -> list[Registration]:
    """Everybody who is registered in these units or for whom one is held, the longest there first."""
    rows = await db.fetch(
        """
        SELECT id, unit_id, carrier_id, district_code, business_id, applicant, kind, status, exclusive, contested,
               reuse_id, held_until, registered_on, created_at, ended_at, ended_reason
          FROM registrations
         WHERE unit_id = ANY ($1::uuid[])
           AND status <> 'ended'
      ORDER BY created_at
        """,
        list(unit_ids),
    )
    return [_registration(row) for row in rows]


async def live_of_business(db: Connection, business_id: UUID) -> list[Registration]:
    """Where a business has its registered address, additional premises aside."""
    rows = await db.fetch(
        """
        SELECT id, unit_id, carrier_id, district_code, business_id, applicant, kind, status, exclusive, contested,
               reuse_id, held_until, registered_on, created_at, ended_at, ended_reason
          FROM registrations
         WHERE business_id = $1
           AND status = 'registered'
           AND kind <> 'additional'
      ORDER BY created_at
        """,
        business_id,
    )
    return [_registration(row) for row in rows]


async def insert_held(db: Connection, reuse: Reuse, *, exclusive: bool) -> UUID:
    """Raises asyncpg.UniqueViolationError by registration_exclusive."""
    registration_id: UUID = await db.fetchval(
        """
        INSERT INTO registrations
                    (unit_id, carrier_id, district_code, applicant, kind, status, exclusive,
                     reuse_id, source, held_until, created_at)
             VALUES ($1, $2, $3, $4, $5, 'held', $6, $7, 'reuse', $8, $9)
          RETURNING id
        """,
        reuse.unit_id,
        reuse.carrier_id,
        reuse.district_code,
        reuse.applicant,
        reuse.registration_kind,
        exclusive,
        reuse.id,
        reuse.held_until,
        reuse.created_at,
    )
    return registration_id


async def set_registered(db: Connection, registration_id: UUID, business_id: UUID, on: date) -> None:
    """Make a held or lapsed one registered. Raises asyncpg.UniqueViolationError by registration_exclusive."""
    await db.execute(
        """
        UPDATE registrations
           SET status = 'registered',
               business_id = $2,
               registered_on = $3,
               held_until = NULL,
               ended_at = NULL,
               ended_reason = ''
         WHERE id = $1
        """,
        registration_id,
        business_id,
        on,
    )


async def set_confirmed_by_manager(db: Connection, registration_id: UUID, here: bool) -> None:
    """What whoever manages the carrier says: the business is there, or it is not."""
    await db.execute(
        """
        UPDATE registrations
           SET confirmed_by_manager = $2
         WHERE id = $1
        """,
        registration_id,
        here,
    )


async def end(db: Connection, registration_id: UUID, reason: str) -> bool:
    """End a live registration; False if it has ended already."""
    status = await db.execute(
        """
        UPDATE registrations
           SET status = 'ended',
               ended_at = clock_timestamp(),
               ended_reason = $2
         WHERE id = $1
           AND status <> 'ended'
        """,
        registration_id,
        reason,
    )
    return status == "UPDATE 1"


async def business(db: Connection, uscc: str, name: str, district_code: str) -> UUID:
    """The business with this credit code under its present name, entered if it is new."""
    business_id: UUID = await db.fetchval(
        """
        INSERT INTO businesses (name, uscc, district_code)
             VALUES ($1, $2, $3)
        ON CONFLICT ON CONSTRAINT business_uscc_once DO UPDATE SET name = EXCLUDED.name
          RETURNING id
        """,
        name,
        uscc,
        district_code,
    )
    return business_id


def _reuse(row: Row) -> Reuse:
    facts = dict(row)
    return Reuse(
        **{
            **facts,
            "registration_kind": RegistrationKind(facts["registration_kind"]),
            "status": ReuseStatus(facts["status"]),
        }
    )


def _registration(row: Row) -> Registration:
    facts = dict(row)
    return Registration(**{**facts, "status": RegistrationStatus(facts["status"])})


# 核验


async def misses(db: Connection, network: str, minutes: int) -> int:
    """How many codes that do not exist were asked for from a network of late."""
    count: int = await db.fetchval(
        """
        SELECT count(*)
          FROM verification_misses
         WHERE network = $1
           AND at > clock_timestamp() - make_interval(mins => $2)
        """,
        network,
        minutes,
    )
    return count


async def insert_miss(db: Connection, network: str, minutes: int) -> None:
    """Count one more; what is older than it matters goes."""
    await db.execute(
        """
        WITH forgotten AS (
            DELETE FROM verification_misses
                  WHERE at < clock_timestamp() - make_interval(mins => $2)
        )
        INSERT INTO verification_misses (network)
             VALUES ($1)
        """,
        network,
        minutes,
    )
