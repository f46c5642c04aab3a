"""What stands around the letters of a printed bundle: cover letter, summary, the standard letter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.template.loader import render_to_string

from campaign import queries as reference
from campaign.countries import country_name, sort_key
from campaign.models import Campaign, Office
from letters.rendering import glyphs, pdf
from letters.rendering.bundle_words import month, number, short_date, words_of, year
from letters.rendering.compose import (
    LETTERHEAD_LINES,
    Addressee,
    check_url,
    direction,
    long_date,
    paragraphs,
)
from letters.rendering.document import LetterDocument, Line, Part, Piece
from letters.rendering.html import pdf_html
from letters.rendering.pdf import PdfFailed
from letters.rendering.pictures import NoPicture

MOST_DAYS, MOST_MONTHS = 62, 60  # beyond, the next larger unit is counted by


@dataclass(frozen=True)
class Contents:
    """What is in a bundle. `by_country` has ISO codes, `by_day` days, each with its letters."""

    personal: int
    signed: int
    by_country: Mapping[str, int]
    by_day: Mapping[date, int]
    example: str  # the number of one of its letters

    @property
    def total(self) -> int:
        return self.personal + self.signed


@dataclass(frozen=True)
class Around:
    """Whose letters they are, to whom, and what they are about. `key` stands in each foot."""

    campaign: Campaign
    office: Office
    key: str
    subject: str
    campaign_address: str
    day: date  # of the cover letter, in the campaign's time zone

    @property
    def language(self) -> str:
        """The office's language where there are words in it, else English."""
        return words_of(wanted_language(self.office, self.campaign))[0]

    @property
    def words(self) -> Mapping[str, str]:
        return words_of(wanted_language(self.office, self.campaign))[1]


def wanted_language(office: Office, campaign: Campaign) -> str:
    """Return the language an office reads: names are in its order, whatever words there are."""
    return office.language or campaign.default_language


def cover_pdf(around: Around, contents: Contents) -> bytes:
    """Return the cover letter. Raises PdfFailed."""
    document = cover(around, contents)
    return _set(document, foot=f"{around.words['cover']} · {around.key}")


def cover(around: Around, contents: Contents) -> LetterDocument:
    """Return the campaign's letter to the office: what is handed over, and how it can be checked."""
    language, words, campaign = around.language, around.words, around.campaign
    form = reference.form_of_address(around.office, language, around.day)
    holder = reference.holder_on(around.office, around.day)
    office = around.office
    addressee = Addressee(office.government, office, form, holder.name if holder else "")
    values = _values(around, contents)
    enclosed = [
        words[name].format(count=number(count, language))
        for name, count in (("personal", contents.personal), ("signed", contents.signed))
        if count
    ]
    return LetterDocument(
        language=language,
        direction=direction(language),
        sender=_lines(campaign.organisation, *paragraphs(campaign.organisation_address)),
        addressee=addressee.lines(),
        date=long_date(around.day, language, office.government.iso2),
        subject=_line(words["subject"].format(**values)),
        salutation=form.salutation if form and form.salutation else words["salutation"],
        body=(
            _paragraph(words["opening"].format(**values)),
            Part("list", _lines(*enclosed, _confirmed(contents, words).format(**values))),
            _paragraph(words["check"].format(**values)),
            _paragraph(words["answer"].format(**values)),
        ),
        words=(),
        ask=(),
        closing=form.closing if form and form.closing else words["closing"],
        signature=_lines(campaign.organisation),
        campaign_address=around.campaign_address,
        paper=office.paper,
        window=office.window,
        marks=office.marks,
        letterhead=paragraphs(campaign.letterhead)[:LETTERHEAD_LINES],
        logo=campaign.logo.name or "" if campaign.logo else "",
        logo_text=campaign.organisation,
    )


def _confirmed(contents: Contents, words: Mapping[str, str]) -> str:
    return words["confirmed" if len(contents.by_day) > 1 else "confirmed_on"]


def _values(around: Around, contents: Contents) -> dict[str, str]:
    language, country = around.language, around.office.government.iso2
    days = sorted(contents.by_day)
    return {
        "total": number(contents.total, language),
        "subject": around.subject,
        "organisation": around.campaign.organisation,
        "first": long_date(days[0], language, country),
        "last": long_date(days[-1], language, country),
        "address": check_url(contents.example).partition("://")[2].rstrip("/"),
        "contact": around.campaign.contact_email,
    }


def standard_pdf(around: Around, document: LetterDocument, count: int) -> bytes:
    """Return a letter of theirs as all of them signed it, without any one's name. Raises PdfFailed."""
    words = words_of(document.language)[1]  # this line is part of the letter
    signed = words["standard"].format(count=number(count, document.language))
    return _set(without_names(document, signed), foot=around.key)


def without_names(document: LetterDocument, signature: str) -> LetterDocument:
    """Return a letter with `signature` in place of its writer; where its text names them, a blank."""
    return replace(
        document, sender=(), words=(), place=(), signature=_lines(signature), number="",
        confirmed="", check_url="", subject=_blank(document.subject), body=_blanks(document.body),
        ask=_blanks(document.ask),
    )  # fmt: skip


def _blank(line: Line) -> Line:
    return tuple(replace(piece, text="…", fill="") if piece.fill else piece for piece in line)


def _blanks(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(replace(part, lines=tuple(map(_blank, part.lines))) for part in parts)


def summary_pdf(around: Around, contents: Contents) -> bytes:
    """Return the page that counts what is in the bundle. Raises PdfFailed."""
    language, words, at = around.language, around.words, around.office.government.iso2
    context = {
        "language": language,
        "direction": direction(language),
        "paper": "paper-letter" if around.office.paper == "Letter" else "paper-a4",
        "words": words,
        "office": _title(around),
        "subject": around.subject,
        "made": words["made"].format(day=long_date(around.day, language, at)),
        "totals": [
            (words[name], number(count, language))
            for name, count in (
                ("personal_short", contents.personal),
                ("signed_short", contents.signed),
                ("total", contents.total),
            )
        ],
        "tables": [
            (words["by_country"], _rows(_named(contents.by_country, language), language)),
            _by_time(contents.by_day, language, at, words),
        ],
    }
    _check_glyphs(around.subject + _title(around))
    return pdf.html_to_pdf(render_to_string("pdf/bundle_summary.html", context))


def _title(around: Around) -> str:
    form = reference.form_of_address(around.office, around.language, around.day)
    return form.title if form and form.title else around.office.title


def _named(by_country: Mapping[str, int], language: str) -> list[tuple[str, int]]:
    """Return countries by name, the most letters first."""
    named = [(country_name(code, language) or code, count) for code, count in by_country.items()]
    return sorted(named, key=lambda row: (-row[1], sort_key(row[0], language)))


def _by_time(
    by_day: Mapping[date, int], language: str, at: str, words: Mapping[str, str]
) -> tuple[str, list[tuple[str, str]]]:
    """Return a heading and rows: by day, or by month or year where days would fill pages."""
    counts: dict[str, int] = {}
    heading = _unit(by_day)
    named = _UNITS[heading]
    for day in sorted(by_day):
        label = named(day, language, at)
        counts[label] = counts.get(label, 0) + by_day[day]
    return words[heading], _rows(list(counts.items()), language)


_UNITS: dict[str, Callable[[date, str, str], str]] = {
    "by_day": short_date,
    "by_month": lambda day, language, _at: month(day, language),
    "by_year": lambda day, language, _at: year(day, language),
}


def _unit(days: Iterable[date]) -> str:
    """Return the smallest unit that these days can be counted by on about a page."""
    days = set(days)
    if len(days) <= MOST_DAYS:
        return "by_day"
    months = {(day.year, day.month) for day in days}
    return "by_month" if len(months) <= MOST_MONTHS else "by_year"


def _rows(counted: Sequence[tuple[str, int]], language: str) -> list[tuple[str, str]]:
    return [(label, number(count, language)) for label, count in counted]


def _set(document: LetterDocument, *, foot: str) -> bytes:
    pdf.guard(document)
    try:
        html = pdf_html(document, foot=foot)
    except NoPicture as error:
        raise PdfFailed(str(error), permanent=False) from error
    return pdf.html_to_pdf(html)


def _check_glyphs(text: str) -> None:
    if problem := glyphs.problem(text):
        raise PdfFailed(problem, permanent=True)


def _line(text: str) -> Line:
    return (Piece(text),)


def _lines(*texts: str) -> tuple[Line, ...]:
    return tuple(_line(text) for text in texts if text)


def _paragraph(text: str) -> Part:
    return Part("paragraph", (_line(text),))


def columns(around: Around) -> dict[str, Any]:
    """Return the head of the list of signatories and what goes with its language."""
    words = around.words
    return {
        "language": around.language,
        "paper": around.office.paper,
        "right_to_left": direction(around.language) == "rtl",
        "title": words["list"].format(subject=around.subject),
        "head": tuple(words[name] for name in ("name", "town", "country", "date", "number")),
        "columns": (0.34, 0.21, 0.19, 0.13, 0.13),
        "often": (False, True, True, True, False),
    }
