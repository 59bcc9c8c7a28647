"""One object of every noun that a path names: the actor's own, or somebody else's."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import cast
from uuid import UUID, uuid4

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests import make
from tests import make_registrations as making
from tests.support.postgres import OneConnection
from tests.support.web import LEXICON
from zhusuo.db import Connection
from zhusuo.people.model import Actor, Role
from zhusuo.registrations import actions as registrations
from zhusuo.registrations.model import NewReuse
from zhusuo.signing import Signer
from zhusuo.waivers.actions import import_shipped
from zhusuo.zombies import rules as zombie_rules

OTHER_DISTRICT = "310101"
OTHER_SUBDISTRICT = "310104004"
DAY = date(2026, 11, 22)
SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(32)))
FILERS = (Role.MANAGER, Role.AGENT, Role.CLERK)


async def stranger(db: Connection, actor: Actor) -> Actor:
    """Somebody with the same role elsewhere: another organisation, for officials another district."""
    official = actor.role in (Role.CLERK, Role.SUPERVISOR, Role.CLIENT)
    role = Role.CLERK if actor.role == Role.CLIENT else actor.role
    return await make.actor(db, role=role, district_code=OTHER_DISTRICT if official else make.DISTRICT)


async def carrier(db: Connection, actor: Actor) -> UUID:
    found = await make.carrier(db, district_code=actor.district_code)
    if actor.role in (Role.MANAGER, Role.AGENT):
        capacity = "manager" if actor.role == Role.MANAGER else "agency"
        await make.management(db, carrier_id=found, organisation_id=actor.organisation_id, capacity=capacity)
    if actor.role == Role.SUPERVISOR and actor.subdistricts:
        await db.execute("UPDATE carriers SET subdistrict_code = $2 WHERE id = $1", found, min(actor.subdistricts))
    return found


async def unit(db: Connection, actor: Actor) -> UUID:
    return await make.unit(db, carrier_id=await carrier(db, actor))


async def change(db: Connection, actor: Actor) -> UUID:
    """A unit that was retired today by the actor."""
    person = actor.person_id or await make.person(db, organisation_id=actor.organisation_id, role="clerk")
    found: UUID = await db.fetchval(
        """
        INSERT INTO unit_changes (carrier_id, district_code, kind, happened_on, said_by, said_at)
             SELECT id, district_code, 'retire', current_date, $2, now() FROM carriers WHERE id = $1
          RETURNING id
        """,
        await carrier(db, actor),
        person,
    )
    return found


async def tenancy(db: Connection, actor: Actor) -> UUID:
    found: UUID = await db.fetchval(
        """
        INSERT INTO tenancies (unit_id, carrier_id, district_code, tenant, source)
             SELECT id, carrier_id, district_code, '上海澜鹭信息科技有限公司', 'roster' FROM units WHERE id = $1
          RETURNING id
        """,
        await unit(db, actor),
    )
    return found


async def registration(db: Connection, actor: Actor) -> UUID:
    found: UUID = await db.fetchval(
        """
        INSERT INTO registrations (unit_id, carrier_id, district_code, applicant, kind, status, exclusive, source)
             SELECT id, carrier_id, district_code, '上海栖木数字科技有限公司', 'existing', 'registered', true, 'import'
               FROM units WHERE id = $1
          RETURNING id
        """,
        await unit(db, actor),
    )
    return found


async def flag(db: Connection, actor: Actor) -> UUID:
    """What the actor's office says of a unit."""
    found: UUID = await db.fetchval(
        """
        INSERT INTO flags (carrier_id, unit_id, kind, severity, text, source)
             SELECT carrier_id, id, 'by_supervision', 'note', '请留意', $2 FROM units WHERE id = $1
          RETURNING id
        """,
        await unit(db, actor),
        f"office:{actor.organisation_id}",
    )
    return found


async def look_request(db: Connection, actor: Actor) -> UUID:
    clerk = await make.actor(db, role="clerk", district_code=actor.district_code)
    found: UUID = await db.fetchval(
        """
        INSERT INTO look_requests (carrier_id, unit_id, district_code, why, asked_by, organisation_id)
             SELECT carrier_id, id, district_code, '疑似空置', $2, $3 FROM units WHERE id = $1
          RETURNING id
        """,
        await unit(db, actor),
        clerk.person_id,
        clerk.organisation_id,
    )
    return found


async def business_import(db: Connection, actor: Actor) -> UUID:
    found: UUID = await db.fetchval(
        """
        INSERT INTO business_imports (district_code, file_name, sha256, status)
             VALUES ($1, '登记.csv', $2, 'tried')
          RETURNING id
        """,
        actor.district_code,
        f"{make.number():064x}",
    )
    return found


async def business(db: Connection, actor: Actor) -> UUID:
    """A business of the register for which a unit is to be chosen."""
    found: UUID = await db.fetchval(
        "INSERT INTO businesses (name, uscc, district_code) VALUES ('甲公司', $1, $2) RETURNING id",
        f"91{make.number():016}",
        actor.district_code,
    )
    await db.execute(
        """
        INSERT INTO business_addresses (business_id, district_code, address, status, class, subdistrict_codes,
                                        import_id)
             VALUES ($1, $2, '云锦路887号', 'choose', 'C', $3, $4)
        """,
        found,
        actor.district_code,
        sorted(actor.subdistricts) if actor.district_code == make.DISTRICT else [],
        await business_import(db, actor),
    )
    return found


async def zombie_case(db: Connection, actor: Actor) -> UUID:
    found: UUID = await db.fetchval(
        """
        INSERT INTO zombie_cases (number, registration_id, unit_id, carrier_id, district_code, name, cause, score,
                                  rules_number, reasons, opened_on, code)
             SELECT $2, id, unit_id, carrier_id, district_code, applicant, 'moved_out', 60, 1, '[]', current_date, $2
               FROM registrations WHERE id = $1
          RETURNING id
        """,
        await registration(db, actor),
        f"JS-{make.number():06}",
    )
    return found


async def zombie_letter(db: Connection, actor: Actor) -> UUID:
    content = dict.fromkeys(
        ("title", "case", "office", "to", "address", "contact", "paragraphs", "reasons", "deadline", "reply", "date",
         "number"), "核实"
    )  # fmt: skip
    found: UUID = await db.fetchval(
        """
        INSERT INTO zombie_letters (case_id, kind, number, written_on, content)
             VALUES ($1, 'notice', $2, current_date, $3)
          RETURNING id
        """,
        await zombie_case(db, actor),
        f"JS-{make.number():06}",
        content,
    )
    return found


async def zombie_allowance(db: Connection, actor: Actor) -> UUID:
    found: UUID = await db.fetchval(
        "INSERT INTO zombie_allowances (carrier_id, reason, allowed_by) VALUES ($1, '众创空间', $2) RETURNING id",
        await carrier(db, actor),
        actor.person_id,
    )
    return found


async def zombie_rule_set(db: Connection, actor: Actor) -> UUID:
    found: UUID = await db.fetchval(
        """
        INSERT INTO zombie_rule_sets (district_code, number, threshold, rules, note, proposed_by)
             VALUES ($1, $2, 60, $3, '试一试', $4)
          RETURNING id
        """,
        actor.district_code,
        1 + make.number(),
        zombie_rules.written(zombie_rules.shipped().rules),
        actor.person_id,
    )
    return found


async def management(db: Connection, actor: Actor) -> UUID:
    claimant = actor.organisation_id
    if actor.role == Role.CLERK:
        claimant = await make.organisation(db, district_code=actor.district_code)
    carrier_id = await make.carrier(db, district_code=actor.district_code)
    return await make.management(db, carrier_id=carrier_id, organisation_id=claimant, status="claimed")


async def dossier(db: Connection, actor: Actor) -> UUID:
    found: UUID = await db.fetchval(
        """
        INSERT INTO dossiers (number, carrier_id, district_code)
             SELECT $2, id, district_code FROM carriers WHERE id = $1
          RETURNING id
        """,
        await carrier(db, actor),
        f"XH-2026-{make.number():05}",
    )
    return found


async def filing(db: Connection, actor: Actor) -> UUID:
    """A submitted filing of the actor's organisation."""
    filed_by = actor.person_id or await make.person(db, organisation_id=actor.organisation_id, role="clerk")
    found: UUID = await db.fetchval(
        """
        INSERT INTO filings (dossier_id, carrier_id, district_code, organisation_id, kind, status, filed_by,
                             submitted_at)
             SELECT id, carrier_id, district_code, $2, 'first', 'submitted', $3, now() FROM dossiers WHERE id = $1
          RETURNING id
        """,
        await dossier(db, actor),
        actor.organisation_id,
        filed_by,
    )
    return found


async def client_filing(db: Connection, actor: Actor) -> UUID:
    """A filing that was begun through a client of the actor's organisation."""
    found = await filing(db, actor)
    await db.execute("UPDATE filings SET client_id = $2 WHERE id = $1", found, await client(db, actor))
    return found


async def inspection(db: Connection, actor: Actor) -> UUID:
    """Somebody is to look at a unit of the actor's subdistricts."""
    found: UUID = await db.fetchval(
        """
        INSERT INTO inspections (carrier_id, unit_id, district_code, cause, due_on)
             SELECT carrier_id, id, district_code, 'manual', current_date + 30 FROM units WHERE id = $1
          RETURNING id
        """,
        await unit(db, actor),
    )
    return found


async def lease(db: Connection, actor: Actor) -> UUID:
    found = await making.lease(db, organisation_id=actor.organisation_id)
    house, district = await carrier(db, actor), actor.district_code
    await db.execute("UPDATE documents SET carrier_id = $2, district_code = $3 WHERE id = $1", found, house, district)
    return found


async def random_draw(db: Connection, actor: Actor) -> UUID:
    """A draw whose (empty) list has drawn nobody."""
    found: UUID = await db.fetchval(
        """
        INSERT INTO random_draws (district_code, organisation_id, title, seed, commitment, committed_by, status,
                                  drawn_at)
             VALUES ($1, $2, '十一月', 'seed', 'commitment', $3, 'drawn', now())
          RETURNING id
        """,
        actor.district_code,
        actor.organisation_id,
        actor.person_id,
    )
    return found


async def document(db: Connection, actor: Actor) -> UUID:
    sha256 = f"{make.number():064x}"
    await db.execute("INSERT INTO blobs (sha256, size, media_type) VALUES ($1, 1, 'application/pdf')", sha256)
    if actor.role == Role.SUPERVISOR:
        photo: UUID = await db.fetchval(
            """
            INSERT INTO documents (sha256, carrier_id, district_code, organisation_id, purpose, file_name)
                 VALUES ($1, $2, $3, $4, 'inspection', '照片.jpg')
              RETURNING id
            """,
            sha256,
            await carrier(db, actor),
            actor.district_code,
            actor.organisation_id,
        )
        return photo
    found: UUID = await db.fetchval(
        """
        INSERT INTO documents (sha256, carrier_id, district_code, organisation_id, filing_id, purpose, file_name)
             SELECT $2, carrier_id, district_code, organisation_id, id, 'filing', '01-产证.pdf'
               FROM filings WHERE id = $1
          RETURNING id
        """,
        await filing(db, actor),
        sha256,
    )
    return found


async def upload(db: Connection, actor: Actor) -> UUID:
    found: UUID = await db.fetchval(
        """
        INSERT INTO uploads (person_id, noun_id, purpose, file_name, size, chunk_size, expires_at)
             VALUES ($1, $2, 'filing', '01-产证.pdf', 1, 8388608, now() + interval '1 day')
          RETURNING id
        """,
        actor.person_id,
        await filing(db, actor),
    )
    return found


async def version(db: Connection, actor: Actor) -> UUID:
    filing_id = await filing(db, actor)
    approver = await make.actor(db, role="clerk", district_code=actor.district_code)
    submission_id = await db.fetchval(
        """
        INSERT INTO submissions (filing_id, number, content, declared_text, submitted_by)
             VALUES ($1, 1, '{}', '声明', $2)
          RETURNING id
        """,
        filing_id,
        approver.person_id,
    )
    found: UUID = await db.fetchval(
        """
        INSERT INTO dossier_versions (dossier_id, carrier_id, district_code, number, filing_id, submission_id,
                                      title_situation, valid_until, approved_by)
             SELECT dossier_id, carrier_id, district_code, 1, id, $2, 'owner_lets', current_date + 300, $3
               FROM filings WHERE id = $1
          RETURNING id
        """,
        filing_id,
        submission_id,
        approver.person_id,
    )
    return found


async def reuse(db: Connection, actor: Actor) -> UUID:
    """A reuse with a receipt that verifies, made at the actor's counter, or through the client."""
    database = OneConnection(cast("asyncpg.Connection[asyncpg.Record]", db), "")
    await import_shipped(database)
    clerk = actor
    if actor.person_id is None:
        person_id = await make.person(db, organisation_id=actor.organisation_id, role="clerk")
        clerk = replace(actor, person_id=person_id)
    carrier_id = await making.house(db, district_code=actor.district_code)
    unit_id = await making.room(db, carrier_id=carrier_id)
    await making.version(db, carrier_id=carrier_id, unit_ids=[unit_id])
    new = NewReuse(
        unit_id=unit_id,
        applicant=making.LEASE_FACTS["lessee"],
        case_number="2026-XJH-110873",
        item_code="company_formation",
        purpose="",
        lease_document_id=await making.lease(db, organisation_id=actor.organisation_id),
    )
    return (await registrations.reuse(database, SIGNER, LEXICON, clerk, new, DAY)).id


async def correction(db: Connection, actor: Actor) -> UUID:
    """Proposed by a colleague of the actor's."""
    colleague = await make.person(db, organisation_id=actor.organisation_id, role="clerk")
    found: UUID = await db.fetchval(
        """
        INSERT INTO corrections (district_code, key, written, carrier_id, proposed_by)
             VALUES ($1, $2, $2, $3, $4)
          RETURNING id
        """,
        actor.district_code,
        f"=某路{make.number()}号东楼",
        await carrier(db, actor),
        colleague,
    )
    return found


async def address_list(db: Connection, actor: Actor) -> UUID:
    """The actor's own; where it is none of a person's, somebody else's."""
    person_id = actor.person_id or await make.person(db, organisation_id=actor.organisation_id, role="clerk")
    found: UUID = await db.fetchval(
        """
        INSERT INTO address_lists (district_code, person_id, file_name, sha256, header, place, status, done_at,
                                   row_count)
             VALUES ($1, $2, '清单.csv', '', '{住所}', 0, 'done', now(), 0)
          RETURNING id
        """,
        actor.district_code,
        person_id,
    )
    return found


async def notice(db: Connection, actor: Actor) -> UUID:
    found: UUID = await db.fetchval(
        """
        INSERT INTO notices (organisation_id, kind, title, link)
             VALUES ($1, 'test', '有一件材料要补正', '/notices')
          RETURNING id
        """,
        actor.organisation_id,
    )
    return found


async def organisation(db: Connection, actor: Actor) -> UUID:
    return await make.organisation(db)


async def person(db: Connection, actor: Actor) -> UUID:
    return await make.person(db, organisation_id=await make.organisation(db))


async def client(db: Connection, actor: Actor) -> UUID:
    found: UUID = await db.fetchval(
        """
        INSERT INTO clients (organisation_id, name, token_hash, scopes)
             VALUES ($1, $2, $3, '{lookup}')
          RETURNING id
        """,
        actor.organisation_id,
        f"接入系统{make.number()}",
        uuid4().bytes,
    )
    return found


MAKE: dict[str, Callable[[Connection, Actor], Awaitable[UUID]]] = {
    "carrier": carrier,
    "listed_carrier": carrier,
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
    "client_filing": client_filing,
    "own_filing": filing,
    "document": document,
    "lease": lease,
    "own_document": document,
    "inspection": inspection,
    "random_draw": random_draw,
    "upload": upload,
    "dossier": dossier,
    "version": version,
    "reuse": reuse,
    "correction": correction,
    "address_list": address_list,
    "notice": notice,
    "organisation": organisation,
    "person": person,
    "client": client,
}
# Nouns of which an administrator sees every one, and the district's directory, which is the same for all in it.
NOBODYS = {"organisation", "person", "client", "listed_carrier"}
