"""How likely goods are listed, and what exporters are asked about them."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('licensing', '0100_machines_sign_in_by_oauth_too'),
        ('screening', '0023_labels_tell_editions_apart'),
    ]

    operations = [
        migrations.CreateModel(
            name='GoodsCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('alarm', models.DecimalField(decimal_places=3, max_digits=4)),
                ('codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None)),
                ('goods_digest', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screening.controledition')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checks', to='licensing.goodsline')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('line', 'edition', 'goods_digest'), name='the_same_goods_are_checked_once'), models.CheckConstraint(condition=models.Q(('alarm__gte', 0), ('alarm__lte', 1)), name='an_alarm_is_between_zero_and_one')],
            },
        ),
    ]
