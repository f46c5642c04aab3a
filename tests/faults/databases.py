"""A prepared database, copied for every run: a file, or a PostgreSQL database by template."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import psycopg

TEMPLATE = "faults_template"


class Databases(Protocol):
    """`name` is what Django's settings_dict["NAME"] wants for the copy."""

    kind: str

    def url(self, name: str = TEMPLATE) -> str: ...

    def copy(self, name: str) -> str: ...

    def drop(self, name: str) -> None: ...

    def save(self, name: str) -> str: ...

    def restore(self, backup: str, name: str) -> None: ...


class SqliteFiles:
    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, name: str = TEMPLATE) -> str:
        return f"sqlite:///{self.folder / name}.sqlite3"

    def copy(self, name: str) -> str:
        target = self.folder / f"{name}.sqlite3"
        shutil.copyfile(self.folder / f"{TEMPLATE}.sqlite3", target)
        return str(target)

    def drop(self, name: str) -> None:
        for path in self.folder.glob(f"{name}.sqlite3*"):
            path.unlink()

    def save(self, name: str) -> str:
        """Back a database up as the manual says: by SQLite's own copy."""
        backup = self.folder / f"{name}.backup"
        with (
            contextlib.closing(sqlite3.connect(self.folder / f"{name}.sqlite3")) as source,
            contextlib.closing(sqlite3.connect(backup)) as target,
        ):
            source.backup(target)
        return str(backup)

    def restore(self, backup: str, name: str) -> None:
        self.drop(name)
        shutil.move(backup, self.folder / f"{name}.sqlite3")


class PostgresDatabases:
    kind = "postgres"

    def __init__(self, server: str) -> None:
        """`server` is the address of any database of a cluster that may be filled with ours."""
        self.server = server

    def url(self, name: str = TEMPLATE) -> str:
        return urlsplit(self.server)._replace(path=f"/{name}").geturl()

    def copy(self, name: str) -> str:
        # Nobody may be connected to the template meanwhile; FILE_COPY is slower for small ones.
        self.ask(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
        return name

    def drop(self, name: str) -> None:
        self.ask(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def save(self, name: str) -> str:
        self.ask(f'CREATE DATABASE "{name}_backup" TEMPLATE "{name}"')
        return f"{name}_backup"

    def restore(self, backup: str, name: str) -> None:
        self.drop(name)
        self.ask(f'ALTER DATABASE "{backup}" RENAME TO "{name}"')

    def ask(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement)


def databases(kind: str, folder: Path, server: str) -> Databases:
    return SqliteFiles(folder) if kind == "sqlite" else PostgresDatabases(server)
