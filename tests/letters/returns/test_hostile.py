"""Hostile mail: huge, deep, broken, in charsets that don't exist. Never a crash, never a state."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from letters.identifiers import uuid7
from letters.models import Answer, AnswerFile, DeliveryReport, Letter, Outbound
from letters.return_address import answer_address, return_path
from letters.returns.addresses import addresses_in
from letters.returns.files import files_in, safe_name
from letters.returns.html_text import text_of_html
from letters.returns.incoming import MOST_BYTES, read
from letters.returns.receive import Outcome, take
from letters.returns.sorting import sort
from letters.returns.words import clean, decode, header_text
from tests.letters.returns.mail import SAMPLES, bounce, message

OURS = "letters@sincerely.example"
# Lines that a hostile mail is made of, in any order.
LINES = st.sampled_from(
    [
        b"From: =?utf-8?b?////?= <a@b.example>", b"Subject: =?rot13?q?x?=", b"Subject: =?=?=?",
        b"Content-Type: multipart/mixed; boundary=x", b"Content-Type: multipart/mixed",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=x",
        b"Content-Type: message/delivery-status", b"Content-Type: message/rfc822",
        b"Content-Type: text/html; charset=idna", b"Content-Type: text/plain; charset=\xff\x00",
        b"Content-Type: message/feedback-report", b"Content-Type: ;;;=;\"", b"Content-Type: a/b/c",
        b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: x-uuencode",
        b"Content-Disposition: attachment; filename*=utf-16''%00%d8", b"--x", b"--x--", b"",
        b"Action: failed", b"Status: 5.1.1", b"Final-Recipient: rfc822;", b"begin 666 x", b"===",
        b"Diagnostic-Code: " + b"(" * 500, b"\x00\xff\xfe", b"To: letters+b.@ngo.example", b" x",
        b"Message-ID: <", b"References: " + b"<" * 300, b"<p><b><!--", b"550 5.1.1 \xe2\x80\xae",
    ]
)  # fmt: skip


@given(st.lists(LINES | st.binary(max_size=60), max_size=40))
@hypothesis_settings(max_examples=200, deadline=None)
def test_no_bytes_break_the_reader(lines: list[bytes]) -> None:
    address = (return_path(uuid7()) or "").encode()
    incoming = read(b"\n".join([b"Delivered-To: " + address, *lines]))
    found = sort(incoming, OURS)
    assert found.said is None or len(found.said.text) <= 500
    assert all("/" not in file.name for file in files_in(incoming).kept)


@pytest.mark.django_db
@given(st.sampled_from(sorted(path.name[:2] for path in SAMPLES.glob("*"))), st.randoms())
@hypothesis_settings(max_examples=100, deadline=None)
def test_damaged_bounce_is_taken(name: str, chance: object) -> None:
    raw = bytearray(bounce(name, return_path(uuid7()) or ""))
    for _ in range(20):
        raw[chance.randrange(len(raw))] = chance.randrange(256)  # type: ignore[attr-defined]
    assert take(bytes(raw)) in Outcome


@given(st.text(max_size=300))
@hypothesis_settings(max_examples=200, deadline=None)
def test_text_is_fit_for_any_database(text: str) -> None:
    for found in (clean(text), header_text(text), text_of_html(text), safe_name(text)):
        assert "\x00" not in found
        assert found.encode().decode() == found


@given(st.binary(max_size=200), st.text(max_size=20))
@hypothesis_settings(max_examples=200, deadline=None)
def test_any_bytes_in_any_charset_are_text(raw: bytes, charset: str) -> None:
    assert isinstance(decode(raw, charset), str)


@pytest.mark.parametrize(
    "charset", ["rot13", "zlib", "unicode_escape", "idna", "punycode", "x-unknown", "", "\x00"]
)
def test_charsets_that_are_none_are_not_asked(charset: str) -> None:
    assert decode(b"caf\xc3\xa9 \\x41", charset) == "café \\x41"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"x" * MOST_BYTES, "larger than 25 MB"),
        (b"\n" * 600_001, "too many lines"),
        (b'Content-Type: multipart/mixed; boundary="b"\n' * 31, "too many parts inside each other"),
    ],
)
def test_monstrous_answer_is_written_down_by_its_head(letter: Letter, raw: bytes, why: str) -> None:
    head = message(answer_address(letter.number) or "", "").as_bytes().partition(b"\n\n")[0]
    assert take(head + b"\n\n" + raw) is Outcome.UNREADABLE
    report = DeliveryReport.objects.get()
    assert (report.text, report.outbound, Answer.objects.count()) == (
        why, letter.outbounds.get(), 0,
    )  # fmt: skip


@pytest.mark.django_db
def test_answer_with_nul_bytes_and_lone_surrogates_is_kept(letter: Letter) -> None:
    head = message(answer_address(letter.number) or "", "").as_bytes().partition(b"\n\n")[0]
    assert take(head + b"\n\nWe \x00\xed\xa0\x80 stay.\x1b[31m") is Outcome.ANSWER
    assert "\x00" not in Answer.objects.get().text


@pytest.mark.django_db
def test_mail_that_breaks_the_reader_is_written_down_once(
    letter: Letter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("letters.returns.receive.sort", lambda *_: 1 / 0)
    raw = message(answer_address(letter.number) or "", "secret words").as_bytes()
    assert [take(raw), take(raw)] == [Outcome.UNREADABLE, Outcome.UNREADABLE]
    assert DeliveryReport.objects.get().text == "it broke the reader: ZeroDivisionError"
    assert "secret" not in caplog.text


def test_recipients_are_read_up_to_a_length_of_all_headers_together() -> None:
    address = return_path(uuid7()) or ""
    full = f"To: {'x@y, ' * 3_990}\n" * 11
    early = read(f"Delivered-To: {address}\n{full}\nhello".encode())
    late = read(f"{full}Cc: {address}\n\nhello".encode())
    assert (sort(early, OURS).target.proven, sort(late, OURS).target.proven) == (True, False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('A <a@b.example>, "x" c@d.example;e@f', ["a@b.example", "c@d.example", "e@f"]),
        ("rfc822;a@b.example", ["a@b.example"]),
        ("a" * 50_000, []),
        ("a" * 101 + "@b.example", []),
        ("a@" * 9_000, []),
        ("@b a@ @", []),
    ],
)
def test_addresses_are_found_in_one_pass(text: str, found: list[str]) -> None:
    assert addresses_in(text) == found


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<div>" * 200_000 + "x", "x"),
        ("<!--" * 200_000, ""),
        ("<" * 300_000, "<" * 300_000),
        ("<script>" * 100_000, ""),
        ("<b " * 200_000, ""),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>1 &lt; 2 &amp;amp; 3</p><p>x", "1 < 2 &amp; 3\n\nx"),
        ("<style>p{}</style><title>t</title>Hi", "Hi"),
        ("if a<b and c>d", "if ad"),
        ("x < y", "x < y"),
    ],
)
def test_html_becomes_text_in_one_pass(source: str, text: str) -> None:
    assert text_of_html(source) == text


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\fakepath\\a.pdf", "C-fakepath-a.pdf"),
        ("a\r\nContent-Type: text/html.pdf", "a-Content-Type- text-html.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("...", ""),
        ("ответ.pdf", "ответ.pdf"),
    ],
)
def test_file_names_are_names(given_name: str, name: str) -> None:
    assert safe_name(given_name) == name


@pytest.mark.django_db
def test_flood_of_forgeries_fills_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("letters.returns.receive.ABOUT_NO_MAIL_A_DAY", 2)
    made_up = f"letters+b.{'a' * 42}@ngo.example"
    taken = [take(bounce(name, made_up)) for name in ("01", "02", "03", "04")]
    assert taken == [Outcome.FORGED, Outcome.FORGED, Outcome.IGNORED, Outcome.IGNORED]


@pytest.mark.django_db
def test_flood_of_mail_that_breaks_the_reader_fills_no_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("letters.returns.receive.ABOUT_NO_MAIL_A_DAY", 2)
    monkeypatch.setattr("letters.returns.receive.sort", lambda *_: 1 / 0)
    taken = [take(b"Subject: %d\n\n" % number) for number in range(4)]
    assert (taken, DeliveryReport.objects.count()) == ([Outcome.UNREADABLE] * 4, 2)


@pytest.mark.django_db
def test_flood_at_one_mails_address_fills_no_table(sent: Outbound) -> None:
    address = return_path(sent.id) or ""
    headers = [{"message_id": f"<{n}@x.example>", "auto_submitted": "yes"} for n in range(12)]
    taken = [take(message(address, **one).as_bytes()) for one in headers]
    assert taken == [Outcome.REPORT] * 10 + [Outcome.IGNORED] * 2
    assert take(bounce("01", address)) is Outcome.REPORT


@pytest.mark.django_db
def test_flood_at_many_addresses_leaves_room_for_bounces(
    sent: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("letters.returns.receive.IDLE_A_DAY", 1)
    address = return_path(sent.id) or ""
    taken = [take(bounce(name, address)) for name in ("03", "10", "01")]
    assert taken == [Outcome.REPORT, Outcome.IGNORED, Outcome.REPORT]


@pytest.mark.django_db
@pytest.mark.parametrize("endless", ["&#" + "1" * 5_000 + ";", "&#x" + "f" * 5_000])
def test_endless_number_of_a_character_costs_no_answer(letter: Letter, endless: str) -> None:
    mail = message(answer_address(letter.number) or "")
    mail.set_content(f"<p>We{endless} stay &#8212; &#x2014;</p>", "html")
    assert take(mail.as_bytes()) is Outcome.ANSWER
    assert Answer.objects.get().text == "We\ufffd stay — —"


@pytest.mark.django_db
def test_nothing_of_a_strangers_mail_is_kept() -> None:
    assert take(message("letters@ngo.example", "Buy now").as_bytes()) is Outcome.IGNORED
    assert (DeliveryReport.objects.count(), AnswerFile.objects.count()) == (0, 0)
