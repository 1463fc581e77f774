"""Tables of what officers make of hits, and of the thresholds."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('licensing', '0002_what_happened_stays'),
        ('screening', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Calibration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True)),
                ('worth', models.DecimalField(decimal_places=1, max_digits=4, verbose_name='Worth a look from')),
                ('medium_from', models.DecimalField(decimal_places=1, max_digits=4, verbose_name='Medium from')),
                ('high_from', models.DecimalField(decimal_places=1, max_digits=4, verbose_name='High from')),
                ('two_people_from', models.CharField(blank=True, choices=[('low', 'Low'), ('medium', 'Medium'), ('high', 'High')], max_length=10)),
                ('remembered_days', models.PositiveIntegerField(verbose_name='Days a judgement is remembered')),
                ('reason', models.TextField(max_length=2000, verbose_name='Reason')),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='HitConfirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='HitJudgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('judgement', models.CharField(choices=[('same', 'The same as the listed one'), ('different', 'Somebody else'), ('unsure', 'Not sure')], max_length=10)),
                ('reason', models.TextField()),
                ('at', models.DateTimeField()),
                ('needs_second', models.BooleanField()),
                ('source', models.CharField(max_length=40)),
                ('source_id', models.CharField(max_length=120)),
                ('entity_digest', models.CharField(max_length=64)),
                ('party_digest', models.CharField(max_length=64)),
                ('party_facts', models.JSONField()),
                ('party_key', models.CharField(max_length=200)),
                ('points', models.FloatField()),
                ('band', models.CharField(choices=[('low', 'Low'), ('medium', 'Medium'), ('high', 'High')], max_length=10)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='event',
            name='event_action_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='event',
            name='an_event_is_about_something',
        ),
        migrations.AddField(
            model_name='screening',
            name='thresholds',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name='event',
            name='action',
            field=models.CharField(choices=[('start', 'Start application'), ('edit', 'Save draft'), ('submit', 'Submit application'), ('withdraw', 'Withdraw application'), ('take-on', 'Take on the case'), ('screen', 'Screen the parties'), ('judge', 'Judge a possible match'), ('confirm-judgement', 'Confirm a judgement'), ('remember-judgement', 'Remember a judgement'), ('revoke-judgement', 'Revoke a remembered judgement'), ('consult', 'Ask for an opinion'), ('advise', 'Give an opinion'), ('withdraw-question', 'Withdraw the question'), ('request-information', 'Request information'), ('answer', 'Answer'), ('recommend', 'Recommend'), ('send-back', 'Send back to the case officer'), ('approve', 'Approve and issue the licence'), ('refuse', 'Refuse the application'), ('render', 'Make the licence document'), ('suspend', 'Suspend licence'), ('reinstate', 'Reinstate licence'), ('revoke', 'Revoke licence'), ('record-usage', 'Write off a quantity'), ('refuse-usage', 'Refuse a write-off'), ('register', 'Register organisation'), ('invite', 'Make account'), ('disable', 'Disable account'), ('enable', 'Enable account'), ('make-key', 'Make API key'), ('revoke-key', 'Revoke API key'), ('end-session', 'End session'), ('send-link', 'Send a new link'), ('calibrate', 'Set the thresholds')], max_length=40),
        ),
        migrations.AddField(
            model_name='calibration',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='event',
            name='calibration',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='licensing.calibration'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['start', 'edit', 'submit', 'withdraw', 'take-on', 'screen', 'judge', 'confirm-judgement', 'remember-judgement', 'revoke-judgement', 'consult', 'advise', 'withdraw-question', 'request-information', 'answer', 'recommend', 'send-back', 'approve', 'refuse', 'render', 'suspend', 'reinstate', 'revoke', 'record-usage', 'refuse-usage', 'register', 'invite', 'disable', 'enable', 'make-key', 'revoke-key', 'end-session', 'send-link', 'calibrate'])), name='event_action_is_known'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('application__isnull', False), ('licence__isnull', False), ('organisation__isnull', False), ('account__isnull', False), ('calibration__isnull', False), _connector='OR'), name='an_event_is_about_something'),
        ),
        migrations.AddField(
            model_name='hitconfirmation',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='hitconfirmation',
            name='first_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='hitjudgement',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='hitjudgement',
            name='entity',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screening.listedentity'),
        ),
        migrations.AddField(
            model_name='hitjudgement',
            name='hit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='judgements', to='licensing.screeninghit'),
        ),
        migrations.AddField(
            model_name='hitconfirmation',
            name='judgement',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='confirmation', to='licensing.hitjudgement'),
        ),
        migrations.AddConstraint(
            model_name='calibration',
            constraint=models.CheckConstraint(condition=models.Q(('high_from__lte', 100), ('worth__gte', 50), ('medium_from__gte', models.F('worth')), ('high_from__gte', models.F('medium_from'))), name='thresholds_rise_from_band_to_band'),
        ),
        migrations.AddConstraint(
            model_name='calibration',
            constraint=models.CheckConstraint(condition=models.Q(('two_people_from__in', ['', 'low', 'medium', 'high'])), name='the_band_of_two_people_is_known'),
        ),
        migrations.AddConstraint(
            model_name='calibration',
            constraint=models.CheckConstraint(condition=models.Q(('remembered_days__lte', 3650)), name='no_judgement_is_remembered_for_ever'),
        ),
        migrations.AddConstraint(
            model_name='calibration',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='a_calibration_says_why'),
        ),
        migrations.AddIndex(
            model_name='hitjudgement',
            index=models.Index(fields=['source', 'source_id'], name='judgements_of_an_entry'),
        ),
        migrations.AddConstraint(
            model_name='hitjudgement',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='a_judgement_has_its_reason'),
        ),
        migrations.AddConstraint(
            model_name='hitjudgement',
            constraint=models.CheckConstraint(condition=models.Q(('judgement__in', ['same', 'different', 'unsure'])), name='a_judgement_is_one_of_three'),
        ),
        migrations.AddConstraint(
            model_name='hitconfirmation',
            constraint=models.CheckConstraint(condition=models.Q(('by', models.F('first_by')), _negated=True), name='two_people_judge'),
        ),
        migrations.AddConstraint(
            model_name='hitconfirmation',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='a_confirmation_has_its_reason'),
        ),
    ]
