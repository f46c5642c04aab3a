"""The words of a digest: a day's letters to one office, in one mail. Frozen when it is made."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from campaign import queries as reference
from campaign.countries import country_names
from campaign.models import Campaign, Office
from letters.models import Outbound
from letters.rendering.compose import long_date
from letters.rendering.mail import Attachment, Mail

COLUMNS = 76
QUOTED = "> "
FALLBACK = "en"


@dataclass(frozen=True)
class Entry:
    """One letter in a digest. `words` are its writer's own paragraphs, `country` a code."""

    number: str
    name: str
    town: str
    country: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """One mail of a digest: `today` counts the letters of all its parts, `so_far` all ever."""

    campaign: Campaign
    office: Office
    day: date
    about: str
    today: int
    so_far: int
    number: int
    of: int


def language_for(office: Office) -> str:
    """Return the office's language if this site speaks it, else English."""
    return office.language if office.language in dict(settings.LANGUAGES) else FALLBACK


def digest_words(part: Part, entries: Sequence[Entry]) -> tuple[str, str]:
    """Return subject and text of a part, in the office's language."""
    language = language_for(part.office)
    with override(language):
        context = {
            "part": part,
            "campaign": part.campaign,
            "office": _title(part, language),
            "day": long_date(part.day, language),
            "own": [_own(entry, language) for entry in entries if entry.words],
            "standard": [_who(entry, language) for entry in entries if not entry.words],
            "count": len(entries),
        }
        subject = render_to_string("emails/digest.subject.txt", context)
        return " ".join(subject.split())[:300], render_to_string("emails/digest.txt", context)


def _title(part: Part, language: str) -> str:
    form = reference.form_of_address(part.office, language, part.day)
    return form.title if form else part.office.title


def _own(entry: Entry, language: str) -> dict[str, object]:
    return {"who": _who(entry, language), "words": [_wrapped(text) for text in entry.words]}


def _who(entry: Entry, language: str) -> str:
    country = country_names(language).get(entry.country, entry.country)
    place = f"{entry.town} ({country})" if entry.town else country
    return textwrap.fill(f"{entry.name}, {place}: {entry.number}", COLUMNS, subsequent_indent="  ")


def _wrapped(text: str) -> str:
    # Marked line by line, as answers are: own words cannot pass for ours, or for other writers.
    return textwrap.fill(
        text, COLUMNS, break_on_hyphens=False, initial_indent=QUOTED, subsequent_indent=QUOTED
    )


def digest_mail(outbound: Outbound) -> Mail:
    """Return the mail of a digest as it was frozen. Raises ValueError when it has no PDF."""
    digest = outbound.digest
    campaign = digest.campaign
    if not digest.pdf:
        raise ValueError("The digest has no PDF.")
    name = f"letters-{digest.day.isoformat()}-{digest.part}.pdf"
    return Mail(
        subject=digest.subject,
        text=digest.text,
        html="",
        language=outbound.language,
        sender_name=campaign.organisation,
        reply_to=campaign.contact_email,
        reply_name=campaign.organisation,
        attachments=(Attachment(digest.pdf, name, digest.pdf_sha256),),
    )
