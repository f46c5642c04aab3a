"""The site's switch: everybody at the desk sees it, an administrator turns it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaign.admin.base import ModelAdmin, ReadOnly
from letters.actions import site_delivery
from letters.delivery import gate, reconcile
from letters.delivery.recover import WAITING_MAIL, Recovered
from letters.models import Outbound, SiteDelivery
from letters.moves import NotAllowed


@admin.register(SiteDelivery)
class SiteDeliveryAdmin(ReadOnly, ModelAdmin[SiteDelivery]):
    """One page instead of a list of one row."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        sees_mail: bool = request.user.has_perm("letters.view_outbound")
        return sees_mail or super().has_view_permission(request, obj)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._turn(request)
        site, _newest = gate.state()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": capfirst(self.opts.verbose_name),
            "switch": site,
            "restored": site.reason == SiteDelivery.Reason.RESTORED,
            "waiting": Outbound.objects.filter(state__in=WAITING_MAIL).count(),
            "can_ask": bool(reconcile.sources()),
            "may_turn": self._may_turn(request),
        }
        return TemplateResponse(request, "admin/letters/site_delivery.html", context)

    def _may_turn(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.is_superuser

    def _turn(self, request: HttpRequest) -> HttpResponse:
        if not self._may_turn(request):
            raise PermissionDenied
        try:
            _DO.get(request.POST.get("do", ""), _nothing)(request)
        except NotAllowed:
            messages.warning(request, _("It was changed meanwhile: look again."))
        return HttpResponseRedirect(request.path)


def _pause(request: HttpRequest) -> None:
    assert isinstance(request.user, User)
    site_delivery.pause(by=request.user, note=request.POST.get("note", ""))
    messages.success(request, _("Paused: nothing leaves until somebody lets it go on."))


def _find(request: HttpRequest) -> None:
    found = site_delivery.find_what_left()
    if found is None:
        messages.error(request, _("Nobody can tell what left: see the server's log."))
        return
    messages.success(request, _said(found))
    if found.unconfirmed:
        said = _("Left, though the backup knows no confirmation: %(numbers)s.")
        messages.warning(request, said % {"numbers": ", ".join(found.unconfirmed)})


def _said(found: Recovered) -> str:
    count = len(found.letters)
    said = ngettext(
        "%(count)d letter had left already and is noted as sent.",
        "%(count)d letters had left already and are noted as sent.",
        count,
    )
    return said % {"count": count}


def _resume(request: HttpRequest) -> None:
    assert isinstance(request.user, User)
    if not request.POST.get("sure"):
        messages.error(request, _("Nothing was changed: tick the box first."))
        return
    site_delivery.resume(by=request.user)
    messages.success(request, _("Mail may leave again."))


def _nothing(request: HttpRequest) -> None:
    messages.error(request, _("Nothing was changed."))


_DO = {"pause": _pause, "find": _find, "resume": _resume}
