"""Set the whole corpus by both ways and compare: `python -m tests.letters.rendering.run.compare`.

The same bytes are the same page, at any resolution, and the same text at the same places.
Letters are set three times, for a block is learnt when it comes again.
"""

from __future__ import annotations

import os
import sys

import django


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")
    django.setup()
    from letters.rendering.pdf import PdfFailed, letter_pdf
    from letters.rendering.run import LetterRun
    from tests.letters.rendering.run.corpus import corpus

    run, wrong, refused = LetterRun(), 0, 0
    letters = list(corpus())
    for name, document in letters:
        try:
            plain = letter_pdf(document)
        except PdfFailed as error:
            refused += 1
            print(f"refused: {name}: {error}")
            continue
        before = run.plain.copy()
        same = all(run.letter(document) == plain for _ in range(3))
        reason = ", ".join(run.plain - before)
        if not same or reason:
            wrong += not same
            print(f"{'set plainly' if same else 'DIFFERENT'}: {name}: {reason}")
    print(f"{len(letters)} letters three times: {wrong} different, {refused} refused, "
          f"{run.composed} composed, {sum(run.plain.values())} set plainly: {dict(run.plain)}")  # fmt: skip
    return wrong


if __name__ == "__main__":
    sys.exit(main())
