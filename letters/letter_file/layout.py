"""Which line is what: subject, salutation, the text between, closing, signature."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from letters.letter_file import words
from letters.letter_file.problems import Findings
from letters.letter_file.source import SourceLine, chunks, trimmed

LONGEST_HEAD = 160  # of a block of address lines above the salutation, if it ends like a sentence
LONGEST_SIGNATURE_LINE = 120
MOST_SIGNATURE_LINES = 10


@dataclass
class Layout:
    """The lines of a letter by what they are. `subject` is None where the file has none."""

    subject: SourceLine | None = None
    salutation: SourceLine | None = None
    inner: list[SourceLine] = field(default_factory=list)
    closing: SourceLine | None = None
    signature: list[SourceLine] = field(default_factory=list)


def find(lines: list[SourceLine], findings: Findings) -> Layout:
    """Return what each line is. What is missing or there twice goes to `findings`."""
    lines = list(_with_closings_apart(lines))
    start = _salutation(lines, findings)
    end = _closing(lines, start, findings)
    head = lines[: start or 0]
    inner = lines[0 if start is None else start + 1 : len(lines) if end is None else end]
    subject, head, inner = _subject(head, inner, findings)
    layout = Layout(
        subject=subject,
        salutation=None if start is None else _unlabelled(lines[start], "salutation"),
        inner=trimmed(inner),
        closing=None if end is None else _unlabelled(lines[end], "closing"),
        signature=[] if end is None else [line for line in lines[end + 1 :] if line.text],
    )
    _check(layout, head, findings)
    return layout


def _with_closings_apart(lines: Iterable[SourceLine]) -> Iterable[SourceLine]:
    """Part a closing from a blank in the same line: `Sincerely, [Your Name]`."""
    for line in lines:
        closing, bracket, rest = line.text.partition("[")
        if bracket and words.is_closing(replace(line, text=closing).plain):
            yield replace(line, text=closing.strip())
            yield replace(line, text=bracket + rest)
        else:
            yield line


def _where(lines: list[SourceLine], fits: Callable[[str], object]) -> list[int]:
    return [index for index, line in enumerate(lines) if line.text and fits(line.plain)]


def _stands_apart(lines: list[SourceLine], index: int) -> bool:
    """Whether the line begins anew, rather than being the next one of a wrapped paragraph."""
    before = lines[index - 1].plain if index else ""
    return (
        len(before) < 40
        or before.endswith((".", "!", "?", ":", ";"))
        or (words.subject_in(before) is not None)
    )


def _salutation(lines: list[SourceLine], findings: Findings) -> int | None:
    found = _where(lines, lambda plain: words.label_in(plain, "salutation"))
    if not found:
        found = _where(lines, words.is_salutation)
        found = [index for index in found if _stands_apart(lines, index)]
    if not found:
        found = _where(lines, words.may_be_salutation)[:1]
    if not found:
        _say_no_salutation(lines, findings)
        return None
    for index in found[1:]:
        message = _(
            "A second salutation, “%(text)s”; the first is in line %(first)d. One file holds one letter."
        )
        first = lines[found[0]].number
        findings.wrong(lines[index].number, message % {"text": lines[index].plain, "first": first})
    return found[0]


def _say_no_salutation(lines: list[SourceLine], findings: Findings) -> None:
    running_on = _where(lines, words.runs_on)
    if running_on:
        message = _("The salutation must stand on a line of its own.")
        findings.wrong(lines[running_on[0]].number, message)
        return
    message = _(
        "No salutation found from here on. Expected a line such as “Dear Prime Minister,” or "
        "“Your Excellency,”; in any language a line may begin with “Salutation:”."
    )
    findings.wrong(_first(lines), message)


def _closing(lines: list[SourceLine], start: int | None, findings: Findings) -> int | None:
    after = (start or 0) + 1
    for fits in (
        lambda plain: words.label_in(plain, "closing"),
        words.is_closing,
        words.may_be_closing,
    ):
        found = [index for index in _where(lines, fits) if index >= after]
        if found:
            return found[-1]
    message = _(
        "No closing found up to here. Expected a line such as “Yours sincerely,” before the "
        "signature; in any language a line may begin with “Closing:”."
    )
    findings.wrong(max((line.number for line in lines if line.text), default=1), message)
    return None


def _subject(
    head: list[SourceLine], inner: list[SourceLine], findings: Findings
) -> tuple[SourceLine | None, list[SourceLine], list[SourceLine]]:
    """Take the subject out of the head, or out of the first lines after the salutation."""
    first = next(chunks(inner), [])
    found = [line for line in (*head, *first) if words.subject_in(line.plain) is not None]
    if not found:
        return None, head, inner
    for line in found[1:]:
        message = _("A second subject; the first is in line %(first)d.")
        findings.wrong(line.number, message % {"first": found[0].number})
    more = _second_line(found[0], [*head, *inner])
    text = words.subject_in(found[0].plain) or ""
    subject = replace(found[0], text=f"{text} {more.plain}" if more else text)
    if not subject.text:
        findings.wrong(subject.number, _("The subject is empty. Write it after “Subject:”."))
    used = {found[0], more}
    keep = [[line for line in lines if line not in used] for lines in (head, inner)]
    return subject, keep[0], keep[1]


def _second_line(subject: SourceLine, lines: list[SourceLine]) -> SourceLine | None:
    """Return the rest of a subject that was wrapped: its bold ends there, or it goes on small."""
    after = lines[lines.index(subject) + 1 :]
    line = after[0] if after else None
    if line is None or not line.text:
        return None
    wrapped = subject.text.count("**") % 2 == 1 and line.text.endswith("**")
    return line if wrapped or line.text[0].islower() else None


def _unlabelled(line: SourceLine, label: str) -> SourceLine:
    text = words.label_in(line.plain, label)
    return replace(line, text=line.plain if text is None else text)


def _check(layout: Layout, head: list[SourceLine], findings: Findings) -> None:
    if layout.salutation and layout.closing and not layout.inner:
        message = _(
            "Nothing stands between the salutation and the closing. Write the letter there."
        )
        findings.wrong(layout.salutation.number, message)
    _check_head(head, findings)
    for count, line in enumerate(layout.signature, start=1):
        postscript = re.match(r"p\.? ?p?\.? ?s\b", line.plain, re.IGNORECASE)
        if postscript or len(line.plain) > LONGEST_SIGNATURE_LINE or count > MOST_SIGNATURE_LINES:
            message = _("After the closing only the short lines of a signature are expected.")
            findings.wrong(line.number, message)
            break


def _check_head(head: list[SourceLine], findings: Findings) -> None:
    """Say what is left out above the salutation; refuse to leave out prose."""
    left_out = [line.number for line in head if line.text and not line.is_rule]
    for chunk in chunks(head):
        text = " ".join(line.plain for line in chunk)
        if len(text) > LONGEST_HEAD and text.endswith((".", "!", "?")):
            message = _(
                "This text stands above the salutation, where only a subject, a date and an address are expected."
            )
            findings.wrong(chunk[0].number, message)
            return
    if left_out:
        message = _(
            "Left out: line %(lines)s above the salutation. Every letter gets its own date and address."
        )
        findings.note(message % {"lines": ", ".join(map(str, left_out))})


def _first(lines: list[SourceLine]) -> int:
    return min((line.number for line in lines if line.text), default=1)
