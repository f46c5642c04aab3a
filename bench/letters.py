"""Letters as PDF against the plain way, one call of HTML(string=…).write_pdf() for each.

`python -m bench.letters 5000` prints the memory of one process over so many letters.
"""

from __future__ import annotations

import multiprocessing
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from bench.figures import Figure, in_turn, per_second

SENTENCES = (
    "My grandfather cleared fields near the border for eleven years.",
    "Where I grew up, children are told which paths they may walk.",
    "I worked as a nurse and saw what a mine does to a body, long after peace returned.",
    "Please think of the farmers who cannot plough their own land.",
    "What is laid in haste lies there for decades; nobody remembers where.",
)
NAMES = ["Mari", "Jüri", "Jānis", "Élodie", "Łukasz", "Zoë", "Björk", "Ngozi", "José", "Øyvind"]
FAMILIES = [
    "Tamm",
    "Kalniņš",
    "Müller",
    "O’Brien",
    "Kowalska",
    "Lindström",
    "Győri",
    "Papadopoulos",
]
TOWNS = ["Tartu", "Riga", "Vilnius", "Turku", "Zürich", "Gdańsk", "Århus", "Besançon"]
MEMORY = 250  # MB a process
GROWTH = 1.1


def pdf(seconds: float) -> list[Figure]:
    """A campaign's run from a cold start, one warm letter, two processes, and memory."""
    count = 1_000 if seconds >= 1 else 200
    run, memory = _in_process(_run, count)
    return [run, _single(seconds), _processes(seconds), *memory]


def _run(count: int) -> tuple[Figure, list[Figure]]:
    """Set a run in parts, plain letters between them: what else the machine does hits both."""
    from letters.rendering.run import LetterRun

    run, documents, sizes = LetterRun(), letters(count), []
    ours = theirs = 0.0
    plain = 0
    for place, document in enumerate(documents):
        ours += _timed(partial(run.letter, document))
        if place % (count // 50) == 0:
            theirs += _timed(partial(naive, document))
            plain += 1
        if place % (count // 10) == count // 10 - 1:
            sizes.append(_megabytes())
    ratio = (theirs / plain) / (ours / count)
    measured = f"{count / ours:.1f} letters/s, {sum(run.plain.values())} of {count} set plainly"
    figure = Figure(
        f"run of {count:,} letters, cold start included", ratio, 10.0, measured,
        f"naive write_pdf, {plain / theirs:.1f}/s",
    )  # fmt: skip
    return figure, _memory(sizes[len(sizes) // 2 - 1], sizes[-1], count)


def _memory(halfway: float, end: float, count: int) -> list[Figure]:
    return [
        Figure("memory of a process that sets letters", MEMORY / end, 1.0, f"{end:.0f} MB", f"{MEMORY} MB"),
        Figure(
            f"the same, {count:,} letters against half of them", GROWTH * halfway / end, 1.0,
            f"{end / halfway:.2f} x", f"at most {GROWTH} x",
        ),
    ]  # fmt: skip


def _single(seconds: float) -> Figure:
    from letters.rendering.run import letter_pdf

    documents, plain = letters(100_000, 1), letters(100_000, 1)
    for _ in range(60):
        letter_pdf(next(documents))
    ratio, ours, theirs = in_turn(
        lambda: letter_pdf(next(documents)), lambda: naive(next(plain)), seconds, rounds=3
    )
    measured, reference = f"{ours:.1f} letters/s", f"naive write_pdf, {theirs:.1f}/s"
    return Figure("one letter in a warm process", ratio, 2.0, measured, reference)


def _processes(seconds: float) -> Figure:
    """Two processes at once against one of them alone, in turn."""
    pipes = [_worker() for _ in range(2)]
    alone, both = [], []
    for _ in range(3):
        alone.append(_together(pipes[:1], seconds))
        both.append(_together(pipes, seconds))
    for pipe in pipes:
        pipe.send(0)
    one, two = statistics.median(alone), statistics.median(both)
    return Figure(
        "letters by two processes", two / one, 1.8, f"{two:.1f}/s", f"one alone, {one:.1f}/s"
    )


def _together(pipes: list[Any], seconds: float) -> float:
    for pipe in pipes:
        pipe.send(seconds)
    return sum(float(pipe.recv()) for pipe in pipes)


def _worker() -> Any:
    here, there = multiprocessing.Pipe()
    multiprocessing.get_context("fork").Process(target=_work, args=(there,), daemon=True).start()
    here.recv()
    return here


def _work(pipe: Any) -> None:
    from letters.rendering.run import LetterRun

    run, documents = LetterRun(), letters(100_000, random.randrange(1_000))
    for _ in range(100):
        run.letter(next(documents))
    pipe.send("warm")
    while seconds := pipe.recv():
        pipe.send(per_second(lambda: run.letter(next(documents)), seconds))


def _in_process(target: Callable[..., Any], *args: Any) -> Any:
    """Return what `target` returns in a process of its own: its memory is its own, too."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    process = context.Process(target=lambda: there.send(target(*args)))
    process.start()
    found = here.recv()
    process.join()
    return found


def letters(count: int, seed: int = 1) -> Iterator[Any]:
    """Yield different letters to Estonia, a third with own words of 20 to 4,000 characters."""
    chance, sample = random.Random(seed), _sample()
    for number in range(count):
        name = f"{chance.choice(NAMES)} {chance.choice(NAMES)}-{chance.choice(FAMILIES)}"
        words = _words(chance) if number % 3 == 0 else ()
        filled = {
            "NAME": name,
            "ORGANISATION": chance.choice(("", "", "Red Cross")),
            "TOWN": chance.choice(TOWNS),
        }
        yield replace(
            sample, words=words, number=f"KTB-2026-{number:06d}",
            sender=_filled(sample.sender, filled), signature=_filled(sample.signature, filled),
            place=_filled((sample.place,), filled)[0],
            check_url=f"https://letters.example/en/check/KTB-2026-{number:06d}/",
        )  # fmt: skip


def _words(chance: random.Random) -> tuple[str, ...]:
    count = chance.randint(1, 5)
    length = chance.randint(20, 4_000) - count  # the line ends between them count, too
    text = ""
    while len(text) < length:
        text += chance.choice(SENTENCES) + " "
    each = length // count
    return tuple(text[each * i : each * (i + 1)].strip() for i in range(count))


def _filled(lines: Any, values: dict[str, str]) -> Any:
    def text(piece: Any) -> str:
        found = piece.text
        for name, value in values.items():
            found = found.replace(name, value)
        return str(found)

    return tuple(tuple(replace(piece, text=text(piece)) for piece in line) for line in lines)


def _sample() -> Any:
    return blank("EE").document


@cache
def blank(code: str) -> Any:
    """Return the draft of a letter to a government, with words to be replaced by a writer's."""
    from campaign.models import Campaign, Government
    from letters import queries
    from letters.rendering.compose import Answers

    campaign = Campaign.objects.get(slug="keep-the-ban")
    answers = Answers(name="NAME", organisation="ORGANISATION", town="TOWN")
    government = Government.objects.get(iso2=code)
    day = campaign.today()
    return queries.draft(
        campaign, government, answers, country=code, number="KTB-2026-000000", confirmed=day
    )


def naive(document: Any) -> bytes:
    import weasyprint

    from letters.rendering import archive
    from letters.rendering.html import pdf_html

    source = pdf_html(document).replace("</head>", f"<style>{_css()}</style></head>")
    made: bytes = weasyprint.HTML(string=source).write_pdf(
        finisher=archive.finish, **archive.OPTIONS
    )
    return made


@cache
def _css() -> str:
    return Path("static/css/pdf.css").read_text(encoding="utf-8")


def _timed(step: Callable[[], object]) -> float:
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def _megabytes() -> float:
    """Return the most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _over(count: int) -> None:
    from letters.rendering.run import LetterRun

    run = LetterRun()
    for number, document in enumerate(letters(count), start=1):
        run.letter(document)
        if number % 500 == 0:
            print(
                f"{number:6,} letters: {_megabytes():.0f} MB at most, {dict(run.plain)}", flush=True
            )


if __name__ == "__main__":
    import django

    django.setup()
    _over(int(sys.argv[1]))
