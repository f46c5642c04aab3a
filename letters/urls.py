"""The public addresses (DESIGN.md §5). Fixed words come before the campaigns' own."""

from __future__ import annotations

from django.urls import path, re_path, register_converter

from letters.converters import LanguageConverter, NumberConverter, SlugConverter
from letters.views import (
    api,
    change,
    check_email,
    check_letter,
    confirm,
    health,
    home,
    mine,
    webhooks,
    write,
)

app_name = "letters"
register_converter(LanguageConverter, "tag")
register_converter(SlugConverter, "name")
register_converter(NumberConverter, "number")

# /<lang>/confirm/<token>/: S3
confirm_urls = [
    path("<tag:language>/confirm/<str:token>/", confirm.confirm, name="confirm"),
    path("<tag:language>/confirm/<str:token>/change/", change.change, name="change"),
    path("<tag:language>/confirm/<str:token>/stop/", confirm.stop, name="stop"),
]

# /<lang>/letter/<token>/: S4 and S5
mine_urls = [
    path("<tag:language>/letter/<str:token>/", mine.mine, name="mine"),
    path("<tag:language>/letter/<str:token>/letter.pdf", mine.letter_pdf, name="pdf"),
    path("<tag:language>/letter/<str:token>/withdraw/", mine.withdraw, name="withdraw"),
    path("<tag:language>/letter/<str:token>/erase/", mine.erase, name="erase"),
    path("<tag:language>/letter/<str:token>/updates/", mine.updates, name="updates"),
    path("<tag:language>/letter/<str:token>/answers/", mine.answers, name="answers"),
    path(
        "<tag:language>/letter/<str:token>/answers/<int:key>/", mine.answer_file, name="answer_file"
    ),
]

# /returns/<provider>/: what a mail provider reports
provider_urls = [path("returns/<str:provider>/<str:kind>/", webhooks.webhook, name="webhook")]

# /<lang>/check/<number>/: is this letter genuine?
check_urls = [
    path("<tag:language>/check/<number:number>/", check_letter.check_letter, name="check_letter"),
]

# /<lang>/<slug>/: S1 and S2
campaign_urls = [
    path("<tag:language>/<name:slug>/", write.write, name="write"),
    path("<tag:language>/<name:slug>/letter/", write.letter_fragment, name="letter_fragment"),
    path("<tag:language>/<name:slug>/preview.pdf", write.preview_pdf, name="preview_pdf"),
    path("<tag:language>/<name:slug>/check-email/", check_email.check_email, name="check_email"),
]

# What mail programs glue to the end of a link: "…/>", "…/).".
junk_urls = [
    re_path(
        r"^(?P<language>[\w-]+)/(?P<page>confirm|letter)/(?P<token>[^/]+)/(?P<junk>[^\w/]+/?|/+)$",
        confirm.without_junk,
    )
]

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/campaigns/<name:slug>/counts.json", api.counts_json, name="counts"),
    *provider_urls,
    *confirm_urls,
    *mine_urls,
    *check_urls,
    *junk_urls,
    *campaign_urls,
]
