"""住所材料: bytes, uploads, documents with their pages and fields, dossiers, filings, submissions, versions."""

from alembic import op

revision = "0004"
down_revision = "0003"

UP = (
    # A blob row exists only after its object does (invariant 1).
    """
    CREATE TABLE blobs (
        sha256 text PRIMARY KEY,
        size bigint NOT NULL,
        media_type text NOT NULL,
        stored_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT blob_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$')
    )
    """,
    # Objects nobody refers to, marked a while before they are removed: whoever files the same bytes meanwhile takes the
    # mark away, or sees removing_at and puts them again.
    """
    CREATE TABLE blob_removals (
        sha256 text PRIMARY KEY,
        marked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        removing_at timestamptz
    )
    """,
    # 断点续传: the chunks lie in S3, so that any web process can go on. noun_id is the filing, or the carrier of a
    # lease or a claim.
    """
    CREATE TABLE uploads (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        person_id uuid NOT NULL REFERENCES persons,
        purpose text NOT NULL,
        noun_id uuid NOT NULL,
        file_name text NOT NULL,
        size bigint NOT NULL,
        fingerprint text NOT NULL DEFAULT '',
        chunk_size integer NOT NULL,
        document_id uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        finished_at timestamptz,
        CONSTRAINT upload_purpose CHECK (purpose IN ('filing', 'lease', 'claim')),
        CONSTRAINT upload_size CHECK (size > 0)
    )
    """,
    "CREATE INDEX uploads_by_noun ON uploads (noun_id, person_id) WHERE finished_at IS NULL",
    "CREATE INDEX uploads_by_expiry ON uploads (expires_at)",
    """
    CREATE TABLE upload_chunks (
        upload_id uuid NOT NULL REFERENCES uploads ON DELETE CASCADE,
        number integer NOT NULL,
        size integer NOT NULL,
        sha256 text NOT NULL,
        stored_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (upload_id, number)
    )
    """,
    "CREATE SEQUENCE dossier_numbers",
    """
    CREATE TABLE dossiers (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        number text NOT NULL UNIQUE,
        carrier_id uuid NOT NULL REFERENCES carriers,
        district_code text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX dossiers_by_carrier ON dossiers (carrier_id)",
    """
    CREATE TABLE filings (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        dossier_id uuid NOT NULL REFERENCES dossiers,
        carrier_id uuid NOT NULL REFERENCES carriers,
        district_code text NOT NULL,
        organisation_id uuid NOT NULL REFERENCES organisations,
        kind text NOT NULL,
        title_situation text NOT NULL DEFAULT 'owner_lets',
        status text NOT NULL DEFAULT 'draft',
        scope_kind text NOT NULL DEFAULT 'whole',
        scope text[] NOT NULL DEFAULT '{}',
        on_behalf_of text NOT NULL DEFAULT '',
        note text NOT NULL DEFAULT '',
        filed_by uuid NOT NULL REFERENCES persons,
        created_at timestamptz NOT NULL DEFAULT now(),
        changed_at timestamptz NOT NULL DEFAULT now(),
        submitted_at timestamptz,
        deadline_on date,
        claimed_by uuid REFERENCES persons,
        claimed_until timestamptz,
        decided_at timestamptz,
        CONSTRAINT filing_kind CHECK (kind IN ('first', 'change', 'reconfirmation')),
        CONSTRAINT filing_title_situation CHECK (title_situation IN ('owner_lets', 'mandated', 'sublet')),
        CONSTRAINT filing_status CHECK (status IN
            ('draft', 'submitted', 'approved', 'returned', 'rejected', 'withdrawn', 'lapsed', 'discarded')),
        CONSTRAINT filing_scope_kind CHECK (scope_kind IN ('whole', 'buildings', 'floors', 'units')),
        CONSTRAINT filing_claimed_whole CHECK ((claimed_by IS NULL) = (claimed_until IS NULL))
    )
    """,
    "CREATE INDEX filings_by_carrier ON filings (carrier_id, created_at DESC)",
    "CREATE INDEX filings_by_organisation ON filings (organisation_id, status, changed_at DESC)",
    "CREATE INDEX filings_queue ON filings (district_code, submitted_at) WHERE status = 'submitted'",
    "CREATE INDEX filings_returned ON filings (district_code, deadline_on) WHERE status = 'returned'",
    "CREATE INDEX filings_decided ON filings (district_code, decided_at DESC) WHERE decided_at IS NOT NULL",
    """
    CREATE UNIQUE INDEX filing_one_open ON filings (dossier_id, organisation_id)
     WHERE status IN ('draft', 'submitted', 'returned')
    """,
    """
    CREATE TABLE documents (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        sha256 text NOT NULL REFERENCES blobs,
        carrier_id uuid REFERENCES carriers,
        district_code text NOT NULL,
        organisation_id uuid NOT NULL REFERENCES organisations,
        filing_id uuid REFERENCES filings,
        purpose text NOT NULL,
        file_name text NOT NULL,
        kind text NOT NULL DEFAULT 'other',
        also_kinds text[] NOT NULL DEFAULT '{}',
        kind_by text NOT NULL DEFAULT 'nobody',
        kind_confidence real,
        number text NOT NULL DEFAULT '',
        valid_until date,
        status text NOT NULL DEFAULT 'waiting',
        trouble text NOT NULL DEFAULT '',
        page_count integer,
        marked_sensitive boolean NOT NULL DEFAULT false,
        same_as uuid REFERENCES documents,
        uploaded_by uuid REFERENCES persons,
        uploaded_at timestamptz NOT NULL DEFAULT now(),
        read_at timestamptz,
        submitted_at timestamptz,
        discarded_at timestamptz,
        CONSTRAINT document_purpose CHECK (purpose IN ('filing', 'lease', 'claim')),
        CONSTRAINT document_status CHECK (status IN ('waiting', 'reading', 'read', 'unreadable')),
        CONSTRAINT document_kind_by CHECK (kind_by IN ('nobody', 'machine', 'person')),
        CONSTRAINT document_kind CHECK (kind IN ('title_deed', 'completion_certificate', 'floor_plan', 'mandate',
            'house_number_certificate', 'lease', 'declaration', 'id_card', 'licence', 'blank', 'other'))
    )
    """,
    "CREATE INDEX documents_by_filing ON documents (filing_id) WHERE discarded_at IS NULL",
    "CREATE INDEX documents_by_sha256 ON documents (sha256)",
    "CREATE INDEX documents_by_carrier ON documents (carrier_id, uploaded_at DESC)",
    """
    CREATE UNIQUE INDEX document_once_a_filing ON documents (filing_id, sha256)
     WHERE discarded_at IS NULL AND filing_id IS NOT NULL
    """,
    """
    CREATE UNIQUE INDEX document_once_a_carrier ON documents (carrier_id, organisation_id, purpose, sha256)
     WHERE discarded_at IS NULL AND filing_id IS NULL
    """,
    "CREATE INDEX documents_by_organisation ON documents (organisation_id, uploaded_at DESC)",
    # preview_sha256: the upright page drawn on the server, without watermark; words: bigrams for the full text.
    """
    CREATE TABLE document_pages (
        document_id uuid NOT NULL REFERENCES documents,
        page integer NOT NULL,
        kind text NOT NULL DEFAULT 'other',
        width integer NOT NULL DEFAULT 0,
        height integer NOT NULL DEFAULT 0,
        turned integer NOT NULL DEFAULT 0,
        preview_sha256 text REFERENCES blobs,
        method text NOT NULL DEFAULT 'none',
        text text NOT NULL DEFAULT '',
        lines jsonb NOT NULL DEFAULT '[]',
        masks jsonb NOT NULL DEFAULT '[]',
        sensitive boolean NOT NULL DEFAULT true,
        quality text[] NOT NULL DEFAULT '{}',
        words tsvector,
        read_at timestamptz,
        PRIMARY KEY (document_id, page)
    )
    """,
    # Without a pending list, which every search would have to read through.
    "CREATE INDEX document_pages_words ON document_pages USING gin (words) WITH (fastupdate = off)",
    """
    CREATE TABLE document_fields (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        document_id uuid NOT NULL REFERENCES documents,
        name text NOT NULL,
        position integer NOT NULL DEFAULT 0,
        value text NOT NULL,
        normal jsonb,
        confidence real NOT NULL,
        page integer NOT NULL,
        box real[],
        corrected_value text,
        corrected_by uuid REFERENCES persons,
        corrected_at timestamptz,
        confirmed_by uuid REFERENCES persons,
        confirmed_at timestamptz,
        CONSTRAINT document_field_once UNIQUE (document_id, name, position)
    )
    """,
    # Each submit freezes what was submitted.
    """
    CREATE TABLE submissions (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        filing_id uuid NOT NULL REFERENCES filings,
        number integer NOT NULL,
        content jsonb NOT NULL,
        declared_text text NOT NULL,
        submitted_by uuid NOT NULL REFERENCES persons,
        submitted_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT submission_number_once UNIQUE (filing_id, number)
    )
    """,
    """
    CREATE TABLE submission_documents (
        submission_id uuid NOT NULL REFERENCES submissions,
        document_id uuid NOT NULL REFERENCES documents,
        sha256 text NOT NULL,
        kind text NOT NULL,
        also_kinds text[] NOT NULL DEFAULT '{}',
        position integer NOT NULL,
        PRIMARY KEY (submission_id, document_id)
    )
    """,
    """
    CREATE TABLE submission_units (
        submission_id uuid NOT NULL REFERENCES submissions,
        unit_id uuid NOT NULL REFERENCES units,
        PRIMARY KEY (submission_id, unit_id)
    )
    """,
    """
    CREATE TABLE decisions (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        filing_id uuid NOT NULL REFERENCES filings,
        submission_id uuid NOT NULL REFERENCES submissions,
        decision text NOT NULL,
        reasons text[] NOT NULL DEFAULT '{}',
        message text NOT NULL DEFAULT '',
        internal_note text NOT NULL DEFAULT '',
        deadline_on date,
        decided_by uuid NOT NULL REFERENCES persons,
        decided_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT decision_kind CHECK (decision IN ('approved', 'returned', 'rejected')),
        CONSTRAINT decision_once UNIQUE (submission_id)
    )
    """,
    "CREATE UNIQUE INDEX decision_one_terminal ON decisions (filing_id) WHERE decision IN ('approved', 'rejected')",
    """
    CREATE TABLE dossier_versions (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        dossier_id uuid NOT NULL REFERENCES dossiers,
        carrier_id uuid NOT NULL REFERENCES carriers,
        district_code text NOT NULL,
        number integer NOT NULL,
        filing_id uuid NOT NULL REFERENCES filings,
        submission_id uuid NOT NULL REFERENCES submissions,
        status text NOT NULL DEFAULT 'effective',
        title_situation text NOT NULL,
        effective_from timestamptz NOT NULL DEFAULT now(),
        effective_to timestamptz,
        valid_until date NOT NULL,
        approved_by uuid NOT NULL REFERENCES persons,
        ended_reason text NOT NULL DEFAULT '',
        CONSTRAINT dossier_version_status CHECK (status IN ('effective', 'superseded', 'revoked')),
        CONSTRAINT dossier_version_number_once UNIQUE (dossier_id, number),
        CONSTRAINT dossier_version_ended CHECK ((status = 'effective') = (effective_to IS NULL))
    )
    """,
    "CREATE INDEX dossier_versions_by_carrier ON dossier_versions (carrier_id, status)",
    # Invariant 3: no unit lies in two effective versions at the same moment.
    """
    CREATE TABLE version_units (
        version_id uuid NOT NULL REFERENCES dossier_versions,
        unit_id uuid NOT NULL REFERENCES units,
        during tstzrange NOT NULL,
        PRIMARY KEY (version_id, unit_id),
        CONSTRAINT unit_in_one_version EXCLUDE USING gist (unit_id WITH =, during WITH &&)
    )
    """,
    "CREATE INDEX version_units_by_unit ON version_units (unit_id)",
    "CREATE INDEX version_units_covered ON version_units (version_id) WHERE upper_inf(during)",
    """
    CREATE TABLE version_documents (
        version_id uuid NOT NULL REFERENCES dossier_versions,
        document_id uuid NOT NULL REFERENCES documents,
        sha256 text NOT NULL,
        kind text NOT NULL,
        also_kinds text[] NOT NULL DEFAULT '{}',
        position integer NOT NULL,
        PRIMARY KEY (version_id, document_id)
    )
    """,
    "CREATE INDEX version_documents_by_document ON version_documents (document_id)",
    "ALTER TABLE managements ADD CONSTRAINT management_document FOREIGN KEY (document_id) REFERENCES documents",
)

TABLES = (
    "version_documents",
    "version_units",
    "dossier_versions",
    "decisions",
    "submission_units",
    "submission_documents",
    "submissions",
    "document_fields",
    "document_pages",
    "documents",
    "filings",
    "dossiers",
    "upload_chunks",
    "uploads",
    "blob_removals",
    "blobs",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("ALTER TABLE managements DROP CONSTRAINT management_document")
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP SEQUENCE dossier_numbers")
