"""看得见吗: one SELECT per noun that says whether an object exists for this actor. Foreign and missing look alike.

Rooms bound their lists by the same conditions; this is the lock on every door whose path names an object.
"""

from uuid import UUID

from zhusuo.db import Connection
from zhusuo.people.model import Actor


async def carrier(db: Connection, actor: Actor, carrier_id: UUID) -> bool:
    """Clerks and clients see their district, supervisors their subdistricts, managers and agents what they manage."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM carriers AS c
                 WHERE c.id = $1
                   AND CASE $2
                       WHEN 'administrator' THEN true
                       WHEN 'clerk' THEN c.district_code = $3
                       WHEN 'client' THEN c.district_code = $3
                       WHEN 'supervisor' THEN c.subdistrict_code = ANY($4::text[])
                       ELSE EXISTS (
                            SELECT
                              FROM managements AS m
                             WHERE m.carrier_id = c.id
                               AND m.organisation_id = $5
                               AND m.status = 'confirmed')
                       END
            )
            """,
            carrier_id,
            actor.role,
            actor.district_code,
            sorted(actor.subdistricts),
            actor.organisation_id,
        )
    )


async def listed_carrier(db: Connection, actor: Actor, carrier_id: UUID) -> bool:
    """A carrier in the district's public directory: enough to claim it, no more."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM carriers
                 WHERE id = $1
                   AND district_code = $2
                   AND retired_at IS NULL
            )
            """,
            carrier_id,
            actor.district_code,
        )
    )


async def _of_carrier(db: Connection, actor: Actor, carrier_id: UUID | None) -> bool:
    return carrier_id is not None and await carrier(db, actor, carrier_id)


async def unit(db: Connection, actor: Actor, unit_id: UUID) -> bool:
    return await _of_carrier(
        db,
        actor,
        await db.fetchval(
            """
            SELECT carrier_id
              FROM units
             WHERE id = $1
            """,
            unit_id,
        ),
    )


async def change(db: Connection, actor: Actor, change_id: UUID) -> bool:
    return await _of_carrier(
        db,
        actor,
        await db.fetchval(
            """
            SELECT carrier_id
              FROM unit_changes
             WHERE id = $1
            """,
            change_id,
        ),
    )


async def tenancy(db: Connection, actor: Actor, tenancy_id: UUID) -> bool:
    return await _of_carrier(
        db,
        actor,
        await db.fetchval(
            """
            SELECT carrier_id
              FROM tenancies
             WHERE id = $1
            """,
            tenancy_id,
        ),
    )


async def registration(db: Connection, actor: Actor, registration_id: UUID) -> bool:
    return await _of_carrier(
        db,
        actor,
        await db.fetchval(
            """
            SELECT carrier_id
              FROM registrations
             WHERE id = $1
            """,
            registration_id,
        ),
    )


async def zombie_case(db: Connection, actor: Actor, zombie_case_id: UUID) -> bool:
    return await _of_carrier(
        db,
        actor,
        await db.fetchval(
            """
            SELECT carrier_id
              FROM zombie_cases
             WHERE id = $1
            """,
            zombie_case_id,
        ),
    )


async def zombie_letter(db: Connection, actor: Actor, zombie_letter_id: UUID) -> bool:
    return await _of_carrier(
        db,
        actor,
        await db.fetchval(
            """
            SELECT zombie_cases.carrier_id
              FROM zombie_letters
              JOIN zombie_cases ON zombie_cases.id = zombie_letters.case_id
             WHERE zombie_letters.id = $1
            """,
            zombie_letter_id,
        ),
    )


async def zombie_allowance(db: Connection, actor: Actor, zombie_allowance_id: UUID) -> bool:
    return await _of_carrier(
        db,
        actor,
        await db.fetchval(
            """
            SELECT carrier_id
              FROM zombie_allowances
             WHERE id = $1
            """,
            zombie_allowance_id,
        ),
    )


async def zombie_rule_set(db: Connection, actor: Actor, zombie_rule_set_id: UUID) -> bool:
    """The district's own rules."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (SELECT FROM zombie_rule_sets WHERE id = $1 AND district_code = $2)
            """,
            zombie_rule_set_id,
            actor.district_code,
        )
    )


async def management(db: Connection, actor: Actor, management_id: UUID) -> bool:
    """Its own organisation, and the clerks and administrators of the district."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM managements AS m
                  JOIN carriers AS c ON c.id = m.carrier_id
                 WHERE m.id = $1
                   AND (m.organisation_id = $3
                        OR ($2 = 'clerk' AND c.district_code = $4))
            )
            """,
            management_id,
            actor.role,
            actor.organisation_id,
            actor.district_code,
        )
    )


async def filing(db: Connection, actor: Actor, filing_id: UUID) -> bool:
    """The filer's organisation from the first draft on; clerks of the district once it was submitted."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM filings
                 WHERE id = $1
                   AND ((organisation_id = $3 AND $2 IN ('manager', 'agent', 'clerk'))
                        OR ($2 = 'clerk' AND district_code = $4 AND submitted_at IS NOT NULL))
            )
            """,
            filing_id,
            actor.role,
            actor.organisation_id,
            actor.district_code,
        )
    )


async def client_filing(db: Connection, actor: Actor, filing_id: UUID) -> bool:
    """A filing that was begun through this very client."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM filings
                 WHERE id = $1
                   AND client_id = $2
                   AND district_code = $3
            )
            """,
            filing_id,
            actor.client_id,
            actor.district_code,
        )
    )


async def own_filing(db: Connection, actor: Actor, filing_id: UUID) -> bool:
    """A filing to change: one of the actor's own organisation."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM filings
                 WHERE id = $1
                   AND organisation_id = $2
            )
            """,
            filing_id,
            actor.organisation_id,
        )
    )


async def document(db: Connection, actor: Actor, document_id: UUID) -> bool:
    """The uploader's organisation; reviewers of the district once submitted; the manager for what is in force; a
    client for what a version relied on, and for its own organisation's leases; supervisors for photographs."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM documents AS d
             LEFT JOIN filings AS f ON f.id = d.filing_id
                 WHERE d.id = $1
                   AND (d.discarded_at IS NULL OR d.submitted_at IS NOT NULL)
                   AND ((d.organisation_id = $3 AND $2 IN ('manager', 'agent', 'clerk'))
                        OR ($2 = 'clerk' AND d.district_code = $4
                            AND (d.filing_id IS NULL OR f.submitted_at IS NOT NULL))
                        OR ($2 = 'client' AND d.purpose = 'lease' AND d.organisation_id = $3)
                        OR ($2 = 'supervisor' AND d.purpose = 'inspection' AND EXISTS (
                            SELECT
                              FROM carriers AS c
                             WHERE c.id = d.carrier_id
                               AND c.subdistrict_code = ANY($5::text[])))
                        OR ($2 = 'client' AND d.district_code = $4 AND EXISTS (
                            SELECT FROM version_documents AS vd WHERE vd.document_id = d.id))
                        OR ($2 = 'manager' AND EXISTS (
                            SELECT
                              FROM version_documents AS vd
                              JOIN dossier_versions AS v ON v.id = vd.version_id AND v.status = 'effective'
                              JOIN managements AS m ON m.carrier_id = v.carrier_id
                             WHERE vd.document_id = d.id
                               AND m.organisation_id = $3
                               AND m.status = 'confirmed')))
            )
            """,
            document_id,
            actor.role,
            actor.organisation_id,
            actor.district_code,
            sorted(actor.subdistricts),
        )
    )


async def inspection(db: Connection, actor: Actor, inspection_id: UUID) -> bool:
    """Supervisors see those of their subdistricts."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM inspections AS i
                  JOIN carriers AS c ON c.id = i.carrier_id
                 WHERE i.id = $1
                   AND $2 = 'supervisor'
                   AND c.subdistrict_code = ANY ($3::text[])
            )
            """,
            inspection_id,
            actor.role,
            sorted(actor.subdistricts),
        )
    )


async def random_draw(db: Connection, actor: Actor, draw_id: UUID) -> bool:
    """Its own office."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM random_draws
                 WHERE id = $1
                   AND $2 = 'supervisor'
                   AND organisation_id = $3
            )
            """,
            draw_id,
            actor.role,
            actor.organisation_id,
        )
    )


async def own_document(db: Connection, actor: Actor, document_id: UUID) -> bool:
    """A document to change: one of the actor's own organisation."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM documents
                 WHERE id = $1
                   AND organisation_id = $2
                   AND discarded_at IS NULL
            )
            """,
            document_id,
            actor.organisation_id,
        )
    )


async def upload(db: Connection, actor: Actor, upload_id: UUID) -> bool:
    """Only the person who began it goes on with it."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM uploads
                 WHERE id = $1
                   AND person_id = $2
            )
            """,
            upload_id,
            actor.person_id,
        )
    )


async def dossier(db: Connection, actor: Actor, dossier_id: UUID) -> bool:
    return await _of_carrier(
        db,
        actor,
        await db.fetchval(
            """
            SELECT carrier_id
              FROM dossiers
             WHERE id = $1
            """,
            dossier_id,
        ),
    )


async def version(db: Connection, actor: Actor, version_id: UUID) -> bool:
    return await _of_carrier(
        db,
        actor,
        await db.fetchval(
            """
            SELECT carrier_id
              FROM dossier_versions
             WHERE id = $1
            """,
            version_id,
        ),
    )


async def reuse(db: Connection, actor: Actor, reuse_id: UUID) -> bool:
    """Clerks of the district; a client only those made through it."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM reuses
                 WHERE id = $1
                   AND district_code = $3
                   AND ($2 = 'clerk' OR ($2 = 'client' AND client_id = $4))
            )
            """,
            reuse_id,
            actor.role,
            actor.district_code,
            actor.client_id,
        )
    )


async def correction(db: Connection, actor: Actor, correction_id: UUID) -> bool:
    """Clerks of the district."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM corrections
                 WHERE id = $1
                   AND $2 = 'clerk'
                   AND district_code = $3
            )
            """,
            correction_id,
            actor.role,
            actor.district_code,
        )
    )


async def address_list(db: Connection, actor: Actor, list_id: UUID) -> bool:
    """Who brought it, and nobody else: other people's lists hold other people's notes."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM address_lists
                 WHERE id = $1
                   AND person_id = $2
                   AND district_code = $3
            )
            """,
            list_id,
            actor.person_id,
            actor.district_code,
        )
    )


async def notice(db: Connection, actor: Actor, notice_id: UUID) -> bool:
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM notices
                 WHERE id = $1
                   AND organisation_id = $2
                   AND (person_id IS NULL OR person_id = $3)
            )
            """,
            notice_id,
            actor.organisation_id,
            actor.person_id,
        )
    )


async def flag(db: Connection, actor: Actor, flag_id: UUID) -> bool:
    return await _of_carrier(
        db,
        actor,
        await db.fetchval(
            """
            SELECT carrier_id
              FROM flags
             WHERE id = $1
            """,
            flag_id,
        ),
    )


async def look_request(db: Connection, actor: Actor, look_request_id: UUID) -> bool:
    return await _of_carrier(
        db,
        actor,
        await db.fetchval(
            """
            SELECT carrier_id
              FROM look_requests
             WHERE id = $1
            """,
            look_request_id,
        ),
    )


async def business_import(db: Connection, actor: Actor, import_id: UUID) -> bool:
    """An import into the administrator's district, or into the whole installation."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM business_imports
                 WHERE id = $1
                   AND coalesce(district_code, $2) = $2
            )
            """,
            import_id,
            actor.district_code,
        )
    )


async def business(db: Connection, actor: Actor, business_id: UUID) -> bool:
    """A business of the register: for administrators in their district, for supervisors what may lie in theirs."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM business_addresses
                 WHERE business_id = $1
                   AND district_code = $3
                   AND ($2 = 'administrator' OR subdistrict_codes && $4::text[])
            )
            """,
            business_id,
            actor.role,
            actor.district_code,
            sorted(actor.subdistricts),
        )
    )


async def organisation(db: Connection, actor: Actor, organisation_id: UUID) -> bool:
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (SELECT FROM organisations WHERE id = $1 AND $2 = 'administrator')
            """,
            organisation_id,
            actor.role,
        )
    )


async def person(db: Connection, actor: Actor, person_id: UUID) -> bool:
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (SELECT FROM persons WHERE id = $1 AND $2 = 'administrator')
            """,
            person_id,
            actor.role,
        )
    )


async def client(db: Connection, actor: Actor, client_id: UUID) -> bool:
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (SELECT FROM clients WHERE id = $1 AND $2 = 'administrator')
            """,
            client_id,
            actor.role,
        )
    )


async def lease(db: Connection, actor: Actor, document_id: UUID) -> bool:
    """A lease that the actor's organisation, or a tenant at the actor's counter, brought."""
    brought = await db.fetchval("SELECT purpose = 'lease' FROM documents WHERE id = $1", document_id)
    return bool(brought) and await document(db, actor, document_id)


VISIBLE = {
    "address_list": address_list,
    "carrier": carrier,
    "listed_carrier": listed_carrier,
    "unit": unit,
    "change": change,
    "tenancy": tenancy,
    "registration": registration,
    "flag": flag,
    "look_request": look_request,
    "business_import": business_import,
    "business": business,
    "zombie_case": zombie_case,
    "zombie_letter": zombie_letter,
    "zombie_rule_set": zombie_rule_set,
    "zombie_allowance": zombie_allowance,
    "management": management,
    "filing": filing,
    "lease": lease,
    "client_filing": client_filing,
    "own_filing": own_filing,
    "document": document,
    "own_document": own_document,
    "inspection": inspection,
    "random_draw": random_draw,
    "upload": upload,
    "dossier": dossier,
    "version": version,
    "reuse": reuse,
    "correction": correction,
    "notice": notice,
    "organisation": organisation,
    "person": person,
    "client": client,
}
