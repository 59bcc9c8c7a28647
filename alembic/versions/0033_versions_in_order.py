"""Papers that are read again while versions end lock the versions in one order, so that nobody waits in a circle."""

from alembic import op

revision = "0033"
down_revision = "0032"

UP = (
    """
    CREATE OR REPLACE FUNCTION show_changed_document() RETURNS trigger
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
        $$
    """,
)

DOWN = (
    """
    CREATE OR REPLACE FUNCTION show_changed_document() RETURNS trigger
        LANGUAGE plpgsql
        AS $$
        BEGIN
            UPDATE dossier_versions
               SET papers = papers_of(dossier_versions.id)
             WHERE id IN (SELECT version_id FROM version_documents WHERE document_id = NEW.id);
            RETURN NULL;
        END
        $$
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
