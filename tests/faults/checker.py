"""Hold what the database says against what the mail server took: the invariants I1 to I7.

Nothing here asks the code under test what it thinks, but `letters_audit`, which is held to
the same: both have to be content.
"""

from __future__ import annotations

import io
import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.core.management import CommandError, call_command, get_commands
from django.db import connection
from django.db.models import Min

from campaign.models import Office
from letters import clock
from letters.enums import LETTER_MOVES, OUTBOUND_MOVES, LetterState, OutboundState, Purpose
from letters.models import Letter, Move, OfficePace, Outbound, Submission
from tests.faults.ledger import Arrival
from tests.faults.script import parse

if TYPE_CHECKING:
    from tests.faults.run import Person, Run

L, O = LetterState, OutboundState  # noqa: E741
# Where a letter may come to rest: delivered, or on a list that a person sees.
AT_REST = {L.SENT, L.BOUNCED, L.ANSWERED, L.FAILED, L.HELD, L.REJECTED, L.RETURNED, L.WITHDRAWN}
AT_REST |= {L.EXPIRED, L.IN_REVIEW}
MOVING = (L.CONFIRMED, L.APPROVED, L.RENDERED, L.QUEUED, L.SENDING, L.UNKNOWN)
ON_ITS_WAY = (O.QUEUED, O.SENDING, O.UNKNOWN)
A_WHILE = timedelta(seconds=60)


@dataclass
class Findings:
    """What a run showed. `extra` counts further copies, `outside` those nothing excuses."""

    lost: int = 0
    extra: int = 0
    outside: int = 0
    letters: int = 0
    mails: int = 0
    problems: list[str] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)


def next_moment(*, only_due: bool = False) -> datetime | None:
    """Return when there is something to do again; None once everything is at rest."""
    now = clock.now()
    mails = Outbound.objects.filter(state__in=(O.QUEUED, O.UNKNOWN))
    moments = [mails.aggregate(at=Min("next_attempt_at"))["at"]]
    leases = Outbound.objects.filter(state=O.SENDING)
    moments.append(leases.aggregate(at=Min("lease_until"))["at"])
    found = [moment for moment in moments if moment]
    if only_due:
        due = [moment for moment in found if moment <= now]
        approved = Letter.objects.filter(state=L.APPROVED).exists()
        return now if due or approved else None
    moving = Letter.objects.filter(state__in=MOVING)
    if moving.exclude(state=L.QUEUED, outbounds=None).exists():
        found.append(now + A_WHILE)
    elif moving.exists():  # queued without a mail of their own: the next digest takes them
        found.append(_next_digest(now))
    return min(found) if found else None


def _next_digest(now: datetime) -> datetime:
    """Digests are made once a day, at seven by the office's clock; soon, if today's was not."""
    office = Office.objects.order_by("pk")[0]
    local = now.astimezone(ZoneInfo(office.time_zone))
    seven = local.replace(hour=7, minute=0, second=5, microsecond=0)
    if local < seven:
        return seven
    made = OfficePace.objects.filter(office=office, last_digest_on=local.date()).exists()
    return seven + timedelta(days=1) if made else now + A_WHILE


def in_flight(arrived: Iterable[str]) -> set[str]:
    """Return those that the mail server took and the database does not know as sent yet."""
    sent = Outbound.objects.filter(message_id__in=arrived, state=O.SENT)
    return set(arrived) - set(sent.values_list("message_id", flat=True))


def check(run: Run) -> Findings:
    """Look at everything, once all is at rest."""
    found = Findings(problems=list(run.problems))
    arrivals = run.sink.arrivals(run.mark)
    _lost(found, [] if run.erased else run.confirmed, arrivals)
    if run.at_rest:
        _at_rest(found)
    _copies(found, arrivals, run.in_flight)
    _most(found, run.most_extra)
    _nothing_unwanted(found, arrivals)
    _right_content(found, arrivals)
    _history(found)
    _integrity(found)
    _audit(found)
    _canaries(found, run)
    _expected(found, run.expected)
    found.letters = len({arrival.letter for arrival in arrivals if arrival.letter})
    found.mails = len({arrival.message_id for arrival in arrivals})
    found.states = dict(Counter(Letter.objects.values_list("state", flat=True)))
    return found


def _lost(found: Findings, confirmed: Iterable[Person], arrivals: list[Arrival]) -> None:
    """I1: whatever was answered with success is delivered or on a list."""
    taken = {arrival.letter for arrival in arrivals}
    for person in confirmed:
        letters = Letter.objects.filter(submission__email=person.email)
        states = [letter.state for letter in letters]
        if not states or not set(states) <= AT_REST or L.EXPIRED in states:
            found.lost += 1
            found.problems.append(f"I1 lost: {person.email.partition('.')[0]} {states}")
        for letter in letters.filter(state__in=(L.SENT, L.ANSWERED), digest=None):
            marked = letter.moves.filter(to_state=L.SENT).exclude(by=None).exists()
            if letter.number not in taken and not marked:
                found.lost += 1
                found.problems.append(f"I1 lost: {letter.number} is {letter.state}, never arrived")


def _at_rest(found: Findings) -> None:
    for mail in Outbound.objects.filter(state__in=ON_ITS_WAY):
        found.problems.append(f"I1 not at rest: {mail.purpose} {mail.state}")


def _most(found: Findings, most: int | None) -> None:
    if most is not None and found.extra > most:
        found.problems.append(f"I2 {found.extra} further copies, {most} at most")


def _expected(found: Findings, expected: set[str]) -> None:
    """The story's own end: being on a list is not good enough where a letter should arrive."""
    states = set(Letter.objects.values_list("state", flat=True))
    if expected and not states <= expected:
        found.problems.append(f"the story should end with {sorted(expected)}: {sorted(states)}")


def _copies(found: Findings, arrivals: list[Arrival], in_flight: set[str]) -> None:
    """I2: once; twice at most, the same bytes, and only what was on its way at a fault."""
    by_message: dict[str, list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        by_message[arrival.message_id].append(arrival)
    for message_id, copies in by_message.items():
        extra = len(copies) - 1
        found.extra += extra
        if len({copy.sha256 for copy in copies}) > 1:
            found.problems.append(f"I2 differing copies of {message_id}")
        excused = message_id in in_flight or any(_cut_off(copy) for copy in copies)
        if extra and (not excused or extra > 1):
            found.outside += extra
            found.problems.append(f"I2 {extra} extra of {message_id}, not in the window")
    letters = Counter(copies[0].letter for copies in by_message.values() if copies[0].letter)
    for number, ways in letters.items():
        if (
            ways > 1
            and not Letter.objects.filter(number=number, moves__to_state=L.BOUNCED).exists()
        ):
            found.outside += ways - 1
            found.problems.append(f"I2 letter {number} left as {ways} different mails")


def _cut_off(arrival: Arrival) -> bool:
    """Whether the server itself broke off after the dot, as it was asked to."""
    step = parse(arrival.recipient.partition("@")[0]).at("dot")
    return step is not None and bool(step.deed)


def _nothing_unwanted(found: Findings, arrivals: list[Arrival]) -> None:
    """I3: nothing unconfirmed, taken back or rejected reached an office."""
    never = (L.AWAITING, L.WITHDRAWN, L.REJECTED, L.EXPIRED, L.IN_REVIEW, L.CONFIRMED)
    numbers = {arrival.letter for arrival in arrivals if arrival.letter}
    for letter in Letter.objects.filter(number__in=numbers, state__in=never):
        found.problems.append(f"I3 {letter.number} is {letter.state} and arrived")


def _right_content(found: Findings, arrivals: list[Arrival]) -> None:
    """I5: the PDF that arrived is the one that was made for this letter."""
    for arrival in arrivals:
        letter = Letter.objects.filter(number=arrival.letter).first() if arrival.letter else None
        if letter is not None and list(arrival.pdfs) != [letter.pdf_sha256]:
            found.problems.append(f"I5 the PDF of {letter.number} is not the one made")


def _history(found: Findings) -> None:
    """I7: each row's moves follow on each other, are allowed, and end at its present state."""
    for rows, table, key in (
        (Letter.objects.all(), LETTER_MOVES, "letter"),
        (Outbound.objects.all(), OUTBOUND_MOVES, "outbound"),
    ):
        for row in rows:
            moves = Move.objects.filter(**{key: row}).order_by("id")
            chain = [move for move in moves if key == "outbound" or move.outbound_id is None]
            if problem := _broken(chain, row.state, table):
                told = [f"{m.id} {m.from_state}→{m.to_state} {m.actor} {m.reason}" for m in chain]
                found.problems.append(f"I7 {key} {problem}: {'; '.join(told)}")


def _broken(moves: list[Move], state: str, table: dict[str, frozenset[str]]) -> str:
    for before, after in pairwise(moves):
        if before.to_state != after.from_state:
            return f"jumps from {before.to_state} to {after.from_state}"
    for move in moves:
        if move.to_state not in table[move.from_state]:
            return f"moved {move.from_state} → {move.to_state}, which no table allows"
    if moves and moves[-1].to_state != state:
        return f"is {state}, its last move says {moves[-1].to_state}"
    return ""


def _integrity(found: Findings) -> None:
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        if (said := cursor.fetchone()[0]) != "ok":
            found.problems.append(f"F16 integrity_check: {said}")


def _audit(found: Findings) -> None:
    """The command that operators have must see what we see."""
    if "letters_audit" not in get_commands():
        return
    said = io.StringIO()
    try:
        call_command("letters_audit", all_files=True, stdout=said, stderr=said)
    except (CommandError, SystemExit) as error:
        if not isinstance(error, SystemExit) or error.code:
            lines = [line for line in said.getvalue().splitlines() if line.startswith("BAD")]
            found.problems += [f"letters_audit: {line[:400]}" for line in lines or [str(error)]]


def _canaries(found: Findings, run: Run) -> None:
    """I6: no log, journal, queue or marker file of the site holds anything personal."""
    words = [word for person in run.confirmed for word in (person.email, person.words)]
    for folder, _, names in os.walk(run.folder):
        if Path(folder).name in ("letters", "mailbox", "kept"):
            continue  # the private storage is where letters belong
        for name in names:
            said = Path(folder, name).read_bytes()
            if any(word.encode() in said for word in words) and ".sqlite3" not in name:
                found.problems.append(f"I6 {name} holds personal data")


def submission_of(person: Person) -> Submission:
    return Submission.objects.get(email=person.email)


def letter_mail(person: Person) -> Outbound:
    return Outbound.objects.get(purpose=Purpose.LETTER, submission__email=person.email)
