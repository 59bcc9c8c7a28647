"""住所库: a business whose address names no unit stands on its carrier."""

from alembic import op

revision = "0022"
down_revision = "0021"

STATUSES = "'placed', 'choose', 'no_unit', 'differs', 'out', 'left_out', 'ended'"


def upgrade() -> None:
    op.execute("ALTER TABLE business_addresses DROP CONSTRAINT business_address_status")
    op.execute(
        "ALTER TABLE business_addresses ADD CONSTRAINT business_address_status CHECK (status IN "
        f"({STATUSES}, 'carrier'))"
    )


def downgrade() -> None:
    op.execute("UPDATE business_addresses SET status = 'no_unit' WHERE status = 'carrier'")
    op.execute("ALTER TABLE business_addresses DROP CONSTRAINT business_address_status")
    op.execute(f"ALTER TABLE business_addresses ADD CONSTRAINT business_address_status CHECK (status IN ({STATUSES}))")
