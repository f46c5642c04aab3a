"""Celery's settings and the beat schedule. Read by Celery when it first needs them."""

from __future__ import annotations

from typing import Any

from django.conf import settings


def transport_options() -> dict[str, Any]:
    """Return the options of the broker in use. Makes the folders of `filesystem://`."""
    if not settings.CELERY_BROKER_URL.startswith("filesystem:"):
        # A bell must never hold up a request: no long wait for a Redis that is down.
        return {"visibility_timeout": 900, "socket_timeout": 5, "socket_connect_timeout": 0.5}
    folder = settings.VAR_DIR / "broker"
    for name in ("queue", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    queue = str(folder / "queue")
    return {
        "data_folder_in": queue,
        "data_folder_out": queue,  # the same folder: what one puts in, the other takes out
        "control_folder": str(folder / "control"),
    }


broker_url = settings.CELERY_BROKER_URL
broker_transport_options = transport_options()
broker_connection_retry_on_startup = True
imports = ("letters.delivery.loop",)  # the sign of life of a worker's main loop
task_ignore_result = True
task_acks_late = True
task_reject_on_worker_lost = True
task_soft_time_limit = 720
task_time_limit = 780
worker_prefetch_multiplier = 1
# A new process is cold: its first letters take seconds. At the rate of a campaign's first hours
# 500 tasks are ten seconds' work, so memory (kB) is what ends a process, and age only at last.
worker_max_memory_per_child = 500_000
worker_max_tasks_per_child = 20_000
worker_soft_shutdown_timeout = 30
worker_hijack_root_logger = False
# Celery would close the database before and after each task; letters.tasks does it as a web
# request does: when a connection is broken or older than CONN_MAX_AGE.
CELERY_DB_REUSE_MAX = 10**9
timezone = "UTC"
beat_schedule_filename = str(settings.VAR_DIR / "beat-schedule")
beat_schedule = {
    "sweep": {"task": "letters.sweep", "schedule": float(settings.SWEEP_SECONDS)},
    "retention": {"task": "letters.retention", "schedule": 3600.0},
}
if settings.RETURNS_IMAP_URL:
    beat_schedule["fetch_returns"] = {"task": "letters.fetch_returns", "schedule": 60.0}
