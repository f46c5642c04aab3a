"""The supporter's forms: what is asked, in which words, and what is taken. They never write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from email_validator import EmailNotValidError, validate_email

from campaign.countries import country_name, country_names, sort_key, sorted_countries
from campaign.forms import (
    Groups,
    LetterForm,
    OneOf,
    ReadyCheckboxes,
    ReadyRadios,
    ReadySelect,
    ReadyWidget,
    SomeOf,
)
from campaign.models import Campaign, CampaignText, Government
from letters import typos, validators
from letters.models import Submission
from letters.rendering.glyphs import unprintable

NAME_LIMIT, TOWN_LIMIT, ORGANISATION_LIMIT, WORDS_LIMIT = 120, 80, 120, 600
# So few governments are shown as radio buttons, so few targets lead the list of countries.
FEW = 7
# Top-level names that do not exist or reach nobody: what cannot be answered is said at once.
NO_MAIL = {"con", "cmo", "invalid", "local", "localhost", "onion", "arpa"}
REGIONS: Mapping[str, Any] = {
    "Africa": _("Africa"),
    "Americas": _("Americas"),
    "Asia": _("Asia"),
    "Europe": _("Europe"),
    "Oceania": _("Oceania"),
}


class PlainText(forms.CharField):
    """What people type, cleaned: no control characters, no towers of accents, all printable.

    `error_messages` holds "too_long", and where they are forbidden "link" and "long_run".
    """

    default_error_messages = {
        "marks": _("Letters must not have more than 3 accents each"),
        "unprintable": _("Our paper cannot show these characters: %(characters)s. Leave them out."),
    }

    def __init__(self, *, limit: int, lines: bool = False, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)
        self.limit, self.lines = limit, lines

    def to_python(self, value: Any) -> str:
        text = str(value or "")
        if len(text) > 20 * self.limit:  # nobody's name: not worth the cleaning
            raise self._error("too_long")
        return validators.clean_text(text, lines=self.lines)

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > self.limit:
            raise self._error("too_long")
        if "link" in self.error_messages and validators.has_web_address(value):
            raise self._error("link")
        if validators.longest_run(value) > validators.LONGEST_RUN:
            self._refuse_long_run()
        if validators.stacks_marks(value):
            raise self._error("marks")
        if missing := unprintable(value):
            raise self._error("unprintable", characters=" ".join(missing))

    def _refuse_long_run(self) -> None:
        # Own words may hold one: Thai and Chinese write without spaces, the renderer breaks them.
        if "long_run" in self.error_messages:
            raise self._error("long_run")

    def _error(self, code: str, **params: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)


class MailAddress(forms.CharField):
    """An address that SMTP takes everywhere: ASCII before the @, any domain name after it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("E-mail address"),
            widget=forms.EmailInput(
                attrs={
                    "autocomplete": "email",
                    "inputmode": "email",
                    "spellcheck": "false",
                    "autocapitalize": "none",
                    "data-providers": typos.PROVIDERS,
                }
            ),
            error_messages={
                "required": _("Enter your e-mail address"),
                "format": _("Enter an e-mail address in the correct format, like name@example.com"),
                "no_mail": _("We cannot send mail to %(domain)s. Check the part after @"),
            },
            **kwargs,
        )

    def to_python(self, value: Any) -> str:
        text = validators.clean_text(str(value or "")[:1000])
        return text[7:].lstrip() if text.lower().startswith("mailto:") else text

    def run_validators(self, value: str) -> None:
        """`clean` has it all: the address that was checked is the one that is kept."""

    def clean(self, value: Any) -> str:
        address: str = super().clean(value)
        domain = address.rpartition("@")[2].lower()
        if domain.rpartition(".")[2] in NO_MAIL:
            raise ValidationError(self.error_messages["no_mail"], params={"domain": domain})
        try:
            found = validate_email(
                address,
                check_deliverability=False,
                allow_smtputf8=False,
                test_environment=not settings.PRODUCTION,  # takes name@something.test
            )
        except EmailNotValidError as error:
            raise ValidationError(self.error_messages["format"], code="format") from error
        return found.ascii_email or found.normalized


def words_field(label: Any) -> PlainText:
    return PlainText(
        label=label,
        limit=WORDS_LIMIT,
        lines=True,
        required=False,
        help_text=_("One or two sentences of your own. Offices read personal letters first"),
        widget=forms.Textarea(
            attrs={
                "rows": 4,
                "cols": None,
                "spellcheck": "true",
                "autocomplete": "off",
                "data-answer": "words",
                "data-limit": WORDS_LIMIT,
            }
        ),
        error_messages={
            "too_long": _("Your sentences must be 600 characters or less"),
            "link": _("Your sentences must not include web addresses"),
        },
    )


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
        widget=forms.TextInput(attrs={"autocomplete": "address-level2", "data-answer": "town"}),
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
            attrs={"autocomplete": "organization", "data-answer": "organisation"}
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
        most = self.campaign.max_governments
        if len(chosen) > most:
            raise ValidationError(
                ngettext(
                    "Choose at most %(count)d government",
                    "Choose at most %(count)d governments",
                    most,
                ),
                code="too_many",
                params={"count": most},
            )
        return chosen

    def _government(self) -> OneOf:
        several = self.campaign.max_governments > 1
        return (SomeOf if several else OneOf)(
            self.governments,
            label=_("Which governments should get your letter?")
            if several
            else _("Which government should get your letter?"),
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


CODES = {code: code for code in country_names("en")}


@lru_cache(maxsize=64)
def country_groups(language: str, likely: tuple[str, ...], first: tuple[tuple[str, str]]) -> Groups:
    """Return all countries in the order of `language`, before them the likely ones."""
    everyone = sorted_countries(language)
    if not likely:
        return (("", (*first, *everyone)),)
    some = tuple(pair for pair in everyone if pair[0] in likely)
    return (
        ("", first),
        (str(_("Countries of this campaign")), some),
        (str(_("All countries")), everyone),
    )


@lru_cache(maxsize=64)
def government_groups(
    governments: tuple[tuple[str, str, str], ...], language: str, by_region: bool
) -> Groups:
    """Return (ISO code, name, region) of governments as choices in the order of `language`."""
    english = language.split("-")[0] == "en"
    regions: dict[str, list[tuple[str, str]]] = {}
    for code, name, region in governments:
        shown = name if english else country_name(code, language) or name
        label = str(REGIONS.get(region, region)) if by_region else ""
        regions.setdefault(label, []).append((code, shown))
    return tuple(
        (label, tuple(sorted(pairs, key=lambda pair: sort_key(pair[1], language))))
        for label, pairs in sorted(regions.items())
    )
