"""`make bench` takes what it knows and refuses the rest."""

from __future__ import annotations

import sys

import pytest

from bench import __main__ as bench


def test_an_unknown_argument_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["bench", "--foo"])

    with pytest.raises(SystemExit) as refused:
        bench.main()

    assert refused.value.code == 2
    assert "unrecognized arguments: --foo" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "quick"), [([], False), (["--quick"], True)])
def test_a_short_run_is_asked_for(monkeypatch, tmp_path, arguments, quick):
    asked: list[bool] = []

    def measure(*, quick):
        asked.append(quick)
        return []

    monkeypatch.setattr(sys, "argv", ["bench", *arguments])
    monkeypatch.setattr(bench, "RESULTS", tmp_path / "results.json")
    monkeypatch.setattr(bench, "_measure", measure)
    for name in ("VAR_DIR", "DJANGO_SETTINGS_MODULE", "DATABASE_URL"):
        monkeypatch.setenv(name, "")  # put back after the test

    bench.main()

    assert asked == [quick]
    assert (tmp_path / "results.json").read_text() == "[]\n"
