"""What people type to break software: a clear error or a correct letter, never anything else."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from campaign import mailbox
from letters.rendering.compose import Answers
from letters.rendering.document import LetterDocument
from letters.rendering.pdf import PdfFailed, html_to_pdf, letter_pdf
from tests.factories.letters import LetterFactory
from tests.journey import answers, key_of, mails, make_world, sign, sign_and_confirm, work

pytestmark = pytest.mark.django_db

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "{{7*7}} {% debug %} ${7*7} #{7*7}",
    "{name.__class__} {0} {organisation} {} {{name}}",
    "Robert'); DROP TABLE letters;--",
    '=HYPERLINK("x","y")',
    "\u202etxet desrever\u202c",
    "a\u0000b\u0007c",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d",
    "\ufeff\u200b\u2060",
    "𝕿𝖍𝖊 𝖖𝖚𝖎𝖈𝖐",
    "田中さんにあげて下さい",
    "ﷺ",
    "‪‪test‪",
    "e\u0301" * 40,
    "nul\x00l",
    "<link rel=attachment href=file:///etc/passwd>",
    "**bold** - list\n# heading",
    "../../../etc/passwd",
    "%00 %0d%0aBcc: x@y.example",
]
FIELDS = ["name", "email", "country", "town", "organisation", "words", "government", "form_key"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", FIELDS)
def test_every_field_answers_with_an_error_or_a_letter(
    client: Client, field: str, text: str
) -> None:
    response = sign(client, make_world(), **{field: text})
    assert response.status_code in (302, 422)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\u0085", "\x0b"])
def test_no_field_adds_a_header(client: Client, end: str) -> None:
    world = make_world()
    text = f"Mari{end}Bcc: victim{end}{end}Body"
    sign_and_confirm(client, world, name=text, town=text, organisation=text)
    work()
    for mail in mails():
        assert mail["Bcc"] is None
        assert "victim" not in str(mail["To"])
    [office] = mails(world.office.routes.get().email)
    assert office["From"].addresses[0].addr_spec == "letters@sincerely.example"


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="file:///etc/passwd">',
        '<link rel="attachment" href="file:///etc/hostname">',
        '<link rel="stylesheet" href="http://127.0.0.1:1/x.css">',
        '<p style="background:url(http://127.0.0.1:1/x.png)">x</p>',
        "<style>@import 'http://127.0.0.1:1/x.css';</style>",
        '<object data="file:///etc/passwd"></object>',
        '<svg><image href="file:///etc/passwd"/></svg>',
    ],
)
def test_renderer_refuses_every_address_loudly(markup: str) -> None:
    html = f"<html lang=en><title>x</title><body>{markup}</body></html>"
    try:
        pdf = html_to_pdf(html)
    except PdfFailed as error:
        assert error.permanent is True
    else:
        assert b"/EmbeddedFile" not in pdf
        assert b"root:" not in pdf


def test_markup_in_words_is_printed_as_typed() -> None:
    letter = LetterFactory(submission__words="<b>not bold</b> & <script>x</script>")
    assert letter.content is not None
    document = LetterDocument.from_json(letter.content)
    text = PdfReader(BytesIO(letter_pdf(document))).pages[0].extract_text()
    assert "<b>not bold</b> & <script>x</script>" in " ".join(text.split())


@pytest.mark.parametrize(
    "name",
    [
        "Ó",
        "Nguyễn Thị Minh Khai",
        "محمد",
        "Jean-François d’Ormesson",
        "O'Brien",
        "ดวงใจ ศรีสุข",
        "សុខ ដារ៉ា",
        "王小明",
        "Олександра Ґудзь",
    ],
)
def test_names_come_through_as_written(client: Client, name: str) -> None:
    world = make_world()
    page = sign_and_confirm(client, world, name=name)
    work()
    [mail] = mails(world.office.routes.get().email)
    assert name in mailbox.text(mail)
    shown = mailbox.header(mail, "From").replace('"', "")
    assert shown == f"{name} (letter) <letters@sincerely.example>"
    assert page.status_code == 200


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=st.text(max_size=700), name=st.text(max_size=130))
def test_any_text_is_an_error_or_a_letter(client: Client, words: str, name: str) -> None:
    world = make_world()
    data = answers(world, words=words, name=name, form_key=key_of(client, world))
    assert client.post(world.path, data).status_code in (302, 422)


def test_words_with_placeholders_stay_as_typed() -> None:
    words = "{organisation} and {name.__class__}"
    letter = LetterFactory(submission__words=words)
    assert letter.content is not None
    assert LetterDocument.from_json(letter.content).words == (words,)


def test_place_leaves_out_what_is_empty() -> None:
    assert Answers(town="Tartu").place == "Tartu"
    assert Answers(town="Tartu", country="Estonia").place == "Tartu, Estonia"
