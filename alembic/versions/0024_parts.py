"""分件: which pages of a file are which paper, in what order; notes about pages; how pages without words look."""

from alembic import op

revision = "0024"
down_revision = "0023"

UP = (
    """
    CREATE TABLE document_parts (
        document_id uuid NOT NULL REFERENCES documents,
        position integer NOT NULL,
        kind text NOT NULL,
        pages integer[] NOT NULL,
        set_by uuid REFERENCES persons,
        set_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (document_id, position),
        CONSTRAINT document_part_kind CHECK (kind IN (
            'title_deed', 'completion_certificate', 'floor_plan', 'mandate', 'house_number_certificate', 'lease',
            'declaration', 'id_card', 'licence', 'other')),
        CONSTRAINT document_part_pages CHECK (cardinality(pages) > 0)
    )
    """,
    """
    CREATE TABLE document_notes (
        document_id uuid NOT NULL REFERENCES documents,
        page integer NOT NULL,
        code text NOT NULL,
        text text NOT NULL,
        other_id uuid REFERENCES documents,
        other_page integer,
        PRIMARY KEY (document_id, page, code)
    )
    """,
    # The print of a page's picture (ocr.look): known again when it is scanned once more.
    "ALTER TABLE document_pages ADD COLUMN look text NOT NULL DEFAULT ''",
)

DOWN = (
    "ALTER TABLE document_pages DROP COLUMN look",
    "DROP TABLE document_notes",
    "DROP TABLE document_parts",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
