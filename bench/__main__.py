"""Print every figure beside its reference and write bench/results.json."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from dataclasses import asdict
from functools import partial
from pathlib import Path

from bench.figures import Figure

RESULTS = Path(__file__).parent / "results.json"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="measure for a short time only")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory(prefix="sincerely-bench-") as folder:
        os.environ["VAR_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
        os.environ.pop("DATABASE_URL", None)
        figures = _measure(quick=quick)
    RESULTS.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n")
    print(f"Written to {RESULTS}.")


def _measure(*, quick: bool) -> list[Figure]:
    import django
    from django.core.management import call_command

    django.setup()
    print("Preparing data …", flush=True)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_starter")

    from bench import bundles, counts, letters, load, mails, pages

    seconds = 0.5 if quick else 3.0
    figures: list[Figure] = []
    for step in (
        partial(pages.measure, seconds),
        partial(letters.pdf, seconds),
        partial(bundles.measure, quick=quick),
        partial(mails.measure, 100 if quick else 500),
        # Here, where what it leaves behind weighs on none of the others.
        partial(counts.measure, 10_000 if quick else 1_000_000),
        partial(load.measure, load.BURST, 20.0),
    ):
        found = step()
        for figure in found:
            print(figure.line(), flush=True)
        figures += found
    return figures


if __name__ == "__main__":
    main()
