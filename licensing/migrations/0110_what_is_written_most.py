"""What every message of customs writes carries no index that another one begins with, and its balances change
within the page they stand on, which leaves the indexes of the line alone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('licensing', '0109_departures_at_their_own_moment'),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE licensing_licenceline SET (fillfactor = 80)",
            "ALTER TABLE licensing_licenceline RESET (fillfactor)",
        ),
        migrations.AlterField(
            model_name='event',
            name='application',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='licensing.application'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='usage',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='licensing.usage'),
        ),
        migrations.AlterField(
            model_name='messageid',
            name='client',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='usage',
            name='client',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='usage',
            name='licence',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='usages', to='licensing.licence'),
        ),
    ]
