"""Decisions on more than a hundred letters or mails: one organiser proposes, another agrees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _now
from django.views.decorators.http import require_POST

from letters.actions import bulk
from letters.admin.decide import SHOWN, reasons_of
from letters.admin.desk import DeskAdmin
from letters.models import BulkDecision, Letter, Outbound
from letters.moves import NotAllowed

State = BulkDecision.State
REVIEW = "letters.review_letters"
RIGHTS = {"letter": "letters.change_letter", "mail": "letters.change_outbound"}
Step = Callable[[BulkDecision, User], None]
STEPS: dict[str, Step] = {
    "agree": lambda decision, by: bulk.agree(decision, by=by),
    "refuse": lambda decision, by: bulk.refuse(decision, by=by),
    "go-on": lambda decision, by: None,
}


@admin.register(BulkDecision)
class BulkDecisionAdmin(DeskAdmin[BulkDecision]):
    list_display = (
        "__str__", "state", "proposed_by", "proposed_at", "decided_by", "decided_at", "done",
    )  # fmt: skip
    list_filter = ("state", "kind")
    list_select_related = ("proposed_by", "decided_by")
    number_field = "pk"
    fields = (
        "kind", "count", "evidence", "state", "proposed_by", "proposed_at", "decided_by",
        "decided_at", "done",
    )  # fmt: skip
    change_form_template = "admin/letters/bulk_page.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[BulkDecision]:
        rows = super().get_queryset(request).defer("keys")
        if any(request.user.has_perm(right) for right in RIGHTS.values()):
            return rows
        return rows.filter(kind=BulkDecision.Kind.REJECT)

    def get_urls(self) -> list[URLPattern]:
        steps = [
            path(
                f"<int:pk>/{step}/", self.admin_site.admin_view(self.step), {"step": step},
                name=f"letters_bulkdecision_{step.replace('-', '_')}",
            )
            for step in STEPS
        ]  # fmt: skip
        return [*steps, *super().get_urls()]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return any(request.user.has_perm(right) for right in (REVIEW, *RIGHTS.values()))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        decision: BulkDecision = context["original"]
        rows = _rows(decision)
        context |= {
            "about": bulk.about(decision),
            "left": len(decision.keys),
            "handled": decision.count - len(decision.keys),
            "skipped": bulk.skipped(decision),
            "reasons": reasons_of(rows),
            "first": rows.order_by("created_at")[:SHOWN],
            "may_agree": self._may(request, decision)
            and decision.proposed_by_id != request.user.pk,
            "may_refuse": self._may(request, decision),
        }
        return super().render_change_form(request, context, *args, **options)

    @staticmethod
    def _may(request: HttpRequest, decision: BulkDecision) -> bool:
        if decision.kind == BulkDecision.Kind.REJECT:
            return request.user.has_perm(REVIEW)
        right = RIGHTS.get(bulk.about(decision))
        return right is not None and request.user.has_perm(right)

    @method_decorator(require_POST)
    def step(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """Agree, refuse or go on, and carry out as much as one request may."""
        decision = get_object_or_404(BulkDecision, pk=pk)
        assert isinstance(request.user, User)
        if decision.keys and not self._may(request, decision):
            raise PermissionDenied
        try:
            STEPS[step](decision, request.user)
        except NotAllowed as why:
            self.message_user(request, str(why), messages.WARNING)
        else:
            self._say(request, bulk.carry_on(decision, seconds=bulk.SECONDS))
        address = reverse("admin:letters_bulkdecision_change", args=[pk])
        return HttpResponseRedirect(address)

    def _say(self, request: HttpRequest, decision: BulkDecision) -> None:
        if decision.state == State.REFUSED:
            self.message_user(request, _now("Refused: nothing was changed."), messages.SUCCESS)
        elif decision.state == State.DONE:
            said = _now("Done: %(done)d changed, %(skipped)d left as they had become meanwhile.")
            values = {"done": decision.done, "skipped": bulk.skipped(decision)}
            self.message_user(request, said % values, messages.SUCCESS)


def _rows(decision: BulkDecision) -> QuerySet[Any]:
    """Return the letters or mails that the decision has not come to yet."""
    ids = [key.partition(":")[2] for key in decision.keys]
    if bulk.about(decision) == "mail":
        return Outbound.objects.filter(pk__in=ids).select_related("letter", "office")
    return Letter.objects.filter(pk__in=ids).select_related("government", "submission")
