"""Rules for text: what organisers may write in a letter, what supporters may type in a form."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from letters import blocks, placeholders

WEB_ADDRESS = re.compile(
    r"(?:https?:|www\.|\b[\w-]{2,63}\.(?:com|org|net|info|biz|io|ru|xyz|top|bet|shop|app|dev|link|ly|example)\b|\b[\w-]{2,63}\.[a-z]{2,}/)",
    re.IGNORECASE,
)
# Direction overrides and isolates can make text read as what it isn't (A07).
BIDI_CONTROLS = dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C, 0x200E, 0x200F]
)
JOINERS = {"\u200c", "\u200d"}  # ZWNJ and ZWJ spell words in Persian, Hindi, Sinhala …
# Letters by their category, and blank on paper.
FILLERS = {"\u115f", "\u1160", "\u3164", "\uffa0"}
LONGEST_RUN = 60
TEST_PATTERNS = ("ANTI-UBE-TEST", "ANTIVIRUS-TEST-FILE")
MARKS_PER_LETTER = 3


def validate_line_text(text: str) -> None:
    """Raise ValidationError for a placeholder that isn't on the list."""
    for name in placeholders.unknown(text):
        hint = placeholders.suggestion(name)
        known = ", ".join(f"{{{key}}}" for key in placeholders.SAMPLE)
        message = (
            _("“{%(name)s}” is no placeholder. Did you mean {%(hint)s}?")
            if hint
            else _("“{%(name)s}” is no placeholder. Known: %(known)s.")
        )
        raise ValidationError(message, params={"name": name, "hint": hint, "known": known})


def validate_plain_line(text: str) -> None:
    """Raise ValidationError for braces: an office's own form takes this line's place."""
    if "{" in text or "}" in text:
        raise ValidationError(_("Placeholders have no place in this line. Write it as it is read."))


def validate_block_text(text: str) -> None:
    """Raise ValidationError for markup a letter doesn't have, naming the line."""
    validate_line_text(text)
    try:
        blocks.parse(text)
    except blocks.NotUnderstood as error:
        raise ValidationError(str(error)) from error


def clean_text(text: str, *, lines: bool = False) -> str:
    """Return what people typed as NFC text without control and direction characters.

    With `lines` the line breaks stay, as \\n. Nothing else is changed: no case, no order.
    """
    text = unicodedata.normalize("NFC", text).translate(BIDI_CONTROLS)
    text = re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", text)
    kept = [char if _is_kept(char, lines) else " " if char == "\n" else "" for char in text]
    text = "".join(kept)
    return text.strip() if lines else " ".join(text.split())


def _is_kept(char: str, lines: bool) -> bool:
    if char == "\n":
        return lines
    if char in JOINERS or char == "\t":
        return True
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def has_web_address(text: str) -> bool:
    """Whether people would read a web or e-mail address in it, in any disguise of its dots."""
    plain = unicodedata.normalize("NFKC", text).translate(dict.fromkeys(map(ord, JOINERS)))
    plain = plain.replace("\u3002", ".")
    return "@" in plain or WEB_ADDRESS.search(plain) is not None


def has_test_pattern(text: str) -> bool:
    """Whether filters on the way are made to refuse any mail with this in it (GTUBE, EICAR)."""
    plain = text.upper()
    return any(pattern in plain for pattern in TEST_PATTERNS)


def has_letter(text: str) -> bool:
    """Whether anything of it can be seen and read: a letter or digit that is no filler."""
    return any(unicodedata.category(c)[0] in "LN" and c not in FILLERS for c in text)


def longest_run(text: str) -> int:
    """Return the length of the longest stretch without a space."""
    return max((len(run) for run in text.split()), default=0)


def stacks_marks(text: str) -> bool:
    """Whether more combining marks sit on one letter than any language writes."""
    run = 0
    for char in unicodedata.normalize("NFD", text):
        run = run + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        if run > MARKS_PER_LETTER:
            return True
    return False
