"""The public numbers for other programs. Read-only, for any site, without a cookie."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from campaign.models import Campaign
from letters.counts import public_counts


def counts_json(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Answer GET and HEAD with the counts of a campaign that has a public page."""
    response = _answer(request, slug)
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = f"public, max-age={settings.PAGE_CACHE_SECONDS}"
    return response


def _answer(request: HttpRequest, slug: str) -> HttpResponseBase:
    if request.method not in {"GET", "HEAD"}:
        response = _json({"error": _("Only GET and HEAD are answered.")}, status=405)
        response["Allow"] = "GET, HEAD"
        return response
    campaign = Campaign.objects.public().filter(slug=slug).first()
    if campaign is None:
        return _json({"error": _("There is no public campaign of this name.")}, status=404)
    counts = public_counts(campaign)
    response = _json(counts)
    etag = response["ETag"] = _etag(counts)
    return get_conditional_response(request, etag=etag, response=response) or response


def _json(data: dict[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(data, status=status, json_dumps_params={"ensure_ascii": False})


def _etag(counts: dict[str, Any]) -> str:
    """Return a weak tag of the numbers alone: counted again to the same result, it is the same."""
    numbers = {key: value for key, value in counts.items() if key != "updated"}
    content = json.dumps(numbers, sort_keys=True).encode()
    return f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
