"""Bundles for print: time and memory of a process that makes one, against what it may take.

`python -m bench.bundles 1000 0` prints those of a bundle of so many personal letters and so many
signatories, in a database of its own.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from bench.figures import Figure
from bench.letters import FAMILIES, NAMES, TOWNS, _filled, _words, blank

# Names in other scripts, one in twenty: each brings a font along.
ODD = (
    "Пётр Иванович Жуков", "محمد بن عبد الله", "王伟", "Γιώργος Παπαδόπουλος", "ნინო ბერიძე",
    "สมชาย ใจดี", "山田 さくら", "김민준", "משה כהן", "नरेन्द्र शर्मा",
)  # fmt: skip
COUNTRIES = ("EE", "LV", "LT", "FI", "SE", "DE", "UA", "FR", "GB", "JP")
SLUG, GOVERNMENT = "keep-the-ban", "EE"


def measure(*, quick: bool) -> list[Figure]:
    """Return how two bundles keep to their time and memory: of letters, and of names."""
    letters, names = (100, 5_000) if quick else (1_000, 100_000)
    return [
        *_figures(f"bundle of {letters:,} letters", letters, 0, letters / 1_000 * 120, 500),
        *_figures(f"list of {names:,} signatories", 0, names, names / 100_000 * 60, 300),
    ]


def _figures(name: str, letters: int, names: int, seconds: float, megabytes: int) -> list[Figure]:
    command = [sys.executable, "-m", "bench.bundles", str(letters), str(names)]
    with tempfile.TemporaryDirectory(prefix="sincerely-bundle-") as folder:
        environment = {**os.environ, "VAR_DIR": folder}
        found = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    took, held, said = found.stdout.strip().splitlines()[-1].split(" ", 2)
    return [
        Figure(name, seconds / float(took), 1.0, f"{took} s: {said}", f"{seconds:.0f} s"),
        Figure(f"{name}, memory", megabytes / float(held), 1.0, f"{held} MB", f"{megabytes} MB"),
    ]


def seed(government: str, letters: int, names: int) -> None:
    """Write letters that wait for paper: `letters` with own words, `names` without."""
    from django.db import transaction

    from letters.models import Letter, Submission

    rows = _rows(government, letters, names)
    while batch := list(islice(rows, 500)):
        with transaction.atomic():
            Submission.objects.bulk_create(submission for submission, _letter in batch)
            Letter.objects.bulk_create(letter for _submission, letter in batch)


def _rows(government: str, letters: int, names: int) -> Iterator[tuple[Any, Any]]:
    from campaign.models import Campaign, ConsentWording
    from letters.enums import HoldReason, LetterState, SubmissionState
    from letters.models import Letter, Submission

    chance = random.Random(1)
    campaign = Campaign.objects.get(slug=SLUG)
    draft = blank(government)
    consent = ConsentWording.objects.filter(campaign=campaign).first()
    start = datetime(2026, 11, 1, 9, tzinfo=UTC)
    for place in range(letters + names):
        own, at = place < letters, start + timedelta(days=chance.randrange(21))
        document = _letter(draft.document, chance, place, own=own)
        name = document.sender[0][0].text
        submission = Submission(
            campaign=campaign, state=SubmissionState.CONFIRMED, page_language="en", name=name,
            email=f"writer-{place}@mail.example", signer=f"{place:064x}",
            country=chance.choice(COUNTRIES), town=chance.choice(TOWNS),
            words="\n".join(document.words), consent=consent, consent_sha256="0" * 64,
            consented_at=at, form_nonce=f"bench-{place}", created_at=at,
            expires_at=at + timedelta(days=7), confirmed_at=at,
        )  # fmt: skip
        yield submission, Letter(
            submission=submission, campaign=campaign, government=draft.government, office=draft.office, text=draft.text,
            language=document.language, country=submission.country, signer=submission.signer,
            with_words=own, state=LetterState.HELD, hold_reason=HoldReason.HANDOVER,
            content=document.to_json(), confirmed_at=at, confirmed_on=at.date(),
        )  # fmt: skip


def _letter(sample: Any, chance: random.Random, place: int, *, own: bool) -> Any:
    name = f"{chance.choice(NAMES)} {chance.choice(NAMES)}-{chance.choice(FAMILIES)}"
    if place % 20 == 19:
        name = ODD[place // 20 % len(ODD)]
    filled = {"NAME": name, "ORGANISATION": "", "TOWN": chance.choice(TOWNS)}
    return replace(
        sample, words=_words(chance) if own else (),
        sender=_filled(sample.sender, filled), signature=_filled(sample.signature, filled),
        place=_filled((sample.place,), filled)[0],
    )  # fmt: skip


def _alone(letters: int, names: int) -> None:
    """Make a bundle in this process, then print its seconds, its megabytes and what it is."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("load_starter", verbosity=0)
    child = os.fork()  # what seeding takes is not the bundle's memory
    if child == 0:
        seed(GOVERNMENT, letters, names)
        os._exit(0)
    os.waitpid(child, 0)
    print(*_made(), flush=True)


def _made() -> tuple[str, ...]:
    from campaign.models import Campaign, Office
    from letters.actions import bundles
    from letters.printing import work

    campaign = Campaign.objects.get(slug=SLUG)
    office = Office.objects.filter(letters__campaign=campaign).first()
    assert office is not None
    bundle = bundles.ask(campaign, office, ring=False)
    start, busy = time.perf_counter(), time.process_time()
    while work.work(bundle.pk):
        pass
    took, busy = time.perf_counter() - start, time.process_time() - busy
    bundle.refresh_from_db()
    assert bundle.state == bundle.State.DONE, bundle.problem
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    said = (
        f"{busy:.1f} s of processor, {bundle.pages:,} pages on {bundle.sheets:,} sheets, "
        f"{bundle.plain} letters set plainly"
    )
    return f"{took:.1f}", f"{held:.0f}", said


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    if "VAR_DIR" in os.environ:
        _alone(int(sys.argv[1]), int(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory(prefix="sincerely-bundle-") as folder:
            os.environ["VAR_DIR"] = folder
            _alone(int(sys.argv[1]), int(sys.argv[2]))
