"""人员与机构: organisations, persons, sessions, API clients, one-time tickets, notices."""

from alembic import op

revision = "0002"
down_revision = "0001"

UP = (
    """
    CREATE TABLE organisations (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        kind text NOT NULL,
        name text NOT NULL,
        uscc text,
        district_code text NOT NULL REFERENCES districts,
        created_at timestamptz NOT NULL DEFAULT now(),
        disabled_at timestamptz,
        CONSTRAINT organisation_kind CHECK (kind IN
            ('approval_authority', 'supervision_office', 'property_manager', 'agency')),
        CONSTRAINT organisation_name_once UNIQUE (district_code, name),
        CONSTRAINT organisation_uscc_once UNIQUE (uscc)
    )
    """,
    """
    CREATE TABLE organisation_subdistricts (
        organisation_id uuid NOT NULL REFERENCES organisations,
        subdistrict_code text NOT NULL REFERENCES subdistricts,
        PRIMARY KEY (organisation_id, subdistrict_code)
    )
    """,
    """
    CREATE TABLE persons (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        organisation_id uuid NOT NULL REFERENCES organisations,
        role text NOT NULL,
        name text NOT NULL,
        login text NOT NULL,
        password_hash text NOT NULL,
        desk text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        disabled_at timestamptz,
        CONSTRAINT person_role CHECK (role IN ('clerk', 'manager', 'supervisor', 'agent', 'administrator')),
        CONSTRAINT person_login_once UNIQUE (login)
    )
    """,
    "CREATE INDEX persons_by_organisation ON persons (organisation_id)",
    """
    CREATE TABLE sessions (
        token_hash bytea PRIMARY KEY,
        person_id uuid NOT NULL REFERENCES persons,
        csrf_token text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        seen_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        ended_at timestamptz
    )
    """,
    "CREATE INDEX sessions_by_person ON sessions (person_id)",
    "CREATE INDEX sessions_by_expiry ON sessions (expires_at)",
    """
    CREATE TABLE sign_in_failures (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        login text NOT NULL,
        address text NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE INDEX sign_in_failures_by_login ON sign_in_failures (login, at)",
    "CREATE INDEX sign_in_failures_by_address ON sign_in_failures (address, at)",
    """
    CREATE TABLE clients (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        organisation_id uuid NOT NULL REFERENCES organisations,
        name text NOT NULL,
        token_hash bytea NOT NULL,
        scopes text[] NOT NULL,
        origin text,
        quota_per_minute integer NOT NULL DEFAULT 600,
        created_at timestamptz NOT NULL DEFAULT now(),
        rotated_at timestamptz,
        disabled_at timestamptz,
        CONSTRAINT client_name_once UNIQUE (organisation_id, name),
        CONSTRAINT client_token_once UNIQUE (token_hash),
        CONSTRAINT client_quota CHECK (quota_per_minute > 0),
        CONSTRAINT client_scopes CHECK (scopes <@ ARRAY['lookup', 'leases', 'reuses', 'dossiers', 'documents',
            'tickets', 'events', 'waivers', 'tenancies', 'zombies', 'filings'])
    )
    """,
    # 综窗系统里的工号 ↔ 本系统的审批员
    """
    CREATE TABLE client_clerks (
        client_id uuid NOT NULL REFERENCES clients,
        clerk text NOT NULL,
        person_id uuid NOT NULL REFERENCES persons,
        PRIMARY KEY (client_id, clerk)
    )
    """,
    """
    CREATE TABLE client_usage (
        client_id uuid NOT NULL REFERENCES clients,
        minute timestamptz NOT NULL,
        request_count integer NOT NULL,
        PRIMARY KEY (client_id, minute)
    )
    """,
    # A ticket is good once, for sixty seconds; used, it becomes the panel's own short session.
    """
    CREATE TABLE tickets (
        token_hash bytea PRIMARY KEY,
        client_id uuid NOT NULL REFERENCES clients,
        person_id uuid NOT NULL REFERENCES persons,
        case_number text NOT NULL,
        purpose text NOT NULL,
        address text NOT NULL DEFAULT '',
        applicant text NOT NULL DEFAULT '',
        item_code text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        panel_hash bytea UNIQUE,
        panel_expires_at timestamptz
    )
    """,
    """
    CREATE TABLE idempotency_keys (
        caller_id uuid NOT NULL,
        key text NOT NULL,
        route text NOT NULL,
        request_hash bytea NOT NULL,
        status integer,
        body jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (caller_id, key)
    )
    """,
    """
    CREATE TABLE notices (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        organisation_id uuid NOT NULL REFERENCES organisations,
        person_id uuid REFERENCES persons,
        kind text NOT NULL,
        title text NOT NULL,
        body text NOT NULL DEFAULT '',
        link text NOT NULL,
        carrier_id uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        read_at timestamptz
    )
    """,
    "CREATE INDEX notices_by_organisation ON notices (organisation_id, created_at DESC)",
    "CREATE INDEX notices_unread ON notices (organisation_id) WHERE read_at IS NULL",
)

TABLES = (
    "notices",
    "idempotency_keys",
    "tickets",
    "client_usage",
    "client_clerks",
    "clients",
    "sign_in_failures",
    "sessions",
    "persons",
    "organisation_subdistricts",
    "organisations",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
