"""Do the locked requirements still fit pyproject.toml, and each other?"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.console import ROOT, run_tool, say
from tools.venv import SETS

LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def main() -> int:
    found = problems()
    say("\n".join(found) or "The locks fit pyproject.toml.")
    return 1 if found else 0


def problems() -> list[str]:
    """Return one line for each requirement that isn't locked as it should be."""
    locks = {name: _locked(name) for name in SETS}
    found = [
        problem
        for name, requirements in _wanted().items()
        for problem in _unmet(name, requirements, locks[name])
    ]
    for name in SETS[1:]:
        found += _differing(name, locks["run"], locks[name])
    return found


def _wanted() -> dict[str, list[str]]:
    """Return what pyproject.toml asks of each set."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    run = project["dependencies"]
    dev = run + extras["dev"]
    return {"run": run, "dev": dev, "browser": dev + extras["e2e"]}


def _locked(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return {canonicalize_name(package): version for package, version in LOCKED.findall(text)}


def _unmet(name: str, requirements: list[str], locked: dict[str, str]) -> Iterator[str]:
    for text in requirements:
        requirement = Requirement(text)
        version = locked.get(canonicalize_name(requirement.name))
        if version is None:
            yield f"requirements/{name}.txt lacks {requirement}: run make lock"
        elif version not in requirement.specifier:
            yield f"requirements/{name}.txt has {version}, not {requirement}: run make lock"


def _differing(name: str, run: dict[str, str], other: dict[str, str]) -> Iterator[str]:
    for package, version in run.items():
        if other.get(package) != version:
            yield (
                f"requirements/{name}.txt has {package} {other.get(package)}, "
                f"run.txt has {version}: run make lock"
            )


if __name__ == "__main__":
    run_tool(main)
