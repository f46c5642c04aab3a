"""Draw docs/images: one letter in many languages, and all windows, as docs/typesetting.md shows."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from letters.rendering.document import LetterDocument
from letters.rendering.pdf import letter_pdf
from proofs.ruler import picture
from proofs.samples import sample

IMAGES = Path(__file__).resolve().parent.parent / "docs/images"
LANGUAGES = ("en", "lt", "fr", "pl", "uk", "ar", "he", "hi", "th", "zh-Hans", "ja", "am")
WINDOWS = {
    "din_b": (20.0, 45.0, 105.0, 90.0),
    "din_a": (20.0, 27.0, 105.0, 72.0),
    "french": (110.0, 55.0, 195.0, 88.0),
    "us_10": (12.7, 51.8, 101.6, 74.1),
}
LETTERHEAD = ("Sample Campaign for Peace", "1 Sample Street, 10115 Sampletown", "sample.example")
SIX = ("Kim Sample", "Prime Minister of Testland", "Government House", "1 Main Street",
       "10115 Testville", "TESTLAND")  # fmt: skip
DPI = 80


def draw() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(LANGUAGES), 6):
        pages = [
            _page(sample(one, paper="Letter" if one == "en" else "A4"))
            for one in LANGUAGES[start : start + 6]
        ]
        _save(f"letter-languages-{start // 6 + 1}.png", _beside(pages, 3))
    _save("letter-windows.png", _beside([_window(window) for window in WINDOWS], 4))


def _window(window: str) -> Image.Image:
    paper = "Letter" if window == "us_10" else "A4"
    page = _page(
        sample("en", window=window, paper=paper, addressee=SIX, marks=True, letterhead=LETTERHEAD)
    )
    edges = [edge / 25.4 * DPI for edge in WINDOWS[window]]
    ImageDraw.Draw(page).rectangle(edges, outline="#2b6cb0", width=2)
    return page


def _page(document: LetterDocument) -> Image.Image:
    return picture(letter_pdf(document), dpi=DPI)


def _beside(pages: list[Image.Image], columns: int) -> Image.Image:
    wide, high, gap = max(one.width for one in pages), max(one.height for one in pages), 12
    rows = -(-len(pages) // columns)
    size = (columns * (wide + gap) + gap, rows * (high + gap) + gap)
    whole = Image.new("RGB", size, "#c9c5bd")
    for index, page in enumerate(pages):
        x, y = index % columns, index // columns
        whole.paste(page, (gap + x * (wide + gap), gap + y * (high + gap)))
    return whole


def _save(name: str, image: Image.Image) -> None:
    image.quantize(32).save(IMAGES / name, optimize=True)
    print(f"docs/images/{name}: {(IMAGES / name).stat().st_size // 1024} KB")
