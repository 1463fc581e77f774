"""What is suggested and assessed of goods."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('licensing', '0081_editions_are_told_of'),
        ('screening', '0022_watched_goods_and_second_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='GoodsAssessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None)),
                ('reason', models.TextField(max_length=2000, verbose_name='Reason')),
                ('goods_digest', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='GoodsSuggestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60, verbose_name='Control list entry')),
                ('place', models.PositiveSmallIntegerField()),
                ('answer', models.CharField(choices=[('none', 'Not answered'), ('accepted', 'Accepted'), ('rejected', 'Rejected')], max_length=10, verbose_name='Answer')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='Reason')),
                ('goods_digest', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.AlterField(
            model_name='apikey',
            name='scopes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('licences:read', 'Ask about licences'), ('usages:write', 'Write quantities off'), ('screenings:read', 'Compare parties with the lists'), ('classifications:read', 'Ask which control list entries may describe goods')], max_length=40), size=None),
        ),
        migrations.AddField(
            model_name='goodsassessment',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='goodsassessment',
            name='edition',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screening.controledition'),
        ),
        migrations.AddField(
            model_name='goodsassessment',
            name='line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='licensing.goodsline'),
        ),
        migrations.AddField(
            model_name='goodssuggestion',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='goodssuggestion',
            name='edition',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screening.controledition'),
        ),
        migrations.AddField(
            model_name='goodssuggestion',
            name='line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='suggestions', to='licensing.goodsline'),
        ),
        migrations.AddConstraint(
            model_name='goodsassessment',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='an_assessment_of_goods_says_why'),
        ),
        migrations.AddConstraint(
            model_name='goodssuggestion',
            constraint=models.CheckConstraint(condition=models.Q(('answer__in', ['none', 'accepted', 'rejected'])), name='an_answer_to_a_suggestion_is_known'),
        ),
        migrations.AddConstraint(
            model_name='goodssuggestion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', 'rejected'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='a_rejected_suggestion_says_why'),
        ),
        migrations.AddConstraint(
            model_name='goodssuggestion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code', ''), _negated=True), ('place__gte', 1)), name='a_suggestion_has_a_code_and_a_place'),
        ),
    ]
