"""踏看: a clerk asks supervision to look at an address; and what last happened in a carrier, found at once."""

from alembic import op

revision = "0016"
down_revision = "0015"

UP = (
    """
    CREATE TABLE look_requests (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        carrier_id uuid NOT NULL REFERENCES carriers,
        unit_id uuid REFERENCES units,
        district_code text NOT NULL,
        why text NOT NULL,
        asked_by uuid NOT NULL REFERENCES persons,
        organisation_id uuid NOT NULL REFERENCES organisations,
        asked_at timestamptz NOT NULL DEFAULT now(),
        finding text,
        answered_by uuid REFERENCES persons,
        answered_at timestamptz,
        CONSTRAINT look_request_answered CHECK ((finding IS NULL) = (answered_at IS NULL)
                                                AND (answered_at IS NULL) = (answered_by IS NULL))
    )
    """,
    """
    CREATE UNIQUE INDEX look_request_once ON look_requests (carrier_id, unit_id) NULLS NOT DISTINCT
     WHERE answered_at IS NULL
    """,
    "CREATE INDEX look_requests_by_carrier ON look_requests (carrier_id, asked_at DESC)",
    "CREATE INDEX events_by_carrier ON events (carrier_id, id DESC) WHERE carrier_id IS NOT NULL",
)

DOWN = (
    "DROP INDEX events_by_carrier",
    "DROP TABLE look_requests",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
