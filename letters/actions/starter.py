"""The starter campaign of a fresh site, from letters/data/starter/, and its first organiser."""

from __future__ import annotations

import os
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string

from campaign.models import Campaign, CampaignText, ConsentWording, Treaty
from letters.actions.texts import import_letter_text, publish_version
from letters.letter_file import read_letter

STARTER = Path(__file__).resolve().parent.parent / "data" / "starter"
LANGUAGE = "en"
KEPT_DAYS = 365
# Long enough to see "take it back" work, short enough to wait for the letter's PDF.
DEMO_TAKE_BACK_SECONDS = 5
ORGANISER = "organiser"
# No 0, O, 1, I, l: the password is read off a screen.
PASSWORD_ALPHABET = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"  # noqa: S105


@transaction.atomic
def load_campaign(*, live: bool) -> tuple[Campaign, bool]:
    """Return the starter campaign and whether it is new. An existing one stays as it is.

    Its treaty must have been imported.
    """
    told = tomllib.loads((STARTER / "campaign.toml").read_text(encoding="utf-8"))
    existing = Campaign.objects.filter(slug=told["slug"]).first()
    if existing is not None:
        return existing, False
    campaign = _campaign(told, live=live)
    page = CampaignText(campaign=campaign, language=LANGUAGE, **told["text"])
    page.full_clean()
    page.save()
    ConsentWording.objects.create(
        campaign=campaign, language=LANGUAGE, version=1, text=told["consent"]
    )
    for name in told["letters"]:
        letter = read_letter((STARTER / name).read_bytes())
        imported = import_letter_text(campaign=campaign, letter=letter, language=LANGUAGE)
        publish_version(imported.text.version)
    return campaign, True


def _campaign(told: dict[str, Any], *, live: bool) -> Campaign:
    campaign = Campaign(
        slug=told["slug"],
        state=Campaign.State.LIVE if live else Campaign.State.DRAFT,
        treaty=Treaty.objects.get(slug=told["treaty"]),
        organisation=told["organisation"],
        organisation_address=told["organisation_address"],
        contact_email=told["contact_email"],
        time_zone=told["time_zone"],
        default_language=LANGUAGE,
        keep_until=timezone.now().date() + timedelta(days=KEPT_DAYS),
        review=Campaign.Review.NONE,
    )
    if not settings.PRODUCTION:
        # Somebody is watching: letters leave at once, at any hour, one after the other.
        campaign.take_back_seconds = DEMO_TAKE_BACK_SECONDS
        campaign.per_hour, campaign.office_hours = 0, False
    campaign.full_clean()
    campaign.save()
    return campaign


@transaction.atomic
def make_organiser(path: Path) -> User | None:
    """Make the first administrator and note the login in `path`. None if there is one already."""
    if User.objects.filter(Q(is_superuser=True) | Q(username=ORGANISER)).exists():
        return None
    password = get_random_string(16, PASSWORD_ALPHABET)
    organiser = User.objects.create_superuser(ORGANISER, password=password)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # its mode would outlive it
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"username: {ORGANISER}\npassword: {password}\n")
    return organiser
