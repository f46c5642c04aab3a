from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("letters", "0012_asking_index")]

    operations = [
        migrations.AddField(
            model_name="digest",
            name="build_failures",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
    ]
