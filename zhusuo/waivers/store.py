"""The rows of the catalogue: each import is a whole new version, the newest is the one in use."""

from datetime import date
from uuid import UUID

from zhusuo.db import Connection, Row
from zhusuo.dossiers.model import DocumentKind, TitleSituation
from zhusuo.waivers.model import ApprovalItem, Catalogue, RegistrationKind, Waiver


async def lock(db: Connection) -> None:
    """Let imports follow one another; readers and reuses go on."""
    await db.execute("LOCK TABLE waiver_catalogues IN SHARE ROW EXCLUSIVE MODE")


async def newest(db: Connection) -> Catalogue | None:
    row = await db.fetchrow(
        """
        SELECT id, number, sha256, source, imported_at
          FROM waiver_catalogues
      ORDER BY number DESC
         LIMIT 1
        """
    )
    return Catalogue(**dict(row)) if row else None


async def insert(
    db: Connection,
    number: int,
    sha256: str,
    source: str,
    imported_by: UUID | None,
    items: tuple[ApprovalItem, ...],
    waivers: tuple[Waiver, ...],
) -> Catalogue:
    (row,) = await db.fetch(
        """
        INSERT INTO waiver_catalogues (number, sha256, source, imported_by)
             VALUES ($1, $2, $3, $4)
          RETURNING id, number, sha256, source, imported_at
        """,
        number,
        sha256,
        source,
        imported_by,
    )
    catalogue = Catalogue(**dict(row))
    await db.executemany(
        """
        INSERT INTO approval_items (catalogue_id, code, name, department, registration_kind, position)
             VALUES ($1, $2, $3, $4, $5, $6)
        """,
        [
            (catalogue.id, item.code, item.name, item.department, item.registration_kind, position)
            for position, item in enumerate(items)
        ],
    )
    await db.executemany(
        """
        INSERT INTO waivers
                    (catalogue_id, item_code, requirement, requirement_name, evidence, title_situations,
                     waived, legal_basis, source, begins_on, ends_on, position)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,
        [
            (
                catalogue.id,
                each.item_code,
                each.requirement,
                each.name,
                list(each.evidence),
                list(each.title_situations),
                each.waived,
                each.legal_basis,
                each.source,
                each.begins_on,
                each.ends_on,
                position,
            )
            for position, each in enumerate(waivers)
        ],
    )
    return catalogue


async def items(db: Connection) -> list[ApprovalItem]:
    """The approval items of the newest catalogue, in its order."""
    rows = await db.fetch(
        """
        SELECT code, name, department, registration_kind
          FROM approval_items
         WHERE catalogue_id = (SELECT id FROM waiver_catalogues ORDER BY number DESC LIMIT 1)
      ORDER BY position
        """
    )
    return [_item(row) for row in rows]


async def item(db: Connection, code: str) -> ApprovalItem | None:
    row = await db.fetchrow(
        """
        SELECT code, name, department, registration_kind
          FROM approval_items
         WHERE catalogue_id = (SELECT id FROM waiver_catalogues ORDER BY number DESC LIMIT 1)
           AND code = $1
        """,
        code,
    )
    return _item(row) if row else None


async def current(db: Connection, item_code: str | None, day: date) -> list[Waiver]:
    """What the newest catalogue says for an item on a day; without an item for all of them."""
    rows = await db.fetch(
        """
        SELECT item_code, requirement, requirement_name, evidence, title_situations,
               waived, legal_basis, source, begins_on, ends_on
          FROM waivers
         WHERE catalogue_id = (SELECT id FROM waiver_catalogues ORDER BY number DESC LIMIT 1)
           AND ($1::text IS NULL OR item_code = $1)
           AND begins_on <= $2
           AND (ends_on IS NULL OR ends_on >= $2)
      ORDER BY position
        """,
        item_code,
        day,
    )
    return [_waiver(row) for row in rows]


def _item(row: Row) -> ApprovalItem:
    return ApprovalItem(
        code=row["code"],
        name=row["name"],
        department=row["department"],
        registration_kind=RegistrationKind(row["registration_kind"]),
    )


def _waiver(row: Row) -> Waiver:
    return Waiver(
        item_code=row["item_code"],
        requirement=row["requirement"],
        name=row["requirement_name"],
        evidence=tuple(DocumentKind(each) for each in row["evidence"]),
        title_situations=tuple(TitleSituation(each) for each in row["title_situations"]),
        waived=row["waived"],
        legal_basis=row["legal_basis"],
        source=row["source"],
        begins_on=row["begins_on"],
        ends_on=row["ends_on"],
    )
