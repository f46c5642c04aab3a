"""S1: the form beside the letter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaign.forms import (
    LetterForm,
    OneOf,
    ReadyCheckboxes,
    ReadyRadios,
    ReadySelect,
    ReadyWidget,
    SomeOf,
)
from campaign.models import Campaign, CampaignText, Government
from letters.forms.choices import CODES, FEW, country_groups, government_groups
from letters.forms.fields import MailAddress, PlainText, words_field

NAME_LIMIT, TOWN_LIMIT, ORGANISATION_LIMIT = 120, 80, 120


class WriteForm(LetterForm):
    """S1. `cleaned_data["government"]` is always a list of the given `governments`."""

    summary_above = True

    name = PlainText(
        label=_("Full name"),
        limit=NAME_LIMIT,
        help_text=_("As you want it to appear under the letter"),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "name",
                "spellcheck": "false",
                "autocapitalize": "words",
                "dir": "auto",
                "data-answer": "name",
            }
        ),
        error_messages={
            "required": _("Enter your full name"),
            "too_long": _("Full name must be 120 characters or less"),
            "link": _("Full name must not include a web address"),
            "long_run": _("Full name must not have more than 60 characters without a space"),
        },
    )
    email = MailAddress(help_text=_("We send your confirmation link and your letter here"))
    town = PlainText(
        label=_("Town or city"),
        limit=TOWN_LIMIT,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "address-level2", "dir": "auto", "data-answer": "town"}
        ),
        error_messages={
            "too_long": _("Town or city must be 80 characters or less"),
            "link": _("Town or city must not include a web address"),
            "long_run": _("Town or city must not have more than 60 characters without a space"),
        },
    )
    organisation = PlainText(
        label=_("Organisation"),
        limit=ORGANISATION_LIMIT,
        required=False,
        help_text=_("If you write on its behalf"),
        widget=forms.TextInput(
            attrs={"autocomplete": "organization", "dir": "auto", "data-answer": "organisation"}
        ),
        error_messages={
            "too_long": _("Organisation must be 120 characters or less"),
            "link": _("Organisation must not include a web address"),
            "long_run": _("Organisation must not have more than 60 characters without a space"),
        },
    )
    words = words_field(_("Why does this matter to you?"))
    updates = forms.BooleanField(label=_("E-mail me about what happens next"), required=False)
    consent = forms.BooleanField(
        error_messages={
            "required": _("Tick the box if you agree that we use your details to send this letter")
        }
    )
    leave_empty = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    form_key = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order = (
        "government",
        "name",
        "email",
        "country",
        "town",
        "organisation",
        "words",
        "updates",
        "consent",
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        campaign: Campaign,
        page: CampaignText,
        language: str,
        governments: Iterable[Government],
        initial: Mapping[str, Any] | None = None,
        fixed_email: str = "",
        consent_text: str = "",
    ) -> None:
        if isinstance(initial, QueryDict):
            # What was posted for a mere preview: nothing is checked, everything is kept.
            initial = {**initial.dict(), "government": initial.getlist("government")}
        super().__init__(data, initial=dict(initial or {}))
        self.campaign, self.page, self.language = campaign, page, language
        self.governments = {government.iso2: government for government in governments}
        self.fields["government"] = self._government()
        self.fields["country"] = self._country()
        self.order_fields(self.field_order)
        self.fields["consent"].label = consent_text or self._consent_text()
        self.fields["consent"].help_text = _(
            "%(organisation)s is responsible for your details: %(contact)s"
        ) % {"organisation": campaign.organisation, "contact": campaign.contact_email}
        if fixed_email:
            self.initial["email"] = fixed_email
            self.fields["email"].disabled = True
            self.fields["email"].help_text = _("Your link was sent to this address")

    def layout(self) -> Iterable[object]:
        special = {
            "government": "letters/_government_field.html",
            "email": "letters/_email_field.html",
            "words": "letters/_words_field.html",
            "leave_empty": "letters/_leave_empty.html",
        }
        return [
            Field(name, template=special[name]) if name in special else name for name in self.fields
        ]

    @property
    def only_government(self) -> Government | None:
        """The one government of a campaign that writes to no other: nothing to choose."""
        return next(iter(self.governments.values())) if len(self.governments) == 1 else None

    @property
    def is_suspicious(self) -> bool:
        """Whether the field that people don't see was filled in. The letter is only marked."""
        return bool(self.data.get("leave_empty"))

    def renew_key(self, key: str) -> None:
        """Give the filled form a new one-time key in place of the one it was posted with (X8)."""
        self.initial["form_key"] = key
        if self.is_bound:
            data = QueryDict(mutable=True)
            data.update(self.data)
            data["form_key"] = key
            self.data = data

    def clean_government(self) -> list[Government]:
        value = self.cleaned_data["government"]
        chosen: list[Government] = value if isinstance(value, list) else [value]
        if len(chosen) > self.campaign.max_governments:
            raise ValidationError(self._at_most(), code="too_many")
        return chosen

    def _at_most(self) -> str:
        most = self.campaign.max_governments
        text = ngettext(
            "Choose at most %(count)d government", "Choose at most %(count)d governments", most
        )
        return text % {"count": most}

    def _government(self) -> OneOf:
        several = self.campaign.max_governments > 1
        return (SomeOf if several else OneOf)(
            self.governments,
            label=_("Which governments should get your letter?")
            if several
            else _("Which government should get your letter?"),
            help_text=self._at_most() if several else "",
            widget=self._government_widget(several),
            error_messages={"required": _("Choose which government should get your letter")},
        )

    def _government_widget(self, several: bool) -> forms.Widget:
        if self.only_government:
            self.initial["government"] = self.only_government.iso2
            return forms.HiddenInput(attrs={"data-government": ""})
        by_region = len(self.governments) > FEW
        kind: type[ReadyWidget] = ReadySelect if by_region else ReadyRadios
        key = tuple((one.iso2, one.name, one.region) for one in self.governments.values())
        groups = government_groups(key, self.language, by_region)
        if several:
            return ReadyCheckboxes(groups)
        if kind is ReadySelect:
            groups = (("", (("", str(_("Choose a government"))),)), *groups)
        return kind(groups, attrs={"data-government": ""})

    def _country(self) -> OneOf:
        few = len(self.governments) <= FEW
        likely = tuple(code for code in self.governments if few and code in CODES)
        first = (("", str(_("Choose a country"))),)
        return OneOf(
            CODES,
            label=_("Country where you live"),
            widget=ReadySelect(
                country_groups(self.language, likely, first),
                attrs={"autocomplete": "country", "data-answer": "country"},
            ),
            error_messages={"required": _("Choose the country where you live")},
        )

    def _consent_text(self) -> str:
        return _(
            "I agree that %(organisation)s uses these details to send my letter to the government "
            "I chose, and keeps them until %(date)s"
        ) % {"organisation": self.campaign.organisation, "date": self.campaign.keep_until}
