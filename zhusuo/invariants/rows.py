"""The invariants that rows can answer for: SELECTs that must return nothing."""

from zhusuo.db import Connection, Row
from zhusuo.invariants.model import Invariant, Question
from zhusuo.tasks import ATTEMPTS

# A check may read every row of a large installation.
SECONDS = 600


def _cases(rows: list[Row]) -> list[str]:
    return [row["found"] for row in rows]


# 1 材料


async def finished_uploads_without_document(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT '上传 ' || uploads.id AS found
              FROM uploads
         LEFT JOIN documents ON documents.id = uploads.document_id
         LEFT JOIN blobs ON blobs.sha256 = documents.sha256
             WHERE uploads.finished_at IS NOT NULL
               AND (blobs.size IS NULL OR blobs.size <> uploads.size)
            """,
            timeout=SECONDS,
        )
    )


async def frozen_documents_that_changed(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT '提交 ' || frozen.submission_id || ' 的材料 ' || frozen.document_id AS found
              FROM submission_documents AS frozen
              JOIN documents ON documents.id = frozen.document_id
             WHERE documents.sha256 <> frozen.sha256
         UNION ALL
            SELECT '版本 ' || frozen.version_id || ' 的材料 ' || frozen.document_id
              FROM version_documents AS frozen
              JOIN documents ON documents.id = frozen.document_id
             WHERE documents.sha256 <> frozen.sha256
            """,
            timeout=SECONDS,
        )
    )


# 3 备案与版本


async def versions_that_show_something_else(db: Connection) -> list[str]:
    """What a verdict shows of a version is what its papers and its dossier say."""
    return _cases(
        await db.fetch(
            """
            SELECT '版本 ' || versions.id AS found
              FROM dossier_versions AS versions
              JOIN dossiers ON dossiers.id = versions.dossier_id
             WHERE versions.papers::text <> papers_of(versions.id)::text
                OR versions.dossier_number <> dossiers.number
                OR versions.reviewed_by = ''
            """,
            timeout=SECONDS,
        )
    )


async def filings_with_two_terminal_decisions(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT '备案 ' || filing_id AS found
              FROM decisions
             WHERE decision IN ('approved', 'rejected')
          GROUP BY filing_id
            HAVING count(*) > 1
            """,
            timeout=SECONDS,
        )
    )


async def filings_at_odds_with_their_decision(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT '备案 ' || filings.id || '（' || filings.status || '）' AS found
              FROM filings
         LEFT JOIN decisions
                ON decisions.filing_id = filings.id
               AND decisions.decision IN ('approved', 'rejected')
             WHERE (filings.status IN ('approved', 'rejected') OR decisions.id IS NOT NULL)
               AND filings.status IS DISTINCT FROM decisions.decision
            """,
            timeout=SECONDS,
        )
    )


async def decisions_on_anything_but_the_last_submission(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT '备案 ' || decided.filing_id AS found
              FROM decisions
              JOIN submissions AS decided ON decided.id = decisions.submission_id
              JOIN submissions AS later
                ON later.filing_id = decided.filing_id
               AND later.number > decided.number
             WHERE decisions.decision IN ('approved', 'rejected')
                OR decisions.filing_id <> decided.filing_id
            """,
            timeout=SECONDS,
        )
    )


async def approved_filings_and_versions_that_do_not_match(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT coalesce('备案 ' || filings.id, '版本 ' || versions.id) AS found
              FROM (SELECT id, dossier_id
                      FROM filings
                     WHERE status = 'approved') AS filings
         FULL JOIN dossier_versions AS versions
                ON versions.filing_id = filings.id
               AND versions.dossier_id = filings.dossier_id
             WHERE filings.id IS NULL
                OR versions.id IS NULL
            """,
            timeout=SECONDS,
        )
    )


async def units_in_two_versions(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT '单元 ' || one.unit_id AS found
              FROM version_units AS one
              JOIN version_units AS other
                ON other.unit_id = one.unit_id
               AND other.version_id > one.version_id
               AND other.during && one.during
            """,
            timeout=SECONDS,
        )
    )


async def versions_at_odds_with_their_units(db: Connection) -> list[str]:
    """An effective version covers at least one unit, an ended one none; none covers a unit before it is effective."""
    return _cases(
        await db.fetch(
            """
            SELECT '版本 ' || versions.id || '（' || versions.status || '）' AS found
              FROM dossier_versions AS versions
         LEFT JOIN version_units AS covered ON covered.version_id = versions.id
          GROUP BY versions.id
            HAVING coalesce(bool_or(upper_inf(covered.during)), false) <> (versions.status = 'effective')
                OR min(lower(covered.during)) < versions.effective_from
                OR max(upper(covered.during)) > versions.effective_to
            """,
            timeout=SECONDS,
        )
    )


async def units_of_another_carrier_in_a_version(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT '版本 ' || versions.id || ' 的单元 ' || units.id AS found
              FROM version_units AS covered
              JOIN dossier_versions AS versions ON versions.id = covered.version_id
              JOIN units ON units.id = covered.unit_id
             WHERE units.carrier_id <> versions.carrier_id
            """,
            timeout=SECONDS,
        )
    )


# 3 变动


async def units_that_came_from_themselves(db: Connection) -> list[str]:
    """Nothing is its own ancestor, and a unit that others came from is retired."""
    return _cases(
        await db.fetch(
            """
            WITH RECURSIVE came_from (id, ancestor) AS (
                SELECT child_id, parent_id
                  FROM unit_lineages
                 UNION
                SELECT came_from.id, unit_lineages.parent_id
                  FROM came_from
                  JOIN unit_lineages ON unit_lineages.child_id = came_from.ancestor
            )
            SELECT '单元 ' || id || ' 是自己的前身' AS found
              FROM came_from
             WHERE id = ancestor
         UNION ALL
            SELECT DISTINCT '单元 ' || units.id || ' 已分割或合并，却仍在用'
              FROM unit_lineages
              JOIN units ON units.id = unit_lineages.parent_id
             WHERE unit_lineages.undone_at IS NULL
               AND units.retired_at IS NULL
         UNION ALL
            SELECT DISTINCT '单元 ' || units.id || ' 的变动已撤销，却仍在用'
              FROM unit_lineages
              JOIN units ON units.id = unit_lineages.child_id
             WHERE unit_lineages.undone_at IS NOT NULL
               AND units.retired_at IS NULL
            """,
            timeout=SECONDS,
        )
    )


async def units_at_odds_with_their_history(db: Connection) -> list[str]:
    """Where a history is kept, what is known today to hold today is what the unit's row says, and nothing if it is
    retired."""
    return _cases(
        await db.fetch(
            """
            SELECT '单元 ' || units.id AS found
              FROM units
         LEFT JOIN unit_facts AS now
                ON now.unit_id = units.id
               AND upper_inf(now.known_during)
               AND upper_inf(now.valid_during)
             WHERE EXISTS (SELECT FROM unit_facts WHERE unit_facts.unit_id = units.id)
               AND CASE WHEN units.retired_at IS NOT NULL
                        THEN now.unit_id IS NOT NULL
                        ELSE (now.kind, now.building, now.floor, now.label, now.key, now.number, now.area_m2)
                             IS DISTINCT FROM
                             (units.kind, units.building, units.floor, units.label, units.key, units.number,
                              units.area_m2)
                        END
            """,
            timeout=SECONDS,
        )
    )


async def carriers_at_odds_with_their_history(db: Connection) -> list[str]:
    """Where a history is kept, the name and the addresses that are known today to hold today are those of the rows."""
    return _cases(
        await db.fetch(
            """
            WITH rows (subject_id, value, holds) AS (
                SELECT id, name, retired_at IS NULL
                  FROM carriers
             UNION ALL
                SELECT addresses.id, addresses.text, addresses.ends_on IS NULL AND carriers.retired_at IS NULL
                  FROM carrier_addresses AS addresses
                  JOIN carriers ON carriers.id = addresses.carrier_id
            )
            SELECT '载体 ' || facts.carrier_id || ' 的' || facts.value AS found
              FROM carrier_facts AS facts
         LEFT JOIN rows ON rows.subject_id = facts.subject_id
             WHERE upper_inf(facts.known_during)
               AND upper_inf(facts.valid_during)
               AND (rows.holds IS NOT TRUE OR rows.value <> facts.value)
         UNION ALL
            SELECT '载体事实 ' || rows.subject_id
              FROM rows
             WHERE rows.holds
               AND EXISTS (SELECT FROM carrier_facts WHERE subject_id = rows.subject_id)
               AND NOT EXISTS (
                   SELECT
                     FROM carrier_facts
                    WHERE subject_id = rows.subject_id
                      AND upper_inf(known_during)
                      AND upper_inf(valid_during))
            """,
            timeout=SECONDS,
        )
    )


async def cover_carried_without_its_area(db: Connection) -> list[str]:
    """What was split or merged and stayed covered has the area it had, as it was when that was done."""
    return _cases(
        await db.fetch(
            """
            WITH areas AS (
                SELECT changes.id, sides.side, sum(before.area_m2) AS area_m2,
                       count(*) = count(before.area_m2) AS known
                  FROM unit_changes AS changes
            CROSS JOIN LATERAL (
                       SELECT DISTINCT 'parent', parent_id FROM unit_lineages WHERE change_id = changes.id
                    UNION ALL
                       SELECT DISTINCT 'child', child_id FROM unit_lineages WHERE change_id = changes.id
                       ) AS sides (side, unit_id)
                  JOIN unit_facts AS before
                    ON before.unit_id = sides.unit_id
                   AND CASE sides.side WHEN 'child' THEN lower(before.known_during) = changes.said_at
                                                         AND before.change_id = changes.id
                                       ELSE upper(before.known_during) = changes.said_at
                                       END
                  JOIN units ON units.id = sides.unit_id
                 WHERE changes.coverage = 'carried'
                   AND NOT EXISTS (
                       SELECT
                         FROM unit_lineages AS whole
                        WHERE whole.change_id = changes.id
                          AND whole.parent_id = units.part_of)
              GROUP BY changes.id, sides.side
            )
            SELECT '变动 ' || parents.id AS found
              FROM areas AS parents
         LEFT JOIN areas AS children ON children.id = parents.id AND children.side = 'child'
             WHERE parents.side = 'parent'
               AND NOT coalesce(parents.known AND children.known
                                AND abs(children.area_m2 - parents.area_m2) <= parents.area_m2 * 0.01, false)
            """,
            timeout=SECONDS,
        )
    )


# 4 登记


async def exclusive_registrations_that_overlap(db: Connection) -> list[str]:
    """Two exclusive live uncontested registrations in the same space, also through whole floors, parts, and the units
    that were split or merged while nobody has placed who was registered there."""
    return _cases(
        await db.fetch(
            """
            WITH RECURSIVE
            live AS MATERIALIZED (
                SELECT registrations.id, registrations.unit_id, units.carrier_id, units.building, units.number,
                       units.floor, units.kind
                  FROM registrations
                  JOIN units ON units.id = registrations.unit_id
                 WHERE registrations.status IN ('held', 'registered')
                   AND registrations.exclusive
                   AND NOT registrations.contested
            ),
            up (id, ancestor) AS (
                SELECT unit_id, unit_id
                  FROM live
                 UNION
                SELECT up.id, units.part_of
                  FROM up
                  JOIN units ON units.id = up.ancestor
                 WHERE units.part_of IS NOT NULL
            ),
            came_from (id, ancestor) AS (
                SELECT id, ancestor
                  FROM up
                 UNION
                SELECT came_from.id, unit_lineages.parent_id
                  FROM came_from
                  JOIN unit_lineages ON unit_lineages.child_id = came_from.ancestor
                 WHERE unit_lineages.undone_at IS NULL
            ),
            split_floors AS (
                SELECT units.id
                  FROM units
                 WHERE units.kind = 'whole_floor'
                   AND EXISTS (SELECT FROM unit_lineages WHERE parent_id = units.id AND undone_at IS NULL)
            ),
            pairs AS (
                SELECT one.id AS one_id, other.id AS other_id
                  FROM live AS one
                  JOIN came_from ON came_from.id = one.unit_id
                  JOIN live AS other ON other.unit_id = came_from.ancestor
             UNION ALL
                SELECT one.id, other.id
                  FROM live AS one
                  JOIN up ON up.id = one.unit_id
                  JOIN units AS mine ON mine.id = up.ancestor
                  JOIN live AS other
                    ON other.carrier_id = mine.carrier_id
                   AND other.building = mine.building
                   AND other.number = mine.number
                   AND other.floor = mine.floor
                 WHERE (mine.kind = 'whole_floor' AND other.kind = 'whole_floor')
                    OR (mine.kind = 'whole_floor' AND other.kind IN ('room', 'shop', 'part')
                        AND mine.id NOT IN (SELECT id FROM split_floors))
                    OR (other.kind = 'whole_floor' AND mine.kind IN ('room', 'shop', 'part')
                        AND other.unit_id NOT IN (SELECT id FROM split_floors))
            )
            SELECT DISTINCT '登记 ' || least(one_id, other_id) || ' 与 ' || greatest(one_id, other_id) AS found
              FROM pairs
             WHERE one_id <> other_id
            """,
            timeout=SECONDS,
        )
    )


async def reuses_at_odds_with_their_registration(db: Connection) -> list[str]:
    """A held reuse holds its unit, or one that came from it; a registered one is entered or was ended later, any other
    holds nothing.

    Revoking takes back the receipt: a business that was registered stays until it leaves.
    """
    return _cases(
        await db.fetch(
            """
            SELECT '调用 ' || reuses.number || '（' || reuses.status || '）' AS found
              FROM reuses
              JOIN registrations ON registrations.reuse_id = reuses.id
             WHERE (registrations.unit_id <> reuses.unit_id
                    AND reuses.unit_id NOT IN (SELECT id FROM lineage_of(registrations.unit_id)))
                OR NOT CASE reuses.status
                       WHEN 'held' THEN registrations.status IN ('held', 'ended')
                       WHEN 'registered' THEN registrations.status IN ('registered', 'ended')
                       WHEN 'revoked' THEN registrations.status IN ('registered', 'ended')
                       ELSE registrations.status = 'ended'
                       END
            """,
            timeout=SECONDS,
        )
    )


async def registrations_at_odds_with_their_case(db: Connection) -> list[str]:
    """A live registration is contested just as long as a case about it is open; the unit says so as long, in a flag.

    What was cleared is not registered any more. A case whose registration has ended closes itself within minutes.
    """
    return _cases(
        await db.fetch(
            """
            WITH contesting AS (
                SELECT number, registration_id
                  FROM zombie_cases
                 WHERE status IN ('opened', 'notified', 'answered', 'silent', 'inspecting', 'inspected', 'unsettled')
            )
            SELECT '登记 ' || registrations.id || ' 有争议而无案件' AS found
              FROM registrations
             WHERE registrations.contested
               AND registrations.status <> 'ended'
               AND NOT EXISTS (SELECT FROM contesting WHERE registration_id = registrations.id)
         UNION ALL
            SELECT '案件 ' || contesting.number || ' 的登记' ||
                   CASE registrations.status WHEN 'ended' THEN '早已结束' ELSE '没有争议' END
              FROM contesting
              JOIN registrations ON registrations.id = contesting.registration_id
             WHERE (registrations.status = 'ended' AND registrations.ended_at < now() - interval '15 minutes')
                OR (registrations.status <> 'ended' AND NOT registrations.contested)
         UNION ALL
            SELECT '案件 ' || contesting.number || ' 没有提示'
              FROM contesting
              JOIN registrations ON registrations.id = contesting.registration_id
             WHERE registrations.status <> 'ended'
               AND NOT EXISTS (
                SELECT
                  FROM flags
                 WHERE flags.carrier_id = registrations.carrier_id
                   AND flags.kind = 'zombie'
                   AND flags.source = 'registration:' || registrations.id
                   AND flags.cleared_at IS NULL)
         UNION ALL
            SELECT '案件 ' || zombie_cases.number || ' 已清退而登记仍在'
              FROM zombie_cases
              JOIN registrations ON registrations.id = zombie_cases.registration_id
             WHERE zombie_cases.status IN ('cleared', 'appealed', 'upheld')
               AND registrations.status <> 'ended'
            """,
            timeout=SECONDS,
        )
    )


async def cases_at_odds_with_their_story(db: Connection) -> list[str]:
    """Every case began, its steps follow each other in time, and its last one is where it stands."""
    return _cases(
        await db.fetch(
            """
            WITH told AS (
                SELECT case_id, kind, said_on, said_at,
                       lag(said_on) OVER story AS on_before, lag(said_at) OVER story AS at_before,
                       lead(id) OVER story IS NULL AS is_last
                  FROM zombie_steps
                WINDOW story AS (PARTITION BY case_id ORDER BY said_at, id)
            )
            SELECT '案件 ' || number || ' 没有立案一步' AS found
              FROM zombie_cases
             WHERE NOT EXISTS (SELECT FROM told WHERE case_id = zombie_cases.id AND kind = 'opened')
         UNION ALL
            SELECT '案件 ' || number || ' 的步骤先后颠倒'
              FROM zombie_cases
             WHERE EXISTS (
                SELECT
                  FROM told
                 WHERE case_id = zombie_cases.id
                   AND (said_on < on_before OR said_at < at_before))
         UNION ALL
            SELECT '案件 ' || number || '（' || status || '）与最后一步不符'
              FROM zombie_cases
              JOIN told ON told.case_id = zombie_cases.id AND told.is_last
             WHERE told.kind NOT IN ('answered', 'manager_said', 'newcomer', 'delivered')
               AND told.kind <> status
            """,
            timeout=SECONDS,
        )
    )


async def holds_that_never_end(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT '登记 ' || id AS found
              FROM registrations
             WHERE status = 'held'
               AND (held_until IS NULL OR held_until < now() - interval '1 day')
            """,
            timeout=SECONDS,
        )
    )


# 5 调用


async def reuses_of_a_version_not_effective_then(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT '调用 ' || reuses.number AS found
              FROM reuses
             WHERE NOT EXISTS (
                SELECT
                  FROM version_units AS covered
                 WHERE covered.version_id = reuses.version_id
                   AND covered.unit_id = reuses.unit_id
                   AND covered.during @> reuses.created_at)
            """,
            timeout=SECONDS,
        )
    )


# 6 留痕


async def submissions_and_decisions_without_audit(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            WITH done (filing_id, action) AS (
                SELECT filing_id, 'submit'
                  FROM submissions
             UNION ALL
                SELECT filing_id, CASE decision WHEN 'approved' THEN 'approve'
                                                WHEN 'returned' THEN 'return'
                                                ELSE 'reject' END
                  FROM decisions
            )
            SELECT '备案 ' || done.filing_id || ' ' || done.action AS found
              FROM done
          GROUP BY done.filing_id, done.action
            HAVING count(*) <> (
                SELECT count(*)
                  FROM audit_entries AS entries
                 WHERE entries.noun = 'filing'
                   AND entries.noun_id = done.filing_id::text
                   AND entries.action = done.action)
            """,
            timeout=SECONDS,
        )
    )


async def things_without_audit(db: Connection) -> list[str]:
    """A document, filing, reuse, carrier, management, person or client that nobody is on record for.

    Documents that a change carries over from the version before stand on record with their filing.
    """
    return _cases(
        await db.fetch(
            """
            WITH things (noun, id) AS (
                SELECT 'document', id
                  FROM documents
                 WHERE same_as IS NULL
                    OR NOT EXISTS (
                    SELECT
                      FROM audit_entries AS entries
                     WHERE entries.noun = 'filing'
                       AND entries.noun_id = documents.filing_id::text
                       AND entries.action = 'carry_over')
             UNION ALL
                SELECT 'filing', id FROM filings
             UNION ALL
                SELECT 'reuse', id FROM reuses
             UNION ALL
                SELECT 'carrier', id FROM carriers
             UNION ALL
                SELECT 'management', id FROM managements
             UNION ALL
                SELECT 'correction', id FROM corrections
             UNION ALL
                SELECT 'zombie_case', id FROM zombie_cases
             UNION ALL
                SELECT 'person', id FROM persons
             UNION ALL
                SELECT 'client', id FROM clients
            )
            SELECT things.noun || ' ' || things.id AS found
              FROM things
             WHERE NOT EXISTS (
                SELECT
                  FROM audit_entries AS entries
                 WHERE entries.noun = things.noun
                   AND entries.noun_id = things.id::text)
            """,
            timeout=SECONDS,
        )
    )


async def entries_long_unsealed(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT '留痕 ' || id AS found
              FROM audit_entries
             WHERE leaf_index IS NULL
               AND at < now() - interval '1 hour'
          ORDER BY id
             LIMIT 1000
            """,
            timeout=SECONDS,
        )
    )


# 7 后台任务


async def tasks_held_too_long(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT '任务 ' || id || '（' || kind || '）' AS found
              FROM tasks
             WHERE done_at IS NULL
               AND quarantined_at IS NULL
               AND held_until < now() - interval '2 minutes'
            """,
            timeout=SECONDS,
        )
    )


async def tasks_tried_too_often(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT '任务 ' || id || '（' || kind || '）' AS found
              FROM tasks
             WHERE attempts > $1
            """,
            ATTEMPTS,
            timeout=SECONDS,
        )
    )


async def documents_nobody_will_read(db: Connection) -> list[str]:
    """A document that waits has an open task; one whose task was given up says that it cannot be read."""
    return _cases(
        await db.fetch(
            """
            SELECT '材料 ' || documents.id || '（' || documents.status || '）' AS found
              FROM documents
             WHERE documents.status IN ('waiting', 'reading')
               AND documents.discarded_at IS NULL
               AND documents.uploaded_at < now() - interval '2 minutes'
               AND NOT EXISTS (
                SELECT
                  FROM tasks
                 WHERE tasks.noun_id = documents.id
                   AND tasks.kind = 'read_document'
                   AND tasks.done_at IS NULL
                   AND tasks.quarantined_at IS NULL)
            """,
            timeout=SECONDS,
        )
    )


# 8 归属


async def rows_of_another_district_than_their_carrier(db: Connection) -> list[str]:
    """Whom a row is shown to is decided by its own district: it must be that of the carrier."""
    return _cases(
        await db.fetch(
            """
            WITH placed (noun, id, carrier_id, district_code) AS (
                SELECT 'unit', id, carrier_id, district_code FROM units
             UNION ALL
                SELECT 'address', id, carrier_id, district_code FROM carrier_addresses
             UNION ALL
                SELECT 'alias', id, carrier_id, district_code FROM carrier_aliases
             UNION ALL
                SELECT 'dossier', id, carrier_id, district_code FROM dossiers
             UNION ALL
                SELECT 'filing', id, carrier_id, district_code FROM filings
             UNION ALL
                SELECT 'version', id, carrier_id, district_code FROM dossier_versions
             UNION ALL
                SELECT 'document', id, carrier_id, district_code FROM documents
             UNION ALL
                SELECT 'tenancy', id, carrier_id, district_code FROM tenancies
             UNION ALL
                SELECT 'reuse', id, carrier_id, district_code FROM reuses
             UNION ALL
                SELECT 'registration', id, carrier_id, district_code FROM registrations
             UNION ALL
                SELECT 'correction', id, carrier_id, district_code FROM corrections
             UNION ALL
                SELECT 'look_request', id, carrier_id, district_code FROM look_requests
             UNION ALL
                SELECT 'zombie_case', id, carrier_id, district_code FROM zombie_cases
             UNION ALL
                SELECT 'inspection', id, carrier_id, district_code FROM inspections
            )
            SELECT placed.noun || ' ' || placed.id AS found
              FROM placed
              JOIN carriers ON carriers.id = placed.carrier_id
             WHERE carriers.district_code <> placed.district_code
         UNION ALL
            SELECT 'carrier ' || carriers.id
              FROM carriers
              JOIN subdistricts ON subdistricts.code = carriers.subdistrict_code
             WHERE subdistricts.district_code <> carriers.district_code
            """,
            timeout=SECONDS,
        )
    )


async def rows_of_another_carrier_than_their_unit(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            WITH placed (noun, id, unit_id, carrier_id) AS (
                SELECT 'tenancy', id, unit_id, carrier_id FROM tenancies
             UNION ALL
                SELECT 'flag', id, unit_id, carrier_id FROM flags
             UNION ALL
                SELECT 'reuse', id, unit_id, carrier_id FROM reuses
             UNION ALL
                SELECT 'registration', id, unit_id, carrier_id FROM registrations
             UNION ALL
                SELECT 'correction', id, unit_id, carrier_id FROM corrections
             UNION ALL
                SELECT 'look_request', id, unit_id, carrier_id FROM look_requests
             UNION ALL
                SELECT 'zombie_case', id, unit_id, carrier_id FROM zombie_cases
             UNION ALL
                SELECT 'inspection', id, unit_id, carrier_id FROM inspections
             UNION ALL
                SELECT 'plate', id, unit_id, carrier_id FROM plates
             UNION ALL
                SELECT 'unit', id, part_of, carrier_id FROM units
            )
            SELECT placed.noun || ' ' || placed.id AS found
              FROM placed
              JOIN units ON units.id = placed.unit_id
             WHERE units.carrier_id <> placed.carrier_id
         UNION ALL
            SELECT 'filing ' || filings.id
              FROM filings
              JOIN dossiers ON dossiers.id = filings.dossier_id
             WHERE dossiers.carrier_id <> filings.carrier_id
         UNION ALL
            SELECT 'document ' || documents.id
              FROM documents
              JOIN filings ON filings.id = documents.filing_id
             WHERE documents.carrier_id IS DISTINCT FROM filings.carrier_id
                OR documents.organisation_id <> filings.organisation_id
            """,
            timeout=SECONDS,
        )
    )


async def people_in_a_role_their_organisation_has_not(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT '人员 ' || persons.id || '（' || persons.role || '）' AS found
              FROM persons
              JOIN organisations ON organisations.id = persons.organisation_id
             WHERE organisations.kind <> CASE persons.role
                   WHEN 'clerk' THEN 'approval_authority'
                   WHEN 'administrator' THEN 'approval_authority'
                   WHEN 'supervisor' THEN 'supervision_office'
                   WHEN 'manager' THEN 'property_manager'
                   WHEN 'agent' THEN 'agency'
                   END
         UNION ALL
            SELECT '管理关系 ' || managements.id
              FROM managements
              JOIN organisations ON organisations.id = managements.organisation_id
             WHERE managements.status = 'confirmed'
               AND (managements.capacity = 'manager') <> (organisations.kind = 'property_manager')
            """,
            timeout=SECONDS,
        )
    )


# 9 事件


async def gaps_in_the_feed(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT '第 ' || expected || ' 至 ' || (position - 1) || ' 号事件' AS found
              FROM (SELECT position, coalesce(lag(position) OVER (ORDER BY position), 0) + 1 AS expected
                      FROM events
                     WHERE position IS NOT NULL) AS numbered
             WHERE position <> expected
            """,
            timeout=SECONDS,
        )
    )


async def events_long_unnumbered(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT '事件 ' || id || '（' || kind || '）' AS found
              FROM events
             WHERE position IS NULL
               AND at < now() - interval '1 hour'
          ORDER BY id
             LIMIT 1000
            """,
            timeout=SECONDS,
        )
    )


async def decisions_without_event(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            WITH done (filing_id, kind) AS (
                SELECT filing_id, 'filing.submitted'
                  FROM submissions
             UNION ALL
                SELECT filing_id, 'filing.' || decision
                  FROM decisions
            )
            SELECT '备案 ' || done.filing_id || ' ' || done.kind AS found
              FROM done
          GROUP BY done.filing_id, done.kind
            HAVING count(*) <> (
                SELECT count(*)
                  FROM events
                 WHERE events.noun_id = done.filing_id
                   AND events.kind = done.kind)
            """,
            timeout=SECONDS,
        )
    )


# 核查


async def findings_at_odds_with_their_inspection(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT '核查 ' || inspections.number || '（' || inspections.status || '）' AS found
              FROM inspections
         LEFT JOIN findings ON findings.inspection_id = inspections.id AND findings.concludes
             WHERE (inspections.status = 'found') <> (findings.id IS NOT NULL)
            """,
            timeout=SECONDS,
        )
    )


async def photos_at_odds_with_their_finding(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT '照片 ' || finding_photos.id AS found
              FROM finding_photos
         LEFT JOIN findings ON findings.id = finding_photos.finding_id
         LEFT JOIN inspections ON inspections.id = findings.inspection_id
         LEFT JOIN documents ON documents.id = finding_photos.document_id
         LEFT JOIN blobs ON blobs.sha256 = documents.sha256
             WHERE blobs.sha256 IS NULL
                OR documents.purpose <> 'inspection'
                OR documents.carrier_id IS DISTINCT FROM inspections.carrier_id
                OR documents.organisation_id <> findings.organisation_id
            """,
            timeout=SECONDS,
        )
    )


async def draws_at_odds_with_their_commitment(db: Connection) -> list[str]:
    return _cases(
        await db.fetch(
            """
            SELECT '双随机 ' || random_draws.number AS found
              FROM random_draws
             WHERE commitment <> encode(sha256(convert_to(seed, 'UTF8')), 'hex')
                OR (status = 'drawn' AND drawn_count <> (
                    SELECT count(*)
                      FROM draw_entries
                     WHERE draw_entries.draw_id = random_draws.id
                       AND draw_entries.rank IS NOT NULL))
            """,
            timeout=SECONDS,
        )
    )


def _asked(group: int, question: Question, title: str) -> tuple[Invariant, Question]:
    return Invariant(group=group, name=getattr(question, "__name__", ""), title=title), question


QUESTIONS: tuple[tuple[Invariant, Question], ...] = (
    _asked(1, finished_uploads_without_document, "完成的上传都有材料，大小相同"),
    _asked(1, frozen_documents_that_changed, "已提交、已生效的材料与当时一字不差"),
    _asked(3, filings_with_two_terminal_decisions, "一份备案只有一个终局决定"),
    _asked(3, filings_at_odds_with_their_decision, "备案的状态与决定一致"),
    _asked(3, decisions_on_anything_but_the_last_submission, "终局决定针对最后一次提交"),
    _asked(3, approved_filings_and_versions_that_do_not_match, "通过的备案与档案版本一一对应"),
    _asked(3, versions_that_show_something_else, "版本显示的与其材料、档案一致"),
    _asked(3, units_in_two_versions, "同一单元同一时刻只在一个生效版本中"),
    _asked(3, versions_at_odds_with_their_units, "版本的效力与所覆盖的单元一致"),
    _asked(3, units_of_another_carrier_in_a_version, "版本只覆盖本载体的单元"),
    _asked(3, units_that_came_from_themselves, "单元的前身后继不成环，变动过的单元不再使用"),
    _asked(3, units_at_odds_with_their_history, "单元与其变动记录一致"),
    _asked(3, carriers_at_odds_with_their_history, "载体的名称和地址与其变动记录一致"),
    _asked(3, cover_carried_without_its_area, "照旧覆盖的单元面积前后相符"),
    _asked(4, exclusive_registrations_that_overlap, "同一空间至多一个独占的有效登记"),
    _asked(4, reuses_at_odds_with_their_registration, "调用与其登记的状态一致"),
    _asked(4, registrations_at_odds_with_their_case, "登记有争议，当且仅当有未了结的僵尸住所案件"),
    _asked(4, cases_at_odds_with_their_story, "僵尸住所案件的状态与经过一致，步骤先后有序"),
    _asked(4, holds_that_never_end, "保留到期即释放"),
    _asked(4, findings_at_odds_with_their_inspection, "核查有结论，当且仅当有一条定论的记录"),
    _asked(4, photos_at_odds_with_their_finding, "每张核查照片的材料都在，属于同一载体和机构"),
    _asked(4, draws_at_odds_with_their_commitment, "双随机的种子与承诺相符，结果齐全"),
    _asked(5, reuses_of_a_version_not_effective_then, "调用所依据的版本当时有效"),
    _asked(6, submissions_and_decisions_without_audit, "每次提交和决定都有留痕"),
    _asked(6, things_without_audit, "每件材料、备案、调用、载体和人员都有留痕"),
    _asked(6, entries_long_unsealed, "留痕一小时内封存"),
    _asked(7, tasks_held_too_long, "没有占用过期的后台任务"),
    _asked(7, tasks_tried_too_often, "后台任务至多尝试三次"),
    _asked(7, documents_nobody_will_read, "待识别的材料都有后台任务"),
    _asked(8, rows_of_another_district_than_their_carrier, "各类记录与其载体同属一区"),
    _asked(8, rows_of_another_carrier_than_their_unit, "各类记录与其单元同属一处载体"),
    _asked(8, people_in_a_role_their_organisation_has_not, "岗位、管理关系与机构的类别相符"),
    _asked(9, gaps_in_the_feed, "事件编号连续"),
    _asked(9, events_long_unnumbered, "事件一小时内编号"),
    _asked(9, decisions_without_event, "每次提交和决定都有事件"),
)
