"""What came back: reports to look at; answers to read, and to enter when they came on paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from campaign.admin.base import ModelForm
from letters.actions.answers import ANSWERABLE, enter_answer, refuse_answer, take_answer
from letters.admin.desk import DeskAdmin, number_in
from letters.models import Answer, AnswerFile, DeliveryReport, Letter
from letters.moves import NotAllowed
from letters.rendering.passed_on import KINDS, ending_of, kind_of
from letters.returns.files import File, safe_name
from letters.returns.reports import TooEarly

SCAN_BYTES = 10 * 2**20
SCANS = ("application/pdf", "image/jpeg", "image/png")


@admin.register(DeliveryReport)
class DeliveryReportAdmin(DeskAdmin[DeliveryReport]):
    number_field = "outbound__letter__number"
    list_display = ("at", "kind", "source", "status", "mail", "text", "applied")
    list_filter = ("kind", "source", "applied")
    list_select_related = ("outbound__letter",)
    search_fields = ("status", "text", "outbound__recipient")
    search_help_text = _("Letter number, status or words")
    fields = ("at", "kind", "source", "status", "text", "applied", "outbound")

    @admin.display(description=_("about"))
    def mail(self, report: DeliveryReport) -> str:
        if report.outbound is None:
            return ""
        letter = report.outbound.letter
        about = report.outbound.get_purpose_display()
        return f"{about} {letter.number}" if letter else str(about)


class AnswerForm(ModelForm[Answer]):
    number = forms.CharField(label=_("Letter number"), max_length=12)
    day = forms.DateField(
        label=_("Date of the answer"), widget=forms.DateInput(attrs={"type": "date"})
    )
    text = forms.CharField(
        label=_("Text"), required=False, widget=forms.Textarea(attrs={"rows": 12, "cols": 80}),
        help_text=_("The writer gets it by e-mail, if that is wanted."), max_length=100_000,
    )  # fmt: skip
    scan = forms.FileField(
        label=_("Scan"), required=False, help_text=_("PDF, JPEG or PNG, 10 MB at most.")
    )

    class Meta:
        model = Answer
        fields = ("channel", "subject", "text")

    def clean_number(self) -> Letter:
        number = number_in(self.cleaned_data["number"])
        letter = Letter.objects.select_related("submission", "campaign").filter(number=number)
        found = letter.first() if number else None
        if found is None:
            raise ValidationError(_("There is no letter with this number."))
        if found.state not in ANSWERABLE:
            raise ValidationError(_("This letter isn't sent. Mark it as sent first."))
        return found

    def clean_scan(self) -> File | None:
        upload = self.cleaned_data["scan"]
        if upload is None:
            return None
        if upload.size > SCAN_BYTES:
            raise ValidationError(_("The scan must be 10 MB or less."))
        content = upload.read()
        # What it is, its bytes tell: its name and its claimed type are the browser's.
        kind = next((kind for kind in SCANS if content.startswith(KINDS[kind].begins)), None)
        if kind is None:
            raise ValidationError(_("The scan must be a PDF, JPEG or PNG file."))
        name = safe_name(upload.name) or "scan"
        if not kind_of(name, kind, content):
            name += ending_of(kind)
        return File(name, kind, content)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        letter, day = data.get("number"), data.get("day")
        if letter and day and day > letter.campaign.today():
            self.add_error("day", _("This day is still to come."))
        if not data.get("text") and not data.get("scan") and not self.errors.get("scan"):
            self.add_error("text", _("Enter the answer's text, or add a scan."))
        return data


@admin.register(Answer)
class AnswerAdmin(DeskAdmin[Answer]):
    number_field = "letter__number"
    list_display = (
        "received_at", "letter", "channel", "standing", "sender", "subject", "passed_on",
    )  # fmt: skip
    list_filter = ("standing", "channel", "passed_on", "letter__campaign")
    list_select_related = ("letter",)
    search_fields = ("sender", "subject")
    search_help_text = _("Letter number, sender or subject")
    readonly_fields = ("files",)
    fields = (
        "standing", "letter", "channel", "received_at", "sender", "subject", "text", "files",
        "passed_on", "entered_by",
    )  # fmt: skip
    actions = ("take", "refuse")
    change_form_template = "admin/letters/answer_page.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        rights = ("letters.add_answer", "letters.view_letter")
        return all(request.user.has_perm(right) for right in rights)

    def get_form(
        self, request: HttpRequest, obj: Answer | None = None, change: bool = False, **options: Any
    ) -> Any:
        if obj is None:
            options["form"] = AnswerForm
            options["fields"] = AnswerForm.Meta.fields
        return super().get_form(request, obj, change, **options)

    def get_fields(self, request: HttpRequest, obj: Answer | None = None) -> tuple[str, ...]:
        return self.fields if obj else ("number", "channel", "day", "subject", "text", "scan")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("files",) if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"number": request.GET.get("letter", "")[:12], "channel": Answer.Channel.PAPER}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Answer]:
        return super().get_queryset(request).prefetch_related("files")

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Answer:
        """Let the action write the rows: answer, file, the letter's move, the writer's mail."""
        assert isinstance(request.user, User)
        data = form.cleaned_data
        letter: Letter = data["number"]
        noon = datetime.combine(data["day"], time(12), ZoneInfo(letter.campaign.time_zone))
        return enter_answer(
            letter, by=request.user, channel=data["channel"], received_at=noon,
            subject=data["subject"], text=data["text"],
            files=[data["scan"]] if data["scan"] else [],
        )  # fmt: skip

    def save_model(self, request: HttpRequest, obj: Answer, form: Any, change: bool) -> None:
        """Nothing: save_form has called the action."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing: there are no inlines."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.file)
        return [path("file/<int:pk>/", view, name="letters_answer_file"), *super().get_urls()]

    def file(self, request: HttpRequest, pk: int) -> FileResponse:
        """Save an office's file to disk: it is never shown by this site."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        file = get_object_or_404(AnswerFile, pk=pk)
        if not default_storage.exists(file.file):
            raise Http404
        headers = {"Cache-Control": "no-store, private", "X-Robots-Tag": "noindex"}
        return FileResponse(
            default_storage.open(file.file), as_attachment=True, filename=file.name,
            content_type="application/octet-stream", headers=headers,
        )  # fmt: skip

    @admin.action(description=_("Take as the office's"), permissions=["add"])
    def take(self, request: HttpRequest, chosen: QuerySet[Answer]) -> None:
        assert isinstance(request.user, User)
        self._decide(request, chosen, partial(take_answer, by=request.user), _now("taken"))

    @admin.action(description=_("Refuse: its words and files go"), permissions=["add"])
    def refuse(self, request: HttpRequest, chosen: QuerySet[Answer]) -> None:
        self._decide(request, chosen, refuse_answer, _now("refused"))

    def _decide(
        self,
        request: HttpRequest,
        chosen: QuerySet[Answer],
        action: Callable[[Answer], None],
        said: str,
    ) -> None:
        for answer in chosen.select_related("letter__submission", "letter__campaign"):
            try:
                action(answer)
            except (NotAllowed, TooEarly) as error:
                self.message_user(request, f"{answer.letter.number}: {error}", messages.ERROR)
                continue
            self.log_change(request, answer, said)
            self.message_user(request, f"{answer.letter.number}: {said}", messages.SUCCESS)

    @admin.display(description=_("attachments"))
    def files(self, answer: Answer) -> SafeString:
        links = (
            (reverse("admin:letters_answer_file", args=[file.pk]), file.name, file.media_type)
            for file in answer.files.all()
        )
        listed = format_html_join("", '<li><a href="{}"><bdi>{}</bdi></a> ({})</li>', links)
        return format_html("<ul>{}</ul>", listed) if listed else format_html("{}", "–")
