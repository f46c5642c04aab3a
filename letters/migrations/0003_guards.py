from django.db import migrations

from letters.guards import InstallGuards


class Migration(migrations.Migration):

    dependencies = [
        ("letters", "0002_delivery"),
    ]

    operations = [InstallGuards("e1a0bf5a354bfbd2")]
