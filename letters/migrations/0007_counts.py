"""The rollup of letters: its tables, the triggers that keep it, and its first count."""

import django.db.models.deletion
from django.db import migrations, models

from letters.guards import InstallGuards, RemoveGuards

# What a site has already: every letter comes to its place, and the sweeper folds them.
FIRST_COUNT = """
INSERT INTO letters_countchange
    (campaign_id, state, day, government, office, country, language, signer, letters, words, taken)
SELECT campaign_id, state, COALESCE(confirmed_on, '0001-01-01'), government_id,
    COALESCE(office_id, 0), country, language, signer, 1, CASE WHEN with_words THEN 1 ELSE 0 END,
    {false}
FROM letters_letter
"""


def count(apps, schema_editor):
    false = "0" if schema_editor.connection.vendor == "sqlite" else "false"
    schema_editor.execute(FIRST_COUNT.format(false=false))


class Migration(migrations.Migration):

    dependencies = [
        ('campaign', '0002_delivery'),
        ('letters', '0005_letter_stopped'),
    ]

    operations = [
        RemoveGuards(),
        migrations.CreateModel(
            name='CountChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=24)),
                ('day', models.DateField()),
                ('government', models.BigIntegerField(default=0)),
                ('office', models.BigIntegerField(default=0)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('language', models.CharField(blank=True, max_length=12)),
                ('signer', models.CharField(max_length=64)),
                ('letters', models.SmallIntegerField()),
                ('words', models.SmallIntegerField()),
                ('taken', models.BooleanField(default=False)),
                ('campaign', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='campaign.campaign')),
            ],
            options={
                'verbose_name': 'change of a count',
                'verbose_name_plural': 'changes of counts',
            },
        ),
        migrations.CreateModel(
            name='CountCell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=24)),
                ('day', models.DateField()),
                ('government', models.BigIntegerField(default=0)),
                ('office', models.BigIntegerField(default=0)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('language', models.CharField(blank=True, max_length=12)),
                ('cube', models.SmallIntegerField()),
                ('letters', models.IntegerField()),
                ('words', models.IntegerField()),
                ('campaign', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='campaign.campaign')),
            ],
            options={
                'verbose_name': 'count',
                'verbose_name_plural': 'counts',
                'constraints': [models.UniqueConstraint(fields=('campaign', 'cube', 'state', 'day', 'government', 'office', 'country', 'language'), name='count_once_per_place')],
            },
        ),
        migrations.CreateModel(
            name='CountRepeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=24)),
                ('day', models.DateField()),
                ('government', models.BigIntegerField(default=0)),
                ('office', models.BigIntegerField(default=0)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('language', models.CharField(blank=True, max_length=12)),
                ('signer', models.CharField(max_length=64)),
                ('extra', models.BooleanField()),
                ('campaign', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='campaign.campaign')),
            ],
            options={
                'verbose_name': 'letter of a repeated writer',
                'verbose_name_plural': 'letters of repeated writers',
                'indexes': [models.Index(fields=['campaign', 'signer'], name='repeat_by_signer'), models.Index(condition=models.Q(('extra', True)), fields=['campaign', 'signer'], name='repeat_extra')],
            },
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
        InstallGuards("472f660dca6b4873"),
    ]
