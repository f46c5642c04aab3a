"""The project's settings with failpoints, time travel, and a mail server on the loopback.

PRODUCTION is set after the environment was read: mail goes to a server (the sink), while
SQLite, the queue folder and a key of its own still do without any variable.
"""

from __future__ import annotations

import json
import os

from campaign.env import env_secret
from campaign.settings import *  # noqa: F403
from campaign.settings import STORAGES as THE_STORAGES

FAULTS = True
PRODUCTION = True
EMAIL_URL = os.environ.get("EMAIL_URL") or "smtp://127.0.0.1:9"
DEFAULT_FROM_EMAIL = "letters@bench.internal"
RECONCILE = env_secret("RECONCILE") or ""
SECURE_SSL_REDIRECT = False
ALLOWED_HOSTS = ["*"]
STORAGES = {
    **THE_STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# What would make a test wait: see letters/delivery/smtp.py and policy.py.
MAIL_SECONDS = json.loads(os.environ.get("MAIL_SECONDS") or "{}")
DELIVERY_TIMES = json.loads(os.environ.get("DELIVERY_TIMES") or "{}")
