"""The check page: is a letter with this number genuine? For the office that holds it on paper.

It names the number, the day and the office, never the writer. A number that nobody has and one
that was not confirmed, or was taken back, get the same answer: the page tells nothing else.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from letters.enums import COUNTED
from letters.models import Letter
from letters.rendering.compose import long_date
from letters.views.responses import in_language


@require_safe
@in_language
def check_letter(request: HttpRequest, language: str, number: str) -> HttpResponse:
    letter = _confirmed(number.upper())
    context = {
        "number": number.upper(),
        "letter": letter,
        "office": _office(letter) if letter else "",
        "day": long_date(letter.confirmed_on, language) if letter and letter.confirmed_on else "",
    }
    response = render(request, "letters/check_letter.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    return response


def _confirmed(number: str) -> Letter | None:
    letters = Letter.objects.filter(number=number, state__in=sorted(COUNTED))
    return letters.select_related("office", "government").first()


def _office(letter: Letter) -> str:
    """Return whom it was written to, the country named unless the title names it."""
    title = letter.office.title if letter.office else ""
    named = letter.government.name in title
    return title if named else ", ".join(part for part in (title, letter.government.name) if part)
