"""Write a letter's PDF: the objects and their order as WeasyPrint and pydyf write them.

PDF 1.7 with object and cross-reference streams (ISO 32000-1 §7.5.7, §7.5.8), tagged.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from hashlib import md5
from math import ceil, log
from types import SimpleNamespace
from typing import Any, NamedTuple

import pydyf
import weasyprint
from weasyprint.pdf import D50, D65
from weasyprint.pdf.metadata import DocumentMetadata

from letters.rendering import archive
from letters.rendering.run import fonts
from letters.rendering.run.fonts import FontSet
from letters.rendering.run.pieces import Element

_HEAD = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
PAGES, CATALOG, COLOURS, RESOURCES = 1, 2, 3, 4


class Writer:
    """Collects objects: dictionaries for the object stream, streams as they come."""

    def __init__(self) -> None:
        self.dictionaries: dict[int, bytes] = {}
        self.data: dict[int, bytes] = {}
        self.count = 1

    def number(self) -> int:
        self.count += 1
        return self.count - 1

    def stream(self, number: int, content: bytes, extra: bytes = b"") -> None:
        self.packed(number, zlib.compress(content, 9), extra)

    def packed(self, number: int, content: bytes, extra: bytes) -> None:
        self.data[number] = b"<<%b/Filter /FlateDecode/Length %d>>\nstream\n%b\nendstream" % (
            extra, len(content), content,
        )  # fmt: skip

    def file(self, info: int) -> bytes:
        """Return the file. `info` is the number of the document's information."""
        packed = self.number()
        self._object_stream(packed)
        parts, offsets, position = [_HEAD], {}, len(_HEAD)
        for number, data in sorted(self.data.items()):
            offsets[number] = position
            written = b"%d 0 obj\n%b\nendobj\n" % (number, data)
            parts.append(written)
            position += len(written)
        own = self.number()
        self._references(own, packed, offsets, position, info)
        parts.append(
            b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (own, self.data[own], position)
        )
        return b"".join(parts)

    def _fingerprint(self, last: int) -> bytes:
        both = {**self.dictionaries, **self.data}
        return (
            md5(b"".join(both[n] for n in range(1, last + 1)), usedforsecurity=False)
            .hexdigest()
            .encode()
        )

    def _object_stream(self, number: int) -> None:
        position, head = 0, []
        bodies = sorted(self.dictionaries.items())
        for key, body in bodies:
            head.append(f"{key} {position}")
            position += len(body) + 1
        first = " ".join(head).encode()
        extra = b"/Type /ObjStm/N %d/First %d" % (len(bodies), len(first) + 1)
        self.stream(number, b"\n".join((first, *(body for _, body in bodies))), extra)

    def _references(
        self, own: int, packed: int, offsets: Mapping[int, int], position: int, info: int
    ) -> None:
        size2 = ceil(log(position + 1, 256))
        # Generations count, too: object 0 has 65535.
        size3 = ceil(log(max(65535, len(self.dictionaries)) + 1, 256))
        rows, index = [_row(0, 0, 65535, size2, size3)], 0
        for number in range(1, packed + 1):
            if number in offsets:
                rows.append(_row(1, offsets[number], 0, size2, size3))
            else:
                rows.append(_row(2, packed, index, size2, size3))
                index += 1
        rows.append(_row(1, position, 0, size2, size3))
        name = self._fingerprint(packed)
        extra = (
            b"/Type /XRef/Index [0 %d]/W [1 %d %d]/Size %d/Root %d 0 R/Info %d 0 R/ID [(%b) (%b)]"
            % (own + 1, size2, size3, own + 1, CATALOG, info, name, name)
        )
        self.stream(own, b"".join(rows), extra)


def _row(kind: int, second: int, third: int, size2: int, size3: int) -> bytes:
    return bytes((kind,)) + second.to_bytes(size2, "big") + third.to_bytes(size3, "big")


class Ending(NamedTuple):
    """What closes a file: catalogue, metadata and what our finisher adds, the information.

    References to these objects count from FIRST, the one to the structure is ROOT.
    """

    catalogue: bytes
    objects: tuple[tuple[bool, bytes], ...]
    info: bytes


FIRST, ROOT = 9001, b"9000 0 R"
_LATE = re.compile(rb"\b(9\d\d\d) 0 R")


@lru_cache(maxsize=64)
def ending(title: str, language: str) -> Ending:
    """Return the ending of letters of this title, made by the finisher of archive.py itself."""
    pdf = pydyf.PDF()
    pdf.objects += [None] * (FIRST - len(pdf.objects))
    pdf.info["Producer"] = pydyf.String(f"WeasyPrint {weasyprint.__version__}")
    if title:
        pdf.info["Title"] = pydyf.String(title)
    pdf.add_object(pydyf.Stream([], {"Type": "/Metadata", "Subtype": "/XML"}, compress=True))
    pdf.catalog.update(
        {
            "Lang": pydyf.String(language), "StructTreeRoot": ROOT,
            "ViewerPreferences": pydyf.Dictionary({"DisplayDocTitle": "true"}),
            "MarkInfo": pydyf.Dictionary({"Marked": "true"}),
            "Metadata": pdf.objects[-1].reference,
        }
    )  # fmt: skip
    metadata = DocumentMetadata(title=title, lang=language)
    archive.finish(SimpleNamespace(metadata=metadata, pages=[], fonts={}), pdf)
    made = tuple((isinstance(one, pydyf.Stream), one.data) for one in pdf.objects[FIRST:])
    return Ending(pdf.catalog.data, made, pdf.info.data)


def write_ending(writer: Writer, title: str, language: str, root: int) -> int:
    """Write metadata, what the finisher adds, catalogue and information; return the last's number."""
    end = ending(title, language)
    numbers = {FIRST - 1: root}
    for place in range(len(end.objects)):
        numbers[FIRST + place] = writer.number()

    def placed(data: bytes) -> bytes:
        return _LATE.sub(lambda found: b"%d 0 R" % numbers[int(found[1])], data)

    for place, (stream, data) in enumerate(end.objects):
        if stream:
            writer.data[numbers[FIRST + place]] = data
        else:
            writer.dictionaries[numbers[FIRST + place]] = placed(data)
    info = writer.number()
    writer.dictionaries[CATALOG] = placed(end.catalogue)
    writer.dictionaries[info] = end.info
    return info


@cache
def colour_spaces() -> bytes:
    def lab(white: Any) -> Any:
        ranges = pydyf.Array((-125, 125, -125, 125))
        return pydyf.Array(
            ("/Lab", pydyf.Dictionary({"WhitePoint": pydyf.Array(white), "Range": ranges}))
        )

    spaces = {"lab-d50": lab(D50), "lab-d65": lab(D65)}
    data: bytes = pydyf.Dictionary(spaces).data
    return data


def resources(states: Mapping[str, bytes], font: int) -> bytes:
    inner = b"".join(b"/%b %b" % (name.encode(), data) for name, data in states.items())
    return (
        b"<</ExtGState <<%b>>/XObject <<>>/Pattern <<>>/Shading <<>>/ColorSpace %d 0 R/Font %d 0 R>>"
        % (inner, COLOURS, font)
    )


@lru_cache(maxsize=64)
def page_boxes(width: float, height: float) -> tuple[bytes, bytes]:
    """Return a page's MediaBox, and its TrimBox and BleedBox. Lengths in points."""
    zero = -0.75 * 0
    media = pydyf.Array([zero, zero, zero + width, zero + height]).data
    trim = pydyf.Array([zero + 0.0, zero + 0.0, zero + width - 0.0, zero + height - 0.0]).data
    return media, trim


def page(contents: int, index: int, width: float, height: float) -> bytes:
    media, trim = page_boxes(width, height)
    return (
        b"<</Type /Page/Parent 1 0 R/MediaBox %b/Contents %d 0 R/Resources 4 0 R/Tabs /S"
        b"/StructParents %d/TrimBox %b/BleedBox %b>>" % (media, contents, index, trim, trim)
    )


def write_fonts(writer: Writer, used: FontSet) -> int:
    """Write the fonts. Returns the number of the dictionary that names them."""
    files = {}
    for key, font in used.fonts.items():
        embedded = fonts.subsets.get(font, used.unicode[key])
        number = writer.number()
        writer.packed(number, embedded.stream, embedded.extra)
        files[key] = number, embedded.type
    names = []
    for key, font in used.fonts.items():
        (file, kind), widths = files[key], used.widths[key]
        mapped, described, below, whole = (writer.number() for _ in range(4))
        writer.stream(mapped, fonts.unicode_map(used.unicode[key]))
        writer.dictionaries[described] = fonts.descriptor(font, widths, file, kind)
        writer.dictionaries[below] = fonts.descendant(font, widths, described, kind)
        writer.dictionaries[whole] = fonts.composite(font, mapped, below)
        names.append(b"/%b %d 0 R" % (font.hash.encode(), whole))
    number = writer.number()
    writer.dictionaries[number] = b"<<" + b"".join(names) + b">>"
    return number


def element(
    kind: bytes, kids: Iterable[bytes], sheet: int, parent: int, extra: bytes = b""
) -> bytes:
    return b"<</Type /StructElem/S /%b/K [%b]/Pg %d 0 R/P %d 0 R%b>>" % (
        kind, b" ".join(kids), sheet, parent, extra,
    )  # fmt: skip


def write_block(
    writer: Writer, elements: tuple[Element, ...], roots: tuple[int, ...], parent: int,
    sheet: int, marks: Mapping[int, int], holders: dict[int, int], *, split: bool,
) -> list[bytes]:  # fmt: skip
    """Write a block's structure on one page. `marks`: the block's marks there → the page's.
    If `split`, only elements with something on the page are written.

    Adds to `holders` which object holds each of the page's marks. Returns references for `parent`.
    """
    kept = _kept(elements, marks) if split else list(range(len(elements)))
    numbers = {index: writer.number() for index in kept}
    for index in kept:
        kind, above, kids, extra = elements[index]
        number, refs = numbers[index], []
        for kid in kids:
            if kid >= 0:
                if kid in numbers:
                    refs.append(b"%d 0 R" % numbers[kid])
            elif -1 - kid in marks:
                place = marks[-1 - kid]
                refs.append(b"%d" % place)
                holders[place] = number
        writer.dictionaries[number] = element(
            kind, refs, sheet, parent if above < 0 else numbers[above], extra
        )
    return [b"%d 0 R" % numbers[index] for index in roots if index in numbers]


def _kept(elements: tuple[Element, ...], marks: Mapping[int, int]) -> list[int]:
    """Return the elements that have something on this page, in their order."""
    kept = [False] * len(elements)
    for index in range(len(elements) - 1, -1, -1):
        for kid in elements[index].kids:
            if kept[kid] if kid >= 0 else -1 - kid in marks:
                kept[index] = True
                break
    return [index for index, keep in enumerate(kept) if keep]


def joined(numbers: Iterable[Any]) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)
