"""The rows of imports of businesses and of where businesses stand.

The lines of a file are the staging area of their own import: every step is one statement over a stretch of lines, so
that a line costs the same in a file of a thousand and of a million.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from zhusuo.businesses.model import (
    BusinessImport,
    Choice,
    ImportStatus,
    NewRow,
    Outcome,
    OutRow,
    Tally,
    choice_json,
)
from zhusuo.db import Connection, Row

WRITING_LOCK = 7_310_117
LINES = ("line", "name", "uscc", "address", "registered_on", "deregistered", "fault")


# 导入


async def insert(db: Connection, district_code: str | None, file_name: str, sha256: str, asked_by: UUID | None) -> UUID:
    import_id: UUID = await db.fetchval(
        """
        INSERT INTO business_imports (district_code, file_name, sha256, asked_by)
             VALUES ($1, $2, $3, $4)
          RETURNING id
        """,
        district_code,
        file_name,
        sha256,
        asked_by,
    )
    return import_id


async def copy_rows(db: Connection, import_id: UUID, rows: Iterable[NewRow]) -> None:
    """All lines, as a stream."""
    await db.copy_records_to_table(
        "business_import_rows",
        records=((import_id, *(getattr(row, name) for name in LINES)) for row in rows),
        columns=["import_id", *LINES],
        timeout=600,
    )
    await db.execute("ANALYZE business_import_rows")  # else the first steps over them are planned for a handful


async def count_rows(db: Connection, import_id: UUID) -> int:
    count: int = await db.fetchval(
        """
        UPDATE business_imports
           SET row_count = (SELECT count(*) FROM business_import_rows WHERE import_id = $1)
         WHERE id = $1
     RETURNING row_count
        """,
        import_id,
    )
    return count


async def by_id(db: Connection, import_id: UUID) -> BusinessImport | None:
    row = await db.fetchrow(
        """
        SELECT id, district_code, file_name, sha256, status, row_count, asked_by, created_at, tried_at, written_at
          FROM business_imports
         WHERE id = $1
        """,
        import_id,
    )
    return _import(row) if row else None


async def lock(db: Connection, import_id: UUID) -> BusinessImport | None:
    row = await db.fetchrow(
        """
        SELECT id, district_code, file_name, sha256, status, row_count, asked_by, created_at, tried_at, written_at
          FROM business_imports
         WHERE id = $1
           FOR UPDATE
        """,
        import_id,
    )
    return _import(row) if row else None


async def unfinished(db: Connection, district_code: str | None, sha256: str, asked_by: UUID | None) -> UUID | None:
    """An import of this very file that was broken off in the middle."""
    import_id: UUID | None = await db.fetchval(
        """
        SELECT id
          FROM business_imports
         WHERE sha256 = $2
           AND district_code IS NOT DISTINCT FROM $1
           AND asked_by IS NOT DISTINCT FROM $3
           AND status IN ('classifying', 'writing')
      ORDER BY created_at DESC
         LIMIT 1
        """,
        district_code,
        sha256,
        asked_by,
    )
    return import_id


async def set_status(db: Connection, import_id: UUID, status: ImportStatus) -> None:
    await db.execute(
        """
        UPDATE business_imports
           SET status = $2,
               tried_at = CASE WHEN $2 = 'tried' THEN clock_timestamp() ELSE tried_at END,
               written_at = CASE WHEN $2 = 'done' THEN clock_timestamp() ELSE written_at END
         WHERE id = $1
        """,
        import_id,
        status,
    )


async def delete_rows(db: Connection, import_id: UUID) -> None:
    await db.execute(
        """
        DELETE FROM business_import_rows
              WHERE import_id = $1
        """,
        import_id,
    )


async def imports(db: Connection, district_code: str, limit: int = 50) -> list[BusinessImport]:
    """The imports of a district, the newest first."""
    rows = await db.fetch(
        """
        SELECT id, district_code, file_name, sha256, status, row_count, asked_by, created_at, tried_at, written_at
          FROM business_imports
         WHERE coalesce(district_code, $1) = $1
      ORDER BY created_at DESC
         LIMIT $2
        """,
        district_code,
        limit,
    )
    return [_import(row) for row in rows]


async def tally(db: Connection, import_id: UUID) -> Tally:
    rows = await db.fetch(
        """
        SELECT outcome, class, fault <> '' AS faulty, count(*) AS count,
               count(*) FILTER (WHERE former_name <> name) AS renamed,
               count(*) FILTER (WHERE class IS NOT NULL) AS classified,
               count(*) FILTER (WHERE written) AS written
          FROM business_import_rows
         WHERE import_id = $1
      GROUP BY outcome, class, fault <> ''
        """,
        import_id,
    )
    outcomes = {each: sum(row["count"] for row in rows if row["outcome"] == each) for each in Outcome}
    return Tally(
        outcomes=outcomes,
        faults=sum(row["count"] for row in rows if row["faulty"]),
        renamed=sum(row["renamed"] for row in rows),
        classes={each: sum(row["count"] for row in rows if row["class"] == each) for each in "ABCN"},
        classified=sum(row["classified"] for row in rows),
        written=sum(row["written"] for row in rows),
    )


async def out_rows(
    db: Connection, import_id: UUID, outcome: str = "", after: int = 0, limit: int = 100
) -> list[OutRow]:
    """Lines that did not come to a unit, or of one outcome (`fault`: unusable), with why, in the order of the file."""
    rows = await db.fetch(
        """
        SELECT line, name, uscc, address, outcome, fault, reasons
          FROM business_import_rows
         WHERE import_id = $1
           AND line > $3
           AND CASE $2
               WHEN '' THEN fault <> '' OR outcome IN ('choose', 'no_unit', 'differs', 'out')
               WHEN 'fault' THEN fault <> ''
               ELSE outcome = $2
               END
      ORDER BY line
         LIMIT $4
        """,
        import_id,
        outcome,
        after,
        limit,
    )
    return [
        OutRow(
            line=row["line"],
            name=row["name"],
            uscc=row["uscc"],
            address=row["address"],
            label="不能处理" if row["fault"] else Outcome(row["outcome"]).label,
            why=row["fault"] or "；".join(row["reasons"]),
        )
        for row in rows
    ]


def _import(row: Row) -> BusinessImport:
    return BusinessImport(**{**dict(row), "status": ImportStatus(row["status"])})


# 归集


async def unclassified(db: Connection, import_id: UUID, after: int, limit: int) -> list[tuple[int, str]]:
    rows = await db.fetch(
        """
        SELECT line, address
          FROM business_import_rows
         WHERE import_id = $1
           AND class IS NULL
           AND fault = ''
           AND line > $2
      ORDER BY line
         LIMIT $3
        """,
        import_id,
        after,
        limit,
    )
    return [(row["line"], row["address"]) for row in rows]


async def set_classes(
    db: Connection,
    import_id: UUID,
    *,
    lines: Sequence[int],
    classes: Sequence[str],
    carrier_ids: Sequence[UUID | None],
    unit_ids: Sequence[Sequence[UUID]],
    asked_units: Sequence[str],
    reasons: Sequence[Sequence[str]],
    candidates: Sequence[Sequence[Choice]],
) -> None:
    """What became of these lines; the subdistricts are those of the carrier, or of all that it may be."""
    lying = await _subdistricts(db, [id_ for i in range(len(lines)) for id_ in _meant(carrier_ids[i], candidates[i])])
    await db.executemany(
        """
        UPDATE business_import_rows
           SET class = $3,
               carrier_id = $4,
               unit_ids = $5,
               asked_unit = $6,
               reasons = $7,
               candidates = $8,
               subdistrict_codes = $9
         WHERE import_id = $1
           AND line = $2
        """,
        [
            (
                import_id,
                lines[i],
                classes[i],
                carrier_ids[i],
                sorted(unit_ids[i]),
                asked_units[i],
                list(reasons[i]),
                [choice_json(each) for each in candidates[i]],
                sorted({lying[id_] for id_ in _meant(carrier_ids[i], candidates[i]) if id_ in lying}),
            )
            for i in range(len(lines))
        ],
    )


def _meant(carrier_id: UUID | None, candidates: Sequence[Choice]) -> set[UUID]:
    """The carrier that was found, or all that it may be."""
    return {each.carrier_id for each in candidates} | ({carrier_id} if carrier_id else set())


async def _subdistricts(db: Connection, carrier_ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = await db.fetch(
        """
        SELECT id, subdistrict_code
          FROM carriers
         WHERE id = ANY ($1::uuid[])
        """,
        list(set(carrier_ids)),
    )
    return {row["id"]: row["subdistrict_code"] for row in rows}


# 比对 and 写入: each over the lines from one to another, those that are not written yet


async def one_at_a_time(db: Connection) -> None:
    """Two imports never write at the same moment."""
    await db.execute("SELECT pg_advisory_xact_lock($1)", WRITING_LOCK)


async def by_keys(db: Connection) -> None:
    """In this transaction each step finds a few thousand rows by their keys, even while the tables that are being
    filled look empty to the planner, or looked so when a plan was kept."""
    await db.execute("SET LOCAL enable_seqscan = off")
    await db.execute("SET LOCAL enable_hashjoin = off")
    await db.execute("SET LOCAL plan_cache_mode = force_custom_plan")


async def next_lines(db: Connection, import_id: UUID, after: int, limit: int) -> tuple[int, int] | None:
    """The first and last of the next lines that are not written yet; None if there are none."""
    row = await db.fetchrow(
        """
        SELECT min(line) AS first, max(line) AS last
          FROM (SELECT line
                  FROM business_import_rows
                 WHERE import_id = $1
                   AND NOT written
                   AND fault = ''
                   AND line > $2
              ORDER BY line
                 LIMIT $3) AS next
        """,
        import_id,
        after,
        limit,
    )
    return (row["first"], row["last"]) if row and row["first"] is not None else None


async def link(db: Connection, import_id: UUID, first: int, last: int) -> None:
    """Which of the businesses are known, and under which name."""
    await db.execute(
        """
        UPDATE business_import_rows AS found
           SET business_id = businesses.id,
               former_name = coalesce(found.former_name, businesses.name)
          FROM businesses
         WHERE found.import_id = $1
           AND found.line BETWEEN $2 AND $3
           AND NOT found.written
           AND found.fault = ''
           AND businesses.uscc = found.uscc
        """,
        import_id,
        first,
        last,
    )


async def keep_settled(db: Connection, import_id: UUID, first: int, last: int) -> None:
    """What a person has settled stays settled as long as the register says the same address."""
    await db.execute(
        """
        UPDATE business_import_rows AS found
           SET settled = true,
               class = now.class,
               carrier_id = now.carrier_id,
               unit_ids = now.unit_ids,
               reasons = now.reasons,
               candidates = now.candidates
          FROM business_addresses AS now
         WHERE found.import_id = $1
           AND found.line BETWEEN $2 AND $3
           AND NOT found.written
           AND NOT found.deregistered
           AND now.business_id = found.business_id
           AND now.settled_at IS NOT NULL
           AND now.address = found.address
        """,
        import_id,
        first,
        last,
    )


async def unplace_gone(db: Connection, import_id: UUID, first: int, last: int) -> None:
    """A unit that was split, merged or retired after the dry run: a person chooses among what came of it."""
    await db.execute(
        """
        UPDATE business_import_rows AS found
           SET class = 'C',
               unit_ids = '{}',
               reasons = found.reasons || '单元已分割、合并或停用，请在现有单元中选定'::text,
               candidates = coalesce((
                   SELECT jsonb_agg(jsonb_build_object(
                              'carrier_id', carriers.id, 'carrier', carriers.name, 'address', '',
                              'unit_id', units.id, 'unit', units.label, 'difference', '由原单元而来'))
                     FROM unnest(found.unit_ids) AS former (id)
               CROSS JOIN LATERAL successors_of(former.id) AS next
                     JOIN units ON units.id = next.id
                     JOIN carriers ON carriers.id = units.carrier_id), '[]')
         WHERE found.import_id = $1
           AND found.line BETWEEN $2 AND $3
           AND NOT found.written
           AND EXISTS (
               SELECT
                 FROM units
                WHERE units.id = ANY (found.unit_ids)
                  AND units.retired_at IS NOT NULL)
        """,
        import_id,
        first,
        last,
    )


async def judge(db: Connection, import_id: UUID, first: int, last: int) -> None:
    """What the import does to each business, as things stand now.

    One that has left stays so while the register says the address it has left, until a person says otherwise.
    """
    await db.execute(
        """
        UPDATE business_import_rows AS found
           SET outcome = (
               SELECT CASE
                      WHEN found.deregistered AND now.units IS NULL THEN 'gone'
                      WHEN found.deregistered THEN 'ended'
                      WHEN now.units = found.unit_ids THEN 'same'
                      WHEN now.ours THEN 'differs'
                      WHEN now.units IS NULL AND EXISTS (
                          SELECT
                            FROM business_addresses AS known
                           WHERE known.business_id = found.business_id
                             AND known.status IN ('left', 'differs')
                             AND known.address = found.address) THEN 'differs'
                      WHEN found.class IN ('A', 'B') AND found.unit_ids <> '{}' AND now.units IS NULL THEN 'new'
                      WHEN found.class IN ('A', 'B') AND found.unit_ids <> '{}' THEN 'moved'
                      WHEN found.class IN ('A', 'B') AND found.asked_unit <> '' THEN 'no_unit'
                      WHEN found.class IN ('A', 'B') THEN 'carrier'
                      WHEN found.class = 'C' THEN 'choose'
                      ELSE 'out'
                      END
                 FROM (SELECT array_agg(unit_id ORDER BY unit_id) AS units, bool_or(source = 'reuse') AS ours
                         FROM registrations
                        WHERE registrations.business_id = found.business_id
                          AND registrations.status = 'registered'
                          AND registrations.kind <> 'additional') AS now)
         WHERE found.import_id = $1
           AND found.line BETWEEN $2 AND $3
           AND NOT found.written
           AND found.fault = ''
        """,
        import_id,
        first,
        last,
    )


async def lock_carriers(db: Connection, import_id: UUID, first: int, last: int) -> None:
    """Every carrier that these lines lead to or away from, in one order for everybody."""
    await db.execute(
        """
        SELECT id
          FROM carriers
         WHERE id IN (
               SELECT carrier_id
                 FROM business_import_rows
                WHERE import_id = $1
                  AND line BETWEEN $2 AND $3
                  AND NOT written
                UNION
               SELECT registrations.carrier_id
                 FROM business_import_rows AS found
                 JOIN businesses ON businesses.uscc = found.uscc
                 JOIN registrations ON registrations.business_id = businesses.id
                WHERE found.import_id = $1
                  AND found.line BETWEEN $2 AND $3
                  AND NOT found.written
                  AND registrations.status = 'registered')
      ORDER BY id
           FOR NO KEY UPDATE
        """,
        import_id,
        first,
        last,
    )


async def enter_businesses(db: Connection, import_id: UUID, first: int, last: int, district_code: str) -> None:
    """New businesses, and known ones under the name they have now."""
    await db.execute(
        """
        INSERT INTO businesses (name, uscc, district_code)
             SELECT found.name, found.uscc, coalesce(carriers.district_code, $4)
               FROM business_import_rows AS found
          LEFT JOIN carriers ON carriers.id = found.carrier_id
              WHERE found.import_id = $1
                AND found.line BETWEEN $2 AND $3
                AND NOT found.written
                AND found.fault = ''
                AND NOT (found.deregistered AND found.business_id IS NULL)
           ORDER BY found.uscc
        ON CONFLICT ON CONSTRAINT business_uscc_once DO UPDATE
                SET name = excluded.name
              WHERE businesses.name <> excluded.name
        """,
        import_id,
        first,
        last,
        district_code,
    )


async def rename(db: Connection, import_id: UUID, first: int, last: int) -> None:
    """A business is shown where it is registered under the name it has now; a tenant of that name is the business."""
    await db.execute(
        """
        WITH renamed AS (
            UPDATE registrations
               SET applicant = found.name
              FROM business_import_rows AS found
             WHERE found.import_id = $1
               AND found.line BETWEEN $2 AND $3
               AND NOT found.written
               AND registrations.business_id = found.business_id
               AND registrations.status = 'registered'
               AND registrations.applicant <> found.name
        )
        UPDATE tenancies
           SET business_id = found.business_id
          FROM business_import_rows AS found
         WHERE found.import_id = $1
           AND found.line BETWEEN $2 AND $3
           AND NOT found.written
           AND tenancies.unit_id = ANY (found.unit_ids)
           AND tenancies.tenant = found.name
           AND tenancies.moved_out_on IS NULL
           AND tenancies.business_id IS NULL
        """,
        import_id,
        first,
        last,
    )


async def end_former(db: Connection, import_id: UUID, first: int, last: int) -> int:
    """Registrations of businesses that have gone or are elsewhere now; what a manager denied of them is settled."""
    count: int = await db.fetchval(
        """
        WITH ended AS (
            UPDATE registrations
               SET status = 'ended',
                   ended_at = clock_timestamp(),
                   ended_reason = CASE WHEN found.outcome = 'ended' THEN 'deregistered' ELSE 'relocated' END
              FROM business_import_rows AS found
             WHERE found.import_id = $1
               AND found.line BETWEEN $2 AND $3
               AND NOT found.written
               AND registrations.business_id = found.business_id
               AND registrations.status = 'registered'
               AND registrations.kind <> 'additional'
               AND (found.outcome = 'ended'
                    OR (found.outcome = 'moved' AND registrations.unit_id <> ALL (found.unit_ids))
                    OR (found.outcome IN ('choose', 'no_unit', 'carrier', 'out')
                        AND registrations.source = 'import'
                        AND EXISTS (
                            SELECT
                              FROM business_addresses
                             WHERE business_addresses.business_id = found.business_id
                               AND business_addresses.address <> found.address)))
         RETURNING registrations.id, registrations.carrier_id, registrations.district_code, registrations.unit_id,
                   registrations.ended_reason
        ),
        cleared AS (
            UPDATE flags
               SET cleared_at = clock_timestamp()
              FROM ended
             WHERE flags.carrier_id = ended.carrier_id
               AND flags.source = 'registration:' || ended.id
               AND flags.cleared_at IS NULL
        ),
        told AS (
            INSERT INTO events (kind, noun, noun_id, carrier_id, district_code, content)
                 SELECT 'registration.ended', 'registration', id, carrier_id, district_code,
                        jsonb_build_object('unit_id', unit_id, 'reason', ended_reason)
                   FROM ended
        )
        SELECT count(*)
          FROM ended
        """,
        import_id,
        first,
        last,
    )
    return count


async def register(db: Connection, import_id: UUID, first: int, last: int) -> int:
    """Put the businesses where the register says they are. What was registered before us is not refused: it is a fact,
    and whether it leaves room for somebody else is asked when somebody else comes."""
    count: int = await db.fetchval(
        """
        WITH made AS (
            INSERT INTO registrations (unit_id, carrier_id, district_code, business_id, applicant, kind, status,
                                       exclusive, source, registered_on, created_at)
                 SELECT units.id, units.carrier_id, units.district_code, found.business_id, found.name, 'existing',
                        'registered', false, 'import', found.registered_on, clock_timestamp()
                   FROM business_import_rows AS found
             CROSS JOIN unnest(found.unit_ids) AS meant (id)
                   JOIN units ON units.id = meant.id
                  WHERE found.import_id = $1
                    AND found.line BETWEEN $2 AND $3
                    AND NOT found.written
                    AND found.outcome IN ('new', 'moved')
                    AND NOT EXISTS (
                        SELECT
                          FROM registrations AS there
                         WHERE there.unit_id = units.id
                           AND there.business_id = found.business_id
                           AND there.status = 'registered')
              RETURNING id, carrier_id, district_code, unit_id, business_id
        ),
        told AS (
            INSERT INTO events (kind, noun, noun_id, carrier_id, district_code, content)
                 SELECT 'registration.imported', 'registration', id, carrier_id, district_code,
                        jsonb_build_object('unit_id', unit_id, 'business_id', business_id)
                   FROM made
        )
        SELECT count(*)
          FROM made
        """,
        import_id,
        first,
        last,
    )
    return count


async def keep_addresses(db: Connection, import_id: UUID, first: int, last: int, district_code: str) -> None:
    """Where each business stands from now on; what a person has settled keeps who and when."""
    await db.execute(
        """
        INSERT INTO business_addresses AS now
                    (business_id, district_code, address, status, class, carrier_id, unit_ids, asked_unit, reasons,
                     candidates, subdistrict_codes, import_id, changed_at)
             SELECT found.business_id, coalesce(carriers.district_code, $4), found.address,
                    CASE
                    WHEN found.outcome IN ('new', 'moved', 'same') THEN 'placed'
                    WHEN found.outcome IN ('ended', 'gone') THEN 'ended'
                    ELSE found.outcome
                    END,
                    coalesce(found.class, 'N'), found.carrier_id, found.unit_ids, found.asked_unit, found.reasons,
                    found.candidates, found.subdistrict_codes, found.import_id, clock_timestamp()
               FROM business_import_rows AS found
          LEFT JOIN carriers ON carriers.id = found.carrier_id
              WHERE found.import_id = $1
                AND found.line BETWEEN $2 AND $3
                AND NOT found.written
                AND found.fault = ''
                AND found.business_id IS NOT NULL
        ON CONFLICT (business_id) DO UPDATE
                SET district_code = excluded.district_code,
                    address = excluded.address,
                    status = CASE
                             WHEN now.settled_at IS NOT NULL AND now.address = excluded.address
                                  AND excluded.status <> 'ended' AND now.status <> 'ended' THEN now.status
                             ELSE excluded.status
                             END,
                    class = excluded.class,
                    carrier_id = excluded.carrier_id,
                    unit_ids = excluded.unit_ids,
                    asked_unit = excluded.asked_unit,
                    reasons = excluded.reasons,
                    candidates = excluded.candidates,
                    subdistrict_codes = excluded.subdistrict_codes,
                    import_id = excluded.import_id,
                    changed_at = excluded.changed_at,
                    settled_by = CASE WHEN now.address = excluded.address THEN now.settled_by END,
                    settled_at = CASE WHEN now.address = excluded.address THEN now.settled_at END,
                    before = CASE WHEN now.address = excluded.address THEN now.before END
        """,
        import_id,
        first,
        last,
        district_code,
    )


async def set_written(db: Connection, import_id: UUID, first: int, last: int) -> int:
    """How many there were."""
    status = await db.execute(
        """
        UPDATE business_import_rows
           SET written = true
         WHERE import_id = $1
           AND line BETWEEN $2 AND $3
           AND NOT written
           AND fault = ''
        """,
        import_id,
        first,
        last,
    )
    return int(status.split()[-1])


async def tell_managers(db: Connection, import_id: UUID) -> None:
    """Whoever manages a carrier hears how many more businesses are registered in it, to be confirmed or denied."""
    await db.execute(
        """
        INSERT INTO notices (organisation_id, kind, title, body, link, carrier_id)
             SELECT managements.organisation_id, 'registrations_imported',
                    carriers.name || ' 导入登记企业 ' || count(*) || ' 家',
                    '登记机关的存量企业已归集到单元，请逐家确认是否在此处。', '/property/registrations', carriers.id
               FROM business_import_rows AS found
               JOIN carriers ON carriers.id = found.carrier_id
               JOIN managements ON managements.carrier_id = carriers.id
              WHERE found.import_id = $1
                AND found.outcome IN ('new', 'moved')
                AND managements.status = 'confirmed'
                AND managements.capacity = 'manager'
           GROUP BY managements.organisation_id, carriers.id
        """,
        import_id,
    )


# 总数


async def counts(db: Connection, district_code: str, subdistricts: Sequence[str] | None) -> dict[str, int]:
    """How many businesses stand how; within these subdistricts, or all of the district."""
    rows = await db.fetch(
        """
        SELECT status, count(*) AS count
          FROM business_addresses
         WHERE district_code = $1
           AND ($2::text[] IS NULL OR subdistrict_codes && $2)
      GROUP BY status
        """,
        district_code,
        subdistricts,
    )
    return {row["status"]: row["count"] for row in rows}
