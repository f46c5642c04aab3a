"""Fill a campaign with invented submissions, in the order of their days.

Each tells a whole story: its moves lead to where it is, so that letters_audit finds nothing
wrong. Most of what was sent was handed over on paper, a part went by mail. Like retention, it
keeps texts of letters in review only. The same seed gives the same people and letters.
"""

from __future__ import annotations

import json
import random
from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from campaign.models import Campaign, Government
from letters import queries, rollup
from letters.enums import LetterState as L
from letters.enums import OutboundState as O
from letters.enums import Purpose
from letters.enums import SubmissionState as S
from letters.identifiers import NUMBER_ALPHABET, keyed
from letters.models import Attempt, Letter, Move, Outbound, Submission
from letters.rendering.compose import Answers
from letters.seeding.people import COUNTRIES, ENDINGS, FIRST, LAST, OPENINGS, TOWNS
from letters.seeding.tables import Table, quickly

CHUNK = 20_000
NUMBERS = len(NUMBER_ALPHABET) ** 7
# Of a thousand forms; those in review come on top of it, the rest were sent.
FATES = {L.AWAITING: 30, L.EXPIRED: 50, L.WITHDRAWN: 10, L.REJECTED: 8, L.ANSWERED: 12}
BY_MAIL = 10  # one letter in so many
WAITING_DAYS = 5  # of the seven that a link works
# Of a hundred forms these are by somebody who wrote before.
AGAIN = 8
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - plus seconds in UTC
NAME, WORDS = "Seed Name Here", "Seed words here."


@dataclass(frozen=True)
class Plan:
    campaign: Campaign
    submissions: int
    in_review: int = 0
    days: int = 120
    seed: int = 1


@dataclass(frozen=True)
class Goal:
    """Whom a letter goes to, and with which text. `content`: its frozen text, to be filled in."""

    government: int
    office: int | None
    text: int
    language: str
    content: str


class AlreadySeeded(Exception):
    """This seed was sown in this database: its people would come twice."""


def seed(plan: Plan, say: Callable[[int], None]) -> None:
    """Write everything and count it. `say` is told after each chunk how many forms there are."""
    if Submission.objects.filter(form_nonce=f"seed-{plan.seed}-0").exists():
        raise AlreadySeeded
    sower = Sower(plan)
    with quickly(sower.tables):
        for done in sower.chunks():
            say(done)
    rollup.recount(plan.campaign)
    with connection.cursor() as cursor:  # what a database of this size has long known of itself
        cursor.execute("ANALYZE")


class Sower:
    def __init__(self, plan: Plan) -> None:
        self.plan, self.dice = plan, random.Random(plan.seed)  # noqa: S311
        self.goals = _goals(plan.campaign)
        self.weights = list(accumulate(1 / (place + 2) for place in range(len(self.goals))))
        self.days = _days(plan)
        self.consent = plan.campaign.consent_wordings.order_by("pk").first()
        self.nth = plan.campaign.submissions.aggregate(n=Max("writer_number"))["n"] or 0
        self.first = self.dice.randrange(NUMBERS)
        # Who may write again: signer, name, address, country, and to whom they wrote.
        self.known: list[tuple[str, str, str, str, set[int]]] = []
        self.fates = list(accumulate(FATES.values()))
        self._tables()

    def _tables(self) -> None:
        self.submissions = Table(
            Submission,
            ("id", "campaign_id", "state", "page_language", "name", "email", "signer", "country",
             "town", "words", "consent_id", "consent_sha256", "consented_at", "form_nonce",
             "created_at", "expires_at", "confirmed_at", "writer_number"),
        )  # fmt: skip
        self.letters = Table(
            Letter,
            ("id", "number", "submission_id", "campaign_id", "government_id", "office_id",
             "text_id", "language", "country", "signer", "with_words", "state", "content",
             "confirmed_at", "confirmed_on", "sent_at", "created_at"),
        )  # fmt: skip
        self.outbounds = Table(
            Outbound,
            ("id", "purpose", "submission_id", "letter_id", "language", "state", "attempts",
             "next_attempt_at", "message_id", "created_at", "sent_at", "claim_token", "last_code"),
        )  # fmt: skip
        self.attempts = Table(
            Attempt,
            ("outbound_id", "number", "claim_token", "stage", "started_at", "ended_at", "code"),
        )
        self.moves = Table(
            Move,
            ("submission_id", "letter_id", "outbound_id", "from_state", "to_state", "actor", "at"),
        )
        # In the order in which they refer to each other.
        self.tables = (self.submissions, self.letters, self.outbounds, self.attempts, self.moves)

    def chunks(self) -> Iterator[int]:
        total = self.plan.submissions
        for start in range(0, total, CHUNK):
            end = min(start + CHUNK, total)
            for nth in range(start, end):
                self._form(nth)
            with transaction.atomic():
                for table in self.tables:
                    table.flush()
            yield end

    # --- one form and its letter -------------------------------------------------------------

    def _form(self, nth: int) -> None:
        dice, plan = self.dice, self.plan
        at, day = self._when(nth)
        goal, who = self._writer(nth)
        signer, name, email, country, _written = who
        fate = self._fate(nth)
        words = f"{dice.choice(OPENINGS)} {dice.choice(ENDINGS)}" if dice.random() < 1 / 3 else ""
        confirmed = at + dice.randrange(60, 2400) if fate not in (L.AWAITING, L.EXPIRED) else None
        state = {L.AWAITING: S.AWAITING, L.EXPIRED: S.EXPIRED}.get(fate, S.CONFIRMED)
        blank = state == S.EXPIRED
        form, letter = self._key(at), self._key(at)
        self.nth += confirmed is not None
        assert self.consent is not None
        self.submissions.add(
            form, plan.campaign.pk, state.value, "en", "" if blank else name,
            "" if blank else email, signer, country, "" if blank else dice.choice(TOWNS),
            "" if blank else words, self.consent.pk, "0" * 64, _time(at),
            f"seed-{plan.seed}-{nth}", _time(at), _time(at + 7 * 86400), _time(confirmed),
            self.nth if confirmed else None,
        )  # fmt: skip
        sent = confirmed + 3600 if confirmed and fate in (L.SENT, L.ANSWERED) else None
        content = _filled(goal.content, name, words) if fate == L.IN_REVIEW else None
        self.letters.add(
            letter, self._number(nth), form, plan.campaign.pk, goal.government, goal.office,
            goal.text, goal.language, country, signer, bool(words), fate.value, content,
            _time(confirmed), day if confirmed else None, _time(sent), _time(at),
        )  # fmt: skip
        self._story(nth, form, letter, fate, at, confirmed, goal.language)

    def _story(
        self, nth: int, form: str, letter: str, fate: L, at: int, confirmed: int | None, tag: str
    ) -> None:
        if fate == L.AWAITING:
            return
        then = _time(confirmed or at + 7 * 86400)
        state, actor = (S.CONFIRMED, "supporter") if confirmed else (S.EXPIRED, "retention")
        self.moves.add(form, None, None, S.AWAITING.value, state.value, actor, then)
        by_mail = fate in (L.SENT, L.ANSWERED) and nth % BY_MAIL == 0
        for start, to, by in _WAYS_BY_MAIL[fate] if by_mail else _WAYS[fate]:
            self.moves.add(form, letter, None, start, to, by, then)
        if by_mail and confirmed:
            self._mail(form, letter, confirmed, tag)

    def _mail(self, form: str, letter: str, confirmed: int, tag: str) -> None:
        key, token = self._key(confirmed), f"{self.dice.getrandbits(128):032x}"
        queued, sent = _time(confirmed + 60), _time(confirmed + 3600)
        self.outbounds.add(
            key, Purpose.LETTER.value, form, letter, tag, O.SENT.value, 1, queued,
            f"<{key}@seed.example>", queued, sent, token, 250,
        )  # fmt: skip
        self.attempts.add(key, 1, token, Attempt.Stage.DONE.value, sent, sent, 250)
        for start, to in ((O.QUEUED, O.SENDING), (O.SENDING, O.SENT)):
            self.moves.add(form, letter, key, start.value, to.value, "worker", sent)

    # --- what is drawn -----------------------------------------------------------------------

    def _when(self, nth: int) -> tuple[int, str]:
        """Return the moment of a form and its day: many at first, fewer every week."""
        share = (nth + 0.5) / self.plan.submissions
        place = share**1.7 * len(self.days)
        midnight, day = self.days[int(place)]
        return midnight + int(place % 1 * 80_000), day

    def _fate(self, nth: int) -> L:
        total = self.plan.submissions
        if nth >= total - self.plan.in_review:
            return L.IN_REVIEW
        drawn = self.dice.randrange(1000)
        fate = [*FATES, L.SENT][bisect(self.fates, drawn)]
        if fate == L.AWAITING and not self._is_new(nth):
            return L.EXPIRED
        if fate == L.EXPIRED and self._is_new(nth):
            return L.AWAITING
        return fate

    def _is_new(self, nth: int) -> bool:
        """Whether a form's link still works; with a day to spare, for those who look tomorrow."""
        return self._when(nth)[0] >= self.days[-1][0] - WAITING_DAYS * 86400

    def _writer(self, nth: int) -> tuple[Goal, tuple[str, str, str, str, set[int]]]:
        dice = self.dice
        goal = self.goals[bisect(self.weights, dice.random() * self.weights[-1])]
        if self.known and dice.randrange(100) < AGAIN:
            who = dice.choice(self.known)
            if goal.government not in who[4]:
                who[4].add(goal.government)
                return goal, who
        name = f"{dice.choice(FIRST)} {dice.choice(LAST)}".replace("_", " ")
        email = f"writer-{self.plan.seed}-{nth}@mail.example"
        (country,) = dice.choices(_CODES, cum_weights=_CODE_WEIGHTS)
        who = (keyed("signer", email).hex(), name, email, country, {goal.government})
        self.known.append(who)
        if len(self.known) > CHUNK:
            self.known = self.known[CHUNK // 2 :]
        return goal, who

    def _key(self, at: int) -> str:
        """Return the hexadecimal digits of a time-ordered UUID (RFC 9562 §5.7)."""
        drawn = f"{self.dice.getrandbits(72):018x}"
        return f"{at * 1000:012x}7{drawn[:3]}8{drawn[3:]}"

    def _number(self, nth: int) -> str:
        """Return a letter number. A step that shares no factor with NUMBERS meets each once."""
        rest = (self.first + nth * 7_368_787_001) % NUMBERS
        signs = []
        for _place in range(7):
            rest, sign = divmod(rest, len(NUMBER_ALPHABET))
            signs.append(NUMBER_ALPHABET[sign])
        return "".join([*signs[:4], "-", *signs[4:]])


# --- what is the same for all ---------------------------------------------------------------------

_CODES = list(COUNTRIES)
_CODE_WEIGHTS = list(accumulate(COUNTRIES.values()))
_CONFIRMED = [(L.AWAITING.value, L.CONFIRMED.value, "supporter")]
_REVIEWED = [*_CONFIRMED, (L.CONFIRMED.value, L.IN_REVIEW.value, "policy")]
_APPROVED = [*_CONFIRMED, (L.CONFIRMED.value, L.APPROVED.value, "policy")]
_ON_PAPER = [*_APPROVED, (L.APPROVED.value, L.SENT.value, "organiser")]
_MAILED = [
    *_APPROVED,
    *(
        (start.value, to.value, "worker")
        for start, to in zip(
            (L.APPROVED, L.RENDERED, L.QUEUED, L.SENDING),
            (L.RENDERED, L.QUEUED, L.SENDING, L.SENT),
            strict=True,
        )
    ),
]
_ANSWER = (L.SENT.value, L.ANSWERED.value, "organiser")
_WAYS = {
    L.EXPIRED: [(L.AWAITING.value, L.EXPIRED.value, "retention")],
    L.WITHDRAWN: [*_CONFIRMED, (L.CONFIRMED.value, L.WITHDRAWN.value, "supporter")],
    L.REJECTED: [*_REVIEWED, (L.IN_REVIEW.value, L.REJECTED.value, "organiser")],
    L.IN_REVIEW: _REVIEWED,
    L.SENT: _ON_PAPER,
    L.ANSWERED: [*_ON_PAPER, _ANSWER],
}
_WAYS_BY_MAIL = {L.SENT: _MAILED, L.ANSWERED: [*_MAILED, _ANSWER]}


def _goals(campaign: Campaign) -> list[Goal]:
    """Return a goal for each government that the campaign has a letter for. Raises NoLetter."""
    governments = queries.governments_of(campaign)
    found = queries.targets(campaign, governments)
    return [_goal(campaign, government, found[government.pk]) for government in governments]


def _goal(campaign: Campaign, government: Government, target: queries.Target) -> Goal:
    day = campaign.today()
    answers = Answers(NAME, words=WORDS)
    drafted = queries.draft(
        campaign, government, answers, day=day, number="SEED-000", confirmed=day, country="BE",
        fallback=target.text,
    )  # fmt: skip
    office = target.office.pk if target.office else None
    content = json.dumps(drafted.document.to_json())
    return Goal(government.pk, office, target.text.pk, target.text.language, content)


def _filled(content: str, name: str, words: str) -> str:
    name, words = json.dumps(name)[1:-1], json.dumps(words)[1:-1]
    return content.replace(NAME, name).replace(WORDS, words)


def _days(plan: Plan) -> list[tuple[int, str]]:
    """Return midnight (seconds since 1970) and name of each day up to yesterday."""
    zone = ZoneInfo(plan.campaign.time_zone)
    today = timezone.now().astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(plan.days, 0, -1)]
    starts = [datetime(day.year, day.month, day.day, tzinfo=zone) for day in days]
    return [(int(start.timestamp()), start.date().isoformat()) for start in starts]


def _time(at: int | None) -> str | None:
    """Return a moment in UTC as both databases read it. SQLite knows no zones."""
    if at is None:
        return None
    return (EPOCH + timedelta(seconds=at)).isoformat(" ")
