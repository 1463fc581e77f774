"""What customs asked to be set right, and what officers answered, stays."""

from django.db import migrations

TABLES = ("licensing_correctionrequest", "licensing_correctionrefusal")
FORWARD = "".join(
    f"""
CREATE TRIGGER rows_are_only_added BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER table_is_never_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
    for table in TABLES
)
BACKWARD = "".join(
    f"DROP TRIGGER rows_are_only_added ON {table}; DROP TRIGGER table_is_never_emptied ON {table};"
    for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("licensing", "0098_corrections_by_machines")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
