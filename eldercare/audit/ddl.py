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


def narrow_grants(table: str) -> str:
    """Whoever was given more than reading and appending (default privileges) keeps only those; the owner is
    held back by the trigger. The role's name is the installation's affair, so it is looked up, not written here."""
    return f"""
DO $$
DECLARE
    who text;
BEGIN
    FOR who IN
        SELECT DISTINCT grantee FROM information_schema.table_privileges
        WHERE table_schema = current_schema() AND table_name = '{table}' AND grantee <> current_user
    LOOP
        IF who = 'PUBLIC' THEN
            EXECUTE 'REVOKE UPDATE, DELETE, TRUNCATE ON TABLE {table} FROM PUBLIC';
        ELSE
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON TABLE {table} FROM %I', who);
        END IF;
    END LOOP;
END
$$
"""  # noqa: S608 - the tables are named above


def protect(table: str) -> tuple[str, str]:
    return create_trigger(table), narrow_grants(table)


UP = (CREATE_FUNCTION, *(statement for table in APPEND_ONLY_TABLES for statement in protect(table)))
DOWN = (
    *(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}" for table in APPEND_ONLY_TABLES),
    DROP_FUNCTION,
)
