"""通知: who has read what. A notice to an organisation is read by each of its people for themselves."""

from alembic import op

revision = "0025"
down_revision = "0024"

UP = (
    """
    CREATE TABLE notice_reads (
        notice_id uuid NOT NULL REFERENCES notices ON DELETE CASCADE,
        person_id uuid NOT NULL REFERENCES persons,
        read_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (notice_id, person_id)
    )
    """,
    # What was read so far was read by everybody: nobody's inbox fills up again.
    """
    INSERT INTO notice_reads (notice_id, person_id, read_at)
         SELECT notices.id, persons.id, notices.read_at
           FROM notices
           JOIN persons ON persons.organisation_id = notices.organisation_id
          WHERE notices.read_at IS NOT NULL
            AND (notices.person_id IS NULL OR notices.person_id = persons.id)
    """,
    "DROP INDEX notices_unread",
    "ALTER TABLE notices DROP COLUMN read_at",
)

DOWN = (
    "ALTER TABLE notices ADD COLUMN read_at timestamptz",
    """
    UPDATE notices
       SET read_at = (SELECT min(notice_reads.read_at) FROM notice_reads WHERE notice_reads.notice_id = notices.id)
    """,
    "CREATE INDEX notices_unread ON notices (organisation_id) WHERE read_at IS NULL",
    "DROP TABLE notice_reads",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
