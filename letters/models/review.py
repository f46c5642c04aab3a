"""LetterInReview: a letter as reviewers see it, with rights of its own and no e-mail address."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from letters.models.letter import Letter


class LetterInReview(Letter):
    class Meta:
        proxy = True
        ordering = ("created_at",)
        verbose_name = _("letter to review")
        verbose_name_plural = _("letters to review")
        # The one right: who may review may see what is reviewed. No letter is added or deleted.
        default_permissions = ()
        permissions = (("review_letters", "Can review letters"),)
