"""`python -m proofs pictures` and `python -m proofs hostile [LETTERS RANDOM]`."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")
django.setup()

from proofs.draw import draw  # noqa: E402  (the settings come first)
from proofs.endure import endure  # noqa: E402


def main(arguments: list[str]) -> int:
    match arguments:
        case ["pictures"]:
            draw()
            return 0
        case ["hostile", *numbers]:
            count, characters = [int(one) for one in numbers] or [500, 10_000]
            return 0 if endure(count, characters) else 1
    print(__doc__)
    return 2


sys.exit(main(sys.argv[1:]))
