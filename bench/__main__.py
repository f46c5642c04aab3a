"""Print every figure and write bench/results.json. `python -m bench --quick` for a short run."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import asdict
from functools import partial
from pathlib import Path

from bench.figures import Figure

QUICK = "--quick" in sys.argv
RESULTS = Path(__file__).parent / "results.json"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="sincerely-bench-") as folder:
        os.environ["VAR_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
        os.environ.pop("DATABASE_URL", None)
        figures = _measure()
    RESULTS.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n")
    print(f"Written to {RESULTS}.")


def _measure() -> list[Figure]:
    import django
    from django.core.management import call_command

    django.setup()
    print("Preparing data …", flush=True)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_starter")

    from bench import letters, pages

    seconds = 0.5 if QUICK else 3.0
    figures: list[Figure] = []
    for step in (
        partial(pages.measure, seconds),
        partial(letters.pdf, seconds),
        partial(letters.mail, 50 if QUICK else 300),
    ):
        found = step()
        for figure in found:
            print(figure.line(), flush=True)
        figures += found
    return figures


if __name__ == "__main__":
    main()
