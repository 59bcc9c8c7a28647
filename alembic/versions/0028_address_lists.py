"""Lists of addresses that clerks bring, row by row with what became of them."""

from alembic import op

revision = "0028"
down_revision = "0027"

UP = (
    """
    CREATE TABLE address_lists (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        district_code text NOT NULL REFERENCES districts,
        person_id uuid NOT NULL REFERENCES persons,
        file_name text NOT NULL,
        sha256 text NOT NULL,
        header text[] NOT NULL,
        place integer NOT NULL,
        status text NOT NULL DEFAULT 'classifying',
        version text NOT NULL DEFAULT '',
        row_count integer NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        done_at timestamptz,
        CONSTRAINT address_list_status CHECK (status IN ('classifying', 'done')),
        CONSTRAINT address_list_done CHECK ((status = 'done') = (done_at IS NOT NULL)),
        CONSTRAINT address_list_place CHECK (place >= 0 AND place < cardinality(header))
    )
    """,
    "CREATE INDEX address_lists_by_person ON address_lists (person_id, created_at DESC)",
    "CREATE INDEX address_lists_by_age ON address_lists (created_at)",
    """
    CREATE TABLE address_list_rows (
        list_id uuid NOT NULL REFERENCES address_lists ON DELETE CASCADE,
        line integer NOT NULL,
        cells text[] NOT NULL,
        fault text NOT NULL DEFAULT '',
        placed text,
        class text,
        canonical text,
        carrier text,
        units text,
        reasons text,
        candidates text,
        PRIMARY KEY (list_id, line),
        CONSTRAINT address_list_row_placed CHECK (placed IN ('unit', 'carrier', 'choice', 'out')),
        CONSTRAINT address_list_row_class CHECK (placed IS NULL OR class IN ('A', 'B', 'C', 'N'))
    )
    """,
    "CREATE INDEX address_list_rows_to_do ON address_list_rows (list_id, line) WHERE placed IS NULL AND fault = ''",
    "CREATE INDEX address_list_rows_by_place ON address_list_rows (list_id, placed, line)",
)

DOWN = (
    "DROP TABLE address_list_rows",
    "DROP TABLE address_lists",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
