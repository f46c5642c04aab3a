"""Does the broker (Redis) answer? Without it bells stay unheard, and nothing else says why."""

from __future__ import annotations

from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

PATIENCE = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5, "max_retries": 0}


def answers() -> bool:
    """Ping the broker, for half a second at most. One that is a folder always answers."""
    if not settings.CELERY_BROKER_URL.startswith("redis"):
        return True
    broker = current_app.connection_for_write()
    options = {**broker.transport_options, **PATIENCE}
    try:
        with broker.clone(transport_options=options) as asked:
            return bool(asked.default_channel.client.ping())
    except (OperationalError, OSError, *broker.connection_errors, *broker.channel_errors):
        return False
