"""The front page: the live campaigns."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from campaign.models import Campaign
from letters import queries


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    language = settings.LANGUAGE_CODE
    pages = (queries.page(campaign.slug, language) for campaign in Campaign.objects.live())
    campaigns = [
        {
            "url": page.campaign.get_absolute_url(),
            "title": page.text.title,
            "lead": page.text.lead,
            "letters": page.letters,
            "organisation": page.campaign.organisation,
        }
        for page in pages
        if page is not None
    ]
    return render(request, "campaign/home.html", {"campaigns": campaigns})
