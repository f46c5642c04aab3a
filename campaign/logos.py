"""A campaign's logo: an uploaded picture, read within bounds and written anew.

Only PNG and JPEG are read, by their content. What is kept is our own PNG without metadata, no
larger than it is printed (70 × 16 mm at 300 dpi), under the name of its content: a letter that
was frozen with a logo keeps it, whatever is uploaded later.
"""

from __future__ import annotations

import hashlib
from io import BytesIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

LARGEST_FILE = 2 * 1024 * 1024
MOST_PIXELS = 25_000_000  # what a telephone's camera gives; unpacked 75 MB
PRINTED = (827, 189)
# The last bytes of a whole picture. Pillow may have been told to fill up one that was cut
# (WeasyPrint does, for the whole process); half a logo is on no letterhead.
ENDS = {"PNG": b"IEND\xaeB`\x82", "JPEG": b"\xff\xd9"}


def printable_logo(upload: UploadedFile[bytes]) -> ContentFile[bytes]:
    """Return the logo as it is kept. Raises ValidationError, in words for the form."""
    if (upload.size or 0) > LARGEST_FILE:
        raise ValidationError(_("The logo's file is too large: 2 MB are the most."))
    picture = BytesIO()
    _opened(upload.read()).save(picture, "PNG", optimize=True)
    content = picture.getvalue()
    return ContentFile(content, f"{hashlib.sha256(content).hexdigest()[:24]}.png")


def _opened(content: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValidationError(_("The logo has too many pixels: 25 million are the most."))
            if ENDS[str(image.format)] not in content:
                raise ValueError("The file ends within the picture.")
            return _reduced(image)
    except ValidationError:
        raise
    except Exception as error:  # whatever a decoder stumbles over, it is no logo
        raise ValidationError(
            _("This file cannot be read as a picture. Upload the logo as PNG or JPEG.")
        ) from error


def _reduced(image: Image.Image) -> Image.Image:
    """Return the picture upright on white, in the size it is printed in."""
    upright = ImageOps.exif_transpose(image).convert("RGBA")
    upright.thumbnail(PRINTED)
    paper = Image.new("RGB", upright.size, "white")
    paper.paste(upright, mask=upright)
    return paper
