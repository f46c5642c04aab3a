"""A logo is read within bounds and written anew; whatever else is uploaded is refused in words."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from campaign.logos import printable_logo
from tests.factories.campaign import CampaignFactory


def encoded(kind: str, size: tuple[int, int] = (400, 100), mode: str = "RGB") -> bytes:
    content = BytesIO()
    Image.new(mode, size, 0).save(content, kind)
    return content.getvalue()


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 100,000 × 100,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def kept(content: bytes) -> Image.Image:
    return Image.open(BytesIO(printable_logo(SimpleUploadedFile("logo.png", content)).read()))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1"), ("JPEG", "CMYK")],
)
def test_a_logo_becomes_a_plain_png_in_the_size_it_is_printed_in(kind: str, mode: str) -> None:
    logo = kept(encoded(kind, (4000, 500), mode))
    assert (logo.format, logo.mode, logo.size) == ("PNG", "RGB", (827, 103))


def test_what_is_transparent_is_white() -> None:
    assert kept(encoded("PNG", mode="RGBA")).getpixel((0, 0)) == (255, 255, 255)


def test_the_same_picture_has_the_same_name() -> None:
    content = encoded("PNG")
    names = {
        printable_logo(SimpleUploadedFile(name, content)).name for name in ("a.png", "../b.svg")
    }
    assert len(names) == 1
    assert {len(str(name)) for name in names} == {len("0" * 24 + ".png")}


BROKEN = {
    "no picture": b"<html>",
    "empty": b"",
    "cut in two": encoded("PNG")[:80],
    "cut near the end": encoded("PNG")[:-10],
    "a photograph cut in two": encoded("JPEG")[:400],
    "a gif": encoded("GIF", mode="P"),
    "an svg": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n",
}


@pytest.mark.parametrize("filled_up", [True, False])
@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_no_png_or_jpeg_is_refused(
    content: bytes, filled_up: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", filled_up)
    with pytest.raises(ValidationError, match="Upload the logo as PNG or JPEG"):
        printable_logo(SimpleUploadedFile("logo.png", content))


def test_a_picture_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(ValidationError):
        printable_logo(SimpleUploadedFile("logo.png", bomb()))
    with pytest.raises(ValidationError, match="too many pixels"):
        printable_logo(SimpleUploadedFile("logo.png", encoded("PNG", (5001, 5000), "1")))


def test_a_large_file_is_refused_unread() -> None:
    upload = SimpleUploadedFile("logo.png", b"x" * (2 * 1024 * 1024 + 1))
    with pytest.raises(ValidationError, match="2 MB are the most"):
        printable_logo(upload)


@pytest.mark.django_db
def test_the_form_of_a_campaign_keeps_the_logo_written_anew(admin_client: Client) -> None:
    campaign = CampaignFactory()
    path = reverse("admin:campaign_campaign_change", args=[campaign.pk])
    form = admin_client.get(path).context["adminform"].form
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    data |= {
        f"{prefix}-{name}_FORMS": 0
        for prefix in ("texts", "consent_wordings")
        for name in ("TOTAL", "INITIAL")
    }
    upload = SimpleUploadedFile("logo.jpg", encoded("JPEG"))

    admin_client.post(
        path,
        {**data, "office_kinds": "head_of_government", "letterhead": "One\n\nTwo", "logo": upload},
    )

    campaign.refresh_from_db()
    assert campaign.letterhead == "One\nTwo"
    with campaign.logo.open() as file:
        assert Image.open(file).format == "PNG"


@pytest.mark.django_db
def test_the_form_of_a_campaign_says_what_is_wrong_with_a_logo(admin_client: Client) -> None:
    path = reverse("admin:campaign_campaign_change", args=[CampaignFactory().pk])
    response = admin_client.post(
        path, {"logo": SimpleUploadedFile("logo.png", b"x"), "letterhead": "1\n2\n3\n4"}
    )
    errors = response.context["adminform"].form.errors
    assert errors["logo"] == [
        "This file cannot be read as a picture. Upload the logo as PNG or JPEG."
    ]
    assert errors["letterhead"] == ["The letterhead has room for three lines."]
