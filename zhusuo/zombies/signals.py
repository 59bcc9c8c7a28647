"""线索: what speaks for or against somebody being there: recorded by people, or read off our own rows.

`record` is for those above (an inspection found nobody) and for what comes in by letter; `derive` reads leases,
move-outs, denials, other tenants, units that are gone and crowded units off the rows, and takes back what they say no
longer. Both only write signals; what they add up to is asked in `cases`.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from zhusuo import audit, events
from zhusuo.db import Connection, Row
from zhusuo.errors import Invalid
from zhusuo.people.model import Actor
from zhusuo.zombies.model import DERIVED, Signal, SignalKind, Source
from zhusuo.zombies.rules import RuleSet, columns

RECORDED = "zombie.signal_recorded"
"""The event that makes the registration be scored again."""
TEXT_LIMIT = 200
CROWD = 4
"""From how many registrations on a unit their number is worth keeping; what is too many is the rules' to say."""
HISTORY_DAYS = 1096
"""How far back registrations that have ended meanwhile are read, so that rules can be tried on them."""
SECONDS = 600


async def record(
    db: Connection,
    actor: Actor | None,
    *,
    kind: SignalKind,
    observed_on: date,
    source: Source,
    text: str = "",
    registration_id: UUID | None = None,
    unit_id: UUID | None = None,
) -> list[UUID]:
    """Write down what was observed, in the caller's transaction; the registrations it was new for come back.

    About one registration, or everybody who is registered in a unit or in what it came from. The same observation of
    the same day and source stands once. Scoring follows within seconds (`cases.follow`). Raises Invalid for a kind that
    our own rows say, and where not exactly one of registration and unit is named.
    """
    if kind in DERIVED:
        raise Invalid({"kind": f"“{kind.label}”由系统按名册和登记自动判断，不能手工录入。"})
    if (registration_id is None) == (unit_id is None):
        raise Invalid({"registration_id": "请指明一条登记，或一个单元。"})
    if len(text) > TEXT_LIMIT:
        raise Invalid({"text": f"最多 {TEXT_LIMIT} 个字。"})
    rows = await db.fetch(
        """
        WITH about AS (
            SELECT id, unit_id, carrier_id, district_code
              FROM registrations
             WHERE status = 'registered'
               AND (id = $1 OR unit_id IN (SELECT id FROM lineage_of($2) WHERE $2 IS NOT NULL))
        ),
        written AS (
            INSERT INTO zombie_signals (registration_id, kind, source, observed_on, text, recorded_by)
                 SELECT id, $3, $4, $5, $6, $7
                   FROM about
            ON CONFLICT ON CONSTRAINT zombie_signal_once DO NOTHING
              RETURNING registration_id
        )
        SELECT about.id, about.unit_id, about.carrier_id, about.district_code
          FROM about
          JOIN written ON written.registration_id = about.id
      ORDER BY about.id
        """,
        registration_id,
        unit_id,
        kind,
        source,
        observed_on,
        text.strip(),
        actor and actor.person_id,
    )
    for row in rows:
        await tell(db, actor, kind, observed_on, row)
    return [row["id"] for row in rows]


async def tell(db: Connection, actor: Actor | None, kind: SignalKind, observed_on: date, row: Row) -> None:
    """Say that a registration (id, unit_id, carrier_id, district_code) has a new signal."""
    detail = {"signal": kind.value, "unit_id": str(row["unit_id"]), "observed_on": observed_on.isoformat()}
    await audit.record(
        db, actor, "record_signal", "registration", row["id"], carrier_id=row["carrier_id"], detail=detail
    )
    await events.emit(
        db,
        RECORDED,
        "registration",
        row["id"],
        carrier_id=row["carrier_id"],
        district_code=row["district_code"],
        content=detail,
    )


async def of_registration(db: Connection, registration_id: UUID) -> list[Signal]:
    """Every signal about a registration there ever was, the newest first."""
    rows = await db.fetch(
        """
        SELECT s.id, s.registration_id, s.kind, s.source, s.observed_on, s.text, s.measure, units.kind AS unit_kind,
               s.recorded_at, coalesce(persons.name, '') AS recorded_by, s.ended_on, s.dismissed_in
          FROM zombie_signals AS s
          JOIN registrations ON registrations.id = s.registration_id
          JOIN units ON units.id = registrations.unit_id
     LEFT JOIN persons ON persons.id = s.recorded_by
         WHERE s.registration_id = $1
      ORDER BY s.observed_on DESC, s.kind
        """,
        registration_id,
    )
    return [_signal(row) for row in rows]


def _signal(row: Row) -> Signal:
    facts = dict(row)
    return Signal(**{**facts, "kind": SignalKind(facts["kind"]), "source": Source(facts["source"])})


async def sums(
    db: Connection,
    rules: RuleSet,
    day: date,
    *,
    least: int,
    district_code: str | None = None,
) -> list[tuple[UUID, int]]:
    """What the signals of live registrations add up to on a day, by `scoring.score`; those below `least` stay away."""
    kinds, weights, after_days, expires_days, limits = columns(rules.rules)
    rows = await db.fetch(
        """
        WITH rules AS MATERIALIZED (
            SELECT kind, weight, after_days, expires_days
              FROM unnest($1::text[], $2::int[], $3::int[], $4::int[])
                AS given (kind, weight, after_days, expires_days)
             WHERE weight <> 0
        ),
        counting AS (
            SELECT s.registration_id, rules.kind, min(rules.weight) AS weight
              FROM zombie_signals AS s
              JOIN rules ON rules.kind = s.kind
             WHERE s.dismissed_in IS NULL
               AND s.observed_on + rules.after_days <= $5
               AND (s.ended_on IS NULL OR s.ended_on > $5)
               AND (rules.expires_days IS NULL OR s.observed_on + rules.expires_days > $5)
               AND (s.kind <> 'crowded'
                    OR s.measure > (SELECT nullif(($6::jsonb ->> units.kind)::int, 0)
                                      FROM registrations
                                      JOIN units ON units.id = registrations.unit_id
                                     WHERE registrations.id = s.registration_id))
          GROUP BY s.registration_id, rules.kind
        ),
        summed AS (
            SELECT registration_id, greatest(0, least(100, sum(weight)))::int AS points
              FROM counting
          GROUP BY registration_id
        )
        SELECT registration_id, points
          FROM summed
          JOIN registrations ON registrations.id = summed.registration_id
         WHERE registrations.status = 'registered'
           AND ($8::text IS NULL OR registrations.district_code = $8)
           AND points >= $7
        """,
        kinds,
        weights,
        after_days,
        expires_days,
        day,
        limits,
        least,
        district_code,
        timeout=SECONDS,
    )
    return [(row["registration_id"], row["points"]) for row in rows]


async def derive(db: Connection, day: date, *, unit_ids: Sequence[UUID] | None = None) -> tuple[int, int]:
    """Bring the signals that our own rows say up to date, for some units or all: how many are new or other, how many
    hold no longer.

    For all, registrations that ended in the last three years are read as well: rules are replayed over them. A plan
    that is good for all is bad for one place: each question is planned for itself.
    """
    await db.execute("SET LOCAL plan_cache_mode = force_custom_plan")
    row = await db.fetchrow(
        """
        WITH subject AS MATERIALIZED (
            SELECT id, unit_id, carrier_id, applicant, business_id, status, confirmed_by_manager, registered_on,
                   coalesce(registered_on, (created_at AT TIME ZONE 'Asia/Shanghai')::date) AS since,
                   (ended_at AT TIME ZONE 'Asia/Shanghai')::date AS ended_on
              FROM registrations
             WHERE ($1::uuid[] IS NULL OR unit_id = ANY ($1))
               AND (status = 'registered'
                    OR ($1 IS NULL AND status = 'ended' AND registered_on IS NOT NULL
                        AND ended_at > $2::date - $4::int))
        ),
        stay AS MATERIALIZED (
            SELECT DISTINCT ON (subject.id) subject.id, tenancies.moved_out_on, tenancies.lease_ends_on
              FROM subject
              JOIN tenancies ON tenancies.unit_id = subject.unit_id
                            AND (tenancies.tenant = subject.applicant OR tenancies.business_id = subject.business_id)
          ORDER BY subject.id, tenancies.moved_out_on DESC NULLS FIRST, tenancies.lease_ends_on DESC NULLS FIRST
        ),
        absent AS MATERIALIZED (
            SELECT subject.id, subject.unit_id
              FROM subject
         LEFT JOIN stay ON stay.id = subject.id AND stay.moved_out_on IS NULL
              JOIN units ON units.id = subject.unit_id
              JOIN carriers ON carriers.id = subject.carrier_id
             WHERE stay.id IS NULL
               AND subject.status = 'registered'
               AND NOT coalesce(units.sharing_allowed, carriers.sharing_allowed)
        ),
        crowds AS MATERIALIZED (
            SELECT subject.unit_id, count(*)::int AS measure,
                   (array_agg(subject.since ORDER BY subject.since))[$5] AS since
              FROM subject
              JOIN units ON units.id = subject.unit_id
              JOIN carriers ON carriers.id = subject.carrier_id
             WHERE subject.status = 'registered'
               AND units.kind <> 'virtual'
               AND carriers.kind NOT IN ('cluster', 'incubator')
               AND NOT EXISTS (
                SELECT
                  FROM zombie_allowances AS allowed
                 WHERE allowed.carrier_id = subject.carrier_id
                   AND (allowed.unit_id IS NULL OR allowed.unit_id = subject.unit_id)
                   AND allowed.ended_at IS NULL)
          GROUP BY subject.unit_id
            HAVING count(*) >= $5
        ),
        said (registration_id, kind, source, observed_on, text, measure) AS (
            SELECT id, 'lease_ended', 'roster', lease_ends_on, '', NULL::int
              FROM stay
             WHERE moved_out_on IS NULL
               AND lease_ends_on < $2
         UNION ALL
            SELECT stay.id, 'moved_out', 'roster', stay.moved_out_on, '', NULL
              FROM stay
              JOIN subject ON subject.id = stay.id
             WHERE stay.moved_out_on <= $2
               AND stay.moved_out_on >= coalesce(subject.registered_on, stay.moved_out_on)
         UNION ALL
            SELECT absent.id, 'other_tenant', 'roster', other.since, other.tenant, NULL
              FROM absent
        CROSS JOIN LATERAL (
                   SELECT tenant, coalesce(moved_in_on, lease_begins_on,
                                           (reported_at AT TIME ZONE 'Asia/Shanghai')::date) AS since
                     FROM tenancies
                    WHERE unit_id = absent.unit_id
                      AND moved_out_on IS NULL
                 ORDER BY since, tenant
                    LIMIT 1
                   ) AS other
             WHERE other.since <= $2
         UNION ALL
            SELECT subject.id, 'denied', 'roster',
                   least($2, coalesce((max(flags.raised_at) AT TIME ZONE 'Asia/Shanghai')::date, subject.since)),
                   '', NULL
              FROM subject
         LEFT JOIN flags ON flags.carrier_id = subject.carrier_id
                        AND flags.kind = 'denied_by_manager'
                        AND flags.source = 'registration:' || subject.id
                        AND flags.cleared_at IS NULL
             WHERE subject.status = 'registered'
               AND subject.confirmed_by_manager IS FALSE
          GROUP BY subject.id, subject.since
         UNION ALL
            SELECT subject.id, 'unit_gone', 'carrier', (units.retired_at AT TIME ZONE 'Asia/Shanghai')::date, '', NULL
              FROM subject
              JOIN units ON units.id = subject.unit_id
             WHERE units.retired_at IS NOT NULL
               AND NOT EXISTS (
                SELECT
                  FROM unit_lineages
                 WHERE unit_lineages.parent_id = units.id
                   AND unit_lineages.undone_at IS NULL)
         UNION ALL
            SELECT subject.id, 'crowded', 'register', crowds.since, '', crowds.measure
              FROM crowds
              JOIN subject ON subject.unit_id = crowds.unit_id
             WHERE subject.status = 'registered'
        ),
        wanted AS MATERIALIZED (
            SELECT said.registration_id, said.kind, said.source, said.observed_on, said.text, said.measure,
                   subject.ended_on
              FROM said
              JOIN subject ON subject.id = said.registration_id
             WHERE subject.ended_on IS NULL
                OR subject.ended_on >= said.observed_on
        ),
        known AS MATERIALIZED (
            SELECT known.registration_id, known.kind, known.source, known.observed_on, known.text, known.measure,
                   known.ended_on
              FROM subject
              JOIN zombie_signals AS known ON known.registration_id = subject.id
             WHERE known.kind = ANY ($3::text[])
        ),
        fresh AS (
            SELECT registration_id, kind, source, observed_on, text, measure, ended_on
              FROM wanted
            EXCEPT
            SELECT registration_id, kind, source, observed_on, text, measure, ended_on
              FROM known
        ),
        gone AS (
            SELECT registration_id, kind, source, observed_on
              FROM known
             WHERE ended_on IS NULL
            EXCEPT
            SELECT registration_id, kind, source, observed_on
              FROM wanted
        ),
        written AS (
            INSERT INTO zombie_signals (registration_id, kind, source, observed_on, text, measure, ended_on)
                 SELECT registration_id, kind, source, observed_on, text, measure, ended_on
                   FROM fresh
               ORDER BY registration_id
            ON CONFLICT ON CONSTRAINT zombie_signal_once DO UPDATE
                    SET text = excluded.text,
                        measure = excluded.measure,
                        ended_on = excluded.ended_on
              RETURNING id
        ),
        over AS (
            UPDATE zombie_signals
               SET ended_on = greatest($2, zombie_signals.observed_on)
              FROM gone
             WHERE zombie_signals.registration_id = gone.registration_id
               AND zombie_signals.kind = gone.kind
               AND zombie_signals.source = gone.source
               AND zombie_signals.observed_on = gone.observed_on
         RETURNING zombie_signals.id
        )
        SELECT (SELECT count(*) FROM written) AS written, (SELECT count(*) FROM over) AS over
        """,
        list(unit_ids) if unit_ids is not None else None,
        day,
        sorted(DERIVED),
        HISTORY_DAYS,
        CROWD,
        timeout=SECONDS,
    )
    return (row["written"], row["over"]) if row else (0, 0)


async def end(db: Connection, registration_id: UUID) -> None:
    """A registration has ended: what spoke about it holds no longer."""
    await db.execute(
        """
        UPDATE zombie_signals
           SET ended_on = greatest(zombie_signals.observed_on,
                                   (registrations.ended_at AT TIME ZONE 'Asia/Shanghai')::date)
          FROM registrations
         WHERE registrations.id = zombie_signals.registration_id
           AND registrations.id = $1
           AND registrations.status = 'ended'
           AND zombie_signals.ended_on IS NULL
        """,
        registration_id,
    )


async def dismiss(db: Connection, registration_id: UUID, case_id: UUID) -> None:
    """A case was dismissed: what it had dealt with counts no more; what happens from now on does."""
    await db.execute(
        """
        UPDATE zombie_signals
           SET dismissed_in = $2
         WHERE registration_id = $1
           AND dismissed_in IS NULL
        """,
        registration_id,
        case_id,
    )
