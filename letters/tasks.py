"""Doorbells. Each carries an id at most, loads nothing, and may ring twice or never."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from celery import Task, shared_task
from django.db import close_old_connections

from letters import retention as retention_rules
from letters import rollup
from letters.delivery import engine, heartbeat, prepare
from letters.delivery import sweep as sweeper
from letters.models import Heartbeat
from letters.printing import work as bundles
from letters.returns import imap


class Bell(Task):  # type: ignore[misc]  # Celery has no types
    """A task that keeps its process' connection to the database, as web requests do.

    A broken one, or one older than CONN_MAX_AGE, is closed; the next query opens another.
    """

    def __call__(self, *args: Any, **options: Any) -> Any:
        close_old_connections()
        return super().__call__(*args, **options)


@shared_task(base=Bell, name="letters.deliver")
def deliver(outbound: str) -> None:
    """Send what is due, this mail first. One bell is enough for many mails."""
    heartbeat.beat(Heartbeat.Kind.WORKER)
    if engine.deliver(UUID(outbound)) and (more := engine.next_due()):
        deliver.delay(str(more))


@shared_task(base=Bell, name="letters.render")
def render(letter: str) -> None:
    heartbeat.beat(Heartbeat.Kind.WORKER)
    for outbound in prepare.prepare(UUID(letter)):
        deliver.delay(str(outbound))


@shared_task(base=Bell, name="letters.bundle")
def bundle(key: int) -> None:
    """Make a bundle, or some of it. It rings for itself until it is whole."""
    heartbeat.beat(Heartbeat.Kind.WORKER)
    if bundles.work(key):
        bundle.delay(key)


@shared_task(base=Bell, name="letters.sweep")
def sweep() -> None:
    found = sweeper.sweep()
    for letter in found.letters:
        render.delay(str(letter))
    for outbound in found.outbounds:
        deliver.delay(str(outbound))
    for key in bundles.to_ring():
        bundle.delay(key)


@shared_task(base=Bell, name="letters.retention")
def retention() -> None:
    retention_rules.run()
    rollup.heal()
    bundles.tidy()


@shared_task(base=Bell, name="letters.fetch_returns")
def fetch_returns() -> None:
    imap.fetch_if_set()
