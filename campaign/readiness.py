"""What a campaign still lacks before anybody may be asked to sign, each with its place.

Supporters agree that a named organisation uses their details (GDPR art. 13(1)(a)): no campaign
opens under a name, an address or a wording that only holds the place of the true one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from campaign.models import Campaign
from campaign.reserved import is_reserved

ORGANISATION = gettext_noop("Name of your organisation")
CONSENT = gettext_noop(
    "I agree that {organisation} uses these details to send my letter to {government}, "
    "and keeps them until {date}"
)
SAMPLE_CONTACT = "contact@{}.example"


def sample_organisation(language: str) -> str:
    """Return what stands for the organisation's name until it is filled in."""
    with override(language):
        return _(ORGANISATION)


def sample_contact(slug: str) -> str:
    return SAMPLE_CONTACT.format(slug)


def lacking(campaign: Campaign) -> list[str]:
    """Return what is still to be filled in, and under which heading of the campaign's page."""
    return [
        _("%(what)s (under “%(heading)s”)") % {"what": what, "heading": heading}
        for part in (_who_asks, _treaty, _keeping, _page, _consent)
        for what, heading in part(campaign)
    ]


Part = Callable[[Campaign], Iterator[tuple[str, str]]]


def _who_asks(campaign: Campaign) -> Iterator[tuple[str, str]]:
    samples = {ORGANISATION, sample_organisation(campaign.default_language)}
    if campaign.organisation.strip() in samples:
        yield _("the name of your organisation"), _("Who asks")
    if not campaign.organisation_address.strip():
        yield _("its postal address"), _("Who asks")
    contact = campaign.contact_email.lower()
    start, _slug, end = SAMPLE_CONTACT.partition("{}")
    if contact.startswith(start) and contact.endswith(end):  # of an earlier address, too
        yield _("its contact e-mail, now %s") % contact, _("Who asks")
    elif settings.PRODUCTION and is_reserved(contact):
        yield _("its contact e-mail: %s is a sample that no mail reaches") % contact, _("Who asks")


def _treaty(campaign: Campaign) -> Iterator[tuple[str, str]]:
    rules = Campaign.objects.filter(pk=campaign.pk).values_list("templates__standings", flat=True)
    if campaign.treaty_id is None and any(rules):
        what = _("the treaty: letters are chosen by where governments stand on it")
        yield what, _("Whom it writes to, and in which matter")


def _keeping(campaign: Campaign) -> Iterator[tuple[str, str]]:
    if campaign.keep_until <= campaign.today(timezone.now()):
        what = _("until when details are kept: %s has passed")
        yield what % campaign.keep_until, _("From when to when")


def _page(campaign: Campaign) -> Iterator[tuple[str, str]]:
    language = campaign.default_language
    if not campaign.texts.filter(language=language).exists():
        yield _("the page's text in the letter's language, %s") % language, _("Page texts")


def _consent(campaign: Campaign) -> Iterator[tuple[str, str]]:
    wordings: dict[str, str] = {}
    for wording in campaign.consent_wordings.order_by("version"):
        wordings[wording.language] = wording.text
    for language in sorted(campaign.texts.values_list("language", flat=True)):
        if language not in wordings:
            yield _("the consent wording in %s") % language, _("Consent wordings")
        elif wordings[language] == CONSENT and language.partition("-")[0] != "en":
            what = _("the consent wording in %s: it is in English still")
            yield what % language, _("Consent wordings")
