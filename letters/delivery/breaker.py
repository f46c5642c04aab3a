"""The circuit breaker and the few connections: how all workers together treat a mail server.

A server in trouble is the server's trouble, not that of the letters: they stay queued, nobody
hammers it, and organisers see one red notice instead of a thousand failed letters.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from letters import clock
from letters.delivery import policy
from letters.delivery.policy import Refusal
from letters.models import Connection, MailServer

# These don't mend themselves: a second try could get our account locked.
AT_ONCE = {MailServer.Trouble.LOGIN, MailServer.Trouble.TLS, MailServer.Trouble.SENDER}
SLOT_SECONDS = timedelta(minutes=15)
SUCCESS_SAID_EVERY = timedelta(minutes=1)


def permit(name: str) -> int | None:
    """Return how many mails the server may be offered now: None as many as there are, 0 none.

    While the breaker is open it is 0; after its time one process may offer one mail.
    """
    server = server_named(name)
    if server.open_until is None:
        return None
    now = clock.now()
    if server.open_until > now:
        return 0
    rows = MailServer.objects.filter(pk=server.pk, open_until=server.open_until)
    return rows.update(open_until=now + policy.PROBE)


def server_named(name: str) -> MailServer:
    server = MailServer.objects.filter(name=name).first()
    return server or MailServer.objects.get_or_create(name=name)[0]


def charge(name: str, refusal: Refusal) -> None:
    """Note an error of the server; after enough of them leave it alone for a while."""
    now = clock.now()
    MailServer.objects.filter(pk=server_named(name).pk).update(
        failures=F("failures") + 1, since=Coalesce("since", Value(now)),
        trouble=refusal.trouble, last_code=refusal.code or None,
        last_answer=refusal.answer[:500],
    )  # fmt: skip
    server = server_named(name)  # as it is now: others charge and clear it, too
    if server.failures >= policy.ERRORS or server.open_until or refusal.trouble in AT_ONCE:
        MailServer.objects.filter(pk=server.pk, failures__gt=0).update(
            opened=F("opened") + 1, open_until=now + policy.open_for(server.opened + 1)
        )


def clear(name: str, *, took: bool) -> None:
    """Note that the server answers and, at most once a minute, that it took a mail."""
    now = clock.now()
    due = Q(failures__gt=0) | Q(open_until__isnull=False)
    said: dict[str, datetime] = {}
    if took:
        due |= Q(last_success=None) | Q(last_success__lt=now - SUCCESS_SAID_EVERY)
        said = {"last_success": now}
    MailServer.objects.filter(due, name=name).update(
        failures=0, opened=0, open_until=None, trouble="", since=None, **said
    )


def take_connection(name: str, holder: str) -> Connection | None:
    """Take one of the MAIL_CONNECTIONS connections to a server. None: all are in use."""
    server, now = server_named(name), clock.now()
    _make_connections(server)
    free = Q(holder="") | Q(holder=holder) | Q(until__lte=now)
    mine = server.connections.filter(number__lt=settings.MAIL_CONNECTIONS)
    for connection in mine.filter(free).order_by("-holder", "number"):
        if _take(connection, holder, now):
            return connection
    return None


def _make_connections(server: MailServer) -> None:
    missing = settings.MAIL_CONNECTIONS - server.connections.count()
    if missing > 0:
        Connection.objects.bulk_create(
            [Connection(server=server, number=n) for n in range(settings.MAIL_CONNECTIONS)],
            ignore_conflicts=True,
        )


def _take(connection: Connection, holder: str, now: datetime) -> bool:
    rows = Connection.objects.filter(
        pk=connection.pk, holder=connection.holder, until=connection.until
    )
    return rows.update(holder=holder, until=now + SLOT_SECONDS) == 1


def give_back(connection: Connection, holder: str) -> None:
    Connection.objects.filter(pk=connection.pk, holder=holder).update(holder="", until=None)


def free_connections_of(holder: str) -> None:
    """Give back what a dead process held. `holder` is its journal's key."""
    Connection.objects.filter(holder=holder).update(holder="", until=None)
