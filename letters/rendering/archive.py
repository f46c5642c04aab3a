"""What makes a letter's PDF both accessible (PDF/UA-1) and fit for archives (PDF/A-2u).

One file claims both: ISO 14289-1 §5 and ISO 19005-2 §6.6.4 ask for a property each in the XMP
metadata, and §6.6.2.3 for a description of the one that PDF/A doesn't know. WeasyPrint writes
one variant: PDF/UA, to which `finish` adds what PDF/A asks for beyond it, the colours' profile
(§6.2.3). There is no date in it: the same letter gives the same bytes.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any
from xml.sax.saxutils import escape

import pydyf

from letters.rendering import reading

VARIANT = "pdf/ua-1"
OPTIONS = {"pdf_variant": VARIANT, "pdf_identifier": True}
PROFILE = "sRGB2014.icc"  # of the International Color Consortium; comes with WeasyPrint
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>2</pdfaid:part>\
<pdfaid:conformance>U</pdfaid:conformance></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part>\
</rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt>\
<rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>\
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"><pdf:Producer>{producer}</pdf:Producer>\
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>\
<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 that is followed</pdfaProperty:description></rdf:li></rdf:Seq>\
</pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def xmp(title: str, language: str, producer: str) -> bytes:
    """Return the XMP metadata of a letter."""
    values = {"title": title, "language": language, "producer": producer}
    return _XMP.format(**{name: escape(_of_xml(text)) for name, text in values.items()}).encode()


@cache
def colours() -> bytes:
    """Return the colour profile that grey and red of a letter are meant in."""
    return (resources.files("weasyprint") / "pdf" / PROFILE).read_bytes()


def finish(document: Any, pdf: Any) -> None:
    """Make PDF/UA also PDF/A: our metadata in place of WeasyPrint's, whose `finisher` this is."""
    number = int(pdf.catalog["Metadata"].split()[0])
    producer = pdf.info["Producer"].string
    metadata = document.metadata
    pdf.objects[number].stream = [xmp(metadata.title or "", metadata.lang or "", producer)]
    profile = pydyf.Stream([colours()], {"N": 3}, compress=True)
    pdf.add_object(profile)
    intent = {
        "Type": "/OutputIntent", "S": "/GTS_PDFA1", "DestOutputProfile": profile.reference,
        "OutputConditionIdentifier": pydyf.String(PROFILE), "Info": pydyf.String(PROFILE),
    }  # fmt: skip
    pdf.catalog["OutputIntents"] = pydyf.Array([pydyf.Dictionary(intent)])
    reading.tell_texts(document, pdf)
    reading.shrink_fonts(document, pdf)


def _of_xml(text: str) -> str:
    """Return text without the characters that XML 1.0 cannot hold."""
    return "".join(
        char for char in text if char in "\t\n" or " " <= char < "\ufffe" or char > "\uffff"
    )
