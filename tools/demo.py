"""`make demo`: the whole site on one computer, web server and worker, until Ctrl-C.

Mail goes to files and can be read at /mailbox/; nothing leaves the machine.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools import health, statics
from tools.children import Child, end, stop_with_parent
from tools.console import Refused, Status, run_tool, say
from tools.place import Place, check_port, check_world, data_folder, place_from

STARTING_SECONDS = 60


def main() -> int:
    check_world(os.environ)
    place = place_from(os.environ)
    check_port(place)
    var = data_folder(os.environ)
    if "MAKELEVEL" in os.environ:
        stop_with_parent()
    environ = child_environ(place, var)
    try:
        prepare(environ, var)
        with running(place, environ, var) as children:
            wait_until_up(place, children)
            say(welcome(place, environ, var))
            while True:
                tell_errors(children)
                time.sleep(0.5)
    except KeyboardInterrupt:
        say("\nStopped. The data stays; make demo goes on with it.")
        return 0


def child_environ(place: Place, var: Path) -> dict[str, str]:
    environ = {
        "SITE_URL": place.address,
        **os.environ,
        "SINCERELY_DEMO": "1",
        "VAR_DIR": str(var),
        "STATIC_ROOT": str(var / "static"),
        "PYTHONUNBUFFERED": "1",
        "C_FORCE_ROOT": "1",
    }
    if place.open_to_all:
        environ.setdefault("ALLOWED_HOSTS", "*")
    return environ


def prepare(environ: dict[str, str], var: Path) -> None:
    """Bring database, static files and starter campaign up to date."""
    log = var / "logs" / "prepare.log"
    manage("Database", ["migrate", "--noinput", "-v0"], environ, log)
    if not statics.are_collected(var):
        manage("Static files", ["collectstatic", "--noinput", "-v0"], environ, log)
        statics.note_collected(var)
    manage("Starter campaign", ["load_starter", "--if-empty"], environ, None)


def manage(what: str, arguments: list[str], environ: dict[str, str], log: Path | None) -> None:
    """Run a management command; without a log, it speaks for itself."""
    say(f"{what} …")
    child = Child(what, [sys.executable, "manage.py", *arguments], environ, log=log)
    try:
        code = child.process.wait()
    finally:
        end([child])
    if code and len(lines := child.lines()) == 1:  # a sentence, such as that of a wrong setting
        raise Refused(lines[0])
    if code:
        raise Refused(child.last_words(f"manage.py {arguments[0]} failed: see above."))


@contextlib.contextmanager
def running(place: Place, environ: dict[str, str], var: Path) -> Iterator[list[Child]]:
    """Run web server and worker, and leave neither behind."""
    children: list[Child] = []
    try:
        for name, command in commands(place, var).items():
            log = var / "logs" / f"{name.split()[0]}.log"
            children.append(Child(name, [sys.executable, "-m", *command], environ, log=log))
        yield children
    finally:
        end(children)


def commands(place: Place, var: Path) -> dict[str, list[str]]:
    """Return the command lines: production's own, only smaller."""
    web = ["gunicorn", "campaign.wsgi:application", "--bind", place.bind, "--log-level", "warning"]
    web += ["--worker-class", "gthread", "--workers", "1", "--threads", "8"]
    web += ["--graceful-timeout", "5", "--no-control-socket"]
    worker = ["celery", "-A", "campaign", "worker", "-B", "--pool", "solo"]
    worker += ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    # Two demonstrations on the same data may run side by side, but not share this file.
    worker += ["--hostname", f"demo-{place.port}@%h", "--schedule", str(var / f"beat-{place.port}")]
    return {"web server": web, "worker": worker}


def wait_until_up(place: Place, children: Sequence[Child]) -> None:
    status = Status("Web server and worker")
    while not health.answers(place.near, place.port):
        tell_errors(children)
        status.update("waiting for the first answer")
        if time.monotonic() - status.started > STARTING_SECONDS:
            raise Refused(children[0].last_words(f"{place.address}/healthz does not answer 200."))
        time.sleep(0.2)
    status.close()


def tell_errors(children: Sequence[Child]) -> None:
    """Say what the logs tell of errors. Refuse to go on with one of the children dead."""
    for child in children:
        for line in child.new_errors():
            say(f"{child.name} | {line}")
        if (code := child.process.poll()) is not None:
            last_words = f"The {child.name} ended by itself with status {code}: see {child.log}"
            raise Refused(child.last_words(last_words))


def welcome(place: Place, environ: dict[str, str], var: Path) -> str:
    site = environ["SITE_URL"].rstrip("/")
    lines = [
        "",
        "  Sincerely is running. No mail leaves this computer.",
        "",
        f"    Campaigns   {site}/",
        f"    Mailbox     {site}/mailbox/",
        f"    Admin       {site}/admin/",
        *_login(var / "organiser.txt"),
        f"    Logs        {var / 'logs'}",
        "",
    ]
    if place.open_to_all:
        lines += ["  Other computers can reach this site, its mailbox included.", ""]
    return "\n".join([*lines, "  Stop with Ctrl-C. The data stays.", ""])


def _login(path: Path) -> list[str]:
    """Return the organiser's login as `load_starter` noted it, if it did."""
    try:
        noted = path.read_text(encoding="utf-8")
    except OSError:
        return []
    pairs = [line.partition(":") for line in noted.splitlines()]
    return [f"      {key.strip():<9} {value.strip()}" for key, _, value in pairs if value]


if __name__ == "__main__":
    run_tool(main)
