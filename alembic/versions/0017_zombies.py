"""僵尸住所: signals, cases with their steps and letters, rule sets, what is allowed to be crowded; working days."""

from alembic import op

revision = "0017"
down_revision = "0016"

UP = (
    # One fact about one registration. `ended_on`: the day from which it no longer holds; `measure`: how many, where a
    # number is what was observed; `dismissed_in`: a case that was dismissed has dealt with it, it counts no more.
    """
    CREATE TABLE zombie_signals (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        registration_id uuid NOT NULL REFERENCES registrations,
        kind text NOT NULL,
        source text NOT NULL,
        observed_on date NOT NULL,
        text text NOT NULL DEFAULT '',
        measure integer,
        recorded_by uuid REFERENCES persons,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        list_id uuid,
        ended_on date,
        dismissed_in uuid,
        CONSTRAINT zombie_signal_once UNIQUE (registration_id, kind, observed_on, source),
        CONSTRAINT zombie_signal_order CHECK (ended_on >= observed_on)
    )
    """,
    "CREATE INDEX zombie_signals_live ON zombie_signals (kind, observed_on) WHERE ended_on IS NULL",
    """
    CREATE TABLE zombie_lists (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        district_code text NOT NULL,
        kind text NOT NULL,
        source text NOT NULL,
        dated_on date NOT NULL,
        file_name text NOT NULL,
        row_count integer NOT NULL,
        matched_count integer NOT NULL,
        new_count integer NOT NULL,
        unmatched jsonb NOT NULL DEFAULT '[]',
        imported_by uuid NOT NULL REFERENCES persons,
        imported_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX zombie_lists_by_district ON zombie_lists (district_code, imported_at DESC)",
    "ALTER TABLE zombie_signals ADD CONSTRAINT zombie_signal_list FOREIGN KEY (list_id) REFERENCES zombie_lists",
    "CREATE SEQUENCE zombie_case_numbers",
    # `reasons` are the words of the day the case was opened; `late` is an answer after its deadline; `newcomer_id` is
    # whose registration stands in the way after a dismissal, until a person has settled it.
    """
    CREATE TABLE zombie_cases (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        number text NOT NULL UNIQUE,
        registration_id uuid NOT NULL REFERENCES registrations,
        unit_id uuid NOT NULL REFERENCES units,
        carrier_id uuid NOT NULL REFERENCES carriers,
        district_code text NOT NULL,
        name text NOT NULL,
        cause text NOT NULL,
        status text NOT NULL DEFAULT 'opened',
        score integer NOT NULL,
        rules_number integer NOT NULL,
        reasons jsonb NOT NULL,
        opened_on date NOT NULL,
        opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        contact text NOT NULL DEFAULT '',
        code text NOT NULL UNIQUE,
        notified_on date,
        deadline_on date,
        answered_at timestamptz,
        answer text,
        answer_text text NOT NULL DEFAULT '',
        late boolean NOT NULL DEFAULT false,
        inspected_on date,
        found boolean,
        decided_on date,
        decided_at timestamptz,
        decided_by uuid REFERENCES persons,
        reason text NOT NULL DEFAULT '',
        appeal_until date,
        appealed_on date,
        newcomer_id uuid REFERENCES registrations,
        closed_at timestamptz,
        CONSTRAINT zombie_case_status CHECK (status IN (
            'opened', 'notified', 'answered', 'silent', 'inspecting', 'inspected', 'cleared', 'appealed', 'upheld',
            'reversed', 'unsettled', 'dismissed', 'settled')),
        CONSTRAINT zombie_case_answer CHECK (answer IN ('here', 'gone')),
        CONSTRAINT zombie_case_closed CHECK ((closed_at IS NULL) = (status IN (
            'opened', 'notified', 'answered', 'silent', 'inspecting', 'inspected', 'appealed', 'unsettled')))
    )
    """,
    """
    CREATE UNIQUE INDEX zombie_case_one_open
        ON zombie_cases (registration_id)
     WHERE status IN ('opened', 'notified', 'answered', 'silent', 'inspecting', 'inspected', 'unsettled')
    """,
    "CREATE INDEX zombie_cases_by_registration ON zombie_cases (registration_id)",
    "CREATE INDEX zombie_cases_by_carrier ON zombie_cases (carrier_id, opened_on DESC)",
    "CREATE INDEX zombie_cases_by_district ON zombie_cases (district_code, opened_on DESC, id DESC)",
    "CREATE INDEX zombie_cases_open ON zombie_cases (district_code, opened_on DESC, id DESC) WHERE closed_at IS NULL",
    "CREATE INDEX zombie_cases_waiting ON zombie_cases (deadline_on) WHERE status = 'notified'",
    "ALTER TABLE zombie_signals ADD CONSTRAINT zombie_signal_case FOREIGN KEY (dismissed_in) REFERENCES zombie_cases",
    """
    CREATE TABLE zombie_steps (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        case_id uuid NOT NULL REFERENCES zombie_cases,
        kind text NOT NULL,
        said_on date NOT NULL,
        said_at timestamptz NOT NULL,
        said_by uuid REFERENCES persons,
        speaker text NOT NULL,
        text text NOT NULL
    )
    """,
    "CREATE INDEX zombie_steps_by_case ON zombie_steps (case_id, id)",
    """
    CREATE TABLE zombie_letters (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        case_id uuid NOT NULL REFERENCES zombie_cases,
        kind text NOT NULL,
        number text NOT NULL UNIQUE,
        written_on date NOT NULL,
        content jsonb NOT NULL,
        written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        written_by uuid REFERENCES persons,
        sent_on date,
        sent_how text NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX zombie_letters_by_case ON zombie_letters (case_id, id)",
    # Versions of the rules, one in force a district; `replayed` is what the replay said of it before it took effect.
    """
    CREATE TABLE zombie_rule_sets (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        district_code text NOT NULL,
        number integer NOT NULL,
        status text NOT NULL DEFAULT 'proposed',
        threshold integer NOT NULL,
        rules jsonb NOT NULL,
        note text NOT NULL,
        proposed_by uuid NOT NULL REFERENCES persons,
        proposed_at timestamptz NOT NULL DEFAULT now(),
        replayed jsonb,
        activated_by uuid REFERENCES persons,
        activated_at timestamptz,
        CONSTRAINT zombie_rule_set_once UNIQUE (district_code, number),
        CONSTRAINT zombie_rule_set_status CHECK (status IN ('proposed', 'active', 'superseded', 'withdrawn')),
        CONSTRAINT zombie_rule_set_two_people CHECK (activated_by <> proposed_by)
    )
    """,
    "CREATE UNIQUE INDEX zombie_rule_set_active ON zombie_rule_sets (district_code) WHERE status = 'active'",
    # 集中登记 by hand: a place where many may be registered, and why.
    """
    CREATE TABLE zombie_allowances (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        carrier_id uuid NOT NULL REFERENCES carriers,
        unit_id uuid REFERENCES units,
        reason text NOT NULL,
        allowed_by uuid NOT NULL REFERENCES persons,
        allowed_at timestamptz NOT NULL DEFAULT now(),
        ended_by uuid REFERENCES persons,
        ended_at timestamptz
    )
    """,
    """
    CREATE UNIQUE INDEX zombie_allowance_once
        ON zombie_allowances (carrier_id, unit_id) NULLS NOT DISTINCT
     WHERE ended_at IS NULL
    """,
    # How far in the feed of events the scoring has come.
    """
    CREATE TABLE zombie_positions (
        name text PRIMARY KEY,
        position bigint NOT NULL
    )
    """,
    "INSERT INTO zombie_positions (name, position) SELECT 'signals', coalesce(max(position), 0) FROM events",
    # Holidays and moved working days, year by year; what stands here goes before what is shipped.
    """
    CREATE TABLE calendar_days (
        falls_on date PRIMARY KEY,
        works boolean NOT NULL,
        name text NOT NULL DEFAULT '',
        source text NOT NULL DEFAULT '',
        imported_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX tenancies_by_unit ON tenancies (unit_id)",
)

DOWN = (
    "DROP INDEX tenancies_by_unit",
    "DROP TABLE calendar_days",
    "DROP TABLE zombie_positions",
    "DROP TABLE zombie_allowances",
    "DROP TABLE zombie_rule_sets",
    "DROP TABLE zombie_letters",
    "DROP TABLE zombie_steps",
    "ALTER TABLE zombie_signals DROP CONSTRAINT zombie_signal_case",
    "DROP TABLE zombie_cases",
    "DROP SEQUENCE zombie_case_numbers",
    "ALTER TABLE zombie_signals DROP CONSTRAINT zombie_signal_list",
    "DROP TABLE zombie_lists",
    "DROP TABLE zombie_signals",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
