from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from letters.letter_file import LetterFile, LetterFileError, parse_letter, read_letter

LETTER = """\
**Subject:** Please keep the ban

22 November 2026

Dear Leader,

I write to you because a promise
needs friends. My reasons:

- **It works.** Fewer people are hurt,
  year after year.
- It lasts.

I urge you to stay in the Convention.

Thank you for reading.

Sincerely,

[Your Name / Organization]
[City, Country]
"""


def letter(
    inner: str = "A reason.\n\nI ask you to stay.", head: str = "Dear Leader,"
) -> LetterFile:
    return parse_letter(f"{head}\n\n{inner}\n\nSincerely,\n[Name]\n")


def problems_of(text: str | bytes) -> list[str]:
    with pytest.raises(LetterFileError) as caught:
        read_letter(text.encode() if isinstance(text, str) else text)
    return [str(problem) for problem in caught.value.problems]


def wrong(inner: str) -> list[str]:
    """Return the problems of a letter whose line 3 is the first of `inner`."""
    return problems_of(f"Dear Leader,\n\n{inner}\n\nI ask you to stay.\n\nSincerely,\n[Name]\n")


def test_every_part_is_found() -> None:
    found = parse_letter(LETTER)

    assert found.subject == "Please keep the ban"
    assert found.salutation == "Dear Leader,"
    assert found.body == (
        "I write to you because a promise needs friends. My reasons:\n\n"
        "- **It works.** Fewer people are hurt, year after year.\n- It lasts."
    )
    assert found.ask == "I urge you to stay in the Convention.\n\nThank you for reading."
    assert found.closing == "Sincerely,"
    assert found.signature == "{name}\n{organisation}\n{place}"
    assert (found.paragraphs, found.bullets) == (1, 2)
    assert found.placeholders == ("name", "organisation", "place")


def test_a_date_above_the_salutation_is_left_out_and_said_so() -> None:
    assert [note for note in parse_letter(LETTER).notes if "line 3" in note]


def test_the_example_in_the_documentation_is_read() -> None:
    page = (Path(settings.BASE_DIR) / "docs" / "letter-files.md").read_text(encoding="utf-8")
    example = re.findall(r"```markdown\n(.*?)```", page, re.DOTALL)

    found = parse_letter(example[0])

    assert found.ask.startswith("I ask your Government")
    assert (found.bullets, found.notes) == (2, ())


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace(" ", "\u00a0 "),
        lambda text: text.replace("\n", "   \n"),
        lambda text: text.replace("\n- ", "\n• ").replace("\n\n• ", "\n\n•\u00a0"),
        lambda text: text.replace("\n- ", "\n\uf0b7\t"),
        lambda text: text.replace("\n- ", "\n– "),
        lambda text: text.replace("\n- ", "\n\n* "),
        lambda text: text.replace("[", "\\[").replace("]", "\\]"),
        lambda text: text.replace("Dear Leader,", "**Dear Leader,**"),
        lambda text: "\n\n---\n" + text,
    ],
)
def test_what_word_processors_leave_changes_nothing(change: object) -> None:
    assert callable(change)
    found, plain = parse_letter(change(LETTER)), parse_letter(LETTER)

    def parts(one: LetterFile) -> tuple[str, ...]:
        texts = (one.subject, one.salutation, one.body, one.ask, one.closing, one.signature)
        return tuple(text.replace("\u00a0", " ").replace("  ", " ") for text in texts)

    assert parts(found) == parts(plain)


def test_smart_quotes_and_single_hard_spaces_stay_as_written() -> None:
    assert letter("“Trust”\u00a0: a word’s worth.\n\nI ask you.").body == (
        "“Trust”\u00a0: a word’s worth."
    )


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        ("Subject: Stay", "Stay"),
        ("**Subject: Stay**", "Stay"),
        ("**Subject**: Stay", "Stay"),
        ("*Re:* Stay", "Stay"),
        ("SUBJECT : Stay", "Stay"),
        ("Betreff: Stay", "Stay"),
        ("Subject: **Stay with\nthe ban**", "Stay with the ban"),
        ("Subject: Stay with\nthe ban", "Stay with the ban"),
    ],
)
@pytest.mark.parametrize("order", ["{subject}\n\nDear Leader,", "Dear Leader,\n\n{subject}"])
def test_a_subject_is_found_on_either_side_of_the_salutation(
    line: str, subject: str, order: str
) -> None:
    assert letter(head=order.format(subject=line)).subject == subject


def test_a_subject_is_optional() -> None:
    assert letter().subject == ""


@pytest.mark.parametrize(
    "line",
    [
        "Dear Leader",
        "Dear Prime Minister,",
        "Your Excellency,",
        "Excellencies,",
        "To the Head of Government:",
        "Mr. President,",
        "Lugupeetud peaminister",
        "Szanowny Panie Premierze,",
        "Monsieur le Premier ministre,",
        "دولة رئيس مجلس الوزراء المحترم",
        "Salutation: Mheshimiwa Waziri Mkuu,",
    ],
)
def test_salutations_are_known(line: str) -> None:
    assert letter(head=line).salutation == line.removeprefix("Salutation: ")


@pytest.mark.parametrize(
    "line",
    [
        "Sincerely,",
        "Yours sincerely",
        "Respectfully yours,",
        "With hope and respect,",
        "Kind regards,",
        "In solidarity,",
        "Thank you,",
        "Signed,",
        "Lugupidamisega",
        "Z wyrazami szacunku",
        "Veuillez agréer, Monsieur le Premier ministre, ma haute considération.",
        "Closing: Wako mwaminifu,",
    ],
)
def test_closings_are_known(line: str) -> None:
    found = parse_letter(f"Dear Leader,\n\nOne.\n\nI ask you.\n\n{line}\n\n[Name]\n")

    assert found.closing == line.removeprefix("Closing: ")


def test_an_address_above_the_salutation_is_no_second_salutation() -> None:
    found = letter(head="To the Prime Minister,\nMonsieur Jean Martin\n\nDear Prime Minister,")

    assert found.salutation == "Dear Prime Minister,"


def test_a_wrapped_line_that_begins_like_a_salutation_is_none() -> None:
    found = letter("We thank you for the letter that\nyour Excellency wrote\n\nI ask you to stay.")

    assert found.body == "We thank you for the letter that your Excellency wrote"


@pytest.mark.parametrize(
    ("inner", "ask"),
    [
        ("Why.\n\nWe call upon you to stay.", "We call upon you to stay."),
        ("Why.\n\nPlease stay.\n\nThank you.", "Please stay.\n\nThank you."),
        ("Why.\n\nI ask you to:\n- stay\n- speak\n\nThanks.", "I ask you to:\n\n- stay\n- speak\n\nThanks."),
        ("I urge you to think.\n\nWhy.\n\nStay with us.", "Stay with us."),
        ("Why.\n\nStay with us.\n\nThank you for reading.", "Stay with us.\n\nThank you for reading."),
        ("Please stay.\n\nWhy.\n\n[Your own words]\n\nGo on.", "Go on."),
        ("Please accept this.\n\nWhy.\n\nBe strong.", "Be strong."),
    ],
)  # fmt: skip
def test_the_ask_is_the_closing_request(inner: str, ask: str) -> None:
    assert letter(inner).ask == ask


def test_a_letter_of_one_paragraph_has_no_ask_of_its_own() -> None:
    found = letter("Please stay.")

    assert (found.body, found.ask) == ("Please stay.", "")
    assert len(found.notes) == 1


def test_lines_without_empty_ones_between_are_paragraphs_when_nobody_wrapped_them() -> None:
    long = "A reason that goes on and on. " * 5
    found = letter(f"{long}\nIn short.\nI ask you to stay.")

    assert found.body == f"{long.strip()}\n\nIn short."
    assert found.ask == "I ask you to stay."


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("[Your Name]", "{name}"),
        ("[your full name here]", "{name}"),
        ("[Insert Organization]", "{organisation}"),
        ("{Name}", "{name}"),
        ("{{ name }}", "{name}"),
        ("[Town/City], [Country]", "{place}"),
        ("[Your Name], [Organisation]", "{name}\n{organisation}"),
        ("[Name], for [Organisation]", "{name}, for {organisation}"),
        ("[Date]", "{name}\n{date}"),
        ("A Society", "{name}\nA Society"),
        ("", "{name}\n{organisation}"),
    ],
)
def test_the_signature_s_blanks_become_placeholders(written: str, read: str) -> None:
    found = parse_letter(f"Dear Leader,\n\nOne.\n\nI ask you.\n\nSincerely,\n{written}\n")

    assert found.signature == read if "{name}" in read else f"{{name}}\n{read}"


def test_blanks_in_the_text_become_placeholders() -> None:
    found = letter(
        "I, [Name/Organisation] of [City, Country], wrote on [date].\n\nI ask [Government]."
    )

    assert found.body == "I, {name} of {place}, wrote on {date}."
    assert found.ask == "I ask {government}."


@pytest.mark.parametrize(
    ("inner", "line", "found"),
    [
        ("# A heading\n\ntext", 3, "A heading"),
        ("text\n\nA heading\n====", 5, "A heading"),
        ("text\n\n| a | b |\n|---|---|\n| 1 | 2 |", 5, "A table"),
        ("text\ngoes on [here](https://x.example)", 4, "A link"),
        ("text <https://x.example>", 3, "A link"),
        ("text\n\n[1]: https://x.example", 5, "A link"),
        ("text ![a mine](mine.png)", 3, "A picture"),
        ("text\nand<br>more", 4, "HTML"),
        ("<div>text", 3, "HTML"),
        ("text\n\n1. one\n2. two", 5, "A numbered list"),
        ("text\n\n> quoted", 5, "A quotation"),
        ("text\n\n---\n\nmore", 5, "A rule"),
        ("```\ntext\n```", 3, "A code block"),
        ("- one\n    - two", 4, "A list inside a list"),
    ],
)
def test_other_markup_is_refused_with_its_line(inner: str, line: int, found: str) -> None:
    problems = wrong(inner)

    assert [problem.startswith(f"Line {line}: {found} ") for problem in problems] == [True]


def test_a_year_at_the_beginning_of_a_wrapped_line_is_no_numbered_list() -> None:
    assert letter("They began in\n1997. It took long.\n\nI ask you.").body == (
        "They began in 1997. It took long."
    )


@pytest.mark.parametrize(
    ("blank", "hint"),
    [("[Your Nmae]", "[Your Name]"), ("[Your Title]", "[Your Name]"), ("{countri}", "[Country]")],
)
def test_an_unknown_blank_names_its_line_and_what_was_meant(blank: str, hint: str) -> None:
    assert len(problems := wrong(f"text\nwith {blank}")) == 1
    assert problems[0].startswith(f"Line 4: “{blank}” is no blank")
    assert f"Did you mean {hint}?" in problems[0]
    assert "[City, Country]" in problems[0]


@pytest.mark.parametrize("inside", ["[sic!]", "[^1]", "_____", "{", "**bold"])
def test_what_would_be_printed_as_it_stands_is_refused(inside: str) -> None:
    assert [problem[:7] for problem in wrong(f"text\n\nand {inside} more")] == ["Line 5:"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf \r\n\t\r\n", "The file is empty."),
        (b"Dear Leader,\n\nCaf\xe9\n", "Line 3: The file is not UTF-8"),
        ("Dear Leader,".encode("utf-16"), "Line 1: The file is UTF-16."),
        (b"Dear\nLea\0der,\n", "Line 2: The file holds zero bytes"),
        (b"PK\x03\x04 and so on", "Line 1: The file is Word or OpenDocument"),
        (b"a" * 1_000_001, "The file is larger than 1 MB."),
        (b"a\n" * 30_000, "The text is longer than 50,000 characters."),
    ],
)
def test_what_is_no_letter_at_all_is_refused(data: bytes, expected: str) -> None:
    assert [problem[: len(expected)] for problem in problems_of(data)] == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.\n\nTwo.\n\nSincerely,\n[Name]", "Line 1: No salutation found from here on."),
        ("Dear Leader, I write to you about a promise.\n\nSincerely,", "Line 1: The salutation must"),
        ("Dear Leader,\n\nOne.\n\nTwo.", "Line 5: No closing found up to here."),
        ("Dear Leader,\n\nSincerely,\n[Name]", "Line 1: Nothing stands between"),
        ("Dear A,\n\nOne.\n\nDear B,\n\nTwo.\n\nSincerely,", "Line 5: A second salutation, “Dear B,”"),
        ("Re: A\n\nRe: B\n\nDear A,\n\nOne.\n\nTwo.\n\nSincerely,", "Line 3: A second subject"),
        ("Subject:\n\nDear A,\n\nOne.\n\nTwo.\n\nSincerely,", "Line 1: The subject is empty."),
        (f"Re: {'a ' * 81}\n\nDear A,\n\nOne.\n\nSincerely,", "Line 1: The subject has 161 characters"),
        ("Dear [Name],\n\nOne.\n\nTwo.\n\nSincerely,", "Line 1: A salutation or closing has no blanks."),
        ("Dear A,\n\nOne.\n\nSincerely,\n[Name]\nPS: more", "Line 7: After the closing only"),
        (f"{'Words. ' * 30}\n\nDear A,\n\nOne.\n\nSincerely,", "Line 1: This text stands above"),
        ("Dear A,\n\n[Own words]\n\nOne.\n\nSincerely,", "Line 3: The place for own words needs"),
        ("---\npositions: gone\n---\nDear A,\n\nOne.\n\nSincerely,", "Line 2: “gone” is no position."),
        ("---\ntitle: A\n---\nDear A,\n\nOne.\n\nSincerely,", "Line 2: “title” is not known"),
        ("---\norder: first\n---\nDear A,\n\nOne.\n\nSincerely,", "Line 2: “first” can't be"),
    ],
)  # fmt: skip
def test_what_is_missing_or_there_twice_is_named_with_its_line(text: str, expected: str) -> None:
    assert [problem[: len(expected)] for problem in problems_of(text)] == [expected]


def test_all_problems_are_reported_at_once() -> None:
    problems = problems_of("# Title\n\nDear A,\n\n[foo] and [link](x)\n\nDear B,\n\n1. one\n")

    lines = [int(re.findall(r"\d+", problem)[0]) for problem in problems]
    assert lines == [1, 5, 5, 7, 9, 9]


def test_front_matter_says_which_governments_a_letter_is_for() -> None:
    found = parse_letter(
        "---\nletter: To those outside\npositions: not_party, signatory\norder: 40\n---\n\n"
        + LETTER
    )

    assert (found.name, found.rank) == ("To those outside", 40)
    assert found.standings == ("not_party", "signatory")
    assert found.subject == "Please keep the ban"
