"""Setting up: what is missing is told in one sentence, what is there is left alone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys

import pytest

from tools import apt, native, setup, venv
from tools.console import Refused

APT_LINE = (
    "apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 "
    "libharfbuzz-subset0 fonts-noto-core fonts-noto-cjk"
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project with three locks and a Python in its .venv; nothing is stamped yet."""
    for name in venv.SETS:
        lock = tmp_path / "requirements" / f"{name}.txt"
        lock.parent.mkdir(exist_ok=True)
        lock.write_text(f"{name}==1\n")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    monkeypatch.setattr(venv, "ROOT", tmp_path)
    monkeypatch.setattr(venv, "VENV", tmp_path / ".venv")
    return tmp_path


@pytest.fixture
def user(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


@pytest.fixture
def commands(monkeypatch):
    """What would have been run, each with success."""
    run: list[str] = []

    def watch(command, *_):
        run.append(" ".join(command))
        return 0, []

    monkeypatch.setattr(apt, "watch", watch)
    monkeypatch.setattr(venv, "watch", watch)
    return run


def test_an_old_python_is_named_in_one_sentence():
    with pytest.raises(Refused, match=r"^Sincerely needs Python 3\.11 or newer; .*python"):
        setup.check_python((3, 9))


def test_an_unknown_set_shows_the_usage():
    with pytest.raises(Refused, match=r"^Usage: python3 -m tools\.setup demo\|run\|dev\|browser$"):
        setup.main(["everything"])


def test_a_missing_library_is_refused_with_the_exact_line(monkeypatch, user):
    monkeypatch.setattr(native, "LIBRARIES", ("libnowhere.so.9",))

    with pytest.raises(Refused) as refused:
        setup.main(["run"])

    sentence, _, line = str(refused.value).splitlines()
    assert "libnowhere.so.9" in sentence
    assert line == f"sudo {APT_LINE}"


def test_missing_fonts_are_named(monkeypatch, tmp_path):
    (tmp_path / "NotoSerif-Regular.ttf").touch()
    monkeypatch.setattr(native, "font_folders", lambda: [tmp_path])

    assert native.missing_fonts() == ["Noto Naskh Arabic", "Noto CJK"]


def test_root_installs_what_is_missing(monkeypatch, commands, tmp_path):
    (tmp_path / "mirror_Packages").touch()
    monkeypatch.setattr(apt, "LISTS", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(native, "missing_fonts", iter([["Noto CJK"], []]).__next__)

    native.ensure()

    assert commands == [APT_LINE]


@pytest.mark.parametrize(
    ("stamped", "wanted", "expected"),
    [
        ("run", "run", True),
        ("browser", "run", True),
        ("browser", "dev", True),
        ("run", "dev", False),
        (None, "run", False),
    ],
)
def test_a_stamp_covers_the_smaller_sets(project, stamped, wanted, expected):
    if stamped:
        venv._write_stamp(stamped)

    assert venv.up_to_date(wanted) is expected


def test_a_changed_lock_needs_a_new_set_up(project):
    venv._write_stamp("run")
    (project / "requirements" / "run.txt").write_text("run==2\n")

    assert not venv.up_to_date("run")


def test_an_equal_stamp_returns_at_once(project, commands):
    venv._write_stamp("dev")

    assert setup.main(["dev"]) == 0
    assert commands == []


def test_a_half_made_environment_is_made_anew(project, commands):
    (project / ".venv" / "leftover").touch()

    venv.build("run")

    assert len(commands) == 1
    assert not (project / ".venv" / "leftover").exists()
    assert venv.up_to_date("run")


def test_a_failed_installation_leaves_no_stamp_and_tells_pips_last_words(project, monkeypatch):
    venv._write_stamp("run")
    lines = ["Collecting django", "ERROR: No matching distribution found for django==5.2", "hint"]
    monkeypatch.setattr(venv, "watch", lambda *_: (1, lines))

    with pytest.raises(Refused, match=r"^The Python .* last words: ERROR: No .* django==5.2$"):
        venv.build("dev")

    assert not venv.up_to_date("run")


def test_without_a_network_that_is_told_first(project, monkeypatch):
    lines = [
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError'",
        "ERROR: No matching distribution found for django==5.2",
    ]
    monkeypatch.setattr(venv, "watch", lambda *_: (1, lines))

    with pytest.raises(Refused) as refused:
        venv.build("dev")

    assert str(refused.value).splitlines() == [
        "No package index can be reached (is there a network connection?).",
        f"The Python packages could not be installed; pip's last words: {lines[1]}",
    ]


def test_a_port_in_use_is_told_before_the_installation(project, monkeypatch, commands):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        monkeypatch.setenv("HOST", "127.0.0.1")
        monkeypatch.setenv("PORT", port)
        with pytest.raises(Refused, match=f"^Port {port} is in use already"):
            setup.main(["demo"])

    assert commands == []


def test_a_read_only_folder_is_refused_in_one_sentence(project, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)

    with pytest.raises(Refused, match=r"^The folder .* is read-only for this user: .*\.$"):
        venv.build("run")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [("", "has no pip"), ("pip 21.3.1 from somewhere", "pip 21.3 is too old")],
)
def test_pip_must_be_there_and_young_enough(project, monkeypatch, answer, sentence):
    answered = subprocess.CompletedProcess([], 0, stdout=answer)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: answered)

    with pytest.raises(Refused, match=sentence):
        venv.build("run")
