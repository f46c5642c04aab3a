"""Letter files of any text and any bytes: read or refused, never a crash."""

from __future__ import annotations

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from letters import blocks
from letters.letter_file import LetterFileError, parse_letter, read_letter
from letters.validators import validate_block_text, validate_line_text

ANYTHING = st.text() | st.text(alphabet="-*#[]{}<>()!|_`:.,\\ \n\t•–1ae", max_size=80)


def check_that_it_is_read_or_refused(text: str) -> None:
    try:
        found = parse_letter(text)
    except LetterFileError as error:
        assert error.problems
        return
    validate_block_text(found.body)
    validate_block_text(found.ask)
    for line in (found.subject, found.salutation, found.closing, found.signature):
        validate_line_text(line)
    assert blocks.parse(found.body)


@examples(deadline=None)
@given(ANYTHING)
def test_any_text_is_read_or_refused(text: str) -> None:
    check_that_it_is_read_or_refused(text)


@examples(deadline=None)
@given(ANYTHING, ANYTHING)
def test_any_text_inside_a_letter_is_read_or_refused(inner: str, ask: str) -> None:
    check_that_it_is_read_or_refused(f"Dear A,\n\n{inner}\n\n{ask}\n\nSincerely,\n[Name]")


@examples(deadline=None)
@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_letter(data)
    except LetterFileError as error:
        assert error.problems
