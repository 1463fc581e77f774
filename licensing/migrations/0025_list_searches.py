"""What is asked of the lists outside a case is written down for good; a key may be for asking them."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER rows_are_only_added BEFORE UPDATE OR DELETE ON licensing_listsearch
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER table_is_never_emptied BEFORE TRUNCATE ON licensing_listsearch
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
FORGET = """
DROP TRIGGER rows_are_only_added ON licensing_listsearch;
DROP TRIGGER table_is_never_emptied ON licensing_listsearch;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('licensing', '0024_look_alikes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='apikey',
            name='scopes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('licences:read', 'Ask about licences'), ('usages:write', 'Write quantities off'), ('screenings:read', 'Compare parties with the lists')], max_length=40), size=None),
        ),
        migrations.CreateModel(
            name='ListSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(choices=[('page', 'Search page'), ('address', 'Search by address'), ('api', 'API'), ('precheck', 'Pre-check by an exporter'), ('file', 'File')], max_length=20)),
                ('at', models.DateTimeField()),
                ('asked', models.JSONField()),
                ('list_versions', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('points', models.FloatField(null=True)),
                ('hits_count', models.PositiveIntegerField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='licensing.organisation')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('way__in', ['page', 'address', 'api', 'precheck', 'file'])), name='the_way_of_asking_is_known'), models.CheckConstraint(condition=models.Q(('by__isnull', False), ('way', 'file'), _connector='OR'), name='only_a_file_is_compared_without_an_account'), models.CheckConstraint(condition=models.Q(models.Q(('way', 'precheck'), _negated=True), ('organisation__isnull', False), _connector='OR'), name='a_pre_check_is_made_for_an_organisation'), models.CheckConstraint(condition=models.Q(('list_versions', []), _negated=True), name='an_answer_rests_on_at_least_one_list')],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, FORGET),
    ]
