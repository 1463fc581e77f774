"""The database refuses to edit or delete what a published list said."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION screening_refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never edited or deleted: a new version replaces an old one', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER listed_entities_stay_as_published BEFORE UPDATE OR DELETE ON screening_listedentity
    FOR EACH ROW EXECUTE FUNCTION screening_refuse_edit();
CREATE TRIGGER listed_names_stay_as_published BEFORE UPDATE OR DELETE ON screening_listedname
    FOR EACH ROW EXECUTE FUNCTION screening_refuse_edit();
CREATE TRIGGER list_versions_are_never_deleted BEFORE DELETE ON screening_listversion
    FOR EACH ROW EXECUTE FUNCTION screening_refuse_edit();

CREATE FUNCTION screening_let_version_end_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ended screening_listversion := OLD;
BEGIN
    ended.in_force_to := NEW.in_force_to;
    IF OLD.in_force_to IS NOT NULL OR NEW.in_force_to IS NULL OR ended IS DISTINCT FROM NEW THEN
        RAISE EXCEPTION 'a list version is never edited: it may only end, once'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER a_list_version_only_ends_once BEFORE UPDATE ON screening_listversion
    FOR EACH ROW EXECUTE FUNCTION screening_let_version_end_once();
"""

ALLOW = """
DROP TRIGGER a_list_version_only_ends_once ON screening_listversion;
DROP TRIGGER list_versions_are_never_deleted ON screening_listversion;
DROP TRIGGER listed_names_stay_as_published ON screening_listedname;
DROP TRIGGER listed_entities_stay_as_published ON screening_listedentity;
DROP FUNCTION screening_let_version_end_once();
DROP FUNCTION screening_refuse_edit();
"""


class Migration(migrations.Migration):
    dependencies = [("screening", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
