"""Begin a new version of a letter where the last one ends."""

from __future__ import annotations

from django.db import transaction

from letters.models import LetterTemplate, LetterText, LetterVersion


@transaction.atomic
def start_draft(template: LetterTemplate) -> LetterVersion:
    """Return the letter's draft. A new one holds the texts of the version before it."""
    # Two organisers who press the button at once get the same draft.
    LetterTemplate.objects.select_for_update().get(pk=template.pk)
    latest = template.versions.order_by("number").last()
    if latest is not None and latest.published_at is None:
        return latest
    draft = LetterVersion.objects.create(
        template=template, number=latest.number + 1 if latest else 1
    )
    texts = list(latest.texts.all()) if latest else []
    for text in texts:
        text.pk, text.version = None, draft
        text._state.adding = True
    LetterText.objects.bulk_create(texts)
    return draft
