"""What lies on the desks of a filled district: a tall tower, open filings, claims, reuses, pictures, a year's records.

Most rows are made by statements from what `bench.data` filled, in the form in which the verbs leave them; drafts, and
the reuse whose receipt is opened, are made by the verbs themselves.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from uuid import UUID

from bench.data import DISTRICT, District, people_of, settle
from bench.installation import SignedIn, somebody
from ocr.pool import Readers
from storage.keys import content_key
from storage.store import Store
from zhusuo.addresses.keys import unit_key
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.carriers import actions as carriers
from zhusuo.carriers.model import CarrierKind, NewCarrier
from zhusuo.db import Connection, Database
from zhusuo.dossiers import actions as filings
from zhusuo.people import actions as people
from zhusuo.people import store as person_rows
from zhusuo.people.model import Organisation, OrganisationKind, Role
from zhusuo.registrations import actions as registrations
from zhusuo.registrations.model import NewReuse
from zhusuo.signing import Signer

TOWER, TOWER_ADDRESS, FLOORS, ROOMS = "云尺六十层大厦", "漕溪北路9998号", 60, 20
TOWER_MANAGER = "云尺物业管理有限公司"
LET = "6020室"
OWNER, LESSEE = "上海禾舟投资发展有限公司", "上海栖木数字科技有限公司"
STREETS = 1_000
OPEN = 600
CLAIMS = 100
REUSES = 5_000
RECORDS = 200_000
PAGE_WIDTH = 1400
SPECIMEN = Path(str(files("zhusuo") / "specimens" / "bundle-01" / "05-租赁合同1.pdf"))


@dataclass(frozen=True, kw_only=True)
class Desks:
    """Who looks, signed in: a person of every role, the manager of the tower alone, and the one of all other towers."""

    tower: SignedIn
    others: SignedIn
    clerk: SignedIn
    supervisor: SignedIn
    agent: SignedIn
    administrator: SignedIn


async def laid(database: Database, store: Store, signer: Signer) -> Desks:
    """The desks of a district, laid the first time; the people are signed in anew each time."""
    district = await people_of(database)
    async with database.connection() as db:
        manager = await person_rows.organisation_by_name(db, DISTRICT, TOWER_MANAGER)
    new = manager is None
    if manager is None:
        manager = await people.add_organisation(
            database, None, kind=OrganisationKind.PROPERTY_MANAGER, name=TOWER_MANAGER, district_code=DISTRICT
        )
    desks = Desks(
        tower=await somebody(database, manager, Role.MANAGER),
        others=await somebody(database, district.large, Role.MANAGER),
        clerk=await somebody(database, district.authority, Role.CLERK),
        supervisor=await somebody(database, district.office, Role.SUPERVISOR),
        agent=await somebody(database, district.agency, Role.AGENT),
        administrator=await somebody(database, district.authority, Role.ADMINISTRATOR),
    )
    if new:
        await _lay(database, store, signer, desks, district, manager)
        await settle(database.url)
    return desks


async def _lay(
    database: Database, store: Store, signer: Signer, desks: Desks, district: District, manager: Organisation
) -> None:
    tower_id = await _tower(database, desks)
    async with database.connection() as db:
        await _agency(db, district, desks)
        await _streets(db)
        await _open_filings(db, district, desks)
        await _claims(db, desks)
    await _drafts(database, desks, tower_id)
    await _pictures(database, store)
    await _reuses(database, signer, desks, tower_id)
    async with database.connection() as db:
        await _records(db)


async def _tower(database: Database, desks: Desks) -> UUID:
    """Sixty floors, in force, two thirds let."""
    async with database.connection() as db:
        subdistrict = await db.fetchval("SELECT min(subdistrict_code) FROM carriers WHERE district_code = $1", DISTRICT)
    tower = await carriers.add_carrier(
        database,
        desks.clerk.actor,
        NewCarrier(
            kind=CarrierKind.TOWER,
            name=TOWER,
            address=TOWER_ADDRESS,
            subdistrict_code=subdistrict,
            floors_above=FLOORS,
        ),
    )
    labels = [(floor, f"{floor}{room:02}室") for floor in range(1, FLOORS + 1) for room in range(1, ROOMS + 1)]
    async with database.transaction() as db:
        await db.copy_records_to_table(
            "units",
            records=[(tower.id, DISTRICT, floor, label, unit_key(label), 120) for floor, label in labels],
            columns=["carrier_id", "district_code", "floor", "label", "key", "area_m2"],
        )
        await db.execute(
            """
            INSERT INTO managements (carrier_id, organisation_id, capacity, status, claimed_by, decided_by, decided_at)
                 VALUES ($1, $2, 'manager', 'confirmed', $3, $4, now())
            """,
            tower.id,
            desks.tower.actor.organisation_id,
            desks.tower.actor.person_id,
            desks.clerk.actor.person_id,
        )
        await db.execute(
            """
            WITH filed AS (
                 INSERT INTO dossiers (number, carrier_id, district_code)
                      VALUES ('XH-2026-B999999', $1, $2)
                   RETURNING id
            ), filing AS (
                 INSERT INTO filings (dossier_id, carrier_id, district_code, organisation_id, kind, title_situation,
                                      status, filed_by, submitted_at, decided_at)
                      SELECT id, $1, $2, $3, 'first', 'owner_lets', 'approved', $4, now(), now()
                        FROM filed
                   RETURNING id, dossier_id
            ), submission AS (
                 INSERT INTO submissions (filing_id, number, content, declared_text, submitted_by)
                      SELECT id, 1, '{}', '', $4
                        FROM filing
                   RETURNING id, filing_id
            ), decided AS (
                 INSERT INTO decisions (filing_id, submission_id, decision, decided_by)
                      SELECT filing_id, id, 'approved', $5
                        FROM submission
            ), version AS (
                 INSERT INTO dossier_versions (dossier_id, carrier_id, district_code, number, filing_id, submission_id,
                                               title_situation, valid_until, approved_by)
                      SELECT f.dossier_id, $1, $2, 1, f.id, s.id, 'owner_lets', current_date + 300, $5
                        FROM filing AS f, submission AS s
                   RETURNING id
            ), covered AS (
                 INSERT INTO version_units (version_id, unit_id, during)
                      SELECT v.id, u.id, tstzrange(now(), NULL)
                        FROM version AS v, units AS u
                       WHERE u.carrier_id = $1
            ), document AS (
                 INSERT INTO documents (sha256, carrier_id, district_code, organisation_id, filing_id, purpose,
                                        file_name, kind, kind_by, number, status, page_count, read_at, submitted_at)
                      SELECT d.sha256, $1, $2, $3, f.id, 'filing', d.file_name, d.kind, 'person', d.number, 'read', 2,
                             now(), now()
                        FROM filing AS f, (SELECT * FROM documents ORDER BY id LIMIT 5) AS d
                   RETURNING id, sha256, kind
            )
            INSERT INTO version_documents (version_id, document_id, sha256, kind, position)
                 SELECT v.id, d.id, d.sha256, d.kind, row_number() OVER () - 1
                   FROM version AS v, document AS d
            """,
            tower.id,
            DISTRICT,
            desks.tower.actor.organisation_id,
            desks.tower.actor.person_id,
            desks.clerk.actor.person_id,
        )
        await db.execute(
            """
            INSERT INTO tenancies (unit_id, carrier_id, district_code, tenant, lease_begins_on, lease_ends_on,
                                   moved_in_on, source)
                 SELECT id, carrier_id, district_code, '上海第' || label || '租户有限公司', current_date - 300,
                        current_date + 400, current_date - 300, 'roster'
                   FROM units
                  WHERE carrier_id = $1
                    AND right(key, 1) IN ('1', '2', '3', '4', '5', '6', '7')
            """,
            tower.id,
        )
        await db.execute(
            """
            INSERT INTO registrations (unit_id, carrier_id, district_code, applicant, kind, status, exclusive, source,
                                       registered_on)
                 SELECT id, carrier_id, district_code, '上海第' || label || '登记有限公司', 'existing', 'registered',
                        true, 'import', current_date - 200
                   FROM units
                  WHERE carrier_id = $1
                    AND right(key, 1) IN ('1', '2', '3', '4', '5', '8')
            """,
            tower.id,
        )
    return tower.id


async def _agency(db: Connection, district: District, desks: Desks) -> None:
    """The agency lets two hundred of the towers for their manager."""
    await db.execute(
        """
        INSERT INTO managements (carrier_id, organisation_id, capacity, status, claimed_by, decided_by, decided_at)
             SELECT carrier_id, $1, 'agency', 'confirmed', $2, $3, now()
               FROM managements
              WHERE organisation_id = $4
           ORDER BY carrier_id
              LIMIT 200
        """,
        district.agency.id,
        desks.agent.actor.person_id,
        desks.clerk.actor.person_id,
        district.large.id,
    )


async def _streets(db: Connection) -> None:
    """Streets of shops for which nothing is filed yet."""
    await db.execute(
        """
        WITH street AS (
             INSERT INTO carriers (kind, name, district_code, subdistrict_code)
                  SELECT 'street', '量测路第' || n || '段沿街商铺', $1,
                         (SELECT min(code) FROM subdistricts WHERE district_code = $1)
                    FROM generate_series(1, $2::integer) AS n
               RETURNING id, name
        )
        INSERT INTO carrier_addresses (carrier_id, district_code, road, number, text, key, road_pinyin, is_main)
             SELECT id, $1, '量测路', name, '量测路' || name, '量测路|||' || name || '|', 'liangcelu', true
               FROM street
        """,
        DISTRICT,
        STREETS,
    )


async def _open_filings(db: Connection, district: District, desks: Desks) -> None:
    """Changes that wait, are in correction or are still drafts, with the documents of the version they change."""
    await db.execute(
        """
        WITH chosen AS (
             SELECT v.dossier_id, v.carrier_id, v.filing_id, row_number() OVER (ORDER BY v.id) AS place
               FROM dossier_versions AS v
               JOIN filings AS f ON f.id = v.filing_id
              WHERE f.organisation_id = $1
              LIMIT $2
        ), filing AS (
             INSERT INTO filings (dossier_id, carrier_id, district_code, organisation_id, kind, title_situation,
                                  status, filed_by, submitted_at, changed_at, deadline_on)
                  SELECT dossier_id, carrier_id, $3, $1, 'change', 'mandated',
                         CASE WHEN place % 2 = 0 THEN 'submitted' WHEN place % 3 = 0 THEN 'returned' ELSE 'draft' END,
                         $4,
                         CASE WHEN place % 2 = 0 OR place % 3 = 0 THEN now() - place * interval '10 minutes' END,
                         now() - place * interval '10 minutes',
                         CASE WHEN place % 2 <> 0 AND place % 3 = 0 THEN current_date + 5 END
                    FROM chosen
               RETURNING id, dossier_id, carrier_id, status, submitted_at
        ), submission AS (
             INSERT INTO submissions (filing_id, number, content, declared_text, submitted_by)
                  SELECT f.id, 1,
                         jsonb_build_object(
                             'units', (SELECT jsonb_agg(jsonb_build_object('id', u.id, 'name', u.label,
                                                                           'floor', u.floor, 'area_m2', u.area_m2))
                                         FROM units AS u
                                        WHERE u.carrier_id = f.carrier_id),
                             'scope_kind', 'whole', 'scope', '[]'::jsonb, 'scope_text', '整个载体',
                             'kind', 'change', 'title_situation', 'mandated', 'on_behalf_of', '', 'note', '',
                             'organisation', $5::text, 'person', '量测', 'dossier', '', 'requirements', '[]'::jsonb,
                             'documents', '[]'::jsonb),
                         '', $4
                    FROM filing AS f
                   WHERE f.submitted_at IS NOT NULL
               RETURNING id, filing_id
        ), returned AS (
             INSERT INTO decisions (filing_id, submission_id, decision, reasons, message, deadline_on, decided_by)
                  SELECT f.id, s.id, 'returned', '{blurred}', '请重新扫描第二页。', current_date + 5, $6
                    FROM submission AS s
                    JOIN filing AS f ON f.id = s.filing_id
                   WHERE f.status = 'returned'
        ), document AS (
             INSERT INTO documents (sha256, carrier_id, district_code, organisation_id, filing_id, purpose, file_name,
                                    kind, kind_by, number, valid_until, status, page_count, read_at, submitted_at)
                  SELECT d.sha256, d.carrier_id, d.district_code, d.organisation_id, f.id, 'filing', d.file_name,
                         d.kind, 'machine', d.number, d.valid_until, 'read', d.page_count, now(), f.submitted_at
                    FROM filing AS f
                    JOIN chosen AS c ON c.dossier_id = f.dossier_id
                    JOIN documents AS d ON d.filing_id = c.filing_id
               RETURNING id, filing_id, sha256, kind
        )
        INSERT INTO submission_documents (submission_id, document_id, sha256, kind, position)
             SELECT s.id, d.id, d.sha256, d.kind, row_number() OVER (PARTITION BY s.id) - 1
               FROM submission AS s
               JOIN document AS d ON d.filing_id = s.filing_id
        """,
        district.large.id,
        OPEN,
        DISTRICT,
        desks.others.actor.person_id,
        district.large.name,
        desks.clerk.actor.person_id,
    )
    await db.execute(
        """
        INSERT INTO submission_units (submission_id, unit_id)
             SELECT s.id, u.id
               FROM submissions AS s
               JOIN filings AS f ON f.id = s.filing_id
               JOIN units AS u ON u.carrier_id = f.carrier_id
              WHERE u.retired_at IS NULL
        ON CONFLICT DO NOTHING
        """
    )
    await db.execute(
        """
        INSERT INTO document_pages (document_id, page, kind, width, height, method, text, words, sensitive, read_at)
             SELECT d.id, p.page, p.kind, p.width, p.height, p.method, p.text, p.words, p.sensitive, p.read_at
               FROM documents AS d
               JOIN documents AS first ON first.sha256 = d.sha256 AND first.id < d.id
               JOIN document_pages AS p ON p.document_id = first.id
        ON CONFLICT DO NOTHING
        """
    )


async def _claims(db: Connection, desks: Desks) -> None:
    """The agency also claims a hundred streets, each with a paper."""
    await db.execute(
        """
        WITH street AS (
             SELECT id, row_number() OVER (ORDER BY id) AS place
               FROM carriers
              WHERE kind = 'street'
              LIMIT $1
        ), document AS (
             INSERT INTO documents (sha256, carrier_id, district_code, organisation_id, purpose, file_name, kind,
                                    kind_by, status, page_count, read_at, uploaded_by)
                  SELECT (SELECT min(sha256) FROM blobs), s.id, $2, $3, 'claim', '委托书.pdf', 'mandate', 'machine',
                         'read', 1, now(), $4
                    FROM street AS s
               RETURNING id, carrier_id
        ), pages AS (
             INSERT INTO document_pages (document_id, page, kind, width, height, method, text, sensitive, read_at)
                  SELECT id, 1, 'mandate', 1400, 1980, 'text', '委托书', false, now()
                    FROM document
        )
        INSERT INTO managements (carrier_id, organisation_id, capacity, status, document_id, claimed_by, claimed_at)
             SELECT d.carrier_id, $3, 'agency', 'claimed', d.id, $4, now() - s.place * interval '1 hour'
               FROM document AS d
               JOIN street AS s ON s.id = d.carrier_id
        """,
        CLAIMS,
        DISTRICT,
        desks.agent.actor.organisation_id,
        desks.agent.actor.person_id,
    )


async def _drafts(database: Database, desks: Desks, tower_id: UUID) -> None:
    """Everybody who files has begun a change of the largest building they may file, papers carried over."""
    async with database.connection() as db:
        rows = await db.fetch(
            """
            SELECT carrier_id, id
              FROM dossier_versions
             WHERE status = 'effective'
            """
        )
        version_of: dict[UUID, UUID] = {row["carrier_id"]: row["id"] for row in rows}
        other_id = await db.fetchval(
            """
            SELECT carrier_id
              FROM managements
             WHERE organisation_id = $1
               AND status = 'confirmed'
          ORDER BY carrier_id DESC
             LIMIT 1
            """,
            desks.others.actor.organisation_id,
        )
        let_id = await db.fetchval(
            """
            SELECT carrier_id
              FROM managements
             WHERE organisation_id = $1
               AND status = 'confirmed'
          ORDER BY carrier_id DESC
             LIMIT 1
            """,
            desks.agent.actor.organisation_id,
        )
    for who, carrier_id, behalf in (
        (desks.tower, tower_id, ""),
        (desks.others, other_id, ""),
        (desks.clerk, tower_id, TOWER_MANAGER),
        (desks.agent, let_id, TOWER_MANAGER),
    ):
        await filings.start_change(database, who.actor, version_of[carrier_id], on_behalf_of=behalf)


async def _pictures(database: Database, store: Store) -> None:
    """One drawn page stands for all; lines with their boxes, and six fields a document."""
    drawn = await _drawn()
    sha256 = hashlib.sha256(drawn).hexdigest()
    await store.put_bytes(content_key(sha256), drawn, "image/webp")
    async with database.transaction() as db:
        await db.execute(
            "INSERT INTO blobs (sha256, size, media_type) VALUES ($1, $2, 'image/webp')", sha256, len(drawn)
        )
        await db.execute(
            """
            UPDATE document_pages
               SET preview_sha256 = $1,
                   lines = (SELECT jsonb_agg(jsonb_build_object(
                                       'text', line, 'confidence', 0.97,
                                       'box', jsonb_build_array(0.1, 0.03 * n, 0.9, 0.03 * n + 0.02)))
                              FROM unnest(string_to_array(text, E'\n') || array_fill($2::text, ARRAY[25]))
                                   WITH ORDINALITY AS each (line, n))
            """,
            sha256,
            "本页其余各行为常用条款，双方对此已经阅读并且没有异议，特此说明，以备查考。",
            timeout=120,
        )
        await db.execute(
            """
            INSERT INTO document_fields (document_id, name, value, normal, confidence, page, box)
                 SELECT d.id, f.name, f.value, to_jsonb(f.value), 0.97, 1, '{0.1,0.2,0.5,0.24}'
                   FROM documents AS d,
                        (VALUES ('owner', '上海禾舟投资发展有限公司'), ('area_m2', '12345.67'),
                                ('certificate_number', '沪（2026）徐字第012345号'),
                                ('location', '徐汇区漕溪北路9998号'),
                                ('purpose', '办公'), ('issued_on', '2025-10-01')) AS f (name, value)
                  WHERE d.purpose = 'filing'
            ON CONFLICT DO NOTHING
            """,
            timeout=120,
        )


async def _drawn() -> bytes:
    """The first page of a scanned lease, as it is drawn."""
    async with Readers(1) as readers:
        return await readers.draw(SPECIMEN, 1, PAGE_WIDTH, 0)


async def _reuses(database: Database, signer: Signer, desks: Desks, tower_id: UUID) -> None:
    """One with a receipt that verifies, and as many others as a district has in a year."""
    actor = desks.clerk.actor
    facts: dict[str, object] = {
        "lessor": OWNER,
        "lessee": LESSEE,
        "location": f"徐汇区{TOWER_ADDRESS}{LET}",
        "units": [LET],
        "area_m2": 120,
        "term_start": "2026-01-01",
        "term_end": "2029-12-31",
        "signed_by": ["lessor", "lessee"],
    }
    async with database.transaction() as db:
        unit_id = await db.fetchval("SELECT id FROM units WHERE carrier_id = $1 AND label = $2", tower_id, LET)
        lease_id = await db.fetchval(
            """
            WITH blob AS (
                 INSERT INTO blobs (sha256, size, media_type)
                      VALUES (encode(sha256('lease'), 'hex'), 250000, 'application/pdf')
                   RETURNING sha256
            )
            INSERT INTO documents (sha256, carrier_id, district_code, organisation_id, purpose, file_name, kind,
                                   kind_by, status, page_count, read_at, uploaded_by)
                 SELECT sha256, $1, $2, $3, 'lease', '租赁合同.pdf', 'lease', 'machine', 'read', 1, now(), $4
                   FROM blob
              RETURNING id
            """,
            tower_id,
            DISTRICT,
            actor.organisation_id,
            actor.person_id,
        )
        await db.execute(
            """
            INSERT INTO document_pages (document_id, page, kind, width, height, method, text, sensitive, read_at,
                                        preview_sha256)
                 SELECT $1, 1, 'lease', 1400, 1980, 'text', '租赁合同', false, now(), preview_sha256
                   FROM document_pages
                  LIMIT 1
            """,
            lease_id,
        )
        await db.executemany(
            """
            INSERT INTO document_fields (document_id, name, value, normal, confidence, page, box)
                 VALUES ($1, $2, $3, $4, 0.97, 1, '{0.1,0.2,0.5,0.24}')
            """,
            [(lease_id, name, str(value), value) for name, value in facts.items()],
        )
    await registrations.reuse(
        database,
        signer,
        Lexicon.load(),
        actor,
        NewReuse(
            unit_id=unit_id,
            applicant=LESSEE,
            case_number="2026-XJH-110873",
            item_code="company_formation",
            purpose="",
            reason="与原件核对无误。",
            lease_document_id=lease_id,
        ),
        date.today(),
    )
    async with database.transaction() as db:
        await db.execute(
            """
            WITH made AS (
                 INSERT INTO reuses (number, code, district_code, carrier_id, unit_id, version_id, catalogue_id,
                                     item_code, applicant, registration_kind, purpose, case_number, person_id,
                                     organisation_id, status, held_until, created_at, outcome_at, receipt_text,
                                     receipt_sha256, signature, signing_key)
                      SELECT one.number || '-' || v.n, one.code || v.n, one.district_code, v.carrier_id, v.unit_id,
                             v.version_id, one.catalogue_id, one.item_code, '上海第' || v.n || '申请有限公司',
                             one.registration_kind, one.purpose, '2026-XJH-' || v.n, one.person_id,
                             one.organisation_id, CASE WHEN v.n % 10 = 0 THEN 'held' ELSE 'registered' END,
                             now() + interval '20 days', now() - v.n * interval '1 hour',
                             CASE WHEN v.n % 10 <> 0 THEN now() - v.n * interval '50 minutes' END,
                             one.receipt_text, one.receipt_sha256, one.signature, one.signing_key
                        FROM reuses AS one,
                             (SELECT c.unit_id, c.version_id, u.carrier_id, row_number() OVER (ORDER BY c.unit_id) AS n
                                FROM version_units AS c
                                JOIN units AS u ON u.id = c.unit_id
                               WHERE NOT EXISTS (SELECT FROM registrations AS r WHERE r.unit_id = c.unit_id)
                               LIMIT $1) AS v
                   RETURNING id, unit_id, carrier_id, district_code, applicant, registration_kind, status, held_until,
                             created_at
            )
            INSERT INTO registrations (unit_id, carrier_id, district_code, applicant, kind, status, exclusive, reuse_id,
                                       source, held_until, registered_on, created_at)
                 SELECT unit_id, carrier_id, district_code, applicant, registration_kind, status, true, id, 'reuse',
                        CASE WHEN status = 'held' THEN held_until END,
                        CASE WHEN status = 'registered' THEN current_date END, created_at
                   FROM made
            """,
            REUSES,
        )


async def _records(db: Connection) -> None:
    """Entries, events, notices and tasks of a busy year."""
    await db.execute(
        """
        WITH first AS (SELECT coalesce(max(leaf_index), -1) AS leaf FROM audit_entries)
        INSERT INTO audit_entries (at, person_id, organisation_id, action, noun, noun_id, carrier_id, district_code,
                                   purpose, case_number, detail, leaf_index, leaf_hash)
             SELECT now() - n * interval '2 minutes', p.id, p.organisation_id, 'view_page', 'document', d.id,
                    d.carrier_id, d.district_code, '设立登记', '2026-XJH-' || n, '{"page": 1}', leaf + n,
                    sha256(int8send(n))
               FROM first,
                    generate_series(1, $1::bigint) AS n
               JOIN (SELECT id, carrier_id, district_code, row_number() OVER (ORDER BY id) AS place
                       FROM documents) AS d ON d.place = n % 10000 + 1,
                    (SELECT id, organisation_id FROM persons WHERE role = 'clerk' LIMIT 1) AS p
        """,
        RECORDS,
        timeout=300,
    )
    await db.execute(
        """
        WITH first AS (SELECT coalesce(max(position), 0) AS last FROM events)
        INSERT INTO events (position, at, kind, noun, noun_id, carrier_id, district_code)
             SELECT last + n, now() - n * interval '4 minutes', 'document.read', 'document', d.id, d.carrier_id,
                    d.district_code
               FROM first,
                    generate_series(1, $1::bigint) AS n
               JOIN (SELECT id, carrier_id, district_code, row_number() OVER (ORDER BY id) AS place
                       FROM documents) AS d ON d.place = n % 10000 + 1
        """,
        RECORDS // 2,
        timeout=300,
    )
    await db.execute(
        """
        INSERT INTO notices (organisation_id, kind, title, body, link, created_at)
             SELECT o.id, 'reuse', '新登记 ' || n, '登记申请正在办理，请留意并在登记后确认。', '/notices',
                    now() - n * interval '1 hour'
               FROM organisations AS o, generate_series(1, 2000) AS n
        """
    )
    await db.execute(
        """
        INSERT INTO notice_reads (notice_id, person_id)
             SELECT n.id, p.id
               FROM notices AS n
               JOIN persons AS p ON p.organisation_id = n.organisation_id
              WHERE n.created_at < now() - interval '50 hours'
        """
    )
    await db.execute(
        """
        INSERT INTO tasks (kind, noun_id, attempts, due_at, last_error, created_at, done_at, quarantined_at)
             SELECT 'read_document', id, 1, now(), CASE WHEN place % 500 = 0 THEN 'TimeoutError' END, now(),
                    CASE WHEN place % 500 > 1 THEN now() END, CASE WHEN place % 500 = 0 THEN now() END
               FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM documents) AS d
        """
    )
