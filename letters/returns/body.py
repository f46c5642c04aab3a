"""The words of an answer: plain text, whatever it was written in."""

from __future__ import annotations

from letters.returns.files import is_file
from letters.returns.html_text import text_of_html
from letters.returns.incoming import Incoming
from letters.returns.words import TEXT_CHARS, body_text, tidy


def text_in(incoming: Incoming) -> str:
    """Return what a message says. Its HTML is read only where it has no plain text."""
    texts: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    for part in incoming.parts():
        kind = part.get_content_type()
        if kind in texts and not is_file(part):
            texts[kind].append(body_text(part))
    plain = tidy("\n\n".join(texts["text/plain"]))
    if plain:
        return plain[:TEXT_CHARS]
    return "\n\n".join(text_of_html(one) for one in texts["text/html"])[:TEXT_CHARS].strip()
