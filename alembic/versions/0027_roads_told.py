"""Whoever remembers a road is told when something on it changes."""

from alembic import op

revision = "0027"
down_revision = "0026"

UP = (
    """
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
        $$
    """,
    """
    CREATE FUNCTION tell_of_carrier() RETURNS trigger
        LANGUAGE plpgsql
        AS $$
        BEGIN
            PERFORM pg_notify('zhusuo_roads', road)
               FROM carrier_addresses
              WHERE carrier_id = NEW.id;
            RETURN NULL;
        END
        $$
    """,
    """
    CREATE FUNCTION tell_of_shop() RETURNS trigger
        LANGUAGE plpgsql
        AS $$
        BEGIN
            PERFORM pg_notify('zhusuo_roads', road)
               FROM carrier_addresses
              WHERE carrier_id = CASE TG_OP WHEN 'DELETE' THEN OLD.carrier_id ELSE NEW.carrier_id END;
            RETURN NULL;
        END
        $$
    """,
    """
    CREATE TRIGGER addresses_are_told
        AFTER INSERT OR UPDATE OR DELETE ON carrier_addresses
        FOR EACH ROW EXECUTE FUNCTION tell_of_address()
    """,
    """
    CREATE TRIGGER carriers_are_told
        AFTER UPDATE ON carriers
        FOR EACH ROW
        WHEN ((OLD.name, OLD.kind, OLD.subdistrict_code, OLD.floors_above, OLD.floors_below, OLD.retired_at)
              IS DISTINCT FROM
              (NEW.name, NEW.kind, NEW.subdistrict_code, NEW.floors_above, NEW.floors_below, NEW.retired_at))
        EXECUTE FUNCTION tell_of_carrier()
    """,
    """
    CREATE TRIGGER new_shops_are_told
        AFTER INSERT ON units
        FOR EACH ROW
        WHEN (NEW.number <> '')
        EXECUTE FUNCTION tell_of_shop()
    """,
    """
    CREATE TRIGGER shops_are_told
        AFTER UPDATE ON units
        FOR EACH ROW
        WHEN ((OLD.number, OLD.retired_at) IS DISTINCT FROM (NEW.number, NEW.retired_at))
        EXECUTE FUNCTION tell_of_shop()
    """,
    """
    CREATE TRIGGER lost_shops_are_told
        AFTER DELETE ON units
        FOR EACH ROW
        WHEN (OLD.number <> '')
        EXECUTE FUNCTION tell_of_shop()
    """,
)

DOWN = (
    "DROP TRIGGER lost_shops_are_told ON units",
    "DROP TRIGGER shops_are_told ON units",
    "DROP TRIGGER new_shops_are_told ON units",
    "DROP TRIGGER carriers_are_told ON carriers",
    "DROP TRIGGER addresses_are_told ON carrier_addresses",
    "DROP FUNCTION tell_of_shop()",
    "DROP FUNCTION tell_of_carrier()",
    "DROP FUNCTION tell_of_address()",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
