"""Does an organiser's text make a letter that can be set, whatever supporters add to it?

Asked when a text is published, so that nobody's letter is refused after it was signed.
"""

from __future__ import annotations

from datetime import date

from campaign.models import Government
from letters import placeholders
from letters.models import LetterText
from letters.rendering import glyphs, sheet
from letters.rendering.compose import Addressee, Answers, Frame, compose
from letters.rendering.text import letter_text

# The most that the form takes: 600 characters in as many lines as it takes.
_WORDS = "\n".join(["I live near here."] * (sheet.MOST_LINES - 1))


def text_problem(text: LetterText) -> str:
    """Return why letters with this text could not be set, as a sentence, or an empty string."""
    answers = placeholders.SUPPORTER
    filled = Answers(
        name=answers["name"], organisation=answers["organisation"], town=answers["town"],
        country=answers["country"], words=_WORDS,
    )  # fmt: skip
    addressee = Addressee(Government(name=placeholders.CAMPAIGN["government"]))
    frame = Frame(
        text.version.template.campaign, date(2026, 9, 30), date(1999, 3, 1), "site.example"
    )
    document = compose(text, addressee, filled, frame)
    return sheet.too_much(document) or glyphs.problem(letter_text(document))
