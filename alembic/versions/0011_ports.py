"""开放接口: filings know their client, counters of use cost no log, wrong verification codes are counted."""

from alembic import op

revision = "0011"
down_revision = "0005"

UP = (
    "ALTER TABLE filings ADD COLUMN client_id uuid REFERENCES clients",
    # Counts of this minute: nobody misses them after a crash, and a client's calls do not wait for the disk in line.
    "ALTER TABLE client_usage SET UNLOGGED",
    """
    CREATE UNLOGGED TABLE verification_misses (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        network text NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE INDEX verification_misses_by_network ON verification_misses (network, at)",
    "CREATE INDEX verification_misses_by_time ON verification_misses (at)",
    # Which units share space with one: its parts and what it is a part of, however deep; a whole floor and every room
    # and shop of its floor. Asked alone by carriers.store.overlapping and inside the one question of a verdict.
    """
    CREATE FUNCTION space_of(asked uuid) RETURNS TABLE (id uuid) LANGUAGE sql STABLE ROWS 2 AS $body$
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
    """,
)

DOWN = (
    "DROP FUNCTION space_of",
    "DROP TABLE verification_misses",
    "ALTER TABLE client_usage SET LOGGED",
    "ALTER TABLE filings DROP COLUMN client_id",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
