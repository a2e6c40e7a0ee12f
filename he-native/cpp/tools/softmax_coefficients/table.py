"""coefficients.txt: where it is, its grammar, reading and printing. Doubles are printed with the digits that identify them."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

Interval = tuple  # (low, high)

HEADER = """\
# Coefficients of the encrypted softmax (look-ahead normalize-and-square), one table per number of classes.
# The program softmax_coefficients in he-native fits them, checks them and documents the objective and the domain.
# An entry holds for its number of classes only.
#
# exponential e0 .. e8                 ascending powers of u in [-2, 2]: a multiple of e^u
# classes COUNT a b                    start: y <- y (a - b s1)
# long q0 q1 b0 b1 b2 b3 b4 INTERVALS  q = q0 + q1 s1 - s2; y <- y^2 q (b0 + b1 s1 + b2 s2 + b3 s3 + b4 (s4 + q^2))
# short b0 b1 b2 INTERVALS             y <- y^2 (b0 + b1 s1 + b2 s2)
# INTERVALS                            lowest and highest s2 before the step, lowest and highest after it
"""


@dataclass(frozen=True)
class Step:
    q: tuple | None  # q0, q1; None in the short form
    b: tuple  # five numbers, three in the short form
    before: Interval
    after: Interval


@dataclass(frozen=True)
class Entry:
    a: float
    b: float
    steps: tuple


@dataclass(frozen=True)
class Table:
    exponential: np.ndarray
    entries: dict  # classes -> Entry


def repository() -> Path:
    for folder in Path(__file__).resolve().parents:
        if (folder / "hetal").is_file():
            return folder
    raise SystemExit("softmax_coefficients: expected the launcher `hetal` in a folder above, actual none")


def committed_file() -> Path:
    found = sorted(repository().glob("spark-job/*/src/main/resources/org/hetal/**/coefficients.txt"))
    if len(found) != 1:
        raise SystemExit(f"softmax_coefficients: expected one coefficients.txt in spark-job, actual {found}")
    return found[0]


def read(path: Path) -> Table:
    exponential, entries, steps = None, {}, None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        word, *rest = line.split()
        n = [float(text) for text in rest]
        if word == "exponential" and len(n) == 9:
            exponential = np.array(n)
        elif word == "classes" and len(n) == 3:
            steps = []
            entries[int(n[0])] = (n[1], n[2], steps)
        elif word == "long" and len(n) == 11 and steps is not None:
            steps.append(Step(tuple(n[:2]), tuple(n[2:7]), tuple(n[7:9]), tuple(n[9:11])))
        elif word == "short" and len(n) == 7 and steps is not None:
            steps.append(Step(None, tuple(n[:3]), tuple(n[3:5]), tuple(n[5:7])))
        else:
            raise SystemExit(f"{path}:{number}: expected exponential, classes, long or short with its numbers, actual {line}")
    return Table(exponential, {c: Entry(a, b, tuple(s)) for c, (a, b, s) in entries.items()})


def text(table: Table) -> str:
    """The whole file."""
    lines = ["exponential " + _numbers(table.exponential)]
    for classes, entry in sorted(table.entries.items()):
        lines.append(f"classes {classes} " + _numbers((entry.a, entry.b)))
        for step in entry.steps:
            word = "short" if step.q is None else "long"
            lines.append(f"{word} " + _numbers((step.q or ()) + step.b + step.before + step.after))
    return HEADER + "\n".join(lines) + "\n"


def _numbers(values) -> str:
    return " ".join(repr(float(value)) for value in values)
