"""A business that left its unit stands so in the register; how far readers of the feed have come."""

from alembic import op

revision = "0032"
down_revision = "0031"

UP = (
    """
    CREATE TABLE event_positions (
        reader   text PRIMARY KEY,
        position bigint NOT NULL
    )
    """,
    "ALTER TABLE business_addresses DROP CONSTRAINT business_address_status",
    """
    ALTER TABLE business_addresses
      ADD CONSTRAINT business_address_status
          CHECK (status IN ('placed', 'choose', 'no_unit', 'differs', 'out', 'left_out', 'ended', 'carrier', 'left'))
    """,
)

DOWN = (
    "UPDATE business_addresses SET status = 'ended' WHERE status = 'left'",
    "ALTER TABLE business_addresses DROP CONSTRAINT business_address_status",
    """
    ALTER TABLE business_addresses
      ADD CONSTRAINT business_address_status
          CHECK (status IN ('placed', 'choose', 'no_unit', 'differs', 'out', 'left_out', 'ended', 'carrier'))
    """,
    "DROP TABLE event_positions",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
