"""Run hostile letters and random characters through the typesetter, and say what they cost."""

from __future__ import annotations

import random
import resource
import time
from collections import Counter
from collections.abc import Iterable
from io import BytesIO

from pypdf import PdfReader

from letters.rendering import glyphs, sheet
from letters.rendering.document import LetterDocument
from letters.rendering.pdf import PdfFailed, letter_pdf
from proofs import hostile
from proofs.samples import sample

SECONDS, MEGABYTES = 2.0, 300


def endure(count: int, characters: int) -> bool:
    """Print what happened; return whether every letter stayed within the caps."""
    letter_pdf(sample("en"))
    letter_pdf(sample("ja"))  # fonts are read once; that belongs to no letter
    kept = _report(f"{count} hostile letters", hostile.letters(count))
    return _report(f"{characters} letters of random characters", _random(characters)) and kept


def _random(count: int) -> Iterable[LetterDocument]:
    """Yield letters of any characters: one in ten as they come, the others without the unprintable."""
    rng = random.Random(hostile.SEED)
    for index in range(count):
        text = hostile.random_text(rng, rng.randrange(1, 120))
        missing = set(glyphs.unprintable(text)) if index % 10 else set()
        yield sample("en", words=("".join(char for char in text if char not in missing),))


def _report(name: str, documents: Iterable[LetterDocument]) -> bool:
    outcomes: Counter[str] = Counter()
    slowest, before = 0.0, _memory()
    for document in documents:
        start = time.process_time()
        outcomes[_outcome(document)] += 1
        slowest = max(slowest, time.process_time() - start)
    grown, crashed = _memory() - before, sum(n for told, n in outcomes.items() if "!" in told)
    print(f"{name}: slowest {slowest:.2f} s, memory + {grown:.0f} MB, {crashed} crashes")
    for told, number in outcomes.most_common():
        print(f"  {number:6}  {told}")
    return slowest <= SECONDS and grown <= MEGABYTES and crashed == 0


def _outcome(document: LetterDocument) -> str:
    try:
        pdf = letter_pdf(document)
    except PdfFailed as error:
        return "refused: " + str(error).split(":")[0].rstrip("0123456789 ")[:60]
    except BaseException as error:  # what is no answer is counted, and the run goes on
        return f"! {type(error).__name__}: {error}"[:90]
    pages = len(PdfReader(BytesIO(pdf)).pages)
    return "set" if pages <= sheet.PAGES else f"! {pages} pages"


def _memory() -> float:
    """Return the most memory this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
