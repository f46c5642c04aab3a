"""The demonstration: what it refuses, what it says, and that it leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import sys

import pytest

from tools import children, console, demo, place, statics
from tools.children import Child, end
from tools.console import Refused
from tools.place import Place

HERE = Place("127.0.0.1", 8101)
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def python(tmp_path):
    """Start a Python program as a child; whatever happens, it is gone after the test."""
    started: list[Child] = []

    def start(program):
        log = tmp_path / f"{len(started)}.log"
        started.append(Child("worker", [sys.executable, "-c", program], log=log))
        return started[-1]

    yield start
    end(started, patience=0)


def test_a_port_in_use_is_named_with_the_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Refused) as refused:
            place.check_port(Place("127.0.0.1", port))

    assert f"Port {port} is in use already" in str(refused.value)
    assert str(refused.value).endswith("make demo")


def test_a_port_for_root_only_suggests_8001(monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(socket, "socket", refuse)
    with pytest.raises(Refused, match=r"choose another one: PORT=8001 make demo$"):
        place.check_port(Place("127.0.0.1", 80))


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1"])
def test_a_wrong_port_is_refused(port):
    with pytest.raises(Refused, match=r"^PORT must be a number from 1 to 65535"):
        place.place_from({"PORT": port})


@pytest.mark.parametrize("production", ["1", "True", "yes"])
def test_the_settings_of_a_real_site_are_refused(production):
    with pytest.raises(Refused, match=r"^This shell is set up for production: .* another\.$"):
        place.check_world({"PRODUCTION": production})


def test_a_read_only_data_folder_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "access", lambda path, mode: False)

    with pytest.raises(Refused, match=r"^The folder .*var is read-only for this user\.$"):
        place.data_folder({"VAR_DIR": str(tmp_path / "var")})


def test_a_data_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(Refused, match=r"^The folder .* cannot be made: Not a directory\.$"):
        place.data_folder({"VAR_DIR": str(tmp_path / "file" / "var")})


@pytest.mark.parametrize(
    ("host", "site", "allowed"),
    [
        ("127.0.0.1", "http://127.0.0.1:8101", None),
        ("0.0.0.0", "http://127.0.0.1:8101", "*"),
        ("::", "http://[::1]:8101", "*"),
    ],
)
def test_the_children_know_where_they_are(monkeypatch, tmp_path, host, site, allowed):
    for name in ("SITE_URL", "ALLOWED_HOSTS"):
        monkeypatch.delenv(name, raising=False)

    environ = demo.child_environ(Place(host, 8101), tmp_path)

    assert (environ["SITE_URL"], environ.get("ALLOWED_HOSTS")) == (site, allowed)
    assert environ["SINCERELY_DEMO"] == "1"


def test_the_welcome_holds_the_addresses_and_the_login(tmp_path):
    (tmp_path / "organiser.txt").write_text("username: organiser\npassword: a:b\n")

    lines = demo.welcome(HERE, {"SITE_URL": "http://127.0.0.1:8101"}, tmp_path).split("\n")
    words = [line.split() for line in lines]

    assert ["Mailbox", "http://127.0.0.1:8101/mailbox/"] in words
    assert ["username", "organiser"] in words
    assert ["password", "a:b"] in words


def test_static_files_are_collected_again_only_after_a_change(monkeypatch, tmp_path):
    for name in ("requirements/run.txt", "campaign/settings.py", "static/css/base.css"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    monkeypatch.setattr(statics, "ROOT", tmp_path)

    statics.note_collected(tmp_path)
    assert statics.are_collected(tmp_path)

    (tmp_path / "static/css/base.css").write_text("p {}")
    assert not statics.are_collected(tmp_path)


def test_a_wrong_setting_is_the_only_sentence(monkeypatch, tmp_path):
    environ = {**os.environ, "VAR_DIR": str(tmp_path), "TIME_ZONE": "Mars"}

    with pytest.raises(Refused) as refused:
        demo.manage("Database", ["migrate"], environ, tmp_path / "log")

    assert str(refused.value) == (
        "TIME_ZONE must be a time zone such as Europe/Tallinn, not 'Mars'."
    )


def test_a_dead_child_is_named_with_the_end_of_its_log(python):
    child = python("print('no broker'); raise SystemExit(3)")
    child.process.wait()

    with pytest.raises(Refused, match=r"(?s)^no broker\n\nThe worker ended .* with status 3"):
        demo.tell_errors([child])


def test_errors_in_a_log_are_told_once(python, capsys):
    child = python("import logging; logging.error('lost'); print('fine'); 1 / 0")
    child.process.wait()

    assert list(child.new_errors()) == [
        "ERROR:root:lost",
        "ZeroDivisionError: division by zero",
    ]
    assert list(child.new_errors()) == []


def test_a_child_that_does_not_stop_is_ended_by_force(python, capsys):
    child = python(STUBBORN)
    while child.lines() != ["ready"]:
        assert child.process.poll() is None

    end([child], patience=0)

    assert child.process.returncode == -signal.SIGKILL
    assert "ended by force" in capsys.readouterr().out


def test_one_failed_start_ends_those_already_running(monkeypatch, tmp_path, python):
    (tmp_path / "logs").mkdir()
    started: list[Child] = []

    def start(name, *_, **__):
        if started:
            raise OSError("no more processes")
        started.append(python("import time; time.sleep(60)"))
        return started[0]

    monkeypatch.setattr(demo, "Child", start)
    with pytest.raises(OSError, match="no more"), demo.running(HERE, {}, tmp_path):
        pass

    assert started[0].process.returncode == -signal.SIGTERM


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (Refused("Port 8000 is taken."), 1, "Port 8000 is taken.\n"),
        (OSError(28, "No space left on device", "/x"), 1, "No space left on device: /x\n"),
        (KeyboardInterrupt(), 130, "\nStopped.\n"),
    ],
)
def test_no_failure_shows_a_traceback(monkeypatch, capsys, error, code, text):
    def fail():
        raise error

    monkeypatch.setattr(signal, "signal", lambda *_: None)
    with pytest.raises(SystemExit) as stopped:
        console.run_tool(fail)

    assert (stopped.value.code, capsys.readouterr().err) == (code, text)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("short", "short"),
        ("x" * 79, "x" * 79),
        ("word " * 20, "word " * 14 + "word…"),
        ("word " * 15 + "four " + "more", "word " * 14 + "word…"),
        ("x" * 100, "x" * 78 + "…"),
    ],
)
def test_a_line_that_is_too_long_is_cut_at_a_word(line, shown):
    assert console.fitting(line) == shown


def test_cleaning_up_is_not_broken_off_by_a_second_interrupt():
    with children._undisturbed():
        os.kill(os.getpid(), signal.SIGINT)
