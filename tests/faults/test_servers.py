"""The bench's own servers do what they are asked to, or what they show proves nothing."""

from __future__ import annotations

import hashlib
import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.script import Script, Step, parse
from tests.faults.servers import Proxy, Sink

LETTER = (
    "Message-ID: <a@bench.internal>\r\nX-Letter-ID: ABCD2345\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: application/pdf\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--x--\r\n"
)


@pytest.fixture
def sink(tmp_path: Path, loopback: set[int]) -> Iterator[Sink]:
    made = Sink(tmp_path / "sink")
    loopback.update(made.ports)
    yield made
    made.end()


@pytest.fixture
def proxy(sink: Sink, loopback: set[int]) -> Iterator[Proxy]:
    made = Proxy(sink.port)
    loopback.add(made.port)
    yield made
    made.end()


def send(port: int, to: str = "office", body: str = LETTER) -> str:
    """Send a mail as smtplib does. Returns how it ended."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=1) as server:
            server.sendmail("us@bench.internal", [f"{to}@gov.bench.internal"], body)
    except smtplib.SMTPRecipientsRefused as error:
        return str(next(iter(error.recipients.values()))[0])
    except smtplib.SMTPResponseException as error:
        return str(error.smtp_code)
    except (smtplib.SMTPServerDisconnected, OSError):
        return "broken"
    return "taken"


def test_script_reads_phase_code_and_times() -> None:
    assert parse("rcpt450x2.office") == Script((Step("rcpt", 450, times=2),))


def test_script_reads_misbehaviour_and_seconds() -> None:
    assert parse("dot-stall60") == Script((Step("dot", deed="stall", seconds=60),))


def test_script_of_a_name_is_empty() -> None:
    assert parse("mari.tamm") == Script()


def test_sink_writes_down_what_it_takes(sink: Sink) -> None:
    assert send(sink.port) == "taken"
    [arrival] = sink.arrivals()
    assert (arrival.message_id, arrival.letter) == ("<a@bench.internal>", "ABCD2345")
    assert arrival.sha256 == hashlib.sha256(LETTER.encode()).hexdigest()
    assert arrival.pdfs == (hashlib.sha256(b"%PDF-").hexdigest(),)


def test_sink_undoes_the_stuffing_of_dots(sink: Sink) -> None:
    body = "Message-ID: <b@c>\r\n\r\n.\r\n..two\r\n"
    send(sink.port, body=body)
    assert sink.arrivals()[0].sha256 == hashlib.sha256(body.encode()).hexdigest()


@pytest.mark.parametrize(
    ("to", "ends", "taken"),
    [
        ("rcpt550", "550", 0), ("dot554", "554", 0), ("552full", "552", 0), ("data451", "451", 0),
        ("mail-drop", "taken", 1), ("rcpt-drop", "broken", 0), ("data-rst", "broken", 0),
        ("dot-drop", "broken", 1), ("dot-vanish", "broken", 0), ("dot-rst", "broken", 1),
        ("dot-stall", "broken", 1), ("rcpt-stall", "broken", 0), ("rcpt-garbage", "-1", 0),
    ],
)  # fmt: skip
def test_sink_behaves_as_the_recipient_asks(sink: Sink, to: str, ends: str, taken: int) -> None:
    assert send(sink.port, to) == ends
    assert len(sink.arrivals()) == taken


def test_sink_takes_the_third_after_refusing_two(sink: Sink) -> None:
    assert [send(sink.port, "rcpt450x2") for _ in range(3)] == ["450", "450", "taken"]


@pytest.mark.parametrize(
    ("script", "ends"),
    [("banner421", "421"), ("ehlo-drop", "broken"), ("mail452", "452"), ("banner-garbage", "-1")],
)
def test_port_behaves_as_its_script(sink: Sink, loopback: set[int], script: str, ends: str) -> None:
    port = sink.listen(script)
    loopback.add(port)
    assert send(port) == ends


def test_connections_are_counted(sink: Sink) -> None:
    send(sink.port)
    send(sink.port)
    assert sink.connections() == 2


@pytest.mark.parametrize(
    ("toxics", "ends"),
    [
        ({}, "taken"), ({"slicer": 7}, "taken"), ({"latency": 0.01}, "taken"),
        ({"bandwidth": 100_000}, "taken"), ({"down": True}, "broken"), ({"timeout": True}, "broken"),
        ({"reset_peer": True}, "broken"), ({"limit_data": 40}, "broken"),
    ],
)  # fmt: skip
def test_proxy_makes_the_trouble_it_is_asked_for(
    proxy: Proxy, toxics: dict[str, object], ends: str
) -> None:
    proxy.set(**toxics)
    assert send(proxy.port) == ends


def test_proxy_comes_back_on_its_port(proxy: Proxy) -> None:
    proxy.set(down=True)
    proxy.set()
    assert send(proxy.port) == "taken"


def test_sink_that_forgets_misbehaves_anew(sink: Sink) -> None:
    said = [send(sink.port, "rcpt450x1") for _ in range(2)]
    sink.forget()
    said.append(send(sink.port, "rcpt450x1"))
    assert said == ["450", "taken", "450"]
