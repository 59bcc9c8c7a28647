"""What a notice asked for has been done, by whomever."""

from alembic import op

revision = "0031"
down_revision = "0030"

UP = (
    "ALTER TABLE notices ADD COLUMN settled_at timestamptz",
    "CREATE INDEX notices_to_settle ON notices (link) WHERE settled_at IS NULL",
    """
    UPDATE notices
       SET settled_at = now()
     WHERE (kind = 'filing_submitted'
            AND NOT EXISTS (
                SELECT
                  FROM filings
                 WHERE filings.status = 'submitted'
                   AND notices.link = '/approval/filings/' || filings.id))
        OR (kind = 'management_claimed'
            AND NOT EXISTS (
                SELECT
                  FROM managements
                 WHERE managements.status = 'claimed'
                   AND notices.link = '/approval/managements/' || managements.id))
    """,
)

DOWN = (
    "DROP INDEX notices_to_settle",
    "ALTER TABLE notices DROP COLUMN settled_at",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
