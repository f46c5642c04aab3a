"""The doorbell: Celery, with a queue folder (embedded) or Redis (production).

The database is the queue. A message carries an id and may be lost or repeated without harm.
"""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")

app = Celery("campaign")
app.config_from_object("campaign.celeryconfig")
app.autodiscover_tasks()
