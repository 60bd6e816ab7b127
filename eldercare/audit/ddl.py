"""SQL that keeps the log append-only: for the migration and for tables made from the models, one text.

The trigger refuses UPDATE, DELETE and TRUNCATE to everybody, the owner included; the grants leave the role of
web and workers nothing but INSERT and SELECT.
"""

from __future__ import annotations

APPEND_ONLY_TABLES = ("audit_row", "audit_sealed_row", "audit_seal")

CREATE_FUNCTION = """
CREATE OR REPLACE FUNCTION eldercare_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: this table is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$
"""
DROP_FUNCTION = "DROP FUNCTION IF EXISTS eldercare_append_only()"


def create_trigger(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION eldercare_append_only()"
    )


def grants(role: str) -> list[str]:
    """The application role appends and reads, nothing else. Run after any general grant on all tables."""
    statements = []
    for table in APPEND_ONLY_TABLES:
        statements += [
            f'REVOKE ALL ON TABLE {table} FROM "{role}"',
            f'GRANT SELECT, INSERT ON TABLE {table} TO "{role}"',
        ]
    return [*statements, f'GRANT USAGE ON SEQUENCE audit_row_id_seq TO "{role}"']


UP = (CREATE_FUNCTION, *(create_trigger(table) for table in APPEND_ONLY_TABLES))
DOWN = (
    *(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}" for table in APPEND_ONLY_TABLES),
    DROP_FUNCTION,
)
