"""What the lists of the desk share: long, read-only, found by a letter number as people say it."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from campaign.admin.base import ModelAdmin, ReadOnly
from letters.identifiers import NUMBER_ALPHABET

Row = TypeVar("Row", bound=Model)


def number_in(term: str) -> str:
    """Return the letter number that `term` may be, or an empty string.

    Small letters, spaces and a missing dash are forgiven.
    """
    signs = "".join(term.upper().replace("-", "").split())
    if len(signs) != 7 or not set(signs) <= set(NUMBER_ALPHABET):
        return ""
    return f"{signs[:4]}-{signs[4:]}"


class DeskAdmin(ReadOnly, ModelAdmin[Row]):
    """`number_field` leads from a row to the number of its letter."""

    number_field = "number"
    list_per_page = 50
    # Counting a hundred thousand rows twice a page is no use to anybody.
    show_full_result_count = False
    change_list_template = "admin/letters/list.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Row], search_term: str
    ) -> tuple[QuerySet[Row], bool]:
        # The number first: it is unique and indexed; names and addresses are read row by row.
        if number := number_in(search_term):
            found = queryset.filter(**{self.number_field: number})
            if found.exists():
                return found, False
        return super().get_search_results(request, queryset, search_term)
