"""Makers of what registrations stand on: a house with a version in force, its papers as they were read, a lease."""

from datetime import date
from typing import Any
from uuid import UUID

from tests import make
from zhusuo.db import Connection

LEASE_FACTS: dict[str, Any] = {
    "lessor": "砚辰（上海）资产运营管理有限公司",
    "lessee": "上海栖木数字科技有限公司",
    "location": "徐汇区云锦路887号1403室",
    "units": ["1403室"],
    "area_m2": 198.54,
    "term_start": "2026-09-24",
    "term_end": "2029-09-23",
    "signed_by": ["lessor", "lessee"],
}
FILED_FACTS: dict[str, dict[str, Any]] = {
    "title_deed": {"owner": "上海禾舟投资发展有限公司"},
    "mandate": {
        "grantor": "上海禾舟投资发展有限公司",
        "grantee": "砚辰（上海）资产运营管理有限公司",
        "term_start": "2025-10-01",
        "term_end": "2033-09-30",
        "sublet_allowed": True,
    },
    "completion_certificate": {},
    "floor_plan": {},
    "house_number_certificate": {},
}


async def read_document(
    db: Connection,
    *,
    organisation_id: UUID,
    kind: str,
    facts: dict[str, Any],
    purpose: str = "filing",
    status: str = "read",
    carrier_id: UUID | None = None,
    number: str = "",
) -> UUID:
    """A document of one page that was read, with these fields."""
    sha256 = f"{10**6 + make.number():064x}"
    await db.execute("INSERT INTO blobs (sha256, size, media_type) VALUES ($1, 1, 'application/pdf')", sha256)
    found: UUID = await db.fetchval(
        """
        INSERT INTO documents (sha256, district_code, organisation_id, purpose, file_name, kind, status, page_count,
                               carrier_id, number)
             SELECT $1, district_code, id, $3, $4 || '.pdf', $4, $5, 1, $6, $7
               FROM organisations
              WHERE id = $2
          RETURNING id
        """,
        sha256,
        organisation_id,
        purpose,
        kind,
        status,
        carrier_id,
        number,
    )
    await db.execute(
        "INSERT INTO document_pages (document_id, page, kind, read_at) VALUES ($1, 1, $2, now())", found, kind
    )
    await db.executemany(
        """
        INSERT INTO document_fields (document_id, name, value, normal, confidence, page, box)
             VALUES ($1, $2, $3, $4, 0.97, 1, '{0.1,0.2,0.5,0.24}')
        """,
        [
            (found, name, "、".join(value) if isinstance(value, list) else str(value), value)
            for name, value in facts.items()
        ],
    )
    return found


async def lease(
    db: Connection, *, organisation_id: UUID, status: str = "read", without: str = "", **facts: Any
) -> UUID:
    """The lease of 云锦路887号1403室, with some facts changed or one not read."""
    said = {name: value for name, value in {**LEASE_FACTS, **facts}.items() if name != without}
    return await read_document(
        db, organisation_id=organisation_id, kind="lease", facts=said, purpose="lease", status=status
    )


async def house(
    db: Connection, *, sharing_allowed: bool = False, manager: UUID | None = None, district_code: str = make.DISTRICT
) -> UUID:
    """A tower at 云锦路887号."""
    found = await make.carrier(
        db,
        name=f"棠谷商务中心{make.number()}",
        road="云锦路",
        sharing_allowed=sharing_allowed,
        manager=manager,
        district_code=district_code,
    )
    await db.execute(
        """
        UPDATE carrier_addresses
           SET number = '887',
               text = '云锦路887号',
               key = '云锦路|||887|'
         WHERE carrier_id = $1
        """,
        found,
    )
    return found


async def room(db: Connection, *, carrier_id: UUID, label: str = "1403室", area_m2: float | None = 198.54) -> UUID:
    return await make.unit(db, carrier_id=carrier_id, label=label, floor=14, area_m2=area_m2)


async def version(
    db: Connection,
    *,
    carrier_id: UUID,
    unit_ids: list[UUID],
    kinds: tuple[str, ...] = tuple(FILED_FACTS),
    facts: dict[str, dict[str, Any]] | None = None,
    title_situation: str = "mandated",
    valid_until: date = date(2099, 12, 31),
) -> UUID:
    """A version in force that covers these units, with a document of each kind."""
    district_code = await db.fetchval("SELECT district_code FROM carriers WHERE id = $1", carrier_id)
    organisation_id = await make.organisation(db, district_code=district_code)
    filed_by = await make.person(db, organisation_id=organisation_id)
    authority = await make.organisation(db, kind="approval_authority", district_code=district_code)
    approved_by = await make.person(db, organisation_id=authority, role="clerk")
    dossier_id = await db.fetchval(
        "INSERT INTO dossiers (number, carrier_id, district_code) VALUES ($1, $2, $3) RETURNING id",
        f"XH-2026-{make.number():05}",
        carrier_id,
        district_code,
    )
    filing_id = await db.fetchval(
        """
        INSERT INTO filings (dossier_id, carrier_id, district_code, organisation_id, kind, status, filed_by,
                             submitted_at, decided_at)
             VALUES ($1, $2, $3, $4, 'first', 'approved', $5, now(), now())
          RETURNING id
        """,
        dossier_id,
        carrier_id,
        district_code,
        organisation_id,
        filed_by,
    )
    submission_id = await db.fetchval(
        """
        INSERT INTO submissions (filing_id, number, content, declared_text, submitted_by)
             VALUES ($1, 1, '{}', '声明', $2)
          RETURNING id
        """,
        filing_id,
        filed_by,
    )
    found: UUID = await db.fetchval(
        """
        INSERT INTO dossier_versions (dossier_id, carrier_id, district_code, number, filing_id, submission_id,
                                      title_situation, valid_until, approved_by)
             VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8)
          RETURNING id
        """,
        dossier_id,
        carrier_id,
        district_code,
        filing_id,
        submission_id,
        title_situation,
        valid_until,
        approved_by,
    )
    await db.executemany(
        "INSERT INTO version_units (version_id, unit_id, during) VALUES ($1, $2, tstzrange(now(), NULL))",
        [(found, unit_id) for unit_id in unit_ids],
    )
    for position, kind in enumerate(kinds):
        document_id = await read_document(
            db, organisation_id=organisation_id, kind=kind, facts=(facts or FILED_FACTS).get(kind, {}), number=kind
        )
        await db.execute(
            """
            INSERT INTO version_documents (version_id, document_id, sha256, kind, position)
                 SELECT $1, id, sha256, kind, $3
                   FROM documents
                  WHERE id = $2
            """,
            found,
            document_id,
            position,
        )
    return found


async def registered(
    db: Connection,
    *,
    unit_id: UUID,
    applicant: str = "上海澜鹭信息科技有限公司",
    exclusive: bool = True,
    contested: bool = False,
) -> UUID:
    """Somebody who is registered in a unit since 2023-05-18."""
    found: UUID = await db.fetchval(
        """
        INSERT INTO registrations (unit_id, carrier_id, district_code, applicant, kind, status, exclusive, contested,
                                   source, registered_on)
             SELECT id, carrier_id, district_code, $2, 'existing', 'registered', $3, $4, 'import', '2023-05-18'
               FROM units
              WHERE id = $1
          RETURNING id
        """,
        unit_id,
        applicant,
        exclusive,
        contested,
    )
    return found
