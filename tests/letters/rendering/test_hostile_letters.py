"""Hostile letters: each is set within the caps, or refused in a sentence; nothing is fetched.

`python -m proofs hostile` runs 500 of them, and 10,000 of random Unicode; here is a sample.
"""

from __future__ import annotations

import random
import resource
import socket
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from letters.rendering import sheet
from letters.rendering.document import Part, Piece
from letters.rendering.pdf import PdfFailed, html_to_pdf, letter_pdf
from proofs import hostile
from proofs.attacks import WAYS, attacks
from proofs.ruler import page_texts
from proofs.samples import sample

SECRET = "the-secret-that-must-not-be-printed"


@pytest.fixture
def asked() -> Iterator[list[bytes]]:
    """A server on this machine, and what it was asked."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        heard.append(str(server.getsockname()[1]).encode())

        def listen() -> None:
            while True:
                try:
                    heard.append(server.accept()[0].recv(1_000))
                except OSError:
                    return

        threading.Thread(target=listen, daemon=True).start()
        yield heard
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def loopback(asked: list[bytes]) -> set[int]:
    """The server can be reached: what isn't asked was not asked, rather than blocked."""
    return {int(asked[0])}


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.svg"
    path.write_text(f"<svg xmlns='http://www.w3.org/2000/svg'><text>{SECRET}</text></svg>")
    return path


def holds_secret(pdf: bytes) -> bool:
    """Whether any stream or text of a PDF has the secret in it."""
    reader: Any = PdfReader(BytesIO(pdf))
    objects = [reader.get_object(number) for number in range(1, int(str(reader.trailer["/Size"])))]
    streams = [one.get_data() for one in objects if hasattr(one, "get_data")]
    return any(SECRET.encode() in one for one in [pdf, *streams]) or SECRET in "".join(
        page_texts(pdf)
    )


def test_there_are_sixty_ways(secret: Path) -> None:
    assert len(set(attacks(secret, 1))) == 2 * len(WAYS) >= 60


@pytest.mark.parametrize("way", range(2 * len(WAYS)))
def test_our_own_html_can_ask_for_nothing(way: int, secret: Path, asked: list[bytes]) -> None:
    markup = attacks(secret, int(asked[0]))[way]
    try:
        pdf = html_to_pdf(f"<html lang=en><title>x</title><body><p>x</p>{markup}</body></html>")
    except PdfFailed as error:
        assert error.permanent is True
    else:
        assert holds_secret(pdf) is False
        assert b"/EmbeddedFile" not in pdf
    assert asked[1:] == []


def test_the_secret_would_be_found() -> None:
    assert holds_secret(html_to_pdf(f"<html lang=en><title>x</title><body><p>{SECRET}</p></body>"))


def test_ways_in_a_supporters_words_are_only_text(secret: Path, asked: list[bytes]) -> None:
    ways = attacks(secret, int(asked[0]))
    for start in range(0, len(ways), 16):
        words = tuple(ways[start : start + 16])
        read = "".join("".join(page_texts(letter_pdf(sample("en", words=words)))).split())
        assert [way for way in words if "".join(way.split())[:40] not in read] == []
    assert asked[1:] == []


def outcome(document: Any) -> str:
    """Return "set" or the refusal. Anything else raises."""
    try:
        pages = len(PdfReader(BytesIO(letter_pdf(document))).pages)
    except PdfFailed as error:
        assert error.permanent is True
        return str(error)
    assert pages <= sheet.PAGES
    return "set"


@pytest.mark.parametrize("document", list(hostile.letters(30)), ids=range(30))
def test_a_hostile_letter_is_set_or_refused_within_the_caps(document: Any) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF)
    told = outcome(document)
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert told == "set" or told.endswith(".")
    assert after.ru_maxrss - before.ru_maxrss < 300 * 1024


def test_random_characters_never_crash_the_typesetter() -> None:
    rng = random.Random(7)
    told = {outcome(sample("en", words=(hostile.random_text(rng, 40),))) for _ in range(60)}
    assert all(one == "set" or one.endswith(".") for one in told)


def body(text: str) -> tuple[Part, ...]:
    return (Part("paragraph", ((Piece(text),),)),)


WORD = "W" * 200
BAD = [
    ("a word of 200 characters", {"words": (WORD,)}, "set"),
    ("towers of accents", {"words": ("Z" + "\u0351" * 200,)}, "set"),
    ("10,000 line breaks", {"words": ("a",) * 10_000}, "may have 40 lines"),
    ("10,000 separators", {"words": ("a\u2028" * 10_000,)}, "may have 40 lines"),
    ("directions overridden", {"words": ("\u202etxet desrever\u202c",)}, "set"),
    ("a run without a space", {"words": ("W" * 2_001,)}, "more than 2000 characters without"),
    ("a name of a page", {"signature": ((Piece("W " * 200),),)}, "more than 300 characters"),
    ("separators in a body", {"body": body("x\u2028" * 3_000)}, "more than 3 pages"),
    ("a body beyond the cap", {"body": body("x " * 6_100)}, "more than 12000 characters"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "told"), [one[1:] for one in BAD], ids=[one[0] for one in BAD])
def test_bad_input_has_its_stated_outcome(changes: dict[str, Any], told: str) -> None:
    assert told in outcome(sample("en", **changes))


def test_a_long_word_is_broken_and_stays_on_the_paper() -> None:
    read = "".join(page_texts(letter_pdf(sample("en", words=(WORD,))))[0].split())
    assert WORD in read


@pytest.mark.parametrize("control", ["\x01", "\x04", "\x9b"])
def test_a_control_character_among_chinese_is_refused_in_a_sentence(control: str) -> None:
    told = outcome(sample("en", words=(f"驥{control}砪",)))
    assert told == f"No installed font has: {control} (U+{ord(control):04X})."
