"""Is the site fit to send? The doctor's findings, line by line."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from letters.actions import site_delivery
from letters.delivery.mail import NotSent, SmtpTransport
from letters.delivery.smtp import Features
from letters.doctor import Level, dkim, dmarc, examine, relay, sender
from tests import smtp_sink
from tests.letters.doctor.zone import IP, WELL, Zone, key

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OK, WARN, BAD = Level.OK, Level.WARN, Level.BAD


# --- the sender ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "level"),
    [
        ("letters@ngo.org", OK), ("letters@sincerely.example", BAD), ("a@example.com", BAD),
        ("a@mail.example.org", BAD), ("a@server.local", BAD), ("a@localhost", BAD), ("", BAD),
        ("a@notexample.com", OK),
    ],
)  # fmt: skip
def test_the_senders_domain_has_to_be_somebodys(address: str, level: Level) -> None:
    assert sender.check_domain(address).level is level


@pytest.mark.parametrize(
    ("zone", "level"),
    [
        (WELL, OK),
        (Zone(), BAD),
        (Zone(hosts={"ngo.org": [IP]}), WARN),
        (Zone(servers={"ngo.org": ["."]}), BAD),
        (Zone(servers={"ngo.org": ["gone.ngo.org"]}), BAD),
    ],
)
def test_mail_has_to_reach_the_domain(zone: Zone, level: Level) -> None:
    assert sender.check_mail_reaches(zone, "ngo.org").level is level


@pytest.mark.parametrize(
    ("texts", "level"),
    [
        ([f"v=DKIM1; k=rsa; p={key()}"], OK), ([f"p={key(44)}; k=ed25519"], OK), ([], BAD),
        ([f"v=DKIM1; p={key(162)}"], WARN), ([f"v=DKIM1; p={key(94)}"], BAD),
        (["v=DKIM1; p="], BAD), (["v=DKIM1; p=%%%"], BAD), ([f"v=DKIM1; t=y:s; p={key()}"], WARN),
        ([f"p={key()}", f"p={key()}"], BAD), (["a word"], BAD),
        ([f"v=DKIM1; p={key()[:100]} {key()[100:]}"], OK),
    ],
)  # fmt: skip
def test_the_key_of_dkim(texts: list[str], level: Level) -> None:
    zone = Zone(texts={"s1._domainkey.ngo.org": texts})
    assert dkim.check(zone, "ngo.org", "s1").level is level


@pytest.mark.parametrize(
    ("texts", "returns", "levels"),
    [
        (["v=DMARC1; p=reject"], "ngo.org", [OK, OK]),
        (["v=DMARC1; p=none"], "returns.ngo.org", [OK, OK]),
        (["v=DMARC1; p=reject; aspf=s"], "returns.ngo.org", [OK, WARN]),
        (["v=DMARC1; p=reject"], "provider.org", [OK, WARN]),
        (["v=DMARC1; p=reject"], "notngo.org", [OK, WARN]),
        (["v=DMARC1; p=sometimes"], "ngo.org", [BAD, OK]),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "ngo.org", [BAD]),
        (["v=DMARC2; p=none"], "ngo.org", [BAD]),
        ([], "ngo.org", [BAD]),
    ],
)
def test_the_record_of_dmarc(texts: list[str], returns: str, levels: list[Level]) -> None:
    zone = Zone(texts={"_dmarc.ngo.org": texts})
    assert [found.level for found in dmarc.check(zone, "ngo.org", returns)] == levels


@pytest.mark.parametrize(
    ("text", "says"),
    [("v=DMARC1; p=none; sp=reject", "p=reject."), ("v=DMARC1; p=reject", "p=reject.")],
)
def test_a_domain_below_inherits_its_record(text: str, says: str) -> None:
    zone = Zone(texts={"_dmarc.ngo.org": [text]})
    found = next(dmarc.check(zone, "letters.ngo.org", "ngo.org"))
    assert (found.level, found.says) == (OK, says)


# --- the mail server -------------------------------------------------------------------------------


class Way:
    """A mail server of which only the features are asked."""

    name = "mx.ngo.org:587"

    def __init__(self, found: Features | NotSent, username: str | None = "letters") -> None:
        self.found, self.url = found, type("Url", (), {"username": username})
        self.closed = False

    def features(self) -> Features:
        if isinstance(self.found, NotSent):
            raise self.found
        return self.found

    def close(self) -> None:
        self.closed = True


def features(**values: Any) -> Features:
    in_90_days = NOW.timestamp() + 90 * 86_400
    return Features(
        **{
            "address": IP, "encrypted": True, "offers_starttls": False,
            "certificate_until": in_90_days, "size": None, **values,
        }
    )  # fmt: skip


def bad_lines(found: Features | NotSent) -> list[tuple[Level, str]]:
    lines = relay.check(Way(found), NOW)  # type: ignore[arg-type]  # as much of it as is asked
    return [(line.level, line.says) for line in lines if line.level is not OK]


def test_a_good_mail_server() -> None:
    way = Way(features())
    assert [str(line) for line in relay.check(way, NOW)] == [  # type: ignore[arg-type]
        "OK   Mail server mx.ngo.org:587: it takes our name and password.",
        "OK   Mail server mx.ngo.org:587: the connection is encrypted, the certificate valid.",
        "OK   Mail server mx.ngo.org:587: its certificate is good for 90 days.",
        "OK   Mail server mx.ngo.org:587: it takes large messages.",
    ]
    assert way.closed


@pytest.mark.parametrize(
    ("values", "line"),
    [
        (
            {"certificate_until": NOW.timestamp() + 13.5 * 86_400},
            (WARN, "its certificate ends in 13 days."),
        ),
        ({"size": 10 * 1024 * 1024}, (BAD, "it takes messages up to 10 MB only.")),
        (
            {"encrypted": False, "certificate_until": None},
            (BAD, "the connection is not encrypted."),
        ),
    ],
)
def test_what_is_wrong_with_a_mail_server(values: dict[str, Any], line: tuple[Level, str]) -> None:
    assert bad_lines(features(**values)) == [line]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.3", "fe80::1"])
def test_a_mail_server_beside_us_need_not_encrypt(address: str) -> None:
    found = features(encrypted=False, certificate_until=None, address=address)
    assert bad_lines(found) == []


@pytest.mark.parametrize("phase", ["connect", "tls", "login"])
def test_a_mail_server_that_refuses(phase: Any) -> None:
    assert bad_lines(NotSent(phase, 535, "no")) == [(BAD, f"{phase} failed: 535 no.")]


def test_the_features_of_a_real_conversation(loopback: set[int]) -> None:
    with smtp_sink.running() as sink:
        loopback.add(sink.port)
        way = SmtpTransport(f"smtp://127.0.0.1:{sink.port}")
        found = way.features()
        way.close()
    assert found == Features("127.0.0.1", False, False, None, None)


@pytest.mark.parametrize(
    ("zone", "level"),
    [
        (WELL, OK),
        (Zone(), WARN),
        (Zone(pointers={IP: ["mx.ngo.org"]}, hosts={"mx.ngo.org": ["8.8.8.8"]}), WARN),
    ],
)
def test_the_name_of_an_address_leads_back(zone: Zone, level: Level) -> None:
    [found] = relay.check_names(zone, [IP])
    assert found.level is level


def test_only_addresses_that_others_see_are_judged() -> None:
    zone = Zone(hosts={"mx.ngo.org": ["10.0.0.3", IP, "::1"]})
    assert relay.public_addresses(zone, "mx.ngo.org") == [IP]
    assert relay.public_addresses(zone, "127.0.0.1") == []


# --- all together ---------------------------------------------------------------------------------


@pytest.fixture
def fit(settings: Settings, db: None) -> Settings:
    """A site that is fit, but for its mail server, which is not asked."""
    settings.PRODUCTION, settings.EMAIL_URL = True, ""
    settings.DEFAULT_FROM_EMAIL = "Letters <letters@ngo.org>"
    settings.RETURN_ADDRESS, settings.OPERATOR_EMAIL = "letters@ngo.org", "operator@ngo.org"
    settings.RECONCILE = "postfix:/var/log/mail.log"
    return settings


def not_ok(zone: Zone = WELL, **given: Any) -> list[str]:
    given = {"selectors": ["s1"], "addresses": [IP], **given}
    return [str(line) for line in examine(zone, NOW, **given) if line.level is not OK]


def test_a_fit_site_has_nothing_to_mend(fit: Settings) -> None:
    assert not_ok() == []


def test_what_is_not_known_is_asked_for(fit: Settings) -> None:
    assert not_ok(selectors=[], addresses=[]) == [
        "WARN DKIM of ngo.org: not looked at. Name the selector your mail server signs with:"
        " --selector NAME.",
        "WARN SPF and PTR: the mail server's address is not known. Name the address your mail"
        " leaves from: --ip ADDRESS.",
    ]


def test_the_mail_servers_own_addresses_are_a_guess(
    fit: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit.EMAIL_URL = "smtp+tls://u:p@smtp.provider.org:587"
    monkeypatch.setattr("letters.doctor.relay.check", lambda way, now: iter(()))
    zone = Zone(WELL.texts, WELL.servers, {**WELL.hosts, "smtp.provider.org": ["8.8.8.8"]})
    assert not_ok(zone, addresses=[])[0] == (
        "WARN SPF of ngo.org: mail from 8.8.8.8 does not pass (fail). If your provider sends from"
        " other addresses, name one: --ip ADDRESS."
    )


def test_spf_is_asked_of_the_return_path(fit: Settings) -> None:
    fit.RETURN_ADDRESS = "@returns.ngo.org"
    assert [line.split(":")[0] for line in not_ok()] == [
        "BAD  MX of returns.ngo.org", "BAD  SPF of returns.ngo.org",
    ]  # fmt: skip


def test_a_silent_dns_is_told_and_stops_nothing(fit: Settings) -> None:
    zone = Zone(WELL.texts, WELL.servers, WELL.hosts, WELL.pointers, silent=["_dmarc.ngo.org"])
    assert not_ok(zone) == [
        "WARN DMARC of ngo.org: the DNS gives no answer (_dmarc.ngo.org: Timeout). Try again from"
        " the site's server."
    ]


@pytest.mark.parametrize(
    ("name", "value", "begins"),
    [
        ("PRODUCTION", False, "WARN This site: no mail leaves this machine"),
        ("RETURN_ADDRESS", "", "WARN Bounces: they come to the sender, unread."),
        ("OPERATOR_EMAIL", "", "WARN Operator: nobody is told"),
        ("RECONCILE", "", "WARN RECONCILE: nobody can tell"),
        ("RECONCILE", "carrier-pigeon", "BAD  RECONCILE: RECONCILE knows"),
        ("DEFAULT_FROM_EMAIL", "letters@sincerely.example", "BAD  Sender: "),
    ],
)
def test_a_setting_that_is_missing(fit: Settings, name: str, value: object, begins: str) -> None:
    setattr(fit, name, value)
    [line] = not_ok()
    assert line.startswith(begins)


def test_a_paused_site_is_told(fit: Settings) -> None:
    site_delivery.pause()
    assert not_ok() == ["WARN This site: delivery is paused. See `manage.py delivery status`."]


# --- the command ------------------------------------------------------------------------------------


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[list[str], str]:
    monkeypatch.setattr("letters.management.commands.mail_doctor.Dns", lambda: WELL)
    out = io.StringIO()
    try:
        call_command("mail_doctor", "--selector", "s1", "--ip", IP, *words, stdout=out)
    except CommandError as error:
        return out.getvalue().splitlines(), str(error)
    return out.getvalue().splitlines(), ""


def test_the_command_says_that_a_site_is_fit(
    fit: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed, error = run(monkeypatch)
    assert (printed[-1], error) == ("This site is fit to send.", "")


def test_the_command_fails_for_an_unfit_site(
    fit: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit.DEFAULT_FROM_EMAIL = "letters@sincerely.example"
    assert run(monkeypatch)[1] == "This site is not fit to send: 1 to mend."


def test_a_test_message_leaves_by_the_mail_server(
    fit: Settings, monkeypatch: pytest.MonkeyPatch, loopback: set[int]
) -> None:
    with smtp_sink.running() as sink:
        loopback.add(sink.port)
        fit.EMAIL_URL = f"smtp://127.0.0.1:{sink.port}"
        printed, error = run(monkeypatch, "--to", "me@ngo.org")
        refused, why = run(monkeypatch, "--to", "rcpt550@ngo.org")
    assert error == ""
    assert printed[-2] == (
        "OK   Test message to me@ngo.org: 250 taken. Look at its Authentication-Results."
    )
    [(recipient, message)] = sink.messages
    assert (recipient, b"Auto-Submitted: auto-generated" in message) == ("me@ngo.org", True)
    assert refused[-1].startswith(
        "BAD  Test message to rcpt550@ngo.org: recipient 550 as you asked."
    )
    assert why == "This site is not fit to send: 1 to mend."


def test_no_test_message_without_production(fit: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    fit.PRODUCTION = False
    printed, _error = run(monkeypatch, "--to", "me@ngo.org")
    assert printed[-2] == (
        "WARN Test message to me@ngo.org: not sent: without PRODUCTION no mail leaves this machine."
    )
    assert not fit.MAILBOX_DIR.exists()


@pytest.mark.parametrize("words", [("--ip", "here"), ("--to", "a@b\r\nBcc: c@d")])
def test_what_is_no_address_is_refused(
    fit: Settings, monkeypatch: pytest.MonkeyPatch, words: tuple[str, str]
) -> None:
    assert "invalid" in run(monkeypatch, *words)[1]
