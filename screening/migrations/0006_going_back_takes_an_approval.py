"""The database refuses to put an older edition in force without an approval, and to alter what a run was asked."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION screening_older_needs_approval() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before screening_listversion;
BEGIN
    SELECT * INTO before FROM screening_listversion
        WHERE source = NEW.source ORDER BY in_force_from DESC, id DESC LIMIT 1;
    IF NEW.approval IS NULL AND before.published_on > NEW.published_on THEN
        RAISE EXCEPTION 'an older edition comes into force with an approval only'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.restores_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM screening_listversion
        WHERE id = NEW.restores_id AND restores_id IS NULL
            AND (source, sha256, size, edition, published_on, entities_count, names_count)
                = (NEW.source, NEW.sha256, NEW.size, NEW.edition, NEW.published_on,
                   NEW.entities_count, NEW.names_count)
    ) THEN
        RAISE EXCEPTION 'a version put back is the one it restores' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER an_older_edition_has_its_approval BEFORE INSERT ON screening_listversion
    FOR EACH ROW EXECUTE FUNCTION screening_older_needs_approval();

CREATE FUNCTION screening_run_stays_as_asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.source, NEW.by_name, NEW.asked_at, NEW.restores_id, NEW.approval)
        IS DISTINCT FROM (OLD.source, OLD.by_name, OLD.asked_at, OLD.restores_id, OLD.approval)
    THEN
        RAISE EXCEPTION 'an import stays as it was asked for' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER an_import_stays_as_asked BEFORE UPDATE ON screening_importrun
    FOR EACH ROW EXECUTE FUNCTION screening_run_stays_as_asked();
CREATE TRIGGER imports_are_never_deleted BEFORE DELETE ON screening_importrun
    FOR EACH ROW EXECUTE FUNCTION screening_refuse_edit();

CREATE FUNCTION screening_fetch_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.finished_at IS NOT NULL THEN
        RAISE EXCEPTION 'a fetch that has ended is never edited' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_fetch_ends_once BEFORE UPDATE ON screening_listfetch
    FOR EACH ROW EXECUTE FUNCTION screening_fetch_ends_once();
CREATE TRIGGER fetches_are_never_deleted BEFORE DELETE ON screening_listfetch
    FOR EACH ROW EXECUTE FUNCTION screening_refuse_edit();
"""

ALLOW = """
DROP TRIGGER fetches_are_never_deleted ON screening_listfetch;
DROP TRIGGER a_fetch_ends_once ON screening_listfetch;
DROP TRIGGER imports_are_never_deleted ON screening_importrun;
DROP TRIGGER an_import_stays_as_asked ON screening_importrun;
DROP TRIGGER an_older_edition_has_its_approval ON screening_listversion;
DROP FUNCTION screening_fetch_ends_once();
DROP FUNCTION screening_run_stays_as_asked();
DROP FUNCTION screening_older_needs_approval();
"""


class Migration(migrations.Migration):
    dependencies = [("screening", "0005_fetches_and_versions_put_back")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
