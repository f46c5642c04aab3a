"""S2 and S3: another address for the link; a last sentence, and who may answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.utils.translation import gettext_lazy as _

from campaign.forms import LetterForm
from letters.forms.fields import MailAddress, words_field
from letters.models import Submission


class ConfirmForm(LetterForm):
    """S3: a last sentence, if there is none yet, and who may answer."""

    summary_above = True

    words = words_field(_("Add a sentence of your own"))
    reply_directly = forms.BooleanField(
        label=_("Let the office answer me directly. It will see my e-mail address."),
        required=False,
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        submission: Submission,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        if submission.words:
            del self.fields["words"]
        # The sentence says all: "(optional)" behind a full stop would not.
        self.fields["reply_directly"].unmarked = True  # type: ignore[attr-defined]

    def layout(self) -> Iterable[object]:
        return [
            Field(name, template="letters/_words_field.html") if name == "words" else name
            for name in self.fields
        ]


class AddressForm(LetterForm):
    """S2: another address for the link."""

    summary_above = True

    email = MailAddress()
