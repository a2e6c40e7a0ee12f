#!/usr/bin/env python3
"""Compares resolved dependencies with the committed lists of advisories and of look-ups; needs no network.

check_dependencies.py ADVISORIES LOOKED_UP FILE_OR_FOLDER...: a folder has jars, NAME-VERSION.jar; a file has requirements
of pip, NAME==VERSION or NAME[EXTRA]==VERSION. Prints one line per fault that is not accepted, and ends with 1 if there is one. A dependency
that is not in LOOKED_UP is a fault. So is a date of either list that is older than a year: somebody has to look again.
"""

from __future__ import annotations

import datetime
import re
import sys
from pathlib import Path
from typing import NamedTuple

# The version begins at the first digit after which only numbers and a classifier follow: log4j-1.2-api-2.24.3, zstd-jni-1.5.7-28.
JAR = re.compile(r"(?P<name>.+?)-(?P<version>\d[^-]*(?:-\d[^-]*)*)(?:-[A-Za-z][^-]*)*\.jar")
REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?==(?P<version>[0-9][^\s;\\]*)")
OWN = "hetal-"
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


def is_old(date: str) -> bool:
    return datetime.date.today() - datetime.date.fromisoformat(date) > LONGEST_AGE


def looked_up(file: Path) -> tuple[set[tuple[str, str, str]], list[str]]:
    """The coordinates, registry name version, and the dates of the sections, == DATE SOURCE."""
    found, dates = set(), []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        parts = line.split()
        if not parts or line.startswith("#"):
            continue
        if parts[0] == "==" and len(parts) > 2:
            dates.append(parts[1])
        elif parts[0] in ("maven", "pypi") and len(parts) == 3 and dates:
            found.add((parts[0], package(parts[1]) if parts[0] == "pypi" else parts[1], parts[2]))
        else:
            sys.exit(f"{file}:{number}: expected '== DATE SOURCE', or below it 'REGISTRY NAME VERSION', actual '{line}'")
    return found, dates


def dependencies(where: Path) -> list[Dependency]:
    if where.is_dir():
        found = []
        for jar in sorted(where.rglob("*.jar")):
            match = JAR.fullmatch(jar.name)
            if match is None:
                sys.exit(f"{jar}: expected NAME-VERSION.jar, actual {jar.name}")
            if not match["name"].startswith(OWN):
                found.append(Dependency("maven", match["name"], match["version"], str(jar)))
        return found
    text = where.read_text(encoding="utf-8")
    return [Dependency("pypi", package(m["name"]), m["version"], str(where)) for m in REQUIREMENT.finditer(text)]


def main(words: list[str]) -> int:
    if len(words) < 3:
        sys.exit("check_dependencies.py: expected ADVISORIES, LOOKED_UP and files or folders; actual " + " ".join(words))
    known = advisories(Path(words[0]))
    looked_at, dates = looked_up(Path(words[1]))
    all_found = [each for where in words[2:] for each in dependencies(Path(where))]
    if not all_found:
        sys.exit("check_dependencies.py: expected dependencies in " + " ".join(words[2:]) + ", actual none")
    faults = 0
    for date in filter(is_old, dates):
        print(f"{words[1]}: expected a date of the last year, actual {date}")
        faults += 1
    for each in all_found:
        if (each.registry, each.name, each.version) not in looked_at:
            print(f"{each.where}: expected a look-up of '{each.registry} {each.name} {each.version}' in {words[1]}, actual none")
            faults += 1
    for advisory in known:
        if is_old(advisory.date):
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
    print(f"{len(all_found)} dependencies, {len(looked_at)} looked up, {len(known)} advisories, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
