"""事实: everything a verdict may say about a unit, asked in one question.

To plan the question takes ten times as long as to answer it, but no value in it makes one plan better than another, so
PostgreSQL soon keeps one. To begin it costs more than to answer it, too: what few units need stands in a function of
its own, called for those alone. What a version shows stands ready in its row (migration 0030). What comes back is JSON
in no order, read straight into these shapes.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from msgspec.json import Decoder

from zhusuo.carriers.history import ChangeKind, Coverage
from zhusuo.carriers.model import CarrierKind
from zhusuo.db import Connection
from zhusuo.dossiers.model import DocumentKind
from zhusuo.flags import Flag
from zhusuo.registrations.model import VersionFacts
from zhusuo.tenancies.model import TenancySource


class Paper(Struct, frozen=True, array_like=True, order=True):
    position: int
    id: UUID
    kind: DocumentKind
    also_kinds: tuple[DocumentKind, ...]
    file_name: str
    number: str
    page_count: int | None
    valid_until: date | None
    sha256: str

    @property
    def kinds(self) -> tuple[DocumentKind, ...]:
        return (self.kind, *self.also_kinds)


class Registered(Struct, frozen=True, array_like=True, order=True):
    """`here` is what whoever manages the carrier says of it, `left_on` when it moved out as they reported."""

    created_at: datetime
    id: UUID
    name: str
    unit_label: str
    status: str
    since: date
    contested: bool
    may_share: bool | None
    gone: bool
    source: str
    here: bool | None
    left_on: date | None


class Resident(Struct, frozen=True, array_like=True, order=True):
    reported_at: datetime
    id: UUID
    name: str
    unit_label: str
    since: date
    gone: bool
    source: TenancySource
    confirmed_on: date | None
    lease_ends_on: date | None


class Facts(Struct, frozen=True):
    """What is on file, in force and going on. Whether a unit is shared is its own word, else (None) its carrier's."""

    catalogue: tuple[UUID, int] | None
    version: VersionFacts | None
    documents: tuple[Paper, ...] | None
    carrier: tuple[CarrierKind, bool] | None
    sharing: bool | None
    registrations: tuple[Registered, ...] | None
    tenancies: tuple[Resident, ...] | None
    flags: tuple[Flag, ...] | None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a carrier stands whose unit no version covers: does one cover other units, is a filing with a clerk? And
    which units this one came from by a split or merge, and what became of their cover then."""

    on_file: bool = False
    under_review: bool = False
    kind: ChangeKind | None = None
    happened_on: date | None = None
    coverage: Coverage | None = None
    parents: tuple[str, ...] = ()


_FACTS = Decoder(Facts)


async def facts_of(
    db: Connection,
    district_code: str,
    carrier_id: UUID | None,
    unit_id: UUID | None,
) -> Facts:
    """Everything a verdict may say, in one answer."""
    found: str = await db.fetchval(
        """
        WITH space AS MATERIALIZED (
            SELECT u.id, u.label, u.sharing_allowed, u.retired_at IS NOT NULL AS gone
              FROM units AS u
             WHERE u.id = ANY (CASE WHEN EXISTS (
                                             SELECT
                                               FROM units
                                              WHERE carrier_id = $2
                                                AND (part_of IS NOT NULL OR kind = 'whole_floor'))
                                      OR EXISTS (
                                             SELECT
                                               FROM unit_changes
                                              WHERE carrier_id = $2)
                                    THEN space_around($3)
                                    ELSE ARRAY[$3] END)
        ),
        version AS (
            SELECT v.id, v.dossier_id, v.dossier_number, v.number, v.title_situation, v.effective_from, v.valid_until,
                   v.reviewed_by, v.papers
              FROM version_units AS vu
              JOIN dossier_versions AS v ON v.id = vu.version_id
             WHERE vu.unit_id = $3
               AND vu.during @> clock_timestamp()
               AND v.district_code = $1
        )
        SELECT json_build_object(
            'catalogue', (
                SELECT json_build_array(id, number)
                  FROM waiver_catalogues
              ORDER BY number DESC
                 LIMIT 1),
            'version', (
                SELECT json_build_object(
                           'id', id, 'dossier_id', dossier_id, 'dossier_number', dossier_number, 'number', number,
                           'title_situation', title_situation, 'reviewed_at', effective_from,
                           'valid_until', valid_until, 'reviewed_by', reviewed_by)
                  FROM version),
            'documents', (SELECT papers FROM version),
            'carrier', (
                SELECT json_build_array(kind, sharing_allowed)
                  FROM carriers
                 WHERE id = $2
                   AND district_code = $1),
            'sharing', (SELECT sharing_allowed FROM space WHERE id = $3),
            'registrations', (
                SELECT json_agg(json_build_array(
                           r.created_at, r.id, r.applicant, space.label, r.status,
                           coalesce(r.registered_on, (r.created_at AT TIME ZONE 'Asia/Shanghai')::date), r.contested,
                           r.unit_id = $3 OR space.sharing_allowed, space.gone, r.source, r.confirmed_by_manager,
                           (SELECT max(moved_out_on)
                              FROM tenancies
                             WHERE unit_id = r.unit_id
                               AND tenant = r.applicant)))
                  FROM space
                  JOIN registrations AS r ON r.unit_id = space.id
                 WHERE r.district_code = $1
                   AND r.status <> 'ended'
                   AND (r.held_until IS NULL OR r.held_until >= clock_timestamp())),
            'tenancies', (
                SELECT json_agg(json_build_array(t.reported_at, t.id, t.tenant, space.label,
                                                 coalesce(t.moved_in_on, t.lease_begins_on, t.reported_at::date),
                                                 space.gone, t.source, t.confirmed_at::date, t.lease_ends_on))
                  FROM space
                  JOIN tenancies AS t ON t.unit_id = space.id
                 WHERE t.district_code = $1
                   AND t.moved_out_on IS NULL),
            'flags', (
                SELECT json_agg(json_build_object(
                           'id', f.id, 'carrier_id', f.carrier_id, 'unit_id', f.unit_id, 'kind', f.kind,
                           'severity', f.severity, 'text', f.text, 'source', f.source, 'raised_by', f.raised_by,
                           'raised_at', f.raised_at))
                  FROM flags AS f
                 WHERE f.carrier_id = $2
                   AND (f.unit_id IS NULL OR f.unit_id IN (SELECT id FROM lineage_of($3)))
                   AND f.cleared_at IS NULL)
        )::text
        """,
        district_code,
        carrier_id,
        unit_id,
    )
    return _FACTS.decode(found)


async def standing_of(db: Connection, district_code: str, carrier_id: UUID, unit_id: UUID | None) -> Standing:
    row = await db.fetchrow(
        """
        SELECT EXISTS (
                   SELECT
                     FROM dossier_versions
                    WHERE carrier_id = $2
                      AND district_code = $1
                      AND status = 'effective') AS on_file,
               EXISTS (
                   SELECT
                     FROM filings
                    WHERE carrier_id = $2
                      AND district_code = $1
                      AND status = 'submitted') AS under_review,
               changes.kind, changes.happened_on, changes.coverage,
               ARRAY(SELECT units.label
                       FROM unit_lineages
                       JOIN units ON units.id = unit_lineages.parent_id
                      WHERE unit_lineages.change_id = changes.id
                        AND unit_lineages.child_id = $3
                   ORDER BY units.key) AS parents
          FROM (VALUES (true)) AS asked
     LEFT JOIN unit_changes AS changes
            ON changes.id = (SELECT change_id
                               FROM unit_lineages
                              WHERE child_id = $3
                                AND undone_at IS NULL
                              LIMIT 1)
        """,
        district_code,
        carrier_id,
        unit_id,
    )
    if row is None:
        return Standing()
    return Standing(
        on_file=row["on_file"],
        under_review=row["under_review"],
        kind=ChangeKind(row["kind"]) if row["kind"] else None,
        happened_on=row["happened_on"],
        coverage=Coverage(row["coverage"]) if row["coverage"] else None,
        parents=tuple(row["parents"]),
    )
