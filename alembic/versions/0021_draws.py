"""双随机, 风险 and 铭牌: draws that anyone can recompute, how much speaks for looking at a registration, QR plates."""

from alembic import op

revision = "0021"
down_revision = "0020"

UP = (
    "CREATE SEQUENCE draw_numbers",
    # `commitment` is the SHA-256 of the seed, published before there is a list; the seed is shown once it is drawn.
    """
    CREATE TABLE random_draws (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        number text NOT NULL UNIQUE DEFAULT ('SJ' || lpad(nextval('draw_numbers')::text, 6, '0')),
        district_code text NOT NULL,
        organisation_id uuid NOT NULL REFERENCES organisations,
        title text NOT NULL,
        status text NOT NULL DEFAULT 'committed',
        seed text NOT NULL,
        commitment text NOT NULL,
        committed_by uuid NOT NULL REFERENCES persons,
        committed_at timestamptz NOT NULL DEFAULT now(),
        criteria text NOT NULL DEFAULT '',
        target_count integer NOT NULL DEFAULT 0,
        drawn_count integer NOT NULL DEFAULT 0,
        list_sha256 text NOT NULL DEFAULT '',
        frozen_by uuid REFERENCES persons,
        frozen_at timestamptz,
        drawn_by uuid REFERENCES persons,
        drawn_at timestamptz,
        reason text NOT NULL DEFAULT '',
        CONSTRAINT random_draw_status CHECK (status IN ('committed', 'frozen', 'drawn', 'abandoned')),
        CONSTRAINT random_draw_drawn CHECK ((status = 'drawn') = (drawn_at IS NOT NULL))
    )
    """,
    "CREATE INDEX random_draws_by_organisation ON random_draws (organisation_id, committed_at DESC)",
    # The list as it was frozen, in the order of the ids; `rank` is the place in which it was drawn, from 1.
    """
    CREATE TABLE draw_entries (
        draw_id uuid NOT NULL REFERENCES random_draws,
        kind text NOT NULL,
        noun_id uuid NOT NULL,
        name text NOT NULL,
        place text NOT NULL DEFAULT '',
        rank integer,
        inspection_id uuid REFERENCES inspections,
        PRIMARY KEY (draw_id, kind, noun_id),
        CONSTRAINT draw_entry_kind CHECK (kind IN ('target', 'supervisor'))
    )
    """,
    "CREATE INDEX draw_entries_drawn ON draw_entries (draw_id, rank) WHERE rank IS NOT NULL",
    # Weighed anew every night; who has none has not been weighed yet.
    """
    CREATE TABLE inspection_risks (
        registration_id uuid PRIMARY KEY REFERENCES registrations,
        carrier_id uuid NOT NULL REFERENCES carriers,
        district_code text NOT NULL,
        subdistrict_code text NOT NULL,
        score integer NOT NULL,
        level text NOT NULL,
        reasons text[] NOT NULL,
        weighed_on date NOT NULL,
        CONSTRAINT inspection_risk_level CHECK (level IN ('high', 'middle', 'low'))
    )
    """,
    """
    CREATE INDEX inspection_risks_by_score
        ON inspection_risks (subdistrict_code, score DESC, registration_id)
     WHERE level <> 'low'
    """,
    "CREATE INDEX inspection_risks_by_level ON inspection_risks (subdistrict_code, level)",
    """
    CREATE TABLE plates (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        code text NOT NULL UNIQUE,
        unit_id uuid NOT NULL REFERENCES units,
        carrier_id uuid NOT NULL REFERENCES carriers,
        issued_by uuid NOT NULL REFERENCES persons,
        issued_at timestamptz NOT NULL DEFAULT now(),
        revoked_at timestamptz
    )
    """,
    "CREATE UNIQUE INDEX plate_once ON plates (unit_id) WHERE revoked_at IS NULL",
    "CREATE INDEX plates_by_carrier ON plates (carrier_id) WHERE revoked_at IS NULL",
)

DOWN = (
    "DROP TABLE plates",
    "DROP TABLE inspection_risks",
    "DROP TABLE draw_entries",
    "DROP TABLE random_draws",
    "DROP SEQUENCE draw_numbers",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
