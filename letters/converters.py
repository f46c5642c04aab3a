"""What a part of an address may look like. Anything else is a 404 before a view is asked."""

from __future__ import annotations

from django.urls.converters import StringConverter


class SlugConverter(StringConverter):
    """A campaign's short name (campaign.models.Campaign.slug)."""

    regex = "[a-z0-9]+(?:-[a-z0-9]+)*"


class LanguageConverter(StringConverter):
    """A BCP 47 tag as we use them: et, en-gb, zh-hans."""

    regex = "[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"


class NumberConverter(StringConverter):
    """A letter's number as people type it from paper (identifiers.new_number)."""

    regex = "[0-9A-Za-z]{4}-[0-9A-Za-z]{3}"
