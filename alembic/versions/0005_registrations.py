"""免交清单, 入驻, 登记: what need not be brought, who is there, and every reuse with its receipt."""

from alembic import op

revision = "0005"
down_revision = "0004"

UP = (
    """
    CREATE TABLE waiver_catalogues (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        number integer NOT NULL UNIQUE,
        sha256 text NOT NULL,
        source text NOT NULL,
        imported_by uuid REFERENCES persons,
        imported_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    """
    CREATE TABLE approval_items (
        catalogue_id uuid NOT NULL REFERENCES waiver_catalogues,
        code text NOT NULL,
        name text NOT NULL,
        department text NOT NULL,
        registration_kind text NOT NULL,
        position integer NOT NULL,
        PRIMARY KEY (catalogue_id, code),
        CONSTRAINT approval_item_registration_kind CHECK (registration_kind IN
            ('formation', 'relocation', 'additional', 'none'))
    )
    """,
    # One row: for this item, this requirement, proved by any of these kinds of paper, is waived or must be brought;
    # where title_situations are named, only there.
    """
    CREATE TABLE waivers (
        catalogue_id uuid NOT NULL,
        item_code text NOT NULL,
        requirement text NOT NULL,
        requirement_name text NOT NULL,
        evidence text[] NOT NULL,
        title_situations text[] NOT NULL DEFAULT '{}',
        waived boolean NOT NULL,
        legal_basis text NOT NULL,
        source text NOT NULL,
        begins_on date NOT NULL,
        ends_on date,
        position integer NOT NULL,
        PRIMARY KEY (catalogue_id, item_code, requirement),
        FOREIGN KEY (catalogue_id, item_code) REFERENCES approval_items
    )
    """,
    """
    CREATE TABLE businesses (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        name text NOT NULL,
        uscc text,
        district_code text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT business_uscc_once UNIQUE (uscc)
    )
    """,
    "CREATE INDEX businesses_by_name ON businesses (name)",
    """
    CREATE TABLE tenancies (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        unit_id uuid NOT NULL REFERENCES units,
        carrier_id uuid NOT NULL REFERENCES carriers,
        district_code text NOT NULL,
        tenant text NOT NULL,
        business_id uuid REFERENCES businesses,
        lease_begins_on date,
        lease_ends_on date,
        moved_in_on date,
        moved_out_on date,
        source text NOT NULL,
        reported_by uuid REFERENCES persons,
        reported_at timestamptz NOT NULL DEFAULT now(),
        confirmed_at timestamptz,
        CONSTRAINT tenancy_lease_order CHECK (lease_ends_on >= lease_begins_on),
        CONSTRAINT tenancy_stay_order CHECK (moved_out_on >= moved_in_on)
    )
    """,
    "CREATE UNIQUE INDEX tenancy_once ON tenancies (unit_id, tenant) WHERE moved_out_on IS NULL",
    "CREATE INDEX tenancies_by_carrier ON tenancies (carrier_id) WHERE moved_out_on IS NULL",
    "CREATE INDEX tenancies_moved_in ON tenancies (district_code, moved_in_on DESC) WHERE moved_in_on IS NOT NULL",
    "CREATE INDEX tenancies_moved_out ON tenancies (district_code, moved_out_on DESC) WHERE moved_out_on IS NOT NULL",
    """
    CREATE TABLE flags (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        unit_id uuid REFERENCES units,
        carrier_id uuid NOT NULL REFERENCES carriers,
        kind text NOT NULL,
        severity text NOT NULL,
        text text NOT NULL,
        source text NOT NULL,
        raised_by uuid REFERENCES persons,
        raised_at timestamptz NOT NULL DEFAULT now(),
        cleared_at timestamptz,
        CONSTRAINT flag_severity CHECK (severity IN ('blocks', 'needs_reason', 'note'))
    )
    """,
    """
    CREATE UNIQUE INDEX flag_once ON flags (carrier_id, unit_id, kind, source) NULLS NOT DISTINCT
     WHERE cleared_at IS NULL
    """,
    "CREATE SEQUENCE reuse_numbers",
    """
    CREATE TABLE reuses (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        number text NOT NULL UNIQUE,
        code text NOT NULL UNIQUE,
        district_code text NOT NULL,
        carrier_id uuid NOT NULL REFERENCES carriers,
        unit_id uuid NOT NULL REFERENCES units,
        version_id uuid NOT NULL REFERENCES dossier_versions,
        catalogue_id uuid NOT NULL REFERENCES waiver_catalogues,
        item_code text NOT NULL,
        lease_document_id uuid REFERENCES documents,
        applicant text NOT NULL,
        business_uscc text,
        registration_kind text NOT NULL,
        purpose text NOT NULL,
        case_number text NOT NULL,
        reason text NOT NULL DEFAULT '',
        person_id uuid NOT NULL REFERENCES persons,
        organisation_id uuid NOT NULL REFERENCES organisations,
        client_id uuid REFERENCES clients,
        status text NOT NULL DEFAULT 'held',
        held_until timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        outcome_at timestamptz,
        revoked_at timestamptz,
        revoked_by uuid REFERENCES persons,
        revoked_reason text NOT NULL DEFAULT '',
        revoked_note text NOT NULL DEFAULT '',
        receipt_text text NOT NULL,
        receipt_sha256 text NOT NULL,
        signature bytea NOT NULL,
        signing_key text NOT NULL,
        CONSTRAINT reuse_registration_kind CHECK (registration_kind IN
            ('formation', 'relocation', 'additional', 'none')),
        CONSTRAINT reuse_status CHECK (status IN
            ('held', 'registered', 'refused', 'withdrawn', 'expired', 'revoked'))
    )
    """,
    "CREATE INDEX reuses_by_district ON reuses (district_code, created_at DESC)",
    "CREATE INDEX reuses_by_carrier ON reuses (carrier_id, created_at DESC)",
    "CREATE INDEX reuses_by_case ON reuses (district_code, case_number text_pattern_ops)",
    "CREATE INDEX reuses_by_status ON reuses (district_code, status, created_at DESC)",
    "CREATE INDEX reuses_by_applicant ON reuses USING gin (applicant gin_trgm_ops)",
    "CREATE INDEX reuses_holding ON reuses (held_until) WHERE status = 'held'",
    # A registration lives from the reuse (held) or from an import (registered) until the business leaves.
    """
    CREATE TABLE registrations (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        unit_id uuid NOT NULL REFERENCES units,
        carrier_id uuid NOT NULL REFERENCES carriers,
        district_code text NOT NULL,
        business_id uuid REFERENCES businesses,
        applicant text NOT NULL,
        kind text NOT NULL,
        status text NOT NULL,
        exclusive boolean NOT NULL,
        contested boolean NOT NULL DEFAULT false,
        reuse_id uuid UNIQUE REFERENCES reuses,
        source text NOT NULL,
        held_until timestamptz,
        registered_on date,
        confirmed_by_manager boolean,
        created_at timestamptz NOT NULL DEFAULT now(),
        ended_at timestamptz,
        ended_reason text NOT NULL DEFAULT '',
        CONSTRAINT registration_kind CHECK (kind IN ('formation', 'relocation', 'additional', 'existing')),
        CONSTRAINT registration_status CHECK (status IN ('held', 'registered', 'ended')),
        CONSTRAINT registration_ended CHECK ((status = 'ended') = (ended_at IS NOT NULL))
    )
    """,
    # Invariant 4, the part one row can see; overlap through whole floors is checked under the carrier's lock.
    """
    CREATE UNIQUE INDEX registration_exclusive ON registrations (unit_id)
     WHERE status IN ('held', 'registered') AND exclusive AND NOT contested
    """,
    "CREATE INDEX registrations_live ON registrations (unit_id) WHERE status <> 'ended'",
    "CREATE INDEX registrations_by_carrier ON registrations (carrier_id) INCLUDE (status) WHERE status <> 'ended'",
    "CREATE INDEX registrations_by_district ON registrations (district_code, created_at DESC)",
    "CREATE INDEX registrations_by_business ON registrations (business_id) WHERE business_id IS NOT NULL",
    "CREATE INDEX registrations_by_applicant ON registrations USING gin (applicant gin_trgm_ops)",
)

TABLES = (
    "registrations",
    "reuses",
    "flags",
    "tenancies",
    "businesses",
    "waivers",
    "approval_items",
    "waiver_catalogues",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP SEQUENCE reuse_numbers")
