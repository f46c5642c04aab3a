"""Compose a letter: the campaign's text, the office's forms and the supporter's answers as one.

Nothing is read from the database here: callers bring the rows (queries.py has the reads).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from django.conf import settings

from campaign.models import Campaign, FormOfAddress, Government, Office
from letters import blocks, placeholders
from letters.models import LetterText
from letters.rendering.dates import long_date as long_date
from letters.rendering.dates import place_joint
from letters.rendering.document import LetterDocument, Line, Part, Piece, parts_from

RIGHT_TO_LEFT = {"ar", "he", "fa", "ur", "ps", "dv", "ckb", "yi", "sd", "ug"}
LETTERHEAD_LINES = 3
_BLANK = re.compile(r"\{(name|organisation|town|country|place)\}")


@dataclass(frozen=True)
class Answers:
    """What the supporter typed, cleaned. `country` is the country's name in the letter's language."""

    name: str = ""
    organisation: str = ""
    town: str = ""
    country: str = ""
    words: str = ""

    @property
    def place(self) -> str:
        return ", ".join(part for part in (self.town, self.country) if part)

    def filled(self) -> dict[str, str]:
        return {
            "name": self.name,
            "organisation": self.organisation,
            "town": self.town,
            "country": self.country,
            "place": self.place,
        }


@dataclass(frozen=True)
class Addressee:
    """Who gets the letter: a government and, where one is known, its office and form of address."""

    government: Government
    office: Office | None = None
    form: FormOfAddress | None = None
    holder: str = ""

    def lines(self) -> tuple[str, ...]:
        if self.office is None:
            return ("The Head of Government", self.government.name)
        title = self.form.title if self.form and self.form.title else self.office.title
        top = [self.holder, title] if self.holder else [title]
        return (*top, *self.office.address())

    @property
    def title(self) -> str:
        """The office in running text: the country is named unless the title does."""
        title = "Head of Government"
        if self.office is not None:
            title = self.form.title if self.form and self.form.title else self.office.title
        named = self.government.name in title
        return title if named else f"{title}, {self.government.name}"


@dataclass(frozen=True)
class Frame:
    """What surrounds the text: the campaign, the day, the page's address, the letter's number."""

    campaign: Campaign
    day: date
    since: date | None
    campaign_address: str
    number: str = ""
    confirmed: date | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


def direction(language: str) -> Literal["ltr", "rtl"]:
    return "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"


def compose(
    text: LetterText, addressee: Addressee, answers: Answers, frame: Frame
) -> LetterDocument:
    """Return the letter. With no answers it is the blank of a preview."""
    filled, country = answers.filled(), addressee.government.iso2
    values = _organiser_values(text, addressee, frame)

    def parts(source: str) -> tuple[Part, ...]:
        return tuple(_filled(part, values, filled) for part in _parsed(source))

    form = addressee.form
    return LetterDocument(
        language=text.language,
        direction=direction(text.language),
        sender=tuple(
            _line(f"{{{name}}}", {}, filled) for name in ("name", "organisation", "place")
        ),
        addressee=addressee.lines(),
        date=long_date(frame.day, text.language, country),
        subject=_line(text.subject, values, filled),
        salutation=form.salutation if form and form.salutation else text.salutation,
        body=parts(text.body),
        words=paragraphs(answers.words),
        ask=parts(text.ask),
        closing=form.closing if form and form.closing else text.closing,
        signature=tuple(
            _line(line, values, filled) for line in text.signature.splitlines() if line
        ),
        campaign_address=frame.campaign_address,
        number=frame.number,
        confirmed=long_date(frame.confirmed, text.language, country) if frame.confirmed else "",
        place=_place(text.language, filled),
        check_url=check_url(frame.number) if frame.confirmed else "",
        **_sheet(addressee.office, frame.campaign),
    )


@lru_cache(maxsize=512)  # a campaign's text is in each of its letters
def _parsed(source: str) -> tuple[Part, ...]:
    return parts_from(blocks.parse(source))


def check_url(number: str) -> str:
    """Return where a letter can be checked, in the site's first language: as short as can be."""
    return f"{settings.SITE_URL}/{settings.LANGUAGE_CODE}/check/{number}/" if number else ""


def _place(language: str, answers: Mapping[str, str]) -> Line:
    joint = place_joint(language)
    return (Piece(answers["town"], fill="town"), Piece(joint)) if joint else ()


def _sheet(office: Office | None, campaign: Campaign) -> dict[str, Any]:
    """Return what the sheet is like: the office's paper and window, the campaign's letterhead."""
    return {
        "paper": office.paper if office else Office.Paper.A4.value,
        "window": office.window if office else "",
        "marks": office.marks if office else False,
        "letterhead": paragraphs(campaign.letterhead)[:LETTERHEAD_LINES],
        "logo": campaign.logo.name or "" if campaign.logo else "",
        "logo_text": campaign.organisation,
    }


def paragraphs(words: str) -> tuple[str, ...]:
    """Return the paragraphs of own words, as people part them: by a line break."""
    return tuple(line.strip() for line in words.splitlines() if line.strip())


def _organiser_values(text: LetterText, addressee: Addressee, frame: Frame) -> dict[str, str]:
    country = addressee.government.iso2
    return {
        "government": addressee.government.name,
        "office": addressee.title,
        "since": long_date(frame.since, text.language, country) if frame.since else "",
        "campaign_organisation": frame.campaign.organisation,
        "date": long_date(frame.day, text.language, country),
        **frame.extra,
    }


def _filled(part: Part, values: Mapping[str, str], answers: Mapping[str, str]) -> Part:
    lines = tuple(
        tuple(
            piece for source in line for piece in _pieces(source.text, source.bold, values, answers)
        )
        for line in part.lines
    )
    return Part(part.kind, lines)


def _line(source: str, values: Mapping[str, str], answers: Mapping[str, str]) -> Line:
    return tuple(_pieces(source, False, values, answers))


def _pieces(
    source: str, bold: bool, values: Mapping[str, str], answers: Mapping[str, str]
) -> list[Piece]:
    # Split at the supporter's blanks first: what is filled in is never looked at again (A11).
    pieces = []
    for index, part in enumerate(_BLANK.split(source)):
        if index % 2:
            pieces.append(Piece(answers[part], bold, part))
        elif part:
            pieces.append(Piece(placeholders.fill(part, values), bold))
    return pieces
