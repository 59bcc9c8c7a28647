"""单独的单元: most units share their space with no other; who knows that need not go through the whole genealogy.

A verdict asks for the space of a unit only where its carrier has parts, whole floors or changes. And a carrier is
found by its whole name without reading every name that merely ends like it.
"""

from alembic import op

revision = "0013"
down_revision = "0012"

UP = (
    "CREATE INDEX units_overlapping ON units (carrier_id) WHERE part_of IS NOT NULL OR kind = 'whole_floor'",
    # An array, so that a statement in which it stands is not planned and begun with all of it inside.
    """
    CREATE FUNCTION space_around(asked uuid) RETURNS uuid[] LANGUAGE sql STABLE AS $body$
        SELECT array_agg(space_of.id)
          FROM space_of(asked)
    $body$
    """,
    "CREATE INDEX carrier_terms_whole ON carrier_terms (term) WHERE weight = 30",
)

DOWN = (
    "DROP INDEX carrier_terms_whole",
    "DROP FUNCTION space_around",
    "DROP INDEX units_overlapping",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
