"""The admin of letters: who sees what, lists that stay fast, decisions that call their actions."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from io import StringIO
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from letters.enums import HoldReason, LetterState, OutboundState, Purpose, SubmissionState
from letters.identifiers import signer_of
from letters.models import Attempt, Decision, Letter, Move, Outbound, Submission, Suppression
from letters.moves import move_letter
from tests.factories.campaign import CampaignFactory, OfficeFactory
from tests.factories.letters import LetterFactory, OutboundFactory, SubmissionFactory

pytestmark = pytest.mark.django_db

REVIEW = reverse("admin:letters_letterinreview_changelist")
LETTERS = reverse("admin:letters_letter_changelist")
SUBMISSIONS = reverse("admin:letters_submission_changelist")
OUTBOUNDS = reverse("admin:letters_outbound_changelist")
SUPPRESSIONS = reverse("admin:letters_suppression_changelist")
EXPORT = reverse("admin:letters_export_changelist")
LISTS = [REVIEW, LETTERS, SUBMISSIONS, OUTBOUNDS, SUPPRESSIONS]
NASTY = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'& نور"


def user_with(*rights: str) -> User:
    user = User.objects.create_user(f"user-{User.objects.count()}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def organiser() -> User:
    return User.objects.create_superuser("organiser")


@pytest.fixture
def desk(organiser: User) -> Client:
    return client_of(organiser)


@pytest.fixture
def reviewer() -> User:
    return user_with("review_letters")


def to_review(words: str = "I live near the border.", **values: Any) -> Letter:
    return LetterFactory(state=LetterState.IN_REVIEW, submission__words=words, **values)


def page_of(letter: Letter, kind: str = "letter") -> str:
    return reverse(f"admin:letters_{kind}_change", args=[letter.pk])


def text_of(response: Any) -> str:
    return str(response.content.decode())


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


# --- who sees what ---------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*LISTS, EXPORT])
def test_a_staff_member_without_rights_sees_nothing(address: str) -> None:
    response = client_of(user_with()).get(address)

    assert response.status_code == 403


@pytest.mark.parametrize("address", [*LISTS, EXPORT])
def test_a_stranger_is_asked_to_log_in(address: str) -> None:
    response = Client().get(address)

    assert (response.status_code, response["Location"]) == (302, f"/admin/login/?next={address}")


def test_a_reviewer_sees_words_and_names_and_no_address(reviewer: User) -> None:
    letter = to_review(submission__name="Kersti Kask", submission__email="kersti@mail.example")
    OutboundFactory(letter=letter, recipient="kersti@mail.example")
    client = client_of(reviewer)

    shown = [
        text_of(client.get(address)) for address in (REVIEW, page_of(letter, "letterinreview"))
    ]

    for page in shown:
        assert "Kersti Kask" in page
        assert "I live near the border." in page
        assert "mail.example" not in page


@pytest.mark.parametrize("address", [LETTERS, SUBMISSIONS, OUTBOUNDS, SUPPRESSIONS, EXPORT])
def test_a_reviewer_sees_the_queue_only(reviewer: User, address: str) -> None:
    assert client_of(reviewer).get(address).status_code == 403


def test_a_reviewer_cannot_open_one_of_the_others(reviewer: User) -> None:
    letter = to_review(pdf="a.pdf")
    client = client_of(reviewer)
    addresses = [
        page_of(letter),
        reverse("admin:letters_letter_pdf", args=[letter.pk]),
        reverse("admin:letters_submission_change", args=[letter.submission_id]),
        reverse("admin:letters_letter_history", args=[letter.pk]),
    ]

    assert [client.get(address).status_code for address in addresses] == [403] * 4


def test_a_reviewer_cannot_open_a_letter_that_left_the_queue(reviewer: User) -> None:
    letter = LetterFactory(state=LetterState.SENT)

    response = client_of(reviewer).get(page_of(letter, "letterinreview"))

    assert (response.status_code, response["Location"]) == (302, "/admin/")


def test_an_analyst_may_export_and_see_nothing_else() -> None:
    client = client_of(user_with("export_counts"))

    found = {address: client.get(address).status_code for address in [*LISTS, EXPORT]}

    assert found == {**dict.fromkeys(LISTS, 403), EXPORT: 200}


@pytest.mark.parametrize("model", ["letter", "letterinreview", "submission", "outbound"])
@pytest.mark.parametrize("kind", ["add", "change", "delete"])
def test_nobody_adds_changes_or_deletes_what_happened(desk: Client, model: str, kind: str) -> None:
    row: Any = OutboundFactory(letter=to_review())
    row = {"outbound": row, "submission": row.submission}.get(model, row.letter)
    address = reverse(f"admin:letters_{model}_{kind}", args=[] if kind == "add" else [row.pk])

    response = desk.post(address, {"number": "AAAA-AA", "state": "sent", "post": "yes"})

    assert response.status_code == 403
    assert (Letter.objects.count(), Outbound.objects.count()) == (1, 1)


@pytest.mark.parametrize("action", ["withdraw", "release"])
def test_looking_at_letters_is_no_right_to_decide(action: str) -> None:
    letter = LetterFactory(state=LetterState.APPROVED)
    client = client_of(user_with("view_letter"))

    client.post(LETTERS, {"action": action, "_selected_action": letter.pk, "sure": "yes",
                          "reason": "x"})  # fmt: skip

    letter.refresh_from_db()
    assert letter.state == LetterState.APPROVED


def test_looking_at_mails_is_no_right_to_send_them() -> None:
    outbound = OutboundFactory(state=OutboundState.FAILED)

    client_of(user_with("view_outbound")).post(
        OUTBOUNDS, {"action": "queue_again", "_selected_action": outbound.pk}
    )

    outbound.refresh_from_db()
    assert outbound.state == OutboundState.FAILED


# --- lists ---------------------------------------------------------------------------------------------


def fill(rows: int) -> None:
    campaign = CampaignFactory()
    for _ in range(rows):
        letter = to_review(submission__campaign=campaign)
        LetterFactory(
            submission__campaign=campaign,
            state=LetterState.HELD,
            hold_reason=HoldReason.NO_ADDRESS,
            office=None,
        )
        OutboundFactory(letter=letter)
        Suppression.objects.create(signer=letter.signer, reason="not me")


@pytest.mark.parametrize("address", LISTS)
def test_a_list_costs_the_same_number_of_queries_with_one_row_and_three(
    desk: Client, address: str
) -> None:
    desk.get(address)
    counts = []
    for rows in (1, 2):
        fill(rows)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = desk.get(address)
        counts.append(len(queries))
        assert response.status_code == 200

    # One more campaign and government to filter by may not cost a query either.
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize("letters", [1, 3])
def test_a_submissions_page_costs_the_same_number_of_queries(desk: Client, letters: int) -> None:
    submission = SubmissionFactory()
    for _ in range(letters):
        letter = LetterFactory(submission=submission, state=LetterState.APPROVED)
        OutboundFactory(letter=letter)
        Move.objects.create(submission=submission, letter=letter, to_state="approved", actor="x")
    address = reverse("admin:letters_submission_change", args=[submission.pk])
    desk.get(address)

    with CaptureQueriesContext(connection) as queries:
        desk.get(address)

    assert len(queries) <= 11


def test_letters_are_found_by_number_name_and_address(desk: Client) -> None:
    letter = LetterFactory(submission__name="Kersti Kask", submission__email="kk@mail.example")
    LetterFactory(submission__name="Peeter Puu", submission__email="pp@mail.example")

    for words in (letter.number, "kask", "kk@mail"):
        found = desk.get(LETTERS, {"q": words}).context["cl"].queryset
        assert [row.number for row in found] == [letter.number]
        found = desk.get(SUBMISSIONS, {"q": words}).context["cl"].queryset
        assert [row.name for row in found] == ["Kersti Kask"]


def test_letters_that_wait_for_an_address_are_counted_and_one_click_away(desk: Client) -> None:
    for reason in (HoldReason.NO_ADDRESS, HoldReason.NO_ADDRESS, HoldReason.REFUSED):
        LetterFactory(state=LetterState.HELD, hold_reason=reason)

    page = text_of(desk.get(LETTERS))
    (query,) = re.findall(r'class="waiting"><a href="([^"]+)">2 letters wait', page)
    found = desk.get(LETTERS + query.replace("&amp;", "&")).context["cl"].queryset

    assert {letter.hold_reason for letter in found} == {HoldReason.NO_ADDRESS}
    assert found.count() == 2


def test_a_submission_shows_how_many_letters_it_has(desk: Client) -> None:
    submission = SubmissionFactory()
    LetterFactory(submission=submission)
    LetterFactory(submission=submission)

    (row,) = desk.get(SUBMISSIONS).context["cl"].result_list

    assert row.letter_count == 2


# --- pages -----------------------------------------------------------------------------------------------


def test_a_letters_page_shows_it_whole_with_all_that_happened(
    desk: Client, organiser: User
) -> None:
    letter = to_review()
    move_letter(
        letter, LetterState.RETURNED, actor="reviewer", by=organiser, reason="Shorter, please"
    )
    Decision.objects.create(
        letter=letter, outcome=Decision.Outcome.RETURNED, reason="Shorter, please", by=organiser
    )
    OutboundFactory(letter=letter, last_code=450, last_answer="try later")

    response = desk.get(page_of(letter))

    page = text_of(response)
    assert '<article class="sheet"' in page
    assert "I live near the border." in page
    (event,) = response.context["events"]
    assert (event.about, event.was, event.became) == (
        letter.number,
        "in review",
        "returned to its writer",
    )
    assert (event.actor, event.by, event.reason) == ("a reviewer", "organiser", "Shorter, please")
    assert [decision.reason for decision in response.context["decisions"]] == ["Shorter, please"]
    assert "450 try later" in page


def test_a_submissions_page_has_every_event_in_order(desk: Client) -> None:
    letter = LetterFactory(state=LetterState.APPROVED)
    submission = letter.submission
    outbound = OutboundFactory(letter=letter)
    about: list[dict[str, Any]] = [
        {"to_state": SubmissionState.CONFIRMED, "from_state": SubmissionState.AWAITING},
        {"to_state": LetterState.APPROVED, "letter": letter},
        {"to_state": OutboundState.HELD, "letter": letter, "outbound": outbound},
    ]
    for values in about:
        Move.objects.create(submission=submission, actor="worker", **values)

    response = desk.get(reverse("admin:letters_submission_change", args=[submission.pk]))

    assert [(event.about, event.became) for event in response.context["events"]] == [
        ("form", "signed"),
        ("form", "confirmed"),
        (letter.number, "approved"),
        ("letter to the office", "held"),
    ]
    assert [row.number for row in response.context["letters"]] == [letter.number]


@pytest.mark.parametrize("content", [None])
def test_an_erased_letter_has_a_page_too(desk: Client, content: None) -> None:
    letter = LetterFactory(state=LetterState.SENT, content=content, sent_at=timezone.now())

    page = text_of(desk.get(page_of(letter)))

    assert "No text is kept" in page


def test_an_outbounds_page_shows_its_tries(desk: Client) -> None:
    outbound = OutboundFactory(attempts=1, last_code=421)
    Attempt.objects.create(
        outbound=outbound, number=1, claim_token="x", started_at=timezone.now(), code=421,
        answer="too busy",
    )  # fmt: skip

    page = text_of(desk.get(reverse("admin:letters_outbound_change", args=[outbound.pk])))

    assert "too busy" in page
    assert outbound.message_id.strip("<>") in page


# --- the PDF ------------------------------------------------------------------------------------------------


def test_the_pdf_is_streamed_as_an_attachment_that_nothing_keeps(desk: Client) -> None:
    name = default_storage.save("2026/letter.pdf", ContentFile(b"%PDF-1.7 test"))
    letter = LetterFactory(state=LetterState.RENDERED, pdf=name)

    response: Any = desk.get(reverse("admin:letters_letter_pdf", args=[letter.pk]))

    assert b"".join(response.streaming_content) == b"%PDF-1.7 test"
    wanted = {
        "Content-Type": "application/pdf",
        "Content-Disposition": f'attachment; filename="letter-{letter.number}.pdf"',
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
    assert {header: response[header] for header in wanted} == wanted
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("pdf", ["", "gone.pdf"])
def test_a_pdf_that_is_not_there_is_not_found(desk: Client, pdf: str) -> None:
    letter = LetterFactory(pdf=pdf)

    response = desk.get(reverse("admin:letters_letter_pdf", args=[letter.pk]))

    assert response.status_code == 404


# --- decisions -------------------------------------------------------------------------------------------------

ALL = [
    ("approve", "", LetterState.APPROVED, "approved", 1),
    ("return_to_writer", "Say it shorter.", LetterState.RETURNED, "returned", 1),
    ("reject", "It threatens.", LetterState.REJECTED, "rejected", 1),
    ("withdraw", "The writer asked.", LetterState.WITHDRAWN, "withdrawn", 1),
]


def post(client: Client, address: str, action: str, letters: list[Any], **values: str) -> Any:
    chosen = [str(letter.pk) for letter in letters]
    data = {"action": action, "_selected_action": chosen, **values}
    return client.post(address, data, follow=True)


@pytest.mark.parametrize(("action", "reason", "state", "outcome", "number"), ALL)
def test_a_decision_is_asked_for_then_carried_out(
    reviewer: User, action: str, reason: str, state: str, outcome: str, number: int
) -> None:
    letters = [to_review(), to_review()]
    client = client_of(reviewer)

    asked = post(client, REVIEW, action, letters)
    states = set(Letter.objects.values_list("state", flat=True))
    done = post(client, REVIEW, action, letters, sure="yes", reason=reason)

    assert "<strong>2 letters.</strong>" in text_of(asked)
    assert states == {LetterState.IN_REVIEW}
    assert set(Letter.objects.values_list("state", flat=True)) == {state}
    decisions = Decision.objects.values_list("outcome", "reason", "by__username")
    assert set(decisions) == {(outcome, reason, reviewer.username)}
    assert len(said(done)) == 1


@pytest.mark.parametrize("action", ["return_to_writer", "reject", "withdraw"])
def test_a_refusal_without_a_reason_is_asked_for_one(reviewer: User, action: str) -> None:
    letter = to_review()

    response = post(client_of(reviewer), REVIEW, action, [letter], sure="yes", reason="  ")

    assert "This field is required." in text_of(response)
    letter.refresh_from_db()
    assert letter.state == LetterState.IN_REVIEW


def test_a_letter_decided_meanwhile_is_named_not_decided_again(reviewer: User) -> None:
    stays, gone = to_review(), to_review()
    Letter.objects.filter(pk=gone.pk).update(state=LetterState.REJECTED)

    response = post(client_of(reviewer), REVIEW, "approve", [stays, gone], sure="yes")

    assert said(response) == [
        "1 letter is no longer here: somebody else decided on it.",
        "1 letter approved.",
    ]
    gone.refresh_from_db()
    assert gone.state == LetterState.REJECTED


def test_a_letter_that_may_not_be_moved_gives_a_message_not_an_error(desk: Client) -> None:
    sent, approved = (
        LetterFactory(state=LetterState.SENT),
        LetterFactory(state=LetterState.APPROVED),
    )

    response = post(desk, LETTERS, "withdraw", [sent, approved], sure="yes", reason="asked")

    assert sorted(said(response)) == [
        "1 letter taken back.",
        f"{sent.number} was not changed: it is now “sent”.",
    ]


def test_all_that_match_are_named_on_the_page_and_no_later_one_is_decided(reviewer: User) -> None:
    first = [to_review(), to_review()]
    client = client_of(reviewer)
    asked = post(client, REVIEW, "approve", first[:1], select_across="1")
    to_review()

    ids = re.findall(r'name="_selected_action" value="([^"]+)"', text_of(asked))
    client.post(REVIEW, {"action": "approve", "_selected_action": ids, "sure": "yes"})

    assert sorted(ids) == sorted(str(letter.pk) for letter in first)
    assert Letter.objects.filter(state=LetterState.IN_REVIEW).count() == 1


def test_the_queue_is_oldest_first_with_words_whole_in_their_own_direction(
    reviewer: User,
) -> None:
    newer = to_review("New.")
    older = to_review("قديم " * 300)
    Letter.objects.filter(pk=older.pk).update(created_at=timezone.now() - timedelta(days=2))

    response = client_of(reviewer).get(REVIEW)

    assert [row.pk for row in response.context["cl"].result_list] == [older.pk, newer.pk]
    assert f'<div class="own-words" dir="auto">{"قديم " * 300}' in text_of(response)


def test_a_letters_page_in_the_queue_offers_the_decisions(reviewer: User) -> None:
    letter = to_review()

    page = text_of(client_of(reviewer).get(page_of(letter, "letterinreview")))

    assert re.findall(r'<button class="button" name="action" value="(\w+)">', page) == [
        action for action, *_rest in ALL
    ]


def test_held_letters_go_on(desk: Client) -> None:
    letter = LetterFactory(state=LetterState.HELD, hold_reason=HoldReason.NO_ADDRESS)

    response = post(desk, LETTERS, "release", [letter], sure="yes")

    letter.refresh_from_db()
    assert letter.state == LetterState.APPROVED
    assert said(response) == ["1 letter goes on."]


def test_mails_are_queued_again_if_they_may_be(desk: Client) -> None:
    failed = OutboundFactory(purpose=Purpose.COPY, state=OutboundState.FAILED)
    sent = OutboundFactory(state=OutboundState.SENT, sent_at=timezone.now())

    response = post(desk, OUTBOUNDS, "queue_again", [failed, sent])

    failed.refresh_from_db()
    assert failed.state == OutboundState.QUEUED
    assert sorted(said(response)) == [
        "1 mail queued.",
        f"{sent.message_id} was not queued: it is “sent”.",
    ]


# --- addresses that want no mail -----------------------------------------------------------------------------------


def test_an_address_is_suppressed_without_being_stored(desk: Client) -> None:
    add = reverse("admin:letters_suppression_add")

    desk.post(add, {"email": "Mari@Mail.example", "reason": "asked by phone"})
    again = desk.post(add, {"email": "mari@mail.example", "reason": "again"})
    found = desk.get(SUPPRESSIONS, {"q": "mari+x@mail.example"}).context["cl"].queryset

    assert [row.signer for row in found] == [signer_of("mari@mail.example")]
    assert "This address gets no mail already." in text_of(again)
    page = reverse("admin:letters_suppression_change", args=[found[0].pk])
    assert "asked by phone" in text_of(desk.get(page))


# --- export ------------------------------------------------------------------------------------------------------------


def test_the_export_page_gives_the_file(desk: Client, organiser: User) -> None:
    letter = LetterFactory(state=LetterState.SENT, submission__country="LV")
    data = {
        "campaign": letter.campaign.pk,
        "by": ["country"],
        "states": "confirmed",
        "format": "csv",
    }

    response: Any = desk.post(EXPORT, data)

    content = b"".join(response.streaming_content).decode("utf-8-sig")
    assert [row[:3] for row in csv.reader(StringIO(content))][1:] == [
        ["Latvia", "LV", "1"],
        ["Total", "", "1"],
    ]
    today = letter.campaign.today()
    name = f"{letter.campaign.slug}-by-country-{today}.csv"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    entry = LogEntry.objects.get()
    assert (entry.user, entry.get_edited_object()) == (organiser, letter.campaign)
    assert entry.get_change_message() == "Exported counts by country as CSV."


@pytest.mark.parametrize("format", ["xlsx", "ods", "json"])
def test_the_export_page_gives_every_format(desk: Client, format: str) -> None:
    letter = LetterFactory(state=LetterState.SENT)
    data = {"campaign": letter.campaign.pk, "states": "sent,", "format": format}

    response: Any = desk.post(EXPORT, data)

    assert response["Content-Disposition"].endswith(f'.{format}"')
    assert len(b"".join(response.streaming_content)) > 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"since": "2026-02-02", "until": "2026-02-01"},
        {"since": "yesterday"},
        {"by": ["moon"]},
        {"format": "pdf"},
        {"campaign": "0"},
    ],
)
def test_the_export_page_says_what_is_wrong(desk: Client, wrong: dict[str, Any]) -> None:
    data = {"campaign": CampaignFactory().pk, "states": "all", "format": "csv", **wrong}

    response = desk.post(EXPORT, data)

    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert list(response.context["form"].errors) == [list(wrong)[-1]]


def test_the_letters_list_and_the_index_lead_to_the_export(desk: Client) -> None:
    for address in (LETTERS, reverse("admin:app_list", args=["letters"])):
        assert f'href="{EXPORT}"' in text_of(desk.get(address))


# --- markup ---------------------------------------------------------------------------------------------------------------


class Inline(HTMLParser):
    """Collects what a strict policy would block, and elements that people's text may not make."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = dict(attributes)
        if tag == "style" or "style" in names or any(name.startswith("on") for name in names):
            self.found.append(f"{tag} {names}")
        if tag == "script" and "src" not in names and names.get("type") != "application/json":
            self.found.append(f"{tag} {names}")
        if tag == "img" and names.get("src") == "x":
            self.found.append(tag)


@pytest.fixture
def pages(desk: Client) -> Callable[[], list[tuple[str, str]]]:
    """Return every page of the letters' admin, with nasty text in each field that people fill."""

    def get() -> list[tuple[str, str]]:
        office = OfficeFactory(title=NASTY, government__name=NASTY)
        letter = to_review(
            NASTY, submission__name=NASTY, submission__town=NASTY, submission__organisation=NASTY,
            government=office.government, office=office, problem=NASTY,
            submission__suspicions=[NASTY],
        )  # fmt: skip
        outbound = OutboundFactory(letter=letter, last_answer=NASTY, recipient="a@b.example")
        Attempt.objects.create(
            outbound=outbound, number=1, claim_token="x", started_at=timezone.now(), answer=NASTY
        )
        Move.objects.create(
            submission=letter.submission, letter=letter, to_state="x", actor="y", reason=NASTY
        )
        Decision.objects.create(letter=letter, outcome="rejected", reason=NASTY)
        suppression = Suppression.objects.create(signer="x", reason=NASTY)
        details = [
            reverse(f"admin:letters_{model}_change", args=[pk])
            for model, pk in (
                ("letter", letter.pk),
                ("letterinreview", letter.pk),
                ("submission", letter.submission_id),
                ("outbound", outbound.pk),
                ("suppression", suppression.pk),
            )
        ]
        index = reverse("admin:app_list", args=["letters"])
        addresses = [*LISTS, EXPORT, *details, index, reverse("admin:letters_suppression_add")]
        found = [(address, text_of(desk.get(address))) for address in addresses]
        asked = post(desk, REVIEW, "reject", [letter])
        return [*found, ("reject", text_of(asked))]

    return get


def test_no_page_has_inline_style_or_script_or_runs_peoples_text(
    pages: Callable[[], list[tuple[str, str]]],
) -> None:
    found = {}
    for address, page in pages():
        parser = Inline()
        parser.feed(page)
        found[address] = parser.found

    assert found == {address: [] for address in found}
    assert len(found) == 14


def test_every_submission_state_has_a_page(desk: Client) -> None:
    for state in SubmissionState.values:
        erased = timezone.now() if state == SubmissionState.ERASED else None
        confirmed = timezone.now() if state == SubmissionState.CONFIRMED else None
        row: Submission = SubmissionFactory(state=state, erased_at=erased, confirmed_at=confirmed)
        address = reverse("admin:letters_submission_change", args=[row.pk])
        assert desk.get(address).status_code == 200
