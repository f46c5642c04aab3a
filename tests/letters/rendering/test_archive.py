"""PDF/UA-1 and PDF/A-2u in one file, as far as can be checked without a validator.

What is looked at: ISO 14289-1 §5, §7.1 (metadata, title, language, tags), ISO 19005-2 §6.1.3
(file identifier), §6.2.3 (colours), §6.2.11 (fonts), §6.3 (annotations), §6.6 (metadata).
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from letters.rendering import archive
from letters.rendering.pdf import letter_pdf
from proofs.samples import sample

LANGUAGES = ["en", "ar", "km", "ja"]
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


def read(language: str, **changes: Any) -> Any:
    return PdfReader(BytesIO(letter_pdf(sample(language, **changes))))


def metadata(reader: Any) -> ElementTree.Element:
    content: bytes = reader.root_object["/Metadata"].get_object().get_data()
    return ElementTree.fromstring(content.decode().partition("?>")[2].rpartition("<?")[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_file_says_that_it_is_both(language: str) -> None:
    found = metadata(read(language))
    said = {
        name: [element.text for element in found.iter(f"{{http://www.aiim.org/{name}")]
        for name in ("pdfa/ns/id/}part", "pdfa/ns/id/}conformance", "pdfua/ns/id/}part")
    }
    assert list(said.values()) == [["2"], ["U"], ["1"]]


def test_the_property_that_archives_do_not_know_is_described() -> None:
    schema = "{http://www.aiim.org/pdfa/ns/schema#}"
    found = metadata(read("en"))
    assert [one.text for one in found.iter(f"{schema}prefix")] == ["pdfuaid"]
    assert [one.text for one in found.iter(f"{schema}namespaceURI")] == [
        "http://www.aiim.org/pdfua/ns/id/"
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_title_language_and_tags_are_there(language: str) -> None:
    reader, document = read(language), sample(language)
    root = reader.root_object
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert reader.metadata is not None
    assert reader.metadata.title == document.subject[0].text
    titles = [one.text for one in metadata(reader).iter(f"{RDF}li") if one.attrib]
    assert document.subject[0].text in titles


def test_colours_have_their_profile_and_the_file_its_number() -> None:
    reader = read("en")
    [intent] = reader.root_object["/OutputIntents"]
    profile = intent.get_object()["/DestOutputProfile"].get_object()
    assert intent.get_object()["/S"] == "/GTS_PDFA1"
    assert (profile["/N"], profile.get_data()) == (3, archive.colours())
    assert len(reader.trailer["/ID"]) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_drawn_is_tagged_or_an_artifact(language: str) -> None:
    reader = read(language)
    loose, depth = [], 0
    for operands, operator in ContentStream(reader.pages[0]["/Contents"], reader).operations:
        if operator in (b"BDC", b"BMC"):
            depth += 1
        elif operator == b"EMC":
            depth -= 1
        elif operator in (b"Tj", b"TJ", b"f", b"S", b"B", b"Do", b"f*", b"sh") and depth == 0:
            loose.append((operator, operands))
    assert loose == []


def test_the_structure_follows_the_sheet() -> None:
    reader = read("en")
    order = re.findall(r"/S/(\w+)", " ".join(_kinds(reader.root_object["/StructTreeRoot"])))
    assert order[:2] == ["Document", "Art"]
    assert order.count("Figure") == 1
    assert order.index("L") < order.index("Figure")


def _kinds(element: Any) -> list[str]:
    element = element.get_object()
    if not isinstance(element, dict):
        return []
    kids = element.get("/K", [])
    own = [f"/S{element['/S']}"] if "/S" in element else []
    return own + [
        kind for kid in (kids if isinstance(kids, list) else [kids]) for kind in _kinds(kid)
    ]


def test_the_code_to_check_has_its_address_as_a_text() -> None:
    document = sample("en")
    reader: Any = PdfReader(BytesIO(letter_pdf(document)))
    told = [
        found.get("/Alt")
        for found in (reader.get_object(number) for number in range(1, len(reader.xref_objStm)))
        if isinstance(found, dict) and found.get("/S") == "/Figure"
    ]
    assert told == [document.check_url]


def test_nothing_in_a_letter_acts() -> None:
    content = letter_pdf(sample("en"))
    reader = PdfReader(BytesIO(content))
    forbidden = {"/AA", "/OpenAction", "/JavaScript", "/AcroForm", "/EmbeddedFiles"}
    assert forbidden & set(reader.root_object) == set()
    assert "/Annots" not in reader.pages[0]


def test_a_title_with_what_xml_cannot_hold_is_written_without_it() -> None:
    told = archive.xmp("a\x00b<&>\ufffe", "en", "x").decode()
    assert "ab&lt;&amp;&gt;</rdf:li>" in told
