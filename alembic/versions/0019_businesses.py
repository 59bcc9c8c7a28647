"""住所库: imports of registered businesses, row by row, and where each business was found to be."""

from alembic import op

revision = "0019"
down_revision = "0018"

UP = (
    # Without a district the import is for the whole installation; without a person it came by the command line.
    """
    CREATE TABLE business_imports (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        district_code text,
        file_name text NOT NULL,
        sha256 text NOT NULL,
        status text NOT NULL DEFAULT 'classifying',
        row_count integer NOT NULL DEFAULT 0,
        asked_by uuid REFERENCES persons,
        created_at timestamptz NOT NULL DEFAULT now(),
        tried_at timestamptz,
        written_at timestamptz,
        CONSTRAINT business_import_status CHECK (status IN ('classifying', 'tried', 'writing', 'done', 'discarded'))
    )
    """,
    "CREATE INDEX business_imports_by_time ON business_imports (created_at DESC)",
    # `unit_ids` in their order, so that two placings can be compared; `outcome`: what the import does to the business.
    """
    CREATE TABLE business_import_rows (
        import_id uuid NOT NULL REFERENCES business_imports,
        line integer NOT NULL,
        name text NOT NULL,
        uscc text NOT NULL,
        address text NOT NULL,
        registered_on date,
        deregistered boolean NOT NULL DEFAULT false,
        fault text NOT NULL DEFAULT '',
        class text,
        carrier_id uuid,
        unit_ids uuid[] NOT NULL DEFAULT '{}',
        asked_unit text NOT NULL DEFAULT '',
        reasons text[] NOT NULL DEFAULT '{}',
        candidates jsonb NOT NULL DEFAULT '[]',
        subdistrict_codes text[] NOT NULL DEFAULT '{}',
        business_id uuid,
        former_name text,
        settled boolean NOT NULL DEFAULT false,
        outcome text,
        written boolean NOT NULL DEFAULT false,
        PRIMARY KEY (import_id, line)
    )
    """,
    "CREATE INDEX business_import_rows_unclassified ON business_import_rows (import_id, line)"
    " WHERE class IS NULL AND fault = ''",
    "CREATE INDEX business_import_rows_unwritten ON business_import_rows (import_id, line)"
    " WHERE NOT written AND fault = ''",
    # Where the register says a business is, in its own words, and what came of it.
    """
    CREATE TABLE business_addresses (
        business_id uuid PRIMARY KEY REFERENCES businesses,
        district_code text NOT NULL,
        address text NOT NULL,
        status text NOT NULL,
        class text NOT NULL,
        carrier_id uuid REFERENCES carriers,
        unit_ids uuid[] NOT NULL DEFAULT '{}',
        asked_unit text NOT NULL DEFAULT '',
        reasons text[] NOT NULL DEFAULT '{}',
        candidates jsonb NOT NULL DEFAULT '[]',
        subdistrict_codes text[] NOT NULL DEFAULT '{}',
        import_id uuid NOT NULL REFERENCES business_imports,
        changed_at timestamptz NOT NULL DEFAULT now(),
        settled_by uuid REFERENCES persons,
        settled_at timestamptz,
        before jsonb,
        CONSTRAINT business_address_status CHECK (status IN
            ('placed', 'choose', 'no_unit', 'differs', 'out', 'left_out', 'ended')),
        CONSTRAINT business_address_settled CHECK ((settled_by IS NULL) = (settled_at IS NULL))
    )
    """,
    "CREATE INDEX business_addresses_by_status ON business_addresses (district_code, status, business_id)",
    "CREATE INDEX business_addresses_by_carrier ON business_addresses (carrier_id) WHERE carrier_id IS NOT NULL",
    "CREATE INDEX business_addresses_settled ON business_addresses (settled_by, settled_at DESC)"
    " WHERE settled_at IS NOT NULL",
)

DOWN = (
    "DROP TABLE business_addresses",
    "DROP TABLE business_import_rows",
    "DROP TABLE business_imports",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
