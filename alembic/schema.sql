-- 由 python -m tests.support.schema 生成，供阅读；数据库以 alembic/versions 为准。

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

CREATE FUNCTION audit_entry_sealed_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        unsealed audit_entries := NEW;
    BEGIN
        unsealed.leaf_index := NULL;
        unsealed.leaf_hash := NULL;
        IF OLD IS DISTINCT FROM unsealed THEN
            RAISE EXCEPTION '留痕不可更改' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END
    $$;

CREATE FUNCTION audit_stands() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        RAISE EXCEPTION '留痕不可更改' USING ERRCODE = 'integrity_constraint_violation';
    END
    $$;

CREATE FUNCTION lineage_of(asked uuid) RETURNS TABLE(id uuid)
    LANGUAGE sql STABLE ROWS 1
    AS $$
        WITH RECURSIVE came_from (id) AS (
            SELECT asked
             UNION
            SELECT unit_lineages.parent_id
              FROM unit_lineages
              JOIN came_from ON unit_lineages.child_id = came_from.id
             WHERE unit_lineages.undone_at IS NULL
        )
        SELECT came_from.id FROM came_from
    $$;

CREATE FUNCTION papers_of(version uuid) RETURNS json
    LANGUAGE sql STABLE
    AS $$
            SELECT coalesce(
                       json_agg(json_build_array(vd.position, vd.document_id, vd.kind, vd.also_kinds, doc.file_name,
                                                 doc.number, doc.page_count, doc.valid_until, vd.sha256)
                                ORDER BY vd.position, vd.document_id),
                       '[]')
              FROM version_documents AS vd
              JOIN documents AS doc ON doc.id = vd.document_id
             WHERE vd.version_id = version
        $$;

CREATE FUNCTION reviewed_by_of(person uuid) RETURNS text
    LANGUAGE sql STABLE
    AS $$
            SELECT coalesce(nullif(persons.desk, ''), organisations.name)
              FROM persons
              JOIN organisations ON organisations.id = persons.organisation_id
             WHERE persons.id = person
        $$;

CREATE FUNCTION show_changed_document() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            PERFORM FROM dossier_versions
                   WHERE id IN (SELECT version_id FROM version_documents WHERE document_id = NEW.id)
                ORDER BY id
                     FOR NO KEY UPDATE;
            UPDATE dossier_versions
               SET papers = papers_of(dossier_versions.id)
             WHERE id IN (SELECT version_id FROM version_documents WHERE document_id = NEW.id);
            RETURN NULL;
        END
        $$;

CREATE FUNCTION show_version() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            NEW.dossier_number := (SELECT number FROM dossiers WHERE id = NEW.dossier_id);
            NEW.reviewed_by := reviewed_by_of(NEW.approved_by);
            RETURN NEW;
        END
        $$;

CREATE FUNCTION show_version_papers() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        DECLARE
            changed uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.version_id ELSE NEW.version_id END;
        BEGIN
            IF TG_OP <> 'DELETE' THEN  -- whoever changes the document meanwhile waits, and then sees this version
                PERFORM FROM documents WHERE id = NEW.document_id FOR SHARE;
            END IF;
            UPDATE dossier_versions
               SET papers = papers_of(changed)
             WHERE id = changed;
            RETURN NULL;
        END
        $$;

CREATE FUNCTION space_around(asked uuid) RETURNS uuid[]
    LANGUAGE sql STABLE
    AS $$
        SELECT array_agg(space_of.id)
          FROM space_of(asked)
    $$;

CREATE FUNCTION space_of(asked uuid) RETURNS TABLE(id uuid)
    LANGUAGE sql STABLE ROWS 2
    AS $$
        WITH RECURSIVE
        up (id, part_of) AS (
            SELECT units.id, units.part_of
              FROM units
             WHERE units.id = asked
             UNION
            SELECT units.id, units.part_of
              FROM units
              JOIN up ON units.id = up.part_of
        ),
        came_from (id) AS (
            SELECT up.id
              FROM up
             UNION
            SELECT unit_lineages.parent_id
              FROM unit_lineages
              JOIN came_from ON unit_lineages.child_id = came_from.id
             WHERE unit_lineages.undone_at IS NULL
        ),
        floor_mates (id) AS (
            SELECT other.id
              FROM up
              JOIN units AS one ON one.id = up.id
              JOIN units AS other
                ON other.carrier_id = one.carrier_id
               AND other.building = one.building
               AND other.number = one.number
               AND other.floor = one.floor
             WHERE ((one.kind = 'whole_floor' AND other.kind IN ('whole_floor', 'room', 'shop', 'part'))
                    OR (other.kind = 'whole_floor' AND one.kind IN ('room', 'shop', 'part')))
               AND NOT (one.kind <> 'whole_floor'
                        AND other.kind = 'whole_floor'
                        AND EXISTS (
                            SELECT
                              FROM unit_lineages
                             WHERE unit_lineages.parent_id = other.id
                               AND unit_lineages.undone_at IS NULL))
        ),
        down (id) AS (
            SELECT units.id
              FROM units
             WHERE units.id = asked
             UNION
            SELECT next.id
              FROM down
        CROSS JOIN LATERAL (
                   SELECT units.id
                     FROM units
                    WHERE units.part_of = down.id
                UNION ALL
                   SELECT unit_lineages.child_id
                     FROM unit_lineages
                    WHERE unit_lineages.parent_id = down.id
                      AND unit_lineages.undone_at IS NULL
                   ) AS next (id)
        )
        SELECT came_from.id FROM came_from
         UNION
        SELECT floor_mates.id FROM floor_mates
         UNION
        SELECT down.id FROM down
    $$;

CREATE FUNCTION successors_of(asked uuid) RETURNS TABLE(id uuid)
    LANGUAGE sql STABLE ROWS 1
    AS $$
        WITH RECURSIVE became (id) AS (
            SELECT asked
             UNION
            SELECT unit_lineages.child_id
              FROM unit_lineages
              JOIN became ON unit_lineages.parent_id = became.id
             WHERE unit_lineages.undone_at IS NULL
        )
        SELECT units.id
          FROM became
          JOIN units ON units.id = became.id
         WHERE units.retired_at IS NULL
    $$;

CREATE FUNCTION tell_of_address() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            IF TG_OP <> 'INSERT' THEN
                PERFORM pg_notify('zhusuo_roads', OLD.road);
            END IF;
            IF TG_OP <> 'DELETE' THEN
                PERFORM pg_notify('zhusuo_roads', NEW.road);
            END IF;
            RETURN NULL;
        END
        $$;

CREATE FUNCTION tell_of_carrier() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            PERFORM pg_notify('zhusuo_roads', road)
               FROM carrier_addresses
              WHERE carrier_id = NEW.id;
            RETURN NULL;
        END
        $$;

CREATE FUNCTION tell_of_shop() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            PERFORM pg_notify('zhusuo_roads', road)
               FROM carrier_addresses
              WHERE carrier_id = CASE TG_OP WHEN 'DELETE' THEN OLD.carrier_id ELSE NEW.carrier_id END;
            RETURN NULL;
        END
        $$;

CREATE TABLE address_list_rows (
    list_id uuid NOT NULL,
    line integer NOT NULL,
    cells text[] NOT NULL,
    fault text DEFAULT ''::text NOT NULL,
    placed text,
    class text,
    canonical text,
    carrier text,
    units text,
    reasons text,
    candidates text,
    CONSTRAINT address_list_row_class CHECK (((placed IS NULL) OR (class = ANY (ARRAY['A'::text, 'B'::text, 'C'::text, 'N'::text])))),
    CONSTRAINT address_list_row_placed CHECK ((placed = ANY (ARRAY['unit'::text, 'carrier'::text, 'choice'::text, 'out'::text])))
);

CREATE TABLE address_lists (
    id uuid DEFAULT uuidv7() NOT NULL,
    district_code text NOT NULL,
    person_id uuid NOT NULL,
    file_name text NOT NULL,
    sha256 text NOT NULL,
    header text[] NOT NULL,
    place integer NOT NULL,
    status text DEFAULT 'classifying'::text NOT NULL,
    version text DEFAULT ''::text NOT NULL,
    row_count integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    done_at timestamp with time zone,
    CONSTRAINT address_list_done CHECK (((status = 'done'::text) = (done_at IS NOT NULL))),
    CONSTRAINT address_list_place CHECK (((place >= 0) AND (place < cardinality(header)))),
    CONSTRAINT address_list_status CHECK ((status = ANY (ARRAY['classifying'::text, 'done'::text])))
);

CREATE TABLE approval_items (
    catalogue_id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    department text NOT NULL,
    registration_kind text NOT NULL,
    "position" integer NOT NULL,
    CONSTRAINT approval_item_registration_kind CHECK ((registration_kind = ANY (ARRAY['formation'::text, 'relocation'::text, 'additional'::text, 'none'::text])))
);

CREATE TABLE audit_checkpoints (
    tree_size bigint NOT NULL,
    root_hash bytea NOT NULL,
    frontier bytea[] NOT NULL,
    sealed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    signature bytea NOT NULL
);

CREATE TABLE audit_entries (
    id uuid DEFAULT uuidv7() NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    person_id uuid,
    client_id uuid,
    organisation_id uuid,
    action text NOT NULL,
    noun text NOT NULL,
    noun_id text NOT NULL,
    carrier_id uuid,
    district_code text,
    purpose text,
    case_number text,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    leaf_index bigint,
    leaf_hash bytea,
    CONSTRAINT audit_sealed_whole CHECK (((leaf_index IS NULL) = (leaf_hash IS NULL)))
);

CREATE TABLE blob_removals (
    sha256 text NOT NULL,
    marked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    removing_at timestamp with time zone
);

CREATE TABLE blobs (
    sha256 text NOT NULL,
    size bigint NOT NULL,
    media_type text NOT NULL,
    stored_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT blob_sha256 CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);

CREATE TABLE business_addresses (
    business_id uuid NOT NULL,
    district_code text NOT NULL,
    address text NOT NULL,
    status text NOT NULL,
    class text NOT NULL,
    carrier_id uuid,
    unit_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    asked_unit text DEFAULT ''::text NOT NULL,
    reasons text[] DEFAULT '{}'::text[] NOT NULL,
    candidates jsonb DEFAULT '[]'::jsonb NOT NULL,
    subdistrict_codes text[] DEFAULT '{}'::text[] NOT NULL,
    import_id uuid NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    settled_by uuid,
    settled_at timestamp with time zone,
    before jsonb,
    CONSTRAINT business_address_settled CHECK (((settled_by IS NULL) = (settled_at IS NULL))),
    CONSTRAINT business_address_status CHECK ((status = ANY (ARRAY['placed'::text, 'choose'::text, 'no_unit'::text, 'differs'::text, 'out'::text, 'left_out'::text, 'ended'::text, 'carrier'::text, 'left'::text])))
);

CREATE TABLE business_import_rows (
    import_id uuid NOT NULL,
    line integer NOT NULL,
    name text NOT NULL,
    uscc text NOT NULL,
    address text NOT NULL,
    registered_on date,
    deregistered boolean DEFAULT false NOT NULL,
    fault text DEFAULT ''::text NOT NULL,
    class text,
    carrier_id uuid,
    unit_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    asked_unit text DEFAULT ''::text NOT NULL,
    reasons text[] DEFAULT '{}'::text[] NOT NULL,
    candidates jsonb DEFAULT '[]'::jsonb NOT NULL,
    subdistrict_codes text[] DEFAULT '{}'::text[] NOT NULL,
    business_id uuid,
    former_name text,
    settled boolean DEFAULT false NOT NULL,
    outcome text,
    written boolean DEFAULT false NOT NULL
);

CREATE TABLE business_imports (
    id uuid DEFAULT uuidv7() NOT NULL,
    district_code text,
    file_name text NOT NULL,
    sha256 text NOT NULL,
    status text DEFAULT 'classifying'::text NOT NULL,
    row_count integer DEFAULT 0 NOT NULL,
    asked_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    tried_at timestamp with time zone,
    written_at timestamp with time zone,
    CONSTRAINT business_import_status CHECK ((status = ANY (ARRAY['classifying'::text, 'tried'::text, 'writing'::text, 'done'::text, 'discarded'::text])))
);

CREATE TABLE businesses (
    id uuid DEFAULT uuidv7() NOT NULL,
    name text NOT NULL,
    uscc text,
    district_code text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE calendar_days (
    falls_on date NOT NULL,
    works boolean NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    source text DEFAULT ''::text NOT NULL,
    imported_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE carrier_addresses (
    id uuid DEFAULT uuidv7() NOT NULL,
    carrier_id uuid NOT NULL,
    district_code text NOT NULL,
    road text NOT NULL,
    lane text DEFAULT ''::text NOT NULL,
    sublane text DEFAULT ''::text NOT NULL,
    number text DEFAULT ''::text NOT NULL,
    building text DEFAULT ''::text NOT NULL,
    text text NOT NULL,
    key text NOT NULL,
    road_pinyin text NOT NULL,
    is_main boolean DEFAULT false NOT NULL,
    source text DEFAULT ''::text NOT NULL,
    begins_on date,
    ends_on date,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE carrier_aliases (
    id uuid DEFAULT uuidv7() NOT NULL,
    carrier_id uuid NOT NULL,
    district_code text NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    source text DEFAULT ''::text NOT NULL,
    ends_on date
);

CREATE TABLE carrier_facts (
    id uuid DEFAULT uuidv7() NOT NULL,
    carrier_id uuid NOT NULL,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    value text NOT NULL,
    valid_during daterange NOT NULL,
    known_during tstzrange NOT NULL,
    said_by uuid,
    CONSTRAINT carrier_fact_kind CHECK ((kind = ANY (ARRAY['name'::text, 'address'::text]))),
    CONSTRAINT carrier_fact_not_empty CHECK (((NOT isempty(valid_during)) AND (NOT isempty(known_during))))
);

CREATE SEQUENCE carrier_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE carrier_terms (
    carrier_id uuid NOT NULL,
    district_code text NOT NULL,
    term text NOT NULL,
    shown text NOT NULL,
    weight integer DEFAULT 0 NOT NULL
);

CREATE TABLE carriers (
    id uuid DEFAULT uuidv7() NOT NULL,
    number text DEFAULT ('ZT'::text || lpad((nextval('carrier_numbers'::regclass))::text, 6, '0'::text)) NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    district_code text NOT NULL,
    subdistrict_code text NOT NULL,
    sharing_allowed boolean DEFAULT false NOT NULL,
    floors_above integer,
    floors_below integer,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    retired_at timestamp with time zone,
    successor_id uuid,
    CONSTRAINT carrier_kind CHECK ((kind = ANY (ARRAY['tower'::text, 'mall'::text, 'park'::text, 'market'::text, 'street'::text, 'incubator'::text, 'cluster'::text]))),
    CONSTRAINT carrier_not_its_own_successor CHECK ((successor_id <> id))
);

CREATE TABLE client_clerks (
    client_id uuid NOT NULL,
    clerk text NOT NULL,
    person_id uuid NOT NULL
);

CREATE UNLOGGED TABLE client_usage (
    client_id uuid NOT NULL,
    minute timestamp with time zone NOT NULL,
    request_count integer NOT NULL
);

CREATE TABLE clients (
    id uuid DEFAULT uuidv7() NOT NULL,
    organisation_id uuid NOT NULL,
    name text NOT NULL,
    token_hash bytea NOT NULL,
    scopes text[] NOT NULL,
    origin text,
    quota_per_minute integer DEFAULT 600 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    rotated_at timestamp with time zone,
    disabled_at timestamp with time zone,
    CONSTRAINT client_quota CHECK ((quota_per_minute > 0)),
    CONSTRAINT client_scopes CHECK ((scopes <@ ARRAY['lookup'::text, 'leases'::text, 'reuses'::text, 'dossiers'::text, 'documents'::text, 'tickets'::text, 'events'::text, 'waivers'::text, 'tenancies'::text, 'zombies'::text, 'filings'::text]))
);

CREATE TABLE correction_picks (
    correction_id uuid NOT NULL,
    person_id uuid NOT NULL,
    case_number text NOT NULL,
    picked_on date NOT NULL,
    picked_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE corrections (
    id uuid DEFAULT uuidv7() NOT NULL,
    district_code text NOT NULL,
    key text NOT NULL,
    written text NOT NULL,
    reasons text[] DEFAULT '{}'::text[] NOT NULL,
    carrier_id uuid NOT NULL,
    unit_id uuid,
    status text DEFAULT 'proposed'::text NOT NULL,
    proposed_by uuid NOT NULL,
    proposed_at timestamp with time zone DEFAULT now() NOT NULL,
    case_number text DEFAULT ''::text NOT NULL,
    decided_by uuid,
    decided_at timestamp with time zone,
    reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT correction_decided CHECK ((((status = 'proposed'::text) = (decided_at IS NULL)) AND ((decided_at IS NULL) = (decided_by IS NULL)))),
    CONSTRAINT correction_status CHECK ((status = ANY (ARRAY['proposed'::text, 'accepted'::text, 'rejected'::text, 'revoked'::text]))),
    CONSTRAINT correction_two_clerks CHECK (((status <> ALL (ARRAY['accepted'::text, 'rejected'::text])) OR (decided_by <> proposed_by)))
);

CREATE TABLE decisions (
    id uuid DEFAULT uuidv7() NOT NULL,
    filing_id uuid NOT NULL,
    submission_id uuid NOT NULL,
    decision text NOT NULL,
    reasons text[] DEFAULT '{}'::text[] NOT NULL,
    message text DEFAULT ''::text NOT NULL,
    internal_note text DEFAULT ''::text NOT NULL,
    deadline_on date,
    decided_by uuid NOT NULL,
    decided_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT decision_kind CHECK ((decision = ANY (ARRAY['approved'::text, 'returned'::text, 'rejected'::text])))
);

CREATE TABLE districts (
    code text NOT NULL,
    name text NOT NULL
);

CREATE TABLE document_fields (
    id uuid DEFAULT uuidv7() NOT NULL,
    document_id uuid NOT NULL,
    name text NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    value text NOT NULL,
    normal jsonb,
    confidence real NOT NULL,
    page integer NOT NULL,
    box real[],
    corrected_value text,
    corrected_by uuid,
    corrected_at timestamp with time zone,
    confirmed_by uuid,
    confirmed_at timestamp with time zone
);

CREATE TABLE document_notes (
    document_id uuid NOT NULL,
    page integer NOT NULL,
    code text NOT NULL,
    text text NOT NULL,
    other_id uuid,
    other_page integer
);

CREATE TABLE document_pages (
    document_id uuid NOT NULL,
    page integer NOT NULL,
    kind text DEFAULT 'other'::text NOT NULL,
    width integer DEFAULT 0 NOT NULL,
    height integer DEFAULT 0 NOT NULL,
    turned integer DEFAULT 0 NOT NULL,
    preview_sha256 text,
    method text DEFAULT 'none'::text NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    lines jsonb DEFAULT '[]'::jsonb NOT NULL,
    masks jsonb DEFAULT '[]'::jsonb NOT NULL,
    sensitive boolean DEFAULT true NOT NULL,
    quality text[] DEFAULT '{}'::text[] NOT NULL,
    words tsvector,
    read_at timestamp with time zone,
    look text DEFAULT ''::text NOT NULL
);

CREATE TABLE document_parts (
    document_id uuid NOT NULL,
    "position" integer NOT NULL,
    kind text NOT NULL,
    pages integer[] NOT NULL,
    set_by uuid,
    set_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT document_part_kind CHECK ((kind = ANY (ARRAY['title_deed'::text, 'completion_certificate'::text, 'floor_plan'::text, 'mandate'::text, 'house_number_certificate'::text, 'lease'::text, 'declaration'::text, 'id_card'::text, 'licence'::text, 'other'::text]))),
    CONSTRAINT document_part_pages CHECK ((cardinality(pages) > 0))
);

CREATE TABLE documents (
    id uuid DEFAULT uuidv7() NOT NULL,
    sha256 text NOT NULL,
    carrier_id uuid,
    district_code text NOT NULL,
    organisation_id uuid NOT NULL,
    filing_id uuid,
    purpose text NOT NULL,
    file_name text NOT NULL,
    kind text DEFAULT 'other'::text NOT NULL,
    also_kinds text[] DEFAULT '{}'::text[] NOT NULL,
    kind_by text DEFAULT 'nobody'::text NOT NULL,
    kind_confidence real,
    number text DEFAULT ''::text NOT NULL,
    valid_until date,
    status text DEFAULT 'waiting'::text NOT NULL,
    trouble text DEFAULT ''::text NOT NULL,
    page_count integer,
    marked_sensitive boolean DEFAULT false NOT NULL,
    same_as uuid,
    uploaded_by uuid,
    uploaded_at timestamp with time zone DEFAULT now() NOT NULL,
    read_at timestamp with time zone,
    submitted_at timestamp with time zone,
    discarded_at timestamp with time zone,
    CONSTRAINT document_kind CHECK ((kind = ANY (ARRAY['title_deed'::text, 'completion_certificate'::text, 'floor_plan'::text, 'mandate'::text, 'house_number_certificate'::text, 'lease'::text, 'declaration'::text, 'id_card'::text, 'licence'::text, 'blank'::text, 'other'::text]))),
    CONSTRAINT document_kind_by CHECK ((kind_by = ANY (ARRAY['nobody'::text, 'machine'::text, 'person'::text]))),
    CONSTRAINT document_purpose CHECK ((purpose = ANY (ARRAY['filing'::text, 'lease'::text, 'claim'::text, 'inspection'::text]))),
    CONSTRAINT document_status CHECK ((status = ANY (ARRAY['waiting'::text, 'reading'::text, 'read'::text, 'unreadable'::text])))
);

CREATE SEQUENCE dossier_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE dossier_versions (
    id uuid DEFAULT uuidv7() NOT NULL,
    dossier_id uuid NOT NULL,
    carrier_id uuid NOT NULL,
    district_code text NOT NULL,
    number integer NOT NULL,
    filing_id uuid NOT NULL,
    submission_id uuid NOT NULL,
    status text DEFAULT 'effective'::text NOT NULL,
    title_situation text NOT NULL,
    effective_from timestamp with time zone DEFAULT now() NOT NULL,
    effective_to timestamp with time zone,
    valid_until date NOT NULL,
    approved_by uuid NOT NULL,
    ended_reason text DEFAULT ''::text NOT NULL,
    dossier_number text DEFAULT ''::text NOT NULL,
    reviewed_by text DEFAULT ''::text NOT NULL,
    papers json DEFAULT '[]'::json NOT NULL,
    CONSTRAINT dossier_version_ended CHECK (((status = 'effective'::text) = (effective_to IS NULL))),
    CONSTRAINT dossier_version_status CHECK ((status = ANY (ARRAY['effective'::text, 'superseded'::text, 'revoked'::text])))
);

CREATE TABLE dossiers (
    id uuid DEFAULT uuidv7() NOT NULL,
    number text NOT NULL,
    carrier_id uuid NOT NULL,
    district_code text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE draw_entries (
    draw_id uuid NOT NULL,
    kind text NOT NULL,
    noun_id uuid NOT NULL,
    name text NOT NULL,
    place text DEFAULT ''::text NOT NULL,
    rank integer,
    inspection_id uuid,
    CONSTRAINT draw_entry_kind CHECK ((kind = ANY (ARRAY['target'::text, 'supervisor'::text])))
);

CREATE SEQUENCE draw_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE event_positions (
    reader text NOT NULL,
    "position" bigint NOT NULL
);

CREATE TABLE events (
    id uuid DEFAULT uuidv7() NOT NULL,
    "position" bigint,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    kind text NOT NULL,
    noun text NOT NULL,
    noun_id uuid NOT NULL,
    carrier_id uuid,
    district_code text,
    content jsonb DEFAULT '{}'::jsonb NOT NULL
);

CREATE TABLE filings (
    id uuid DEFAULT uuidv7() NOT NULL,
    dossier_id uuid NOT NULL,
    carrier_id uuid NOT NULL,
    district_code text NOT NULL,
    organisation_id uuid NOT NULL,
    kind text NOT NULL,
    title_situation text DEFAULT 'owner_lets'::text NOT NULL,
    status text DEFAULT 'draft'::text NOT NULL,
    scope_kind text DEFAULT 'whole'::text NOT NULL,
    scope text[] DEFAULT '{}'::text[] NOT NULL,
    on_behalf_of text DEFAULT ''::text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    filed_by uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    submitted_at timestamp with time zone,
    deadline_on date,
    claimed_by uuid,
    claimed_until timestamp with time zone,
    decided_at timestamp with time zone,
    client_id uuid,
    CONSTRAINT filing_claimed_whole CHECK (((claimed_by IS NULL) = (claimed_until IS NULL))),
    CONSTRAINT filing_kind CHECK ((kind = ANY (ARRAY['first'::text, 'change'::text, 'reconfirmation'::text]))),
    CONSTRAINT filing_scope_kind CHECK ((scope_kind = ANY (ARRAY['whole'::text, 'buildings'::text, 'floors'::text, 'units'::text]))),
    CONSTRAINT filing_status CHECK ((status = ANY (ARRAY['draft'::text, 'submitted'::text, 'approved'::text, 'returned'::text, 'rejected'::text, 'withdrawn'::text, 'lapsed'::text, 'discarded'::text]))),
    CONSTRAINT filing_title_situation CHECK ((title_situation = ANY (ARRAY['owner_lets'::text, 'mandated'::text, 'sublet'::text])))
);

CREATE TABLE finding_photos (
    id uuid NOT NULL,
    finding_id uuid NOT NULL,
    document_id uuid NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE findings (
    id uuid NOT NULL,
    inspection_id uuid NOT NULL,
    outcome text NOT NULL,
    other_business text DEFAULT ''::text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    found_by uuid NOT NULL,
    organisation_id uuid NOT NULL,
    found_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    latitude double precision,
    longitude double precision,
    accuracy_m double precision,
    photo_count integer DEFAULT 0 NOT NULL,
    concludes boolean NOT NULL,
    CONSTRAINT finding_outcome CHECK ((outcome = ANY (ARRAY['found_there'::text, 'nobody'::text, 'refused'::text, 'other_business'::text, 'no_such_address'::text]))),
    CONSTRAINT finding_position CHECK ((((latitude IS NULL) = (longitude IS NULL)) AND ((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision)) AND ((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))))
);

CREATE TABLE flags (
    id uuid DEFAULT uuidv7() NOT NULL,
    unit_id uuid,
    carrier_id uuid NOT NULL,
    kind text NOT NULL,
    severity text NOT NULL,
    text text NOT NULL,
    source text NOT NULL,
    raised_by uuid,
    raised_at timestamp with time zone DEFAULT now() NOT NULL,
    cleared_at timestamp with time zone,
    CONSTRAINT flag_severity CHECK ((severity = ANY (ARRAY['blocks'::text, 'needs_reason'::text, 'note'::text])))
);

CREATE TABLE idempotency_keys (
    caller_id uuid NOT NULL,
    key text NOT NULL,
    route text NOT NULL,
    request_hash bytea NOT NULL,
    status integer,
    body jsonb,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE SEQUENCE inspection_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE inspection_risks (
    registration_id uuid NOT NULL,
    carrier_id uuid NOT NULL,
    district_code text NOT NULL,
    subdistrict_code text NOT NULL,
    score integer NOT NULL,
    level text NOT NULL,
    reasons text[] NOT NULL,
    weighed_on date NOT NULL,
    CONSTRAINT inspection_risk_level CHECK ((level = ANY (ARRAY['high'::text, 'middle'::text, 'low'::text])))
);

CREATE TABLE inspections (
    id uuid DEFAULT uuidv7() NOT NULL,
    number text DEFAULT ('HC'::text || lpad((nextval('inspection_numbers'::regclass))::text, 6, '0'::text)) NOT NULL,
    carrier_id uuid NOT NULL,
    unit_id uuid,
    registration_id uuid,
    district_code text NOT NULL,
    subject text DEFAULT ''::text NOT NULL,
    cause text NOT NULL,
    source text DEFAULT ''::text NOT NULL,
    question text DEFAULT ''::text NOT NULL,
    due_on date NOT NULL,
    status text DEFAULT 'planned'::text NOT NULL,
    planned_by uuid,
    planned_at timestamp with time zone DEFAULT now() NOT NULL,
    assigned_to uuid,
    accompanied_by uuid,
    assigned_at timestamp with time zone,
    started_by uuid,
    started_at timestamp with time zone,
    ended_by uuid,
    ended_at timestamp with time zone,
    cancel_reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT inspection_assigned CHECK (((status <> 'assigned'::text) OR (assigned_to IS NOT NULL))),
    CONSTRAINT inspection_cause CHECK ((cause = ANY (ARRAY['risk'::text, 'asked'::text, 'zombie'::text, 'drawn'::text, 'manual'::text]))),
    CONSTRAINT inspection_ended CHECK (((status = ANY (ARRAY['found'::text, 'cancelled'::text])) = (ended_at IS NOT NULL))),
    CONSTRAINT inspection_status CHECK ((status = ANY (ARRAY['planned'::text, 'assigned'::text, 'started'::text, 'found'::text, 'cancelled'::text]))),
    CONSTRAINT inspection_two_people CHECK ((accompanied_by <> assigned_to))
);

CREATE TABLE look_requests (
    id uuid DEFAULT uuidv7() NOT NULL,
    carrier_id uuid NOT NULL,
    unit_id uuid,
    district_code text NOT NULL,
    why text NOT NULL,
    asked_by uuid NOT NULL,
    organisation_id uuid NOT NULL,
    asked_at timestamp with time zone DEFAULT now() NOT NULL,
    finding text,
    answered_by uuid,
    answered_at timestamp with time zone,
    CONSTRAINT look_request_answered CHECK ((((finding IS NULL) = (answered_at IS NULL)) AND ((answered_at IS NULL) = (answered_by IS NULL))))
);

CREATE TABLE managements (
    id uuid DEFAULT uuidv7() NOT NULL,
    carrier_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    capacity text NOT NULL,
    status text DEFAULT 'claimed'::text NOT NULL,
    document_id uuid,
    claimed_by uuid NOT NULL,
    claimed_at timestamp with time zone DEFAULT now() NOT NULL,
    decided_by uuid,
    decided_at timestamp with time zone,
    reason text DEFAULT ''::text NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT management_capacity CHECK ((capacity = ANY (ARRAY['manager'::text, 'agency'::text]))),
    CONSTRAINT management_status CHECK ((status = ANY (ARRAY['claimed'::text, 'confirmed'::text, 'refused'::text, 'ended'::text])))
);

CREATE TABLE notice_reads (
    notice_id uuid NOT NULL,
    person_id uuid NOT NULL,
    read_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE notices (
    id uuid DEFAULT uuidv7() NOT NULL,
    organisation_id uuid NOT NULL,
    person_id uuid,
    kind text NOT NULL,
    title text NOT NULL,
    body text DEFAULT ''::text NOT NULL,
    link text NOT NULL,
    carrier_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    settled_at timestamp with time zone
);

CREATE TABLE organisation_subdistricts (
    organisation_id uuid NOT NULL,
    subdistrict_code text NOT NULL
);

CREATE TABLE organisations (
    id uuid DEFAULT uuidv7() NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    uscc text,
    district_code text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    disabled_at timestamp with time zone,
    CONSTRAINT organisation_kind CHECK ((kind = ANY (ARRAY['approval_authority'::text, 'supervision_office'::text, 'property_manager'::text, 'agency'::text])))
);

CREATE TABLE paper_reminders (
    version_id uuid NOT NULL,
    document_id uuid NOT NULL,
    days_ahead integer NOT NULL,
    reminded_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE persons (
    id uuid DEFAULT uuidv7() NOT NULL,
    organisation_id uuid NOT NULL,
    role text NOT NULL,
    name text NOT NULL,
    login text NOT NULL,
    password_hash text NOT NULL,
    desk text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    disabled_at timestamp with time zone,
    CONSTRAINT person_role CHECK ((role = ANY (ARRAY['clerk'::text, 'manager'::text, 'supervisor'::text, 'agent'::text, 'administrator'::text])))
);

CREATE TABLE plates (
    id uuid DEFAULT uuidv7() NOT NULL,
    code text NOT NULL,
    unit_id uuid NOT NULL,
    carrier_id uuid NOT NULL,
    issued_by uuid NOT NULL,
    issued_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone
);

CREATE TABLE random_draws (
    id uuid DEFAULT uuidv7() NOT NULL,
    number text DEFAULT ('SJ'::text || lpad((nextval('draw_numbers'::regclass))::text, 6, '0'::text)) NOT NULL,
    district_code text NOT NULL,
    organisation_id uuid NOT NULL,
    title text NOT NULL,
    status text DEFAULT 'committed'::text NOT NULL,
    seed text NOT NULL,
    commitment text NOT NULL,
    committed_by uuid NOT NULL,
    committed_at timestamp with time zone DEFAULT now() NOT NULL,
    criteria text DEFAULT ''::text NOT NULL,
    target_count integer DEFAULT 0 NOT NULL,
    drawn_count integer DEFAULT 0 NOT NULL,
    list_sha256 text DEFAULT ''::text NOT NULL,
    frozen_by uuid,
    frozen_at timestamp with time zone,
    drawn_by uuid,
    drawn_at timestamp with time zone,
    reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT random_draw_drawn CHECK (((status = 'drawn'::text) = (drawn_at IS NOT NULL))),
    CONSTRAINT random_draw_status CHECK ((status = ANY (ARRAY['committed'::text, 'frozen'::text, 'drawn'::text, 'abandoned'::text])))
);

CREATE TABLE registrations (
    id uuid DEFAULT uuidv7() NOT NULL,
    unit_id uuid NOT NULL,
    carrier_id uuid NOT NULL,
    district_code text NOT NULL,
    business_id uuid,
    applicant text NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    exclusive boolean NOT NULL,
    contested boolean DEFAULT false NOT NULL,
    reuse_id uuid,
    source text NOT NULL,
    held_until timestamp with time zone,
    registered_on date,
    confirmed_by_manager boolean,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    ended_reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT registration_ended CHECK (((status = 'ended'::text) = (ended_at IS NOT NULL))),
    CONSTRAINT registration_kind CHECK ((kind = ANY (ARRAY['formation'::text, 'relocation'::text, 'additional'::text, 'existing'::text]))),
    CONSTRAINT registration_status CHECK ((status = ANY (ARRAY['held'::text, 'registered'::text, 'ended'::text])))
);

CREATE SEQUENCE reuse_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE reuses (
    id uuid DEFAULT uuidv7() NOT NULL,
    number text NOT NULL,
    code text NOT NULL,
    district_code text NOT NULL,
    carrier_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    version_id uuid NOT NULL,
    catalogue_id uuid NOT NULL,
    item_code text NOT NULL,
    lease_document_id uuid,
    applicant text NOT NULL,
    business_uscc text,
    registration_kind text NOT NULL,
    purpose text NOT NULL,
    case_number text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    person_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    client_id uuid,
    status text DEFAULT 'held'::text NOT NULL,
    held_until timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    outcome_at timestamp with time zone,
    revoked_at timestamp with time zone,
    revoked_by uuid,
    revoked_reason text DEFAULT ''::text NOT NULL,
    revoked_note text DEFAULT ''::text NOT NULL,
    receipt_text text NOT NULL,
    receipt_sha256 text NOT NULL,
    signature bytea NOT NULL,
    signing_key text NOT NULL,
    CONSTRAINT reuse_registration_kind CHECK ((registration_kind = ANY (ARRAY['formation'::text, 'relocation'::text, 'additional'::text, 'none'::text]))),
    CONSTRAINT reuse_status CHECK ((status = ANY (ARRAY['held'::text, 'registered'::text, 'refused'::text, 'withdrawn'::text, 'expired'::text, 'revoked'::text])))
);

CREATE TABLE sessions (
    token_hash bytea NOT NULL,
    person_id uuid NOT NULL,
    csrf_token text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone
);

CREATE TABLE sign_in_failures (
    id bigint NOT NULL,
    login text NOT NULL,
    address text NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE sign_in_failures ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME sign_in_failures_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE subdistricts (
    code text NOT NULL,
    district_code text NOT NULL,
    name text NOT NULL
);

CREATE TABLE submission_documents (
    submission_id uuid NOT NULL,
    document_id uuid NOT NULL,
    sha256 text NOT NULL,
    kind text NOT NULL,
    also_kinds text[] DEFAULT '{}'::text[] NOT NULL,
    "position" integer NOT NULL
);

CREATE TABLE submission_units (
    submission_id uuid NOT NULL,
    unit_id uuid NOT NULL
);

CREATE TABLE submissions (
    id uuid DEFAULT uuidv7() NOT NULL,
    filing_id uuid NOT NULL,
    number integer NOT NULL,
    content jsonb NOT NULL,
    declared_text text NOT NULL,
    submitted_by uuid NOT NULL,
    submitted_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE tasks (
    id uuid DEFAULT uuidv7() NOT NULL,
    kind text NOT NULL,
    noun_id uuid NOT NULL,
    weight integer DEFAULT 0 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    hold_token uuid,
    held_until timestamp with time zone,
    progress jsonb DEFAULT '{}'::jsonb NOT NULL,
    last_error text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    done_at timestamp with time zone,
    quarantined_at timestamp with time zone,
    CONSTRAINT task_held_whole CHECK (((hold_token IS NULL) = (held_until IS NULL)))
);

CREATE TABLE tenancies (
    id uuid DEFAULT uuidv7() NOT NULL,
    unit_id uuid NOT NULL,
    carrier_id uuid NOT NULL,
    district_code text NOT NULL,
    tenant text NOT NULL,
    business_id uuid,
    lease_begins_on date,
    lease_ends_on date,
    moved_in_on date,
    moved_out_on date,
    source text NOT NULL,
    reported_by uuid,
    reported_at timestamp with time zone DEFAULT now() NOT NULL,
    confirmed_at timestamp with time zone,
    CONSTRAINT tenancy_lease_order CHECK ((lease_ends_on >= lease_begins_on)),
    CONSTRAINT tenancy_stay_order CHECK ((moved_out_on >= moved_in_on))
);

CREATE TABLE tenancy_reminders (
    tenancy_id uuid NOT NULL,
    lease_ends_on date NOT NULL,
    days_ahead integer NOT NULL,
    reminded_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE tickets (
    token_hash bytea NOT NULL,
    client_id uuid NOT NULL,
    person_id uuid NOT NULL,
    case_number text NOT NULL,
    purpose text NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    applicant text DEFAULT ''::text NOT NULL,
    item_code text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    panel_hash bytea,
    panel_expires_at timestamp with time zone
);

CREATE TABLE triages (
    submission_id uuid NOT NULL,
    filing_id uuid NOT NULL,
    path text NOT NULL,
    reasons jsonb NOT NULL,
    inputs jsonb NOT NULL,
    sorted_on date NOT NULL,
    sorted_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT triage_path CHECK ((path = ANY (ARRAY['plain'::text, 'fields'::text, 'full'::text])))
);

CREATE TABLE uncoverings (
    id uuid DEFAULT uuidv7() NOT NULL,
    document_id uuid NOT NULL,
    page integer NOT NULL,
    person_id uuid NOT NULL,
    reason text NOT NULL,
    uncovered_at timestamp with time zone DEFAULT now() NOT NULL,
    covered_again_at timestamp with time zone NOT NULL,
    CONSTRAINT uncovering_reason CHECK ((reason <> ''::text))
);

CREATE TABLE unit_changes (
    id uuid DEFAULT uuidv7() NOT NULL,
    carrier_id uuid NOT NULL,
    district_code text NOT NULL,
    kind text NOT NULL,
    happened_on date NOT NULL,
    coverage text DEFAULT 'untouched'::text NOT NULL,
    said_by uuid NOT NULL,
    said_at timestamp with time zone NOT NULL,
    unit_versions jsonb DEFAULT '{}'::jsonb NOT NULL,
    undone_by uuid,
    undone_at timestamp with time zone,
    CONSTRAINT unit_change_coverage CHECK ((coverage = ANY (ARRAY['untouched'::text, 'carried'::text, 'none'::text, 'partly'::text, 'several'::text, 'area_unknown'::text, 'area_differs'::text]))),
    CONSTRAINT unit_change_kind CHECK ((kind = ANY (ARRAY['split'::text, 'merge'::text, 'renumber'::text, 'retire'::text, 'correct'::text]))),
    CONSTRAINT unit_change_undone_whole CHECK (((undone_by IS NULL) = (undone_at IS NULL)))
);

CREATE TABLE unit_facts (
    id uuid DEFAULT uuidv7() NOT NULL,
    unit_id uuid NOT NULL,
    carrier_id uuid NOT NULL,
    kind text NOT NULL,
    building text NOT NULL,
    floor integer,
    label text NOT NULL,
    key text NOT NULL,
    number text NOT NULL,
    area_m2 numeric(12,2),
    valid_during daterange NOT NULL,
    known_during tstzrange NOT NULL,
    change_id uuid,
    said_by uuid,
    CONSTRAINT unit_fact_not_empty CHECK (((NOT isempty(valid_during)) AND (NOT isempty(known_during))))
);

CREATE TABLE unit_lineages (
    parent_id uuid NOT NULL,
    child_id uuid NOT NULL,
    change_id uuid NOT NULL,
    undone_at timestamp with time zone,
    CONSTRAINT unit_not_its_own_parent CHECK ((parent_id <> child_id))
);

CREATE TABLE units (
    id uuid DEFAULT uuidv7() NOT NULL,
    carrier_id uuid NOT NULL,
    district_code text NOT NULL,
    kind text DEFAULT 'room'::text NOT NULL,
    building text DEFAULT ''::text NOT NULL,
    floor integer,
    label text NOT NULL,
    key text NOT NULL,
    number text DEFAULT ''::text NOT NULL,
    area_m2 numeric(12,2),
    sharing_allowed boolean,
    part_of uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    retired_at timestamp with time zone,
    CONSTRAINT unit_area CHECK ((area_m2 > (0)::numeric)),
    CONSTRAINT unit_kind CHECK ((kind = ANY (ARRAY['room'::text, 'shop'::text, 'whole_floor'::text, 'part'::text, 'virtual'::text, 'service'::text])))
);

CREATE TABLE upload_chunks (
    upload_id uuid NOT NULL,
    number integer NOT NULL,
    size integer NOT NULL,
    sha256 text NOT NULL,
    stored_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE uploads (
    id uuid DEFAULT uuidv7() NOT NULL,
    person_id uuid NOT NULL,
    purpose text NOT NULL,
    noun_id uuid NOT NULL,
    file_name text NOT NULL,
    size bigint NOT NULL,
    fingerprint text DEFAULT ''::text NOT NULL,
    chunk_size integer NOT NULL,
    document_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT upload_purpose CHECK ((purpose = ANY (ARRAY['filing'::text, 'lease'::text, 'claim'::text, 'inspection'::text]))),
    CONSTRAINT upload_size CHECK ((size > 0))
);

CREATE UNLOGGED TABLE verification_misses (
    id bigint NOT NULL,
    network text NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE verification_misses ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME verification_misses_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE version_chains (
    version_id uuid NOT NULL,
    status text NOT NULL,
    said text NOT NULL,
    checked_on date NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT version_chain_status CHECK ((status = ANY (ARRAY['whole'::text, 'doubtful'::text, 'broken'::text, 'unread'::text, 'ended'::text])))
);

CREATE TABLE version_documents (
    version_id uuid NOT NULL,
    document_id uuid NOT NULL,
    sha256 text NOT NULL,
    kind text NOT NULL,
    also_kinds text[] DEFAULT '{}'::text[] NOT NULL,
    "position" integer NOT NULL
);

CREATE TABLE version_reminders (
    version_id uuid NOT NULL,
    days_ahead integer NOT NULL,
    reminded_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE version_units (
    version_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    during tstzrange NOT NULL
);

CREATE TABLE waiver_catalogues (
    id uuid DEFAULT uuidv7() NOT NULL,
    number integer NOT NULL,
    sha256 text NOT NULL,
    source text NOT NULL,
    imported_by uuid,
    imported_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE waivers (
    catalogue_id uuid NOT NULL,
    item_code text NOT NULL,
    requirement text NOT NULL,
    requirement_name text NOT NULL,
    evidence text[] NOT NULL,
    title_situations text[] DEFAULT '{}'::text[] NOT NULL,
    waived boolean NOT NULL,
    legal_basis text NOT NULL,
    source text NOT NULL,
    begins_on date NOT NULL,
    ends_on date,
    "position" integer NOT NULL
);

CREATE TABLE zombie_allowances (
    id uuid DEFAULT uuidv7() NOT NULL,
    carrier_id uuid NOT NULL,
    unit_id uuid,
    reason text NOT NULL,
    allowed_by uuid NOT NULL,
    allowed_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_by uuid,
    ended_at timestamp with time zone
);

CREATE SEQUENCE zombie_case_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE zombie_cases (
    id uuid DEFAULT uuidv7() NOT NULL,
    number text NOT NULL,
    registration_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    carrier_id uuid NOT NULL,
    district_code text NOT NULL,
    name text NOT NULL,
    cause text NOT NULL,
    status text DEFAULT 'opened'::text NOT NULL,
    score integer NOT NULL,
    rules_number integer NOT NULL,
    reasons jsonb NOT NULL,
    opened_on date NOT NULL,
    opened_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    contact text DEFAULT ''::text NOT NULL,
    code text NOT NULL,
    notified_on date,
    deadline_on date,
    answered_at timestamp with time zone,
    answer text,
    answer_text text DEFAULT ''::text NOT NULL,
    late boolean DEFAULT false NOT NULL,
    inspected_on date,
    found boolean,
    decided_on date,
    decided_at timestamp with time zone,
    decided_by uuid,
    reason text DEFAULT ''::text NOT NULL,
    appeal_until date,
    appealed_on date,
    newcomer_id uuid,
    closed_at timestamp with time zone,
    CONSTRAINT zombie_case_answer CHECK ((answer = ANY (ARRAY['here'::text, 'gone'::text]))),
    CONSTRAINT zombie_case_closed CHECK (((closed_at IS NULL) = (status = ANY (ARRAY['opened'::text, 'notified'::text, 'answered'::text, 'silent'::text, 'inspecting'::text, 'inspected'::text, 'appealed'::text, 'unsettled'::text])))),
    CONSTRAINT zombie_case_status CHECK ((status = ANY (ARRAY['opened'::text, 'notified'::text, 'answered'::text, 'silent'::text, 'inspecting'::text, 'inspected'::text, 'cleared'::text, 'appealed'::text, 'upheld'::text, 'reversed'::text, 'unsettled'::text, 'dismissed'::text, 'settled'::text])))
);

CREATE TABLE zombie_letters (
    id uuid DEFAULT uuidv7() NOT NULL,
    case_id uuid NOT NULL,
    kind text NOT NULL,
    number text NOT NULL,
    written_on date NOT NULL,
    content jsonb NOT NULL,
    written_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    written_by uuid,
    sent_on date,
    sent_how text DEFAULT ''::text NOT NULL
);

CREATE TABLE zombie_lists (
    id uuid DEFAULT uuidv7() NOT NULL,
    district_code text NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    dated_on date NOT NULL,
    file_name text NOT NULL,
    row_count integer NOT NULL,
    matched_count integer NOT NULL,
    new_count integer NOT NULL,
    unmatched jsonb DEFAULT '[]'::jsonb NOT NULL,
    imported_by uuid NOT NULL,
    imported_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE zombie_positions (
    name text NOT NULL,
    "position" bigint NOT NULL
);

CREATE TABLE zombie_rule_sets (
    id uuid DEFAULT uuidv7() NOT NULL,
    district_code text NOT NULL,
    number integer NOT NULL,
    status text DEFAULT 'proposed'::text NOT NULL,
    threshold integer NOT NULL,
    rules jsonb NOT NULL,
    note text NOT NULL,
    proposed_by uuid NOT NULL,
    proposed_at timestamp with time zone DEFAULT now() NOT NULL,
    replayed jsonb,
    activated_by uuid,
    activated_at timestamp with time zone,
    CONSTRAINT zombie_rule_set_status CHECK ((status = ANY (ARRAY['proposed'::text, 'active'::text, 'superseded'::text, 'withdrawn'::text]))),
    CONSTRAINT zombie_rule_set_two_people CHECK ((activated_by <> proposed_by))
);

CREATE TABLE zombie_signals (
    id uuid DEFAULT uuidv7() NOT NULL,
    registration_id uuid NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    observed_on date NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    measure integer,
    recorded_by uuid,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    list_id uuid,
    ended_on date,
    dismissed_in uuid,
    CONSTRAINT zombie_signal_order CHECK ((ended_on >= observed_on))
);

CREATE TABLE zombie_steps (
    id uuid DEFAULT uuidv7() NOT NULL,
    case_id uuid NOT NULL,
    kind text NOT NULL,
    said_on date NOT NULL,
    said_at timestamp with time zone NOT NULL,
    said_by uuid,
    speaker text NOT NULL,
    text text NOT NULL
);

ALTER TABLE ONLY address_list_rows
    ADD CONSTRAINT address_list_rows_pkey PRIMARY KEY (list_id, line);

ALTER TABLE ONLY address_lists
    ADD CONSTRAINT address_lists_pkey PRIMARY KEY (id);

ALTER TABLE ONLY approval_items
    ADD CONSTRAINT approval_items_pkey PRIMARY KEY (catalogue_id, code);

ALTER TABLE ONLY audit_checkpoints
    ADD CONSTRAINT audit_checkpoints_pkey PRIMARY KEY (tree_size);

ALTER TABLE ONLY audit_entries
    ADD CONSTRAINT audit_entries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY blob_removals
    ADD CONSTRAINT blob_removals_pkey PRIMARY KEY (sha256);

ALTER TABLE ONLY blobs
    ADD CONSTRAINT blobs_pkey PRIMARY KEY (sha256);

ALTER TABLE ONLY business_addresses
    ADD CONSTRAINT business_addresses_pkey PRIMARY KEY (business_id);

ALTER TABLE ONLY business_import_rows
    ADD CONSTRAINT business_import_rows_pkey PRIMARY KEY (import_id, line);

ALTER TABLE ONLY business_imports
    ADD CONSTRAINT business_imports_pkey PRIMARY KEY (id);

ALTER TABLE ONLY businesses
    ADD CONSTRAINT business_uscc_once UNIQUE (uscc);

ALTER TABLE ONLY businesses
    ADD CONSTRAINT businesses_pkey PRIMARY KEY (id);

ALTER TABLE ONLY calendar_days
    ADD CONSTRAINT calendar_days_pkey PRIMARY KEY (falls_on);

ALTER TABLE ONLY carrier_addresses
    ADD CONSTRAINT carrier_address_once UNIQUE (carrier_id, key);

ALTER TABLE ONLY carrier_addresses
    ADD CONSTRAINT carrier_addresses_pkey PRIMARY KEY (id);

ALTER TABLE ONLY carrier_aliases
    ADD CONSTRAINT carrier_alias_once UNIQUE (carrier_id, key);

ALTER TABLE ONLY carrier_aliases
    ADD CONSTRAINT carrier_aliases_pkey PRIMARY KEY (id);

ALTER TABLE ONLY carrier_facts
    ADD CONSTRAINT carrier_fact_once EXCLUDE USING gist (subject_id WITH =, valid_during WITH &&, known_during WITH &&);

ALTER TABLE ONLY carrier_facts
    ADD CONSTRAINT carrier_facts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY carriers
    ADD CONSTRAINT carrier_name_once UNIQUE (district_code, name);

ALTER TABLE ONLY carrier_terms
    ADD CONSTRAINT carrier_terms_pkey PRIMARY KEY (carrier_id, term);

ALTER TABLE ONLY carriers
    ADD CONSTRAINT carriers_number_key UNIQUE (number);

ALTER TABLE ONLY carriers
    ADD CONSTRAINT carriers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY client_clerks
    ADD CONSTRAINT client_clerks_pkey PRIMARY KEY (client_id, clerk);

ALTER TABLE ONLY clients
    ADD CONSTRAINT client_name_once UNIQUE (organisation_id, name);

ALTER TABLE ONLY clients
    ADD CONSTRAINT client_token_once UNIQUE (token_hash);

ALTER TABLE ONLY client_usage
    ADD CONSTRAINT client_usage_pkey PRIMARY KEY (client_id, minute);

ALTER TABLE ONLY clients
    ADD CONSTRAINT clients_pkey PRIMARY KEY (id);

ALTER TABLE ONLY correction_picks
    ADD CONSTRAINT correction_picks_pkey PRIMARY KEY (correction_id, person_id, case_number, picked_on);

ALTER TABLE ONLY corrections
    ADD CONSTRAINT corrections_pkey PRIMARY KEY (id);

ALTER TABLE ONLY decisions
    ADD CONSTRAINT decision_once UNIQUE (submission_id);

ALTER TABLE ONLY decisions
    ADD CONSTRAINT decisions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY districts
    ADD CONSTRAINT districts_pkey PRIMARY KEY (code);

ALTER TABLE ONLY document_fields
    ADD CONSTRAINT document_field_once UNIQUE (document_id, name, "position");

ALTER TABLE ONLY document_fields
    ADD CONSTRAINT document_fields_pkey PRIMARY KEY (id);

ALTER TABLE ONLY document_notes
    ADD CONSTRAINT document_notes_pkey PRIMARY KEY (document_id, page, code);

ALTER TABLE ONLY document_pages
    ADD CONSTRAINT document_pages_pkey PRIMARY KEY (document_id, page);

ALTER TABLE ONLY document_parts
    ADD CONSTRAINT document_parts_pkey PRIMARY KEY (document_id, "position");

ALTER TABLE ONLY documents
    ADD CONSTRAINT documents_pkey PRIMARY KEY (id);

ALTER TABLE ONLY dossier_versions
    ADD CONSTRAINT dossier_version_number_once UNIQUE (dossier_id, number);

ALTER TABLE ONLY dossier_versions
    ADD CONSTRAINT dossier_versions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY dossiers
    ADD CONSTRAINT dossiers_number_key UNIQUE (number);

ALTER TABLE ONLY dossiers
    ADD CONSTRAINT dossiers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY draw_entries
    ADD CONSTRAINT draw_entries_pkey PRIMARY KEY (draw_id, kind, noun_id);

ALTER TABLE ONLY event_positions
    ADD CONSTRAINT event_positions_pkey PRIMARY KEY (reader);

ALTER TABLE ONLY events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY events
    ADD CONSTRAINT events_position_key UNIQUE ("position");

ALTER TABLE ONLY filings
    ADD CONSTRAINT filings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY finding_photos
    ADD CONSTRAINT finding_photos_pkey PRIMARY KEY (id);

ALTER TABLE ONLY findings
    ADD CONSTRAINT findings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY flags
    ADD CONSTRAINT flags_pkey PRIMARY KEY (id);

ALTER TABLE ONLY idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (caller_id, key);

ALTER TABLE ONLY inspection_risks
    ADD CONSTRAINT inspection_risks_pkey PRIMARY KEY (registration_id);

ALTER TABLE ONLY inspections
    ADD CONSTRAINT inspections_number_key UNIQUE (number);

ALTER TABLE ONLY inspections
    ADD CONSTRAINT inspections_pkey PRIMARY KEY (id);

ALTER TABLE ONLY look_requests
    ADD CONSTRAINT look_requests_pkey PRIMARY KEY (id);

ALTER TABLE ONLY managements
    ADD CONSTRAINT managements_pkey PRIMARY KEY (id);

ALTER TABLE ONLY notice_reads
    ADD CONSTRAINT notice_reads_pkey PRIMARY KEY (notice_id, person_id);

ALTER TABLE ONLY notices
    ADD CONSTRAINT notices_pkey PRIMARY KEY (id);

ALTER TABLE ONLY organisations
    ADD CONSTRAINT organisation_name_once UNIQUE (district_code, name);

ALTER TABLE ONLY organisation_subdistricts
    ADD CONSTRAINT organisation_subdistricts_pkey PRIMARY KEY (organisation_id, subdistrict_code);

ALTER TABLE ONLY organisations
    ADD CONSTRAINT organisation_uscc_once UNIQUE (uscc);

ALTER TABLE ONLY organisations
    ADD CONSTRAINT organisations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY paper_reminders
    ADD CONSTRAINT paper_reminders_pkey PRIMARY KEY (version_id, document_id, days_ahead);

ALTER TABLE ONLY persons
    ADD CONSTRAINT person_login_once UNIQUE (login);

ALTER TABLE ONLY persons
    ADD CONSTRAINT persons_pkey PRIMARY KEY (id);

ALTER TABLE ONLY plates
    ADD CONSTRAINT plates_code_key UNIQUE (code);

ALTER TABLE ONLY plates
    ADD CONSTRAINT plates_pkey PRIMARY KEY (id);

ALTER TABLE ONLY random_draws
    ADD CONSTRAINT random_draws_number_key UNIQUE (number);

ALTER TABLE ONLY random_draws
    ADD CONSTRAINT random_draws_pkey PRIMARY KEY (id);

ALTER TABLE ONLY registrations
    ADD CONSTRAINT registrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY registrations
    ADD CONSTRAINT registrations_reuse_id_key UNIQUE (reuse_id);

ALTER TABLE ONLY reuses
    ADD CONSTRAINT reuses_code_key UNIQUE (code);

ALTER TABLE ONLY reuses
    ADD CONSTRAINT reuses_number_key UNIQUE (number);

ALTER TABLE ONLY reuses
    ADD CONSTRAINT reuses_pkey PRIMARY KEY (id);

ALTER TABLE ONLY sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY sign_in_failures
    ADD CONSTRAINT sign_in_failures_pkey PRIMARY KEY (id);

ALTER TABLE ONLY subdistricts
    ADD CONSTRAINT subdistricts_pkey PRIMARY KEY (code);

ALTER TABLE ONLY submission_documents
    ADD CONSTRAINT submission_documents_pkey PRIMARY KEY (submission_id, document_id);

ALTER TABLE ONLY submissions
    ADD CONSTRAINT submission_number_once UNIQUE (filing_id, number);

ALTER TABLE ONLY submission_units
    ADD CONSTRAINT submission_units_pkey PRIMARY KEY (submission_id, unit_id);

ALTER TABLE ONLY submissions
    ADD CONSTRAINT submissions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tasks
    ADD CONSTRAINT tasks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenancies
    ADD CONSTRAINT tenancies_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenancy_reminders
    ADD CONSTRAINT tenancy_reminders_pkey PRIMARY KEY (tenancy_id, lease_ends_on, days_ahead);

ALTER TABLE ONLY tickets
    ADD CONSTRAINT tickets_panel_hash_key UNIQUE (panel_hash);

ALTER TABLE ONLY tickets
    ADD CONSTRAINT tickets_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY triages
    ADD CONSTRAINT triages_pkey PRIMARY KEY (submission_id);

ALTER TABLE ONLY uncoverings
    ADD CONSTRAINT uncoverings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY unit_changes
    ADD CONSTRAINT unit_changes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY unit_facts
    ADD CONSTRAINT unit_fact_once EXCLUDE USING gist (unit_id WITH =, valid_during WITH &&, known_during WITH &&);

ALTER TABLE ONLY unit_facts
    ADD CONSTRAINT unit_facts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY version_units
    ADD CONSTRAINT unit_in_one_version EXCLUDE USING gist (unit_id WITH =, during WITH &&);

ALTER TABLE ONLY unit_lineages
    ADD CONSTRAINT unit_lineages_pkey PRIMARY KEY (parent_id, child_id);

ALTER TABLE ONLY units
    ADD CONSTRAINT units_pkey PRIMARY KEY (id);

ALTER TABLE ONLY upload_chunks
    ADD CONSTRAINT upload_chunks_pkey PRIMARY KEY (upload_id, number);

ALTER TABLE ONLY uploads
    ADD CONSTRAINT uploads_pkey PRIMARY KEY (id);

ALTER TABLE ONLY verification_misses
    ADD CONSTRAINT verification_misses_pkey PRIMARY KEY (id);

ALTER TABLE ONLY version_chains
    ADD CONSTRAINT version_chains_pkey PRIMARY KEY (version_id);

ALTER TABLE ONLY version_documents
    ADD CONSTRAINT version_documents_pkey PRIMARY KEY (version_id, document_id);

ALTER TABLE ONLY version_reminders
    ADD CONSTRAINT version_reminders_pkey PRIMARY KEY (version_id, days_ahead);

ALTER TABLE ONLY version_units
    ADD CONSTRAINT version_units_pkey PRIMARY KEY (version_id, unit_id);

ALTER TABLE ONLY waiver_catalogues
    ADD CONSTRAINT waiver_catalogues_number_key UNIQUE (number);

ALTER TABLE ONLY waiver_catalogues
    ADD CONSTRAINT waiver_catalogues_pkey PRIMARY KEY (id);

ALTER TABLE ONLY waivers
    ADD CONSTRAINT waivers_pkey PRIMARY KEY (catalogue_id, item_code, requirement);

ALTER TABLE ONLY zombie_allowances
    ADD CONSTRAINT zombie_allowances_pkey PRIMARY KEY (id);

ALTER TABLE ONLY zombie_cases
    ADD CONSTRAINT zombie_cases_code_key UNIQUE (code);

ALTER TABLE ONLY zombie_cases
    ADD CONSTRAINT zombie_cases_number_key UNIQUE (number);

ALTER TABLE ONLY zombie_cases
    ADD CONSTRAINT zombie_cases_pkey PRIMARY KEY (id);

ALTER TABLE ONLY zombie_letters
    ADD CONSTRAINT zombie_letters_number_key UNIQUE (number);

ALTER TABLE ONLY zombie_letters
    ADD CONSTRAINT zombie_letters_pkey PRIMARY KEY (id);

ALTER TABLE ONLY zombie_lists
    ADD CONSTRAINT zombie_lists_pkey PRIMARY KEY (id);

ALTER TABLE ONLY zombie_positions
    ADD CONSTRAINT zombie_positions_pkey PRIMARY KEY (name);

ALTER TABLE ONLY zombie_rule_sets
    ADD CONSTRAINT zombie_rule_set_once UNIQUE (district_code, number);

ALTER TABLE ONLY zombie_rule_sets
    ADD CONSTRAINT zombie_rule_sets_pkey PRIMARY KEY (id);

ALTER TABLE ONLY zombie_signals
    ADD CONSTRAINT zombie_signal_once UNIQUE (registration_id, kind, observed_on, source);

ALTER TABLE ONLY zombie_signals
    ADD CONSTRAINT zombie_signals_pkey PRIMARY KEY (id);

ALTER TABLE ONLY zombie_steps
    ADD CONSTRAINT zombie_steps_pkey PRIMARY KEY (id);

CREATE INDEX address_list_rows_by_place ON address_list_rows USING btree (list_id, placed, line);

CREATE INDEX address_list_rows_to_do ON address_list_rows USING btree (list_id, line) WHERE ((placed IS NULL) AND (fault = ''::text));

CREATE INDEX address_lists_by_age ON address_lists USING btree (created_at);

CREATE INDEX address_lists_by_person ON address_lists USING btree (person_id, created_at DESC);

CREATE INDEX audit_by_noun ON audit_entries USING btree (noun, noun_id, at DESC);

CREATE INDEX audit_by_time ON audit_entries USING btree (at DESC);

CREATE UNIQUE INDEX audit_leaf ON audit_entries USING btree (leaf_index) WHERE (leaf_index IS NOT NULL);

CREATE INDEX audit_unsealed ON audit_entries USING btree (id) WHERE (leaf_index IS NULL);

CREATE INDEX business_addresses_by_carrier ON business_addresses USING btree (carrier_id) WHERE (carrier_id IS NOT NULL);

CREATE INDEX business_addresses_by_status ON business_addresses USING btree (district_code, status, business_id);

CREATE INDEX business_addresses_settled ON business_addresses USING btree (settled_by, settled_at DESC) WHERE (settled_at IS NOT NULL);

CREATE INDEX business_import_rows_unclassified ON business_import_rows USING btree (import_id, line) WHERE ((class IS NULL) AND (fault = ''::text));

CREATE INDEX business_import_rows_unwritten ON business_import_rows USING btree (import_id, line) WHERE ((NOT written) AND (fault = ''::text));

CREATE INDEX business_imports_by_time ON business_imports USING btree (created_at DESC);

CREATE INDEX businesses_by_name ON businesses USING btree (name);

CREATE INDEX carrier_addresses_by_gate ON carrier_addresses USING btree (road, lane, sublane, number);

CREATE INDEX carrier_addresses_by_key ON carrier_addresses USING btree (key);

CREATE INDEX carrier_addresses_by_pinyin ON carrier_addresses USING btree (road_pinyin);

CREATE INDEX carrier_addresses_with_range ON carrier_addresses USING btree (road, lane, sublane) WHERE (number ~ '[-、]'::text);

CREATE INDEX carrier_aliases_by_key ON carrier_aliases USING btree (key);

CREATE INDEX carrier_facts_by_carrier ON carrier_facts USING btree (carrier_id);

CREATE UNIQUE INDEX carrier_main_address_once ON carrier_addresses USING btree (carrier_id) WHERE is_main;

CREATE INDEX carrier_terms_prefix ON carrier_terms USING btree (term text_pattern_ops);

CREATE INDEX carrier_terms_trigram ON carrier_terms USING gin (term gin_trgm_ops) WHERE (weight = 30);

CREATE INDEX carrier_terms_whole ON carrier_terms USING btree (term) WHERE (weight = 30);

CREATE INDEX carriers_by_subdistrict ON carriers USING btree (subdistrict_code, kind);

CREATE UNIQUE INDEX correction_accepted_once ON corrections USING btree (key, district_code) WHERE (status = 'accepted'::text);

CREATE UNIQUE INDEX correction_once ON corrections USING btree (district_code, key, carrier_id, unit_id) NULLS NOT DISTINCT;

CREATE INDEX corrections_by_status ON corrections USING btree (district_code, status, proposed_at DESC, id DESC);

CREATE UNIQUE INDEX decision_one_terminal ON decisions USING btree (filing_id) WHERE (decision = ANY (ARRAY['approved'::text, 'rejected'::text]));

CREATE UNIQUE INDEX document_once_a_carrier ON documents USING btree (carrier_id, organisation_id, purpose, sha256) WHERE ((discarded_at IS NULL) AND (filing_id IS NULL));

CREATE UNIQUE INDEX document_once_a_filing ON documents USING btree (filing_id, sha256) WHERE ((discarded_at IS NULL) AND (filing_id IS NOT NULL));

CREATE INDEX document_pages_words ON document_pages USING gin (words) WITH (fastupdate=off);

CREATE INDEX documents_by_carrier ON documents USING btree (carrier_id, uploaded_at DESC);

CREATE INDEX documents_by_filing ON documents USING btree (filing_id) WHERE (discarded_at IS NULL);

CREATE INDEX documents_by_organisation ON documents USING btree (organisation_id, uploaded_at DESC);

CREATE INDEX documents_by_sha256 ON documents USING btree (sha256);

CREATE INDEX dossier_versions_by_carrier ON dossier_versions USING btree (carrier_id, status);

CREATE INDEX dossier_versions_ending ON dossier_versions USING btree (valid_until) WHERE (status = 'effective'::text);

CREATE INDEX dossiers_by_carrier ON dossiers USING btree (carrier_id);

CREATE INDEX draw_entries_drawn ON draw_entries USING btree (draw_id, rank) WHERE (rank IS NOT NULL);

CREATE INDEX events_by_carrier ON events USING btree (carrier_id, id DESC) WHERE (carrier_id IS NOT NULL);

CREATE INDEX events_by_district ON events USING btree (district_code, "position");

CREATE INDEX events_unnumbered ON events USING btree (id) WHERE ("position" IS NULL);

CREATE UNIQUE INDEX filing_one_open ON filings USING btree (dossier_id, organisation_id) WHERE (status = ANY (ARRAY['draft'::text, 'submitted'::text, 'returned'::text]));

CREATE INDEX filings_by_carrier ON filings USING btree (carrier_id, created_at DESC);

CREATE INDEX filings_by_organisation ON filings USING btree (organisation_id, status, changed_at DESC);

CREATE INDEX filings_decided ON filings USING btree (district_code, decided_at DESC) WHERE (decided_at IS NOT NULL);

CREATE INDEX filings_queue ON filings USING btree (district_code, submitted_at) WHERE (status = 'submitted'::text);

CREATE INDEX filings_returned ON filings USING btree (district_code, deadline_on) WHERE (status = 'returned'::text);

CREATE UNIQUE INDEX finding_concludes_once ON findings USING btree (inspection_id) WHERE concludes;

CREATE INDEX finding_photos_by_document ON finding_photos USING btree (document_id);

CREATE INDEX finding_photos_by_finding ON finding_photos USING btree (finding_id, taken_at);

CREATE INDEX findings_by_inspection ON findings USING btree (inspection_id, received_at);

CREATE UNIQUE INDEX flag_once ON flags USING btree (carrier_id, unit_id, kind, source) NULLS NOT DISTINCT WHERE (cleared_at IS NULL);

CREATE UNIQUE INDEX inspection_open_once ON inspections USING btree (carrier_id, unit_id, registration_id) NULLS NOT DISTINCT WHERE (status = ANY (ARRAY['planned'::text, 'assigned'::text, 'started'::text]));

CREATE INDEX inspection_risks_by_level ON inspection_risks USING btree (subdistrict_code, level);

CREATE INDEX inspection_risks_in_order ON inspection_risks USING btree (district_code, score DESC, registration_id DESC) WHERE (level <> 'low'::text);

CREATE INDEX inspections_by_carrier ON inspections USING btree (carrier_id, planned_at DESC);

CREATE INDEX inspections_by_due ON inspections USING btree (district_code, status, due_on, id);

CREATE INDEX inspections_by_registration ON inspections USING btree (registration_id) WHERE (registration_id IS NOT NULL);

CREATE INDEX inspections_open ON inspections USING btree (district_code, due_on, id) WHERE (status = ANY (ARRAY['planned'::text, 'assigned'::text, 'started'::text]));

CREATE INDEX inspections_open_of ON inspections USING btree (assigned_to, due_on, id) WHERE (status = ANY (ARRAY['planned'::text, 'assigned'::text, 'started'::text]));

CREATE INDEX inspections_open_with ON inspections USING btree (accompanied_by, due_on, id) WHERE (status = ANY (ARRAY['planned'::text, 'assigned'::text, 'started'::text]));

CREATE UNIQUE INDEX look_request_once ON look_requests USING btree (carrier_id, unit_id) NULLS NOT DISTINCT WHERE (answered_at IS NULL);

CREATE INDEX look_requests_by_carrier ON look_requests USING btree (carrier_id, asked_at DESC);

CREATE UNIQUE INDEX management_once ON managements USING btree (carrier_id, organisation_id) WHERE (status = ANY (ARRAY['claimed'::text, 'confirmed'::text]));

CREATE UNIQUE INDEX management_one_manager ON managements USING btree (carrier_id) WHERE ((status = 'confirmed'::text) AND (capacity = 'manager'::text));

CREATE INDEX managements_by_organisation ON managements USING btree (organisation_id, status);

CREATE INDEX managements_open ON managements USING btree (claimed_at) WHERE (status = 'claimed'::text);

CREATE INDEX notices_by_organisation ON notices USING btree (organisation_id, created_at DESC);

CREATE INDEX notices_to_settle ON notices USING btree (link) WHERE (settled_at IS NULL);

CREATE INDEX persons_by_organisation ON persons USING btree (organisation_id);

CREATE UNIQUE INDEX plate_once ON plates USING btree (unit_id) WHERE (revoked_at IS NULL);

CREATE INDEX plates_by_carrier ON plates USING btree (carrier_id) WHERE (revoked_at IS NULL);

CREATE INDEX random_draws_by_organisation ON random_draws USING btree (organisation_id, committed_at DESC);

CREATE UNIQUE INDEX registration_exclusive ON registrations USING btree (unit_id) WHERE ((status = ANY (ARRAY['held'::text, 'registered'::text])) AND exclusive AND (NOT contested));

CREATE INDEX registrations_by_applicant ON registrations USING gin (applicant gin_trgm_ops);

CREATE INDEX registrations_by_business ON registrations USING btree (business_id) WHERE (business_id IS NOT NULL);

CREATE INDEX registrations_by_carrier ON registrations USING btree (carrier_id) INCLUDE (status) WHERE (status <> 'ended'::text);

CREATE INDEX registrations_by_district ON registrations USING btree (district_code, created_at DESC);

CREATE INDEX registrations_held ON registrations USING btree (district_code, created_at DESC, id DESC) WHERE (status = 'held'::text);

CREATE INDEX registrations_live ON registrations USING btree (unit_id) WHERE (status <> 'ended'::text);

CREATE INDEX reuses_by_applicant ON reuses USING gin (applicant gin_trgm_ops);

CREATE INDEX reuses_by_carrier ON reuses USING btree (carrier_id, created_at DESC);

CREATE INDEX reuses_by_case ON reuses USING btree (district_code, case_number text_pattern_ops);

CREATE INDEX reuses_by_district ON reuses USING btree (district_code, created_at DESC);

CREATE INDEX reuses_by_status ON reuses USING btree (district_code, status, created_at DESC);

CREATE INDEX reuses_holding ON reuses USING btree (held_until) WHERE (status = 'held'::text);

CREATE INDEX sessions_by_expiry ON sessions USING btree (expires_at);

CREATE INDEX sessions_by_person ON sessions USING btree (person_id);

CREATE INDEX sign_in_failures_by_address ON sign_in_failures USING btree (address, at);

CREATE INDEX sign_in_failures_by_login ON sign_in_failures USING btree (login, at);

CREATE UNIQUE INDEX task_once ON tasks USING btree (kind, noun_id) WHERE ((done_at IS NULL) AND (quarantined_at IS NULL));

CREATE INDEX tasks_by_noun ON tasks USING btree (noun_id, kind);

CREATE INDEX tasks_open ON tasks USING btree (kind, weight, due_at) WHERE ((done_at IS NULL) AND (quarantined_at IS NULL));

CREATE INDEX tenancies_by_carrier ON tenancies USING btree (carrier_id) WHERE (moved_out_on IS NULL);

CREATE INDEX tenancies_by_unit ON tenancies USING btree (unit_id);

CREATE INDEX tenancies_ending ON tenancies USING btree (lease_ends_on) WHERE ((moved_out_on IS NULL) AND (lease_ends_on IS NOT NULL));

CREATE INDEX tenancies_moved_in ON tenancies USING btree (district_code, moved_in_on DESC) WHERE (moved_in_on IS NOT NULL);

CREATE INDEX tenancies_moved_out ON tenancies USING btree (district_code, moved_out_on DESC) WHERE (moved_out_on IS NOT NULL);

CREATE UNIQUE INDEX tenancy_once ON tenancies USING btree (unit_id, tenant) WHERE (moved_out_on IS NULL);

CREATE INDEX triages_filing ON triages USING btree (filing_id);

CREATE INDEX uncoverings_person ON uncoverings USING btree (person_id, document_id, page);

CREATE INDEX unit_changes_by_carrier ON unit_changes USING btree (carrier_id, said_at DESC);

CREATE INDEX unit_facts_by_change ON unit_facts USING btree (change_id) WHERE (change_id IS NOT NULL);

CREATE INDEX unit_facts_former ON unit_facts USING btree (carrier_id, key) WHERE (upper_inf(known_during) AND (NOT upper_inf(valid_during)));

CREATE INDEX unit_lineages_by_change ON unit_lineages USING btree (change_id);

CREATE INDEX unit_lineages_by_child ON unit_lineages USING btree (child_id) WHERE (undone_at IS NULL);

CREATE UNIQUE INDEX unit_once ON units USING btree (carrier_id, building, number, key) WHERE (retired_at IS NULL);

CREATE INDEX units_by_carrier ON units USING btree (carrier_id, building, floor, key);

CREATE INDEX units_by_key ON units USING btree (carrier_id, key) WHERE (retired_at IS NULL);

CREATE INDEX units_by_number ON units USING btree (carrier_id, number) WHERE ((number <> ''::text) AND (retired_at IS NULL));

CREATE INDEX units_by_whole ON units USING btree (part_of) WHERE (part_of IS NOT NULL);

CREATE INDEX units_overlapping ON units USING btree (carrier_id) WHERE ((part_of IS NOT NULL) OR (kind = 'whole_floor'::text));

CREATE INDEX units_to_let ON units USING btree (carrier_id) WHERE ((retired_at IS NULL) AND (kind <> 'service'::text));

CREATE INDEX uploads_by_expiry ON uploads USING btree (expires_at);

CREATE INDEX uploads_by_noun ON uploads USING btree (noun_id, person_id) WHERE (finished_at IS NULL);

CREATE INDEX verification_misses_by_network ON verification_misses USING btree (network, at);

CREATE INDEX verification_misses_by_time ON verification_misses USING btree (at);

CREATE INDEX version_documents_by_document ON version_documents USING btree (document_id);

CREATE INDEX version_units_by_unit ON version_units USING btree (unit_id);

CREATE INDEX version_units_covered ON version_units USING btree (version_id) WHERE upper_inf(during);

CREATE UNIQUE INDEX zombie_allowance_once ON zombie_allowances USING btree (carrier_id, unit_id) NULLS NOT DISTINCT WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX zombie_case_one_open ON zombie_cases USING btree (registration_id) WHERE (status = ANY (ARRAY['opened'::text, 'notified'::text, 'answered'::text, 'silent'::text, 'inspecting'::text, 'inspected'::text, 'unsettled'::text]));

CREATE INDEX zombie_cases_by_carrier ON zombie_cases USING btree (carrier_id, opened_on DESC);

CREATE INDEX zombie_cases_by_district ON zombie_cases USING btree (district_code, opened_on DESC, id DESC);

CREATE INDEX zombie_cases_by_registration ON zombie_cases USING btree (registration_id);

CREATE INDEX zombie_cases_open ON zombie_cases USING btree (district_code, opened_on DESC, id DESC) WHERE (closed_at IS NULL);

CREATE INDEX zombie_cases_waiting ON zombie_cases USING btree (deadline_on) WHERE (status = 'notified'::text);

CREATE INDEX zombie_letters_by_case ON zombie_letters USING btree (case_id, id);

CREATE INDEX zombie_lists_by_district ON zombie_lists USING btree (district_code, imported_at DESC);

CREATE UNIQUE INDEX zombie_rule_set_active ON zombie_rule_sets USING btree (district_code) WHERE (status = 'active'::text);

CREATE INDEX zombie_signals_live ON zombie_signals USING btree (kind, observed_on) WHERE (ended_on IS NULL);

CREATE INDEX zombie_steps_by_case ON zombie_steps USING btree (case_id, id);

CREATE TRIGGER addresses_are_told AFTER INSERT OR DELETE OR UPDATE ON carrier_addresses FOR EACH ROW EXECUTE FUNCTION tell_of_address();

CREATE TRIGGER audit_checkpoints_stand BEFORE DELETE OR UPDATE OR TRUNCATE ON audit_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION audit_stands();

CREATE TRIGGER audit_entries_sealed_once BEFORE UPDATE ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_entry_sealed_once();

CREATE TRIGGER audit_entries_stand BEFORE DELETE OR TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION audit_stands();

CREATE TRIGGER carriers_are_told AFTER UPDATE ON carriers FOR EACH ROW WHEN (((((((old.name IS DISTINCT FROM new.name) OR (old.kind IS DISTINCT FROM new.kind)) OR (old.subdistrict_code IS DISTINCT FROM new.subdistrict_code)) OR (old.floors_above IS DISTINCT FROM new.floors_above)) OR (old.floors_below IS DISTINCT FROM new.floors_below)) OR (old.retired_at IS DISTINCT FROM new.retired_at))) EXECUTE FUNCTION tell_of_carrier();

CREATE TRIGGER changed_documents_are_shown AFTER UPDATE ON documents FOR EACH ROW WHEN (((((old.file_name IS DISTINCT FROM new.file_name) OR (old.number IS DISTINCT FROM new.number)) OR (old.page_count IS DISTINCT FROM new.page_count)) OR (old.valid_until IS DISTINCT FROM new.valid_until))) EXECUTE FUNCTION show_changed_document();

CREATE TRIGGER lost_shops_are_told AFTER DELETE ON units FOR EACH ROW WHEN ((old.number <> ''::text)) EXECUTE FUNCTION tell_of_shop();

CREATE TRIGGER new_shops_are_told AFTER INSERT ON units FOR EACH ROW WHEN ((new.number <> ''::text)) EXECUTE FUNCTION tell_of_shop();

CREATE TRIGGER shops_are_told AFTER UPDATE ON units FOR EACH ROW WHEN (((old.number IS DISTINCT FROM new.number) OR (old.retired_at IS DISTINCT FROM new.retired_at))) EXECUTE FUNCTION tell_of_shop();

CREATE TRIGGER version_papers_are_shown AFTER INSERT OR DELETE OR UPDATE ON version_documents FOR EACH ROW EXECUTE FUNCTION show_version_papers();

CREATE TRIGGER versions_are_shown BEFORE INSERT ON dossier_versions FOR EACH ROW EXECUTE FUNCTION show_version();

ALTER TABLE ONLY address_list_rows
    ADD CONSTRAINT address_list_rows_list_id_fkey FOREIGN KEY (list_id) REFERENCES address_lists(id) ON DELETE CASCADE;

ALTER TABLE ONLY address_lists
    ADD CONSTRAINT address_lists_district_code_fkey FOREIGN KEY (district_code) REFERENCES districts(code);

ALTER TABLE ONLY address_lists
    ADD CONSTRAINT address_lists_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id);

ALTER TABLE ONLY approval_items
    ADD CONSTRAINT approval_items_catalogue_id_fkey FOREIGN KEY (catalogue_id) REFERENCES waiver_catalogues(id);

ALTER TABLE ONLY business_addresses
    ADD CONSTRAINT business_addresses_business_id_fkey FOREIGN KEY (business_id) REFERENCES businesses(id);

ALTER TABLE ONLY business_addresses
    ADD CONSTRAINT business_addresses_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY business_addresses
    ADD CONSTRAINT business_addresses_import_id_fkey FOREIGN KEY (import_id) REFERENCES business_imports(id);

ALTER TABLE ONLY business_addresses
    ADD CONSTRAINT business_addresses_settled_by_fkey FOREIGN KEY (settled_by) REFERENCES persons(id);

ALTER TABLE ONLY business_import_rows
    ADD CONSTRAINT business_import_rows_import_id_fkey FOREIGN KEY (import_id) REFERENCES business_imports(id);

ALTER TABLE ONLY business_imports
    ADD CONSTRAINT business_imports_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES persons(id);

ALTER TABLE ONLY carrier_addresses
    ADD CONSTRAINT carrier_addresses_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY carrier_addresses
    ADD CONSTRAINT carrier_addresses_district_code_fkey FOREIGN KEY (district_code) REFERENCES districts(code);

ALTER TABLE ONLY carrier_aliases
    ADD CONSTRAINT carrier_aliases_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY carrier_aliases
    ADD CONSTRAINT carrier_aliases_district_code_fkey FOREIGN KEY (district_code) REFERENCES districts(code);

ALTER TABLE ONLY carrier_facts
    ADD CONSTRAINT carrier_facts_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY carrier_facts
    ADD CONSTRAINT carrier_facts_said_by_fkey FOREIGN KEY (said_by) REFERENCES persons(id);

ALTER TABLE ONLY carrier_terms
    ADD CONSTRAINT carrier_terms_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY carriers
    ADD CONSTRAINT carriers_district_code_fkey FOREIGN KEY (district_code) REFERENCES districts(code);

ALTER TABLE ONLY carriers
    ADD CONSTRAINT carriers_subdistrict_code_fkey FOREIGN KEY (subdistrict_code) REFERENCES subdistricts(code);

ALTER TABLE ONLY carriers
    ADD CONSTRAINT carriers_successor_id_fkey FOREIGN KEY (successor_id) REFERENCES carriers(id);

ALTER TABLE ONLY client_clerks
    ADD CONSTRAINT client_clerks_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id);

ALTER TABLE ONLY client_clerks
    ADD CONSTRAINT client_clerks_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id);

ALTER TABLE ONLY client_usage
    ADD CONSTRAINT client_usage_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id);

ALTER TABLE ONLY clients
    ADD CONSTRAINT clients_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id);

ALTER TABLE ONLY correction_picks
    ADD CONSTRAINT correction_picks_correction_id_fkey FOREIGN KEY (correction_id) REFERENCES corrections(id);

ALTER TABLE ONLY correction_picks
    ADD CONSTRAINT correction_picks_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id);

ALTER TABLE ONLY corrections
    ADD CONSTRAINT corrections_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY corrections
    ADD CONSTRAINT corrections_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES persons(id);

ALTER TABLE ONLY corrections
    ADD CONSTRAINT corrections_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES persons(id);

ALTER TABLE ONLY corrections
    ADD CONSTRAINT corrections_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES units(id);

ALTER TABLE ONLY decisions
    ADD CONSTRAINT decisions_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES persons(id);

ALTER TABLE ONLY decisions
    ADD CONSTRAINT decisions_filing_id_fkey FOREIGN KEY (filing_id) REFERENCES filings(id);

ALTER TABLE ONLY decisions
    ADD CONSTRAINT decisions_submission_id_fkey FOREIGN KEY (submission_id) REFERENCES submissions(id);

ALTER TABLE ONLY document_fields
    ADD CONSTRAINT document_fields_confirmed_by_fkey FOREIGN KEY (confirmed_by) REFERENCES persons(id);

ALTER TABLE ONLY document_fields
    ADD CONSTRAINT document_fields_corrected_by_fkey FOREIGN KEY (corrected_by) REFERENCES persons(id);

ALTER TABLE ONLY document_fields
    ADD CONSTRAINT document_fields_document_id_fkey FOREIGN KEY (document_id) REFERENCES documents(id);

ALTER TABLE ONLY document_notes
    ADD CONSTRAINT document_notes_document_id_fkey FOREIGN KEY (document_id) REFERENCES documents(id);

ALTER TABLE ONLY document_notes
    ADD CONSTRAINT document_notes_other_id_fkey FOREIGN KEY (other_id) REFERENCES documents(id);

ALTER TABLE ONLY document_pages
    ADD CONSTRAINT document_pages_document_id_fkey FOREIGN KEY (document_id) REFERENCES documents(id);

ALTER TABLE ONLY document_pages
    ADD CONSTRAINT document_pages_preview_sha256_fkey FOREIGN KEY (preview_sha256) REFERENCES blobs(sha256);

ALTER TABLE ONLY document_parts
    ADD CONSTRAINT document_parts_document_id_fkey FOREIGN KEY (document_id) REFERENCES documents(id);

ALTER TABLE ONLY document_parts
    ADD CONSTRAINT document_parts_set_by_fkey FOREIGN KEY (set_by) REFERENCES persons(id);

ALTER TABLE ONLY documents
    ADD CONSTRAINT documents_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY documents
    ADD CONSTRAINT documents_filing_id_fkey FOREIGN KEY (filing_id) REFERENCES filings(id);

ALTER TABLE ONLY documents
    ADD CONSTRAINT documents_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id);

ALTER TABLE ONLY documents
    ADD CONSTRAINT documents_same_as_fkey FOREIGN KEY (same_as) REFERENCES documents(id);

ALTER TABLE ONLY documents
    ADD CONSTRAINT documents_sha256_fkey FOREIGN KEY (sha256) REFERENCES blobs(sha256);

ALTER TABLE ONLY documents
    ADD CONSTRAINT documents_uploaded_by_fkey FOREIGN KEY (uploaded_by) REFERENCES persons(id);

ALTER TABLE ONLY dossier_versions
    ADD CONSTRAINT dossier_versions_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES persons(id);

ALTER TABLE ONLY dossier_versions
    ADD CONSTRAINT dossier_versions_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY dossier_versions
    ADD CONSTRAINT dossier_versions_dossier_id_fkey FOREIGN KEY (dossier_id) REFERENCES dossiers(id);

ALTER TABLE ONLY dossier_versions
    ADD CONSTRAINT dossier_versions_filing_id_fkey FOREIGN KEY (filing_id) REFERENCES filings(id);

ALTER TABLE ONLY dossier_versions
    ADD CONSTRAINT dossier_versions_submission_id_fkey FOREIGN KEY (submission_id) REFERENCES submissions(id);

ALTER TABLE ONLY dossiers
    ADD CONSTRAINT dossiers_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY draw_entries
    ADD CONSTRAINT draw_entries_draw_id_fkey FOREIGN KEY (draw_id) REFERENCES random_draws(id);

ALTER TABLE ONLY draw_entries
    ADD CONSTRAINT draw_entries_inspection_id_fkey FOREIGN KEY (inspection_id) REFERENCES inspections(id);

ALTER TABLE ONLY filings
    ADD CONSTRAINT filings_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY filings
    ADD CONSTRAINT filings_claimed_by_fkey FOREIGN KEY (claimed_by) REFERENCES persons(id);

ALTER TABLE ONLY filings
    ADD CONSTRAINT filings_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id);

ALTER TABLE ONLY filings
    ADD CONSTRAINT filings_dossier_id_fkey FOREIGN KEY (dossier_id) REFERENCES dossiers(id);

ALTER TABLE ONLY filings
    ADD CONSTRAINT filings_filed_by_fkey FOREIGN KEY (filed_by) REFERENCES persons(id);

ALTER TABLE ONLY filings
    ADD CONSTRAINT filings_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id);

ALTER TABLE ONLY finding_photos
    ADD CONSTRAINT finding_photos_document_id_fkey FOREIGN KEY (document_id) REFERENCES documents(id);

ALTER TABLE ONLY finding_photos
    ADD CONSTRAINT finding_photos_finding_id_fkey FOREIGN KEY (finding_id) REFERENCES findings(id);

ALTER TABLE ONLY findings
    ADD CONSTRAINT findings_found_by_fkey FOREIGN KEY (found_by) REFERENCES persons(id);

ALTER TABLE ONLY findings
    ADD CONSTRAINT findings_inspection_id_fkey FOREIGN KEY (inspection_id) REFERENCES inspections(id);

ALTER TABLE ONLY findings
    ADD CONSTRAINT findings_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id);

ALTER TABLE ONLY flags
    ADD CONSTRAINT flags_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY flags
    ADD CONSTRAINT flags_raised_by_fkey FOREIGN KEY (raised_by) REFERENCES persons(id);

ALTER TABLE ONLY flags
    ADD CONSTRAINT flags_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES units(id);

ALTER TABLE ONLY inspection_risks
    ADD CONSTRAINT inspection_risks_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY inspection_risks
    ADD CONSTRAINT inspection_risks_registration_id_fkey FOREIGN KEY (registration_id) REFERENCES registrations(id);

ALTER TABLE ONLY inspections
    ADD CONSTRAINT inspections_accompanied_by_fkey FOREIGN KEY (accompanied_by) REFERENCES persons(id);

ALTER TABLE ONLY inspections
    ADD CONSTRAINT inspections_assigned_to_fkey FOREIGN KEY (assigned_to) REFERENCES persons(id);

ALTER TABLE ONLY inspections
    ADD CONSTRAINT inspections_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY inspections
    ADD CONSTRAINT inspections_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES persons(id);

ALTER TABLE ONLY inspections
    ADD CONSTRAINT inspections_planned_by_fkey FOREIGN KEY (planned_by) REFERENCES persons(id);

ALTER TABLE ONLY inspections
    ADD CONSTRAINT inspections_registration_id_fkey FOREIGN KEY (registration_id) REFERENCES registrations(id);

ALTER TABLE ONLY inspections
    ADD CONSTRAINT inspections_started_by_fkey FOREIGN KEY (started_by) REFERENCES persons(id);

ALTER TABLE ONLY inspections
    ADD CONSTRAINT inspections_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES units(id);

ALTER TABLE ONLY look_requests
    ADD CONSTRAINT look_requests_answered_by_fkey FOREIGN KEY (answered_by) REFERENCES persons(id);

ALTER TABLE ONLY look_requests
    ADD CONSTRAINT look_requests_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES persons(id);

ALTER TABLE ONLY look_requests
    ADD CONSTRAINT look_requests_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY look_requests
    ADD CONSTRAINT look_requests_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id);

ALTER TABLE ONLY look_requests
    ADD CONSTRAINT look_requests_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES units(id);

ALTER TABLE ONLY managements
    ADD CONSTRAINT management_document FOREIGN KEY (document_id) REFERENCES documents(id);

ALTER TABLE ONLY managements
    ADD CONSTRAINT managements_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY managements
    ADD CONSTRAINT managements_claimed_by_fkey FOREIGN KEY (claimed_by) REFERENCES persons(id);

ALTER TABLE ONLY managements
    ADD CONSTRAINT managements_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES persons(id);

ALTER TABLE ONLY managements
    ADD CONSTRAINT managements_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id);

ALTER TABLE ONLY notice_reads
    ADD CONSTRAINT notice_reads_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES notices(id) ON DELETE CASCADE;

ALTER TABLE ONLY notice_reads
    ADD CONSTRAINT notice_reads_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id);

ALTER TABLE ONLY notices
    ADD CONSTRAINT notices_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id);

ALTER TABLE ONLY notices
    ADD CONSTRAINT notices_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id);

ALTER TABLE ONLY organisation_subdistricts
    ADD CONSTRAINT organisation_subdistricts_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id);

ALTER TABLE ONLY organisation_subdistricts
    ADD CONSTRAINT organisation_subdistricts_subdistrict_code_fkey FOREIGN KEY (subdistrict_code) REFERENCES subdistricts(code);

ALTER TABLE ONLY organisations
    ADD CONSTRAINT organisations_district_code_fkey FOREIGN KEY (district_code) REFERENCES districts(code);

ALTER TABLE ONLY paper_reminders
    ADD CONSTRAINT paper_reminders_document_id_fkey FOREIGN KEY (document_id) REFERENCES documents(id);

ALTER TABLE ONLY paper_reminders
    ADD CONSTRAINT paper_reminders_version_id_fkey FOREIGN KEY (version_id) REFERENCES dossier_versions(id);

ALTER TABLE ONLY persons
    ADD CONSTRAINT persons_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id);

ALTER TABLE ONLY plates
    ADD CONSTRAINT plates_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY plates
    ADD CONSTRAINT plates_issued_by_fkey FOREIGN KEY (issued_by) REFERENCES persons(id);

ALTER TABLE ONLY plates
    ADD CONSTRAINT plates_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES units(id);

ALTER TABLE ONLY random_draws
    ADD CONSTRAINT random_draws_committed_by_fkey FOREIGN KEY (committed_by) REFERENCES persons(id);

ALTER TABLE ONLY random_draws
    ADD CONSTRAINT random_draws_drawn_by_fkey FOREIGN KEY (drawn_by) REFERENCES persons(id);

ALTER TABLE ONLY random_draws
    ADD CONSTRAINT random_draws_frozen_by_fkey FOREIGN KEY (frozen_by) REFERENCES persons(id);

ALTER TABLE ONLY random_draws
    ADD CONSTRAINT random_draws_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id);

ALTER TABLE ONLY registrations
    ADD CONSTRAINT registrations_business_id_fkey FOREIGN KEY (business_id) REFERENCES businesses(id);

ALTER TABLE ONLY registrations
    ADD CONSTRAINT registrations_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY registrations
    ADD CONSTRAINT registrations_reuse_id_fkey FOREIGN KEY (reuse_id) REFERENCES reuses(id);

ALTER TABLE ONLY registrations
    ADD CONSTRAINT registrations_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES units(id);

ALTER TABLE ONLY reuses
    ADD CONSTRAINT reuses_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY reuses
    ADD CONSTRAINT reuses_catalogue_id_fkey FOREIGN KEY (catalogue_id) REFERENCES waiver_catalogues(id);

ALTER TABLE ONLY reuses
    ADD CONSTRAINT reuses_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id);

ALTER TABLE ONLY reuses
    ADD CONSTRAINT reuses_lease_document_id_fkey FOREIGN KEY (lease_document_id) REFERENCES documents(id);

ALTER TABLE ONLY reuses
    ADD CONSTRAINT reuses_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id);

ALTER TABLE ONLY reuses
    ADD CONSTRAINT reuses_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id);

ALTER TABLE ONLY reuses
    ADD CONSTRAINT reuses_revoked_by_fkey FOREIGN KEY (revoked_by) REFERENCES persons(id);

ALTER TABLE ONLY reuses
    ADD CONSTRAINT reuses_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES units(id);

ALTER TABLE ONLY reuses
    ADD CONSTRAINT reuses_version_id_fkey FOREIGN KEY (version_id) REFERENCES dossier_versions(id);

ALTER TABLE ONLY sessions
    ADD CONSTRAINT sessions_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id);

ALTER TABLE ONLY subdistricts
    ADD CONSTRAINT subdistricts_district_code_fkey FOREIGN KEY (district_code) REFERENCES districts(code);

ALTER TABLE ONLY submission_documents
    ADD CONSTRAINT submission_documents_document_id_fkey FOREIGN KEY (document_id) REFERENCES documents(id);

ALTER TABLE ONLY submission_documents
    ADD CONSTRAINT submission_documents_submission_id_fkey FOREIGN KEY (submission_id) REFERENCES submissions(id);

ALTER TABLE ONLY submission_units
    ADD CONSTRAINT submission_units_submission_id_fkey FOREIGN KEY (submission_id) REFERENCES submissions(id);

ALTER TABLE ONLY submission_units
    ADD CONSTRAINT submission_units_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES units(id);

ALTER TABLE ONLY submissions
    ADD CONSTRAINT submissions_filing_id_fkey FOREIGN KEY (filing_id) REFERENCES filings(id);

ALTER TABLE ONLY submissions
    ADD CONSTRAINT submissions_submitted_by_fkey FOREIGN KEY (submitted_by) REFERENCES persons(id);

ALTER TABLE ONLY tenancies
    ADD CONSTRAINT tenancies_business_id_fkey FOREIGN KEY (business_id) REFERENCES businesses(id);

ALTER TABLE ONLY tenancies
    ADD CONSTRAINT tenancies_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY tenancies
    ADD CONSTRAINT tenancies_reported_by_fkey FOREIGN KEY (reported_by) REFERENCES persons(id);

ALTER TABLE ONLY tenancies
    ADD CONSTRAINT tenancies_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES units(id);

ALTER TABLE ONLY tenancy_reminders
    ADD CONSTRAINT tenancy_reminders_tenancy_id_fkey FOREIGN KEY (tenancy_id) REFERENCES tenancies(id);

ALTER TABLE ONLY tickets
    ADD CONSTRAINT tickets_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id);

ALTER TABLE ONLY tickets
    ADD CONSTRAINT tickets_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id);

ALTER TABLE ONLY triages
    ADD CONSTRAINT triages_filing_id_fkey FOREIGN KEY (filing_id) REFERENCES filings(id);

ALTER TABLE ONLY triages
    ADD CONSTRAINT triages_submission_id_fkey FOREIGN KEY (submission_id) REFERENCES submissions(id);

ALTER TABLE ONLY uncoverings
    ADD CONSTRAINT uncoverings_document_id_fkey FOREIGN KEY (document_id) REFERENCES documents(id);

ALTER TABLE ONLY uncoverings
    ADD CONSTRAINT uncoverings_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id);

ALTER TABLE ONLY unit_changes
    ADD CONSTRAINT unit_changes_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY unit_changes
    ADD CONSTRAINT unit_changes_said_by_fkey FOREIGN KEY (said_by) REFERENCES persons(id);

ALTER TABLE ONLY unit_changes
    ADD CONSTRAINT unit_changes_undone_by_fkey FOREIGN KEY (undone_by) REFERENCES persons(id);

ALTER TABLE ONLY unit_facts
    ADD CONSTRAINT unit_facts_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY unit_facts
    ADD CONSTRAINT unit_facts_change_id_fkey FOREIGN KEY (change_id) REFERENCES unit_changes(id);

ALTER TABLE ONLY unit_facts
    ADD CONSTRAINT unit_facts_said_by_fkey FOREIGN KEY (said_by) REFERENCES persons(id);

ALTER TABLE ONLY unit_facts
    ADD CONSTRAINT unit_facts_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES units(id);

ALTER TABLE ONLY unit_lineages
    ADD CONSTRAINT unit_lineages_change_id_fkey FOREIGN KEY (change_id) REFERENCES unit_changes(id);

ALTER TABLE ONLY unit_lineages
    ADD CONSTRAINT unit_lineages_child_id_fkey FOREIGN KEY (child_id) REFERENCES units(id);

ALTER TABLE ONLY unit_lineages
    ADD CONSTRAINT unit_lineages_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES units(id);

ALTER TABLE ONLY units
    ADD CONSTRAINT units_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY units
    ADD CONSTRAINT units_part_of_fkey FOREIGN KEY (part_of) REFERENCES units(id);

ALTER TABLE ONLY upload_chunks
    ADD CONSTRAINT upload_chunks_upload_id_fkey FOREIGN KEY (upload_id) REFERENCES uploads(id) ON DELETE CASCADE;

ALTER TABLE ONLY uploads
    ADD CONSTRAINT uploads_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id);

ALTER TABLE ONLY version_chains
    ADD CONSTRAINT version_chains_version_id_fkey FOREIGN KEY (version_id) REFERENCES dossier_versions(id);

ALTER TABLE ONLY version_documents
    ADD CONSTRAINT version_documents_document_id_fkey FOREIGN KEY (document_id) REFERENCES documents(id);

ALTER TABLE ONLY version_documents
    ADD CONSTRAINT version_documents_version_id_fkey FOREIGN KEY (version_id) REFERENCES dossier_versions(id);

ALTER TABLE ONLY version_reminders
    ADD CONSTRAINT version_reminders_version_id_fkey FOREIGN KEY (version_id) REFERENCES dossier_versions(id);

ALTER TABLE ONLY version_units
    ADD CONSTRAINT version_units_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES units(id);

ALTER TABLE ONLY version_units
    ADD CONSTRAINT version_units_version_id_fkey FOREIGN KEY (version_id) REFERENCES dossier_versions(id);

ALTER TABLE ONLY waiver_catalogues
    ADD CONSTRAINT waiver_catalogues_imported_by_fkey FOREIGN KEY (imported_by) REFERENCES persons(id);

ALTER TABLE ONLY waivers
    ADD CONSTRAINT waivers_catalogue_id_item_code_fkey FOREIGN KEY (catalogue_id, item_code) REFERENCES approval_items(catalogue_id, code);

ALTER TABLE ONLY zombie_allowances
    ADD CONSTRAINT zombie_allowances_allowed_by_fkey FOREIGN KEY (allowed_by) REFERENCES persons(id);

ALTER TABLE ONLY zombie_allowances
    ADD CONSTRAINT zombie_allowances_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY zombie_allowances
    ADD CONSTRAINT zombie_allowances_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES persons(id);

ALTER TABLE ONLY zombie_allowances
    ADD CONSTRAINT zombie_allowances_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES units(id);

ALTER TABLE ONLY zombie_cases
    ADD CONSTRAINT zombie_cases_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES carriers(id);

ALTER TABLE ONLY zombie_cases
    ADD CONSTRAINT zombie_cases_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES persons(id);

ALTER TABLE ONLY zombie_cases
    ADD CONSTRAINT zombie_cases_newcomer_id_fkey FOREIGN KEY (newcomer_id) REFERENCES registrations(id);

ALTER TABLE ONLY zombie_cases
    ADD CONSTRAINT zombie_cases_registration_id_fkey FOREIGN KEY (registration_id) REFERENCES registrations(id);

ALTER TABLE ONLY zombie_cases
    ADD CONSTRAINT zombie_cases_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES units(id);

ALTER TABLE ONLY zombie_letters
    ADD CONSTRAINT zombie_letters_case_id_fkey FOREIGN KEY (case_id) REFERENCES zombie_cases(id);

ALTER TABLE ONLY zombie_letters
    ADD CONSTRAINT zombie_letters_written_by_fkey FOREIGN KEY (written_by) REFERENCES persons(id);

ALTER TABLE ONLY zombie_lists
    ADD CONSTRAINT zombie_lists_imported_by_fkey FOREIGN KEY (imported_by) REFERENCES persons(id);

ALTER TABLE ONLY zombie_rule_sets
    ADD CONSTRAINT zombie_rule_sets_activated_by_fkey FOREIGN KEY (activated_by) REFERENCES persons(id);

ALTER TABLE ONLY zombie_rule_sets
    ADD CONSTRAINT zombie_rule_sets_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES persons(id);

ALTER TABLE ONLY zombie_signals
    ADD CONSTRAINT zombie_signal_case FOREIGN KEY (dismissed_in) REFERENCES zombie_cases(id);

ALTER TABLE ONLY zombie_signals
    ADD CONSTRAINT zombie_signal_list FOREIGN KEY (list_id) REFERENCES zombie_lists(id);

ALTER TABLE ONLY zombie_signals
    ADD CONSTRAINT zombie_signals_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES persons(id);

ALTER TABLE ONLY zombie_signals
    ADD CONSTRAINT zombie_signals_registration_id_fkey FOREIGN KEY (registration_id) REFERENCES registrations(id);

ALTER TABLE ONLY zombie_steps
    ADD CONSTRAINT zombie_steps_case_id_fkey FOREIGN KEY (case_id) REFERENCES zombie_cases(id);

ALTER TABLE ONLY zombie_steps
    ADD CONSTRAINT zombie_steps_said_by_fkey FOREIGN KEY (said_by) REFERENCES persons(id);

