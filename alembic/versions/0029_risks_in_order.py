"""风险: the list of a whole district in the order of its points, by one index."""

from alembic import op

revision = "0029"
down_revision = "0028"

UP = (
    """
    CREATE INDEX inspection_risks_in_order
        ON inspection_risks (district_code, score DESC, registration_id DESC)
     WHERE level <> 'low'
    """,
    "DROP INDEX inspection_risks_by_score",
)

DOWN = (
    """
    CREATE INDEX inspection_risks_by_score
        ON inspection_risks (subdistrict_code, score DESC, registration_id)
     WHERE level <> 'low'
    """,
    "DROP INDEX inspection_risks_in_order",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
