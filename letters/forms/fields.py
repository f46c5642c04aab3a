"""What people type: the fields, what they take, and in which words they refuse."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

from letters import typos, validators
from letters.rendering.glyphs import packages_for, unprintable
from letters.rendering.sheet import MOST_LINES

WORDS_LIMIT = 600
# Top-level names that do not exist or reach nobody: what cannot be answered is said at once.
NO_MAIL = {"con", "cmo", "invalid", "local", "localhost", "onion", "arpa"}


class PlainText(forms.CharField):
    """What people type, cleaned: no control characters, no towers of accents, all printable.

    `error_messages` holds "too_long", and where they are forbidden "link" and "long_run".
    """

    default_error_messages = {
        "marks": _("Letters must not have more than 3 accents each"),
        "unprintable": _("Our paper cannot show these characters: %(characters)s. Leave them out."),
        "unprintable_yet": _(
            "Our paper cannot show these characters: %(characters)s. Leave them out, or ask us to "
            "install the fonts: %(packages)s."
        ),
        "pattern": _("Leave out the test pattern for mail filters: no office would get the letter"),
        "lines": _("Your sentences must have %(most)d lines or less"),
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
        if self.required and not validators.has_letter(value):
            raise self._error("required")
        if len(value) > self.limit:
            raise self._error("too_long")
        if "link" in self.error_messages and validators.has_web_address(value):
            raise self._error("link")
        if validators.has_test_pattern(value):
            raise self._error("pattern")
        if validators.longest_run(value) > validators.LONGEST_RUN:
            self._refuse_long_run()
        if validators.stacks_marks(value):
            raise self._error("marks")
        if sum(1 for line in value.splitlines() if line.strip()) > MOST_LINES:
            raise self._error("lines", most=MOST_LINES)
        self._refuse_unprintable(unprintable(value))

    def _refuse_unprintable(self, missing: list[str]) -> None:
        if not missing:
            return
        packages = ", ".join(packages_for(missing))
        code = "unprintable_yet" if packages else "unprintable"
        raise self._error(code, characters=" ".join(missing[:20]), packages=packages)

    def _refuse_long_run(self) -> None:
        # Own words may hold one: Thai and Chinese write without spaces, the renderer breaks them.
        if "long_run" in self.error_messages:
            raise self._error("long_run")

    def _error(self, code: str, **params: object) -> ValidationError:
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
                "cols": False,  # left out: the stylesheet says how wide
                "spellcheck": "true",
                "dir": "auto",
                "data-answer": "words",
                "data-limit": WORDS_LIMIT,
            }
        ),
        error_messages={
            "too_long": _("Your sentences must be 600 characters or less"),
            "link": _("Your sentences must not include web addresses"),
        },
    )
