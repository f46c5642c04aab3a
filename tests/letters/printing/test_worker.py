"""What becomes of a bundle when its worker dies, its letters go, or its folder is full."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from letters import bundled
from letters.actions import bundles
from letters.actions.erase import erase_signer
from letters.actions.take_back import take_back
from letters.models import Bundle, Letter
from letters.printing import letters as setting
from letters.printing import parts, work
from letters.printing.hold import DEATHS, LEASE, Lost, claim
from letters.printing.plan import plan
from letters.rendering.pdf import PdfFailed
from tests.letters.printing.conftest import Write, ask, make, texts

pytestmark = pytest.mark.django_db


def files_of(bundle: Bundle) -> list[str]:
    folder = bundled.folder_of(bundle)
    return sorted(default_storage.listdir(folder)[1]) if default_storage.exists(folder) else []


def test_it_can_be_made_in_many_short_turns(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setting, "PIECE", 1)
    letter, *_others = [write(f"Own {n}", words="Hello.") for n in range(3)]
    bundle = ask(letter)

    turns = 1
    while work.work(bundle.pk, seconds=-1):
        turns += 1

    bundle.refresh_from_db()
    assert (bundle.state, bundle.personal, turns) == (Bundle.State.DONE, 3, 6)


def test_one_worker_at_a_time_has_it(write: Write) -> None:
    bundle = ask(write())

    assert claim(bundle.pk) is not None
    assert claim(bundle.pk) is None
    assert work.to_ring() == []


def test_a_dead_workers_bundle_is_gone_on_with(write: Write) -> None:
    bundle = ask(write())
    claim(bundle.pk)

    with time_machine.travel(timezone.now() + LEASE + timedelta(seconds=1)):
        assert work.to_ring() == [bundle.pk]
        work.work(bundle.pk)

    bundle.refresh_from_db()
    assert bundle.state == Bundle.State.DONE


def test_what_was_finished_before_is_not_made_again(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setting, "PIECE", 1)
    letter, *_others = [write(f"Own {n}", words="Hello.") for n in range(3)]
    bundle = ask(letter)
    for _ in range(3):  # chosen, and two of three letters set
        work.work(bundle.pk, seconds=-1)

    work.work(bundle.pk)

    bundle.refresh_from_db()
    assert bundle.composed + bundle.plain == 3


def test_a_finished_part_stays_when_the_next_one_fails(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "plan", partial(plan, most=2))
    bundle = ask(write(words="Hello."))
    for _ in range(3):  # chosen, set, the first part
        work.work(bundle.pk, seconds=-1)
    first = bundle.files.get()

    work.work(bundle.pk)

    assert list(bundle.files.values_list("part", flat=True)) == [0, 1, 2]
    assert bundle.files.get(part=1).pk == first.pk


def test_one_that_kills_every_worker_fails(write: Write) -> None:
    bundle = ask(write())
    for _ in range(DEATHS):
        claim(bundle.pk)
        Bundle.objects.update(lease_until=None)

    work.work(bundle.pk)

    bundle.refresh_from_db()
    assert (bundle.state, bundle.problem) == (
        Bundle.State.FAILED, f"{DEATHS} workers did not come back from it.",
    )  # fmt: skip


def test_a_full_disk_is_tried_again_then_told(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parts, "write_part", full)
    bundle, states = ask(write()), []
    work.work(bundle.pk)  # the list is a piece: tries are counted from it on
    for _ in range(3):
        Bundle.objects.update(lease_until=None)
        work.work(bundle.pk)
        bundle.refresh_from_db()
        states.append(bundle.state)

    assert states == [Bundle.State.WORKING] * 2 + [Bundle.State.FAILED]
    assert bundle.problem == "No space left on device"
    assert not bundled.workplace(bundle.pk).exists()


def test_a_letter_that_cannot_be_set_is_left_out_and_named(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = write("Good", words="Hello."), write("Bad", words="Hello.")
    real = setting._pdf

    def broken(letter: Letter) -> bytes:
        if letter == bad:
            raise PdfFailed("It takes four pages.", permanent=True)
        return real(letter)

    monkeypatch.setattr(setting, "_pdf", broken)

    bundle = make(good)

    left_out = bundle.entries.exclude(left_out="").values_list("letter__number", "left_out")
    assert list(left_out) == [(bad.number, "It takes four pages.")]
    assert (bundle.state, bundle.personal) == (Bundle.State.DONE, 1)


def test_a_letter_taken_back_meanwhile_is_left_out(write: Write) -> None:
    gone, stays = write("Anna Gone", words="Hello."), write("Berta Stays")
    bundle = ask(stays)
    work.work(bundle.pk, seconds=-1)  # chosen
    take_back(gone)

    work.work(bundle.pk)

    bundle.refresh_from_db()
    assert (bundle.state, bundle.personal, bundle.signed) == (Bundle.State.DONE, 0, 1)


def test_a_letter_taken_back_later_makes_it_stale(write: Write) -> None:
    gone, stays = write("Anna Gone"), write("Berta Stays")
    bundle = make(stays)

    take_back(gone)

    assert [entry.letter for entry in bundled.gone_from(bundle)] == [gone]


@pytest.mark.parametrize("words", ["", "Hello."])
def test_an_erasure_deletes_the_files_that_hold_the_person(
    write: Write, words: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    letter = write("Mari Tamm", words=words)
    write("Berta Stays")
    bundle = make(letter)
    before = files_of(bundle)

    with django_capture_on_commit_callbacks(execute=True):
        erase_signer(letter.submission)

    bundle.refresh_from_db()
    assert (len(before), files_of(bundle), bundle.files.count()) == (2, [], 0)
    assert (bundle.state, bundle.problem) == (
        Bundle.State.CLEARED, "The text of one of its letters had to be deleted. Make a new one.",
    )  # fmt: skip


def test_an_erasure_stops_a_bundle_in_the_making(
    write: Write, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    letter = write("Mari Tamm", words="Hello.")
    bundle = ask(letter)
    work.work(bundle.pk, seconds=-1)
    hold = claim(bundle.pk)
    assert hold is not None

    with django_capture_on_commit_callbacks(execute=True):
        erase_signer(letter.submission)

    with pytest.raises(Lost):
        hold.note()
    assert (work.to_ring(), bundled.workplace(bundle.pk).exists()) == ([], False)


def test_nothing_is_left_if_all_are_taken_back(write: Write) -> None:
    letter = write(words="Hello.")
    bundle = ask(letter)
    work.work(bundle.pk, seconds=-1)
    take_back(letter)

    work.work(bundle.pk)

    bundle.refresh_from_db()
    assert bundle.state == Bundle.State.FAILED


def test_stored_letters_are_put_in_as_they_were_made(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = write(words="Hello.")
    other = make(letter)
    monkeypatch.setattr(setting, "document_of", None)  # nothing may be set
    with default_storage.open(other.files.get(part=1).file) as file:
        stored = default_storage.save("a.pdf", file)
    letter.pdf, letter.pdf_sha256 = stored, other.files.get(part=1).sha256
    letter.save()

    bundle = make(letter)

    assert (bundle.composed + bundle.plain, len(texts(bundle))) == (0, 10)


def test_what_a_dead_computer_left_is_tidied_away(write: Write) -> None:
    bundle = ask(write())
    work.work(bundle.pk, seconds=-1)
    bundled.workplace(999).mkdir(parents=True)

    work.tidy()

    assert (bundled.workplace(bundle.pk).exists(), bundled.workplace(999).exists()) == (True, False)


def test_asking_again_makes_another_bundle(write: Write) -> None:
    letter = write()

    first, second = make(letter), make(letter)

    assert first.pk != second.pk
    assert bundles.is_any(letter.campaign, first.office, Bundle.Which.WAITING)
