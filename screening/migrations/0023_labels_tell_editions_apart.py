"""No two editions of a list bear one label; those that did get a number behind it, in the order they came."""

from django.db import migrations, models

NUMBER = """
ALTER TABLE screening_controledition DISABLE TRIGGER a_control_edition_only_ends_once;
UPDATE screening_controledition AS edition SET label = left(edition.label, 50) || ' (' || same.number || ')'
FROM (
    SELECT id, row_number() OVER (PARTITION BY list_id, label ORDER BY in_force_from, id) AS number
    FROM screening_controledition
) AS same
WHERE same.id = edition.id AND same.number > 1;
ALTER TABLE screening_controledition ENABLE TRIGGER a_control_edition_only_ends_once;
"""


class Migration(migrations.Migration):
    dependencies = [("screening", "0022_watched_goods_and_second_people")]

    operations = [
        migrations.RunSQL(NUMBER, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="controledition",
            constraint=models.UniqueConstraint(
                fields=("list", "label"), name="no_two_editions_of_a_control_list_bear_one_label"
            ),
        ),
    ]
