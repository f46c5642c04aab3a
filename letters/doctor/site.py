"""The site's own settings: who is told, who can tell, and may mail leave at all?"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from letters.delivery import reconcile
from letters.doctor.finding import Finding, bad, ok, warn
from letters.models import SiteDelivery


def check() -> Iterator[Finding]:
    if not settings.PRODUCTION:
        do = "Set PRODUCTION=1 and EMAIL_URL on the real site."
        yield warn("This site", "no mail leaves this machine: PRODUCTION is not set.", do)
    if SiteDelivery.objects.filter(paused=True).exists():
        yield warn("This site", "delivery is paused.", "See `manage.py delivery status`.")
    if not settings.RETURN_ADDRESS:
        do = "Set RETURN_ADDRESS: else nobody learns of undeliverable letters and of answers."
        yield warn("Bounces", "they come to the sender, unread.", do)
    if not settings.OPERATOR_EMAIL:
        yield warn("Operator", "nobody is told when delivery stands still.", "Set OPERATOR_EMAIL.")
    for problem in reconcile.problems():
        yield bad("RECONCILE", problem, "See docs/restore.md.")
    if settings.PRODUCTION and not settings.RECONCILE:
        do = "Set RECONCILE, for example to the mail server's log."
        yield warn("RECONCILE", "nobody can tell whether a doubtful mail arrived.", do)
    elif not reconcile.problems():
        yield ok("RECONCILE", f"{', '.join(one.name for one in reconcile.sources())} can tell.")
