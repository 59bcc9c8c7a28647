"""载体与房屋单元: carriers with their addresses, aliases and managers, and the units in them."""

from alembic import op

revision = "0003"
down_revision = "0002"

UP = (
    "CREATE SEQUENCE carrier_numbers",
    """
    CREATE TABLE carriers (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        number text NOT NULL UNIQUE DEFAULT 'ZT' || lpad(nextval('carrier_numbers')::text, 6, '0'),
        kind text NOT NULL,
        name text NOT NULL,
        district_code text NOT NULL REFERENCES districts,
        subdistrict_code text NOT NULL REFERENCES subdistricts,
        sharing_allowed boolean NOT NULL DEFAULT false,
        floors_above integer,
        floors_below integer,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        retired_at timestamptz,
        CONSTRAINT carrier_kind CHECK (kind IN
            ('tower', 'mall', 'park', 'market', 'street', 'incubator', 'cluster')),
        CONSTRAINT carrier_name_once UNIQUE (district_code, name)
    )
    """,
    "CREATE INDEX carriers_by_subdistrict ON carriers (subdistrict_code, kind)",
    # One carrier, several gates; one gate, several carriers. `key` is addresses.keys.address_key.
    """
    CREATE TABLE carrier_addresses (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        carrier_id uuid NOT NULL REFERENCES carriers,
        district_code text NOT NULL REFERENCES districts,
        road text NOT NULL,
        lane text NOT NULL DEFAULT '',
        sublane text NOT NULL DEFAULT '',
        number text NOT NULL DEFAULT '',
        building text NOT NULL DEFAULT '',
        text text NOT NULL,
        key text NOT NULL,
        road_pinyin text NOT NULL,
        is_main boolean NOT NULL DEFAULT false,
        source text NOT NULL DEFAULT '',
        begins_on date,
        ends_on date,
        CONSTRAINT carrier_address_once UNIQUE (carrier_id, key)
    )
    """,
    "CREATE INDEX carrier_addresses_by_key ON carrier_addresses (key)",
    "CREATE INDEX carrier_addresses_by_gate ON carrier_addresses (road, lane, sublane, number)",
    "CREATE INDEX carrier_addresses_with_range ON carrier_addresses (road, lane, sublane) WHERE number ~ '[-、]'",
    "CREATE INDEX carrier_addresses_by_pinyin ON carrier_addresses (road_pinyin)",
    "CREATE UNIQUE INDEX carrier_main_address_once ON carrier_addresses (carrier_id) WHERE is_main",
    """
    CREATE TABLE carrier_aliases (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        carrier_id uuid NOT NULL REFERENCES carriers,
        district_code text NOT NULL REFERENCES districts,
        name text NOT NULL,
        key text NOT NULL,
        source text NOT NULL DEFAULT '',
        CONSTRAINT carrier_alias_once UNIQUE (carrier_id, key)
    )
    """,
    "CREATE INDEX carrier_aliases_by_key ON carrier_aliases (key)",
    # What the address box completes: names, aliases, addresses, each also in pinyin and in initials.
    """
    CREATE TABLE carrier_terms (
        carrier_id uuid NOT NULL REFERENCES carriers,
        district_code text NOT NULL,
        term text NOT NULL,
        shown text NOT NULL,
        weight integer NOT NULL DEFAULT 0,
        PRIMARY KEY (carrier_id, term)
    )
    """,
    "CREATE INDEX carrier_terms_prefix ON carrier_terms (term text_pattern_ops)",
    # Only whole names and addresses are compared by likeness (30 is addresses.keys.WHOLE).
    "CREATE INDEX carrier_terms_trigram ON carrier_terms USING gin (term gin_trgm_ops) WHERE weight = 30",
    """
    CREATE TABLE units (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        carrier_id uuid NOT NULL REFERENCES carriers,
        district_code text NOT NULL,
        kind text NOT NULL DEFAULT 'room',
        building text NOT NULL DEFAULT '',
        floor integer,
        label text NOT NULL,
        key text NOT NULL,
        number text NOT NULL DEFAULT '',
        area_m2 numeric(12, 2),
        sharing_allowed boolean,
        part_of uuid REFERENCES units,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        retired_at timestamptz,
        CONSTRAINT unit_kind CHECK (kind IN ('room', 'shop', 'whole_floor', 'part', 'virtual', 'service')),
        CONSTRAINT unit_area CHECK (area_m2 > 0)
    )
    """,
    "CREATE UNIQUE INDEX unit_once ON units (carrier_id, building, number, key) WHERE retired_at IS NULL",
    "CREATE INDEX units_by_carrier ON units (carrier_id, building, floor, key)",
    "CREATE INDEX units_by_key ON units (carrier_id, key) WHERE retired_at IS NULL",
    "CREATE INDEX units_by_number ON units (carrier_id, number) WHERE number <> '' AND retired_at IS NULL",
    "CREATE INDEX units_by_whole ON units (part_of) WHERE part_of IS NOT NULL",
    # Counted by the thousand on every overview: from the index alone.
    "CREATE INDEX units_to_let ON units (carrier_id) WHERE retired_at IS NULL AND kind <> 'service'",
    # 谁管理哪个载体: claimed with a paper, confirmed by a clerk, handed on to a successor.
    """
    CREATE TABLE managements (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        carrier_id uuid NOT NULL REFERENCES carriers,
        organisation_id uuid NOT NULL REFERENCES organisations,
        capacity text NOT NULL,
        status text NOT NULL DEFAULT 'claimed',
        document_id uuid,
        claimed_by uuid NOT NULL REFERENCES persons,
        claimed_at timestamptz NOT NULL DEFAULT now(),
        decided_by uuid REFERENCES persons,
        decided_at timestamptz,
        reason text NOT NULL DEFAULT '',
        ended_at timestamptz,
        CONSTRAINT management_capacity CHECK (capacity IN ('manager', 'agency')),
        CONSTRAINT management_status CHECK (status IN ('claimed', 'confirmed', 'refused', 'ended'))
    )
    """,
    """
    CREATE UNIQUE INDEX management_one_manager ON managements (carrier_id)
     WHERE status = 'confirmed' AND capacity = 'manager'
    """,
    """
    CREATE UNIQUE INDEX management_once ON managements (carrier_id, organisation_id)
     WHERE status IN ('claimed', 'confirmed')
    """,
    "CREATE INDEX managements_by_organisation ON managements (organisation_id, status)",
    "CREATE INDEX managements_open ON managements (claimed_at) WHERE status = 'claimed'",
)

TABLES = ("managements", "units", "carrier_terms", "carrier_aliases", "carrier_addresses", "carriers")


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP SEQUENCE carrier_numbers")
