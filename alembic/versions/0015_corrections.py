"""地址更正: what clerks chose where an address could not be told, and what another clerk said to it."""

from alembic import op

revision = "0015"
down_revision = "0014"

UP = (
    # `key` is what the text is compared by, `written` the text without people and their numbers, `reasons` why the
    # lookup could not tell; `unit_id` is empty where a carrier alone was chosen: then the text names the unit.
    """
    CREATE TABLE corrections (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        district_code text NOT NULL,
        key text NOT NULL,
        written text NOT NULL,
        reasons text[] NOT NULL DEFAULT '{}',
        carrier_id uuid NOT NULL REFERENCES carriers,
        unit_id uuid REFERENCES units,
        status text NOT NULL DEFAULT 'proposed',
        proposed_by uuid NOT NULL REFERENCES persons,
        proposed_at timestamptz NOT NULL DEFAULT now(),
        case_number text NOT NULL DEFAULT '',
        decided_by uuid REFERENCES persons,
        decided_at timestamptz,
        reason text NOT NULL DEFAULT '',
        CONSTRAINT correction_status CHECK (status IN ('proposed', 'accepted', 'rejected', 'revoked')),
        CONSTRAINT correction_decided CHECK ((status = 'proposed') = (decided_at IS NULL)
                                             AND (decided_at IS NULL) = (decided_by IS NULL)),
        CONSTRAINT correction_two_clerks CHECK (status NOT IN ('accepted', 'rejected') OR decided_by <> proposed_by)
    )
    """,
    """
    CREATE UNIQUE INDEX correction_once
        ON corrections (district_code, key, carrier_id, unit_id) NULLS NOT DISTINCT
    """,
    "CREATE UNIQUE INDEX correction_accepted_once ON corrections (key, district_code) WHERE status = 'accepted'",
    "CREATE INDEX corrections_by_status ON corrections (district_code, status, proposed_at DESC, id DESC)",
    """
    CREATE TABLE correction_picks (
        correction_id uuid NOT NULL REFERENCES corrections,
        person_id uuid NOT NULL REFERENCES persons,
        case_number text NOT NULL,
        picked_on date NOT NULL,
        picked_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (correction_id, person_id, case_number, picked_on)
    )
    """,
)

DOWN = (
    "DROP TABLE correction_picks",
    "DROP TABLE corrections",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
