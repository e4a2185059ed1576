from importlib import import_module

import claims.models.base
import claims.vocabulary
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TERMS = import_module("claims.migrations.0007_claim_terms_and_aliases")


class Migration(migrations.Migration):

    dependencies = [
        ('claims', '0022_claimants_are_added'),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, TERMS.guard_the_ledger_again),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.CharField(default=claims.models.base.new_id, editable=False, max_length=16, primary_key=True, serialize=False)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('fence', models.BigIntegerField(default=0, editable=False)),
                ('attempts', models.PositiveIntegerField(default=0, editable=False)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('failing', 'Not delivered yet'), ('delivered', 'Delivered')], default=claims.vocabulary.DeliveryState['WAITING'], max_length=16)),
                ('state_reason', models.CharField(blank=True, max_length=500)),
                ('status', models.PositiveIntegerField(default=0)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('noted_at', models.DateTimeField()),
                ('tried_at', models.DateTimeField(blank=True, null=True)),
                ('delivered_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'deliveries',
                'ordering': ['-event', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.CharField(default=claims.models.base.new_id, editable=False, max_length=16, primary_key=True, serialize=False)),
                ('url', models.CharField(max_length=2000)),
                ('kinds', models.JSONField(default=list)),
                ('sealed_secret', models.CharField(max_length=300)),
                ('sealed_before', models.CharField(blank=True, max_length=300)),
                ('before_until', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('active', 'Active'), ('failing', 'Failing'), ('stopped', 'Stopped'), ('gone', 'Gone'), ('removed', 'Removed')], default=claims.vocabulary.WebhookState['ACTIVE'], max_length=16)),
                ('state_reason', models.CharField(blank=True, max_length=500)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('free_at', models.DateTimeField()),
                ('added_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('last_delivered_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-updated_at', 'id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='event',
            name='an_event_is_of_a_known_kind',
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('first_seen', 'First seen'), ('appearance', 'Appeared'), ('article_change', 'Source changed'), ('source_state', 'Source state'), ('re_review_opened', 'Re-review opened'), ('re_review_closed', 'Re-review closed'), ('review', 'Review'), ('override', 'Override'), ('correction', 'Correction'), ('withdrawal', 'Withdrawal'), ('reworded', 'Reworded'), ('merge', 'Merged'), ('split', 'Split'), ('takedown', 'Taken down'), ('claim_tracked', 'Tracked internally'), ('review_proposed', 'Review awaiting sign-off'), ('candidate_proposed', 'Candidate proposed'), ('candidate_tracked', 'Candidate tracked'), ('candidate_merged', 'Candidate merged'), ('candidate_dismissed', 'Candidate dismissed'), ('article_added', 'Article added'), ('snapshot_taken', 'Snapshot taken'), ('feed_added', 'Feed added'), ('feed_changed', 'Feed changed'), ('evidence_archived', 'Evidence archived elsewhere'), ('publisher_added', 'Publisher added'), ('claimant_added', 'Claimant added'), ('topic_added', 'Topic added'), ('alias_added', 'Name joined'), ('alias_removed', 'Name parted'), ('person_added', 'Account added'), ('token_issued', 'Token issued'), ('webhook_added', 'Webhook added'), ('webhook_changed', 'Webhook changed'), ('webhook_removed', 'Webhook removed')], max_length=24),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['first_seen', 'appearance', 'article_change', 'source_state', 're_review_opened', 're_review_closed', 'review', 'override', 'correction', 'withdrawal', 'reworded', 'merge', 'split', 'takedown', 'claim_tracked', 'review_proposed', 'candidate_proposed', 'candidate_tracked', 'candidate_merged', 'candidate_dismissed', 'article_added', 'snapshot_taken', 'feed_added', 'feed_changed', 'evidence_archived', 'publisher_added', 'claimant_added', 'topic_added', 'alias_added', 'alias_removed', 'person_added', 'token_issued', 'webhook_added', 'webhook_changed', 'webhook_removed'])), name='an_event_is_of_a_known_kind'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='claims.event'),
        ),
        migrations.AddField(
            model_name='webhook',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='webhooks', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='delivery',
            name='webhook',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='claims.webhook'),
        ),
        migrations.AddConstraint(
            model_name='webhook',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['active', 'failing', 'stopped', 'gone', 'removed'])), name='a_webhook_is_in_a_known_state'),
        ),
        migrations.AddConstraint(
            model_name='webhook',
            constraint=models.UniqueConstraint(condition=models.Q(('state', claims.vocabulary.WebhookState['REMOVED']), _negated=True), fields=('owner', 'url'), name='a_person_has_one_webhook_at_an_address'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['webhook', 'event'], name='deliveries_to_send'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['noted_at'], name='deliveries_by_age'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'failing', 'delivered'])), name='a_delivery_is_in_a_known_state'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('webhook', 'event'), name='a_webhook_is_told_of_an_event_once'),
        ),
        migrations.RunPython(TERMS.guard_the_ledger_again, migrations.RunPython.noop),
    ]
