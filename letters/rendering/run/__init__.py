"""Letters of a run: laid out once where they are alike, composed one by one, byte for byte the same.

`LetterRun().set(documents)` for many, `letter_pdf(document)` for one in a warm process. Both give
exactly the bytes that `letters.rendering.pdf.letter_pdf` gives, and fall back to it.
"""

from letters.rendering.run.service import LetterRun, letter_pdf

__all__ = ["LetterRun", "letter_pdf"]
