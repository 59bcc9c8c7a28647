"""到期提醒: that a version runs out is said once for each stage, however many workers look."""

from alembic import op

revision = "0014"
down_revision = "0013"

UP = (
    """
    CREATE TABLE version_reminders (
        version_id uuid NOT NULL REFERENCES dossier_versions,
        days_ahead integer NOT NULL,
        reminded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (version_id, days_ahead)
    )
    """,
    "CREATE INDEX dossier_versions_ending ON dossier_versions (valid_until) WHERE status = 'effective'",
)

DOWN = (
    "DROP INDEX dossier_versions_ending",
    "DROP TABLE version_reminders",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
