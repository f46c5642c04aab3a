"""Providers' webhooks: believed when signed, once each, and only the one that is configured."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from unittest.mock import Mock

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from letters import message_ids
from letters.checks import check_provider
from letters.enums import LetterState, Purpose
from letters.models import Answer, DeliveryReport, Digest, Letter, Outbound
from letters.return_address import answer_address, provider_headers
from letters.returns.configured import KINDS
from letters.views import webhooks
from tests.factories.letters import LetterFactory, OutboundFactory
from tests.letters.returns.mail import RECIPIENT, message

pytestmark = pytest.mark.django_db
SECRET = "postmark:a-secret-word"
SIGNING_KEY = "a-signing-key"
POSTMARK, MAILGUN = "/returns/postmark/tracking/", "/returns/mailgun/tracking/"


@pytest.fixture
def postmark(settings: Settings) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_PROVIDER_SECRET = "postmark", SECRET
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}


@pytest.fixture
def mailgun(settings: Settings) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_PROVIDER_SECRET = "mailgun", SIGNING_KEY
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY}


def post(client: Client, path: str, event: Any, secret: str = SECRET) -> int:
    auth = base64.b64encode(secret.encode()).decode()
    response = client.post(
        path, json.dumps(event), "application/json", headers={"Authorization": f"Basic {auth}"}
    )
    return response.status_code


def of_postmark(outbound: Outbound, **changes: Any) -> dict[str, Any]:
    return {
        "RecordType": "Bounce", "Type": "HardBounce", "ID": 42, "Email": outbound.recipient,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Details": "smtp;550 5.1.1 The email account does not exist.",
        "BouncedAt": "2026-11-22T09:00:05Z",
        "Metadata": {"outbound": provider_headers(outbound.id)["X-PM-Metadata-outbound"]},
        **changes,
    }  # fmt: skip


def of_mailgun(outbound: Outbound, key: str = SIGNING_KEY, token: str = "t1") -> dict[str, Any]:
    signature = hmac.new(key.encode(), f"1795338005{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"timestamp": "1795338005", "token": token, "signature": signature},
        "event-data": {
            "event": "failed", "severity": "permanent", "reason": "bounce", "timestamp": 1795338005,
            "recipient": outbound.recipient, "id": "x1",
            "delivery-status": {"code": 550, "message": "5.1.1 No such user"},
            "message": {"headers": {"message-id": outbound.message_id.strip("<>")}},
        },
    }  # fmt: skip


@pytest.mark.usefixtures("postmark")
def test_providers_bounce_is_applied(client: Client, sent: Outbound) -> None:
    assert post(client, POSTMARK, of_postmark(sent)) == 200
    report = DeliveryReport.objects.get()
    assert (report.kind, report.source, report.applied) == ("bounced", "provider", True)
    assert Letter.objects.get().state == LetterState.BOUNCED


@pytest.mark.usefixtures("postmark")
def test_replayed_event_is_one(client: Client, sent: Outbound) -> None:
    assert [post(client, POSTMARK, of_postmark(sent)) for _ in range(3)] == [200, 200, 200]
    assert DeliveryReport.objects.count() == 1


@pytest.mark.usefixtures("postmark")
@pytest.mark.parametrize("secret", ["postmark:wrong", "", "postmark"])
def test_unsigned_event_is_refused(client: Client, sent: Outbound, secret: str) -> None:
    assert post(client, POSTMARK, of_postmark(sent), secret) == 400
    assert (DeliveryReport.objects.count(), Letter.objects.get().state) == (0, LetterState.SENT)


@pytest.mark.parametrize("path", [POSTMARK, MAILGUN, "/returns/postmark/inbound/"])
def test_without_a_secret_there_is_no_such_page(
    client: Client, settings: Settings, path: str
) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_PROVIDER_SECRET = "postmark", ""
    assert client.post(path, {}).status_code == 404


@pytest.mark.usefixtures("postmark")
@pytest.mark.parametrize("path", [MAILGUN, "/returns/postmark/else/", "/returns/x/tracking/"])
def test_other_providers_have_no_page(client: Client, sent: Outbound, path: str) -> None:
    assert post(client, path, of_postmark(sent)) == 404


@pytest.mark.usefixtures("mailgun")
def test_signed_event_names_the_mail_by_its_message_id(client: Client) -> None:
    row = OutboundFactory(state="unknown", letter__state="unknown", attempts=1, recipient=RECIPIENT)
    Outbound.objects.update(message_id=f"<l.{row.letter_id}.letter@sincerely.example>")
    row.refresh_from_db()
    assert post(client, MAILGUN, of_mailgun(row)) == 200
    assert Letter.objects.get().state == LetterState.BOUNCED


@pytest.mark.usefixtures("mailgun")
def test_bounced_digest_is_known_by_its_message_id(client: Client) -> None:
    one = LetterFactory(state=LetterState.SENT, sent_at=timezone.now())
    assert one.office is not None
    row = OutboundFactory(
        purpose=Purpose.DIGEST, letter=None, submission=None, language="en", state="sent",
        sent_at=timezone.now(), attempts=1, recipient=RECIPIENT, office=one.office,
        campaign=one.campaign, message_id=message_ids.of_digest([one.pk]),
    )  # fmt: skip
    made = Digest.objects.create(
        outbound=row, campaign=one.campaign, office=one.office, day="2026-11-25"
    )
    Letter.objects.update(digest=made)
    assert post(client, MAILGUN, of_mailgun(row)) == 200
    assert Letter.objects.get().state == LetterState.BOUNCED


@pytest.mark.usefixtures("mailgun")
def test_event_with_another_signature_is_refused(client: Client, sent: Outbound) -> None:
    assert post(client, MAILGUN, of_mailgun(sent, key="guessed")) == 400
    assert DeliveryReport.objects.count() == 0


@pytest.mark.usefixtures("postmark")
def test_event_that_comes_too_early_is_asked_for_again(client: Client) -> None:
    row = OutboundFactory(
        state="sending", letter__state="sending", claim_token="x", attempts=1, recipient=RECIPIENT,
        lease_until="2026-11-22T00:00Z",
    )  # fmt: skip
    assert post(client, POSTMARK, of_postmark(row)) == 503
    assert DeliveryReport.objects.count() == 0


@pytest.mark.usefixtures("postmark")
def test_event_about_anothers_mail_is_nothing_to_us(client: Client, sent: Outbound) -> None:
    assert post(client, POSTMARK, of_postmark(sent, Metadata={})) == 200
    assert DeliveryReport.objects.count() == 0


@pytest.mark.usefixtures("postmark")
def test_spam_refusal_does_not_condemn_the_address(client: Client, sent: Outbound) -> None:
    refused = {"Type": "Blocked", "Details": "ISP block"}
    assert post(client, POSTMARK, of_postmark(sent, **refused)) == 200
    letter = Letter.objects.get()
    assert letter.office is not None
    assert (letter.state, letter.office.routes.get().stopped) == (LetterState.BOUNCED, False)


@pytest.mark.usefixtures("postmark")
def test_provider_brings_an_answer_larger_than_a_form(client: Client, letter: Letter) -> None:
    address = answer_address(letter.number) or ""
    mail = message(address, "We stay.")
    mail.add_attachment(b"%PDF" * 900_000, maintype="application", subtype="pdf", filename="a.pdf")
    event = {"RawEmail": mail.as_string(), "OriginalRecipient": address, "From": RECIPIENT}
    assert post(client, "/returns/postmark/inbound/", event) == 200
    answer = Answer.objects.get()
    assert (answer.text, answer.files.get().size) == ("We stay.", 3_600_000)


@pytest.mark.parametrize(
    ("provider", "kind"), [(one, kind) for one, kinds in KINDS.items() for kind in kinds]
)
def test_every_page_of_a_provider_refuses_what_is_not_signed(
    client: Client, settings: Settings, provider: str, kind: str
) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_PROVIDER_SECRET = provider, SECRET
    settings.ANYMAIL = {settings.MAIL_PROVIDER_KEYS.get(provider, "WEBHOOK_SECRET"): SECRET}
    odd: list[Any] = [{}, [], {"auth": []}, {"signature": []}, "x"]
    told = [post(client, f"/returns/{provider}/{kind}/", body, "wrong:one") for body in odd]
    assert told == [400] * 5


@pytest.mark.parametrize("provider", ["brevo", "mailersend", "mailtrap", "unisender_go"])
def test_mails_come_from_no_provider_that_needs_a_second_secret(
    client: Client, settings: Settings, provider: str
) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_PROVIDER_SECRET = provider, SECRET
    assert post(client, f"/returns/{provider}/inbound/", {}) == 404


@pytest.mark.parametrize(
    ("provider", "secret", "said"),
    [
        ("", "", []),
        ("postmark", SECRET, []),
        ("mailgun", "a-key", []),
        ("postmark", "", ["Set MAIL_PROVIDER_SECRET: without it the provider cannot report."]),
        ("postmark", "word", ["MAIL_PROVIDER_SECRET is no user:password."]),
        ("ses", SECRET, [f"MAIL_PROVIDER is none of {', '.join(KINDS)}."]),
    ],
)
def test_wrong_provider_is_found_before_it_reports(
    settings: Settings, provider: str, secret: str, said: list[str]
) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_PROVIDER_SECRET = provider, secret
    assert [problem.msg for problem in check_provider()] == said


@pytest.mark.usefixtures("postmark")
def test_strangers_body_is_not_read(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Mock(return_value=b"{}")
    monkeypatch.setattr("django.http.HttpRequest.read", reader)
    assert post(client, "/returns/postmark/inbound/", {}, "postmark:wrong") == 400
    assert reader.call_count == 0
    assert post(client, "/returns/postmark/inbound/", {}) == 200
    assert reader.call_count == 1


@pytest.mark.usefixtures("postmark")
def test_events_larger_than_a_megabyte_are_refused(client: Client, sent: Outbound) -> None:
    assert post(client, POSTMARK, of_postmark(sent, Tag="x" * 2**20)) == 413
    assert DeliveryReport.objects.count() == 0


@pytest.mark.usefixtures("postmark")
def test_one_large_body_is_read_at_a_time(client: Client, letter: Letter) -> None:
    large = {"RawEmail": "x" * 2**20}
    with webhooks._large:
        assert post(client, "/returns/postmark/inbound/", large) == 503
    assert post(client, "/returns/postmark/inbound/", large) == 200


@pytest.mark.usefixtures("postmark")
def test_garbage_from_a_provider_breaks_nothing(client: Client, sent: Outbound) -> None:
    deep: Any = "x"
    for _ in range(200):
        deep = {"a": [deep] * 2} if isinstance(deep, str) else {"a": [deep]}
    odd = {"Details": "\x00" * 5_000, "Tag": deep, "Email": None, "Type": "Elvish"}
    assert post(client, POSTMARK, of_postmark(sent, **odd)) == 200
    report, letter = DeliveryReport.objects.get(), Letter.objects.get()
    assert letter.office is not None
    assert (report.text, report.status) == ("", "5.3.0")
    assert letter.office.routes.get().stopped is False


@pytest.mark.usefixtures("postmark")
def test_nothing_personal_is_logged(
    client: Client, sent: Outbound, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    post(client, POSTMARK, of_postmark(sent))
    post(client, POSTMARK, of_postmark(sent), "wrong:secret")
    said = "".join(
        one.getMessage() for one in caplog.records if not one.name.startswith("django.db")
    )
    assert "Missing or invalid basic auth" in said
    assert RECIPIENT not in said
    assert provider_headers(sent.id)["X-PM-Metadata-outbound"] not in said
