"""The signed one-time key of a form: proof that we made it, when, for which campaign (A23).

It needs no cookie, so that the page can be the same for everybody and works in any browser.
"""

from __future__ import annotations

import secrets

from django.core import signing

from campaign.models import Campaign

LIFE_SECONDS = 12 * 3600
# Stands in cached pages where each visitor's own key goes.
MARK = "one-time-key-of-this-form"
_signer = signing.TimestampSigner(salt="letters.form-key")


def new_key(campaign: Campaign) -> str:
    return _signer.sign(f"{campaign.pk}:{secrets.token_urlsafe(18)}")


def nonce_of(key: str, campaign: Campaign) -> str | None:
    """Return the nonce of a key of this campaign's form; None if expired, forged or foreign."""
    try:
        owner, _, nonce = _signer.unsign(key, max_age=LIFE_SECONDS).partition(":")
    except signing.BadSignature:
        return None
    return nonce if owner == str(campaign.pk) else None
