"""租约到期提醒: that a tenant's lease ends is said once for each stage, however many workers look."""

from alembic import op

revision = "0023"
down_revision = "0022"

UP = (
    # With the day, so that a renewed lease is told of again when its own time comes.
    """
    CREATE TABLE tenancy_reminders (
        tenancy_id uuid NOT NULL REFERENCES tenancies,
        lease_ends_on date NOT NULL,
        days_ahead integer NOT NULL,
        reminded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenancy_id, lease_ends_on, days_ahead)
    )
    """,
    "CREATE INDEX tenancies_ending ON tenancies (lease_ends_on)"
    " WHERE moved_out_on IS NULL AND lease_ends_on IS NOT NULL",
)

DOWN = (
    "DROP INDEX tenancies_ending",
    "DROP TABLE tenancy_reminders",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
