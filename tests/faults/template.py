"""Make the prepared database: migrated, with one live campaign that writes to one office."""

from __future__ import annotations

import os
import sys

from django.db import connections


def make(folder: str) -> None:
    """Fill the database that DATABASE_URL names. `folder` becomes VAR_DIR."""
    os.environ["VAR_DIR"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.faults.settings"
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from campaign.models import Government, Office
    from tests.journey import make_world

    call_command("migrate", verbosity=0)
    world = make_world(slug="bench", per_hour=0, office_hours=False)
    Office.objects.update(per_hour=0)
    User.objects.create_superuser("organiser", "organiser@bench.internal", "not used")
    world.office.routes.update(email="office@gov.bench.internal")
    Government.objects.filter(pk=world.government.pk).update(iso2="XA")
    if connections["default"].vendor == "sqlite":
        with connections["default"].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connections.close_all()


if __name__ == "__main__":
    make(sys.argv[1])
