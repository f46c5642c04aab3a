"""LetterDocument: a letter's text, part by part, in the one form that every output renders.

The same object becomes the preview, the confirmation page, the PDF and the office's mail. As
JSON it is what a confirmed letter keeps for good.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from letters.blocks import Block, Bullets, Paragraph


@dataclass(frozen=True)
class Piece:
    """A stretch of text. `fill` names the answer it shows, so that a preview can redraw it."""

    text: str
    bold: bool = False
    fill: str = ""


Line = tuple[Piece, ...]


@dataclass(frozen=True)
class Part:
    """A paragraph (one line) or a list (a line per item) of the body or the ask."""

    kind: Literal["paragraph", "list"]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class LetterDocument:
    """One letter. `number` and `confirmed` are empty in a preview.

    `sender` and `signature` hold a line per answer; a line whose answers are all empty is not
    printed. `words` are the supporter's own paragraphs. Dates are text in the letter's language.

    What letters confirmed earlier don't have in their JSON has a default: `place` is set before
    the date once the town is known; `window` ("" as usual for the paper) and `marks` are the
    office's envelope; `logo` is the name of a stored picture, `logo_text` what it shows;
    `check_url` is where the office can check the letter.
    """

    language: str
    direction: Literal["ltr", "rtl"]
    sender: tuple[Line, ...]
    addressee: tuple[str, ...]
    date: str
    subject: Line
    salutation: str
    body: tuple[Part, ...]
    words: tuple[str, ...]
    ask: tuple[Part, ...]
    closing: str
    signature: tuple[Line, ...]
    campaign_address: str
    paper: str = "A4"
    number: str = ""
    confirmed: str = ""
    place: Line = ()
    window: str = ""
    marks: bool = False
    letterhead: tuple[str, ...] = ()
    logo: str = ""
    logo_text: str = ""
    check_url: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LetterDocument:
        """Return the document that `to_json` gave `data`. Raises KeyError on another shape."""
        return cls(
            **{
                **data,
                "sender": _lines(data["sender"]),
                "addressee": tuple(data["addressee"]),
                "subject": _line(data["subject"]),
                "body": _parts(data["body"]),
                "words": tuple(data["words"]),
                "ask": _parts(data["ask"]),
                "signature": _lines(data["signature"]),
                "place": _line(data.get("place", [])),
                "letterhead": tuple(data.get("letterhead", [])),
            }
        )


def _line(pieces: list[dict[str, Any]]) -> Line:
    return tuple(Piece(**piece) for piece in pieces)


def _lines(lines: list[list[dict[str, Any]]]) -> tuple[Line, ...]:
    return tuple(_line(line) for line in lines)


def _parts(parts: list[dict[str, Any]]) -> tuple[Part, ...]:
    return tuple(Part(part["kind"], _lines(part["lines"])) for part in parts)


def is_answered(line: Line) -> bool:
    """Whether an answer is printed in it: without one, the organiser's words around it are not."""
    return any(piece.fill and piece.text.strip() for piece in line)


def is_empty(line: Line) -> bool:
    """Whether nothing would be printed: no answer given and no words of the organiser's."""
    return not "".join(piece.text for piece in line).strip()


def parts_from(blocks: list[Block]) -> tuple[Part, ...]:
    """Return the parts of parsed organiser text, its placeholders still in place."""
    return tuple(_part(block) for block in blocks)


def _part(block: Block) -> Part:
    match block:
        case Paragraph(runs):
            return Part("paragraph", (tuple(Piece(run.text, run.bold) for run in runs),))
        case Bullets(items):
            lines = tuple(tuple(Piece(run.text, run.bold) for run in item) for item in items)
            return Part("list", lines)
