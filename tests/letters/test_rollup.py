"""The rollup: kept by the letters' own transactions, folded, and healed by a recount."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from letters import counters, retention, rollup
from letters.audit import counting
from letters.counts import count_letters, recounted, tally
from letters.cubes import CUBES, cube_for
from letters.delivery.sweep import sweep
from letters.dimensions import Dimension
from letters.enums import LetterState
from letters.models import CountCell, CountChange, CountRepeat, Letter
from letters.moves import move_letter
from tests.factories.campaign import CampaignFactory
from tests.factories.letters import LetterFactory, SubmissionFactory
from tests.letters.counting import a_letter, numbers

pytestmark = pytest.mark.django_db


def test_a_change_that_is_undone_is_not_counted() -> None:
    letter = a_letter(CampaignFactory(), LetterState.IN_REVIEW)
    with transaction.atomic():
        move_letter(letter, LetterState.REJECTED, actor="organiser")
        transaction.set_rollback(True)

    assert count_letters(letter.campaign)[0].letters == 1


def test_what_is_not_counted_leaves_no_change() -> None:
    letter = a_letter(CampaignFactory())
    rollup.fold()

    Letter.objects.filter(pk=letter.pk).update(problem="none", pdf_bytes=5)

    assert CountChange.objects.count() == 0


def test_the_sweeper_folds_changes_into_sums() -> None:
    letter = a_letter(CampaignFactory(), LetterState.IN_REVIEW)

    sweep()
    move_letter(letter, LetterState.REJECTED, actor="organiser")
    sweep()

    assert CountChange.objects.count() == 0
    assert {cell.state for cell in CountCell.objects.all()} == {LetterState.REJECTED}
    assert CountCell.objects.count() == len(CUBES)


def test_only_letters_of_repeated_writers_are_kept_apart() -> None:
    form = SubmissionFactory()
    for _ in range(2):
        LetterFactory(submission=form, state=LetterState.SENT)
    a_letter(form.campaign)

    rollup.fold()

    assert list(CountRepeat.objects.values_list("signer", "extra").order_by("extra")) == [
        (form.signer, False),
        (form.signer, True),
    ]


def test_a_writer_who_writes_again_after_a_fold_is_still_one() -> None:
    form = SubmissionFactory()
    LetterFactory(submission=form, state=LetterState.SENT)
    rollup.fold()

    LetterFactory(submission=form, state=LetterState.SENT)

    assert numbers(count_letters(form.campaign, ["country"])) == {("EE",): (2, 1, 0)}
    assert tally(form.campaign, ["country"]).total.signatories == 1


def test_a_wrong_sum_is_told_and_healed() -> None:
    letter = a_letter(CampaignFactory())
    rollup.fold()
    CountCell.objects.filter(cube=1).update(letters=7)

    (found,) = rollup.heal()

    assert str(found) == f"day {letter.confirmed_on} state sent language en: +6"
    assert rollup.differences(letter.campaign) == []
    assert count_letters(letter.campaign)[0].letters == 1


def test_a_lost_repeat_is_told() -> None:
    form = SubmissionFactory()
    for _ in range(2):
        LetterFactory(submission=form, state=LetterState.SENT)
    rollup.fold()
    CountRepeat.objects.filter(extra=True).delete()

    assert [str(one) for one in rollup.differences(form.campaign)] == [
        f"letters of repeated writer {form.signer[:12]}…: -1"
    ]


def test_a_recount_forgets_the_changes_it_counted() -> None:
    letter = a_letter(CampaignFactory())

    rollup.recount(letter.campaign)

    assert CountChange.objects.count() == 0
    assert rollup.differences(letter.campaign) == []


def test_the_command_says_what_differs_and_fails() -> None:
    campaign = a_letter(CampaignFactory(slug="mine-ban")).campaign
    with counters.lifted(connection):
        a_letter(campaign)
    out = StringIO()

    with pytest.raises(CommandError, match="1"):
        call_command("recount", campaign="mine-ban", check=True, stdout=out)

    assert out.getvalue().splitlines()[-1] == "mine-ban: sums differ from the recount."
    assert count_letters(campaign)[0].letters == 1


def test_the_command_heals() -> None:
    campaign = a_letter(CampaignFactory(slug="mine-ban")).campaign
    with counters.lifted(connection):
        a_letter(campaign)
    out = StringIO()

    call_command("recount", stdout=out)

    assert out.getvalue().splitlines()[-1] == "mine-ban: sums recounted."
    assert count_letters(campaign)[0].letters == 2


def test_the_command_knows_no_other_campaign() -> None:
    with pytest.raises(CommandError, match="There is no campaign nowhere"):
        call_command("recount", campaign="nowhere")


def test_the_audit_tells_a_wrong_sum() -> None:
    a_letter(CampaignFactory())
    rollup.fold()
    CountCell.objects.filter(cube=2).update(words=3)

    (found,) = [one for one in counting.check() if one.says.startswith("the sums")]

    assert found.wrong == 1


def test_a_missing_counter_is_told() -> None:
    counters.remove(connection)

    assert counters.wrong(connection) == [
        "count_letters_letter_insert",
        "count_letters_letter_update",
        "count_letters_letter_delete",
    ]


def test_erasing_people_leaves_the_numbers_of_what_was_sent() -> None:
    form = SubmissionFactory(words="My own words.")
    for _ in range(2):
        LetterFactory(submission=form, state=LetterState.SENT)
    before = tally(form.campaign, ["government", "country", "day", "language"])

    retention.erase(form, actor="retention")

    assert tally(form.campaign, ["government", "country", "day", "language"]) == before
    assert tally(form.campaign, ["country"]) == recounted(form.campaign, ["country"])


def test_every_single_dimension_has_a_cube_in_every_range() -> None:
    assert [one for one in Dimension if cube_for([one], ranged=True) is None] == []
    assert cube_for([Dimension.GOVERNMENT, Dimension.DAY], ranged=True) == CUBES[2]
