"""Blanks as people write them, `[Your Name / Organization]`, become placeholders.

Which placeholders there are says letters.placeholders; this is how they are called in letters.
"""

from __future__ import annotations

import difflib
import re
import unicodedata

from django.utils.translation import gettext as _

from letters import placeholders
from letters.letter_file.problems import Findings

_BLANK = re.compile(
    r"(?<!!)\\?\[(?P<square>[^\[\]\n]{1,80}?)\\?\](?!\(|:\s*(?:<|#|/|https?:|www\.|mailto:))"
    r"|\{\{?\s*(?P<curly>[^{}\n]{1,80}?)\s*\}\}?"
    r"|(?P<line>_{4,})"
)
_KNOWN = {
    "name": "name, first and last name, signature, sender, senders name, supporter name",
    "organisation": "organisation, organization, organisation name, organization name, affiliation"
    ", name of organisation, name of organization, group, institution",
    "town": "town, city, town or city, city or town, village",
    "country": "country, country of residence, home country, nation",
    "place": "place, location, place of residence, residence",
    "date": "date, todays date, current date, day, today",
    "government": "government, name of government, government name",
    "office": "office, head of government, addressee, recipient",
    "since": "since, since when",
    "campaign_organisation": "campaign organisation, campaign organization",
}
_PLACEHOLDER = {alias: name for name, known in _KNOWN.items() for alias in known.split(", ")}
_OWN_WORDS = {
    "own words", "words", "text", "personal words", "personal message", "personal story",
    "message", "story", "why this matters to you", "why does this matter to you",
}  # fmt: skip
# How the blanks are best written, for messages.
SPELLINGS = {
    "name": "[Your Name]",
    "organisation": "[Organisation]",
    "town": "[City]",
    "country": "[Country]",
    "place": "[City, Country]",
    "date": "[Date]",
    "government": "[Government]",
    "office": "[Office]",
    "since": "[Since]",
    "campaign_organisation": "[Campaign Organisation]",
}
_FILLERS = re.compile(
    r"\b(?:insert|add|enter|type|write|fill in|please|your|the|a|an|full|my|own) "
)
_PLACED = re.compile("|".join(f"{{{name}}}" for name in placeholders.SAMPLE))
_ONLY_BLANKS = re.compile(r"(?:\{\w+\}[\s,;/|&·–—-]*)+")


def fill(text: str, line: int, findings: Findings, *, signature: bool = False) -> str:
    """Return `text` with placeholders for its blanks; note what is not understood.

    In a sentence `[Your Name / Organization]` is the name, which is always given; in a
    signature it is both.
    """

    def replace(match: re.Match[str]) -> str:
        inside = match["square"] or match["curly"] or ""
        names = _names(inside)
        if not names:
            findings.wrong(line, _unknown(match[0], inside))
        if not signature and set(names) == {"name", "organisation"}:
            names = ["name"]
        return ", ".join(f"{{{name}}}" for name in names)

    filled = _BLANK.sub(replace, text)
    if re.search(r"[{}]", _PLACED.sub("", filled)):
        findings.wrong(line, _("A brace stands alone. Write blanks as {name} or [Your Name]."))
    return filled


def signature_lines(text: str) -> list[str]:
    """Return a line for each answer: what stays empty then takes its whole line with it."""
    names = re.findall(r"\{(\w+)\}", text)
    if len(names) < 2 or not _ONLY_BLANKS.fullmatch(text):
        return [text]
    return [f"{{{name}}}" for name in _with_place(names)]


def is_own_words(text: str) -> bool:
    """Whether the line is the blank for the supporter's own words and nothing else."""
    match = _BLANK.fullmatch(text)
    return match is not None and _key(match["square"] or match["curly"] or "") in _OWN_WORDS


def _names(inside: str) -> list[str]:
    """Return the placeholders that a blank stands for; `Name / Organisation` is two."""
    whole = _PLACEHOLDER.get(_key(inside))
    if whole:
        return [whole]
    parts = [_PLACEHOLDER.get(_key(part)) for part in re.split(r"[/,;&|]| and | or ", inside)]
    known = [name for name in dict.fromkeys(parts) if name]
    return [] if None in parts else _with_place(known)


def _key(inside: str) -> str:
    text = unicodedata.normalize("NFKC", inside).casefold()
    text = re.sub(r"[^\w\s]", "", re.sub(r"[_\-–—]", " ", text))
    text = " ".join(text.split())
    if text in _OWN_WORDS or text in _PLACEHOLDER:
        return text
    return _FILLERS.sub("", f"{text} ").strip().removesuffix(" here")


def _with_place(names: list[str]) -> list[str]:
    """Return the names with town and country, side by side, as one place."""
    found: list[str] = []
    for name in names:
        if name == "country" and found[-1:] == ["town"]:
            found[-1] = "place"
        else:
            found.append(name)
    return found


def _unknown(blank: str, inside: str) -> str:
    if inside.startswith("^"):
        return _("A footnote has no place in a letter. Say it in a sentence.")
    meant = _meant(inside)
    known = ", ".join(SPELLINGS[name] for name in _KNOWN)
    if meant:
        message = _(
            "“%(blank)s” is no blank that can be filled in. Did you mean %(hint)s? Known: %(known)s."
        )
        return message % {"blank": blank, "hint": SPELLINGS[meant], "known": known}
    message = _("“%(blank)s” is no blank that can be filled in. Known: %(known)s.")
    return message % {"blank": blank, "known": known}


def _meant(inside: str) -> str:
    """Return the placeholder that a blank was probably meant to be, or an empty string."""
    spelt = {spelling[1:-1].casefold(): name for name, spelling in SPELLINGS.items()}
    known = {**_PLACEHOLDER, **spelt}
    for text in (_key(inside), inside.casefold()):
        if close := difflib.get_close_matches(text, known, n=1, cutoff=0.6):
            return known[close[0]]
    return ""
