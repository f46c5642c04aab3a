"""What S2 knows of the form just sent: a signed cookie, set by the sign POST and not before.

It holds an id, what was chosen and how often "Send it again" was pressed; no name, no address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from campaign.models import Government
from letters.models import Submission

COOKIE = "pending"
SALT = "letters.pending"
DAY = 86_400
PRESSES = 3


@dataclass(frozen=True)
class Pending:
    """`fresh`: this very browser typed the address a moment ago."""

    submission: UUID
    fresh: bool
    presses: int
    governments: tuple[str, ...]

    @property
    def presses_left(self) -> int:
        return max(0, PRESSES - self.presses)


def remember(
    response: HttpResponseBase, submission: Submission, governments: Sequence[Government]
) -> None:
    codes = tuple(government.iso2 for government in governments)
    store(response, Pending(submission.id, True, 0, codes))


def store(response: HttpResponseBase, pending: Pending) -> None:
    value = f"{pending.submission}|{int(pending.fresh)}|{pending.presses}|{','.join(pending.governments)}"
    response.set_signed_cookie(
        COOKIE, value, salt=SALT, max_age=DAY, httponly=True, samesite="Lax",
        secure=settings.SITE_URL.startswith("https://"),
    )  # fmt: skip


def recall(request: HttpRequest) -> Pending | None:
    """Return what the cookie says; None without one, or with one that isn't ours."""
    value = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=DAY) or ""
    try:
        key, fresh, presses, codes = value.split("|")
        return Pending(UUID(key), fresh == "1", int(presses), tuple(filter(None, codes.split(","))))
    except ValueError:
        return None


def pressed(pending: Pending) -> Pending:
    return replace(pending, presses=pending.presses + 1, fresh=False)
