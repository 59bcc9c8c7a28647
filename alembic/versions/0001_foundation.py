"""The ground everything stands on: 留痕, 事件, 后台任务, and the divisions of the city."""

from alembic import op

revision = "0001"
down_revision = None

UP = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """
    CREATE TABLE districts (
        code text PRIMARY KEY,
        name text NOT NULL
    )
    """,
    """
    CREATE TABLE subdistricts (
        code text PRIMARY KEY,
        district_code text NOT NULL REFERENCES districts,
        name text NOT NULL
    )
    """,
    # 留痕. Entries are written in the business transaction and sealed afterwards: leaf_index is their place in the
    # RFC 6962 tree, leaf_hash what was sealed. A checkpoint's frontier is what the next batch is appended to.
    """
    CREATE TABLE audit_entries (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
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
        detail jsonb NOT NULL DEFAULT '{}',
        leaf_index bigint,
        leaf_hash bytea,
        CONSTRAINT audit_sealed_whole CHECK ((leaf_index IS NULL) = (leaf_hash IS NULL))
    )
    """,
    "CREATE UNIQUE INDEX audit_leaf ON audit_entries (leaf_index) WHERE leaf_index IS NOT NULL",
    "CREATE INDEX audit_unsealed ON audit_entries (id) WHERE leaf_index IS NULL",
    "CREATE INDEX audit_by_noun ON audit_entries (noun, noun_id, at DESC)",
    "CREATE INDEX audit_by_time ON audit_entries (at DESC)",
    """
    CREATE TABLE audit_checkpoints (
        tree_size bigint PRIMARY KEY,
        root_hash bytea NOT NULL,
        frontier bytea[] NOT NULL,
        sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        signature bytea NOT NULL
    )
    """,
    # An entry may be sealed once; nothing else about it ever changes, and it is never removed.
    """
    CREATE FUNCTION audit_entry_sealed_once() RETURNS trigger LANGUAGE plpgsql AS $body$
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
    $body$
    """,
    """
    CREATE FUNCTION audit_stands() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        RAISE EXCEPTION '留痕不可更改' USING ERRCODE = 'integrity_constraint_violation';
    END
    $body$
    """,
    """
    CREATE TRIGGER audit_entries_sealed_once BEFORE UPDATE ON audit_entries
       FOR EACH ROW EXECUTE FUNCTION audit_entry_sealed_once()
    """,
    """
    CREATE TRIGGER audit_entries_stand BEFORE DELETE OR TRUNCATE ON audit_entries
       FOR EACH STATEMENT EXECUTE FUNCTION audit_stands()
    """,
    """
    CREATE TRIGGER audit_checkpoints_stand BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoints
       FOR EACH STATEMENT EXECUTE FUNCTION audit_stands()
    """,
    # 事件. Written without a number in the business transaction; numbered afterwards in one short transaction under a
    # lock, so that readers see a gapless feed in commit order and writers never wait for each other.
    """
    CREATE TABLE events (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        position bigint UNIQUE,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        kind text NOT NULL,
        noun text NOT NULL,
        noun_id uuid NOT NULL,
        carrier_id uuid,
        district_code text,
        content jsonb NOT NULL DEFAULT '{}'
    )
    """,
    "CREATE INDEX events_unnumbered ON events (id) WHERE position IS NULL",
    "CREATE INDEX events_by_district ON events (district_code, position)",
    # 后台任务. The row is the truth, the queue only a hint.
    """
    CREATE TABLE tasks (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        kind text NOT NULL,
        noun_id uuid NOT NULL,
        weight integer NOT NULL DEFAULT 0,
        attempts integer NOT NULL DEFAULT 0,
        due_at timestamptz NOT NULL DEFAULT now(),
        hold_token uuid,
        held_until timestamptz,
        progress jsonb NOT NULL DEFAULT '{}',
        last_error text,
        created_at timestamptz NOT NULL DEFAULT now(),
        done_at timestamptz,
        quarantined_at timestamptz,
        CONSTRAINT task_held_whole CHECK ((hold_token IS NULL) = (held_until IS NULL))
    )
    """,
    """
    CREATE UNIQUE INDEX task_once ON tasks (kind, noun_id)
     WHERE done_at IS NULL AND quarantined_at IS NULL
    """,
    """
    CREATE INDEX tasks_open ON tasks (kind, weight, due_at)
     WHERE done_at IS NULL AND quarantined_at IS NULL
    """,
    "CREATE INDEX tasks_by_noun ON tasks (noun_id, kind)",
)

DOWN = (
    "DROP TABLE tasks",
    "DROP TABLE events",
    "DROP TABLE audit_checkpoints",
    "DROP TABLE audit_entries",
    "DROP FUNCTION audit_stands",
    "DROP FUNCTION audit_entry_sealed_once",
    "DROP TABLE subdistricts",
    "DROP TABLE districts",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
