"""Are all texts of pages and mails translated? Compares the source with locale/*/django.po.

Django's own `makemessages` needs the gettext programs, which a bare Debian lacks; Babel reads
Python, and Django turns its templates into something that Babel can read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from tools.console import ROOT, run_tool, say

TEXTS = ("campaign/**/*.py", "letters/**/*.py", "templates/**/*.html", "templates/**/*.txt")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
SHOWN = 10


def main() -> int:
    found = problems()
    say("\n".join(found) or "All texts are translated.")
    return 1 if found else 0


def problems() -> list[str]:
    """Return one line for each text that a catalogue lacks or holds wrongly."""
    source = source_texts()
    found = []
    for path in catalogues():
        lines = [f"{path.relative_to(ROOT)}: {line}" for line in compare(path, source)]
        found += lines[:SHOWN]
        if len(lines) > SHOWN:
            found.append(f"{path.relative_to(ROOT)}: and {len(lines) - SHOWN} more")
    return found


def catalogues() -> list[Path]:
    return sorted(ROOT.glob("locale/*/LC_MESSAGES/django.po"))


def source_texts() -> Catalog:
    """Return every text that the code and the templates mark for translation."""
    source = Catalog()
    for pattern in TEXTS:
        for path in sorted(ROOT.glob(pattern)):
            for line, text, context in _texts(path):
                where = [(str(path.relative_to(ROOT)), line)]
                source.add(text, context=context, locations=where)
    return source


def _texts(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], str | None]]:
    content = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What is left of the markup is blanked out; its indentation would not be Python's.
        content = "\n".join(line.lstrip() for line in templatize(content).split("\n"))
    file = io.BytesIO(content.encode())
    for line, text, _, context in extract("python", file, KEYWORDS, options={"encoding": "utf-8"}):
        yield line, text, context


def compare(path: Path, source: Catalog) -> Iterator[str]:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parent.parent.name)
    for text in source:
        if not text.id:
            continue  # the header
        translation = catalogue.get(text.id, context=text.context)
        where = ":".join(map(str, text.locations[0]))
        if trouble := _trouble(translation, catalogue):
            yield f"{trouble}: {_first(text.id)!r} ({where})"


def _trouble(translation: Message | None, catalogue: Catalog) -> str:
    if translation is None:
        return "missing"
    if translation.fuzzy:
        return "fuzzy"
    if not translation.string or (translation.pluralizable and not all(translation.string)):
        return "empty"
    return "; ".join(str(error) for error in translation.check(catalogue))


def _first(text: str | tuple[str, ...] | list[str]) -> str:
    return text if isinstance(text, str) else text[0]


if __name__ == "__main__":
    run_tool(main)
