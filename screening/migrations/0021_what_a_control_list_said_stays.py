"""The database refuses to edit or delete what a control list or a table beside it said."""

from django.db import migrations

KEPT = {
    "controllist": "control_lists_stay",
    "editionfile": "files_of_editions_stay",
    "controlentry": "control_entries_stay",
    "entryalias": "entry_aliases_stay",
    "entryversion": "entry_versions_stay_as_published",
    "entrytext": "entry_texts_stay_as_published",
    "entrynote": "entry_notes_stay_as_published",
    "entryregime": "entry_regimes_stay_as_published",
    "substance": "substances_stay_as_published",
    "threshold": "thresholds_stay_as_reviewed",
    "licencerequirement": "licence_requirements_stay_as_published",
    "catchallrule": "catch_all_rules_stay",
    "hscorrelation": "hs_correlations_stay_as_published",
    "chartcell": "chart_cells_stay_as_published",
    "countrygroupmember": "country_groups_stay_as_published",
}
ENDING = {
    "controledition": ("control_editions_are_never_deleted", "a_control_edition_only_ends_once"),
    "controltable": ("control_tables_are_never_deleted", "a_control_table_only_ends_once"),
}

REFUSE = """
CREATE FUNCTION screening_let_end_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.in_force_to IS NOT NULL OR NEW.in_force_to IS NULL
        OR to_jsonb(OLD) - 'in_force_to' IS DISTINCT FROM to_jsonb(NEW) - 'in_force_to' THEN
        RAISE EXCEPTION '% is never edited: it may only end, once', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
""" + "".join(
    f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON screening_{table}"
    " FOR EACH ROW EXECUTE FUNCTION screening_refuse_edit();\n"
    for table, name in KEPT.items()
) + "".join(
    f"CREATE TRIGGER {never} BEFORE DELETE ON screening_{table}"
    " FOR EACH ROW EXECUTE FUNCTION screening_refuse_edit();\n"
    f"CREATE TRIGGER {once} BEFORE UPDATE ON screening_{table}"
    " FOR EACH ROW EXECUTE FUNCTION screening_let_end_once();\n"
    for table, (never, once) in ENDING.items()
)

ALLOW = "".join(f"DROP TRIGGER {name} ON screening_{table};\n" for table, name in KEPT.items()) + "".join(
    f"DROP TRIGGER {name} ON screening_{table};\n" for table, names in ENDING.items() for name in names
) + "DROP FUNCTION screening_let_end_once();"


class Migration(migrations.Migration):
    dependencies = [("screening", "0020_control_lists")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
