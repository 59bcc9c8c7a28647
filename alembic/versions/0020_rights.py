"""使用权链, 分拣, 遮盖, 材料期限: how chains stood last, how filings sort themselves, what was uncovered and why, and
that papers which end were told of."""

from alembic import op

revision = "0020"
down_revision = "0019"

UP = (
    """
    CREATE TABLE version_chains (
        version_id uuid PRIMARY KEY REFERENCES dossier_versions,
        status text NOT NULL,
        said text NOT NULL,
        checked_on date NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT version_chain_status CHECK (status IN ('whole', 'doubtful', 'broken', 'unread', 'ended'))
    )
    """,
    """
    CREATE TABLE triages (
        submission_id uuid PRIMARY KEY REFERENCES submissions,
        filing_id uuid NOT NULL REFERENCES filings,
        path text NOT NULL,
        reasons jsonb NOT NULL,
        inputs jsonb NOT NULL,
        sorted_on date NOT NULL,
        sorted_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT triage_path CHECK (path IN ('plain', 'fields', 'full'))
    )
    """,
    "CREATE INDEX triages_filing ON triages (filing_id)",
    """
    CREATE TABLE uncoverings (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        document_id uuid NOT NULL REFERENCES documents,
        page integer NOT NULL,
        person_id uuid NOT NULL REFERENCES persons,
        reason text NOT NULL,
        uncovered_at timestamptz NOT NULL DEFAULT now(),
        covered_again_at timestamptz NOT NULL,
        CONSTRAINT uncovering_reason CHECK (reason <> '')
    )
    """,
    "CREATE INDEX uncoverings_person ON uncoverings (person_id, document_id, page)",
    """
    CREATE TABLE paper_reminders (
        version_id uuid NOT NULL REFERENCES dossier_versions,
        document_id uuid NOT NULL REFERENCES documents,
        days_ahead integer NOT NULL,
        reminded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (version_id, document_id, days_ahead)
    )
    """,
)

DOWN = (
    "DROP TABLE paper_reminders",
    "DROP TABLE uncoverings",
    "DROP TABLE triages",
    "DROP TABLE version_chains",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
