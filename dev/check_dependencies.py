#!/usr/bin/env python3
"""Compares resolved dependencies with the committed list of advisories; needs no network.

check_dependencies.py ADVISORIES FILE_OR_FOLDER...: a folder has jars, NAME-VERSION.jar; a file has requirements of pip,
NAME==VERSION or NAME[EXTRA]==VERSION. Prints one line per fault that is not accepted, and ends with 1 if there is one. A line of the list that is
older than a year is a fault, too: somebody has to look again.
"""

from __future__ import annotations

import datetime
import re
import sys
from pathlib import Path
from typing import NamedTuple

JAR = re.compile(r"(?P<name>.+?)-(?P<version>\d[^-]*)(-[A-Za-z].*)?\.jar")
REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?==(?P<version>[0-9][^\s;\\]*)")
LONGEST_AGE = datetime.timedelta(days=365)


class Advisory(NamedTuple):
    registry: str
    name: str
    first: str
    fixed: str
    identifiers: str
    date: str
    accepted: str


class Dependency(NamedTuple):
    registry: str
    name: str
    version: str
    where: str


def package(name: str) -> str:
    """The one spelling of a name on PyPI: Typing_Extensions is typing-extensions."""
    return re.sub(r"[-_.]+", "-", name).lower()


def numbers(version: str) -> list[int]:
    """4.2.20.Final: [4, 2, 20]."""
    return [int(part) for part in re.findall(r"\d+", version)]


def is_at_fault(version: str, advisory: Advisory) -> bool:
    return numbers(advisory.first) <= numbers(version) < numbers(advisory.fixed)


def is_accepted(dependency: Dependency, advisory: Advisory) -> bool:
    """The last field is empty, or FOLDER: REASON."""
    folder, colon, reason = advisory.accepted.partition(":")
    return bool(colon and reason.strip() and f"/{folder}/" in f"/{dependency.where}")


def advisories(file: Path) -> list[Advisory]:
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            parts = [part.strip() for part in line.split("|")]
            if len(parts) != len(Advisory._fields):
                sys.exit(f"{file}:{number}: expected {len(Advisory._fields)} fields, actual {len(parts)}")
            advisory = Advisory(*parts)
            if advisory.registry not in ("maven", "pypi"):
                sys.exit(f"{file}:{number}: expected maven or pypi, actual {advisory.registry}")
            found.append(advisory._replace(name=package(advisory.name)) if advisory.registry == "pypi" else advisory)
    return found


def dependencies(where: Path) -> list[Dependency]:
    if where.is_dir():
        matches = [(JAR.fullmatch(jar.name), jar) for jar in sorted(where.rglob("*.jar"))]
        return [Dependency("maven", m["name"], m["version"], str(jar)) for m, jar in matches if m]
    text = where.read_text(encoding="utf-8")
    return [Dependency("pypi", package(m["name"]), m["version"], str(where)) for m in REQUIREMENT.finditer(text)]


def main(words: list[str]) -> int:
    if len(words) < 2:
        sys.exit("check_dependencies.py: expected ADVISORIES and files or folders; actual " + " ".join(words))
    known = advisories(Path(words[0]))
    all_found = [each for where in words[1:] for each in dependencies(Path(where))]
    if not all_found:
        sys.exit("check_dependencies.py: expected dependencies in " + " ".join(words[1:]) + ", actual none")
    faults = 0
    for advisory in known:
        if datetime.date.today() - datetime.date.fromisoformat(advisory.date) > LONGEST_AGE:
            print(f"{words[0]}: {advisory.name} {advisory.identifiers}: expected a date of the last year, actual {advisory.date}")
            faults += 1
        for each in all_found:
            same = (each.registry, each.name) == (advisory.registry, advisory.name)
            if same and is_at_fault(each.version, advisory) and not is_accepted(each, advisory):
                print(
                    f"{each.where}: {each.name} {each.version}: expected {advisory.fixed} or later"
                    f" ({advisory.identifiers}), actual {each.version}"
                )
                faults += 1
    print(f"{len(all_found)} dependencies, {len(known)} advisories, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
