"""Letters meant to break the typesetter, made from a seed: the same each time.

Some are what people paste by accident, some what attackers try. Each is either set within the
caps or refused in a sentence (letters/rendering/sheet.py, glyphs.py): nothing else may happen.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from letters.rendering.document import LetterDocument, Part, Piece
from proofs.samples import sample

SEED = 20261122
SPACES = "\u00a0\u2000\u2003\u2007\u2009\u200a\u200b\u202f\u205f\u2060\u3000\ufeff"
CONTROLS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c"
SCRIPTS = "aBçŁжЩΩאبنुকதไทខមကአბՀ中あ한🙏"
MARKUP = (
    "<script>", "</article>", "<img src=x>", "&amp;&#60;", "{{ 7*7 }}", "{% include 'x' %}",
    "{name.__class__}", "**", "- ", "<!--", "]]>", "%PDF-", "\\", "(((", "' OR 1=1", "<svg>",
)  # fmt: skip
Make = Callable[[random.Random], str]


def _one_word(rng: random.Random) -> str:
    return rng.choice("aWмج中") * rng.choice((61, 200, 600, 1_999, 4_000, 20_000))


def _joined(rng: random.Random) -> str:
    return rng.choice(SPACES + "\u2011\u00ad").join("W" * rng.choice((100, 1_000, 20_000)))


def _breaks(rng: random.Random) -> str:
    return rng.choice(("\n", "\r\n", "a\n", "\u2028", "a\u2029", "\x0b")) * rng.choice(
        (41, 600, 10_000)
    )


def _zalgo(rng: random.Random) -> str:
    marks = [chr(code) for code in range(0x300, 0x36F)]
    letters = (char + "".join(rng.choices(marks, k=rng.randrange(1, 60))) for char in "Tuleb ")
    return "".join(letters) * rng.randrange(1, 40)


def _bidi(rng: random.Random) -> str:
    return "".join(rng.choices(CONTROLS + "abc אבג 123 ()", k=rng.randrange(10, 3_000)))


def _nested(rng: random.Random) -> str:
    return rng.choice("\u202a\u2067\u202e") * rng.choice((130, 2_000)) + "text"


def _markup(rng: random.Random) -> str:
    return "".join(rng.choices(MARKUP, k=rng.randrange(1, 300)))


def _mixture(rng: random.Random) -> str:
    return "".join(rng.choices(SCRIPTS + " \u200d\u200c", k=rng.randrange(1, 3_900)))


def _emoji(rng: random.Random) -> str:
    return "👨‍👩‍👧‍👦🏽‍♀️🇪🇪"[: rng.randrange(1, 12)] * rng.randrange(1, 300)


def _any(rng: random.Random) -> str:
    return random_text(rng, rng.randrange(1, 2_000))


KINDS: tuple[Make, ...] = (
    _one_word, _joined, _breaks, _zalgo, _bidi, _nested, _markup, _mixture, _emoji, _any,
)  # fmt: skip


def random_text(rng: random.Random, length: int) -> str:
    """Return characters from all of Unicode, assigned or not, but for surrogates."""
    planes = (0x7F, 0x24F, 0x7FF, 0x1FFF, 0xFFFF, 0x1FFFF, 0x3FFFF, 0x10FFFF)
    chars = (chr(rng.randrange(rng.choice(planes) + 1)) for _ in range(length))
    return "".join(char for char in chars if unicodedata.category(char) != "Cs")


def letters(count: int, seed: int = SEED) -> Iterator[LetterDocument]:
    """Yield hostile letters. The text is the supporter's, the office's or the organiser's."""
    rng = random.Random(seed)
    for index in range(count):
        text = KINDS[index % len(KINDS)](rng)
        yield sample(rng.choice(("en", "ar", "th", "ja")), **_placed(rng, text))


def _placed(rng: random.Random, text: str) -> dict[str, Any]:
    line = (Piece(text, fill="name"),)
    lines = tuple(text.splitlines()) or ("",)
    return rng.choice(
        (
            {"words": lines},
            {"words": (text,)},
            {"sender": (line,), "signature": (line,)},
            {"subject": (Piece(text),)},
            {"addressee": lines[:12]},
            {"body": (Part("paragraph", (line,)),)},
            {"body": (Part("list", tuple((Piece(one),) for one in lines)),)},
            {"salutation": text, "closing": text},
            {"letterhead": lines[:3], "place": line},
        )
    )
