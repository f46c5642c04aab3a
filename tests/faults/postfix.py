"""A real Postfix as the relay: `python -m tests.faults.postfix` (Debian's package, as root).

It runs a Postfix of its own on the loopback, with the sink behind it as the rest of the world,
and tells what became of letters that it took, put off, refused, bounced, and took without our
learning of it. Nothing leaves this machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from email import message_from_bytes
from email.utils import getaddresses
from pathlib import Path
from typing import Any

from tests.faults.servers import Sink
from tools.console import ROOT, Refused, run_tool
from tools.services import free_port

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file_prefixes = /
maillog_file = {folder}/mail.log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.internal
mydestination =
local_recipient_maps =
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{sink}
disable_dns_lookups = yes
smtp_dns_support_level = disabled
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/access, permit_mynetworks, reject
minimal_backoff_time = 2s
maximal_backoff_time = 4s
queue_run_delay = 2s
default_destination_recipient_limit = 1
"""
ACCESS = "putoff@office.internal 450 4.2.1 come again later\nno@office.internal 550 5.7.1 we take no letters\n"
SECONDS = 40


def main() -> int:
    if os.geteuid() != 0:
        raise Refused("Postfix wants to be started by root.")
    with tempfile.TemporaryDirectory(prefix="sincerely-postfix-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        os.environ |= {
            "VAR_DIR": str(folder / "var"),
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        }
        os.environ["RECONCILE"] = f"postfix:{folder}/mail.log"
        os.environ["RETURN_ADDRESS"] = "letters@bench.internal"
        world = Sink(folder / "world")
        port = free_port()
        os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
        relay = Relay(folder, port, world.port)
        try:
            return tell(relay, world)
        finally:
            relay.stop()
            world.end()


class Relay:
    """A Postfix with its own configuration, queue and log."""

    def __init__(self, folder: Path, port: int, sink: int) -> None:
        self.etc = folder / "etc"
        for part in ("etc", "spool", "data"):
            (folder / part).mkdir()
        subprocess.run(["chown", "postfix", str(folder / "data")], check=True)
        (self.etc / "main.cf").write_text(MAIN.format(folder=folder, sink=sink))
        (folder / "access").write_text(ACCESS)
        master = Path("/etc/postfix/master.cf").read_text()
        lines = [line for line in master.splitlines() if not line.startswith("smtp      inet")]
        lines.insert(0, f"127.0.0.1:{port} inet n - n - - smtpd")
        # No chroot: it would need copies of the system's files.
        (self.etc / "master.cf").write_text("\n".join(_unchrooted(line) for line in lines) + "\n")
        self._do("set-permissions", check=False)
        self.start()

    def start(self) -> None:
        self._do("start")

    def stop(self) -> None:
        self._do("stop", check=False)

    def _do(self, what: str, *, check: bool = True) -> None:
        command = ["postfix", "-c", str(self.etc), what]
        subprocess.run(command, check=check, capture_output=True)


def _unchrooted(line: str) -> str:
    fields = line.split()
    if len(fields) > 7 and fields[4] == "y" and not line.startswith((" ", "#")):
        fields[4] = "n"
        return " ".join(fields)
    return line


def tell(relay: Relay, world: Sink) -> int:
    """Let letters meet each fate and print what we know of them in the end."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    told: dict[str, Any] = {}
    told["taken"] = fate(_letter("office@office.internal"), "sent")
    told["put off by the relay, then taken"] = _put_off(relay)
    told["refused by the relay"] = fate(_letter("no@office.internal"), "held")
    told["put off by the world: the relay keeps it"] = fate(
        _letter("rcpt450x2.a@office.internal"), "sent"
    )
    told["bounced by the world"] = _bounced(world)
    told["worker killed while the relay took it"] = _killed()
    told["relay away, then back"] = _away(relay)
    told["in the world's ledger"] = sorted(arrival.recipient for arrival in world.arrivals())
    print(json.dumps(told, indent=2, ensure_ascii=False))
    return 0


def _letter(address: str) -> Any:
    """A letter that is due to an office with this address."""
    from letters.delivery.prepare import prepare
    from letters.enums import LetterState
    from letters.models import Letter
    from tests.factories.letters import LetterFactory

    letter = LetterFactory(state=LetterState.APPROVED, send_after=None)
    assert letter.office is not None
    letter.office.routes.update(email=address)
    prepare(letter.pk)
    return Letter.objects.get(pk=letter.pk)


def fate(letter: Any, *wanted: str, work: Callable[[], object] | None = None) -> str:
    """Work until the letter has a state that is wanted. Returns state and last answer."""
    from letters.enums import Purpose
    from letters.management.commands.deliver import one_round

    for _ in range(SECONDS * 2):
        (work or one_round)()
        letter.refresh_from_db()
        if letter.state in wanted:
            mail = letter.outbounds.filter(purpose=Purpose.LETTER).latest("created_at")
            return f"{letter.state}: {mail.last_code} {mail.last_answer}".strip()
        time.sleep(0.5)
    mail = letter.outbounds.latest("created_at")
    log = Path(os.environ["RECONCILE"].partition(":")[2])
    said = log.read_text()[-1500:] if log.exists() else "The relay has logged nothing."
    raise Refused(f"The letter is {letter.state}, not {wanted}: {mail.last_answer}\n{said}")


def _put_off(relay: Relay) -> str:
    from django.utils import timezone

    from letters.delivery import mail
    from letters.models import Outbound

    letter = _letter("putoff@office.internal")
    first = fate(letter, "queued")
    (relay.etc.parent / "access").write_text("")
    subprocess.run(["postfix", "-c", str(relay.etc), "reload"], check=True, capture_output=True)
    time.sleep(2)
    mail.transport().close()  # its process at the relay still has the old rules
    Outbound.objects.filter(letter=letter).update(next_attempt_at=timezone.now())
    last = fate(letter, "sent")
    (relay.etc.parent / "access").write_text(ACCESS)
    subprocess.run(["postfix", "-c", str(relay.etc), "reload"], check=True, capture_output=True)
    time.sleep(2)
    mail.transport().close()
    return f"{first} → {last}"


def _bounced(world: Sink) -> str:
    """The world refuses what the relay took: its report comes back and is read."""
    letter = _letter("rcpt550.a@office.internal")
    first = fate(letter, "sent")

    def read() -> None:
        for path in sorted(world.kept.glob("*.eml")):
            raw = path.read_bytes()
            message = message_from_bytes(raw)
            to = [address for _, address in getaddresses(message.get_all("To", []))]
            if message.get_content_type() == "multipart/report":
                command = [sys.executable, "manage.py", "receive_mail"]
                command += [f"--to={one}" for one in to]
                subprocess.run(command, input=raw, check=False, cwd=ROOT, capture_output=True)

    return f"{first} → {fate(letter, 'bounced', work=read)}"


def _killed() -> str:
    """A worker dies after the last byte, before it read the relay's yes."""
    letter = _letter("unsure@office.internal")
    failing = {**os.environ, "FAILPOINTS": "send.after_dot=kill"}
    died = subprocess.run(
        [sys.executable, "manage.py", "deliver", "--once"], check=False, cwd=ROOT, env=failing
    )
    return f"worker ended with {died.returncode} → {fate(letter, 'sent')}"


def _away(relay: Relay) -> str:
    from letters.delivery import mail, policy
    from letters.models import MailServer

    relay.stop()
    mail.transport().close()
    letter = _letter("later@office.internal")
    for _ in range(policy.ERRORS + 2):
        fate(letter, "queued")
    server = MailServer.objects.get()
    said = f"{server.trouble} after {server.failures} errors, letter {letter.state}"
    relay.start()
    MailServer.objects.update(open_until=server.since)  # its time is over
    return f"{said} → {fate(letter, 'sent')}"


if __name__ == "__main__":
    run_tool(main)
