"""Makers: valid rows in one call, with just enough facts; a test says only what it is about.

One section per noun, in the order of the nouns. A maker writes straight into the tables and records nothing: what is
to be tested goes through its verb.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from itertools import count
from uuid import UUID

from zhusuo.addresses.keys import unit_key
from zhusuo.db import Connection
from zhusuo.dossiers import words
from zhusuo.people.model import Actor, OrganisationKind, Role

DISTRICT = "310104"
SUBDISTRICT = "310104003"

_numbers = count(1)


def number() -> int:
    """A number nobody had before in this run, for names that must differ."""
    return next(_numbers)


# 人员 机构

KIND_OF_ROLE = {
    Role.CLERK: OrganisationKind.APPROVAL_AUTHORITY,
    Role.ADMINISTRATOR: OrganisationKind.APPROVAL_AUTHORITY,
    Role.SUPERVISOR: OrganisationKind.SUPERVISION_OFFICE,
    Role.MANAGER: OrganisationKind.PROPERTY_MANAGER,
    Role.AGENT: OrganisationKind.AGENCY,
}


async def organisation(
    db: Connection,
    *,
    kind: str = "property_manager",
    name: str = "",
    district_code: str = DISTRICT,
    subdistricts: frozenset[str] = frozenset(),
) -> UUID:
    found: UUID = await db.fetchval(
        "INSERT INTO organisations (kind, name, district_code) VALUES ($1, $2, $3) RETURNING id",
        kind,
        name or f"机构{number()}",
        district_code,
    )
    await db.executemany(
        "INSERT INTO organisation_subdistricts (organisation_id, subdistrict_code) VALUES ($1, $2)",
        [(found, code) for code in sorted(subdistricts)],
    )
    return found


async def person(
    db: Connection, *, organisation_id: UUID, role: str = "manager", name: str = "", password_hash: str = "!"
) -> UUID:
    each = number()
    found: UUID = await db.fetchval(
        """
        INSERT INTO persons (organisation_id, role, name, login, password_hash)
             VALUES ($1, $2, $3, $4, $5)
          RETURNING id
        """,
        organisation_id,
        role,
        name or f"人员{each}",
        f"person{each}",
        password_hash,
    )
    return found


async def actor(
    db: Connection,
    *,
    role: str = "clerk",
    district_code: str = DISTRICT,
    organisation_id: UUID | None = None,
    subdistricts: frozenset[str] = frozenset(),
    name: str = "",
) -> Actor:
    """Somebody who may act, with a person and an organisation behind them."""
    kind = KIND_OF_ROLE[Role(role)]
    if organisation_id is None:
        organisation_id = await organisation(db, kind=kind, district_code=district_code, subdistricts=subdistricts)
    person_id = await person(db, organisation_id=organisation_id, role=role, name=name)
    row = await db.fetchrow(
        """
        SELECT persons.name, organisations.name AS organisation, organisations.district_code
          FROM persons
          JOIN organisations ON organisations.id = persons.organisation_id
         WHERE persons.id = $1
        """,
        person_id,
    )
    assert row is not None
    return Actor(
        person_id=person_id,
        client_id=None,
        organisation_id=organisation_id,
        organisation=row["organisation"],
        role=Role(role),
        name=row["name"],
        desk="",
        district_code=row["district_code"],
        subdistricts=subdistricts,
    )


# 载体


async def carrier(
    db: Connection,
    *,
    name: str = "",
    kind: str = "tower",
    district_code: str = DISTRICT,
    subdistrict_code: str = "",
    sharing_allowed: bool = False,
    manager: UUID | None = None,
    road: str = "",
) -> UUID:
    """A carrier with its main address; `manager` is an organisation that is confirmed as its manager."""
    each = number()
    road = road or f"测试路{each}"
    found: UUID = await db.fetchval(
        """
        INSERT INTO carriers (kind, name, district_code, subdistrict_code, sharing_allowed)
             VALUES ($1, $2, $3, $4, $5)
          RETURNING id
        """,
        kind,
        name or f"载体{each}",
        district_code,
        subdistrict_code or (SUBDISTRICT if district_code == DISTRICT else f"{district_code}002"),
        sharing_allowed,
    )
    await db.execute(
        """
        INSERT INTO carrier_addresses (carrier_id, district_code, road, number, text, key, road_pinyin, is_main)
             VALUES ($1, $2, $3, '1号', $3 || '1号', $3 || '|1', 'ceshilu', true)
        """,
        found,
        district_code,
        road,
    )
    if manager is not None:
        await management(db, carrier_id=found, organisation_id=manager)
    return found


async def management(
    db: Connection,
    *,
    carrier_id: UUID,
    organisation_id: UUID,
    capacity: str = "manager",
    status: str = "confirmed",
) -> UUID:
    claimed_by = await person(db, organisation_id=organisation_id)
    found: UUID = await db.fetchval(
        """
        INSERT INTO managements (carrier_id, organisation_id, capacity, status, claimed_by)
             VALUES ($1, $2, $3, $4, $5)
          RETURNING id
        """,
        carrier_id,
        organisation_id,
        capacity,
        status,
        claimed_by,
    )
    return found


async def claim_paper(db: Connection, *, organisation_id: UUID) -> UUID:
    """A paper handed in to show that the organisation manages a carrier."""
    sha256 = f"{number():064x}"
    await db.execute("INSERT INTO blobs (sha256, size, media_type) VALUES ($1, 1, 'application/pdf')", sha256)
    found: UUID = await db.fetchval(
        """
        INSERT INTO documents (sha256, district_code, organisation_id, purpose, file_name)
             SELECT $1, district_code, id, 'claim', '委托合同.pdf'
               FROM organisations
              WHERE id = $2
          RETURNING id
        """,
        sha256,
        organisation_id,
    )
    return found


async def unit(
    db: Connection,
    *,
    carrier_id: UUID,
    label: str = "",
    kind: str = "room",
    building: str = "",
    floor: int | None = 1,
    number: str = "",
    area_m2: float | None = 50,
) -> UUID:
    label = label or f"{next(_numbers)}室"
    found: UUID = await db.fetchval(
        """
        INSERT INTO units (carrier_id, district_code, kind, building, floor, label, key, number, area_m2)
             SELECT id, district_code, $2, $3, $4, $5, $6, $7, $8
               FROM carriers
              WHERE id = $1
          RETURNING id
        """,
        carrier_id,
        kind,
        building,
        floor,
        label,
        label if kind == "part" else unit_key(label),
        number,
        area_m2,
    )
    return found


# 住所材料


async def blob(db: Connection, *, content: bytes = b"", media_type: str = "application/pdf") -> str:
    """A row for bytes (that no store holds); its hash."""
    sha256 = hashlib.sha256(content or f"字节{number()}".encode()).hexdigest()
    await db.execute(
        "INSERT INTO blobs (sha256, size, media_type) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        sha256,
        len(content) or 1000,
        media_type,
    )
    return sha256


async def document(
    db: Connection,
    *,
    carrier_id: UUID,
    organisation_id: UUID,
    filing_id: UUID | None = None,
    purpose: str = "filing",
    kind: str = "other",
    status: str = "read",
    valid_until: date | None = None,
    sha256: str = "",
    submitted: bool = False,
    marked_sensitive: bool = False,
    file_name: str = "",
) -> UUID:
    found: UUID = await db.fetchval(
        """
        INSERT INTO documents (sha256, carrier_id, district_code, organisation_id, filing_id, purpose, file_name, kind,
                               kind_by, status, valid_until, submitted_at, marked_sensitive, page_count)
             SELECT $1, id, district_code, $3, $4, $5, $6, $7, 'person', $8, $9,
                    CASE WHEN $10 THEN now() END, $11, 1
               FROM carriers
              WHERE id = $2
          RETURNING id
        """,
        sha256 or await blob(db),
        carrier_id,
        organisation_id,
        filing_id,
        purpose,
        file_name or f"材料{number()}.pdf",
        kind,
        status,
        valid_until,
        submitted,
        marked_sensitive,
    )
    return found


async def page(
    db: Connection,
    *,
    document_id: UUID,
    page: int = 1,
    text: str = "",
    read: bool = True,
    sensitive: bool = False,
    kind: str = "other",
    preview_sha256: str | None = None,
    masks: Sequence[Sequence[float]] = (),
) -> None:
    """A page with its words, each line of the text across the page."""
    lines = [
        {"text": line, "box": [0.1, 0.1 * index, 0.9, 0.1 * index + 0.05], "confidence": 0.99}
        for index, line in enumerate(text.splitlines(), start=1)
    ]
    await db.execute(
        """
        INSERT INTO document_pages (document_id, page, kind, width, height, preview_sha256, text, lines, sensitive,
                                    masks, words, read_at)
             VALUES ($1, $2, $3, 1400, 1980, $4, $5, $6, $7, $8, $9::text::tsvector, CASE WHEN $10 THEN now() END)
        """,
        document_id,
        page,
        kind,
        preview_sha256,
        text,
        lines,
        sensitive,
        [list(box) for box in masks],
        words.vector(text) if read else None,
        read,
    )


async def papers(
    db: Connection,
    *,
    filing_id: UUID,
    kinds: Sequence[str] = ("title_deed", "completion_certificate", "floor_plan"),
) -> list[UUID]:
    """Documents of these kinds, read, in a filing; the default is all that a tower let by its owner needs."""
    row = await db.fetchrow("SELECT carrier_id, organisation_id FROM filings WHERE id = $1", filing_id)
    assert row is not None
    return [
        await document(
            db,
            carrier_id=row["carrier_id"],
            organisation_id=row["organisation_id"],
            filing_id=filing_id,
            kind=kind,
        )
        for kind in kinds
    ]


async def filing(
    db: Connection,
    *,
    carrier_id: UUID,
    filer: Actor,
    status: str = "draft",
    dossier_id: UUID | None = None,
    kind: str = "first",
) -> UUID:
    """A filing for a whole carrier, as its row alone."""
    if dossier_id is None:
        dossier_id = await db.fetchval(
            """
            INSERT INTO dossiers (number, carrier_id, district_code)
                 SELECT $2, id, district_code
                   FROM carriers
                  WHERE id = $1
              RETURNING id
            """,
            carrier_id,
            f"XH-2026-{number():06}",
        )
    found: UUID = await db.fetchval(
        """
        INSERT INTO filings (dossier_id, carrier_id, district_code, organisation_id, kind, status, filed_by,
                             submitted_at)
             SELECT $1, id, district_code, $3, $4, $5, $6, CASE WHEN $5 <> 'draft' THEN now() END
               FROM carriers
              WHERE id = $2
          RETURNING id
        """,
        dossier_id,
        carrier_id,
        filer.organisation_id,
        kind,
        status,
        filer.person_id,
    )
    return found


async def version(
    db: Connection,
    *,
    carrier_id: UUID,
    unit_ids: Sequence[UUID],
    document_ids: Sequence[UUID] = (),
    valid_until: date = date(2027, 11, 22),
    since: datetime | None = None,
    filer: Actor | None = None,
    title_situation: str = "owner_lets",
) -> UUID:
    """A version in force for these units, with the filing, submission and decision it came from."""
    filer = filer or await actor(db, role="manager")
    filing_id = await filing(db, carrier_id=carrier_id, filer=filer, status="approved")
    submission_id: UUID = await db.fetchval(
        """
        INSERT INTO submissions (filing_id, number, content, declared_text, submitted_by)
             VALUES ($1, 1, '{}', '', $2)
          RETURNING id
        """,
        filing_id,
        filer.person_id,
    )
    await db.execute(
        "INSERT INTO decisions (filing_id, submission_id, decision, decided_by) VALUES ($1, $2, 'approved', $3)",
        filing_id,
        submission_id,
        filer.person_id,
    )
    found: UUID = await db.fetchval(
        """
        INSERT INTO dossier_versions (dossier_id, carrier_id, district_code, number, filing_id, submission_id,
                                      title_situation, effective_from, valid_until, approved_by)
             SELECT dossier_id, carrier_id, district_code, 1, id, $2, $3, coalesce($4, now()), $5, filed_by
               FROM filings
              WHERE id = $1
          RETURNING id
        """,
        filing_id,
        submission_id,
        title_situation,
        since,
        valid_until,
    )
    await db.execute(
        """
        INSERT INTO version_units (version_id, unit_id, during)
             SELECT $1, unnest($2::uuid[]), tstzrange(coalesce($3, now()), NULL)
        """,
        found,
        list(unit_ids),
        since,
    )
    await db.execute(
        """
        INSERT INTO version_documents (version_id, document_id, sha256, kind, position)
             SELECT $1, id, sha256, kind, row_number() OVER () - 1
               FROM documents
              WHERE id = ANY ($2::uuid[])
        """,
        found,
        list(document_ids),
    )
    return found


# 入驻


async def tenancy(db: Connection, *, unit_id: UUID, tenant: str = "", lease_ends_on: date | None = None) -> UUID:
    found: UUID = await db.fetchval(
        """
        INSERT INTO tenancies (unit_id, carrier_id, district_code, tenant, lease_ends_on, source)
             SELECT id, carrier_id, district_code, $2, $3, 'roster'
               FROM units
              WHERE id = $1
          RETURNING id
        """,
        unit_id,
        tenant or f"租户{number()}",
        lease_ends_on,
    )
    return found
