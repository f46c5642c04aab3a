from django.db import migrations

from letters.guards import InstallGuards


class Migration(migrations.Migration):

    dependencies = [
        ("letters", "0002_delivery"),
    ]

    operations = [InstallGuards("7d9a07c936676ebf")]
