"""Where a letter is that waits: what it waits for and until when, in one sentence."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaign.models import Delivery, Office
from letters import clock
from letters.delivery.courtesy import rule_of
from letters.delivery.digest import next_at
from letters.delivery.way import way_of
from letters.enums import LetterState, OutboundState, Purpose
from letters.models import Letter, Outbound


def where_is(letter: Letter) -> str:
    """Say what a letter in review or a queued one waits for; of all others the state says it."""
    if letter.state == LetterState.IN_REVIEW:
        return _("Waits in the review queue until a person has read it.")
    office = letter.office
    if letter.state != LetterState.QUEUED or office is None:
        return ""
    if office.paused or letter.campaign.delivery_paused:
        return _("Waits: delivery to its office or of its campaign is paused.")
    if letter.digest is None and way_of(letter) == Delivery.DIGEST:
        return _("Waits for the digest of %(when)s.") % {"when": _of_digest(letter, office)}
    return _of_mail(letter, office)


def _of_digest(letter: Letter, office: Office) -> str:
    from_ = max(clock.now(), letter.send_after or clock.now())
    return _at(next_at(office, letter.campaign, from_), office)


def _of_mail(letter: Letter, office: Office) -> str:
    """Tell of the mail that will take it: its own, or that of the digest it is in."""
    own = Q(letter=letter, purpose=Purpose.LETTER)
    daily = Q(digest__isnull=False, digest=letter.digest_id)
    mail = Outbound.objects.filter(own | daily, state=OutboundState.QUEUED).first()
    if mail is None:
        return ""
    if mail.next_attempt_at <= clock.now():
        return _("It is due to leave now.")
    when = _at(mail.next_attempt_at, office)
    pace = rule_of(office, letter.campaign).per_hour
    if mail.attempts:
        return _("Is tried again on %(when)s.") % {"when": when}
    if not pace:
        return _("Planned for %(when)s.") % {"when": when}
    return _("Planned for %(when)s (at most %(pace)d an hour).") % {"when": when, "pace": pace}


def _at(at: datetime, office: Office) -> str:
    """Return a time on the office's clock, by which its hours are kept."""
    local = at.astimezone(ZoneInfo(office.time_zone))
    return f"{date_format(local, 'j F, H:i')} ({office.time_zone})"
