"""变动: what became of units and carriers, valid on which day, known since when, and which unit came from which."""

from alembic import op

revision = "0012"
down_revision = "0011"

SPACE_BEFORE = """
    CREATE OR REPLACE FUNCTION space_of(asked uuid) RETURNS TABLE (id uuid) LANGUAGE sql STABLE ROWS 2 AS $body$
        WITH RECURSIVE
        up (id, part_of) AS (
            SELECT units.id, units.part_of
              FROM units
             WHERE units.id = asked
             UNION
            SELECT units.id, units.part_of
              FROM units
              JOIN up ON units.id = up.part_of
        ),
        floor_mates (id) AS (
            SELECT other.id
              FROM up
              JOIN units AS one ON one.id = up.id
              JOIN units AS other
                ON other.carrier_id = one.carrier_id
               AND other.building = one.building
               AND other.number = one.number
               AND other.floor = one.floor
             WHERE (one.kind = 'whole_floor' AND other.kind IN ('whole_floor', 'room', 'shop', 'part'))
                OR (other.kind = 'whole_floor' AND one.kind IN ('room', 'shop', 'part'))
        ),
        down (id) AS (
            SELECT units.id
              FROM units
             WHERE units.id = asked
             UNION
            SELECT units.id
              FROM units
              JOIN down ON units.part_of = down.id
        )
        SELECT up.id FROM up
         UNION
        SELECT floor_mates.id FROM floor_mates
         UNION
        SELECT down.id FROM down
    $body$
"""

UP = (
    # One row a verb: what was done to units, from which day on, on whose word. `coverage` says what became of the
    # dossier's cover (changes.model.Coverage); `unit_versions` how the units stood when it was done, for undoing it.
    """
    CREATE TABLE unit_changes (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        carrier_id uuid NOT NULL REFERENCES carriers,
        district_code text NOT NULL,
        kind text NOT NULL,
        happened_on date NOT NULL,
        coverage text NOT NULL DEFAULT 'untouched',
        said_by uuid NOT NULL REFERENCES persons,
        said_at timestamptz NOT NULL,
        unit_versions jsonb NOT NULL DEFAULT '{}',
        undone_by uuid REFERENCES persons,
        undone_at timestamptz,
        CONSTRAINT unit_change_kind CHECK (kind IN ('split', 'merge', 'renumber', 'retire', 'correct')),
        CONSTRAINT unit_change_coverage CHECK (coverage IN ('untouched', 'carried', 'none', 'partly', 'several',
            'area_unknown', 'area_differs')),
        CONSTRAINT unit_change_undone_whole CHECK ((undone_by IS NULL) = (undone_at IS NULL))
    )
    """,
    "CREATE INDEX unit_changes_by_carrier ON unit_changes (carrier_id, said_at DESC)",
    # Which unit came from which. Ids are never reused: a parent is retired for good, unless its change is undone.
    """
    CREATE TABLE unit_lineages (
        parent_id uuid NOT NULL REFERENCES units,
        child_id uuid NOT NULL REFERENCES units,
        change_id uuid NOT NULL REFERENCES unit_changes,
        undone_at timestamptz,
        PRIMARY KEY (parent_id, child_id),
        CONSTRAINT unit_not_its_own_parent CHECK (parent_id <> child_id)
    )
    """,
    "CREATE INDEX unit_lineages_by_child ON unit_lineages (child_id) WHERE undone_at IS NULL",
    "CREATE INDEX unit_lineages_by_change ON unit_lineages (change_id)",
    # Two axes of time: on which days a fact held, and from when to when we held it to be so. A unit that never changed
    # has no rows here: its facts are those in `units`, for every day, known since it was entered.
    """
    CREATE TABLE unit_facts (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        unit_id uuid NOT NULL REFERENCES units,
        carrier_id uuid NOT NULL REFERENCES carriers,
        kind text NOT NULL,
        building text NOT NULL,
        floor integer,
        label text NOT NULL,
        key text NOT NULL,
        number text NOT NULL,
        area_m2 numeric(12, 2),
        valid_during daterange NOT NULL,
        known_during tstzrange NOT NULL,
        change_id uuid REFERENCES unit_changes,
        said_by uuid REFERENCES persons,
        CONSTRAINT unit_fact_not_empty CHECK (NOT isempty(valid_during) AND NOT isempty(known_during)),
        CONSTRAINT unit_fact_once EXCLUDE USING gist (unit_id WITH =, valid_during WITH &&, known_during WITH &&)
    )
    """,
    """
    CREATE INDEX unit_facts_former ON unit_facts (carrier_id, key)
     WHERE upper_inf(known_during) AND NOT upper_inf(valid_during)
    """,
    "CREATE INDEX unit_facts_by_change ON unit_facts (change_id) WHERE change_id IS NOT NULL",
    # The same for the name of a carrier (`subject_id` is the carrier) and for each of its addresses.
    """
    CREATE TABLE carrier_facts (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        carrier_id uuid NOT NULL REFERENCES carriers,
        kind text NOT NULL,
        subject_id uuid NOT NULL,
        value text NOT NULL,
        valid_during daterange NOT NULL,
        known_during tstzrange NOT NULL,
        said_by uuid REFERENCES persons,
        CONSTRAINT carrier_fact_kind CHECK (kind IN ('name', 'address')),
        CONSTRAINT carrier_fact_not_empty CHECK (NOT isempty(valid_during) AND NOT isempty(known_during)),
        CONSTRAINT carrier_fact_once EXCLUDE USING gist (subject_id WITH =, valid_during WITH &&, known_during WITH &&)
    )
    """,
    "CREATE INDEX carrier_facts_by_carrier ON carrier_facts (carrier_id)",
    # 旧名称 is an alias with its end; an address and an alias are known since they were entered.
    "ALTER TABLE carrier_aliases ADD COLUMN ends_on date",
    "ALTER TABLE carrier_addresses ADD COLUMN created_at timestamptz NOT NULL DEFAULT now()",
    """
    UPDATE carrier_addresses
       SET created_at = carriers.created_at
      FROM carriers
     WHERE carriers.id = carrier_addresses.carrier_id
    """,
    # What stands where a carrier stood that was demolished.
    "ALTER TABLE carriers ADD COLUMN successor_id uuid REFERENCES carriers",
    "ALTER TABLE carriers ADD CONSTRAINT carrier_not_its_own_successor CHECK (successor_id <> id)",
    # Units that were retired before facts were kept.
    """
    INSERT INTO unit_facts (unit_id, carrier_id, kind, building, floor, label, key, number, area_m2,
                            valid_during, known_during)
         SELECT id, carrier_id, kind, building, floor, label, key, number, area_m2,
                daterange(NULL, (retired_at AT TIME ZONE 'Asia/Shanghai')::date), tstzrange(created_at, NULL)
           FROM units
          WHERE retired_at IS NOT NULL
    """,
    # A unit and all that it came from, by splits and merges that were not undone.
    """
    CREATE FUNCTION lineage_of(asked uuid) RETURNS TABLE (id uuid) LANGUAGE sql STABLE ROWS 1 AS $body$
        WITH RECURSIVE came_from (id) AS (
            SELECT asked
             UNION
            SELECT unit_lineages.parent_id
              FROM unit_lineages
              JOIN came_from ON unit_lineages.child_id = came_from.id
             WHERE unit_lineages.undone_at IS NULL
        )
        SELECT came_from.id FROM came_from
    $body$
    """,
    # What takes the place of a unit today: itself while it is in use, else the live units that came from it.
    """
    CREATE FUNCTION successors_of(asked uuid) RETURNS TABLE (id uuid) LANGUAGE sql STABLE ROWS 1 AS $body$
        WITH RECURSIVE became (id) AS (
            SELECT asked
             UNION
            SELECT unit_lineages.child_id
              FROM unit_lineages
              JOIN became ON unit_lineages.parent_id = became.id
             WHERE unit_lineages.undone_at IS NULL
        )
        SELECT units.id
          FROM became
          JOIN units ON units.id = became.id
         WHERE units.retired_at IS NULL
    $body$
    """,
    # As before, and what a unit came from and what came from it: a registration nobody has placed yet lies somewhere in
    # the space of the unit that was split or merged. A whole floor that was split up is in the way of its children as
    # the unit they came from, not as a floor.
    """
    CREATE OR REPLACE FUNCTION space_of(asked uuid) RETURNS TABLE (id uuid) LANGUAGE sql STABLE ROWS 2 AS $body$
        WITH RECURSIVE
        up (id, part_of) AS (
            SELECT units.id, units.part_of
              FROM units
             WHERE units.id = asked
             UNION
            SELECT units.id, units.part_of
              FROM units
              JOIN up ON units.id = up.part_of
        ),
        came_from (id) AS (
            SELECT up.id
              FROM up
             UNION
            SELECT unit_lineages.parent_id
              FROM unit_lineages
              JOIN came_from ON unit_lineages.child_id = came_from.id
             WHERE unit_lineages.undone_at IS NULL
        ),
        floor_mates (id) AS (
            SELECT other.id
              FROM up
              JOIN units AS one ON one.id = up.id
              JOIN units AS other
                ON other.carrier_id = one.carrier_id
               AND other.building = one.building
               AND other.number = one.number
               AND other.floor = one.floor
             WHERE ((one.kind = 'whole_floor' AND other.kind IN ('whole_floor', 'room', 'shop', 'part'))
                    OR (other.kind = 'whole_floor' AND one.kind IN ('room', 'shop', 'part')))
               AND NOT (one.kind <> 'whole_floor'
                        AND other.kind = 'whole_floor'
                        AND EXISTS (
                            SELECT
                              FROM unit_lineages
                             WHERE unit_lineages.parent_id = other.id
                               AND unit_lineages.undone_at IS NULL))
        ),
        down (id) AS (
            SELECT units.id
              FROM units
             WHERE units.id = asked
             UNION
            SELECT next.id
              FROM down
        CROSS JOIN LATERAL (
                   SELECT units.id
                     FROM units
                    WHERE units.part_of = down.id
                UNION ALL
                   SELECT unit_lineages.child_id
                     FROM unit_lineages
                    WHERE unit_lineages.parent_id = down.id
                      AND unit_lineages.undone_at IS NULL
                   ) AS next (id)
        )
        SELECT came_from.id FROM came_from
         UNION
        SELECT floor_mates.id FROM floor_mates
         UNION
        SELECT down.id FROM down
    $body$
    """,
)

DOWN = (
    SPACE_BEFORE,
    "DROP FUNCTION successors_of",
    "DROP FUNCTION lineage_of",
    "ALTER TABLE carriers DROP COLUMN successor_id",
    "ALTER TABLE carrier_addresses DROP COLUMN created_at",
    "ALTER TABLE carrier_aliases DROP COLUMN ends_on",
    "DROP TABLE carrier_facts",
    "DROP TABLE unit_facts",
    "DROP TABLE unit_lineages",
    "DROP TABLE unit_changes",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
