"""Every address of the site. `letters` is named here by string only."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from campaign import views

site_urls = (
    [
        path("help/", views.page, {"name": "help"}, name="help"),
        path("privacy/", views.page, {"name": "privacy"}, name="privacy"),
        path("accessibility/", views.page, {"name": "accessibility"}, name="accessibility"),
        path("mailbox/", views.mailbox_list, name="mailbox"),
        path("mailbox/<str:name>/", views.mailbox_message, name="mailbox_message"),
        path(
            "mailbox/<str:name>/<int:index>/", views.mailbox_attachment, name="mailbox_attachment"
        ),
    ],
    "campaign",
)

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include(site_urls)),
    path("", include("letters.urls")),
]

handler500 = "campaign.trouble.server_error"
