"""Where the demonstration listens and keeps its data, checked before anything is started."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tools.console import ROOT, Refused

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound to


class Place(NamedTuple):
    """Where the demonstration listens."""

    host: str
    port: int

    @property
    def open_to_all(self) -> bool:
        return self.host in EVERYWHERE

    @property
    def near(self) -> str:
        """The host as this computer's own browser reaches it."""
        return EVERYWHERE.get(self.host, self.host)

    @property
    def address(self) -> str:
        return f"http://{_bracketed(self.near)}:{self.port}"

    @property
    def bind(self) -> str:
        return f"{_bracketed(self.host)}:{self.port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def check_world(environ: Mapping[str, str]) -> None:
    """Refuse a real site's settings: the demonstration would 'send' its letters into files."""
    if environ.get("PRODUCTION", "").strip().lower() not in {"", "0", "false", "no"}:
        raise Refused("This shell is set up for production: start the demonstration in another.")


def place_from(environ: Mapping[str, str]) -> Place:
    port = environ.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise Refused(f"PORT must be a number from 1 to 65535, not {port!r}.")
    return Place(environ.get("HOST") or "127.0.0.1", int(port))


def check_port(place: Place) -> None:
    """Refuse a port that cannot be ours."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((place.host, place.port))
    except PermissionError:
        raise Refused(f"Port {place.port} is not for this user; {_other(place)}") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Refused(f"Port {place.port} is in use already; {_other(place)}") from None
        raise Refused(f"HOST={place.host} is no address of this computer.") from None


def _other(place: Place) -> str:
    other = place.port + 1 if 1024 <= place.port < 65535 else 8001
    return f"choose another one: PORT={other} make demo"


def data_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder of all data, made if need be. Refuse one that cannot be written to."""
    var = Path(environ.get("VAR_DIR") or ROOT / "var")
    try:
        (var / "logs").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"The folder {var} cannot be made: {error.strerror}.") from None
    for folder in (var, var / "logs"):
        if not os.access(folder, os.W_OK):
            raise Refused(f"The folder {folder} is read-only for this user.")
    return var
