"""Ask for a bundle; note that it was handed over."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from letters import bundled
from letters.actions import bulk, bundles
from letters.enums import HoldReason, LetterState, Purpose
from letters.models import BulkDecision, Bundle, Decision, Letter, Outbound
from letters.moves import NotAllowed
from letters.printing import work
from tests.factories.letters import LetterFactory

pytestmark = pytest.mark.django_db
HELD = {"state": LetterState.HELD, "hold_reason": HoldReason.HANDOVER}


@pytest.fixture
def letter() -> Letter:
    return LetterFactory(**HELD)


@pytest.fixture
def made(letter: Letter) -> Bundle:
    assert letter.office is not None
    bundle = bundles.ask(letter.campaign, letter.office, ring=False)
    work.work(bundle.pk)
    bundle.refresh_from_db()
    return bundle


@pytest.fixture
def organiser() -> User:
    return User.objects.create_superuser("organiser")


def test_nothing_is_asked_for_where_no_letter_waits() -> None:
    letter = LetterFactory(state=LetterState.SENT)
    assert letter.office is not None

    with pytest.raises(NotAllowed, match="waits for paper"):
        bundles.ask(letter.campaign, letter.office)

    assert Bundle.objects.count() == 0


def test_handed_over_its_letters_are_sent_with_the_bundle_as_evidence(
    made: Bundle, letter: Letter, organiser: User
) -> None:
    done = bundles.hand_over(made, by=organiser, evidence="Signed for by Ms Kask.")

    letter.refresh_from_db()
    decision = Decision.objects.get(letter=letter)
    assert (done.sent, letter.state) == (1, LetterState.SENT)
    assert (decision.outcome, decision.reason) == (
        Decision.Outcome.SENT, f"Bundle {made.number}: Signed for by Ms Kask.",
    )  # fmt: skip
    assert Outbound.objects.filter(purpose=Purpose.COPY, letter=letter).count() == 1


def test_a_letter_that_came_later_is_not_marked(
    made: Bundle, letter: Letter, organiser: User
) -> None:
    later = LetterFactory(
        submission__campaign=letter.campaign, office=letter.office, government=letter.government,
        **HELD,
    )  # fmt: skip

    bundles.hand_over(made, by=organiser, evidence="Receipt 7.")

    later.refresh_from_db()
    assert later.state == LetterState.HELD


def test_many_letters_need_a_second_person(
    made: Bundle, letter: Letter, organiser: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "ALONE", 0)

    done = bundles.hand_over(made, by=organiser, evidence="Receipt 7.")

    letter.refresh_from_db()
    decision = BulkDecision.objects.get()
    assert (done.sent, done.proposed, letter.state) == (0, [decision], LetterState.HELD)
    assert (decision.kind, decision.keys) == ("sent", [f"letter:{letter.pk}"])


def test_a_bundle_is_not_handed_over_twice(made: Bundle, organiser: User) -> None:
    bundles.hand_over(made, by=organiser, evidence="Receipt 7.")

    with pytest.raises(NotAllowed, match="None of its letters waits"):
        bundles.hand_over(made, by=organiser, evidence="Receipt 7.")


def test_one_that_is_not_ready_is_not_handed_over(letter: Letter, organiser: User) -> None:
    assert letter.office is not None
    bundle = bundles.ask(letter.campaign, letter.office, ring=False)

    with pytest.raises(NotAllowed, match="not ready"):
        bundles.hand_over(bundle, by=organiser, evidence="Receipt 7.")


def test_a_letter_left_out_is_not_marked(made: Bundle, organiser: User) -> None:
    made.entries.update(left_out="It takes four pages.")

    assert list(bundled.to_hand_over(made)) == []
