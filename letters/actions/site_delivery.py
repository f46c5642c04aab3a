"""The site's switch: pause all delivery, and let it go on."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F

from letters import clock
from letters.delivery import gate
from letters.delivery.recover import Recovered, recover
from letters.models import SiteDelivery
from letters.moves import NotAllowed

Reason = SiteDelivery.Reason
# A person who released a restored site answers for its database so long: computers without a
# mark of their own may join it (delivery/gate.py).
RELEASED_FOR = timedelta(hours=1)


def pause(
    *, by: AbstractBaseUser | None = None, note: str = "", restored: bool = False
) -> SiteDelivery:
    """Let nothing leave from now on; what is being handed over is finished.

    `restored` says that the database comes from a backup. Raises moves.NotAllowed if the site is
    paused already, but a pause can become one after a restore.
    """
    gate.state()  # the row is there
    rows = SiteDelivery.objects.filter(pk=1)
    rows = rows.exclude(reason=Reason.RESTORED) if restored else rows.filter(paused=False)
    reason = Reason.RESTORED if restored else Reason.ORGANISER
    paused = rows.update(
        paused=True, reason=reason, note=note[:300], since=clock.now(), vouched_until=None,
        by_id=by.pk if by else None,
    )  # fmt: skip
    return _looked_at(paused, "It is paused already.")


def find_what_left() -> Recovered | None:
    """Note as sent what left after the backup. Returns None if nobody can tell.

    Raises moves.NotAllowed unless the site is held after a restore: at any other time workers
    know better.
    """
    if not SiteDelivery.objects.filter(reason=Reason.RESTORED).exists():
        raise NotAllowed("It is not held after a restore.")
    return recover()


@transaction.atomic
def resume(*, by: AbstractBaseUser | None = None) -> SiteDelivery:
    """Let mail leave again. After a restore this begins a new generation of the database.

    Raises moves.NotAllowed if the site isn't paused.
    """
    rows = SiteDelivery.objects.filter(pk=1, paused=True)
    after_restore = {"generation": F("generation") + 1, "vouched_until": clock.now() + RELEASED_FOR}
    rows.filter(reason=Reason.RESTORED).update(**after_restore)
    resumed = rows.update(
        paused=False, reason=Reason.NONE, note="", since=clock.now(), by_id=by.pk if by else None
    )
    return _looked_at(resumed, "It is not paused.")


def _looked_at(changed: int, else_: str) -> SiteDelivery:
    if not changed:
        raise NotAllowed(else_)
    gate.forget()
    return SiteDelivery.objects.get(pk=1)
