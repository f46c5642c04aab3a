"""Which files of an office its letter's writer gets: documents and pictures that are what they claim.

A mail program opens a file by its ending, a browser by its type, some programs by its first bytes:
all three must say the same. Whatever else came stays at the desk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

UNNAMED = "application/octet-stream"  # no claim: many mail programs send everything so
HARMLESS = ".bin"  # opens in no program
# What a document of Microsoft's carries that holds programs: in the old format, in the new one.
_PROGRAMS = ("_VBA_PROJECT".encode("utf-16-le"), b"vbaProject")
_ODT = b"mimetypeapplication/vnd.oasis.opendocument.text"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Kind:
    endings: tuple[str, ...]
    begins: tuple[bytes, ...]
    holds: Callable[[bytes], bool] = lambda content: True


KINDS = {
    "application/pdf": Kind(("pdf",), (b"%PDF-",)),
    "application/rtf": Kind(("rtf",), (b"{\\rtf",)),
    "application/msword": Kind(("doc",), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)),
    "application/vnd.oasis.opendocument.text": Kind(
        ("odt",), (b"PK\x03\x04",), lambda content: content[30:].startswith(_ODT)
    ),
    _WORD: Kind(("docx",), (b"PK\x03\x04",), lambda content: b"word/" in content),
    "image/jpeg": Kind(("jpg", "jpeg"), (b"\xff\xd8\xff",)),
    "image/png": Kind(("png",), (b"\x89PNG\r\n\x1a\n",)),
    "image/tiff": Kind(("tif", "tiff"), (b"II*\0", b"MM\0*")),
}


def kind_of(name: str, claimed: str, content: bytes) -> str:
    """Return the media type that a file's name, claim and bytes agree on; empty if they don't."""
    ending = name.rpartition(".")[2].lower()
    found = (media_type for media_type, kind in KINDS.items() if ending in kind.endings)
    media_type = next(found, "")
    if media_type and claimed in (media_type, UNNAMED) and _is(KINDS[media_type], content):
        return media_type
    return ""


def _is(kind: Kind, content: bytes) -> bool:
    right = content.startswith(kind.begins) and kind.holds(content)
    return right and not any(program in content for program in _PROGRAMS)


def ending_of(media_type: str) -> str:
    """Return the ending of a media type's files, with its dot; empty if we know none."""
    kind = KINDS.get(media_type)
    return f".{kind.endings[0]}" if kind else ""


def harmless(name: str) -> str:
    """Return a name that opens nothing when somebody clicks on it."""
    return name if name.endswith(HARMLESS) else f"{name}{HARMLESS}"
