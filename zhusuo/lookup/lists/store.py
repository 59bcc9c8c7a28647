"""The rows of lists and of their rows."""

from collections.abc import Sequence
from uuid import UUID

from zhusuo.db import Connection, Row
from zhusuo.lookup.columns import Placed
from zhusuo.lookup.lists.model import AddressList, Counts, ListRow, ListStatus, NewListRow

KEPT_DAYS = 30
"""Lists hold what others wrote down of businesses and people: they do not stay."""


async def insert(
    db: Connection,
    *,
    district_code: str,
    person_id: UUID,
    file_name: str,
    sha256: str,
    header: Sequence[str],
    place: int,
    rows: Sequence[NewListRow],
) -> UUID:
    found: UUID = await db.fetchval(
        """
        INSERT INTO address_lists (district_code, person_id, file_name, sha256, header, place, row_count)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
          RETURNING id
        """,
        district_code,
        person_id,
        file_name,
        sha256,
        header,
        place,
        len(rows),
    )
    await db.copy_records_to_table(
        "address_list_rows",
        records=((found, row.line, list(row.cells), row.fault) for row in rows),
        columns=("list_id", "line", "cells", "fault"),
    )
    return found


async def same(db: Connection, person_id: UUID, sha256: str) -> AddressList | None:
    """The newest list of this person out of the same file."""
    row = await db.fetchrow(
        """
        SELECT id, district_code, person_id, file_name, sha256, header, place, status, version, row_count, created_at,
               done_at
          FROM address_lists
         WHERE person_id = $1
           AND sha256 = $2
      ORDER BY created_at DESC
         LIMIT 1
        """,
        person_id,
        sha256,
    )
    return _list(row) if row else None


async def one(db: Connection, list_id: UUID) -> AddressList | None:
    row = await db.fetchrow(
        """
        SELECT id, district_code, person_id, file_name, sha256, header, place, status, version, row_count, created_at,
               done_at
          FROM address_lists
         WHERE id = $1
        """,
        list_id,
    )
    return _list(row) if row else None


async def lock(db: Connection, list_id: UUID) -> AddressList | None:
    row = await db.fetchrow(
        """
        SELECT id, district_code, person_id, file_name, sha256, header, place, status, version, row_count, created_at,
               done_at
          FROM address_lists
         WHERE id = $1
           FOR UPDATE
        """,
        list_id,
    )
    return _list(row) if row else None


async def by_person(db: Connection, person_id: UUID, limit: int) -> list[AddressList]:
    rows = await db.fetch(
        """
        SELECT id, district_code, person_id, file_name, sha256, header, place, status, version, row_count, created_at,
               done_at
          FROM address_lists
         WHERE person_id = $1
      ORDER BY created_at DESC
         LIMIT $2
        """,
        person_id,
        limit,
    )
    return [_list(row) for row in rows]


async def unclassified(db: Connection, list_id: UUID, limit: int) -> list[tuple[int, str]]:
    """The next rows that nobody has classified: their lines and addresses."""
    rows = await db.fetch(
        """
        SELECT address_list_rows.line, cells[address_lists.place + 1] AS address
          FROM address_list_rows
          JOIN address_lists ON address_lists.id = address_list_rows.list_id
         WHERE list_id = $1
           AND placed IS NULL
           AND fault = ''
      ORDER BY address_list_rows.line
         LIMIT $2
        """,
        list_id,
        limit,
    )
    return [(row["line"], row["address"]) for row in rows]


async def set_placed(
    db: Connection,
    list_id: UUID,
    *,
    lines: Sequence[int],
    placed: Sequence[Placed],
    classes: Sequence[str],
    canonicals: Sequence[str],
    carriers: Sequence[str],
    units: Sequence[str],
    reasons: Sequence[str],
    candidates: Sequence[str],
) -> None:
    await db.execute(
        """
        UPDATE address_list_rows AS r
           SET placed = told.placed,
               class = told.class,
               canonical = told.canonical,
               carrier = told.carrier,
               units = told.units,
               reasons = told.reasons,
               candidates = told.candidates
          FROM unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
            AS told (line, placed, class, canonical, carrier, units, reasons, candidates)
         WHERE r.list_id = $1
           AND r.line = told.line
        """,
        list_id,
        lines,
        placed,
        classes,
        canonicals,
        carriers,
        units,
        reasons,
        candidates,
    )


async def set_version(db: Connection, list_id: UUID, version: str) -> None:
    await db.execute(
        """
        UPDATE address_lists
           SET version = $2
         WHERE id = $1
        """,
        list_id,
        version,
    )


async def set_done(db: Connection, list_id: UUID, version: str) -> None:
    await db.execute(
        """
        UPDATE address_lists
           SET status = 'done',
               version = $2,
               done_at = now()
         WHERE id = $1
        """,
        list_id,
        version,
    )


async def begin_anew(db: Connection, list_id: UUID) -> None:
    """Forget what was found for every row."""
    await db.execute(
        """
        UPDATE address_lists
           SET status = 'classifying',
               version = '',
               done_at = NULL
         WHERE id = $1
        """,
        list_id,
    )
    await db.execute(
        """
        UPDATE address_list_rows
           SET placed = NULL
         WHERE list_id = $1
        """,
        list_id,
    )


async def delete(db: Connection, list_id: UUID) -> None:
    await db.execute(
        """
        DELETE FROM address_lists
              WHERE id = $1
        """,
        list_id,
    )


async def delete_old(db: Connection) -> int:
    status = await db.execute(
        """
        DELETE FROM address_lists
              WHERE created_at < now() - make_interval(days => $1)
        """,
        KEPT_DAYS,
    )
    return int(status.split()[-1])


async def counts(db: Connection, list_id: UUID) -> Counts:
    rows = await db.fetch(
        """
        SELECT placed, class, fault <> '' AS faulty, count(*) AS count
          FROM address_list_rows
         WHERE list_id = $1
      GROUP BY placed, class, faulty
        """,
        list_id,
    )
    placed = dict.fromkeys(Placed, 0)
    classes = dict.fromkeys("ABCN", 0)
    faults = waiting = 0
    for row in rows:
        if row["faulty"]:
            faults += row["count"]
        elif row["placed"] is None:
            waiting += row["count"]
        else:
            placed[Placed(row["placed"])] += row["count"]
            classes[row["class"]] += row["count"]
    return Counts(placed=placed, classes=classes, faults=faults, waiting=waiting)


async def page(db: Connection, list_id: UUID, placed: str, after: int, limit: int) -> list[ListRow]:
    """Rows behind the line `after`: of one place, `fault` for those that could not be read, "" for all."""
    rows = await db.fetch(
        """
        SELECT line, cells, fault, placed, class, canonical, carrier, units, reasons, candidates
          FROM address_list_rows
         WHERE list_id = $1
           AND line > $3
           AND ($2 = '' OR placed = $2 OR ($2 = 'fault' AND fault <> ''))
      ORDER BY line
         LIMIT $4
        """,
        list_id,
        placed,
        after,
        limit,
    )
    return [_row(row) for row in rows]


def _list(row: Row) -> AddressList:
    return AddressList(**{**dict(row), "status": ListStatus(row["status"]), "header": tuple(row["header"])})


def _row(row: Row) -> ListRow:
    return ListRow(
        line=row["line"],
        cells=tuple(row["cells"]),
        fault=row["fault"],
        placed=Placed(row["placed"]) if row["placed"] else None,
        class_=row["class"] or "",
        canonical=row["canonical"] or "",
        carrier=row["carrier"] or "",
        units=row["units"] or "",
        reasons=row["reasons"] or "",
        candidates=row["candidates"] or "",
    )
