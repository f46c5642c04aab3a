"""What `make check` judges by itself: translations and locks."""

from __future__ import annotations

import pytest

from tools import locks, translations

HEADER = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"""
TEMPLATE = """
  {% load i18n %}<p title="{% translate "Sign" %}">it's (
    {% blocktranslate trimmed %}
      Dear {{ name }},
    {% endblocktranslate %}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one template and an empty Polish catalogue."""
    for path, text in {
        "templates/page.html": TEMPLATE,
        "locale/pl/LC_MESSAGES/django.po": HEADER,
    }.items():
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text)
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    return tmp_path


def translate(project, *entries):
    path = project / "locale/pl/LC_MESSAGES/django.po"
    path.write_text("\n\n".join([HEADER, *entries]) + "\n")
    return [problem.partition(": ")[2] for problem in translations.problems()]


SIGN = 'msgid "Sign"\nmsgstr "Podpisz"'
DEAR = '#, python-format\nmsgid "Dear %(name)s,"\nmsgstr "%(name)s,"'


def test_a_whole_catalogue_has_no_problems(project):
    assert translate(project, SIGN, DEAR) == []


def test_an_absent_text_is_missing(project):
    assert translate(project, SIGN) == ["missing: 'Dear %(name)s,' (templates/page.html:3)"]


@pytest.mark.parametrize(
    ("entry", "trouble"),
    [
        ('msgid "Sign"\nmsgstr ""', "empty"),
        ('#, fuzzy\nmsgid "Sign"\nmsgstr "Podpisz"', "fuzzy"),
    ],
)
def test_a_text_that_no_page_would_show_is_a_problem(project, entry, trouble):
    assert translate(project, entry, DEAR) == [f"{trouble}: 'Sign' (templates/page.html:2)"]


def test_a_wrong_placeholder_is_a_problem(project):
    (problem,) = translate(project, SIGN, DEAR.replace('"%(name)s,"', '"%(nom)s,"'))

    assert problem.startswith("unknown named placeholder 'nom'")


@pytest.fixture
def lock(tmp_path, monkeypatch):
    """Write locks of django for the three sets, beside a pyproject.toml that bounds it."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "pyproject.toml").write_text(
        '[project]\ndependencies = ["Django>=5.2,<5.3"]\n'
        "[project.optional-dependencies]\ndev = []\ne2e = []\n"
    )
    monkeypatch.setattr(locks, "ROOT", tmp_path)

    def write(**versions):
        for name, text in versions.items():
            (tmp_path / "requirements" / f"{name}.txt").write_text(text)
        return locks.problems()

    return write


def test_locks_within_bounds_and_equal_are_fine(lock):
    text = "django==5.2.19 \\\n    --hash=sha256:00\n"

    assert lock(run=text, dev=text, browser=text) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("celery==5.7\n", "requirements/run.txt lacks Django<5.3,>=5.2: run make lock"),
        (
            "django==6.0\n",
            "requirements/run.txt has 6.0, not Django<5.3,>=5.2: run make lock",
        ),
    ],
)
def test_a_lock_that_misses_a_requirement_is_told(lock, text, problem):
    assert lock(run=text, dev="django==5.2.19\n", browser="django==5.2.19\n")[0] == problem


def test_sets_must_agree(lock):
    assert lock(run="django==5.2.1\n", dev="django==5.2.1\n", browser="django==5.2.2\n") == [
        "requirements/browser.txt has django 5.2.2, run.txt has 5.2.1: run make lock"
    ]
