"""Find rows by a letter number as people say it: in small letters, with spaces, without its dash."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from letters.identifiers import NUMBER_ALPHABET


def number_in(term: str) -> str:
    """Return the letter number that `term` may be, or an empty string."""
    signs = "".join(term.upper().replace("-", "").split())
    if len(signs) != 7 or not set(signs) <= set(NUMBER_ALPHABET):
        return ""
    return f"{signs[:4]}-{signs[4:]}"


class NumberSearch:
    """Try the number first: it is unique and indexed, names and addresses are read row by row."""

    number_field = "number"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if number := number_in(search_term):
            found = queryset.filter(**{self.number_field: number})
            if found.exists():
                return found, False
        return super().get_search_results(  # type: ignore[misc,no-any-return]  # a mixin
            request, queryset, search_term
        )
