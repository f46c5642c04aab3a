"""Stories of letters, each passing other places of the machinery. A fault befalls one of them.

A story says what people do; the run lets workers work and time pass. `STORIES` names them; the
first that passes a place is the one in which it is struck.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.faults import desk
from tests.faults.run import Person, Run

PERSONS = 2
DAY = 86_400
OFFICE = "office@gov.bench.internal"


def begin(run: Run, *, confirm: bool = True) -> list[Person]:
    """Two people sign, and confirm what they signed. Returns them; nothing is worked on since."""
    persons = [run.person(number) for number in range(PERSONS)]
    signed = [person for person in persons if run.sign(person)]
    run.settle()
    for person in signed if confirm else ():
        run.confirm(person)
    return signed


def plain(run: Run, end: str = "sent") -> None:
    """Letters and copies go out."""
    run.expected = {end}
    begin(run)
    run.settle()


def greylisted(run: Run) -> None:
    """The office's server says 450 twice."""
    run.surely(desk.write_to, f"rcpt450x2.{OFFICE}")
    plain(run)


def unanswered(run: Run) -> None:
    """The connection breaks after the dot: nobody knows, and one identical copy follows."""
    run.surely(desk.write_to, f"dot-dropx1.{OFFICE}")
    plain(run)


def vanished(run: Run) -> None:
    """As `unanswered`, but the message was lost: the copy is the only one to arrive."""
    run.surely(desk.write_to, f"dot-vanishx1.{OFFICE}")
    plain(run)


def silent(run: Run) -> None:
    """The connection breaks after each dot: after the second time a person decides."""
    run.surely(desk.write_to, f"dot-drop.{OFFICE}")
    plain(run, end="held")
    run.expected = {"sent"}
    run.decide("mark sent")
    run.settle()


def unknown_is_told(run: Run) -> None:
    """A person knows what became of an unknown before it is sent again."""
    run.surely(desk.write_to, f"dot-drop.{OFFICE}")
    run.expected = {"sent"}
    begin(run)
    run.work()
    run.decide("mark letter sent")
    run.settle()


def other_address(run: Run) -> None:
    """The office's first address is refused: the letter goes to its second."""
    run.surely(desk.write_to, f"rcpt550.{OFFICE}", OFFICE)
    plain(run)


def refused(run: Run) -> None:
    """The office's server refuses the message; a person sends it again once that is mended."""
    run.surely(desk.write_to, f"dot554.{OFFICE}")
    plain(run, end="held")
    run.surely(desk.write_to, OFFICE)
    run.surely(desk.office_paused, False)
    run.expected = {"sent"}
    run.decide("queue again")
    run.settle()


def no_such_office(run: Run) -> None:
    """The office's only address is refused; a person finds another and lets the letters go."""
    run.surely(desk.write_to, f"rcpt550.{OFFICE}")
    plain(run, end="held")
    run.surely(desk.write_to, OFFICE)
    run.surely(desk.office_paused, False)
    run.expected = {"sent"}
    run.decide("release")
    run.settle()


def _in_vain(run: Run, word: str) -> None:
    """Every try for more than seven days is put off; then the letters are given up."""
    run.surely(desk.write_to, f"{word}.{OFFICE}")
    run.expected = {"failed"}
    begin(run)
    run.work()
    run.travel(8 * DAY)
    run.settle()


def given_up(run: Run) -> None:
    """The mailbox is full for more than seven days: given up, told, and sent again later."""
    _in_vain(run, "rcpt552full")
    run.surely(desk.write_to, OFFICE)
    run.expected = {"sent"}
    run.decide("queue again")
    run.settle()


def given_up_then_anew(run: Run) -> None:
    _in_vain(run, "rcpt452")
    run.surely(desk.write_to, OFFICE)
    run.expected = {"sent"}
    run.decide("release")
    run.settle()


def given_up_then_handed_over(run: Run) -> None:
    _in_vain(run, "rcpt452")
    run.expected = {"sent"}
    run.decide("mark sent")
    run.settle()


def given_up_for_good(run: Run) -> None:
    _in_vain(run, "rcpt452")
    run.expected = {"withdrawn"}
    run.decide("cancel")
    run.settle()


def refused_for_good(run: Run) -> None:
    run.surely(desk.write_to, f"dot554.{OFFICE}")
    plain(run, end="held")
    run.expected = {"withdrawn"}
    run.decide("cancel")
    run.settle()


def without_address(run: Run) -> None:
    """No address is known; the letters wait until there is one."""
    run.surely(desk.write_to)
    plain(run, end="held")
    run.surely(desk.write_to, OFFICE)
    run.expected = {"sent"}
    run.settle()


def address_lost(run: Run) -> None:
    """The address goes while the letters are queued."""
    run.surely(desk.take_back_seconds, 900)
    run.expected = {"held"}
    begin(run)
    run.work()
    run.surely(desk.write_to)
    run.settle()
    run.surely(desk.write_to, OFFICE)
    run.expected = {"sent"}
    run.settle()


def office_paused(run: Run) -> None:
    run.surely(desk.office_paused, True)
    plain(run, end="held")
    run.surely(desk.office_paused, False)
    run.expected = {"sent"}
    run.settle()


def taken_back(run: Run) -> None:
    """The writers take their letters back while they are queued."""
    run.surely(desk.take_back_seconds, 900)
    run.expected = {"withdrawn"}
    begin(run)
    run.work()
    run.decide("take back")
    run.settle()


def taken_back_at_once(run: Run) -> None:
    run.expected = {"withdrawn"}
    begin(run)
    run.decide("take back")
    run.settle()


def reviewed(run: Run) -> None:
    """Every letter is read: returned once, confirmed again, approved."""
    run.surely(desk.review_policy, "all")
    run.expected = {"in_review"}
    persons = begin(run)
    run.decide("return")
    run.settle()
    for person in persons:
        run.confirm(person)
    run.expected = {"sent"}
    run.decide("approve")
    run.settle()


def rejected(run: Run) -> None:
    run.surely(desk.review_policy, "all")
    run.expected = {"rejected"}
    begin(run)
    run.decide("reject")
    run.settle()


def review_taken_back(run: Run) -> None:
    run.surely(desk.review_policy, "all")
    run.expected = {"withdrawn"}
    begin(run)
    run.decide("take back")
    run.settle()


def returned_taken_back(run: Run) -> None:
    run.surely(desk.review_policy, "all")
    run.expected = {"withdrawn"}
    begin(run)
    run.decide("return")
    run.decide("take back")
    run.settle()


def returned_rejected(run: Run) -> None:
    run.surely(desk.review_policy, "all")
    run.expected = {"rejected"}
    begin(run)
    run.decide("return")
    run.decide("reject")
    run.settle()


def bounced(run: Run) -> None:
    """The letters come back; they are set anew and go to another address."""
    plain(run)
    run.decide("bounce")
    run.surely(desk.write_to, OFFICE)
    run.surely(desk.office_paused, False)
    run.decide("release")
    run.settle()


def bounced_but_there(run: Run) -> None:
    plain(run)
    run.decide("bounce")
    run.decide("mark letter sent")
    run.settle()


def answered(run: Run) -> None:
    """The office answers; the answers are passed on."""
    plain(run)
    run.expected = {"answered"}
    run.decide("answer")
    run.settle()


def bounced_answered(run: Run) -> None:
    plain(run)
    run.expected = {"answered"}
    run.decide("bounce")
    run.decide("answer")
    run.settle()


def digest(run: Run) -> None:
    """All letters of the day in one mail."""
    run.surely(desk.delivery, "digest")
    plain(run)


def digest_greylisted(run: Run) -> None:
    run.surely(desk.write_to, f"rcpt450x1.{OFFICE}")
    digest(run)


def digest_unanswered(run: Run) -> None:
    run.surely(desk.write_to, f"dot-dropx1.{OFFICE}")
    digest(run)


def on_paper(run: Run) -> None:
    """Nothing is mailed: the letters wait for the hand-over, and are marked then."""
    run.surely(desk.delivery, "paper")
    plain(run, end="held")
    run.expected = {"sent"}
    run.decide("mark letter sent")
    run.settle()


def erased(run: Run) -> None:
    """The writers have everything erased while their letters are queued."""
    run.surely(desk.take_back_seconds, 900)
    begin(run)
    run.work()
    run.erased = True
    run.expected = {"withdrawn"}
    run.decide("erase")
    run.settle()


def erased_unconfirmed(run: Run) -> None:
    run.erased = True
    run.expected = {"withdrawn"}
    begin(run, confirm=False)
    run.decide("erase")
    run.settle()


def expired_then_erased(run: Run) -> None:
    run.erased = True
    run.expected = {"expired"}
    begin(run, confirm=False)
    run.decide("expire")
    run.decide("erase")


def _written_again(run: Run) -> None:
    """The writers fill in the form once more: they are told that they have written already."""
    plain(run)
    for person in list(run.confirmed):
        run.sign(person)
    run.settle()


def written_again(run: Run) -> None:
    _written_again(run)
    run.expected = {"sent", "expired"}
    run.decide("expire")
    run.settle()


def written_again_then_erased(run: Run) -> None:
    _written_again(run)
    run.erased = True
    run.expected = {"sent", "withdrawn"}
    run.decide("erase")
    run.settle()


def returned_for_good(run: Run) -> None:
    """Returned letters whose writers let the time go by."""
    run.surely(desk.review_policy, "all")
    run.expected = {"expired"}
    begin(run)
    run.confirmed.clear()  # they were told, and did nothing
    run.decide("return")
    run.settle()
    run.decide("expire returned")
    run.settle()


def cannot_be_set(run: Run) -> None:
    """The letters cannot be set as PDF: held, and let go once that is mended."""
    run.expected = {"held"}
    begin(run)
    run.surely(desk.spoil)
    run.settle()
    run.surely(desk.mend)
    run.expected = {"sent"}
    run.decide("release")
    run.settle()


def never_confirmed(run: Run) -> None:
    run.expected = {"expired"}
    begin(run, confirm=False)
    run.decide("expire")
    run.settle()


TOLD = (
    plain, greylisted, unanswered, vanished, silent, unknown_is_told, other_address, refused,
    no_such_office, given_up, given_up_then_anew, given_up_then_handed_over, given_up_for_good,
    refused_for_good, without_address, address_lost, office_paused, taken_back,
    taken_back_at_once, reviewed, rejected, review_taken_back, returned_taken_back,
    returned_rejected, bounced, bounced_but_there, answered, bounced_answered, digest,
    digest_greylisted, digest_unanswered, on_paper, erased, never_confirmed, cannot_be_set,
    returned_for_good, written_again, written_again_then_erased, erased_unconfirmed,
    expired_then_erased,
)  # fmt: skip
STORIES: dict[str, Callable[[Run], None]] = {story.__name__: story for story in TOLD}
