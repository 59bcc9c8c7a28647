"""核查: going and looking, what was found on the spot, and the photographs of it."""

from alembic import op

revision = "0018"
down_revision = "0017"

PURPOSES = "('filing', 'lease', 'claim'{more})"

UP = (
    "CREATE SEQUENCE inspection_numbers",
    # `subject` is the name that is looked for, as it stood when the inspection was planned, "" for the place alone;
    # `source` is the noun and id that asked for it.
    """
    CREATE TABLE inspections (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        number text NOT NULL UNIQUE DEFAULT ('HC' || lpad(nextval('inspection_numbers')::text, 6, '0')),
        carrier_id uuid NOT NULL REFERENCES carriers,
        unit_id uuid REFERENCES units,
        registration_id uuid REFERENCES registrations,
        district_code text NOT NULL,
        subject text NOT NULL DEFAULT '',
        cause text NOT NULL,
        source text NOT NULL DEFAULT '',
        question text NOT NULL DEFAULT '',
        due_on date NOT NULL,
        status text NOT NULL DEFAULT 'planned',
        planned_by uuid REFERENCES persons,
        planned_at timestamptz NOT NULL DEFAULT now(),
        assigned_to uuid REFERENCES persons,
        accompanied_by uuid REFERENCES persons,
        assigned_at timestamptz,
        started_by uuid REFERENCES persons,
        started_at timestamptz,
        ended_by uuid REFERENCES persons,
        ended_at timestamptz,
        cancel_reason text NOT NULL DEFAULT '',
        CONSTRAINT inspection_status CHECK (status IN ('planned', 'assigned', 'started', 'found', 'cancelled')),
        CONSTRAINT inspection_cause CHECK (cause IN ('risk', 'asked', 'zombie', 'drawn', 'manual')),
        CONSTRAINT inspection_ended CHECK ((status IN ('found', 'cancelled')) = (ended_at IS NOT NULL)),
        CONSTRAINT inspection_assigned CHECK (status <> 'assigned' OR assigned_to IS NOT NULL),
        CONSTRAINT inspection_two_people CHECK (accompanied_by <> assigned_to)
    )
    """,
    """
    CREATE UNIQUE INDEX inspection_open_once
        ON inspections (carrier_id, unit_id, registration_id) NULLS NOT DISTINCT
     WHERE status IN ('planned', 'assigned', 'started')
    """,
    "CREATE INDEX inspections_by_due ON inspections (district_code, status, due_on, id)",
    "CREATE INDEX inspections_by_carrier ON inspections (carrier_id, planned_at DESC)",
    "CREATE INDEX inspections_by_person ON inspections (assigned_to, status, due_on)",
    "CREATE INDEX inspections_by_registration ON inspections (registration_id) WHERE registration_id IS NOT NULL",
    # The id is made by the phone, so that what is sent twice is there once. `found_at` is what the phone's clock said.
    """
    CREATE TABLE findings (
        id uuid PRIMARY KEY,
        inspection_id uuid NOT NULL REFERENCES inspections,
        outcome text NOT NULL,
        other_business text NOT NULL DEFAULT '',
        note text NOT NULL DEFAULT '',
        found_by uuid NOT NULL REFERENCES persons,
        organisation_id uuid NOT NULL REFERENCES organisations,
        found_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        latitude double precision,
        longitude double precision,
        accuracy_m double precision,
        photo_count integer NOT NULL DEFAULT 0,
        concludes boolean NOT NULL,
        CONSTRAINT finding_outcome CHECK (outcome IN ('found_there', 'nobody', 'refused', 'other_business',
                                                      'no_such_address')),
        CONSTRAINT finding_position CHECK ((latitude IS NULL) = (longitude IS NULL)
                                           AND latitude BETWEEN -90 AND 90
                                           AND longitude BETWEEN -180 AND 180)
    )
    """,
    "CREATE UNIQUE INDEX finding_concludes_once ON findings (inspection_id) WHERE concludes",
    "CREATE INDEX findings_by_inspection ON findings (inspection_id, received_at)",
    """
    CREATE TABLE finding_photos (
        id uuid PRIMARY KEY,
        finding_id uuid NOT NULL REFERENCES findings,
        document_id uuid NOT NULL REFERENCES documents,
        taken_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX finding_photos_by_finding ON finding_photos (finding_id, taken_at)",
    "CREATE INDEX finding_photos_by_document ON finding_photos (document_id)",
    "ALTER TABLE documents DROP CONSTRAINT document_purpose",
    "ALTER TABLE documents ADD CONSTRAINT document_purpose CHECK (purpose IN "
    + PURPOSES.format(more=", 'inspection'")
    + ")",
    "ALTER TABLE uploads DROP CONSTRAINT upload_purpose",
    "ALTER TABLE uploads ADD CONSTRAINT upload_purpose CHECK (purpose IN "
    + PURPOSES.format(more=", 'inspection'")
    + ")",
)

DOWN = (
    "DROP TABLE finding_photos",
    "DROP TABLE findings",
    "DROP TABLE inspections",
    "DROP SEQUENCE inspection_numbers",
    "ALTER TABLE documents DROP CONSTRAINT document_purpose",
    "ALTER TABLE documents ADD CONSTRAINT document_purpose CHECK (purpose IN " + PURPOSES.format(more="") + ")",
    "ALTER TABLE uploads DROP CONSTRAINT upload_purpose",
    "ALTER TABLE uploads ADD CONSTRAINT upload_purpose CHECK (purpose IN " + PURPOSES.format(more="") + ")",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
