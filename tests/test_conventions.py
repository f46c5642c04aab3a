"""What the architecture promises, held against the code (docs/architecture.md)."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = [
    path
    for app in ("campaign", "letters")
    for path in sorted((ROOT / app).rglob("*.py"))
    if "migrations" not in path.parts
]
LAYERS = [
    {
        "enums", "identifiers", "message_ids", "blocks", "placeholders", "validators", "routes", "typos",
        "letter_file", "dimensions", "clock", "collation", "failpoints", "guards", "counters", "return_address",
    },
    {"models"},
    {
        "moves", "bulk_moves", "queries", "counts", "sums", "cubes", "recounts", "rollup",
        "rendering", "retention", "form_key", "seen",
        "bundled", "digests", "strays",
    },
    {"delivery"},
    {"returns", "printing"},
    {"tasks"},
    {"outbox"},
    {"actions"},
    {"forms", "exports", "audit", "doctor", "seeding"},
    {"views", "admin", "management", "urls", "converters", "checks", "templatetags"},
]  # fmt: skip
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
# A model's validators read the text rules, which are about text only.
MODELS_MAY = {"validators"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def importers(*names: str) -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for path in CODE
        if any(
            name == found or found.startswith(f"{name}.")
            for found in imports(path)
            for name in names
        )
    }


def test_campaign_never_imports_letters() -> None:
    assert {path for path in importers("letters") if path.startswith("campaign/")} == set()


def test_only_the_pdf_gateway_imports_weasyprint() -> None:
    gateways = {"letters/rendering/pdf.py", "letters/rendering/run/"}
    found = {re.sub(r"(?<=/run/).*", "", path) for path in importers("weasyprint")}
    assert found == gateways


def test_only_the_mail_gateway_talks_to_a_mail_server() -> None:
    assert importers("smtplib", "django.core.mail") == {
        "letters/delivery/mail.py",
        "letters/delivery/smtp.py",
    }


def test_only_one_module_asks_the_dns() -> None:
    assert importers("dns") == {"letters/doctor/names.py"}


def room(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "letters" and parts[1] in LEVEL else None


def test_a_room_has_one_level() -> None:
    assert sum(len(names) for names in LAYERS) == len(LEVEL)


def test_letters_imports_one_way() -> None:
    wrong = []
    for path in CODE:
        if path.relative_to(ROOT).parts[0] != "letters":
            continue
        here = path.relative_to(ROOT / "letters").parts[0].removesuffix(".py")
        for found in imports(path):
            there = room(found)
            if there and here in LEVEL and LEVEL[there] > LEVEL[here]:
                wrong.append(f"{path.relative_to(ROOT)} → {found}")
    assert wrong == []


def test_every_room_of_letters_has_its_level() -> None:
    rooms = {path.stem if path.is_file() else path.name for path in (ROOT / "letters").iterdir()}
    unknown = rooms - set(LEVEL) - {"__init__", "__pycache__", "apps", "migrations", "data"}
    assert unknown == set()


def test_no_python_file_is_over_400_lines() -> None:
    long = [path for path in CODE if len(path.read_text(encoding="utf-8").splitlines()) > 400]
    assert long == []


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "emails" not in path.parts]


def test_pages_hold_nothing_inline() -> None:
    inline = re.compile(
        r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE
    )
    assert [str(path) for path in PAGES if inline.search(path.read_text(encoding="utf-8"))] == []


def test_pages_ask_no_other_site() -> None:
    other = re.compile(r"(?:src|action)=[\"'](?:https?:)?//|<link[^>]+href=[\"'](?:https?:)?//")
    assert [str(path) for path in PAGES if other.search(path.read_text(encoding="utf-8"))] == []


def test_no_template_marks_data_as_safe() -> None:
    assert [str(path) for path in TEMPLATES if "|safe" in path.read_text(encoding="utf-8")] == []


def test_css_knows_no_left_or_right() -> None:
    css = (ROOT / "static/css/site.css").read_text(encoding="utf-8")
    physical = re.findall(
        r"(?:margin|padding|border|inset)-(?:left|right)|text-align: *(?:left|right)|\b(?:left|right) *:",
        css,
    )
    assert physical == []


def test_pack_and_pages_are_apart() -> None:
    pack = {path.name for path in (ROOT / "templates/letter").glob("*.html")}
    assert pack >= {"field.html", "uni_form.html", "whole_uni_form.html", "errors.html"}
    assert not any(
        "{% extends" in path.read_text() for path in (ROOT / "templates/letter").rglob("*.html")
    )


def test_every_environment_name_is_documented() -> None:
    read = {
        name
        for path in CODE
        for name in re.findall(r'env_\w+\(\s*"([A-Z_]+)"', path.read_text(encoding="utf-8"))
    }
    documented = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert read == documented


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    command = [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]
    environment = {**os.environ, "DATABASE_URL": "sqlite://:memory:"}
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment)
    assert found.returncode == 0, found.stdout


def test_nothing_shipped_names_a_real_mailbox() -> None:
    address = re.compile(r"[\w.+-]+@([\w-]+\.)+[a-z]+")
    files = [*(ROOT / "campaign/data").glob("*.csv"), *(ROOT / "letters/data").rglob("*.md")]
    found = {m[0] for path in files for m in address.finditer(path.read_text(encoding="utf-8"))}
    assert {one for one in found if not one.endswith(".example")} == set()
