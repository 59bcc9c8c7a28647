"""What a version shows stands in its own row: its papers, its dossier's number, whose desk approved it.

A verdict is asked for a thousand times for each change of these: a change writes them down, a verdict reads one row.
"""

from alembic import op

revision = "0030"
down_revision = "0029"

UP = (
    """
    ALTER TABLE dossier_versions
        ADD COLUMN dossier_number text NOT NULL DEFAULT '',
        ADD COLUMN reviewed_by text NOT NULL DEFAULT '',
        ADD COLUMN papers json NOT NULL DEFAULT '[]'
    """,
    """
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
        $$
    """,
    """
    CREATE FUNCTION reviewed_by_of(person uuid) RETURNS text
        LANGUAGE sql STABLE
        AS $$
            SELECT coalesce(nullif(persons.desk, ''), organisations.name)
              FROM persons
              JOIN organisations ON organisations.id = persons.organisation_id
             WHERE persons.id = person
        $$
    """,
    """
    CREATE FUNCTION show_version() RETURNS trigger
        LANGUAGE plpgsql
        AS $$
        BEGIN
            NEW.dossier_number := (SELECT number FROM dossiers WHERE id = NEW.dossier_id);
            NEW.reviewed_by := reviewed_by_of(NEW.approved_by);
            RETURN NEW;
        END
        $$
    """,
    """
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
        $$
    """,
    """
    CREATE FUNCTION show_changed_document() RETURNS trigger
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
    """
    CREATE TRIGGER versions_are_shown
        BEFORE INSERT ON dossier_versions
        FOR EACH ROW EXECUTE FUNCTION show_version()
    """,
    """
    CREATE TRIGGER version_papers_are_shown
        AFTER INSERT OR UPDATE OR DELETE ON version_documents
        FOR EACH ROW EXECUTE FUNCTION show_version_papers()
    """,
    """
    CREATE TRIGGER changed_documents_are_shown
        AFTER UPDATE ON documents
        FOR EACH ROW
        WHEN ((OLD.file_name, OLD.number, OLD.page_count, OLD.valid_until)
              IS DISTINCT FROM (NEW.file_name, NEW.number, NEW.page_count, NEW.valid_until))
        EXECUTE FUNCTION show_changed_document()
    """,
    """
    UPDATE dossier_versions
       SET dossier_number = (SELECT number FROM dossiers WHERE id = dossier_id),
           reviewed_by = reviewed_by_of(approved_by),
           papers = papers_of(id)
    """,
)

DOWN = (
    "DROP TRIGGER changed_documents_are_shown ON documents",
    "DROP TRIGGER version_papers_are_shown ON version_documents",
    "DROP TRIGGER versions_are_shown ON dossier_versions",
    "DROP FUNCTION show_changed_document()",
    "DROP FUNCTION show_version_papers()",
    "DROP FUNCTION show_version()",
    "DROP FUNCTION reviewed_by_of(uuid)",
    "DROP FUNCTION papers_of(uuid)",
    "ALTER TABLE dossier_versions DROP COLUMN papers, DROP COLUMN reviewed_by, DROP COLUMN dossier_number",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
