from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('letters', '0007_counts'),
    ]

    operations = [
        migrations.AddField(
            model_name='answer',
            name='standing',
            field=models.CharField(choices=[('taken', "taken as the office's"), ('unproven', 'unproven: a person has to look'), ('refused', 'refused')], default='taken', max_length=8, verbose_name='standing'),
        ),
        migrations.AddIndex(
            model_name='deliveryreport',
            index=models.Index(fields=['at'], name='report_at'),
        ),
    ]
