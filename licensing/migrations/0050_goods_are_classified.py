"""What is suggested and assessed of goods."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('licensing', '0041_the_ledger_is_kept'),
        ('screening', '0021_what_a_control_list_said_stays'),
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
        migrations.RemoveConstraint(
            model_name='event',
            name='event_action_is_known',
        ),
        migrations.AlterField(
            model_name='apikey',
            name='scopes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('licences:read', 'Ask about licences'), ('usages:write', 'Write quantities off'), ('screenings:read', 'Compare parties with the lists'), ('classifications:read', 'Ask which control list entries may describe goods')], max_length=40), size=None),
        ),
        migrations.AlterField(
            model_name='event',
            name='action',
            field=models.CharField(choices=[('start', 'Start application'), ('edit', 'Save draft'), ('submit', 'Submit application'), ('withdraw', 'Withdraw application'), ('take-on', 'Take on the case'), ('screen', 'Screen the parties'), ('judge', 'Judge a possible match'), ('confirm-judgement', 'Confirm a judgement'), ('remember-judgement', 'Remember a judgement'), ('revoke-judgement', 'Revoke a remembered judgement'), ('assess-goods', 'Assess goods'), ('consult', 'Ask for an opinion'), ('advise', 'Give an opinion'), ('withdraw-question', 'Withdraw the question'), ('request-information', 'Request information'), ('answer', 'Answer'), ('recommend', 'Recommend'), ('send-back', 'Send back to the case officer'), ('approve', 'Approve and issue the licence'), ('refuse', 'Refuse the application'), ('render', 'Make the licence document'), ('suspend', 'Suspend licence'), ('reinstate', 'Reinstate licence'), ('revoke', 'Revoke licence'), ('record-usage', 'Write off a quantity'), ('refuse-usage', 'Refuse a write-off'), ('reserve', 'Reserve a quantity'), ('post', 'Write off what was reserved'), ('release', 'Release a reservation'), ('adjust', 'Adjust a reservation'), ('depart', 'Report goods that have left'), ('run-out', 'Let a reservation run out'), ('exceed', 'Report an irregular departure'), ('propose-correction', 'Propose a correction'), ('correct', 'Correct the ledger'), ('register', 'Register organisation'), ('invite', 'Make account'), ('disable', 'Disable account'), ('enable', 'Enable account'), ('make-key', 'Make API key'), ('revoke-key', 'Revoke API key'), ('end-session', 'End session'), ('send-link', 'Send a new link'), ('calibrate', 'Set the thresholds'), ('alert', 'Raise an alert'), ('hold', 'Hold licence'), ('upload-list', 'Upload a list'), ('fetch-list', 'Fetch a list now'), ('ask-list-change', 'Ask for an exception with a list'), ('approve-list-change', 'Agree to an exception with a list'), ('decline-list-change', 'Decline an exception with a list')], max_length=40),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['start', 'edit', 'submit', 'withdraw', 'take-on', 'screen', 'judge', 'confirm-judgement', 'remember-judgement', 'revoke-judgement', 'assess-goods', 'consult', 'advise', 'withdraw-question', 'request-information', 'answer', 'recommend', 'send-back', 'approve', 'refuse', 'render', 'suspend', 'reinstate', 'revoke', 'record-usage', 'refuse-usage', 'reserve', 'post', 'release', 'adjust', 'depart', 'run-out', 'exceed', 'propose-correction', 'correct', 'register', 'invite', 'disable', 'enable', 'make-key', 'revoke-key', 'end-session', 'send-link', 'calibrate', 'alert', 'hold', 'upload-list', 'fetch-list', 'ask-list-change', 'approve-list-change', 'decline-list-change'])), name='event_action_is_known'),
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
