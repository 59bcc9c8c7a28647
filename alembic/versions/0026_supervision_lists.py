"""监管端: the lists of a large district find their first page without looking at the rest."""

from alembic import op

revision = "0026"
down_revision = "0025"

UP = (
    """
    CREATE INDEX inspections_open ON inspections (district_code, due_on, id)
     WHERE status IN ('planned', 'assigned', 'started')
    """,
    """
    CREATE INDEX inspections_open_of ON inspections (assigned_to, due_on, id)
     WHERE status IN ('planned', 'assigned', 'started')
    """,
    """
    CREATE INDEX inspections_open_with ON inspections (accompanied_by, due_on, id)
     WHERE status IN ('planned', 'assigned', 'started')
    """,
    "DROP INDEX inspections_by_person",
    "CREATE INDEX registrations_held ON registrations (district_code, created_at DESC, id DESC) WHERE status = 'held'",
)

DOWN = (
    "DROP INDEX registrations_held",
    "CREATE INDEX inspections_by_person ON inspections (assigned_to, status, due_on)",
    "DROP INDEX inspections_open_with",
    "DROP INDEX inspections_open_of",
    "DROP INDEX inspections_open",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
